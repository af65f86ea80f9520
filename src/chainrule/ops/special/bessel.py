"""Bessel functions, entry by entry: arrays in, one of the same shape out.

One idea: the slope is the mean of the two neighbouring orders, which needs no division and so is right at 0 too.
Source of the derivatives: NIST Digital Library of Mathematical Functions, 10.6.1, 10.29.1 and 10.29.2.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, Library
from ..functions import is_zero, sign
from .declare import computed, refused, special

_REAL = (0.3, 4.0)
_WHOLE = "the order is a whole number"
_FIXED = "the derivative by the order has no closed form"
_CORNER = "a corner at 0, where exp(-|x|) has one: slope 0 is used for that factor (least-norm convention)"


# First kind -----------------------------------------------------------------------------------------------------------
def j0_slope(y: Array, x: Array) -> Array:
    return -j1(x)


@special(j0_slope, interval=(_REAL,), latex="J_0")
def j0(xp: Library, x: Array) -> Array:
    """The Bessel function of the first kind of order 0. Derivative -j1(x).

    >>> import chainrule
    >>> chainrule.special.j0([0.0, 2.404825557695773]).round(12) + 0.0
    array([1., 0.])
    """
    return computed(xp, "j0", x)


def j1_slope(y: Array, x: Array) -> Array:
    return 0.5 * (j0(x) - jv(2, x))


@special(j1_slope, interval=(_REAL,), latex="J_1")
def j1(xp: Library, x: Array) -> Array:
    """The Bessel function of the first kind of order 1. Derivative (j0(x) - jv(2, x))/2."""
    return computed(xp, "j1", x)


def jv_slope(y: Array, v: Array, x: Array) -> Array:
    return 0.5 * (jv(v - 1, x) - jv(v + 1, x))


@special(refused("jv", "v", _FIXED), jv_slope, interval=((2.0, 2.0), _REAL), latex="J")
def jv(xp: Library, v: Array, x: Array) -> Array:
    """The Bessel function of the first kind of order v. Derivative (jv(v - 1, x) - jv(v + 1, x))/2."""
    return computed(xp, "jv", v, x)


# Second kind ----------------------------------------------------------------------------------------------------------
def y0_slope(y: Array, x: Array) -> Array:
    return -y1(x)


@special(y0_slope, interval=(_REAL,), latex="Y_0")
def y0(xp: Library, x: Array) -> Array:
    """The Bessel function of the second kind of order 0. Derivative -y1(x)."""
    return computed(xp, "y0", x)


def y1_slope(y: Array, x: Array) -> Array:
    return 0.5 * (y0(x) - yn(2, x))


@special(y1_slope, interval=(_REAL,), latex="Y_1")
def y1(xp: Library, x: Array) -> Array:
    """The Bessel function of the second kind of order 1. Derivative (y0(x) - yn(2, x))/2."""
    return computed(xp, "y1", x)


def yn_slope(y: Array, n: Array, x: Array) -> Array:
    return 0.5 * (yn(n - 1, x) - yn(n + 1, x))


@special(refused("yn", "n", _WHOLE), yn_slope, interval=((2.0, 2.0), _REAL), latex="Y")
def yn(xp: Library, n: Array, x: Array) -> Array:
    """The Bessel function of the second kind of whole order n. Derivative (yn(n - 1, x) - yn(n + 1, x))/2."""
    return computed(xp, "yn", n, x)


def yv_slope(y: Array, v: Array, x: Array) -> Array:
    return 0.5 * (yv(v - 1, x) - yv(v + 1, x))


@special(refused("yv", "v", _FIXED), yv_slope, interval=((1.5, 1.5), _REAL), latex="Y")
def yv(xp: Library, v: Array, x: Array) -> Array:
    """The Bessel function of the second kind of order v. Derivative (yv(v - 1, x) - yv(v + 1, x))/2."""
    return computed(xp, "yv", v, x)


# Modified, first kind -------------------------------------------------------------------------------------------------
def i0_slope(y: Array, x: Array) -> Array:
    return i1(x)


@special(i0_slope, interval=(_REAL,), latex="I_0")
def i0(xp: Library, x: Array) -> Array:
    """The modified Bessel function of the first kind of order 0. Derivative i1(x)."""
    return computed(xp, "i0", x)


def i1_slope(y: Array, x: Array) -> Array:
    return 0.5 * (i0(x) + iv(2, x))


@special(i1_slope, interval=(_REAL,), latex="I_1")
def i1(xp: Library, x: Array) -> Array:
    """The modified Bessel function of the first kind of order 1. Derivative (i0(x) + iv(2, x))/2."""
    return computed(xp, "i1", x)


def iv_slope(y: Array, v: Array, x: Array) -> Array:
    return 0.5 * (iv(v - 1, x) + iv(v + 1, x))


@special(refused("iv", "v", _FIXED), iv_slope, interval=((2.0, 2.0), _REAL), latex="I")
def iv(xp: Library, v: Array, x: Array) -> Array:
    """The modified Bessel function of the first kind of order v. Derivative (iv(v - 1, x) + iv(v + 1, x))/2."""
    return computed(xp, "iv", v, x)


def i0e_slope(y: Array, x: Array) -> Array:
    return i1e(x) - sign(x) * y


@special(i0e_slope, interval=(_REAL,), singular=False, kink=_CORNER, is_kink=is_zero)
def i0e(xp: Library, x: Array) -> Array:
    """exp(-|x|) i0(x). Derivative i1e(x) - sign(x) y."""
    return computed(xp, "i0e", x)


def i1e_slope(y: Array, x: Array) -> Array:
    return 0.5 * (i0e(x) + ive(2, x)) - sign(x) * y


@special(i1e_slope, interval=(_REAL,), singular=False)
def i1e(xp: Library, x: Array) -> Array:
    """exp(-|x|) i1(x). Derivative (i0e(x) + ive(2, x))/2 - sign(x) y."""
    return computed(xp, "i1e", x)


def ive_slope(y: Array, v: Array, x: Array) -> Array:
    return 0.5 * (ive(v - 1, x) + ive(v + 1, x)) - sign(x) * y


@special(refused("ive", "v", _FIXED), ive_slope, interval=((2.0, 2.0), _REAL), singular=False)
def ive(xp: Library, v: Array, x: Array) -> Array:
    """exp(-|x|) iv(v, x). Derivative (ive(v - 1, x) + ive(v + 1, x))/2 - sign(x) y."""
    return computed(xp, "ive", v, x)


# Modified, second kind ------------------------------------------------------------------------------------------------
def k0_slope(y: Array, x: Array) -> Array:
    return -k1(x)


@special(k0_slope, interval=(_REAL,), latex="K_0")
def k0(xp: Library, x: Array) -> Array:
    """The modified Bessel function of the second kind of order 0. Derivative -k1(x)."""
    return computed(xp, "k0", x)


def k1_slope(y: Array, x: Array) -> Array:
    return -0.5 * (k0(x) + kn(2, x))


@special(k1_slope, interval=(_REAL,), latex="K_1")
def k1(xp: Library, x: Array) -> Array:
    """The modified Bessel function of the second kind of order 1. Derivative -(k0(x) + kn(2, x))/2."""
    return computed(xp, "k1", x)


def kn_slope(y: Array, n: Array, x: Array) -> Array:
    return -0.5 * (kn(n - 1, x) + kn(n + 1, x))


@special(refused("kn", "n", _WHOLE), kn_slope, interval=((2.0, 2.0), _REAL), latex="K")
def kn(xp: Library, n: Array, x: Array) -> Array:
    """The modified Bessel function of the second kind of whole order n. Derivative -(kn(n - 1, x) + kn(n + 1, x))/2."""
    return computed(xp, "kn", n, x)


def kv_slope(y: Array, v: Array, x: Array) -> Array:
    return -0.5 * (kv(v - 1, x) + kv(v + 1, x))


@special(refused("kv", "v", _FIXED), kv_slope, interval=((1.5, 1.5), _REAL), latex="K")
def kv(xp: Library, v: Array, x: Array) -> Array:
    """The modified Bessel function of the second kind of order v. Derivative -(kv(v - 1, x) + kv(v + 1, x))/2."""
    return computed(xp, "kv", v, x)


def k0e_slope(y: Array, x: Array) -> Array:
    return y - k1e(x)


@special(k0e_slope, interval=(_REAL,))
def k0e(xp: Library, x: Array) -> Array:
    """exp(x) k0(x). Derivative y - k1e(x)."""
    return computed(xp, "k0e", x)


def k1e_slope(y: Array, x: Array) -> Array:
    return y - 0.5 * (k0e(x) + kve(2, x))


@special(k1e_slope, interval=(_REAL,))
def k1e(xp: Library, x: Array) -> Array:
    """exp(x) k1(x). Derivative y - (k0e(x) + kve(2, x))/2."""
    return computed(xp, "k1e", x)


def kve_slope(y: Array, v: Array, x: Array) -> Array:
    return y - 0.5 * (kve(v - 1, x) + kve(v + 1, x))


@special(refused("kve", "v", _FIXED), kve_slope, interval=((1.5, 1.5), _REAL))
def kve(xp: Library, v: Array, x: Array) -> Array:
    """exp(x) kv(v, x). Derivative y - (kve(v - 1, x) + kve(v + 1, x))/2."""
    return computed(xp, "kve", v, x)


def jn(n: Any, x: Any) -> Any:
    """The Bessel function of the first kind of whole order n: another name of `jv`.

    >>> float(jn(0, 0.0))
    1.0
    """
    return jv(n, x)
