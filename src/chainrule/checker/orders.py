"""Lists that a document calls an order of its computation in, a finding for each out.

One idea: in such a list each name stands once, after everything that it is computed from; for the way back the same
holds of the list turned round. Without definitions a name that stands twice is still one too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..derivation.order import OrderVerdict, judge_list
from ..errors import ChainruleError
from ..notation.grammar import read_statement
from ..notation.surface import Group, Prose, Surface
from ..notation.symbols import Symbol, symbol_of
from ..notation.tokens import tokenise
from .diagnosis.knowing import spellings
from .documents import Document, Statement
from .model import Model, members_in, names_in
from .results import Candidate, Diagnosis, Finding, Verdict
from .session import Session
from .words import Said
from .words.said import Heard, Order
from .writing import latex

_LIST = re.compile(r"\s*(?:\\left\s*)?\[")
_ORDER = re.compile(r"(?:topological|reverse|backward|computation|evaluation)\s+(?:order|sort)\w*\s*:?\s*$")
_REVERSE = re.compile(r"reverse|backward")
_SCRIPTED = re.compile(r"([A-Za-z])_(\w)\^(\w)$")
_FEWEST = 3
_KNOWN = 0.8  # the share of a list that must be names of the computation for it to be judged by it


def with_orders(
    document: Document, session: Session, said: Said, statements: Sequence[Statement], findings: Sequence[Finding]
) -> tuple[Finding, ...]:
    """The findings, with one for each list that is said to be an order: in the place of the statement that it is, or
    where it stands in the text."""
    found = list(findings)
    heard = {each.heard.place.offset for each in said.orders}
    shown = [each for each in shown_orders(document, statements) if each.heard.place.offset not in heard]
    for order in (*said.orders, *shown):
        judged = judge(session, order)
        if judged is None:
            continue
        place = order.heard.place
        inside = (place.offset <= each.place.offset and each.place.end <= place.end for each in found)
        within = [number for number, each in enumerate(inside) if each]
        displayed = [n for n in within if not statements[n].relates] if len(found) == len(statements) else []
        new = _finding(session, order, judged, document)
        if len(within) == 1 and len(displayed) == 1:
            at = within[0]
            found[at] = replace(new, place=found[at].place, text=found[at].text, latex=found[at].latex)
        elif not within:
            found.append(new)
    return tuple(sorted(found, key=_offset)) if len(found) > len(findings) else tuple(found)


def shown_orders(document: Document, statements: Sequence[Statement]) -> Iterator[Order]:
    """Lists in formulas of their own, right after words that call them an order."""
    for number, statement in enumerate(statements):
        if statement.relates or statement.piece.kind != "mathematics" or not _LIST.match(statement.text):
            continue
        words = _before(document, statement)
        if not _ORDER.search(words):
            continue
        names = tuple(filter(None, map(_name, _items(statement.text))))
        if len(names) > _FEWEST:
            what: Literal["topological", "reverse"] = "reverse" if _REVERSE.search(words) else "topological"
            place = statement.place(document)
            heard = Heard(statement.text, place, statement.piece.block, statement.piece.section, number)
            yield Order(names, what, True, heard)


def _before(document: Document, statement: Statement) -> str:
    """The words that end right before a formula."""
    at = next((n for n, each in enumerate(document.pieces) if each is statement.piece), 0)
    for piece in reversed(document.pieces[max(0, at - 2) : at]):
        if piece.kind == "words" and piece.text.strip():
            return piece.text.strip()[-60:].lower()
    return ""


def _items(text: str) -> Sequence[Surface]:
    try:
        tree = read_statement(text, tokenise(text, True), True)
    except ChainruleError:
        return ()
    while isinstance(tree, Group) and len(tree.items) == 1:
        tree = tree.items[0]
    return tree.items if isinstance(tree, Group) else ()


def _name(item: Surface) -> str:
    if isinstance(item, Prose):
        return item.words.strip()
    while isinstance(item, Group) and len(item.items) == 1:
        item = item.items[0]
    if isinstance(item, Prose):
        return item.words.strip()
    symbol = symbol_of(item)
    return symbol.text if symbol is not None else ""


def _offset(finding: Finding) -> tuple[str, int]:
    return finding.place.file, finding.place.offset


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with a list, in sentences, and a right one; `known`: by the definitions of the document."""

    problems: tuple[str, ...]
    corrected: tuple[str, ...]
    known: bool


def judge(session: Session, order: Order) -> Judged | None:
    """A list against the computation, else against itself; None where nothing can be said of it."""
    listed = order.names if order.what == "topological" else order.names[::-1]
    needs = needs_of(session.model(order.heard.before)) if session.definers else {}
    known = sum(name in needs for name in listed)
    if known >= _KNOWN * len(listed):
        return _against(needs, listed, order)
    twice = _repeated(order.names)
    if not twice:
        return None
    corrected = _filled(order.names, twice, _lacking(session, order.names, twice))
    return Judged(tuple(_twice(name, at) for name, at in twice.items()), corrected, False)


def needs_of(model: Model) -> dict[str, tuple[str, ...]]:
    """For each name of the computation, the names that it is computed from."""
    found: dict[str, tuple[str, ...]] = {each.text: () for each in model.inputs}
    for each in model.forward:
        names = [one.symbol.text for one in names_in(each.body)] + members_in(each.body, model)
        found[each.symbol.text] = tuple(dict.fromkeys(name for name in names if name != each.symbol.text))
    return {name: tuple(one for one in used if one in found) for name, used in found.items()}


