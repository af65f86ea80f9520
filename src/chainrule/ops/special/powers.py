"""Exponentials, powers and their inverses, entry by entry: arrays in, one of the same shape out.

One idea: what is a limit (the Box-Cox transform at 0, the relative exponential) keeps its digits near it.
"""

from __future__ import annotations

import math
from typing import Any

from ...ir.coercion import as_array
from ...ir.library import Array, Library, science
from ..choices import where
from ..declare import POSITIVE, REAL, also_known_as
from ..functions import abs, exp, log, log1p, sin
from ..pairs import xlogy
from ..powers import power
from .declare import computed, float_type_of, special

_SMALL = 0.05


def exp10_slope(y: Array, x: Array) -> Array:
    return math.log(10) * y


@special(exp10_slope, interval=((-1.0, 1.0),))
def exp10(xp: Library, x: Array) -> Array:
    """10 to the power x. Derivative y log 10."""
    return computed(xp, "exp10", x)


def cosm1_slope(y: Array, x: Array) -> Array:
    return -sin(x)


@special(cosm1_slope, interval=(REAL,))
def cosm1(xp: Library, x: Array) -> Array:
    """cos(x) - 1, exact for small x. Derivative -sin(x)."""
    return computed(xp, "cosm1", x)


def powm1_left(z: Array, x: Array, y: Array) -> Array:
    return y * power(x, y - 1)


def powm1_right(z: Array, x: Array, y: Array) -> Array:
    return xlogy(1 + z, x)


@special(powm1_left, powm1_right, interval=(POSITIVE, REAL))
def powm1(xp: Library, x: Array, y: Array) -> Array:
    """x^y - 1, exact where x^y is nearly 1. Derivative (y x^(y - 1), x^y log(x))."""
    return computed(xp, "powm1", x, y)


def exprel_slope(y: Array, x: Array, *, order: int) -> Array:
    return y - order * exprel_op(x, order=order + 1)


@special(exprel_slope, interval=(REAL,), params=(("order", 1),), code="chainrule.ops.special.exprel_op")
def exprel_op(xp: Library, x: Array, *, order: int) -> Array:
    """The sum of x^k / (k + order)! over k = 0, 1, ...: (exp(x) - 1)/x for order 1. Derivative
    y - order times the function of the next order. Source: the functions of exponential integrators, Hochbruck and
    Ostermann, Exponential integrators (2010), section 2.
    """
    wide = xp.asarray(x, xp.float64)
    near = xp.abs(wide) < 1
    small, far = xp.where(near, wide, 0.0), xp.where(near, 1.0, wide)
    series = xp.zeros_like(small)
    for place in range(18, -1, -1):
        series = series * small + 1 / math.factorial(place + order)
    value = xp.expm1(far) / far
    for place in range(1, order):
        value = (value - 1 / math.factorial(place)) / far
    return xp.asarray(xp.where(near, series, value), float_type_of(x))[()]


def exprel(x: Any) -> Any:
    """(exp(x) - 1)/x, 1 at 0 (same shape as x).

    >>> float(exprel(0.0))
    1.0
    """
    return exprel_op(as_array(x), order=1)


def boxcox_left(y: Array, x: Array, lmbda: Array) -> Array:
    return power(x, lmbda - 1)


def boxcox_right(y: Array, x: Array, lmbda: Array) -> Array:
    return _by_exponent(y, log(x), lmbda)


def _by_exponent(y: Any, logarithm: Any, lmbda: Any) -> Any:
    """The derivative of (exp(l lambda) - 1)/lambda by lambda: l^2 times that of exprel, or the quotient far out."""
    size = logarithm * lmbda
    near = abs(size) < 1
    small, safe = where(near, size, 0.0), where(near, 1.0, lmbda)
    beside = where(near, logarithm, 0.0)
    close = beside * beside * (exprel_op(small, order=1) - exprel_op(small, order=2))
    return where(near, close, (_times_exponential(logarithm, where(near, 0.0, size)) - y) / safe)


def _times_exponential(x: Any, exponent: Any) -> Any:
    """x exp(exponent), where nothing is left of exp beside an infinite x."""
    raised = exp(exponent)
    return where(raised > 0, x, 0.0) * raised


