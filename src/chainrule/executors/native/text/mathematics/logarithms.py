"""Logarithms: instructions for log, log2, log10 and log1p, and the inverses of sinh, cosh and tanh that are made of it.

One idea: x = 2^k (1 + f), and log(1 + f) is a series in s = f / (2 + f), whose square is below 0.03.
"""

from __future__ import annotations

from ..writer import FLOATS, Writer, literal
from .coefficients import LOGARITHM
from .exponentials import TINY
from .parts import (
    ROUNDER,
    ROUNDER_BITS,
    absolute,
    by,
    fast_sum,
    is_below,
    minus,
    plus,
    polynomial,
    times,
)

# log 2 with so few digits that k log 2 is exact, and the rest.
_LOG_2 = {"double": (0.6931471805598903, 5.497923018708371e-14), "float": (0.693145751953125, 1.4286068203094173e-06)}
_LOG10_2 = {"double": (0.30102999566395283, 2.8363394551044964e-14), "float": (0.301025390625, 4.605038981195214e-06)}
_OVER_LOG_2 = {
    "double": (1.4426950408889634, 2.0355273740931033e-17),
    "float": (1.4426950216293335, 1.925963033500011e-08),
}
_OVER_LOG_10 = {
    "double": (0.4342944819032518, 1.098319650216765e-17),
    "float": (0.4342944920063019, -1.0103049952192578e-08),
}
_ROOT_HALF = {"double": 0x3FE6A09E667F3BCD, "float": 0x3F3504F3}
_ONE = {"double": 0x3FF0000000000000, "float": 0x3F800000}
_ALL = {"double": 2.0**28, "float": 2.0**13}  # 1 is less than a rounding error of the square
_NORMAL = {"double": (2.2250738585072014e-308, 54), "float": (1.1754943508222875e-38, 25)}  # the least; digits and one


def split(w: Writer, kind: str, x: str) -> tuple[str, str]:
    """x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), for normal positive x: k as a float, and 1 + f."""
    floats = FLOATS[kind]
    integer, bits = floats.integer, w.put(f"bitcast {kind} {x} to {floats.integer}")
    moved = w.put(f"add {integer} {bits}, {_ONE[kind] - _ROOT_HALF[kind]}")
    exponent = w.put(f"lshr {integer} {moved}, {floats.bits}")
    k = w.put(f"add {integer} {exponent}, {ROUNDER_BITS[kind] - floats.bias}")
    whole = minus(w, kind, w.put(f"bitcast {integer} {k} to {kind}"), literal(ROUNDER[kind], kind))
    fraction = w.put(f"and {integer} {moved}, {(1 << floats.bits) - 1}")
    return whole, w.put(f"bitcast {integer} {w.put(f'add {integer} {fraction}, {_ROOT_HALF[kind]}')} to {kind}")


def split_any(w: Writer, kind: str, x: str) -> tuple[str, str]:
    """The same for any positive x."""
    least, digits = _NORMAL[kind]
    small = is_below(w, kind, x, least)
    k, m = split(w, kind, w.select(small, kind, times(w, kind, x, 2.0**digits), x))
    return w.select(small, kind, minus(w, kind, k, literal(digits, kind)), k), m


def of_mantissa(w: Writer, kind: str, f: str) -> tuple[str, str]:
    """log(1 + f) as f and what is added to it."""
    s = w.fdiv(kind, f, plus(w, kind, f, literal(2, kind)))
    z = by(w, kind, s, s)
    rest = by(w, kind, z, polynomial(w, kind, z, LOGARITHM[kind]))
    half = times(w, kind, by(w, kind, f, f), 0.5)
    return f, minus(w, kind, by(w, kind, s, plus(w, kind, half, rest)), half)


def with_edges(w: Writer, kind: str, x: str, found: str, zero: float) -> str:
    """A logarithm at its edges: infinity at infinity, minus infinity where x is `zero`, NaN below and at NaN."""
    infinite = w.compare("oeq", kind, x, literal(float("inf"), kind))
    found = w.select(infinite, kind, x, found)
    empty = w.compare("oeq", kind, x, literal(zero, kind))
    found = w.select(empty, kind, literal(float("-inf"), kind), found)
    return w.select(w.compare("ult", kind, x, literal(zero, kind)), kind, literal(float("nan"), kind), found)


def whole_logarithm(w: Writer, kind: str, k: str, f: str, more: str) -> str:
    """k log 2 + log(1 + f) + more, `more` being small."""
    high, low = _LOG_2[kind]
    f, rest = of_mantissa(w, kind, f)
    small = plus(w, kind, w.fma(kind, k, literal(low, kind), more), rest)
    total, lost = fast_sum(w, kind, times(w, kind, k, high), f)
    return plus(w, kind, total, plus(w, kind, lost, small))


