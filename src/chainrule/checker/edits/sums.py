r"""Slips with sums: one left out, one too many, its index confused; cross terms and terms with other numbers lost.

One idea: a sum that is lacking runs over a letter that the author uses as an index and the left side does not have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...notation.surface import (
    Additive,
    Big,
    Chain,
    Group,
    Multiplicative,
    Name,
    Number,
    Scripted,
    Surface,
)  # fmt: skip
from ..trees import everywhere, rebuilt
from .building import Part, factors, inside, product, terms, total, turned
from .edit import Edit
from .likeness import same
from .names import base, renamed
from .places import Place, Role
from .setting import Setting, index_letters, letters_of, text_of

_TOP = frozenset({Role.SIDE, Role.TERM})
_MOST = 4


# Sums over an index ------------------------------------------
def missing_sum(setting: Setting, cost: float) -> Iterator[Edit]:
    """M24: a sum over an index that stands in a term and not on the left; a sum over the rows of an array."""
    left = index_letters(setting.known.left) if setting.known.left is not None else []
    for place in setting.slots:
        if place.level or place.role not in _TOP or isinstance(place.node, Additive):
            continue
        bound = _bound(place.node)
        letters = [each for each in index_letters(place.node) if each not in left and each not in bound]
        for letter in [*letters, *(each for each in setting.indices if each in left and each not in letters)][:_MOST]:
            new = _summed(place.node, letter)
            yield Edit("M24", place.put(new), cost, "a sum over {0} is missing", (Name(letter, new.span),))
        yield from _rows(setting, place, cost)


def _summed(node: Surface, letter: str) -> Surface:
    index = Name(letter, node.span, whole=len(letter) > 1)
    if isinstance(node, Additive):
        node = Group("(", (node,), node.span)
    return Big("∑", index, None, node, node.span)


def _rows(setting: Setting, place: Place, cost: float) -> Iterator[Edit]:
    """`dZ` becomes `\\sum_n dZ_n`, and with a vector of ones `1^T dZ` and `dZ 1`."""
    pairs = factors(place.node)
    last = pairs[-1][1]
    rank = setting.rank(last)
    capital = rank is None and base(last)[0][-1:].isupper()
    if not (setting.is_array(last) or setting.gradient(last) is not None or capital) or rank in (0, 1):
        return
    letters = [each for each in setting.known.indices if each not in index_letters(place.node)][:2] or ["i"]
    for letter in letters if isinstance(last, Name | Scripted) else ():
        if isinstance(last, Scripted) and last.subscript is not None:
            continue
        index, span = Name(letter, last.span), last.span
        entry = replace(last, subscript=index) if isinstance(last, Scripted) else Scripted(last, index, (), 0, span)
        new = product((*pairs[:-1], (pairs[-1][0], Big("∑", index, None, entry, span))), place.node.span)
        yield Edit("M24", place.put(new), cost, "a sum over the examples is missing")
    ones = Name("𝟙", last.span, whole=True)
    before = product((("", turned(ones, setting.transpose)), *(("", last),)), last.span)
    for new in (before, product((("", last), ("", ones)), last.span)):
        whole = product((*pairs[:-1], (pairs[-1][0], new)), place.node.span)
        yield Edit("M24", place.put(whole), cost, "a sum over the examples is missing")


def _bound(tree: Surface) -> list[str]:
    """The letters that sums inside a tree run over."""
    return [letter for each in everywhere(tree) if isinstance(each, Big) for letter in _index(each)]


def _index(node: Big) -> list[str]:
    lower = node.lower.parts[0] if isinstance(node.lower, Chain) else node.lower
    return letters_of(lower) if lower is not None else []


def other_sum(setting: Setting, cost: float) -> Iterator[Edit]:
    """M18: a sum taken out, the index under its sign or that of its body changed."""
    for place in setting.places:
        node = place.node
        if not isinstance(node, Big):
            continue
        yield Edit("M18", place.put(node.body), cost, "the sum {0} should not be there", (node,))
        for letter in _index(node) if node.lower is not None else ():
            for other in [each for each in setting.indices if each != letter][:_MOST]:
                lower = renamed(node.lower, letter, other)  # type: ignore[arg-type]  # it has an index
                yield Edit("M18", place.put(replace(node, lower=lower)), cost,
                           "the sum should run over {1}, not over {0}",
                           (Name(letter, node.span), Name(other, node.span)))  # fmt: skip


# Cross terms ------------------------------------------
def cross_terms(setting: Setting, cost: float) -> Iterator[Edit]:
    r"""M4: `p_i (1 - p_i)` becomes `p_i (\delta_{ij} - p_j)`; of a vector, `\mathrm{diag}(p) - p p^T`."""
    for place, units in setting.products:
        pairs = factors(place.node)
        for unit in units:
            value = _diagonal_part(unit.nodes[-1][1])
            other = next((k for k, (_, each) in enumerate(pairs) if value is not None and same(each, value)), None)
            if value is None or other is None or unit.stop - unit.start > 1:
                continue
            rest = [pair for k, pair in enumerate(pairs) if k not in (other, unit.start)]
            for new in _crossed(setting, value):
                said = "the cross terms of softmax are missing: {0} belongs here"
                matrix = isinstance(new, Additive)
                whole: list[Part] = [("", new), *(("" if matrix else sign, each) for sign, each in rest)]
                yield Edit("M4", place.put(product(whole, place.node.span)), cost, said, (new,))


def _diagonal_part(node: Surface) -> Surface | None:
    """p, of a bracket `(1 - p)`."""
    match inside(node):
        case Additive((("", Number("1")), ("-", value))):
            return value
    return None


def _crossed(setting: Setting, value: Surface) -> Iterator[Surface]:
    span = value.span
    if not isinstance(value, Scripted) or value.subscript is None:
        diag = Multiplicative((("", Name("diag", span, whole=True)), ("", Group("(", (value,), span))), span)
        outer = product((("", value), ("", turned(value, setting.transpose))), span)
        yield Additive((("", diag), ("-", outer)), span)
        return
    for letter in [each for each in setting.indices if each not in letters_of(value.subscript)][:2]:
        index = Name(letter, span)
        both: Surface = Group("{", (value.subscript, index), span)
        if isinstance(value.subscript, Name) and not value.subscript.whole:
            both = Name(value.subscript.base + letter, span)
        delta = Scripted(Name("delta", span, whole=True), both, (), 0, span)
        second = replace(value, subscript=index)
        yield product((("", value), ("", Additive((("", delta), ("-", second)), span))), span)


# The same with other numbers ------------------------------------------
def missing_twin(setting: Setting, cost: float) -> Iterator[Edit]:
    """M3: a term with 1 becomes that term plus the one with 2; a sum over time steps gets the step that it lacks."""
    families = _families(setting)
    for sign, term in terms(setting.side):
        for new in _twins(setting, term, families):
            if not any(same(new, each) for _, each in terms(setting.side)):
                parts = (*terms(setting.side), (sign or "+", new))
                yield Edit("M3", total(parts, setting.side.span), cost, "the term {0} is missing", (new,))


def _families(setting: Setting) -> dict[str, list[Scripted]]:
    """The numbered names of the page, by their letters."""
    found: dict[str, list[Scripted]] = {}
    written = [*(each.written for each in setting.known.names), *(each.written for each in setting.known.gradients)]
    for tree in written:
        for node in everywhere(tree):
            if isinstance(node, Scripted) and _numbered(node):
                known = found.setdefault(base(node)[0], [])
                if not any(same(node, other) for other in known):
                    known.append(node)
    return found


def _numbered(node: Scripted) -> str:
    """The number below a name, or above it as an example or layer."""
    numbers = [each for each in (node.subscript, *map(inside, node.superscripts)) if isinstance(each, Number)]
    return numbers[0].written if numbers else ""


def _twins(setting: Setting, term: Surface, families: dict[str, list[Scripted]]) -> Iterator[Surface]:
    """The term with one numbered name, wherever it stands, as another of its family; or all numbers moved by 1."""
    inner = [each for each in everywhere(term) if isinstance(each, Scripted) and _numbered(each)]
    seen: list[Scripted] = []
    for node in inner:
        if any(same(node, each) for each in seen):
            continue
        seen.append(node)
        for other in families.get(base(node)[0], [])[:_MOST]:
            if not same(other, node):
                yield _replaced(term, node, other)
    known = {text_of(each) for family in families.values() for each in family}
    for step in (-1, 1):
        moved = {text_of(each): _moved(each, step) for each in inner}
        if moved and all(text_of(each) in known for each in moved.values()):
            yield _all_moved(term, moved)


def _replaced(tree: Surface, old: Surface, new: Surface) -> Surface:
    if same(tree, old):
        return new

    def below(node: Surface) -> Surface:
        return _replaced(node, old, new)

    return rebuilt(tree, below)


def _all_moved(tree: Surface, moved: dict[str, Surface]) -> Surface:
    if isinstance(tree, Scripted) and (text := text_of(tree)) in moved:
        return moved[text]

    def below(node: Surface) -> Surface:
        return _all_moved(node, moved)

    return rebuilt(tree, below)


def _moved(node: Scripted, step: int) -> Surface:
    """A numbered name with its number changed."""

    def change(script: Surface) -> Surface:
        if isinstance(script, Number) and script.written.isdecimal():
            return replace(script, written=str(int(script.written) + step))
        return rebuilt(script, change) if isinstance(script, Group) else script

    if isinstance(node.subscript, Number):
        return replace(node, subscript=change(node.subscript))
    return replace(node, superscripts=tuple(map(change, node.superscripts)))
