"""Products and pieces as numpy.linalg means them: vectors in the last axis, matrices in the last two; the rest a stack.

One idea: each is a function of numpy with the axes said, so nothing here has a derivative of its own.
"""

from __future__ import annotations

from typing import Any

from ...errors import ShapeError
from ...ir.coercion import as_array
from ...ir.types import normalise_axis
from ..complexes import conjugated
from ..declare import also_known_as
from ..diagonals import diagonal_of, trace
from ..joining import stack
from ..movement import moveaxis
from ..products import matmul, outer, same_dtype
from ..reductions import sum
from .singular_values import require_matrix


def stacked_trace(x: Any, offset: int = 0, dtype: Any = None) -> Any:
    """np.linalg.trace: the sum of the diagonal of each matrix of a stack, the last two axes.

    >>> stacked_trace([[[1.0, 2.0], [3.0, 4.0]]])
    array([5.])
    """
    array = as_array(x)
    require_matrix("trace", array.shape)
    return trace(array if dtype is None else array.astype(dtype), offset, -2, -1)


def stacked_diagonal(x: Any, offset: int = 0) -> Any:
    """np.linalg.diagonal: the diagonal of each matrix of a stack, the last two axes.

    >>> stacked_diagonal([[[1.0, 2.0], [3.0, 4.0]]])
    array([[1., 4.]])
    """
    array = as_array(x)
    require_matrix("diagonal", array.shape)
    return diagonal_of(array, offset, -2, -1)


def outer_of_vectors(x1: Any, x2: Any) -> Any:
    """np.linalg.outer: the outer product of two vectors. Raises ShapeError for anything else.

    >>> outer_of_vectors([1.0, 2.0], [3.0])
    array([[3.],
           [6.]])
    """
    first, second = as_array(x1), as_array(x2)
    if first.ndim != 1 or second.ndim != 1:
        raise ShapeError(
            given=f"outer of shapes {first.shape} and {second.shape}", expected="two vectors", where="outer",
            remedy="np.outer flattens its arguments; x[..., :, None] * y[..., None, :] takes stacks",
        )  # fmt: skip
    return outer(first, second)


def vecdot(x1: Any, x2: Any, axis: int = -1) -> Any:
    """np.vecdot: the inner product of vectors along an axis, of stacks of them; the first is conjugated.

    >>> vecdot([[1.0, 2.0], [3.0, 4.0]], [1.0, 10.0])
    array([21., 43.])
    """
    first, second = same_dtype(x1, x2)
    left = moveaxis(first, normalise_axis(axis, first.ndim, "vecdot"), -1)
    right = moveaxis(second, normalise_axis(axis, second.ndim, "vecdot"), -1)
    if left.shape[-1] != right.shape[-1]:
        raise ShapeError(
            given=f"vecdot of shapes {first.shape} and {second.shape}", where="vecdot",
            expected="vectors of one length", remedy="say along which axis they lie, with axis=",
        )  # fmt: skip
    return sum(conjugated(left) * right, -1)


def matvec(x1: Any, x2: Any) -> Any:
    """np.matvec: matrices (..., m, n) times vectors (..., n), of stacks of both.

    >>> matvec([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]])
    array([[1., 3.],
           [2., 4.]])
    """
    matrix, vector = same_dtype(x1, x2)
    return matmul(matrix, vector[..., None])[..., 0]


def vecmat(x1: Any, x2: Any) -> Any:
    """np.vecmat: vectors (..., m), conjugated, times matrices (..., m, n), of stacks of both.

    >>> vecmat([[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [3.0, 4.0]])
    array([[1., 2.],
           [3., 4.]])
    """
    vector, matrix = same_dtype(x1, x2)
    return matmul(conjugated(vector)[..., None, :], matrix)[..., 0, :]


# Cross product --------------------------------------------------------------------------------------------------------
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """np.cross: the vector at right angles to two vectors of 3 entries, of stacks of them. Of 2 entries counts as of 3
    with 0 at the end; of two such the one entry that is not 0 is returned.

    Raises ShapeError for other lengths.

    >>> cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    array([0., 0., 1.])
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    first, second = same_dtype(a, b)
    left, right = (
        moveaxis(each, normalise_axis(place, each.ndim, "cross"), -1)
        for each, place in ((first, axisa), (second, axisb))
    )
    if not {left.shape[-1], right.shape[-1]} <= {2, 3}:
        raise ShapeError(
            given=f"cross of shapes {first.shape} and {second.shape}", where="cross",
            expected="vectors of 3 entries (or 2) along the last axis, or the axis that is named",
            remedy="say along which axis they lie, with axis=",
        )  # fmt: skip
    (a1, a2, a3), (b1, b2, b3) = (
        [each[..., 0], each[..., 1], each[..., 2] if each.shape[-1] == 3 else None] for each in (left, right)
    )
    third = a1 * b2 - a2 * b1
    if a3 is None and b3 is None:
        return third
    entries = [minus(a2, b3, a3, b2), minus(a3, b1, a1, b3), third]
    return moveaxis(stack(entries, axis=-1), -1, normalise_axis(axisc, max(left.ndim, right.ndim), "cross"))


def minus(a: Any, b: Any, c: Any, d: Any) -> Any:
    """a b - c d, where a factor that is not there is 0."""
    if b is None:
        return -(c * d)
    return a * b if c is None else a * b - c * d


def cross_of_three(x1: Any, x2: Any, axis: int = -1) -> Any:
    """np.linalg.cross: the vector at right angles to two vectors of 3 entries along an axis. Raises ShapeError for
    other lengths.

    >>> cross_of_three([0.0, 1.0, 0.0], [0.0, 0.0, 1.0])
    array([1., 0., 0.])
    """
    for each in (as_array(x1), as_array(x2)):
        if each.shape[normalise_axis(axis, each.ndim, "cross")] != 3:
            raise ShapeError(
                given=f"cross of an array of shape {each.shape}", expected="3 entries along the axis", where="cross",
                remedy="append a 0 to vectors in a plane with np.concatenate",
            )  # fmt: skip
    return cross(x1, x2, axis=axis)


also_known_as(stacked_trace, "linalg.trace")
also_known_as(stacked_diagonal, "linalg.diagonal")
also_known_as(outer_of_vectors, "linalg.outer")
also_known_as(cross_of_three, "linalg.cross")
for _function in (vecdot, matvec, vecmat, cross):
    also_known_as(_function, _function.__name__)
