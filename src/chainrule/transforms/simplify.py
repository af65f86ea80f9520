"""Simplification: an expression in, a shorter one that means the same out, with the laws that were used.

One idea: from the leaves up, each node is rebuilt on its simplified inputs and the laws are tried on it until none
applies. Never used on what runs eagerly: sentences and graphs are simplified, values are computed as written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..ir.graph import Graph, topological_order
from ..ir.node import Node
from ..ir.op import record
from .laws import LAWS, Law

SAFE_LAWS = [law for law in LAWS if not law.condition]  # what may change a graph that runs
_MOST_STEPS = 64  # a bound on the laws used at one node: a cycle in the table must not hang


@dataclass(frozen=True, slots=True)
class Simplification:
    """One use of a law."""

    law: Law
    before: Node
    after: Node


def simplify(node: Node, keep: Sequence[Node] = ()) -> Node:
    """The simplified expression, for a sentence. Nodes of `keep` are left whole: they are not looked into."""
    return simplify_all([node], keep, LAWS)[0]


def simplify_all(
    nodes: Sequence[Node],
    keep: Sequence[Node],
    laws: Sequence[Law],
    note: Callable[[Simplification], None] | None = None,
) -> list[Node]:
    """The simplified expressions, with what they share simplified once. `note` is told each law used."""
    done: dict[Node, Node] = {node: node for node in keep}
    for node in topological_order(nodes, keep):
        if node not in done:
            _settle(node, done, laws, note)
    return [done[node] for node in nodes]


def simplify_graph(graph: Graph) -> Graph:
    """A graph that computes the same with fewer nodes: only laws that hold everywhere are used."""
    outputs = simplify_all(graph.outputs, graph.inputs, SAFE_LAWS)
    return Graph(graph.inputs, tuple(outputs), graph.names)


def _settle(
    node: Node, done: dict[Node, Node], laws: Sequence[Law], note: Callable[[Simplification], None] | None
) -> Node:
    """Simplify a node whose inputs are done. What a law makes is new, a few nodes deep, and is settled in turn."""
    current = node
    for _ in range(_MOST_STEPS):
        current = _on_settled_inputs(current, done, laws, note)
        used = _first_that_applies(current, laws)
        if used is None:
            break
        if note is not None:
            note(used)
        current = used.after
        if current in done:
            current = done[current]
            break
    done[node] = done[current] = current
    return current


def _on_settled_inputs(
    node: Node, done: dict[Node, Node], laws: Sequence[Law], note: Callable[[Simplification], None] | None
) -> Node:
    inputs = tuple(done[each] if each in done else _settle(each, done, laws, note) for each in node.inputs)
    if all(new is old for new, old in zip(inputs, node.inputs, strict=True)):
        return node
    return record(node.op, inputs, node.settings)


def _first_that_applies(node: Node, laws: Sequence[Law]) -> Simplification | None:
    for law in laws:
        after = law.rewrite(node)
        if after is not None and after is not node:
            return Simplification(law, node, after)
    return None
