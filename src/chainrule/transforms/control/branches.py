"""The op `switch`: a number, branches as graphs and their operands in, the outputs of the branch of that number out.

One idea: the derivative of a choice is the same choice between derivatives. A checkpoint is a choice with one branch:
what it computes inside is not kept, so the gradient computes it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...ir.graph import Graph
from ...ir.library import Array, Library
from ...ir.loading import compiled
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Flat, Op, Role
from ...ir.types import ArrayType, bundle_type
from ...ops.bundles import Bundle, parts_of
from ...ops.choices import equal, where
from ...ops.declare import op, same_type
from ...ops.looping import require_branches, run_branch
from ...ops.movement import reshape
from ..batch import apply, batch, batch_graph, outputs_that_differ, stack_of
from .bodies import quiet
from .derived import deriving, finished, is_float, kept_with_graph, moving_outputs, pull_body, push_body, zeros

Branches = tuple[Graph, ...]


def switched(index: Any, branches: Branches, operands: Sequence[Any]) -> list[Any]:
    """The outputs of the branch of this number."""
    return parts_of(apply(switch_op, (index, *operands), {"branches": branches}), len(branches[0].outputs))


def called(body: Graph, inputs: Sequence[Any]) -> list[Any]:
    """The outputs of a graph that runs as one step."""
    return parts_of(apply(checkpoint_op, inputs, {"body": body}), len(body.outputs))


def types_of_outputs(graph: Graph) -> ArrayType:
    return bundle_type(tuple(node.type for node in graph.outputs))


# Derivatives of one branch -------------------------------------------------------------------------------------------
@kept_with_graph
def pull_branch(body: Graph, wanted: tuple[int, ...], arrived: tuple[int, ...]) -> Graph:
    """The gradients of the inputs `wanted`, from the inputs and the gradients of the outputs `arrived`."""
    with deriving():
        found = pull_body(body, wanted, arrived)
        return finished([*body.inputs, *found.given], found.gradients)


@kept_with_graph
def push_branch(body: Graph, moving: tuple[bool, ...], moved: tuple[bool, ...]) -> Graph:
    """The tangents of the outputs `moved`, from the inputs and the tangents of those that move."""
    with deriving():
        found = push_body(body, moving)
        outputs = [
            zeros(node) if each is None else each
            for node, each, flag in zip(body.outputs, found.outputs, moved, strict=True)
            if flag
        ]
        return finished([*body.inputs, *(each for each in found.inputs if each is not None)], outputs)


def arrivals(g: Bundle, body: Graph) -> tuple[int, ...]:
    """The outputs that a gradient has reached: whole numbers have none, whatever is computed with them."""
    return tuple(place for place, each in enumerate(g.entries) if each is not None and is_float(body.outputs[place]))


def at_slots(found: Sequence[Any], slots: Sequence[int], count: int) -> tuple[Any, ...]:
    """What was found for some slots, None for the others."""
    by_slot = dict(zip(slots, found, strict=True))
    return tuple(by_slot.get(slot) for slot in range(count))


def moved_bundle(found: Sequence[Any], moved: Sequence[bool]) -> Bundle:
    remaining = iter(found)
    return Bundle(tuple(next(remaining) if flag else None for flag in moved))


# Switch --------------------------------------------------------------------------------------------------------------
def switch_type(index: ArrayType, *types: ArrayType, branches: Branches) -> ArrayType:
    return types_of_outputs(branches[0])


def switch_pull(
    g: Bundle, y: Any, index: Any, *operands: Any, branches: Branches, wanted: tuple[int, ...]
) -> tuple[Any, ...]:
    slots = tuple(slot - 1 for slot in wanted if is_float(operands[slot - 1]))
    arrived = arrivals(g, branches[0])
    back = tuple(pull_branch(each, slots, arrived) for each in branches)
    found = switched(index, back, [*operands, *(g.entries[place] for place in arrived)])
    return None, *at_slots(found, slots, len(operands))


def switch_push(moves: tuple[Any, ...], y: Any, index: Any, *operands: Any, branches: Branches) -> Bundle:
    moving = tuple(each is not None and is_float(value) for each, value in zip(moves[1:], operands, strict=True))
    each_moved = [moving_outputs(body, moving) for body in branches]
    moved = tuple(any(flags) for flags in zip(*each_moved, strict=True))
    ahead = tuple(push_branch(body, moving, moved) for body in branches)
    tangents = [each for each, flag in zip(moves[1:], moving, strict=True) if flag]
    return moved_bundle(switched(index, ahead, [*operands, *tangents]), moved)


def switch_batch(
    made: Op, stacked: tuple[bool, ...], size: int, /, index: Any, *operands: Any, branches: Branches
) -> tuple[tuple[Any, ...], tuple[bool, ...]]:
    """One choice for all examples; where they choose for themselves every branch is computed, and chosen from."""
    flags = stacked[1:]
    differ = [outputs_that_differ(body, flags) for body in branches]
    every = tuple(any(each) for each in zip(*differ, strict=True))
    if not stacked[0]:
        wider = tuple(batch_graph(body, flags, size, every) for body in branches)
        return tuple(switched(index, wider, operands)), every
    with quiet():  # for many examples a branch is not the one they take
        found = [batch(body, operands, flags, size) for body in branches]
    rows = [
        [value if flag else stack_of(value, size) for value, flag in zip(each.outputs, each.stacked, strict=True)]
        for each in found
    ]
    number = branch_number(index, count=len(branches))
    chosen = list(rows[-1])
    for place in range(len(branches) - 2, -1, -1):
        chosen = [
            where(reshape(equal(number, place), (size, *(1,) * (here.ndim - 1))), here, other)
            for here, other in zip(rows[place], chosen, strict=True)
        ]
    return tuple(chosen), (True,) * len(chosen)


def branch_number_notation(node: Node) -> Notation:
    return Notation(Form("{0}"), Form("{0}"), Form(f"chainrule.ops.require_branches({{0}}, {node.settings['count']})"))


@op(
    "branch_number", Flat("a number of a branch is a whole number: it has no slope"), branch_number_notation,
    Role.STOPS, type_rule=same_type, domain=Domain(()), elementwise=True,
)  # fmt: skip
def branch_number(xp: Library, index: Array, *, count: int) -> Array:
    """The numbers of branches, all from 0 to `count` - 1. Raises BoundsError for one that no branch has."""
    return require_branches(index, count)


def switch_notation(node: Node) -> Notation:
    slots = ", ".join(f"{{{slot}}}" for slot in range(1, len(node.inputs)))
    said = f"{{0}}; {slots}" if slots else "{0}"
    code = f"chainrule.ops.run_branch({{0}}, {{branches}}{', ' if slots else ''}{slots})"
    return Notation(Form(f"switch({said})"), Form(rf"\operatorname{{{{switch}}}}({said})"), Form(code))


@op(
    "switch", Custom(switch_pull, switch_push, selective=True), switch_notation, Role.ROUTES, type_rule=switch_type,
    domain=Domain(()), batch=switch_batch, complexes=Complexes.OWN,
)  # fmt: skip
def switch_op(xp: Library, index: Array, *operands: Array, branches: Branches) -> tuple[Array, ...]:
    """The branch of this number, on the operands. Derivative: that of the branch taken; the others send nothing."""
    return run_branch(index, [compiled(each) for each in branches], *operands)


# Call ----------------------------------------------------------------------------------------------------------------
def call_type(*types: ArrayType, body: Graph) -> ArrayType:
    return types_of_outputs(body)


def call_pull(g: Bundle, y: Any, *inputs: Any, body: Graph, wanted: tuple[int, ...]) -> tuple[Any, ...]:
    slots = tuple(slot for slot in wanted if is_float(inputs[slot]))
    arrived = arrivals(g, body)
    found = called(pull_branch(body, slots, arrived), [*inputs, *(g.entries[place] for place in arrived)])
    return at_slots(found, slots, len(inputs))


def call_push(moves: tuple[Any, ...], y: Any, *inputs: Any, body: Graph) -> Bundle:
    moving = tuple(each is not None and is_float(value) for each, value in zip(moves, inputs, strict=True))
    moved = moving_outputs(body, moving)
    tangents = [each for each, flag in zip(moves, moving, strict=True) if flag]
    return moved_bundle(called(push_branch(body, moving, moved), [*inputs, *tangents]), moved)


def call_batch(
    made: Op, stacked: tuple[bool, ...], size: int, /, *inputs: Any, body: Graph
) -> tuple[tuple[Any, ...], tuple[bool, ...]]:
    differ = outputs_that_differ(body, stacked)
    return tuple(called(batch_graph(body, stacked, size, differ), inputs)), differ


def call_notation(node: Node) -> Notation:
    slots = ", ".join(f"{{{slot}}}" for slot in range(len(node.inputs)))
    code = f"chainrule.ops.run_branch(0, ({{body}},){', ' if slots else ''}{slots})"
    return Notation(Form(f"checkpoint({slots})"), Form(rf"\operatorname{{{{checkpoint}}}}({slots})"), Form(code))


@op(
    "checkpoint", Custom(call_pull, call_push, selective=True), call_notation, Role.COUPLES, type_rule=call_type,
    domain=Domain(()), batch=call_batch, complexes=Complexes.OWN,
)  # fmt: skip
def checkpoint_op(xp: Library, *inputs: Array, body: Graph) -> tuple[Array, ...]:
    """A function that runs as one step: nothing inside is kept. Derivative: the function is computed again, and
    differentiated then (Griewank 1992)."""
    return compiled(body)(*inputs)
