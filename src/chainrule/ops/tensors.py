"""Products of whole arrays, as NumPy names them: two arrays in, one out; each a matrix product or einsum, reshaped."""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength, call
from ..ir.op import Domain, Linear, Role, Sample
from ..ir.types import ArrayType, array_type, count_entries, normalise_axis
from .arithmetic import mul
from .batch_rules import kron_rule
from .complexes import conj
from .declare import also_known_as, op
from .movement import LETTERS, ravel, reshape, sizes_of, transpose
from .products import einsum, einsum_op, matmul, same_dtype


def vdot(a: Any, b: Any) -> Any:
    """The inner product of all entries of two arrays of one size; complex entries of a are conjugated."""
    return matmul(conj(ravel(a)), ravel(b))


def inner(a: Any, b: Any) -> Any:
    """The product summed over the last axis of both: the inner product of vectors, a @ b.T of matrices."""
    left, right = as_array(a), as_array(b)
    if left.ndim == 0 or right.ndim == 0:
        return mul(a, b)
    if left.shape[-1] != right.shape[-1]:
        raise ShapeError(
            given=f"shapes {left.shape} and {right.shape}", where="inner",
            expected=f"last axes of one size, not {left.shape[-1]} and {right.shape[-1]}",
            remedy="inner sums over the last axis of both; for a matrix product write a @ b",
        )  # fmt: skip
    above, below = left.shape[:-1], right.shape[:-1]
    rows = reshape(left, (count_entries(above), left.shape[-1]))
    columns = transpose(reshape(right, (count_entries(below), right.shape[-1])))
    return reshape(matmul(rows, columns), (*above, *below))


# Kronecker product ----------------------------------------------------------------------------------------------------
def kron_type(a: ArrayType, b: ArrayType) -> ArrayType:
    ndim = max(a.ndim, b.ndim)
    if ndim > 2:
        raise ShapeError(
            given=f"kron of shapes {a.shape} and {b.shape}", expected="at most two axes", where="kron",
            remedy="write it with np.einsum and a reshape",
        )  # fmt: skip
    (p, q), (r, s) = as_matrix(a.shape), as_matrix(b.shape)
    return array_type((p * r, q * s)[2 - ndim :], reference().result_type(a.dtype, b.dtype))


def as_matrix(shape: tuple[int, ...]) -> tuple[int, int]:
    """The rows and columns of a matrix, of a vector as a row, or of a number."""
    rows, columns = (1, 1, *shape)[-2:]
    return rows, columns


def kron_left(g: Array, a: Array, b: Array) -> Array:
    return reshape(einsum_op(in_blocks(g, a, b), reshape(b, as_matrix(b.shape)), subscripts="prqs,rs->pq"), a.shape)


def kron_right(g: Array, a: Array, b: Array) -> Array:
    return reshape(einsum_op(in_blocks(g, a, b), reshape(a, as_matrix(a.shape)), subscripts="prqs,pq->rs"), b.shape)


def in_blocks(g: Any, a: Any, b: Any) -> Any:
    """A Kronecker product with axes for the block and for the place in it: row of a, row of b, column of a, of b."""
    (p, q), (r, s) = as_matrix(a.shape), as_matrix(b.shape)
    return reshape(g, (p, r, q, s))


def kron_notation(node: Node) -> Notation:
    """A ⊗ B for matrices. Between vectors that sign is the outer product."""
    return _KRON if all(each.type.ndim == 2 for each in node.inputs) else _KRON_BY_NAME


_KRON = Notation(
    Form("{0} ⊗ {1}", Strength.HADAMARD - 1, (Strength.PREFIX,)),
    Form(r"{0} \otimes {1}", Strength.HADAMARD - 1, (Strength.PREFIX,)),
    Form("np.kron({0}, {1})"),
)
_KRON_BY_NAME = call("kron", 2)


@op(
    "kron", Linear((kron_left, kron_right), joint=False), kron_notation, Role.SWAPS, type_rule=kron_type,
    domain=Domain((
        Sample(((2, 3), (3, 2))), Sample(((3,), (2,))), Sample(((3,), (2, 2))), Sample(((2, 1), (2,))),
        Sample(((), (2, 2))),
    )), batch=kron_rule,
)  # fmt: skip
def kron_op(xp: Library, a: Array, b: Array) -> Array:
    """Every entry of a times the whole of b, in blocks. Adjoints: each block of g summed against the other factor."""
    kron_type(a, b)
    return xp.kron(a, b)[()]


def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: every entry of a times the whole of b, for arrays of any number of axes.

    >>> kron([1.0, 2.0], [1.0, 10.0])
    array([ 1., 10.,  2., 20.])
    """
    left, right = same_dtype(a, b)
    ndim = max(left.ndim, right.ndim)
    if ndim <= 2:
        return kron_op(left, right)
    outside, inside = ((1,) * (ndim - each.ndim) + each.shape for each in (left, right))
    blocks = reshape(left, tuple(size for each in outside for size in (each, 1)))
    entries = reshape(right, tuple(size for each in inside for size in (1, each)))
    return reshape(mul(blocks, entries), tuple(m * n for m, n in zip(outside, inside, strict=True)))


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
