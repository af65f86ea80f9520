"""Terms of entropies and divergences, and robust losses, entry by entry: arrays in, one of the same shape out.

One idea: what has probability zero counts as zero, in the value and, where the true slope is finite, in the slope.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, Library
from ..activations import log_sigmoid, sigmoid
from ..arithmetic import carry, hypot, minimum, ratio
from ..choices import equal, where
from ..declare import POSITIVE, REAL, also_known_as
from ..functions import abs, log, log1p, sign
from .declare import computed, special


def xlog1py_left(z: Array, x: Array, y: Array) -> Array:
    return log1p(y)


def xlog1py_right(z: Array, x: Array, y: Array) -> Array:
    return carry(x, 1 / (1 + y))


@special(xlog1py_left, xlog1py_right, interval=(REAL, (-0.7, 2.0)))
def xlog1py(xp: Library, x: Array, y: Array) -> Array:
    """x log(1 + y), and 0 where x is 0. Derivative (log1p(y), x/(1 + y)).

    >>> import chainrule
    >>> float(chainrule.special.xlog1py(0.0, -1.0))
    0.0
    """
    return computed(xp, "xlog1py", x, y)


def entr_slope(y: Array, x: Array) -> Array:
    return -(1 + log(x))


@special(entr_slope, interval=(POSITIVE,))
def entr(xp: Library, x: Array) -> Array:
    """-x log(x), 0 at 0 and -inf below: the terms of an entropy. Derivative -1 - log(x), infinite at 0.

    >>> import chainrule
    >>> chainrule.special.entr([0.0, 1.0]) + 0.0
    array([0., 0.])
    """
    return computed(xp, "entr", x)


def _log_ratio(x: Any, y: Any) -> Any:
    """log(x/y), and 0 where both are 0: nothing diverges from nothing."""
    return where(equal(x, y), 0.0, log(x / y))


def rel_entr_left(z: Array, x: Array, y: Array) -> Array:
    return 1 + _log_ratio(x, y)


def rel_entr_right(z: Array, x: Array, y: Array) -> Array:
    return -carry(x, 1 / y)


@special(rel_entr_left, rel_entr_right, interval=(POSITIVE,))
def rel_entr(xp: Library, x: Array, y: Array) -> Array:
    """x log(x/y), 0 where x is 0: the terms of a relative entropy. Derivative (1 + log(x/y), -x/y)."""
    return computed(xp, "rel_entr", x, y)


def kl_div_left(z: Array, x: Array, y: Array) -> Array:
    return _log_ratio(x, y)


def kl_div_right(z: Array, x: Array, y: Array) -> Array:
    return 1 - carry(x, 1 / y)


@special(kl_div_left, kl_div_right, interval=(POSITIVE,))
def kl_div(xp: Library, x: Array, y: Array) -> Array:
    """x log(x/y) - x + y, y where x is 0. Derivative (log(x/y), 1 - x/y)."""
    return computed(xp, "kl_div", x, y)


# The logistic function ------------------------------------------------------------------------------------------------
def expit_slope(y: Array, x: Array) -> Array:
    return y * expit(-x)


@special(expit_slope, interval=(REAL,), latex=r"\sigma", singular=False)
def expit(xp: Library, x: Array) -> Array:
    """The logistic function 1/(1 + exp(-x)), as `sigmoid`. Derivative y expit(-x), exact in both tails.

    >>> import chainrule
    >>> chainrule.special.expit([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    return sigmoid.kernel(xp, x)


# Robust losses --------------------------------------------------------------------------------------------------------
def huber_left(z: Array, delta: Array, r: Array) -> Array:
    size = abs(r)
    return where(size > delta, size - delta, 0.0)


def huber_right(z: Array, delta: Array, r: Array) -> Array:
    return sign(r) * minimum(abs(r), delta)


def at_delta(delta: Array, r: Array) -> Array:
    return delta == 0


@special(
    huber_left, huber_right, interval=((0.7, 1.2), (1.3, 3.0)), is_kink=at_delta,
    kink="delta 0: there the loss is 0 everywhere",
)  # fmt: skip
def huber(xp: Library, delta: Array, r: Array) -> Array:
    """r^2/2 where |r| <= delta, else delta (|r| - delta/2): Huber's loss. Derivative by r: r cut off at delta; by
    delta: |r| - delta outside, 0 inside. Source: Huber, Robust estimation of a location parameter (1964).
    """
    return computed(xp, "huber", delta, r)


def pseudo_huber_left(z: Array, delta: Array, r: Array) -> Array:
    """delta u^4 / (s (1 + s)^2) with u = r/delta and s = sqrt(1 + u^2), each factor at most of size u."""
    u = ratio(r, delta)
    length = hypot(1.0, u)
    share = u / (1 + length)
    return delta * share * share * (u * u / length)


def pseudo_huber_right(z: Array, delta: Array, r: Array) -> Array:
    return r / hypot(1.0, ratio(r, delta))


@special(pseudo_huber_left, pseudo_huber_right, interval=((0.7, 2.0), REAL))
def pseudo_huber(xp: Library, delta: Array, r: Array) -> Array:
    """delta^2 (sqrt(1 + (r/delta)^2) - 1), a smooth form of Huber's loss. Derivative by r: r/sqrt(1 + (r/delta)^2).

    Source: Charbonnier et al., Deterministic edge-preserving regularization (1997).
    """
    u = ratio.kernel(xp, r, delta)
    return xp.where(xp.less(delta, 0), xp.inf, delta * delta * u * (u / (1 + xp.hypot(1, u)))).astype(u.dtype)[()]


also_known_as(expit, "expit")
also_known_as(log_sigmoid, "log_expit")
