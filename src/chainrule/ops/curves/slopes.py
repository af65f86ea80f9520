"""Slopes and areas of tables of numbers: values and the places they belong to in, differences and sums out.

One idea: differences between neighbours are linear in the values, with weights that depend on the places; both are
differentiable.
"""

from __future__ import annotations

import math
from typing import Any

from ...errors import DomainError, ShapeError
from ...ir.coercion import as_array
from ...ir.types import normalise_axis
from ..choices import equal, greater, less, logical_and, stop_gradient, where
from ..complexes import astype
from ..declare import also_known_as
from ..functions import abs
from ..indexing import getitem
from ..joining import concatenate, diff
from ..movement import ravel, reshape, sizes_of
from ..reductions import cumsum, sum
from ..rounding import remainder


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """np.gradient: the slopes of a table along each axis (a tuple if there are several): central differences inside, of
    first or second order at the ends. Spacings are numbers or places, for all axes or for each.

    Linear in f, and differentiable in the spacings. Raises ShapeError for spacings that do not fit, or too few entries.

    >>> gradient([1.0, 4.0, 9.0, 16.0])
    array([3., 4., 6., 7.])
    """
    array = as_array(f)
    axes = (
        tuple(range(array.ndim))
        if axis is None
        else tuple(normalise_axis(each, array.ndim, "gradient") for each in sizes_of(axis))
    )
    steps = _spacings(array, axes, varargs)
    if edge_order not in (1, 2):
        raise DomainError(given=f"edge_order={edge_order}", expected="1 or 2", where="gradient", remedy="use 2 at most")
    if array.dtype.kind in "iu":
        array = astype(array, "float64")
    found = tuple(_slope(array, step, each, edge_order) for step, each in zip(steps, axes, strict=True))
    return found[0] if len(found) == 1 else found


def _spacings(array: Any, axes: tuple[int, ...], given: tuple[Any, ...]) -> list[Any]:
    """For each axis a number, or the differences between its places."""
    if not given:
        return [1.0] * len(axes)
    if len(given) == 1 and as_array(given[0]).ndim == 0:
        return list(given) * len(axes)
    if len(given) != len(axes):
        raise ShapeError(given=f"{len(given)} spacings for {len(axes)} axes", expected="one, or one for each axis",
                         where="gradient", remedy="name the axes: axis=0")  # fmt: skip
    steps: list[Any] = []
    for each, axis in zip(given, axes, strict=True):
        places = as_array(each)
        if places.ndim and places.shape != (array.shape[axis],):
            raise ShapeError(given=f"places of shape {places.shape} for an axis of {array.shape[axis]}",
                             expected="a place for each entry", where="gradient",
                             remedy="give a number where steps are equal")  # fmt: skip
        steps.append(diff(places) if places.ndim else each)
    return steps


def _cut(array: Any, axis: int, start: int | None, stop: int | None) -> Any:
    return getitem(array, (*(slice(None),) * axis, slice(start, stop)))


def _slope(f: Any, step: Any, axis: int, edge_order: int) -> Any:
    size = f.shape[axis]
    if size < edge_order + 1:
        raise ShapeError(given=f"gradient along an axis of {size}", expected=f"at least {edge_order + 1} entries",
                         where="gradient", remedy="leave that axis out with axis=")  # fmt: skip
    if as_array(step).ndim == 0:
        inside = (_cut(f, axis, 2, None) - _cut(f, axis, None, -2)) / (2.0 * step)
        first, last = step, step
    else:
        shape = tuple(-1 if each == axis else 1 for each in range(f.ndim))
        left, right = reshape(step[:-1], shape), reshape(step[1:], shape)
        inside = (
            -right / (left * (left + right)) * _cut(f, axis, None, -2)
            + (right - left) / (left * right) * _cut(f, axis, 1, -1)
            + left / (right * (left + right)) * _cut(f, axis, 2, None)
        )
        first, last = step[0], step[-1]
    if edge_order == 1:
        front = (_cut(f, axis, 1, 2) - _cut(f, axis, 0, 1)) / first
        back = (_cut(f, axis, -1, None) - _cut(f, axis, -2, -1)) / last
    else:
        front, back = _second_order(f, step, axis)
    return concatenate([front, inside, back], axis)


def _second_order(f: Any, step: Any, axis: int) -> tuple[Any, Any]:
    """One-sided differences of three entries at both ends."""
    even = as_array(step).ndim == 0
    one, two = (step, step) if even else (step[0], step[1])
    a, b, c = -(2.0 * one + two) / (one * (one + two)), (one + two) / (one * two), -one / (two * (one + two))
    front = a * _cut(f, axis, 0, 1) + b * _cut(f, axis, 1, 2) + c * _cut(f, axis, 2, 3)
    one, two = (step, step) if even else (step[-2], step[-1])
    a, b, c = two / (one * (one + two)), -(two + one) / (one * two), (2.0 * two + one) / (two * (one + two))
    size = f.shape[axis]
    parts = [_cut(f, axis, size + place, size + place + 1) for place in (-3, -2, -1)]
    return front, a * parts[0] + b * parts[1] + c * parts[2]


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """np.trapezoid: the area under the lines between values, along `axis`, at the places x or in steps of dx.

    >>> float(trapezoid([1.0, 2.0, 3.0]))
    4.0
    """
    values = as_array(y)
    along = normalise_axis(axis, values.ndim, "trapezoid")
    if x is None:
        step = dx
    else:
        places = as_array(x)
        step = diff(places) if places.ndim == 1 else diff(places, axis=axis)
        if places.ndim == 1:
            step = reshape(step, tuple(-1 if each == along else 1 for each in range(values.ndim)))
    return sum(step * (_cut(values, along, 1, None) + _cut(values, along, None, -1)) / 2.0, along)


def ediff1d(x: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """np.ediff1d: each entry of x in one row less the one before it, with values in front and behind.

    >>> ediff1d([1.0, 4.0, 9.0])
    array([3., 5.])
    """
    array = diff(ravel(x))
    ends = [None if each is None else astype(ravel(each), array.dtype) for each in (to_begin, to_end)]
    pieces = [each for each in (ends[0], array, ends[1]) if each is not None]
    return concatenate(pieces) if len(pieces) > 1 else array


def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * math.pi) -> Any:
    """np.unwrap: angles without jumps of more than half a period: whole periods are added, which have no slope.

    >>> unwrap([0.0, 6.0, 12.0]).round(3)
    array([ 0.   , -0.283, -0.566])
    """
    array = as_array(p)
    along = normalise_axis(axis, array.ndim, "unwrap")
    step = diff(array, axis=along)
    half = period / 2
    inside = remainder(step + half, period) - half
    inside = where(logical_and(equal(inside, -half), greater(step, 0)), half, inside)
    correction = where(less(abs(step), half if discont is None else discont), 0.0, inside - step)
    later = _cut(array, along, 1, None) + cumsum(stop_gradient(correction), along)
    return concatenate([_cut(array, along, 0, 1), later], along)


for _function in (gradient, trapezoid, ediff1d, unwrap):
    also_known_as(_function, _function.__name__)
