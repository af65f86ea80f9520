"""Cofactors: a square matrix, or a stack of them, in; the derivative of its determinant out, whatever its rank.

One idea: det(X) X^-T is a polynomial in the entries of X, so it has a value where X has no inverse. From X = U S V^H it
is det(U) det(V) times U, the products of all singular values but one, and V^H. That is exact for any rank but costs
more, so it is taken only where the inverse would lose digits.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, Library
from ...ir.notation import Form, Notation, Strength
from ...ir.op import Complexes, Custom, Domain, Role, Sample
from ...ir.types import ArrayType, array_type
from ..batches import all_stacked, as_it_is
from ..declare import op
from ..products import matmul_op, turned
from ..reductions import sum_op
from .inverses import inv
from .matrices import computed_dtype, matrix_type, require_square, solvable, spread_out, square_samples

_WORST_CONDITION = 1e3  # beyond it the inverse has lost three digits


def total(x: Any) -> Any:
    """The sum of all entries of each matrix."""
    return sum_op(x, axes=(x.ndim - 2, x.ndim - 1), keepdims=False)


def inverses_if_sound(xp: Library, x: Array) -> Array | None:
    """The inverses, if none of the matrices is near a singular one. NaN and infinity are passed on."""
    try:
        found = xp.linalg.inv(x)
    except xp.linalg.LinAlgError:
        return None
    condition = xp.sum(xp.absolute(x), -1).max(-1, initial=0) * xp.sum(xp.absolute(found), -1).max(-1, initial=0)
    return None if xp.any(condition > _WORST_CONDITION) and xp.isfinite(x).all() else found


def products_without(xp: Library, s: Array, count: int) -> Array:
    """The product of all entries of s but `count` of them, for each choice of these: one axis for each."""
    size = s.shape[-1]
    left_out = xp.eye(size, dtype=bool)
    if count == 2:
        left_out = left_out[:, None, :] | left_out[None, :, :]
    return xp.prod(xp.where(left_out, 1, s[(..., *(None,) * count, slice(None))]), axis=-1)


# First derivative -----------------------------------------------------------------------------------------------------
def cofactor_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (cofactor_change(g, x),)


def cofactor_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return cofactor_change(tangents[0], x)


COFACTOR = Notation(
    Form("det({0}) {0}^-T", Strength.PRODUCT, (Strength.ATOM,)),
    Form(r"\det({0}) {0}^{{-\top}}", Strength.PRODUCT, (Strength.ATOM,)),
    Form("chainrule.ops.cofactor({0})"),
)


@op(
    "cofactor", Custom(cofactor_pull, cofactor_push), COFACTOR, Role.COUPLES, type_rule=matrix_type("cofactor"),
    domain=Domain(square_samples()), complexes=Complexes.HOLOMORPHIC, batch=as_it_is,
)  # fmt: skip
def cofactor(xp: Library, x: Array) -> Array:
    """The matrix of cofactors, det(X) X^-T, also where X has no inverse. Derivative by products of all singular values
    but two (Magnus and Neudecker, Matrix Differential Calculus, 2019, section 8.5).

    >>> cofactor([[1.0, 2.0], [2.0, 4.0]])
    array([[ 4., -2.],
           [-2.,  1.]])
    """
    require_square("cofactor", x.shape)
    wide = solvable(x)
    return _cofactors(xp, wide).astype(computed_dtype(x.dtype), copy=False)


def _cofactors(xp: Library, x: Array) -> Array:
    if x.shape[-1] < 2:
        return xp.ones_like(x)
    if x.shape[-1] == 2:
        (a, b), (c, d) = (tuple(x[..., i, j] for j in (0, 1)) for i in (0, 1))
        return xp.stack([xp.stack([d, 0 - c], -1), xp.stack([0 - b, a], -1)], -2)
    inverse = inverses_if_sound(xp, x)
    if inverse is not None:
        return xp.linalg.det(x)[..., None, None] * xp.swapaxes(inverse, -1, -2)
    u, s, vh = xp.linalg.svd(x)
    sign = (xp.linalg.det(u) * xp.linalg.det(vh))[..., None, None]
    return sign * xp.conj(u) * products_without(xp, s, 1)[..., None, :] @ xp.conj(vh)


# Second derivative ----------------------------------------------------------------------------------------------------
def change_pull(g: Array, y: Array, direction: Array, x: Array) -> tuple[Array, Array]:
    return cofactor_change(g, x), change_by_matrix(direction, g, x)


def change_push(tangents: tuple[Any, ...], y: Array, direction: Array, x: Array) -> Array:
    found = None if tangents[0] is None else cofactor_change(tangents[0], x)
    if tangents[1] is None:
        return found
    by_matrix = change_by_matrix(direction, tangents[1], x)
    return by_matrix if found is None else found + by_matrix


def change_by_matrix(first: Any, second: Any, x: Any) -> Any:
    """The third derivative of a determinant in two directions, by the inverse."""
    b = turned(inv(x))
    det = spread_out(total(cofactor(x) * x), x) / max(x.shape[-1], 1)  # by Laplace, each row gives the determinant
    of_first, of_second = spread_out(total(first * b), x), spread_out(total(second * b), x)
    crossed = matmul_op(matmul_op(first, turned(b)), second) + matmul_op(matmul_op(second, turned(b)), first)
    both = total(second * around(b, first))
    whole = of_first * of_second - spread_out(both, x)
    return det * (whole * b - of_second * around(b, first) - of_first * around(b, second) + around(b, crossed))


def around(b: Any, direction: Any) -> Any:
    """B D^T B, minus the change of X^-T = B in the direction D."""
    return matmul_op(matmul_op(b, turned(direction)), b)


def change_type(direction: ArrayType, x: ArrayType) -> ArrayType:
    require_square("cofactor_change", x.shape)
    return array_type(x.shape, computed_dtype(x.dtype))


CHANGE = Notation(
    Form("D cof({1})[{0}]", Strength.PRODUCT),
    Form(r"\mathrm{{D}}\operatorname{{cof}}({1})[{0}]", Strength.PRODUCT),
    Form("chainrule.ops.cofactor_change({0}, {1})"),
)


@op(
    "cofactor_change", Custom(change_pull, change_push), CHANGE, Role.COUPLES, type_rule=change_type,
    domain=Domain(tuple(
        Sample((shape, shape), (), ((-1.0, 1.0),), (0.0, 3.0)) for shape in ((3, 3), (2, 2, 2), (1, 1))
    )),
    complexes=Complexes.HOLOMORPHIC, batch=all_stacked,
)  # fmt: skip
def cofactor_change(xp: Library, direction: Array, x: Array) -> Array:
    """How the cofactors of X change in a direction D: <D, B> C - B D^T C with C the cofactors and B = X^-T, also where
    X has no inverse. Derivative by the same identity, applied once more.

    >>> cofactor_change([[1.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]])
    array([[0., 0.],
           [0., 1.]])
    """
    require_square("cofactor_change", x.shape)
    wide, along = solvable(x), solvable(direction)
    return _changes(xp, along, wide).astype(computed_dtype(x.dtype), copy=False)


def _changes(xp: Library, direction: Array, x: Array) -> Array:
    if x.shape[-1] < 2:
        return xp.zeros_like(x)
    if x.shape[-1] == 2:  # the cofactors are linear in x
        return _cofactors(xp, direction)
    inverse = inverses_if_sound(xp, x)
    if inverse is not None:
        b = xp.swapaxes(inverse, -1, -2)
        along = xp.sum(direction * b, (-2, -1), keepdims=True)
        return xp.linalg.det(x)[..., None, None] * (along * b - b @ xp.swapaxes(direction, -1, -2) @ b)
    u, s, vh = xp.linalg.svd(x)
    sign = (xp.linalg.det(u) * xp.linalg.det(vh))[..., None, None]
    without = products_without(xp, s, 2)
    turned_in = xp.conj(xp.swapaxes(u, -1, -2)) @ direction @ xp.conj(xp.swapaxes(vh, -1, -2))
    eye = xp.eye(s.shape[-1], dtype=x.dtype)
    diagonal = xp.sum(turned_in * eye, -1)
    apart = without * (1 - eye)
    inside = eye * (apart @ diagonal[..., None]) - apart * xp.swapaxes(turned_in, -1, -2)
    return sign * (xp.conj(u) @ inside @ xp.conj(vh))
