"""One entry of a map: the name of a function and its operands in, instructions out.

One idea: conditions are single bits while they are computed with and bytes while they lie in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..machine.special import PREFIX
from ..primitives.values import UnsupportedError
from .mathematics import FUNCTIONS, LIMITS, is_beyond
from .writer import FLOATS, Writer, literal

_INTRINSIC = {
    "sqrt": "sqrt", "absolute": "fabs", "floor": "floor", "ceil": "ceil", "trunc": "trunc", "rint": "roundeven",
    "copysign": "copysign",
}  # fmt: skip
_ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "true_divide": "fdiv", "fmod": "frem"}
_WHOLE = {"add": "add", "subtract": "sub", "multiply": "mul"}
_COMPARE = {"equal": "oeq", "not_equal": "une", "less": "olt", "less_equal": "ole", "greater": "ogt",
            "greater_equal": "oge"}  # fmt: skip
_COMPARE_WHOLE = {"equal": "eq", "not_equal": "ne", "less": "slt", "less_equal": "sle", "greater": "sgt",
                  "greater_equal": "sge"}  # fmt: skip
_LOGIC = {"logical_and": "and", "logical_or": "or", "logical_xor": "xor"}


def comparison(name: str) -> str:
    """How floats are compared."""
    return _COMPARE[name]


def computed(code: str) -> str:
    """The kind of a value while it is computed with."""
    return "i1" if code == "i8" else code


def emit(w: Writer, name: str, into: str, kinds: Sequence[str], args: Sequence[str]) -> str:
    """One entry of a map of this name. `into` and `kinds` are the computed kinds of the result and of the operands."""
    kind = kinds[-1]
    if name == "where":
        return w.select(args[0], kind, args[1], args[2])
    if name == "cast":
        return cast(w, kind, into, args[0])
    if name in _LOGIC:
        return w.binary(_LOGIC[name], "i1", *args)
    if name == "logical_not":
        return w.binary("xor", "i1", args[0], "true")
    if kind in FLOATS:
        return emit_float(w, name, kind, args)
    if name in _COMPARE_WHOLE:
        return w.put(f"icmp {_COMPARE_WHOLE[name]} {kind} {args[0]}, {args[1]}")
    if kind != "i1":
        return emit_whole(w, name, kind, args)
    raise UnsupportedError(f"{name} of {kind}")


def emit_float(w: Writer, name: str, kind: str, args: Sequence[str]) -> str:
    if name in _ARITHMETIC:
        flags = "contract " if name in _WHOLE else ""
        return w.put(f"{_ARITHMETIC[name]} {flags}{kind} {args[0]}, {args[1]}")
    if name in _COMPARE:
        return w.compare(_COMPARE[name], kind, *args)
    if name in FUNCTIONS:
        return called(w, name, kind, *args)
    if name in _INTRINSIC:
        return w.intrinsic(_INTRINSIC[name], kind, *args)
    if name in _OTHERS:
        return _OTHERS[name](w, kind, *args)
    if name.startswith(PREFIX):
        return special(w, name, kind, args)
    raise UnsupportedError(name)


def called(w: Writer, name: str, kind: str, *args: str) -> str:
    """One of our own functions; the fast part of it where somebody watches over the arguments."""
    if name in LIMITS and w.strangers is not None:
        w.strangers.append(is_beyond(w, name, kind, *args))
        return w.mathematics(f"{name}.near", kind, *args)
    return w.mathematics(name, kind, *args)


def special(w: Writer, name: str, kind: str, args: Sequence[str]) -> str:
    """A call of a function of SciPy, which computes in float64."""
    wide = [cast(w, kind, "double", each) for each in args]
    taken = ["double"] * len(args)
    w.declared.add(f"declare double @{name}({', '.join([*taken, 'i32'])}) nounwind willreturn memory(none)")
    passed = ", ".join(f"double {each}" for each in wide)
    return cast(w, "double", kind, w.put(f"call double @{name}({passed}, i32 0)"))


def emit_whole(w: Writer, name: str, kind: str, args: Sequence[str]) -> str:
    if name in _WHOLE:
        return w.binary(_WHOLE[name], kind, *args)
    if name == "negative":
        return w.binary("sub", kind, "0", args[0])
    if name == "square":
        return w.binary("mul", kind, args[0], args[0])
    if name in ("maximum", "minimum"):
        larger = w.put(f"icmp {'sgt' if name == 'maximum' else 'slt'} {kind} {args[0]}, {args[1]}")
        return w.select(larger, kind, args[0], args[1])
    if name == "absolute":
        below = w.put(f"icmp slt {kind} {args[0]}, 0")
        return w.select(below, kind, w.binary("sub", kind, "0", args[0]), args[0])
    if name in ("floor", "ceil", "trunc", "rint"):
        return args[0]
    if name in ("fmod", "floor_divide"):
        return divided(w, name, kind, *args)
    raise UnsupportedError(f"{name} of {kind}")


def divided(w: Writer, name: str, kind: str, x: str, y: str) -> str:
    """Division of whole numbers. By nothing it gives 0, as NumPy has it; by -1 a machine may not divide at all."""
    by_nothing, turned = w.put(f"icmp eq {kind} {y}, 0"), w.put(f"icmp eq {kind} {y}, -1")
    safe = w.select(w.binary("or", "i1", by_nothing, turned), kind, "1", y)
    left_over = w.put(f"srem {kind} {x}, {safe}")
    if name == "fmod":
        return left_over
    quotient = w.put(f"sdiv {kind} {x}, {safe}")
    signs = w.put(f"icmp slt {kind} {w.binary('xor', kind, left_over, safe)}, 0")
    below = w.binary("and", "i1", signs, w.put(f"icmp ne {kind} {left_over}, 0"))
    down = w.select(below, kind, w.binary("sub", kind, quotient, "1"), quotient)
    found = w.select(turned, kind, w.binary("sub", kind, "0", x), down)
    return w.select(by_nothing, kind, "0", found)


def without_fraction(w: Writer, kind: str, into: str, x: str) -> str:
    """A float as a whole number. NaN and what is out of range are the least number, as Intel's processors have it."""
    least = -(2.0 ** (int(into.lstrip("i")) - 1))
    between = into == "i32" and kind == "double"  # -2147483648.9 is in range: its fraction goes first
    above = w.compare("ogt" if between else "oge", kind, x, literal(least - between, kind))
    inside = w.binary("and", "i1", above, w.compare("olt", kind, x, literal(-least, kind)))
    return w.put(f"fptosi {kind} {w.select(inside, kind, x, literal(least, kind))} to {into}")


