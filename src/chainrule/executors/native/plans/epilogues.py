"""Loops that finish a product entry by entry: a plan in, the same plan with such loops made part of the product out.

One idea: an entry of the product is in a register when it is done. What is computed from it and from entries that stand
at the same place of other arrays is computed there, and the product itself never goes to memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..primitives.lowering import Program
from ..primitives.values import Access, Shape, Value, compose, identity, known_number
from .layouts import contiguous, strided
from .memory import read_by
from .regions import Plan, Step, Write, alias_root

COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
NUMBERS = ("add", "subtract", "multiply", "true_divide", "negative", "square", "sqrt", "absolute", "maximum", "minimum",
           "where")  # fmt: skip
FLOATS = ("double", "float")
_MOST = 64  # values in one expression
_STREAMS = 2  # arrays beside the factors: rows of a tile are short, and the processor foresees few of them


def finished(program: Program, plan: Plan, takes: Callable[[Value], bool]) -> Plan:
    """The plan with each loop that finishes a product done by it. `takes`: products that can do so."""
    steps = list(plan.steps)
    outputs = {alias_root(each) for each in program.outputs}
    for step in plan.steps:
        value = step.whole
        if value is None or value.kind != "product" or value in outputs or not takes(value):
            continue
        loop = only_reader(steps, step, plan, value)
        if loop is None:
            continue
        writes = [write for write in loop.writes if reaches(write.value, value, loop, plan)]
        streams: set[Value] = {alias_root(write.target) for write in writes}
        if loop.shape != value.shape or not all(can_finish(write, value, loop, plan, streams) for write in writes):
            continue
        if len(streams) <= _STREAMS:
            place = steps.index(loop)
            others = [write for write in loop.writes if write not in writes]
            rest = [Step(loop.stage, loop.shape, others)] if others else []
            steps[place : place + 1] = [*rest, Step(loop.stage, loop.shape, writes, value)]
            steps.remove(step)
    return replace(plan, steps=steps)


def only_reader(steps: Iterable[Step], made: Step, plan: Plan, value: Value) -> Step | None:
    """The one loop that reads a value; None where there are more, or it is something else."""
    found = [each for each in steps if each is not made and value in map(alias_root, read_by(each, plan))]
    return found[0] if len(found) == 1 and found[0].whole is None else None


def reaches(start: Value, value: Value, loop: Step, plan: Plan) -> bool:
    """Whether an expression of a loop reads a value, or another look at it."""
    seen: set[Value] = set()
    pending = [start]
    while pending:
        each = pending.pop()
        if alias_root(each) is value:
            return True
        if each not in seen and not is_read(each, loop, plan):
            pending.extend(each.inputs)
        seen.add(each)
    return False


def is_read(value: Value, loop: Step, plan: Plan) -> bool:
    """Whether a step finds a value in memory."""
    return value in plan.stored and plan.ready[value] <= loop.stage


def can_finish(write: Write, product: Value, loop: Step, plan: Plan, streams: set[Value]) -> bool:
    """Whether a write is arithmetic on entries of the product and on those that stand beside them, in arrays that are
    added to `streams`."""
    if write.target.kind != "map" or write.target is not write.value or write.target.code != product.code:
        return False
    seen: set[tuple[Value, Access]] = set()
    pending = [(write.value, identity(loop.shape))]
    while pending:
        value, access = pending.pop()
        if (value, access) in seen:
            continue
        seen.add((value, access))
        if known_number(value) is not None:
            if value.code not in FLOATS:
                return False
        elif is_read(value, loop, plan):
            place, _ = along(value, access, loop.shape)
            if not place or (value.code != product.code and place != "number") or value.code not in FLOATS:
                return False
            if value is product and place != "entry":
                return False
            if value is not product and place == "entry":
                streams.add(alias_root(value))
        elif value.kind == "view":
            pending.append((value.inputs[0], compose(value.data, access, len(loop.shape))))
        elif value.kind == "map" and is_arithmetic(value, product.code):
            pending.extend((each, access) for each in value.inputs)
        else:
            return False
    return len(seen) <= _MOST


def is_arithmetic(value: Value, code: str) -> bool:
    """Whether a function is one that vectors are good at, on numbers of one kind."""
    if value.name == "cast":
        return value.code == code and value.inputs[0].code in FLOATS
    if value.name in COMPARISONS:
        return all(each.code == code for each in value.inputs)
    numbers = value.inputs[1:] if value.name == "where" else value.inputs
    return value.name in NUMBERS and value.code == code and all(each.code == code for each in numbers)


def along(value: Value, access: Access, shape: Shape) -> tuple[str, int]:
    """How an array is read: at the "entry" itself, at the "column" of a matrix, at one place for all ("number"), or in
    another way (""); and from which place on."""
    strides, start = strided(access, contiguous(value.shape), len(shape))
    if same(strides, contiguous(shape), shape) and not start:
        return "entry", start
    if same(strides, (0,) * len(shape), shape):
        return "number", start
    return "column" if len(shape) == 2 and same(strides, (0, 1), shape) else "", start


def same(one: Sequence[int], other: Sequence[int], shape: Shape) -> bool:
    """Whether distances are the same along every axis that has any."""
    return all(near == far for near, far, size in zip(one, other, shape, strict=True) if size > 1)
