"""Exponentials, logarithms and their kin as polynomials: a name and a kind of float in, a function in LLVM's language
out.

One idea: no branch and no table, so that the loop around them becomes vectors. Every function is within 4 units in the
last place of the truth everywhere, and gives what IEEE says for zeros, infinities, NaN and denormals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .writer import FLOATS, Writer, literal

# (exp(r) - 1 - r) / r^2 for |r| <= log(2)/2, by Chebyshev's interpolation with 40 digits.
_EXPONENTIAL = {
    "double": (
        0.5, 0.16666666666666670991, 0.041666666666666669755, 0.0083333333333261351258, 0.0013888888888883748305,
        0.00019841269874820625271, 0.000024801587325547741216, 2.755725540020642443e-6, 2.7557273643110295328e-7,
        2.5105217004720745164e-8, 2.0914686968086877233e-9,
    ),
    "float": (
        0.5, 0.16666576989698775683, 0.041666554617204574203, 0.0083631790527225773704, 0.0013926183587713494542,
    ),
}  # fmt: skip
# (log(1 + f) - f + f^2/2 - s (f^2/2)) / s, s = f / (2 + f), in powers of s^2: the coefficients of fdlibm (Sun, 1993).
_LOGARITHM = {
    "double": (
        6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
        1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01,
    ),
    "float": (0.66666662693023681640625, 0.40000972151756286621, 0.28498786687850952148, 0.24279078841209411621),
}  # fmt: skip
_LOG_2 = {"double": (6.93147180369123816490e-01, 1.90821492927058770002e-10), "float": (0.693359375, -2.12194440e-4)}
_ROUNDER = {"double": 6755399441055744.0, "float": 12582912.0}  # 1.5 * 2^52: adding it rounds to a whole number
_LIMITS = {"double": (-746.0, 710.0, 22.0), "float": (-104.0, 89.0, 10.0)}  # of exp below and above, of tanh
_ROOT_HALF = {"double": 0x3FE6A09E667F3BCD, "float": 0x3F3504F3}
_ONE = {"double": 0x3FF0000000000000, "float": 0x3F800000}
_TINY = {"double": (2.2250738585072014e-308, 2.0**54, 54.0), "float": (1.1754943508222875e-38, 2.0**25, 25.0)}


def polynomial(w: Writer, kind: str, x: str, coefficients: Sequence[float]) -> str:
    """By Horner's rule, the coefficient of the constant first."""
    total = literal(coefficients[-1], kind)
    for each in reversed(coefficients[:-1]):
        total = w.fma(kind, total, x, literal(each, kind))
    return total


def reduced(w: Writer, kind: str, x: str) -> tuple[str, str, str]:
    """x = n log 2 + r with |r| <= log(2)/2: n as a whole number, n as a float, and r."""
    high, low = _LOG_2[kind]
    integer, rounder = FLOATS[kind].integer, _ROUNDER[kind]
    shifted = w.fma(kind, x, literal(1.4426950408889634074, kind), literal(rounder, kind))
    whole = w.put(f"fsub {kind} {shifted}, {literal(rounder, kind)}")
    bits = w.put(f"bitcast {kind} {shifted} to {integer}")
    n = w.put(f"sub {integer} {bits}, {rounder_bits(kind)}")
    rest = w.fma(kind, whole, literal(-high, kind), x)
    return n, whole, w.fma(kind, whole, literal(-low, kind), rest)


def rounder_bits(kind: str) -> int:
    return 0x4338000000000000 if kind == "double" else 0x4B400000


def power_of_two(w: Writer, kind: str, n: str) -> str:
    """2^n for a whole number n within the exponents of normal numbers."""
    floats = FLOATS[kind]
    biased = w.put(f"add {floats.integer} {n}, {floats.bias}")
    bits = w.put(f"shl {floats.integer} {biased}, {floats.bits}")
    return w.put(f"bitcast {floats.integer} {bits} to {kind}")


