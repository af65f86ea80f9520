"""Loops with vectors in registers: a body as a function in, instructions out.

One idea: what a loop carries from one round to the next is handed to its body and given back by it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .writer import FLOATS, Writer


@dataclass(frozen=True, slots=True)
class Vector:
    """Vectors of one kind of numbers, as wide as the registers of the machine."""

    kind: str
    lanes: int

    @property
    def code(self) -> str:
        return f"<{self.lanes} x {self.kind}>"

    @property
    def size(self) -> int:
        """Bytes of one number."""
        return 4 if self.kind == "float" else 8

    @property
    def whole(self) -> str:
        """The vector of whole numbers with the same bits."""
        return f"<{self.lanes} x {FLOATS[self.kind].integer}>"

    def load(self, w: Writer, pointer: str) -> str:
        return w.put(f"load {self.code}, ptr {pointer}, align {self.size}")

    def store(self, w: Writer, value: str, pointer: str) -> None:
        w.do(f"store {self.code} {value}, ptr {pointer}, align {self.size}")

    def spread(self, w: Writer, pointer: str) -> str:
        """One number from memory, everywhere."""
        number = w.put(f"load {self.kind}, ptr {pointer}")
        single = w.put(f"insertelement {self.code} poison, {self.kind} {number}, i64 0")
        return w.put(f"shufflevector {self.code} {single}, {self.code} poison, <{self.lanes} x i32> zeroinitializer")

    def fused(self, w: Writer, x: str, y: str, z: str) -> str:
        """x y + z, rounded once where the processor can."""
        name = f"@llvm.fmuladd.v{self.lanes}{FLOATS[self.kind].suffix}"
        w.declared.add(f"declare {self.code} {name}({self.code}, {self.code}, {self.code})")
        return w.put(f"call {self.code} {name}({self.code} {x}, {self.code} {y}, {self.code} {z})")

    def total(self, w: Writer, x: str) -> str:
        """The sum of all lanes."""
        name = f"@llvm.vector.reduce.fadd.v{self.lanes}{FLOATS[self.kind].suffix}"
        w.declared.add(f"declare {self.kind} {name}({self.kind}, {self.code})")
        zero = "0x8000000000000000"
        return w.put(f"call reassoc {self.kind} {name}({self.kind} {zero}, {self.code} {x})")

    def masked(self, w: Writer, x: str, mask: str) -> str:
        """x where the bits of the mask are set, 0 elsewhere."""
        bits = w.put(f"bitcast {self.code} {x} to {self.whole}")
        return w.put(f"bitcast {self.whole} {w.put(f'and {self.whole} {bits}, {mask}')} to {self.code}")


def counted(w: Writer, size: int | str, body: Callable[[str], object]) -> None:
    """A loop from 0 up to a size."""

    def carried(counter: str, _: Sequence[str]) -> list[str]:
        body(counter)
        return []

    accumulated(w, size, "", [], carried)


def accumulated(
    w: Writer, size: int | str, code: str, starts: Sequence[str], body: Callable[[str, Sequence[str]], Sequence[str]]
) -> list[str]:
    """A loop that carries values of one type; what they are in the end. A size that is not known may be 0."""
    if size == 1:
        return list(body("0", starts))
    if size == 0:
        return list(starts)
    before, top, after = w.block, w.fresh_label("round"), w.fresh_label("rounds")
    counter, following = w.name(), w.name()
    held = [w.name() for _ in starts]
    if isinstance(size, str):
        w.do(f"br i1 {w.put(f'icmp sgt i64 {size}, 0')}, label %{top}, label %{after}")
    else:
        w.do(f"br label %{top}")
    w.label(top)
    place = len(w.lines)
    found = list(body(counter, held))
    last = w.block
    w.lines[place:place] = [
        f"  {counter} = phi i64 [0, %{before}], [{following}, %{last}]",
        *(f"  {name} = phi {code} [{start}, %{before}], [{now}, %{last}]"
          for name, start, now in zip(held, starts, found, strict=True)),
    ]  # fmt: skip
    w.do(f"{following} = add nuw nsw i64 {counter}, 1")
    w.do(f"br i1 {w.put(f'icmp slt i64 {following}, {size}')}, label %{top}, label %{after}")
    w.label(after)
    if not isinstance(size, str):
        return found
    return [w.put(f"phi {code} [{start}, %{before}], [{now}, %{last}]")
            for start, now in zip(starts, found, strict=True)]  # fmt: skip


def summed(w: Writer, *terms: tuple[str, int] | int) -> str:
    """A sum of counters times distances, and of plain distances."""
    total, found = sum(each for each in terms if isinstance(each, int)), ""
    for term in terms:
        if isinstance(term, int) or not term[1]:
            continue
        counter, step = term
        if counter.isdecimal():
            total += int(counter) * step
            continue
        scaled = counter if step == 1 else w.put(f"mul nsw i64 {counter}, {step}")
        found = w.put(f"add nsw i64 {found}, {scaled}") if found else scaled
    if not found:
        return str(total)
    return w.put(f"add nsw i64 {found}, {total}") if total else found


def at(w: Writer, kind: str, pointer: str, place: str | int) -> str:
    """The address of an entry."""
    return pointer if place in ("0", 0) else w.put(f"getelementptr {kind}, ptr {pointer}, i64 {place}")
