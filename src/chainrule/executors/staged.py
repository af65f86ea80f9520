"""`jit`: a Python function in, the same function run once for each kind of arguments out, and compiled from its graph.

One idea: what a function does for arguments of some types is a graph, which is kept under those types. Called with plain
arrays the graph runs compiled; called with recorded values it is replayed on them, so that derivatives of a jitted function
and jitted derivatives are the same thing.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from types import MethodType
from typing import Any, final

from .. import tree
from ..errors import DTypeError
from ..ir.coercion import constant
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.node import Node
from ..ir.op import Role
from ..ir.printing import print_graph
from ..ir.recording import STATE
from ..ir.types import ArrayType, array_type
from ..transforms.observe import parameter_names, path_symbol
from ..transforms.replay import replay
from ..transforms.staging import Staging, stage
from . import Executor, find_executor
from .statics import Statics, read_statics

_MOST_ENTRIES = 1024  # of one function: with more, sizes probably never repeat, and keeping graphs would only cost memory
_MAY_SHARE = (Role.MOVES, Role.GATHERS, Role.COPIES, Role.STOPS, Role.SOURCE)  # results that may be views of an input

Cache = dict[Hashable, "Entry"]
_CACHES: dict[int, tuple[weakref.ref[Any], Cache]] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """A function for one kind of arguments: its graph, and the compiled graph."""

    staging: Staging
    run: Callable[..., tuple[Any, ...]]
    shared: frozenset[int]  # outputs that may be views of an input or a constant

    def on_arrays(self, leaves: Sequence[Any], numbers: bool) -> Any:
        """The result on plain leaves. `numbers`: every argument was a Python float, so numbers come out as such."""
        with reference().errstate(all="ignore"):  # derivatives meet infinities on paths that are not taken
            outputs = self.run(*leaves)
        results = [
            _plain(each.value)
            if each.output is None
            else _own(outputs[each.output], each.output in self.shared, numbers)
            for each in self.staging.results
        ]
        structure = self.staging.structure
        return results[0] if structure.entries == (None,) else tree.unflatten(structure, results)

    def on_nodes(self, leaves: Sequence[Any]) -> Any:
        """The result where some leaves are recorded, or the function captured what is: replayed, hence differentiable."""
        nodes = [each if type(each) is Node else constant(reference().array(each)) for each in leaves]
        graph = self.staging.graph
        new = replay(graph, [*nodes, *self.staging.captured])
        results = [
            _plain(each.value) if each.output is None else new[graph.outputs[each.output]]
            for each in self.staging.results
        ]
        return tree.unflatten(self.staging.structure, results)


def _plain(value: Any) -> Any:
    return value.copy() if hasattr(value, "copy") else value


def _own(value: Any, shared: bool, numbers: bool) -> Any:
    """An output as the caller's own: numbers as NumPy or Python numbers, arrays that share no memory with an argument."""
    if not value.shape:
        return value.item() if numbers and value.dtype == float else value[()]
    return value.copy() if shared else value


@final
class Jitted:
    """A jitted function. Made by `jit`."""

    def __init__(self, fun: Callable[..., Any], statics: Statics, executor: str | Executor | None) -> None:
        update_wrapper(self, fun)
        self.fun, self.statics = fun, statics
        self.executor = find_executor(executor)
        self._entries = cache_of(fun)
        self._direct: dict[Hashable, Entry] = {}  # calls with numbers and arrays only, which need no looking into

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        kinds: list[Any] = []
        ndarray = reference().ndarray
        numbers = True
        for argument in args:
            kind = type(argument)
            if kind is ndarray:
                kinds.append((argument.shape, argument.dtype))
                numbers = False
            elif kind is float:
                kinds.append(float)
            else:
                return self._general(args, keywords, None)
        key = tuple(kinds)
        entry = self._direct.get(key)
        if entry is None or keywords or STATE.depth:
            return self._general(args, keywords, key)
        float64 = reference().float64
        leaves = [float64(each) if type(each) is float else each for each in args]
        return entry.on_arrays(leaves, numbers and bool(args))

    def graph(self, *args: Any, **keywords: Any) -> Graph:
        """The graph for these arguments, with the names of the function's own variables."""
        return self._stage(self._open(args, keywords), named=True).graph

    def source(self, *args: Any, **keywords: Any) -> str:
        """The Python that runs for these arguments, as it is printed."""
        return print_graph(self.graph(*args, **keywords), getattr(self.fun, "__name__", "f")).text

    def _general(self, args: tuple[Any, ...], keywords: dict[str, Any], key: Hashable | None) -> Any:
        if STATE.depth and STATE.recorder is not None and not _is_staging():
            return self.fun(*args, **keywords)  # while explaining, the function's own names and lines are wanted
        opened = self._open(args, keywords)
        entry = self._entries.get(opened.key)
        if entry is None:
            entry = self._make(opened)
        if entry.staging.captured or any([type(each) is Node for each in opened.leaves]):
            return entry.on_nodes(opened.leaves)
        if key is not None and not keywords and not self.statics.places:
            self._direct[key] = entry
        return entry.on_arrays(opened.leaves, opened.numbers)
