"""Running sums, products, extremes and recurrences: what runs along an axis in, a function in LLVM's words out.

One idea: an entry is made of the one before it, in the order in which NumPy adds them up. Where the axis is the last,
the entry before stays in a register; else whole rows are made of whole rows, as vectors.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...primitives.values import Value, count
from ..counting import closed, opened
from ..lines.unrolled import load, store
from ..scalars import computed, following
from ..writer import Writer


def running_function(w: Writer, name: str, value: Value) -> str:
    """`name(to, from...)`. `w`: a writer of its own."""
    axis, length = value.data, value.shape[value.data]
    outer, inner = count(value.shape[:axis]), count(value.shape[axis + 1 :])
    sources = [f"%p{place}" for place in range(1, len(value.inputs) + 1)]
    if value.size:
        if inner == 1:
            along_rows(w, value, outer, length, sources)
        else:
            row_by_row(w, value, (outer, length, inner), sources)
    taken = ", ".join(["ptr noalias %p0", *[f"ptr noalias readonly {each}" for each in sources]])
    lines = "\n".join(w.lines)
    return f"define internal void @{name}({taken}) #0 {{\nentry:\n{lines}\n  ret void\n}}\n"


def along_rows(w: Writer, value: Value, outer: int, length: int, sources: Sequence[str]) -> None:
    """The entry before in a register."""
    kind, code = computed(value.code), value.code
    rows, row = opened(w, outer)
    start = w.put(f"mul i64 {row}, {length}")
    first = load(w, code, sources[-1], start)
    store(w, code, first, "%p0", start)
    if length > 1:
        before = w.block
        turns, turn = opened(w, length - 1)
        total, place = w.name(), len(w.lines)
        at = w.put(f"add i64 {w.put(f'add i64 {start}, {turn}')}, 1")
        now = following(
            w, value.name, kind, total if turns[0] else first, [load(w, code, each, at) for each in sources]
        )
        store(w, code, now, "%p0", at)
        if turns[0]:
            w.lines.insert(place, f"  {total} = phi {kind} [{first}, %{before}], [{now}, %LATCH{turns[0]}]")
        closed(w, turns)
    closed(w, rows)


def row_by_row(w: Writer, value: Value, sizes: tuple[int, int, int], sources: Sequence[str]) -> None:
    """The entry before in memory, a row away."""
    (outer, length, inner), kind, code = sizes, computed(value.code), value.code
    blocks, block = opened(w, outer)
    start = w.put(f"mul i64 {block}, {length * inner}")
    columns, column = opened(w, inner)
    at = w.put(f"add i64 {start}, {column}")
    store(w, code, load(w, code, sources[-1], at), "%p0", at)
    closed(w, columns)
    if length > 1:
        turns, turn = opened(w, length - 1)
        above = w.put(f"add i64 {start}, {w.put(f'mul i64 {turn}, {inner}')}")
        columns, column = opened(w, inner)
        before = w.put(f"add i64 {above}, {column}")
        at = w.put(f"add i64 {before}, {inner}")
        entries = [load(w, code, each, at) for each in sources]
        store(w, code, following(w, value.name, kind, load(w, code, "%p0", before), entries), "%p0", at)
        closed(w, columns)
        closed(w, turns)
    closed(w, blocks)
