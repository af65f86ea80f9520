"""The table of rewrites: laws that make a graph cheaper before any executor sees it.

One idea: a rewrite has a name, a statement, the condition under which it is used, what it does to the last digits, and
a source; so a report can say which were used, and a test can try each. They change what a jitted function runs, never
what is recorded, explained, differentiated or computed eagerly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from ...ir.graph import Graph
from ...ir.node import Node
from ...ir.op import Op

EXACT = "the same to the last bit"
REGROUPED = (
    "the same terms in another order: the last digits change, and so may what comes of infinities and of overflow"
)


@dataclass(slots=True)
class Uses:
    """How often each node is read. A node that a law has just made is read once."""

    counts: dict[Node, int] = field(default_factory=dict)

    def alone(self, node: Node) -> bool:
        """Whether nobody else needs a node."""
        return self.counts.get(node, 1) <= 1


Local: TypeAlias = Callable[[Node, Uses], Node | None]
Whole: TypeAlias = Callable[[Graph], tuple[Graph, int]]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A law: `local` rewrites a node of one of `ops` (None where it does not apply), `whole` a graph, and says how
    often.
    """

    name: str
    statement: str
    condition: str
    rounding: str
    source: str
    ops: tuple[Op, ...] = ()
    local: Local | None = None
    whole: Whole | None = None


REWRITES: list[Rewrite] = []


def rewrite(
    statement: str, *ops: Op, condition: str, rounding: str, source: str
) -> Callable[[Local], Local]:  # fmt: skip
    """Enter a law about one node into the table, under the name of its function."""

    def enter(local: Local) -> Local:
        REWRITES.append(Rewrite(named(local), statement, condition, rounding, source, ops, local))
        return local

    return enter


def rewrite_graph(statement: str, *, condition: str, rounding: str, source: str) -> Callable[[Whole], Whole]:
    """Enter a law about a whole graph into the table, under the name of its function."""

    def enter(whole: Whole) -> Whole:
        REWRITES.append(Rewrite(named(whole), statement, condition, rounding, source, whole=whole))
        return whole

    return enter


def named(function: Callable[..., object]) -> str:
    return str(getattr(function, "__name__", "")).replace("_", " ")
