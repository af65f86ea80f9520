"""Changes of dtype made visible: a graph in, the same with a cast before every function of whole numbers out.

One idea: NumPy computes sqrt(2) and 1/2 in float64, and PyTorch in its usual float32; written casts leave no doubt.
"""

from __future__ import annotations

from ...ir.graph import Graph
from ...ir.library import reference
from ...ir.node import Node
from ...ir.op import record
from ...ir.recording import open_recording
from ...ops.choices import cast, where


def with_casts(graph: Graph) -> Graph:
    """The graph with casts of whole numbers and conditions; the same graph where there is nothing to cast."""
    wanted = tuple(node for node in graph.outputs if node is not None)
    new: dict[Node, Node] = {node: node for node in graph.inputs}
    with open_recording():
        for node in Graph(graph.inputs, wanted).order():
            if node not in new:
                new[node] = recast(node, tuple([new[each] for each in node.inputs]))
    outputs = tuple(node if node is None else new[node] for node in graph.outputs)
    return Graph(graph.inputs, outputs, {new.get(node, node): name for node, name in graph.names.items()})


def recast(node: Node, inputs: tuple[Node, ...]) -> Node:
    """A node on new inputs, of which those that it makes floats are floats already."""
    if node.type.dtype.kind == "f" and node.op is not cast:
        first = node.op.first_value_slot if node.op.elementwise else 0 if len(inputs) == 1 else len(inputs)
        inputs = tuple(
            cast(each, dtype=node.type.dtype) if slot >= first and each.type.dtype.kind in "biu" else each
            for slot, each in enumerate(inputs)
        )
    if node.op is where and inputs[0].type.dtype.kind != "b":
        inputs = (cast(inputs[0], dtype=reference().dtype(bool)), *inputs[1:])
    unchanged = all(one is other for one, other in zip(inputs, node.inputs, strict=True))
    return node if unchanged else record(node.op, inputs, node.settings)
