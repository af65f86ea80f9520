"""Moving entries without computing: an array in, the same entries in another arrangement out.

One idea: each of these is linear, and its adjoint is a movement the other way. Broadcasting copies, so its adjoint
sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength, call
from ..ir.op import Domain, Labels, Linear, Role, Sample
from ..ir.types import ArrayType, array_type, broadcast_shapes, count_entries, normalise_axes, normalise_axis
from .batches import along_axes, broadcast_rule, to_shape, transpose_rule
from .declare import also_known_as, op, same_type

LETTERS = "abcdefghijklmnopqrstuvwxyz"


# Broadcast -----------------------------------------------------------------------------------------------------------
def broadcast_type(x: ArrayType, *, shape: tuple[int, ...]) -> ArrayType:
    if broadcast_shapes(x.shape, shape, doing="broadcast") != shape:
        raise ShapeError(
            given=f"shape {x.shape}", expected=f"a shape that stretches to {shape}", remedy="reshape it first"
        )
    return array_type(shape, x.dtype)


def broadcast_adjoint(g: Array, x: Array, *, shape: tuple[int, ...]) -> Array:
    return sum_to(g, x.shape)


def sum_to(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum the axes along which `shape` was stretched: the adjoint of a broadcast."""
    from .reductions import sum_op  # not at the top: the adjoint of a copy is a sum, and that of a sum is a copy

    if g.shape == shape:
        return g
    extra = len(g.shape) - len(shape)
    axes = tuple(range(extra)) + tuple(
        axis + extra for axis, size in enumerate(shape) if size == 1 and g.shape[axis + extra] != 1
    )
    summed = sum_op(g, axes=axes, keepdims=False)
    return summed if summed.shape == shape else reshape_op(summed, shape=shape)


def broadcast_labels(x: ArrayType, *, shape: tuple[int, ...]) -> str:
    out = LETTERS[: len(shape)]
    own = out[len(shape) - x.ndim :]
    kept = "".join(a for a, size, full in zip(own, x.shape, shape[len(shape) - x.ndim :], strict=True) if size == full)
    return f"{kept}->{out}"


BROADCAST = Notation(
    Form("{0} 𝟏", Strength.PRODUCT, (Strength.PRODUCT,)),
    Form(r"{0}\,\mathbf{{1}}", Strength.PRODUCT, (Strength.PRODUCT,)),
    Form("np.broadcast_to({0}, {shape})"),
)


@op(
    "broadcast", Linear((broadcast_adjoint,)), BROADCAST, Role.GATHERS, type_rule=broadcast_type, lazy=True,
    domain=Domain((
        Sample(((),), (("shape", (2, 3)),)), Sample(((3,),), (("shape", (2, 3)),)),
        Sample(((2, 1),), (("shape", (2, 3)),)),
    )),
    index=Labels(broadcast_labels), batch=broadcast_rule,
)  # fmt: skip
def broadcast(xp: Library, x: Array, *, shape: tuple[int, ...]) -> Array:
    """x repeated to a larger shape by NumPy's broadcasting rule. Adjoint: the gradients of the copies are summed."""
    if not x.ndim and count_entries(shape) <= _FILLED:
        return xp.full(shape, x, x.dtype)  # a view costs ten times as much to make as these few numbers
    return xp.broadcast_to(x, shape)


_FILLED = 1024


def sizes_of(shape: Any) -> tuple[int, ...]:
    """A shape given as a number or a sequence."""
    return tuple(int(size) for size in shape) if isinstance(shape, Iterable) else (int(shape),)


def broadcast_to(x: Any, shape: Any) -> Any:
    """x stretched to `shape` (an int or a tuple).

    >>> broadcast_to([1.0, 2.0], (2, 2))
    array([[1., 2.],
           [1., 2.]])
    """
    array, wanted = as_array(x), sizes_of(shape)
    return array if array.shape == wanted else broadcast(array, shape=wanted)


# Reshape -------------------------------------------------------------------------------------------------------------
def reshape_type(x: ArrayType, *, shape: tuple[int, ...]) -> ArrayType:
    if count_entries(shape) != x.size:
        raise ShapeError(
            given=f"an array of shape {x.shape} ({x.size} entries)",
            expected=f"{count_entries(shape)} entries for shape {shape}",
            where="reshape",
            remedy="choose a shape with as many entries, or write -1 for one axis",
        )
    return array_type(shape, x.dtype)


