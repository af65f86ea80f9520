"""Sorting: an array in, its entries in order, or those at some rank, out.

One idea: the order is a list of places, and has no slope; sorted entries are entries looked up there, so each gradient
goes back to where its entry came from. Equal entries keep the order they had.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.notation import Form, Notation
from ..ir.op import Domain, Flat, Role, Sample
from ..ir.types import ArrayType, array_type, normalise_axis
from .batches import along_axes
from .declare import also_known_as, op
from .indexing import getitem
from .movement import ravel

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


def argsort(x: Any, axis: int | None = -1, kind: Any = None, *, stable: Any = None) -> Any:
    """The places of the entries of x along `axis` from the smallest to the largest; no gradient passes. Equal entries
    keep their order, whatever `kind` of sorting is asked for.

    >>> argsort([3.0, 1.0, 2.0])
    array([1, 2, 0])
    """
    array = ravel(x) if axis is None or not as_array(x).ndim else as_array(x)
    return argsort_op(array, axis=normalise_axis(-1 if axis is None else axis, array.ndim, "argsort"))


def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    """The entries of x at places along one axis, each row by its own places (of all in one row if axis is None).

    >>> take_along_axis([[1.0, 2.0], [3.0, 4.0]], [[1], [0]], axis=1)
    array([[2.],
           [3.]])
    """
    array, places = ravel(x) if axis is None else as_array(x), as_array(indices)
    if places.ndim != array.ndim:
        raise ShapeError(
            given=f"places of shape {places.shape} for an array of shape {array.shape}", where="take_along_axis",
            expected="as many axes in both", remedy="np.expand_dims adds the missing axis to the places",
        )  # fmt: skip
    return getitem(array, along_axis(array.shape, places, -1 if axis is None else axis))


def along_axis(shape: tuple[int, ...], places: Any, axis: int) -> tuple[Any, ...]:
    """The key of places along one axis, each row by its own: every other axis is counted through."""
    along = normalise_axis(axis, len(shape), "take_along_axis, put_along_axis")
    rows = [
        reference().arange(size).reshape(tuple(size if place == each else 1 for each in range(len(shape))))
        for place, size in enumerate(shape)
    ]
    return (*rows[:along], places, *rows[along + 1 :])


def sort(x: Any, axis: int | None = -1, kind: Any = None, *, stable: Any = None) -> Any:
    """The entries of x along `axis` from the smallest to the largest (of all in one row if None). Equal entries keep
    their order, whatever `kind` of sorting is asked for, and each receives its own gradient.

    >>> sort([3.0, 1.0, 2.0])
    array([1., 2., 3.])
    """
    array = ravel(x) if axis is None else as_array(x)
    return take_along_axis(array, argsort(array, -1 if axis is None else axis), -1 if axis is None else axis)


for _function in (argsort, take_along_axis, sort):
    also_known_as(_function, _function.__name__)
