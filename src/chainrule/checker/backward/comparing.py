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
    having = [place for place, trial in enumerate(trials) if trial.recorded.node(name) is not None]
    usable = [place for place in having if name in trials[place].found]
    shared, numbers = _shared_scene(trials, name, [place for place in usable if scenes[place] is not None])
    found = []
    for place in usable:
        trial, scene, node = trials[place], scenes[place], trials[place].recorded.node(name)
        assert node is not None
        right = numpy.zeros(node.shape) if scene is None else numpy.asarray(scene.right(0), float)
        if not numpy.all(numpy.isfinite(right)):
            continue
        written = _as_numbers(*trial.found[name])
        leaves = [leaf for each in float_places(trial.args) for leaf in tree.flatten(trial.args[each])[0]]
        allowed = allowed_error(written, *leaves)
        number = numbers.get(place, -1)
        found.append(Compared(written.astype(float), right, allowed, trial.where, shared or scene, number))
    return found


def _as_numbers(label: str, value: object) -> Array:
    """What was returned as an array. Raises GradientError where it is none."""
    try:
        array = reference().asarray(value)
    except ValueError:
        array = None
    if array is None or array.dtype.kind not in "fiub":
        kind = type(value).__name__ if array is None or not array.shape else f"an array of {array.dtype}"
        raise GradientError(given=f"{label}, which is {kind}", where="check_backward",
                            expected="an array of real numbers")  # fmt: skip
    return array


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


def _shared_scene(trials: Sequence[Trial], name: str, usable: Sequence[int]) -> tuple[Scene | None, dict[int, int]]:
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
