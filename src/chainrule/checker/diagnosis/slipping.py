"""A false derivative in, the slips of the derivation that give exactly what is written out.

One idea: a mistake is made in the derivation, so it is made there on purpose: the right walk back is changed at one
place, at a few points, and what comes out is compared with the side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy

from ...errors import ChainruleError
from ...ir.graph import Graph
from ...ir.node import Node
from ...ir.recording import open_recording
from ..bench import STYLES
from ..points import as_array
from ..slips import (
    Point,
    Scene,
    Slip,
    Words,
    candidates,
    find_slips,
    pairs,
    repeated,
    set_scene,
)  # fmt: skip
from .asked import Asked, node_names
from .found import Remedy

_MOST_POINTS, _MOST_SLIPS, _MOST_PAIRS, _MOST_STEPS = 3, 600, 400, 120
_MOST_TOLD = 4
_COST = 2.5


@dataclass(frozen=True, slots=True)
class Staged:
    """A scene, what was written at its points, and the entry of the gradient that it is about."""

    scene: Scene
    written: tuple[Any, ...]
    entry: tuple[int, ...] | None


def by_slips(asked: Asked, place: int, *, double: bool = False) -> list[Remedy]:
    """The slips that give what stands in a side; with `double` those made two at a time."""
    try:
        with open_recording(), numpy.errstate(all="ignore"):
            found = _everywhere(asked, place, double)
    except (ChainruleError, ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError):
        return []
    return [
        Remedy(mistake, message, None, False, _COST + 0.01 * number)
        for number, (mistake, message) in enumerate(found[:_MOST_TOLD])
    ]


def _everywhere(asked: Asked, place: int, double: bool) -> list[tuple[str, str]]:
    """The slips that give it at all sizes, with letters for sizes."""
    found: list[tuple[str, str]] | None = None
    for group in _groups(asked):
        staged = stage(asked, place, group)
        if staged is None:
            return []
        sizes = {size: letter for letter, size in asked.bench.points()[group[0]].sizes.items()}
        told = [(each.mistake, _lettered(each.message, sizes)) for each in _ties(staged, double)]
        found = told if found is None else [each for each in found if each in told]
        if not found:
            return []
    return found or []


def _lettered(message: str, sizes: Mapping[int, str]) -> str:
    for size, letter in sizes.items():
        message = re.sub(rf"(?<![\w^{{_.]){size}(?![\w}}.])", letter, message)
    return message


def _groups(asked: Asked) -> list[list[int]]:
    """The numbers of points with the same sizes."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for number, point in enumerate(asked.bench.points()):
        groups.setdefault(tuple((name, value.shape) for name, value in point.nodes.items()), []).append(number)
    return [each[:_MOST_POINTS] for each in groups.values()]


def _ties(staged: Staged, double: bool) -> tuple[Slip, ...]:
    slips = find_slips(staged.scene, staged.entry)[:_MOST_SLIPS]
    if double:
        return candidates(islice(pairs(slips), _MOST_PAIRS), staged.written)
    return candidates(slips, staged.written) or candidates(repeated(slips), staged.written)


def stage(asked: Asked, place: int, group: Sequence[int]) -> Staged | None:
    """The scene for a claim at some points; None where it is about whole Jacobians, or where the computation is too
    long."""
    bench = asked.bench
    points = bench.points()
    first = points[group[0]]
    counts = [len(bench.entries(each)) for each in points]
    if not counts[group[0]]:
        return None
    at = asked.places(dict(bench.entries(first)[0]))
    if at is None or (asked.of_axes and not at):
        return None
    top, low = first.nodes[asked.of].node, first.nodes[asked.wrt].node
    if not isinstance(top, Node) or not isinstance(low, Node):
        return None
    values = bench.values(place, STYLES[0], points)
    written = [values[sum(counts[:number])] for number in group]
    if any(each is None for each in written):
        return None
    output = top[at[: asked.of_axes]] if asked.of_axes else top
    entry = at[asked.of_axes :] or None
    scene = _scene(asked, output, low, [points[number] for number in group])
    if len(scene.active) > _MOST_STEPS:
        return None
    shape = () if entry else tuple(low.shape)
    return Staged(scene, tuple(_shaped(each, shape) for each in written), entry)


def _scene(asked: Asked, output: Node, low: Node, alike: list[Any]) -> Scene:
    first = alike[0]
    names = node_names(asked.bench, first)
    inputs = [first.nodes[each.text].node for each in asked.bench.model.inputs if each.text in first.nodes]
    graph = Graph(tuple(inputs), (output,), names)
    points = [Point({node: as_array(other.nodes[name]) for name, node in _inputs(asked, first)}) for other in alike]
    return set_scene(graph, low, output=output, points=points, words=Words(names, True))


def _inputs(asked: Asked, first: Any) -> Iterator[tuple[str, Node]]:
    for each in asked.bench.model.inputs:
        if each.text in first.nodes and isinstance(first.nodes[each.text].node, Node):
            yield each.text, first.nodes[each.text].node


def _shaped(array: Any, shape: tuple[int, ...]) -> Any:
    """A written array in the shape of the variable where only the way that a vector lies differs."""
    found = numpy.asarray(array, dtype=float)
    bare = tuple(size for size in shape if size != 1)
    return found.reshape(shape) if tuple(size for size in found.shape if size != 1) == bare else found
