"""Vectors between memory and registers, and copies of matrices with their columns side by side.

One idea: where fewer entries are left than a vector has, only these are touched: with a mask where the processor has
masks, as a few shorter vectors where it has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..counting import closed, opened
from ..writer import Writer


@dataclass(frozen=True, slots=True)
class Part:
    """A vector: the kind of its entries, how many it has, and whether some of them can be loaded alone."""

    kind: str
    lanes: int
    masks: bool

    @property
    def type(self) -> str:
        return f"<{self.lanes} x {self.kind}>"

    @property
    def short(self) -> str:
        return f"v{self.lanes}f{32 if self.kind == 'float' else 64}"

    @property
    def align(self) -> int:
        return 4 if self.kind == "float" else 8

    def mask(self, count: int) -> str:
        """The first entries alone."""
        return f"<{', '.join(f'i1 {int(lane < count)}' for lane in range(self.lanes))}>"


def broadcast(w: Writer, part: Part, entry: str) -> str:
    """The same number in every lane."""
    single = w.put(f"insertelement {part.type} poison, {part.kind} {entry}, i64 0")
    return w.put(f"shufflevector {part.type} {single}, {part.type} poison, <{part.lanes} x i32> zeroinitializer")


def further(w: Writer, part: Part, address: str, place: int) -> str:
    return w.put(f"getelementptr {part.kind}, ptr {address}, i64 {place}") if place else address


def pieces(count: int) -> list[tuple[int, int]]:
    """A number of entries as shorter vectors: (where it begins, how long it is), lengths that are powers of two."""
    found, start = [], 0
    while start < count:
        length = 1 << ((count - start).bit_length() - 1)
        found.append((start, length))
        start += length
    return found


def load_part(w: Writer, part: Part, address: str, count: int, step: int) -> str:
    """The first `count` entries of a vector, `step` apart in memory; the others are zeros or nothing."""
    if step == 1 and count == part.lanes:
        return w.put(f"load {part.type}, ptr {address}, align {part.align}")
    if step == 1 and part.masks:
        full, bits = f"@llvm.masked.load.{part.short}.p0", f"<{part.lanes} x i1>"
        w.declared.add(f"declare {part.type} {full}(ptr, i32, {bits}, {part.type})")
        return w.put(
            f"call {part.type} {full}(ptr {address}, i32 {part.align}, {bits} {part.mask(count)}, "
            f"{part.type} zeroinitializer)"
        )
    found = "zeroinitializer"
    for start, length in pieces(count) if step == 1 else [(lane, 1) for lane in range(count)]:
        found = joined(w, part, found, further(w, part, address, start * step), start, length)
    return found


def joined(w: Writer, part: Part, whole: str, address: str, start: int, length: int) -> str:
    """A vector with a few entries of memory from lane `start` on."""
    if length == 1:
        entry = w.put(f"load {part.kind}, ptr {address}")
        return w.put(f"insertelement {part.type} {whole}, {part.kind} {entry}, i64 {start}")
    short = f"<{length} x {part.kind}>"
    loaded = w.put(f"load {short}, ptr {address}, align {part.align}")
    lanes = ", ".join(f"i32 {lane}" if lane < length else "i32 poison" for lane in range(part.lanes))
    wide = w.put(f"shufflevector {short} {loaded}, {short} poison, <{part.lanes} x i32> <{lanes}>")
    chosen = ", ".join(
        f"i32 {part.lanes + lane - start if start <= lane < start + length else lane}" for lane in range(part.lanes)
    )
    return w.put(f"shufflevector {part.type} {whole}, {part.type} {wide}, <{part.lanes} x i32> <{chosen}>")


def store_part(w: Writer, part: Part, vector: str, address: str, count: int, step: int) -> None:
    """The first `count` entries of a vector to memory, `step` apart."""
    if step == 1 and count == part.lanes:
        w.do(f"store {part.type} {vector}, ptr {address}, align {part.align}")
        return
    if step == 1 and part.masks:
        full, bits = f"@llvm.masked.store.{part.short}.p0", f"<{part.lanes} x i1>"
        w.declared.add(f"declare void {full}({part.type}, ptr, i32, {bits})")
        w.do(f"call void {full}({part.type} {vector}, ptr {address}, i32 {part.align}, {bits} {part.mask(count)})")
        return
    for start, length in pieces(count) if step == 1 else [(lane, 1) for lane in range(count)]:
        target = further(w, part, address, start * step)
        if length == 1:
            entry = w.put(f"extractelement {part.type} {vector}, i64 {start}")
            w.do(f"store {part.kind} {entry}, ptr {target}")
        else:
            lanes = ", ".join(f"i32 {start + lane}" for lane in range(length))
            short = w.put(f"shufflevector {part.type} {vector}, {part.type} poison, <{length} x i32> <{lanes}>")
            w.do(f"store <{length} x {part.kind}> {short}, ptr {target}, align {part.align}")


def transposed(w: Writer, part: Part, rows: Sequence[str]) -> list[str]:
    """As many vectors as each has entries, turned: entry i of vector j is then entry j of vector i. Halves of vectors
    are exchanged, then quarters, and so on."""
    found, lanes, half = list(rows), part.lanes, part.lanes // 2
    while half:
        low = [lane if not lane & half else part.lanes + lane - half for lane in range(lanes)]
        high = [lane + half if not lane & half else part.lanes + lane for lane in range(lanes)]
        for place in range(lanes):
            if not place & half:
                pair = found[place], found[place + half]
                found[place], found[place + half] = shuffled(w, part, pair, low), shuffled(w, part, pair, high)
        half //= 2
    return found


def shuffled(w: Writer, part: Part, pair: tuple[str, str], chosen: Sequence[int]) -> str:
    lanes = ", ".join(f"i32 {each}" for each in chosen)
    first, second = pair
    return w.put(f"shufflevector {part.type} {first}, {part.type} {second}, <{part.lanes} x i32> <{lanes}>")


def fill_panel(w: Writer, part: Part, source: str, steps: tuple[int, int], sizes: tuple[int, int, int]) -> None:
    """Rows of a matrix copied to %panel, each as whole vectors. `steps`: how far apart its rows and its columns lie;
    `sizes`: rows, columns, and the columns of the panel, which are zeros beyond."""
    rows, columns, width = sizes
    whole = columns // part.lanes * part.lanes
    for first_column, count, valid in ((0, whole // part.lanes, part.lanes), (whole, 1, columns - whole)):
        if not count or not valid:
            continue
        over, block = opened(w, count)
        start = w.put(f"add i64 {w.put(f'mul i64 {block}, {part.lanes}')}, {first_column}")
        moved = at(w, part, source, (start, steps[1]))
        if steps[0] == 1 and rows >= part.lanes:
            turn, place = opened(w, rows // part.lanes)
            first = w.put(f"mul i64 {place}, {part.lanes}")
            turn_block(w, part, at(w, part, moved, (first, 1)), steps[1], (part.lanes, valid, width), (first, start))
            closed(w, turn)
        else:
            turn, place = opened(w, rows)
            line = load_part(w, part, at(w, part, moved, (place, steps[0])), valid, steps[1])
            store_part(w, part, line, at(w, part, "%panel", (place, width), (start, 1)), part.lanes, 1)
            closed(w, turn)
        if steps[0] == 1 and rows >= part.lanes and rows % part.lanes:
            first = str(rows - rows % part.lanes)
            taken = rows % part.lanes, valid, width
            turn_block(w, part, at(w, part, moved, (first, 1)), steps[1], taken, (first, start))
        closed(w, over)


def turn_block(
    w: Writer, part: Part, source: str, step: int, sizes: tuple[int, int, int], corner: tuple[str, str]
) -> None:
    """A few rows of one vector's columns, read column by column. `sizes`: rows, columns, columns of the panel."""
    rows, columns, width = sizes
    found = [load_part(w, part, further(w, part, source, step * each), rows, 1) for each in range(columns)]
    found += ["zeroinitializer"] * (part.lanes - columns)
    for place, line in enumerate(transposed(w, part, found)[:rows]):
        target = at(w, part, "%panel", (corner[0], width), (corner[1], 1), (str(place), width))
        store_part(w, part, line, target, part.lanes, 1)


def store_turned(w: Writer, part: Part, rows: Sequence[str], address: str, columns: int, step: int) -> None:
    """Vectors to memory where the first entries of all lie side by side: `columns` of them, `step` apart."""
    for start in range(0, len(rows), part.lanes):
        some = rows[start : start + part.lanes]
        padded = [*some, *["zeroinitializer"] * (part.lanes - len(some))]
        for place, line in enumerate(transposed(w, part, padded)[:columns]):
            store_part(w, part, line, further(w, part, address, start + place * step), len(some), 1)


def at(w: Writer, part: Part, pointer: str, *places: tuple[str, int]) -> str:
    """An address: places times distances further."""
    known, total = 0, "0"
    for place, step in places:
        if place.lstrip("-").isdigit():
            known += int(place) * step
            continue
        term = place if step == 1 else w.put(f"mul i64 {place}, {step}")
        total = term if total == "0" else w.put(f"add i64 {total}, {term}")
    moved = pointer if total == "0" else w.put(f"getelementptr {part.kind}, ptr {pointer}, i64 {total}")
    return further(w, part, moved, known)
