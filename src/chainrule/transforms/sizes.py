"""Sizes: numbers of a graph recorded for some sizes in, the same numbers for other sizes out.

One idea: the sizes of a formula are large primes, so whatever was made from them can be told from a number that
somebody wrote: 1009, 1009 * 1013, 1009 + 1, 1 / 1009 and sqrt(1009) are sizes, 2 and 0.5 are not.

The rule, in full. A whole number is made from sizes if it is one, a product of some with a factor below 64, or the sum
or difference of up to three with a distance of at most 4. A real number is if it is a ratio a / b (|a| <= 1000,
b <= 64) times powers of sizes, with at most one factor next to a size (n - 1, n + 1), or the root or the logarithm of
such a number. Where only n - 1 or n + 1 occurs the ratio must be 1, 1/2 or 2 in the denominator, and where a size below
500 stands above the line b must be 1, 2, 3, 4, 6 or 8: other numbers are as likely to be somebody's. Every other number
stays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import Any

from ..errors import ShapeError
from ..ir.library import reference

_SMALLEST = 50  # below it a size is no letter's
_LARGE = 500  # from here on nobody's own number is near a size
_FARTHEST = 4  # how far a whole number may be from a sum of sizes
_LARGEST_FACTOR = 64
_LARGEST_ABOVE = 1000
_MOST_POWERS = 4  # factors in one product of sizes
_MOST_BESIDE = 2  # of them beside n - 1 or n + 1
_ROUNDING = 4e-15


@dataclass(slots=True)
class Sizes:
    """What sizes become. `seen` are sizes of axes that followed from the rule of an op; None: they became several."""

    given: Mapping[int, int]
    seen: dict[int, int | None] = field(default_factory=dict)
    _monomials: Any = None

    def note(self, before: Sequence[int], after: Sequence[int]) -> None:
        """Take down what the axes of a node have become."""
        for old, new in zip(before, after, strict=True):
            if old not in self.given and old > 1:
                self.seen[old] = new if self.seen.get(old, new) == new else None

    def whole(self, number: int, axis: tuple[int, int] | None = None) -> int:
        """A size or a place for the new sizes; itself if it was not made from sizes. `axis`: the axis it is a place on.

        Raises ShapeError where it could have been made in two ways that differ.
        """
        if number < 0:
            return -self.whole(-number, axis)
        known = self._letters() | (dict([axis]) if axis and axis[0] >= _SMALLEST else {})
        if number in self.given:
            return self.given[number]
        if number in known:
            return known[number]
        if number in self.seen:
            return self._followed(number)
        if not known or number < _SMALLEST:
            return number
        found = _as_product(number, known)
        return number if (best := _nearest(number, known, axis) if found is None else found) is None else best

    def _letters(self) -> dict[int, int]:
        return {old: new for old, new in self.given.items() if old >= _SMALLEST}

    def _followed(self, number: int) -> int:
        found = self.seen[number]
        if found is None:
            raise ShapeError(given=f"the size {number}, which becomes several sizes", expected="one",
                             remedy="give the sizes as numbers from the start")  # fmt: skip
        return found

    def shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Each size of a shape."""
        return tuple(self.whole(size) for size in shape)

    def real(self, value: float) -> float:
        """A number for the new sizes; itself if it was not made from sizes.

        Raises ShapeError for a small whole number that is also the difference of two sizes.
        """
        if not self._letters() or not math.isfinite(value):
            return value
        if self._is_also_a_difference(abs(value)):
            raise ShapeError(
                given=f"the number {value:g}, which is also a size made from others", expected="a number that is not",
                remedy="give the sizes as numbers from the start",
            )  # fmt: skip
        if _is_plain(value):
            return value
        for inside, outside in _SPELLINGS:
            found = self._monomial(inside(value)) if abs(value) < 500 or inside is _itself else None
            if found is not None:
                return math.copysign(outside(found), value) if inside is not _logarithm_of else outside(found)
        return value

    def _is_also_a_difference(self, value: float) -> bool:
        if value != int(value) or not 1 < value < _SMALLEST:
            return False
        size = int(value)
        return self.given.get(size, self.seen.get(size, size)) != size

    def _monomial(self, value: float) -> float | None:
        """The value as a ratio times powers of sizes, for the new sizes."""
        if self._monomials is None:
            self._monomials = _monomials(self._letters())
        before, after, costs, kinds = self._monomials
        numpy = reference()
        below = numpy.arange(1, _LARGEST_FACTOR + 1)
        above = value / before[:, None] * below
        nearest = numpy.rint(above)
        fits = (numpy.abs(above - nearest) <= _ROUNDING * numpy.abs(above)) & (nearest != 0)
        fits &= numpy.abs(nearest) <= _LARGEST_ABOVE
        fits &= _may_have_ratio(kinds[:, None], numpy.abs(nearest), below)
        if not fits.any():
            return None
        rows, columns = numpy.nonzero(fits)
        ratios = numpy.log2(numpy.abs(nearest[rows, columns]) * below[columns])
        best = numpy.argmin(3 * costs[rows] + ratios)  # n (n - 1) / 2 rather than 504 n, but 63 n rather than that
        row, column = rows[best], columns[best]
        return float(nearest[row, column] / below[column] * after[row])


