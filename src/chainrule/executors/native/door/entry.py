"""The door from Python: what a call looks like in, a function that Python calls as its own builtin out.

One idea: the function looks at its arguments itself. Where one is not what it was compiled for it returns
NotImplemented, and Python takes the long way. Containers are taken apart and put together here too.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..machine import probe
from ..primitives.values import Value
from ..text.table import Table
from ..text.writer import Writer
from .callable import MISMATCH, doors

Spec: TypeAlias = Any  # a leaf's number; (tuple, parts); (list, parts); (dict, parts, keys); None


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """A leaf of a result that no argument reaches: a number."""

    value: Any


@dataclass(frozen=True, slots=True)
class Door:
    """How a function is called: its arguments and its result as containers of leaves, and what each leaf is."""

    arguments: tuple[Spec, ...]
    result: Spec
    floats: frozenset[int] = frozenset()  # inputs that are Python floats
    numbers: bool = False  # numbers come out as Python floats, not as NumPy's
    reuse: bool = False  # arrays come out that are the same at every call


class DoorWriter:
    """Writes the function `entry` around the function `body`."""

    def __init__(self, table: Table, inputs: Sequence[Value], outputs: Sequence[Value], door: Door) -> None:
        self.w, self.table, self.door = Writer(), table, door
        self.inputs, self.outputs = inputs, outputs
        self.pointers: dict[int, str] = {}
        self.made: list[str] = []
        self.allocas: list[str] = []

    def text(self, room: int) -> str:
        """The definition of `enter`, and the doors to it. `room`: bytes that body asks for, kept with the function."""
        w = self.w
        self.require(w.put(f"icmp eq i64 %count, {len(self.door.arguments)}"))
        for place, spec in enumerate(self.door.arguments):
            self.read(spec, self.item("%args", place))
        results = [self.room(slot, value) for slot, value in enumerate(self.outputs)]
        passed = [*(self.pointers[slot] for slot in range(len(self.inputs))), *(each for each, _ in results)]
        block = self.table.load(w, "block", room) if room else "null"
        status = w.put(f"call i32 @body({', '.join(f'ptr {each}' for each in (*passed, block, '%table'))})")
        self.unless_raised(status, [made for _, made in results if made and not self.door.reuse])
        objects = [self.finished(value, *each) for value, each in zip(self.outputs, results, strict=True)]
        w.do(f"ret ptr {self.built(self.door.result, objects)}")
        w.label("mismatch")
        w.do(f"ret ptr {MISMATCH}")
        w.label("failed")
        w.do("ret ptr null")
        body = "\n".join([*self.allocas, *w.lines])
        taken = "ptr %args, i64 %count, ptr noalias readonly %table"
        return f"define internal ptr @enter({taken}) noinline nounwind {{\nentry:\n{body}\n}}\n" + doors(self.table)

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

    def unless_raised(self, status: str, made: Sequence[str]) -> None:
        """Go on, or give back what was made and let Python raise what the body met."""
        w = self.w
        good, bad = w.fresh_label("done"), w.fresh_label("raised")
        w.do(f"br i1 {w.put(f'icmp eq i32 {status}, 0')}, label %{good}, label %{bad}")
        w.label(bad)
        for each in made:
            self.call("python", "Py_DecRef", "void", f"ptr {each}")
        w.do("br label %failed")
        w.label(good)

    def alloca(self, code: str, entries: int = 1) -> str:
        self.w.counted += 1
        name = f"%room{self.w.counted}"
        self.allocas.append(f"  {name} = alloca {code}, i64 {entries}, align 64")
        return name

    # Arguments --------------------------------------------------------------------------------------------------
    def read(self, spec: Spec, thing: str) -> None:
        """Take one argument apart."""
        if isinstance(spec, int):
            self.pointers[spec] = self.read_leaf(spec, thing)
        elif spec is None:
            self.require(self.w.put(f"icmp eq ptr {thing}, {self.table.load(self.w, 'object', None)}"))
        else:
            self.require_type(thing, spec[0])
            getattr(self, f"read_{spec[0].__name__}")(spec, thing)

    def read_tuple(self, spec: Spec, thing: str) -> None:
        self.require_size(thing, len(spec[1]))
        for place, part in enumerate(spec[1]):
            self.read(part, self.at(thing, probe.TUPLE_ITEMS + 8 * place))

    def read_list(self, spec: Spec, thing: str) -> None:
        self.require_size(thing, len(spec[1]))
        items = self.at(thing, probe.LIST_ITEMS) if spec[1] else ""
        for place, part in enumerate(spec[1]):
            self.read(part, self.item(items, place))

    def read_dict(self, spec: Spec, thing: str) -> None:
        size = self.call("python", "PyDict_Size", "i64", f"ptr {thing}")
        self.require(self.w.put(f"icmp eq i64 {size}, {len(spec[1])}"))
        for part, key in zip(spec[1], spec[2], strict=True):
            found = self.call("python", "PyDict_GetItem", "ptr", f"ptr {thing}", f"ptr {self.known(key)}")
            self.require(self.w.put(f"icmp ne ptr {found}, null"))
            self.read(part, found)

    def known(self, thing: Any) -> str:
        return self.table.load(self.w, "object", thing)

    def require_size(self, thing: str, size: int) -> None:
        self.require(self.w.put(f"icmp eq i64 {self.at(thing, probe.TUPLE_SIZE, 'i64')}, {size}"))

    def read_leaf(self, slot: int, thing: str) -> str:
        """A pointer to the numbers of one leaf."""
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

    def read_array(self, value: Value, thing: str) -> str:
        w = self.w
        self.require_type(thing, np.ndarray)
        self.require(w.put(f"icmp eq i32 {self.at(thing, probe.NDIM, 'i32')}, {value.ndim}"))
        dtype = self.table.load(w, "object", np.dtype(value.dtype.name))
        self.require(w.put(f"icmp eq ptr {self.at(thing, probe.DTYPE)}, {dtype}"))
        flags = w.put(f"and i32 {self.at(thing, probe.FLAGS, 'i32')}, {probe.CONTIGUOUS}")
        self.require(w.put(f"icmp eq i32 {flags}, {probe.CONTIGUOUS}"))
        if value.ndim:
            sizes = self.at(thing, probe.SIZES)
            for axis, size in enumerate(value.shape):
                self.require(w.put(f"icmp eq i64 {self.at(sizes, 8 * axis, 'i64')}, {size}"))
        return self.at(thing, probe.DATA)

    # Results ----------------------------------------------------------------------------------------------------
    def room(self, slot: int, value: Value) -> tuple[str, str]:
        """(where an output goes, the new array around it or nothing)."""
        if not value.shape:
            return self.alloca(value.code), ""
        if self.door.reuse:
            return self.kept(slot, value)
        sizes = self.alloca("i64", value.ndim)
        for axis, size in enumerate(value.shape):
            where = self.w.put(f"getelementptr i64, ptr {sizes}, i64 {axis}")
            self.w.do(f"store i64 {size}, ptr {where}")
        made = self.checked(self.call(
            "numpy", probe.NEW_ARRAY, "ptr", f"ptr {self.known(np.ndarray)}", f"i32 {value.ndim}", f"ptr {sizes}",
            f"i32 {value.dtype.num}", "ptr null", "ptr null", "i32 0", "i32 0", "ptr null",
        ))  # fmt: skip
        return self.at(made, probe.DATA), made

    def kept(self, slot: int, value: Value) -> tuple[str, str]:
        """An output that the function keeps and writes over. A call with it as an argument takes the long way."""
        array = np.zeros(value.shape, value.dtype)
        made = self.table.load(self.w, "object", array)
        data = self.at(made, probe.DATA)
        for place, each in enumerate(self.inputs):
            if each.shape and each.size:
                self.require_apart(self.pointers[place], bytes_of(each), data, bytes_of(value))
        return data, made

    def require_apart(self, one: str, length: int, other: str, size: int) -> None:
        """Go on where two stretches of memory have nothing in common."""
        w = self.w
        first, second = (w.put(f"ptrtoint ptr {each} to i64") for each in (one, other))
        before = w.put(f"icmp ule i64 {w.put(f'add i64 {first}, {length}')}, {second}")
        after = w.put(f"icmp ule i64 {w.put(f'add i64 {second}, {size}')}, {first}")
        self.require(w.put(f"or i1 {before}, {after}"))

    def finished(self, value: Value, pointer: str, made: str) -> str:
        """The object of an output, which the caller will own."""
        if made:
            return self.own(made) if self.door.reuse else made
        if self.door.numbers and value.dtype == np.float64:
            number = self.w.put(f"load double, ptr {pointer}")
            return self.checked(self.call("python", "PyFloat_FromDouble", "ptr", f"double {number}"))
        dtype = self.known(np.dtype(value.dtype.name))
        return self.checked(self.call(
            "numpy", probe.NEW_SCALAR, "ptr", f"ptr {pointer}", f"ptr {dtype}", "ptr null",
        ))  # fmt: skip

    def built(self, spec: Spec, objects: Sequence[str]) -> str:
        """The result in its containers. An output that stands in two places is owned twice."""
        if isinstance(spec, int):
            if objects[spec] in self.made:
                return self.own(objects[spec])
            self.made.append(objects[spec])
            return objects[spec]
        if spec is None or isinstance(spec, Fixed):
            return self.own(self.known(spec.value if spec else None))
        parts = [self.built(each, objects) for each in spec[1]]
        if spec[0] is dict:
            return self.built_dict(spec, parts)
        name = "PyTuple" if spec[0] is tuple else "PyList"
        found = self.checked(self.call("python", f"{name}_New", "ptr", f"i64 {len(parts)}"))
        items = found if spec[0] is tuple else self.at(found, probe.LIST_ITEMS) if parts else ""
        for place, part in enumerate(parts):
            offset = 8 * place + (probe.TUPLE_ITEMS if spec[0] is tuple else 0)
            where = self.w.put(f"getelementptr i8, ptr {items}, i64 {offset}")
            self.w.do(f"store ptr {part}, ptr {where}")
        return found

    def built_dict(self, spec: Spec, parts: Sequence[str]) -> str:
        found = self.checked(self.call("python", "PyDict_New", "ptr"))
        for key, part in zip(spec[2], parts, strict=True):
            self.call("python", "PyDict_SetItem", "i32", f"ptr {found}", f"ptr {self.known(key)}", f"ptr {part}")
            self.call("python", "Py_DecRef", "void", f"ptr {part}")
        return found


def bytes_of(value: Value) -> int:
    return value.size * value.dtype.itemsize


class _Method(ctypes.Structure):
    """PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("function", ctypes.c_void_p), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p),
    )  # fmt: skip


_FASTCALL = 0x0080


def builtin(name: str, address: int, table: Any, kept: Sequence[Any]) -> Any:
    """The function at an address as a builtin of Python. `kept` lives as long as the builtin."""
    method = _Method(name.encode(), address, _FASTCALL, None)
    holder = table.view(_Holder)
    holder.kept = (method, *kept)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    return make(ctypes.addressof(method), holder, None)


class _Holder(np.ndarray[Any, Any]):
    """A table of addresses that keeps what they point to."""

    kept: tuple[Any, ...] = ()
