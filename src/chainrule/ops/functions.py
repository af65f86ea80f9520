"""Functions of one number, entry by entry: an array in, one of the same shape out.

One idea: where it can be, a slope is written with the output of its op (tanh' = 1 - y^2), which is already known, is
stable, and is what a teacher writes.
"""

from __future__ import annotations

import math
from typing import Any

from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength, function
from ..ir.op import Complexes, Role
from .angles import direction
from .arithmetic import hypot, square
from .complexes import conj_op
from .declare import POSITIVE, UNIT, also_known_as, elementwise, floating_type, real_type

HOLOMORPHIC = Complexes.HOLOMORPHIC


def exp_slope(y: Array, x: Array) -> Array:
    return y


EXP = Notation(Form("exp({0})"), Form("e^{{{0}}}", Strength.POWER), Form("np.exp({0})"))


@elementwise(exp_slope, EXP, singular=True, type_rule=floating_type, complexes=HOLOMORPHIC)
def exp(xp: Library, x: Array) -> Array:
    """The exponential. Its own derivative."""
    return xp.exp(x)


def log_slope(y: Array, x: Array) -> Array:
    return 1 / x


@elementwise(
    log_slope, function("log", r"\log"), interval=POSITIVE, singular=True, type_rule=floating_type,
    complexes=HOLOMORPHIC,
)  # fmt: skip
def log(xp: Library, x: Array) -> Array:
    """The natural logarithm. Derivative 1/x."""
    return xp.log(x)


def log2_slope(y: Array, x: Array) -> Array:
    return (1 / math.log(2)) / x


@elementwise(
    log2_slope, function("log2", r"\log_2"), interval=POSITIVE, singular=True, type_rule=floating_type,
    complexes=HOLOMORPHIC,
)  # fmt: skip
def log2(xp: Library, x: Array) -> Array:
    """The logarithm to the base 2. Derivative 1/(x log 2). Source: log x / log 2."""
    return xp.log2(x)


def log10_slope(y: Array, x: Array) -> Array:
    return (1 / math.log(10)) / x


@elementwise(
    log10_slope, function("log10", r"\log_{10}"), interval=POSITIVE, singular=True, type_rule=floating_type,
    complexes=HOLOMORPHIC,
)  # fmt: skip
def log10(xp: Library, x: Array) -> Array:
    """The logarithm to the base 10. Derivative 1/(x log 10). Source: log x / log 10."""
    return xp.log10(x)


def exp2_slope(y: Array, x: Array) -> Array:
    return math.log(2) * y


EXP2 = Notation(
    Form("2^{0}", Strength.POWER, (Strength.ATOM,)), Form("2^{{{0}}}", Strength.POWER), Form("np.exp2({0})")
)


@elementwise(exp2_slope, EXP2, singular=True, type_rule=floating_type, complexes=HOLOMORPHIC)
def exp2(xp: Library, x: Array) -> Array:
    """2 to the power x. Derivative y log 2. Source: exp(x log 2)."""
    return xp.exp2(x)


def log1p_slope(y: Array, x: Array) -> Array:
    return 1 / (1 + x)


@elementwise(
    log1p_slope, function("log1p"), interval=(-0.7, 2.0), singular=True, type_rule=floating_type,
    complexes=HOLOMORPHIC,
)  # fmt: skip
def log1p(xp: Library, x: Array) -> Array:
    """log(1 + x), exact for small x. Derivative 1/(1 + x)."""
    return xp.log1p(x)


def expm1_slope(y: Array, x: Array) -> Array:
    return y + 1


@elementwise(expm1_slope, function("expm1"), singular=True, type_rule=floating_type, complexes=HOLOMORPHIC)
def expm1(xp: Library, x: Array) -> Array:
    """exp(x) - 1, exact for small x. Derivative y + 1."""
    return xp.expm1(x)


def sqrt_slope(y: Array, x: Array) -> Array:
    return 0.5 / y


SQRT = Notation(Form("sqrt({0})"), Form(r"\sqrt{{{0}}}"), Form("np.sqrt({0})"))


@elementwise(sqrt_slope, SQRT, interval=POSITIVE, singular=True, type_rule=floating_type, complexes=HOLOMORPHIC)
def sqrt(xp: Library, x: Array) -> Array:
    """The square root. Derivative 1/(2y), infinite at 0."""
    return xp.sqrt(x)


