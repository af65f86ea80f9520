"""A judged document in; its findings numbered, each with the piece of the document that it stands in, out.

One idea: a finding belongs to the piece that its place begins in; what belongs to none is shown at the end, so that
nothing is lost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ....checker.documents import Document, Piece
from ....checker.results import Checked, Finding


@dataclass(frozen=True, slots=True)
class Numbered:
    """A finding, its number in the document, and the name that links lead to."""

    number: int
    anchor: str
    finding: Finding
    typed: bool = False  # as code, or as a line that nothing marks as mathematics


@dataclass(frozen=True)
class Placed:
    """The findings of each piece, by the number of the piece, and those that stand in none."""

    document: Document
    all: tuple[Numbered, ...]
    of_piece: Mapping[int, tuple[Numbered, ...]]
    elsewhere: tuple[Numbered, ...]

    def of(self, piece: int) -> tuple[Numbered, ...]:
        """The findings of a piece."""
        return self.of_piece.get(piece, ())


def span(piece: Piece) -> tuple[int, int]:
    """Where a piece begins and ends in its file."""
    if not piece.text:
        return piece.offsets.start(0), piece.offsets.start(0)
    return piece.offsets.start(0), piece.offsets.stop(len(piece.text) - 1)


def placed(checked: Checked, prefix: str) -> Placed:
    """Every finding with its number, its name and its piece."""
    document = checked.document
    numbered = tuple(
        Numbered(number, f"{prefix}-{number}", each) for number, each in enumerate(checked.findings, start=1)
    )
    begins = [_begins(document, source) for source in range(len(document.sources))]
    of_piece: dict[int, list[Numbered]] = {}
    elsewhere = []
    for each in numbered:
        piece = _piece_of(document, begins, each.finding)
        if piece is None:
            elsewhere.append(each)
        else:
            of_piece.setdefault(piece, []).append(replace(each, typed=_is_typed(document.pieces[piece])))
    return Placed(document, numbered, {piece: tuple(found) for piece, found in of_piece.items()}, tuple(elsewhere))


def _is_typed(piece: Piece) -> bool:
    return piece.kind == "code" or piece.form == "line"


def _begins(document: Document, source: int) -> list[tuple[int, int, int]]:
    """Where the pieces of mathematics and code in a file begin and end, in order, with their numbers."""
    found = [
        (*span(piece), number)
        for number, piece in enumerate(document.pieces)
        if piece.source == source and piece.kind != "words"
    ]
    return sorted(found)


def _piece_of(document: Document, begins: Sequence[list[tuple[int, int, int]]], finding: Finding) -> int | None:
    offset = finding.place.offset
    for source, found in zip(document.sources, begins, strict=True):
        if source.file != finding.place.file:
            continue
        at = bisect_right(found, (offset, len(source.text) + 1, 0)) - 1
        if at >= 0 and found[at][0] <= offset < max(found[at][1], found[at][0] + 1):
            return found[at][2]
    return None
