"""Polynomials by their coefficients, the highest power first: coefficients in, values or other coefficients out."""

from __future__ import annotations

from typing import Any

from ...errors import ShapeError
from ...ir.coercion import as_array
from ...ir.library import reference
from ...ir.precision import INEXACT
from ..complexes import astype
from ..declare import also_known_as
from ..joining import bordered, concatenate
from ..movement import atleast_1d, flip, reshape
from ..recurrences import cumprod
from ..windows import convolve


def coefficients_of(p: Any, name: str) -> Any:
    array = atleast_1d(p)
    if array.ndim != 1:
        raise ShapeError(given=f"coefficients of shape {array.shape}", expected="a vector", where=name,
                         remedy="take one polynomial at a time")  # fmt: skip
    return array


def polyval(p: Any, x: Any) -> Any:
    """np.polyval: the value at x of the polynomial with coefficients p, by Horner's rule.

    >>> float(polyval([1.0, 2.0, 3.0], 10.0))
    123.0
    """
    coefficients, at = coefficients_of(p, "polyval"), as_array(x)
    found = at * 0.0 if at.dtype.kind in INEXACT else at * 0
    for place in range(coefficients.shape[0]):
        found = found * at + coefficients[place]
    return found


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """np.vander: the powers of each entry of a vector, one row for each, the highest first unless `increasing`.

    >>> vander([2.0, 3.0], 3)
    array([[4., 2., 1.],
           [9., 3., 1.]])
    """
    if not as_array(x).ndim:
        raise ShapeError(given="vander of a number", expected="a vector", where="vander", remedy="np.atleast_1d(x)")
    vector = coefficients_of(x, "vander")
    column = astype(reshape(vector, (-1, 1)), reference().result_type(vector.dtype, int))  # as NumPy widens them
    count = column.shape[0] if N is None else N
    ones = reference().ones((column.shape[0], 1), column.dtype)
    repeated = [ones, *[column] * (count - 1)][: max(count, 0)]
    if not repeated:
        return reference().zeros((column.shape[0], 0), column.dtype)
    found = cumprod(concatenate(repeated, 1), 1)
    return found if increasing else flip(found, 1)


def polymul(a1: Any, a2: Any) -> Any:
    """np.polymul: the coefficients of a product of polynomials.

    >>> polymul([1.0, 1.0], [1.0, -1.0])
    array([ 1.,  0., -1.])
    """
    return convolve(coefficients_of(a1, "polymul"), coefficients_of(a2, "polymul"))


def polyadd(a1: Any, a2: Any) -> Any:
    """np.polyadd: the coefficients of a sum of polynomials.

    >>> polyadd([1.0, 0.0], [5.0])
    array([1., 5.])
    """
    return _aligned(a1, a2, "polyadd", 1)


def polysub(a1: Any, a2: Any) -> Any:
    """np.polysub: the coefficients of a difference of polynomials."""
    return _aligned(a1, a2, "polysub", -1)


def _aligned(a1: Any, a2: Any, name: str, sign: int) -> Any:
    first, second = coefficients_of(a1, name), coefficients_of(a2, name)
    size = max(first.shape[0], second.shape[0])
    first, second = (bordered(each, ((size - each.shape[0], 0),)) for each in (first, second))
    return first + second if sign > 0 else first - second


def polyder(p: Any, m: int = 1) -> Any:
    """np.polyder: the coefficients of the m-th derivative.

    >>> polyder([1.0, 2.0, 3.0])
    array([2., 2.])
    """
    found = coefficients_of(p, "polyder")
    for _ in range(m):
        found = found[:-1] * reference().arange(found.shape[0] - 1, 0, -1)
    return found


def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """np.polyint: the coefficients of the m-th integral, with constants k of integration (0 unless given).

    >>> polyint([2.0, 2.0])
    array([1., 2., 0.])
    """
    found = coefficients_of(p, "polyint") * 1.0
    given = [0.0] if k is None else list(k) if isinstance(k, (list, tuple)) else list(atleast_1d(k))
    for constant in given * m if len(given) == 1 else given[:m]:
        last = reshape(as_array(constant), (1,))
        found = concatenate([found / reference().arange(found.shape[0], 0, -1), last])
    return found


def poly(roots: Any) -> Any:
    """np.poly: the coefficients of the polynomial with these roots and leading coefficient 1.

    >>> poly([1.0, -1.0])
    array([ 1.,  0., -1.])
    """
    zeros = coefficients_of(roots, "poly")
    found = reference().ones(1, zeros.dtype)
    for place in range(zeros.shape[0]):
        found = bordered(found, ((0, 1),)) - bordered(found * zeros[place], ((1, 0),))
    return found


for _function in (polyval, vander, polymul, polyadd, polysub, polyder, polyint, poly):
    also_known_as(_function, _function.__name__)
