"""Linear algebra: square matrices, or stacks of them, in; inverses, determinants and solutions out.

One idea: every derivative here is an identity made of the inverse, so it is written with ops and can be differentiated
again. Sources: Petersen and Pedersen, The Matrix Cookbook (2012), section 2; Giles, Collected matrix derivative results
(2008).
"""

from __future__ import annotations

from operator import index
from typing import Any, NamedTuple

from ..errors import DomainError, DTypeError, ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Custom, Domain, Entries, Flat, Role, Sample
from ..ir.types import ArrayType, array_type, broadcast_shapes
from .declare import also_known_as, op
from .entries import delta, entry
from .movement import reshape, sum_to
from .products import column, matmul, matmul_op, outer, row, same_dtype, turned
from .reductions import sum_op
from .tensors import kron

__all__ = ["det", "det_sign", "inv", "kron", "logdet", "matrix_power", "slogdet", "solve", "solve_op"]


# What all of them ask of a matrix -------------------------------------------------------------------------------------
def require_square(name: str, shape: tuple[int, ...]) -> None:
    """Raise ShapeError unless the last two axes are those of a square matrix."""
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ShapeError(
            given=f"{name} of shape {shape}", expected="a square matrix, or a stack of them", where=name,
            remedy="for an oblong matrix X, X.T @ X is square; reshape a vector first",
        )  # fmt: skip


def solvable(x: Array) -> Array:
    """x in a dtype in which a library of linear algebra computes: there is none for float16 and whole numbers."""
    if x.dtype.kind == "f" and x.dtype.itemsize == 2:
        return x.astype("float32")
    return x if x.dtype.kind in "fc" else x.astype("float64")


def computed_dtype(dtype: Any) -> Any:
    """The dtype of what is computed from entries of this dtype: whole numbers become float64."""
    return dtype if dtype.kind in "fc" else reference().dtype("float64")


def matrix_type(name: str) -> Any:
    """The type rule of an op from a square matrix to one of the same size."""

    def rule(x: ArrayType) -> ArrayType:
        require_square(name, x.shape)
        return array_type(x.shape, computed_dtype(x.dtype))

    return rule


def number_type(name: str) -> Any:
    """The type rule of an op from a square matrix to a number."""

    def rule(x: ArrayType) -> ArrayType:
        require_square(name, x.shape)
        return array_type(x.shape[:-2], computed_dtype(x.dtype))

    return rule


def singular(name: str, xp: Library, x: Array) -> DomainError:
    """What is wrong with a matrix that has no inverse; of a stack, with the first such."""
    which = ""
    for place in xp.ndindex(x.shape[:-2]):
        if place and not xp.linalg.slogdet(x[place])[0]:
            which = f", at place [{', '.join(map(str, place))}] of a stack"
            break
    return DomainError(
        given=f"{name} of a singular matrix of shape {x.shape[-2:]}{which}: its determinant is 0", where=name,
        expected="a matrix with an inverse; the gradients of det and log det are made of the inverse too",
        remedy="look for rows that repeat or add up to each other, or add a small multiple of the identity",
    )  # fmt: skip


def spread_out(g: Any, x: Any) -> Any:
    """A number for each matrix of a stack, so that it multiplies the matrix."""
    return g if x.ndim == 2 else reshape(g, (*g.shape, 1, 1))


def square_samples(*, far: float = 3.0) -> tuple[Sample, ...]:
    """Matrices far from singular: each entry of the diagonal outweighs the others of its row."""
    shapes = ((3, 3), (2, 2, 2), (1, 1))
    return tuple(Sample((shape,), (), ((-1.0, 1.0),), (far,)) for shape in shapes)


# Inverse --------------------------------------------------------------------------------------------------------------
def inv_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (-matmul_op(matmul_op(turned(y), g), turned(y)),)


def inv_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return -matmul_op(matmul_op(y, tangents[0]), y)


