"""Functions of two numbers, entry by entry: two arrays in, one of the same shape out."""

from __future__ import annotations

from typing import Any

from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.notation import call
from ..ir.op import Role
from .activations import sigmoid
from .arithmetic import ORIGIN, are_zero, carry, hypot, ratio
from .choices import astype, equal, isinf, logical_and, where
from .declare import POSITIVE, REAL, also_known_as, elementwise, floating_type
from .functions import log, sign
from .powers import power

BESIDE_ZERO = "a jump where the first input is 0: the derivative is 0 everywhere else, and 0 is used there"


def arctan2_left(z: Array, y: Array, x: Array) -> Array:
    return _share(x, y)


def arctan2_right(z: Array, y: Array, x: Array) -> Array:
    return -_share(y, x)


def _share(x: Any, y: Any) -> Any:
    """x / (x^2 + y^2), where neither square is taken: they overflow."""
    length = hypot(x, y)
    return ratio(ratio(x, length), length)


@elementwise(
    (arctan2_left, arctan2_right), call("arctan2", 2), interval=(POSITIVE, REAL), singular=True,
    type_rule=floating_type, kink=ORIGIN, is_kink=are_zero,
)  # fmt: skip
def arctan2(xp: Library, y: Array, x: Array) -> Array:
    """The angle of the point (x, y). Derivative (x/r^2, -y/r^2) with r^2 = x^2 + y^2, and 0 at the origin."""
    return xp.arctan2(y, x)


def logaddexp_left(z: Array, x: Array, y: Array) -> Array:
    return sigmoid(lead(x, y))


def logaddexp_right(z: Array, x: Array, y: Array) -> Array:
    return sigmoid(lead(y, x))


def lead(x: Any, y: Any) -> Any:
    """x - y, and 0 for one infinity twice: the two share the slope as two equal numbers do."""
    return where(logical_and(equal(x, y), isinf(x)), 0.0, x - y)


@elementwise((logaddexp_left, logaddexp_right), call("logaddexp", 2), singular=True, type_rule=floating_type)
def logaddexp(xp: Library, x: Array, y: Array) -> Array:
    """log(exp(x) + exp(y)) without overflow. Derivative (sigmoid(x - y), sigmoid(y - x))."""
    return xp.logaddexp(x, y)


def xlogy_left(z: Array, x: Array, y: Array) -> Array:
    return log(y)


def xlogy_right(z: Array, x: Array, y: Array) -> Array:
    return carry(x, 1 / y)


@elementwise(
    (xlogy_left, xlogy_right), call("xlogy", 2, "chainrule.ops.xlogy"), interval=(REAL, POSITIVE), singular=True,
    type_rule=floating_type,
)  # fmt: skip
def xlogy(xp: Library, x: Array, y: Array) -> Array:
    """x log(y), and 0 where x is 0: the terms of an entropy. Derivative (log y, x/y)."""
    zero = xp.equal(x, 0)
    return xp.where(zero, 0, x * xp.log(xp.where(zero, 1, y)))[()]


def copysign_left(z: Array, x: Array, y: Array) -> Array:
    return sign(x) * copysign(1.0, y)


def no_slope(z: Array, x: Array, y: Array) -> int:
    return 0


@elementwise(
    (copysign_left, no_slope), call("copysign", 2), interval=(POSITIVE, POSITIVE), type_rule=floating_type,
    kink=BESIDE_ZERO,
)  # fmt: skip
def copysign(xp: Library, x: Array, y: Array) -> Array:
    """|x| with the sign of y. Derivative (sign(x) sign(y), 0)."""
    return xp.copysign(x, y)


def heaviside_right(z: Array, x: Array, y: Array) -> Array:
    return astype(equal(x, 0), y.dtype)


@elementwise(
    (no_slope, heaviside_right), call("heaviside", 2), Role.STOPS, interval=(POSITIVE, REAL), type_rule=floating_type,
    kink=BESIDE_ZERO,
)  # fmt: skip
def heaviside(xp: Library, x: Array, y: Array) -> Array:
    """0 where x < 0, 1 where x > 0, and y where x is 0. Derivative (0, 1{x = 0})."""
    return xp.heaviside(x, y)


def float_power(x: Any, y: Any) -> Any:
    """x to the power y, computed in float64 whatever the inputs are."""
    return power(astype(x, reference().result_type(as_array(x).dtype, "float64")), y)


also_known_as(float_power, "float_power")
