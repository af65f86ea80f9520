"""Airy's functions, Struve's, incomplete elliptic integrals, angles in degrees: arrays in, one of the same shape out.

Source of the derivatives: NIST Digital Library of Mathematical Functions, 9.2.1, 11.4, 19.4 and 4.13.
"""

from __future__ import annotations

import math
from typing import Any

from ...ir.coercion import as_array
from ...ir.library import Array, Library, science
from ..arithmetic import square
from ..declare import also_known_as
from ..functions import cos, sin, sqrt
from ..powers import power
from .bessel import jv, yv
from .declare import computed, float_type_of, refused, special
from .gammas import gamma, poch, rgamma
from .integrals import ellipd

_REAL = (-2.0, 2.0)
_POSITIVE = (0.3, 3.0)


# Airy -----------------------------------------------------------------------------------------------------------------
def airy_slope(y: Array, x: Array, *, second: bool) -> Array:
    return airy_slope_op(x, second=second)


def airy_second_slope(y: Array, x: Array, *, second: bool) -> Array:
    return x * airy_op(x, second=second)


def _airy(xp: Library, x: Array, place: int) -> Array:
    found = science("special").airy(xp.asarray(x, xp.float64))[place]
    return xp.asarray(found, float_type_of(x))[()]


@special(airy_slope, interval=(_REAL,), params=(("second", False),), code="chainrule.ops.special.airy_op")
def airy_op(xp: Library, x: Array, *, second: bool) -> Array:
    """Airy's function Ai(x), or Bi(x), with y'' = x y. Derivative: a function of its own."""
    return _airy(xp, x, 2 if second else 0)


@special(airy_second_slope, interval=(_REAL,), params=(("second", False),), code="chainrule.ops.special.airy_slope_op")
def airy_slope_op(xp: Library, x: Array, *, second: bool) -> Array:
    """The derivative of Ai(x), or of Bi(x). Its own derivative x Ai(x), or x Bi(x)."""
    return _airy(xp, x, 3 if second else 1)


def airy(x: Any) -> tuple[Any, Any, Any, Any]:
    """Airy's functions and their derivatives: Ai, Ai', Bi, Bi'.

    >>> round(float(airy(0.0)[0]), 6)
    0.355028
    """
    z = as_array(x)
    first, second = ((airy_op(z, second=which), airy_slope_op(z, second=which)) for which in (False, True))
    return *first, *second


# Struve ---------------------------------------------------------------------------------------------------------------
def _beside(v: Any, x: Any) -> Any:
    return power(0.5 * x, v) * rgamma(v + 1.5) * (1 / math.sqrt(math.pi))


def struve_slope(y: Array, v: Array, x: Array) -> Array:
    return 0.5 * (struve(v - 1, x) - struve(v + 1, x) + _beside(v, x))


@special(refused("struve", "v", "the derivative by the order has no closed form"), struve_slope,
         interval=((1.0, 1.0), _POSITIVE), latex="H")  # fmt: skip
def struve(xp: Library, v: Array, x: Array) -> Array:
    """Struve's function of order v. Derivative by x:
    (struve(v - 1, x) - struve(v + 1, x) + (x/2)^v/(sqrt(pi) Gamma(v + 3/2)))/2.
    """
    return computed(xp, "struve", v, x)


def modstruve_slope(y: Array, v: Array, x: Array) -> Array:
    return 0.5 * (modstruve(v - 1, x) + modstruve(v + 1, x) + _beside(v, x))


@special(refused("modstruve", "v", "the derivative by the order has no closed form"), modstruve_slope,
         interval=((1.0, 1.0), _POSITIVE), latex="L")  # fmt: skip
def modstruve(xp: Library, v: Array, x: Array) -> Array:
    """The modified Struve function of order v. Derivative by x:
    (modstruve(v - 1, x) + modstruve(v + 1, x) + (x/2)^v/(sqrt(pi) Gamma(v + 3/2)))/2.
    """
    return computed(xp, "modstruve", v, x)


# Elliptic integrals ---------------------------------------------------------------------------------------------------
def _root(phi: Any, m: Any) -> Any:
    return sqrt(1 - m * square(sin(phi)))


def ellipkinc_phi(y: Array, phi: Array, m: Array) -> Array:
    return 1 / _root(phi, m)


def ellipkinc_m(y: Array, phi: Array, m: Array) -> Array:
    return (y - ellipdinc(phi, m) - sin(phi) * cos(phi) / _root(phi, m)) / (2 * (1 - m))


@special(ellipkinc_phi, ellipkinc_m, interval=((-1.4, 1.4), (-1.0, 0.8)), latex="F")
def ellipkinc(xp: Library, phi: Array, m: Array) -> Array:
    """The incomplete elliptic integral of the first kind. Derivative by phi: its integrand 1/sqrt(1 - m sin(phi)^2); by
    m: (F - D - sin(phi) cos(phi) times the integrand)/(2 (1 - m)).
    """
    return computed(xp, "ellipkinc", phi, m)