def kept_within(w: Writer, kind: str, x: str, low: float, high: float) -> str:
    """x between two bounds; NaN stays NaN."""
    above = w.compare("ogt", kind, x, literal(high, kind))
    x = w.select(above, kind, literal(high, kind), x)
    below = w.compare("olt", kind, x, literal(low, kind))
    return w.select(below, kind, literal(low, kind), x)


def exp(w: Writer, kind: str, x: str) -> str:
    """2^n (1 + r + r^2 q(r)). 2^n is two factors, so that results at both ends are rounded once."""
    integer = FLOATS[kind].integer
    n, _, r = reduced(w, kind, kept_within(w, kind, x, *_LIMITS[kind][:2]))
    square = w.fmul(kind, r, r)
    inner = w.fma(kind, square, polynomial(w, kind, r, _EXPONENTIAL[kind]), r)
    value = w.put(f"fadd {kind} {inner}, {literal(1, kind)}")
    half = w.put(f"ashr {integer} {n}, 1")
    rest = w.put(f"sub {integer} {n}, {half}")
    scaled = w.put(f"fmul {kind} {value}, {power_of_two(w, kind, half)}")
    return w.put(f"fmul {kind} {scaled}, {power_of_two(w, kind, rest)}")


def expm1(w: Writer, kind: str, x: str) -> str:
    """2 (2^(n-1) (r + r^2 q(r)) + (2^(n-1) - 1/2))."""
    integer = FLOATS[kind].integer
    n, _, r = reduced(w, kind, kept_within(w, kind, x, -60.0 if kind == "double" else -40.0, _LIMITS[kind][1]))
    square = w.fmul(kind, r, r)
    inner = w.fma(kind, square, polynomial(w, kind, r, _EXPONENTIAL[kind]), r)
    scale = power_of_two(w, kind, w.put(f"sub {integer} {n}, 1"))
    offset = w.put(f"fsub {kind} {scale}, {literal(0.5, kind)}")
    half = w.fma(kind, inner, scale, offset)
    found = w.put(f"fadd {kind} {half}, {half}")
    tiny = w.compare("olt", kind, w.intrinsic("fabs", kind, x), literal(1e-20 if kind == "double" else 1e-10, kind))
    return w.select(tiny, kind, x, found)


def split(w: Writer, kind: str, x: str) -> tuple[str, str]:
    """x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), for normal positive x: k as a float, and f."""
    floats = FLOATS[kind]
    integer, bits = floats.integer, w.put(f"bitcast {kind} {x} to {floats.integer}")
    moved = w.put(f"add {integer} {bits}, {_ONE[kind] - _ROOT_HALF[kind]}")
    exponent = w.put(f"lshr {integer} {moved}, {floats.bits}")
    k = w.put(f"add {integer} {exponent}, {rounder_bits(kind) - floats.bias}")
    whole = w.put(f"fsub {kind} {w.put(f'bitcast {integer} {k} to {kind}')}, {literal(_ROUNDER[kind], kind)}")
    fraction = w.put(f"and {integer} {moved}, {(1 << floats.bits) - 1}")
    mantissa = w.put(f"bitcast {integer} {w.put(f'add {integer} {fraction}, {_ROOT_HALF[kind]}')} to {kind}")
    return whole, w.put(f"fsub {kind} {mantissa}, {literal(1, kind)}")


def logarithm(w: Writer, kind: str, k: str, f: str, more: str) -> str:
    """k log 2 + log(1 + f) + more, `more` being small."""
    high, low = _LOG_2[kind]
    s = w.fdiv(kind, f, w.put(f"fadd {kind} {f}, {literal(2, kind)}"))
    z = w.fmul(kind, s, s)
    rest = w.fmul(kind, z, polynomial(w, kind, z, _LOGARITHM[kind]))
    half = w.fmul(kind, w.fmul(kind, f, f), literal(0.5, kind))
    inner = w.fma(kind, s, w.put(f"fadd {kind} {half}, {rest}"), w.fma(kind, k, literal(low, kind), more))
    tail = w.put(f"fsub {kind} {w.put(f'fsub {kind} {half}, {inner}')}, {f}")
    return w.put(f"fsub {kind} {w.put(f'fmul {kind} {k}, {literal(high, kind)}')}, {tail}")


