"""A judged document in, what reports say of it as plain data out.

One idea: a record holds words, numbers and a few characters of the file around each statement, and nothing of the
engine, so it passes between processes, waits in a file, and serves every format alike.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...checker.documents.pieces import Document, Source, place_at
from ...checker.results import Checked, Diagnosis, Finding, Repair, Verdict, Witness

NEAR = 240  # characters kept before a statement in its line
LONGEST = 600  # characters kept of a line
LINES = 3  # lines shown of a statement that runs over several
ACCUSED = (Verdict.WRONG, Verdict.FOLLOWS)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the file near a statement, which is `text[start:stop]`; `before` and `after` say where it was cut.

    `number` is 0 where lines have no numbers that a reader could see.
    """

    number: int
    text: str
    start: int
    stop: int
    before: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its verdict, its place and the lines it stands on; `more` counts the lines left out.

    In a notebook `cell` is the number of its cell, and the lines are those of the cell, not of the file.
    """

    file: str
    offset: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    latex: str
    verdict: Verdict
    reason: str
    diagnosis: Diagnosis | None = None
    expected: str | None = None
    witness: Witness | None = None
    assumptions: tuple[str, ...] = ()
    follows: tuple[int, ...] = ()
    source: tuple[SourceLine, ...] = ()
    more: int = 0
    cell: int | None = None

    @property
    def accused(self) -> bool:
        """Whether it is false: wrong, or following from what is wrong."""
        return self.verdict in ACCUSED


@dataclass(frozen=True, slots=True)
class Record:
    """A document: its statements in order, or the `problem` for which it was not checked."""

    file: str
    statements: tuple[Statement, ...] = ()
    repairs: tuple[Repair, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    summary: Mapping[str, int] = field(default_factory=dict)


def record(checked: Checked, file: str = "") -> Record:
    """The record of a judged document; `file` is what it is called where it was not read from a file."""
    name = checked.file or file
    sources = {source.file: source for source in reversed(checked.document.sources)}
    cells = _cells(checked.document)
    found = tuple(_statement(each, sources.get(each.place.file), name, cells) for each in checked.findings)
    return Record(name, found, checked.repairs, checked.notes, "", checked.summary)


def unread(file: str, problem: str) -> Record:
    """The record of a document that could not be checked.

    >>> unread("scan.pdf", "no text").summary["wrong"]
    0
    """
    return Record(file, problem=problem, summary={verdict.value: 0 for verdict in Verdict})


def _cells(document: Document) -> list[tuple[int, int]]:
    """Where the pieces of a notebook begin, with the numbers of their cells."""
    return [(piece.offsets.start(0), piece.cell + 1) for piece in document.pieces if piece.cell is not None]


def _statement(finding: Finding, source: Source | None, file: str, cells: list[tuple[int, int]]) -> Statement:
    place = finding.place
    source = source or Source(place.file, finding.text)
    last = place_at(source, max(place.offset, place.end - 1), place.end)  # a line break at the end stays on its line
    if cells:
        lines, more = _lines(Source(file, finding.text), 1, 1, finding.text.count("\n") + 1, len(finding.text) + 1)
        lines = tuple(replace(each, number=0) for each in lines)
    else:
        lines, more = _lines(source, place.line, place.column, last.line, last.column + 1)
    witness = finding.witness
    plain = None if witness is None else Witness(dict(witness.at), witness.written, witness.right, witness.entry)
    return Statement(
        place.file or file, place.offset, place.end, place.line, place.column, last.line, last.column + 1, finding.text,
        finding.latex, finding.verdict, finding.reason, finding.diagnosis, finding.expected, plain,
        finding.assumptions, finding.follows, lines, more,
        cells[max(0, bisect_right(cells, (place.offset, math.inf)) - 1)][1] if cells else None,
    )  # fmt: skip


def _lines(
    source: Source, line: int, column: int, end_line: int, end_column: int
) -> tuple[tuple[SourceLine, ...], int]:
    """The lines that a statement stands on, the first few of them."""
    numbers = range(line, max(line, end_line) + 1)
    shown = [
        _line(source, number, column - 1 if number == line else None, end_column - 1 if number == end_line else None)
        for number in numbers[:LINES]
    ]
    filled = [each for each in shown if each.text.strip()]
    return tuple(filled or shown[:1]), max(0, len(numbers) - LINES)


def _line(source: Source, number: int, start: int | None, stop: int | None) -> SourceLine:
    """One line, marked from `start` to `stop`, or where it has letters; cut to what stands near."""
    starts = source.line_starts
    begin = starts[number - 1] if number <= len(starts) else len(source.text)
    finish = starts[number] if number < len(starts) else len(source.text)
    near = max(0, (start or 0) - NEAR)
    text = source.text[begin + near : min(finish, begin + near + LONGEST)].rstrip("\r\n")
    after = begin + near + LONGEST < finish
    first = len(text) - len(text.lstrip()) if start is None else start - near
    last = len(text.rstrip()) if stop is None else stop - near
    first = min(first, len(text))
    return SourceLine(number, text, first, max(first, min(last, len(text))), near > 0, after)
