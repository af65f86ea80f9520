"""Arithmetic, entry by entry: two arrays of one type in, one out."""

from __future__ import annotations

from typing import Any

from ..ir.library import Array, Library
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength, call, infix
from ..ir.op import Role
from .declare import POSITIVE, REAL, also_known_as, elementwise, floating_type

PLUS = infix(" + ", " + ", "+", Strength.SUM)
MINUS = infix(" - ", " - ", "-", Strength.SUM, associative=False)


def product_notation(node: Node) -> Notation:
    """A product of two arrays is marked as entry by entry; with a number on one side it is simply written beside it."""
    return _HADAMARD if all(_is_array(source) for source in node.inputs) else _SCALED


def _is_array(node: Node) -> bool:
    """Whether an operand has several entries of its own: a number that was broadcast has not."""
    if node.op.name != "broadcast":
        return node.type.ndim > 0
    while node.op.name == "broadcast":
        node = node.inputs[0]
    return node.type.size != 1


_SCALED = infix(" ", " ", "*", Strength.PRODUCT)
_HADAMARD = infix(" ⊙ ", r" \odot ", "*", Strength.HADAMARD, in_code=Strength.PRODUCT)
QUOTIENT = Notation(
    Form("{0} / {1}", Strength.PRODUCT, (Strength.PRODUCT, Strength.PRODUCT + 1)),
    Form(r"\frac{{{0}}}{{{1}}}", Strength.POSTFIX, (Strength.LOOSEST,)),
    Form("{0} / {1}", Strength.PRODUCT, (Strength.PRODUCT, Strength.PRODUCT + 1)),
)
POWER = Notation(
    Form("{0}^{1}", Strength.POWER, (Strength.ATOM, Strength.ATOM)),
    Form("{0}^{{{1}}}", Strength.POWER, (Strength.ATOM, Strength.LOOSEST)),
    Form("{0} ** {1}", Strength.POWER, (Strength.ATOM, Strength.ATOM)),
)
SQUARE = Notation(
    Form("{0}^2", Strength.POWER, (Strength.ATOM,)),
    Form("{0}^{{2}}", Strength.POWER, (Strength.ATOM,)),
    Form("{0} ** 2", Strength.POWER, (Strength.ATOM,)),
)


def fixed_power_notation(node: Node) -> Notation:
    """x^n with the number written in."""
    exponent = node.settings["exponent"]
    code = f"({exponent})" if exponent < 0 else f"{exponent}"
    return Notation(
        Form(f"{{0}}^{exponent}" if exponent >= 0 else f"{{0}}^({exponent})", Strength.POWER, (Strength.ATOM,)),
        Form(f"{{0}}^{{{{{exponent}}}}}", Strength.POWER, (Strength.ATOM,)),
        Form(f"{{0}} ** {code}", Strength.POWER, (Strength.ATOM,)),
    )


NEGATIVE = Notation(
    Form("-{0}", Strength.SUM, (Strength.PRODUCT,)),
    Form("-{0}", Strength.SUM, (Strength.PRODUCT,)),
    Form("-{0}", Strength.PREFIX, (Strength.PREFIX + 1,)),
)


def one(y: Array, *inputs: Array) -> int:
    """The slope of a copy."""
    return 1


def minus_one(y: Array, *inputs: Array) -> int:
    """The slope of a sign change."""
    return -1


@elementwise((one, one), PLUS, Role.COPIES)
def add(xp: Library, x: Array, y: Array) -> Array:
    """The sum x + y. Derivative (1, 1): the add gate distributes the full upstream gradient. Source: linearity."""
    return xp.add(x, y)


@elementwise((one, minus_one), MINUS, Role.COPIES)
def sub(xp: Library, x: Array, y: Array) -> Array:
    """The difference x - y. Derivative (1, -1). Source: linearity."""
    return xp.subtract(x, y)


def mul_left(z: Array, x: Array, y: Array) -> Array:
    return y


def mul_right(z: Array, x: Array, y: Array) -> Array:
    return x


@elementwise((mul_left, mul_right), product_notation, Role.SWAPS)
def mul(xp: Library, x: Array, y: Array) -> Array:
    """The product x y, entry by entry. Derivative (y, x): the multiply gate switches. Source: the product rule."""
    return xp.multiply(x, y)


def keep_zero_left(z: Array, x: Array, y: Array) -> Array:
    return y


def keep_zero_right(z: Array, x: Array, y: Array) -> Array:
    return x


@elementwise((keep_zero_left, keep_zero_right), product_notation, Role.SWAPS, singular=True)
def carry(xp: Library, gradient: Array, slope: Array) -> Array:
    """gradient times slope, where a gradient that is exactly zero stays zero even if the slope is infinite or NaN.

    A path that is not taken sends nothing: where(x > 0, log(x), 0) has derivative 0 at 0. Source: the strong zero of
    automatic differentiation (Griewank and Walther, Evaluating Derivatives, 2008, section 14).
    """
    return xp.where(xp.equal(gradient, 0), xp.multiply(gradient, 0), xp.multiply(gradient, slope))[()]


def div_left(z: Array, x: Array, y: Array) -> Array:
    return 1 / y


