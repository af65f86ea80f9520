"""Work in parts: a function that works from one number to another in, a call of it by several threads at once out.

One idea: the parts are known when the code is written, from the work and the number of threads. So results are the same
at every run, whoever takes which part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from ..machine import threads
from .table import Table
from .writer import Writer

alone: ContextVar[bool] = ContextVar("alone", default=False)  # set while a text for one thread is written
LEAST = [100e-6]  # seconds of work that are worth splitting
_GRAIN = 4  # parts for each thread: who is held up by another process leaves the rest to others
_MOST = 64  # parts, unless there are more threads


@dataclass(frozen=True, slots=True)
class Split:
    """A range of numbers in parts of one length; the last may be shorter."""

    size: int
    length: int

    @property
    def parts(self) -> int:
        return -(-self.size // self.length)


def split_of(size: int, seconds: float, multiple: int = 1, least: int = 1) -> Split | None:
    """How to split so much work on a range; None where it should stay whole. `multiple`: of which lengths must be;
    `least`: how long a part is at least."""
    number = threads.choice().number
    if number == 1 or alone.get() or seconds < LEAST[0]:
        return None
    wanted = max(number, min(_GRAIN * number, _MOST))
    wanted = min(wanted, max(2, int(_GRAIN * seconds / LEAST[0])), size // least)
    if wanted < 2:
        return None
    length = -(-size // (wanted * multiple)) * multiple
    return Split(size, length) if length < size else None


def write_in_parts(
    w: Writer, table: Table, allocas: list[str], name: str, pointers: Sequence[str], split: Split,
    own: Mapping[int, int] | None = None,
) -> str:  # fmt: skip
    """Call `name(pointers, first, last)` for all parts. Returns the function that a part is taken with. `own`: the
    pointers, by their place, from which on each part has so many bytes of its own."""
    call_parts(w, table, allocas, f"{name}_part", pointers, split.parts)
    return part_function(name, len(pointers), split, own or {})


def call_parts(w: Writer, table: Table, allocas: list[str], name: str, pointers: Sequence[str], count: int) -> None:
    """Call `name(passed, part)` for so many parts. `passed`: where the pointers lie, one after the other."""
    run, pool = table.load(w, "pool", "run"), table.load(w, "pool", "state")
    passed = f"%passed{len(allocas)}"
    allocas.append(f"  {passed} = alloca ptr, i64 {max(1, len(pointers))}")
    for place, each in enumerate(pointers):
        w.do(f"store ptr {each}, ptr {w.put(f'getelementptr ptr, ptr {passed}, i64 {place}')}")
    w.do(f"call void {run}(ptr {pool}, ptr @{name}, ptr {passed}, i64 {count})")


def part_function(name: str, count: int, split: Split, own: Mapping[int, int]) -> str:
    """`name_part(passed, part)`: one part of the work."""
    w = Writer()
    first = w.put(f"mul i64 %part, {split.length}")
    end = w.put(f"add i64 {first}, {split.length}")
    last = w.put(f"select i1 {w.put(f'icmp ult i64 {end}, {split.size}')}, i64 {end}, i64 {split.size}")
    args = []
    for place in range(count):
        found = w.put(f"load ptr, ptr {w.put(f'getelementptr ptr, ptr %passed, i64 {place}')}")
        if place in own:
            found = w.put(f"getelementptr i8, ptr {found}, i64 {w.put(f'mul i64 %part, {own[place]}')}")
        args.append(f"ptr {found}")
    w.do(f"call void @{name}({', '.join([*args, f'i64 {first}', f'i64 {last}'])})")
    lines = "\n".join(w.lines)
    return f"define internal void @{name}_part(ptr %passed, i64 %part) nounwind {{\nentry:\n{lines}\n  ret void\n}}\n"
