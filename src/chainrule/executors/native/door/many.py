"""The door for very many leaves: lists of thousands of numbers in, one loop for all that look alike out.

One idea: neighbours of one kind are read, and made, by a loop, so that the code is no longer than the containers are
different. Where everything lies is kept in memory of this call, for there are too many pointers to hand on one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from ..machine import probe
from ..primitives.values import Value
from .callable import MISMATCH, doors
from .entry import DoorWriter
from .reading import Door, Spec

FEWEST = 64  # leaves of arguments and results together
_SHORTEST = 16  # neighbours that are worth a loop
_WORD = 8  # bytes of a pointer, and of the largest number


def is_many(inputs: Sequence[Value], outputs: Sequence[Value], door: Door) -> bool:
    """Whether this is the door to take."""
    return len(inputs) + len(outputs) > FEWEST and door.into is None and not door.reuse


class ManyWriter(DoorWriter):
    """Writes `entry` around a `body` that takes one pointer to all pointers."""

    def text(self, room: int, *, long: bool = False) -> str:
        """As for few leaves. A long call keeps Python's lock: so many objects are not held one by one."""
        w, count = self.w, len(self.inputs) + len(self.outputs)
        self.leaves = self.call("python", "PyMem_RawMalloc", "ptr", f"i64 {_WORD * (count + len(self.outputs) + 1)}")
        self.numbers = w.put(f"getelementptr ptr, ptr {self.leaves}, i64 {count}")
        self.require_memory()
        self.require(w.put(f"icmp eq i64 %count, {len(self.door.arguments)}"))
        self.read_parts(self.door.arguments, "%args")
        for slot, pointer in self.pointers.items():
            self.store_pointer(pointer, slot)
        made = self.rooms()
        block = self.table.load(w, "block", room) if room else "null"
        status = w.put(f"call i32 @body(ptr {self.leaves}, ptr {block}, ptr %table)")
        self.unless_raised(status, [each for each in made if each])
        found = self.built(self.door.result, made)
        self.release()
        w.do(f"ret ptr {found}")
        for label, result in (("mismatch", MISMATCH), ("failed", "null")):
            w.label(label)
            self.release()
            w.do(f"ret ptr {result}")
        body = "\n".join([*self.allocas, *w.lines])
        taken = "ptr %args, i64 %count, ptr noalias readonly %table"
        return f"define ptr @enter({taken}) noinline nounwind {{\nentry:\n{body}\n}}\n" + doors(self.table)

    def require_memory(self) -> None:
        w = self.w
        none, some = w.fresh_label("none"), w.fresh_label("some")
        w.do(f"br i1 {w.put(f'icmp eq ptr {self.leaves}, null')}, label %{none}, label %{some}")
        w.label(none)
        self.call("python", "PyErr_NoMemory", "ptr")
        w.do("br label %failed")
        w.label(some)

    def release(self) -> None:
        self.call("python", "PyMem_RawFree", "void", f"ptr {self.leaves}")

    def store_pointer(self, pointer: str, place: str | int) -> None:
        self.w.do(f"store ptr {pointer}, ptr {self.entry(self.leaves, place)}")

    def entry(self, pointer: str, place: str | int) -> str:
        """Where a word stands."""
        return self.w.put(f"getelementptr i64, ptr {pointer}, i64 {place}")

    def moved(self, counter: str, by: int) -> str:
        return self.w.put(f"add i64 {counter}, {by}") if by else counter

    # Arguments --------------------------------------------------------------------------------------------------
    def read(self, spec: Spec, thing: str, leaf: Callable[[int, str], None] | None = None) -> None:
        if not isinstance(spec, tuple) or spec[0] is dict or not spec[1]:
            super().read(spec, thing, leaf)
            return
        self.require_type(thing, spec[0])
        self.require_size(thing, len(spec[1]))
        self.read_parts(spec[1], self.items(spec, thing))

    def items(self, spec: Spec, thing: str) -> str:
        """Where the items of a tuple or list stand."""
        if spec[0] is list:
            return self.at(thing, probe.LIST_ITEMS)
        return self.w.put(f"getelementptr i8, ptr {thing}, i64 {probe.TUPLE_ITEMS}")

    def read_parts(self, parts: Sequence[Spec], items: str) -> None:
        for start, length in runs(parts, self.kind_of_input):
            if length == 1:
                self.read(parts[start], self.item(items, start))
            else:
                self.read_run(parts[start], length, self.entry(items, start))

    def kind_of_input(self, slot: int) -> Hashable:
        value = self.inputs[slot]
        return value.shape, value.dtype, slot in self.door.floats

    def read_run(self, first: int, length: int, items: str) -> None:
        """Leaves that are all like the first."""

        def read(counter: str) -> None:
            thing = self.w.put(f"load ptr, ptr {self.entry(items, counter)}")
            self.store_pointer(self.read_leaf(first, thing), self.moved(counter, first))

        self.loop("0", str(length), read)

    # Results ----------------------------------------------------------------------------------------------------
    def rooms(self) -> list[str]:
        """Memory for each output. Returns the arrays that were made; nothing for numbers, which lie side by side."""
        made = []
        for start, length in runs(range(len(self.outputs)), lambda slot: self.outputs[slot].shape == ()):
            if self.outputs[start].shape:
                made += [self.array(slot) for slot in range(start, start + length)]
            else:
                made += [""] * length
                self.give_run(start, length)
        return made

    def array(self, slot: int) -> str:
        """A new array for an output."""
        pointer, made = self.room(slot, self.outputs[slot])
        self.store_pointer(pointer, len(self.inputs) + slot)
        return made

    def give_run(self, first: int, length: int) -> None:
        """Memory for numbers, side by side."""

        def give(counter: str) -> None:
            place = self.entry(self.numbers, self.moved(counter, first))
            self.store_pointer(place, self.moved(counter, len(self.inputs) + first))

        self.loop("0", str(length), give)

    def built(self, spec: Spec, objects: Sequence[str]) -> str:
        if isinstance(spec, int) and not objects[spec]:
            return self.number(spec, spec)
        if not isinstance(spec, tuple) or spec[0] is dict or not spec[1]:
            return super().built(spec, objects)
        name = "PyTuple" if spec[0] is tuple else "PyList"
        found = self.checked(self.call("python", f"{name}_New", "ptr", f"i64 {len(spec[1])}"))
        items = self.items(spec, found)
        for start, length in runs(spec[1], self.kind_of_output):
            if length > 1:
                self.build_run(spec[1][start], length, self.entry(items, start))
            else:
                self.w.do(f"store ptr {self.built(spec[1][start], objects)}, ptr {self.entry(items, start)}")
        return found

    def kind_of_output(self, slot: int) -> Hashable:
        value = self.outputs[slot]
        return value.dtype if value.shape == () else slot

    def build_run(self, first: int, length: int, items: str) -> None:
        """Numbers that are all like the first."""

        def build(counter: str) -> None:
            made = self.number(first, self.moved(counter, first))
            self.w.do(f"store ptr {made}, ptr {self.entry(items, counter)}")

        self.loop("0", str(length), build)

    def number(self, like: int, slot: str | int) -> str:
        """A new object of the number in this slot."""
        return self.finished(self.outputs[like], self.entry(self.numbers, slot), "")


def runs(parts: Sequence[Spec], kind: Callable[[int], Hashable]) -> list[tuple[int, int]]:
    """(start, length) of neighbours that are leaves of one kind, numbered one after the other; 1 for all else."""
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(parts):
        end = start + 1
        if isinstance(parts[start], int):
            same = kind(parts[start])
            while end < len(parts) and parts[end] == parts[start] + end - start and kind(parts[end]) == same:
                end += 1
        if end - start >= _SHORTEST:
            found.append((start, end - start))
        else:
            found += [(place, 1) for place in range(start, end)]
        start = end
    return found
