"""Where entries belong and where they are: arrays in, whole numbers out. None of them has a slope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import ShapeError
from ...ir.coercion import as_array, as_node
from ...ir.library import Array, Library, reference
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ...ir.op import Domain, Flat, Role, Sample
from ...ir.types import ArrayType, array_type, normalise_axis
from ..batches import along_axes
from ..declare import also_known_as, op
from ..indexing import getitem, take, within
from ..known import known_values
from ..movement import ravel
from ..products import same_dtype
from ..rounding import floor_divide, remainder
from ..sorting import take_along_axis

PLACES = Flat("a place is a whole number: it has no slope")


def _places_type(shape: tuple[int, ...]) -> ArrayType:
    return array_type(shape, reference().dtype("int64"))


# Sorted and partly sorted --------------------------------------------------------------------------------------------
def searched_type(a: ArrayType, v: ArrayType, *, side: str) -> ArrayType:
    return _places_type(v.shape)


def searched_notation(node: Node) -> Notation:
    """`searchsorted(a, v)`; code names the side."""
    return Notation(
        Form("searchsorted({0}, {1})"), Form(r"\operatorname{{searchsorted}}({0}, {1})"),
        Form(f"np.searchsorted({{0}}, {{1}}, {node.settings['side']!r})"),
    )  # fmt: skip


@op(
    "searchsorted", PLACES, searched_notation, Role.STOPS, type_rule=searched_type,
    domain=Domain((Sample(((4,), (2,)), (("side", "left"),)),)),
)  # fmt: skip
def searchsorted_op(xp: Library, a: Array, v: Array, *, side: str) -> Array:
    """Where v would be put into the sorted a so that it stays sorted. No gradient passes."""
    return xp.searchsorted(a, v, side)


def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """np.searchsorted: where each v belongs in the sorted vector a; no gradient passes.

    >>> searchsorted([1.0, 2.0, 3.0], [0.0, 2.5])
    array([0, 2])
    """
    ordered = as_array(a) if sorter is None else take(a, sorter)
    if ordered.ndim != 1:
        raise ShapeError(given=f"a search in shape {ordered.shape}", expected="a sorted vector", where="searchsorted",
                         remedy="search row by row")  # fmt: skip
    return searchsorted_op(*same_dtype(ordered, v), side=side)


def partitioned_type(x: ArrayType, *, kth: tuple[int, ...], axis: int) -> ArrayType:
    return _places_type(x.shape)


@op(
    "argpartition", PLACES,
    Notation(
        Form("argpartition({0}, {kth})"), Form(r"\operatorname{{argpartition}}({0})"),
        Form("np.argpartition({0}, {kth}, axis={axis})"),
    ),
    Role.STOPS, type_rule=partitioned_type,
    domain=Domain((
        Sample(((4,),), (("kth", (1,)), ("axis", 0))), Sample(((2, 3),), (("kth", (0, 2)), ("axis", 1))),
    )), batch=along_axes,
)  # fmt: skip
def argpartition_op(xp: Library, x: Array, *, kth: tuple[int, ...], axis: int) -> Array:
    """The places of the entries, the smaller ones before the k-th, the larger ones behind it. No gradient passes."""
    return xp.argpartition(x, kth, axis=axis)


def argpartition(x: Any, kth: Any, axis: int | None = -1, kind: str = "introselect") -> Any:
    """np.argpartition: the places of the entries with the k-th in its sorted place; no gradient passes."""
    array = ravel(x) if axis is None else as_array(x)
    along = normalise_axis(-1 if axis is None else axis, array.ndim, "argpartition")
    size = array.shape[along]
    ranks = tuple(normalise_axis(int(rank), size, "argpartition: k of") for rank in reference().atleast_1d(kth))
    return argpartition_op(array, kth=ranks, axis=along)


def partition(x: Any, kth: Any, axis: int | None = -1, kind: str = "introselect") -> Any:
    """np.partition: the entries with the k-th in its sorted place, the smaller ones before it, the larger ones behind.
    Each receives its own gradient.

    >>> float(partition([3.0, 1.0, 2.0], 1)[1])
    2.0
    """
    array = ravel(x) if axis is None else as_array(x)
    return take_along_axis(array, argpartition(array, kth, -1 if axis is None else axis), -1 if axis is None else axis)


def lexsorted_type(*keys: ArrayType, axis: int) -> ArrayType:
    return _places_type(keys[0].shape)


def lexsort_notation(node: Node) -> Notation:
    slots = ", ".join(f"{{{slot}}}" for slot in range(len(node.inputs)))
    comma = "," if len(node.inputs) == 1 else ""
    return Notation(
        Form(f"lexsort({slots})"), Form(rf"\operatorname{{{{lexsort}}}}({slots})"),
        Form(f"np.lexsort(({slots}{comma}), axis={{axis}})"),
    )  # fmt: skip


@op(
    "lexsort", PLACES, lexsort_notation, Role.STOPS, type_rule=lexsorted_type,
    domain=Domain((Sample(((3,), (3,)), (("axis", 0),)),)), batch=along_axes,
)  # fmt: skip
def lexsort_op(xp: Library, *keys: Array, axis: int) -> Array:
    """The places that sort by the last key, ties by the one before it. No gradient passes."""
    return xp.lexsort(keys, axis)


def lexsort(keys: Any, axis: int = -1) -> Any:
    """np.lexsort: the places that sort by the last of several keys, ties by those before it; no gradient passes.

    >>> lexsort(([2.0, 1.0, 3.0], [1.0, 1.0, 0.0]))
    array([2, 1, 0])
    """
    rows = [keys[row] for row in range(len(keys))]
    arrays = [as_node(each) if type(each) is Node else as_array(each) for each in rows]
    return lexsort_op(*arrays, axis=normalise_axis(axis, arrays[0].ndim, "lexsort"))


# Where something holds -----------------------------------------------------------------------------------------------
_REMEDY = "choose entry by entry with np.where(condition, x, 0)"


def nonzero(x: Any) -> tuple[Any, ...]:
    """np.nonzero: the places of the entries that are not 0, a plain array for each axis.

    Raises BranchError under jit, where how many there are is not known.

    >>> nonzero([0.0, 2.0, 3.0])
    (array([1, 2]),)
    """
    found: tuple[Any, ...] = reference().nonzero(known_values(x, "nonzero (np.where of a condition alone)", _REMEDY))
    return found


def flatnonzero(x: Any) -> Any:
    """np.flatnonzero: the places of the entries in one row that are not 0."""
    return nonzero(ravel(x))[0]


def argwhere(x: Any) -> Any:
    """np.argwhere: a row of places for each entry that is not 0."""
    return reference().argwhere(known_values(x, "argwhere", _REMEDY))


def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    """np.compress: the slices of a along `axis` where a condition holds (of the entries in one row if None).

    >>> compress([True, False, True], [1.0, 2.0, 3.0])
    array([1., 3.])
    """
    return take(a, nonzero(condition)[0], axis)


def extract(condition: Any, arr: Any) -> Any:
    """np.extract: the entries of an array where a condition of its size holds, in one row."""
    return take(ravel(arr), flatnonzero(condition))


def trim_zeros(x: Any, trim: str = "fb") -> Any:
    """np.trim_zeros: a vector without the zeros at its front ("f") and back ("b").

    >>> trim_zeros([0.0, 1.0, 0.0, 2.0, 0.0])
    array([1., 0., 2.])
    """
    array = as_array(x)
    places = nonzero(array)[0]
    if not places.size:
        return getitem(array, slice(0, 0))
    start = int(places[0]) if "f" in trim.lower() else 0
    return getitem(array, slice(start, int(places[-1]) + 1 if "b" in trim.lower() else None))


# Places along one row, and along each axis ----------------------------------------------------------------------------
def unravel_index(indices: Any, shape: Any, order: str = "C") -> tuple[Any, ...]:
    """np.unravel_index: places counted along all entries as a place for each axis.

    >>> unravel_index(4, (2, 3))
    (np.int64(1), np.int64(1))
    """
    rest, found = as_array(indices), []
    sizes = [int(size) for size in (shape if isinstance(shape, Sequence) else (shape,))]
    for size in sizes if order == "F" else reversed(sizes):
        found.append(remainder(rest, size))
        rest = floor_divide(rest, size)
    return tuple(found if order == "F" else reversed(found))


def ravel_multi_index(multi_index: Any, dims: Any, mode: str = "raise", order: str = "C") -> Any:
    """np.ravel_multi_index: a place for each axis as a place counted along all entries.

    >>> int(ravel_multi_index((1, 1), (2, 3)))
    4
    """
    numbers = reference().arange(_count(dims)).reshape(tuple(dims), order=order)
    if mode != "raise":
        multi_index = [within(as_array(place), size, mode) for place, size in zip(multi_index, dims, strict=True)]
    return getitem(numbers, tuple(multi_index))


def _count(shape: Any) -> int:
    entries = 1
    for size in shape:
        entries *= int(size)
    return entries


_FUNCTIONS = (
    searchsorted, argpartition, partition, lexsort, nonzero, flatnonzero, argwhere, compress, extract, trim_zeros,
    unravel_index, ravel_multi_index,
)  # fmt: skip
for _function in _FUNCTIONS:
    also_known_as(_function, _function.__name__)
