"""One mistake at one place in, the gradient that somebody making it would get out.

One idea: a slip is a change of what one edge or one node sends back. What it gives is the right gradient, less what
rightly went through that place, plus what the slip sends, carried on by the right rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...ir.library import Array, reference
from ...ir.node import Node
from .scene import NOT_FITTING, Edge, Run, Scene, arrives_at, carry_on, contributed, pulled

Effect = Callable[[Run, Array], Array | None]  # the point, and the gradient that arrives: what is sent instead


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What is sent instead at an edge (`slot` given: of the gradient that reaches `node`), or in place of all that
    arrives at a node. `alone`: the other paths are forgotten too.
    """

    node: Node
    slot: int | None
    effect: Effect
    alone: bool = False

    @property
    def place(self) -> Node | Edge:
        """The edge or the node."""
        return self.node if self.slot is None else (self.node, self.slot)


@dataclass(frozen=True, slots=True, eq=False)
class Slip:
    """A mistake of the catalogue at one place: its number, what was done in a sentence, and what it gives.

    `weight` says how plausible it is among the slips of its kind. `changes` are more than one for pairs.
    """

    mistake: str
    message: str
    scene: Scene = field(repr=False)
    changes: tuple[Change, ...] = field(repr=False)
    weight: float = 1.0
    entry: tuple[int, ...] | None = None  # the one entry asked about, counted from 0

    @property
    def value(self) -> Array | None:
        """The gradient that this slip gives, at the first point."""
        return self.at(0)

    def at(self, point: int) -> Array | None:
        """The gradient that this slip gives at a point; None where the shapes do not fit together.

        It may have another shape than the right one.
        """
        numpy = reference()
        try:
            with numpy.errstate(all="ignore"):
                found = _changed(self.scene, self.scene.runs[point], self.changes, point)
        except NOT_FITTING:
            return None
        if found is None:
            return None
        whole = numpy.asarray(found)
        return whole if self.entry is None or whole.ndim != len(self.entry) else _picked(whole, self.entry)


def _picked(whole: Array, entry: tuple[int, ...]) -> Array | None:
    fits = all(place < size for place, size in zip(entry, whole.shape, strict=True))
    return reference().asarray(whole[entry]) if fits else None


def _changed(scene: Scene, run: Run, changes: Sequence[Change], point: int) -> Array | None:
    if len(changes) != 1:
        return walked(scene, run, changes)
    change = changes[0]
    arrived = run.totals.get(change.node)
    if arrived is None:
        return None
    source = arrives_at(change.place)
    pushed = carry_on(scene, run, source, change.effect(run, arrived))
    through = scene.above[change.node] * scene.below[source]
    if change.alone or through == scene.paths:
        return pushed
    rest = _rest(scene, run, change.place, point)
    return rest if pushed is None else rest + pushed


def _rest(scene: Scene, run: Run, place: Node | Edge, point: int) -> Array:
    part = contributed(scene, run, place)
    return scene.right(point) if part is None else scene.right(point) - part


def times(factor: float, run: Run, gradient: Array) -> Array:
    """An effect: the gradient is scaled."""
    return factor * gradient


def walked(scene: Scene, run: Run, changes: Sequence[Change]) -> Array | None:
    """The whole walk with several changes."""
    at_edges: dict[tuple[Node, int | None], Effect] = {
        (each.node, each.slot): each.effect for each in changes if each.slot is not None
    }
    at_nodes: dict[Node, list[Effect]] = {}
    for each in changes:
        if each.slot is None:
            at_nodes.setdefault(each.node, []).append(each.effect)
    totals: dict[Node, Any] = {scene.output: run.seed}
    members = set(scene.active)
    for node in reversed(scene.active):
        arrived = totals.pop(node, None)
        for effect in at_nodes.get(node, ()):
            arrived = None if arrived is None else effect(run, arrived)
        if arrived is None or node is scene.wrt:
            if node is scene.wrt:
                return arrived
            continue
        for slot, sent in _sent(run, node, arrived, members, at_edges):
            source = node.inputs[slot]
            totals[source] = totals[source] + sent if source in totals else sent
    return None


def _sent(
    run: Run, node: Node, arrived: Array, members: set[Node], at_edges: dict[tuple[Node, int | None], Effect]
) -> list[tuple[int, Array]]:
    wanted = [slot for slot, source in enumerate(node.inputs) if source in members]
    right = [slot for slot in wanted if (node, slot) not in at_edges]
    found = pulled(run, node, arrived, right) if right else []
    for slot in wanted:
        if (node, slot) in at_edges:
            other = at_edges[node, slot](run, arrived)
            if other is not None:
                found.append((slot, other))
    return found
