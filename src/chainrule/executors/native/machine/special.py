"""SciPy's functions of single numbers: a name in, the address of compiled code out, or nothing.

One idea: SciPy hands out its special functions for use without Python (`cython_special`), each under the C type that it
has. Only functions of float64 to float64 are taken, so that a value is the one that SciPy's ufunc gives.
"""

from __future__ import annotations

import ctypes
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

_APART = ("stdtr", "stdtrit")  # in float32 the ufunc goes another way, and comes to other digits
PREFIX = "special."  # of a name in LLVM's text
_TYPE = re.compile(r"double \(((?:double, )+)int __pyx_skip_dispatch\)")
_NAME = re.compile(r"(?:__pyx_fuse(?:_\d+)*_?\d)?(.+)")


@dataclass(frozen=True, slots=True)
class Function:
    """How many numbers a function takes, where its code is, and whether it has another one for whole numbers."""

    count: int
    address: int
    takes_whole: bool


@cache
def functions() -> Mapping[str, Function]:
    """All functions by name; none where SciPy is missing or does not hand them out."""
    try:
        found: dict[str, Any] = importlib.import_module("scipy.special.cython_special").__pyx_capi__
    except (ImportError, AttributeError):
        return {}
    types = {name: (plain_name(name), type_of(capsule), capsule) for name, capsule in found.items()}
    whole = {plain for plain, type_, _ in types.values() if "long" in type_}
    return {
        plain: Function(match[1].count("double"), pointer(capsule, type_), plain in whole)
        for plain, type_, capsule in types.values()
        if (match := _TYPE.fullmatch(type_)) is not None and plain not in _APART
    }


def plain_name(name: str) -> str:
    """The name without the mark of one of several types."""
    match = _NAME.fullmatch(name)
    return match[1] if match else name


def type_of(capsule: Any) -> str:
    ask = ctypes.pythonapi.PyCapsule_GetName
    ask.restype, ask.argtypes = ctypes.c_char_p, [ctypes.py_object]
    return str((ask(capsule) or b"").decode())


def pointer(capsule: Any, type_: str) -> int:
    ask = ctypes.pythonapi.PyCapsule_GetPointer
    ask.restype, ask.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(ask(capsule, type_.encode()) or 0)


def named_in(code: bytes) -> Iterator[tuple[str, int]]:
    """(symbol, address) of every function that object code names. Raises LookupError for one that is not here."""
    for symbol in sorted(set(re.findall(rb"special\.\w+", code))):
        name = symbol.decode()
        yield name, functions()[name.removeprefix(PREFIX)].address
