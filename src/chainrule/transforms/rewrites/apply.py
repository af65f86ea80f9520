"""The laws at work: a recorded graph in, a cheaper one and a report out.

One idea: from the leaves up each node is rebuilt and the laws for its op are tried; what a law would free is compared
with what it would make, and it is used only if that is no more. Then come the laws about whole graphs, and the same
inside loops. The whole is kept only if it costs no more than before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ...ir.graph import Graph
from ...ir.node import Node
from ...ir.op import Op, record
from ...ir.types import BundleType
from ..control.derived import deriving
from ..staging import carried_names
from . import chains, factors, forms, loops, moves, symmetric
from .costs import cost_of, cost_of_node
from .table import REWRITES, Rewrite, Uses

__all__ = ["Rewritten", "chains", "factors", "forms", "moves", "rewritten", "symmetric"]

_ROUNDS = 4  # a law may make room for another
_MOST_NODES = 20_000  # a longer graph runs as it was recorded: reading it again would take seconds


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A graph, the laws that made it, how often each was used, and the operations before and after."""

    graph: Graph
    laws: Mapping[str, int]
    before: int
    after: int

    def __str__(self) -> str:
        if not self.laws:
            return f"no law applies; {self.before:.3g} operations"
        statements = {each.name: each.statement for each in REWRITES}
        lines = [f"{self.before:.3g} operations before, {self.after:.3g} after"]
        lines += [
            f"  {count} x {name}: {statements[name]}"
            for name, count in sorted(self.laws.items(), key=lambda each: -each[1])
        ]
        return "\n".join(lines)


def rewritten(graph: Graph) -> Rewritten:
    """The graph by the laws of the table. One of short floats or complex numbers is left as it is.

    >>> import numpy as np
    >>> import chainrule
    >>> def f(A, B, v):
    ...     return A @ B @ v
    >>> graph = chainrule.jit(f).graph(np.ones((50, 50)), np.ones((50, 50)), np.ones(50))
    >>> print(rewritten(graph))
    2.55e+05 operations before, 1e+04 after
      1 x chains of products: A B C v = A (B (C v)): chains of products in the order that costs least, through \
transpositions, across gradients
    """
    order = graph.order()
    before = cost_of(graph)
    if len(order) > _MOST_NODES or any(is_left_alone(each) for each in order):
        return Rewritten(graph, {}, before, before)
    used: Counter[str] = Counter()
    with deriving():
        best, cost = graph, before
        for _ in range(_ROUNDS):
            fired: Counter[str] = Counter()
            found = one_round(best, fired)
            own = cost_of(found)
            if not fired or own > cost:
                break
            best, cost = found, own
            used.update(fired)
    return Rewritten(best, dict(used), before, cost)


def is_left_alone(node: Node) -> bool:
    """Whether a node is rounded at every step, or complex."""
    types = node.type.parts if isinstance(node.type, BundleType) else (node.type,)
    return any(each.is_short or each.is_complex for each in types)


def one_round(graph: Graph, fired: Counter[str]) -> Graph:
    """Every law once."""
    found = by_local_laws(graph, fired)
    for law in REWRITES:
        if law.whole is not None:
            changed, count = law.whole(found)
            if count and cost_of(changed) <= cost_of(found):
                found = changed
                fired[law.name] += count
    return loops.with_bodies(found, lambda body: body_by_laws(body, fired))


def body_by_laws(body: Graph, fired: Counter[str]) -> Graph:
    """The body of a loop by the same laws."""
    own: Counter[str] = Counter()
    found = one_round(body, own)
    if not own or cost_of(found) > cost_of(body):
        return body
    fired.update(own)
    return found


# One node after the other --------------------------------------------------------------------------------------------
def laws_by_op() -> dict[Op, list[Rewrite]]:
    found: dict[Op, list[Rewrite]] = {}
    for law in REWRITES:
        for made in law.ops:
            found.setdefault(made, []).append(law)
    return found


_BY_OP = laws_by_op()


def by_local_laws(graph: Graph, fired: Counter[str]) -> Graph:
    """The graph rebuilt from the leaves up, each node by the laws for its op."""
    order = graph.order()
    if not any(each.op in _BY_OP for each in order):
        return graph
    inputs = set(graph.inputs)
    counts = Counter(source for node in order for source in node.inputs)
    counts.update(graph.outputs)
    new: dict[Node, Node] = {each: each for each in graph.inputs}
    uses = Uses({each: counts[each] for each in graph.inputs})
    for node in order:
        if node in new:
            continue
        below = tuple([new[each] for each in node.inputs])
        same = all([after is before for after, before in zip(below, node.inputs, strict=True)])
        current = node if same else record(node.op, below, node.settings)
        if current not in uses.counts:
            laws = _BY_OP.get(current.op)
            if laws is not None:
                current = settled(current, uses, inputs, fired)
        new[node] = current
        uses.counts[current] = uses.counts.get(current, 0) + counts[node]
    outputs = tuple(new[each] for each in graph.outputs)
    if outputs == graph.outputs if not outputs else all(a is b for a, b in zip(outputs, graph.outputs, strict=True)):
        return graph
    return Graph(graph.inputs, outputs, carried_names(graph.names, new))


def settled(node: Node, uses: Uses, inputs: set[Node], fired: Counter[str]) -> Node:
    """The node after every law that applies to it."""
    for _ in range(_ROUNDS):
        for law in _BY_OP.get(node.op, ()):
            if node.dtype.kind != "f" or law.local is None:
                continue
            found = law.local(node, uses)
            if found is not None and found is not node and found.type == node.type and pays(node, found, uses, inputs):
                fired[law.name] += 1
                node = found
                break
        else:
            break
        if node in uses.counts:
            break
    return node


def pays(old: Node, new: Node, uses: Uses, inputs: set[Node]) -> bool:
    """Whether what a law makes costs no more than what it frees."""
    freed: dict[Node, None] = {old: None}
    pending = [old]
    while pending:
        for source in pending.pop().inputs:
            if source not in freed and source not in inputs and source.inputs and uses.alone(source):
                freed[source] = None
                pending.append(source)
    made: dict[Node, None] = {}
    pending = [new]
    while pending:
        node = pending.pop()
        if node in made or node in inputs or not node.inputs or (node in uses.counts and node not in freed):
            continue
        made[node] = None
        pending.extend(node.inputs)
    return sum(map(cost_of_node, made)) <= sum(map(cost_of_node, freed))
