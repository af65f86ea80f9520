"""The cardinal sine and its derivatives: an array in, one of the same shape out.

One idea: the n-th derivative of sin(u)/u is the integral of t^n cos(ut + n pi/2) over t from 0 to 1. It is smooth at 0,
where the quotients of a written-out derivative lose every digit, so each order is a value of one op.
"""

from __future__ import annotations

import math
from typing import Any

from ...ir.library import Array, Library
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ..declare import also_known_as, elementwise, floating_type

_TERMS = 24  # of the series: enough for |u| <= order + 2, as far as it is used


def sinc_slope(y: Array, x: Array, *, order: int) -> Array:
    return sinc_op(x, order=order + 1)


def sinc_notation(node: Node) -> Notation:
    """sinc(x), and a prime for each derivative."""
    order = node.settings["order"]
    primes = "'" * order
    code = "np.sinc({0})" if not order else "chainrule.ops.entrywise.sinc.sinc_op({0}, order={order})"
    return Notation(
        Form(f"sinc{primes}({{0}})"), Form(rf"\operatorname{{{{sinc}}}}{primes}({{0}})"), Form(code)
    )  # fmt: skip


@elementwise(sinc_slope, sinc_notation, type_rule=floating_type, params=(("order", 0),))
def sinc_op(xp: Library, x: Array, *, order: int) -> Array:
    """sin(pi x)/(pi x), and 1 at 0; of a higher order its derivative. Derivative (cos(pi x) - sinc(x))/x, written as
    sinc'(x), and computed without the cancellation near 0. Source: u f' + f = cos u for f = sin(u)/u, differentiated
    n times."""
    if not order:
        return xp.sinc(x)
    wide = x.astype(xp.result_type(x.dtype, "float32"))
    angle = math.pi * wide
    near = xp.absolute(angle) <= order + 2
    found = xp.where(near, _series(xp, xp.where(near, angle, 0), order), _recurrence(xp, angle, near, order))
    return (math.pi**order * found).astype(xp.result_type(x.dtype, "float16"))[()]


def _series(xp: Library, angle: Array, order: int) -> Array:
    """sum of (-1)^k u^(2k - n) / ((2k - n)! (2k + 1)) from the first k with 2k >= n."""
    first = (order + 1) // 2
    power = 2 * first - order
    term = (-1.0) ** first * angle**power / math.factorial(power)
    total = term / (2 * first + 1)
    for k in range(first + 1, first + _TERMS + order):
        power = 2 * k - order
        term = -term * angle * angle / (power * (power - 1))
        total = total + term / (2 * k + 1)
    return total


def _recurrence(xp: Library, angle: Array, near: Array, order: int) -> Array:
    """u f^(n) = sin(u + n pi/2) - n f^(n-1), stable where u is larger than n."""
    safe = xp.where(near, 1, angle)
    turns = (xp.sin(safe), xp.cos(safe), -xp.sin(safe), -xp.cos(safe))
    found = turns[0] / safe
    for n in range(1, order + 1):
        found = (turns[n % 4] - n * found) / safe
    return found


def sinc(x: Any) -> Any:
    """sin(pi x)/(pi x), and 1 at 0 (same shape as x).

    >>> sinc([0.0, 0.5])
    array([1.        , 0.63661977])
    """
    return sinc_op(x, order=0)


also_known_as(sinc, "sinc")
