"""Numbers in index notation: a number in, the same as a plain number times powers of sizes out.

One idea: n and 1/n in a formula came from the shape of an array, and must stay letters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from math import isfinite, prod

from ..terms import (
    Term,
    Terms,
    times_size,
)


def read_number(value: float, letters: Collection[int]) -> Terms:
    """A number; the sizes that it came from are factors of their own, so that n and 1/n stay letters."""
    rest, powers = _without_sizes(value, tuple(letters))
    terms: Terms = (Term(rest),)
    for size, power in powers:
        terms = times_size(terms, size, power)
    return terms


_LARGEST_WHOLE = 2.0**53
_MOST_PAIRED = 12  # sizes whose pairs are tried


def _without_sizes(value: float, sizes: Sequence[int]) -> tuple[float, list[tuple[int, float]]]:
    """A number as a plain one times powers of sizes: sizes are large primes, so a number that is plain once a size is
    taken out came from it."""
    rest = value
    powers: list[tuple[int, float]] = []
    if not value or not isfinite(value):
        return value, []
    for size in sizes:
        while size <= abs(rest) < _LARGEST_WHOLE and float(rest / size).is_integer():
            rest, powers = rest / size, [*powers, (size, 1.0)]
    if _is_plain(rest):
        return rest, powers
    for more in _candidates(sizes):
        scale = prod(size**power for size, power in more)
        if _is_plain(rest / scale):
            return _without_rounding(rest / scale), [*powers, *more]
    return rest, powers


def _without_rounding(value: float) -> float:
    """A plain number as it was before it was divided by sizes."""
    part = next(part for part in _PARTS if _is_decimal(value * part))
    return round(value * part, 4) / part


def _candidates(sizes: Sequence[int]) -> Iterator[tuple[tuple[int, float], ...]]:
    """Powers of sizes that numbers in formulas come from: 1/n of a mean, its square, 1/sqrt(n), 1/(m n)."""
    for size in sizes:
        for power in (-1.0, -2.0, 0.5, -0.5, -1.5):
            yield ((size, power),)
    if len(sizes) <= _MOST_PAIRED:
        for first, second in combinations(sizes, 2):
            yield (first, -1.0), (second, -1.0)


_PARTS = (1, 3, 7)


def _is_plain(value: float) -> bool:
    """Whether a number has a few decimals, or is a third, a sixth, ... of one that has."""
    return abs(value) >= 1e-3 and any(_is_decimal(value * part) for part in _PARTS)


def _is_decimal(value: float) -> bool:
    return abs(value - round(value, 4)) <= 4e-16 * max(1.0, abs(value))
