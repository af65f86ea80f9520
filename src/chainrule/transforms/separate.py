"""A part of a computation as a graph: outputs and the variables that matter in, a graph over them alone out.

One idea: what does not depend on the variables is known by then. It is an input of the graph, so the part can be run
again for other values of the variables: a derivative for many directions, or for a stack of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..ir.coercion import as_node
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.loading import compiled
from ..ir.node import Node, concrete, is_abstract
from .control.bodies import find_captured
from .replay import fresh_inputs, replay
from .staging import tidied


@dataclass(frozen=True, slots=True)
class Part:
    """Outputs as a graph of captured values and variables, in this order."""

    graph: Graph
    captured: tuple[Node, ...]

    @property
    def known(self) -> bool:
        """Whether everything captured has a value."""
        return not any(map(is_abstract, self.captured))

    def run(self, given: Sequence[Any], *, live: bool) -> list[Any]:
        """The outputs for these values of the variables.

        `live`: what was captured belongs to a recording that is still open, and so do the outputs. Otherwise they are
        computed, or recorded where something given is, over the numbers that were captured.
        """
        if live or not self.known:
            return self._recorded(self.captured, given)
        numbers = [concrete(each) for each in self.captured]
        if any(type(each) is Node for each in given):
            return self._recorded([as_node(each) for each in numbers], given)
        with reference().errstate(all="ignore"):  # derivatives meet infinities on paths that are not taken
            return list(compiled(self.graph)(*numbers, *given))

    def _recorded(self, captured: Sequence[Node], given: Sequence[Any]) -> list[Any]:
        new = replay(self.graph, [*captured, *(as_node(each) for each in given)])
        return [new[output] for output in self.graph.outputs]


def separate(outputs: Sequence[Node], variables: Sequence[Node]) -> Part:
    """The outputs as a function of the variables, which are older than all that depends on them. Call it while
    deriving.
    """
    start = min(each.serial for each in variables) - 1 if variables else 0
    captured = find_captured(outputs, variables, start, hoist=True)
    stand_ins = dict(zip(captured, fresh_inputs([node.type for node in captured]), strict=True))
    return Part(tidied(Graph((*captured, *variables), tuple(outputs)), stand_ins), tuple(captured))
