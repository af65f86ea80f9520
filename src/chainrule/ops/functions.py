"""Functions of one number, entry by entry: an array in, one of the same shape out.

One idea: where it can be, a slope is written with the output of its op (tanh' = 1 - y^2), which is already known, is
stable, and is what a teacher writes.
"""

from __future__ import annotations

import math
from typing import Any

from ..ir.library import Array, Library
from ..ir.notation import Form, Notation, Strength, function
from ..ir.op import Role
from .arithmetic import square
from .declare import POSITIVE, UNIT, also_known_as, elementwise, floating_type


def exp_slope(y: Array, x: Array) -> Array:
    return y


EXP = Notation(
    Form("exp({0})"), Form("e^{{{0}}}", Strength.POWER), Form("np.exp({0})")
)  # fmt: skip


@elementwise(exp_slope, EXP, type_rule=floating_type)
def exp(xp: Library, x: Array) -> Array:
    """The exponential. Its own derivative."""
    return xp.exp(x)


def log_slope(y: Array, x: Array) -> Array:
    return 1 / x


@elementwise(log_slope, function("log", r"\log"), interval=POSITIVE, singular=True, type_rule=floating_type)
def log(xp: Library, x: Array) -> Array:
    """The natural logarithm. Derivative 1/x."""
    return xp.log(x)


def log1p_slope(y: Array, x: Array) -> Array:
    return 1 / (1 + x)


@elementwise(log1p_slope, function("log1p"), interval=(-0.7, 2.0), singular=True, type_rule=floating_type)
def log1p(xp: Library, x: Array) -> Array:
    """log(1 + x), exact for small x. Derivative 1/(1 + x)."""
    return xp.log1p(x)


def expm1_slope(y: Array, x: Array) -> Array:
    return y + 1


@elementwise(expm1_slope, function("expm1"), type_rule=floating_type)
def expm1(xp: Library, x: Array) -> Array:
    """exp(x) - 1, exact for small x. Derivative y + 1."""
    return xp.expm1(x)


def sqrt_slope(y: Array, x: Array) -> Array:
    return 0.5 / y


SQRT = Notation(Form("sqrt({0})"), Form(r"\sqrt{{{0}}}"), Form("np.sqrt({0})"))


@elementwise(sqrt_slope, SQRT, interval=POSITIVE, singular=True, type_rule=floating_type)
def sqrt(xp: Library, x: Array) -> Array:
    """The square root. Derivative 1/(2y), infinite at 0."""
    return xp.sqrt(x)


def sin_slope(y: Array, x: Array) -> Array:
    return cos(x)


@elementwise(sin_slope, function("sin", r"\sin"), type_rule=floating_type)
def sin(xp: Library, x: Array) -> Array:
    """The sine, of radians. Derivative cos x."""
    return xp.sin(x)


def cos_slope(y: Array, x: Array) -> Array:
    return -sin(x)


@elementwise(cos_slope, function("cos", r"\cos"), type_rule=floating_type)
def cos(xp: Library, x: Array) -> Array:
    """The cosine, of radians. Derivative -sin x."""
    return xp.cos(x)


def tan_slope(y: Array, x: Array) -> Array:
    return 1 + square(y)


@elementwise(tan_slope, function("tan", r"\tan"), interval=(-1.2, 1.2), type_rule=floating_type)
def tan(xp: Library, x: Array) -> Array:
    """The tangent, of radians. Derivative 1 + y^2."""
    return xp.tan(x)


def arcsin_slope(y: Array, x: Array) -> Array:
    return 1 / sqrt((1 - x) * (1 + x))  # not 1 - x^2, which loses the digits of x near 1


@elementwise(arcsin_slope, function("arcsin", r"\arcsin"), interval=UNIT, singular=True, type_rule=floating_type)
def arcsin(xp: Library, x: Array) -> Array:
    """The inverse sine. Derivative 1/sqrt(1 - x^2), infinite at -1 and 1."""
    return xp.arcsin(x)


def arccos_slope(y: Array, x: Array) -> Array:
    return -1 / sqrt((1 - x) * (1 + x))


@elementwise(arccos_slope, function("arccos", r"\arccos"), interval=UNIT, singular=True, type_rule=floating_type)
def arccos(xp: Library, x: Array) -> Array:
    """The inverse cosine. Derivative -1/sqrt(1 - x^2), infinite at -1 and 1."""
    return xp.arccos(x)


def arctan_slope(y: Array, x: Array) -> Array:
    return 1 / (1 + square(x))  # the square may overflow, and then 0 is the right answer


@elementwise(arctan_slope, function("arctan", r"\arctan"), type_rule=floating_type)
def arctan(xp: Library, x: Array) -> Array:
    """The inverse tangent. Derivative 1/(1 + x^2)."""
    return xp.arctan(x)


def sinh_slope(y: Array, x: Array) -> Array:
    return cosh(x)


@elementwise(sinh_slope, function("sinh", r"\sinh"), type_rule=floating_type)
def sinh(xp: Library, x: Array) -> Array:
    """The hyperbolic sine. Derivative cosh x."""
    return xp.sinh(x)


def cosh_slope(y: Array, x: Array) -> Array:
    return sinh(x)


@elementwise(cosh_slope, function("cosh", r"\cosh"), type_rule=floating_type)
def cosh(xp: Library, x: Array) -> Array:
    """The hyperbolic cosine. Derivative sinh x."""
    return xp.cosh(x)


def tanh_slope(y: Array, x: Array) -> Array:
    return 1 - square(y)


