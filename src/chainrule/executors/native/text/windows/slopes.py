"""The slope of a convolution along its filters: gradient and images in, a function that sums along places out.

One idea: a tile is a few filters by a few entries of the window, and a vector for each of them adds up products of
vectors along all places. Places that are none, between rows, are masked, so that what stands there cannot matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ...plans.layouts import contiguous
from ...plans.memory import lines
from ...primitives.sliding import Sliding
from ...primitives.values import count
from ..vectors import accumulated, at, counted, summed
from .laid import Laid, Some, Walk, cycles, parted

_LONG = 512  # places


class Filters(Laid):
    """The slope along the filters: a tile has a few filters and a few entries of the window, and sums along places."""

    def __init__(self, how: Sliding, kind: str, name: str) -> None:
        super().__init__(how, kind, name)
        self.taps = list(how.taps((0,) * len(how.axes)))
        self.heights, self.widths = self.tiling()
        self.out_row = self.row + self.vector.lanes
        self.mask = self.beside + lines(how.rows * self.out_row * self.size)

    def several(self) -> int:
        """Sums of vectors must be long, before their lanes are added up."""
        return max(super().several(), _LONG // self.how.plane)

    def tiling(self) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
        """The filters in parts, and the entries of the window."""
        found = []
        for wide in range(1, min(len(self.taps), self.held // 3) + 1):
            columns = parted(len(self.taps), wide)
            rows = parted(self.how.rows, max(1, (self.held - 4) // (columns[0][0] + 1)))
            time = sum(m * n * cycles(height, width, 1) for height, m, _ in rows for width, n, _ in columns)
            found.append((time, rows, columns))
        _, rows, columns = min(found)
        return rows, columns

    @property
    def room(self) -> int:
        return self.mask + lines((self.row + self.vector.lanes) * self.size)

    def text(self) -> str:
        """The function of the gradient, images and the slope along the filters."""
        w, how = self.w, self.how
        self.fill("%room", self.room)
        self.fill("%c", how.groups * how.rows * how.weights[1] * self.size)
        gradient, mask = at(w, "i8", "%room", self.beside), at(w, "i8", "%room", self.mask)
        sizes = tuple(axis.out_size for axis in how.axes)
        inner, whole = contiguous(sizes), count(sizes)
        image = how.groups * how.rows * whole
        places = Walk(mask, "0", (how.plane, *how.pitches))
        self.nest([self.chunk, *sizes[:-1]], lambda row: self.fill(self.entry(places, row), sizes[-1] * self.size, -1))

        def group(some: Some) -> None:
            self.lay("%b", some)
            base = summed(w, (some.start, image), (some.group, how.rows * whole))
            into = Walk(gradient, "0", (self.out_row, how.plane, *how.pitches))
            self.copies(Walk("%a", base, (whole, image, *inner)), into, (how.rows, some.number, *sizes))
            end, few = summed(w, (some.number, how.plane)), self.vector.lanes * self.size
            for pointer, rows in ((gradient, how.rows), (mask, 1)):
                ends = Walk(pointer, end, (self.out_row,))
                counted(w, rows, partial(lambda ends, row: self.fill(self.entry(ends, [row]), few), ends))
            for height, many, first in self.heights:
                for columns in self.widths:
                    counted(w, many, partial(self.band, (gradient, mask), some, (height, first), columns))

        return self.function(group)

    def band(
        self, laid: tuple[str, str], some: Some, rows: tuple[int, int], columns: tuple[int, int, int], part: str
    ) -> None:
        """A few filters with all channels and parts of the window, of some images."""
        w, how, height, (width, many, start) = self.w, self.how, rows[0], columns
        first, lanes = summed(w, (part, height), rows[1]), self.vector.lanes
        blocks = w.put(f"sdiv i64 {summed(w, (some.number, how.plane), lanes - 1)}, {lanes}")
        table = self.table("distances", [phase * self.row + distance for _, phase, distance in self.taps])
        gradients = at(w, self.kind, laid[0], summed(w, (first, self.out_row)))
        result = at(w, self.kind, "%c", summed(w, (some.group, how.weights[0]), (first, how.weights[1])))

        def tile(counters: list[str]) -> None:
            channel, begin = counters[0], summed(w, (counters[1], width), start)
            images = at(w, self.kind, "%room", summed(w, (channel, self.channel * self.row)))
            read = [at(w, self.kind, images, self.listed(table, summed(w, (begin, 1), each))) for each in range(width)]
            for place, total in enumerate(self.tile((gradients, laid[1]), read, blocks, height)):
                row, column = divmod(place, width)
                step = summed(w, (channel, how.weights[2]), (begin, 1), row * how.weights[1] + column)
                there = at(w, self.kind, result, step)
                sum_ = w.put(f"fadd {self.kind} {w.put(f'load {self.kind}, ptr {there}')}, {total}")
                w.do(f"store {self.kind} {sum_}, ptr {there}")

        self.nest([how.sums, many], tile)

    def tile(self, laid: tuple[str, str], read: Sequence[str], blocks: str, height: int) -> list[str]:
        """The sums of one tile along all places."""
        w, kind, vector, (gradients, mask) = self.w, self.kind, self.vector, laid

        def step(block: str, totals: Sequence[str]) -> list[str]:
            place, found = summed(w, (block, vector.lanes)), []
            bits = w.put(f"load {vector.whole}, ptr {at(w, kind, mask, place)}, align {self.size}")
            here = at(w, kind, gradients, place)
            sent = [vector.load(w, at(w, kind, here, row * self.out_row)) for row in range(height)]
            images = [vector.masked(w, vector.load(w, at(w, kind, each, place)), bits) for each in read]
            for row, each in enumerate(sent):
                held = totals[row * len(read) :]
                found += [vector.fused(w, each, image, total) for image, total in zip(images, held, strict=False)]
            return found

        starts = ["zeroinitializer"] * (height * len(read))
        totals = accumulated(w, blocks, vector.code, starts, step)
        return [vector.total(w, each) for each in totals]
