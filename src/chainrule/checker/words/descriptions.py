"""Tokens in, the description that begins at a place out: `a symmetric matrix`, `the target`, `(N, D)`, `not square`.

One idea: a description counts only if all of it is understood up to a word or a sign that can end it; half of a
sentence may say the opposite of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from . import vocabulary as words
from .phrases import name_at, rows_and_columns, said_shape, shape_at, size_at, sizes_of_space
from .said import Axis, Size
from .tokens import Kind, Token


@dataclass(slots=True)
class Description:
    """What was said of something. `stop` is the place after it."""

    traits: list[tuple[str, bool, Axis]] = field(default_factory=list)  # what, whether it holds, along what
    kind: str = ""
    sizes: tuple[Size, ...] | None = None
    roles: list[tuple[str, str, str]] = field(default_factory=list)  # what, of which name, of which loss
    function: str = ""
    where: str = ""
    stop: int = 0
    plural: bool = False
    noun: bool = False  # a noun ends it: `matrix`, `target`
    definite: bool = False  # `the` stands before it
    bracketed: bool = False  # its sizes stand in brackets
    calls: bool = False  # `function` or `activation` ends it

    @property
    def empty(self) -> bool:
        """Whether nothing was said."""
        return not (self.traits or self.kind or self.sizes is not None or self.roles or self.function)


_LONGEST = 24  # words of a description


def description_at(tokens: Sequence[Token], place: int, bare: bool = False) -> Description | None:
    """The description from a place on, up to something that can end it; `bare`: up to a name."""
    found = Description()
    negated = False
    last = min(len(tokens), place + _LONGEST)
    while place < last:
        token = tokens[place]
        if token.kind is Kind.WORD and token.text in words.NEGATIONS:
            negated, place = True, place + 1
            continue
        after = _item(found, tokens, place, negated)
        if after is not None:
            place, negated = after, False
            continue
        if token.text in words.DETERMINERS and token.kind is Kind.WORD:
            found.definite = found.definite or token.text == "the"
            place += 1
            continue
        if token.text in (",", "and", "und", "et") and _trait_follows(found, tokens, place + 1):
            place += 1
            continue
        break
    if found.empty or negated or (found.definite and _is_another_noun(found)) or (bare and found.bracketed):
        return None
    found.stop = place if bare else modifiers(found, tokens, place)
    return found if bare or _ends(tokens, found) else None


def _is_another_noun(found: Description) -> bool:
    """`the square`, `the diagonal`, `the constant` are things, `the square matrix` is a matrix."""
    adjectives = [what for what, _, _ in found.traits if what not in ("one-hot", "distribution", "identity")]
    return bool(adjectives) and not (found.noun or found.function)


def _trait_follows(found: Description, tokens: Sequence[Token], place: int) -> bool:
    """Whether the description goes on after a comma: `square, not symmetric`; a noun begins something new."""
    while place < len(tokens) and (tokens[place].text in words.DETERMINERS or tokens[place].text in words.NEGATIONS):
        place += 1
    return not found.empty and words.longest(words.TRAITS, tokens, place) is not None


def _item(found: Description, tokens: Sequence[Token], place: int, negated: bool) -> int | None:
    """Takes one more word or phrase into the description, and returns the place after it."""
    if tokens[place].text not in words.FIRST:
        return None if negated else _sizes(found, tokens, place)
    if role := words.longest(words.ROLES, tokens, place):
        kind = words.longest(words.KINDS, tokens, place)
        if not negated and (kind is None or kind[1] <= role[1]):
            found.roles.append((role[0], "", ""))
            found.plural, found.noun = found.plural or tokens[role[1] - 1].text.endswith("s"), True
            if kind is not None and kind[0] == "matrix":
                found.kind = "matrix"
            return role[1]
    if trait := words.longest(words.TRAITS, tokens, place):
        if trait[0] == "positive definite" and tokens[place].text in ("symmetric", "spd") and not negated:
            found.traits.append(("symmetric", True, ""))
        found.traits.append((trait[0], not negated, ""))
        return trait[1]
    if negated:
        return None
    if kind := words.longest(words.KINDS, tokens, place):
        if tokens[place].text.startswith("number") and tokens[kind[1] : kind[1] + 1] and tokens[kind[1]].text == "of":
            return None
        found.kind, found.noun = kind[0], True
        found.plural = found.plural or tokens[kind[1] - 1].text.endswith(("s", "matrices", "en"))
        return kind[1]
    if function := words.longest(words.FUNCTIONS, tokens, place):
        found.function = function[0]
        after = function[1]
        found.calls = tokens[after - 1].text in words.FUNCTION_NOUNS
        while after < len(tokens) and tokens[after].text in words.FUNCTION_NOUNS:
            after, found.calls = after + 1, True
        return after
    return _sizes(found, tokens, place)


def _sizes(found: Description, tokens: Sequence[Token], place: int) -> int | None:
    if shape := shape_at(tokens, place):
        found.sizes, found.bracketed = shape[0], tokens[place].text in ("(", "[")
        return shape[1]
    if shape := said_shape(tokens, place):
        found.sizes = shape[0]
        return shape[1]
    size = size_at(tokens, place)
    if size and size[1] < len(tokens) and tokens[size[1]].text in ("dimensional", "dim", "dimensionaler"):
        found.sizes = (size[0],)
        return size[1] + 1
    return None


def modifiers(found: Description, tokens: Sequence[Token], place: int) -> int:
    """The place after `of length d`, `with unit norm`, `(rows sum to one)`, which are taken into the description."""
    while place < len(tokens):
        after = _modifier(found, tokens, place)
        if after is None:
            return place
        place = after
    return place


def _modifier(found: Description, tokens: Sequence[Token], place: int) -> int | None:
    token = tokens[place]
    if token.text in ("of", "with", "having", "has", "der", "von", "de") and (shape := said_shape(tokens, place + 1)):
        found.sizes = shape[0]
        return shape[1]
    if token.text in (",", "(") and (shape := said_shape(tokens, place + 1)):
        found.sizes = shape[0]
        closed = shape[1] < len(tokens) and tokens[shape[1]].text == ")"
        return shape[1] + (token.text == "(" and closed)
    if token.text in ("in", "∈") and place + 1 < len(tokens) and tokens[place + 1].kind is Kind.SPACE:
        found.sizes = sizes_of_space(tokens[place + 1].under) if tokens[place + 1].text == "R" else found.sizes
        return place + 2
    if (token.text in ("(", "[") or token.kind is Kind.NUMBER) and (shape := shape_at(tokens, place)):
        found.sizes = shape[0]
        return shape[1]
    if token.text in ("with", "having", "mit"):
        return _with(found, tokens, place + 1)
    if token.text == "(" and (after := _sums_to_one(found, tokens, place + 1)):
        return after + (after < len(tokens) and tokens[after].text == ")")
    if (
        token.text in ("at", "in", "on", "for")
        and (where := words.longest(_WHERE, tokens, place + 1))
        and found.function
    ):
        found.where = where[0]
        return where[1]
    if token.text == "of" and found.kind and (hot := words.longest(_HOT, tokens, place + 1)):
        found.traits.append(("one-hot", True, hot[0]))
        return hot[1]
    if token.text in ("of", "wrt", "by", "from", "with", "for", "to"):
        return _belongs(found, tokens, place)
    return None


_HOT: words.Phrases[Axis] = words.phrases({"one hot rows": "rows", "one hot columns": "columns",
                                           "one hot labels|one hot targets|one hot vectors": ""})  # fmt: skip
_WHERE = words.phrases({"the output|output|the output layer|the last layer|the end": "output",
                        "the hidden layer|hidden layers|the hidden layers|all hidden layers": "hidden"})  # fmt: skip
_ONE = frozenset({"1", "one", "unity", "eins"})


def _with(found: Description, tokens: Sequence[Token], place: int) -> int | None:
    """`m rows and n columns`, `d entries`, `entries 0 or 1`, `unit norm`, `one hot rows`."""
    said = " ".join(token.text for token in tokens[place : place + 6])
    for opening, trait in _ENTRIES:
        if said.startswith(opening):
            found.traits.append((trait, True, ""))
            return place + len(opening.split())
    if words.longest(_UNIT, tokens, place):
        found.traits.append(("unit", True, ""))
        return place + 2
    first = size_at(tokens, place)
    if first is None or first[1] >= len(tokens):
        return None
    counted = tokens[first[1]].text
    if counted in ("entries", "components", "elements", "coordinates"):
        found.sizes = (first[0],)
        return first[1] + 1
    if shape := rows_and_columns(tokens, place):
        found.sizes = shape[0]
        return shape[1]
    return None


_UNIT = words.phrases({"unit norm|unit length|norm 1|length 1|norm one": True})
_ENTRIES = tuple(
    (f"{noun} {said}", trait)
    for noun in ("entries", "elements", "components", "values")
    for said, trait in (
        ("0 or 1", "binary"), ("0 and 1", "binary"), ("in { 0 ,", "binary"), ("± 1", "signs"),
            ("zero or one", "binary"),
    )
)  # fmt: skip


def _sums_to_one(found: Description, tokens: Sequence[Token], place: int) -> int | None:
    """`rows sum to one`, `sums to 1`."""
    along: Axis = ""
    if place < len(tokens) and tokens[place].text in ("its", "each", "every", "the", "whose"):
        place += 1
    if place < len(tokens) and tokens[place].text in ("rows", "columns", "row", "column"):
        along = "rows" if tokens[place].text.startswith("row") else "columns"
        place += 1
    if place + 2 >= len(tokens) or tokens[place].text not in ("sum", "sums", "summing", "adds", "add"):
        return None
    place += 1 + (tokens[place + 1].text == "up")
    if place + 1 < len(tokens) and tokens[place].text == "to" and tokens[place + 1].text in _ONE:
        found.traits.append(("sums to one", True, along))
        return place + 2
    return None


def _belongs(found: Description, tokens: Sequence[Token], place: int) -> int | None:
    """`of the loss w.r.t. x`, `of J`, `by x`, `of the network`: what a role belongs to."""
    if not found.roles:
        return None
    what, of, loss = found.roles[-1]
    asked = tokens[place].text
    if what in ("upstream", "derivative"):
        start = place + 1
        if asked == "with" and tokens[start : start + 1] and tokens[start].text != "respect":
            return None
        while start < len(tokens) and tokens[start].text in ("respect", "to", "the", "a", "its", "total"):
            start += 1
        spoken = start < len(tokens) and tokens[start].text in ("loss", "cost", "objective", "error")
        start += asked == "of" and spoken
        named = name_at(tokens, start)
        if asked == "of" and (named or spoken):
            if named and not spoken and named.text not in _LOSSES:
                found.roles[-1] = (what, named.text, loss)
            else:
                found.roles[-1] = (what, of, named.text if named else loss)
            return start + (named is not None)
        if named and asked in ("wrt", "by", "with", "to", "for"):
            found.roles[-1] = (what, named.text, loss)
            return start + 1
        return None
    start = place + 1
    while start < len(tokens) and tokens[start].text in ("the", "a", "an", "real", "this", "our"):
        start += 1
    if asked in ("of", "from") and start < len(tokens) and tokens[start].text in _WHOLES:
        return start + 1
    return None


_LOSSES = frozenset({"L", "J", "C", "E", "S", "ℒ", "loss", "cost", "R", "f", "𝓛"})
_WHOLES = frozenset({"network", "net", "model", "layer", "neuron", "above", "system", "classifier", "example", "word",
                     "point", "sample", "data", "unit", "regression", "softmax", "gate", "cell", "node"})  # fmt: skip
_CONDITIONED = frozenset({"for", "in", "if", "when", "only", "unless", "on", "whenever", "up"})


def _ends(tokens: Sequence[Token], found: Description) -> bool:
    """Whether the sentence can go on after the description without changing what it says."""
    if found.stop >= len(tokens):
        return True
    token = tokens[found.stop]
    if token.kind in (Kind.DISPLAY, Kind.BREAK):
        return True
    if token.kind is Kind.SIGN:
        return token.text in (",", ";", ":", ")", "(", "]", "-", "}", '"', "/", "=>", "!", "?", "=")
    if token.kind is Kind.WORD:
        if token.text == "of" and any(what in ("derivative", "upstream") for what, _, _ in found.roles):
            return False
        if found.sizes is not None and not found.traits and token.text not in words.CONDITIONAL | words.DOUBTFUL:
            return True
        if found.noun and (token.text == "of" or (not found.traits and token.text in words.PREPOSITIONS)):
            return True
        return token.text in words.BOUNDARY and token.text not in _CONDITIONED
    return False
