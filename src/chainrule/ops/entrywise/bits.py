"""Whole numbers, entry by entry: bits, shifts, common divisors and multiples.

One idea: a whole number cannot move by a little, so none of these has a derivative. Given conditions instead, the signs
&, |, ^ and ~ mean and, or, either and not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import DTypeError
from ...ir.coercion import as_array
from ...ir.library import Array, Library, reference
from ...ir.notation import Form, Notation, Strength, call, function, infix
from ...ir.op import Domain, Flat, Op, Role
from ...ir.types import ArrayType, array_type
from ..choices import logical_and, logical_not, logical_or
from ..declare import also_known_as, op
from .parts import logical_xor

WHOLE = Flat("a whole number cannot move by a little: it has no slope")


def whole_type(*types: ArrayType) -> ArrayType:
    return types[-1]


def count_type(x: ArrayType) -> ArrayType:
    return array_type(x.shape, reference().dtype("uint8"))


def whole(name: str, notation: Notation, type_rule: Callable[..., ArrayType] = whole_type) -> Callable[..., Op]:
    """Declare a function of whole numbers. Its domain has no samples: the laws are about numbers that move."""
    return op(name, WHOLE, notation, Role.STOPS, type_rule=type_rule, domain=Domain(()), elementwise=True)


def sign_of_bits(text: str, latex: str, strength: int) -> Notation:
    """A sign between two whole numbers."""
    plain = infix(f" {text} ", rf" \mathbin{{{{{latex}}}}} ", text, strength)
    return Notation(plain.text, plain.latex, Form(f"({{0}}) {text} ({{1}})", Strength.COMPARISON + 1))


@whole("bits_and", sign_of_bits("&", r"\&", Strength.COMPARISON))
def bits_and(xp: Library, x: Array, y: Array) -> Array:
    """The bits that both whole numbers have. Derivative: none."""
    return xp.bitwise_and(x, y)


@whole("bits_or", sign_of_bits("|", "|", Strength.COMPARISON))
def bits_or(xp: Library, x: Array, y: Array) -> Array:
    """The bits that either whole number has. Derivative: none."""
    return xp.bitwise_or(x, y)


@whole("bits_xor", sign_of_bits("^", r"\oplus", Strength.COMPARISON))
def bits_xor(xp: Library, x: Array, y: Array) -> Array:
    """The bits that exactly one of two whole numbers has. Derivative: none."""
    return xp.bitwise_xor(x, y)


@whole("bits_not", function("invert"))
def bits_not(xp: Library, x: Array) -> Array:
    """The bits that a whole number has not. Derivative: none."""
    return xp.invert(x)


@whole("left_shift", call("left_shift", 2))
def left_shift(xp: Library, x: Array, y: Array) -> Array:
    """The bits of x moved y places up: x 2^y. Derivative: none."""
    return xp.left_shift(x, y)


@whole("right_shift", call("right_shift", 2))
def right_shift(xp: Library, x: Array, y: Array) -> Array:
    """The bits of x moved y places down: x / 2^y rounded down. Derivative: none."""
    return xp.right_shift(x, y)


@whole("gcd", call("gcd", 2))
def gcd(xp: Library, x: Array, y: Array) -> Array:
    """The greatest common divisor. Derivative: none."""
    return xp.gcd(x, y)


@whole("lcm", call("lcm", 2))
def lcm(xp: Library, x: Array, y: Array) -> Array:
    """The least common multiple. Derivative: none."""
    return xp.lcm(x, y)


@whole("bitwise_count", function("bitwise_count"), count_type)
def bitwise_count(xp: Library, x: Array) -> Array:
    """How many bits of a whole number are set. Derivative: none."""
    return xp.bitwise_count(x)


# Conditions or whole numbers -----------------------------------------------------------------------------------------
def _refuse_floats(name: str, arrays: list[Any], allowed: str) -> None:
    for array in arrays:
        if array.dtype.kind not in allowed:
            raise DTypeError(
                given=f"{name} of dtype {array.dtype}", where=name,
                expected="conditions (dtype bool), or whole numbers" if "b" in allowed else "whole numbers",
                remedy="put brackets round each comparison: (x > 0) & (x < 1)" if "b" in allowed
                else "convert with .astype(int)",
            )  # fmt: skip


def _either(name: str, conditions: Op, bits: Op) -> Callable[..., Any]:
    """One sign for both: of conditions where all are, else of bits."""

    def combine(*given: Any) -> Any:
        arrays = [as_array(each) for each in given]
        _refuse_floats(name, arrays, "biu")
        return (conditions if all(each.dtype.kind == "b" for each in arrays) else bits)(*given)

    combine.__name__ = combine.__qualname__ = name
    combine.__doc__ = f"{conditions.doc} Of whole numbers: {bits.doc[0].lower()}{bits.doc[1:]}"
    return combine


def _of_whole(made: Op) -> Callable[..., Any]:
    """An op of whole numbers that says so when it is given others."""

    def combine(*given: Any) -> Any:
        _refuse_floats(made.name, [as_array(each) for each in given], "biu" if made is bitwise_count else "iu")
        return made(*given)

    combine.__name__ = combine.__qualname__ = made.name
    combine.__doc__ = made.doc
    return combine


bitwise_and = _either("bitwise_and", logical_and, bits_and)
bitwise_or = _either("bitwise_or", logical_or, bits_or)
bitwise_xor = _either("bitwise_xor", logical_xor, bits_xor)
invert = _either("invert", logical_not, bits_not)

also_known_as(bitwise_and, "bitwise_and")
also_known_as(bitwise_or, "bitwise_or")
also_known_as(bitwise_xor, "bitwise_xor")
also_known_as(invert, "invert", "bitwise_not", "bitwise_invert")
also_known_as(_of_whole(left_shift), "left_shift", "bitwise_left_shift")
also_known_as(_of_whole(right_shift), "right_shift", "bitwise_right_shift")
for _made in (gcd, lcm, bitwise_count):
    also_known_as(_of_whole(_made), _made.name)
