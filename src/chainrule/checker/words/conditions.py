"""A sentence in, the conditions it puts on statements and the ranges of its indices out.

One idea: a word such as `case`, `for` or `if` leads to a condition; which statements it governs, `governing` knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from ..documents.statements import Statement
from .collecting import MOST, Facts
from .governing import Flow
from .phrases import spelled
from .said import Condition, Heard, Range, Trait
from .sentences import Page, Sentence
from .tokens import Kind, Token

How = Literal["case", "if", "for", "where", "at"]
_LEADS: dict[str, How] = {"case": "case", "for": "for", "if": "if", "when": "if", "whenever": "if", "at": "at",
                          "cases": "case", "otherwise": "if", "fall": "case", "falls": "if", "für": "for",
                          "pour": "for", "si": "if", "wenn": "if"}  # fmt: skip
_FILLERS = frozenset({"all", "each", "every", "any", "the", "case", "that", "only", "1", "2", "3", "4", "(", ":",
                      "indices",
                      "where", "class", "values", "point", "layers", "index", "inputs"})  # fmt: skip
_RELATIONS = frozenset({"=", "!=", "<", ">", "<=", ">=", "∈"})
_UNEQUAL = frozenset({"\\ne", "\\neq", "≠", "!=", "<", ">", "\\le", "\\leq", "\\ge", "\\geq", "\\lt", "\\gt", "≤", "≥",
                      "<=", ">=", "\\leqslant", "\\geqslant"})  # fmt: skip
_LESS = frozenset({"\\le", "\\leq", "≤", "<=", "<", "\\leqslant"})
_DOTS = re.compile(r"\\(?:[lc]?dots|dotsc)|\.\.\.?|…")
_LONGEST = 80  # characters of a condition
_SPACES = re.compile(r"(?:\\(?:quad|qquad|[,;:! ])|\s)+")


def hear_conditions(flow: Flow, number: int, facts: Facts) -> None:
    """Adds the conditions that sentence `number` puts, and the ranges it names."""
    sentence = flow.sentences[number]
    tokens = sentence.tokens
    place = 0
    while place < len(tokens) and len(facts.conditions) < MOST:
        token = tokens[place]
        if token.text == "class" and place and tokens[place - 1].text in ("positive", "negative"):
            _keep_class(flow, number, place, facts)
        how = _LEADS.get(token.text) if token.kind is Kind.WORD and not token.maths else None
        if how is None:
            if token.text == "(" and not token.maths and place + 1 < len(tokens) and tokens[place + 1].maths:
                _hear_bracket(flow, number, place, facts)
            place += 1
            continue
        start = place + 1
        while start < len(tokens) and tokens[start].text in _FILLERS and not tokens[start].maths:
            start += 1
        if token.text == "otherwise":
            _keep_otherwise(flow, number, place, facts)
        stop = _relations_end(tokens, start, (",", "and") if how in ("for", "at") else ("and",))
        if stop > start:
            _keep(flow, number, how, place, start, stop, facts)
        place = max(stop, place + 1)


def _keep_class(flow: Flow, number: int, place: int, facts: Facts) -> None:
    """`positive class: ...`, of which nothing but the words is known."""
    tokens = flow.sentences[number].tokens
    if place + 1 < len(tokens) and tokens[place + 1].text in (",", ":", ")"):
        governed = flow.governed(number, place - 1, place + 1)
        if governed:
            heard = flow.page.heard(tokens[place - 1 : place + 1], flow.sentences[number])
            facts.conditions.append(Condition(f"{tokens[place - 1].text} class", "case", governed, heard))


def _keep_otherwise(flow: Flow, number: int, place: int, facts: Facts) -> None:
    if place and not flow.before(number, place):
        return
    governed = flow.governed(number, place, place + 1)
    if governed:
        heard = flow.page.heard(flow.sentences[number].tokens[place : place + 1], flow.sentences[number])
        facts.conditions.append(Condition("otherwise", "if", governed, heard))


def _relations_end(tokens: Sequence[Token], start: int, joining: Sequence[str]) -> int:
    """The place after the formulas that relate something; several values may have commas between them."""
    stop = start
    place = start
    while place < len(tokens):
        end = _relation_end(tokens, place)
        if end == place:
            break
        stop = place = end
        if place >= len(tokens) or tokens[place].text not in joining or tokens[place].maths:
            break
        place += 1
        if not _puts_in_a_value(tokens, place):
            break
    return stop


def _puts_in_a_value(tokens: Sequence[Token], place: int) -> bool:
    """Whether `x = 3` or `x = (1, 2)` stands there."""
    shown = [token.text for token in tokens[place : place + 4]]
    return shown[1:2] == ["="] and any(said[:1].isdecimal() for said in shown[2:4])


def _relation_end(tokens: Sequence[Token], place: int) -> int:
    token = tokens[place]
    if token.maths and token.kind is not Kind.DISPLAY:
        end = place
        while end < len(tokens) and tokens[end].piece == token.piece:
            end += 1
        return end if any(each.text in _RELATIONS for each in tokens[place:end]) else place
    if token.kind is Kind.WORD and place + 2 < len(tokens) and tokens[place + 1].text in _RELATIONS - {"∈"}:
        right = tokens[place + 2]
        if len(token.shown) <= 3 and right.kind in (Kind.NUMBER, Kind.WORD) and len(right.shown) <= 3:
            return place + 3
    return place


def _keep(flow: Flow, number: int, how: How, lead: int, start: int, stop: int, facts: Facts) -> None:
    sentence = flow.sentences[number]
    tokens = sentence.tokens
    governed = flow.after(number, stop) if how == "case" else flow.governed(number, lead, stop)
    heard = flow.page.heard(tokens[lead:stop], sentence)
    if sum(token.text == "=" for token in tokens[start:stop]) > 1 and how == "if":
        how = "at"
    done: set[int] = set()
    for token in tokens[start:stop]:
        if not token.maths and token.kind is Kind.WORD and token is tokens[start]:
            relation = " ".join(each.shown or each.text for each in tokens[start:stop])
            if governed:
                facts.conditions.append(Condition(relation, how, governed, heard))
        if not token.maths or token.piece in done:
            continue
        done.add(token.piece)
        for aside in range(flow.page.first_from(token.piece, 0), flow.page.first_from(token.piece + 1, 0)):
            _keep_statement(flow, how, aside, governed, heard, facts)


def _keep_statement(flow: Flow, how: How, aside: int, governed: tuple[int, ...], heard: Heard, facts: Facts) -> None:
    statement = flow.page.statements[aside]
    if hear_range(statement, aside, heard, facts) or not _is_condition(statement) or _is_membership(statement):
        return
    others = tuple(number for number in governed if number != aside)
    if others:
        facts.conditions.append(Condition(_balanced(statement.text), _how(how, statement), others, heard, aside))


def _is_membership(statement: Statement) -> bool:
    return any(link.sign in ("\\in", "∈") for link in statement.links)


def _balanced(text: str) -> str:
    """The condition without a bracket that opened before it."""
    text = text.strip()
    return text[:-1].strip() if text.endswith(")") and text.count(")") > text.count("(") else text


def _how(how: How, statement: Statement) -> How:
    """Values that are put in are no case: `for $a = 2$`."""
    if how in ("for", "at") and _is_value(statement):
        return "at"
    return "for" if how == "at" else how


def _is_value(statement: Statement) -> bool:
    if not all(link.sign in ("", "=") for link in statement.links):
        return False
    right = _SPACES.sub("", statement.side(len(statement.links) - 1))
    return bool(re.fullmatch(r"[-−+]?[\d.]+|[(\[][-−+\d.,;]+[)\]](?:\^\{?\\?(?:T|top)\}?)?", right))


def _is_condition(statement: Statement) -> bool:
    if len(statement.links) < 2 or len(statement.text) > _LONGEST:
        return False
    return all(link.sign in _UNEQUAL or link.sign in ("", "=", "\\in", "∈") for link in statement.links) and (
        "\\partial" not in statement.text and "\\sum" not in statement.text and "\\frac{d" not in statement.text
    )


def _hear_bracket(flow: Flow, number: int, place: int, facts: Facts) -> None:
    """`... ($i \\ne j$)` right after a formula."""
    tokens = flow.sentences[number].tokens
    stop = _relation_end(tokens, place + 1)
    if stop == place + 1 or stop >= len(tokens) or tokens[stop].text != ")":
        return
    before = flow.before(number, place)
    heard = flow.page.heard(tokens[place : stop + 1], flow.sentences[number])
    token = tokens[place + 1]
    for aside in range(flow.page.first_from(token.piece, 0), flow.page.first_from(token.piece + 1, 0)):
        statement = flow.page.statements[aside]
        unequal = any(link.sign in _UNEQUAL for link in statement.links)
        if before and (unequal or _SHORT.fullmatch(_SPACES.sub("", statement.text))):
            _keep_statement(flow, "for", aside, before, heard, facts)


_SHORT = re.compile(r"\\?[a-z]{1,6}=(?:\\?[a-z]{1,6}|[01])")


# Within formulas that stand by themselves -----------------------------------------------------------------------------
def hear_displayed(page: Page, facts: Facts) -> None:
    """Adds the conditions and ranges that stand in a display beside the statements they are said for."""
    for number, statement in enumerate(page.statements):
        piece = statement.piece
        if piece.kind != "mathematics" or len(statement.text) > _LONGEST or len(statement.links) < 2:
            continue
        if not piece.display and statement.piece.form != "line":
            hear_range(statement, number, _said_here(page, statement), facts)
            continue
        if len(facts.conditions) >= MOST:
            return
        if hear_range(statement, number, _said_here(page, statement), facts):
            continue
        before = number - 1
        if before >= 0 and page.statements[before].piece is piece and _leads(piece.text, statement):
            heard = _said_here(page, statement)
            facts.conditions.append(Condition(_balanced(statement.text), "for", (before,), heard, number))


_REMARK = re.compile(
    r"\s(\([^()]{0,40}\\(?:text|mbox|textrm)\s*\{[^{}]{1,60}\}[^()]{0,40}\)|\\forall(?![a-zA-Z])[^=]{1,30})\s*$"
)


def hear_remarks(page: Page, facts: Facts) -> None:
    """Adds the words in brackets at the end of a statement, with where they stand in it."""
    for number, statement in enumerate(page.statements):
        text = statement.text
        if statement.piece.kind != "mathematics" or not ("\\forall" in text or "{" in text) or len(text) > 2_000:
            continue
        found = _REMARK.search(text[-160:])
        if found is not None:
            start = max(0, len(text) - 160) + found.start(1)
            heard = _said_here(page, statement)
            span = (start, start + len(found.group(1)))
            facts.conditions.append(Condition(found.group(1), "where", (number,), heard, None, span))


def _leads(text: str, statement: Statement) -> bool:
    """Whether brackets stand around it, a word leads to it, or it says that something differs."""
    if not _is_condition(statement) or _is_membership(statement):
        return False
    before, after = text[max(0, statement.start - 40) : statement.start].rstrip(), text[statement.stop :].lstrip()
    before = re.sub(r"(?:\\[,;: !]|\\quad|\\qquad|\s)+$", "", before)
    if before.endswith("(") and after.startswith(")"):
        return True
    if re.search(r"\\(?:text|mbox|textrm|mathrm)\s*\{\s*,?\s*\(?(?:for|if|when|whenever|case)\b[^{}]{0,20}\}$", before):
        return True
    signs = [link.sign for link in statement.links[1:]]
    return all(sign in _UNEQUAL for sign in signs) and "=" in text[: statement.start]


def _said_here(page: Page, statement: Statement) -> Heard:
    token = Token(Kind.DISPLAY, "", page.numbers[id(statement.piece)], statement.start, statement.stop, True)
    piece = statement.piece
    return page.heard([token], Sentence([token], piece.block, piece.section))


def hear_range(statement: Statement, number: int, heard: Heard, facts: Facts) -> bool:
    """Adds the range that a statement is: `i = 1, ..., n`, `l = 1, 2, 3`, `1 \\le i \\le n`."""
    signs = [link.sign for link in statement.links]
    sides = [_SPACES.sub("", statement.side(place)) for place in range(len(signs))]
    if len(facts.ranges) >= MOST or any(len(side) > _LONGEST for side in sides):
        return False
    if len(signs) == 3 and signs[1] in _LESS and signs[2] in _LESS and sides[0] == "0" and sides[2] == "1":
        named = spelled(sides[1])
        if named:
            facts.traits.append(Trait(named, sides[1], "in unit interval", heard))
        return False
    if len(signs) == 3 and signs[1] in _LESS and signs[2] in _LESS and sides[0] in ("0", "1") and sides[1] in _INDEX:
        return _keep_range(sides[1], sides[0], sides[2], (), number, heard, facts)
    if signs != ["", "="]:
        return False
    members = [each for each in _DOTS.sub(",..,", sides[1]).strip("\\{}").split(",") if each]
    if ".." in members and len(members) >= 3 and members[0] in ("0", "1", "2") and members[-1] != "..":
        return _keep_range(sides[0], members[0], members[-1], (), number, heard, facts)
    if len(members) >= 3 and all(member.isdecimal() and len(member) < 4 for member in members):
        steps = [int(after) - int(before) for before, after in pairwise(members)]
        if members[0] in ("0", "1") and set(steps) == {1} and sides[0].strip("\\") in _INDEX:
            return _keep_range(sides[0], members[0], members[-1], tuple(members), number, heard, facts)
    return False


_INDEX = frozenset("ijklmnpqrstuc") | {"ell"}


def _keep_range(
    names: str, first: str, last: str, values: tuple[str, ...], number: int, heard: Heard, facts: Facts
) -> bool:
    kept = False
    for latex in names.split(","):
        name = spelled(latex)
        if name and re.fullmatch(r"\\?[A-Za-z]+(?:_\w|')?", latex):
            facts.ranges.append(Range(name, latex, first, spelled(last) or last, heard, values, number))
            kept = True
    return kept
