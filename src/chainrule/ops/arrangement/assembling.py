"""Putting arrays together and taking them apart again: what is neither plain joining nor plain cutting.

One idea: all of these are joining, cutting and reshaping, so their gradients are cut and joined the other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import ShapeError
from ...ir.coercion import as_array
from ...ir.library import reference
from ...ir.types import broadcast_shapes, normalise_axis
from ..complexes import astype
from ..declare import also_known_as
from ..diagonals import diag
from ..indexing import getitem, take
from ..joining import concatenate, pieces_of, split
from ..movement import atleast_3d, broadcast_to, moveaxis, ravel, reshape, sizes_of


# Joining -------------------------------------------------------------------------------------------------------------
def dstack(arrays: Sequence[Any]) -> Any:
    """np.dstack: joined one behind the other, along a third axis."""
    return concatenate([atleast_3d(each) for each in pieces_of(arrays, "dstack")], 2)


def column_stack(arrays: Sequence[Any]) -> Any:
    """np.column_stack: vectors as the columns of a matrix, beside the columns of matrices.

    >>> column_stack([[1.0, 2.0], [3.0, 4.0]])
    array([[1., 3.],
           [2., 4.]])
    """
    pieces = pieces_of(arrays, "column_stack")
    return concatenate([each if each.ndim > 1 else reshape(each, (-1, 1)) for each in pieces], 1)


def append(x: Any, values: Any, axis: int | None = None) -> Any:
    """np.append: values behind x along `axis` (both in one row if None).

    >>> append([1.0], [2.0, 3.0])
    array([1., 2., 3.])
    """
    return concatenate([ravel(x), ravel(values)] if axis is None else [x, values], 0 if axis is None else axis)


def block(arrays: Any) -> Any:
    """np.block: nested lists of arrays, the innermost joined along the last axis, the next along the one before.

    >>> block([[1.0, 2.0], [3.0, 4.0]])
    array([[1., 2.],
           [3., 4.]])
    """
    depth = _depth(arrays)
    ndim = max(depth, *(each.ndim for each in _leaves(arrays)))
    return _assembled(arrays, 0, depth, ndim)


def _depth(nested: Any) -> int:
    if not isinstance(nested, list):
        return 0
    depths = {_depth(each) for each in nested}
    if len(depths) != 1:
        raise ShapeError(given="lists nested to different depths", expected="one depth", where="block",
                         remedy="put single blocks into lists too")  # fmt: skip
    return 1 + depths.pop()


def _leaves(nested: Any) -> list[Any]:
    return [leaf for each in nested for leaf in _leaves(each)] if isinstance(nested, list) else [as_array(nested)]


def _assembled(nested: Any, level: int, depth: int, ndim: int) -> Any:
    if not isinstance(nested, list):
        array = as_array(nested)
        return reshape(array, (*(1,) * (ndim - array.ndim), *array.shape))
    return concatenate([_assembled(each, level + 1, depth, ndim) for each in nested], level - depth)


def insert(x: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """np.insert: values before the places `obj` of x, which must be known, along `axis` (in one row if None).

    >>> insert([1.0, 2.0], 1, 9.0)
    array([1., 9., 2.])
    """
    array = ravel(x) if axis is None else as_array(x)
    along = normalise_axis(0 if axis is None else axis, array.ndim, "insert")
    size, numpy = array.shape[along], reference()
    places, single = _whole_places(obj, size, "insert")
    given = astype(values, array.dtype)
    count = places.size
    if single:  # one place: the values may have an axis of their own there
        given = reshape(given, (1,) * (array.ndim - given.ndim) + given.shape)
        given = moveaxis(given, 0, along)
        count = given.shape[along]
        places = numpy.repeat(places, count)
    shape = tuple(count if each == along else length for each, length in enumerate(array.shape))
    order = numpy.argsort(places, kind="stable")
    arrangement = numpy.empty(size + count, int)
    new = places[order] + numpy.arange(count)
    old = numpy.ones(size + count, bool)
    old[new] = False
    arrangement[new], arrangement[old] = size + order, numpy.arange(size)
    return take(concatenate([array, broadcast_to(given, shape)], along), arrangement, along)


def _whole_places(obj: Any, size: int, name: str) -> tuple[Any, bool]:
    """Places counted from 0, and whether only one was named."""
    numpy = reference()
    if isinstance(obj, slice):
        return numpy.arange(size)[obj], False
    places = numpy.asarray(obj)
    if places.dtype.kind == "b":
        return numpy.flatnonzero(places), False
    if places.size == 0:
        places = places.astype(int)
    last = size if name == "insert" else size - 1
    if places.size and not (places.min() >= -size and places.max() <= last):
        raise ShapeError(given=f"places {obj} of {size} entries", expected=f"places from {-size} to {last}", where=name,
                         remedy="count from 0, or from the end with negative numbers")  # fmt: skip
    whole = places.reshape(-1)
    return numpy.where(whole < 0, whole + size, whole), places.size == 1


def delete(x: Any, obj: Any, axis: int | None = None) -> Any:
    """np.delete: x without the slices at the places `obj`, which must be known, along `axis` (in one row if None).

    >>> delete([1.0, 2.0, 3.0], 1)
    array([1., 3.])
    """
    array = ravel(x) if axis is None else as_array(x)
    along = normalise_axis(0 if axis is None else axis, array.ndim, "delete")
    kept = reference().ones(array.shape[along], bool)
    kept[_whole_places(obj, array.shape[along], "delete")[0]] = False
    return take(array, reference().flatnonzero(kept), along)


def resize(x: Any, new_shape: Any) -> Any:
    """np.resize: the entries of x over and over until an array of the new shape is full.

    >>> resize([1.0, 2.0], 5)
    array([1., 2., 1., 2., 1.])
    """
    array, shape = ravel(x), sizes_of(new_shape)
    places = reference().arange(_count(shape))
    if not array.size:
        return reference().zeros(shape, array.dtype)
    return reshape(take(array, places % array.size), shape)


def _count(shape: Sequence[int]) -> int:
    entries = 1
    for size in shape:
        entries *= size
    return entries


# Cutting -------------------------------------------------------------------------------------------------------------
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """np.array_split: as np.split, into pieces whose lengths differ by one where they must.

    >>> [piece.size for piece in array_split([1.0, 2.0, 3.0], 2)]
    [2, 1]
    """
    array = as_array(x)
    if not isinstance(indices_or_sections, int):
        return split(array, indices_or_sections, axis)
    size = array.shape[normalise_axis(axis, array.ndim, "array_split")]
    if indices_or_sections < 1:
        raise ShapeError(given=f"array_split into {indices_or_sections} pieces", expected="at least one piece",
                         where="array_split", remedy="give a positive number, or places")  # fmt: skip
    each, longer = divmod(size, indices_or_sections)
    cuts = [each * piece + min(piece, longer) for piece in range(1, indices_or_sections)]
    return split(array, cuts, axis)


def hsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """np.hsplit: x cut into pieces side by side (a vector along its only axis)."""
    array = as_array(x)
    return split(array, indices_or_sections, 0 if array.ndim == 1 else 1)


def vsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """np.vsplit: x cut into pieces one below the other. Raises ShapeError for a vector."""
    return _split_of(x, indices_or_sections, 0, 2, "vsplit")


def dsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """np.dsplit: x cut into pieces one behind the other. Raises ShapeError for less than three axes."""
    return _split_of(x, indices_or_sections, 2, 3, "dsplit")


def _split_of(x: Any, cuts: Any, axis: int, least: int, name: str) -> list[Any]:
    array = as_array(x)
    if array.ndim < least:
        raise ShapeError(given=f"{name} of shape {array.shape}", expected=f"at least {least} axes", where=name,
                         remedy="use np.split, and name the axis")  # fmt: skip
    return split(array, cuts, axis)


def unstack(x: Any, axis: int = 0) -> tuple[Any, ...]:
    """np.unstack: the slices of x along an axis, as a tuple.

    >>> unstack([1.0, 2.0])
    (np.float64(1.0), np.float64(2.0))
    """
    array = as_array(x)
    before = (slice(None),) * normalise_axis(axis, array.ndim, "unstack")
    return tuple(getitem(array, (*before, place)) for place in range(array.shape[len(before)]))


# Stretching and repeating in several arrays ---------------------------------------------------------------------------
def broadcast_arrays(*arrays: Any) -> tuple[Any, ...]:
    """np.broadcast_arrays: arrays stretched to their common shape."""
    found = [as_array(each) for each in arrays]
    shape = broadcast_shapes(*[each.shape for each in found], doing="broadcast_arrays")
    return tuple(broadcast_to(each, shape) for each in found)


def meshgrid(*vectors: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """np.meshgrid: vectors as the coordinates of a grid, an array for each.

    >>> [axis.shape for axis in meshgrid([1.0, 2.0], [3.0, 4.0, 5.0])]
    [(3, 2), (3, 2)]
    """
    axes = [ravel(each) for each in vectors]
    count = len(axes)
    order = [1, 0, *range(2, count)] if indexing == "xy" and count > 1 else list(range(count))
    shaped = [
        reshape(vector, tuple(-1 if place == order[slot] else 1 for place in range(count)))
        for slot, vector in enumerate(axes)
    ]
    return tuple(shaped) if sparse else broadcast_arrays(*shaped)


def diagflat(v: Any, k: int = 0) -> Any:
    """np.diagflat: the entries of v in one row, on the diagonal of a matrix."""
    return diag(ravel(v), k)


def sliding_window_view(x: Any, window_shape: Any, axis: Any = None, **options: Any) -> Any:
    """np.lib.stride_tricks.sliding_window_view: every window of x, its axes behind those of x; a copy.

    >>> sliding_window_view([1.0, 2.0, 3.0], 2)
    array([[1., 2.],
           [2., 3.]])
    """
    array, sizes = as_array(x), sizes_of(window_shape)
    axes = (
        tuple(range(array.ndim))
        if axis is None
        else tuple(normalise_axis(each, array.ndim, "sliding_window_view") for each in sizes_of(axis))
    )
    if len(sizes) != len(axes):
        raise ShapeError(given=f"windows of shape {sizes} along axes {axes}", expected="a length for each axis",
                         where="sliding_window_view", remedy="name as many axes as lengths")  # fmt: skip
    for along, size in zip(axes, sizes, strict=True):
        count = array.shape[along] - size + 1
        if count < 1:
            raise ShapeError(given=f"windows of {size} in an axis of {array.shape[along]}", expected="windows that fit",
                             where="sliding_window_view", remedy="make the windows shorter, or pad first")  # fmt: skip
        places = reference().arange(count)[:, None] + reference().arange(size)
        array = moveaxis(take(array, places, along), along + 1, -1)
    return array


_FUNCTIONS = (
    dstack, column_stack, append, block, insert, delete, resize, array_split, hsplit, vsplit, dsplit, unstack,
    broadcast_arrays, meshgrid, diagflat, sliding_window_view,
)  # fmt: skip
for _function in _FUNCTIONS:
    also_known_as(_function, _function.__name__)
