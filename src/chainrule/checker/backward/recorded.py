"""A forward function and its arguments in, its computation with the user's own names out.

One idea: the function is recorded as `grad` records it, in double precision, and what it returns besides its output
(a cache) is left aside.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ... import tree
from ...derivation.symbols import symbols_for
from ...errors import GradientError
from ...ir.graph import Graph
from ...ir.library import Array, reference
from ...ir.node import Node, concrete
from ...ir.op import Flat
from ...ir.recording import literally
from ...transforms.calls import own
from ...transforms.observe import Observer, input_symbols, watching
from ...transforms.trace import record


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """One run of the forward function: its graph, and the variables with their names and places."""

    graph: Graph
    variables: tuple[Node, ...]
    names: tuple[str, ...]
    places: tuple[tuple[Any, ...], ...]  # argument, and the path inside it

    @property
    def outputs(self) -> tuple[Node, ...]:
        """The outputs that have a gradient."""
        return self.graph.outputs

    def node(self, name: str) -> Node | None:
        """The node of a variable or of a named step."""
        if name in self.names:
            return self.variables[self.names.index(name)]
        return next((node for node, each in self.graph.names.items() if each == name), None)

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of steps that are not variables."""
        return tuple(name for name in self.graph.names.values() if name not in self.names)


def float_places(args: Sequence[Any]) -> tuple[int, ...]:
    """The arguments that hold floats only: those that have a gradient."""
    return tuple(place for place, argument in enumerate(args) if _holds_floats(argument))


def _holds_floats(argument: Any) -> bool:
    if isinstance(argument, (str, bytes)) or argument is None:
        return False
    leaves, _ = tree.flatten(argument)
    return bool(leaves) and all(
        isinstance(leaf, float) or getattr(getattr(leaf, "dtype", None), "kind", "") == "f" for leaf in leaves
    )


def in_double(args: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """Copies of the arguments, with those of floats in double precision."""
    found = []
    for place, argument in enumerate(args):
        if place not in places:
            found.append(copied(argument))
            continue
        leaves, structure = tree.flatten(argument)
        found.append(tree.unflatten(structure, [_double(leaf) for leaf in leaves]))
    return found


def _double(leaf: Any) -> Any:
    return leaf if type(leaf) is float else reference().array(leaf, dtype="float64")[()]


def copied(argument: Any) -> Any:
    """An argument with arrays of its own."""
    if isinstance(argument, (str, bytes)) or argument is None:
        return argument
    leaves, structure = tree.flatten(argument)
    return tree.unflatten(structure, [own(leaf) for leaf in leaves])


def record_forward(function: Callable[..., Any], args: Sequence[Any], cached: bool) -> Recorded:
    """Record the forward function. Raises GradientError where its output has no gradient, and what recording raises."""
    places = float_places(args)
    if not places:
        raise GradientError(given="no argument of floats", where="check_backward",
                            expected="at least one argument that has a gradient", remedy="write 3.0 for 3")  # fmt: skip
    observer = Observer(getattr(inspect.unwrap(function), "__code__", None))

    def watched(*given: Any) -> Any:
        with watching(observer):
            result = function(*given)
        return result[0] if cached else result

    with literally():
        recording, _ = record(watched, in_double(args, places), {}, places, observer.note)
    symbols = input_symbols(function, places, recording.structure)
    names = dict(zip(recording.variables, symbols, strict=True))
    for node, name in observer.names.items():
        names.setdefault(node, name)
    outputs = tuple(node for node in recording.outputs if node.dtype.kind == "f" and not _is_cut(node))
    if not outputs:
        raise GradientError(given="a forward function whose output has no gradient", where="check_backward",
                            expected="an output of floats that depends on the arguments")  # fmt: skip
    graph = Graph(recording.variables, outputs, names)
    order = graph.order()
    shown = [*recording.variables, *(node for node in order if node in names and node not in set(recording.variables))]
    graph = Graph(recording.variables, outputs, symbols_for(order, shown, names))  # h, h_2, h_3 where a loop names h
    paths = tuple((places[int(str(path[0]))], *path[1:]) for path in tree.paths(recording.structure))
    return Recorded(graph, recording.variables, tuple(graph.names[node] for node in recording.variables), paths)


def _is_cut(node: Node) -> bool:
    return isinstance(node.op.derivative, Flat) and bool(node.inputs)


def values_of(recorded: Recorded) -> list[Array]:
    """The outputs as numbers."""
    return [reference().asarray(concrete(node)) for node in recorded.outputs]
