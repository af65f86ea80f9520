"""Styles: what plain text and LaTeX each spell differently, as data.

One idea: a formula is put together once, by `formula`; a style says how its smallest pieces look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..ir.notation import Form, Notation
from . import numbers, symbols


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind of output spells things.

    `name` writes a symbol, `indexed` an entry of it, `value` a number or an array, `grid` an array of written entries,
    `number` a written number, `bracket` puts brackets around a formula.
    """

    form: Callable[[Notation], Form]
    name: Callable[[str], str]
    indexed: Callable[[str, tuple[str, ...]], str]
    value: Callable[[Any, int], str]
    grid: Callable[[Any], str]
    number: Callable[[str], str]
    bracket: Callable[[str], str]
    times: str
    dot: str
    hadamard: str
    ones: str
    transpose: str


def _text_form(notation: Notation) -> Form:
    return notation.text


def _latex_form(notation: Notation) -> Form:
    return notation.latex


def _as_typed(text: str) -> str:
    return text


def _latex_indexed(name: str, below: tuple[str, ...]) -> str:
    return symbols.latex_indexed(name, ("" if all(len(each) == 1 for each in below) else ",").join(below))


def _round_brackets(text: str) -> str:
    return f"({text})"


_TALL = (r"\frac", r"\begin", r"\sum", r"\prod", r"\left")


def _latex_brackets(text: str) -> str:
    """Brackets that grow, where there is something to grow around."""
    return rf"\left({text}\right)" if any(sign in text for sign in _TALL) else f"({text})"


def _latex_coefficient(written: str) -> str:
    """A number or a fraction of two: -1/3 becomes -\\frac{1}{3}."""
    above, slash, below = written.partition("/")
    if not slash:
        return numbers.latex_number(written)
    sign = "-" if above.startswith("-") else ""
    return rf"{sign}\frac{{{above.removeprefix('-')}}}{{{below.strip('()')}}}"


TEXT = Style(
    _text_form, symbols.printable, symbols.text_indexed, numbers.write_value, numbers.brackets, _as_typed, _round_brackets,
    times=" × ", dot=" · ", hadamard=" ⊙ ", ones="𝟏", transpose="^T",
)  # fmt: skip
LATEX = Style(
    _latex_form, symbols.to_latex, _latex_indexed, numbers.latex_value, numbers.latex_grid, _latex_coefficient, _latex_brackets,
    times=r" \times ", dot=r" \cdot ", hadamard=r" \odot ", ones=r"\mathbf{1}", transpose=r"^{\top}",
)  # fmt: skip
