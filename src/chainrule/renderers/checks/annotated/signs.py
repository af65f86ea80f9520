"""Verdicts and text in, the small pieces of HTML out that every part of the page is made of.

One idea: whatever comes from outside goes through `plain`, `sentence` or `formula`, and these escape; a verdict is
shown by a sign and a word, and by its colour only besides.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import NamedTuple

from ....checker.results import Verdict
from ..words import COLUMNS, MATHEMATICS, sound, visible
from .settable import settable


class Sign(NamedTuple):
    """How a verdict is shown: a sign, and the class of its colours."""

    sign: str
    style: str

    @property
    def html(self) -> str:
        """The sign, which is not read aloud, because a word stands beside it."""
        return f'<span class="sign" aria-hidden="true">{self.sign}</span>'


SIGNS = {
    Verdict.DEFINITION: Sign("≔", "definition"),
    Verdict.RIGHT: Sign("✓", "right"),
    Verdict.ROUNDED: Sign("≈", "rounded"),
    Verdict.CONVENTION: Sign("⇄", "convention"),
    Verdict.FOLLOWS: Sign("↳", "follows"),
    Verdict.WRONG: Sign("✗", "wrong"),
    Verdict.UNCHECKED: Sign("?", "unchecked"),
}
WORDS = {**{verdict: word.rstrip("s") if verdict is Verdict.DEFINITION else word for verdict, word in COLUMNS.items()}}
_GRAVITY = (
    Verdict.WRONG, Verdict.FOLLOWS, Verdict.CONVENTION, Verdict.UNCHECKED, Verdict.ROUNDED, Verdict.RIGHT,
    Verdict.DEFINITION,
)  # fmt: skip
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LEFTWARD = ("R", "AL")


def gravest(verdicts: list[Verdict]) -> Verdict:
    """The verdict that a reader should see first.

    >>> gravest([Verdict.RIGHT, Verdict.FOLLOWS]).value
    'follows'
    """
    return min(verdicts, key=_GRAVITY.index)


def shown(text: str) -> str:
    """Text of the document as it stands, lines kept, without what drives a terminal, hides or turns what follows.

    >>> shown("a\\u202eb\\x07\\n\\tc")
    'a�b�\\n\\tc'
    """
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    kept = "".join(letter if _harmless(letter) else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return sound(_TURNS.sub("\N{REPLACEMENT CHARACTER}", kept))


def _harmless(letter: str) -> bool:
    return letter.isprintable() or letter in "\n\t" or unicodedata.category(letter) in ("Zs", "Co")


def plain(text: str) -> str:
    """Words on one line, escaped; isolated if some of them are written from right to left.

    >>> plain("a < b"), plain("\\u05d0")
    ('a &lt; b', '<bdi>\\u05d0</bdi>')
    """
    return isolated(escape(sound(visible(text))))


def isolated(html: str) -> str:
    """The same in <bdi>, if a letter of it is written from right to left."""
    turned = not html.isascii() and any(unicodedata.bidirectional(letter) in _LEFTWARD for letter in html)
    return f"<bdi>{html}</bdi>" if turned else html


def formula(latex: str, *, large: bool = False) -> str:
    """Mathematics, which the page's script sets; its source stands there for those without scripts.

    >>> formula("x < 1")
    '<bdi class="tex" dir="ltr">x &lt; 1</bdi>'
    """
    style = "tex large" if large else "tex"
    return f'<bdi class="{style}" dir="ltr">{escape(settable(shown(latex)))}</bdi>'


def sentence(text: str) -> str:
    """A sentence of ours: what stands between dollars is mathematics.

    >>> sentence("$x$ is < 1")
    '<bdi class="tex" dir="ltr">x</bdi> is &lt; 1'
    """
    parts = MATHEMATICS.split(text)
    return "".join(formula(part) if place % 2 else plain(part) for place, part in enumerate(parts))
