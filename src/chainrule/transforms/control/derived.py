"""The derivatives of a body: the graph of a step in, the graphs of its tangent and of its pullback out.

One idea: a body is a function as data, so its derivative is taken once, as a graph, and the loop over it is a loop
again. What was derived from a graph is kept for as long as the graph lives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from ...ir.coercion import as_node, scalar_like
from ...ir.graph import Graph
from ...ir.library import reference
from ...ir.node import Node
from ...ir.recording import accepting_from, open_recording
from ..forward import tangents
from ..replay import fresh_inputs
from ..reverse import active_nodes, gradients
from ..staging import tidied, unnoticed


def kept_with_graph(derive: Callable[..., Any]) -> Callable[..., Any]:
    """Remember what was derived from a graph, its first argument, while the graph lives."""
    known: WeakKeyDictionary[Graph, dict[Any, Any]] = WeakKeyDictionary()

    @wraps(derive)
    def remembered(graph: Graph, *args: Any) -> Any:
        found = known.setdefault(graph, {})
        if args not in found:
            found[args] = derive(graph, *args)
        return found[args]

    return remembered


@contextmanager
def deriving() -> Iterator[None]:
    """A stretch of time in which graphs are made from graphs of recordings that have ended."""
    with open_recording(unnoticed), accepting_from(0):
        yield


@dataclass(frozen=True, slots=True)
class Moved:
    """A body with its tangents: the variables for the tangents of its inputs, and the tangents of its outputs.

    None stands where nothing moves.
    """

    inputs: tuple[Node | None, ...]
    outputs: tuple[Any, ...]


def push_body(body: Graph, moving: Sequence[bool]) -> Moved:
    """The tangents of the outputs where these inputs move. Call it while deriving."""
    moved = [
        fresh_inputs([node.type])[0] if flag else None for node, flag in zip(body.inputs, moving, strict=True)
    ]  # fmt: skip
    wrt = [node for node, flag in zip(body.inputs, moving, strict=True) if flag]
    found = tangents(body.outputs, wrt, [each for each in moved if each is not None], symbolic=True)
    return Moved(tuple(moved), tuple(None if each is None else as_node(each) for each in found))


@dataclass(frozen=True, slots=True)
class Pulled:
    """The pullback of a body: the variables for the gradients of some outputs, and the gradients of some inputs."""

    given: tuple[Node, ...]
    gradients: tuple[Node, ...]


def pull_body(body: Graph, wanted: Sequence[int], given: Sequence[int]) -> Pulled:
    """The gradients of the inputs `wanted` from those of the outputs `given`. Call it while deriving."""
    arriving = fresh_inputs([body.outputs[place].type for place in given])
    wrt = [body.inputs[slot] for slot in wanted]
    found = gradients([body.outputs[place] for place in given], arriving, wrt, symbolic=True)
    sent = [zeros(node) if each is None else as_node(each) for each, node in zip(found, wrt, strict=True)]
    return Pulled(tuple(arriving), tuple(sent))


def zeros(node: Node) -> Node:
    return scalar_like(0.0, node.type)


def finished(inputs: Sequence[Node], outputs: Sequence[Node]) -> Graph:
    """The graph, without what derivatives leave behind."""
    return tidied(Graph(tuple(inputs), tuple(outputs)))


def moving_outputs(body: Graph, moving: Sequence[bool]) -> tuple[bool, ...]:
    """Which outputs have a derivative by an input that moves."""
    wrt = [node for node, flag in zip(body.inputs, moving, strict=True) if flag]
    active = set(active_nodes(body.outputs, wrt))
    return tuple(node in active and is_float(node) for node in body.outputs)


def is_float(value: Any) -> bool:
    """Whether a value can move by a little."""
    return bool(reference().issubdtype(value.dtype, reference().inexact) or value.dtype.kind in "fcV")
