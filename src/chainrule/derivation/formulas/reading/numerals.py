"""Numbers in index notation: a number in, the same as a plain number times powers of sizes out.

One idea: n and 1/n in a formula came from the shape of an array, and must stay letters. Sizes that stand for letters
are large primes, so a number that is plain (a few digits, perhaps over a root of pi) once a size is taken out came from
it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import combinations
from math import floor, isfinite, log, log10, pi, prod, sqrt
from typing import TypeAlias

from ..terms import Term, Terms, times_size

Powers: TypeAlias = tuple[tuple[int, float], ...]


def read_number(value: float, letters: Collection[int]) -> Terms:
    """A number; the sizes that it came from are factors of their own, so that n and 1/n stay letters."""
    if not letters or not value or not isfinite(value):
        return (Term(value),)
    rest, powers = _without_sizes(float(value), tuple(size for size in letters if size > 1))
    terms: Terms = (Term(rest),)
    for size, power in powers:
        terms = times_size(terms, size, power)
    return terms


_LARGEST_WHOLE = 2.0**53
_MOST_PAIRED = 12  # sizes whose pairs are tried
_PLAIN = 2  # digits of a number that is not looked into


@lru_cache(maxsize=4096)
def _without_sizes(value: float, sizes: tuple[int, ...]) -> tuple[float, Powers]:
    """The number that is plainest once sizes are taken out, and which were."""
    rest = value
    powers: Powers = ()
    for size in sizes:
        while size <= abs(rest) < _LARGEST_WHOLE and float(rest / size).is_integer():
            rest, powers = rest / size, (*powers, (size, 1.0))
    fewest = _digits(rest) - 1
    found: tuple[float, Powers] | None = None
    if fewest < _PLAIN:
        return rest, powers
    for more in _candidates(sizes):
        left = rest / prod(size**power for size, power in more)
        digits = _digits(left)
        if digits < fewest and (more[0][1] != 1 or float(12 * left).is_integer()):
            fewest, found = digits, (_cleaned(left), (*powers, *more))
    return (rest, powers) if found is None else found


def _candidates(sizes: tuple[int, ...]) -> Iterator[Powers]:
    """Powers of sizes that numbers in formulas come from: 1/n of a mean, its square, 1/sqrt(n), n/2, 1/(m n), m/n."""
    for size in sizes:
        for power in (-1.0, -2.0, 0.5, -0.5, -1.5, 1.0):
            yield ((size, power),)
    if len(sizes) <= _MOST_PAIRED:
        for first, second in combinations(sizes, 2):
            yield (first, -1.0), (second, -1.0)
            yield (first, 1.0), (second, -1.0)
            yield (second, 1.0), (first, -1.0)


# How plain a number is -----------------------------------------------------------------------------------------------
# What is left of a plain number in these parts is plain: thirds and the like, and slopes of erf, log2 and log10.
_PARTS = (1.0, 3.0, 7.0, 9.0, 11.0, sqrt(pi), sqrt(2 * pi), pi, sqrt(2.0), log(2.0), log(10.0))
_MOST_DIGITS = 6
_ROUNDING = 1e-13


def _digits(value: float) -> int:
    """How many digits a number is written with, at best as a part of another."""
    return _plainest(value)[0]


def _plainest(value: float) -> tuple[int, float]:
    """The fewest digits, and in which part."""
    return min((_own_digits(value * part) + (part != 1), part) for part in _PARTS)


def _own_digits(value: float) -> int:
    first = abs(value) / 10.0 ** floor(log10(abs(value)))
    for count in range(_MOST_DIGITS):
        shifted = first * 10**count
        if abs(shifted - round(shifted)) <= _ROUNDING * shifted:
            return count + 1
    return 2 * _MOST_DIGITS


def _cleaned(value: float) -> float:
    """A number as it was before it was divided by sizes, which rounds."""
    part = _plainest(value)[1]
    whole = value * part
    return round(whole, _own_digits(whole) - 1 - floor(log10(abs(whole)))) / part