def log(w: Writer, kind: str, x: str) -> str:
    k, m = split_any(w, kind, x)
    found = whole_logarithm(w, kind, k, minus(w, kind, m, literal(1, kind)), literal(0, kind))
    return with_edges(w, kind, x, found, 0.0)


def to_base(w: Writer, kind: str, x: str, unit: tuple[float, float], over: tuple[float, float]) -> str:
    """k log_b 2 + log(1 + f) / log b: the product with 1 / log b as a pair, so that whole powers come out whole."""
    k, m = split_any(w, kind, x)
    f, rest = of_mantissa(w, kind, minus(w, kind, m, literal(1, kind)))
    f, rest = fast_sum(w, kind, f, rest)
    high = times(w, kind, f, over[0])
    low = w.fma(kind, f, literal(over[0], kind), w.put(f"fneg {kind} {high}"))
    low = w.fma(kind, rest, literal(over[0], kind), w.fma(kind, f, literal(over[1], kind), low))
    low = w.fma(kind, k, literal(unit[1], kind), low)
    total, lost = fast_sum(w, kind, times(w, kind, k, unit[0]), high)
    return with_edges(w, kind, x, plus(w, kind, total, plus(w, kind, lost, low)), 0.0)


def log2(w: Writer, kind: str, x: str) -> str:
    return to_base(w, kind, x, (1.0, 0.0), _OVER_LOG_2[kind])


def log10(w: Writer, kind: str, x: str) -> str:
    return to_base(w, kind, x, _LOG10_2[kind], _OVER_LOG_10[kind])


def log1p(w: Writer, kind: str, x: str) -> str:
    """log(u) + (x - (u - 1)) / u with u = 1 + x rounded."""
    one = literal(1, kind)
    u = plus(w, kind, x, one)
    k, m = split(w, kind, u)
    large = w.compare("ogt", kind, u, literal(2, kind))
    near = minus(w, kind, x, minus(w, kind, u, one))
    far = minus(w, kind, one, minus(w, kind, u, x))
    lost = w.fdiv(kind, w.select(large, kind, far, near), u)
    found = whole_logarithm(w, kind, k, minus(w, kind, m, one), lost)
    tiny = is_below(w, kind, absolute(w, kind, x), TINY[kind])
    return w.select(tiny, kind, x, with_edges(w, kind, x, found, -1.0))


def arctanh(w: Writer, kind: str, x: str) -> str:
    """log1p(2 x / (1 - x)) / 2."""
    size = absolute(w, kind, x)
    ratio = w.fdiv(kind, plus(w, kind, size, size), minus(w, kind, literal(1, kind), size))
    return w.intrinsic("copysign", kind, times(w, kind, log1p(w, kind, ratio), 0.5), x)


def arcsinh(w: Writer, kind: str, x: str) -> str:
    """log1p(x + x^2 / (1 + sqrt(1 + x^2))), and log(2 x) where x^2 is all of 1 + x^2."""
    size, one = absolute(w, kind, x), literal(1, kind)
    large = w.compare("ogt", kind, size, literal(_ALL[kind], kind))
    y = w.select(large, kind, one, size)
    square = by(w, kind, y, y)
    root = w.intrinsic("sqrt", kind, plus(w, kind, square, one))
    near = plus(w, kind, y, w.fdiv(kind, square, plus(w, kind, root, one)))
    return w.intrinsic("copysign", kind, logarithm_of_either(w, kind, large, size, near), x)


def arccosh(w: Writer, kind: str, x: str) -> str:
    """log1p(t + sqrt(2 t + t^2)) with t = x - 1, and log(2 x) where x^2 is all of x^2 - 1."""
    large = w.compare("ogt", kind, x, literal(_ALL[kind], kind))
    t = minus(w, kind, w.select(large, kind, literal(1, kind), x), literal(1, kind))
    root = w.intrinsic("sqrt", kind, by(w, kind, t, plus(w, kind, t, literal(2, kind))))
    found = logarithm_of_either(w, kind, large, x, plus(w, kind, t, root))
    return w.select(w.compare("ult", kind, x, literal(1, kind)), kind, literal(float("nan"), kind), found)


def logarithm_of_either(w: Writer, kind: str, large: str, x: str, near: str) -> str:
    """log(2 x) where x is large, log1p of the other number elsewhere: one logarithm."""
    found = log1p(w, kind, w.select(large, kind, minus(w, kind, x, literal(1, kind)), near))
    high, low = (literal(each, kind) for each in _LOG_2[kind])
    return w.select(large, kind, plus(w, kind, found, plus(w, kind, high, low)), found)
