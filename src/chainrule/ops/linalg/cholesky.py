"""The Cholesky factor: a symmetric positive definite matrix, or a stack of them, in; its triangular root out."""

from __future__ import annotations

from typing import Any

from ...errors import DomainError
from ...ir.library import Array, Library, reference
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Role
from ..batches import as_it_is
from ..declare import also_known_as, op
from ..products import matmul_op
from .matrices import computed_dtype, dagger, matrix_type, require_square, square_samples
from .symmetric import averaged, symmetric_input, symmetric_part
from .triangular import solve_triangular_op


def lower_half(x: Any) -> Any:
    """The entries below the diagonal, and half of those on it."""
    ones = reference().ones(x.shape[-2:], x.dtype)
    return x * (reference().tril(ones, -1) / 2 + reference().tril(ones) / 2)


def divided_left(y: Any, x: Any) -> Any:
    """L^-1 X."""
    return solve_triangular_op(y, x, lower=True, unit=False)


def divided_back(y: Any, x: Any) -> Any:
    """L^-H X."""
    return solve_triangular_op(dagger(y), x, lower=False, unit=False)


def cholesky_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    """(L^-H P L^-1), Hermitian, with P the lower half of L^H G."""
    inside = lower_half(matmul_op(dagger(y), g))
    return (symmetric_part(divided_back(y, dagger(divided_back(y, dagger(inside))))),)


def cholesky_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    """L times the lower half of L^-1 dA L^-H."""
    inside = divided_left(y, dagger(divided_left(y, symmetric_part(tangents[0]))))
    return matmul_op(y, lower_half(inside))


CHOLESKY = Notation(
    Form("cholesky({0})"), Form(r"\operatorname{{cholesky}}({0})"), Form("chainrule.ops.cholesky({0})")
)  # fmt: skip


@op(
    "cholesky", Custom(cholesky_pull, cholesky_push), CHOLESKY, Role.COUPLES, type_rule=matrix_type("cholesky"),
    domain=Domain(square_samples()), complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def cholesky(xp: Library, x: Array) -> Array:
    """The lower triangular L with L L^H = (X + X^H)/2. Derivative by L^-1 (Murray, Differentiation of the Cholesky
    decomposition, 2016, section 3)."""
    require_square("cholesky", x.shape)
    try:
        found = xp.linalg.cholesky(averaged(xp, x))
    except xp.linalg.LinAlgError:
        raise DomainError(
            given=f"cholesky of a matrix of shape {x.shape[-2:]} that is not positive definite", where="cholesky",
            expected="a symmetric matrix with x^T A x > 0 for every vector x but 0",
            remedy="look for a sign, or for columns that repeat; or add a small multiple of the identity",
        ) from None  # fmt: skip
    return found.astype(computed_dtype(x.dtype), copy=False)


# NumPy's spelling -----------------------------------------------------------------------------------------------------
def cholesky_factor(a: Any, upper: bool = False) -> Any:
    """np.linalg.cholesky: the lower triangular L with L L^H = a, or L^H if `upper`; for each matrix of a stack.

    The gradient is symmetric, as JAX's and PyTorch's: a counts as the mean of itself and its conjugate transpose. Where
    it is not symmetric, the half that NumPy reads is read. Raises ShapeError for a matrix that is not square,
    DomainError for one that is not positive definite.

    >>> cholesky_factor([[4.0, 2.0], [2.0, 2.0]])
    array([[2., 0.],
           [1., 1.]])
    """
    found = cholesky(symmetric_input("cholesky", a, lower=not upper))
    return dagger(found) if upper else found


def cho_factor(a: Any, lower: bool = False) -> tuple[Any, bool]:
    """scipy.linalg.cho_factor: the Cholesky factor of a, the upper one unless `lower`, and which it is.

    The other half holds zeros, where SciPy leaves what stood there. Raises as np.linalg.cholesky.

    >>> cho_factor([[4.0, 2.0], [2.0, 2.0]], lower=True)[1]
    True
    """
    return cholesky_factor(a, upper=not lower), bool(lower)


also_known_as(cholesky_factor, "cholesky")
also_known_as(cho_factor, "cho_factor")