def _against(needs: Mapping[str, Sequence[str]], listed: Sequence[str], order: Order) -> Judged:
    leaves = {name for name in needs if not needs[name]}
    left = {name for name in needs if name not in listed and _may_be_left_out(name, listed, needs, leaves)}
    kept = {name: used for name, used in needs.items() if name not in left}
    inside = {name: tuple(one for one in used if one in kept) for name, used in kept.items()}
    verdict = judge_list(inside, listed)
    corrected = verdict.corrected if order.what == "topological" else verdict.corrected[::-1]
    return Judged(tuple(_problems(verdict, order)), corrected, True)


def _may_be_left_out(
    name: str, listed: Sequence[str], needs: Mapping[str, Sequence[str]], leaves: Iterable[str]
) -> bool:
    """Whether a list is whole without a name: inputs where it has none, and what nothing in it is computed from."""
    if not any(name in needs[each] for each in listed if each in needs):
        return True
    return name in leaves and not any(each in leaves for each in listed)


def _problems(verdict: OrderVerdict, order: Order) -> Iterator[str]:
    after = order.what == "reverse"
    for name, at in verdict.duplicates:
        many = len(order.names)
        yield _twice(name, tuple(sorted(many + 1 - each for each in at)) if after else at)
    for name in verdict.missing:
        yield f"{name} is missing"
    for name, needed in verdict.misplaced:
        yield (
            f"{needed} stands before {name}, whose gradient it needs" if after
            else f"{name} stands before {needed}, which it is computed from"
        )  # fmt: skip


def _twice(name: str, at: Sequence[int]) -> str:
    places = [str(each) for each in at]
    return f"{name} stands more than once, in the places {', '.join(places[:-1])} and {places[-1]}"


# Lists without a computation ------------------------------------------
def _repeated(names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name, []).append(place)
    return {name: tuple(at) for name, at in places.items() if len(at) > 1}


def _lacking(session: Session, names: Sequence[str], twice: Mapping[str, Sequence[int]]) -> list[Symbol]:
    """Names of the document that the list has not, with the letter of one that stands twice."""
    letters = {name.partition("_")[0].partition("^")[0].lower() for name in twice}
    found = [each for each in _symbols(session) if each.base.lower() in letters and each.text not in names]
    scripted = [each for each in found if each.subscript and each.superscript.isdecimal()]
    return [*scripted, *_between(names, letters)]


def _between(names: Sequence[str], letters: Iterable[str]) -> Iterator[Symbol]:
    """What is missing among names of one letter with two numbers: x_1^2 among x_1^1, x_2^1 and x_2^2."""
    for letter in sorted(letters):
        found = [each for each in map(_SCRIPTED.match, names) if each is not None and each[1] == letter]
        for below in sorted({each[2] for each in found}):
            for above in sorted({each[3] for each in found}):
                symbol = Symbol(letter, (), below, above)
                if symbol.text not in names:
                    yield symbol


def _symbols(session: Session) -> Iterator[Symbol]:
    for tree in spellings(session).values():
        symbol = symbol_of(tree)
        if symbol is not None:
            yield symbol


def _filled(names: Sequence[str], twice: Mapping[str, Sequence[int]], lacking: Sequence[Symbol]) -> tuple[str, ...]:
    """The list with names that it lacks in the places of those that stand twice: beside a name with the same scripts,
    else in the last place. Empty where there are not enough of them."""
    found, free = list(names), {name: list(at) for name, at in twice.items()}
    for symbol in lacking:
        for name, at in free.items():
            if name.partition("_")[0].lower() == symbol.base.lower() and len(at) > 1:
                place = _beside(names, at, symbol)
                found[place - 1] = symbol.text
                at.remove(place)
                break
    return tuple(found) if all(len(at) == 1 for at in free.values()) else ()


def _beside(names: Sequence[str], at: Sequence[int], symbol: Symbol) -> int:
    scripts = symbol.text[len(symbol.base) :]
    for place in at:
        if place < len(names) and names[place].endswith(scripts):
            return place
    return at[-1]


# In words ------------------------------------------
def _finding(session: Session, order: Order, judged: Judged, document: Document) -> Finding:
    written = {name: latex(tree) for name, tree in spellings(session).items()}
    right = not judged.problems
    said = "the backward pass may go in this order" if order.what == "reverse" else "it is a topological order"
    heard = order.heard
    text = heard.words
    if right and order.holds:
        where = "before" if order.what == "reverse" else "after"
        reason = f"{said}: every name stands once, {where} all it is computed from"
        return Finding(heard.place, text, text, Verdict.RIGHT, reason)
    problems = "; ".join(judged.problems)
    if not order.holds:
        if not right:
            return Finding(heard.place, text, text, Verdict.RIGHT, f"it is none: {problems}")
        return Finding(heard.place, text, text, Verdict.WRONG, f"it is said to be no such order, but {said}")
    diagnosis = Diagnosis("M8", problems, (Candidate("M8", problems),))
    expected = ", ".join(written.get(each, _plain(each)) for each in judged.corrected)
    return Finding(
        heard.place, text, text, Verdict.WRONG, "it is no order in which this can be computed", diagnosis,
        rf"\left[ {expected} \right]" if expected else None,
    )  # fmt: skip


def _plain(name: str) -> str:
    """A name that the document writes nowhere else, in LaTeX."""
    return rf"\text{{{name}}}" if len(name) > 1 and name.isalpha() else name
