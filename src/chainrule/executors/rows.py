"""Derivatives row by row: a graph and places of its inputs in, the derivative by these inputs in turn out.

One idea: where a derivative has no formula, the backward walk still computes it, one row at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..ir.coercion import as_node
from ..ir.graph import Graph
from ..ir.node import Node, concrete
from ..ir.recording import open_recording
from ..transforms.jacobians import jacobian_by_rows
from ..transforms.replay import replay
from ..transforms.resize import resize
from .sized import Sized


@dataclass(frozen=True, slots=True, eq=False)
class ByRows:
    """The derivative of the output of a graph, which has letters for sizes, by its inputs at `places` in turn."""

    sized: Sized
    places: tuple[int, ...]

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """The derivative for the inputs by name, output first. Raises ShapeError where shapes do not fit together."""
        arrays, meant = self.sized.arrays(values)
        found = as_function(resize(self.sized.graph, meant) if meant else self.sized.graph)
        for place in self.places:
            found = _jacobian_of(found, place)
        return found(*arrays)


def _jacobian_of(function: Callable[..., Any], place: int) -> Callable[..., Any]:
    def rows(*arrays: Any) -> Any:
        return jacobian_by_rows(function, arrays, place)

    return rows


def as_function(graph: Graph) -> Callable[..., Any]:
    """The first output of a graph as a function of its inputs, for arrays and for nodes."""

    def function(*values: Any) -> Any:
        with open_recording():
            new = replay(graph, [as_node(value) for value in values])
            result = new[graph.outputs[0]]
        return result if any(type(value) is Node for value in values) else concrete(result)

    return function


def combined(
    run: Callable[[Mapping[str, Any]], dict[str, Any]], rows: Mapping[str, ByRows], labels: Sequence[str]
) -> Any:
    """One function for the derivatives with a formula and those without, in the order of the labels."""

    def compute(values: Mapping[str, Any]) -> dict[str, Any]:
        found = run(values) | {label: each(values) for label, each in rows.items()}
        return {label: found[label] for label in labels}

    return compute
