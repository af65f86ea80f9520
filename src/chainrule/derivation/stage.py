"""The stage: a graph in, the stand-ins that an explanation speaks of out.

One idea: every shown step is played by a fresh variable that carries only its symbol, and its gradient by another. The
op's own rule is then called on the players. Using the real nodes would print nonsense: interning makes the seed
gradient 1 the same node as every other constant 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..ir.graph import consumers, topological_order
from ..ir.library import reference
from ..ir.node import Node, concrete, find, is_abstract, make
from ..ir.op import computed, record
from ..ops.sources import input_node
from ..transforms.reverse import active_nodes
from .symbols import is_known, shown_nodes, symbols_for


@dataclass(frozen=True, slots=True)
class Stage:
    """The cast of one explanation. `stand` plays values, `gradient` plays gradients, `names` says how each prints."""

    output: Node
    inputs: tuple[Node, ...]
    order: tuple[Node, ...]
    shown: tuple[Node, ...]
    symbols: Mapping[Node, str]
    active: frozenset[Node]
    readers: Mapping[Node, Sequence[tuple[Node, int]]]
    stand: dict[Node, Node] = field(default_factory=dict)
    gradient: dict[Node, Node] = field(default_factory=dict)
    names: dict[Node, str] = field(default_factory=dict)
    values: dict[Node, Any] = field(default_factory=dict)

    def is_input(self, node: Node) -> bool:
        """Whether a node is an input of the graph, whatever lies behind it outside."""
        return any(node is each for each in self.inputs)

    @property
    def symbolic(self) -> bool:
        """Whether the working has no numbers."""
        return is_abstract(self.output)


def set_stage(
    output: Node,
    inputs: Sequence[Node],
    names: Mapping[Node, str],
    wrt: Sequence[Node],
    called: Mapping[str, str],
    visible: frozenset[Node] | None = None,
) -> Stage:
    """The cast for the gradient of `output`. `called` maps a symbol to the user's own name for its gradient.

    `visible`: the steps to show (all if None); the others are folded into the lines of those that use them.
    """
    order = topological_order([output], inputs)
    shown = shown_nodes(order, names, inputs, [output])
    if visible is not None:
        shown = [node for node in shown if node in visible or node is output]
    symbols = symbols_for(order, shown, names)
    active = frozenset(active_nodes([output], wrt))
    stage = Stage(output, tuple(inputs), tuple(order), tuple(shown), symbols, active, consumers(order))
    top = symbols[output]
    for node in order:
        _cast_node(stage, node)
    for node in shown:
        player = stage.gradient[node] = input_node(node.shape, node.dtype)
        stage.names[player] = called.get(symbols[node], f"d{top}/d{symbols[node]}")
    return stage


def _cast_node(stage: Stage, node: Node) -> None:
    """A shown node is played by a variable; a hidden one by its own expression over players; a constant by itself."""
    if node in stage.symbols:
        player = input_node(node.shape, node.dtype)
        stage.names[player] = stage.symbols[node]
        if not stage.symbolic:
            stage.values[player] = concrete(node)
        stage.stand[node] = player
    elif is_known(node) or not node.inputs:
        stage.stand[node] = node
    else:
        stage.stand[node] = written_out(stage, node)


def written_out(stage: Stage, node: Node) -> Node:
    """How a node is computed: its op on the players of its inputs.

    Players have the types of those they play, so the type is the node's own (a mask has none without values).
    """
    players = tuple(stage.stand[each] for each in node.inputs)
    if any(is_abstract(each) for each in players):
        found = find(node.op, players, node.params)
        return make(node.op, players, node.params, node.type) if found is None else found
    return record(node.op, players, node.settings)


def evaluate(expression: Node, values: Mapping[Node, Any]) -> Any:
    """The number of an expression over players."""
    found: dict[Node, Any] = {}
    with reference().errstate(all="ignore"):
        for node in topological_order([expression]):
            if node in values:
                found[node] = values[node]
            elif node.inputs:
                found[node] = computed(node.op, [found[each] for each in node.inputs], node.settings)
            else:
                found[node] = concrete(node)
    return found[expression]
