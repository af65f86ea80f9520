"""One step of a plan as a nest of loops: what it writes and where everything lies in, a function in LLVM's words out.

One idea: every array is read at an offset that is linear in the counters of the loops. So axes that lie one after the
other in every array are one loop, and a reduction is a store that stands still along some loops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from itertools import product
from typing import Any

from ...plans.layouts import contiguous, strided
from ...plans.regions import Step, Write, alias_root
from ...primitives.values import Access, Value, compose, count, identity, known_number
from .. import counting
from ..lines.unrolled import load, store
from ..scalars import combine, computed, emit, start_of
from ..writer import Writer, literal
from .sharing import Shared, shared
from .turns import cut, merged, shortened
from .twice import body, watch

_JAM = 8  # rows taken at once where a sum stands still along the innermost loop


@dataclass(frozen=True, slots=True)
class Place:
    """Where entries of an array stand, as seen from the loops: a start and a distance for each loop."""

    root: Value
    start: int
    strides: tuple[int, ...]


@dataclass(slots=True)
class Sum:
    """A write of a reduction: the loops from `level` inwards run along what is reduced."""

    write: Write
    place: Place
    level: int
    adds: bool  # the memory holds a part of the result when the inner loops end

    @property
    def kind(self) -> str:
        return computed(self.write.target.code)

    @property
    def start(self) -> str:
        return start_of(self.write.target.name, self.kind)


class Nest:
    """Writes the function of one step. Sizes are known, so every loop runs at least once."""

    def __init__(
        self, step: Step, ready: dict[Value, int], stored: set[Value], homes: Mapping[Value, Value] | None = None
    ) -> None:
        """`homes`: values that lie where an input lies, and these inputs; each with the one that stands for all."""
        self.step, self.ready, self.stored, self.homes = step, ready, stored, homes or {}
        self.w = Writer()
        self.pointers: dict[Value, str] = {}
        self.written: dict[Value, None] = {}
        self.counters: list[str] = []
        self.done: dict[Any, str] = {}
        self.rows: list[str] = []
        self.watched, self.alone = False, False  # whether strangers are noted; whether it is kept from being shared
        self.shared: Shared | None = None
        self.starts: list[Value] = []  # what the function that runs before the parts takes

    # What is read and written -------------------------------------------------------------------------------------
    def is_read(self, value: Value) -> bool:
        """Whether a value comes from memory in this step."""
        return value in self.stored and self.ready[value] <= self.step.stage

    def reads(self) -> list[Place]:
        """All that the loops read."""
        found: dict[Place, None] = {}
        seen: set[tuple[Value, Access]] = set()
        width = len(self.step.shape)
        pending = [(write.value, identity(self.step.shape)) for write in self.step.writes]
        pending += [(each.target.inputs[1], identity(self.step.shape)) for each in self.scattered()]
        found |= {self.known_place(each.target, identity(self.step.shape), width): None for each in self.scattered()}
        while pending:
            value, access = pending.pop()
            if (value, access) in seen or known_number(value) is not None:
                continue
            seen.add((value, access))
            if self.is_read(value):
                found[self.place(value, access, width)] = None
            elif value.kind == "gather":
                found[self.known_place(value, access, width)] = None
                pending.append((value.inputs[1], access))
                self.pointer(value.inputs[0])
            elif value.kind == "view":
                pending.append((value.inputs[0], compose(value.data, access, width)))
            else:
                pending.extend((each, access) for each in value.inputs)
        return list(found)

    def place(self, value: Value, access: Access, width: int) -> Place:
        strides, start = strided(access, contiguous(value.shape), width)
        return Place(alias_root(value), start, strides)

    def known_place(self, value: Value, access: Access, width: int) -> Place:
        """The part of where an entry of a gather or a scatter stands that is not looked up."""
        start, steps = value.data or (0, (0,) * len(access))
        strides, further = strided(access, steps, width)
        return Place(alias_root(value.inputs[0]), start + further, strides)

    def scattered(self) -> list[Write]:
        return [write for write in self.step.writes if write.target.kind == "scatter"]

    def target(self, write: Write) -> Place:
        """Where a write goes, seen from the loops over all axes."""
        shape, target = self.step.shape, write.target
        if target.kind == "reduce":
            kept = iter(contiguous(target.shape))
            strides = tuple(0 if axis in target.data else next(kept) for axis in range(len(shape)))
            return Place(target, 0, strides)
        strides = contiguous(target.shape)
        if write.places is None:
            return Place(target, 0, strides)
        starts, steps = write.places
        start = sum(first * stride for first, stride in zip(starts, strides, strict=True))
        return Place(target, start, tuple(step * stride for step, stride in zip(steps, strides, strict=True)))

    def home(self, value: Value) -> Value:
        """Whose memory a value lies in."""
        root = alias_root(value)
        return self.homes.get(root, root)

    def pointer(self, value: Value) -> str:
        root = self.home(value)
        if root not in self.pointers:
            self.pointers[root] = f"%p{len(self.pointers)}"
        return self.pointers[root]

    # The loops ------------------------------------------------------------------------------------------------
    def text(self, name: str) -> str:
        """The definition of the function."""
        fixed = [each for each in self.step.writes if each.target.kind != "scatter"]
        reads, targets = self.reads(), [self.target(each) for each in fixed]
        groups = merged(self.step.shape, [each.strides for each in (*reads, *targets)])
        sums_innermost = any(target.strides and not target.strides[-1] for target in targets)
        groups = cut(groups, self.step.shape, bool(sums_innermost))
        self.sizes = [size for size, _ in groups]
        self.axes = [each for _, each in groups]
        self.plain, self.sums = [], []
        for write, target in zip(fixed, targets, strict=True):
            self.written[self.home(target.root)] = None
            self.pointer(target.root)
            place = Place(target.root, target.start, self.seen(target.strides))
            if write.target.kind == "reduce":
                self.sums.append(self.sum(write, place))
            else:
                self.plain.append((write, place))
        empty, self.jam = not count(self.step.shape), self.jammed()
        self.shared = None if empty or self.alone or self.scattered() else shared(self, reads)
        self.inner, self.spans = len(self.sizes), list[tuple[int, int]]()
        if not self.sums and not self.scattered():
            self.inner, parts = shortened(self.sizes, self.shared.level if self.shared else -1)
            self.spans = [] if self.homes else parts  # what is written over its argument is computed once
        begun = [each.write.target for each in self.sums if (each.adds or empty) and not self.is_own(each)]
        for summed in [*begun, *self.scatter_targets()]:
            if summed.size:
                self.fill(summed)
        start = self.started(name) if self.shared and begun else ""
        for each in self.sums:
            if each.adds and self.is_own(each):
                self.fill(each.write.target)
        if not empty:
            self.nest(0)
        more = ["i64 %first", "i64 %last"] if self.shared else []
        return start + self.function(name, *body(self.w.lines, self.watched), more)

    def function(self, name: str, kind: str, lines: str, more: Sequence[str] = ()) -> str:
        taken = [f"ptr noalias {'' if root in self.written else 'readonly '}{pointer}"
                 for root, pointer in self.pointers.items()]  # fmt: skip
        return f"define internal {kind} @{name}({', '.join([*taken, *more])}) #0 {{\n{lines}\n}}\n"

    def started(self, name: str) -> str:
        """What is written so far as a function of its own, which runs before the parts."""
        lines, self.w.lines, self.w.block = self.w.lines, [], "entry"
        self.starts = list(self.pointers)
        return self.function(f"{name}_start", *body(lines, False))

    def is_own(self, each: Sum) -> bool:
        """Whether each part adds up for itself."""
        return self.shared is not None and not each.place.strides[self.shared.level]

    def seen(self, strides: Sequence[int]) -> tuple[int, ...]:
        """Distances along the loops, from those along the axes."""
        return tuple(strides[axis] * factor for axis, factor in self.axes)

    def sum(self, write: Write, place: Place) -> Sum:
        level = len(self.sizes)
        while level and not place.strides[level - 1]:
            level -= 1
        return Sum(write, place, level, any(not stride for stride in place.strides[:level]))

    def scatter_targets(self) -> list[Value]:
        """What is added up at places: all of it is written in this step."""
        targets = [each.target for each in self.scattered()]
        for each in targets:
            self.written[each] = None
            self.pointer(each)
        return targets

    def fill(self, target: Value) -> None:
        """Start a sum in memory."""
        start, pointer = start_of(target.name, computed(target.code)), self.pointer(target)
        turns, turn = counting.opened(self.w, target.size)
        store(self.w, target.code, start, pointer, turn)
        counting.closed(self.w, turns)

    def nest(self, level: int, span: tuple[int, int] | None = None) -> list[str]:
        """The loops from a level inwards. Returns what they add to each sum that is still open there."""
        if level == self.inner:
            return self.innermost()
        if span is None and self.spans and level == self.inner - 1:
            return [each for part in self.spans for each in self.nest(level, part)]
        w, opened = self.w, [each for each in self.sums if each.level <= level]
        top, latch, after, before = *(w.fresh_label(stem) for stem in ("loop", "latch", "after")), w.block
        counter, following = w.name(), w.name()
        totals = [w.name() for _ in opened]
        split = self.shared is not None and level == self.shared.level
        first, last = span or (("%first", "%last") if split else (0, self.sizes[level]))
        w.do(f"br label %{top}")
        w.label(top)
        w.do(f"{counter} = phi i64 [{first}, %{before}], [{following}, %{latch}]")
        place = len(w.lines)
        self.counters.append(counter)
        jam = self.jam if level == len(self.sizes) - 2 else 1
        if jam > 1:
            self.rows = [counter, *(w.put(f"add nuw nsw i64 {counter}, {row}") for row in range(1, jam))]
        inner = [each for each in self.sums if each.level <= level + 1]
        found = dict(zip(map(id, inner), self.nest(level + 1), strict=True))
        for each in inner:
            if each.level == level + 1:
                self.close(each, found[id(each)])
        sums = [combine(w, each.write.target.name, each.kind, total, found[id(each)])
                for each, total in zip(opened, totals, strict=True)]  # fmt: skip
        w.do(f"br label %{latch}")
        w.label(latch)
        w.lines[place:place] = [f"  {total} = phi {each.kind} [{each.start}, %{before}], [{now}, %{latch}]"
                                for each, total, now in zip(opened, totals, sums, strict=True)]  # fmt: skip
        w.do(f"{following} = add nuw nsw i64 {counter}, {jam}")
        w.do(f"br i1 {w.put(f'icmp ult i64 {following}, {last}')}, label %{top}, label %{after}")
        self.counters.pop()
        w.label(after)
        for each, total in zip(opened, sums, strict=True):
            if each.level == 0 == level:
                self.close(each, total)
        return sums

    def innermost(self) -> list[str]:
        """One entry, or as many rows of it as are taken at once. Returns what is added to each sum in registers."""
        if self.inner < len(self.sizes):
            return self.entries()
        rows = self.rows if self.jam > 1 else [""]
        found: list[list[str]] = []
        for row in rows:
            self.done.clear()
            if row:
                self.counters[-2] = row
            found.append([self.entry(each.write.value) for each in self.sums])
            plain = [self.entry(write.value) for write, _ in self.plain]
            for (write, place), name in zip(self.plain, plain, strict=True):
                store(self.w, write.target.code, name, self.pointer(place.root), self.offset(place, len(self.sizes)))
            for added in self.scattered():
                self.add_at_place(added)
        self.watched |= watch(self.w)
        totals = [reduce(partial(combine, self.w, each.write.target.name, each.kind), column)
                  for each, column in zip(self.sums, zip(*found, strict=True), strict=True)]  # fmt: skip
        if not self.sizes:
            for each, name in zip(self.sums, totals, strict=True):
                self.close(each, name)
        return totals

    def entries(self) -> list[str]:
        """A few entries, one after the other."""
        found = []
        for index in product(*map(range, self.sizes[self.inner :])):
            self.done.clear()
            self.counters += map(str, index)
            for write, place in self.plain:
                pointer, offset = self.pointer(place.root), self.offset(place, len(self.sizes))
                found.append((write.target.code, self.entry(write.value), pointer, offset))
            self.watched |= watch(self.w)
            del self.counters[self.inner :]
        for each in found:
            store(self.w, *each)
        return []

    def add_at_place(self, write: Write) -> None:
        """One entry, added where its table says."""
        target, pointer = write.target, self.pointer(write.target)
        known = self.known_place(target, identity(self.step.shape), len(self.step.shape))
        place = self.further(self.entry(target.inputs[1]), known)
        total = combine(self.w, "sum", target.code, load(self.w, target.code, pointer, place), self.entry(write.value))
        store(self.w, target.code, total, pointer, place)

    def jammed(self) -> int:
        """How many rows to take at once: those that one sum, entry by entry, is made of."""
        if len(self.sizes) < 2 or not any(each.level == len(self.sizes) for each in self.sums):
            return 1
        if any(each.place.strides[-2] for each in self.sums):
            return 1
        return next(rows for rows in range(_JAM, 0, -1) if self.sizes[-2] % rows == 0)

    def close(self, each: Sum, total: str) -> None:
        """A sum whose inner loops have ended goes to memory."""
        target, pointer = each.write.target, self.pointer(each.place.root)
        offset = self.offset(each.place, each.level)
        if each.adds:
            total = combine(self.w, target.name, each.kind, load(self.w, target.code, pointer, offset), total)
        store(self.w, target.code, total, pointer, offset)

    # Entries ----------------------------------------------------------------------------------------------------
    def entry(self, value: Value, access: Access | None = None) -> str:
        """A value where the loops stand. Iterative: an expression may be thousands of steps deep."""
        start = (value, identity(self.step.shape) if access is None else access)
        pending = [start]
        while pending:
            key = pending[-1]
            if key in self.done:
                pending.pop()
                continue
            missing = [each for each in self.sources(*key) if each not in self.done]
            if missing:
                pending.extend(missing)
            else:
                self.done[pending.pop()] = self.emitted(*key)
        return self.done[start]

    def sources(self, value: Value, access: Access) -> list[tuple[Value, Access]]:
        if self.is_read(value) or known_number(value) is not None:
            return []
        if value.kind == "gather":
            return [(value.inputs[1], access)]
        if value.kind == "view":
            return [(value.inputs[0], compose(value.data, access, len(self.step.shape)))]
        return [(each, access) for each in value.inputs]

    def emitted(self, value: Value, access: Access) -> str:
        kind = computed(value.code)
        known = known_number(value)
        if known is not None:
            return literal(known, kind)
        width = len(self.step.shape)
        if self.is_read(value):
            return self.loaded(value, self.place(value, access, width))
        if value.kind == "gather":
            return self.gathered(value, access, width)
        sources = [self.done[each] for each in self.sources(value, access)]
        if value.kind == "view":
            return sources[0]
        return emit(self.w, value.name, kind, [computed(each.code) for each in value.inputs], sources)

    def loaded(self, value: Value, place: Place) -> str:
        seen = Place(place.root, place.start, self.seen(place.strides))
        key = (value.code, seen)
        if key not in self.done:
            self.done[key] = load(self.w, value.code, self.pointer(place.root), self.offset(seen, len(self.sizes)))
        return self.done[key]

    def gathered(self, value: Value, access: Access, width: int) -> str:
        place = self.further(self.done[(value.inputs[1], access)], self.known_place(value, access, width))
        return load(self.w, value.code, self.pointer(value.inputs[0]), place)

    def further(self, place: str, known: Place) -> str:
        """A place that was looked up, and what is known to be added."""
        added = self.offset(Place(known.root, known.start, self.seen(known.strides)), len(self.sizes))
        return place if added == "0" else self.w.put(f"add nsw i64 {place}, {added}")

    def offset(self, place: Place, level: int) -> str:
        """Where an entry stands, by the counters of the loops outside `level`."""
        w, total = self.w, str(place.start)
        for counter, stride in zip(self.counters[:level], place.strides, strict=False):
            if stride:
                term = counter if stride == 1 else w.put(f"mul nsw i64 {counter}, {stride}")
                total = term if total == "0" else w.put(f"add nsw i64 {total}, {term}")
        return total
