"""Slips in the result as a whole: its sign, its scale, its arrangement, one of its entries, a constant in its place.

One idea: what is done to the finished gradient needs no walk. M5, M12, M13, M14, M19, M20 and M24 of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...ir.library import Array, reference
from ...ir.types import count_entries
from .scene import Run, Scene
from .slip import Change, Effect, Slip, times
from .wording import axis_words

MOST_COUNTS = 12


def end_slips(scene: Scene) -> Iterator[Slip]:
    """Every slip in the result."""
    asked = scene.words.gradient(scene.output, scene.wrt)
    for mistake, message, effect, weight in _entries(scene, asked):
        yield Slip(mistake, message, scene, (Change(scene.wrt, None, effect, True),), weight)


Entry = tuple[str, str, Effect, float]


def _entries(scene: Scene, asked: str) -> Iterator[Entry]:
    shape = scene.wrt.shape
    yield "M14", f"the sign of {asked} is wrong", partial(times, -1.0), 1.0
    yield "M12", f"a factor 2 is missing in {asked}", partial(times, 0.5), 0.6
    yield "M13", f"{asked} has a factor 2 too many", partial(times, 2.0), 0.6
    for count in counts(scene):
        yield "M13", f"{asked} is divided by {count} where it must not be", partial(times, 1.0 / count), 0.5
        yield "M12", f"the factor 1/{count} is missing in {asked}", partial(times, float(count)), 0.5
    yield "M20", f"0 was written where {asked} belongs", partial(_filled, 0.0), 1.0
    yield "M20", f"1 was written where {asked} belongs", partial(_filled, 1.0), 1.0
    if len(shape) == 2:
        yield "M5" if shape[0] != shape[1] else "M19", f"{asked} is transposed", _transposed, 1.0
        if shape[0] == shape[1]:
            yield "M20", f"the identity was written where {asked} belongs", _identity, 0.7
    for axis in range(len(shape)):
        over = axis_words((axis,), shape)
        for keepdims in (False, True):
            message = f"{asked} was summed over {over}, which belong apart"
            yield "M24", message, partial(_summed, axis, keepdims), 0.4
    if len(shape) == 1 and shape[0] > 1:
        yield "M19", f"the entries of {asked} are in reverse order", _reversed, 0.4


def counts(scene: Scene) -> list[int]:
    """The numbers that a mean could divide by: sizes of axes, and of whole arrays, between output and variable."""
    shapes = {node.shape for node in scene.active}
    found = {size for shape in shapes for size in shape} | {count_entries(shape) for shape in shapes}
    return sorted(found - {0, 1, 2})[:MOST_COUNTS]


def _filled(value: float, run: Run, gradient: Array) -> Array:
    return reference().full(reference().shape(gradient), value)[()]


def _transposed(run: Run, gradient: Array) -> Array:
    return reference().transpose(gradient)


def _identity(run: Run, gradient: Array) -> Array:
    return reference().eye(reference().shape(gradient)[0])


def _summed(axis: int, keepdims: bool, run: Run, gradient: Array) -> Array:
    return reference().sum(gradient, axis=axis, keepdims=keepdims)


def _reversed(run: Run, gradient: Array) -> Array:
    return gradient[::-1]
