"""Objects that Python calls without a detour: a class and machine code in, instances called at its address out.

One idea: CPython finds the function of an object at an offset that the type declares (PEP 590). A class made here keeps
such a place, which is empty until there is machine code; then a call goes there, and past `__call__`.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..machine import probe
from ..text.table import Table
from ..text.writer import Writer

MISMATCH = "inttoptr (i64 1 to ptr)"  # what `enter` returns where an argument is not what was compiled for
_HAVE_VECTORCALL, _DEFAULT, _BASE = 1 << 11, 1 << 18, 1 << 10
_MEMBERS, _PYSSIZET, _READONLY = 72, 19, 1
# The words of an object's place: `call` and its table, the slow function, and `enter` with its table in each role.
_SLOW, PLAIN, INTO, _ROOM = 16, 24, 40, 56
OUT = sys.intern("out")  # the one name of an argument that machine code knows


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of the two ways into a function, and of the table that it reads."""

    enter: int
    call: int
    table: int


class _Member(ctypes.Structure):
    """PyMemberDef."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("type", ctypes.c_int), ("offset", ctypes.c_ssize_t), ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )  # fmt: skip


class _Slot(ctypes.Structure):
    """PyType_Slot."""

    _fields_ = (("slot", ctypes.c_int), ("value", ctypes.c_void_p))


class _Spec(ctypes.Structure):
    """PyType_Spec."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("size", ctypes.c_int), ("item", ctypes.c_int), ("flags", ctypes.c_uint),
        ("slots", ctypes.c_void_p),
    )  # fmt: skip


_KEPT: list[Any] = []  # what types point to


@cache
def callable_class(base: type) -> type:
    """A class like `base` whose instances have room for machine code. `base` itself where that cannot be."""
    offset = base.__basicsize__
    members = (_Member * 2)(_Member(b"__vectorcalloffset__", _PYSSIZET, offset, _READONLY, None))
    slots = (_Slot * 2)(_Slot(_MEMBERS, ctypes.addressof(members)))
    name = f"{base.__module__}.{base.__name__}".encode()
    spec = _Spec(name, offset + _ROOM, 0, _DEFAULT | _BASE | _HAVE_VECTORCALL, ctypes.addressof(slots))
    make = ctypes.pythonapi.PyType_FromSpecWithBases
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.py_object]
    _KEPT.extend((members, slots, name, spec))
    try:
        made: type = make(ctypes.addressof(spec), (base,))
    except (TypeError, SystemError):
        return base
    made.__doc__ = base.__doc__
    return made


def install(thing: Any, base: type, code: Addresses, slow: Callable[..., Any], role: int) -> None:
    """Let calls of `thing` go to this code: in the role of PLAIN those without, in that of INTO those with `out=`.

    What the addresses belong to must live as long.
    """
    place = id(thing) + base.__basicsize__
    ctypes.c_int64.from_address(place).value = 0
    for offset, word in ((8, code.table), (_SLOW, id(slow)), (role, code.enter), (role + 8, code.table)):
        ctypes.c_int64.from_address(place + offset).value = word
    ctypes.c_int64.from_address(place).value = code.call


def has_room(thing: Any, base: type) -> bool:
    return type(thing) is not base and type(thing).__basicsize__ == base.__basicsize__ + _ROOM


def doors(table: Table) -> str:
    """The two ways into `enter`: as a builtin, and at the place of an object, which takes the long way by itself."""
    return as_builtin(table) + at_place(table) + "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)\n"


def as_builtin(table: Table) -> str:
    """`entry(self, args, count)`: METH_FASTCALL, with the table as self. Returns NotImplemented for other arguments."""
    w = Writer()
    known, function = table.load(w, "object", NotImplemented), table.load(w, "python", "Py_IncRef")
    refused = "\n".join(w.lines)
    return f"""define ptr @entry(ptr %self, ptr %args, i64 %count) nounwind {{
  %tablep = getelementptr i8, ptr %self, i64 {probe.DATA}
  %table = load ptr, ptr %tablep
  %found = call ptr @enter(ptr %args, i64 %count, ptr %table)
  %refused = icmp eq ptr %found, {MISMATCH}
  br i1 %refused, label %mismatch, label %good
good:
  ret ptr %found
mismatch:
{refused}
  call void {function}(ptr {known})
  ret ptr {known}
}}
"""


