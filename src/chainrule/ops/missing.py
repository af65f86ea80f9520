"""Numbers that are missing: arrays with NaN in, what can be said without them out.

One idea: an entry that is replaced or left out is a path that is not taken, and receives an exact zero.
"""

from __future__ import annotations

import warnings
from typing import Any

from ..errors import DomainError
from ..ir.coercion import as_array
from ..ir.precision import FLOATING, INEXACT, largest_number
from .arguments import highest, lowest, takes_all
from .choices import all_entries, argmax, argmin, equal, isnan, logical_and, logical_not, where
from .complexes import imag, real
from .declare import also_known_as
from .entry_products import prod
from .extremes import max, min
from .known import is_known, known_values
from .norms import std, var
from .recurrences import cumprod
from .reductions import cumsum, mean, sum


def nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """x with numbers in place of NaN and of infinities (the largest of its dtype unless given). Slope 0 where replaced.

    >>> nan_to_num([1.0, float("nan")], nan=7.0)
    array([1., 7.])
    """
    array = as_array(x)
    if array.dtype.kind == "c":
        parts = [nan_to_num(part, nan=nan, posinf=posinf, neginf=neginf) for part in (real(array), imag(array))]
        return parts[0] + parts[1] * 1j
    if array.dtype.kind not in FLOATING:
        return array
    largest = largest_number(array.dtype)
    found = where(isnan(array), nan, array)
    found = where(equal(array, float("inf")), largest if posinf is None else posinf, found)
    return where(equal(array, -float("inf")), -largest if neginf is None else neginf, found)


def is_number(x: Any) -> Any:
    """Whether each entry is a number; True where the dtype knows no others."""
    array = as_array(x)
    return logical_not(isnan(array)) if array.dtype.kind in INEXACT else True


def numbers_of(array: Any, where: Any) -> Any:
    """The mask of the entries that are numbers, of those where `where` holds."""
    numbers = is_number(array)
    return numbers if takes_all(where) else where if numbers is True else logical_and(numbers, where)


def nansum(
    x: Any, axis: Any = None, keepdims: bool = False, *, dtype: Any = None, initial: Any = None, where: Any = None
) -> Any:
    """The sum of the entries along `axis` that are numbers.

    >>> float(nansum([1.0, float("nan"), 2.0]))
    3.0
    """
    return sum(x, axis, keepdims, dtype=dtype, initial=initial, where=numbers_of(x, where))


def nanprod(
    x: Any, axis: Any = None, keepdims: bool = False, *, dtype: Any = None, initial: Any = None, where: Any = None
) -> Any:
    """The product of the entries along `axis` that are numbers.

    >>> float(nanprod([2.0, float("nan"), 3.0]))
    6.0
    """
    return prod(x, axis, keepdims, dtype=dtype, initial=initial, where=numbers_of(x, where))


def nanmean(x: Any, axis: Any = None, keepdims: bool = False, *, dtype: Any = None, where: Any = None) -> Any:
    """The mean of the entries along `axis` that are numbers.

    >>> float(nanmean([1.0, float("nan"), 2.0]))
    1.5
    """
    return mean(x, axis, keepdims, dtype=dtype, where=numbers_of(x, where))


def nanvar(
    x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False, *, dtype: Any = None, where: Any = None,
    mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The variance of the entries along `axis` that are numbers; the other arguments are those of `var`."""
    options = {"dtype": dtype, "mean": mean, "correction": correction}
    return var(x, axis, ddof, keepdims, where=numbers_of(x, where), **options)


def nanstd(
    x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False, *, dtype: Any = None, where: Any = None,
    mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The standard deviation of the entries along `axis` that are numbers; the other arguments are those of `std`."""
    options = {"dtype": dtype, "mean": mean, "correction": correction}
    return std(x, axis, ddof, keepdims, where=numbers_of(x, where), **options)


def nancumsum(x: Any, axis: int | None = None, *, dtype: Any = None) -> Any:
    """The running sum, in which what is not a number counts as 0."""
    return cumsum(_filled(x, 0.0), axis, dtype=dtype)


def nancumprod(x: Any, axis: int | None = None, *, dtype: Any = None) -> Any:
    """The running product, in which what is not a number counts as 1."""
    return cumprod(_filled(x, 1.0), axis, dtype=dtype)


def _filled(x: Any, number: float) -> Any:
    array = as_array(x)
    return where(isnan(array), number, array) if array.dtype.kind in INEXACT else array


# Extremes ------------------------------------------------------------------------------------------------------------
def nanmax(x: Any, axis: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = None) -> Any:
    """The largest of the entries along `axis` that are numbers; NaN, with a warning, where none is.

    >>> float(nanmax([1.0, float("nan"), 2.0]))
    2.0
    """
    return _extreme(max, lowest, x, axis, keepdims, initial, where)


def nanmin(x: Any, axis: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = None) -> Any:
    """The smallest of the entries along `axis` that are numbers; NaN, with a warning, where none is.

    >>> float(nanmin([1.0, float("nan"), 2.0]))
    1.0
    """
    return _extreme(min, highest, x, axis, keepdims, initial, where)


def _extreme(reduction: Any, bound: Any, x: Any, axis: Any, keepdims: bool, initial: Any, mask: Any) -> Any:
    array = as_array(x)
    options = {} if takes_all(mask) else {"where": mask}
    if array.dtype.kind not in FLOATING:
        return reduction(array, axis, keepdims, initial=initial, **options)
    missing = isnan(array)
    found = reduction(where(missing, bound(array), array), axis, keepdims, initial=initial, **options)
    if initial is not None:
        return found
    nothing = all_entries(missing, axis, keepdims)
    if is_known(nothing) and known_values(nothing, "", "").any():
        warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=2)
    return where(nothing, float("nan"), found)


def nanargmax(x: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
    """Where the first largest number stands; no gradient passes. Raises DomainError where there is none."""
    return argmax(_beside_numbers(x, axis, lowest, "nanargmax"), axis, keepdims=keepdims)


def nanargmin(x: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
    """Where the first smallest number stands; no gradient passes. Raises DomainError where there is none."""
    return argmin(_beside_numbers(x, axis, highest, "nanargmin"), axis, keepdims=keepdims)


def _beside_numbers(x: Any, axis: int | None, bound: Any, name: str) -> Any:
    array = as_array(x)
    if array.dtype.kind not in FLOATING:
        return array
    missing = isnan(array)
    nothing = all_entries(missing, axis)
    if is_known(nothing) and known_values(nothing, "", "").any():
        raise DomainError(given=f"{name} of entries that are all NaN", expected="a number among them", where=name,
                          remedy="leave such rows out")  # fmt: skip
    return where(missing, bound(array), array)


_FUNCTIONS = (
    nan_to_num, nansum, nanprod, nanmean, nanvar, nanstd, nancumsum, nancumprod, nanmax, nanmin, nanargmax, nanargmin,
)  # fmt: skip
for _function in _FUNCTIONS:
    also_known_as(_function, _function.__name__)
