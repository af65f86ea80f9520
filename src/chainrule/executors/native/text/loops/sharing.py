"""A nest of loops for several threads: which of its loops is split, and what is added up apart, out.

One idea: parts of a loop along which a sum stands still would write to the same place. There each part has a sum of its
own, and these are added up in order at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING

from ...plans.weights import cost
from ...primitives.values import Value, count, known_number
from ..lines.unrolled import load, store
from ..parts import Split, split_of, write_in_parts
from ..scalars import combine, computed
from ..writer import Writer

if TYPE_CHECKING:
    from ..looped import Looped
    from .nest import Nest, Place, Sum

_BANDWIDTH, _SPEED = 20e9, 80e9  # bytes a second from memory, and through arithmetic: of one core, roughly
_MOST_OWN = 2**15  # bytes of all parts' own sums, which lie on the stack
_LINE = 128  # bytes that no two parts share
_INNERMOST = 64  # entries of the innermost loop that stay together


@dataclass(frozen=True, slots=True)
class Shared:
    """Which loop is split, and how."""

    level: int
    split: Split


def shared(nest: Nest, reads: Sequence[Place]) -> Shared | None:
    """The outermost loop with parts enough for all threads, or the one with the most; None where it does not pay."""
    seconds = work(nest, reads)
    found: list[Shared] = []
    for level, size in enumerate(nest.sizes):
        inner = len(nest.sizes) - 1 - level
        multiple = _INNERMOST if inner == 0 else nest.jam if inner == 1 else 1
        split = split_of(size, seconds, multiple)
        if split is not None and own_bytes(nest, level) * split.parts <= _MOST_OWN:
            found.append(Shared(level, split))
    most = max((each.split.parts for each in found), default=0)
    return next((each for each in found if 2 * each.split.parts > most), None)


def work(nest: Nest, reads: Sequence[Place]) -> float:
    """About how many seconds one thread takes."""
    moved = sum(each.root.dtype.itemsize for each in reads if any(nest.seen(each.strides)[-1:]))
    moved += sum(write.target.dtype.itemsize for write, place in nest.plain)
    operations = sum(cost(each.name) * each.dtype.itemsize for each in computed_here(nest))
    return count(nest.step.shape) * (moved / _BANDWIDTH + operations / _SPEED)


def computed_here(nest: Nest) -> Iterator[Value]:
    """What is computed at each entry."""
    pending, seen = [write.value for write in nest.step.writes], set[Value]()
    while pending:
        value = pending.pop()
        if value in seen or nest.is_read(value) or known_number(value) is not None:
            continue
        seen.add(value)
        if value.kind == "map":
            yield value
        pending.extend(value.inputs)


def own_bytes(nest: Nest, level: int) -> int:
    """Of the sums that one part has for itself."""
    return sum(padded(each) for each in nest.sums if not each.place.strides[level])


def padded(each: Sum) -> int:
    return apart(each.write.target.size * each.write.target.dtype.itemsize)


def apart(size: int) -> int:
    """A number of bytes, rounded up so that no two parts write to one line of a cache."""
    return -(-size // _LINE) * _LINE


def call_in_parts(outer: Looped, nest: Nest, name: str) -> None:
    """The calls, in the function that `outer` writes: what begins the sums, the parts, what adds them up."""
    assert nest.shared is not None
    w, parts = outer.w, nest.shared.split.parts
    if nest.starts:
        w.do(f"call void @{name}_start({', '.join(f'ptr {outer.pointer(each)}' for each in nest.starts)})")
    pointers = [outer.pointer(each) for each in nest.pointers]
    places = {each: place for place, each in enumerate(nest.pointers)}
    own, ends = {}, []
    for each in nest.sums:
        if nest.is_own(each):
            place, size = places[each.place.root], padded(each)
            room = f"%own{len(outer.allocas)}"
            outer.allocas.append(f"  {room} = alloca i8, i64 {size * parts}, align {_LINE}")
            ends.append(f"call void @{name}_end{place}(ptr {pointers[place]}, ptr {room})")
            target = each.write.target
            outer.functions.append(end_function(w, f"{name}_end{place}", target, (parts, size), target.name))
            pointers[place], own[place] = room, size
    outer.functions.append(write_in_parts(w, outer.table, outer.allocas, name, pointers, nest.shared.split, own))
    for end in ends:
        w.do(end)


def end_function(outer: Writer, name: str, target: Value, own: tuple[int, int], how: str = "sum") -> str:
    """`name(target, own)`: the sums of all parts, added up in their order. `own`: how many, and how far apart; `how`:
    what kind of sum."""
    w, kind, (parts, size) = Writer(declared=outer.declared), computed(target.code), own
    w.do("br label %each")
    w.label("each")
    w.do("%i = phi i64 [0, %entry], [%next, %each]")
    found = [load(w, target.code, w.put(f"getelementptr i8, ptr %own, i64 {part * size}"), "%i")
             for part in range(parts)]  # fmt: skip
    store(w, target.code, reduce(partial(combine, w, how, kind), found), "%target", "%i")
    w.do("%next = add i64 %i, 1")
    w.do(f"br i1 {w.put(f'icmp ult i64 %next, {target.size}')}, label %each, label %end")
    w.label("end")
    lines = "\n".join(w.lines)
    return (f"define internal void @{name}(ptr noalias %target, ptr noalias %own) nounwind {{\nentry:\n{lines}\n"
            "  ret void\n}\n")  # fmt: skip
