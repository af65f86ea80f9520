"""Replaying a graph: a graph and new inputs in, the same computation on them out.

One idea: a graph is a function as data, so giving it values, or inlining it into another recording, is calling its ops
again in order.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.graph import Graph
from ..ir.node import Node
from ..ir.op import record
from ..ir.types import ArrayType
from ..ops.sources import input_node


def replay(graph: Graph, inputs: Sequence[Node]) -> dict[Node, Node]:
    """Every node of the graph with the node that now stands for it. Raises what the ops raise."""
    new = dict(zip(graph.inputs, inputs, strict=True))
    for node in graph.order():
        if node not in new:
            below = tuple(new[each] for each in node.inputs)
            new[node] = record(node.op, below, node.settings) if below else node
    return new


def fresh_inputs(types: Sequence[ArrayType]) -> list[Node]:
    """Variables of these types, which stand for any value."""
    return [input_node(each.shape, each.dtype) for each in types]


def on_inputs(graph: Graph, inputs: Sequence[Node]) -> Graph:
    """The graph on other inputs, with its names."""
    new = replay(graph, inputs)
    names = {new[node]: name for node, name in graph.names.items() if node in new}
    return Graph(tuple(inputs), tuple(new[node] for node in graph.outputs), names)
