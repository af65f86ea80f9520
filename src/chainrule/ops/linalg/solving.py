"""Linear equations: a matrix and a right side in, the solution out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ...errors import ShapeError
from ...ir.coercion import as_array
from ...ir.library import Array, Library, reference
from ...ir.notation import Form, Notation, Strength
from ...ir.op import Complexes, Custom, Domain, Entries, Role, Sample
from ...ir.types import ArrayType, array_type, broadcast_shapes, count_entries, normalise_axis
from ..batches import solve_rule
from ..declare import also_known_as, op
from ..entries import entry
from ..movement import reshape, sum_to, transpose
from ..products import column, matmul_op, outer, row, same_dtype, turned
from .inverses import inv, same_matrix
from .matrices import computed_dtype, require_square, singular, solvable

Solver: TypeAlias = Callable[[Any, Any], Any]


def fitting(name: str, a: ArrayType, b: ArrayType) -> ArrayType:
    """The type of the solution of a x = b. Raises ShapeError where the shapes do not fit."""
    require_square(name, a.shape)
    rows = b.shape[0] if b.ndim == 1 else b.shape[-2] if b.ndim else None
    if rows != a.shape[-1]:
        raise ShapeError(
            given=f"{name} for a matrix of shape {a.shape} and a right side of shape {b.shape}", where=name,
            expected=f"a right side with {a.shape[-1]} rows: a vector, or a matrix whose columns are solved for",
            remedy=f"of a stack of vectors, add an axis and take it off again: {name}(A, b[..., None])[..., 0]",
        )  # fmt: skip
    batch = broadcast_shapes(a.shape[:-2], b.shape[:-2], doing=name)
    dtype = computed_dtype(reference().result_type(a.dtype, b.dtype))
    return array_type((*batch, *(a.shape[-1:] if b.ndim == 1 else b.shape[-2:])), dtype)


def solve_type(a: ArrayType, b: ArrayType) -> ArrayType:
    return fitting("solve", a, b)


# A right side may be one vector for a whole stack of matrices; what solves and multiplies must know that it is.
def solved(solver: Solver, a: Any, b: Any, like: Any) -> Any:
    """solver(a, b), where b is a vector for each matrix of a stack if `like`, the right side, was one vector."""
    if like.ndim > 1 or b.ndim == 1:
        return solver(a, b)
    return reshape(solver(a, column(b)), b.shape)


def outer_products(left: Any, y: Any, like: Any) -> Any:
    """left y^T for each matrix."""
    if like.ndim > 1:
        return matmul_op(left, turned(y))
    return outer(left, y) if y.ndim == 1 else column(left) * row(y)


def applied(a: Any, y: Any, like: Any) -> Any:
    """a y for each matrix."""
    return matmul_op(a, y) if like.ndim > 1 or y.ndim == 1 else (a * row(y)).sum(-1)


def solve_pull(g: Array, y: Array, a: Array, b: Array) -> tuple[Array, Array]:
    moved = solved(solve_op, turned(a), g, b)
    return -sum_to(outer_products(moved, y, b), a.shape), sum_to(moved, b.shape)


def solve_push(tangents: tuple[Any, ...], y: Array, a: Array, b: Array) -> Array:
    change = tangents[1]
    if tangents[0] is not None:
        by_matrix = applied(tangents[0], y, b)
        change = -by_matrix if change is None else change - by_matrix
    return solved(solve_op, a, change, b)


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
    complexes=Complexes.HOLOMORPHIC, batch=solve_rule,
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


# Tensors --------------------------------------------------------------------------------------------------------------
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """np.linalg.tensorsolve: the x with tensordot(a, x, x.ndim) = b, for an a of shape b.shape + x.shape; `axes` of a
    are moved to its end first. Raises ShapeError where a is not square in that sense.

    >>> tensorsolve([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0])
    array([0.5 , 0.25])
    """
    tensor, right = same_dtype(a, b)
    if axes is not None:
        named = [normalise_axis(axis, tensor.ndim, "tensorsolve") for axis in axes]
        tensor = transpose(tensor, [each for each in range(tensor.ndim) if each not in named] + named)
    shape = tensor.shape[right.ndim :]
    if count_entries(shape) != right.size or count_entries(tensor.shape[: right.ndim]) != right.size:
        raise ShapeError(
            given=f"tensorsolve of shapes {tensor.shape} and {right.shape}", where="tensorsolve",
            expected="a tensor whose first axes are those of b, with as many entries along the others",
            remedy="name with axes= those of the first array that are summed over",
        )  # fmt: skip
    found = solve(reshape(tensor, (right.size, right.size)), reshape(right, (right.size,)))
    return reshape(found, shape)


def tensorinv(a: Any, ind: int = 2) -> Any:
    """np.linalg.tensorinv: the inverse of a as a map from its last axes to its first `ind`. Raises ShapeError where
    these have not the same number of entries.

    >>> tensorinv([[2.0, 0.0], [0.0, 4.0]], ind=1)
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    tensor = as_array(a)
    first, last = tensor.shape[:ind], tensor.shape[ind:]
    if not 0 < ind < tensor.ndim or count_entries(first) != count_entries(last):
        raise ShapeError(
            given=f"tensorinv of shape {tensor.shape} with ind={ind}", where="tensorinv",
            expected="as many entries along the first `ind` axes as along the others",
            remedy="say with ind= how many axes are the rows",
        )  # fmt: skip
    size = count_entries(first)
    return reshape(inv(reshape(tensor, (size, size))), (*last, *first))


for _function in (solve, tensorsolve, tensorinv):
    also_known_as(_function, _function.__name__)