@special(boxcox_left, boxcox_right, interval=(POSITIVE, REAL))
def boxcox(xp: Library, x: Array, lmbda: Array) -> Array:
    """(x^lambda - 1)/lambda, log(x) for lambda 0. Derivative (x^(lambda - 1), (x^lambda log(x) - y)/lambda).

    Source: Box and Cox, An analysis of transformations (1964).

    >>> import chainrule
    >>> float(chainrule.special.boxcox(1.0, 0.0))
    0.0
    """
    return computed(xp, "boxcox", x, lmbda)


def boxcox1p_left(y: Array, x: Array, lmbda: Array) -> Array:
    return power(1 + x, lmbda - 1)


def boxcox1p_right(y: Array, x: Array, lmbda: Array) -> Array:
    return _by_exponent(y, log1p(x), lmbda)


@special(boxcox1p_left, boxcox1p_right, interval=(POSITIVE, REAL))
def boxcox1p(xp: Library, x: Array, lmbda: Array) -> Array:
    """boxcox(1 + x, lambda), exact for small x. Derivative ((1 + x)^(lambda - 1), as for boxcox)."""
    return computed(xp, "boxcox1p", x, lmbda)


def inv_boxcox_left(z: Array, y: Array, lmbda: Array) -> Array:
    return z / (1 + lmbda * y)


def inv_boxcox_right(z: Array, y: Array, lmbda: Array) -> Array:
    return z * _root_slope(y, lmbda)


def inv_boxcox1p_left(z: Array, y: Array, lmbda: Array) -> Array:
    return (1 + z) / (1 + lmbda * y)


def inv_boxcox1p_right(z: Array, y: Array, lmbda: Array) -> Array:
    return (1 + z) * _root_slope(y, lmbda)


def _root_slope(y: Any, lmbda: Any) -> Any:
    """The derivative of log(1 + lambda y)/lambda by lambda: y^2 (w/(1 + w) - log(1 + w))/w^2 with w = lambda y."""
    w = lmbda * y
    near = abs(w) < _SMALL
    small, far = where(near, w, 0.0), where(near, 1.0, w)
    series: Any = 0.0
    for place in range(14, 0, -1):  # the coefficient of w^(k - 1) is (-1)^k k/(k + 1)
        series = series * -small + place / (place + 1)
    return y * y * where(near, -series, (far / (1 + far) - log1p(far)) / far / far)


@special(inv_boxcox_left, inv_boxcox_right, interval=((0.2, 2.0), (0.1, 2.0)))
def inv_boxcox(xp: Library, y: Array, lmbda: Array) -> Array:
    """The x with boxcox(x, lambda) = y: (1 + lambda y)^(1/lambda). Derivative z/(1 + lambda y), and by lambda z times
    the slope of log(1 + lambda y)/lambda.
    """
    return computed(xp, "inv_boxcox", y, lmbda)


@special(inv_boxcox1p_left, inv_boxcox1p_right, interval=((0.2, 2.0), (0.1, 2.0)))
def inv_boxcox1p(xp: Library, y: Array, lmbda: Array) -> Array:
    """inv_boxcox(y, lambda) - 1, exact where it is small. Derivative as for inv_boxcox, with z + 1 for z."""
    return computed(xp, "inv_boxcox1p", y, lmbda)


# Lambert's W ----------------------------------------------------------------------------------------------------------
def lambertw_slope(y: Array, x: Array, *, branch: int) -> Array:
    return exp(-y) / (1 + y)


@special(
    lambertw_slope,
    interval=((-0.2, 3.0),),
    params=(("branch", 0),),
    latex="W",
    code="chainrule.ops.special.lambertw_op",
)
def lambertw_op(xp: Library, x: Array, *, branch: int) -> Array:
    """The real y with y exp(y) = x on branch 0 or -1, NaN where there is none. Derivative exp(-y)/(1 + y)."""
    found = science("special").lambertw(xp.asarray(x, xp.float64), branch)
    return xp.asarray(xp.where(found.imag == 0, found.real, xp.nan), float_type_of(x))[()]


def lambertw(x: Any, k: int = 0, tol: float = 1e-8) -> Any:
    """The real y with y exp(y) = x (same shape as x): the principal branch, or with k = -1 the one below -1.

    SciPy's function of this name returns complex numbers; this one is real, and NaN where no real y exists.

    >>> round(float(lambertw(1.0)), 12)
    0.56714329041
    """
    return lambertw_op(as_array(x), branch=int(k))


also_known_as(exprel, "exprel")
also_known_as(lambertw, "lambertw", "_lambertw")
