"""Activations beyond the usual ones, entry by entry: an array in, one of the same shape out.

One idea: each is one op with its own slope, so that an explanation names it, its tails keep their digits, and a corner
has the slope of least norm of those on its two sides.
"""

from __future__ import annotations

import math
from typing import Any

from ...ir.library import Array, Library
from ...ir.node import Node
from ...ir.notation import Form, Notation, function
from ...ir.op import Role
from ..activations import positive, silu, softplus
from ..arithmetic import carry, square
from ..declare import elementwise, floating_type
from ..functions import abs, exp, is_zero, tanh
from ..powers import power

CODE = "chainrule.ops.neural"


def named(name: str) -> Notation:
    """`name(x)`."""
    return function(name, rf"\operatorname{{{name.replace('_', ' ')}}}", f"{CODE}.{name}")


def with_parameters(name: str, *parameters: str) -> Notation:
    """`name(x)`, with its parameters in code alone."""
    plain = named(name)
    told = "".join(f", {each}={{{each}}}" for each in parameters)
    return Notation(plain.text, plain.latex, Form(f"{CODE}.{name}({{0}}{told})"))


CORNERS = "corners: the smaller of the slopes on the two sides is used there (least-norm convention)"
JUMPS = "jumps: the derivative is 0 everywhere else, and 0 is used there"


# Bounds ---------------------------------------------------------------------------------------------------------------
def no_slope(y: Array, x: Array, **bounds: float) -> int:
    return 0


BETWEEN = Notation(
    Form("1{{{0} in ({low}, {high})}}"),
    Form(r"\mathbb{{1}}\{{{0} \in ({low}, {high})\}}"),
    Form(f"{CODE}.between({{0}}, low={{low}}, high={{high}})"),
)
UNIT = (("low", -1.0), ("high", 1.0))


@elementwise(no_slope, BETWEEN, Role.STOPS, params=UNIT, interval=(-0.9, 0.9))
def between(xp: Library, x: Array, *, low: float, high: float) -> Array:
    """1 where low < x < high, else 0: the slope of what is bounded. Derivative 0."""
    return ((x > low) & (x < high)).astype(x.dtype)


def hard_tanh_slope(y: Array, x: Array, *, low: float, high: float) -> Array:
    return between(x, low=low, high=high)


def bounded_notation(node: Node) -> Notation:
    """relu6 where that is what the bounds say."""
    name = "relu6" if (node.settings["low"], node.settings["high"]) == (0.0, 6.0) else "hard_tanh"
    plain = named(name)
    return Notation(plain.text, plain.latex, with_parameters("hard_tanh", "low", "high").code)


@elementwise(hard_tanh_slope, bounded_notation, Role.ROUTES, kink=CORNERS, params=UNIT)
def hard_tanh(xp: Library, x: Array, *, low: float, high: float) -> Array:
    """x kept between two bounds. Derivative 1{low < x < high}; 0 at the bounds, the subgradient of least norm."""
    return xp.clip(x, low, high).astype(x.dtype)


def at_three(x: Array) -> Array:
    return (x == 3) | (x == -3)


def hard_sigmoid_slope(y: Array, x: Array) -> Array:
    return between(x, low=-3.0, high=3.0) / 6


@elementwise(
    hard_sigmoid_slope, named("hard_sigmoid"), Role.ROUTES, type_rule=floating_type, kink=CORNERS, is_kink=at_three
)
def hard_sigmoid(xp: Library, x: Array) -> Array:
    """relu6(x + 3)/6. Derivative 1/6 between -3 and 3, else 0. Source: Howard et al., MobileNetV3 (2019)."""
    return xp.clip(x + 3, 0, 6) / rounded(6, x)


def rounded(number: float, like: Array) -> Any:
    """A number in the floating-point type of an array: 6, for whole numbers, stays 6."""
    return like.dtype.type(number) if like.dtype.kind == "f" else number


def hard_swish_slope(y: Array, x: Array) -> Array:
    return hard_sigmoid(x) + carry(between(x, low=-3.0, high=3.0), x / 6)


@elementwise(hard_swish_slope, named("hard_swish"), type_rule=floating_type, kink=CORNERS, is_kink=at_three)
def hard_swish(xp: Library, x: Array) -> Array:
    """x relu6(x + 3)/6. Derivative hard_sigmoid(x) + x/6 1{|x| < 3}. Source: Howard et al., MobileNetV3 (2019)."""
    return xp.maximum(x, -3) * (xp.clip(x + 3, 0, 6) / rounded(6, x))


# Exponential left sides -----------------------------------------------------------------------------------------------
SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def left(x: Array) -> Array:
    """1 where x < 0."""
    return positive(-x)


def below(x: Array) -> Array:
    """min(x, 0), so that exp of the side not taken cannot overflow."""
    return carry(left(x), x)


def selu_slope(y: Array, x: Array) -> Array:
    return SELU_SCALE * (1 - left(x) + left(x) * SELU_ALPHA * exp(below(x)))


