"""What machine code finds at run time: things by name in, their addresses in one table out.

One idea: the code itself holds places in this table and never an address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....ir.library import reference
from ..machine import pool, probe
from ..machine.blas import blas_function
from .checked import refusal_of
from .writer import Writer


@dataclass(slots=True)
class Table:
    """The things that a function needs, each once. The first word is free for the code's own use."""

    things: list[tuple[str, Any]] = field(default_factory=list)
    places: dict[Any, int] = field(default_factory=dict)

    def place(self, kind: str, thing: Any) -> int:
        """Where a thing stands in the table."""
        key = (kind, thing if isinstance(thing, (int, str)) and kind != "object" else id(thing))
        if key not in self.places:
            self.places[key] = len(self.things)
            self.things.append((kind, thing))
        return self.places[key]

    def load(self, w: Writer, kind: str, thing: Any) -> str:
        """The address of a thing, in a function that has the table as %table."""
        where = w.put(f"getelementptr i64, ptr %table, i64 {self.place(kind, thing)}")
        return w.put(f"load ptr, ptr {where}, !invariant.load !0")

    def needs_python(self) -> bool:
        """Whether the code calls Python, and must hold its lock."""
        return any(kind in ("python", "numpy", "object", "call", "refusal") for kind, _ in self.things)

    def addresses(self) -> tuple[Any, list[Any]]:
        """The table of this process, and what must be kept as long as the code."""
        kept = [_THING[kind](thing) if kind in _THING else thing for kind, thing in self.things]
        found = [_ADDRESS[kind](thing) for (kind, _), thing in zip(self.things, kept, strict=True)]
        return np.array(found or [0], np.uint64).view(np.int64), kept


def kernel_of(node: Any) -> Any:
    """The kernel of a node as a function that writes its results into its last arguments."""
    kernel, settings = node.op.kernel, node.settings

    def run(*arrays: Any) -> None:
        inputs, outs = arrays[: len(node.inputs)], arrays[len(node.inputs) :]
        try:
            with reference().errstate(all="ignore"):
                found = kernel(reference(), *[each[()] for each in inputs], **settings)
        except Exception as problem:
            del arrays, inputs, outs  # they lie in memory that is given back: no traceback may hold them
            raise without_frames(problem) from None
        for out, each in zip(outs, found if isinstance(found, tuple) else (found,), strict=True):
            out[...] = each

    return run


def without_frames(problem: BaseException) -> BaseException:
    """An exception, and those behind it, without the frames that they went through."""
    each: BaseException | None = problem
    while each is not None:
        each.__traceback__ = None
        each = each.__cause__ or each.__context__
    return problem


def _address_of_array(array: Any) -> int:
    return int(array.ctypes.data)


def _block(size: int) -> Any:
    """Memory that begins with a cache line."""
    found = np.empty(size + 64, np.uint8)
    start = -found.ctypes.data % 64
    return found[start : start + size]


_SHARED = {"blas": np.zeros(8, np.int64)}  # words that all functions share, changed with Python's lock alone


def _flags(size: int) -> Any:
    """Words that start as zeros."""
    return np.zeros(size // 8, np.int64)


_THING: dict[str, Callable[[Any], Any]] = {
    "block": _block, "flags": _flags, "call": kernel_of, "refusal": refusal_of,
}  # fmt: skip
_ADDRESS: dict[str, Callable[[Any], int]] = {
    "python": probe.python_function,
    "numpy": probe.numpy_function,
    "object": id,
    "call": id,
    "refusal": id,
    "array": _address_of_array,
    "block": _address_of_array,
    "flags": _address_of_array,
    "shared": lambda name: _address_of_array(_SHARED[name]),
    "blas": blas_function,
    "pool": pool.address,
}
