"""A computation, an output and a node in; everything that a slip may change on the way back between them out.

One idea: the walk back is linear in what arrives, so a slip at one place needs only the walk from there on. The right
walk runs once for each point; a variant adds what it sends instead, carried on by the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import ChainruleError, GradientError
from ...ir.graph import Graph, topological_order
from ...ir.library import Array, reference
from ...ir.node import Node, concrete
from ...ir.op import Op
from ...ops.movement import broadcast, reshape_op
from ...ops.reductions import mean_op, sum_op
from ...transforms.reverse import active_nodes, send
from .wording import Words

MOST_IN_A_JACOBIAN = 8  # entries of a node whose way on is kept as a matrix
Edge = tuple[Node, int]  # a consumer, and the slot in which it reads


@dataclass(frozen=True, slots=True)
class Point:
    """Values for inputs (those not named keep the values they carry), and the gradient of the output (1 if None)."""

    inputs: Mapping[Node, Array] = field(default_factory=dict)
    upstream: Array | None = None


@dataclass(slots=True, eq=False)
class Run:
    """One point: the value of every node, the gradient of every node, and what each edge sent."""

    values: dict[Node, Array]
    seed: Array
    totals: dict[Node, Array] = field(default_factory=dict)
    sent: dict[Edge, Array] = field(default_factory=dict)
    carried: dict[Node | Edge, Array | None] = field(default_factory=dict)
    jacobians: dict[Node, Array | None] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Scene:
    """What slips are made in: between `output` and `wrt` lie the `active` nodes, each after its inputs."""

    graph: Graph
    output: Node
    wrt: Node
    words: Words
    runs: tuple[Run, ...]
    active: tuple[Node, ...]
    above: Mapping[Node, int]  # paths from the output to a node
    below: Mapping[Node, int]  # paths from a node to `wrt`
    edges: tuple[tuple[Node, int, Node], ...]  # consumer, slot, and the node it reads
    between: dict[Node, tuple[Node, ...]] = field(default_factory=dict)

    @property
    def paths(self) -> int:
        """How many paths lead from the output to `wrt`."""
        return self.above[self.wrt]

    def right(self, point: int) -> Array:
        """The right gradient at a point."""
        run = self.runs[point]
        found = run.totals.get(self.wrt)
        return reference().zeros(self.wrt.shape) if found is None else found


def set_scene(
    graph: Graph, wrt: Node, *, output: Node | None = None, points: Sequence[Point] = (), words: Words | None = None
) -> Scene:
    """The scene for the gradient of an output (the graph's own if None) by a node, at some points.

    Without points the nodes must carry values. Raises GradientError for an output that does not depend on the node,
    and for one of several entries without an upstream gradient.
    """
    top = graph.outputs[0] if output is None else output
    active = tuple(active_nodes([top], [wrt]))
    if not any(node is top for node in active):
        raise GradientError(given="an output that does not depend on the node asked about", expected="one that does")
    members = set(active)
    edges = tuple(
        (node, slot, source) for node in reversed(active) for slot, source in enumerate(node.inputs)
        if source in members and node is not wrt
    )  # fmt: skip
    words = Words(dict(graph.names)) if words is None else words
    order = topological_order([top, *graph.names], graph.inputs)
    runs = tuple(_run(order, each, top) for each in (points or (Point(),)))
    scene = Scene(graph, top, wrt, words, runs, active, *_count_paths(active, edges, top, wrt), edges)
    for run in runs:
        _walk_back(scene, run)
    return scene


def _count_paths(
    active: Sequence[Node], edges: Sequence[tuple[Node, int, Node]], top: Node, wrt: Node
) -> tuple[dict[Node, int], dict[Node, int]]:
    above, below = dict.fromkeys(active, 0), dict.fromkeys(active, 0)
    above[top], below[wrt] = 1, 1
    for node, _, source in edges:  # from the output down
        above[source] += above[node]
    for node, _, source in reversed(edges):
        below[node] += below[source]
    return above, below


# Values --------------------------------------------------------------------------------------------------------------
def _run(order: Sequence[Node], point: Point, top: Node) -> Run:
    """The values of all nodes at a point."""
    numpy = reference()
    given = {node: numpy.asarray(value, dtype=_wide(value))[()] for node, value in point.inputs.items()}
    values: dict[Node, Array] = {}
    with numpy.errstate(all="ignore"):
        for node in order:
            values[node] = given[node] if node in given else _value(node, values, bool(given))
    if point.upstream is None and values[top].shape:
        raise GradientError(given=f"an output of shape {values[top].shape} without an upstream gradient",
                            expected="one number, or an upstream gradient of its shape")  # fmt: skip
    seed = numpy.ones(()) if point.upstream is None else numpy.asarray(point.upstream, float)
    return Run(values, seed[()])


def _wide(value: Array) -> Any:
    kind = reference().asarray(value).dtype
    return "float64" if kind.kind == "f" else kind


def _value(node: Node, values: Mapping[Node, Array], again: bool) -> Array:
    if node.inputs and (again or node.value is None):
        return node.op.kernel(reference(), *[values[each] for each in node.inputs], **node.settings)
    return concrete(node)


# The way back --------------------------------------------------------------------------------------------------------
def _walk_back(scene: Scene, run: Run) -> None:
    """The right walk, to every node that the inputs lead to: slips also speak of gradients of other nodes."""
    numpy = reference()
    order = active_nodes([scene.output], [*dict.fromkeys((*scene.graph.inputs, scene.wrt))])
    members = set(order)
    run.totals[scene.output] = run.seed
    with numpy.errstate(all="ignore"):
        for node in reversed(order):
            gradient = run.totals.get(node)
            if gradient is None:
                continue
            wanted = [slot for slot, source in enumerate(node.inputs) if source in members]
            for slot, sent in pulled(run, node, gradient, wanted):
                source = node.inputs[slot]
                run.sent[node, slot] = sent
                run.totals[source] = run.totals[source] + sent if source in run.totals else sent


def pulled(run: Run, node: Node, gradient: Array, wanted: Sequence[int]) -> list[tuple[int, Array]]:
    """What a node sends to its inputs: by its own rule, or as NumPy would where the gradient has a wrong shape."""
    inputs = [run.values[each] for each in node.inputs]
    if gradient.shape != node.shape and node.op in _LOOSE:
        return [(slot, _LOOSE[node.op](node, gradient, inputs[0])) for slot in wanted]
    return send(node.op, node.params, gradient, run.values[node], inputs, wanted, True)


def _as_it_is(node: Node, gradient: Array, x: Array) -> Array:
    return gradient


def _over_all(node: Node, gradient: Array, x: Array) -> Array:
    return gradient * reference().ones(x.shape)


def _over_all_averaged(node: Node, gradient: Array, x: Array) -> Array:
    axes = node.settings["axes"]
    count = reference().prod([x.shape[axis] for axis in axes])
    return gradient * reference().ones(x.shape) / count


_LOOSE: dict[Op, Any] = {
    broadcast: _as_it_is, reshape_op: _as_it_is, sum_op: _over_all, mean_op: _over_all_averaged,
}  # fmt: skip


def carry_on(scene: Scene, run: Run, start: Node, gradient: Array | None) -> Array | None:
    """What arrives at `wrt` when this gradient leaves `start`; None for nothing, or where the shapes do not fit."""
    if gradient is None or start is scene.wrt:
        return gradient
    numpy = reference()
    if start.type.size <= MOST_IN_A_JACOBIAN and numpy.shape(gradient) == start.shape:
        if start not in run.jacobians:
            run.jacobians[start] = _jacobian(scene, run, start)
        jacobian = run.jacobians[start]
        if jacobian is not None:
            return numpy.reshape(numpy.reshape(gradient, -1) @ jacobian, scene.wrt.shape)[()]
    return walk_on(scene, run, start, gradient)


def _jacobian(scene: Scene, run: Run, start: Node) -> Array | None:
    numpy = reference()
    rows = []
    for unit in numpy.eye(start.type.size):
        row = walk_on(scene, run, start, numpy.reshape(unit, start.shape)[()])
        rows.append(numpy.zeros(scene.wrt.type.size) if row is None else numpy.reshape(row, -1))
    found = numpy.stack(rows)
    return found if numpy.all(numpy.isfinite(found)) else None  # 0 times infinity would spoil every entry


def walk_on(scene: Scene, run: Run, start: Node, gradient: Array) -> Array | None:
    """The walk from one node to `wrt`."""
    if start not in scene.between:
        scene.between[start] = between(scene, start)
    members = set(scene.active)
    totals: dict[Node, Array] = {start: gradient}
    for node in scene.between[start]:
        arrived = totals.pop(node, None)
        if arrived is None:
            continue
        wanted = [slot for slot, source in enumerate(node.inputs) if source in members]
        for slot, sent in pulled(run, node, arrived, wanted):
            source = node.inputs[slot]
            totals[source] = totals[source] + sent if source in totals else sent
    return totals.get(scene.wrt)


def between(scene: Scene, start: Node) -> tuple[Node, ...]:
    """The nodes from one node down to `wrt`, consumers first, without `wrt`."""
    seen, members = {start}, set(scene.active)
    pending = [start]
    while pending:
        for source in pending.pop().inputs:
            if source in members and source not in seen:
                seen.add(source)
                pending.append(source)
    return tuple(node for node in reversed(scene.active) if node in seen and node is not scene.wrt)


def contributed(scene: Scene, run: Run, place: Node | Edge) -> Array | None:
    """The part of the right gradient that goes through a node or an edge."""
    if place not in run.carried:
        sent = run.totals.get(place) if isinstance(place, Node) else run.sent.get(place)
        run.carried[place] = carry_on(scene, run, arrives_at(place), sent)
    return run.carried[place]


def arrives_at(place: Node | Edge) -> Node:
    return place if isinstance(place, Node) else place[0].inputs[place[1]]


NOT_FITTING = (ValueError, TypeError, IndexError, ZeroDivisionError, ChainruleError)
