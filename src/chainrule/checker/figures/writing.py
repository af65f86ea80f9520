r"""A number or an array in, the digits that its author would write out, as LaTeX.

One idea: what is right is told in as many decimals as were written, `0.0723` beside `0.723`.
"""

from __future__ import annotations

from typing import Any

import numpy

_MOST_ENTRIES = 64


def written_number(value: Any, unit: float = 0.0, *, as_list: bool = False) -> str:
    r"""The number in units of the last place; four digits that count where the author wrote none.

    >>> written_number(0.07233, 0.001), written_number(0.52), written_number([1.0, 2.5])
    ('0.072', '0.52', '\\begin{pmatrix}1\\\\2.5\\end{pmatrix}')
    """
    array = numpy.asarray(value, dtype=float)
    if array.ndim == 0:
        return _number(float(array), unit)
    if array.size > _MOST_ENTRIES or array.ndim > 2:
        return f"an array of shape ({', '.join(map(str, array.shape))})"
    if as_list and 1 in (array.ndim, *array.shape):
        return f"({', '.join(_number(float(each), unit) for each in array.reshape(-1))})"
    rows = array.reshape(-1, 1) if array.ndim == 1 else array
    body = r"\\".join(" & ".join(_number(float(each), unit) for each in row) for row in rows)
    return rf"\begin{{pmatrix}}{body}\end{{pmatrix}}"


def _number(value: float, unit: float) -> str:
    if not numpy.isfinite(value):
        return "no number"
    if abs(value - round(value)) < 1e-9 * max(1.0, abs(value)) and abs(value) < 1e15:
        return str(round(value))
    if unit and unit < 1:
        places = max(0, round(-float(numpy.log10(unit))))
        text = f"{value:.{places}f}"
        if float(text) and abs(float(text) - value) <= 0.05 * abs(value):
            return text
    return _plain(f"{value:.4g}")


def _plain(text: str) -> str:
    if "e" not in text:
        return text
    digits, _, power = text.partition("e")
    return rf"{digits} \cdot 10^{{{int(power)}}}"
