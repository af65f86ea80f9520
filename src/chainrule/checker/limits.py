"""Bounds on what is judged of a document.

One idea: bounds are counts and not clocks, so that a document gets the same verdicts on every machine; what is beyond
one is unchecked, and the reason says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ..errors import LimitError

STATEMENTS = 800  # statements of mathematics that are judged
SPELLED = 50_000  # characters of these statements together
WORK = 60_000  # nodes of trees that are computed for one document
LINE = 30_000  # the same for one statement
CAUSES = 70_000  # the same for finding the causes of what is wrong in one document
INLINED = 3_000  # steps that putting in the functions of a document takes in one formula
GRAPH = 400  # signs and names of an expression that is written as a formula
READING = 30  # what reading a changed side counts as
SMALL = 8  # sizes up to this one are taken as they are said
COUNTED = 100  # larger ones only up to here, and only where a formula speaks of the number
ENTRIES = 20_000  # entries of one name at a point
DERIVATIVES = 50_000  # entries of one array of derivatives
WALKS = 1_000  # entries of what is differentiated: each is a walk of its own


class Spent(Exception):  # noqa: N818  # no error: nothing is wrong with the document
    """The work for a statement, or for the document, is used up. Not a ChainruleError, so that no reading of a
    statement takes it for its own failure and goes on with less."""


@dataclass(slots=True)
class Work:
    """How much has been computed: `line` for the statement at hand, `whole` for all, `causes` for what is wrong."""

    line: int = 0
    whole: int = 0
    causes: int = 0
    judging: bool = False
    diagnosing: bool = False

    def add(self, count: int) -> None:
        """Count nodes that were computed. Raises Spent when it was too much for what is being done."""
        if self.diagnosing:
            self.causes += count
        elif self.judging:
            self.line += count
            self.whole += count
        if (self.diagnosing and self.causes > CAUSES) or (self.judging and self.line > LINE):
            raise Spent

    @property
    def tired(self) -> bool:
        """Whether there was enough looking for causes in the document."""
        return self.causes > CAUSES

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Judge one statement. Raises Spent when it takes too much, or the document has had its share."""
        if self.whole >= WORK:
            raise Spent
        self.line, self.judging = 0, True
        try:
            yield
        finally:
            self.judging = False

    @contextmanager
    def diagnosis(self) -> Iterator[None]:
        """Look for the cause of what is wrong; the looking ends when there was enough of it in the document."""
        before, self.diagnosing = self.diagnosing, True
        try:
            yield
        except Spent:
            pass
        finally:
            self.diagnosing = before


def how_many(lengths: Sequence[int]) -> int:
    """How many statements of these lengths are judged: those at the beginning of the document."""
    spelled = 0
    for number, length in enumerate(lengths):
        spelled += length
        if number == STATEMENTS or spelled > SPELLED:
            return number
    return len(lengths)


def require_few(count: int, most: int, what: str) -> None:
    """Raises LimitError where something has more entries than are computed."""
    if count > most:
        raise LimitError(
            given=f"{what} of {count:,} entries", expected=f"at most {most:,}",
            remedy="say the sizes as letters: a statement about any size is judged at small ones",
        )  # fmt: skip
