"""Slips of whole paths: one left out, one kept alone, one counted twice or with the wrong sign; an upstream forgotten.

One idea: where several arrows arrive, the chain rule adds them up, and each of them can be forgotten. M3, M14, M17 and
M23 of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...ir.library import Array, reference
from ...ir.node import Node
from .scene import Edge, Run, Scene
from .slip import Change, Slip

MOST_ARROWS = 12  # that arrive at one node and are spoken of one by one


def path_slips(scene: Scene) -> Iterator[Slip]:
    """Every slip of a path on the way back."""
    arriving: dict[Node, list[Edge]] = {}
    for node, slot, source in scene.edges:
        arriving.setdefault(source, []).append((node, slot))
    consumer = {source: edges[0][0] for source, edges in arriving.items() if len(edges) == 1}
    for source, edges in arriving.items():
        if 1 < len(edges) <= MOST_ARROWS:
            yield from _at_meeting(scene, source, edges, consumer)
    for node in scene.active:
        if (node in scene.graph.names or node is scene.output) and node is not scene.wrt:
            yield from _through(scene, node)


def _at_meeting(scene: Scene, source: Node, edges: list[Edge], consumer: dict[Node, Node]) -> Iterator[Slip]:
    names = _vias(scene, edges, consumer)
    for (node, slot), via in zip(edges, names, strict=True):
        yield Slip("M3", f"the path through {via} is missing", scene, (Change(node, slot, _nothing),))
        if len(edges) > 1:
            change = Change(source, None, partial(_sent_only, (node, slot)))
            yield Slip("M3", f"only the path through {via} was kept", scene, (change,), 0.3 if len(edges) == 2 else 0.8)
        message = f"the path through {via} is counted twice"
        yield Slip("M17", message, scene, (Change(node, slot, partial(_times, (node, slot), 2.0)),))
        message = f"the path through {via} has the wrong sign"
        yield Slip("M14", message, scene, (Change(node, slot, partial(_times, (node, slot), -1.0)),), 0.7)


def _vias(scene: Scene, edges: list[Edge], consumer: dict[Node, Node]) -> list[str]:
    """What each arrow comes through: the next step with a name, or the formula of the next step where two share it."""
    ahead = []
    for node, _ in edges:
        while node not in scene.graph.names and node in consumer:
            node = consumer[node]
        ahead.append(node)
    found = []
    for (node, slot), via in zip(edges, ahead, strict=True):
        shared = sum(each is via for each in ahead) > 1 or via is scene.output
        text = scene.words.of_formula(node) if shared else scene.words.of(via)
        twice = sum(each is node for each, _ in edges) > 1
        found.append(f"place {slot + 1} of {text}" if twice else text)
    return found


def _nothing(run: Run, gradient: Array) -> None:
    return None


def _sent_only(edge: Edge, run: Run, gradient: Array) -> Array | None:
    return run.sent.get(edge)


def _times(edge: Edge, factor: float, run: Run, gradient: Array) -> Array:
    return factor * run.sent[edge]


# Through a named step ------------------------------------------------------------------------------------------------
def _through(scene: Scene, node: Node) -> Iterator[Slip]:
    name = scene.words.of(node)
    passing = scene.above[node] * scene.below[node]
    if passing != scene.paths and scene.above[node] > 1:
        yield Slip("M3", f"all paths through {name} are missing", scene, (Change(node, None, _nothing),), 0.6)
    if passing != scene.paths:
        yield Slip("M3", f"only the paths through {name} were kept", scene, (Change(node, None, _same, True),), 0.5)
    if node is scene.output and not _has_upstream(scene):
        return
    message = f"{scene.words.gradient(scene.output, node)} is missing: this is only the derivative of {name}"
    if node is scene.output:
        message = "the upstream gradient is missing"
    yield Slip("M23", message, scene, (Change(node, None, _ones, True),))


def _has_upstream(scene: Scene) -> bool:
    return any(not reference().all(run.seed == 1) for run in scene.runs)


def _same(run: Run, gradient: Array) -> Array:
    return gradient


def _ones(run: Run, gradient: Array) -> Array:
    return reference().ones(reference().shape(gradient))[()]
