"""Ways to carry out a graph: a graph in, a function of its inputs out that always returns a tuple of its outputs.

One idea: every executor gives the result of `walk`, the reference. The others exist for speed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ..errors import UnknownNameError, did_you_mean
from ..ir.graph import Graph
from . import numpy, walk

Executor: TypeAlias = Callable[[Graph, str], Callable[..., tuple[Any, ...]]]


def native(graph: Graph, name: str = "f") -> Callable[..., tuple[Any, ...]]:
    """Machine code, or generated Python where there is no way to make it. Loaded on first use."""
    from .native import compile_graph

    return compile_graph(graph, name)


EXECUTORS: dict[str, Executor] = {"native": native, "numpy": numpy.compile_graph, "walk": walk.walk_graph}


def find_executor(name: str | Executor | None) -> Executor:
    """The executor of this name; the default for None; an executor itself as it is. Raises UnknownNameError."""
    if name is None:
        return EXECUTORS["native"]
    if not isinstance(name, str):
        return name
    if name not in EXECUTORS:
        raise UnknownNameError(
            given=f"the executor {name!r}",
            expected=f"one of {', '.join(sorted(EXECUTORS))}",
            remedy=did_you_mean(name, EXECUTORS) or "leave it out for the default",
        )
    return EXECUTORS[name]
