"""Whose array it is: a graph in, the same graph with arrays written into that nobody else has out.

One idea: an array that an op has just made, and that one step uses, may be written into by that step. An array that is
an argument, a constant or a view of one is never handed out, for the caller could write into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from ..ir.graph import Graph
from ..ir.node import Node, find, make
from ..ops.arithmetic import add, div, mul, neg, square, sub
from ..ops.deltas import spread_delta
from ..ops.grams import weighted_gram
from ..ops.linalg.inverses import inv
from ..ops.linalg.solving import solve_op
from ..ops.movement import reshape_op, transpose_op
from ..ops.products import matmul_op, outer_op
from ..ops.spreads import spread_sum

_MAKE_ARRAYS = frozenset({
    add, div, inv, matmul_op, mul, neg, outer_op, solve_op, spread_delta, spread_sum, square, sub, weighted_gram,
})  # fmt: skip
_VIEWS = frozenset({reshape_op, transpose_op})


def with_reuse(graph: Graph) -> Graph:
    """The same graph, where a sum that begins with an array of its own size writes the rest into that array, if nobody
    else has it."""
    owned = own_arrays(graph)
    new: dict[Node, Node] = {node: node for node in graph.inputs}
    for node in graph.order():
        if node in new:
            continue
        inputs = tuple(new[each] for each in node.inputs)
        reuses = node.op is spread_sum and _begins_with_whole(node) and node.inputs[0] in owned
        params = (*node.params, ("reuse", True)) if reuses else node.params
        if params is not node.params or any(each is not old for each, old in zip(inputs, node.inputs, strict=True)):
            found = find(node.op, inputs, params)
            new[node] = make(node.op, inputs, params, node.type) if found is None else found
        else:
            new[node] = node
    names = {new[node]: name for node, name in graph.names.items() if node in new}
    return Graph(graph.inputs, tuple(new[node] for node in graph.outputs), names)


def _begins_with_whole(node: Node) -> bool:
    inner, _, outer = node.settings["parts"][0].partition("->")
    return inner == outer and len(set(outer)) == len(outer) and node.inputs[0].dtype == node.dtype


def own_arrays(graph: Graph) -> Collection[Node]:
    """The nodes whose array an op makes at every call, and that one step uses or that are one output."""
    order = graph.order()
    uses = Counter(source for node in order for source in node.inputs)
    uses.update(graph.outputs)
    reached = set(graph.inputs)  # what no input reaches is computed once and kept
    owned: set[Node] = set()
    for node in order:
        if not reached.isdisjoint(node.inputs):
            reached.add(node)
            made = node.op in _MAKE_ARRAYS or (node.op in _VIEWS and node.inputs[0] in owned)
            if made and uses[node] == 1:
                owned.add(node)
    return owned
