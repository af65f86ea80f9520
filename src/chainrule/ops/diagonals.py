"""Diagonals: a matrix in, its diagonal, or the sum of it, out; and a vector back to a matrix."""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.notation import call
from ..ir.op import Domain, Labels, Linear, Role, Sample
from ..ir.types import ArrayType, array_type, normalise_axis
from .arguments import prepared
from .batch_rules import diag_matrix_rule, diagonal_rule, trace_rule
from .choices import where
from .declare import also_known_as, op
from .indexing import getitem
from .joining import bordered
from .movement import broadcast, moveaxis, transpose
from .reductions import sum, summed_type


def trace_type(x: ArrayType) -> ArrayType:
    return summed_type(x, axes=(0, 1), keepdims=False)


def trace_adjoint(g: Array, x: Array) -> Array:
    return diag_matrix(broadcast(g, shape=(x.shape[0],)))


def trace_labels(x: ArrayType) -> str:
    return "ii->"


@op(
    "trace", Linear((trace_adjoint,)), call("tr", 1, "np.trace", r"\operatorname{tr}"), Role.SPREADS,
    type_rule=trace_type, domain=Domain((Sample(((3, 3),)),)), index=Labels(trace_labels), batch=trace_rule,
)  # fmt: skip
def trace_op(xp: Library, x: Array) -> Array:
    """The sum of the diagonal. Adjoint: g times the identity."""
    return xp.trace(x)


def diag_matrix_type(v: ArrayType) -> ArrayType:
    return array_type((*v.shape, *v.shape), v.dtype)


def diagonal_type(x: ArrayType) -> ArrayType:
    return array_type((min(x.shape),), x.dtype)


def diag_matrix_adjoint(g: Array, v: Array) -> Array:
    return diagonal(g)


def diagonal_adjoint(g: Array, x: Array) -> Array:
    return diag_matrix(g)


@op(
    "diag_matrix", Linear((diag_matrix_adjoint,)), call("diag", 1, "np.diag", r"\operatorname{diag}"), Role.MOVES,
    type_rule=diag_matrix_type, domain=Domain((Sample(((3,),)),)), batch=diag_matrix_rule,
)  # fmt: skip
def diag_matrix(xp: Library, v: Array) -> Array:
    """The square matrix with v on its diagonal. Adjoint: the diagonal."""
    return xp.diag(v)


@op(
    "diagonal", Linear((diagonal_adjoint,)), call("diag", 1, "np.diag", r"\operatorname{diag}"), Role.MOVES,
    type_rule=diagonal_type, domain=Domain((Sample(((3, 3),)),)), batch=diagonal_rule,
)  # fmt: skip
def diagonal(xp: Library, x: Array) -> Array:
    """The diagonal of a square matrix. Adjoint: the matrix with g on its diagonal."""
    return xp.diagonal(x).copy()


def diagonal_of(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """np.diagonal: the entries x[i, i + offset] of a matrix, square or not; of a stack, along the last axis.

    >>> diagonal_of([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], offset=1)
    array([2., 6.])
    """
    array = _matrices(x, axis1, axis2, "diagonal")
    rows, columns = array.shape[:2]
    if not offset and array.ndim == 2 and rows == columns:
        return diagonal(array)
    first = (max(0, -offset), max(0, offset))
    places = range(max(0, min(rows - first[0], columns - first[1])))
    key = tuple([start + place for place in places] for start in first)
    return moveaxis(getitem(array, key), 0, -1)


def _matrices(x: Any, axis1: int, axis2: int, name: str) -> Any:
    """x with the two axes in front. Raises ShapeError when there are none."""
    array = as_array(x)
    if array.ndim < 2:
        raise ShapeError(given=f"{name} of shape {array.shape}", expected="a matrix, square or not", where=name,
                         remedy="reshape it to two axes or more")  # fmt: skip
    front = tuple(normalise_axis(axis, array.ndim, name) for axis in (axis1, axis2))
    return transpose(array, front + tuple(axis for axis in range(array.ndim) if axis not in front))


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, *, dtype: Any = None) -> Any:
    """The sum of the diagonal of a matrix, or of the one `offset` places to its right.

    >>> float(trace([[1.0, 2.0], [3.0, 4.0]]))
    5.0
    """
    array = _matrices(prepared(x, dtype), axis1, axis2, "trace")
    if not offset and array.ndim == 2 and array.shape[0] == array.shape[1]:
        return trace_op(array)
    return sum(diagonal_of(array, offset), -1)


def diag(x: Any, k: int = 0) -> Any:
    """np.diag: a vector to a matrix with it on the diagonal, a matrix to its diagonal; k places to the right of it.

    >>> diag([1.0, 2.0])
    array([[1., 0.],
           [0., 2.]])
    """
    array = as_array(x)
    if array.ndim not in (1, 2):
        raise ShapeError(given=f"diag of shape {array.shape}", expected="a vector or a matrix", where="diag",
                         remedy="np.diagonal takes the diagonals of a stack of matrices")  # fmt: skip
    if array.ndim == 2:
        return diagonal_of(array, k)
    below, right = (max(0, -k), max(0, k))
    return bordered(diag_matrix(array), ((below, right), (right, below))) if k else diag_matrix(array)


def triu(x: Any, k: int = 0) -> Any:
    """x with zeros below its diagonal, or below the one k places to the right of it.

    >>> triu([[1.0, 2.0], [3.0, 4.0]])
    array([[1., 2.],
           [0., 4.]])
    """
    return where(_below(x, k - 1, "triu"), _zero(x), x)


def tril(x: Any, k: int = 0) -> Any:
    """x with zeros above its diagonal, or above the one k places to the right of it.

    >>> tril([[1.0, 2.0], [3.0, 4.0]])
    array([[1., 0.],
           [3., 4.]])
    """
    return where(_below(x, k, "tril"), x, _zero(x))


def _zero(x: Any) -> Any:
    """0, and of truth values False: the result has the dtype of x."""
    return False if as_array(x).dtype.kind == "b" else 0


def _below(x: Any, k: int, name: str) -> Any:
    """True on and below the diagonal k places to the right of the main one."""
    shape = as_array(x).shape
    shape = (*shape, *shape) if len(shape) == 1 else shape  # every row is the vector
    if len(shape) < 2:
        raise ShapeError(given=f"{name} of shape {shape}", expected="a matrix, or a stack of them", where=name,
                         remedy="reshape it to two axes or more")  # fmt: skip
    return reference().tri(shape[-2], shape[-1], k=k, dtype=bool)


also_known_as(triu, "triu")
also_known_as(tril, "tril")
also_known_as(trace, "trace")
also_known_as(diag, "diag")
also_known_as(diagonal_of, "diagonal")