def with_edges(w: Writer, kind: str, x: str, found: str, zero: float) -> str:
    """A logarithm at its edges: infinity at infinity, minus infinity where x is `zero`, NaN below and at NaN."""
    infinite = w.compare("oeq", kind, x, literal(float("inf"), kind))
    found = w.select(infinite, kind, x, found)
    empty = w.compare("oeq", kind, x, literal(zero, kind))
    found = w.select(empty, kind, literal(float("-inf"), kind), found)
    return w.select(w.compare("ult", kind, x, literal(zero, kind)), kind, literal(float("nan"), kind), found)


def log(w: Writer, kind: str, x: str) -> str:
    least, factor, exponent = _TINY[kind]
    small = w.compare("olt", kind, x, literal(least, kind))
    scaled = w.select(small, kind, w.put(f"fmul {kind} {x}, {literal(factor, kind)}"), x)
    k, f = split(w, kind, scaled)
    less = w.put(f"fsub {kind} {k}, {literal(exponent, kind)}")
    found = logarithm(w, kind, w.select(small, kind, less, k), f, literal(0, kind))
    return with_edges(w, kind, x, found, 0.0)


def log1p(w: Writer, kind: str, x: str) -> str:
    """log(u) + (x - (u - 1)) / u with u = 1 + x rounded."""
    one = literal(1, kind)
    u = w.put(f"fadd {kind} {x}, {one}")
    k, f = split(w, kind, u)
    large = w.compare("ogt", kind, u, literal(2, kind))
    near = w.put(f"fsub {kind} {x}, {w.put(f'fsub {kind} {u}, {one}')}")
    far = w.put(f"fsub {kind} {one}, {w.put(f'fsub {kind} {u}, {x}')}")
    lost = w.fdiv(kind, w.select(large, kind, far, near), u)
    found = with_edges(w, kind, x, logarithm(w, kind, k, f, lost), -1.0)
    tiny = w.compare("olt", kind, w.intrinsic("fabs", kind, x), literal(1e-20 if kind == "double" else 1e-10, kind))
    return w.select(tiny, kind, x, found)


def tanh(w: Writer, kind: str, x: str) -> str:
    """e / (e + 2) with e = expm1(2 |x|): exact near 0, where a quotient of exponentials loses everything."""
    size = w.intrinsic("fabs", kind, x)
    limit = _LIMITS[kind][2]
    above = w.compare("ogt", kind, size, literal(limit, kind))
    bounded = w.select(above, kind, literal(limit, kind), size)
    e = expm1(w, kind, w.put(f"fadd {kind} {bounded}, {bounded}"))
    found = w.fdiv(kind, e, w.put(f"fadd {kind} {e}, {literal(2, kind)}"))
    return w.intrinsic("copysign", kind, found, x)


FUNCTIONS: dict[str, Callable[[Writer, str, str], str]] = {
    "exp": exp, "expm1": expm1, "log": log, "log1p": log1p, "tanh": tanh,
}  # fmt: skip


def definition(need: str) -> tuple[str, set[str]]:
    """The text of one function, `exp.double`, and the declarations it needs."""
    name, kind = need.split(".")
    writer = Writer()
    found = FUNCTIONS[name](writer, kind, "%x")
    body = "\n".join(writer.lines)
    text = f"define internal {kind} @cr.{need}({kind} %x) alwaysinline nounwind {{\n{body}\n  ret {kind} {found}\n}}\n"
    return text, writer.declared
