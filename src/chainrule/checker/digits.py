r"""Written numbers against exact ones: whether `0.95` can stand for 0.947846, and what `2 \cdot 0.26` can be at most.

One idea: a literal with k decimals stands for everything within half a unit of its last place; whole numbers and
fractions are exact. What a calculation with such literals can give is found by moving each of them to its ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy

from ..notation.meaning import Literal, Meaning, everything, mapped


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The value of a written calculation, and how far its rounded literals may move it to either side."""

    value: Any
    slack: Any
    last: float  # a unit of the last place of the coarsest decimal; 0 when there is none


def place_of(written: str) -> float:
    """One unit of the last written place of a decimal; 0 for a whole number."""
    digits, _, power = written.lower().partition("e")
    _, dot, decimals = digits.partition(".")
    exponent = int(power) if power.lstrip("+-").isdigit() else 0
    return 10.0 ** (exponent - len(decimals)) if dot and decimals or exponent < 0 else 0.0


def enclose(meaning: Meaning, compute: Callable[[Meaning], Any]) -> Enclosure:
    """What a calculation gives, and how far it may be off because its literals are rounded."""
    value = numpy.asarray(compute(meaning), dtype=float)
    literals = [each for each in everything(meaning) if isinstance(each, Literal) and place_of(each.written)]
    slack = numpy.zeros(value.shape)
    if is_plain(meaning):
        return Enclosure(value, _plain_slack(meaning, value), max((place_of(x.written) for x in literals), default=0.0))
    for each in literals[:200]:
        unit = 0.5 * place_of(each.written)
        moved = numpy.asarray(compute(_moved(meaning, each, unit)), dtype=float)
        back = numpy.asarray(compute(_moved(meaning, each, -unit)), dtype=float)
        slack = slack + numpy.maximum(numpy.abs(moved - value), numpy.abs(back - value))
    return Enclosure(value, slack, max((place_of(each.written) for each in literals), default=0.0))


def is_plain(meaning: Meaning) -> bool:
    """Whether it is a literal or an array of literals, with signs, and nothing is calculated."""
    from ..notation.meaning import Product, Rows, Total, Transposed

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
