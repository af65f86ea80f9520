"""The error function and what it lacks to 1: instructions for erf and erfc.

One idea: x + x p(x^2) near 0. Farther out erf is 1 - exp(-g(x)), whose error hardly counts, and erfc is exp(-x^2) times
a polynomial, with x^2 as a pair.
"""

from __future__ import annotations

from ..writer import Writer, literal
from .coefficients import ERROR_FUNCTION, ERROR_TAIL, SCALED_TAIL
from .exponentials import exp, small_exponential
from .parts import (
    Pair,
    absolute,
    by,
    fast_sum,
    is_below,
    kept_within,
    minus,
    pair_product,
    plus,
    polynomial,
    product,
    scaled,
)

_CENTRE = 3.0  # of the map (x - 3)/(x + 3) of x >= 0 to an interval
_NEAR = 0.8  # erfc is 1 - erf below
_LAST = {"double": 5.95, "float": 3.95}  # erf is 1 beyond
_NOTHING = {"double": 27.3, "float": 10.1}  # erfc is 0 beyond


def near_zero(w: Writer, kind: str, x: str) -> tuple[str, str]:
    """erf(x) as x and what is added, for |x| <= 1."""
    return x, by(w, kind, x, polynomial(w, kind, by(w, kind, x, x), ERROR_FUNCTION[kind]))


def erf(w: Writer, kind: str, x: str) -> str:
    size = absolute(w, kind, x)
    near = is_below(w, kind, size, 1.0)
    inner = plus(w, kind, *near_zero(w, kind, w.select(near, kind, size, literal(0, kind))))
    outer = kept_within(w, kind, size, 1.0, _LAST[kind])
    power = w.put(f"fneg {kind} {polynomial(w, kind, outer, ERROR_TAIL[kind])}")
    far = minus(w, kind, literal(1, kind), exp(w, kind, power))
    return w.intrinsic("copysign", kind, w.select(near, kind, inner, far), x)


def erfc(w: Writer, kind: str, x: str) -> str:
    size, one = absolute(w, kind, x), literal(1, kind)
    near = is_below(w, kind, size, _NEAR)
    inner = minus(w, kind, one, plus(w, kind, *near_zero(w, kind, w.select(near, kind, x, literal(0, kind)))))
    outer = kept_within(w, kind, size, _NEAR, _NOTHING[kind])
    far = tail(w, kind, outer)
    behind = w.compare("olt", kind, x, literal(0, kind))
    far = w.select(behind, kind, minus(w, kind, literal(2, kind), far), far)
    return w.select(near, kind, inner, far)


def tail(w: Writer, kind: str, x: str) -> str:
    """exp(-x^2) p(t) / (x + 3) with t = (x - 3) / (x + 3): x^2, p(t) and the quotient as pairs."""
    square, lost = product(w, kind, x, x)
    growth, n = small_exponential(w, kind, *(w.put(f"fneg {kind} {each}") for each in (square, lost)))
    centre, one = literal(_CENTRE, kind), literal(1, kind)
    below = plus(w, kind, x, centre)
    left = minus(w, kind, x, minus(w, kind, below, centre))
    over = w.fdiv(kind, one, below)
    opposite = w.put(f"fneg {kind} {over}")
    error = by(w, kind, over, w.fma(kind, opposite, left, w.fma(kind, opposite, below, one)))
    t = by(w, kind, minus(w, kind, x, centre), over)
    ratio, rest = pair_product(w, kind, series(w, kind, t), (over, error))
    rest = w.fma(kind, rest, growth, rest)
    return scaled(w, kind, plus(w, kind, ratio, w.fma(kind, ratio, growth, rest)), n)


def series(w: Writer, kind: str, t: str) -> Pair:
    """The polynomial of the tail, whose terms cancel each other, with its first two sums as pairs."""
    first, second, *others = SCALED_TAIL[kind]
    inner = fast_sum(w, kind, literal(second, kind), by(w, kind, t, polynomial(w, kind, t, others)))
    high, low = product(w, kind, t, inner[0])
    total, lost = fast_sum(w, kind, literal(first, kind), high)
    return total, plus(w, kind, lost, w.fma(kind, t, inner[1], low))