def div_right(z: Array, x: Array, y: Array) -> Array:
    return -z / y  # not -x / y**2: the square overflows where the quotient does not


@elementwise((div_left, div_right), QUOTIENT, Role.SCALES, interval=(REAL, POSITIVE), singular=True, type_rule=floating_type)
def div(xp: Library, x: Array, y: Array) -> Array:
    """The quotient x / y. Derivative (1/y, -x/y^2), written with the output: (1/y, -z/y). Source: the quotient rule."""
    return xp.true_divide(x, y)


@elementwise(minus_one, NEGATIVE, Role.COPIES)
def neg(xp: Library, x: Array) -> Array:
    """The negative -x. Derivative -1. Source: linearity."""
    return xp.negative(x)


def power_base(z: Array, x: Array, y: Array) -> Array:
    return carry(y, variable_power(x, y - 1))


def power_exponent(z: Array, x: Array, y: Array) -> Array:
    from .functions import log  # functions builds on arithmetic; only this slope goes the other way

    return carry(z, log(x))


@elementwise((power_base, power_exponent), POWER, Role.SCALES, interval=(POSITIVE, REAL), singular=True)
def variable_power_op(xp: Library, x: Array, y: Array) -> Array:
    """x to the power y. Derivative (y x^(y-1), x^y log x), where 0 log 0 counts as 0. Source: the power and exponential rules."""
    return xp.power(x, y)


variable_power = variable_power_op


def fixed_power_base(z: Array, x: Array, *, exponent: float) -> Array:
    return exponent * power(x, exponent - 1)


@elementwise(fixed_power_base, fixed_power_notation, singular=True, interval=POSITIVE, params=(("exponent", 3),))
def fixed_power_op(xp: Library, x: Array, *, exponent: float) -> Array:
    """x to a known power. Derivative n x^(n-1). Source: the power rule."""
    return xp.power(x, exponent) if exponent >= 0 or x.dtype.kind in "fc" else xp.power(1.0 * x, exponent)


def square_slope(y: Array, x: Array) -> Array:
    return 2 * x


@elementwise(square_slope, SQUARE)
def square(xp: Library, x: Array) -> Array:
    """The square x^2. Derivative 2x. Source: the power rule."""
    return xp.square(x)


def power(x: Any, y: Any) -> Any:
    """x to the power y. A Python number as exponent is part of the op, so that x**2 never computes log x.

    >>> float(power(3.0, 2))
    9.0
    """
    if type(y) not in (int, float):
        return variable_power(x, y)
    if y == 2:
        return square(x)
    if y == 1:
        return +x
    if y == 0:
        return stop_at_one(x)
    return fixed_power_op(x, exponent=int(y) if y == int(y) else y) if abs(y) < float("inf") else variable_power(x, y)


def no_slope(y: Array, x: Array) -> int:
    return 0


@elementwise(no_slope, Notation(Form("1"), Form("1"), Form("np.ones_like({0})")), Role.STOPS)
def stop_at_one(xp: Library, x: Array) -> Array:
    """x to the power 0: one everywhere, with derivative 0 to any order. Source: the empty product."""
    return xp.power(x, 0)


def step_slope(z: Array, x: Array, y: Array) -> int:
    return 0


STEP = Notation(
    Form("1{{{0} > {1}}}"), Form(r"\mathbb{{1}}\{{{0} > {1}\}}"), Form("np.heaviside({0} - {1}, 0.5)")
)  # fmt: skip


@elementwise((step_slope, step_slope), STEP, Role.STOPS)
def step(xp: Library, x: Array, y: Array) -> Array:
    """1 where x > y, 1/2 where they are equal, else 0: the slope of maximum. Derivative 0."""
    half = xp.where(xp.equal(x, y), 0.5, xp.where(xp.greater(x, y), 1.0, 0.0))
    return half.astype(xp.result_type(x, y))


def larger_left(z: Array, x: Array, y: Array) -> Array:
    return step(x, y)


def larger_right(z: Array, x: Array, y: Array) -> Array:
    return step(y, x)


def is_tie(x: Array, y: Array) -> Array:
    return x == y


TIE = "equal inputs: each receives half (least-norm convention)"


@elementwise((larger_left, larger_right), call("max", 2, "np.maximum", r"\max"), Role.ROUTES, kink=TIE, is_kink=is_tie)
def maximum(xp: Library, x: Array, y: Array) -> Array:
    """The larger of x and y. Derivative: 1 to the larger, 1/2 each at a tie. Source: subgradient of least norm."""
    return xp.maximum(x, y)


@elementwise((larger_right, larger_left), call("min", 2, "np.minimum", r"\min"), Role.ROUTES, kink=TIE, is_kink=is_tie)
def minimum(xp: Library, x: Array, y: Array) -> Array:
    """The smaller of x and y. Derivative: 1 to the smaller, 1/2 each at a tie. Source: subgradient of least norm."""
    return xp.minimum(x, y)


also_known_as(sub, "subtract")
also_known_as(mul, "multiply")
also_known_as(div, "divide", "true_divide")
also_known_as(neg, "negative")
also_known_as(power, "power", "float_power")
