"""Functions that are integrals, entry by entry: an array in, one of the same shape out.

One idea: the slope of an integral is its integrand. Source: NIST Digital Library of Mathematical Functions, chapters 6,
7, 8, 19 and 25.
"""

from __future__ import annotations

import math
from typing import Any

from ...ir.coercion import as_array
from ...ir.library import Array, Library, science
from ..choices import equal, where
from ..declare import POSITIVE, REAL, also_known_as
from ..functions import abs, cos, cosh, exp, log1p, sin, sinh
from .declare import computed, float_type_of, refused, special
from .hypergeometric import hyp2f1

_SMALL = 0.02


def _quotient(numerator: Any, x: Any, at_zero: Any) -> Any:
    """numerator(x) / x, and its value at 0 there."""
    zero = equal(x, 0)
    safe = where(zero, 1.0, x)
    return where(zero, at_zero, numerator(safe) / safe)


# Exponential integrals ------------------------------------------------------------------------------------------------
def exp1_slope(y: Array, x: Array) -> Array:
    return -exp(-x) / x


@special(exp1_slope, interval=(POSITIVE,), latex="E_1")
def exp1(xp: Library, x: Array) -> Array:
    """The integral of exp(-t)/t from x on. Derivative -exp(-x)/x."""
    return computed(xp, "exp1", x)


def expi_slope(y: Array, x: Array) -> Array:
    return exp(x) / x


@special(expi_slope, interval=(POSITIVE,), latex=r"\mathrm{Ei}")
def expi(xp: Library, x: Array) -> Array:
    """The exponential integral: that of exp(t)/t up to x (principal value). Derivative exp(x)/x."""
    return computed(xp, "expi", x)


def expn_slope(y: Array, n: Array, x: Array) -> Array:
    zero = equal(n, 0)
    return where(zero, -exp(-x) * (1 + 1 / x) / x, -expn(where(zero, 1.0, n) - 1, x))


@special(refused("expn", "n", "the order is a whole number"), expn_slope, interval=((2.0, 2.0), POSITIVE))
def expn(xp: Library, n: Array, x: Array) -> Array:
    """The integral of exp(-x t)/t^n from 1 on, for whole n. Derivative -expn(n - 1, x)."""
    return computed(xp, "expn", n, x)


# Sine and cosine integrals --------------------------------------------------------------------------------------------
def sine_integral_slope(y: Array, x: Array) -> Array:
    return _quotient(sin, x, 1.0)


def cosine_integral_slope(y: Array, x: Array) -> Array:
    return cos(x) / x


def sinh_integral_slope(y: Array, x: Array) -> Array:
    return _quotient(sinh, x, 1.0)


def cosh_integral_slope(y: Array, x: Array) -> Array:
    return cosh(x) / x


def part(xp: Library, name: str, place: int, x: Array) -> Array:
    """One of the results of a function of SciPy's that has several."""
    dtype = float_type_of(x)
    return xp.asarray(_pair(xp, name, x)[place], dtype)[()]


def _pair(xp: Library, name: str, x: Array) -> Any:
    return getattr(science("special"), name)(xp.asarray(x, xp.float64))


@special(sine_integral_slope, interval=(REAL,))
def sine_integral(xp: Library, x: Array) -> Array:
    """The integral of sin(t)/t from 0 to x. Derivative sin(x)/x."""
    return part(xp, "sici", 0, x)


@special(cosine_integral_slope, interval=(POSITIVE,))
def cosine_integral(xp: Library, x: Array) -> Array:
    """Euler's constant + log(x) + the integral of (cos(t) - 1)/t from 0 to x. Derivative cos(x)/x."""
    return part(xp, "sici", 1, x)


@special(sinh_integral_slope, interval=(REAL,))
def sinh_integral(xp: Library, x: Array) -> Array:
    """The integral of sinh(t)/t from 0 to x. Derivative sinh(x)/x."""
    return part(xp, "shichi", 0, x)


@special(cosh_integral_slope, interval=(POSITIVE,))
def cosh_integral(xp: Library, x: Array) -> Array:
    """Euler's constant + log(x) + the integral of (cosh(t) - 1)/t from 0 to x. Derivative cosh(x)/x."""
    return part(xp, "shichi", 1, x)


