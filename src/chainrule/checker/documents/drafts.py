"""Stretches of a document in, pieces out: the one place where pieces are made.

One idea: pieces are made in the order of the text, so a macro is known from its definition on, as in LaTeX.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from . import limits
from .cleaning import clean_mathematics, decode_address
from .macros import Macros, expand, learn
from .mapped import Mapped
from .pieces import Note, Piece


@dataclass(slots=True)
class Drafts:
    """The pieces made so far, and where the reader is."""

    pieces: list[Piece] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    macros: Macros = field(default_factory=Macros)
    lines: int = 0  # lines that were looked at for being equations
    block: int = 0
    section: int = 0
    cell: int | None = None
    source: int = 0

    def next_block(self, heading: bool = False) -> None:
        """A new paragraph, cell or heading begins."""
        self.block += 1
        self.section += heading

    def words(self, content: Mapped) -> None:
        """Adds words, unless there are none."""
        if content.text.strip():
            self._add(Piece("words", content, False, self.block))

    def code(self, content: Mapped, display: bool, form: str, language: str, sure: bool) -> None:
        """Adds code."""
        if content.text.strip():
            self._add(Piece("code", content, display, self.block, form=form, language=language, sure=sure))

    def mathematics(self, content: Mapped, display: bool, form: str, sure: bool, markdown: bool) -> None:
        """Adds mathematics, cleaned and with its macros expanded."""
        if form == "address":
            content = decode_address(content)
        content = expand(clean_mathematics(content, markdown), self.macros)
        for message, offset in self.macros.notes:
            self.note(message, offset)
        self.macros.notes.clear()
        if content.text.strip():
            self._add(Piece("mathematics", content, display, self.block, form=form, sure=sure))

    def definition(self, content: Mapped) -> None:
        """Learns a macro that is defined outside of mathematics."""
        learn(content.text, self.macros)
        self.words(content)

    def note(self, message: str, offset: int) -> None:
        """Adds a note; after many, only that there are more."""
        if len(self.notes) < limits.NOTES:
            self.notes.append(Note(message, offset, self.source))
        elif len(self.notes) == limits.NOTES:
            self.notes.append(Note("there is more to note from here on", offset, self.source))

    def _add(self, piece: Piece) -> None:
        self.pieces.append(
            Piece(piece.kind, piece.mapped, piece.display, piece.block, self.section, piece.sure, piece.form,
                  piece.language, self.cell, self.source)
        )  # fmt: skip
