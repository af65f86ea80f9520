"""Convolutions: a reading of one and places in memory in, a function that keeps tiles of the result in registers out.

One idea: a tile has a few rows of the result and a few vectors along the places. It is a sum over channels and window
of numbers times vectors that are read where they lie; no copy of windows side by side is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from ...plans.layouts import contiguous
from ...plans.memory import lines
from ...primitives.sliding import Sliding
from ...primitives.values import Value, count
from ..loops.sharing import apart, end_function
from ..parts import split_of, write_in_parts
from ..products.cuts import seconds_of
from ..table import Table
from ..vectors import accumulated, at, counted, summed
from .laid import WIDEST, Laid, Some, Walk, cycles, parted, scalar
from .pairs import again
from .slopes import Filters

if TYPE_CHECKING:
    from ..looped import Looped

_UNROLLED = 240  # products of vectors in a row


class Images(Laid):
    """A convolution or its transpose: a tile has a few rows of the result, and a few vectors along the places."""

    def __init__(self, how: Sliding, kind: str, name: str) -> None:
        super().__init__(how, kind, name)
        self.wide, self.heights = self.tiling()
        self.width = self.wide * self.vector.lanes
        self.out_row = self.row + self.width

    def tiling(self) -> tuple[int, list[tuple[int, int, int]]]:
        """How many vectors a tile is wide, and the rows in parts."""
        found = []
        for wide in range(1, WIDEST + 1):
            most = (self.held - wide - 2) // wide
            if most:
                parts = parted(self.how.rows, most)
                along = -(-self.row // (wide * self.vector.lanes))
                found.append((along * sum(many * cycles(rows, wide) for rows, many, _ in parts), wide, parts))
        _, wide, parts = min(found)
        return wide, parts

    @property
    def room(self) -> int:
        return self.beside + lines(self.heights[0][0] * self.out_row * self.size)

    def text(self) -> str:
        """The function of images, filters and the result."""
        w, how = self.w, self.how
        self.fill("%room", self.laid * self.size)
        out = at(w, "i8", "%room", self.beside)

        def group(some: Some) -> None:
            self.lay("%a", some)
            for phase in how.out_phases:
                for height, many, first in self.heights:
                    counted(w, many, partial(self.band, phase, out, some, (height, first)))

        return self.function(group, partial(again, self) if how.sends else None)

    def band(self, phase: tuple[int, ...], out: str, some: Some, rows: tuple[int, int], part: str) -> None:
        """A few rows of one phase of the result, of some images: computed tile by tile, and put in their places."""
        w, how, height, taps = self.w, self.how, rows[0], list(self.how.taps(phase))
        first = summed(w, (part, height), rows[1])
        places = [axis.places(each) for axis, each in zip(how.axes, phase, strict=True)]
        ends = scalar([each - 1 for each in places], how.pitches) + 1 - how.plane
        reach = summed(w, (some.number, how.plane), ends + self.width - 1)
        group_step, row_step, _ = how.weights
        filters = at(w, self.kind, "%b", summed(w, (some.group, group_step), (first, row_step)))

        def tile(block: str) -> None:
            begin = summed(w, (block, self.width))
            self.tile(taps, filters, at(w, self.kind, "%room", begin), at(w, self.kind, out, begin), height)

        counted(w, w.put(f"sdiv i64 {reach}, {self.width}"), tile)
        sizes = tuple(axis.out_size for axis in how.axes)
        inner, whole = contiguous(sizes), count(sizes)
        image = how.groups * how.rows * whole
        base = summed(w, (some.start, image), (some.group, how.rows * whole), (first, whole), scalar(phase, inner))
        steps = (whole, image, *(axis.out_step * each for axis, each in zip(how.axes, inner, strict=True)))
        source = Walk(out, "0", (self.out_row, how.plane, *how.pitches))
        self.copies(source, Walk("%c", base, steps), (height, some.number, *places))

    def tile(self, taps: list[tuple[int, int, int]], filters: str, images: str, out: str, height: int) -> None:
        """One tile, from registers to memory."""
        w, how, vector = self.w, self.how, self.vector
        entries = [entry for entry, _, _ in taps]
        distances = [phase * self.row + distance for _, phase, distance in taps]
        straight = len(taps) * height * self.wide <= _UNROLLED
        tables = None if straight else (self.table("entries", entries), self.table("distances", distances))

        def channel(place: str, totals: Sequence[str]) -> Sequence[str]:
            numbers = at(w, self.kind, filters, summed(w, (place, how.weights[2])))
            laid = at(w, self.kind, images, summed(w, (place, self.channel * self.row)))
            if tables is None:
                for entry, distance in zip(entries, distances, strict=True):
                    totals = self.step(at(w, self.kind, numbers, entry), at(w, self.kind, laid, distance), totals)
                return totals

            def tap(each: str, held: Sequence[str]) -> Sequence[str]:
                entry, distance = (self.listed(table, each) for table in tables)
                return self.step(at(w, self.kind, numbers, entry), at(w, self.kind, laid, distance), held)

            return accumulated(w, len(taps), vector.code, totals, tap)

        totals: Sequence[str] = ["zeroinitializer"] * (height * self.wide)
        totals = accumulated(w, how.sums, vector.code, totals, channel) if taps else totals
        for place, total in enumerate(totals):
            row, column = divmod(place, self.wide)
            vector.store(w, total, at(w, self.kind, out, row * self.out_row + column * vector.lanes))

    def step(self, numbers: str, laid: str, totals: Sequence[str]) -> list[str]:
        """One entry of the window, of one channel."""
        w, vector, found = self.w, self.vector, []
        read = [vector.load(w, at(w, self.kind, laid, each * vector.lanes)) for each in range(self.wide)]
        for row in range(len(totals) // self.wide):
            number = vector.spread(w, at(w, self.kind, numbers, row * self.how.weights[1]))
            found += [
                vector.fused(w, number, each, totals[row * self.wide + column]) for column, each in enumerate(read)
            ]
        return found


class Slid:
    """One reading as a function, and its call: by several threads, each with images of its own, where that pays. A sum
    over images is then one for each part, beside what it lays out."""

    calls = False

    def __init__(self, value: Value, table: Table, name: str) -> None:
        self.value, self.name = value, name
        self.how, self.result = value.data.how, value.data.parts[0]
        self.sums = self.how.kind != "images"
        made = (Filters if self.sums else Images)(self.how, self.result.code, name)
        self.text = made.text()
        self.needs: set[str] = set()
        self.declared = made.w.declared
        self.split = split_of(self.how.images, seconds_of(self.operations(), self.result.dtype.itemsize))
        self.laid = apart(made.room)
        self.one = self.laid + self.sums * apart(self.result.size * self.result.dtype.itemsize)
        self.room = made.room if self.split is None else self.one * self.split.parts

    def operations(self) -> int:
        """About how many a whole call takes."""
        how = self.how
        phases = how.out_phases if not self.sums else [(0,) * len(how.axes)]
        taps = sum(len(list(how.taps(phase))) for phase in phases) / len(phases)
        places = how.images * how.groups * how.rows * count([axis.out_size for axis in how.axes])
        return int(2 * places * taps * how.sums)

    def write(self, outer: Looped, room: str) -> None:
        """The call, in the function that `outer` writes. `room`: memory for what is laid out."""
        pointers = [outer.pointer(each) for each in (*self.value.inputs, self.result)]
        if self.split is None:
            taken = ", ".join(f"ptr {each}" for each in (*pointers, room))
            outer.w.do(f"call void @{self.name}({taken}, i64 0, i64 {self.how.images})")
            return
        own = {3: self.one}
        sums = pointers[2]
        if self.sums:
            pointers[2], own[2] = at(outer.w, "i8", room, self.laid), self.one
        outer.functions.append(
            write_in_parts(outer.w, outer.table, outer.allocas, self.name, [*pointers, room], self.split, own)
        )
        if self.sums:
            name, sizes = f"{self.name}_end", (self.split.parts, self.one)
            outer.functions.append(end_function(outer.w, name, self.result, sizes))
            outer.w.do(f"call void @{name}(ptr {sums}, ptr {pointers[2]})")
