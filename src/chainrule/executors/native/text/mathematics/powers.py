"""Powers and roots: instructions for x^y, the cube root, and the length of a vector of two.

One idea: x^y is 2^(y log2 x), with the logarithm as a pair, because its error is multiplied by up to a thousand.
"""

from __future__ import annotations

from ..writer import FLOATS, Writer, literal
from .coefficients import CUBE_ROOT, EXPONENTIAL_OF_TWO, POWER_LOGARITHM
from .logarithms import split, split_any
from .parts import (
    ROUNDER_BITS,
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
    rounded,
    scaled,
    times,
)

# The first two coefficients of log2((1 + s)/(1 - s)) / s in powers of s^2: 2 / log 2 and a third of it.
_FIRST = (2.8853900817779268, 4.0710547481862066e-17)
_SECOND = (0.9617966939259756, 5.0577616648125907e-17)
_MOST = 1100.0  # a larger exponent of 2 overflows, its opposite is 0


def power(w: Writer, kind: str, x: str, y: str) -> str:
    """|x|^y, its sign, and the cases that C and IEEE list."""
    size = absolute(w, kind, x)
    of_positive = long_power if kind == "double" else short_power
    return with_cases(w, kind, x, y, size, of_positive(w, size, y))


def logarithm(w: Writer, x: str) -> Pair:
    """log2 x for positive finite x, with 65 digits."""
    kind, one = "double", literal(1, "double")
    k, m = split_any(w, kind, x)
    f = minus(w, kind, m, one)
    below = plus(w, kind, m, one)
    left = minus(w, kind, m, minus(w, kind, below, one))
    over = w.fdiv(kind, one, below)
    s = by(w, kind, f, over)
    rest = w.fma(kind, w.put(f"fneg {kind} {s}"), below, f)
    low = by(w, kind, w.fma(kind, w.put(f"fneg {kind} {s}"), left, rest), over)
    z, more = product(w, kind, s, s)
    square = z, w.fma(kind, plus(w, kind, s, s), low, more)
    tail = by(w, kind, z, polynomial(w, kind, z, POWER_LOGARITHM[kind]))
    inner = fast_sum(w, kind, literal(_SECOND[0], kind), tail)
    inner = inner[0], plus(w, kind, inner[1], literal(_SECOND[1], kind))
    cubic = pair_product(w, kind, square, inner)
    outer = fast_sum(w, kind, literal(_FIRST[0], kind), cubic[0])
    outer = outer[0], plus(w, kind, outer[1], plus(w, kind, cubic[1], literal(_FIRST[1], kind)))
    part = pair_product(w, kind, (s, low), outer)
    whole = fast_sum(w, kind, k, part[0])
    return whole[0], plus(w, kind, whole[1], part[1])


def long_power(w: Writer, x: str, y: str) -> str:
    """x^y for positive x in float64."""
    kind = "double"
    high, low = logarithm(w, x)
    exponent, error = product(w, kind, y, high)
    error = w.fma(kind, y, low, error)
    inside = is_below(w, kind, absolute(w, kind, exponent), _MOST)
    error = w.select(inside, kind, error, literal(0, kind))
    return of_two(w, kind, kept_within(w, kind, exponent, -_MOST, _MOST), error)


def of_two(w: Writer, kind: str, exponent: str, error: str) -> str:
    """2 to a power that is a pair."""
    whole, bits = rounded(w, kind, exponent, 1.0)
    n = w.put(f"sub {FLOATS[kind].integer} {bits}, {ROUNDER_BITS[kind]}")
    r = plus(w, kind, minus(w, kind, exponent, whole), error)
    return scaled(w, kind, w.fma(kind, r, polynomial(w, kind, r, EXPONENTIAL_OF_TWO[kind]), literal(1, kind)), n)


def short_power(w: Writer, x: str, y: str) -> str:
    """The same for float32, in float64, where no pairs are needed."""
    wide, exponent = (w.put(f"fpext float {each} to double") for each in (x, y))
    kind, one = "double", literal(1, "double")
    k, m = split(w, kind, wide)
    f = minus(w, kind, m, one)
    s = w.fdiv(kind, f, plus(w, kind, m, one))
    z = by(w, kind, s, s)
    series = polynomial(w, kind, z, (_FIRST[0], _SECOND[0], *POWER_LOGARITHM["float"]))
    p = kept_within(w, kind, by(w, kind, exponent, w.fma(kind, s, series, k)), -_MOST, _MOST)
    whole, bits = rounded(w, kind, p, 1.0)
    n = w.put(f"sub i64 {bits}, {ROUNDER_BITS[kind]}")
    r = minus(w, kind, p, whole)
    value = w.fma(kind, r, polynomial(w, kind, r, EXPONENTIAL_OF_TWO["float"]), one)
    return w.put(f"fptrunc double {scaled(w, kind, value, n)} to float")


