"""One run, looked at closely: a function and arguments in, its nodes with names and lines, and the walk back, out.

One idea: every question about a gradient is a question about some step of one recorded run, so the run is recorded
once, with the user's own names and lines, and never changed.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ... import tree
from ...errors import CodeLine, GradientError
from ...ir.graph import consumers, topological_order
from ...ir.library import reference
from ...ir.node import Node, concrete
from ...ir.recording import suspended_recording, written_out
from ...ops.bundles import Bundle
from ...transforms.observe import Observer, parameter_names, watching
from ...transforms.reverse import Arrival, Pullback, pull_back
from ...transforms.trace import Recording, record


@dataclass(frozen=True, eq=False)
class Scene:
    """A recorded run: every node in the order it was made, the names and lines the user gave, the arguments' paths."""

    function: str
    recording: Recording
    nodes: tuple[Node, ...]
    names: dict[Node, str]
    variables: dict[str, Node]  # by the name inside the function: x, params['W']

    @cached_property
    def outputs(self) -> tuple[Node, ...]:
        """The outputs that have a derivative."""
        return tuple(dict.fromkeys(node for node in self.recording.outputs if node.dtype.kind in "fc"))

    @cached_property
    def pullback(self) -> Pullback:
        """The walk back from the sum of all outputs, keeping every arrow."""
        seeds = [reference().ones(node.shape, node.dtype)[()] for node in self.outputs]
        with suspended_recording(), warnings.catch_warnings(), reference().errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return pull_back(self.outputs, seeds, list(self.variables.values()), symbolic=False)

    @cached_property
    def arrivals(self) -> dict[Node, Arrival]:
        """The turn of each node in that walk."""
        return {arrival.node: arrival for arrival in self.pullback.arrivals}

    @cached_property
    def readers(self) -> dict[Node, list[tuple[Node, int]]]:
        """Who reads each node, in which slot: of all nodes that were made, used or not."""
        return consumers(topological_order([*self.nodes, *self.recording.outputs], self.variables.values()))

    def gradient(self, node: Node) -> Any:
        """The gradient that arrived at a node; zeros where none did."""
        arrival = self.arrivals.get(node)
        return reference().zeros(node.shape)[()] if arrival is None else arrival.gradient

    def line(self, node: Node) -> CodeLine | None:
        """The user's line that made a node, as far as it is known."""
        while node.origin is None and node.inputs and node not in self.names:
            node = node.inputs[0]
        return None if node.origin is None else CodeLine(node.origin.file, node.origin.line)


def look(function: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any], places: Sequence[int]) -> Scene:
    """Run the function once, with the arguments at `places` as variables. Raises what recording raises.

    GradientError where no output is a floating-point number.
    """
    observer = Observer(getattr(inspect.unwrap(function), "__code__", None))
    nodes: list[Node] = []

    def note(node: Node) -> None:
        observer.note(node)
        nodes.append(node)

    def watched(*given: Any, **named: Any) -> Any:
        with watching(observer):
            return function(*given, **named)

    with warnings.catch_warnings(), reference().errstate(all="ignore"), written_out():
        warnings.simplefilter("ignore")
        recording, _ = record(watched, args, keywords, places, note)
        for node in recording.outputs:
            concrete(node)
    name = getattr(function, "__name__", type(function).__name__)
    paths = tree.paths(recording.structure)
    inside = [name_inside(function, places, path) for path in paths]
    variables = dict(zip(inside, recording.variables, strict=True))
    names = {node: key for key, node in variables.items()}
    for node, spelled in observer.names.items():
        names.setdefault(node, spelled)
    if not any(node.dtype.kind in "fc" for node in recording.outputs):
        raise GradientError(given=f"{name}, whose outputs hold no floating-point numbers", expected="one at least",
                            remedy="return the quantity behind them")  # fmt: skip
    called = "the function" if name == "<lambda>" else name
    return Scene(called, recording, tuple(dict.fromkeys(nodes)), names, variables)


def parts(value: Any) -> list[Any]:
    """A value or a gradient as arrays: one, or those of several outputs that an op makes together."""
    if isinstance(value, Bundle):
        return [each for each in value.entries if each is not None]
    return list(value) if isinstance(value, tuple) else [value]


def name_inside(function: Callable[..., Any], places: Sequence[int], path: tree.Path) -> str:
    """What the function itself calls a leaf of its arguments: x, params['W'], layers[0]."""
    place, *rest = path
    number, known = places[int(str(place))], parameter_names(function)
    name = known[number] if number < len(known) else f"argument {number}"
    return name + "".join(f"[{key!r}]" for key in rest)
