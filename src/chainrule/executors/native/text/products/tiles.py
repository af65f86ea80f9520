"""Products of matrices of any sizes and in any order: sizes and distances in, a function of our own out.

One idea: a tile of the result stays in registers while the loop runs along what is summed over. Vectors run along its
columns: where those of the right factor do not lie side by side, a panel of it is first copied so that they do
(`panels`), once for all of a stack that share it. BLAS copies both factors first, which only pays for larger ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...machine.llvm import Vectors
from ...plans.products import SMALL, Axis, Product
from ..counting import closed, opened
from ..writer import Writer
from .panels import Part, broadcast, fill_panel, load_part, store_part, store_turned

if TYPE_CHECKING:
    from .finishing import Finish

_PANEL = 2**16  # bytes of a copy, which lives on the stack of the processor
_PIECE = 64  # terms of a sum that are added at once where a whole stack lies between two of them
_LONGEST = 4096  # terms of a sum that are added up in a row
_CLOSE = 2**18  # bytes of both factors that are multiplied before the next are read
_UNROLLED = 64  # products of vectors that are written one by one rather than in a loop
_BUSY = 8  # sums that must run side by side to keep the processor busy
_TALLEST = 12  # rows of a tile


@dataclass(frozen=True, slots=True)
class Band:
    """Tiles of one size side by side along an axis: where the first begins, how large one is, how many there are."""

    start: int
    size: int
    count: int


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where the matrices of this turn begin."""

    left: str
    right: str
    result: str
    column: str = "0"  # which one of the result that is


