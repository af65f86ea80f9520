"""Inverses of sine, cosine and tangent: instructions for arctan, arctan2, arcsin and arccos.

One idea: an angle is a multiple of pi/4 and a rest whose tangent, or sine, is small enough for one polynomial.
"""

from __future__ import annotations

from ..writer import FLOATS, Writer, literal
from .coefficients import ARCSINE, ARCTANGENT
from .parts import absolute, by, is_below, minus, plus, polynomial, times

_PI = {"double": (3.141592653589793, 1.2246467991473532e-16), "float": (3.1415927410125732, -8.742277657347586e-08)}
_EIGHTH = 0.41421356237309503  # the tangent of pi/8
_THREE_EIGHTHS = 2.414213562373095


def pi_times(kind: str, factor: float) -> tuple[str, str]:
    """A part of pi as a number and what is missing."""
    return literal(_PI[kind][0] * factor, kind), literal(_PI[kind][1] * factor, kind)


def from_zero(w: Writer, kind: str, size: str) -> str:
    """arctan of x >= 0: the angle of x, of (x - 1) / (x + 1) with pi/4, or of -1 / x with pi/2."""
    one, zero = literal(1, kind), literal(0, kind)
    middle = w.compare("ogt", kind, size, literal(_EIGHTH, kind))
    far = w.compare("ogt", kind, size, literal(_THREE_EIGHTHS, kind))
    above = w.select(far, kind, literal(-1, kind), w.select(middle, kind, minus(w, kind, size, one), size))
    below = w.select(far, kind, size, w.select(middle, kind, plus(w, kind, size, one), one))
    t = w.fdiv(kind, above, below)
    z = by(w, kind, t, t)
    tail = by(w, kind, by(w, kind, t, z), polynomial(w, kind, z, ARCTANGENT[kind]))
    (quarter, more), (half, most) = pi_times(kind, 0.25), pi_times(kind, 0.5)
    start = w.select(far, kind, half, w.select(middle, kind, quarter, zero))
    missing = w.select(far, kind, most, w.select(middle, kind, more, zero))
    return plus(w, kind, start, plus(w, kind, t, plus(w, kind, tail, missing)))


def arctan(w: Writer, kind: str, x: str) -> str:
    return w.intrinsic("copysign", kind, from_zero(w, kind, absolute(w, kind, x)), x)


def arctan2(w: Writer, kind: str, y: str, x: str) -> str:
    """The angle of the smaller by the larger, counted from the axis that is nearer."""
    up, right = absolute(w, kind, y), absolute(w, kind, x)
    steep = w.compare("ogt", kind, up, right)
    small, large = w.select(steep, kind, right, up), w.select(steep, kind, up, right)
    ratio = w.fdiv(kind, small, large)
    ratio = w.select(w.compare("oeq", kind, small, large), kind, literal(1, kind), ratio)
    ratio = w.select(w.compare("oeq", kind, up, literal(0, kind)), kind, literal(0, kind), ratio)
    ratio = w.select(w.compare("uno", kind, x, y), kind, literal(float("nan"), kind), ratio)
    angle = from_zero(w, kind, ratio)
    half, missing = pi_times(kind, 0.5)
    angle = w.select(steep, kind, plus(w, kind, minus(w, kind, half, angle), missing), angle)
    whole, missing = pi_times(kind, 1.0)
    left = w.put(f"icmp slt {FLOATS[kind].integer} {w.put(f'bitcast {kind} {x} to {FLOATS[kind].integer}')}, 0")
    angle = w.select(left, kind, plus(w, kind, minus(w, kind, whole, angle), missing), angle)
    return w.intrinsic("copysign", kind, angle, y)


def tail_of_sine(w: Writer, kind: str, x: str, z: str) -> str:
    """arcsin(x) - x, where z = x^2 <= 1/4."""
    return by(w, kind, by(w, kind, x, z), polynomial(w, kind, z, ARCSINE[kind]))


def beyond_half(w: Writer, kind: str, size: str) -> tuple[str, str]:
    """The sine of half of what is left to a quarter turn, and its square."""
    z = times(w, kind, minus(w, kind, literal(1, kind), size), 0.5)
    return w.intrinsic("sqrt", kind, z), z


def arcsin(w: Writer, kind: str, x: str) -> str:
    """x + x^3 p(x^2) up to 1/2, pi/2 - 2 arcsin(sqrt((1 - x)/2)) beyond."""
    size = absolute(w, kind, x)
    root, left = beyond_half(w, kind, size)
    near = is_below(w, kind, size, 0.5)
    z = w.select(near, kind, by(w, kind, x, x), left)
    y = w.select(near, kind, size, root)
    tail = tail_of_sine(w, kind, y, z)
    half, missing = pi_times(kind, 0.5)
    rest = minus(w, kind, plus(w, kind, tail, tail), missing)
    far = minus(w, kind, half, plus(w, kind, plus(w, kind, root, root), rest))
    return w.intrinsic("copysign", kind, w.select(near, kind, plus(w, kind, y, tail), far), x)


def arccos(w: Writer, kind: str, x: str) -> str:
    """pi/2 - arcsin(x) up to 1/2, 2 arcsin(sqrt((1 - x)/2)) beyond, and what is left to pi for negative x."""
    size = absolute(w, kind, x)
    root, left = beyond_half(w, kind, size)
    near = is_below(w, kind, size, 0.5)
    z = w.select(near, kind, by(w, kind, x, x), left)
    y = w.select(near, kind, x, root)
    tail = tail_of_sine(w, kind, y, z)
    half, missing = pi_times(kind, 0.5)
    whole, more = pi_times(kind, 1.0)
    inner = minus(w, kind, half, minus(w, kind, y, minus(w, kind, missing, tail)))
    outer = plus(w, kind, y, tail)
    outer = plus(w, kind, outer, outer)
    behind = w.compare("olt", kind, x, literal(0, kind))
    outer = w.select(behind, kind, minus(w, kind, whole, minus(w, kind, outer, more)), outer)
    return w.select(near, kind, inner, outer)
