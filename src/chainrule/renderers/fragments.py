"""Fragments of formulas: a text with how strongly it holds together in, the same in brackets where it must be out."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir.notation import Strength
from .styles import Style


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of a formula and how strongly it holds together.

    `kind` is "matrix" for a product of matrices and "entries" for one entry by entry: where the two meet, brackets are
    needed although they bind equally, since (u ⊙ v) x^T is not u ⊙ (v x^T). `signed` says that a product has a minus in
    front: as the first of several factors it needs no brackets.
    """

    text: str
    strength: int = Strength.ATOM
    kind: str = ""
    signed: bool = False


def bracketed(piece: Written, demand: int, style: Style) -> str:
    """The text of a piece, in brackets where it holds together less than demanded."""
    return style.bracket(piece.text) if piece.strength < demand else piece.text