def ellipeinc_phi(y: Array, phi: Array, m: Array) -> Array:
    return _root(phi, m)


def ellipeinc_m(y: Array, phi: Array, m: Array) -> Array:
    return -0.5 * ellipdinc(phi, m)


@special(ellipeinc_phi, ellipeinc_m, interval=((-1.4, 1.4), (-1.0, 0.8)), latex="E")
def ellipeinc(xp: Library, phi: Array, m: Array) -> Array:
    """The incomplete elliptic integral of the second kind. Derivative by phi: its integrand sqrt(1 - m sin(phi)^2); by
    m: -D/2.
    """
    return computed(xp, "ellipeinc", phi, m)


def ellipdinc_phi(y: Array, phi: Array, m: Array) -> Array:
    return square(sin(phi)) / _root(phi, m)


def ellipdinc_m(y: Array, phi: Array, m: Array) -> Array:
    """From D = (F - E)/m and the slopes of F and E, which is enough where m is not tiny."""
    slope = ellipkinc_m(ellipkinc(phi, m), phi, m) + 0.5 * y
    return (slope - y) / m


@special(ellipdinc_phi, ellipdinc_m, interval=((0.3, 1.4), (0.2, 0.8)), latex="D")
def ellipdinc(xp: Library, phi: Array, m: Array) -> Array:
    """D = (F - E)/m, the integral of sin(t)^2/sqrt(1 - m sin(t)^2) from 0 to phi. Derivative by phi: its integrand; by
    m: from those of F and E. Source: Carlson's R_D, DLMF 19.25.13.
    """
    dtype = float_type_of(phi, m)
    angle, m = xp.broadcast_arrays(xp.asarray(phi, xp.float64), xp.asarray(m, xp.float64))
    turns = xp.round(angle / math.pi)
    rest = angle - turns * math.pi
    s, c = xp.sin(rest), xp.cos(rest)
    carlson = science("special").elliprd
    part = s**3 * carlson(c * c, 1 - m * s * s, 1.0) / 3
    whole = 2 * turns * carlson(0.0, 1 - m, 1.0) / 3
    return xp.asarray(part + whole, dtype)[()]


def ellipkm1_slope(y: Array, p: Array) -> Array:
    return -(y - ellipd(1 - p)) / (2 * p)


@special(ellipkm1_slope, interval=((0.2, 1.8),))
def ellipkm1(xp: Library, p: Array) -> Array:
    """ellipk(1 - p), exact for small p. Derivative -(y - D(1 - p))/(2 p)."""
    return computed(xp, "ellipkm1", p)


# Degrees --------------------------------------------------------------------------------------------------------------
_DEGREE = math.pi / 180


def sindg_slope(y: Array, x: Array) -> Array:
    return _DEGREE * cosdg(x)


@special(sindg_slope, interval=((-80.0, 80.0),))
def sindg(xp: Library, x: Array) -> Array:
    """The sine of degrees. Derivative pi/180 cosdg(x)."""
    return computed(xp, "sindg", x)


def cosdg_slope(y: Array, x: Array) -> Array:
    return -_DEGREE * sindg(x)


@special(cosdg_slope, interval=((-80.0, 80.0),))
def cosdg(xp: Library, x: Array) -> Array:
    """The cosine of degrees. Derivative -pi/180 sindg(x)."""
    return computed(xp, "cosdg", x)


def tandg_slope(y: Array, x: Array) -> Array:
    return _DEGREE * (1 + square(y))


@special(tandg_slope, interval=((-60.0, 60.0),))
def tandg(xp: Library, x: Array) -> Array:
    """The tangent of degrees. Derivative pi/180 (1 + y^2)."""
    return computed(xp, "tandg", x)


def wrightomega_slope(y: Array, x: Array) -> Array:
    return y / (1 + y)


@special(wrightomega_slope, interval=(_REAL,))
def wrightomega(xp: Library, x: Array) -> Array:
    """The y with y + log(y) = x: lambertw(exp(x)) without overflow. Derivative y/(1 + y)."""
    return computed(xp, "wrightomega", x)


# Factorials -----------------------------------------------------------------------------------------------------------
def factorial(n: Any) -> Any:
    """Gamma(n + 1), for real n too.

    >>> float(factorial(4.0))
    24.0
    """
    return gamma(as_array(n) + 1)


def perm(N: Any, k: Any) -> Any:
    """The number of ordered choices of k out of N, Gamma(N + 1)/Gamma(N - k + 1).

    >>> float(perm(5.0, 2.0))
    20.0
    """
    return poch(as_array(N) - k + 1, k)


for _function in (airy, factorial, perm):
    also_known_as(_function, _function.__name__)
also_known_as(jv, "jve")  # the factor exp(-|imaginary part|) is 1 for real numbers
also_known_as(yv, "yve")
