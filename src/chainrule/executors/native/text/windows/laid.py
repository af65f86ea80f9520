"""Images laid out for windows that slide over them: a reading of a convolution in, what writes its loops out.

One idea: a few images at a time are laid out with their border, near the processor, where every entry of a window reads
at a fixed distance. Zeros after one row are the zeros before the next, and channels, phases and images follow each
other, so that one loop runs over all places of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ...machine.llvm import vectors
from ...plans.layouts import contiguous
from ...plans.memory import lines
from ...primitives.sliding import Sliding
from ...primitives.values import count
from ..vectors import Vector, at, counted, summed
from ..writer import Writer

_NEAR = 2**18  # bytes of images that are laid out at once, where one is not larger
_FARTHEST = 2**20  # bytes of them beside large filters
_HIGHEST = 12  # rows of the result beside them
_COPIED = 512  # bytes that LLVM copies in place
_THINNEST = 4  # of so many entries one is read by vectors
WIDEST = 6  # vectors side by side in a tile


@dataclass(frozen=True, slots=True)
class Walk:
    """Entries of an array in memory: where the first stands, and how far apart they are along each axis."""

    pointer: str
    start: str
    steps: Sequence[int]


@dataclass(frozen=True, slots=True)
class Some:
    """Some images of one group: from which one, how many, and which group."""

    start: str
    number: str
    group: str


class Laid:
    """What both have in common: images laid out, some at a time. The function takes two factors, the result, memory,
    and from which image to which."""

    def __init__(self, how: Sliding, kind: str, name: str) -> None:
        self.how, self.kind, self.name, self.w = how, kind, name, Writer()
        size, machine = 4 if kind == "float" else 8, vectors()
        self.vector, self.size, self.held = Vector(kind, machine.width // size), size, machine.count
        self.constants: list[str] = []
        self.channel = len(how.phases)  # planes of one channel of one image
        times = -(-how.images // min(how.images, self.several()))
        self.chunk = -(-how.images // times)
        self.row = self.chunk * how.plane
        ends = sum((axis.length - 1) * pitch for axis, pitch in zip(how.axes, how.pitches, strict=True))
        beyond = max(ends - how.plane + 1, 0) + (WIDEST + 1) * self.vector.lanes
        self.laid = how.sums * self.channel * self.row + beyond
        self.beside = lines(self.laid * size)  # where other memory begins

    def several(self) -> int:
        """How many images to lay out at once: they stay near, but the filters are not gone through too often."""
        how = self.how
        filters = how.rows * how.sums * count(how.window) * self.size
        near = min(max(filters, _NEAR), _FARTHEST)
        return max(1, near // (how.plane * (how.sums * self.channel + min(how.rows, _HIGHEST)) * self.size))

    @property
    def room(self) -> int:
        raise NotImplementedError

    def function(self, body: Callable[[Some], None], end: Callable[[], None] | None = None) -> str:
        """The definition, around what is done with some images of one group, and at the end."""
        w, how = self.w, self.how
        number = w.put("sub i64 %last, %first")
        times = w.put(f"sdiv i64 {w.put(f'add i64 {number}, {self.chunk - 1}')}, {self.chunk}")

        def part(time: str) -> None:
            start = w.put(f"add i64 %first, {summed(w, (time, self.chunk))}")
            rest = w.put(f"sub i64 %last, {start}")
            few = w.put(f"icmp slt i64 {rest}, {self.chunk}")
            many = w.put(f"select i1 {few}, i64 {rest}, i64 {self.chunk}") if how.images > 1 else "1"
            counted(w, how.groups, lambda group: body(Some(start, many, group)))

        counted(w, times, part)
        if end is not None:
            end()
        taken = "ptr noalias readonly %a, ptr noalias readonly %b, ptr noalias %c, ptr noalias %room"
        head = f"define internal void @{self.name}({taken}, i64 %first, i64 %last) #0 {{\nentry:\n"
        return "\n".join(self.constants) + "\n" + head + "\n".join(w.lines) + "\n  ret void\n}\n"

    # Memory -----------------------------------------------------------------------------------------------------
    def fill(self, pointer: str, size: int, byte: int = 0) -> None:
        self.w.declared.add("declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
        self.w.do(f"call void @llvm.memset.p0.i64(ptr {pointer}, i8 {byte}, i64 {size}, i1 false)")

    def copies(self, source: Walk, target: Walk, sizes: Sequence[int | str]) -> None:
        """Entries from one place to another; the last size is known."""
        steps = source.steps[-1], target.steps[-1]

        def row(counters: list[str]) -> None:
            here, there = (
                at(
                    self.w,
                    self.kind,
                    each.pointer,
                    summed(self.w, (each.start, 1), *zip(counters, each.steps, strict=False)),
                )
                for each in (source, target)
            )
            self.copy(here, there, int(sizes[-1]), steps)

        if all(sizes):
            self.nest(sizes[:-1], row)

    def entry(self, walk: Walk, counters: Sequence[str]) -> str:
        """The address of an entry."""
        place = summed(self.w, (walk.start, 1), *zip(counters, walk.steps, strict=False))
        return at(self.w, self.kind, walk.pointer, place)

    def copy(self, source: str, target: str, number: int, steps: tuple[int, int]) -> None:
        """A row of entries, so far apart here and there."""
        w, kind, size = self.w, self.kind, number * self.size
        if steps == (1, 1) and size <= _COPIED:
            w.declared.add("declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
            w.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {size}, i1 false)")
            return
        if steps[1] == 1 < steps[0] <= _THINNEST and number > 1:
            self.thin(source, target, number, steps[0])
            return

        def entry(place: str) -> None:
            found = w.put(f"load {kind}, ptr {at(w, kind, source, summed(w, (place, steps[0])))}")
            w.do(f"store {kind} {found}, ptr {at(w, kind, target, summed(w, (place, steps[1])))}")

        counted(w, number, entry)

    def thin(self, source: str, target: str, number: int, step: int) -> None:
        """Every so many-th entry, a vector at a time. The last one ends with the last entry, and may begin before the
        end of the one before; nothing is read beyond either end."""
        w, kind = self.w, self.kind
        lanes = min(self.vector.lanes, 1 << ((number - 1).bit_length() - 1))
        wide, vector = Vector(kind, lanes * step), Vector(kind, lanes)

        def part(place: str, first: int) -> None:
            read = wide.load(w, at(w, kind, source, summed(w, (place, step), -first)))
            chosen = ", ".join(f"i32 {first + step * lane}" for lane in range(lanes))
            found = w.put(f"shufflevector {wide.code} {read}, {wide.code} poison, <{lanes} x i32> <{chosen}>")
            vector.store(w, found, at(w, kind, target, place))

        counted(w, (number - 1) // lanes, lambda block: part(summed(w, (block, lanes)), 0))
        part(str(number - lanes), step - 1)

    def nest(self, sizes: Sequence[int | str], body: Callable[[list[str]], None]) -> None:
        """Loops in each other."""

        def inner(counters: list[str]) -> None:
            if len(counters) == len(sizes):
                body(counters)
            else:
                counted(self.w, sizes[len(counters)], lambda counter: inner([*counters, counter]))

        inner([])

    def table(self, stem: str, numbers: Sequence[int]) -> str:
        """A constant array of whole numbers."""
        name = f"@{self.name}_{stem}{len(self.constants)}"
        listed = ", ".join(f"i64 {each}" for each in numbers)
        self.constants.append(f"{name} = private unnamed_addr constant [{len(numbers)} x i64] [{listed}]")
        return name

    def listed(self, table: str, place: str) -> str:
        return self.w.put(f"load i64, ptr {at(self.w, 'i64', table, place)}, !invariant.load !0")

    # Laying out -------------------------------------------------------------------------------------------------
    def lay(self, source: str, some: Some) -> None:
        """The channels of one group of some images, each phase by itself. The border is there already."""
        w, how = self.w, self.how
        sizes = [axis.size for axis in how.axes]
        inner, whole = contiguous(tuple(sizes)), count(sizes)
        image = how.groups * how.sums * whole
        steps = (whole, image, *(axis.step * each for axis, each in zip(how.axes, inner, strict=True)))
        for place, phase in enumerate(how.phases):
            spans = [axis.inside(each) for axis, each in zip(how.axes, phase, strict=True)]
            firsts = [axis.source(each, span[0]) for axis, each, span in zip(how.axes, phase, spans, strict=True)]
            begin = summed(w, (some.start, image), (some.group, how.sums * whole), scalar(firsts, inner))
            into = place * self.row + scalar([span[0] for span in spans], how.pitches)
            target = Walk("%room", str(into), (self.channel * self.row, how.plane, *how.pitches))
            many = [stop - first for first, stop in spans]
            self.copies(Walk(source, begin, steps), target, (how.sums, some.number, *many))


def scalar(counters: Sequence[int], steps: Sequence[int]) -> int:
    """Where an entry stands."""
    return sum(counter * step for counter, step in zip(counters, steps, strict=True))


def parted(number: int, most: int) -> list[tuple[int, int, int]]:
    """So many things in parts of nearly one size: (size, how many of it, where they start)."""
    times = -(-number // most)
    sizes = [number // times + (place < number % times) for place in range(times)]
    found, start = [], 0
    for size, same in groupby(sizes):
        many = len(list(same))
        found.append((size, many, start))
        start += size * many
    return found


def cycles(rows: int, columns: int, more: int = 0) -> float:
    """About how long a tile takes: products, reading its factors (vectors lie across lines of the cache), waiting."""
    return max(rows * columns / 2, (rows + 1.6 * columns + more) / 2, 4.0)