def sici(x: Any) -> tuple[Any, Any]:
    """The sine and the cosine integral.

    >>> float(sici(0.0)[0])
    0.0
    """
    array = as_array(x)
    return sine_integral(array), cosine_integral(array)


def shichi(x: Any) -> tuple[Any, Any]:
    """The hyperbolic sine and cosine integrals.

    >>> float(shichi(0.0)[0])
    0.0
    """
    array = as_array(x)
    return sinh_integral(array), cosh_integral(array)


# Fresnel's integrals --------------------------------------------------------------------------------------------------
def fresnel_sine_slope(y: Array, x: Array) -> Array:
    return sin((0.5 * math.pi) * x * x)


def fresnel_cosine_slope(y: Array, x: Array) -> Array:
    return cos((0.5 * math.pi) * x * x)


@special(fresnel_sine_slope, interval=(REAL,))
def fresnel_sine(xp: Library, x: Array) -> Array:
    """The integral of sin(pi t^2/2) from 0 to x. Derivative sin(pi x^2/2)."""
    return part(xp, "fresnel", 0, x)


@special(fresnel_cosine_slope, interval=(REAL,))
def fresnel_cosine(xp: Library, x: Array) -> Array:
    """The integral of cos(pi t^2/2) from 0 to x. Derivative cos(pi x^2/2)."""
    return part(xp, "fresnel", 1, x)


def fresnel(x: Any) -> tuple[Any, Any]:
    """Fresnel's sine and cosine integrals.

    >>> [float(each) for each in fresnel(0.0)]
    [0.0, 0.0]
    """
    array = as_array(x)
    return fresnel_sine(array), fresnel_cosine(array)


# Spence's function and elliptic integrals -----------------------------------------------------------------------------
def spence_slope(y: Array, x: Array) -> Array:
    """-log(x)/(x - 1), by its series where x is nearly 1."""
    moved = x - 1
    near = abs(moved) < _SMALL
    small = where(near, moved, 0.0)
    series: Any = 0.0
    for place in range(11, 0, -1):
        series = 1 / place - small * series
    far = where(near, 1.0, moved)
    return -where(near, series, log1p(far) / far)


@special(spence_slope, interval=((0.3, 3.0),))
def spence(xp: Library, x: Array) -> Array:
    """The integral of log(t)/(1 - t) from 1 to x: the dilogarithm of 1 - x. Derivative log(x)/(1 - x), -1 at 1."""
    return computed(xp, "spence", x)


def ellipk_slope(y: Array, m: Array) -> Array:
    return (y - ellipd(m)) / (2 * (1 - m))


@special(ellipk_slope, interval=((-1.0, 0.8),), latex="K")
def ellipk(xp: Library, m: Array) -> Array:
    """The complete elliptic integral of the first kind, of the parameter m. Derivative (K - D)/(2 (1 - m)), where
    D = (K - E)/m is an integral of its own.
    """
    return computed(xp, "ellipk", m)


def ellipe_slope(y: Array, m: Array) -> Array:
    return -0.5 * ellipd(m)


@special(ellipe_slope, interval=((-1.0, 0.8),), latex="E")
def ellipe(xp: Library, m: Array) -> Array:
    """The complete elliptic integral of the second kind, of the parameter m. Derivative -D/2, where D = (K - E)/m."""
    return computed(xp, "ellipe", m)


def ellipd_slope(y: Array, m: Array) -> Array:
    return (math.pi * 3 / 32) * hyp2f1(1.5, 2.5, 3.0, m)


@special(ellipd_slope, interval=((-0.8, 0.8),), latex="D")
def ellipd(xp: Library, m: Array) -> Array:
    """D = (K - E)/m, the complete elliptic integral of 19.2.6 of the DLMF, pi/4 at 0. Derivative
    3 pi/32 hyp2f1(3/2, 5/2, 3, m). Source: Carlson's R_D(0, 1 - m, 1)/3.
    """
    zero = xp.asarray(m, xp.float64) * 0
    return xp.asarray(computed(xp, "elliprd", zero, 1 - xp.asarray(m, xp.float64), zero + 1) / 3,
                      float_type_of(m))[()]  # fmt: skip


for _function in (sici, shichi, fresnel):
    also_known_as(_function, _function.__name__)
