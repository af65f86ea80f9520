"""Simplification: an expression in, a shorter one that means the same out, with the laws that were used.

One idea: from the leaves up, each node is rebuilt on its simplified inputs and the laws are tried on it until none applies.
Never used on what runs eagerly: sentences and graphs are simplified, values are computed as written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..ir.graph import Graph, topological_order
from ..ir.node import Node
from ..ir.op import record
from .laws import LAWS, Law

_MOST_STEPS = 64  # a bound on the laws used at one node: a cycle in the table must not hang


@dataclass(frozen=True, slots=True)
class Simplification:
    """One use of a law."""

    law: Law
    before: Node
    after: Node


def simplify(node: Node, keep: Sequence[Node] = ()) -> Node:
    """The simplified expression. Nodes of `keep` are left whole: they have names and are not looked into."""
    return simplify_all([node], keep)[0]


def simplify_all(
    nodes: Sequence[Node], keep: Sequence[Node] = (), note: Callable[[Simplification], None] | None = None
) -> list[Node]:
    """The simplified expressions, with what they share simplified once. `note` is told each law used."""
    done: dict[Node, Node] = {node: node for node in keep}
    for node in topological_order(nodes, keep):
        if node not in done:
            done[node] = _settle(_rebuilt(node, done), note)
    return [done[node] for node in nodes]


def simplify_graph(graph: Graph) -> Graph:
    """A graph that computes the same with fewer nodes. Named nodes keep their names."""
    outputs = simplify_all(graph.outputs, graph.inputs)
    return Graph(graph.inputs, tuple(outputs), graph.names)


def _rebuilt(node: Node, done: dict[Node, Node]) -> Node:
    inputs = tuple(done[each] for each in node.inputs)
    if all(new is old for new, old in zip(inputs, node.inputs, strict=True)):
        return node
    return record(node.op, inputs, node.settings)


def _settle(node: Node, note: Callable[[Simplification], None] | None) -> Node:
    for _ in range(_MOST_STEPS):
        used = _first_that_applies(node)
        if used is None:
            return node
        if note is not None:
            note(used)
        node = used.after
    return node


def _first_that_applies(node: Node) -> Simplification | None:
    for law in LAWS:
        after = law.rewrite(node)
        if after is not None and after is not node:
            return Simplification(law, node, after)
    return None
