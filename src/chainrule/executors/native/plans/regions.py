"""Which values are kept in memory and which steps run when: a program in, a plan of steps in stages out.

One idea: whatever can be computed at the same time over the same entries is one loop. A stage ends where something must
be whole before it can be used: a reduction, a product of matrices, an array read in another order than it is made in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..primitives.lowering import Program
from ..primitives.values import Shape, Value, identity, is_number
from .products import operands
from .weights import cost

_CHEAP = 16  # operations an entry: computed again rather than kept
_OFTEN, _FEW = 64, 2  # but where each entry is read so often, more operations than these are too many
_WHOLE = ("product", "call", "join", "reduce", "reshape", "input", "constant", "part", "scatter", "running")
_APART = ("product", "call", "bundle", "running")  # steps of their own


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """Something that a loop leaves behind: a value, or a part of a join, stored where `target` keeps its entries."""

    value: Value  # what is computed at each entry
    target: Value  # whose memory it goes to
    places: tuple[Shape, Shape] | None = None  # where in the memory of a join, and how far apart


@dataclass(slots=True, eq=False)
class Step:
    """One step of a plan: a loop over `shape` with what it writes, or a product, or a call."""

    stage: int
    shape: Shape = ()
    writes: list[Write] = field(default_factory=list)
    whole: Value | None = None  # the product or call; with writes, a product that is finished by them


@dataclass(slots=True, eq=False)
class Plan:
    """The steps in order, and the stage from which each stored value can be read."""

    steps: list[Step]
    ready: dict[Value, int]
    stored: set[Value]


def plan(program: Program) -> Plan:
    """Decide. A value that is dear is kept wherever it would be computed twice."""
    order = program.order()
    stored = {each for value in order for each in must_store(value)} | set(program.outputs)
    stored |= {value for value in order if value.kind in _WHOLE and not is_number(value)}
    stored = {alias_root(each) for each in stored} | stored
    while True:
        stages = Stages(order, stored)
        more = stages.dear(order) - stored
        if not more:
            return stages.plan(order)
        stored |= more


def must_store(value: Value) -> Iterator[Value]:
    """Inputs that a value needs in memory, in their own order."""
    if value.kind in ("call", "reshape", "bundle", "running"):
        yield from value.inputs
    elif value.kind in ("gather", "scatter"):
        if value.kind == "gather":
            yield value.inputs[0]
        yield table_of(value)
    elif value.kind == "product":
        yield from (each.source for each in operands(value))


def table_of(value: Value) -> Value:
    """The table of places behind a gather or a scatter, which may repeat it along axes."""
    table = value.inputs[1]
    return table.inputs[0] if table.kind == "view" else table


def alias_root(value: Value) -> Value:
    """Whose memory a reshape is another look at."""
    while value.kind == "reshape":
        value = value.inputs[0]
    return value


class Stages:
    """When each value can be had."""

    def __init__(self, order: Sequence[Value], stored: set[Value]) -> None:
        self.stored = stored
        self.at: dict[Value, int] = {}  # the stage of the loop that computes a value
        self.ready: dict[Value, int] = {}  # from when a value can be read from memory
        for value in order:
            self._enter(value)

    def _enter(self, value: Value) -> None:
        kind = value.kind
        if kind in ("input", "constant"):
            self.at[value] = self.ready[value] = 0
            return
        if kind == "reshape":
            self.at[value] = self.ready[value] = self.whole(value.inputs[0])
            return
        if kind == "part":
            self.at[value] = self.ready[value] = self.ready[value.inputs[0]]
            return
        if kind in _APART:
            self.at[value] = max([self.whole(each) for each in value.inputs], default=0)
        elif kind == "join":
            self.at[value] = max(self.join_stages(value))
        else:
            self.at[value] = max([self.needed(value, each) for each in value.inputs], default=0)
        self.ready[value] = self.at[value] + 1

    def needed(self, value: Value, source: Value) -> int:
        """From when a loop that computes `value` can have its input."""
        if value.kind == "view" and source.kind in ("map", "view", "gather"):
            moved = value.data != identity(source.shape) or value.shape != source.shape
            return self.ready[source] if moved and source in self.stored else self.at[source]
        if value.kind == "gather" or (value.kind == "scatter" and source is value.inputs[1]):
            return self.whole(source)
        if source.kind in ("map", "view", "gather"):
            return self.at[source]
        return self.ready[source]

    def whole(self, value: Value) -> int:
        """From when a value can be read from memory; a view of what is stored is read through."""
        if value in self.stored or value.kind != "view":
            return self.ready[value]
        return self.ready[value.inputs[0]]

    def join_stages(self, value: Value) -> list[int]:
        """The stage at which each part is laid down: after those that it covers."""
        found: list[int] = []
        for place, part in enumerate(value.inputs):
            soonest = self.at[part] if part.kind in ("map", "view", "gather") else self.ready[part]
            for earlier in range(place):
                if overlapping(value, earlier, place):
                    soonest = max(soonest, found[earlier] + 1)
            found.append(soonest)
        return found

    def dear(self, order: Sequence[Value]) -> set[Value]:
        """Values that are computed at two stages, or at more entries than they have, and cost more than a load."""
        again = {
            source
            for value in order
            for source in value.inputs
            if source.kind in ("map", "gather") and (self.at[value] > self.at[source] or repeats(value))
        }
        often = {each.inputs[0] for each in order if repeats(each, _OFTEN) and varies_innermost(each)}
        inside: dict[Value, frozenset[Value]] = {}  # what is computed where a value is; no more than make it dear
        found: set[Value] = set()
        for value in order:
            if value.kind in _WHOLE or value in self.stored:
                inside[value] = frozenset()
                continue
            parts = frozenset[Value]().union(*[inside[each] for each in value.inputs])
            inside[value] = parts if len(parts) > _CHEAP else parts | {value}
            most = _FEW if value in often else _CHEAP
            if value in again and sum(own_cost(each) for each in inside[value]) > most:
                found.add(value)
                inside[value] = frozenset()
        return found

    def plan(self, order: Sequence[Value]) -> Plan:
        steps: dict[tuple[int, Shape] | Value, Step] = {}

        def loop(stage: int, shape: Shape) -> Step:
            return steps.setdefault((stage, shape), Step(stage, shape))

        for value in order:
            if value.kind in _APART:
                steps[value] = Step(self.at[value], whole=value)
            elif value.kind in ("reduce", "scatter"):
                loop(self.at[value], value.inputs[0].shape).writes.append(Write(value.inputs[0], value))
            elif value.kind == "join":
                for part, places, stage in zip(value.inputs, value.data, self.join_stages(value), strict=True):
                    loop(stage, part.shape).writes.append(Write(part, value, places))
            elif value in self.stored and value.kind in ("map", "view", "gather"):
                loop(self.at[value], value.shape).writes.append(Write(value, value))
        return Plan(sorted(steps.values(), key=lambda step: step.stage), self.ready, self.stored)


def own_cost(value: Value) -> int:
    return cost(value.name) if value.kind == "map" else 3 if value.kind == "gather" else 0


def varies_innermost(view: Value) -> bool:
    """Whether the innermost loop over a view reads different entries: else one is read before it, and stays there."""
    return any(steps[-1] for _, steps in view.data)


def repeats(value: Value, times: int = 1) -> bool:
    """Whether a value is a view that reads entries more than so often."""
    return value.kind == "view" and value.size > times * value.inputs[0].size


def overlapping(value: Value, one: int, other: int) -> bool:
    """Whether two parts of a join may cover common places."""
    spans = []
    for place in (one, other):
        (starts, steps), shape = value.data[place], value.inputs[place].shape
        ends = [start + step * (size - 1) for start, step, size in zip(starts, steps, shape, strict=True)]
        spans.append([(min(start, end), max(start, end)) for start, end in zip(starts, ends, strict=True)])
    return all(low <= top and bottom <= high for (low, high), (bottom, top) in zip(*spans, strict=True))