def same_matrix(out: Any, into: Any) -> Any:
    """1 where two entries belong to one matrix of a stack."""
    agree: Any = 1
    for first, second in zip(out, into, strict=True):
        agree = agree * delta(first, second)
    return agree


def inv_entry(slot: int, out: Any, into: Any, y: Any, x: Any) -> Any:
    """d (X^-1)_km / d X_ij = -(X^-1)_ki (X^-1)_jm."""
    lead, (k, m), (i, j) = out[:-2], out[-2:], into[-2:]
    return same_matrix(lead, into[:-2]) * -(y((*lead, k, i)) * y((*lead, j, m)))


INV = Notation(
    Form("{0}^-1", Strength.POSTFIX, (Strength.ATOM,)),
    Form("{0}^{{-1}}", Strength.POSTFIX, (Strength.ATOM,)),
    Form("np.linalg.inv({0})"),
    Form("chainrule.ops.inv({0})"),
)


@op(
    "inv", Custom(inv_pull, inv_push), INV, Role.COUPLES, type_rule=matrix_type("inv"),
    domain=Domain(square_samples()), index=Entries(inv_entry),
)  # fmt: skip
def inv(xp: Library, x: Array) -> Array:
    """The inverse of a square matrix, or of each of a stack. Derivative -X^-T G X^-T (Matrix Cookbook, 59 to 61).

    Raises ShapeError for a matrix that is not square, DomainError for a singular one.

    >>> inv([[2.0, 0.0], [0.0, 4.0]])
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    require_square("inv", x.shape)
    try:
        found = xp.linalg.inv(solvable(x))
    except xp.linalg.LinAlgError:
        raise singular("inv", xp, solvable(x)) from None
    return found.astype(computed_dtype(x.dtype), copy=False)


# Determinant ----------------------------------------------------------------------------------------------------------
def det_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (spread_out(g * y, x) * turned(inv(x)),)


def det_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return y * relative_change(tangents[0], x)


def relative_change(moved: Any, x: Any) -> Any:
    """tr(X^-1 dX), by which a determinant changes for each unit of itself."""
    return sum_op(turned(inv(x)) * moved, axes=(x.ndim - 2, x.ndim - 1), keepdims=False)


def det_entry(slot: int, out: Any, into: Any, y: Any, x: Any) -> Any:
    """d det(X) / d X_ij = det(X) (X^-1)_ji."""
    return y(out) * logdet_entry(slot, out, into, y, x)


def logdet_entry(slot: int, out: Any, into: Any, y: Any, x: Any) -> Any:
    """d log det(X) / d X_ij = (X^-1)_ji."""
    lead, (i, j) = into[:-2], into[-2:]
    return same_matrix(out, lead) * entry(inv(x(())), (*lead, j, i))


DET = Notation(Form("det({0})"), Form(r"\det({0})"), Form("np.linalg.det({0})"), Form("chainrule.ops.det({0})"))
LOGDET = Notation(
    Form("log det({0})", Strength.PREFIX),
    Form(r"\log\det({0})", Strength.PREFIX),
    Form("np.linalg.slogdet({0})[1]"),
    Form("chainrule.ops.logdet({0})"),
)
DET_SIGN = Notation(
    Form("sign(det({0}))"),
    Form(r"\operatorname{{sign}}(\det({0}))"),
    Form("np.linalg.slogdet({0})[0]"),
    Form("chainrule.ops.det_sign({0})"),
)


@op(
    "det", Custom(det_pull, det_push), DET, Role.COUPLES, type_rule=number_type("det"),
    domain=Domain(square_samples()), index=Entries(det_entry),
)  # fmt: skip
def det(xp: Library, x: Array) -> Array:
    """The determinant. Derivative det(X) X^-T, Jacobi's formula (Matrix Cookbook, 49).

    The derivative is computed by the inverse: near a singular matrix it is as inexact as that, and at one, where the
    matrix of cofactors would be the answer, it raises DomainError. The determinant itself is 0 there.

    >>> float(det([[2.0, 1.0], [0.0, 3.0]]))
    6.0
    """
    require_square("det", x.shape)
    return xp.linalg.det(solvable(x)).astype(computed_dtype(x.dtype))


def logdet_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (spread_out(g, x) * turned(inv(x)),)


def logdet_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return relative_change(tangents[0], x)


@op(
    "logdet", Custom(logdet_pull, logdet_push), LOGDET, Role.COUPLES, type_rule=number_type("logdet"),
    domain=Domain(square_samples()), index=Entries(logdet_entry),
)  # fmt: skip
def logdet(xp: Library, x: Array) -> Array:
    """The logarithm of the size of the determinant, log |det X|. Derivative X^-T (Matrix Cookbook, 57).

    It does not overflow where the determinant does. Of a singular matrix it is -inf, and its gradient raises
    DomainError.

    >>> float(logdet([[0.0, 1.0], [1.0, 0.0]]))
    0.0
    """
    require_square("logdet", x.shape)
    return xp.linalg.slogdet(solvable(x))[1].astype(computed_dtype(x.dtype))


@op(
    "det_sign", Flat("the sign of a determinant is the same all around, except at a singular matrix: it has no slope"),
    DET_SIGN, Role.STOPS, type_rule=number_type("det_sign"), domain=Domain(square_samples()),
)  # fmt: skip
def det_sign(xp: Library, x: Array) -> Array:
    """The sign of the determinant: 1, -1, or 0 for a singular matrix. No gradient passes."""
    require_square("det_sign", x.shape)
    return xp.linalg.slogdet(solvable(x))[0].astype(computed_dtype(x.dtype))


class SignAndLogarithm(NamedTuple):
    """A determinant as its sign and the logarithm of its size, under NumPy's names."""

    sign: Any
    logabsdet: Any