def _is_plain(value: float) -> bool:
    """Whether a number is 0, 2, -0.5 or the like, which no size makes: most are."""
    return abs(value) < 8 and (value * 16).is_integer()


def _may_have_ratio(kinds: Any, above: Any, below: Any) -> Any:
    """Which ratios a product may stand beside, so that no number somebody wrote is taken for one."""
    numpy = reference()
    small = numpy.isin(below, _SMALL_BELOW)
    alone = (above == 1) & (below <= 2)
    return numpy.select(
        [kinds == "alone above", kinds == "alone below", kinds == "small above"],
        [alone, alone | ((above == 2) & (below == 1)), small],
        True,
    )


_SMALL_BELOW = (1, 2, 3, 4, 6, 8)


# Whole numbers -------------------------------------------------------------------------------------------------------
def _as_product(number: int, known: Mapping[int, int]) -> int | None:
    """A product of sizes with a small factor."""
    rest, new, powers = number, 1, 0
    for old in sorted(known, reverse=True):
        while old > 1 and rest % old == 0:
            rest, new, powers = rest // old, new * known[old], powers + 1
    return rest * new if powers and rest < _LARGEST_FACTOR else None


def _nearest(number: int, known: Mapping[int, int], axis: tuple[int, int] | None) -> int | None:
    """The shortest and nearest sum of up to three sizes; the size of the axis goes before others as near."""
    found: dict[tuple[int, bool], set[int]] = {}
    for plus, minus in _SUMS:
        for above in combinations_with_replacement(sorted(known), plus):
            for below in combinations_with_replacement(sorted(known), minus):
                distance = number - sum(above) + sum(below)
                if abs(distance) <= _FARTHEST and not set(above) & set(below):
                    rank = abs(distance) + 2 * plus + 3 * minus, axis is None or above + below != axis[:1]
                    new = sum(known[each] for each in above) - sum(known[each] for each in below) + distance
                    found.setdefault(rank, set()).add(new)
    if not found:
        return None
    best = found[min(found)]
    if len(best) > 1:
        raise ShapeError(given=f"the number {number}, which may be made from sizes in several ways", expected="one way",
                         remedy="give the sizes as numbers from the start")  # fmt: skip
    return best.pop()


_SUMS = ((1, 0), (2, 0), (1, 1), (3, 0), (2, 1), (1, 2))


# Real numbers --------------------------------------------------------------------------------------------------------
def _itself(value: float) -> float:
    return value


def _squared(value: float) -> float:
    return value * value


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def _logarithm_of(value: float) -> float:
    return math.exp(value)


def _logarithm(value: float) -> float:
    return math.log(value)


_SPELLINGS = ((_itself, _itself), (_squared, _root), (_logarithm_of, _logarithm))


