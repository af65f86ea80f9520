"""What each step of printed code is written with: a graph in, the operands that stand in each step out.

One idea: the graph has every broadcast and cast as a step of its own; NumPy does them by itself. Where the result is
the same without them, down to the shape and the dtype, they are not written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import TraceError
from .graph import Graph
from .library import reference
from .literals import is_full
from .node import Node, concrete
from .spelling import Spelling, spell
from .surface import TABLE
from .types import broadcast_shapes


@dataclass(frozen=True, slots=True)
class Step:
    """One node as it is written: its spelling, the nodes in its slots, and whether its numbers may be Python's own."""

    spelling: Spelling
    operands: tuple[Node, ...]
    weak: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps to write, each after those it uses; the known values; what to return; how often each is used."""

    steps: dict[Node, Step]
    constants: tuple[Node, ...]
    outputs: tuple[Node, ...]
    uses: dict[Node, int]


class Planner:
    """Decides for a graph. Known values are those no input reaches: they are written as numbers.

    `casts`: every change of dtype is written, for libraries that do not make it by themselves. `longest`: known values
    with more entries than this are written as they were made, and never computed. `functions`: the names of graphs that
    are parameters of steps.
    """

    def __init__(
        self, graph: Graph, exact: bool, casts: bool = False, longest: int | None = None,
        functions: Mapping[Graph, str] | None = None,
    ) -> None:  # fmt: skip
        self.graph, self.exact, self.casts, self.longest = graph, exact, casts, longest
        self.functions = functions or {}
        self.order = graph.order()
        self.alive = set(graph.inputs)
        self.known: set[Node] = set()
        self.made: set[Node] = set()  # known, and written as they were made
        self.aliases: dict[Node, Node] = {}
        self.spellings: dict[Node, Spelling] = {}

    def plan(self) -> Plan:
        """The plan. Steps nobody uses once broadcasts and casts are gone are not in it."""
        for node in self.order:
            if node in self.alive:
                continue
            if node.op is TABLE.get("axis_size"):  # a size is a number that another size may take the place of
                self._enter(node)
                self.alive.add(node)
                continue
            if self._is_made(node):
                self.made.add(node)
            if node in self.made or not self.alive.isdisjoint(node.inputs) or node.op is TABLE["broadcast"]:
                self._enter(node)
            else:
                self.known.add(require_value(node))
        outputs = tuple(self.seen(node) for node in self.graph.outputs)
        uses: dict[Node, int] = {}
        for node in outputs:
            uses[node] = uses.get(node, 0) + 1
        steps: dict[Node, Step] = {}
        for node in reversed(self.order):
            if node in uses and node in self.spellings:
                step = steps[node] = self._step(node)
                for piece in step.spelling.pieces:
                    if isinstance(piece, int):
                        operand = step.operands[piece]
                        uses[operand] = uses.get(operand, 0) + 1
        constants = tuple(node for node in self.order if node in self.known)
        return Plan(dict(reversed(steps.items())), constants, outputs, uses)

    def _is_made(self, node: Node) -> bool:
        if self.longest is None or not node.inputs:
            return False
        return node.type.size > self.longest or not self.made.isdisjoint(node.inputs)

    def _enter(self, node: Node) -> None:
        spelling = spell(node, exact=self.exact, functions=self.functions)
        if spelling.is_alias:
            self.aliases[node] = self.seen(node.inputs[0])
        else:
            self.spellings[node] = spelling
        if not self.alive.isdisjoint(node.inputs):
            self.alive.add(node)

    def seen(self, node: Node) -> Node:
        """The node itself, or what it is written as."""
        return self.aliases.get(node, node)

    def _step(self, node: Node) -> Step:
        spelling = self.spellings[node]
        inputs = tuple(self.seen(each) for each in node.inputs)
        asked = spelling.bound is not None or any("chainrule" in str(piece) for piece in spelling.pieces)
        if not node.op.elementwise:
            weak = not asked and all(is_full(each.type.dtype) for each in inputs)
            return Step(spelling, inputs, weak)
        bare = [self.peeled(each, casts=True) for each in inputs]
        start = node.op.first_value_slot
        wanted = inputs[start].type.dtype
        weak = self._agree(bare[start:], wanted, weak=True)
        if not weak and not self._agree(bare[start:], wanted, weak=False):
            bare[start:] = [self.peeled(each, casts=False) for each in inputs[start:]]
            weak = self._agree(bare[start:], wanted, weak=True)
        if broadcast_shapes(*[each.type.shape for each in bare]) != node.type.shape:
            bare[0] = inputs[0]
        return Step(spelling, tuple(bare), weak and not asked)  # a kernel asks its arguments for their dtype

    def peeled(self, node: Node, *, casts: bool) -> Node:
        """A node without the broadcasts, and the casts, that lie over it."""
        while node.op is TABLE["broadcast"] or (casts and self._widens(node)):
            node = self.seen(node.inputs[0])
        return node

    def _widens(self, node: Node) -> bool:
        """Whether a step is a cast that loses nothing: the only kind that NumPy does by itself."""
        if self.casts or node.op is not TABLE["cast"] or node not in self.alive:
            return False
        return bool(reference().can_cast(node.inputs[0].type.dtype, node.type.dtype))

    def is_number(self, node: Node) -> bool:
        """Whether a node is a known number, which is written where it is used."""
        return node in self.known and not node.type.shape

    def _agree(self, operands: Sequence[Node], wanted: Any, *, weak: bool) -> bool:
        """Whether NumPy computes these in the wanted dtype. `weak`: numbers are written as plain Python numbers."""
        strong = [node.type.dtype for node in operands if not (weak and self.is_number(node))]
        if not strong:
            return False
        if len(strong) == len(operands) and all(dtype == wanted for dtype in strong):
            return True
        numbers = [concrete(node).item() for node in operands if weak and self.is_number(node)]
        return bool(reference().result_type(*strong, *numbers) == wanted)


def require_value(node: Node) -> Node:
    """A node that no input reaches must be known. Raises TraceError for a variable of another recording."""
    if node.value is None and (not node.inputs or concrete(node) is None):
        raise TraceError(
            given=f"a graph that uses a variable of type {node.type} which is none of its inputs",
            expected="every variable among the inputs of the graph",
            remedy="pass it to the function as an argument",
        )
    return node
