"""The executor by name: a graph in, a function of arrays out, natively where that is possible.

One idea: nothing depends on this engine. Where llvmlite is missing, the processor or Python is not as expected, or a
graph computes in a dtype that machine code does not have, the same graph runs as generated Python.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from ...ir.graph import Graph
from ..numpy import compile_graph as compile_python
from .build import Code, compile_program, flat_door
from .door.reading import Door
from .machine import probe
from .primitives.values import UnsupportedError

VARIABLE = "CHAINRULE_NATIVE"  # 0 turns this executor off


def availability() -> str | None:
    """Why nothing is compiled natively here; None where it is."""
    if os.environ.get(VARIABLE, "1") == "0":
        return f"turned off by {VARIABLE}=0"
    return _found()


@cache
def _found() -> str | None:
    try:
        if importlib.util.find_spec("llvmlite") is None:
            return "llvmlite is not installed"
    except (ImportError, ValueError):
        return "llvmlite cannot be found"
    return probe.objection() or _works()


def _works() -> str | None:
    from .machine import llvm

    try:
        llvm.machine()
    except Exception as problem:  # whatever LLVM or its loader objects to: there is another executor
        return f"LLVM does not start: {problem}"
    return None


def report() -> str:
    """What is in use here, and why, in a few lines."""
    reason = availability()
    if reason is not None:
        return f"executor: numpy, generated Python ({reason})"
    from .machine import blas, llvm, store, threads

    host, found, objection = llvm.machine(), blas.library(), store.objection()
    place = store.folder() if objection is None else f"nowhere ({objection})"
    products = f"{found.file}, kernels {found.kernels or 'unknown'}" if found else "no BLAS, functions of our own"
    version = ".".join(map(str, host.llvm.llvm_version_info))
    return (
        f"executor: native, machine code by LLVM {version} for {host.cpu}\n"
        f"products of matrices: {products}\n"
        f"threads: {threads.report()}\n"
        f"machine code is kept in: {place} ({store.VARIABLE} changes it, {VARIABLE}=0 turns native off)"
    )


def compile_door(graph: Graph, name: str, door: Door) -> Code | None:
    """The code for calls through this door; its builtin returns NotImplemented for other arguments. None where the
    graph cannot be compiled."""
    if availability() is not None:
        return None
    try:
        return compile_program(graph, name, door)
    except (UnsupportedError, RuntimeError, OSError):  # RuntimeError: LLVM refuses the text, which then runs as Python
        return None


def compile_graph(graph: Graph, name: str = "f") -> Callable[..., tuple[Any, ...]]:
    """A function of the graph's inputs, by position: NumPy arrays and numbers in, a tuple of the outputs out."""
    code = compile_door(graph, name, flat_door(graph.inputs, graph.outputs))
    if code is None:
        return compile_python(graph, name)
    native = code.builtin
    dtypes = [node.dtype for node in graph.inputs]

    def run(*leaves: Any) -> tuple[Any, ...]:
        found: Any = native(*leaves)
        return native(*plain_leaves(leaves, dtypes)) if found is NotImplemented else found  # type: ignore[no-any-return]

    run.__name__ = run.__qualname__ = name
    return run


def plain_leaves(leaves: Sequence[Any], dtypes: Sequence[Any]) -> list[Any]:
    """Leaves as machine code reads them: aligned, in C order, of exactly this dtype."""
    return [plain_leaf(leaf, np.dtype(dtype.name)) for leaf, dtype in zip(leaves, dtypes, strict=True)]


def plain_leaf(leaf: Any, dtype: Any) -> Any:
    array = np.require(leaf, dtype, ["C", "A"])
    return array if type(array) is np.ndarray and array.dtype is dtype else array.view(dtype, np.ndarray)
