"""How Python and NumPy lie in memory: nothing in, offsets and addresses that were found to be true out.

One idea: only the stable C API and NumPy's public one are called, and every offset that is read is first compared with
what Python itself says of an example. Where one does not agree, there is no native executor, and the reason is kept.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

TYPE, VALUE = 8, 16  # of any object; of a float, and of a NumPy number
TUPLE_SIZE, TUPLE_ITEMS, LIST_ITEMS = 16, tuple.__basicsize__, 24  # a tuple grew by its hash in 3.14
DATA, NDIM, SIZES, DTYPE, FLAGS = 16, 24, 32, 56, 64  # of an array
CONTIGUOUS = 0x101  # C order and aligned
WRITABLE = CONTIGUOUS | 0x400
CALL_OFFSET = 56  # of a type: where its instances keep the address that they are called at
NEW_ARRAY, NEW_SCALAR = 93, 60  # places in NumPy's table of functions
SCALARS = {"float64": np.float64, "float32": np.float32, "int64": np.int64, "int32": np.int32, "bool": np.bool_}
WITH_VALUES = ("float64", "float32")  # NumPy numbers that are read where they lie


def word(address: int) -> int:
    """Eight bytes."""
    return ctypes.c_int64.from_address(address).value


@cache
def numpy_functions() -> int:
    """The address of NumPy's table of functions."""
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    core: Any = importlib_module("numpy._core._multiarray_umath")
    return int(get(core._ARRAY_API, None))


def importlib_module(name: str) -> Any:
    """A module by name: NumPy's own are not for type checkers."""
    import importlib

    return importlib.import_module(name)


def python_function(name: str) -> int:
    """The address of a function of Python's C API."""
    return int(ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0)


def numpy_function(place: int) -> int:
    """The address of a function of NumPy's C API."""
    return word(numpy_functions() + 8 * place)


@cache
def objection() -> str | None:
    """Why this process cannot run native code; None where it can."""
    return next(_objections(), None)


def _objections() -> Iterator[str]:
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32 or sys.byteorder != "little":
        yield "needs CPython on a 64-bit little-endian processor"
        return
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        yield "Python without its global lock lays objects out in another way"
        return
    if hasattr(sys, "gettotalrefcount"):
        yield "a debugging build of Python lays objects out in another way"
        return
    number, pair, array = 2.5, (1, "two"), np.arange(6.0, dtype=np.float32).reshape(2, 3)
    address = id(array)
    checks = {
        "the type of an object": word(id(number) + TYPE) == id(float),
        "a float": ctypes.c_double.from_address(id(number) + VALUE).value == number,
        "a NumPy number": all(_holds(name) for name in WITH_VALUES),
        "where a type says how it is called": 0 < word(id(type(_holds)) + CALL_OFFSET) < type(_holds).__basicsize__,
        "a tuple": [word(id(pair) + place) for place in (TUPLE_SIZE, TUPLE_ITEMS, TUPLE_ITEMS + 8)]
        == [2, id(pair[0]), id(pair[1])],
        "a list": _list_holds([1, "two"]),
        "the data of an array": word(address + DATA) == array.ctypes.data,
        "the axes of an array": ctypes.c_int32.from_address(address + NDIM).value == 2
        and [word(word(address + SIZES) + 8 * axis) for axis in (0, 1)] == [2, 3],
        "the dtype of an array": word(address + DTYPE) == id(array.dtype) and array.dtype is np.dtype("float32"),
        "the flags of an array": ctypes.c_int32.from_address(address + FLAGS).value & 0xFFF == array.flags.num,
    }
    yield from (f"{name} does not lie where it was expected" for name, right in checks.items() if not right)


def _holds(name: str) -> bool:
    number = SCALARS[name](2.5)
    kind = ctypes.c_double if name == "float64" else ctypes.c_float
    return bool(kind.from_address(id(number) + VALUE).value == 2.5)


def _list_holds(example: list[Any]) -> bool:
    items = word(id(example) + LIST_ITEMS)
    return word(id(example) + TUPLE_SIZE) == 2 and [word(items), word(items + 8)] == [id(each) for each in example]
