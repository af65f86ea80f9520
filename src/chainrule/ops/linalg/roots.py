"""Square roots and logarithms of matrices, and the linear equation that roots lead to: square matrices in and out.

One idea: Y Y = X moves by Y dY + dY Y = dX, which is Sylvester's equation; the logarithm moves as the exponential does,
in the corner of a block matrix. Source: Higham, Functions of Matrices (2008), sections 6.1 and 11.8.
"""

from __future__ import annotations

import warnings
from typing import Any

from ...errors import DomainError, ShapeError
from ...ir.library import Array, Library, reference, science
from ...ir.notation import Form, Notation, Strength
from ...ir.op import Complexes, Custom, Domain, Role, Sample
from ...ir.types import ArrayType, array_type, broadcast_shapes
from ..batches import as_it_is
from ..declare import also_known_as, op
from ..movement import sum_to
from ..products import matmul_op, same_dtype, turned
from .exponentials import corner_of, upper_blocks
from .matrices import computed_dtype, dagger, matrix_type, require_square, solvable, square_samples


# Sylvester's equation -------------------------------------------------------------------------------------------------
def sylvester_type(a: ArrayType, b: ArrayType, q: ArrayType) -> ArrayType:
    require_square("solve_sylvester", a.shape)
    require_square("solve_sylvester", b.shape)
    if q.ndim < 2 or q.shape[-2:] != (a.shape[-1], b.shape[-1]):
        raise ShapeError(
            given=f"solve_sylvester of shapes {a.shape}, {b.shape} and {q.shape}", where="solve_sylvester",
            expected=f"a right side of shape {(a.shape[-1], b.shape[-1])}, for a X + X b = q",
            remedy="check the order of a and b",
        )  # fmt: skip
    stack = broadcast_shapes(a.shape[:-2], b.shape[:-2], q.shape[:-2], doing="solve_sylvester")
    dtype = computed_dtype(reference().result_type(a.dtype, b.dtype, q.dtype))
    return array_type((*stack, *q.shape[-2:]), dtype)


def sylvester_pull(g: Array, y: Array, a: Array, b: Array, q: Array) -> tuple[Array, Array, Array]:
    moved = sylvester_op(turned(a), turned(b), g)
    of_a, of_b = matmul_op(moved, turned(y)), matmul_op(turned(y), moved)
    return -sum_to(of_a, a.shape), -sum_to(of_b, b.shape), sum_to(moved, q.shape)


def sylvester_push(tangents: tuple[Any, ...], y: Array, a: Array, b: Array, q: Array) -> Array:
    of_a, of_b, change = tangents
    for part in (None if of_a is None else matmul_op(of_a, y), None if of_b is None else matmul_op(y, of_b)):
        if part is not None:
            change = -part if change is None else change - part
    return sylvester_op(a, b, change)


SYLVESTER = Notation(
    Form("sylvester({0}, {1}, {2})"), Form(r"\operatorname{{sylvester}}({0}, {1}, {2})"),
    Form("chainrule.ops.solve_sylvester({0}, {1}, {2})"),
)  # fmt: skip


@op(
    "solve_sylvester", Custom(sylvester_pull, sylvester_push), SYLVESTER, Role.COUPLES, type_rule=sylvester_type,
    domain=Domain(tuple(
        Sample((a, b, q), (), ((-1.0, 1.0),), (3.0, 2.0, 0.0))
        for a, b, q in (((2, 2), (3, 3), (2, 3)), ((2, 2, 2), (2, 2), (2, 2)), ((1, 1), (1, 1), (3, 1, 1)))
    )),
    complexes=Complexes.HOLOMORPHIC,
)  # fmt: skip
def solve_sylvester_op(xp: Library, a: Array, b: Array, q: Array) -> Array:
    """The x with a x + x b = q. Derivative: the solution s of a^T s + s b^T = g for q, -s x^T for a, -x^T s for b."""
    kind = sylvester_type(*[array_type(each.shape, each.dtype) for each in (a, b, q)])
    stack = kind.shape[:-2]
    lefts, rights, sides = (xp.broadcast_to(solvable(each), (*stack, *each.shape[-2:])) for each in (a, b, q))
    found = xp.empty(kind.shape, xp.result_type(lefts, rights, sides))
    for place in xp.ndindex(stack):
        refuse_opposite(xp, lefts[place], rights[place])
        found[place] = science("linalg").solve_sylvester(lefts[place], rights[place], sides[place])
    return found.astype(kind.dtype, copy=False)


sylvester_op = solve_sylvester_op


def refuse_opposite(xp: Library, a: Array, b: Array) -> None:
    """Raise DomainError where an eigenvalue of a is minus one of b, for then no solution is the only one."""
    sums = xp.absolute(xp.add.outer(xp.linalg.eigvals(a), xp.linalg.eigvals(b)))
    if sums.size and xp.min(sums) <= 10 * max(a.shape[-1], b.shape[-1]) * xp.finfo(a.dtype).eps * xp.max(sums):
        raise DomainError(
            given=f"solve_sylvester of matrices of shapes {a.shape} and {b.shape} with eigenvalues that add up to 0",
            where="solve_sylvester", expected="a X + X b = q with one solution: no eigenvalue of a is minus one of b",
            remedy="the gradient of a square root is such an equation: at a singular matrix the root has no slope",
        )  # fmt: skip


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """scipy.linalg.solve_sylvester: the x with a x + x b = q, for matrices and stacks of them.

    Raises ShapeError for shapes that do not fit, DomainError where there is no one solution.

    >>> solve_sylvester([[1.0]], [[2.0]], [[6.0]])
    array([[2.]])
    """
    return sylvester_op(*same_dtype(a, b, q))