def cbrt_slope(y: Array, x: Array) -> Array:
    return (1 / 3) / square(y)


CBRT = Notation(Form("cbrt({0})"), Form(r"\sqrt[3]{{{0}}}"), Form("np.cbrt({0})"))


@elementwise(cbrt_slope, CBRT, interval=POSITIVE, singular=True, type_rule=floating_type)
def cbrt(xp: Library, x: Array) -> Array:
    """The cube root, of negative numbers too. Derivative 1/(3y^2), infinite at 0. Source: the inverse of y^3."""
    return xp.cbrt(x)


def sin_slope(y: Array, x: Array) -> Array:
    return cos(x)


@elementwise(sin_slope, function("sin", r"\sin"), singular=True, type_rule=floating_type, complexes=HOLOMORPHIC)
def sin(xp: Library, x: Array) -> Array:
    """The sine, of radians. Derivative cos x."""
    return xp.sin(x)


def cos_slope(y: Array, x: Array) -> Array:
    return -sin(x)


@elementwise(cos_slope, function("cos", r"\cos"), singular=True, type_rule=floating_type, complexes=HOLOMORPHIC)
def cos(xp: Library, x: Array) -> Array:
    """The cosine, of radians. Derivative -sin x."""
    return xp.cos(x)


def tan_slope(y: Array, x: Array) -> Array:
    return 1 + square(y)


@elementwise(
    tan_slope, function("tan", r"\tan"), interval=(-1.2, 1.2), singular=True, type_rule=floating_type,
    complexes=HOLOMORPHIC,
)  # fmt: skip
def tan(xp: Library, x: Array) -> Array:
    """The tangent, of radians. Derivative 1 + y^2."""
    return xp.tan(x)


def arcsin_slope(y: Array, x: Array) -> Array:
    return 1 / sqrt((1 - x) * (1 + x))  # not 1 - x^2, which loses the digits of x near 1


@elementwise(
    arcsin_slope, function("arcsin", r"\arcsin"), interval=UNIT, singular=True, type_rule=floating_type,
    complexes=HOLOMORPHIC,
)  # fmt: skip
def arcsin(xp: Library, x: Array) -> Array:
    """The inverse sine. Derivative 1/sqrt(1 - x^2), infinite at -1 and 1."""
    return xp.arcsin(x)


def arccos_slope(y: Array, x: Array) -> Array:
    return -1 / sqrt((1 - x) * (1 + x))


@elementwise(
    arccos_slope, function("arccos", r"\arccos"), interval=UNIT, singular=True, type_rule=floating_type,
    complexes=HOLOMORPHIC,
)  # fmt: skip
def arccos(xp: Library, x: Array) -> Array:
    """The inverse cosine. Derivative -1/sqrt(1 - x^2), infinite at -1 and 1."""
    return xp.arccos(x)


def arctan_slope(y: Array, x: Array) -> Array:
    return 1 / (1 + square(x))  # the square may overflow, and then 0 is the right answer


@elementwise(arctan_slope, function("arctan", r"\arctan"), type_rule=floating_type, complexes=HOLOMORPHIC)
def arctan(xp: Library, x: Array) -> Array:
    """The inverse tangent. Derivative 1/(1 + x^2)."""
    return xp.arctan(x)


def sinh_slope(y: Array, x: Array) -> Array:
    return cosh(x)


@elementwise(sinh_slope, function("sinh", r"\sinh"), singular=True, type_rule=floating_type, complexes=HOLOMORPHIC)
def sinh(xp: Library, x: Array) -> Array:
    """The hyperbolic sine. Derivative cosh x."""
    return xp.sinh(x)


def cosh_slope(y: Array, x: Array) -> Array:
    return sinh(x)


@elementwise(cosh_slope, function("cosh", r"\cosh"), singular=True, type_rule=floating_type, complexes=HOLOMORPHIC)
def cosh(xp: Library, x: Array) -> Array:
    """The hyperbolic cosine. Derivative sinh x."""
    return xp.cosh(x)


def tanh_slope(y: Array, x: Array) -> Array:
    slope = 1 - square(y)
    return slope if type(y) is Node or y.dtype.kind == "c" else in_the_tail(slope, 2 * x, 4)


