"""Sine, cosine and tangent: instructions for arguments up to a limit, beyond which the C library is called.

One idea: x = n pi/2 + r, where pi/2 is three numbers. x less n times the first is exact, because both are multiples of
one small power of two and their difference is below 1; r is a pair, so that what cancels near a multiple of pi/2 is
still there. Far out n has too many digits for this: whoever calls these functions sees to it that such arguments go
elsewhere (`strangers` of the writer). sin and cos of one argument share all but the last few instructions.
"""

from __future__ import annotations

from ..writer import FLOATS, Writer, literal
from .coefficients import COSINE, SINE
from .parts import (
    Pair,
    absolute,
    by,
    difference,
    fast_sum,
    flipped,
    is_below,
    minus,
    plus,
    polynomial,
    product,
    rounded,
    times,
)

LIMITS = {"double": 2.0**40, "float": 2.0**16}
# pi/2 as three numbers, each the rest of those before it, rounded.
_HALF_PI = {
    "double": (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33),
    "float": (1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15),
}
_TINY = {"double": 2.0**-27, "float": 2.0**-13}  # sin x is x below


def reduced(w: Writer, kind: str, x: str) -> tuple[Pair, str]:
    """x less a whole number of quarter turns, as a pair, and that number in the lowest bits of an integer."""
    first, second, third = _HALF_PI[kind]
    whole, turns = rounded(w, kind, x, 0.6366197723675814)
    rest = w.fma(kind, whole, literal(-first, kind), x)
    taken, lost = product(w, kind, whole, literal(second, kind))
    high, error = difference(w, kind, rest, taken)
    low = w.fma(kind, whole, literal(-third, kind), minus(w, kind, error, lost))
    return fast_sum(w, kind, high, low), turns


def both(w: Writer, kind: str, rest: Pair) -> tuple[str, str]:
    """The sine and the cosine of a rest."""
    high, low = rest
    z = by(w, kind, high, high)
    half = times(w, kind, z, 0.5)
    near = minus(w, kind, literal(1, kind), half)
    cubic = polynomial(w, kind, z, SINE[kind])
    sine = plus(w, kind, high, w.fma(kind, by(w, kind, high, z), cubic, by(w, kind, low, near)))
    lost = minus(w, kind, minus(w, kind, literal(1, kind), near), half)
    quartic = polynomial(w, kind, z, COSINE[kind])
    small = w.fma(kind, by(w, kind, z, z), quartic, w.put(f"fneg {kind} {by(w, kind, high, low)}"))
    return sine, plus(w, kind, near, plus(w, kind, lost, small))


def is_odd(w: Writer, kind: str, turns: str) -> str:
    integer = FLOATS[kind].integer
    return w.put(f"icmp ne {integer} {w.put(f'and {integer} {turns}, 1')}, 0")


def halved(w: Writer, kind: str, turns: str) -> str:
    return w.put(f"lshr {FLOATS[kind].integer} {turns}, 1")


def unless_tiny(w: Writer, kind: str, x: str, found: str) -> str:
    return w.select(is_below(w, kind, absolute(w, kind, x), _TINY[kind]), kind, x, found)


def sin(w: Writer, kind: str, x: str) -> str:
    rest, turns = reduced(w, kind, x)
    sine, cosine = both(w, kind, rest)
    found = w.select(is_odd(w, kind, turns), kind, cosine, sine)
    return unless_tiny(w, kind, x, flipped(w, kind, found, halved(w, kind, turns)))


def cos(w: Writer, kind: str, x: str) -> str:
    rest, turns = reduced(w, kind, x)
    sine, cosine = both(w, kind, rest)
    found = w.select(is_odd(w, kind, turns), kind, sine, cosine)
    following = w.put(f"add {FLOATS[kind].integer} {turns}, 1")
    return flipped(w, kind, found, halved(w, kind, following))


def tan(w: Writer, kind: str, x: str) -> str:
    """sin / cos, or -cos / sin a quarter turn on."""
    rest, turns = reduced(w, kind, x)
    sine, cosine = both(w, kind, rest)
    odd = is_odd(w, kind, turns)
    found = w.fdiv(kind, w.select(odd, kind, cosine, sine), w.select(odd, kind, sine, cosine))
    return unless_tiny(w, kind, x, flipped(w, kind, found, turns))
