"""Slips of names: another node of the same shape where one belongs, as a value or as a gradient.

One idea: the local rule is the right one, but one of the values it reads is taken from elsewhere. Which mistake that
is depends on what the two are to each other: parameters (M10), an activation and its argument (M9), or just two nodes
(M8). The value of the variable itself, and gradients of other nodes, are M21 and M8.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...ir.library import Array, reference
from ...ir.node import Node
from ...ir.op import Elementwise, Linear
from ...transforms.reverse import send
from .scene import Run, Scene
from .slip import Change, Slip
from .slopes import is_function, preimage
from .wording import bare

MOST_OTHERS = 24  # nodes that may stand in the place of one


def substitution_slips(scene: Scene) -> Iterator[Slip]:
    """Every slip in which a value or a gradient is another node's."""
    named = [node for node in scene.graph.order() if node in scene.graph.names or _is_input(scene, node)]
    for node, slot, _ in scene.edges:
        for place in _read(node, slot):
            for wanted in _spoken_of(bare(node.inputs[place]), set(named)):
                for other in _others(named, wanted):
                    yield _in_place(scene, node, slot, place, wanted, other)
    yield from _gradients_of_others(scene, named)
    yield from _values(scene, named)


def _spoken_of(node: Node, named: set[Node], deepest: int = 3) -> list[Node]:
    """The nodes whose names stand in the formula of a node: itself if it has one, else those of what it reads."""
    if node in named:
        return [node]
    if not node.inputs or not deepest:
        return []
    found = [each for source in node.inputs for each in _spoken_of(bare(source), named, deepest - 1)]
    return list(dict.fromkeys(found))


def _is_input(scene: Scene, node: Node) -> bool:
    return any(node is each for each in scene.graph.inputs)


def _read(node: Node, slot: int) -> tuple[int, ...]:
    """The inputs that the local rule reads."""
    derivative = node.op.derivative
    if isinstance(derivative, Linear):
        return () if derivative.joint else tuple(place for place in range(len(node.inputs)) if place != slot)
    if node.op.name in ("add", "sub", "neg", "mark", "cast"):
        return ()
    if node.op.name == "mul":
        return (1 - slot,)
    if node.op.name == "div" and slot == 0:
        return (1,)
    return tuple(range(len(node.inputs)))


def _others(named: list[Node], wanted: Node) -> list[Node]:
    """Nodes that could be written in the place of one, the nearest in the computation first."""
    if not wanted.inputs and wanted.op.name == "constant":
        return []
    fitting = [each for each in named if each.shape == wanted.shape and each is not wanted]
    return sorted(fitting, key=partial(_distance, wanted))[:MOST_OTHERS]


def _distance(wanted: Node, other: Node) -> int:
    return abs(wanted.serial - other.serial)


def _in_place(scene: Scene, node: Node, slot: int, place: int, wanted: Node, other: Node) -> Slip:
    mistake = _relation(scene, wanted, other)
    message = f"{scene.words.of(other)} was written where {scene.words.of(wanted)} belongs"
    if mistake == "M8" and is_function(node) and bare(node.inputs[0]) is wanted:
        message = f"{scene.words.slope(node)} was taken at {scene.words.of(other)}"
    change = Change(node, slot, partial(_with_other, node, slot, place, wanted, other))
    return Slip(mistake, message, scene, (change,))


def _relation(scene: Scene, wanted: Node, other: Node) -> str:
    if preimage(wanted) is other or preimage(other) is wanted:
        return "M9"
    return "M10" if _is_input(scene, wanted) and _is_input(scene, other) else "M8"


def _with_other(
    node: Node, slot: int, place: int, wanted: Node, other: Node, run: Run, gradient: Array
) -> Array | None:
    """The rule with another value read; the output is what the op makes of it, as the author's formula would."""
    numpy = reference()
    inputs = [run.values[each] for each in node.inputs]
    inputs[place] = numpy.broadcast_to(_again(node.inputs[place], wanted, other, run), numpy.shape(inputs[place]))
    y = run.values[node]
    if isinstance(node.op.derivative, Elementwise) and node.op.name != "mul":
        y = node.op.kernel(numpy, *inputs, **node.settings)
    for at, sent in send(node.op, node.params, gradient, y, inputs, [slot]):
        if at == slot:
            return sent
    return None


def _again(node: Node, wanted: Node, other: Node, run: Run, deepest: int = 12) -> Array:
    """The value of a node with another node read in the place of one."""
    if node is wanted:
        return run.values[other]
    if not node.inputs or not deepest:
        return run.values[node]
    inputs = [_again(each, wanted, other, run, deepest - 1) for each in node.inputs]
    if all(new is run.values[each] for new, each in zip(inputs, node.inputs, strict=True)):
        return run.values[node]
    return node.op.kernel(reference(), *inputs, **node.settings)


# Gradients and values of other nodes ---------------------------------------------------------------------------------
def _gradients_of_others(scene: Scene, named: list[Node]) -> Iterator[Slip]:
    """Another node's gradient: at a step on the way, or as the result."""
    reached = set(scene.runs[0].totals)
    on_the_way = [node for node in scene.active if node in scene.graph.names and node is not scene.output]
    for node in on_the_way:
        for other in _others([each for each in named if each in reached and each is not scene.output], node):
            right, wrong = scene.words.gradient(scene.output, node), scene.words.gradient(scene.output, other)
            message = f"{wrong} was written where {right} belongs"
            mistake = "M10" if _is_input(scene, node) and _is_input(scene, other) else "M8"
            change = Change(node, None, partial(_gradient_of, other))
            yield Slip(mistake, message, scene, (change,), 1.0 if node is scene.wrt else 0.5)


def _gradient_of(other: Node, run: Run, gradient: Array) -> Array | None:
    return run.totals.get(other)


def _values(scene: Scene, named: list[Node]) -> Iterator[Slip]:
    """A value where the gradient belongs."""
    asked = scene.words.gradient(scene.output, scene.wrt)
    for node in [scene.wrt, *_others(named, scene.wrt)]:
        message = f"this is {scene.words.of(node)} itself, not {asked}"
        mistake, weight = ("M21", 1.0) if node is scene.wrt else ("M8", 0.4)
        yield Slip(mistake, message, scene, (Change(scene.wrt, None, partial(_value_of, node), True),), weight)


def _value_of(node: Node, run: Run, gradient: Array) -> Array:
    return run.values[node]
