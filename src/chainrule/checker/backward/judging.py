"""One gradient at several points in, a finding out.

One idea: the numbers give the verdict, with the error that the precision used allows; the slips only explain it, and
are asked for after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from ...derivation.formulas.properties import Properties, properties
from ...errors import GradientError
from ...ir.graph import Graph
from ...ir.library import Array, reference
from ...ir.recording import accepting_from, open_recording
from ...transforms.folding import fold_graph
from ..slips import (
    Point,
    Scene,
    Slip,
    as_candidates,
    candidates,
    describe,
    find_slips,
    formula_of,
    pairs,
    repeated,
    set_scene,
)
from ..slips.wording import axis_words
from .findings import GradientFinding

_MOST_PAIRS = 3000
_MOST_COMPUTED = 60_000_000  # entries, all pairs together
_ALLOWED = {2: 5e-2, 4: 1e-3, 8: 1e-6}  # relative error by bytes of the coarsest number used


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """One gradient at one point: what was returned, what is right, how much may differ, and what the point is."""

    written: Array
    right: Array
    allowed: float
    where: str
    scene: Scene | None  # None where the output does not depend on it
    point: int  # of the scene; -1 where the computation took another branch there

    @property
    def scale(self) -> float:
        """The size of the largest right entry."""
        return float(reference().max(reference().abs(self.right), initial=0.0))


def allowed_error(*arrays: Any) -> float:
    """The relative error that the coarsest of some arrays allows."""
    sizes = [array.dtype.itemsize for array in map(reference().asarray, arrays) if array.dtype.kind == "f"]
    return _ALLOWED.get(min([*sizes, 8]), 1e-6)


def judge(name: str, label: str, compared: Sequence[Compared]) -> GradientFinding:
    """The finding for one gradient."""
    first = compared[0]
    if any(each.written.shape != each.right.shape for each in compared):
        return _wrong_shape(name, label, compared)
    infinite = next((each for each in compared if not _finite(each.written)), None)
    if infinite is not None:
        return _not_finite(name, label, infinite)
    worst = max((error_of(each) for each in compared), default=0.0)
    wrong = next((each for each in compared if _differs(each)), None)
    if wrong is None:
        return GradientFinding(name, label, "right", worst)
    place = _worst_place(wrong)
    found = diagnose(compared)
    message = _sentence(found, compared)
    if not _differs(first) and wrong is not first:
        message += "; it is right at the arguments given"
    return GradientFinding(
        name, label, "wrong", error_of(wrong), place, float(wrong.written[place]), float(wrong.right[place]),
        wrong.where, message, _in_formulas(found, compared[0].scene, label), as_candidates(found),
    )  # fmt: skip


def error_of(compared: Compared) -> float:
    """The largest distance, relative to the largest entry."""
    numpy = reference()
    away = float(numpy.max(numpy.abs(compared.written - compared.right), initial=0.0))
    return away / compared.scale if compared.scale else away


def _differs(compared: Compared) -> bool:
    """Whether any entry is further off than rounding explains, beside its own size and that of the largest."""
    numpy = reference()
    away = numpy.abs(compared.written - compared.right)
    margin = compared.allowed * (numpy.abs(compared.right) + 0.01 * compared.scale) + 1e-13
    return bool(numpy.any(~(away <= margin)))


def _worst_place(compared: Compared) -> tuple[int, ...]:
    numpy = reference()
    away = numpy.abs(compared.written - compared.right)
    flat = int(numpy.argmax(numpy.where(numpy.isnan(away), numpy.inf, away)))
    return tuple(int(each) for each in numpy.unravel_index(flat, away.shape))


def _finite(array: Array) -> bool:
    return bool(reference().all(reference().isfinite(array)))


# Diagnosis -----------------------------------------------------------------------------------------------------------
def diagnose(compared: Sequence[Compared]) -> tuple[Slip, ...]:
    """The slips that give what was returned at every point of the scene."""
    usable = sorted((each for each in compared if each.point >= 0), key=_by_point)
    if not usable or not all(_finite(each.written) for each in usable):
        return ()
    scene = usable[0].scene
    if scene is None or len(usable) != len(scene.runs):
        return ()
    written = [each.written for each in usable]
    tolerance = max(each.allowed for each in usable)
    scenes = [scene, *_with_functions_folded(scene)]
    single = [find_slips(each) for each in scenes]
    found = candidates(chain.from_iterable(single), written, tolerance=tolerance)
    if not found:
        found = candidates(chain.from_iterable(map(repeated, single)), written, tolerance=tolerance)
    if not found:
        most = min(_MOST_PAIRS, _MOST_COMPUTED // sum(node.type.size for node in scene.active))
        couples = chain.from_iterable(islice(pairs(each), most) for each in single)
        found = candidates(couples, written, tolerance=tolerance)
    return found


def _with_functions_folded(scene: Scene) -> list[Scene]:
    """The scene with functions that were written out as one step each, if there are any: 1 / (1 + exp(-z)) has a
    derivative of its own to be forgotten.
    """
    said: list[str] = []
    with open_recording(), accepting_from(0):
        graph, became = fold_graph(Graph(scene.graph.inputs, (scene.output,), scene.graph.names), said.append)
    wrt = became.get(scene.wrt, scene.wrt)
    if not said or wrt not in set(graph.order()):
        return []
    points = [Point({node: run.values[node] for node in graph.inputs}, run.seed) for run in scene.runs]
    try:
        return [set_scene(graph, wrt, points=points)]
    except GradientError:
        return []


def _by_point(compared: Compared) -> int:
    return compared.point


def _sentence(found: Sequence[Slip], compared: Sequence[Compared]) -> str:
    plain = describe(
        [each.written for each in compared], [each.right for each in compared],
        tolerance=max(each.allowed for each in compared),
    )  # fmt: skip
    if found:
        return f"{found[0].message} ({found[0].mistake})" + (f"; it {plain}" if plain else "")
    return f"it {plain}" if plain else "no single mistake of the catalogue gives these numbers"


def _in_formulas(found: Sequence[Slip], scene: Scene | None, label: str) -> str:
    """What was computed and what is right as formulas, where both have a short one."""
    if not found or scene is None:
        return ""
    known = _shares(scene)
    written, right = formula_of(scene, found[0], known), formula_of(scene, None, known)
    if not written or not right or written == right:
        return ""
    return f"{label} equals {written}, right is {right}"


def _shares(scene: Scene) -> Properties:
    """The inputs that hold probabilities along their last axis at every point: their sum may be left out."""
    numpy = reference()
    found = [
        node for node in scene.graph.inputs
        if node.ndim and all(_sums_to_one(numpy.asarray(run.values[node])) for run in scene.runs)
    ]  # fmt: skip
    return properties((), (), (), found)


def _sums_to_one(array: Array) -> bool:
    numpy = reference()
    if array.shape[-1] < 2:
        return False
    return bool(numpy.all(array >= 0) and numpy.all(numpy.abs(numpy.sum(array, axis=-1) - 1) < 1e-9))


# Shapes and what is not finite ---------------------------------------------------------------------------------------
def _wrong_shape(name: str, label: str, compared: Sequence[Compared]) -> GradientFinding:
    first = next(each for each in compared if each.written.shape != each.right.shape)
    found = diagnose(compared)
    said = f"{label} has shape {first.written.shape}, {name} has shape {first.right.shape}"
    message = f"{found[0].message} ({found[0].mistake})" if found else ""
    plain = describe([each.written for each in compared], [each.right for each in compared])
    message = "; ".join(each for each in (message, f"it {plain}" if plain else "") if each)
    return GradientFinding(
        name, label, "shape", where=said, message=message or _about_shapes(first), candidates=as_candidates(found)
    )


def _about_shapes(compared: Compared) -> str:
    """What two shapes alone say."""
    written, right = compared.written.shape, compared.right.shape
    if written == right[::-1]:
        return "the shape is that of the transpose, but the numbers are not"
    extra = len(written) - len(right)
    if extra > 0 and written[extra:] == right:
        over = axis_words(tuple(range(extra)), written)
        return f"it was not summed over {over}, and its numbers are wrong besides"
    return "a gradient has the shape of its argument"


def _not_finite(name: str, label: str, compared: Compared) -> GradientFinding:
    numpy = reference()
    place = tuple(int(each) for each in numpy.argwhere(~numpy.isfinite(compared.written))[0])
    written, right = float(compared.written[place]), float(compared.right[place])
    count = int(numpy.sum(~numpy.isfinite(compared.written)))
    message = f"{count} of {compared.written.size} entries are not finite" if compared.written.size > 1 else ""
    return GradientFinding(name, label, "not finite", None, place, written, right, compared.where, message)
