"""Arithmetic, entry by entry: two arrays of one type in, one out.

One idea: every slope is written so that it is right wherever its value can be held: no denominator is squared, and a
gradient of exactly zero stays zero whatever it meets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength, call, infix
from ..ir.op import Complexes, Custom, Domain, Role, Sample
from ..ir.precision import INEXACT
from ..ir.types import ArrayType, array_type
from .complexes import conjugated
from .declare import POSITIVE, REAL, also_known_as, elementwise, floating_type, op, same_type

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
SQUARE = Notation(
    Form("{0}^2", Strength.POWER, (Strength.ATOM,)),
    Form("{0}^{{2}}", Strength.POWER, (Strength.ATOM,)),
    Form("{0} ** 2", Strength.POWER, (Strength.ATOM,)),
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


@elementwise((one, one), PLUS, Role.COPIES, complexes=Complexes.HOLOMORPHIC)
def add(xp: Library, x: Array, y: Array) -> Array:
    """The sum x + y. Derivative (1, 1): the add gate distributes the full upstream gradient. Source: linearity."""
    return xp.add(x, y)


@elementwise((one, minus_one), MINUS, Role.COPIES, complexes=Complexes.HOLOMORPHIC)
def sub(xp: Library, x: Array, y: Array) -> Array:
    """The difference x - y. Derivative (1, -1). Source: linearity."""
    return xp.subtract(x, y)


def mul_left(z: Array, x: Array, y: Array) -> Array:
    return y


def mul_right(z: Array, x: Array, y: Array) -> Array:
    return x


# singular: where(x > 0, x * log(x), 0) at 0 would otherwise send 0 * log(0) = NaN
@elementwise(
    (mul_left, mul_right), product_notation, Role.SWAPS, singular=True, complexes=Complexes.HOLOMORPHIC
)  # fmt: skip
def mul(xp: Library, x: Array, y: Array) -> Array:
    """The product x y, entry by entry. Derivative (y, x): the multiply gate switches. Source: the product rule."""
    return xp.multiply(x, y)


def carry_pull(g: Array, z: Array, gradient: Array, slope: Array) -> tuple[Array, Array]:
    return carry(g, conjugated(slope)), meet(conjugated(gradient), g)


def carry_push(tangents: tuple[Any, ...], z: Array, gradient: Array, slope: Array) -> Array:
    first = None if tangents[0] is None else carry(tangents[0], slope)
    second = None if tangents[1] is None else meet(gradient, tangents[1])
    return second if first is None else first if second is None else first + second


def meet_pull(g: Array, z: Array, x: Array, y: Array) -> tuple[Array, Array]:
    return meet(g, conjugated(y)), meet(g, conjugated(x))


def meet_push(tangents: tuple[Any, ...], z: Array, x: Array, y: Array) -> Array:
    first = None if tangents[0] is None else meet(tangents[0], y)
    second = None if tangents[1] is None else meet(x, tangents[1])
    return second if first is None else first if second is None else first + second


def has_nan(xp: Library, product: Array) -> bool:
    """Whether a product may have met a zero beside an infinity: looking is cheaper than selecting entry by entry.

    Libraries other than the reference may be tracing, where there is nothing to look at.
    """
    if xp is not reference():
        return True
    seen = xp.vdot(product, product) if product.ndim else product  # NaN if any entry is
    return bool(seen != seen)


_PAIR = Domain(tuple(Sample((shape, shape)) for shape in ((3,), (2, 3), ())))


def guarded_notation(name: str) -> Callable[[Node], Notation]:
    """Written and read as a product; what runs keeps its zeros."""

    def notation(node: Node) -> Notation:
        product = product_notation(node)
        return Notation(product.text, product.latex, product.code, Form(f"chainrule.ops.{name}({{0}}, {{1}})"))

    return notation


@op(
    "carry", Custom(carry_pull, carry_push), guarded_notation("carry"), Role.SWAPS, type_rule=same_type, domain=_PAIR,
    elementwise=True, complexes=Complexes.OWN,
)  # fmt: skip
def carry(xp: Library, gradient: Array, slope: Array) -> Array:
    """gradient times slope, where a gradient that is exactly zero stays zero even if the slope is infinite or NaN.

    A path that is not taken sends nothing: where(x > 0, log(x), 0) has derivative 0 at 0. A slope of zero beside an
    infinite gradient is NaN, for there the derivative is not known. Source: the strong zero of automatic
    differentiation (Griewank and Walther, Evaluating Derivatives, 2008, section 14).
    """
    product = gradient * slope
    return xp.where(xp.equal(gradient, 0), gradient, product)[()] if has_nan(xp, product) else product


@op(
    "meet", Custom(meet_pull, meet_push), guarded_notation("meet"), Role.SWAPS, type_rule=same_type, domain=_PAIR,
    elementwise=True, complexes=Complexes.OWN,
)  # fmt: skip
def meet(xp: Library, x: Array, y: Array) -> Array:
    """x times y, and zero where either is exactly zero: how `carry` depends on its slope. A path that is not taken does
    not ask how its slope changes. Derivative (y, x)."""
    product = x * y
    off = xp.equal(x, 0) | xp.equal(y, 0)
    return xp.where(off, 0, product)[()] if has_nan(xp, product) else product


def div_left(z: Array, x: Array, y: Array) -> Array:
    return 1 / y


def div_right(z: Array, x: Array, y: Array) -> Array:
    return -z / y  # not -x / y**2: the square overflows where the quotient does not


def quotient_type(x: ArrayType, y: ArrayType) -> ArrayType:
    """Whole numbers divide into float64, however short they are."""
    return y if y.dtype.kind in INEXACT else array_type(y.shape, reference().dtype("float64"))


@elementwise(
    (div_left, div_right), QUOTIENT, interval=(REAL, POSITIVE), singular=True, type_rule=quotient_type,
    complexes=Complexes.HOLOMORPHIC,
)  # fmt: skip
def div(xp: Library, x: Array, y: Array) -> Array:
    """The quotient x / y. Derivative (1/y, -x/y^2), written with the output: (1/y, -z/y). Source: the quotient rule."""
    return xp.true_divide(x, y)


@elementwise(minus_one, NEGATIVE, Role.COPIES, complexes=Complexes.HOLOMORPHIC)
def neg(xp: Library, x: Array) -> Array:
    """The negative -x. Derivative -1. Source: linearity."""
    return xp.negative(x)


def square_notation(node: Node) -> Notation:
    """x^2; of a square matrix X ⊙ X, because X^2 would be X X."""
    return entrywise_power(2) if is_square(node) else SQUARE


def is_square(node: Node) -> bool:
    """Whether a node is a square matrix, of which powers are products of matrices."""
    return node.type.ndim == 2 and node.type.shape[0] == node.type.shape[1] > 1


def entrywise_power(exponent: int) -> Notation:
    """A small power as a product entry by entry."""
    signs = {"text": " ⊙ ", "latex": r" \odot "}
    text, latex = (
        Form(sign.join(["{0}"] * exponent), Strength.HADAMARD, (Strength.HADAMARD + 1,)) for sign in signs.values()
    )
    return Notation(text, latex, Form(f"{{0}}**{exponent}", Strength.POWER, (Strength.ATOM,)))


def square_slope(y: Array, x: Array) -> Array:
    return 2 * x


@elementwise(square_slope, square_notation, singular=True, complexes=Complexes.HOLOMORPHIC)
def square(xp: Library, x: Array) -> Array:
    """The square x^2. Derivative 2x. Source: the power rule."""
    return xp.square(x)


def step_slope(z: Array, x: Array, y: Array) -> int:
    return 0


STEP = Notation(
    Form("1{{{0} > {1}}}"), Form(r"\mathbb{{1}}\{{{0} > {1}\}}"), Form("chainrule.ops.step({0}, {1})")
)  # fmt: skip


@elementwise((step_slope, step_slope), STEP, Role.STOPS)
def step(xp: Library, x: Array, y: Array) -> Array:
    """1 where x > y, 1/2 where they are equal, else 0: the slope of maximum. Derivative 0."""
    half = xp.where(xp.equal(x, y), 0.5, xp.where(xp.greater(x, y), 1.0, 0.0))
    return half.astype(xp.result_type(x, y))[()]


def larger_left(z: Array, x: Array, y: Array) -> Array:
    return step(x, y)


def larger_right(z: Array, x: Array, y: Array) -> Array:
    return step(y, x)


def are_equal(x: Array, y: Array) -> Array:
    return x == y


TIE = "equal inputs: each receives half (least-norm convention)"


@elementwise(
    (larger_left, larger_right), call("max", 2, "np.maximum", r"\max"), Role.ROUTES, kink=TIE, is_kink=are_equal
)
def maximum(xp: Library, x: Array, y: Array) -> Array:
    """The larger of x and y. Derivative: 1 to the larger, 1/2 each at a tie. Source: subgradient of least norm."""
    return xp.maximum(x, y)


@elementwise(
    (larger_right, larger_left), call("min", 2, "np.minimum", r"\min"), Role.ROUTES, kink=TIE, is_kink=are_equal
)
def minimum(xp: Library, x: Array, y: Array) -> Array:
    """The smaller of x and y. Derivative: 1 to the smaller, 1/2 each at a tie. Source: subgradient of least norm."""
    return xp.minimum(x, y)


# Quotients of lengths -------------------------------------------------------------------------------------------------
def ratio_left(z: Array, x: Array, y: Array) -> Array:
    return ratio(1.0, y)


def ratio_right(z: Array, x: Array, y: Array) -> Array:
    return -ratio(z, y)


RATIO = Notation(QUOTIENT.text, QUOTIENT.latex, Form("chainrule.ops.ratio({0}, {1})"))


@elementwise(
    (ratio_left, ratio_right), RATIO, interval=(REAL, POSITIVE), singular=True, type_rule=quotient_type,
    complexes=Complexes.HOLOMORPHIC,
)  # fmt: skip
def ratio(xp: Library, x: Array, y: Array) -> Array:
    """x / y, and 0 where y is 0: the direction of a vector, and of the zero vector by the least-norm convention."""
    zero = xp.equal(y, 0)
    return xp.where(zero, 0, xp.true_divide(x, xp.where(zero, 1, y)))[()]


def hypot_left(z: Array, x: Array, y: Array) -> Array:
    return ratio(x, z)


def hypot_right(z: Array, x: Array, y: Array) -> Array:
    return ratio(y, z)


def are_zero(x: Array, y: Array) -> Array:
    return (x == 0) & (y == 0)


ORIGIN = "the zero vector: gradient 0 is used there (least-norm convention)"


@elementwise(
    (hypot_left, hypot_right), call("hypot", 2), singular=True, type_rule=floating_type, kink=ORIGIN, is_kink=are_zero
)
def hypot(xp: Library, x: Array, y: Array) -> Array:
    """sqrt(x^2 + y^2) without overflow. Derivative (x/z, y/z), and 0 at the origin. Source: the slope of a norm."""
    return xp.hypot(x, y)


def reciprocal(x: Any) -> Any:
    """1 / x, entry by entry (same shape as x).

    >>> float(reciprocal(4.0))
    0.25
    """
    return div(1.0, x)


also_known_as(sub, "subtract")
also_known_as(mul, "multiply")
also_known_as(div, "divide", "true_divide")
also_known_as(neg, "negative")
also_known_as(reciprocal, "reciprocal")
