"""Straight lines between points: places and a table of points in, the values at the places out."""

from __future__ import annotations

from typing import Any

from ...errors import ShapeError
from ...ir.coercion import as_array
from ..arithmetic import maximum, minimum
from ..choices import equal, greater, less, where
from ..declare import also_known_as
from ..indexing import take
from ..joining import concatenate
from ..ordering.search import searchsorted
from ..rounding import remainder
from ..sorting import argsort


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """np.interp: the values at x of the lines between the points (xp, fp), whose xp rise.

    Differentiable in x, in both coordinates of the points and in `left` and `right`, the values beyond the ends (those
    of the ends unless given). At a point the slope is that of the line to its right. With a `period` points go round.
    Raises ShapeError unless the points are two vectors of one length.

    >>> interp([0.5, 9.0], [0.0, 1.0], [10.0, 20.0])
    array([15., 20.])
    """
    places, knots, values = as_array(x), as_array(xp), as_array(fp)
    if knots.ndim != 1 or knots.shape != values.shape or not knots.shape[0]:
        raise ShapeError(given=f"points of shapes {knots.shape} and {values.shape}", where="interp",
                         expected="two vectors of one length", remedy="flatten both")  # fmt: skip
    if period is not None:
        places, knots, values = _going_round(places, knots, values, period)
        left = right = None
    inside = values[0] if knots.shape[0] == 1 else _between(places, knots, values)
    low = values[0] if left is None else left
    high = values[-1] if right is None else right
    return where(less(places, knots[0]), low, where(greater(places, knots[-1]), high, inside))


def _between(places: Any, knots: Any, values: Any) -> Any:
    """The line of each place: a place that is beyond the ends is taken for an end."""
    count = knots.shape[0]
    number = minimum(maximum(searchsorted(knots, places, "right") - 1, 0), count - 2)
    start, end = take(knots, number), take(knots, number + 1)
    low, high = take(values, number), take(values, number + 1)
    width = where(equal(start, end), 1.0, end - start)  # two points at one place: a jump, which has no slope
    slope = (high - low) / width
    at_end = equal(places, end)  # only the last point is the end of a line that is looked up
    return where(at_end, high + slope * (places - end), low + slope * (places - start))


def _going_round(places: Any, knots: Any, values: Any, period: Any) -> tuple[Any, Any, Any]:
    """Places and points within one period, with a point more at either end."""
    turned = remainder(knots, period)
    order = argsort(turned)
    turned, ordered = take(turned, order), take(values, order)
    around = concatenate([turned[-1:] - period, turned, turned[:1] + period])
    return remainder(places, period), around, concatenate([ordered[-1:], ordered, ordered[:1]])


also_known_as(interp, "interp")
