"""Activations and their kin, entry by entry: an array in, one of the same shape out.

One idea: each is computed in the form that neither overflows nor loses digits in its tails, and its slope says which
side of the corner was taken.
"""

from __future__ import annotations

import math
from typing import Any

from ..ir.coercion import as_array
from ..ir.library import Array, Library
from ..ir.node import Node
from ..ir.notation import Form, Notation, function
from ..ir.op import Role
from .arithmetic import carry, square
from .declare import also_known_as, elementwise, floating_type
from .error_function import complementary_error_function, error_function
from .functions import exp, in_the_tail, is_zero, tanh


def sigmoid_slope(y: Array, x: Array) -> Array:
    slope = y * (1 - y)
    return slope if type(y) is Node or y.dtype.kind == "c" else in_the_tail(slope, x, 1)


@elementwise(sigmoid_slope, function("sigmoid", r"\sigma", "chainrule.sigmoid"), type_rule=floating_type)
def sigmoid(xp: Library, x: Array) -> Array:
    """The logistic function 1/(1 + exp(-x)). Derivative y(1 - y). exp of negative numbers only: none overflows.

    >>> import chainrule
    >>> chainrule.sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    small = xp.exp(-xp.absolute(x))
    return xp.where(x >= 0, 1, small) / (1 + small)


def log_sigmoid_slope(y: Array, x: Array) -> Array:
    return sigmoid(-x)


@elementwise(
    log_sigmoid_slope, function("log_sigmoid", r"\log\sigma", "chainrule.ops.log_sigmoid"), type_rule=floating_type
)
def log_sigmoid(xp: Library, x: Array) -> Array:
    """log(sigmoid(x)) without underflow. Derivative sigmoid(-x)."""
    return -xp.logaddexp(-x, 0)


def softplus_slope(y: Array, x: Array) -> Array:
    return sigmoid(x)


@elementwise(softplus_slope, function("softplus", code="chainrule.softplus"), type_rule=floating_type)
def softplus(xp: Library, x: Array) -> Array:
    """log(1 + exp(x)) without overflow. Derivative sigmoid(x).

    >>> import chainrule
    >>> float(chainrule.softplus(1000.0))
    1000.0
    """
    return xp.logaddexp(x, 0)


def logcosh_slope(y: Array, x: Array) -> Array:
    return tanh(x)


@elementwise(logcosh_slope, function("logcosh", r"\log\cosh", "chainrule.ops.logcosh"), type_rule=floating_type)
def logcosh(xp: Library, x: Array) -> Array:
    """log(cosh(x)) without overflow, a smooth |x|. Derivative tanh(x).

    >>> import chainrule
    >>> float(chainrule.ops.logcosh(1000.0).round(6))
    999.306853
    """
    size = xp.absolute(x)
    small = xp.sinh(xp.minimum(size, 1) / 2)  # cosh(x) = 1 + 2 sinh(x/2)^2 keeps the digits of small x
    return xp.where(size < 1, xp.log1p(2 * small * small), size + xp.log1p(xp.exp(-2 * size)) - math.log(2))[()]


def logit_slope(y: Array, x: Array) -> Array:
    return 1 / (x * (1 - x))


@elementwise(
    logit_slope, function("logit", code="chainrule.ops.logit"), interval=(0.1, 0.9), singular=True,
    type_rule=floating_type,
)  # fmt: skip
def logit(xp: Library, x: Array) -> Array:
    """log(x / (1 - x)), the inverse of sigmoid. Derivative 1/(x(1 - x)), infinite at 0 and 1."""
    middle = 2 * (x - 0.5)  # where the two logarithms nearly cancel
    near = xp.absolute(middle) < 0.5
    moved = xp.where(near, middle, 0)
    return xp.where(near, xp.log1p(moved) - xp.log1p(-moved), xp.log(x) - xp.log1p(-x))[()]


def positive_slope(y: Array, x: Array) -> int:
    return 0


POSITIVE_PART = Notation(Form("1{{{0} > 0}}"), Form(r"\mathbb{{1}}\{{{0} > 0\}}"), Form("chainrule.positive({0})"))


@elementwise(positive_slope, POSITIVE_PART, Role.STOPS)
def positive(xp: Library, x: Array) -> Array:
    """1 where x > 0, else 0: the slope of relu. Derivative 0."""
    return (x > 0).astype(x.dtype)


def relu_slope(y: Array, x: Array) -> Array:
    return positive(x)


OFF = "a corner at 0: slope 0 is used there (least-norm convention; 1 and 1/2 are also in use)"


@elementwise(relu_slope, function("relu", code="chainrule.relu"), Role.ROUTES, kink=OFF, is_kink=is_zero)
def relu(xp: Library, x: Array) -> Array:
    """max(x, 0). Derivative 1{x > 0}; 0 at 0, the subgradient of least norm.

    >>> import chainrule
    >>> chainrule.relu([-1.0, 0.0, 2.0])
    array([0., 0., 2.])
    """
    return xp.maximum(x, 0)


def with_slope(name: str, parameter: str) -> Any:
    """Notation for an activation whose parameter is written only in code."""
    return Notation(
        Form(f"{name}({{0}})"),
        Form(rf"\operatorname{{{{{name.replace('_', ' ')}}}}}({{0}})"),
        Form(f"chainrule.{name}({{0}}, {{{parameter}}})"),
    )


def leaky_relu_slope(y: Array, x: Array, *, slope: float) -> Array:
    return slope + (1 - slope) * positive(x)


LEAK = "a corner at 0: the slope of the left side is used there (the smaller one, by the least-norm convention)"


@elementwise(
    leaky_relu_slope, with_slope("leaky_relu", "slope"), type_rule=floating_type, kink=LEAK, is_kink=is_zero,
    params=(("slope", 0.01),),
)  # fmt: skip
def leaky_relu_op(xp: Library, x: Array, *, slope: float) -> Array:
    """x where x > 0, else slope * x. Derivative 1 or slope. Source: Maas, Hannun and Ng, 2013."""
    return xp.where(x > 0, x, slope * x)[()]


def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """x where x > 0, else slope * x (same shape as x).

    >>> import chainrule
    >>> chainrule.leaky_relu([-1.0, 2.0], slope=0.1)
    array([-0.1,  2. ])
    """
    return leaky_relu_op(as_array(x), slope=float(slope))


def elu_slope(y: Array, x: Array, *, alpha: float) -> Array:
    return positive(x) + (1 - positive(x)) * alpha * exp(minimum_zero(x))


def minimum_zero(x: Array) -> Array:
    """min(x, 0), so that exp of the side not taken cannot overflow."""
    return -relu(-x)


@elementwise(elu_slope, with_slope("elu", "alpha"), params=(("alpha", 1.0),), type_rule=floating_type)
def elu_op(xp: Library, x: Array, *, alpha: float) -> Array:
    """x where x > 0, else alpha (exp(x) - 1). Derivative 1 or alpha exp(x). Source: Clevert et al., 2015."""
    return xp.where(x > 0, x, alpha * xp.expm1(xp.minimum(x, 0)))[()]


def elu(x: Any, alpha: float = 1.0) -> Any:
    """The exponential linear unit: x where x > 0, else alpha (exp(x) - 1) (same shape as x).

    >>> import chainrule
    >>> chainrule.elu([-1000.0, 2.0], alpha=0.5)
    array([-0.5,  2. ])
    """
    return elu_op(as_array(x), alpha=float(alpha))


def erf_slope(y: Array, x: Array) -> Array:
    return (2 / math.sqrt(math.pi)) * exp(-square(x))


@elementwise(erf_slope, function("erf", code="chainrule.erf"), type_rule=floating_type)
def erf(xp: Library, x: Array) -> Array:
    """The error function. Derivative 2/sqrt(pi) exp(-x^2)."""
    return error_function(xp, x)


def erfc_slope(y: Array, x: Array) -> Array:
    return (-2 / math.sqrt(math.pi)) * exp(-square(x))


@elementwise(erfc_slope, function("erfc", code="chainrule.ops.erfc"), type_rule=floating_type)
def erfc(xp: Library, x: Array) -> Array:
    """1 - erf(x), exact in the right tail. Derivative -2/sqrt(pi) exp(-x^2)."""
    return complementary_error_function(xp, x)


def gelu_slope(y: Array, x: Array) -> Array:
    """Phi(x) + x phi(x). Phi by erfc, which keeps its digits in the left tail."""
    density = (1 / math.sqrt(2 * math.pi)) * exp(-0.5 * square(x))
    return 0.5 * erfc(-math.sqrt(0.5) * x) + carry(density, x)


@elementwise(gelu_slope, function("gelu", code="chainrule.gelu"), type_rule=floating_type)
def gelu(xp: Library, x: Array) -> Array:
    """x Phi(x), Phi the normal distribution function. Source: Hendrycks and Gimpel, 2016 (the exact form)."""
    return xp.maximum(x, _NOTHING_LEFT) * (0.5 * complementary_error_function(xp, -math.sqrt(0.5) * x))


def silu_slope(y: Array, x: Array) -> Array:
    return sigmoid(x) + carry(1 - sigmoid(x), y)


@elementwise(silu_slope, function("silu", code="chainrule.silu"), type_rule=floating_type)
def silu(xp: Library, x: Array) -> Array:
    """x sigmoid(x). Derivative s + y(1 - s) with s = sigmoid(x). Source: Elfwing et al., 2018."""
    small = xp.exp(-xp.absolute(x))
    return xp.maximum(x, _NOTHING_LEFT) * (xp.where(x >= 0, 1, small) / (1 + small))


_NOTHING_LEFT = -1000.0  # exp(-1000) is 0 in every dtype: below it only -inf * 0 = NaN is to be avoided


def positive_sign(x: Any) -> Any:
    """+x: x itself, as np.positive gives it (the op `positive` is the slope of relu, and no name of NumPy's)."""
    return +as_array(x)


also_known_as(positive_sign, "positive")
