"""Styles: what plain text and LaTeX each spell differently, as data.

One idea: a formula is put together once, by `formula`; a style says how its smallest pieces look.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..ir.notation import Form, Notation
from . import numbers, symbols


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind of output spells things.

    `name` writes a symbol, `indexed` an entry of it, `value` a number or an array, `grid` an array of written entries,
    `number` a written number; `bracket` puts brackets around a formula, and `spell` writes a symbol in the middle of a
    sentence.
    """

    form: Callable[[Notation], Form]
    name: Callable[[str], str]
    indexed: Callable[[str, tuple[str, ...]], str]
    value: Callable[[Any, int], str]
    grid: Callable[[Any], str]
    number: Callable[[str], str]
    bracket: Callable[[str], str]
    spell: Callable[[str], str]
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


_ROOT = re.compile(r"sqrt\((\w+)\)")


def _latex_coefficient(written: str) -> str:
    """A number or a fraction of two: -1/3 becomes -\\frac{1}{3}."""
    above, slash, below = _ROOT.sub(r"\\sqrt{\1}", written).partition("/")
    if not slash:
        return above if above.endswith("}") else numbers.latex_number(above)
    sign = "-" if above.startswith("-") else ""
    return rf"{sign}\frac{{{above.removeprefix('-')}}}{{{below.strip('()')}}}"


def _between_dollars(name: str) -> str:
    return f"${symbols.to_latex(name)}$"


TEXT = Style(
    form=_text_form, name=symbols.printable, indexed=symbols.text_indexed, value=numbers.write_value,
    grid=numbers.brackets, number=_as_typed, bracket=_round_brackets, spell=symbols.printable,
    times=" × ", dot=" · ", hadamard=" ⊙ ", ones="𝟏", transpose="^T",
)  # fmt: skip
LATEX = Style(
    form=_latex_form, name=symbols.to_latex, indexed=_latex_indexed, value=numbers.latex_value,
    grid=numbers.latex_grid, number=_latex_coefficient, bracket=_latex_brackets, spell=_between_dollars,
    times=r" \times ", dot=r" \cdot ", hadamard=r" \odot ", ones=r"\,\mathbf{1}", transpose=r"^{\top}",
)  # fmt: skip
