"""Escaped text with marks in, the same with the pieces that stand there out, and their explanations below the block.

One idea: a page is written block by block; what the statements of a block need explained waits until it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from .findings import Workings, findings_html
from .placing import Numbered
from .signs import shown
from .slots import Slot, replaced, stretches


@dataclass(slots=True)
class Filling:
    """What stands for the marks, and where the writer is.

    `paragraph` is the tag that is open; empty in a block that needs none (an item of a list); None where displayed
    mathematics cannot stand on its own (a heading, a cell).
    """

    slots: Sequence[Slot]
    workings: Workings
    paragraph: str | None = None
    pending: list[Numbered] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Use:
    """Puts a piece into the page, and remembers its findings."""

    filling: Filling
    block: bool

    def __call__(self, slot: Slot) -> str:
        if not (self.block and slot.block):
            self.filling.pending.extend(slot.findings)
            return slot.inline
        made = stated(slot, self.filling)
        tag = self.filling.paragraph
        return f"</{tag.split()[0]}>\n{made}<{tag}>" if tag else made


def filled(text: str, filling: Filling, *, block: bool) -> str:
    """Words with their pieces; displayed mathematics ends the paragraph if `block`."""
    return replaced(escape(shown(text)), filling.slots, _Use(filling, block))


def stated(slot: Slot, filling: Filling) -> str:
    """Displayed mathematics with the explanations of its statements beside it, and those that were waiting."""
    before = explained(filling)
    beside = findings_html(slot.findings, filling.workings)
    return before + (f'<div class="stated">{slot.block}{beside}</div>\n' if beside else f"{slot.block}\n")


def code(text: str, filling: Filling) -> str:
    """Code with its judged statements marked."""
    use = _Use(filling, False)
    inner = replaced(stretches(escape(shown(text)), filling.slots, use), filling.slots, use)
    return f'<pre dir="auto"><code>{inner}</code></pre>\n{explained(filling)}'


def explained(filling: Filling) -> str:
    """The explanations of all statements since the last block."""
    pending, filling.pending = filling.pending, []
    return findings_html(pending, filling.workings)
