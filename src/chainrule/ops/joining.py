"""Joining arrays, cutting them, and padding them: arrays in, a larger one or its pieces out.

One idea: the adjoint of joining is cutting. All pieces are cut in one pass, so that joining 100,000 pieces stays
linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array, scalar_like
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation
from ..ir.op import Complexes, Custom, Domain, Role, Sample
from ..ir.types import ArrayType, array_type, normalise_axis
from .batches import along_axes, pad_rule
from .complexes import astype
from .declare import also_known_as, op
from .indexing import getitem
from .movement import atleast_1d, atleast_2d, broadcast_to, ravel
from .products import same_dtype


def concatenate_type(*types: ArrayType, axis: int) -> ArrayType:
    first = types[0].shape
    for type_ in types:
        if len(type_.shape) != len(first) or any(
            size != other for place, (size, other) in enumerate(zip(type_.shape, first, strict=True)) if place != axis
        ):
            raise ShapeError(
                given=f"shapes {first} and {type_.shape}", expected=f"shapes that agree on every axis but {axis}",
                where="concatenate", remedy="reshape one of them, join along another axis, or np.stack them",
            )  # fmt: skip
    length = sum(type_.shape[axis] for type_ in types)
    return array_type((*first[:axis], length, *first[axis + 1 :]), reference().result_type(*[t.dtype for t in types]))


def concatenate_pull(g: Array, y: Array, *pieces: Array, axis: int) -> tuple[Any, ...]:
    found, start = [], 0
    before = (slice(None),) * axis
    for piece in pieces:
        stop = start + piece.shape[axis]
        found.append(getitem_any(g, (*before, slice(start, stop))))
        start = stop
    return tuple(found)


def getitem_any(x: Any, key: Any) -> Any:
    return getitem(x, key) if type(x) is Node else x[key]


def concatenate_push(tangents: tuple[Any, ...], y: Array, *pieces: Array, axis: int) -> Array:
    return concatenate_op(*filled(tangents, pieces), axis=axis)


def filled(tangents: tuple[Any, ...], pieces: tuple[Any, ...]) -> tuple[Any, ...]:
    """Zeros where an input does not move."""
    return tuple(
        zeros_of(piece) if tangent is None else tangent for tangent, piece in zip(tangents, pieces, strict=True)
    )


def zeros_of(x: Any) -> Any:
    """Zeros of the type of x: not 0 * x, which is NaN where x is infinite."""
    return scalar_like(0.0, x.type) if type(x) is Node else reference().zeros(x.shape, x.dtype)[()]


def listing(name: str, code: str) -> Any:
    """Notation with any number of operands."""

    def notation(node: Node) -> Notation:
        slots = ", ".join(f"{{{slot}}}" for slot in range(len(node.inputs)))
        return Notation(
            Form(f"{name}({slots})"),
            Form(f"\\operatorname{{{{{name}}}}}({slots})"),
            Form(f"{code}([{slots}], axis={{axis}})"),
        )

    return notation


@op(
    "concatenate", Custom(concatenate_pull, concatenate_push), listing("concatenate", "np.concatenate"), Role.MOVES,
    type_rule=concatenate_type,
    domain=Domain((Sample(((2,), (3,)), (("axis", 0),)), Sample(((2, 1), (2, 3)), (("axis", 1),)))),
    complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def concatenate_op(xp: Library, *pieces: Array, axis: int) -> Array:
    """Arrays joined along an axis. Adjoint: the gradient cut at the seams."""
    return xp.concatenate(pieces, axis)


def stack_type(*types: ArrayType, axis: int) -> ArrayType:
    shapes = {type_.shape for type_ in types}
    if len(shapes) != 1:
        raise ShapeError(given=f"shapes {' and '.join(map(str, sorted(shapes)))}", expected="one shape", where="stack",
                         remedy="np.concatenate joins arrays of different lengths")  # fmt: skip
    shape = types[0].shape
    return array_type((*shape[:axis], len(types), *shape[axis:]), reference().result_type(*[t.dtype for t in types]))


def stack_pull(g: Array, y: Array, *pieces: Array, axis: int) -> tuple[Any, ...]:
    before = (slice(None),) * axis
    return tuple(getitem_any(g, (*before, place)) for place in range(len(pieces)))


def stack_push(tangents: tuple[Any, ...], y: Array, *pieces: Array, axis: int) -> Array:
    return stack_op(*filled(tangents, pieces), axis=axis)


@op(
    "stack", Custom(stack_pull, stack_push), listing("stack", "np.stack"), Role.MOVES, type_rule=stack_type,
    domain=Domain((
        Sample(((2,), (2,)), (("axis", 0),)), Sample(((2, 3), (2, 3)), (("axis", 1),)),
        Sample(((), ()), (("axis", 0),)),
    )),
    complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def stack_op(xp: Library, *pieces: Array, axis: int) -> Array:
    """Arrays of one shape joined along a new axis. Adjoint: the gradient taken apart along it."""
    return xp.stack(pieces, axis)


def pieces_of(arrays: Any, name: str, dtype: Any = None) -> tuple[Any, ...]:
    """The arrays to be joined, in one dtype. Raises ShapeError where there are none."""
    found = tuple(arrays[row] for row in range(len(arrays))) if type(arrays) is Node else tuple(arrays)
    if not found:
        raise ShapeError(given=f"{name} of nothing", expected="at least one array", where=name,
                         remedy="is the list empty that was to be joined?")  # fmt: skip
    return same_dtype(*(found if dtype is None else [astype(each, dtype) for each in found]))


def concatenate(arrays: Sequence[Any], axis: int | None = 0, *, dtype: Any = None) -> Any:
    """np.concatenate: arrays joined along an axis they have (flattened first if axis is None), in `dtype`.

    >>> concatenate([[1.0], [2.0, 3.0]])
    array([1., 2., 3.])
    """
    pieces = pieces_of(arrays, "concatenate", dtype)
    if axis is None:
        return concatenate_op(*(ravel(piece) for piece in pieces), axis=0)
    if not pieces[0].ndim:
        raise ShapeError(given="single numbers", expected="arrays with at least one axis", where="concatenate",
                         remedy="np.stack joins numbers to a vector")  # fmt: skip
    return concatenate_op(*pieces, axis=normalise_axis(axis, pieces[0].ndim, "concatenate"))


def stack(arrays: Sequence[Any], axis: int = 0, *, dtype: Any = None) -> Any:
    """np.stack: arrays of one shape joined along a new axis, in `dtype`.

    >>> stack([[1.0, 2.0], [3.0, 4.0]], axis=1)
    array([[1., 3.],
           [2., 4.]])
    """
    pieces = pieces_of(arrays, "stack", dtype)
    return stack_op(*pieces, axis=normalise_axis(axis, pieces[0].ndim + 1, "stack"))


def hstack(arrays: Sequence[Any], *, dtype: Any = None) -> Any:
    """np.hstack: joined side by side (numbers become vectors first), in `dtype`."""
    pieces = [atleast_1d(piece) for piece in pieces_of(arrays, "hstack", dtype)]
    return concatenate(pieces, 0 if pieces[0].ndim == 1 else 1)


def vstack(arrays: Sequence[Any], *, dtype: Any = None) -> Any:
    """np.vstack: joined one below the other (vectors become rows first), in `dtype`."""
    return concatenate([atleast_2d(piece) for piece in pieces_of(arrays, "vstack", dtype)], 0)


# Cutting -------------------------------------------------------------------------------------------------------------
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """np.split: x cut along one axis into so many equal pieces, or at the places given.

    >>> split([1.0, 2.0, 3.0], [1])
    [array([1.]), array([2., 3.])]
    """
    array = as_array(x)
    place = normalise_axis(axis, array.ndim, "split")
    size = array.shape[place]
    if isinstance(indices_or_sections, int):
        if indices_or_sections < 1 or size % indices_or_sections:
            raise ShapeError(
                given=f"split of {size} entries into {indices_or_sections} pieces", where="split",
                expected="pieces of equal size", remedy="give the places to cut at, as a list",
            )  # fmt: skip
        step = size // indices_or_sections
        cuts = [step * piece for piece in range(1, indices_or_sections)]
    else:
        cuts = [int(cut) for cut in indices_or_sections]
    before = (slice(None),) * place
    return [
        getitem(array, (*before, slice(start, stop))) for start, stop in zip([0, *cuts], [*cuts, size], strict=True)
    ]


def diff(x: Any, n: int = 1, axis: int = -1, *, prepend: Any = None, append: Any = None) -> Any:
    """np.diff: each entry less the one before it along an axis, n times over, with values in front and behind.

    >>> diff([1.0, 4.0, 9.0])
    array([3., 5.])
    """
    array = as_array(x)
    along = normalise_axis(axis, array.ndim, "diff")
    ends = [each if each is None else _slice_like(array, along, each) for each in (prepend, append)]
    if prepend is not None or append is not None:
        array = concatenate([each for each in (ends[0], array, ends[1]) if each is not None], along)
    before = (slice(None),) * along
    for _ in range(n):
        array = getitem(array, (*before, slice(1, None))) - getitem(array, (*before, slice(None, -1)))
    return array


def _slice_like(array: Any, axis: int, value: Any) -> Any:
    """A number as a slice of the array; a slice as it is."""
    given = as_array(value)
    shape = tuple(1 if each == axis else size for each, size in enumerate(array.shape))
    return given if given.ndim else broadcast_to(given, shape)


# Padding -------------------------------------------------------------------------------------------------------------
Widths = tuple[tuple[int, int], ...]


def pad_type(x: ArrayType, *, widths: Widths, fill: float) -> ArrayType:
    return array_type(
        tuple(size + before + after for size, (before, after) in zip(x.shape, widths, strict=True)), x.dtype
    )


def pad_adjoint(g: Array, x: Array, *, widths: Widths, fill: float) -> Array:
    key = tuple(slice(before, before + size) for size, (before, _) in zip(x.shape, widths, strict=True))
    return getitem_any(g, key)


def pad_push(tangents: tuple[Any, ...], y: Array, x: Array, *, widths: Widths, fill: float) -> Array:
    return pad_op(tangents[0], widths=widths, fill=0.0)


def pad_pull(g: Array, y: Array, x: Array, *, widths: Widths, fill: float) -> tuple[Array]:
    return (pad_adjoint(g, x, widths=widths, fill=fill),)


_PAD = Notation(
    Form("pad({0})"), Form(r"\operatorname{{pad}}({0})"), Form("np.pad({0}, {widths}, constant_values={fill})")
)  # fmt: skip


@op(
    "pad", Custom(pad_pull, pad_push), _PAD, Role.MOVES, type_rule=pad_type,
    domain=Domain((
        Sample(((3,),), (("widths", ((1, 2),)), ("fill", 0.0))),
        Sample(((2, 2),), (("widths", ((1, 0), (0, 2))), ("fill", 1.5))),
    )),
    complexes=Complexes.OWN, batch=pad_rule,
)  # fmt: skip
def pad_op(xp: Library, x: Array, *, widths: Widths, fill: float) -> Array:
    """x with a border of one known number. Adjoint: the border cut off."""
    return xp.pad(x, widths, constant_values=fill)


def bordered(x: Any, widths: Any, fill: float = 0.0) -> Any:
    """x with a border of one number: `widths` is a pair for each axis."""
    return pad_op(as_array(x), widths=tuple((int(before), int(behind)) for before, behind in widths), fill=fill)


for _function in (concatenate, stack, hstack, vstack, split, diff):
    also_known_as(_function, _function.__name__)
also_known_as(concatenate, "concat")
also_known_as(vstack, "row_stack")
