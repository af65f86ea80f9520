"""Arguments of a call as machine code finds them: containers of Python in, pointers to their numbers out.

One idea: nothing is taken for granted. What is not as it was compiled for sends the call the long way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..machine import probe
from ..primitives.values import Value
from ..text.table import Table
from ..text.writer import Writer

Spec: TypeAlias = Any  # a leaf's number; (tuple, parts); (list, parts); (dict, parts, keys); None


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """A leaf of a result that no argument reaches: a number."""

    value: Any


@dataclass(frozen=True, slots=True)
class Into:
    """A last argument, with arrays that results are written into."""

    spec: Spec  # the number of an output, in containers; None where it is made anew
    over: tuple[tuple[int, int], ...] = ()  # outputs and inputs that lie at the same place; all else lies apart


@dataclass(frozen=True, slots=True)
class Door:
    """How a function is called: its arguments and its result as containers of leaves, and what each leaf is."""

    arguments: tuple[Spec, ...]
    result: Spec
    floats: frozenset[int] = frozenset()  # inputs that are Python floats
    numbers: bool = False  # numbers come out as Python floats, not as NumPy's
    reuse: bool = False  # arrays come out that are the same at every call
    into: Into | None = None


class Reader:
    """Writes what takes arguments apart."""

    def __init__(self, table: Table, inputs: Sequence[Value], outputs: Sequence[Value], door: Door) -> None:
        self.w, self.table, self.door = Writer(), table, door
        self.inputs, self.outputs = inputs, outputs
        self.pointers: dict[int, str] = {}
        self.targets: dict[int, tuple[str, str]] = {}  # outputs that were given memory: where it is, and its array
        self.made: list[str] = []
        self.held: list[str] = []  # objects whose numbers are read
        self.allocas: list[str] = []

    # Small steps ------------------------------------------------------------------------------------------------
    def at(self, pointer: str, offset: int, kind: str = "ptr") -> str:
        where = self.w.put(f"getelementptr i8, ptr {pointer}, i64 {offset}") if offset else pointer
        return self.w.put(f"load {kind}, ptr {where}")

    def item(self, pointer: str, place: int) -> str:
        return self.at(pointer, 8 * place)

    def require(self, condition: str) -> None:
        """Go on where a condition holds, take the long way where not."""
        good = self.w.fresh_label("good")
        self.w.do(f"br i1 {condition}, label %{good}, label %mismatch")
        self.w.label(good)

    def require_type(self, thing: str, kind: Any) -> None:
        known = self.table.load(self.w, "object", kind)
        self.require(self.w.put(f"icmp eq ptr {self.at(thing, probe.TYPE)}, {known}"))

    def call(self, kind: str, name: Any, into: str, *args: str) -> str:
        function = self.table.load(self.w, kind, name)
        text = f"call {into} {function}({', '.join(args)})"
        if into != "void":
            return self.w.put(text)
        self.w.do(text)
        return ""

    def own(self, thing: str) -> str:
        self.call("python", "Py_IncRef", "void", f"ptr {thing}")
        return thing

    def checked(self, thing: str) -> str:
        """An object that was made, or failure where memory has run out."""
        good = self.w.fresh_label("made")
        null = self.w.put(f"icmp eq ptr {thing}, null")
        self.w.do(f"br i1 {null}, label %failed, label %{good}")
        self.w.label(good)
        return thing

    def alloca(self, code: str, entries: int = 1) -> str:
        self.w.counted += 1
        name = f"%room{self.w.counted}"
        self.allocas.append(f"  {name} = alloca {code}, i64 {entries}, align 64")
        return name

    # Arguments --------------------------------------------------------------------------------------------------
    def read(self, spec: Spec, thing: str, leaf: Callable[[int, str], None] | None = None) -> None:
        """Take one argument apart. `leaf`: what to do with each leaf."""
        leaf = leaf or self.read_input
        if isinstance(spec, int):
            leaf(spec, thing)
        elif spec is None:
            self.require(self.w.put(f"icmp eq ptr {thing}, {self.table.load(self.w, 'object', None)}"))
        else:
            self.require_type(thing, spec[0])
            for part, item in zip(spec[1], getattr(self, f"{spec[0].__name__}_items")(spec, thing), strict=True):
                self.read(part, item, leaf)

    def tuple_items(self, spec: Spec, thing: str) -> Iterator[str]:
        self.require_size(thing, len(spec[1]))
        for place in range(len(spec[1])):
            yield self.at(thing, probe.TUPLE_ITEMS + 8 * place)

    def list_items(self, spec: Spec, thing: str) -> Iterator[str]:
        self.require_size(thing, len(spec[1]))
        items = self.at(thing, probe.LIST_ITEMS) if spec[1] else ""
        for place in range(len(spec[1])):
            yield self.item(items, place)

    def dict_items(self, spec: Spec, thing: str) -> Iterator[str]:
        size = self.call("python", "PyDict_Size", "i64", f"ptr {thing}")
        self.require(self.w.put(f"icmp eq i64 {size}, {len(spec[1])}"))
        for key in spec[2]:
            found = self.call("python", "PyDict_GetItem", "ptr", f"ptr {thing}", f"ptr {self.known(key)}")
            self.require(self.w.put(f"icmp ne ptr {found}, null"))
            yield found

    def known(self, thing: Any) -> str:
        return self.table.load(self.w, "object", thing)

    def require_size(self, thing: str, size: int) -> None:
        self.require(self.w.put(f"icmp eq i64 {self.at(thing, probe.TUPLE_SIZE, 'i64')}, {size}"))

    def read_input(self, slot: int, thing: str) -> None:
        self.pointers[slot] = self.read_leaf(slot, thing)

    def read_target(self, slot: int, thing: str) -> None:
        """An array that an output is written into."""
        self.targets[slot] = self.read_array(self.outputs[slot], thing, probe.WRITABLE), thing

    def read_leaf(self, slot: int, thing: str) -> str:
        """A pointer to the numbers of one leaf."""
        self.held.append(thing)
        value = self.inputs[slot]
        if slot in self.door.floats:
            self.require_type(thing, float)
            return self.w.put(f"getelementptr i8, ptr {thing}, i64 {probe.VALUE}")
        if value.shape == () and value.dtype.name in probe.WITH_VALUES:
            return self.read_number(value, thing)
        return self.read_array(value, thing)

    def read_number(self, value: Value, thing: str) -> str:
        """A NumPy number, or an array without axes."""
        w = self.w
        scalar, array, done = (w.fresh_label(stem) for stem in ("scalar", "array", "read"))
        known = self.table.load(w, "object", probe.SCALARS[value.dtype.name])
        same = w.put(f"icmp eq ptr {self.at(thing, probe.TYPE)}, {known}")
        w.do(f"br i1 {same}, label %{scalar}, label %{array}")
        w.label(scalar)
        first = w.put(f"getelementptr i8, ptr {thing}, i64 {probe.VALUE}")
        w.do(f"br label %{done}")
        w.label(array)
        second = self.read_array(value, thing)
        last = w.block
        w.do(f"br label %{done}")
        w.label(done)
        return w.put(f"phi ptr [{first}, %{scalar}], [{second}, %{last}]")

    def read_array(self, value: Value, thing: str, needed: int = probe.CONTIGUOUS) -> str:
        w = self.w
        self.require_type(thing, np.ndarray)
        self.require(w.put(f"icmp eq i32 {self.at(thing, probe.NDIM, 'i32')}, {value.ndim}"))
        dtype = self.table.load(w, "object", np.dtype(value.dtype.name))
        self.require(w.put(f"icmp eq ptr {self.at(thing, probe.DTYPE)}, {dtype}"))
        flags = w.put(f"and i32 {self.at(thing, probe.FLAGS, 'i32')}, {needed}")
        self.require(w.put(f"icmp eq i32 {flags}, {needed}"))
        if value.ndim:
            sizes = self.at(thing, probe.SIZES)
            for axis, size in enumerate(value.shape):
                self.require(w.put(f"icmp eq i64 {self.at(sizes, 8 * axis, 'i64')}, {size}"))
        return self.at(thing, probe.DATA)

    # Memory that is given --------------------------------------------------------------------------------------
    def require_places(self, into: Into) -> None:
        """Go on where targets lie over the inputs that they are expected to lie over, and apart from all else."""
        for output, place in into.over:
            self.require(self.w.put(f"icmp eq ptr {self.targets[output][0]}, {self.pointers[place]}"))
        over = {place for _, place in into.over}
        targets = [(where, self.outputs[slot]) for slot, (where, _) in self.targets.items()]
        others = [
            (self.pointers[place], each) for place, each in enumerate(self.inputs)
            if place not in over and place not in self.door.floats
        ]  # fmt: skip
        targets, others = ([each for each in some if each[1].size] for some in (targets, others))
        if len(targets) + len(others) > 1 and targets:
            self.require_all_apart([*targets, *others], len(targets))

    def require_all_apart(self, stretches: Sequence[tuple[str, Value]], count: int) -> None:
        """Go on where each of the first stretches of memory has nothing in common with those behind it."""
        w, total = self.w, len(stretches)
        starts, ends = self.alloca("i64", total), self.alloca("i64", total)
        for place, (pointer, value) in enumerate(stretches):
            start = w.put(f"ptrtoint ptr {pointer} to i64")
            for into, number in ((starts, start), (ends, w.put(f"add i64 {start}, {bytes_of(value)}"))):
                w.do(f"store i64 {number}, ptr {w.put(f'getelementptr i64, ptr {into}, i64 {place}')}")

        def read(one: str, other: str) -> str:
            low, high = (w.put(f"load i64, ptr {w.put(f'getelementptr i64, ptr {each}, i64 {place}')}")
                         for each, place in ((ends, one), (starts, other)))  # fmt: skip
            return w.put(f"icmp ule i64 {low}, {high}")

        def compare(one: str, other: str) -> None:
            self.require(w.put(f"or i1 {read(one, other)}, {read(other, one)}"))

        self.loop("0", str(count if total > count else count - 1), lambda one: self.loop(
            w.put(f"add i64 {one}, 1"), str(total), lambda other: compare(one, other)
        ))  # fmt: skip

    def loop(self, start: str, stop: str, body: Callable[[str], None]) -> None:
        """A loop that runs at least once."""
        w = self.w
        top, after, before = w.fresh_label("loop"), w.fresh_label("looped"), w.block
        counter, following = w.name(), w.name()
        w.do(f"br label %{top}")
        w.label(top)
        w.do(f"{counter} = phi i64 [{start}, %{before}], [{following}, %LATCH{top}]")
        body(counter)
        w.do(f"br label %LATCH{top}")
        w.label(f"LATCH{top}")
        w.do(f"{following} = add nuw nsw i64 {counter}, 1")
        w.do(f"br i1 {w.put(f'icmp ult i64 {following}, {stop}')}, label %{top}, label %{after}")
        w.label(after)

    def require_apart(self, one: str, length: int, other: str, size: int) -> None:
        """Go on where two stretches of memory have nothing in common."""
        w = self.w
        first, second = (w.put(f"ptrtoint ptr {each} to i64") for each in (one, other))
        before = w.put(f"icmp ule i64 {w.put(f'add i64 {first}, {length}')}, {second}")
        after = w.put(f"icmp ule i64 {w.put(f'add i64 {second}, {size}')}, {first}")
        self.require(w.put(f"or i1 {before}, {after}"))


def bytes_of(value: Value) -> int:
    return value.size * value.dtype.itemsize
