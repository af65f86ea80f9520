"""Products of whole arrays, as NumPy names them: two arrays in, one out; each a reshaped matrix product or einsum."""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.types import count_entries, normalise_axis
from .arithmetic import mul
from .declare import also_known_as
from .movement import LETTERS, atleast_2d, ravel, reshape, sizes_of, transpose
from .products import einsum, matmul, same_dtype


def vdot(a: Any, b: Any) -> Any:
    """The inner product of all entries of two arrays of one size."""
    return matmul(ravel(a), ravel(b))


def inner(a: Any, b: Any) -> Any:
    """The product summed over the last axis of both: the inner product of vectors, a @ b.T of matrices."""
    left, right = as_array(a), as_array(b)
    if left.ndim == 0 or right.ndim == 0:
        return mul(a, b)
    above, below = left.shape[:-1], right.shape[:-1]
    rows = reshape(left, (count_entries(above), left.shape[-1]))
    columns = transpose(reshape(right, (count_entries(below), right.shape[-1])))
    return reshape(matmul(rows, columns), (*above, *below))


def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: every entry of a times the whole of b, for vectors and matrices.

    >>> kron([1.0, 2.0], [1.0, 10.0])
    array([ 1., 10.,  2., 20.])
    """
    left, right = same_dtype(a, b)
    ndim = max(left.ndim, right.ndim)
    if ndim > 2:
        raise ShapeError(
            given=f"kron of shapes {left.shape} and {right.shape}", expected="at most two axes", where="kron",
            remedy="write it with np.einsum and a reshape",
        )  # fmt: skip
    (p, q), (r, s) = atleast_2d(left).shape, atleast_2d(right).shape
    product = reshape(left, (p, 1, q, 1)) * reshape(right, (1, r, 1, s))
    return reshape(product, (p * r, q * s)[2 - ndim :])


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """np.tensordot: the product summed over the last axes of a with the first of b, or over the axes named for each."""
    left, right = as_array(a), as_array(b)
    if isinstance(axes, int):
        of_a, of_b = tuple(range(left.ndim - axes, left.ndim)), tuple(range(axes))
    else:
        of_a = tuple(normalise_axis(axis, left.ndim, "tensordot") for axis in sizes_of(axes[0]))
        of_b = tuple(normalise_axis(axis, right.ndim, "tensordot") for axis in sizes_of(axes[1]))
    rows, columns = list(LETTERS[: left.ndim]), list(LETTERS.upper()[: right.ndim])
    for place, other in zip(of_a, of_b, strict=True):
        columns[other] = rows[place]
    result = [each for each in rows if each not in columns] + [each for each in columns if each not in rows]
    return einsum(f"{''.join(rows)},{''.join(columns)}->{''.join(result)}", left, right)


for _function in (vdot, inner, kron, tensordot):
    also_known_as(_function, _function.__name__)
