"""Numbers and arrays as text: values in, short decimals out, long arrays elided.

One idea: as few digits as say the number to the precision asked for, and brackets as mathematics and NumPy share them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

DIGITS = 6
_MOST_ENTRIES = 24
_EDGE = 3


def write_number(value: Any, digits: int = DIGITS) -> str:
    """A number in at most `digits` significant digits, without trailing zeros.

    >>> write_number(-4.0), write_number(0.1 + 0.2), write_number(1e-9), write_number(True)
    ('-4', '0.3', '1e-09', '1')
    """
    number = float(value)
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "inf" if number > 0 else "-inf"
    written = f"{number:.{digits}g}"
    if "e" not in written:
        return written if float(written) else "0"
    return written if abs(number) >= 10**digits or abs(number) < 1e-4 else repr(float(written))


def write_coefficient(value: float, digits: int = DIGITS) -> str:
    """A number in a formula: as a fraction where it is one with a small denominator (2/3), else as a decimal.

    >>> write_coefficient(2 / 3), write_coefficient(0.5), write_coefficient(-1.25)
    ('2/3', '0.5', '-1.25')
    """
    decimal = write_number(value, digits)
    if float(decimal) == value or value != value or abs(value) == float("inf"):
        return decimal
    fraction = Fraction(value).limit_denominator(999)
    close = fraction.denominator > 1 and abs(float(fraction) - value) <= 4e-16 * abs(value)
    return f"{fraction.numerator}/{fraction.denominator}" if close else decimal


def write_value(value: Any, digits: int = DIGITS) -> str:
    """An array as nested square brackets on one line; long ones show their ends.

    >>> import numpy as np
    >>> write_value(np.array([[1.0, 2.0], [3.0, 4.5]]))
    '[[1, 2], [3, 4.5]]'
    """
    if value is None:
        return ""
    return _brackets(value, digits, getattr(value, "size", 1) > _MOST_ENTRIES)


def _brackets(value: Any, digits: int, elided: bool) -> str:
    if not getattr(value, "shape", ()):
        return write_number(value, digits)
    rows = list(value)
    if elided and len(rows) > 2 * _EDGE:
        shown = [_brackets(row, digits, elided) for row in rows[:_EDGE]]
        shown += ["..."] + [_brackets(row, digits, elided) for row in rows[-_EDGE:]]
    else:
        shown = [_brackets(row, digits, elided) for row in rows]
    return f"[{', '.join(shown)}]"


def latex_value(value: Any, digits: int = DIGITS) -> str:
    """An array as a LaTeX matrix: a vector is a column. Higher orders are written as text writes them."""
    shape = getattr(value, "shape", ())
    if not shape:
        return latex_number(write_number(value, digits))
    if len(shape) > 2 or value.size > _MOST_ENTRIES or 0 in shape:
        return rf"\text{{array of shape {shape}}}" if value.size > _MOST_ENTRIES else write_value(value, digits)
    rows = [[entry] for entry in value] if len(shape) == 1 else [list(row) for row in value]
    written = r" \\ ".join(" & ".join(latex_number(write_number(entry, digits)) for entry in row) for row in rows)
    return rf"\begin{{bmatrix}} {written} \end{{bmatrix}}"


def latex_number(written: str) -> str:
    """Scientific notation as a power of ten; infinity as its sign."""
    if "inf" in written:
        return written.replace("inf", r"\infty")
    if "NaN" in written:
        return r"\mathrm{NaN}"
    mantissa, _, exponent = written.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