def _monomials(given: Mapping[int, int]) -> tuple[Any, Any, Any, Any]:
    """Products of powers of sizes: before, after, how long each is, and which ratios it may stand beside."""
    numpy = reference()
    before, after, costs, kinds = zip(*_powers(given), strict=True)
    return numpy.array(before), numpy.array(after), numpy.array(costs), numpy.array(kinds)


def _powers(given: Mapping[int, int]) -> Iterator[tuple[float, float, int, str]]:
    signed = [(old, new, power) for old, new in sorted(given.items()) if is_prime(old) for power in (1, -1)]
    beside = list(_neighbours(given))
    for length in range(_MOST_POWERS + 1 if len(given) < 6 else _MOST_POWERS):
        for chosen in combinations_with_replacement(signed, length):
            if any((old, new, -power) in chosen for old, new, power in chosen):
                continue
            before, after = _value(chosen)
            small = any(power > 0 and old < _LARGE for old, _, power in chosen)
            kind = "small above" if small else "any"
            if length:
                yield before, after, length, kind
            for extra in beside if length <= _MOST_BESIDE else ():
                one, other = _value((extra,))
                alone = ("alone above" if extra[2] > 0 else "alone below") if not length else kind
                yield before * one, after * other, length + 2, alone


def _value(chosen: Sequence[tuple[int, int, int]]) -> tuple[float, float]:
    before = math.prod([float(old) ** power for old, _, power in chosen])
    return before, math.prod([float(new) ** power for _, new, power in chosen])


def _neighbours(given: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """What may stand beside powers once: a large size less or more 1, or one that was made from others (n - k + 1)."""
    for old, new in sorted(given.items()):
        for step in (-1, 1) if is_prime(old) else (0,):
            if old >= _LARGE and new + step > 0:
                yield old + step, new + step, 1
                yield old + step, new + step, -1


def is_prime(number: int) -> bool:
    """Whether a number above 1 has no divisor."""
    return all(number % each for each in range(2, math.isqrt(number) + 1))


# Letters -------------------------------------------------------------------------------------------------------------
def sizes_of(shapes: Mapping[str, Sequence[int | str]], values: Mapping[str, Any]) -> dict[str, int]:
    """The size of every letter, from arrays for names whose shapes are written in letters.

    Raises ShapeError for an array with other axes than declared, and for a letter that two arrays give two sizes.

    >>> import numpy as np
    >>> sizes_of({"W": ("m", "n"), "x": ("n",)}, {"W": np.ones((2, 3)), "x": np.ones(3)})
    {'m': 2, 'n': 3}
    """
    found: dict[str, int] = {}
    givers: dict[str, str] = {}
    for name, value in values.items():
        declared, shape = tuple(shapes.get(name, ())), tuple(getattr(value, "shape", ()))
        if len(declared) != len(shape):
            raise _unlike(name, declared, shape)
        for letter, size in zip(declared, shape, strict=True):
            if isinstance(letter, int):
                if letter != size:
                    raise _unlike(name, declared, shape)
            elif found.setdefault(letter, size) != size:
                raise ShapeError(
                    given=f"{givers[letter]} with {letter} = {found[letter]} and {name} with {letter} = {size}",
                    expected=f"one size for {letter}: {_written(givers[letter], shapes)} and {_written(name, shapes)}",
                    remedy="check the shapes of both arrays",
                )  # fmt: skip
            else:
                givers.setdefault(letter, name)
    return found


def _written(name: str, shapes: Mapping[str, Sequence[int | str]]) -> str:
    return f"{name} is {' by '.join(map(str, shapes[name]))}"


def _unlike(name: str, declared: Sequence[int | str], shape: Sequence[int]) -> ShapeError:
    expected = f"shape ({', '.join(map(str, declared))}{',' * (len(declared) == 1)})" if declared else "one number"
    return ShapeError(given=f"{name} of shape {tuple(shape)}", expected=expected, remedy="reshape it, or transpose it")