def reshape_adjoint(g: Array, x: Array, *, shape: tuple[int, ...]) -> Array:
    return reshape_op(g, shape=x.shape)


RESHAPE = Notation(
    Form("reshape({0}, {shape})"), Form(r"\operatorname{{reshape}}({0})"), Form("np.reshape({0}, {shape})")
)  # fmt: skip


@op(
    "reshape", Linear((reshape_adjoint,)), RESHAPE, Role.MOVES, type_rule=reshape_type,
    domain=Domain((
        Sample(((2, 3),), (("shape", (3, 2)),)), Sample(((4,),), (("shape", (2, 2)),)),
        Sample(((),), (("shape", (1, 1)),)),
    )), batch=to_shape,
)  # fmt: skip
def reshape_op(xp: Library, x: Array, *, shape: tuple[int, ...]) -> Array:
    """The same entries in the same order in another shape. Adjoint: reshape back."""
    return xp.reshape(x, shape)


def reshape(x: Any, shape: Any, order: str = "C") -> Any:
    """x with another shape; one size may be -1 and is worked out. Entries are read and written row by row, or column by
    column with order "F". Raises ShapeError for other sizes, or an order that asks how an array lies in memory."""
    array, wanted = as_array(x), sizes_of(shape)
    if order != "C":
        return transpose(reshape(transpose(by_columns(array, order)), tuple(reversed(wanted))))
    if wanted.count(-1) == 1:
        known = -count_entries(wanted)
        wanted = tuple(array.size // known if size == -1 and known else size for size in wanted)
    if any(size < 0 for size in wanted):
        raise ShapeError(
            given=f"shape {wanted} for an array of shape {array.shape}", where="reshape",
            expected="sizes from 0 up, and at most one -1 that can be worked out",
            remedy="write out all sizes but one",
        )  # fmt: skip
    return array if array.shape == wanted else reshape_op(array, shape=wanted)


def by_columns(array: Any, order: str) -> Any:
    """The array, where its entries are to be read column by column. Raises ShapeError for any other order."""
    if order != "F":
        raise ShapeError(
            given=f"order={order!r}", expected="'C' (row by row) or 'F' (column by column)", where="reshape",
            remedy="recorded values have no place in memory: name the order in which entries are read",
        )  # fmt: skip
    return array


def ravel(x: Any, order: str = "C") -> Any:
    """The entries of x in one row, read row by row, or column by column with order "F"."""
    return reshape(x, (-1,), order)


def each_of(function: Callable[[Any], Any]) -> Callable[..., Any]:
    """The function of one array, and of several arrays one by one, as a tuple."""

    @wraps(function)
    def of_each(*arrays: Any) -> Any:
        found = tuple(function(each) for each in arrays)
        return found[0] if len(found) == 1 else found

    return of_each


@each_of
def atleast_1d(x: Any) -> Any:
    """x, or a vector of one entry if x is a number; of several arrays a tuple."""
    array = as_array(x)
    return array if array.ndim else reshape(array, (1,))


@each_of
def atleast_2d(x: Any) -> Any:
    """x with new axes of size 1 in front, if it has fewer than two; of several arrays a tuple."""
    array = as_array(x)
    return array if array.ndim > 1 else reshape(array, (1, array.size))


@each_of
def atleast_3d(x: Any) -> Any:
    """x with new axes of size 1, if it has fewer than three: a vector becomes a middle axis, a matrix the first two."""
    array = as_array(x)
    if array.ndim > 2:
        return array
    return reshape(array, (*array.shape, 1) if array.ndim == 2 else (1, array.size, 1))


def squeeze(x: Any, axis: Any = None) -> Any:
    """x without its axes of size 1 (or without those named, which must have size 1)."""
    shape = as_array(x).shape
    axes = normalise_axes(axis, len(shape), "squeeze")
    if axis is not None and any(shape[each] != 1 for each in axes):
        raise ShapeError(given=f"axis {axis} of shape {shape}", expected="an axis of size 1", where="squeeze",
                         remedy="take one entry along it, or sum over it")  # fmt: skip
    return reshape(x, tuple(size for each, size in enumerate(shape) if not (each in axes and size == 1)))


def expand_dims(x: Any, axis: Any) -> Any:
    """x with new axes of size 1 at `axis`, counted in the result."""
    array = as_array(x)
    ndim = array.ndim + (len(axis) if isinstance(axis, (tuple, list)) else 1)
    axes = normalise_axes(axis, ndim, "expand_dims")
    sizes = iter(array.shape)
    return reshape(array, tuple(1 if each in axes else next(sizes) for each in range(ndim)))


# Transpose -----------------------------------------------------------------------------------------------------------
def transpose_type(x: ArrayType, *, axes: tuple[int, ...]) -> ArrayType:
    return array_type(tuple(x.shape[axis] for axis in axes), x.dtype)


def transpose_adjoint(g: Array, x: Array, *, axes: tuple[int, ...]) -> Array:
    return transpose_op(g, axes=tuple(sorted(range(len(axes)), key=axes.__getitem__)))


def transpose_labels(x: ArrayType, *, axes: tuple[int, ...]) -> str:
    return f"{LETTERS[: x.ndim]}->{''.join(LETTERS[axis] for axis in axes)}"


def transpose_notation(node: Node) -> Notation:
    axes = node.settings["axes"]
    if axes == (1, 0):
        return TRANSPOSE
    return call("transpose", 1, "np.transpose") if axes == tuple(reversed(range(len(axes)))) else _PERMUTE


TRANSPOSE = Notation(
    Form("{0}^T", Strength.POSTFIX, (Strength.ATOM,)),
    Form(r"{0}^{{\top}}", Strength.POSTFIX, (Strength.ATOM,)),
    Form("{0}.T", Strength.ATOM, (Strength.ATOM,)),
)
_PERMUTE = Notation(
    Form("transpose({0}, {axes})"), Form(r"\operatorname{{transpose}}({0})"), Form("np.transpose({0}, {axes})")
)  # fmt: skip


@op(
    "transpose", Linear((transpose_adjoint,)), transpose_notation, Role.MOVES, type_rule=transpose_type,
    domain=Domain((Sample(((2, 3),), (("axes", (1, 0)),)), Sample(((2, 3, 4),), (("axes", (2, 0, 1)),)))),
    index=Labels(transpose_labels), batch=transpose_rule,
)  # fmt: skip
def transpose_op(xp: Library, x: Array, *, axes: tuple[int, ...]) -> Array:
    """The axes of x in another order; for a matrix, its transpose. Adjoint: the inverse order."""
    return xp.transpose(x, axes)


def transpose(x: Any, axes: Any = None) -> Any:
    """x with its axes reversed, or in the order `axes`."""
    array = as_array(x)
    ndim = array.ndim
    if axes is None:
        order = tuple(reversed(range(ndim)))
    else:
        order = tuple(normalise_axis(int(axis), ndim, "transpose") for axis in axes)
    if sorted(order) != list(range(ndim)):
        raise ShapeError(given=f"axes {axes}", expected=f"each of the {ndim} axes once", where="transpose",
                         remedy="np.swapaxes exchanges two axes and leaves the others")  # fmt: skip
    return array if order == tuple(range(ndim)) else transpose_op(array, axes=order)


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """x with two axes exchanged."""
    array = as_array(x)
    order = list(range(array.ndim))
    first, second = (normalise_axis(axis, array.ndim, "swapaxes") for axis in (axis1, axis2))
    order[first], order[second] = second, first
    return transpose(array, order)


def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """x with one axis moved to another place, or several axes to as many places."""
    array = as_array(x)
    moved = [normalise_axis(axis, array.ndim, "moveaxis") for axis in sizes_of(source)]
    places = [normalise_axis(axis, array.ndim, "moveaxis") for axis in sizes_of(destination)]
    if len(moved) != len(places) or len(set(moved)) != len(moved) or len(set(places)) != len(places):
        raise ShapeError(given=f"axes {source} to {destination}", expected="as many places as axes, each once",
                         where="moveaxis", remedy="np.transpose takes the whole order")  # fmt: skip
    order = [axis for axis in range(array.ndim) if axis not in moved]
    for place, axis in sorted(zip(places, moved, strict=True)):
        order.insert(place, axis)
    return transpose(array, order)


def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    """x with one axis moved to stand before the axis `start`. np.moveaxis says it better."""
    array = as_array(x)
    moved = normalise_axis(axis, array.ndim, "rollaxis")
    place = start + array.ndim if start < 0 else start
    if not 0 <= place <= array.ndim:
        raise ShapeError(given=f"start {start} for an array with {array.ndim} axes", where="rollaxis",
                         expected=f"a place from {-array.ndim} to {array.ndim}",
                         remedy="use np.moveaxis")  # fmt: skip
    return moveaxis(array, moved, place - 1 if moved < place else place)


def matrix_transpose(x: Any) -> Any:
    """Each matrix of a stack transposed: the last two axes exchanged."""
    return swapaxes(x, -1, -2)


# Flip and roll -------------------------------------------------------------------------------------------------------
def flip_adjoint(g: Array, x: Array, *, axes: tuple[int, ...]) -> Array:
    return flip_op(g, axes=axes)


def along_notation(name: str, settings: str) -> Any:
    """`flip(x)`, or `flip(x, axis=0)` where x has more axes than those it goes along."""

    def notation(node: Node) -> Notation:
        axes = node.settings["axes"]
        along = "" if len(axes) == node.ndim else f", axis={axes[0] if len(axes) == 1 else axes}"
        how = "".join(f", {node.settings[each]}" for each in settings.split())
        return Notation(
            Form(f"{name}({{0}}{how}{along})"),
            Form(rf"\operatorname{{{{{name}}}}}({{0}})"),
            Form(f"np.{name}({{0}}{how}, {{axes}})"),
        )

    return notation


@op(
    "flip", Linear((flip_adjoint,)), along_notation("flip", ""), Role.MOVES, type_rule=same_type,
    domain=Domain((Sample(((3,),), (("axes", (0,)),)), Sample(((2, 3),), (("axes", (0, 1)),)))), batch=along_axes,
)  # fmt: skip
def flip_op(xp: Library, x: Array, *, axes: tuple[int, ...]) -> Array:
    """x backwards along the axes. Adjoint: flip back."""
    return xp.flip(x, axes)


def flip(x: Any, axis: Any = None) -> Any:
    """x backwards along `axis` (all axes if None)."""
    array = as_array(x)
    return flip_op(array, axes=normalise_axes(axis, array.ndim, "flip"))


def roll_adjoint(g: Array, x: Array, *, shift: tuple[int, ...], axes: tuple[int, ...]) -> Array:
    return roll_op(g, shift=tuple(-each for each in shift), axes=axes)


@op(
    "roll", Linear((roll_adjoint,)), along_notation("roll", "shift"), Role.MOVES, type_rule=same_type,
    domain=Domain((
        Sample(((4,),), (("shift", (1,)), ("axes", (0,)))), Sample(((2, 3),), (("shift", (1, -2)), ("axes", (0, 1)))),
    )), batch=along_axes,
)  # fmt: skip
def roll_op(xp: Library, x: Array, *, shift: tuple[int, ...], axes: tuple[int, ...]) -> Array:
    """x moved round along the axes. Adjoint: moved back."""
    return xp.roll(x, shift, axes)


def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """x moved by `shift` places along `axis`; what falls off one end comes in at the other."""
    array = as_array(x)
    if axis is None:
        return reshape(roll(ravel(array), shift, 0), array.shape)
    axes = tuple(normalise_axis(each, array.ndim, "roll") for each in sizes_of(axis))
    shifts = sizes_of(shift)
    shifts = shifts * len(axes) if len(shifts) == 1 else shifts
    return roll_op(array, shift=shifts, axes=axes)


_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    broadcast_to, reshape, ravel, atleast_1d, atleast_2d, atleast_3d, squeeze, expand_dims, transpose, swapaxes,
    moveaxis, rollaxis, matrix_transpose, flip, roll,
)  # fmt: skip
for _function in _FUNCTIONS:
    also_known_as(_function, _function.__name__)
also_known_as(transpose, "permute_dims")
