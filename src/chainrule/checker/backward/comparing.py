"""Points at which both functions ran in, a finding for every gradient out.

One idea: what is right comes from each point's own recording, so branches on values do no harm; slips are compared at
all the points that took the same way through the function.
"""

from __future__ import annotations

from collections.abc import Sequence

from ... import tree
from ...errors import GradientError
from ...ir.graph import Graph
from ...ir.library import Array, reference
from ...ir.node import Node, concrete
from ...ir.recording import open_recording
from ...ops.reductions import sum as total
from ..slips import Point, Scene, Words, set_scene
from .findings import GradientFinding
from .judging import Compared, allowed_error, judge
from .recorded import Recorded, float_places
from .runs import Trial


def findings_of(trials: Sequence[Trial]) -> tuple[GradientFinding, ...]:
    found = []
    for name, (label, _) in trials[0].found.items():
        compared = _compared(trials, name)
        if compared:
            found.append(judge(name, label, compared))
    return tuple(found)


def _compared(trials: Sequence[Trial], name: str) -> list[Compared]:
    """One gradient at every point at which it has one."""
    numpy = reference()
    scenes = [_scene(trial.recorded, name, trial.seeds, ()) for trial in trials]
    usable = [place for place, scene in enumerate(scenes) if scene is not None and name in trials[place].found]
    shared, numbers = _shared_scene(trials, name, usable, scenes)
    found = []
    for place in usable:
        trial, scene = trials[place], scenes[place]
        assert scene is not None
        right = numpy.asarray(scene.right(0), float)
        written = numpy.asarray(trial.found[name][1])
        if not numpy.all(numpy.isfinite(right)) or written.dtype.kind not in "fiub":
            continue
        leaves = [leaf for each in float_places(trial.args) for leaf in tree.flatten(trial.args[each])[0]]
        allowed = allowed_error(written, *leaves)
        number = numbers.get(place, -1)
        found.append(Compared(written.astype(float), right, allowed, trial.where, shared or scene, number))
    return found


def _scene(recorded: Recorded, name: str, seeds: Sequence[Array], points: Sequence[Point]) -> Scene | None:
    """The scene of one gradient. Several outputs are joined by their upstream gradients into one number."""
    node = recorded.node(name)
    if node is None:
        return None
    graph, output, upstream = recorded.graph, recorded.outputs[0], seeds[0]
    if len(recorded.outputs) > 1:
        graph, output = _joined(recorded, seeds)
        upstream = reference().ones(())
    try:
        return set_scene(graph, node, output=output, points=points or (Point({}, upstream),), words=Words(graph.names))
    except GradientError:
        return None


def _joined(recorded: Recorded, seeds: Sequence[Array]) -> tuple[Graph, Node]:
    with open_recording():
        terms = [total(node * seed) for node, seed in zip(recorded.outputs, seeds, strict=True)]
        whole = terms[0]
        for term in terms[1:]:
            whole = whole + term
    return Graph(recorded.variables, (whole,), {**recorded.graph.names, whole: "L"}), whole


def _shared_scene(
    trials: Sequence[Trial], name: str, usable: Sequence[int], scenes: Sequence[Scene | None]
) -> tuple[Scene | None, dict[int, int]]:
    """One scene with all points at which the computation took the same way: what slips are compared in."""
    if not usable or len(trials[0].recorded.outputs) > 1:
        return None, dict.fromkeys(usable[:1], 0)
    numpy = reference()
    first = trials[usable[0]]
    points, places = [], []
    for place in usable:
        trial = trials[place]
        inputs = dict(zip(first.recorded.variables, map(concrete, trial.recorded.variables), strict=True))
        points.append(Point(inputs, trial.seeds[0]))
        places.append(place)
    scene = _scene(first.recorded, name, first.seeds, points)
    if scene is None:
        return None, {}
    kept = [
        number for number, place in enumerate(places)
        if numpy.allclose(scene.runs[number].values[scene.output], concrete(trials[place].recorded.outputs[0]))
    ]  # fmt: skip
    if len(kept) < len(points):
        scene = _scene(first.recorded, name, first.seeds, [points[number] for number in kept])
    return scene, {places[number]: new for new, number in enumerate(kept)}
