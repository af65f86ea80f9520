"""A graph: a function as data. Inputs and outputs in, nodes in topological order out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from .node import Node

by_serial = attrgetter("serial")


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Graph:
    """Inputs, outputs and the names the user gave. Printing a graph gives Python that runs (see `printing`)."""

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    names: Mapping[Node, str] = field(default_factory=dict)

    def order(self) -> list[Node]:
        """Every node that the outputs need, each after its inputs."""
        return topological_order(self.outputs, self.inputs)


def topological_order(outputs: Iterable[Node], inputs: Iterable[Node] = ()) -> list[Node]:
    """All ancestors of the outputs (and the inputs, used or not), each after its own inputs.

    The walk does not go past `inputs`. Iterative, because a chain may have 100,000 nodes; and no sorting by hand,
    because an input is always older than its consumer.
    """
    seen = set(inputs)
    pending = list(outputs)
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending.extend(node.inputs)
    return sorted(seen, key=by_serial)


def consumers(order: Iterable[Node]) -> dict[Node, list[tuple[Node, int]]]:
    """For every node, who reads it and in which slot, in topological order."""
    readers: dict[Node, list[tuple[Node, int]]] = {node: [] for node in order}
    for node in readers:
        for slot, source in enumerate(node.inputs):
            if source in readers:
                readers[source].append((node, slot))
    return readers
