"""A function compiled for one kind of arguments: leaves in, the result in its containers out.

One idea: what comes out belongs to the caller, who may write to it, and it must change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .. import tree
from ..ir.coercion import constant
from ..ir.graph import Graph
from ..ir.library import reference
from ..ir.node import Node
from ..transforms.replay import replay
from ..transforms.staging import Staging
from .arguments import Opened


class Ownership(Enum):
    """Whom the memory of an output belongs to: the caller may write to what he is given, and it must change nothing."""

    FRESH = "made for this output"
    PERHAPS_SHARED = "may be a view of an argument or of a constant"
    KEPT = "a constant of the graph"


@dataclass(frozen=True, slots=True)
class Entry:
    """A function for one kind of arguments: its graph, and the compiled graph."""

    staging: Staging
    run: Callable[..., tuple[Any, ...]]
    owners: tuple[Ownership, ...]
    alone: bool  # the result is one array, not a container
    native: Any = None  # machine code, in place of `run`

    def on_opened(self, opened: Opened) -> Any:
        """The result on the plain leaves of a call."""
        if self.native is None:
            return self.on_arrays(opened.leaves, opened.numbers)
        found = self.native.on_leaves(opened.leaves, opened.structure)
        return found if self.native.whole else self._rebuilt(found)

    def on_arrays(self, leaves: Sequence[Any], numbers: bool) -> Any:
        """The result on plain leaves. `numbers`: every argument was a Python float, so numbers come out as such."""
        with reference().errstate(all="ignore"):  # derivatives meet infinities on paths that are not taken
            outputs = self.run(*leaves)
        found = [own(output, owner, leaves, numbers) for output, owner in zip(outputs, self.owners, strict=True)]
        return found[0] if self.alone else self._rebuilt(found)

    def on_nodes(self, leaves: Sequence[Any]) -> Any:
        """The result where leaves are recorded, or the function captured what is: replayed, hence differentiable."""
        nodes = [each if type(each) is Node else constant(reference().array(each)) for each in leaves]
        graph = self.staging.graph
        new = replay(graph, [*nodes, *self.staging.captured])
        return self._rebuilt([new[output] for output in graph.outputs])

    def _rebuilt(self, outputs: Sequence[Any]) -> Any:
        leaves = [each.plain() if each.output is None else outputs[each.output] for each in self.staging.results]
        return tree.unflatten(self.staging.structure, leaves)


def own(output: Any, owner: Ownership, leaves: Sequence[Any], numbers: bool) -> Any:
    """An output that shares no memory with anything the caller or this package holds."""
    if not output.shape:
        return output.item() if numbers and output.dtype == float else output[()]
    if owner is Ownership.FRESH:
        return output
    shared = owner is Ownership.KEPT or output.base is not None or any([output is leaf for leaf in leaves])
    return output.copy() if shared else output


def ownership(graph: Graph) -> tuple[Ownership, ...]:
    """Of each output. An op that works entry by entry makes a new array; any other may return a view."""
    alive = set(graph.inputs)
    for node in graph.order():
        if not alive.isdisjoint(node.inputs):
            alive.add(node)
    return tuple(
        Ownership.KEPT if node not in alive else Ownership.FRESH if node.op.elementwise else Ownership.PERHAPS_SHARED
        for node in graph.outputs
    )
