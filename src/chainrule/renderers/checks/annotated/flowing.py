"""A LaTeX or HTML file, plain text or a notebook in, the same as HTML with the verdicts beside the statements out.

One idea: the pieces of a LaTeX or HTML file are walked in order, since only they know files brought in and macros;
plain text keeps its lines; a notebook is Markdown and code, cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ....checker.documents import Piece
from ....checker.documents.mapped import Mapped
from ....checker.documents.notebooks import Cell
from .filling import Filling, code, explained, filled, stated
from .findings import Workings
from .latex import Words, words_of
from .markdown import markdown_html
from .markup import markup_words
from .placing import Placed
from .slots import marked, mathematics_slot

_PLAIN = 'p class="plain" dir="auto"'
_PARAGRAPH = 'p dir="auto"'
_BETWEEN = re.compile(r"\n(?:[ \t]*\n)+")


def plain_html(content: Mapped, numbers: Sequence[int], judged: Placed, workings: Workings) -> str:
    """Plain text: lines and indentation as they were typed."""
    text, slots = marked(content, numbers, judged)
    filling = Filling(slots, workings, _PLAIN)
    parts = []
    for paragraph in _BETWEEN.split(text.strip("\n")):
        parts.append(f"<{_PLAIN}>{filled(paragraph, filling, block=True)}</p>\n{explained(filling)}")
    return "".join(parts)


def notebook_html(cells: Sequence[Cell], judged: Placed, workings: Workings) -> str:
    """A notebook, cell by cell; what its code printed is not shown."""
    of_cell: dict[int | None, list[int]] = {}
    for number, piece in enumerate(judged.document.pieces):
        of_cell.setdefault(piece.cell, []).append(number)
    parts = []
    for number, cell in enumerate(cells):
        numbers = of_cell.get(number, [])
        if cell.kind == "markdown":
            made = markdown_html(cell.source, numbers, judged, workings)
        else:
            text, slots = marked(cell.source, numbers, judged)
            made = code(text, Filling(slots, workings)) if text.strip() else ""
        parts.append(f'<section class="cell" aria-label="cell {number + 1}">{made}</section>\n' if made else "")
    return "".join(parts)


def latex_html(judged: Placed, workings: Workings) -> str:
    """A LaTeX file with the files that it brings in."""
    return _walked(judged, _Flow(Filling((), workings), words_of))


def markup_html(judged: Placed, workings: Workings) -> str:
    """An HTML file: its headings, paragraphs and code."""
    return _walked(judged, _Flow(Filling((), workings), markup_words))


def _walked(judged: Placed, flow: _Flow) -> str:
    block = -1
    for number, piece in enumerate(judged.document.pieces):
        if piece.block != block:
            flow.end()
            block = piece.block
        if piece.kind == "words":
            flow.words(piece.text)
        elif piece.kind == "code" and piece.display:
            flow.code(piece, number, judged)
        else:
            flow.formula(piece, number, judged)
    flow.end()
    return "".join(flow.parts)


class _Flow:
    """A page that is being written: finished blocks, and the inside of the paragraph or heading that is open."""

    def __init__(self, filling: Filling, words: Callable[..., Iterator[Words]]) -> None:
        self.filling = filling
        self.read = words
        self.parts: list[str] = []
        self.inside: list[str] = []
        self.tag = _PARAGRAPH

    def end(self) -> None:
        """Ends the open block; the explanations of its statements follow it."""
        inner = "".join(self.inside).strip()
        if inner:
            self.parts.append(f"<{self.tag}>{inner}</{self.tag.split()[0]}>\n")
        self.inside, self.tag = [], _PARAGRAPH
        self.parts.append(explained(self.filling))

    def words(self, text: str) -> None:
        """Adds words; a heading among them ends what is open."""
        for part in self.read(text, in_heading=self.tag.startswith("h")):
            if part.begins:
                self.end()
                self.tag = f'{part.begins} dir="auto"'
            self.inside.append(part.html)
            if part.ends:
                self.end()

    def code(self, piece: Piece, number: int, judged: Placed) -> None:
        """Adds code as a block."""
        self.end()
        text, slots = marked(piece.mapped, [number], judged)
        self.filling.slots = slots
        self.parts.append(code(text, self.filling))

    def formula(self, piece: Piece, number: int, judged: Placed) -> None:
        """Adds mathematics, displayed as a block of its own."""
        slot = mathematics_slot(piece, judged.of(number), piece.text)
        if slot.block and not self.tag.startswith("h"):
            self.end()
            self.parts.append(stated(slot, self.filling))
        else:
            self.inside.append(slot.inline)
            self.filling.pending.extend(slot.findings)
