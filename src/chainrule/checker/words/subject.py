"""Names in a sentence, and what their clause makes of whatever is said of them.

One idea: what is said of a part of a name, or only perhaps, or only if, is not said of the name; this is settled here
once, for what stands before a name and for what stands after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from . import vocabulary as words
from .collecting import Facts
from .descriptions import Description
from .governing import Flow
from .phrases import Named, name_at
from .said import Heard
from .tokens import Kind, Token

BACK = 8  # words before a name that may describe it
_CLAUSE = 10  # words of a clause that are looked at
_FOR = frozenset({"for", "für", "pour"})
_STARTS = words.BOUNDARY | words.CONDITIONAL | {"that", "let", "for", "say", "assume"}


@dataclass(frozen=True, slots=True)
class Subject:
    """Names from token `place` to token `after` of sentence `number`."""

    flow: Flow
    number: int
    facts: Facts
    names: tuple[Named, ...]
    place: int
    after: int

    @property
    def tokens(self) -> Sequence[Token]:
        """The tokens of the sentence."""
        return self.flow.sentences[self.number].tokens

    def said_at(self, place: int) -> str:
        """The text of a token, or nothing beyond the end."""
        return self.tokens[place].text if 0 <= place < len(self.tokens) else ""

    def heard(self, start: int, stop: int) -> Heard:
        """The words from one token to another."""
        return self.flow.page.heard(self.tokens[start : max(stop, start + 1)], self.flow.sentences[self.number])

    def of_formula(self) -> tuple[Named, ...]:
        """The names that stand in the same formula as the last."""
        last = self.names[-1].token
        return tuple(each for each in self.names if each.token.piece == last.piece and each.token.maths == last.maths)

    def together(self) -> tuple[Named, ...]:
        """The names that what follows without `is` or `are` is said of: those of one formula, or joined by `and`."""
        same = self.of_formula()
        return self.names if len(same) == len(self.names) or self.said_at(self.after - 2) == "and" else same


# The clause ---------------------------------------------------------------------------------------------------------
def clause_start(subject: Subject, place: int) -> int:
    """Where the clause begins that a place belongs to."""
    tokens = subject.tokens
    while (
        place > 0 and tokens[place - 1].text not in (",", ";", ":", "(") and tokens[place - 1].kind is not Kind.DISPLAY
    ):
        place -= 1
    return place


def clause_says(subject: Subject, *said: str) -> bool:
    """Whether one of some words stands in the clause before the names."""
    clause = subject.tokens[clause_start(subject, subject.place) : subject.place]
    return any(token.kind is Kind.WORD and token.text in said for token in clause)


def lead(subject: Subject, place: int) -> int:
    """Where the word stands that makes what is said a condition: `if S is symmetric`, `for symmetric A`; or -1."""
    tokens = subject.tokens
    for at in range(place - 1, max(clause_start(subject, place), place - _CLAUSE) - 1, -1):
        if tokens[at].kind is Kind.WORD and tokens[at].text in words.CONDITIONAL:
            return at
    at = place - 1
    while at >= 0 and tokens[at].text in words.DETERMINERS:
        at -= 1
    return at if at >= 0 and tokens[at].text in _FOR else -1


def doubted(subject: Subject, after: int, stop: int) -> bool:
    """Whether the clause asks, or says `would`, `only`, `unless`."""
    tokens = subject.tokens
    before = tokens[clause_start(subject, subject.place) : subject.place][-_CLAUSE:]
    if any(token.text in words.CONDITIONAL for token in tokens[stop : stop + 2]) or tokens[-1].text == "?":
        return True
    if before and before[0].text in ("is", "are", "does", "do"):
        return True
    return any(token.text in words.DOUBTFUL for token in (*before, *tokens[after:stop]))


def blocked(subject: Subject) -> bool:
    """Whether something of the names is spoken of: `the rows of X`, `the derivative by x`."""
    tokens = subject.tokens
    for place in range(subject.place - 1, subject.place - 1 - BACK, -1):
        if place < 0:
            return False
        if tokens[place].kind is not Kind.WORD:
            named = tokens[place].maths and tokens[place].kind is Kind.NAME and place == subject.place - 1
            return named and name_at(tokens, place) is not None
        said = tokens[place].text
        if said in words.PREPOSITIONS or said in ("respect", "both", "neither"):
            return True
        if said in _STARTS:
            return False
    return False


# Keeping ------------------------------------------------------------------------------------------------------------
def keep(
    subject: Subject, found: Description, names: Sequence[Named], heard: Heard, only: tuple[int, ...] = ()
) -> None:
    """Adds all that a description says of some names."""
    facts = subject.facts
    for named in names:
        _keep_shape(found, named, heard, facts, only)
        for what, holds, along in found.traits:
            facts.trait(named, what, heard, holds, along, only)
        for what, of, loss in found.roles:
            if named.text not in (of, loss):
                facts.role(named, what, heard, of, loss)
        if found.function and (found.calls or may_be_applied(named.text)):
            facts.function(named.text, named.latex, found.function, heard, found.where)


def may_be_applied(name: str) -> bool:
    """Whether a name is one that functions are called by: `p is the softmax` says nothing of a function p."""
    return name.rstrip("'").split("_")[0].split("^")[0] in _CALLED


_CALLED = frozenset({"f", "g", "h", "sigma", "phi", "psi", "rho", "act", "activation", "nonlin"})


def _keep_shape(found: Description, named: Named, heard: Heard, facts: Facts, only: tuple[int, ...]) -> None:
    sizes, kind = found.sizes, found.kind
    lying: Literal["", "row", "column"] = "row" if kind == "row" else "column" if kind == "column" else ""
    rank = {"scalar": 0, "vector": 1, "row": 1, "column": 1, "matrix": 2}.get(kind)
    if sizes is None:
        if rank is not None:
            facts.shape(named, (None,) * rank, heard, lying, only)
        return
    if len(sizes) == 1 and kind == "matrix" and ("square", True, "") in found.traits:
        sizes = (sizes[0], sizes[0])
    flat = rank == 1 and len(sizes) == 2 and 1 in sizes  # `an N x 1 vector`
    if rank in (None, len(sizes)) or flat:
        facts.shape(named, sizes, heard, "" if flat else lying, only)