def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """scipy.linalg.solve_continuous_lyapunov: the x with a x + x a^H = q.

    >>> solve_continuous_lyapunov([[2.0]], [[8.0]])
    array([[2.]])
    """
    matrix, side = same_dtype(a, q)
    return sylvester_op(matrix, dagger(matrix), side)


# Square root ----------------------------------------------------------------------------------------------------------
def sqrtm_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (sylvester_op(turned(y), turned(y), g),)


def sqrtm_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return sylvester_op(y, y, tangents[0])


SQRTM = Notation(
    Form("{0}^(1/2)", Strength.POSTFIX, (Strength.ATOM,)),
    Form("{0}^{{1/2}}", Strength.POSTFIX, (Strength.ATOM,)),
    Form("chainrule.ops.sqrtm({0})"),
)


@op(
    "sqrtm", Custom(sqrtm_pull, sqrtm_push), SQRTM, Role.COUPLES, type_rule=matrix_type("sqrtm"),
    domain=Domain(square_samples()), complexes=Complexes.HOLOMORPHIC, batch=as_it_is,
)  # fmt: skip
def sqrtm(xp: Library, x: Array) -> Array:
    """scipy.linalg.sqrtm: the principal square root Y with Y Y = X, of each matrix of a stack. Derivative: the solution
    S of Y^T S + S Y^T = G (Higham, Functions of Matrices, 2008, section 6.1).

    Raises ShapeError for a matrix that is not square, DomainError for a real one without a real root, and in the
    gradient for a singular one.

    >>> sqrtm([[4.0, 0.0], [0.0, 9.0]])
    array([[2., 0.],
           [0., 3.]])
    """
    require_square("sqrtm", x.shape)
    return principal("sqrtm", xp, x)


def principal(name: str, xp: Library, x: Array) -> Array:
    """A function of SciPy's that has one main value. Raises DomainError where there is none among the numbers of x."""
    wide = solvable(x).astype("complex128" if x.dtype.kind == "c" else "float64")  # SciPy is worse in short floats
    if not wide.size:
        return wide.astype(computed_dtype(x.dtype))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of singular matrices; what comes out is looked at below
        found = getattr(science("linalg"), name)(wide)
    rounding = 1000 * xp.finfo(wide.dtype).eps * xp.max(xp.absolute(found))
    if found.dtype.kind == "c" != wide.dtype.kind and xp.max(xp.absolute(found.imag)) <= rounding:
        found = found.real
    usual = xp.isfinite(wide).all()  # NaN and infinity are passed on
    if found.dtype.kind == "c" != wide.dtype.kind or (usual and not _is_right(name, xp, wide, found)):
        raise no_principal_value(name, x)
    return found.astype(computed_dtype(x.dtype), copy=False)


def _is_right(name: str, xp: Library, x: Array, found: Array) -> bool:
    """Whether a root, squared, is the matrix again, and a matrix has a logarithm."""
    if name == "sqrtm":
        return bool(xp.allclose(found @ found, x, rtol=1e-3, atol=1e-3 * xp.max(xp.absolute(x))))
    s = xp.linalg.svd(x, compute_uv=False)
    return bool(xp.all(s[..., -1] > x.shape[-1] * xp.finfo(x.dtype).eps * s[..., 0]))


def no_principal_value(name: str, x: Array) -> DomainError:
    """What is wrong with a matrix that has no such function."""
    kind = "complex" if x.dtype.kind == "c" else "real"
    return DomainError(
        given=f"{name} of a {kind} matrix of shape {x.shape[-2:]} that has none of the same kind",
        where=name, expected="a matrix without eigenvalues on the negative real axis, and none that is 0",
        remedy='of a real matrix with negative eigenvalues take x.astype("complex128"); a singular one has none',
    )  # fmt: skip


# Logarithm ------------------------------------------------------------------------------------------------------------
def logm_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (corner_of(logm(upper_blocks(turned(x), g))),)


def logm_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return corner_of(logm(upper_blocks(x, tangents[0])))


LOGM = Notation(Form("logm({0})"), Form(r"\operatorname{{logm}}({0})"), Form("chainrule.ops.logm({0})"))


@op(
    "logm", Custom(logm_pull, logm_push), LOGM, Role.COUPLES, type_rule=matrix_type("logm"),
    domain=Domain(square_samples()), complexes=Complexes.HOLOMORPHIC, batch=as_it_is,
)  # fmt: skip
def logm(xp: Library, x: Array) -> Array:
    """scipy.linalg.logm: the principal logarithm Y with exp(Y) = X, of each matrix of a stack. Derivative: the corner
    of log [[X^T, G], [0, X^T]] (Higham, Functions of Matrices, 2008, section 11.8).

    Raises ShapeError for a matrix that is not square, DomainError for a singular one and for a real one without a real
    logarithm.

    >>> logm([[1.0, 0.0], [0.0, 1.0]])
    array([[0., 0.],
           [0., 0.]])
    """
    require_square("logm", x.shape)
    return principal("logm", xp, x)


also_known_as(solve_sylvester, "solve_sylvester")
also_known_as(solve_continuous_lyapunov, "solve_continuous_lyapunov", "solve_lyapunov")
