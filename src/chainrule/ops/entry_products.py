"""Products of entries: an array in, the product along some axes out.

One idea: the slope of a product for one entry is the product of the others, computed from the left and from the right
and never by division, so that it is exact where entries are zero, to second order too.
"""

from __future__ import annotations

from typing import Any

from ..ir.library import Array, Library
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Complexes, Custom, Domain, Role, Sample
from .arguments import prepared
from .batches import along_axes
from .choices import where
from .declare import also_known_as, op, same_type
from .movement import broadcast, reshape, transpose
from .reductions import Axes, reduce_along, reduction_notation, samples, spread, sum_op, summed_type


def prod_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (spread(g, x, axes) * prod_others(x, axes=axes),)


def prod_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return sum_op(tangents[0] * prod_others(x, axes=axes), axes=axes, keepdims=keepdims)


@op(
    "prod", Custom(prod_pull, prod_push), reduction_notation("prod", r"\prod"), Role.SWAPS, type_rule=summed_type,
    domain=Domain(samples()),
    complexes=Complexes.HOLOMORPHIC, batch=along_axes,
)  # fmt: skip
def prod_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The product along the axes. Derivative: the product of the other entries, exact also where entries are zero."""
    return xp.prod(x, axis=axes, keepdims=keepdims)


def prod(
    x: Any, axis: Any = None, keepdims: bool = False, *, dtype: Any = None, initial: Any = None, where: Any = None
) -> Any:
    """The product of x along `axis` (all axes if None), in `dtype`, of the entries where `where` holds, times
    `initial`."""
    found = reduce_along(prod_op, prepared(x, dtype, where, 1), axis, keepdims)
    return found if initial is None else found * initial


# The product of all other entries ------------------------------------------------------------------------------------
def rows_last(x: Any, axes: Axes) -> tuple[Any, Axes]:
    """x with `axes` flattened into one last axis, and the order of axes that leads there."""
    order = (*(axis for axis in range(x.ndim) if axis not in axes), *axes)
    kept = tuple(x.shape[axis] for axis in order[: x.ndim - len(axes)])
    return reshape(transpose(x, order), (*kept, _count(x.shape, axes))), order


def rows_back(rows: Any, shape: Axes, order: Axes) -> Any:
    """The inverse of `rows_last`: an array of this shape again."""
    moved = reshape(rows, tuple(shape[axis] for axis in order))
    return transpose(moved, tuple(sorted(range(len(order)), key=order.__getitem__)))


def _count(shape: Axes, axes: Axes) -> int:
    entries = 1
    for axis in axes:
        entries *= shape[axis]
    return entries


def cross_products(weight: Any, x: Any, axes: Axes) -> Any:
    """The second derivative of a product applied to a weight: for entry i the sum over j != i of weight_j times all
    entries but i and j. It is symmetric, so it serves pull and push alike (same shape as x)."""
    rows, order = rows_last(x, axes)
    count = rows.shape[-1]
    square = (*rows.shape[:-1], count, count)
    diagonal = [[row == column for column in range(count)] for row in range(count)]
    without_own = where(diagonal, 1.0, broadcast(reshape(rows, (*rows.shape[:-1], 1, count)), shape=square))
    others = where(diagonal, 0.0, prod_others(without_own, axes=(len(square) - 1,)))
    weights, _ = rows_last(weight, axes)
    weighted = others * broadcast(reshape(weights, (*rows.shape[:-1], 1, count)), shape=square)
    return rows_back(sum_op(weighted, axes=(len(square) - 1,), keepdims=False), x.shape, order)


def prod_others_pull(g: Array, y: Array, x: Array, *, axes: Axes) -> tuple[Array]:
    return (cross_products(g, x, axes),)


def prod_others_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes) -> Array:
    return cross_products(tangents[0], x, axes)


_CODE = Form("chainrule.ops.prod_others({0}, axes={axes})")
_OF_ALL = Notation(  # what it is where no entry is 0; the kernel does not divide
    Form("prod({0}) / {0}", Strength.PRODUCT - 1, (Strength.ATOM,)),
    Form(r"\frac{{\prod {0}}}{{{0}}}", Strength.POSTFIX, (Strength.ATOM,)),
    _CODE,
)
_OF_SOME = Notation(Form("prod_others({0})"), Form(r"\prod_{{\text{{others}}}} {0}"), _CODE)


def others_notation(node: Node) -> Notation:
    """prod(x) / x where the product goes over all entries."""
    return _OF_ALL if len(node.settings["axes"]) == node.type.ndim else _OF_SOME


@op(
    "prod_others", Custom(prod_others_pull, prod_others_push), others_notation, Role.COUPLES, type_rule=same_type,
    domain=Domain((
        Sample(((3,),), (("axes", (0,)),)), Sample(((2, 3),), (("axes", (1,)),)),
        Sample(((2, 2, 2),), (("axes", (0, 2)),)),
    )),
    complexes=Complexes.HOLOMORPHIC, batch=along_axes,
)  # fmt: skip
def prod_others(xp: Library, x: Array, *, axes: Axes) -> Array:
    """For each entry the product of all others along the axes: products from the left times products from the right."""
    order = (*(axis for axis in range(x.ndim) if axis not in axes), *axes)
    moved = xp.transpose(x, order)
    rows = xp.reshape(moved, (*moved.shape[: x.ndim - len(axes)], _count(x.shape, axes)))
    ones = xp.ones_like(rows[..., :1])
    left = xp.cumprod(xp.concatenate([ones, rows[..., :-1]], -1), -1)
    right = xp.flip(xp.cumprod(xp.concatenate([ones, xp.flip(rows, -1)[..., :-1]], -1), -1), -1)
    back = tuple(sorted(range(x.ndim), key=order.__getitem__))
    return xp.transpose(xp.reshape(left * right, moved.shape), back)


also_known_as(prod, "prod")
