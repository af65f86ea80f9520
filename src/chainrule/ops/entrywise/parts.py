"""Parts and neighbours of numbers, entry by entry: fractions, mantissas, remainders, and which of two is larger.

One idea: a whole part stands still and then jumps, so the slope belongs to the other part. What replaces a missing
number (NaN) is a path taken; the missing number is one that is not, and receives an exact zero.
"""

from __future__ import annotations

import math
from typing import Any

from ...ir.library import Array, Library, reference
from ...ir.notation import Form, Notation, call, function
from ...ir.op import Complexes, Domain, Flat, Linear, Role, Sample
from ...ir.types import ArrayType, array_type
from ..activations import sigmoid
from ..arithmetic import TIE, are_equal, step
from ..choices import astype, comparison, isnan, question, where
from ..declare import POSITIVE, REAL, also_known_as, elementwise, floating_type, op
from ..functions import exp2
from ..pairs import lead
from ..rounding import JUMPS, STEPS, floor_divide, remainder, rint, trunc


# Remainders and fractions --------------------------------------------------------------------------------------------
def fmod_left(z: Array, x: Array, y: Array) -> int:
    return 1


def fmod_right(z: Array, x: Array, y: Array) -> Array:
    return -rint((x - z) / y)  # the quotient is whole but for rounding


@elementwise((fmod_left, fmod_right), call("fmod", 2), interval=((2.1, 2.9), (0.9, 1.0)), kink=JUMPS, singular=True)
def fmod(xp: Library, x: Array, y: Array) -> Array:
    """x - y trunc(x/y), with the sign of x. Derivative (1, -trunc(x/y)): trunc stands still between jumps."""
    return xp.fmod(x, y)


def fraction_slope(y: Array, x: Array) -> int:
    return 1


@elementwise(
    fraction_slope,
    Notation(Form("frac({0})"), Form(r"\operatorname{{frac}}({0})"), Form("np.modf({0})[0]")),
    Role.COPIES,
    interval=(0.1, 0.9),
    type_rule=floating_type,
    kink=JUMPS,
)
def fraction(xp: Library, x: Array) -> Array:
    """What follows the point, with the sign of x. Derivative 1: the whole part stands still between jumps."""
    return xp.modf(x)[0]


def modf(x: Any) -> tuple[Any, Any]:
    """np.modf: the fraction and the whole part of x, both with its sign. The fraction has slope 1, the whole part 0.

    >>> modf(2.5)
    (np.float64(0.5), np.float64(2.0))
    """
    part = fraction(x)
    return part, astype(trunc(x), part.dtype)


def divmod(x: Any, y: Any) -> tuple[Any, Any]:
    """np.divmod: x // y (no gradient passes) and x % y.

    >>> divmod(7.5, 2.0)
    (np.float64(3.0), np.float64(1.5))
    """
    return floor_divide(x, y), remainder(x, y)


# Powers of two -------------------------------------------------------------------------------------------------------
def exponent_type(x: ArrayType) -> ArrayType:
    return array_type(x.shape, reference().dtype("int32"))


@op(
    "binary_exponent", STEPS,
    Notation(Form("exponent({0})"), Form(r"\operatorname{{exponent}}({0})"), Form("np.frexp({0})[1]")), Role.STOPS,
    type_rule=exponent_type, elementwise=True, domain=Domain((Sample(((3,),), (), ((1.1, 1.9),)),), JUMPS),
)  # fmt: skip
def binary_exponent(xp: Library, x: Array) -> Array:
    """The whole number e with |x| = m 2^e and 1/2 <= m < 1. Derivative 0: it jumps at powers of two."""
    return xp.frexp(x)[1]


def mantissa_slope(y: Array, x: Array) -> Array:
    return exp2(astype(-binary_exponent(x), x.dtype))


@elementwise(
    mantissa_slope,
    Notation(Form("mantissa({0})"), Form(r"\operatorname{{mantissa}}({0})"), Form("np.frexp({0})[0]")),
    interval=(1.1, 1.9),
    type_rule=floating_type,
    kink="jumps at powers of two: the derivative between them is used there",
)
def mantissa(xp: Library, x: Array) -> Array:
    """x / 2^e with the power of two that brings it between 1/2 and 1. Derivative 2^-e."""
    return xp.frexp(x)[0]


def frexp(x: Any) -> tuple[Any, Any]:
    """np.frexp: the mantissa m and the exponent e of x = m 2^e. The mantissa has slope 2^-e, the exponent none.

    >>> frexp(6.0)
    (np.float64(0.75), np.int32(3))
    """
    return mantissa(x), binary_exponent(x)


def ldexp_adjoint(g: Array, exponent: Array, x: Array) -> Array:
    return ldexp_op(exponent, g)


