"""Programs that do the same to every row: a program in, a loop over rows with a small program inside out.

One idea: where each row of the results comes from one row of the arguments, and rows are small, a row is computed in
registers from beginning to end, and nothing in between goes to memory.
"""

from __future__ import annotations

from collections.abc import Callable

from ..primitives.lowering import Loop, Program
from ..primitives.values import Builder, UnsupportedError, Value, is_number, known_number, unit
from .weights import MOST_STEPS, steps

FEWEST = 64  # rows
_NARROW = 8  # a longer innermost axis makes a good vector by itself


def by_rows(program: Program) -> Program | None:
    """The program as one loop over rows; None where rows are not apart, or loops over whole arrays are better."""
    found = _count(program)
    if found is None:
        return None
    try:
        rows = Rows(program, found)
        inner = rows.program()
    except UnsupportedError:
        return None
    if steps(inner) > MOST_STEPS:
        return None
    shared = [each for each in program.inputs if each not in rows.apart]
    along = [each for each in program.inputs if each in rows.apart]
    types = [(each.shape, each.dtype) for each in program.outputs]
    loop = Loop(inner, len(shared), 0, found, False, False)
    return Program(program.inputs, tuple(Builder().bundle(types, (*shared, *along), "scan", loop)))


def _count(program: Program) -> int | None:
    """How many rows all results have, where there are enough and they are narrow."""
    counts = {each.shape[0] if each.shape else 0 for each in program.outputs}
    if len(counts) != 1 or min(counts) < FEWEST or not any(each.ndim > 1 for each in program.outputs):
        return None
    narrow = [each.shape[-1] for each in program.order() if each.ndim > 1 and each.kind in ("map", "reduce")]
    return min(counts) if narrow and min(narrow) < _NARROW else None


class Rows:
    """Makes of each value the one that stands for a row of it. Raises UnsupportedError where rows mix."""

    def __init__(self, program: Program, count: int) -> None:
        self.whole, self.count, self.builder = program, count, Builder()
        self.apart: set[Value] = set()
        self.made: dict[Value, Value] = {}

    def program(self) -> Program:
        inputs = self.whole.inputs
        self.apart |= {each for each in inputs if each.shape and each.shape[0] == self.count}
        shared = [each for each in inputs if each not in self.apart]
        along = [each for each in inputs if each in self.apart]
        for slot, each in enumerate((*shared, *along)):
            shape = each.shape[1:] if each in self.apart else each.shape
            self.made[each] = self.builder.input(slot, shape, each.dtype)
        for value in self.whole.order():
            if value not in self.made:
                self.made[value] = self.row_of(value)
        if any(each not in self.apart for each in self.whole.outputs):
            raise UnsupportedError("a result that is the same for all rows")
        arguments = tuple(self.made[each] for each in (*shared, *along))
        return Program(arguments, tuple(self.made[each] for each in self.whole.outputs))

    def row_of(self, value: Value) -> Value:
        """The value of one row; the value itself where no row reaches it."""
        rule: Callable[[Value], Value] | None = getattr(self, value.kind, None)
        long = bool(value.shape) and value.shape[0] == self.count
        if (
            not any(each in self.apart for each in value.inputs)
            and not is_number(value)
            and not (long and value.kind == "view")
        ):
            if long and value.kind != "constant":
                raise UnsupportedError("something made of no row, as long as all of them")
            inputs = tuple(self.made[each] for each in value.inputs)
            return self.builder.make(value.kind, value.shape, value.dtype, inputs, value.name, value.data)
        if rule is None:
            raise UnsupportedError(value.kind)
        return rule(value)

    def map(self, value: Value) -> Value:
        if not all(each in self.apart or is_number(each) for each in value.inputs):
            raise UnsupportedError("rows beside what is no row")
        self.apart.add(value)
        inputs = [self.number(each, value.shape[1:]) if is_number(each) else self.made[each] for each in value.inputs]
        return self.builder.map(value.name, value.dtype, *inputs)

    def number(self, value: Value, shape: tuple[int, ...]) -> Value:
        return self.builder.number(known_number(value), shape, value.dtype)

    def reduce(self, value: Value) -> Value:
        if 0 in value.data:
            raise UnsupportedError("a sum over rows")
        self.apart.add(value)
        axes = [axis - 1 for axis in value.data]
        return self.builder.reduce(value.name, self.made[value.inputs[0]], axes, value.dtype)

    def view(self, value: Value) -> Value:
        if is_number(value):
            if value.shape and value.shape[0] == self.count:
                self.apart.add(value)
                return self.number(value, value.shape[1:])
            return self.number(value, value.shape)
        if value.inputs[0] not in self.apart:  # the same for all rows
            if any(each[0] for _, each in value.data):
                raise UnsupportedError("rows of what is no row")
            self.apart.add(value)
            same = tuple((start, each[1:]) for start, each in value.data)
            return self.builder.view(self.made[value.inputs[0]], value.shape[1:], same)
        (offset, along), *rest = value.data
        if offset or not value.shape or along != unit(value.ndim, 0) or any(each[0] for _, each in rest):
            raise UnsupportedError("rows read in another order")
        self.apart.add(value)
        access = tuple((start, each[1:]) for start, each in rest)
        return self.builder.view(self.made[value.inputs[0]], value.shape[1:], access)

    def constant(self, value: Value) -> Value:
        return self.builder.constant(value.data.array)

    def reshape(self, value: Value) -> Value:
        if not value.shape or value.shape[0] != self.count:
            raise UnsupportedError("rows put together")
        self.apart.add(value)
        return self.builder.reshape(self.made[value.inputs[0]], value.shape[1:])

    def join(self, value: Value) -> Value:
        whole = all(part.shape[0] == self.count and place[0][0] == 0 and place[1][0] == 1
                    for part, place in zip(value.inputs, value.data, strict=True))  # fmt: skip
        if not whole or not all(each in self.apart for each in value.inputs):
            raise UnsupportedError("rows put side by side")
        self.apart.add(value)
        places = tuple((starts[1:], steps_[1:]) for starts, steps_ in value.data)
        inputs = tuple(self.made[each] for each in value.inputs)
        return self.builder.make("join", value.shape[1:], value.dtype, inputs, "", places)

    def product(self, value: Value) -> Value:
        places = value.data or tuple(range(value.ndim))
        if value.ndim < 3 or places[0] or not all(each in self.apart for each in value.inputs):
            raise UnsupportedError("a product of rows")
        self.apart.add(value)
        inputs, order = tuple(self.made[each] for each in value.inputs), tuple(place - 1 for place in places[1:])
        data = None if order == tuple(range(len(order))) else order
        return self.builder.make("product", value.shape[1:], value.dtype, inputs, "", data)
