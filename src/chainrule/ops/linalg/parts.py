"""Several results of one factorisation: one packed array in, its parts out, each in its own shape.

One idea: an op has one output and a factorisation several. They lie end to end along the last axis of one array, so
that the work is done once, eagerly and under jit, and a part is a slice whose adjoint puts it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...ir.library import Array, Library, reference
from ...ir.node import Node
from ...ir.notation import Form, Notation, Strength
from ...ir.op import Complexes, Domain, Linear, Role, Sample
from ...ir.types import ArrayType, array_type, count_entries
from ..batches import as_it_is
from ..declare import op, real_dtype


@dataclass(frozen=True, slots=True)
class Piece:
    """One result: its name, its shape for one matrix of a stack, and whether it is real even if the matrix is not."""

    name: str
    shape: tuple[int, ...]
    real: bool = False


Layout = Sequence[Piece]


def packed_type(stack: tuple[int, ...], layout: Layout, dtype: Any) -> ArrayType:
    """The type of an array that holds all pieces."""
    return array_type((*stack, sum(count_entries(piece.shape) for piece in layout)), dtype)


def packed(xp: Library, layout: Layout, arrays: Sequence[Array], dtype: Any) -> Array:
    """The arrays end to end, for each matrix of a stack."""
    stack = arrays[0].shape[: arrays[0].ndim - len(layout[0].shape)]
    rows = [xp.reshape(each, (*stack, count_entries(p.shape))) for each, p in zip(arrays, layout, strict=True)]
    return xp.concatenate(rows, axis=-1).astype(dtype, copy=False)


def unpacked(whole: Any, layout: Layout) -> list[Any]:
    """The pieces of a packed array."""
    found, start = [], 0
    for piece in layout:
        found.append(part(whole, name=piece.name, start=start, shape=piece.shape, real=piece.real))
        start += count_entries(piece.shape)
    return found


def repacked(layout: Layout, pieces: Sequence[Any]) -> Any:
    """The packed array of these pieces, as a sum of them, each in its place: for tangents."""
    size = sum(count_entries(piece.shape) for piece in layout)
    whole, start = None, 0
    complexes = any(each.dtype.kind == "c" for each in pieces)
    for piece, each in zip(layout, pieces, strict=True):
        here = part_back(
            each, start=start, size=size, axes=len(piece.shape), widen=complexes and each.dtype.kind != "c"
        )
        whole = here if whole is None else whole + here
        start += count_entries(piece.shape)
    return whole


def nothing_in(*pieces: Any) -> bool:
    """Whether pieces of a gradient are known to be 0: then all that they would cost can be saved."""
    return not any(type(each) is Node or each.any() for each in pieces)


def complex_dtype(dtype: Any) -> Any:
    """The complex dtype of the same precision, of at least complex64."""
    return reference().result_type(dtype, "complex64")


# A part ---------------------------------------------------------------------------------------------------------------
def part_type(whole: ArrayType, *, name: str, start: int, shape: tuple[int, ...], real: bool) -> ArrayType:
    return array_type((*whole.shape[:-1], *shape), real_dtype(whole.dtype) if real else whole.dtype)


def part_adjoint(g: Array, whole: Array, *, name: str, start: int, shape: tuple[int, ...], real: bool) -> Array:
    widen = real and whole.dtype.kind == "c"
    return part_back(g, start=start, size=whole.shape[-1], axes=len(shape), widen=widen)


def part_notation(node: Node) -> Notation:
    name = node.settings["name"]
    return Notation(
        Form(f"{{0}}.{name}", Strength.POSTFIX, (Strength.ATOM,)),
        Form(rf"{{0}}_{{{{\mathrm{{{{{name}}}}}}}}}", Strength.POSTFIX, (Strength.ATOM,)),
        Form(f"chainrule.ops.part({{0}}, name='{name}', start={{start}}, shape={{shape}}, real={{real}})"),
    )


_PART = (("name", "rest"), ("start", 2), ("shape", (2, 2)), ("real", False))


@op(
    "part", Linear((part_adjoint,)), part_notation, Role.MOVES, type_rule=part_type,
    domain=Domain((
        Sample(((6,),), _PART), Sample(((3, 7),), _PART),
        Sample(((2, 6),), (("name", "first"), ("start", 0), ("shape", (3,)), ("real", True))),
    )),
    complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def part(xp: Library, whole: Array, *, name: str, start: int, shape: tuple[int, ...], real: bool) -> Array:
    """One result of a factorisation, cut out of the array that holds all. Adjoint: put back, with zeros around it."""
    cut = whole[..., start : start + count_entries(shape)]
    found = xp.reshape(cut, (*whole.shape[:-1], *shape))
    return found.real if real else found


def part_back_type(x: ArrayType, *, start: int, size: int, axes: int, widen: bool) -> ArrayType:
    return array_type((*x.shape[: x.ndim - axes], size), complex_dtype(x.dtype) if widen else x.dtype)


def part_back_adjoint(g: Array, x: Array, *, start: int, size: int, axes: int, widen: bool) -> Array:
    return part(g, name="part", start=start, shape=x.shape[x.ndim - axes :], real=widen)


PART_BACK = Notation(
    Form("part back({0})"), Form(r"\operatorname{{back}}({0})"),
    Form("chainrule.ops.part_back({0}, start={start}, size={size}, axes={axes}, widen={widen})"),
)  # fmt: skip


@op(
    "part_back", Linear((part_back_adjoint,)), PART_BACK, Role.MOVES, type_rule=part_back_type,
    domain=Domain((
        Sample(((2, 2),), (("start", 1), ("size", 6), ("axes", 2), ("widen", False))),
        Sample(((3, 2),), (("start", 0), ("size", 4), ("axes", 1), ("widen", False))),
    )),
    complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def part_back(xp: Library, x: Array, *, start: int, size: int, axes: int, widen: bool) -> Array:
    """One result of a factorisation in its place among the others, which are 0. Adjoint: cut out again."""
    shape = x.shape[x.ndim - axes :]
    stack = x.shape[: x.ndim - axes]
    whole = xp.zeros((*stack, size), complex_dtype(x.dtype) if widen else x.dtype)
    whole[..., start : start + count_entries(shape)] = xp.reshape(x, (*stack, count_entries(shape)))
    return whole
