"""Names that stay: a graph and its symbols in, the steps that a closed formula speaks of out.

One idea: a reader wants q, z, h and s where the function stops being linear, and whatever the user named; what is in
between is written out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ...ir.graph import Graph, topological_order
from ...ir.node import Node
from ...ir.op import Linear
from ...ops.generic import is_generic
from ..symbols import ACTIVATIONS, TRANSPARENT, is_known, shown_nodes

_ARITHMETIC = frozenset({"add", "sub", "mul", "carry", "meet", "div", "neg", "maximum", "minimum", "where"})


def kept_steps(graph: Graph, order: Sequence[Node]) -> frozenset[Node]:
    """The inputs, what the user named, and what an op that is not linear works on; of activations also the result."""
    kept = {*graph.inputs, *(node for node in order if node in graph.names)}
    for node in order:
        if not node.inputs or is_known(node):
            continue
        if is_activation(node):
            kept.add(node)
        if not isinstance(node.op.derivative, Linear) and node.op.name not in _ARITHMETIC:
            kept.update(
                each for each in map(behind_copies, node.inputs) if is_activation(node) or _is_worth_it(each, kept)
            )
    if not graph.outputs[0].ndim:
        kept.discard(graph.outputs[0])  # a derivative that speaks of its own function hides what it is
    shown = frozenset(shown_nodes(order, graph.names, graph.inputs, graph.outputs))
    return frozenset(node for node in kept if node in shown and not is_known(node))


def _is_worth_it(node: Node, kept: Collection[Node]) -> bool:
    """Whether a name for a step hides something: a product of matrices since the last name, and not just 1 - p."""
    return any(each.op.name in _MIXING for each in topological_order([node], kept) if each not in kept)


_MIXING = frozenset(
    {"matmul", "einsum", "trace", "kron", "conv2d", "convolution", "correlate1d", "convolve", "correlate2d"}
)


def is_activation(node: Node) -> bool:
    """Whether a step is an activation function, a softmax or a function without a definition."""
    return node.op.name in ACTIVATIONS or node.op.name == "softmax" or is_generic(node.op)


def is_activated(graph: Graph, node: Node) -> bool:
    """Whether a step is what an activation function works on."""
    return any(is_activation(each) and each.inputs[0] is node for each in graph.order() if each.inputs)


def behind_copies(node: Node) -> Node:
    """What a broadcast, a cast or a mark stands for."""
    while node.op in TRANSPARENT:
        node = node.inputs[0]
    return node