@op(
    "ldexp", Linear((None, ldexp_adjoint)),
    Notation(Form("{1} 2^{{{0}}}"), Form("{1} \\cdot 2^{{{0}}}"), Form("np.ldexp({1}, {0})")), Role.SCALES,
    type_rule=floating_type, elementwise=True, first_value_slot=1, domain=Domain((Sample(((3,), (3,))),)),
    complexes=Complexes.REFUSED,
)  # fmt: skip
def ldexp_op(xp: Library, exponent: Array, x: Array) -> Array:
    """x times a whole power of two. Adjoint: the same power times the gradient."""
    return xp.ldexp(x, exponent)


def ldexp(x: Any, exponent: Any) -> Any:
    """np.ldexp: x 2^exponent for whole exponents.

    >>> float(ldexp(0.75, 3))
    6.0
    """
    return ldexp_op(exponent, x)


# Larger and smaller --------------------------------------------------------------------------------------------------
def fmax_left(z: Array, x: Array, y: Array) -> Array:
    return where(isnan(x), 0.0, where(isnan(y), 1.0, step(x, y)))


def fmax_right(z: Array, x: Array, y: Array) -> Array:
    return fmax_left(z, y, x)


def fmin_left(z: Array, x: Array, y: Array) -> Array:
    return where(isnan(x), 0.0, where(isnan(y), 1.0, step(y, x)))


def fmin_right(z: Array, x: Array, y: Array) -> Array:
    return fmin_left(z, y, x)


@elementwise((fmax_left, fmax_right), call("fmax", 2), Role.ROUTES, kink=TIE, is_kink=are_equal)
def fmax(xp: Library, x: Array, y: Array) -> Array:
    """The larger of x and y, or the one that is a number. Derivative: 1 to the one taken, 1/2 each at a tie."""
    return xp.fmax(x, y)


@elementwise((fmin_left, fmin_right), call("fmin", 2), Role.ROUTES, kink=TIE, is_kink=are_equal)
def fmin(xp: Library, x: Array, y: Array) -> Array:
    """The smaller of x and y, or the one that is a number. Derivative: 1 to the one taken, 1/2 each at a tie."""
    return xp.fmin(x, y)


_LOG_2 = math.log(2)


def logaddexp2_left(z: Array, x: Array, y: Array) -> Array:
    return sigmoid(_LOG_2 * lead(x, y))


def logaddexp2_right(z: Array, x: Array, y: Array) -> Array:
    return logaddexp2_left(z, y, x)


@elementwise((logaddexp2_left, logaddexp2_right), call("logaddexp2", 2), singular=True, type_rule=floating_type)
def logaddexp2(xp: Library, x: Array, y: Array) -> Array:
    """log2(2^x + 2^y) without overflow. Derivative 2^(x - z) and 2^(y - z), as sigmoids of the difference."""
    return xp.logaddexp2(x, y)


# Neighbours and signs ------------------------------------------------------------------------------------------------
def beside(z: Array, x: Array, y: Array) -> int:
    return 1


def towards(z: Array, x: Array, y: Array) -> int:
    return 0


@elementwise((beside, towards), call("nextafter", 2), Role.COPIES, interval=(REAL, POSITIVE), type_rule=floating_type)
def nextafter(xp: Library, x: Array, y: Array) -> Array:
    """The number beside x on the way to y. Derivative (1, 0): it moves with x."""
    return xp.nextafter(x, y)


@op(
    "spacing", Flat("the distance between numbers jumps at powers of two and is 0 steep between them"),
    function("spacing"), Role.STOPS, type_rule=floating_type, elementwise=True, domain=Domain((Sample(((3,),)),)),
)  # fmt: skip
def spacing(xp: Library, x: Array) -> Array:
    """The distance from x to the next number away from 0. Derivative 0."""
    return xp.spacing(x)


@question("signbit")
def signbit(xp: Library, x: Array) -> Array:
    """Whether an entry has a minus sign (-0.0 has)."""
    return xp.signbit(x)


@question("isposinf")
def isposinf(xp: Library, x: Array) -> Array:
    """Whether an entry is plus infinity."""
    return xp.isposinf(x)


@question("isneginf")
def isneginf(xp: Library, x: Array) -> Array:
    """Whether an entry is minus infinity."""
    return xp.isneginf(x)


@comparison("logical_xor", "xor", r"\oplus", "np.logical_xor")
def logical_xor(xp: Library, x: Array, y: Array) -> Array:
    """Exactly one of both, entry by entry."""
    return xp.logical_xor(x, y)


for _function in (modf, divmod, frexp, ldexp):
    also_known_as(_function, _function.__name__)
