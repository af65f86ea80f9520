"""Where values live while a program runs: a plan in, a place in one block of memory for each value out.

One idea: two values that are never needed at once may have the same place.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from ..primitives.lowering import Program
from ..primitives.values import Value
from .regions import Plan, Step, alias_root

_LINE = 64  # bytes of a cache line, which are also those of the widest register


@dataclass(frozen=True, slots=True)
class Layout:
    """The offset of each value that has its place in the block, and how long the block is."""

    offsets: dict[Value, int]
    size: int


def lay_out(program: Program, plan: Plan, elsewhere: set[Value], rooms: Mapping[Value, int]) -> Layout:
    """First fit, in the order in which values are made. `elsewhere`: values that have memory of their own. `rooms`: how
    many bytes loops over steps need for themselves while they run."""
    spans = lifetimes(program, plan, elsewhere)
    for step in plan.steps:
        if step.whole is not None and rooms.get(step.whole):
            spans[step.whole] = step.stage, step.stage
    holes, ends, offsets = Holes(), list[tuple[int, int, int]](), dict[Value, int]()
    for value, (first, last) in sorted(spans.items(), key=lambda item: item[1]):
        while ends and ends[0][0] < first:
            holes.give_back(*heappop(ends)[1:])
        length = lines(rooms[value] if value in rooms else value.size * value.dtype.itemsize)
        offsets[value] = offset = holes.take(length)
        if length:
            heappush(ends, (last, offset, offset + length))
    return Layout(offsets, holes.longest)


class Holes:
    """Stretches of a block that nobody uses, from first to last; behind the last one there is room without end."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.longest = 0  # where the room without end begins

    def take(self, length: int) -> int:
        """The first place with so many bytes."""
        for place, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            if start + length <= end:
                self.starts[place] += length
                if self.starts[place] == end:
                    del self.starts[place], self.ends[place]
                return start
        start = self.longest
        if self.ends and self.ends[-1] == start:
            start = self.starts.pop()
            self.ends.pop()
        self.longest = start + length
        return start

    def give_back(self, start: int, end: int) -> None:
        place = bisect(self.starts, start)
        if place < len(self.starts) and self.starts[place] == end:
            end = self.ends[place]
            del self.starts[place], self.ends[place]
        if place and self.ends[place - 1] == start:
            self.ends[place - 1] = end
        else:
            self.starts.insert(place, start)
            self.ends.insert(place, end)


def lines(size: int) -> int:
    """A number of bytes as whole cache lines."""
    return -(-size // _LINE) * _LINE


def lifetimes(program: Program, plan: Plan, elsewhere: set[Value]) -> dict[Value, tuple[int, int]]:
    """The first and the last stage at which each value is needed."""
    spans: dict[Value, tuple[int, int]] = {}
    for step in plan.steps:
        for write in step.writes:
            root = alias_root(write.target)
            first, last = spans.get(root, (step.stage, step.stage))
            spans[root] = min(first, step.stage), max(last, step.stage)
        if step.whole is not None:
            made = step.whole.data.parts if step.whole.kind == "bundle" else [] if step.writes else [step.whole]
            spans.update(dict.fromkeys(made, (step.stage, step.stage)))
    final = max((step.stage for step in plan.steps), default=0) + 1
    for value in program.outputs:
        if (root := alias_root(value)) in spans:
            spans[root] = spans[root][0], final
    for stage, read in reads_of(plan):
        root = alias_root(read)
        if root in spans:
            spans[root] = spans[root][0], max(spans[root][1], stage)
    return {value: span for value, span in spans.items() if value not in elsewhere}


def reads_of(plan: Plan) -> list[tuple[int, Value]]:
    """(stage, value in memory) for everything that is read."""
    return [(step.stage, value) for step in plan.steps for value in read_by(step, plan)]


def read_by(step: Step, plan: Plan) -> list[Value]:
    """The values in memory that one step reads."""
    found: list[Value] = []
    pending = [] if step.whole is None else list(step.whole.inputs)
    if step.whole is not None:  # a product may read through a view that is also kept for another step
        pending += [each.inputs[0] for each in pending if each.kind == "view"]
    pending += [write.value for write in step.writes]
    pending += [write.target.inputs[1] for write in step.writes if write.target.kind == "scatter"]
    seen: set[Value] = set()
    while pending:
        value = pending.pop()
        if value in seen:
            continue
        seen.add(value)
        if value in plan.stored and plan.ready[value] <= step.stage:
            found.append(value)
        else:
            pending.extend(value.inputs)
    return found
