"""Penalties of a difference, entry by entry: what robust losses are sums of.

One idea: near 0 a square, far out a straight line, joined so that the slope is continuous; its slope is the difference
kept between two bounds.
"""

from __future__ import annotations

from ...ir.library import Array, Library
from ..declare import elementwise
from .activations import hard_tanh, with_parameters


def huber_slope(y: Array, x: Array, *, delta: float) -> Array:
    return hard_tanh(x, low=-delta, high=delta)


@elementwise(huber_slope, with_parameters("huber_penalty", "delta"), params=(("delta", 1.0),))
def huber_penalty(xp: Library, x: Array, *, delta: float) -> Array:
    """x^2/2 where |x| <= delta, else delta (|x| - delta/2). Derivative x kept between -delta and delta.

    Source: Huber, Robust estimation of a location parameter (1964).
    """
    far = xp.absolute(x)
    near = xp.minimum(far, delta)  # no square of what lies far out: it could overflow
    return (near * (far - 0.5 * near)).astype(x.dtype)[()]