class Tiles:
    """Writes the function of one product. Its columns are those of `product`: whoever asks has turned it."""

    def __init__(self, product: Product, kind: str, machine: Vectors, finish: Finish | None = None) -> None:
        """`finish`: what is done with the result before it goes to memory. It is given no stack, and no panels in
        several pieces."""
        self.product, self.kind, self.machine, self.finish = product, kind, machine, finish
        self.bytes = 4 if kind == "float" else 8
        self.lanes = lanes_for(product.columns, machine.width // self.bytes)
        self.most = (machine.count * 3) // 4  # sums in registers; the others are for the factors
        self.packed = product.right[1] != 1
        self.vector = Part(kind, self.lanes, machine.masks)
        self.w = Writer()

    def text(self, name: str) -> str:
        """The definition of `name(a, b, c)`."""
        w, results = self.w, ["ptr noalias %c"] if self.finish is None else self.finish.parameters()
        taken = ", ".join(["ptr noalias readonly %a", "ptr noalias readonly %b", *results])
        head = f"define internal void @{name}({taken})"
        bands = list(self.column_bands())
        if self.packed:
            entries = self.depth(max(band.size for band in bands)) * max(band.size for band in bands) * self.lanes
            w.do(f"%panel = alloca {self.kind}, i64 {entries}, align 64")
        apart = [axis for axis in self.product.stack if axis.right or not self.packed]
        shared = [axis for axis in self.product.stack if not (axis.right or not self.packed)]
        for block in self.blocks():
            self.block(block, bands, (apart, shared))
        lines = "\n".join(w.lines)
        return f"{head} #0 {{\nentry:\n{lines}\n  ret void\n}}\n"

    def blocks(self) -> Iterator[Band]:
        """What is summed over, in pieces. In one, unless it is long (pieces have fewer roundings in a row) or each step
        along it passes by a whole stack: then all of the stack is multiplied piece by piece, and memory is read in the
        order in which it lies."""
        product = self.product
        if self.packed:  # in panels, which are pieces already
            yield Band(0, product.inner, 1)
            return
        far = any(
            0 < abs(axis.left) < abs(product.left[1]) and 0 < abs(axis.right) < abs(product.right[0])
            for axis in product.stack
        )
        piece = _PIECE if far else _LONGEST
        if not far and product.rows * product.columns * self.bytes <= SMALL:
            beside = (product.rows + product.columns) * self.bytes
            piece = min(piece, max(_PIECE, _CLOSE // beside))
        if product.inner <= 2 * piece:
            yield Band(0, product.inner, 1)
            return
        count, rest = divmod(product.inner, piece)
        yield Band(0, piece, count)
        if rest:
            yield Band(count * piece, rest, 1)

    def block(self, block: Band, bands: Sequence[Band], stack: tuple[Sequence[Axis], Sequence[Axis]]) -> None:
        """All products, as far as one piece of what is summed over. `stack`: its axes along which the right factor
        changes, and the others."""
        w, (apart, shared) = self.w, stack
        loop, turn = opened(w, block.count)
        whole = block.count == 1 and not block.start
        first = None if whole else "false" if block.start else w.put(f"icmp eq i64 {turn}, 0")
        start = w.put(f"mul i64 {turn}, {block.size}") if block.count > 1 else str(block.start)
        left, right = self.moved("%a", start, self.product.left[1]), self.moved("%b", start, self.product.right[0])
        at, ends = self.along(apart, Pointers(left, right, "%c"))
        for band in bands:
            self.columns(band, at, shared, block.size, first)
        self.end(ends)
        closed(w, loop)

    def column_bands(self) -> Iterator[Band]:
        """The columns as tiles of a few vectors, counted in vectors. The last one may be ragged and stands alone."""
        total = -(-self.product.columns // self.lanes)
        rows = min(self.product.rows, _TALLEST)
        size = fitting(total, max(2, min(6, self.most // rows)))
        count, rest = divmod(total, size)
        if self.product.columns % self.lanes and not rest:
            count, rest = count - 1, size
        if count:
            yield Band(0, size, count)
        if rest:
            yield Band(count * size, rest, 1)

    def depth(self, vectors: int) -> int:
        """How many rows of the right factor one panel holds."""
        return max(1, min(self.product.inner, _PANEL // (vectors * self.lanes * self.bytes)))

    def part(self, band: Band, vector: int) -> int:
        """How many entries of one vector of a tile are columns of the matrix."""
        return (
            min(self.lanes, self.product.columns - (band.start + vector) * self.lanes)
            if band.count == 1
            else self.lanes
        )

    def columns(self, band: Band, at: Pointers, shared: Sequence[Axis], depth: int, before: str | None) -> None:
        """All tiles of one band of columns."""
        w, product = self.w, self.product
        loop, place = opened(w, band.count)
        first = w.put(f"add i64 {w.put(f'mul i64 {place}, {band.size * self.lanes}')}, {band.start * self.lanes}")
        at = Pointers(
            at.left,
            self.moved(at.right, first, product.right[1]),
            self.moved(at.result, first, product.result[1]),
            first,
        )
        if not self.packed:
            self.turns(band, at, shared, depth, before)
        else:
            self.panels(band, at, shared)
        closed(w, loop)

    def panels(self, band: Band, at: Pointers, shared: Sequence[Axis]) -> None:
        """Panel by panel along what is summed over; each after the first adds to what is there."""
        w, product, depth = self.w, self.product, self.depth(band.size)
        whole, rest = divmod(product.inner, depth) if depth else (0, 0)
        if whole:
            loop, block = opened(w, whole)
            first = w.put(f"icmp eq i64 {block}, 0") if whole > 1 else None
            self.panel(band, at, shared, (w.put(f"mul i64 {block}, {depth}"), depth), first)
            closed(w, loop)
        if rest:
            self.panel(band, at, shared, (str(whole * depth), rest), "false" if whole else None)
        if not product.inner:
            self.turns(band, at, shared, 0, None)

    def panel(
        self, band: Band, at: Pointers, shared: Sequence[Axis], along: tuple[str, int], first: str | None
    ) -> None:
        start, depth = along
        right = self.moved(at.right, start, self.product.right[0])
        valid = sum(self.part(band, vector) for vector in range(band.size))
        fill_panel(
            self.w,
            self.vector,
            right,
            self.product.right,
            (depth, valid, band.size * self.lanes),
        )
        left = self.moved(at.left, start, self.product.left[1])
        self.turns(band, Pointers(left, "%panel", at.result, at.column), shared, depth, first)

    def turns(self, band: Band, at: Pointers, shared: Sequence[Axis], depth: int, first: str | None) -> None:
        """Each matrix of those that share this part of the right factor, tile by tile along its rows."""
        at, ends = self.along(shared, at)
        for rows in row_bands(self.product.rows, min(_TALLEST, max(1, self.most // band.size))):
            self.rows(rows, band, at, depth, first)
        self.end(ends)

    def rows(self, rows: Band, band: Band, at: Pointers, depth: int, first: str | None) -> None:
        w, product = self.w, self.product
        loop, turn = opened(w, rows.count)
        row = w.put(f"add i64 {w.put(f'mul i64 {turn}, {rows.size}')}, {rows.start}")
        left, result = self.moved(at.left, row, product.left[0]), self.moved(at.result, row, product.result[0])
        found = self.summed(rows.size, band, Pointers(left, at.right, result), depth)
        for vector in range(band.size):
            place = self.moved(result, str(vector * self.lanes), product.result[1])
            if self.finish is None:
                self.stored(found[vector :: band.size], place, self.part(band, vector), first)
                continue
            column = w.put(f"add i64 {at.column}, {vector * self.lanes}")
            for step, total in enumerate(found[vector :: band.size]):
                address = self.moved(place, str(step), product.result[0])
                self.finish.store(w, self.vector, total, address, column, self.part(band, vector))
        closed(w, loop)

    def stored(self, lines: Sequence[str], address: str, count: int, first: str | None) -> None:
        """The vectors of one below the other, `count` entries each, to memory."""
        part, (down, right) = self.vector, self.product.result
        if right != 1 and down == 1 and first is None:
            store_turned(self.w, part, lines, address, count, right)
            return
        for row, total in enumerate(lines):
            self.leave(total, self.moved(address, str(row), down), count, first)

    def leave(self, total: str, address: str, count: int, first: str | None) -> None:
        """A vector of the result to memory, added to what is there where a panel went before."""
        w, part, step = self.w, self.vector, self.product.result[1]
        if first is not None:
            before = load_part(w, part, address, count, step)
            if first != "false":
                before = w.put(f"select i1 {first}, {part.type} zeroinitializer, {part.type} {before}")
            total = w.put(f"fadd {part.type} {before}, {total}")
        store_part(w, part, total, address, count, step)

    def summed(self, height: int, band: Band, at: Pointers, depth: int) -> list[str]:
        """The entries of one tile, as vectors row by row."""
        sums = height * band.size
        sets = 1 if sums >= _BUSY or depth < 4 * _BUSY else -(-_BUSY // sums)
        start = ["zeroinitializer"] * (sums * sets)
        if sums * depth <= _UNROLLED or depth <= 2:
            totals = start[:sums]
            for k in range(depth):
                totals = self.term(height, band, at, str(k), totals)
            return totals
        totals = self.loop(height, band, at, depth // sets, start)
        for k in range(depth - depth % sets, depth):
            totals[:sums] = self.term(height, band, at, str(k), totals[:sums])
        return self.together(totals, sums)

    def loop(self, height: int, band: Band, at: Pointers, turns: int, start: Sequence[str]) -> list[str]:
        """The sums, each turn a term of each of the sets that run side by side."""
        w, sums = self.w, height * band.size
        sets = len(start) // sums
        top, after, before = w.fresh_label("sum"), w.fresh_label("summed"), w.block
        k, following, totals = w.name(), w.name(), [w.name() for _ in start]
        w.do(f"br label %{top}")
        w.label(top)
        w.do(f"{k} = phi i64 [0, %{before}], [{following}, %{top}]")
        place, nexts = len(w.lines), []
        for each in range(sets):
            row = w.put(f"add i64 {w.put(f'mul i64 {k}, {sets}')}, {each}") if sets > 1 else k
            nexts += self.term(height, band, at, row, totals[each * sums : (each + 1) * sums])
        kind = f"<{self.lanes} x {self.kind}>"
        w.lines[place:place] = [
            f"  {total} = phi {kind} [{zero}, %{before}], [{now}, %{top}]"
            for total, zero, now in zip(totals, start, nexts, strict=True)
        ]
        w.do(f"{following} = add nuw nsw i64 {k}, 1")
        w.do(f"br i1 {w.put(f'icmp ult i64 {following}, {turns}')}, label %{top}, label %{after}")
        w.label(after)
        return nexts

    def together(self, totals: Sequence[str], sums: int) -> list[str]:
        """The sets of sums as one."""
        found = list(totals[:sums])
        for place, each in enumerate(totals[sums:]):
            found[place % sums] = self.w.put(f"fadd <{self.lanes} x {self.kind}> {found[place % sums]}, {each}")
        return found

    def term(self, height: int, band: Band, at: Pointers, k: str, totals: Sequence[str]) -> list[str]:
        """One row of the right factor times one column of the left, added to the sums."""
        w, part = self.w, self.vector
        far = band.size * self.lanes if self.packed else self.product.right[0]
        line, columns = self.moved(at.right, k, far), []
        for vector in range(band.size):
            count = self.lanes if self.packed else self.part(band, vector)
            columns.append(load_part(w, part, self.moved(line, str(vector * self.lanes)), count, 1))
        full = f"@llvm.fmuladd.v{self.lanes}f{self.bytes * 8}"
        w.declared.add(f"declare {part.type} {full}({part.type}, {part.type}, {part.type})")
        column, found = self.moved(at.left, k, self.product.left[1]), []
        for row in range(height):
            entry = w.put(f"load {self.kind}, ptr {self.moved(column, str(row * self.product.left[0]))}")
            spread = broadcast(w, part, entry)
            for vector, each in enumerate(columns):
                total = totals[row * band.size + vector]
                found.append(
                    w.put(f"call {part.type} {full}({part.type} {spread}, {part.type} {each}, {part.type} {total})")
                )
        return found

    def moved(self, pointer: str, place: str, step: int = 1) -> str:
        """A pointer some entries further."""
        if place == "0" or step == 0:
            return pointer
        far = (
            str(int(place) * step)
            if place.lstrip("-").isdigit()
            else place
            if step == 1
            else self.w.put(f"mul i64 {place}, {step}")
        )
        return self.w.put(f"getelementptr {self.kind}, ptr {pointer}, i64 {far}")

    def along(self, axes: Sequence[Axis], at: Pointers) -> tuple[Pointers, list[tuple[str, str, str, int]]]:
        """Loops over axes of the stack, begun."""
        ends = []
        for axis in axes:
            loop, place = opened(self.w, axis.size)
            ends.append(loop)
            at = Pointers(
                self.moved(at.left, place, axis.left), self.moved(at.right, place, axis.right),
                self.moved(at.result, place, axis.result), at.column,
            )  # fmt: skip
        return at, ends

    def end(self, loops: Sequence[tuple[str, str, str, int]]) -> None:
        for loop in reversed(loops):
            closed(self.w, loop)


def whole_panels(product: Product, bytes_: int, machine: Vectors) -> bool:
    """Whether every entry of a product is done at once: no panel of the right factor adds to what another left."""
    tiles = Tiles(product, "float" if bytes_ == 4 else "double", machine)
    return not tiles.packed or tiles.depth(max(band.size for band in tiles.column_bands())) >= product.inner


def lanes_for(columns: int, most: int) -> int:
    """The entries of a vector: no more than are needed for few columns."""
    lanes = 2
    while lanes < min(columns, most):
        lanes *= 2
    return lanes


def fitting(whole: int, most: int) -> int:
    """How large the pieces of something are that may have this size at most: somewhat smaller where there is then no
    rest, for which all would be written once more."""
    most = min(whole, most)
    return next((size for size in range(most, (2 * most - 1) // 3, -1) if whole % size == 0), most)


def row_bands(rows: int, most: int) -> Iterator[Band]:
    """The rows as tiles of one height, or nearly."""
    count = -(-rows // fitting(rows, most))
    heights = [rows // count + (place < rows % count) for place in range(count)]
    start = 0
    for height in sorted(set(heights), reverse=True):
        yield Band(start, height, heights.count(height))
        start += height * heights.count(height)
