"""Numbers and arrays as text: values in, short decimals out, long arrays elided.

One idea: as few digits as say the number to the precision asked for, and brackets as mathematics and NumPy share them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import combinations_with_replacement
from math import log, pi, prod
from typing import Any

DIGITS = 6
_MOST_ENTRIES = 24
_EDGE = 3


def write_number(value: Any, digits: int = DIGITS) -> str:
    """A number in at most `digits` significant digits, without trailing zeros. Whole numbers stay whole.

    >>> write_number(-4.0), write_number(0.1 + 0.2), write_number(1e-9), write_number(True)
    ('-4', '0.3', '1e-9', '1')
    >>> write_number(1 - 2j), write_number(1j), write_number(3 + 0j)
    ('1 - 2i', 'i', '3')
    """
    number = as_number(value)
    if isinstance(number, complex):
        return _write_complex(number, digits)
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "inf" if number > 0 else "-inf"
    if number == int(number) and abs(number) < 1e15 and (digits >= 6 or abs(number) < 10**digits):
        return str(int(number))
    mantissa, _, exponent = f"{number:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def as_number(value: Any) -> float | complex:
    """A value as Python's own number: complex only where it has an imaginary part."""
    found = complex(value)
    return found if found.imag or found.imag != found.imag else found.real


def _write_complex(number: complex, digits: int) -> str:
    """1 - 2i, without a real part of 0."""
    imaginary = write_number(number.imag, digits)
    size = imaginary.removeprefix("-")
    part = "i" if size == "1" else f"{size}i"
    if not number.real:
        return f"-{part}" if imaginary.startswith("-") else part
    return f"{write_number(number.real, digits)} {'-' if imaginary.startswith('-') else '+'} {part}"


def write_coefficient(value: float | complex, digits: int = DIGITS) -> str:
    """A number in a formula: as a fraction where it is one with a small denominator (2/3), else as a decimal.

    >>> write_coefficient(2 / 3), write_coefficient(0.5), write_coefficient(-1.25)
    ('2/3', '0.5', '-1.25')
    """
    decimal = write_number(value, digits)
    if isinstance(value, complex):
        return decimal
    if value != value or abs(value) == float("inf") or float(decimal) == value:
        return decimal
    fraction = Fraction(value).limit_denominator(999)
    close = fraction.denominator > 1 and abs(float(fraction) - value) <= 4e-16 * abs(value)
    return f"{fraction.numerator}/{fraction.denominator}" if close else decimal


def is_number(text: str) -> bool:
    """Whether a piece of text is a number as `numbers` writes it, or a fraction of two."""
    body = text.removeprefix("-")
    return body[:1].isdigit() and all(letter.isdigit() or letter in "./e-" for letter in body)


def is_sum(written: str) -> bool:
    """Whether a number needs brackets in a product: a negative one, or a complex one of two parts."""
    return written.startswith("-") or (written.endswith("i") and (" + " in written or " - " in written))


def write_with_sizes(value: float, sizes: Mapping[int, str]) -> str | None:
    """A coefficient that came from sizes or their square roots, in their letters; None for an ordinary number.

    >>> (
    ...     write_with_sizes(2 / 1009, {1009: "m"}),
    ...     write_with_sizes(1009.0, {1009: "m"}),
    ...     write_with_sizes(2.0, {1009: "m"}),
    ...     write_with_sizes(1 / 1009**0.5, {1009: "m"}),
    ... )
    ('2/m', 'm', None, '1/sqrt(m)')
    """
    if value == int(value) and all(value % size for size in sizes):
        return _next_to_sizes(value, sizes)
    pairs = [(size,) for size in sizes] + list(combinations_with_replacement(sizes, 2))
    groups = [(prod(each), _as_product([_as_factor(sizes[size]) for size in each]), len(each) > 1) for each in pairs]
    groups += [(size**0.5, f"sqrt({letter})", False) for size, letter in sizes.items()]
    for size, letters, several in groups:
        below = f"({letters})" if " " in letters and (several or letters[0] != "(") else letters
        for whole, written in ((value * size, f"{{}}/{below}"), (value / size, f"{{}} {letters}")):
            if _is_cofactor(whole, sizes):
                return written.format(round(whole)).removeprefix("1 ")
        for part in _PARTS:
            if _is_cofactor(value * size * part, sizes):
                return f"{round(value * size * part)}/({part} {letters})"
    return _next_to_sizes(value, sizes)


_PARTS = (2, 3, 4, 6, 8)  # what a size is often multiplied with below a line: 1/(2 n)
_LARGE = 500  # from here on nobody's own number is next to a size


def _next_to_sizes(value: float, sizes: Mapping[int, str]) -> str | None:
    """A number that a program made of n - 1, log n or the like; never one that somebody may have written.

    The same numbers are sizes to `transforms.sizes`, which is what the code is written by.
    """
    if abs(value) < 8 and (value * 16).is_integer():
        return None
    for size, letter in sizes.items():
        for number, written in _beside(size, letter) if size >= _LARGE else ():
            for times, above, below in ((1.0, "{}", "1/{}"), (2.0, "2 {}", "2/{}"), (0.5, "0.5 {}", "1/(2 {})")):
                for known, form in ((times * number, above), (times / number, below)):
                    if abs(abs(value) - known) <= 4e-15 * known:
                        return f"{'-' if value < 0 else ''}{form.format(written)}"
    return None


