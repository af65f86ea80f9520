"""Text in LLVM's language: instructions asked for one by one in, lines out.

One idea: every instruction has a result with a name of its own, so that the caller writes expressions.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

ARITHMETIC = "contract"  # a product and a sum may be rounded once; nothing else may change


@dataclass(slots=True)
class Writer:
    """The lines of one function, and what it needs from the module around it."""

    lines: list[str] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)  # functions of mathematics, `exp.double`
    declared: set[str] = field(default_factory=set)  # declarations of functions from outside
    strangers: list[str] | None = (
        None  # conditions: an argument that a fast function is not good for. None: no such ones
    )
    counted: int = 0
    block: str = "entry"

    def name(self) -> str:
        self.counted += 1
        return f"%v{self.counted}"

    def put(self, text: str) -> str:
        """An instruction with a result."""
        made = self.name()
        self.lines.append(f"  {made} = {text}")
        return made

    def do(self, text: str) -> None:
        """An instruction without one."""
        self.lines.append(f"  {text}")

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")
        self.block = name

    def fresh_label(self, stem: str) -> str:
        self.counted += 1
        return f"{stem}{self.counted}"

    # Arithmetic -------------------------------------------------------------------------------------------------
    def binary(self, op: str, kind: str, x: str, y: str) -> str:
        return self.put(f"{op} {kind} {x}, {y}")

    def fadd(self, kind: str, x: str, y: str, flags: str = ARITHMETIC) -> str:
        return self.put(f"fadd {flags} {kind} {x}, {y}")

    def fsub(self, kind: str, x: str, y: str) -> str:
        return self.put(f"fsub {ARITHMETIC} {kind} {x}, {y}")

    def fmul(self, kind: str, x: str, y: str) -> str:
        return self.put(f"fmul {ARITHMETIC} {kind} {x}, {y}")

    def fdiv(self, kind: str, x: str, y: str) -> str:
        return self.put(f"fdiv {kind} {x}, {y}")

    def compare(self, how: str, kind: str, x: str, y: str) -> str:
        return self.put(f"fcmp {how} {kind} {x}, {y}")

    def select(self, condition: str, kind: str, x: str, y: str) -> str:
        return self.put(f"select i1 {condition}, {kind} {x}, {kind} {y}")

    def intrinsic(self, name: str, kind: str, *args: str) -> str:
        """A call of an LLVM intrinsic on floats of one kind."""
        full = f"@llvm.{name}.{FLOATS[kind].suffix}"
        self.declared.add(f"declare {kind} {full}({', '.join([kind] * len(args))})")
        return self.put(f"call {kind} {full}({', '.join(f'{kind} {each}' for each in args)})")

    def fma(self, kind: str, x: str, y: str, z: str) -> str:
        return self.intrinsic("fma", kind, x, y, z)

    def mathematics(self, name: str, kind: str, *args: str) -> str:
        """A call of one of our own functions."""
        self.needs.add(f"{name}.{kind}")
        return self.put(f"call {kind} @cr.{name}.{kind}({', '.join(f'{kind} {each}' for each in args)})")

    def foreign(self, name: str, kind: str, *args: str) -> str:
        """A call of a function of the C library."""
        full = f"@{name}{'f' if kind == 'float' else ''}"
        self.declared.add(f"declare {kind} {full}({', '.join([kind] * len(args))}) nounwind willreturn memory(none)")
        return self.put(f"call {kind} {full}({', '.join(f'{kind} {each}' for each in args)})")


@dataclass(frozen=True, slots=True)
class Floats:
    """How floats of one kind are made of bits."""

    suffix: str
    integer: str
    bits: int  # of the fraction
    bias: int
    pack: str


FLOATS = {"double": Floats("f64", "i64", 52, 1023, "<d"), "float": Floats("f32", "i32", 23, 127, "<f")}


def literal(number: Any, kind: str) -> str:
    """A known number as LLVM writes it: floats by their bits."""
    if kind in FLOATS:
        rounded = struct.unpack("<f", struct.pack("<f", _within(number)))[0] if kind == "float" else float(number)
        return f"0x{struct.unpack('<Q', struct.pack('<d', rounded))[0]:016X}"
    if kind == "i1":
        return "true" if number else "false"
    return str(int(number))


def _within(number: Any) -> float:
    """A float64 that float32 can hold, if only as an infinity."""
    found = float(number)
    return found if abs(found) <= 3.4028235677973366e38 or found != found else float("inf") * (1 if found > 0 else -1)
