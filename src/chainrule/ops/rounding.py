"""Rounding, entry by entry: an array in, whole numbers of the same shape and dtype out.

One idea: a rounded number stands still and then jumps, so its slope is 0; each op says that the slope one might expect
is not there. Division with remainder belongs here: its quotient is rounded down.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir.coercion import as_array
from ..ir.library import Array, Library
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength, function, infix
from ..ir.op import Domain, Flat, Op, Role, Sample
from ..ir.precision import FLOATING
from ..ir.types import ArrayType
from .declare import also_known_as, elementwise, floating_type, op, same_type

STEPS = Flat("a step: 0 between the jumps. The slope 1 one may expect is not there; use x itself if it is meant")
JUMPS = "jumps at whole numbers: the derivative is 0 everywhere else, and 0 is used there"
AWAY_FROM_JUMPS = ((0.1, 0.4),)


def rounding(
    name: str, notation: Notation | Callable[[Node], Notation], type_rule: Callable[..., ArrayType] = same_type
) -> Callable[[Callable[..., Any]], Op]:
    """Declare one way of rounding."""
    domain = Domain((Sample(((3,),), (), AWAY_FROM_JUMPS), Sample(((2, 3),), (), AWAY_FROM_JUMPS)), JUMPS)
    return op(name, STEPS, notation, Role.STOPS, type_rule=type_rule, domain=domain, elementwise=True)


def between(name: str, left: str, right: str) -> Notation:
    """The half brackets of floor and ceiling."""
    return Notation(Form(f"{name}({{0}})"), Form(rf"\left{left} {{0}} \right{right}"), Form(f"np.{name}({{0}})"))


@rounding("floor", between("floor", r"\lfloor", r"\rfloor"))
def floor(xp: Library, x: Array) -> Array:
    """The largest whole number not above x. Derivative 0."""
    return xp.floor(x) if x.dtype.kind in FLOATING else x


@rounding("ceil", between("ceil", r"\lceil", r"\rceil"))
def ceil(xp: Library, x: Array) -> Array:
    """The smallest whole number not below x. Derivative 0."""
    return xp.ceil(x) if x.dtype.kind in FLOATING else x


@rounding("trunc", function("trunc"))
def trunc(xp: Library, x: Array) -> Array:
    """x without its fraction: rounded towards 0. Derivative 0."""
    return xp.trunc(x) if x.dtype.kind in FLOATING else x


@rounding("rint", function("round", code="np.rint"), floating_type)
def rint(xp: Library, x: Array) -> Array:
    """The nearest whole number, the even one of two; a float, also of integers. Derivative 0."""
    return xp.rint(x)


_ROUND = Notation(
    Form("round({0}, {decimals})"), Form(r"\operatorname{{round}}({0})"), Form("np.round({0}, {decimals})")
)


@op(
    "round", STEPS, _ROUND, Role.STOPS, type_rule=same_type, elementwise=True,
    domain=Domain((Sample(((3,),), (("decimals", 1),), ((0.11, 0.14),)),), JUMPS),
)  # fmt: skip
def round_op(xp: Library, x: Array, *, decimals: int) -> Array:
    """x to some decimals, the even digit of two. Derivative 0."""
    return xp.round(x, decimals)


def round(x: Any, decimals: int = 0) -> Any:
    """np.round: x to `decimals` decimals (negative ones round to tens, hundreds); no gradient passes.

    >>> round([0.5, 1.26], 1)
    array([0.5, 1.3])
    """
    array = as_array(x)
    if decimals:
        return round_op(array, decimals=int(decimals))
    return array if array.dtype.kind in "iu" else rint(array)


# Division with remainder ---------------------------------------------------------------------------------------------
@op(
    "floor_divide", STEPS, infix(" // ", r" \mathbin{{//}} ", "//", Strength.PRODUCT, associative=False), Role.STOPS,
    type_rule=same_type, elementwise=True, domain=Domain((Sample(((3,), (3,)), (), ((2.1, 2.9), (0.9, 1.0))),), JUMPS),
)  # fmt: skip
def floor_divide(xp: Library, x: Array, y: Array) -> Array:
    """The whole number of times y goes into x, rounded down. Derivative 0."""
    return xp.floor_divide(x, y)


def remainder_left(z: Array, x: Array, y: Array) -> int:
    return 1


def remainder_right(z: Array, x: Array, y: Array) -> Array:
    return -floor_divide(x, y)


REMAINDER = infix(" mod ", r" \bmod ", "%", Strength.PRODUCT, associative=False)


@elementwise((remainder_left, remainder_right), REMAINDER, interval=((2.1, 2.9), (0.9, 1.0)), kink=JUMPS, singular=True)
def remainder(xp: Library, x: Array, y: Array) -> Array:
    """x - y floor(x/y), with the sign of y. Derivative (1, -floor(x/y)): floor stands still between jumps."""
    return xp.remainder(x, y)


also_known_as(round, "round", "around")
also_known_as(trunc, "fix")
also_known_as(remainder, "remainder", "mod")
