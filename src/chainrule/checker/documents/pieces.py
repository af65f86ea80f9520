"""What reading a document gives: the file's text, its pieces in order, and notes about what was done to it.

One idea: a piece is what stands in one pair of delimiters, cleaned for the parser, and each of its characters knows the
offset in the original file that it came from.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from .mapped import Mapped, Offsets

PieceKind = Literal["mathematics", "code", "words"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was done to the text, or not done, and where (an offset in the file that `source` names)."""

    message: str
    offset: int = 0
    source: int = 0
    hinders: bool = False  # what is read may have nothing in common with what was written


@dataclass(frozen=True)
class Source:
    """A file as it was decoded: the document itself is number 0, files that it brings in by `\\input` follow."""

    file: str
    text: str

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset of the first character of each line; a line ends with LF, CRLF or a lone CR."""
        starts = [0]
        place = 0
        for line in self.text.splitlines(keepends=True) if "\r" in self.text else ():
            place += len(line)
            if line.endswith(("\n", "\r")):
                starts.append(place)
        if "\r" not in self.text:
            place = self.text.find("\n")
            while place >= 0:
                starts.append(place + 1)
                place = self.text.find("\n", place + 1)
        return tuple(starts)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file: offsets in characters, line and column counted from 1."""

    file: str
    offset: int
    end: int
    line: int
    column: int


@dataclass(frozen=True)
class Piece:
    """A stretch of mathematics, code or words.

    `text` is cleaned and has its macros expanded; `offsets` says where each character stands in `sources[source]`.
    `sure` is false where nothing but its look says that the text is mathematics or code. `form` says what marked it:
    a delimiter, the name of an environment, `fence`, `indented`, `line`, `address`. `language` is that of code.
    `block` counts paragraphs, cells of tables not; `section` counts headings; `cell` is the notebook cell.
    """

    kind: PieceKind
    mapped: Mapped = field(repr=False)
    display: bool
    block: int
    section: int = 0
    sure: bool = True
    form: str = ""
    language: str = ""
    cell: int | None = None
    source: int = 0

    @property
    def text(self) -> str:
        """The characters."""
        return self.mapped.text

    @property
    def offsets(self) -> Offsets:
        """Where the characters stand in the file."""
        return self.mapped.offsets


@dataclass(frozen=True)
class Document:
    """A document: `file` and `text` are the original, `pieces` what was found, `notes` what was done."""

    file: str
    text: str
    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()

    def place(self, piece: Piece, start: int = 0, stop: int | None = None) -> Place:
        """Where characters `start` to `stop` of a piece stand in the original file."""
        last = max(start, (len(piece.text) if stop is None else stop) - 1)
        offset = piece.offsets.start(start)
        return place_at(
            self.sources[piece.source], offset, max(offset, piece.offsets.stop(last)) if piece.text else offset
        )


def place_at(source: Source, offset: int, end: int) -> Place:
    """The place of two offsets in a file.

    >>> place_at(Source("notes.md", "a\\nb = c"), 2, 7)
    Place(file='notes.md', offset=2, end=7, line=2, column=1)
    """
    offset = max(0, min(offset, len(source.text)))
    end = max(offset, min(end, len(source.text)))
    starts = source.line_starts
    line = bisect_right(starts, offset)
    return Place(source.file, offset, end, line, offset - starts[line - 1] + 1)
