"""`x \\in ...` and `s > 0` in, shapes, properties and ranges out.

One idea: what a set is decides what is said: a space says sizes, `{0, 1}` says labels, `{1, ..., n}` says an index.
"""

from __future__ import annotations

from collections.abc import Sequence

from .collecting import Facts, whole_name
from .governing import Flow
from .phrases import Named, size_at, sizes_of_space, spelled
from .said import Heard, Range
from .tokens import Kind, Token

_INDEX_LETTERS = frozenset("ijklmnpqrstucdvw") | {"ell"}
_SPACE_TRAITS = {"R_+": "positive", "R_{+}": "positive", "R_>0": "positive", "R_> 0": "positive", "Z": "integer",
                 "N": "integer", "R_{>0}": "positive",
                 "R_\\ge0": "nonnegative", "R_{\\geq 0}": "nonnegative"}  # fmt: skip
_ASSUMED = frozenset({"where", "with", "assume", "assuming", "suppose", "let"})
_CONDITIONS = frozenset({"if", "for", "when", "case", "whenever", "unless", "otherwise", "where"})


def hear(flow: Flow, number: int, facts: Facts, names: Sequence[Named], place: int) -> None:
    """Adds what `names \\in ...` says; the sign stands at `place`."""
    sentence = flow.sentences[number]
    tokens = sentence.tokens
    if place + 1 >= len(tokens) or not names:
        return
    after = tokens[place + 1]
    start = next((at for at in range(place) if tokens[at] is names[0].token), place)
    if after.kind is Kind.SPACE:
        heard = flow.page.heard(tokens[start : place + 2], sentence)
        _hear_space(facts, names, after, heard)
        return
    closing = _closing(tokens, place + 1)
    if closing is None:
        return
    heard = flow.page.heard(tokens[start : closing + 1], sentence)
    aside = next(iter(flow.page.within(names[0].token)), None)
    _hear_set(facts, names, tokens[place + 1 : closing + 1], heard, aside)
    if [token.text for token in tokens[closing + 1 : closing + 2]] == ["^"] and (size := size_at(tokens, closing + 2)):
        for named in names:
            facts.shape(named, (size[0],), heard)


def end(tokens: Sequence[Token], place: int) -> int:
    """The place after the set that follows the sign at `place`."""
    if place + 1 < len(tokens) and tokens[place + 1].kind is Kind.SPACE:
        return place + 2
    closing = _closing(tokens, place + 1) if place + 1 < len(tokens) else None
    stop = place + 1 if closing is None else closing + 1
    while stop < len(tokens) and tokens[stop].maths and tokens[stop].piece == tokens[place].piece:
        stop += 1
    return stop


def _hear_space(facts: Facts, names: Sequence[Named], space: Token, heard: Heard) -> None:
    sizes = sizes_of_space(space.under)
    trait = _SPACE_TRAITS.get(space.text)
    under = space.under.strip("{} ")
    if under in ("+", ">0", "{>0}"):
        trait, sizes = "positive", ()
    for named in names:
        if trait:
            facts.trait(named, trait, heard)
        if sizes is not None and space.text[0] == "R":
            facts.shape(named, sizes, heard)


def _closing(tokens: Sequence[Token], place: int) -> int | None:
    opening = tokens[place].text
    closing = {"{": "}", "[": "]", "(": ")"}.get(opening)
    if closing is None:
        return None
    for at in range(place + 1, min(len(tokens), place + 40)):
        if tokens[at].text in (closing, ")" if opening == "[" else closing, "]" if opening == "(" else closing):
            return at
    return None


def _hear_set(facts: Facts, names: Sequence[Named], tokens: Sequence[Token], heard: Heard, aside: int | None) -> None:
    inside = "".join(token.text for token in tokens[1:-1]).replace("+1", "1")
    for named in names:
        if inside in ("0,1", "1,0") and tokens[0].text == "{":
            facts.trait(whole_name(named), "binary", heard)
        elif inside in ("-1,1", "1,-1", "±1"):
            facts.trait(whole_name(named), "signs", heard)
        elif inside == "0,1":
            facts.trait(whole_name(named), "in unit interval", heard)
        elif tokens[0].text == "{":
            _hear_members(facts, named, tokens[1:-1], heard, aside)


def _hear_members(facts: Facts, named: Named, tokens: Sequence[Token], heard: Heard, aside: int | None) -> None:
    members: list[str] = []
    dotted = False
    for place, token in enumerate(tokens):
        if (place % 2 and token.text not in (",",)) or (not place % 2 and token.text == ","):
            return
        if place % 2:
            continue
        if token.text == "..":
            dotted = True
        elif token.kind in (Kind.NAME, Kind.NUMBER, Kind.WORD):
            members.append(token.text if token.kind is Kind.NUMBER else spelled(token.text) or token.text)
        else:
            return
    if not members or len(members) > 40:
        return
    values = () if dotted else tuple(members)
    facts.ranges.append(Range(named.text, named.latex, members[0], members[-1], heard, values, aside))
    if dotted and members[0] in ("0", "1") and named.text not in _INDEX_LETTERS:
        facts.trait(named, "integer", heard)


def hear_sign(flow: Flow, number: int, facts: Facts, names: Sequence[Named], place: int) -> None:
    """Adds what `s > 0` says where it is no condition: the formula is nothing else, and no `if` leads to it."""
    sentence = flow.sentences[number]
    tokens = sentence.tokens
    if place + 1 >= len(tokens) or tokens[place + 1].text != "0":
        return
    behind = tokens[place + 2] if place + 2 < len(tokens) else None
    if behind is not None and behind.maths and behind.piece == tokens[place].piece:
        return
    start = next((at for at in range(place) if tokens[at] is names[0].token), place)
    before = [token.text for token in tokens[max(0, start - 4) : start]]
    if any(said in _CONDITIONS - {"where"} for said in before) or (start and tokens[start - 1].text == "("):
        return
    if tokens[place].text == "<" and not (before and before[-1] in _ASSUMED):
        return
    if start and _leads_from_a_formula(tokens[start - 1]):
        return
    trait = {">": "positive", "<": "negative", ">=": "nonnegative"}[tokens[place].text]
    for named in names:
        facts.trait(named, trait, flow.page.heard(tokens[start : place + 2], sentence))


def _leads_from_a_formula(token: Token) -> bool:
    return token.kind is Kind.DISPLAY or (token.maths and token.kind is not Kind.WORD)
