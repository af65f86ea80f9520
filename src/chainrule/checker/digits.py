r"""Written numbers against exact ones: whether `0.95` can stand for 0.947846, and what `2 \cdot 0.26` can be at most.

One idea: a literal with k decimals stands for everything within half a unit of its last place; whole numbers and
fractions are exact. What a calculation with such literals can give is found by moving each of them to its ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy

from ..notation.meaning import Literal, Meaning, Product, Rows, Total, Transposed, everything, mapped

_MOST = 60  # literals that are moved


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The value of a written calculation, and how far its rounded literals may move it to either side."""

    value: Any
    slack: Any
    last: float  # a unit of the last place of the coarsest decimal; 0 when there is none
    plain: bool = False  # nothing is calculated


def place_of(written: str) -> float:
    """One unit of the last written place of a decimal; 0 for a whole number.

    >>> place_of("0.95"), place_of("3"), place_of("1.2e-3")
    (0.01, 0.0, 0.0001)
    """
    digits, _, power = written.lower().partition("e")
    _, dot, decimals = digits.partition(".")
    exponent = int(power) if power.lstrip("+-").isdecimal() and len(power) < 5 else 0
    return float(f"1e{exponent - len(decimals)}") if (dot and decimals) or exponent < 0 else 0.0


def enclose(meaning: Meaning, compute: Callable[[Meaning], Any], exact: Collection[float] = ()) -> Enclosure:
    """What a calculation gives, and how far it may be off because its literals are rounded.

    `exact`: numbers that are data of the document, and no rounded results. Raises ChainruleError where it is nothing.
    """
    value = numpy.asarray(compute(meaning), dtype=float)
    literals = [each for each in everything(meaning) if isinstance(each, Literal) and place_of(each.written)]
    last = max((place_of(each.written) for each in literals), default=0.0)
    if is_plain(meaning):
        return Enclosure(value, _plain_slack(meaning, value), last, plain=True)
    slack = numpy.zeros(value.shape)
    for each in [each for each in literals if each.value not in exact][:_MOST]:
        unit = 0.5 * place_of(each.written)
        moved = numpy.asarray(compute(_moved(meaning, each, unit)), dtype=float)
        back = numpy.asarray(compute(_moved(meaning, each, -unit)), dtype=float)
        slack = slack + numpy.fmax(numpy.abs(moved - value), numpy.abs(back - value))
    return Enclosure(value, slack, last)


def is_plain(meaning: Meaning) -> bool:
    """Whether it is a literal or an array of literals, with signs, and nothing is calculated."""
    match meaning:
        case Literal():
            return True
        case Total(((_, body),)) | Transposed(body):
            return is_plain(body)
        case Rows(rows):
            return all(is_plain(cell) for row in rows for cell in row)
        case Product(((("", body)),)):
            return is_plain(body)
    return False


def _plain_slack(meaning: Meaning, value: Any) -> Any:
    units = [0.5 * place_of(each.written) for each in everything(meaning) if isinstance(each, Literal)]
    if len(units) == value.size:
        found = numpy.reshape(numpy.asarray(units), value.shape)
        return found
    return numpy.full(value.shape, max(units, default=0.0))


def _moved(meaning: Meaning, literal: Literal, by: float) -> Meaning:
    if meaning is literal:
        return replace(literal, value=literal.value + by)
    return mapped(meaning, lambda each: _moved(each, literal, by))
