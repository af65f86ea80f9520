"""Hypergeometric functions, entry by entry: parameters and an array in, one of the same shape out.

One idea: the slope is the same function with every parameter one larger. Source: NIST Digital Library of Mathematical
Functions, 13.3.15, 13.3.22, 15.5.1 and 16.3.1.
"""

from __future__ import annotations

from ...ir.library import Array, Library
from .declare import computed, refused, special

_WHY = "the derivative by a parameter has no closed form"


def hyp2f1_slope(y: Array, a: Array, b: Array, c: Array, z: Array) -> Array:
    return a * b / c * hyp2f1(a + 1, b + 1, c + 1, z)


@special(
    refused("hyp2f1", "a", _WHY), refused("hyp2f1", "b", _WHY), refused("hyp2f1", "c", _WHY), hyp2f1_slope,
    interval=((0.5, 0.5), (1.5, 1.5), (2.0, 2.0), (-0.7, 0.6)), latex=r"{}_2F_1",
)  # fmt: skip
def hyp2f1(xp: Library, a: Array, b: Array, c: Array, z: Array) -> Array:
    """Gauss's hypergeometric function. Derivative by z: a b/c hyp2f1(a + 1, b + 1, c + 1, z)."""
    return computed(xp, "hyp2f1", a, b, c, z)


def hyp1f1_slope(y: Array, a: Array, b: Array, x: Array) -> Array:
    return a / b * hyp1f1(a + 1, b + 1, x)


@special(
    refused("hyp1f1", "a", _WHY), refused("hyp1f1", "b", _WHY), hyp1f1_slope,
    interval=((0.5, 0.5), (1.5, 1.5), (-2.0, 2.0)), latex=r"{}_1F_1",
)  # fmt: skip
def hyp1f1(xp: Library, a: Array, b: Array, x: Array) -> Array:
    """Kummer's confluent hypergeometric function. Derivative by x: a/b hyp1f1(a + 1, b + 1, x)."""
    return computed(xp, "hyp1f1", a, b, x)


def hyp0f1_slope(y: Array, v: Array, z: Array) -> Array:
    return hyp0f1(v + 1, z) / v


@special(refused("hyp0f1", "v", _WHY), hyp0f1_slope, interval=((1.5, 1.5), (-2.0, 2.0)), latex=r"{}_0F_1")
def hyp0f1(xp: Library, v: Array, z: Array) -> Array:
    """The confluent limit function. Derivative by z: hyp0f1(v + 1, z)/v."""
    return computed(xp, "hyp0f1", v, z)


def hyperu_slope(y: Array, a: Array, b: Array, x: Array) -> Array:
    return -a * hyperu(a + 1, b + 1, x)


@special(
    refused("hyperu", "a", _WHY), refused("hyperu", "b", _WHY), hyperu_slope,
    interval=((1.0, 1.0), (2.0, 2.0), (0.5, 3.0)), latex="U",
)  # fmt: skip
def hyperu(xp: Library, a: Array, b: Array, x: Array) -> Array:
    """Tricomi's confluent hypergeometric function. Derivative by x: -a hyperu(a + 1, b + 1, x)."""
    return computed(xp, "hyperu", a, b, x)
