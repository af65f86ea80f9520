"""Powers: a base and an exponent in, entry by entry.

One idea: an exponent that is a plain number is part of the op, so that x**2 is exact at 0 to any order and never asks
for log x; only an exponent that is an array is an input.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Complexes, Role
from ..ir.precision import INEXACT
from ..ir.types import ArrayType, array_type
from .arithmetic import carry, entrywise_power, is_square, square
from .declare import POSITIVE, REAL, also_known_as, elementwise
from .functions import log

POWER = Notation(
    Form("{0}^{1}", Strength.POWER, (Strength.ATOM, Strength.ATOM)),
    Form("{0}^{{{1}}}", Strength.POWER, (Strength.ATOM, Strength.LOOSEST)),
    Form("{0} ** {1}", Strength.POWER, (Strength.ATOM, Strength.ATOM)),
)


def power_base(z: Array, x: Array, y: Array) -> Array:
    return carry(y, variable_power(x, y - 1))


def power_exponent(z: Array, x: Array, y: Array) -> Array:
    return carry(z, log(x))


@elementwise(
    (power_base, power_exponent), POWER, interval=(POSITIVE, REAL), singular=True, complexes=Complexes.HOLOMORPHIC
)
def variable_power_op(xp: Library, x: Array, y: Array) -> Array:
    """x to the power y. Derivative (y x^(y-1), x^y log x), where 0 log 0 counts as 0. Source: both power rules."""
    return xp.power(x, y)


variable_power = variable_power_op


def fixed_power_notation(node: Node) -> Notation:
    """x^n with the number written in."""
    exponent = node.settings["exponent"]
    exponent = int(exponent) if exponent == int(exponent) else exponent
    if exponent in (2, 3) and is_square(node):
        return entrywise_power(exponent)
    code = f"({exponent})" if exponent < 0 else f"{exponent}"
    said = written_exponent(exponent)
    bracketed = f"({said})" if said[0] == "-" or "/" in said else said
    return Notation(
        Form(f"{{0}}^{bracketed}", Strength.POWER, (Strength.ATOM,)),
        Form(f"{{0}}^{{{{{said}}}}}", Strength.POWER, (Strength.ATOM,)),
        Form(f"{{0}} ** {code}", Strength.POWER, (Strength.ATOM,)),
    )


def written_exponent(exponent: float) -> str:
    """An exponent as it is said: 1/3 where the decimal would not end.

    >>> written_exponent(2), written_exponent(-0.5), written_exponent(1 / 3)
    ('2', '-0.5', '1/3')
    """
    fraction = Fraction(exponent).limit_denominator(_LARGEST_BELOW)
    endless = float(f"{exponent:g}") != exponent and abs(float(fraction) - exponent) <= 4e-16 * abs(exponent)
    return str(fraction) if endless else str(exponent)


def fixed_power_base(z: Array, x: Array, *, exponent: float) -> Array:
    return exponent * power(x, exponent - 1)


def fixed_power_type(x: ArrayType, *, exponent: float) -> ArrayType:
    """A negative or broken power of whole numbers is a float."""
    whole = x.dtype.kind in INEXACT or (exponent >= 0 and exponent == int(exponent))
    return x if whole else array_type(x.shape, reference().dtype("float64"))


@elementwise(
    fixed_power_base, fixed_power_notation, singular=True, interval=POSITIVE, type_rule=fixed_power_type,
    params=(("exponent", 3),), complexes=Complexes.HOLOMORPHIC,
)  # fmt: skip
def fixed_power_op(xp: Library, x: Array, *, exponent: float) -> Array:
    """x to a known power. Derivative n x^(n-1). Source: the power rule."""
    return xp.power(x, exponent) if exponent >= 0 or x.dtype.kind in INEXACT else xp.power(1.0 * x, exponent)


def no_slope(y: Array, x: Array) -> int:
    return 0


@elementwise(no_slope, Notation(Form("1"), Form("1"), Form("np.ones_like({0})")), Role.STOPS,
             complexes=Complexes.HOLOMORPHIC)  # fmt: skip
def stop_at_one(xp: Library, x: Array) -> Array:
    """x to the power 0: one everywhere, with derivative 0 to any order. Source: the empty product."""
    return xp.power(x, 0)


def power(x: Any, y: Any) -> Any:
    """x to the power y. A Python number as exponent is part of the op, so that x**2 never computes log x.

    >>> float(power(3.0, 2))
    9.0
    """
    if type(y) not in (int, float):
        return variable_power(x, y)
    x = as_array(x)
    if not -_LARGEST < y < _LARGEST or (type(y) is float and x.dtype.kind not in INEXACT):
        return variable_power(x, y)
    if y == 2:
        return square(x)
    if y == 1:
        return +x
    return stop_at_one(x) if y == 0 else fixed_power_op(x, exponent=int(y) if y == int(y) else y)


_LARGEST_BELOW = 99  # of a fraction that is written as one
_LARGEST = 2.0**53  # beyond it a float names no exact exponent (and infinity and NaN none at all)

also_known_as(power, "power", "float_power")
