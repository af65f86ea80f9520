"""Matrices of any shape and rank: pseudo-inverses, least squares, ranks and condition numbers.

One idea: while its rank stays the same a pseudo-inverse is as smooth as an inverse, so the rank that the singular
values show is taken as fixed. Source: Golub and Pereyra, The differentiation of pseudo-inverses (1973), theorem 4.3.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...errors import DTypeError, ShapeError
from ...ir.coercion import as_array
from ...ir.library import Array, Library
from ...ir.node import Node, concrete, is_abstract
from ...ir.notation import Form, Notation, Strength
from ...ir.op import Complexes, Custom, Domain, Role, Sample
from ...ir.precision import spacing_at_one
from ...ir.types import ArrayType, array_type
from ..batches import as_it_is
from ..choices import any_entry, greater, not_equal
from ..complexes import conjugated, real
from ..declare import also_known_as, op
from ..products import matmul, matmul_op, same_dtype
from ..reductions import sum
from .inverses import inv
from .matrices import computed_dtype, dagger, require_square, solvable
from .norms import norm
from .singular_values import require_matrix, svdvals
from .symmetric import not_converged, symmetric_input


# Pseudo-inverse -------------------------------------------------------------------------------------------------------
def pinv_type(x: ArrayType, *, cutoff: float | None) -> ArrayType:
    require_matrix("pinv", x.shape)
    return array_type((*x.shape[:-2], x.shape[-1], x.shape[-2]), computed_dtype(x.dtype))


def off_columns(x: Any, p: Any, m: Any) -> Any:
    """(I - X P) M: what the columns of X do not span."""
    return m - matmul_op(x, matmul_op(p, m))


def off_rows(x: Any, p: Any, m: Any) -> Any:
    """M (I - P X): what the rows of X do not span."""
    return m - matmul_op(matmul_op(m, p), x)


def pinv_pull(g: Array, y: Array, x: Array, *, cutoff: float | None) -> tuple[Array]:
    """-P^H G P^H + (I - X P) G^H P P^H + P^H P G^H (I - P X)."""
    turned_back, upstream = dagger(y), dagger(g)
    found = -matmul_op(matmul_op(turned_back, g), turned_back)
    if x.shape[-2] > 0 and x.shape[-1] > 0:
        found = found + off_columns(x, y, matmul_op(matmul_op(upstream, y), turned_back))
        found = found + off_rows(x, y, matmul_op(turned_back, matmul_op(y, upstream)))
    return (found,)


def pinv_push(tangents: tuple[Any, ...], y: Array, x: Array, *, cutoff: float | None) -> Array:
    """-P dX P + P P^H dX^H (I - X P) + (I - P X) dX^H P^H P."""
    moved, turned_back = tangents[0], dagger(y)
    found = -matmul_op(matmul_op(y, moved), y)
    first = off_rows(y, x, matmul_op(matmul_op(y, turned_back), dagger(moved)))
    second = off_columns(y, x, matmul_op(dagger(moved), matmul_op(turned_back, y)))
    return found + first + second


PINV = Notation(
    Form("{0}^+", Strength.POSTFIX, (Strength.ATOM,)),
    Form("{0}^{{+}}", Strength.POSTFIX, (Strength.ATOM,)),
    Form("chainrule.ops.pinv({0}, rcond={cutoff})"),
)
RANK = "at a matrix where the rank changes the pseudo-inverse jumps: the rank that the singular values show is kept"


@op(
    "pinv", Custom(pinv_pull, pinv_push), PINV, Role.COUPLES, type_rule=pinv_type,
    domain=Domain(
        tuple(Sample((shape,), (("cutoff", None),), ((-3.0, 3.0),)) for shape in ((3, 2), (2, 3), (2, 2, 2))), RANK
    ),
    complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def pinv_op(xp: Library, x: Array, *, cutoff: float | None) -> Array:
    """The pseudo-inverse P of Moore and Penrose. Derivative -P^H G P^H + (I - X P) G^H P P^H + P^H P G^H (I - P X)
    (Golub and Pereyra 1973), for matrices of the same rank nearby."""
    require_matrix("pinv", x.shape)
    try:
        found = xp.linalg.pinv(solvable(x)) if cutoff is None else xp.linalg.pinv(solvable(x), rcond=cutoff)
    except xp.linalg.LinAlgError:
        raise not_converged("pinv", x) from None
    return found.astype(computed_dtype(x.dtype), copy=False)


def pinv(a: Any, rcond: Any = None, hermitian: bool = False, rtol: Any = None) -> Any:
    """np.linalg.pinv: the pseudo-inverse (..., n, m) of matrices (..., m, n). Singular values below `rcond` (or `rtol`)
    times the largest count as 0; the derivative holds for matrices of the same rank nearby.

    Raises ShapeError for a vector, DTypeError for a threshold that is not one number.

    >>> pinv([[2.0], [0.0]])
    array([[0.5, 0. ]])
    """
    array = symmetric_input("pinv", a, lower=True) if hermitian else as_array(a)
    return pinv_op(array, cutoff=threshold_given("pinv", rcond if rtol is None else rtol))


def threshold_given(name: str, cutoff: Any) -> float | None:
    """A threshold as a number. Raises DTypeError for an array of them, and for a recorded value."""
    if cutoff is None:
        return None
    if type(cutoff) is Node or as_array(cutoff).ndim:
        raise DTypeError(
            given=f"{name} with a threshold of type {type(cutoff).__name__}", where=name, expected="one plain number",
            remedy="leave it away, or call it once for each matrix of the stack",
        )  # fmt: skip
    return float(cutoff)


# Least squares --------------------------------------------------------------------------------------------------------
class LstsqResult(NamedTuple):
    """What np.linalg.lstsq returns, in its order."""

    x: Any
    residuals: Any
    rank: Any
    s: Any


def lstsq(a: Any, b: Any, rcond: float | None = None) -> LstsqResult:
    """np.linalg.lstsq: the x of least norm among those that make |b - a x| least, the squares of what is left for each
    column of b, the rank of a, and its singular values.

    x is a^+ b, so its derivative holds for matrices of the same rank nearby. What is left is empty where a has not full
    column rank, or no more rows than columns, as in NumPy; under jit, where the rank is not known, full rank is
    expected. Raises ShapeError for shapes that do not fit.

    >>> lstsq([[1.0], [1.0]], [1.0, 3.0]).x
    array([2.])
    """
    matrix, right = same_dtype(a, b)
    if matrix.ndim != 2 or right.ndim not in (1, 2) or matrix.shape[0] != right.shape[0]:
        raise ShapeError(
            given=f"lstsq of shapes {matrix.shape} and {right.shape}", where="lstsq",
            expected="a matrix, and a vector or matrix with as many rows",
            remedy="of stacks, np.linalg.pinv(a) @ b solves all at once",
        )  # fmt: skip
    cutoff = cutoff_for(matrix, rcond)
    x = matmul(pinv_op(matrix, cutoff=cutoff), right)
    s = svdvals(matrix)
    rank = count_above(s, cutoff)
    rows, columns = matrix.shape
    full = type(rank) is Node or rank == columns
    left = right - matmul(matrix, x)
    squares = sum(real(conjugated(left) * left), 0)
    residuals = (
        (squares if right.ndim == 2 else squares[None]) if full and rows > columns else squares.reshape((-1,))[:0]
    )
    return LstsqResult(x, residuals, rank, s)


def cutoff_for(matrix: Any, rcond: float | None) -> float:
    """NumPy's threshold: rounding in a matrix of this size, or of one entry for -1."""
    epsilon = spacing_at_one(computed_dtype(matrix.dtype))
    if rcond is None:
        return float(epsilon * max(matrix.shape[-2:]))
    given = threshold_given("lstsq", rcond)
    return epsilon if given is None or given < 0 else given


