"""Exponentials: instructions for exp, exp2, expm1, sinh, cosh and tanh.

One idea: x is a whole number of logarithms of 2 and a rest, whose exponential is a polynomial.
"""

from __future__ import annotations

from ..writer import FLOATS, Writer, literal
from .coefficients import EXPONENTIAL, EXPONENTIAL_OF_TWO, HYPERBOLIC_COSINE, HYPERBOLIC_SINE
from .parts import (
    ROUNDER_BITS,
    absolute,
    by,
    is_below,
    kept_within,
    minus,
    plus,
    polynomial,
    power_of_two,
    rounded,
    scaled,
    times,
)

LOG_2 = {"double": (0.6931471805599453, 2.3190468138462996e-17), "float": (0.6931471824645996, -1.904654323148236e-09)}
_OF_E = {"double": (-746.0, 710.0), "float": (-104.0, 89.0)}  # 0 and infinity begin here
_OF_TWO = {"double": (-1076.0, 1025.0), "float": (-151.0, 129.0)}
_LEAST = {"double": -60.0, "float": -40.0}  # expm1 is -1 below
_TANH = {"double": 22.0, "float": 10.0}  # tanh is 1 above
_CUT = {"double": 60.0, "float": 30.0}  # the smaller exponential of sinh and cosh does not count above
TINY = {"double": 1e-20, "float": 1e-10}  # a function with slope 1 at 0 is its argument below


def reduced(w: Writer, kind: str, x: str, more: str = "") -> tuple[str, str, str]:
    """x, or x and a little more, is n log 2 + r with |r| <= log(2)/2: n as a whole number, n as a float, and r."""
    high, low = LOG_2[kind]
    whole, bits = rounded(w, kind, x, 1.4426950408889634074)
    n = w.put(f"sub {FLOATS[kind].integer} {bits}, {ROUNDER_BITS[kind]}")
    rest = w.fma(kind, whole, literal(-high, kind), x)
    if more:
        return n, whole, plus(w, kind, rest, w.fma(kind, whole, literal(-low, kind), more))
    return n, whole, w.fma(kind, whole, literal(-low, kind), rest)


def small_exponential(w: Writer, kind: str, x: str, more: str = "") -> tuple[str, str]:
    """exp(r) - 1 = r + r^2 q(r) and n, for x or x and a little more."""
    n, _, r = reduced(w, kind, x, more)
    return w.fma(kind, by(w, kind, r, r), polynomial(w, kind, r, EXPONENTIAL[kind]), r), n


def exp(w: Writer, kind: str, x: str) -> str:
    """2^n (1 + r + r^2 q(r))."""
    growth, n = small_exponential(w, kind, kept_within(w, kind, x, *_OF_E[kind]))
    return scaled(w, kind, plus(w, kind, growth, literal(1, kind)), n)


def exp2(w: Writer, kind: str, x: str) -> str:
    """2^n (1 + r q(r)), where r = x - n is exact."""
    bounded = kept_within(w, kind, x, *_OF_TWO[kind])
    whole, bits = rounded(w, kind, bounded, 1.0)
    n = w.put(f"sub {FLOATS[kind].integer} {bits}, {ROUNDER_BITS[kind]}")
    r = minus(w, kind, bounded, whole)
    value = w.fma(kind, r, polynomial(w, kind, r, EXPONENTIAL_OF_TWO[kind]), literal(1, kind))
    return scaled(w, kind, value, n)


def expm1(w: Writer, kind: str, x: str) -> str:
    """2 (2^(n-1) (r + r^2 q(r)) + (2^(n-1) - 1/2))."""
    integer = FLOATS[kind].integer
    n, _, r = reduced(w, kind, kept_within(w, kind, x, _LEAST[kind], _OF_E[kind][1]))
    inner = w.fma(kind, by(w, kind, r, r), polynomial(w, kind, r, EXPONENTIAL[kind]), r)
    scale = power_of_two(w, kind, w.put(f"sub {integer} {n}, 1"))
    half = w.fma(kind, inner, scale, minus(w, kind, scale, literal(0.5, kind)))
    tiny = is_below(w, kind, absolute(w, kind, x), TINY[kind])
    return w.select(tiny, kind, x, plus(w, kind, half, half))


def tanh(w: Writer, kind: str, x: str) -> str:
    """e / (e + 2) with e = expm1(2 |x|): exact near 0, where a quotient of exponentials loses everything."""
    size, limit = absolute(w, kind, x), literal(_TANH[kind], kind)
    bounded = w.select(w.compare("ogt", kind, size, limit), kind, limit, size)
    e = expm1(w, kind, plus(w, kind, bounded, bounded))
    found = w.fdiv(kind, e, plus(w, kind, e, literal(2, kind)))
    return w.intrinsic("copysign", kind, found, x)


def halves(w: Writer, kind: str, size: str) -> tuple[str, str, str, str]:
    """For x >= 0: a = (2^n + 2^-n) / 8 and b = (2^n - 2^-n) / 8, an eighth, so that nothing overflows; cosh(r) - 1 and
    sinh(r)."""
    integer = FLOATS[kind].integer
    n, whole, r = reduced(w, kind, kept_within(w, kind, size, 0.0, _OF_E[kind][1] + 1.0))
    limit = literal(_CUT[kind], kind)
    cut = w.select(w.compare("ogt", kind, whole, limit), kind, limit, whole)
    _, bits = rounded(w, kind, cut, -1.0)
    opposite = w.put(f"sub {integer} {bits}, {ROUNDER_BITS[kind] + 3}")
    large = power_of_two(w, kind, w.put(f"sub {integer} {n}, 3"))
    small = power_of_two(w, kind, opposite)
    z = by(w, kind, r, r)
    even = by(w, kind, z, polynomial(w, kind, z, HYPERBOLIC_COSINE[kind]))
    odd = w.fma(kind, by(w, kind, z, r), polynomial(w, kind, z, HYPERBOLIC_SINE[kind]), r)
    return plus(w, kind, large, small), minus(w, kind, large, small), even, odd


def cosh(w: Writer, kind: str, x: str) -> str:
    """4 (a cosh r + b sinh r) with a and b as `halves` has them."""
    a, b, even, odd = halves(w, kind, absolute(w, kind, x))
    return times(w, kind, plus(w, kind, a, w.fma(kind, b, odd, by(w, kind, a, even))), 4.0)


def sinh(w: Writer, kind: str, x: str) -> str:
    """4 (b cosh r + a sinh r) with a and b as `halves` has them; exact near 0, where b is 0."""
    size = absolute(w, kind, x)
    a, b, even, odd = halves(w, kind, size)
    found = times(w, kind, plus(w, kind, b, w.fma(kind, b, even, by(w, kind, a, odd))), 4.0)
    tiny = is_below(w, kind, size, TINY[kind])
    return w.intrinsic("copysign", kind, w.select(tiny, kind, size, found), x)
