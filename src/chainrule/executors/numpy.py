"""Generated Python: a graph in, the function out that Python compiles from the graph as it is printed.

One idea: what `chainrule source` shows is what runs. The text is known to tracebacks, so an error shows its line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from ..ir.graph import Graph
from ..ir.printing import Program, print_graph

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Text:
    """What a traceback asks for the lines of compiled code, as it asks the loader of a module.

    Not an entry of `linecache`: it would have to be taken out when the function is collected, which may happen while
    somebody walks through that table.
    """

    text: str

    def get_source(self, name: str) -> str:
        """The whole text."""
        return self.text


def compile_graph(graph: Graph, name: str = "f") -> Callable[..., tuple[Any, ...]]:
    """A function of the graph's inputs, by position: NumPy arrays and numbers in, a tuple of the outputs out."""
    return load(print_graph(graph, name, bare=False, exact=True))


def load(program: Program) -> Callable[..., Any]:
    """The function that a printed program defines."""
    file = f"<chainrule {program.name} {next(_numbers)}>.py"  # linecache asks nobody about a name that ends with >
    namespace: dict[str, Any] = {"__name__": file, "__loader__": Text(program.text), **program.bound}
    exec(compile(program.text, file, "exec"), namespace)
    function: Callable[..., Any] = namespace[program.name]
    return function
