"""Laws about moving entries: they change no number, and let other laws see what is moved.

One idea: of several moves one is left, and a sum does not mind in which order its terms lie.
"""

from __future__ import annotations

from ...ir.graph import Graph
from ...ir.node import Node
from ...ir.op import Op, record
from ...ops.arithmetic import add, mul
from ...ops.indexing import index_op, scatter
from ...ops.movement import broadcast, reshape_op, transpose_op
from ...ops.reductions import sum_op
from ..staging import carried_names
from .table import EXACT, REGROUPED, Uses, rewrite, rewrite_graph

_WHOLE_AXIS = ("slice", None, None, None)


@rewrite("x[:, None] = reshape(x)", index_op, condition="the key takes every entry, and at most adds axes",
         rounding=EXACT, source="by definition")  # fmt: skip
def index_that_takes_all(node: Node, uses: Uses) -> Node | None:
    if not all(part in (("new",), ("rest",), _WHOLE_AXIS) for part in node.settings["key"]):
        return None
    source = node.inputs[0]
    return source if source.shape == node.shape else reshape_op(source, shape=node.shape)


@rewrite("what goes back to x[:, None] is a reshape", scatter,
         condition="the key takes every entry, and at most adds axes", rounding=EXACT,
         source="by definition")  # fmt: skip
def scatter_of_all(node: Node, uses: Uses) -> Node | None:
    if not all(part in (("new",), ("rest",), _WHOLE_AXIS) for part in node.settings["key"]):
        return None
    source = node.inputs[0]
    return source if source.shape == node.shape else reshape_op(source, shape=node.shape)


@rewrite("reshape(reshape(x)) = reshape(x), and a reshape to its own shape is nothing", reshape_op,
         condition="always", rounding=EXACT, source="by definition")  # fmt: skip
def one_reshape(node: Node, uses: Uses) -> Node | None:
    source = node.inputs[0]
    if source.shape == node.shape:
        return source
    return reshape_op(source.inputs[0], **node.settings) if source.op is reshape_op else None


@rewrite("(x^T)^T = x, and two transpositions are one", transpose_op, condition="always", rounding=EXACT,
         source="by definition")  # fmt: skip
def one_transposition(node: Node, uses: Uses) -> Node | None:
    source, axes = node.inputs[0], node.settings["axes"]
    if axes == tuple(range(node.ndim)):
        return source
    if source.op is not transpose_op:
        return None
    inner = source.settings["axes"]
    return transpose_op(source.inputs[0], axes=tuple(inner[axis] for axis in axes))  # type: ignore[no-any-return]


@rewrite("a copy of a copy is one copy", broadcast, condition="always", rounding=EXACT, source="by definition")
def one_broadcast(node: Node, uses: Uses) -> Node | None:
    source = node.inputs[0]
    if source.shape == node.shape:
        return source
    return broadcast(source.inputs[0], **node.settings) if source.op is broadcast else None


@rewrite_graph("y + x = x + y, y x = x y: what is computed both ways is computed once",
               condition="the graph has both", rounding=EXACT,
               source="IEEE 754: sums and products of two numbers commute")  # fmt: skip
def one_order_of_terms(graph: Graph) -> tuple[Graph, int]:
    inputs = set(graph.inputs)
    found: dict[tuple[Op, Node, Node], Node] = {}
    new: dict[Node, Node] = {each: each for each in inputs}
    count = 0
    for node in graph.order():
        if node in new:
            continue
        below = tuple([new[each] for each in node.inputs])
        same = all([after is before for after, before in zip(below, node.inputs, strict=True)])
        new[node] = node if same else record(node.op, below, node.settings)
        if node.op is add or node.op is mul:
            other = found.get((node.op, below[1], below[0]))
            if other is not None and other is not new[node]:
                new[node] = other
                count += 1
            found[node.op, below[0], below[1]] = new[node]
    outputs = tuple(new[each] for each in graph.outputs)
    return (Graph(graph.inputs, outputs, carried_names(graph.names, new)), count) if count else (graph, 0)


@rewrite("sum(x^T) = sum(x)", sum_op, condition="nobody else reads the transposed array",
         rounding=REGROUPED, source="a sum over the same axes")  # fmt: skip
def sum_of_a_transposition(node: Node, uses: Uses) -> Node | None:
    source = node.inputs[0]
    if source.op is not transpose_op or not uses.alone(source) or node.settings["keepdims"]:
        return None
    order, axes = source.settings["axes"], node.settings["axes"]
    left = [order[axis] for axis in range(source.ndim) if axis not in axes]
    summed = sum_op(source.inputs[0], axes=tuple(sorted(order[axis] for axis in axes)), keepdims=False)
    turned = tuple(sorted(left).index(axis) for axis in left)
    return summed if turned == tuple(range(len(turned))) else transpose_op(summed, axes=turned)  # type: ignore[no-any-return]
