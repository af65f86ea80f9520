"""The names of a text: what a graph calls its nodes in, identifiers that are used once out.

One idea: names are given in the order of how much they matter to a reader: inputs, the function, sizes, steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...ir.graph import Graph
from ...ir.identifiers import Names, identifier
from ...ir.node import Node
from .sizes import Letters

TAKEN = frozenset({"jax", "jnp", "torch", "math", "ctx", "saved"})  # words of the code around a graph


@dataclass(frozen=True, slots=True)
class Naming:
    """Names for nodes, the function, the gradient that comes in, and the output where it is kept for later."""

    nodes: dict[Node, str]
    function: str
    seed: str
    output: str
    sizes: Letters
    names: Names

    def claim(self, wanted: str) -> str:
        """A name for something else of the text."""
        return self.names.claim(wanted)


def name_all(graph: Graph, gradient: Graph | None, wanted: str, sizes: Mapping[int, str]) -> Naming:
    """Names for everything in a text."""
    names = Names()
    names.taken |= TAKEN
    count = len(graph.inputs)
    found = {node: names.claim(graph.names.get(node, f"x{place}")) for place, node in enumerate(graph.inputs, 1)}
    function = names.claim(wanted)
    lettered = Letters.named(sizes, names)
    output = graph.outputs[0]
    seed = gradient.inputs[count] if gradient is not None and len(gradient.inputs) > count else None
    incoming = names.claim(gradient.names.get(seed, "g") if gradient is not None and seed is not None else "g")
    for graph_ in (graph, *([] if gradient is None else [gradient])):
        found |= dict(zip(graph_.inputs, [found[node] for node in graph.inputs] + [incoming], strict=False))
        for node in Graph(graph_.inputs, tuple(each for each in graph_.outputs if each is not None)).order():
            if node in graph_.names and node not in found:
                is_result = node is output and identifier(graph_.names[node]) == function
                found[node] = function if is_result else names.claim(graph_.names[node])
    kept = found.get(output, function)
    return Naming(found, function, incoming, names.claim("y") if kept == function else kept, lettered, names)
