"""Numbers that are missing: arrays with NaN in, what can be said without them out.

One idea: an entry that is replaced or left out is a path that is not taken, and receives an exact zero.
"""

from __future__ import annotations

from typing import Any

from ..ir.coercion import as_array
from ..ir.library import reference
from .choices import equal, isnan, logical_not, where
from .complexes import imag, real
from .declare import also_known_as
from .reductions import sum


def nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """x with numbers in place of NaN and of infinities (the largest of its dtype unless given). Slope 0 where replaced.

    >>> nan_to_num([1.0, float("nan")], nan=7.0)
    array([1., 7.])
    """
    array = as_array(x)
    if array.dtype.kind == "c":
        parts = [nan_to_num(part, nan=nan, posinf=posinf, neginf=neginf) for part in (real(array), imag(array))]
        return parts[0] + parts[1] * 1j
    if array.dtype.kind != "f":
        return array
    largest = float(reference().finfo(array.dtype).max)
    found = where(isnan(array), float(nan), array)
    found = where(equal(array, float("inf")), largest if posinf is None else float(posinf), found)
    return where(equal(array, -float("inf")), -largest if neginf is None else float(neginf), found)


def nansum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum of the entries along `axis` that are numbers.

    >>> float(nansum([1.0, float("nan"), 2.0]))
    3.0
    """
    array = as_array(x)
    return sum(where(isnan(array), 0.0, array), axis, keepdims)


def nanmean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean of the entries along `axis` that are numbers.

    >>> float(nanmean([1.0, float("nan"), 2.0]))
    1.5
    """
    array = as_array(x)
    return nansum(array, axis, keepdims) / sum(logical_not(isnan(array)), axis, keepdims)


for _function in (nan_to_num, nansum, nanmean):
    also_known_as(_function, _function.__name__)
