"""Expressions in C: what an instruction computes and its operands in, text with as few brackets as C needs out.

One idea: an expression knows how loosely its last operator binds, and a pointer what it points to.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..primitives.values import UnsupportedError
from .instructions import CASTS, Instruction

ATOM, UNARY, PRODUCT, SUM, RELATION, EQUAL, AND, OR, CHOICE = range(9)
WHOLE = {"i1": "bool", "i8": "int8_t", "i16": "int16_t", "i32": "int32_t", "i64": "int64_t"}
TYPES = {"float": "float", "double": "double", "void": "void", **WHOLE}
BYTE = "unsigned char"


@dataclass(frozen=True, slots=True)
class Expression:
    """`reads`: whether it looks into memory. `points` and `index`: of a pointer, to what, and how far behind `text`."""

    text: str
    level: int = ATOM
    reads: bool = False
    points: str = ""
    index: str = ""

    def within(self, level: int) -> str:
        """The text, in brackets where an operator that binds as tightly as `level` is next to it."""
        whole = self.whole
        return f"({whole.text})" if whole.level > level else whole.text

    @property
    def whole(self) -> Expression:
        """A pointer with its index added."""
        return replace(self, text=f"{self.text} + {self.index}", level=SUM, index="") if self.index else self


def c_type(name: str) -> str:
    """A type of LLVM in C: <8 x double> is double_x8."""
    if name.startswith("<"):
        count, _, entry = name[1:-1].split()
        return f"{TYPES[entry]}_x{count}"
    return TYPES[name]


def number(text: str, kind: str) -> str | None:
    """A literal in C, or None where the text is not one."""
    if text in ("true", "false"):
        return text
    if text in ("null", "zeroinitializer"):
        return "NULL" if text == "null" else f"({c_type(kind)}){{0}}"
    if text.startswith("0x"):
        value = struct.unpack("<d", struct.pack("<Q", int(text, 16)))[0]
        return real(value, kind)
    if text.lstrip("-").isdigit():
        return f"INT64_C({text})" if abs(int(text)) >= 2**31 else text
    return None


def real(value: float, kind: str) -> str:
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "-INFINITY" if value < 0 else "INFINITY"
    if kind == "float":
        return f"{shortest(value)}f"
    return repr(value)


def shortest(value: float) -> str:
    """The fewest digits that are this float32."""
    packed = struct.pack("<f", value)
    digits = next(each for each in range(1, 10) if struct.pack("<f", float(f"{value:.{each}g}")) == packed)
    return repr(float(f"{value:.{digits}g}"))


def parse_level(text: str) -> int:
    return UNARY if text.startswith("-") else ATOM


_INFIX = {"fadd": ("+", SUM), "add": ("+", SUM), "fsub": ("-", SUM), "sub": ("-", SUM), "fmul": ("*", PRODUCT),
          "mul": ("*", PRODUCT), "fdiv": ("/", PRODUCT), "sdiv": ("/", PRODUCT), "srem": ("%", PRODUCT)}  # fmt: skip
_BITS = {"and": "&", "or": "|", "xor": "^"}
_LOGIC = {"and": ("&&", AND), "or": ("||", OR), "xor": ("!=", EQUAL)}
_ORDERED = {"oeq": "==", "une": "!=", "olt": "<", "ole": "<=", "ogt": ">", "oge": ">="}
_OTHERWISE = {"ult": ">=", "ule": ">", "ugt": "<=", "uge": "<"}  # unordered or: not the opposite
_NAMED = {"uno": "isunordered({}, {})", "ord": "!isunordered({}, {})", "one": "islessgreater({}, {})",
          "ueq": "!islessgreater({}, {})"}  # fmt: skip
_SIGNED = {"eq": "==", "ne": "!=", "slt": "<", "sle": "<=", "sgt": ">", "sge": ">="}
_UNSIGNED = {"ult": "<", "ule": "<=", "ugt": ">", "uge": ">="}


def computed(made: Instruction, args: Sequence[Expression]) -> Expression:
    """What an instruction without an effect computes. Raises UnsupportedError for what C has no words for."""
    writer = _WRITERS.get(made.op, binary)
    found = writer(made, args)
    return replace(found, reads=any(each.reads for each in args))


def infix(sign: str, level: int, left: Expression, right: Expression) -> Expression:
    return Expression(f"{left.within(level)} {sign} {right.within(level - 1)}", level)


def binary(made: Instruction, args: Sequence[Expression]) -> Expression:
    left, right = args
    if made.type == "i1" and made.op in _LOGIC:
        if made.op == "xor" and right.text == "true":
            return Expression(f"!{left.within(ATOM)}", UNARY)
        sign, level = _LOGIC[made.op]
        return Expression(f"{left.within(UNARY)} {sign} {right.within(UNARY)}", level)
    if made.op in _INFIX:
        found = infix(*_INFIX[made.op], left, right)
        return cast(made.type, found) if made.type in ("i8", "i16") else found
    if made.op == "frem":
        return Expression(f"{'fmod' if made.type == 'double' else 'fmodf'}({left.whole.text}, {right.whole.text})")
    if made.op in _BITS:
        return Expression(f"{left.within(UNARY)} {_BITS[made.op]} {right.within(UNARY)}", CHOICE)
    return shifted(made, left, right)


def shifted(made: Instruction, left: Expression, right: Expression) -> Expression:
    """Shifts, and division without signs, on the unsigned twin of a type."""
    if made.op == "ashr":
        return Expression(f"{left.within(UNARY)} >> {right.within(UNARY)}", CHOICE)
    sign = {"shl": "<<", "lshr": ">>", "udiv": "/", "urem": "%"}.get(made.op)
    if sign is None:
        raise UnsupportedError(f"the instruction {made.op}")
    inner = f"({unsigned(made.type, left)} {sign} {right.within(UNARY)})"
    return Expression(f"({WHOLE[made.type]}){inner}", UNARY)


def unsigned(kind: str, operand: Expression) -> str:
    return f"(u{WHOLE[kind]}){operand.within(UNARY)}"


def cast(kind: str, operand: Expression) -> Expression:
    return Expression(f"({c_type(kind)}){operand.within(UNARY)}", UNARY)


def converted(made: Instruction, args: Sequence[Expression]) -> Expression:
    return cast(made.type, args[0])


def same_bits(made: Instruction, args: Sequence[Expression]) -> Expression:
    return Expression(f"{c_type(made.type)}_of_{c_type(made.types[0])}({args[0].whole.text})")


def negated(made: Instruction, args: Sequence[Expression]) -> Expression:
    text = args[0].within(ATOM if args[0].text.startswith("-") else UNARY)
    return Expression(f"-{text}", UNARY)


def compared_floats(made: Instruction, args: Sequence[Expression]) -> Expression:
    left, right = args
    if made.types[0].startswith("<"):
        raise UnsupportedError("a comparison of vectors")
    if made.how in _ORDERED:
        level = EQUAL if made.how in ("oeq", "une") else RELATION
        return infix(_ORDERED[made.how], level, left, right)
    if made.how in _OTHERWISE:
        return Expression(f"!({infix(_OTHERWISE[made.how], RELATION, left, right).text})", UNARY)
    if made.how == "uno" and left.text == right.text:
        return Expression(f"isnan({left.text})")
    text = _NAMED[made.how].format(left.whole.text, right.whole.text)
    return Expression(text, UNARY)


def compared_whole(made: Instruction, args: Sequence[Expression]) -> Expression:
    left, right = args
    if made.types[0] == "i1":
        return Expression(f"{left.within(UNARY)} {_SIGNED[made.how]} {right.within(UNARY)}", EQUAL)
    if made.how in _SIGNED:
        return infix(_SIGNED[made.how], EQUAL if made.how in ("eq", "ne") else RELATION, left, right)
    kind = made.types[0]
    return Expression(f"{unsigned(kind, left)} {_UNSIGNED[made.how]} {unsigned(kind, right)}", RELATION)


def chosen(made: Instruction, args: Sequence[Expression]) -> Expression:
    if made.types[0] != "i1":
        raise UnsupportedError("a choice between the entries of vectors")
    condition, first, second = args
    text = f"{condition.within(OR)} ? {first.within(SUM)} : {second.within(SUM)}"
    return Expression(text, CHOICE, points=first.points or second.points)


_WRITERS: dict[str, Callable[[Instruction, Sequence[Expression]], Expression]] = {
    **dict.fromkeys(CASTS, converted), "bitcast": same_bits, "fneg": negated, "fcmp": compared_floats,
    "icmp": compared_whole, "select": chosen,
}  # fmt: skip