def at_place(table: Table) -> str:
    """`call(self, args, count, names)`: PEP 590. What is entered stands in the object, not in this text.

    Other arguments go to the slow function, and so do those by name, but for `out` alone where there is code for that.
    """
    w = Writer()
    return f"""define ptr @call(ptr %self, ptr %args, i64 %flagged, ptr %names) nounwind {{
entry:
  %count = and i64 %flagged, 9223372036854775807
  %typep = getelementptr i8, ptr %self, i64 {probe.TYPE}
  %type = load ptr, ptr %typep
  %wherep = getelementptr i8, ptr %type, i64 {probe.CALL_OFFSET}
  %where = load i64, ptr %wherep
  %place = getelementptr i8, ptr %self, i64 %where
  %tablep = getelementptr i8, ptr %place, i64 8
  %table = load ptr, ptr %tablep
  %plain = icmp eq ptr %names, null
  br i1 %plain, label %quick, label %named
{the_names(w, table)}
quick:
  %extra = phi i64 [0, %entry], [1, %single]
  %role = phi i64 [{PLAIN}, %entry], [{INTO}, %single]
  %enterp = getelementptr i8, ptr %place, i64 %role
  %enter = load ptr, ptr %enterp
  %empty = icmp eq ptr %enter, null
  br i1 %empty, label %long, label %inside
inside:
  %ownp = getelementptr i8, ptr %enterp, i64 8
  %own = load ptr, ptr %ownp
  %given = add i64 %count, %extra
  %found = call ptr %enter(ptr %args, i64 %given, ptr %own)
  %refused = icmp eq ptr %found, {MISMATCH}
  br i1 %refused, label %long, label %good
good:
  ret ptr %found
{the_long_way(w, table)}
"""


def the_names(w: Writer, table: Table) -> str:
    """Where arguments are given by name: on with `out` alone."""
    known = table.load(w, "object", OUT)
    lines = "\n".join(w.lines)
    return f"""named:
  %sizep = getelementptr i8, ptr %names, i64 {probe.TUPLE_SIZE}
  %more = load i64, ptr %sizep
  %one = icmp eq i64 %more, 1
  br i1 %one, label %single, label %long
single:
{lines}
  %namep = getelementptr i8, ptr %names, i64 {probe.TUPLE_ITEMS}
  %name = load ptr, ptr %namep
  %same = icmp eq ptr %name, {known}
  br i1 %same, label %quick, label %long"""


def the_long_way(w: Writer, table: Table) -> str:
    """The same call of the slow function, with the object in front."""
    before = len(w.lines)
    vectorcall = table.load(w, "python", "PyObject_Vectorcall")
    lines = "\n".join(w.lines[before:])
    return f"""long:
  %named_ones = phi i64 [%extra, %quick], [%extra, %inside], [%more, %named], [%more, %single]
  %handed = add i64 %count, %named_ones
  %all = add i64 %handed, 1
  %list = alloca ptr, i64 %all
  store ptr %self, ptr %list
  %rest = getelementptr ptr, ptr %list, i64 1
  %bytes = mul i64 %handed, 8
  call void @llvm.memcpy.p0.p0.i64(ptr %rest, ptr %args, i64 %bytes, i1 false)
  %slowp = getelementptr i8, ptr %place, i64 {_SLOW}
  %slow = load ptr, ptr %slowp
{lines}
  %positional = add i64 %count, 1
  %result = call ptr {vectorcall}(ptr %slow, ptr %list, i64 %positional, ptr %names)
  ret ptr %result
}}"""