def cast(w: Writer, kind: str, into: str, x: str) -> str:
    if kind == into:
        return x
    if into == "i1":
        return w.compare("une", kind, x, literal(0, kind)) if kind in FLOATS else w.put(f"icmp ne {kind} {x}, 0")
    if kind in FLOATS and into in FLOATS:
        return w.put(f"{'fpext' if into == 'double' else 'fptrunc'} {kind} {x} to {into}")
    if into in FLOATS:
        return w.put(f"{'uitofp' if kind == 'i1' else 'sitofp'} {kind} {x} to {into}")
    if kind in FLOATS:
        return without_fraction(w, kind, into, x)
    if kind == "i1":
        return w.put(f"zext i1 {x} to {into}")
    return w.put(f"{'sext' if into == 'i64' else 'trunc'} {kind} {x} to {into}")


def negative(w: Writer, kind: str, x: str) -> str:
    return w.put(f"fneg {kind} {x}")


def square(w: Writer, kind: str, x: str) -> str:
    return w.fmul(kind, x, x)


def sign(w: Writer, kind: str, x: str) -> str:
    """1, -1, 0, and NaN of NaN."""
    zero = literal(0, kind)
    below = w.select(w.compare("olt", kind, x, zero), kind, literal(-1, kind), x)
    found = w.select(w.compare("ogt", kind, x, zero), kind, literal(1, kind), below)
    return w.select(w.compare("oeq", kind, x, zero), kind, zero, found)


def extreme(how: str, intrinsic: str) -> Callable[[Writer, str, str, str], str]:
    """The larger or smaller of two numbers, NaN if one is. One comparison is enough beside a known number."""

    def function(w: Writer, kind: str, x: str, y: str) -> str:
        if y.startswith("0x") and not y.startswith(("0x7FF8", "0xFFF8")):
            return w.select(w.compare(how, kind, x, y), kind, x, y)
        return w.intrinsic(intrinsic, kind, x, y)

    return function


def is_nan(w: Writer, kind: str, x: str) -> str:
    return w.compare("uno", kind, x, x)


def is_infinite(w: Writer, kind: str, x: str) -> str:
    return w.compare("oeq", kind, w.intrinsic("fabs", kind, x), literal(float("inf"), kind))


def is_finite(w: Writer, kind: str, x: str) -> str:
    return w.compare("olt", kind, w.intrinsic("fabs", kind, x), literal(float("inf"), kind))


def sign_bit(w: Writer, kind: str, x: str) -> str:
    integer = FLOATS[kind].integer
    return w.put(f"icmp slt {integer} {w.put(f'bitcast {kind} {x} to {integer}')}, 0")


_OTHERS: dict[str, Callable[..., str]] = {
    "negative": negative, "square": square, "sign": sign, "maximum": extreme("uge", "maximum"),
    "minimum": extreme("ule", "minimum"), "isnan": is_nan, "isinf": is_infinite, "isfinite": is_finite,
    "signbit": sign_bit,
}  # fmt: skip

_STARTS = {"sum": 0, "prod": 1, "max": float("-inf"), "min": float("inf"), "any": False, "all": True}


def start_of(name: str, kind: str) -> str:
    """What a reduction begins with."""
    if name in ("max", "min") and kind not in FLOATS:
        limits = np.iinfo(f"int{kind.lstrip('i')}")
        return literal(limits.min if name == "max" else limits.max, kind)
    return literal(_STARTS[name], kind)


def combine(w: Writer, name: str, kind: str, total: str, x: str) -> str:
    """One step of a reduction. The order of a sum is free, so that it can be many sums side by side."""
    if name in ("sum", "prod"):
        floats = kind in FLOATS
        op = {"sum": "add", "prod": "mul"}[name]
        return w.put(f"f{op} reassoc {kind} {total}, {x}") if floats else w.put(f"{op} {kind} {total}, {x}")
    if name in ("any", "all"):
        return w.put(f"{'or' if name == 'any' else 'and'} i1 {total}, {x}")
    both = "maximum" if name == "max" else "minimum"
    return w.intrinsic(both, kind, total, x) if kind in FLOATS else emit_whole(w, both, kind, (total, x))


def following(w: Writer, name: str, kind: str, before: str, entries: Sequence[str]) -> str:
    """The next entry: of the one before it, and of those of the arrays there."""
    if name == "recur":
        return w.fadd(kind, w.fmul(kind, entries[0], before), entries[1])
    return emit(w, name, kind, (kind, kind), (before, entries[0]))