def slogdet(x: Any) -> SignAndLogarithm:
    """np.linalg.slogdet: the sign of the determinant, through which no gradient passes, and log |det X|.

    >>> sign, logarithm = slogdet([[0.0, 1.0], [1.0, 0.0]])
    >>> float(sign), float(logarithm)
    (-1.0, 0.0)
    """
    array = as_array(x)
    return SignAndLogarithm(det_sign(array), logdet(array))


# Solving --------------------------------------------------------------------------------------------------------------
def solve_type(a: ArrayType, b: ArrayType) -> ArrayType:
    require_square("solve", a.shape)
    rows = b.shape[0] if b.ndim == 1 else b.shape[-2] if b.ndim else None
    if rows != a.shape[-1]:
        raise ShapeError(
            given=f"solve for a matrix of shape {a.shape} and a right side of shape {b.shape}", where="solve",
            expected=f"a right side with {a.shape[-1]} rows: a vector, or a matrix whose columns are solved for",
            remedy="of a stack of vectors, add an axis and take it off again: solve(A, b[..., None])[..., 0]",
        )  # fmt: skip
    batch = broadcast_shapes(a.shape[:-2], b.shape[:-2], doing="solve")
    dtype = computed_dtype(reference().result_type(a.dtype, b.dtype))
    return array_type((*batch, *(a.shape[-1:] if b.ndim == 1 else b.shape[-2:])), dtype)


def solved(a: Any, b: Any, like: Any) -> Any:
    """solve(a, b), where b is a vector for each matrix of a stack if `like`, the right side, was one vector."""
    if like.ndim > 1 or b.ndim == 1:
        return solve_op(a, b)
    return reshape(solve_op(a, column(b)), b.shape)


def solve_pull(g: Array, y: Array, a: Array, b: Array) -> tuple[Array, Array]:
    moved = solved(turned(a), g, b)
    if b.ndim > 1:
        return -sum_to(matmul_op(moved, turned(y)), a.shape), sum_to(moved, b.shape)
    product = outer(moved, y) if y.ndim == 1 else column(moved) * row(y)
    return -product, sum_to(moved, b.shape)


