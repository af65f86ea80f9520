"""Powers and products of matrices: matrices in, their product out, made of products of two."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

from ...errors import DTypeError, ShapeError
from ...ir.coercion import as_array
from ...ir.library import reference
from ..declare import also_known_as
from ..products import matmul, same_dtype
from .inverses import inv
from .matrices import require_square


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


# Products of many -----------------------------------------------------------------------------------------------------
def multi_dot(arrays: Sequence[Any]) -> Any:
    """np.linalg.multi_dot: the product of two or more matrices in the order that takes the fewest multiplications. The
    first and the last may be vectors.

    Raises ShapeError for fewer than two, and for shapes that do not multiply.

    >>> multi_dot([[1.0, 2.0], [[1.0, 0.0], [0.0, 3.0]], [1.0, 1.0]])
    np.float64(7.0)
    """
    factors = same_dtype(*arrays)
    if len(factors) < 2 or any(each.ndim != 2 for each in factors[1:-1]) or not {
        factors[0].ndim, factors[-1].ndim
    } <= {1, 2}:  # fmt: skip
        raise ShapeError(
            given=f"multi_dot of shapes {', '.join(str(each.shape) for each in factors)}", where="multi_dot",
            expected="two or more matrices, of which the first and the last may be vectors",
            remedy="of stacks of matrices, write a @ b @ c",
        )  # fmt: skip
    sizes = [factors[0].shape[0] if factors[0].ndim == 2 else 1]
    sizes += [each.shape[-1] if each.ndim == 2 or each is factors[0] else 1 for each in factors]
    return multiplied(factors, best_cuts(sizes), 0, len(factors) - 1)


def best_cuts(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to cut each stretch of a chain of matrices; matrix i is of shape sizes[i], sizes[i + 1].

    Source: Cormen et al., Introduction to Algorithms (2009), section 15.2.
    """
    count = len(sizes) - 1
    costs = {(place, place): 0 for place in range(count)}
    cuts = {}
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            costs[first, last], cuts[first, last] = min(
                (costs[first, cut] + costs[cut + 1, last] + sizes[first] * sizes[cut + 1] * sizes[last + 1], cut)
                for cut in range(first, last)
            )
    return cuts


def multiplied(factors: Sequence[Any], cuts: dict[tuple[int, int], int], first: int, last: int) -> Any:
    """The product of a stretch of the chain."""
    if first == last:
        return factors[first]
    cut = cuts[first, last]
    return matmul(multiplied(factors, cuts, first, cut), multiplied(factors, cuts, cut + 1, last))


also_known_as(matrix_power, "matrix_power")
also_known_as(multi_dot, "multi_dot")
