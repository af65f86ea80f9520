"""The error function: an array in, one of the same shape out, in terms of NumPy alone.

One idea: rational approximations on three ranges, accurate to the last digits, so that the core needs no SciPy.
Source: W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969).
"""

from __future__ import annotations

from typing import Any

from ..ir.library import Array, Library
from ..ir.precision import FLOATING

_NEAR_P = (
    1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3,
)  # fmt: skip
_NEAR_Q = (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3)
_MIDDLE_P = (
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1, 2.98635138197400131e2,
    8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
)  # fmt: skip
_MIDDLE_Q = (
    1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
    3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
)  # fmt: skip
_FAR_P = (
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4,
)  # fmt: skip
_FAR_Q = (
    1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
    2.33520497626869185e-3,
)  # fmt: skip
_ONE_OVER_ROOT_PI = 0.56418958354775628695


def _horner(x: Array, coefficients: tuple[float, ...]) -> Array:
    total = x * 0 + coefficients[0]
    for coefficient in coefficients[1:]:
        total = total * x + coefficient
    return total


def _near(x: Array) -> Array:
    """erf for |x| <= 0.46875."""
    return x * _horner(x * x, _NEAR_P) / _horner(x * x, _NEAR_Q)


def _tail(xp: Library, size: Array) -> Array:
    """erfc for size > 0.46875. The argument of exp is split so that its rounding error is not multiplied by size."""
    middle = _horner(size, _MIDDLE_P) / _horner(size, _MIDDLE_Q)
    inverse = 1 / (size * size)
    far = inverse * _horner(inverse, _FAR_P) / _horner(inverse, _FAR_Q)
    far = (_ONE_OVER_ROOT_PI - far) / size
    whole = xp.floor(size * 16) / 16
    return xp.exp(-whole * whole) * xp.exp(-(size - whole) * (size + whole)) * xp.where(size <= 4, middle, far)


def _parts(xp: Library, x: Array) -> tuple[Array, Array, Array]:
    size = xp.absolute(x)
    return size <= 0.46875, _near(xp.clip(x, -0.5, 0.5)), _tail(xp, xp.clip(size, 0.4, 30.0))


def error_function(xp: Library, x: Array) -> Array:
    """erf(x) = 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x (same shape as x)."""
    wide, dtype = _widened(xp, x)
    small, near, tail = _parts(xp, wide)
    return xp.where(small, near, xp.sign(wide) * (1 - tail)).astype(dtype)[()]


def complementary_error_function(xp: Library, x: Array) -> Array:
    """1 - erf(x), exact in the right tail (same shape as x)."""
    wide, dtype = _widened(xp, x)
    small, near, tail = _parts(xp, wide)
    return xp.where(small, 1 - near, xp.where(wide > 0, tail, 2 - tail)).astype(dtype)[()]


def _widened(xp: Library, x: Array) -> tuple[Array, Any]:
    """x in at least float32 (the polynomials overflow float16), and the dtype of the result."""
    dtype = x.dtype if x.dtype.kind in FLOATING else xp.result_type(x.dtype, "float16")
    return x.astype("float32" if dtype.itemsize == 2 else dtype), dtype
