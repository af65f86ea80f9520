"""Slips at sums and copies: a sum over the batch forgotten, along the wrong axis, or a mean where a sum belongs.

One idea: a copy on the way forward is a sum on the way back, and a sum is a copy; both are easily left out, because the
numbers still fit by broadcasting. M12, M13 and M24 of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...ir.library import Array, reference
from ...ir.node import Node
from ...ir.types import count_entries
from ...ops.movement import broadcast, sum_to
from ...ops.reductions import mean_op, sum_op
from .scene import Run, Scene
from .slip import Change, Effect, Slip
from .wording import axis_words, bare


def sum_slips(scene: Scene) -> Iterator[Slip]:
    """Every slip of a sum or a copy on the way back."""
    for node, slot, source in scene.edges:
        if node.op is broadcast:
            found = _copied(node, source, scene)
        elif node.op is mean_op:
            found = _averaged(node, scene)
        elif node.op is sum_op:
            found = _summed(node, scene)
        else:
            continue
        for mistake, message, effect, weight in found:
            yield Slip(mistake, message, scene, (Change(node, slot, effect),), weight)


Entry = tuple[str, str, Effect, float]


# Copies: what comes back must be summed -------------------------------------------------------------------------------
def copied_axes(node: Node) -> tuple[int, ...]:
    """The axes of a broadcast along which it copies."""
    source, extra = node.inputs[0].shape, node.ndim - node.inputs[0].ndim
    return tuple(
        axis for axis, size in enumerate(node.shape) if size > 1 and (axis < extra or source[axis - extra] == 1)
    )


def _copied(node: Node, source: Node, scene: Scene) -> Iterator[Entry]:
    axes = copied_axes(node)
    if not axes:
        return
    count = count_entries(tuple(node.shape[axis] for axis in axes))
    over, asked = axis_words(axes, node.shape), scene.words.gradient(scene.output, bare(source))
    yield "M24", f"the sum over {over} is missing in {asked}", _not_summed, 1.0
    yield "M24", f"a mean over {over} was taken in {asked} where a sum belongs", partial(_mean_of, source, count), 1.0
    if source.shape != _kept(node, axes):
        message = f"the sum over {over} in {asked} kept its axes (keepdims)"
        yield "M24", message, partial(_sum_kept, axes), 0.5
    if len(axes) > 1:
        for axis in axes:
            rest = tuple(each for each in axes if each != axis)
            message = f"the sum over {axis_words((axis,), node.shape)} is missing in {asked}"
            yield "M24", message, partial(_sum_over, rest), 0.5
    for axis in set(range(node.ndim)) - set(axes):
        if len(axes) == 1 and node.shape[axis] > 1:
            wrong = axis_words((axis,), node.shape)
            yield "M24", f"{asked} sums over {wrong}, not over {over}", partial(_sum_over, (axis,)), 0.7
    yield "M12", f"{asked} takes one of the {count} copies, not their sum", partial(_first_of, axes, source), 0.3


def _kept(node: Node, axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(1 if axis in axes else size for axis, size in enumerate(node.shape))


def _not_summed(run: Run, gradient: Array) -> Array:
    return gradient


def _mean_of(source: Node, count: int, run: Run, gradient: Array) -> Array:
    found: Array = sum_to(gradient, source.shape) / count
    return found


def _sum_kept(axes: tuple[int, ...], run: Run, gradient: Array) -> Array:
    return reference().sum(gradient, axis=axes, keepdims=True)


def _sum_over(axes: tuple[int, ...], run: Run, gradient: Array) -> Array:
    return reference().sum(gradient, axis=axes)


def _first_of(axes: tuple[int, ...], source: Node, run: Run, gradient: Array) -> Array:
    places = tuple(0 if axis in axes else slice(None) for axis in range(reference().ndim(gradient)))
    return reference().reshape(gradient[places], source.shape)


# Sums and means: what comes back is copied, and divided ---------------------------------------------------------------
def _averaged(node: Node, scene: Scene) -> Iterator[Entry]:
    x = node.inputs[0]
    count = _count(node)
    whole = scene.words.of_formula(node)
    over = axis_words(node.settings["axes"], x.shape)
    yield "M12", f"the factor 1/{count} of the mean {whole} is missing", partial(_spread, node, 1.0), 1.0
    yield "M13", f"the mean {whole} was divided by {count} twice", partial(_spread, node, 1.0 / count**2), 1.0
    for axis, size in enumerate(x.shape):
        if size not in (1, count):
            wrong = f"{size}, the size of axis {axis}"
            message = f"the mean over {over} divides by {count}, not by {wrong}"
            yield "M12", message, partial(_spread, node, 1.0 / size), 0.5


def _summed(node: Node, scene: Scene) -> Iterator[Entry]:
    x = node.inputs[0]
    count, whole = _count(node), scene.words.of_formula(node)
    sizes = {size for size in (*x.shape, count) if size > 1}
    for size in sorted(sizes):
        message = f"{whole} is a sum, and was differentiated as a mean: the factor 1/{size} is too many"
        yield "M13", message, partial(_spread, node, 1.0 / size), 1.0 if size in (count, x.shape[0]) else 0.5
        message = f"the gradient of the sum {whole} was multiplied by {size}: it is copied, not added up"
        yield "M13", message, partial(_spread, node, float(size)), 0.3


def _count(node: Node) -> int:
    return count_entries(tuple(node.inputs[0].shape[axis] for axis in node.settings["axes"]))


def _spread(node: Node, factor: float, run: Run, gradient: Array) -> Array:
    """The gradient copied back along the axes that were reduced, times a factor."""
    numpy = reference()
    if not node.settings["keepdims"] and gradient.shape:
        gradient = numpy.expand_dims(gradient, node.settings["axes"])
    return factor * numpy.broadcast_to(gradient, node.inputs[0].shape)
