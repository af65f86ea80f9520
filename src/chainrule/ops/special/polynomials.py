"""Orthogonal polynomials, entry by entry: degrees, parameters and an array in, one of the same shape out.

One idea: the slope of one family is a multiple of another of one degree less. Source: NIST Digital Library of
Mathematical Functions, 18.9(iii).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...ir.library import Array, Library, science
from ..arithmetic import maximum
from ..choices import where
from .declare import computed, float_type_of, refused, special

_UNIT = (-0.9, 0.9)
_DEGREE = (3.0, 3.0)
_WHOLE = "the degree is a whole number"
_WHY = "the derivative by a parameter has no closed form"


def _lowered(family: Callable[..., Any], factor: Any, n: Any, *rest: Any) -> Any:
    """factor times the polynomial of one degree less, 0 for a constant."""
    constant = n == 0
    return where(constant, 0.0, factor * family(maximum(n - 1, 0), *rest))


def _of_whole_degree(xp: Library, name: str, n: Array, x: Array) -> Array:
    """SciPy's function of this name, which takes degrees as whole numbers."""
    found = getattr(science("special"), name)(xp.asarray(n, xp.int64), xp.asarray(x, xp.float64))
    return xp.asarray(found, float_type_of(n, x))[()]


def eval_jacobi_slope(y: Array, n: Array, alpha: Array, beta: Array, x: Array) -> Array:
    return _lowered(eval_jacobi, 0.5 * (n + alpha + beta + 1), n, alpha + 1, beta + 1, x)


@special(
    refused("eval_jacobi", "n", _WHOLE), refused("eval_jacobi", "alpha", _WHY), refused("eval_jacobi", "beta", _WHY),
    eval_jacobi_slope, interval=(_DEGREE, (0.5, 0.5), (1.5, 1.5), _UNIT), latex="P",
)  # fmt: skip
def eval_jacobi(xp: Library, n: Array, alpha: Array, beta: Array, x: Array) -> Array:
    """The Jacobi polynomial of degree n. Derivative by x: (n + alpha + beta + 1)/2 times that of degree n - 1 with both
    parameters one larger.
    """
    return computed(xp, "eval_jacobi", n, alpha, beta, x)


def eval_legendre_slope(y: Array, n: Array, x: Array) -> Array:
    return _lowered(eval_jacobi, 0.5 * (n + 1), n, 1.0, 1.0, x)


@special(refused("eval_legendre", "n", _WHOLE), eval_legendre_slope, interval=(_DEGREE, _UNIT), latex="P")
def eval_legendre(xp: Library, n: Array, x: Array) -> Array:
    """The Legendre polynomial of degree n. Derivative (n + 1)/2 eval_jacobi(n - 1, 1, 1, x)."""
    return computed(xp, "eval_legendre", n, x)


def eval_gegenbauer_slope(y: Array, n: Array, alpha: Array, x: Array) -> Array:
    return _lowered(eval_gegenbauer, 2 * alpha, n, alpha + 1, x)


@special(
    refused("eval_gegenbauer", "n", _WHOLE), refused("eval_gegenbauer", "alpha", _WHY), eval_gegenbauer_slope,
    interval=(_DEGREE, (1.5, 1.5), _UNIT), latex="C",
)  # fmt: skip
def eval_gegenbauer(xp: Library, n: Array, alpha: Array, x: Array) -> Array:
    """The Gegenbauer polynomial of degree n. Derivative by x: 2 alpha eval_gegenbauer(n - 1, alpha + 1, x)."""
    return computed(xp, "eval_gegenbauer", n, alpha, x)


def eval_chebyt_slope(y: Array, n: Array, x: Array) -> Array:
    return _lowered(eval_chebyu, n, n, x)


@special(refused("eval_chebyt", "n", _WHOLE), eval_chebyt_slope, interval=(_DEGREE, _UNIT), latex="T")
def eval_chebyt(xp: Library, n: Array, x: Array) -> Array:
    """The Chebyshev polynomial of the first kind of degree n. Derivative n eval_chebyu(n - 1, x)."""
    return computed(xp, "eval_chebyt", n, x)


def eval_chebyu_slope(y: Array, n: Array, x: Array) -> Array:
    return _lowered(eval_gegenbauer, 2.0, n, 2.0, x)


@special(refused("eval_chebyu", "n", _WHOLE), eval_chebyu_slope, interval=(_DEGREE, _UNIT), latex="U")
def eval_chebyu(xp: Library, n: Array, x: Array) -> Array:
    """The Chebyshev polynomial of the second kind of degree n. Derivative 2 eval_gegenbauer(n - 1, 2, x)."""
    return computed(xp, "eval_chebyu", n, x)


def eval_hermite_slope(y: Array, n: Array, x: Array) -> Array:
    return _lowered(eval_hermite, 2 * n, n, x)


@special(refused("eval_hermite", "n", _WHOLE), eval_hermite_slope, interval=(_DEGREE, _UNIT), latex="H")
def eval_hermite(xp: Library, n: Array, x: Array) -> Array:
    """The physicist's Hermite polynomial of degree n. Derivative 2 n eval_hermite(n - 1, x)."""
    return _of_whole_degree(xp, "eval_hermite", n, x)


def eval_hermitenorm_slope(y: Array, n: Array, x: Array) -> Array:
    return _lowered(eval_hermitenorm, n, n, x)


@special(refused("eval_hermitenorm", "n", _WHOLE), eval_hermitenorm_slope, interval=(_DEGREE, _UNIT), latex="He")
def eval_hermitenorm(xp: Library, n: Array, x: Array) -> Array:
    """The probabilist's Hermite polynomial of degree n. Derivative n eval_hermitenorm(n - 1, x)."""
    return _of_whole_degree(xp, "eval_hermitenorm", n, x)


def eval_genlaguerre_slope(y: Array, n: Array, alpha: Array, x: Array) -> Array:
    return _lowered(eval_genlaguerre, -1.0, n, alpha + 1, x)


@special(
    refused("eval_genlaguerre", "n", _WHOLE), refused("eval_genlaguerre", "alpha", _WHY), eval_genlaguerre_slope,
    interval=(_DEGREE, (0.5, 0.5), _UNIT), latex="L",
)  # fmt: skip
def eval_genlaguerre(xp: Library, n: Array, alpha: Array, x: Array) -> Array:
    """The generalised Laguerre polynomial of degree n. Derivative by x: -eval_genlaguerre(n - 1, alpha + 1, x)."""
    return computed(xp, "eval_genlaguerre", n, alpha, x)


def eval_laguerre_slope(y: Array, n: Array, x: Array) -> Array:
    return _lowered(eval_genlaguerre, -1.0, n, 1.0, x)


@special(refused("eval_laguerre", "n", _WHOLE), eval_laguerre_slope, interval=(_DEGREE, _UNIT), latex="L")
def eval_laguerre(xp: Library, n: Array, x: Array) -> Array:
    """The Laguerre polynomial of degree n. Derivative -eval_genlaguerre(n - 1, 1, x)."""
    return computed(xp, "eval_laguerre", n, x)
