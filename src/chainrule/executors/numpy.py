"""Generated Python: a graph in, the function out that Python compiles from the graph as it is printed.

One idea: what `chainrule source` shows is what runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir.graph import Graph
from ..ir.loading import load
from ..ir.printing import print_graph
from .walk import walk_graph


def compile_graph(graph: Graph, name: str = "f") -> Callable[..., tuple[Any, ...]]:
    """A function of the graph's inputs, by position: NumPy arrays and numbers in, a tuple of the outputs out."""
    if any(node.type.is_short for node in graph.order()):  # computed in float32, and rounded at every step
        return walk_graph(graph, name)
    return load(print_graph(graph, name, bare=False, exact=True))
