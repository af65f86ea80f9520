"""The error function's kin and the normal distribution, entry by entry: an array in, one of the same shape out.

One idea: in a tail every slope is written with the scaled function (`erfcx`), which neither underflows nor cancels.
Source of the derivatives: NIST Digital Library of Mathematical Functions, 7.2 and 7.10.
"""

from __future__ import annotations

import math

from ...ir.library import Array, Library
from ..activations import erf
from ..arithmetic import square
from ..declare import REAL
from ..error_function import complementary_error_function
from ..functions import exp
from .declare import computed, float_type_of, special

_ROOT_PI = math.sqrt(math.pi)
_UNIT = (-0.8, 0.8)
_PROBABILITY = (0.1, 0.9)
_FAR = 10.0  # from here on the asymptotic series is exact


def _far_series(x: Array, sign: float) -> Array:
    """1/(2x^2) + s 3/(4x^4) + 15/(8x^6) + ...: what is left of 1 - x f(x) where x f(x) is nearly 1."""
    inverse = 0.5 / (x * x)
    total, term = inverse, inverse
    for place in range(1, 14):
        term = term * (sign * (2 * place + 1)) * inverse
        total = total + term
    return total


def erfcx_slope(y: Array, x: Array) -> Array:
    return erfcx_slope_op(x)


@special(erfcx_slope, interval=(REAL,))
def erfcx(xp: Library, x: Array) -> Array:
    """exp(x^2) erfc(x). Derivative 2 x y - 2/sqrt(pi), by the asymptotic series where the two cancel."""
    return computed(xp, "erfcx", x)


def erfcx_second_slope(y: Array, x: Array) -> Array:
    return 2 * (erfcx(x) + x * y)


@special(erfcx_second_slope, interval=(REAL,), code="chainrule.ops.special.erfcx_slope_op")
def erfcx_slope_op(xp: Library, x: Array) -> Array:
    """The derivative of erfcx, 2 x erfcx(x) - 2/sqrt(pi). Its own derivative 2 (erfcx(x) + x y)."""
    wide = xp.asarray(x, xp.float64)
    far = xp.where(wide > _FAR, wide, _FAR)
    found = xp.where(
        wide > _FAR, (-2 / _ROOT_PI) * _far_series(far, -1.0), 2 * wide * computed(xp, "erfcx", wide) - 2 / _ROOT_PI
    )
    return xp.asarray(found, float_type_of(x))[()]


def erfi_slope(y: Array, x: Array) -> Array:
    return (2 / _ROOT_PI) * exp(square(x))


@special(erfi_slope, interval=(REAL,))
def erfi(xp: Library, x: Array) -> Array:
    """-i erf(i x). Derivative 2/sqrt(pi) exp(x^2)."""
    return computed(xp, "erfi", x)


def dawsn_slope(y: Array, x: Array) -> Array:
    return dawsn_slope_op(x)


@special(dawsn_slope, interval=(REAL,))
def dawsn(xp: Library, x: Array) -> Array:
    """Dawson's integral, exp(-x^2) times the integral of exp(t^2) from 0 to x. Derivative 1 - 2 x y."""
    return computed(xp, "dawsn", x)


def dawsn_second_slope(y: Array, x: Array) -> Array:
    return -2 * (dawsn(x) + x * y)


@special(dawsn_second_slope, interval=(REAL,), code="chainrule.ops.special.dawsn_slope_op")
def dawsn_slope_op(xp: Library, x: Array) -> Array:
    """The derivative of dawsn, 1 - 2 x dawsn(x). Its own derivative -2 (dawsn(x) + x y)."""
    wide = xp.asarray(x, xp.float64)
    is_far = xp.abs(wide) > _FAR
    far = xp.where(is_far, wide, _FAR)
    found = xp.where(is_far, -_far_series(far, 1.0), 1 - 2 * wide * computed(xp, "dawsn", wide))
    return xp.asarray(found, float_type_of(x))[()]


