"""Slips at functions whose outputs each depend on all inputs: softmax, norms, squared errors, normalisations.

One idea: such a function has cross terms, and the slip is to forget them; a square inside has a factor 2, and the slip
is to lose it. M3, M4, M12, M14 and M22 of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ...ir.library import Array, reference
from ...ir.node import Node
from ...ir.op import Custom, Role
from ...transforms.reverse import send
from .scene import Run, Scene
from .slip import Change, Effect, Slip
from .wording import Words

Entry = tuple[str, str, Effect, float]
_MOST_ENTRIES = 64  # of a function whose diagonal is found entry by entry
_OF_LENGTHS = frozenset({"squared_norm", "squared_error", "norm", "cross_entropy", "logsumexp", "var", "std"})
_NORMALISED = frozenset({"layer_norm", "batch_norm"})


def coupling_slips(scene: Scene) -> Iterator[Slip]:
    """Every slip at a function with cross terms on the way back."""
    for node, slot, _ in scene.edges:
        if isinstance(node.op.derivative, Custom):
            for mistake, message, effect, weight in _entries(node, slot, scene.words):
                yield Slip(mistake, message, scene, (Change(node, slot, effect),), weight)


def _entries(node: Node, slot: int, words: Words) -> Iterator[Entry]:
    name, whole = node.op.name, words.of_formula(node)
    if name in ("softmax", "log_softmax"):
        yield from _of_softmax(node, slot, words)
    elif name in _NORMALISED:
        yield from _of_normalisation(node, slot, whole)
    elif node.op.role is Role.COUPLES and node.type.size <= _MOST_ENTRIES and node.shape == node.inputs[slot].shape:
        message = f"the cross terms of {whole} are missing: only its diagonal was kept"
        yield "M4", message, partial(_diagonal_only, node, slot), 1.0
    if name in ("squared_norm", "squared_error", "var"):
        message = f"the factor 2 of the square in {whole} is missing"
        yield "M12", message, partial(_times, node, slot, 0.5), 1.0
        yield "M13", f"the factor 2 of {whole} stands twice", partial(_times, node, slot, 2.0), 0.5
    if name in ("squared_error", "cross_entropy", "var"):
        yield "M14", f"the sign of the derivative of {whole} is wrong", partial(_times, node, slot, -1.0), 1.0
    if name == "norm":
        message = f"the division by {whole} is missing in its derivative"
        yield "M22", message, partial(_times_output, node, slot), 1.0
        yield "M22", f"{whole} was differentiated as its square", partial(_times_output_twice, node, slot), 0.8
    if name in _OF_LENGTHS:
        yield "M22", f"{whole} was differentiated as a plain sum", partial(_copied, node, slot), 0.4


def _pulled(node: Node, slot: int, run: Run, gradient: Array) -> Array:
    inputs = [run.values[each] for each in node.inputs]
    for place, sent in send(node.op, node.params, gradient, run.values[node], inputs, [slot]):
        if place == slot:
            return sent
    return reference().zeros(node.inputs[slot].shape)


def _times(node: Node, slot: int, factor: float, run: Run, gradient: Array) -> Array:
    return factor * _pulled(node, slot, run, gradient)


def _times_output(node: Node, slot: int, run: Run, gradient: Array) -> Array:
    return _pulled(node, slot, run, gradient * run.values[node])


def _times_output_twice(node: Node, slot: int, run: Run, gradient: Array) -> Array:
    return 2 * _times_output(node, slot, run, gradient)


def _copied(node: Node, slot: int, run: Run, gradient: Array) -> Array:
    numpy = reference()
    axes, keepdims = node.settings.get("axes", ()), node.settings.get("keepdims", True)
    whole = gradient if keepdims or not numpy.ndim(gradient) else numpy.expand_dims(gradient, axes)
    return numpy.broadcast_to(whole, node.inputs[slot].shape)


def _diagonal_only(node: Node, slot: int, run: Run, gradient: Array) -> Array:
    numpy = reference()
    found = numpy.zeros(node.shape)
    for place in numpy.ndindex(node.shape):
        unit = numpy.zeros(node.shape)
        unit[place] = 1.0
        found[place] = gradient[place] * _pulled(node, slot, run, unit)[place]
    return found


# softmax -------------------------------------------------------------------------------------------------------------
def _of_softmax(node: Node, slot: int, words: Words) -> Iterator[Entry]:
    p = words.raw(node)
    ways: tuple[tuple[str, str, Callable[..., Any], float], ...] = (
        ("M4", "the cross terms of the softmax {0} are missing: only its diagonal was kept", _own_terms, 1.0),
        ("M3", "only the cross terms of the softmax {0} were kept: its diagonal is missing", _cross_terms, 0.7),
        ("M4", "the total in the softmax {0} was treated as a constant", _total_constant, 1.0),
        ("M2", "the derivative of the softmax {0} is missing", _identity, 1.0),
        ("M14", "the cross terms of the softmax {0} have the wrong sign", _plus_cross_terms, 0.7),
        ("M1", "the softmax {0} was written where its derivative belongs", _own_value, 0.6),
    )
    for mistake, message, way, weight in ways:
        yield mistake, message.format(words.math(p)), partial(way, node), weight


def _shares(node: Node, run: Run) -> Array:
    y = run.values[node]
    return reference().exp(y) if node.op.name == "log_softmax" else y


def _split(node: Node, run: Run, gradient: Array) -> tuple[Array, Array]:
    """The terms of the diagonal, and those beside it."""
    p = _shares(node, run)
    whole = _pulled(node, 0, run, gradient)
    own = gradient * (1 - p) if node.op.name == "log_softmax" else gradient * p * (1 - p)
    return own, whole - own


def _own_terms(node: Node, run: Run, gradient: Array) -> Array:
    return _split(node, run, gradient)[0]


def _cross_terms(node: Node, run: Run, gradient: Array) -> Array:
    return _split(node, run, gradient)[1]


def _plus_cross_terms(node: Node, run: Run, gradient: Array) -> Array:
    own, cross = _split(node, run, gradient)
    return own - cross


def _total_constant(node: Node, run: Run, gradient: Array) -> Array:
    return gradient if node.op.name == "log_softmax" else gradient * _shares(node, run)


def _identity(node: Node, run: Run, gradient: Array) -> Array:
    return gradient


def _own_value(node: Node, run: Run, gradient: Array) -> Array:
    return gradient * run.values[node]


# Normalisations ------------------------------------------------------------------------------------------------------
def _of_normalisation(node: Node, slot: int, whole: str) -> Iterator[Entry]:
    yield "M3", f"mean and variance in {whole} were treated as constants", partial(_normalised, node, False, False), 1.0
    yield "M3", f"the path through the variance in {whole} is missing", partial(_normalised, node, True, False), 1.0
    yield "M3", f"the path through the mean in {whole} is missing", partial(_normalised, node, False, True), 1.0


def _normalised(node: Node, mean: bool, variance: bool, run: Run, gradient: Array) -> Array:
    numpy = reference()
    axis, epsilon = node.settings["axis"], node.settings["epsilon"]
    x, y = run.values[node.inputs[0]], run.values[node]
    found = gradient
    if mean:
        found = found - numpy.mean(gradient, axis=axis, keepdims=True)
    if variance:
        found = found - y * numpy.mean(gradient * y, axis=axis, keepdims=True)
    return found / numpy.sqrt(numpy.var(x, axis=axis, keepdims=True) + epsilon)