@elementwise(selu_slope, named("selu"), type_rule=floating_type, kink=CORNERS, is_kink=is_zero)
def selu(xp: Library, x: Array) -> Array:
    """s x where x > 0, else s a (exp(x) - 1), with the a and s that keep mean 0 and variance 1.

    Derivative s or s a exp(x); s at 0. Source: Klambauer et al., Self-normalizing neural networks (2017).
    """
    return SELU_SCALE * xp.where(x > 0, x, SELU_ALPHA * xp.expm1(xp.minimum(x, 0)))


def celu_slope(y: Array, x: Array, *, alpha: float) -> Array:
    return 1 - left(x) + left(x) * exp(below(x) / alpha)


@elementwise(celu_slope, with_parameters("celu", "alpha"), type_rule=floating_type, params=(("alpha", 1.5),))
def celu(xp: Library, x: Array, *, alpha: float) -> Array:
    """x where x > 0, else a (exp(x/a) - 1): an elu whose slope is continuous. Derivative 1 or exp(x/a).

    Source: Barron, Continuously differentiable exponential linear units (2017).
    """
    return xp.where(x > 0, x, alpha * xp.expm1(xp.minimum(x, 0) / rounded(alpha, x)))[()]


# Smooth ones ----------------------------------------------------------------------------------------------------------
NOTHING_LEFT = -1000.0  # below it every tail is 0 in every dtype, and only -inf * 0 = NaN is to be avoided
CUBIC = 0.044715
STRETCH = math.sqrt(2 / math.pi)


def gelu_tanh_slope(y: Array, x: Array) -> Array:
    bent = tanh(STRETCH * (x + CUBIC * power(x, 3)))
    return 0.5 * (1 + bent) + 0.5 * carry(1 - square(bent), x * (STRETCH * (1 + 3 * CUBIC * square(x))))


@elementwise(gelu_tanh_slope, named("gelu_tanh"), type_rule=floating_type)
def gelu_tanh(xp: Library, x: Array) -> Array:
    """x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), close to gelu. Derivative by the product rule.

    Source: Hendrycks and Gimpel, Gaussian error linear units (2016), section 2.
    """
    bent = xp.tanh(STRETCH * (x + CUBIC * (x * x * x)))
    return 0.5 * xp.maximum(x, NOTHING_LEFT) * (1 + bent)


def mish_slope(y: Array, x: Array) -> Array:
    bent = tanh(softplus(x))
    return bent + carry(1 - square(bent), silu(x))


@elementwise(mish_slope, named("mish"), type_rule=floating_type)
def mish(xp: Library, x: Array) -> Array:
    """x tanh(softplus(x)). Derivative t + x sigmoid(x) (1 - t^2) with t = tanh(softplus(x)). Source: Misra (2019)."""
    return xp.maximum(x, NOTHING_LEFT) * xp.tanh(xp.logaddexp(x, 0))


def softsign_slope(y: Array, x: Array) -> Array:
    return square(1 / (1 + abs(x)))


@elementwise(softsign_slope, named("softsign"), type_rule=floating_type)
def softsign(xp: Library, x: Array) -> Array:
    """x/(1 + |x|): a step from -1 to 1 with long tails. Derivative 1/(1 + |x|)^2."""
    far = xp.isinf(x)
    return xp.where(far, xp.sign(x), x / (1 + xp.where(far, 0, xp.absolute(x))))[()]


def tanhshrink_slope(y: Array, x: Array) -> Array:
    return square(tanh(x))


@elementwise(tanhshrink_slope, named("tanhshrink"), type_rule=floating_type)
def tanhshrink(xp: Library, x: Array) -> Array:
    """x - tanh(x). Derivative tanh(x)^2."""
    return x - xp.tanh(x)


# What is cut off ------------------------------------------------------------------------------------------------------
def outside(x: Array, width: float) -> Array:
    """1 where |x| > width."""
    return positive(abs(x) - width)


def shrink_slope(y: Array, x: Array, *, width: float) -> Array:
    return outside(x, width)


HALF = (("width", 0.5),)


@elementwise(shrink_slope, with_parameters("softshrink", "width"), Role.ROUTES, kink=CORNERS, params=HALF)
def softshrink(xp: Library, x: Array, *, width: float) -> Array:
    """x moved towards 0 by the width, and 0 within it: the proximal map of width |x|. Derivative 1{|x| > width}."""
    return (xp.sign(x) * xp.maximum(xp.absolute(x) - width, 0)).astype(x.dtype)


@elementwise(shrink_slope, with_parameters("hardshrink", "width"), Role.ROUTES, kink=JUMPS, params=HALF)
def hardshrink(xp: Library, x: Array, *, width: float) -> Array:
    """x where |x| > width, else 0. Derivative 1{|x| > width}."""
    return xp.where(xp.absolute(x) > width, x, 0)[()]


def threshold_slope(y: Array, x: Array, *, bound: float, value: float) -> Array:
    return positive(x - bound)


@elementwise(
    threshold_slope, with_parameters("threshold", "bound", "value"), Role.ROUTES, kink=JUMPS,
    params=(("bound", 0.5), ("value", -1.0)),
)  # fmt: skip
def threshold(xp: Library, x: Array, *, bound: float, value: float) -> Array:
    """x where x > bound, else a fixed value. Derivative 1{x > bound}."""
    return xp.where(x > bound, x, rounded(value, x)).astype(x.dtype)[()]