def erfinv_slope(y: Array, x: Array) -> Array:
    return (0.5 * _ROOT_PI) * exp(square(y))


@special(erfinv_slope, interval=(_UNIT,))
def erfinv(xp: Library, x: Array) -> Array:
    """The inverse of erf. Derivative sqrt(pi)/2 exp(y^2), infinite at -1 and 1."""
    return computed(xp, "erfinv", x)


def erfcinv_slope(y: Array, x: Array) -> Array:
    return (-0.5 * _ROOT_PI) * exp(square(y))


@special(erfcinv_slope, interval=((0.2, 1.8),))
def erfcinv(xp: Library, x: Array) -> Array:
    """The inverse of erfc. Derivative -sqrt(pi)/2 exp(y^2), infinite at 0 and 2."""
    return computed(xp, "erfcinv", x)


# The normal distribution ----------------------------------------------------------------------------------------------
def ndtr_slope(y: Array, x: Array) -> Array:
    return (1 / math.sqrt(2 * math.pi)) * exp(-0.5 * square(x))


@special(ndtr_slope, interval=(REAL,), latex=r"\Phi", singular=False)
def ndtr(xp: Library, x: Array) -> Array:
    """The distribution function of the normal distribution. Derivative exp(-x^2/2)/sqrt(2 pi).

    >>> import chainrule
    >>> float(chainrule.special.ndtr(0.0))
    0.5
    """
    return 0.5 * complementary_error_function(xp, -math.sqrt(0.5) * x)


def log_ndtr_slope(y: Array, x: Array) -> Array:
    return math.sqrt(2 / math.pi) / erfcx(-math.sqrt(0.5) * x)


@special(log_ndtr_slope, interval=(REAL,), latex=r"\log\Phi")
def log_ndtr(xp: Library, x: Array) -> Array:
    """log(ndtr(x)) without underflow. Derivative sqrt(2/pi)/erfcx(-x/sqrt(2)): the density over ndtr."""
    return computed(xp, "log_ndtr", x)


def ndtri_slope(y: Array, x: Array) -> Array:
    return math.sqrt(2 * math.pi) * exp(0.5 * square(y))


@special(ndtri_slope, interval=(_PROBABILITY,), latex=r"\Phi^{-1}")
def ndtri(xp: Library, x: Array) -> Array:
    """The inverse of ndtr. Derivative sqrt(2 pi) exp(y^2/2), infinite at 0 and 1."""
    return computed(xp, "ndtri", x)


def ndtri_exp_slope(y: Array, x: Array) -> Array:
    return math.sqrt(math.pi / 2) * erfcx(-math.sqrt(0.5) * y)


@special(ndtri_exp_slope, interval=((-3.0, -0.2),))
def ndtri_exp(xp: Library, x: Array) -> Array:
    """ndtri(exp(x)), the inverse of log_ndtr. Derivative sqrt(pi/2) erfcx(-y/sqrt(2))."""
    return computed(xp, "ndtri_exp", x)


def owens_t_left(y: Array, h: Array, a: Array) -> Array:
    """-phi(h) (Phi(a h) - 1/2)."""
    return (-0.5 / math.sqrt(2 * math.pi)) * exp(-0.5 * square(h)) * erf(math.sqrt(0.5) * a * h)


def owens_t_right(y: Array, h: Array, a: Array) -> Array:
    spread = 1 + square(a)
    return (0.5 / math.pi) * exp(-0.5 * square(h) * spread) / spread


@special(owens_t_left, owens_t_right, interval=(REAL,))
def owens_t(xp: Library, h: Array, a: Array) -> Array:
    """Owen's T: the probability of x > h and 0 < y < a x for two normal variables. Derivative
    (-phi(h) erf(a h/sqrt(2))/2, exp(-h^2 (1 + a^2)/2)/(2 pi (1 + a^2))).
    """
    return computed(xp, "owens_t", h, a)