def count_above(s: Any, cutoff: float) -> Any:
    """How many singular values are above the threshold: a plain number where they are known."""
    if not s.shape[-1]:
        return 0
    counted = sum(greater(s, cutoff * s[..., :1]), -1)
    return counted if type(counted) is Node and is_abstract(counted) else int(plain(counted))


def plain(x: Any) -> Any:
    """The value of a recorded value."""
    return concrete(x) if type(x) is Node else x


# Rank and condition ---------------------------------------------------------------------------------------------------
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, rtol: Any = None) -> Any:
    """np.linalg.matrix_rank: how many singular values are above a threshold, `tol` or `rtol` times the largest. It is a
    whole number, so no gradient passes.

    >>> int(matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
    1
    """
    array = as_array(A)
    if array.ndim < 2:
        return any_entry(not_equal(array, 0))
    s = svdvals(symmetric_input("matrix_rank", array, lower=True) if hermitian else array)
    if tol is not None:
        return sum(greater(s, as_array(tol)[..., None]), -1)
    share = cutoff_for(array, None) if rtol is None else rtol
    return sum(greater(s, share * s[..., :1]), -1)


def cond(x: Any, p: Any = None) -> Any:
    """np.linalg.cond: how much a matrix can magnify errors: the largest over the smallest singular value, or for
    another order of norm ||X|| ||X^-1||. Raises ShapeError for a vector, DomainError for such an order of a singular
    matrix.

    >>> float(cond([[4.0, 0.0], [0.0, 2.0]]))
    2.0
    """
    array = as_array(x)
    require_matrix("cond", array.shape)
    if p is None or p in (2, -2):
        s = svdvals(array)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    require_square("cond", array.shape)
    return norm(array, p, (-2, -1)) * norm(inv(array), p, (-2, -1))


for _function in (pinv, lstsq, matrix_rank, cond):
    also_known_as(_function, _function.__name__)
