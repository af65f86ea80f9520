"""Generated Python: a graph in, the function out that Python compiles from the graph as it is printed.

One idea: what `chainrule source` shows is what runs. The text is known to tracebacks, so an error shows its line.
"""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Callable
from itertools import count
from typing import Any

from ..ir.graph import Graph
from ..ir.printing import Program, print_graph

_numbers = count(1)


def compile_graph(graph: Graph, name: str = "f") -> Callable[..., tuple[Any, ...]]:
    """A function of the graph's inputs, by position: NumPy arrays and numbers in, a tuple of the outputs out."""
    return load(print_graph(graph, name, bare=False, exact=True))


def load(program: Program) -> Callable[..., Any]:
    """The function that a printed program defines."""
    file = f"<chainrule {program.name} {next(_numbers)}>"
    namespace: dict[str, Any] = dict(program.bound)
    exec(compile(program.text, file, "exec"), namespace)
    function: Callable[..., Any] = namespace[program.name]
    linecache.cache[file] = (len(program.text), None, program.text.splitlines(keepends=True), file)
    weakref.finalize(function, linecache.cache.pop, file, None)
    return function
