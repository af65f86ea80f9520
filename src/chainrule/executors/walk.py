"""The reference: a graph in, a function out that visits its nodes in order and calls their kernels.

One idea: nothing is clever here, so that this is what every other executor is compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir.graph import Graph
from ..ir.library import Library, reference
from ..ir.op import rounded


def walk_graph(graph: Graph, name: str = "f", xp: Library | None = None) -> Callable[..., tuple[Any, ...]]:
    """A function of the graph's inputs, by position, computed with `xp` (NumPy if None)."""
    library = reference() if xp is None else xp
    inputs = set(graph.inputs)  # a tuple would be searched with ==, which is elementwise
    constants = {node: node.value for node in graph.order() if not node.inputs and node not in inputs}
    steps = [(node, node.settings) for node in graph.order() if node.inputs and node not in inputs]

    short = any(node.type.is_short for node in graph.order())

    def run(*given: Any) -> tuple[Any, ...]:
        values = constants | dict(zip(graph.inputs, given, strict=True))
        for node, params in steps:
            arrays = [values[each] for each in node.inputs]
            values[node] = rounded(node.op, arrays, params) if short else node.op.kernel(library, *arrays, **params)
        return tuple(values[node] for node in graph.outputs)

    run.__name__ = run.__qualname__ = name
    return run
