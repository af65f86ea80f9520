"""Powers and products of matrices: matrices in, their product out, made of products of two."""

from __future__ import annotations

from operator import index
from typing import Any

from ...errors import DTypeError
from ...ir.coercion import as_array
from ...ir.library import reference
from ..declare import also_known_as
from ..products import matmul
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


also_known_as(matrix_power, "matrix_power")