def _beside(size: int, letter: str) -> list[tuple[float, str]]:
    return [
        (size - 1, f"({letter} - 1)"), (size + 1, f"({letter} + 1)"), ((size - 1) ** 0.5, f"sqrt({letter} - 1)"),
        (log(size), f"log({letter})"), (size * log(2 * pi), f"{_as_factor(letter)} log(2 pi)"),
    ]  # fmt: skip


def _as_product(factors: list[str]) -> str:
    return f"{factors[0]}^2" if len(factors) == 2 and factors[0] == factors[1] else " ".join(factors)


def _as_factor(size: str) -> str:
    """A size in a product: one that is a sum, such as n - k + 1, stands in brackets."""
    return f"({size})" if " + " in size or " - " in size else size


def _is_cofactor(number: float, sizes: Mapping[int, str]) -> bool:
    """Whether a number is whole, and none of the sizes is still in it."""
    whole = round(number) if abs(number) < 1e6 else 0
    return whole != 0 and abs(number - whole) < 1e-9 and all(whole % size for size in sizes)


def write_value(value: Any, digits: int = DIGITS) -> str:
    """An array as nested square brackets on one line; long ones show their ends.

    >>> import numpy as np
    >>> write_value(np.array([[1.0, 2.0], [3.0, 4.5]]))
    '[[1, 2], [3, 4.5]]'
    """
    return "" if value is None else brackets(written_entries(value, digits))


def is_array(value: Any) -> bool:
    """Whether a value has several entries, or a shape for them."""
    return bool(getattr(value, "shape", None))


def written_entries(value: Any, digits: int = DIGITS) -> Any:
    """The entries of an array as nested lists of text, "..." where it is elided; a number as its text."""

    def write(entry: Any) -> str:
        return write_number(entry, digits)

    return map_entries(value, write, getattr(value, "size", 1) > _MOST_ENTRIES)


def map_entries(value: Any, write: Callable[[Any], str], elided: bool = False) -> Any:
    """Nested lists of what `write` says of each entry, without the middle of long axes if `elided`."""
    if not is_array(value):
        return write(value)
    if elided and len(value) > 2 * _EDGE:
        ends = [map_entries(value[place], write, elided) for place in (*range(_EDGE), *range(-_EDGE, 0))]
        return [*ends[:_EDGE], "...", *ends[_EDGE:]]
    return [map_entries(entry, write, elided) for entry in value]


def brackets(entries: Any) -> str:
    """Nested lists of text on one line."""
    return entries if isinstance(entries, str) else f"[{', '.join(brackets(each) for each in entries)}]"


def bracket_lines(entries: Any, width: int) -> list[str]:
    """The same over several lines where one would be longer than `width`: a row of a matrix on each."""
    whole = brackets(entries)
    if len(whole) <= width or isinstance(entries, str):
        return [whole]
    if all(isinstance(each, str) for each in entries):
        return _wrapped(entries, width)
    lines: list[str] = []
    for place, each in enumerate(entries):
        inner = bracket_lines(each, width - 2)
        inner[-1] += "]" if place == len(entries) - 1 else ","
        lines.extend((("[" if place == number == 0 else " ") + line) for number, line in enumerate(inner))
    return lines


def _wrapped(entries: list[str], width: int) -> list[str]:
    lines, line = [], "["
    for place, each in enumerate(entries):
        piece = each + ("]" if place == len(entries) - 1 else ",")
        if len(line) > 1 and len(line) + 1 + len(piece) > width:
            lines.append(line)
            line = " " + piece
        else:
            line += piece if line == "[" else f" {piece}"
    return [*lines, line]


def latex_value(value: Any, digits: int = DIGITS) -> str:
    """An array as a LaTeX matrix: a vector is a column. Long ones show their corners."""

    def write(entry: Any) -> str:
        return latex_number(write_number(entry, digits))

    if value is None:
        return ""
    return latex_grid(map_entries(value, write, getattr(value, "size", 1) > _MOST_ENTRIES))


def latex_grid(entries: Any) -> str:
    """Nested lists of LaTeX as a matrix; more than two axes are written as nested brackets."""
    if isinstance(entries, str):
        return entries
    if not entries:
        return "[\\,]"
    columns = [len(each) for each in entries if not isinstance(each, str)]
    if any(not isinstance(entry, str) for each in entries if not isinstance(each, str) for entry in each):
        inner = ", ".join(_DOTS[each] if isinstance(each, str) else latex_grid(each) for each in entries)
        return rf"\left[{inner}\right]"
    rows = r" \\ ".join(_latex_row(each, columns[0] if columns else 1) for each in entries)
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


_DOTS = {"...": r"\cdots"}


def _latex_row(row: Any, width: int) -> str:
    if isinstance(row, str):
        return " & ".join([r"\vdots"] * width) if row == "..." else row
    return " & ".join(_DOTS.get(entry, entry) for entry in row)


def latex_number(written: str) -> str:
    """Scientific notation as a power of ten; infinity as its sign."""
    for sign in (" + ", " - "):
        if sign in written:
            return sign.join(latex_number(part) for part in written.split(sign))
    if written.endswith("i"):
        return f"{latex_number(written[:-1])}i" if written[:-1] not in ("", "-") else written
    if "inf" in written:
        return written.replace("inf", r"\infty")
    if "NaN" in written:
        return r"\mathrm{NaN}"
    mantissa, _, exponent = written.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