@elementwise(tanh_slope, function("tanh", r"\tanh"), type_rule=floating_type)
def tanh(xp: Library, x: Array) -> Array:
    """The hyperbolic tangent: a smooth step from -1 to 1. Derivative 1 - y^2."""
    return xp.tanh(x)


def sign_slope(y: Array, x: Array) -> int:
    return 0


def is_zero(x: Array) -> Array:
    return x == 0


JUMP = "a jump at 0: the derivative is 0 everywhere else, and 0 is used there"


@elementwise(sign_slope, function("sign", r"\operatorname{sign}"), Role.STOPS, kink=JUMP, is_kink=is_zero)
def sign(xp: Library, x: Array) -> Array:
    """-1, 0 or 1. Derivative 0 (least norm at the jump)."""
    return xp.sign(x)


def abs_slope(y: Array, x: Array) -> Array:
    return sign(x)


ABS = Notation(Form("|{0}|"), Form(r"\left|{0}\right|"), Form("np.abs({0})"))
CORNER = "a corner at 0: slope 0 is used there (least-norm convention)"


@elementwise(abs_slope, ABS, kink=CORNER, is_kink=is_zero)
def abs(xp: Library, x: Array) -> Array:
    """The absolute value. Derivative sign(x); 0 at 0, the subgradient of least norm."""
    return xp.absolute(x)


def sigmoid_slope(y: Array, x: Array) -> Array:
    return y * (1 - y)


@elementwise(sigmoid_slope, function("sigmoid", r"\sigma", "chainrule.sigmoid"), type_rule=floating_type)
def sigmoid(xp: Library, x: Array) -> Array:
    """The logistic function 1/(1 + exp(-x)). Derivative y(1 - y). exp is only taken of negative numbers, so none overflows."""
    small = xp.exp(-xp.absolute(x))
    return xp.where(x >= 0, 1, small) / (1 + small)


def softplus_slope(y: Array, x: Array) -> Array:
    return sigmoid(x)


@elementwise(softplus_slope, function("softplus", code="chainrule.softplus"), type_rule=floating_type)
def softplus(xp: Library, x: Array) -> Array:
    """log(1 + exp(x)) without overflow. Derivative sigmoid(x)."""
    return xp.logaddexp(x, x * 0)


def positive_slope(y: Array, x: Array) -> int:
    return 0


POSITIVE_PART = Notation(
    Form("1{{{0} > 0}}"), Form(r"\mathbb{{1}}\{{{0} > 0\}}"), Form("chainrule.positive({0})")
)  # fmt: skip


@elementwise(positive_slope, POSITIVE_PART, Role.STOPS)
def positive(xp: Library, x: Array) -> Array:
    """1 where x > 0, else 0: the slope of relu. Derivative 0."""
    return (x > 0).astype(x.dtype)


def relu_slope(y: Array, x: Array) -> Array:
    return positive(x)


OFF = "a corner at 0: slope 0 is used there (least-norm convention; 1 and 1/2 are also in use)"


@elementwise(relu_slope, function("relu", code="chainrule.relu"), Role.ROUTES, kink=OFF, is_kink=is_zero)
def relu(xp: Library, x: Array) -> Array:
    """max(x, 0). Derivative 1{x > 0}; 0 at 0, the subgradient of least norm."""
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


LEAK = "a corner at 0: the smaller slope is used there (least-norm convention)"


@elementwise(leaky_relu_slope, with_slope("leaky_relu", "slope"), kink=LEAK, is_kink=is_zero, params=(("slope", 0.01),))
def leaky_relu_op(xp: Library, x: Array, *, slope: float) -> Array:
    """x where x > 0, else slope * x. Derivative 1 or slope."""
    return xp.where(x > 0, x, slope * x)[()]


def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """x where x > 0, else slope * x (same shape as x)."""
    return leaky_relu_op(x, slope=slope)


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
    """The exponential linear unit (same shape as x)."""
    return elu_op(x, alpha=alpha)


def erf_slope(y: Array, x: Array) -> Array:
    return (2 / math.sqrt(math.pi)) * exp(-square(x))


@elementwise(erf_slope, function("erf", code="chainrule.erf"), type_rule=floating_type)
def erf(xp: Library, x: Array) -> Array:
    """The error function. Derivative 2/sqrt(pi) exp(-x^2)."""
    from .special import error_function  # numbers only; kept apart because it is long

    return error_function(xp, x)


def gelu_slope(y: Array, x: Array) -> Array:
    return 0.5 * (1 + erf(x * math.sqrt(0.5))) + x * exp(-0.5 * square(x)) * (1 / math.sqrt(2 * math.pi))


@elementwise(gelu_slope, function("gelu", code="chainrule.gelu"), type_rule=floating_type)
def gelu(xp: Library, x: Array) -> Array:
    """x Phi(x), Phi the normal distribution function. Source: Hendrycks and Gimpel, 2016 (the exact form)."""
    from .special import complementary_error_function

    return 0.5 * x * complementary_error_function(xp, -x * math.sqrt(0.5))


def silu_slope(y: Array, x: Array) -> Array:
    return sigmoid(x) * (1 + x * (1 - sigmoid(x)))


@elementwise(silu_slope, function("silu", code="chainrule.silu"), type_rule=floating_type)
def silu(xp: Library, x: Array) -> Array:
    """x sigmoid(x). Derivative s(1 + x(1 - s)) with s = sigmoid(x). Source: Elfwing et al., 2018."""
    small = xp.exp(-xp.absolute(x))
    return x * (xp.where(x >= 0, 1, small) / (1 + small))


also_known_as(abs, "absolute", "fabs")