def with_cases(w: Writer, kind: str, x: str, y: str, size: str, found: str) -> str:
    """What C says of x^y where x is 0, infinite, negative or NaN, x is 1 or y is 0."""
    zero, one = literal(0, kind), literal(1, kind)
    infinity, nothing = literal(float("inf"), kind), literal(float("nan"), kind)
    empty, full = w.compare("oeq", kind, size, zero), w.compare("oeq", kind, size, infinity)
    falling = w.compare("olt", kind, y, zero)
    found = w.select(empty, kind, w.select(falling, kind, infinity, zero), found)
    found = w.select(full, kind, w.select(falling, kind, zero, infinity), found)
    found = w.select(w.compare("oeq", kind, size, one), kind, one, found)
    found = w.select(w.compare("uno", kind, x, y), kind, nothing, found)
    half = times(w, kind, y, 0.5)
    broken = w.compare("une", kind, w.intrinsic("trunc", kind, y), y)
    odd = w.compare("une", kind, w.intrinsic("trunc", kind, half), half)
    odd = w.binary("and", "i1", odd, w.binary("xor", "i1", broken, "true"))
    signed = w.intrinsic("copysign", kind, found, x)
    found = w.select(odd, kind, signed, found)
    inner = w.binary("and", "i1", w.compare("olt", kind, x, zero), w.compare("une", kind, size, infinity))
    found = w.select(w.binary("and", "i1", inner, broken), kind, nothing, found)
    given = w.binary("or", "i1", w.compare("oeq", kind, x, one), w.compare("oeq", kind, y, zero))
    return w.select(given, kind, one, found)


def cbrt(w: Writer, kind: str, x: str) -> str:
    """2^n m (m^(-1/3))^2: m^(-1/3) by a polynomial and two steps of Newton's; a third one for m^(1/3) itself."""
    size, one = absolute(w, kind, x), literal(1, kind)
    k, m = split_any(w, kind, size)
    n, bits = rounded(w, kind, k, 1 / 3)
    left = w.fma(kind, n, literal(-3, kind), k)  # -1, 0 or 1
    m = by(w, kind, m, of_sign(w, kind, left, 0.5, 2.0))
    y = polynomial(w, kind, m, CUBE_ROOT[kind])
    third = literal(1 / 3, kind)
    for _ in range(2):
        error = w.fma(kind, w.put(f"fneg {kind} {m}"), by(w, kind, y, by(w, kind, y, y)), one)
        y = w.fma(kind, by(w, kind, y, third), error, y)
    square = by(w, kind, y, y)
    root = by(w, kind, m, square)
    error = w.fma(kind, w.put(f"fneg {kind} {by(w, kind, root, root)}"), root, m)
    root = w.fma(kind, by(w, kind, error, third), square, root)
    whole = w.put(f"sub {FLOATS[kind].integer} {bits}, {ROUNDER_BITS[kind]}")
    found = w.intrinsic("copysign", kind, scaled(w, kind, root, whole), x)
    usual = w.binary("and", "i1", w.compare("ogt", kind, size, literal(0, kind)),
                     is_below(w, kind, size, float("inf")))  # fmt: skip
    return w.select(usual, kind, found, x)


def of_sign(w: Writer, kind: str, x: str, negative: float, positive: float) -> str:
    """One number where x is negative, another where it is positive, and 1 where it is 0."""
    zero = literal(0, kind)
    found = w.select(w.compare("ogt", kind, x, zero), kind, literal(positive, kind), literal(1, kind))
    return w.select(w.compare("olt", kind, x, zero), kind, literal(negative, kind), found)


def hypot(w: Writer, kind: str, x: str, y: str) -> str:
    """sqrt(x^2 + y^2), of numbers made smaller or larger where squares would leave the range."""
    a, b = absolute(w, kind, x), absolute(w, kind, y)
    less = w.compare("olt", kind, a, b)
    large, small = w.select(less, kind, b, a), w.select(less, kind, a, b)
    outermost, up, down = (500, 700, 600) if kind == "double" else (60, 90, 80)
    above = w.compare("ogt", kind, large, literal(2.0**outermost, kind))
    below = is_below(w, kind, large, 2.0**-outermost)
    one = literal(1, kind)
    factor = w.select(above, kind, literal(2.0**-down, kind), w.select(below, kind, literal(2.0**up, kind), one))
    back = w.select(above, kind, literal(2.0**down, kind), w.select(below, kind, literal(2.0**-up, kind), one))
    p, q = by(w, kind, large, factor), by(w, kind, small, factor)
    found = by(w, kind, w.intrinsic("sqrt", kind, w.fma(kind, p, p, by(w, kind, q, q))), back)
    infinity = literal(float("inf"), kind)
    full = w.binary("or", "i1", w.compare("oeq", kind, a, infinity), w.compare("oeq", kind, b, infinity))
    return w.select(
        full, kind, infinity, w.select(w.compare("uno", kind, a, b), kind, literal(float("nan"), kind), found)
    )
