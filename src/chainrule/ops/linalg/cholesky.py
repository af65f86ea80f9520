"""Factors of matrices: a symmetric positive definite matrix, or a stack of them, in; its triangular root out."""

from __future__ import annotations

from typing import Any

from ...errors import DomainError
from ...ir.library import Array, Library, reference
from ...ir.notation import Form, Notation
from ...ir.op import Custom, Domain, Role
from ..declare import op
from ..products import matmul_op, turned
from .matrices import computed_dtype, matrix_type, require_square, solvable, square_samples
from .solving import solve_op


def lower_half(x: Any) -> Any:
    """The entries below the diagonal, and half of those on it."""
    ones = reference().ones(x.shape[-2:], x.dtype)
    return x * (reference().tril(ones, -1) / 2 + reference().tril(ones) / 2)


def symmetric(x: Any) -> Any:
    """The mean of a matrix and its transpose."""
    return (x + turned(x)) / 2


def cholesky_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    """(L^-T P L^-1), symmetric, with P the lower half of L^T G."""
    inside = lower_half(matmul_op(turned(y), g))
    return (symmetric(solve_op(turned(y), turned(solve_op(turned(y), turned(inside))))),)


def cholesky_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    """L times the lower half of L^-1 dA L^-T."""
    return matmul_op(y, lower_half(solve_op(y, turned(solve_op(y, symmetric(tangents[0]))))))


CHOLESKY = Notation(
    Form("cholesky({0})"), Form(r"\operatorname{{cholesky}}({0})"), Form("chainrule.ops.cholesky({0})")
)  # fmt: skip


@op(
    "cholesky", Custom(cholesky_pull, cholesky_push), CHOLESKY, Role.COUPLES, type_rule=matrix_type("cholesky"),
    domain=Domain(square_samples()),
)  # fmt: skip
def cholesky(xp: Library, x: Array) -> Array:
    """The lower triangular L with L L^T = X. Derivative by L^-1 (Murray, Differentiation of the Cholesky decomposition,
    2016, section 3).

    NumPy reads one half of a symmetric matrix; here X counts as the mean of itself and its transpose, so that the
    gradient is symmetric. Raises ShapeError for a matrix that is not square, DomainError for one that is not positive
    definite.

    >>> cholesky([[4.0, 2.0], [2.0, 2.0]])
    array([[2., 0.],
           [1., 1.]])
    """
    require_square("cholesky", x.shape)
    wide = solvable(x)
    try:
        found = xp.linalg.cholesky((wide + xp.swapaxes(wide, -1, -2)) / 2)
    except xp.linalg.LinAlgError:
        raise DomainError(
            given=f"cholesky of a matrix of shape {x.shape[-2:]} that is not positive definite", where="cholesky",
            expected="a symmetric matrix with x^T A x > 0 for every vector x but 0",
            remedy="look for a sign, or for columns that repeat; or add a small multiple of the identity",
        ) from None  # fmt: skip
    return found.astype(computed_dtype(x.dtype), copy=False)
