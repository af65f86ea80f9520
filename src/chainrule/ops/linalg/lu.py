"""The LU factorisation: a matrix in, a permutation, a lower and an upper triangular matrix out.

One idea: while the same rows are exchanged, L^-1 dA U^-1 splits into what moves L, below its diagonal, and what moves
U.
Source: de Hoog, Anderssen and Lukas, Differentiation of matrix functionals using triangular factorization (2011).
"""

from __future__ import annotations

from typing import Any

from ...ir.coercion import as_array
from ...ir.library import Array, Library, reference, science
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Role, Sample
from ...ir.types import ArrayType
from ..batches import as_it_is
from ..declare import also_known_as, op
from ..joining import concatenate, zeros_of
from ..products import matmul_op
from .matrices import computed_dtype, dagger, solvable
from .orthogonal import divided, divided_by_dagger
from .parts import Layout, Piece, packed, packed_type, repacked, unpacked
from .singular_values import require_matrix
from .triangular import solve_triangular_op


def lu_layout(shape: tuple[int, ...]) -> Layout:
    rows, columns = shape[-2:]
    count = min(rows, columns)
    return Piece("P", (rows, rows)), Piece("L", (rows, count)), Piece("U", (count, columns))


def lu_type(x: ArrayType) -> ArrayType:
    require_matrix("lu", x.shape)
    return packed_type(x.shape[:-2], lu_layout(x.shape), computed_dtype(x.dtype))


def below(x: Any) -> Any:
    """The entries below the diagonal."""
    return x * reference().tril(reference().ones(x.shape[-2:], x.dtype), -1)


def above(x: Any) -> Any:
    """The entries on and above the diagonal."""
    return x * reference().triu(reference().ones(x.shape[-2:], x.dtype))


def by_lower(lower: Any, x: Any, *, back: bool) -> Any:
    """L^-1 X, or L^-H X, where L has ones on its diagonal."""
    return solve_triangular_op(dagger(lower) if back else lower, x, lower=not back, unit=True)


def lu_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    """P L^-H (what is below the diagonal of L^H G_L, with what is above in G_U U^H) U^-H."""
    layout, count = lu_layout(x.shape), min(x.shape[-2:])
    (p, lower, upper), (_, to_lower, to_upper) = unpacked(y, layout), unpacked(g, layout)
    low, high, to_low, to_high = (
        lower[..., :count, :],
        upper[..., :count],
        to_lower[..., :count, :],
        to_upper[..., :count],
    )
    of_low, of_high = matmul_op(dagger(low), to_low), matmul_op(to_high, dagger(high))
    if x.shape[-2] > count:
        of_high = of_high - matmul_op(dagger(lower[..., count:, :]), to_lower[..., count:, :])
    if x.shape[-1] > count:
        of_low = of_low - matmul_op(to_upper[..., count:], dagger(upper[..., count:]))
    found = divided_by_dagger(by_lower(low, below(of_low) + above(of_high), back=True), high)
    if x.shape[-2] > count:
        found = concatenate([found, divided_by_dagger(to_lower[..., count:, :], high)], axis=-2)
    if x.shape[-1] > count:
        found = concatenate([found, by_lower(low, to_upper[..., count:], back=True)], axis=-1)
    return (matmul_op(p, found),)


def lu_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    """With F = L^-1 P^T dA U^-1, L moves by L times what is below the diagonal of F, U by what is above times U."""
    layout, count = lu_layout(x.shape), min(x.shape[-2:])
    p, lower, upper = unpacked(y, layout)
    moved = matmul_op(dagger(p), tangents[0])
    low, high = lower[..., :count, :], upper[..., :count]
    inside = divided(by_lower(low, moved[..., :count, :count], back=False), high)
    change_lower, change_upper = matmul_op(low, below(inside)), matmul_op(above(inside), high)
    if x.shape[-2] > count:
        rest = moved[..., count:, :] - matmul_op(lower[..., count:, :], change_upper)
        change_lower = concatenate([change_lower, divided(rest, high)], axis=-2)
    if x.shape[-1] > count:
        rest = moved[..., count:] - matmul_op(change_lower, upper[..., count:])
        change_upper = concatenate([change_upper, by_lower(low, rest, back=False)], axis=-1)
    return repacked(layout, [zeros_of(p), change_lower, change_upper])


LU = Notation(Form("lu({0})"), Form(r"\operatorname{{lu}}({0})"), Form("chainrule.ops.lu_packed({0})"))


@op(
    "lu_packed", Custom(lu_pull, lu_push), LU, Role.COUPLES, type_rule=lu_type,
    domain=Domain(tuple(
        Sample((shape,), (), ((-1.0, 1.0),), (diagonal,))
        for shape, diagonal in (((3, 3), 3.0), ((3, 2), 0.0), ((2, 3), 0.0), ((2, 2, 2), 3.0))
    )),
    complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def lu_packed(xp: Library, x: Array) -> Array:
    """P, L and U with P L U = X, in one array, rows exchanged so that no entry of L is above 1. Derivative by L^-1 and
    U^-1 (de Hoog, Anderssen and Lukas 2011); none passes through P. It raises DomainError where U is singular."""
    require_matrix("lu", x.shape)
    layout, wide = lu_layout(x.shape), solvable(x)
    pieces = [xp.empty((*x.shape[:-2], *piece.shape), wide.dtype) for piece in layout]
    for place in xp.ndindex(x.shape[:-2]):
        for piece, found in zip(pieces, science("linalg").lu(wide[place], check_finite=False), strict=True):
            piece[place] = found
    return packed(xp, layout, pieces, computed_dtype(x.dtype))


def lu(a: Any, permute_l: bool = False) -> tuple[Any, ...]:
    """scipy.linalg.lu: P, L and U with P L U = a, for matrices (..., m, n): a permutation, a lower triangular matrix
    with ones on its diagonal and an upper one; or P L and U, with `permute_l`. No gradient passes through P.

    Raises ShapeError for a vector; its gradient DomainError where U is singular.

    >>> lu([[0.0, 2.0], [4.0, 1.0]])[2]
    array([[4., 1.],
           [0., 2.]])
    """
    array = as_array(a)
    require_matrix("lu", array.shape)
    permutation, lower, upper = unpacked(lu_packed(array), lu_layout(array.shape))
    return (matmul_op(permutation, lower), upper) if permute_l else (permutation, lower, upper)


also_known_as(lu, "lu")
