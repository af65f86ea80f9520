"""The door from Python: what a call looks like in, a function that Python calls as its own builtin out.

One idea: the function looks at its arguments itself. Where one is not what it was compiled for it returns
NotImplemented, and Python takes the long way. Containers are taken apart and put together here too.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..machine import probe
from ..primitives.values import Value
from .callable import MISMATCH, doors
from .reading import Fixed, Spec, bytes_of
from .release import Releaser


class DoorWriter(Releaser):
    """Writes the function `entry` around the function `body`."""

    def text(self, room: int, *, long: bool = False) -> str:
        """The definition of `enter`, and the doors to it. `room`: bytes that body asks for, kept with the function;
        `long`: others get Python's lock while it runs, unless results go where others may see them before the end."""
        w = self.w
        expected, into = len(self.door.arguments), self.door.into
        self.require(w.put(f"icmp eq i64 %count, {expected + (into is not None)}"))
        for place, spec in enumerate(self.door.arguments):
            self.read(spec, self.item("%args", place))
        if into is not None:
            self.read(into.spec, self.item("%args", expected), self.read_target)
            self.require_places(into)
        results = [self.room(slot, value) for slot, value in enumerate(self.outputs)]
        passed = [*(self.pointers[slot] for slot in range(len(self.inputs))), *(each for each, _ in results)]
        owned = [made for _, made in results if made and self.is_owned(made)]
        long = long and into is None and not self.door.reuse
        if long:
            status = self.released(passed, room)
        else:
            block = self.table.load(w, "block", room) if room else "null"
            status = w.put(f"call i32 @body({', '.join(f'ptr {each}' for each in (*passed, block, '%table'))})")
        self.unless_raised(status, owned)
        if into is not None and len(self.targets) == len(self.outputs) and not has_known(self.door.result):
            w.do(f"ret ptr {self.own(self.item('%args', expected))}")
        else:
            objects = [self.finished(value, *each) for value, each in zip(self.outputs, results, strict=True)]
            w.do(f"ret ptr {self.built(self.door.result, objects)}")
        if long and room:
            self.exhausted(owned)
        w.label("mismatch")
        w.do(f"ret ptr {MISMATCH}")
        w.label("failed")
        w.do("ret ptr null")
        body = "\n".join([*self.allocas, *w.lines])
        taken = "ptr %args, i64 %count, ptr noalias readonly %table"
        return f"define ptr @enter({taken}) noinline nounwind {{\nentry:\n{body}\n}}\n" + doors(self.table)

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

    # Results ----------------------------------------------------------------------------------------------------
    def room(self, slot: int, value: Value) -> tuple[str, str]:
        """(where an output goes, the array around it or nothing)."""
        if slot in self.targets:
            return self.targets[slot]
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

    def is_owned(self, made: str) -> bool:
        """Whether an array is one that this call has made."""
        return not self.door.reuse and all(made != each for _, each in self.targets.values())

    def finished(self, value: Value, pointer: str, made: str) -> str:
        """The object of an output, which the caller will own."""
        if made:
            return made if self.is_owned(made) else self.own(made)
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


class _Method(ctypes.Structure):
    """PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("function", ctypes.c_void_p), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p),
    )  # fmt: skip


_FASTCALL = 0x0080


def builtin(name: str, address: int, table: Any, kept: Sequence[Any], flags: Any = None) -> Any:
    """The function at an address as a builtin of Python. `kept` lives as long as the builtin, and as long as `flags`
    say that it runs."""
    method = _Method(name.encode(), address, _FASTCALL, None)
    _OUTLIVED[:] = [each for each in _OUTLIVED if each[0][1]]
    holder = table.view(_Holder)
    holder.kept, holder.flags = (method, *kept), flags
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    return make(ctypes.addressof(method), holder, None)


class _Holder(np.ndarray[Any, Any]):
    """A table of addresses that keeps what they point to: beyond its own end while a call of the code is running, for
    which another thread may have taken the lock and forgotten the function."""

    kept: tuple[Any, ...] = ()
    flags: Any = None

    def __del__(self) -> None:
        if self.flags is not None and self.flags[1]:
            _OUTLIVED.append((self.flags, self.base, self.kept))


_OUTLIVED: list[tuple[Any, Any, Any]] = []


def has_known(spec: Spec) -> bool:
    """Whether a leaf of a result is known, and so stands in no array of the caller."""
    if isinstance(spec, Fixed):
        return True
    return isinstance(spec, tuple) and any(has_known(each) for each in spec[1])