def in_the_tail(slope: Array, x: Array, scale: float) -> Array:
    """The slope of a saturating function of numbers, with its digits where 1 - y has none left: there it is
    `scale` e / (1 + e)^2 with e = exp(-|x|). Which is one formula for both, but only the short one is said."""
    xp = reference()
    flat = xp.less(slope, _FLAT)
    if not flat.any():
        return slope
    small = xp.exp(-xp.absolute(x))
    return xp.where(flat, (scale * small / square(1 + small)).astype(slope.dtype), slope)[()]


_FLAT = 1e-3  # from here on 1 - y has lost three digits


@elementwise(tanh_slope, function("tanh", r"\tanh"), type_rule=floating_type, complexes=HOLOMORPHIC)
def tanh(xp: Library, x: Array) -> Array:
    """The hyperbolic tangent: a smooth step from -1 to 1. Derivative 1 - y^2."""
    return xp.tanh(x)


def arcsinh_slope(y: Array, x: Array) -> Array:
    if x.dtype.kind == "c":
        return 1 / (sqrt(1 - 1j * x) * sqrt(1 + 1j * x))
    return 1 / hypot(1.0, x)  # not sqrt(1 + x^2): the square overflows


@elementwise(arcsinh_slope, function("arcsinh"), type_rule=floating_type, complexes=HOLOMORPHIC)
def arcsinh(xp: Library, x: Array) -> Array:
    """The inverse hyperbolic sine. Derivative 1/sqrt(1 + x^2)."""
    return xp.arcsinh(x)


def arccosh_slope(y: Array, x: Array) -> Array:
    return 1 / (sqrt(x - 1) * sqrt(x + 1))


@elementwise(
    arccosh_slope, function("arccosh"), interval=(1.2, 3.0), singular=True, type_rule=floating_type,
    complexes=HOLOMORPHIC,
)  # fmt: skip
def arccosh(xp: Library, x: Array) -> Array:
    """The inverse hyperbolic cosine, of x >= 1. Derivative 1/sqrt(x^2 - 1), infinite at 1."""
    return xp.arccosh(x)


def arctanh_slope(y: Array, x: Array) -> Array:
    return 1 / ((1 - x) * (1 + x))


@elementwise(
    arctanh_slope, function("arctanh"), interval=UNIT, singular=True, type_rule=floating_type,
    complexes=HOLOMORPHIC,
)  # fmt: skip
def arctanh(xp: Library, x: Array) -> Array:
    """The inverse hyperbolic tangent, of -1 < x < 1. Derivative 1/(1 - x^2), infinite at -1 and 1."""
    return xp.arctanh(x)


def sign_slope(y: Array, x: Array) -> int:
    return 0


def is_zero(x: Array) -> Array:
    return x == 0


JUMP = "a jump at 0: the derivative is 0 everywhere else, and 0 is used there"


@elementwise(sign_slope, function("sign", r"\operatorname{sign}"), Role.STOPS, kink=JUMP, is_kink=is_zero)
def sign(xp: Library, x: Array) -> Array:
    """-1, 0 or 1. Derivative 0 (least norm at the jump)."""
    return xp.sign(x)


def signum(x: Any) -> Any:
    """np.sign: -1, 0 or 1; of a complex number its direction z/|z|."""
    array = as_array(x)
    return direction(array) if array.dtype.kind == "c" else sign(array)


def abs_slope(y: Array, x: Array) -> Array:
    return conj_op(direction(x)) if x.dtype.kind == "c" else sign(x)


ABS = Notation(Form("|{0}|"), Form(r"\left|{0}\right|"), Form("np.abs({0})"))
CORNER = "a corner at 0: slope 0 is used there (least-norm convention)"


@elementwise(abs_slope, ABS, kink=CORNER, is_kink=is_zero, type_rule=real_type, complexes=HOLOMORPHIC)
def abs(xp: Library, x: Array) -> Array:
    """The absolute value. Derivative sign(x); 0 at 0, the subgradient of least norm.

    Of a complex number the gradient is its direction z/|z|.
    """
    return xp.absolute(x)


also_known_as(abs, "absolute", "fabs")
also_known_as(signum, "sign")
