"""What the functions of mathematics are made of: polynomials, whole parts, powers of two, sums and products as pairs.

One idea: a pair is a number and its rounding error, so that it has twice the digits; its operations are exact because
no two of them may be fused, except where a fused one is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..writer import FLOATS, Writer, literal

ROUNDER = {"double": 6755399441055744.0, "float": 12582912.0}  # 1.5 * 2^52: adding it rounds to a whole number
ROUNDER_BITS = {"double": 0x4338000000000000, "float": 0x4B400000}
SIGN_BIT = {"double": 63, "float": 31}
Pair = tuple[str, str]


def polynomial(w: Writer, kind: str, x: str, coefficients: Sequence[float]) -> str:
    """By Horner's rule, the coefficient of the constant first."""
    total = literal(coefficients[-1], kind)
    for each in reversed(coefficients[:-1]):
        total = w.fma(kind, total, x, literal(each, kind))
    return total


def rounded(w: Writer, kind: str, x: str, factor: float) -> tuple[str, str]:
    """The whole number nearest to a multiple of x: as a float, and as the bits of a float whose lowest bits it is."""
    rounder = literal(ROUNDER[kind], kind)
    shifted = w.fma(kind, x, literal(factor, kind), rounder)
    whole = w.put(f"fsub {kind} {shifted}, {rounder}")
    return whole, w.put(f"bitcast {kind} {shifted} to {FLOATS[kind].integer}")


def power_of_two(w: Writer, kind: str, n: str) -> str:
    """2^n for a whole number n within the exponents of normal numbers."""
    floats = FLOATS[kind]
    biased = w.put(f"add {floats.integer} {n}, {floats.bias}")
    bits = w.put(f"shl {floats.integer} {biased}, {floats.bits}")
    return w.put(f"bitcast {floats.integer} {bits} to {kind}")


def scaled(w: Writer, kind: str, x: str, n: str) -> str:
    """x 2^n by two factors, so that results at both ends of the exponents are rounded once."""
    integer = FLOATS[kind].integer
    half = w.put(f"ashr {integer} {n}, 1")
    rest = w.put(f"sub {integer} {n}, {half}")
    larger = w.put(f"fmul {kind} {x}, {power_of_two(w, kind, half)}")
    return w.put(f"fmul {kind} {larger}, {power_of_two(w, kind, rest)}")


def kept_within(w: Writer, kind: str, x: str, low: float, high: float) -> str:
    """x between two bounds; NaN stays NaN."""
    above = w.compare("ogt", kind, x, literal(high, kind))
    x = w.select(above, kind, literal(high, kind), x)
    below = w.compare("olt", kind, x, literal(low, kind))
    return w.select(below, kind, literal(low, kind), x)


def absolute(w: Writer, kind: str, x: str) -> str:
    return w.intrinsic("fabs", kind, x)


def is_below(w: Writer, kind: str, x: str, bound: float) -> str:
    return w.compare("olt", kind, x, literal(bound, kind))


def times(w: Writer, kind: str, x: str, factor: float) -> str:
    return w.put(f"fmul {kind} {x}, {literal(factor, kind)}")


def flipped(w: Writer, kind: str, x: str, bit: str) -> str:
    """x with its sign changed where the lowest bit of a whole number is set."""
    integer = FLOATS[kind].integer
    sign = w.put(f"shl {integer} {bit}, {SIGN_BIT[kind]}")
    bits = w.put(f"bitcast {kind} {x} to {integer}")
    return w.put(f"bitcast {integer} {w.put(f'xor {integer} {bits}, {sign}')} to {kind}")


# Pairs --------------------------------------------------------------------------------------------------------------
def plus(w: Writer, kind: str, x: str, y: str) -> str:
    return w.put(f"fadd {kind} {x}, {y}")


def minus(w: Writer, kind: str, x: str, y: str) -> str:
    return w.put(f"fsub {kind} {x}, {y}")


def by(w: Writer, kind: str, x: str, y: str) -> str:
    return w.put(f"fmul {kind} {x}, {y}")


def fast_sum(w: Writer, kind: str, x: str, y: str) -> Pair:
    """x + y and its error, where |x| >= |y|."""
    total = plus(w, kind, x, y)
    return total, minus(w, kind, y, minus(w, kind, total, x))


def difference(w: Writer, kind: str, x: str, y: str) -> Pair:
    """x - y and its error."""
    total = minus(w, kind, x, y)
    lost = minus(w, kind, total, x)
    left = minus(w, kind, x, minus(w, kind, total, lost))
    return total, minus(w, kind, left, plus(w, kind, y, lost))


def product(w: Writer, kind: str, x: str, y: str) -> Pair:
    """x y and its error."""
    high = by(w, kind, x, y)
    return high, w.fma(kind, x, y, w.put(f"fneg {kind} {high}"))


def pair_product(w: Writer, kind: str, x: Pair, y: Pair) -> Pair:
    high, low = product(w, kind, x[0], y[0])
    return high, w.fma(kind, x[0], y[1], w.fma(kind, x[1], y[0], low))
