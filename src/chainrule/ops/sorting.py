"""Sorting: an array in, its entries in order, or those at some rank, out.

One idea: the order is a list of places, and has no slope; sorted entries are entries looked up there, so each gradient
goes back to where its entry came from. Equal entries keep the order they had.
"""

from __future__ import annotations

import math
from typing import Any

from ..errors import DomainError, ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.notation import Form, Notation
from ..ir.op import Domain, Flat, Role, Sample
from ..ir.types import ArrayType, array_type, normalise_axis
from .batches import along_axes
from .choices import isnan, where
from .declare import also_known_as, op
from .indexing import getitem
from .movement import expand_dims, moveaxis, ravel, reshape

_ARGSORT = Notation(
    Form("argsort({0})"),
    Form(r"\operatorname{{argsort}}({0})"),
    Form("np.argsort({0}, axis={axis}, stable=True)"),
)


def places_type(x: ArrayType, *, axis: int) -> ArrayType:
    return array_type(x.shape, reference().dtype("int64"))


@op(
    "argsort", Flat("an order is a list of places: it has no slope"), _ARGSORT, Role.STOPS, type_rule=places_type,
    domain=Domain((Sample(((4,),), (("axis", 0),)), Sample(((2, 3),), (("axis", 1),)))), batch=along_axes,
)  # fmt: skip
def argsort_op(xp: Library, x: Array, *, axis: int) -> Array:
    """The places of the entries along one axis, from the smallest to the largest; equal entries in their own order."""
    return xp.argsort(x, axis=axis, stable=True)


def argsort(x: Any, axis: int | None = -1) -> Any:
    """The places of the entries of x along `axis` from the smallest to the largest; no gradient passes.

    >>> argsort([3.0, 1.0, 2.0])
    array([1, 2, 0])
    """
    array = ravel(x) if axis is None else as_array(x)
    return argsort_op(array, axis=normalise_axis(-1 if axis is None else axis, array.ndim, "argsort"))


def take_along_axis(x: Any, indices: Any, axis: int = -1) -> Any:
    """The entries of x at places along one axis, each row by its own places.

    >>> take_along_axis([[1.0, 2.0], [3.0, 4.0]], [[1], [0]], axis=1)
    array([[2.],
           [3.]])
    """
    array, places = as_array(x), as_array(indices)
    if places.ndim != array.ndim:
        raise ShapeError(
            given=f"places of shape {places.shape} for an array of shape {array.shape}", where="take_along_axis",
            expected="as many axes in both", remedy="np.expand_dims adds the missing axis to the places",
        )  # fmt: skip
    along = normalise_axis(axis, array.ndim, "take_along_axis")
    numpy = reference()
    rows = [
        numpy.arange(size).reshape(tuple(size if place == each else 1 for each in range(array.ndim)))
        for place, size in enumerate(array.shape)
    ]
    return getitem(array, (*rows[:along], places, *rows[along + 1 :]))


def sort(x: Any, axis: int | None = -1) -> Any:
    """The entries of x along `axis` from the smallest to the largest (of all in one row if None).

    >>> sort([3.0, 1.0, 2.0])
    array([1., 2., 3.])
    """
    array = ravel(x) if axis is None else as_array(x)
    return take_along_axis(array, argsort(array, -1 if axis is None else axis), -1 if axis is None else axis)


def quantile(x: Any, q: float, axis: int | None = None, keepdims: bool = False) -> Any:
    """The number below which a share q of the entries along `axis` lies, between two entries by straight lines.

    >>> float(quantile([1.0, 2.0, 4.0], 0.75))
    3.0
    """
    array = as_array(x)
    if not isinstance(q, (int, float)) or not 0 <= q <= 1:
        raise DomainError(given=f"a quantile of {q!r}", expected="one number from 0 to 1", where="quantile",
                          remedy="divide a percentage by 100; ask for several quantiles one by one")  # fmt: skip
    place = None if axis is None else normalise_axis(axis, array.ndim, "quantile")
    rows = sort(ravel(array) if place is None else moveaxis(array, place, -1))
    if not rows.shape[-1]:
        raise ShapeError(given="a quantile of no entries", expected="at least one entry", where="quantile, median",
                         remedy="leave empty arrays out")  # fmt: skip
    rank = q * (rows.shape[-1] - 1)
    below, share = math.floor(rank), rank - math.floor(rank)
    found = getitem(rows, (..., below))
    if share:
        found = (1 - share) * found + share * getitem(rows, (..., below + 1))
    last = getitem(rows, (..., -1))  # NaN is sorted to the end, and makes the quantile NaN
    found = where(isnan(last), last, found)
    if keepdims:
        return reshape(found, (1,) * array.ndim) if place is None else expand_dims(found, place)
    return found


def median(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The entry in the middle along `axis`, or the mean of the two in the middle (all axes if None).

    >>> float(median([5.0, 1.0, 3.0, 4.0]))
    3.5
    """
    return quantile(x, 0.5, axis, keepdims)


for _function in (argsort, take_along_axis, sort, quantile, median):
    also_known_as(_function, _function.__name__)
