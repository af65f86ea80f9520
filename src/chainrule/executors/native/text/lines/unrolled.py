"""Small programs: every entry of every array is a name of its own, and the whole program one straight line.

One idea: with a few hundred numbers there is nothing to loop over. Transposing, slicing and joining are done while the
line is written, and cost nothing when it runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...primitives.lowering import Program
from ...primitives.values import Value
from ..scalars import combine, computed, emit, following, start_of
from ..writer import Writer, literal


class Unrolled:
    """Writes a program as one straight line."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.entries: dict[Value, Any] = {}

    def run(self, program: Program, inputs: list[str], outputs: list[str]) -> None:
        """From pointers to the inputs to pointers to the outputs."""
        pointers = dict(zip(program.inputs, inputs, strict=True))
        for value in program.order():
            if value.kind == "input":
                self.entries[value] = self.loaded(value, pointers[value])
            else:
                self.entries[value] = getattr(self, value.kind)(value)
        for value, pointer in zip(program.outputs, outputs, strict=True):
            self.store(value, pointer)

    def loaded(self, value: Value, pointer: str) -> Any:
        found = np.empty(value.size, object)
        for place in range(value.size):
            found[place] = load(self.writer, value.code, pointer, str(place))
        return found.reshape(value.shape)

    def store(self, value: Value, pointer: str) -> None:
        for place, name in enumerate(self.entries[value].reshape(-1)):
            store(self.writer, value.code, name, pointer, str(place))

    def constant(self, value: Value) -> Any:
        kind = computed(value.code)
        flat = value.data.array.reshape(-1)
        found = np.empty(value.size, object)
        for place in range(value.size):
            found[place] = literal(flat[place], kind)
        return found.reshape(value.shape)

    def map(self, value: Value) -> Any:
        kinds = [computed(each.code) for each in value.inputs]
        operands = [self.entries[each].reshape(-1) for each in value.inputs]
        into, found = computed(value.code), np.empty(value.size, object)
        done: dict[tuple[str, ...], str] = {}
        for place in range(value.size):
            args = tuple([each[place] for each in operands])
            if args not in done:
                done[args] = emit(self.writer, value.name, into, kinds, args)
            found[place] = done[args]
        return found.reshape(value.shape)

    def reduce(self, value: Value) -> Any:
        source = self.entries[value.inputs[0]]
        kind, axes = computed(value.code), value.data
        kept = [axis for axis in range(source.ndim) if axis not in axes]
        rows = np.transpose(source, (*kept, *axes)).reshape(value.size, -1) if source.size else None
        found = np.empty(value.size, object)
        for place in range(value.size):
            row = [] if rows is None else list(rows[place])
            total = row[0] if row else start_of(value.name, kind)
            for each in row[1:]:
                total = combine(self.writer, value.name, kind, total, each)
            found[place] = total
        return found.reshape(value.shape)

    def view(self, value: Value) -> Any:
        source = self.entries[value.inputs[0]]
        places = np.indices(value.shape) if value.shape else np.zeros((0,), int)
        key = tuple(
            offset + sum((step * places[axis] for axis, step in enumerate(steps) if step), np.zeros(value.shape, int))
            for offset, steps in value.data
        )
        return as_objects(source[key] if key else np.broadcast_to(source, value.shape), value.shape)

    def reshape(self, value: Value) -> Any:
        return self.entries[value.inputs[0]].reshape(value.shape)

    def join(self, value: Value) -> Any:
        found = np.empty(value.shape, object)
        for part, (starts, steps) in zip(value.inputs, value.data, strict=True):
            axes = [start + step * np.arange(size) for start, step, size in zip(starts, steps, part.shape, strict=True)]
            found[np.ix_(*axes) if axes else ()] = self.entries[part]
        return found

    def gather(self, value: Value) -> Any:
        source, table = value.inputs
        return self.entries[source].reshape(-1)[table.data.array]

    def scatter(self, value: Value) -> Any:
        kind, (source, table) = value.code, value.inputs
        found = np.full(value.size, literal(0, computed(kind)), object)
        seen: set[int] = set()
        for place, name in zip(table.data.array.reshape(-1).tolist(), self.entries[source].reshape(-1), strict=True):
            found[place] = combine(self.writer, "sum", kind, found[place], name) if place in seen else name
            seen.add(place)
        return found.reshape(value.shape)

    def running(self, value: Value) -> Any:
        kind, axis = computed(value.code), value.data
        length, width = value.shape[axis], value.size // max(value.shape[axis], 1)
        rows = [np.moveaxis(self.entries[each], axis, 0).reshape(length, width) for each in value.inputs]
        found = np.empty((length, width), object)
        for turn, place in np.ndindex(length, width):
            entries = [each[turn, place] for each in rows]
            before = found[turn - 1, place] if turn else ""
            found[turn, place] = following(self.writer, value.name, kind, before, entries) if turn else entries[-1]
        kept = [size for place, size in enumerate(value.shape) if place != axis]
        return np.moveaxis(found.reshape((length, *kept)), 0, axis)

    def product(self, value: Value) -> Any:
        kind = value.code
        left, right = (self.entries[each] for each in value.inputs)
        inner = left.shape[-1]
        found = np.empty((*left.shape[:-1], right.shape[-1]), object)
        for place in np.ndindex(*found.shape):
            *batch, row, column = place
            total = ""
            for each in range(inner):
                term = self.writer.fmul(kind, left[(*batch, row, each)], right[(*batch, each, column)])
                total = self.writer.fadd(kind, total, term, "contract reassoc") if total else term
            found[place] = total or literal(0, kind)
        return found if value.data is None else np.transpose(found, np.argsort(value.data))


def as_objects(found: Any, shape: tuple[int, ...]) -> Any:
    """An array of names, also where NumPy gives a single one."""
    if isinstance(found, np.ndarray):
        return found
    made = np.empty((), object)
    made[()] = found
    return made.reshape(shape)


def load(w: Writer, code: str, pointer: str, place: str) -> str:
    """An entry from memory, as it is computed with."""
    address = pointer if place == "0" else w.put(f"getelementptr {code}, ptr {pointer}, i64 {place}")
    found = w.put(f"load {code}, ptr {address}")
    return w.put(f"icmp ne i8 {found}, 0") if code == "i8" else found


def store(w: Writer, code: str, name: str, pointer: str, place: str) -> None:
    """An entry to memory."""
    address = pointer if place == "0" else w.put(f"getelementptr {code}, ptr {pointer}, i64 {place}")
    if code == "i8":
        name = w.put(f"zext i1 {name} to i8")
    w.do(f"store {code} {name}, ptr {address}")