def solve_push(tangents: tuple[Any, ...], y: Array, a: Array, b: Array) -> Array:
    change = tangents[1]
    if tangents[0] is not None:
        by_matrix = matmul_op(tangents[0], y) if b.ndim > 1 or y.ndim == 1 else (tangents[0] * row(y)).sum(-1)
        change = -by_matrix if change is None else change - by_matrix
    return solved(a, change, b)


def solve_entry(slot: int, out: Any, into: Any, y: Any, a: Any, b: Any) -> Any:
    """d y_i / d b_j = (A^-1)_ij and d y_i / d A_jk = -(A^-1)_ij y_k, in each column. None for stacks."""
    if len(out) > 2 or len(into) != (len(out) if slot else 2):
        return None
    slope = entry(inv(a(())), (out[0], into[0]))
    return same_matrix(out[1:], into[1:]) * slope if slot else -(slope * y((into[1], *out[1:])))


SOLVE = Notation(
    Form("{0}^-1 {1}", Strength.PRODUCT, (Strength.ATOM, Strength.PRODUCT)),
    Form("{0}^{{-1}} {1}", Strength.PRODUCT, (Strength.ATOM, Strength.PRODUCT)),
    Form("np.linalg.solve({0}, {1})"),
    Form("chainrule.ops.solve({0}, {1})"),
)
_FAR = ((-1.0, 1.0),), (3.0, 0.0)


@op(
    "solve", Custom(solve_pull, solve_push), SOLVE, Role.COUPLES, type_rule=solve_type,
    domain=Domain((
        Sample(((3, 3), (3,)), (), *_FAR), Sample(((3, 3), (3, 2)), (), *_FAR), Sample(((2, 2, 2), (2,)), (), *_FAR),
        Sample(((2, 1, 2, 2), (3, 2, 2)), (), *_FAR), Sample(((2, 2), (3, 2, 1)), (), *_FAR),
    )),
    index=Entries(solve_entry),
)  # fmt: skip
def solve_op(xp: Library, a: Array, b: Array) -> Array:
    """The x with a x = b. Derivative: a^-T g for b, and -(a^-T g) x^T for a (Giles 2008, 2.3.1)."""
    dtype = solve_type(array_type(a.shape, a.dtype), array_type(b.shape, b.dtype)).dtype
    try:
        return xp.linalg.solve(solvable(a), solvable(b)).astype(dtype, copy=False)
    except xp.linalg.LinAlgError:
        raise singular("solve", xp, solvable(a)) from None


def solve(a: Any, b: Any) -> Any:
    """np.linalg.solve: the x with a x = b, for a vector b or for each column of a matrix b.

    Raises ShapeError for shapes that do not fit, DomainError for a singular matrix.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0])
    array([0.5 , 0.25])
    """
    return solve_op(*same_dtype(a, b))


# Powers ---------------------------------------------------------------------------------------------------------------
def matrix_power(x: Any, n: int) -> Any:
    """np.linalg.matrix_power: x times itself, n times; of the inverse for a negative n. It is made of products.

    Raises DTypeError for an exponent that is not a whole number.

    >>> matrix_power([[1.0, 1.0], [0.0, 1.0]], 3)
    array([[1., 3.],
           [0., 1.]])
    """
    base = as_array(x)
    require_square("matrix_power", base.shape)
    try:
        remaining = abs(index(n))
    except TypeError:
        raise DTypeError(
            given=f"a matrix to the power {n!r} of type {type(n).__name__}", expected="a whole number",
            where="matrix_power", remedy="write 2 instead of 2.0; roots of matrices are not offered",
        ) from None  # fmt: skip
    if not remaining:
        return reference().broadcast_to(reference().eye(base.shape[-1], dtype=base.dtype), base.shape).copy()
    square, found = inv(base) if n < 0 else base, None
    while remaining:  # x^5 = x x^4: as many products as the exponent has binary digits, and ones
        if remaining % 2:
            found = square if found is None else matmul(found, square)
        remaining //= 2
        square = matmul(square, square) if remaining else square
    return found


for _function in (slogdet, solve, matrix_power):
    also_known_as(_function, _function.__name__)
