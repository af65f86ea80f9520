"""The op `while_loop`: a condition and a step as graphs, what they start from in, what the last step left out.

One idea: how many steps there are depends on values, so a gradient, which must go back over every step, is refused;
tangents are carried along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from ...errors import GradientError
from ...ir.graph import Graph
from ...ir.library import Array, Library
from ...ir.loading import compiled
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Op, Role
from ...ir.types import ArrayType, bundle_type
from ...ops.bundles import Bundle, parts_of
from ...ops.choices import any_entry, where
from ...ops.declare import op
from ...ops.joining import zeros_of
from ...ops.looping import run_while
from ...ops.movement import reshape
from ..batch import apply, batch, batch_graph, outputs_that_differ, stack_of
from ..replay import fresh_inputs
from .derived import deriving, finished, is_float, kept_with_graph, moving_outputs, push_body, zeros


@dataclass(frozen=True, slots=True)
class While:
    """What a loop does: the inputs of `cond` are `held` constants and the carry, of `body` `consts` and the carry."""

    cond: Graph
    body: Graph
    held: int
    consts: int

    def split(self, inputs: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
        """The constants of the condition, those of the step, and the carry."""
        stop = self.held + self.consts
        return inputs[: self.held], inputs[self.held : stop], inputs[stop:]


def repeated(loop: While, inputs: Sequence[Any]) -> list[Any]:
    """What the last step left."""
    params = {"cond": loop.cond, "body": loop.body, "held": loop.held, "consts": loop.consts}
    return parts_of(apply(while_loop_op, inputs, params), len(loop.body.outputs))


def while_type(*types: ArrayType, body: Graph, **params: Any) -> ArrayType:
    return bundle_type(tuple(node.type for node in body.outputs))


def while_pull(g: Bundle, y: Any, *inputs: Any, wanted: tuple[int, ...], **params: Any) -> NoReturn:
    raise GradientError(
        given="the gradient through while_loop, in reverse mode",
        where="while_loop",
        expected="a loop whose number of steps is known before it runs: going back needs what every step began with",
        remedy="use fori_loop with known bounds, or scan over the most steps there can be with cond inside; for a loop "
        "that converges use fixed_point or root; forward mode (jvp, jacfwd) goes through a while_loop",
    )


def while_push(moves: tuple[Any, ...], y: Any, *inputs: Any, **params: Any) -> Bundle:
    loop = While(**params)
    moving = tuple(each is not None for each in moves[loop.held :])
    step, consts, carries = push_while(loop.body, loop.consts, moving)
    with deriving():
        unused = fresh_inputs([node.type for node, flag in zip(loop.body.outputs, carries, strict=True) if flag])
        condition = finished([*loop.cond.inputs, *unused], loop.cond.outputs)
    wider = replace(loop, cond=condition, body=step, consts=loop.consts + sum(consts))
    _, own_consts, own_carry = loop.split(moves)
    held, used, carry = loop.split(inputs)
    moved_consts = [each for each, flag in zip(own_consts, consts, strict=True) if flag]
    moved = [
        zeros_of(value) if tangent is None else tangent
        for value, tangent, flag in zip(carry, own_carry, carries, strict=True)
        if flag
    ]
    found = iter(repeated(wider, [*held, *used, *moved_consts, *carry, *moved])[len(carry) :])
    return Bundle(tuple(next(found) if flag else None for flag in carries))


@kept_with_graph
def push_while(body: Graph, count: int, moving: tuple[bool, ...]) -> tuple[Graph, tuple[bool, ...], tuple[bool, ...]]:
    """The step with its tangents, and which of its `count` constants and which carries move."""
    flags = tuple(flag and is_float(node) for flag, node in zip(moving, body.inputs, strict=True))
    while True:
        grown = tuple(first or second for first, second in zip(flags[count:], moving_outputs(body, flags), strict=True))
        if grown == flags[count:]:
            break
        flags = (*flags[:count], *grown)
    with deriving():
        found = push_body(body, flags)
        consts, carry = body.inputs[:count], body.inputs[count:]
        moved_consts, moved = ([each for each in group if each is not None]
                               for group in (found.inputs[: count], found.inputs[count :]))  # fmt: skip
        outputs = [
            zeros(node) if each is None else each
            for node, each, flag in zip(body.outputs, found.outputs, grown, strict=True)
            if flag
        ]
        wider = finished([*consts, *moved_consts, *carry, *moved], [*body.outputs, *outputs])
    return wider, flags[:count], grown


def while_batch(
    made: Op, stacked: tuple[bool, ...], size: int, /, *inputs: Any, **params: Any
) -> tuple[tuple[Any, ...], tuple[bool, ...]]:
    """One loop for all examples, until the last of them has ended; those that have ended stay as they are."""
    loop = While(**params)
    held_flags, const_flags, flags = loop.split(tuple(stacked))
    while True:
        apart = outputs_that_differ(loop.cond, (*held_flags, *flags))[0]
        differ = outputs_that_differ(loop.body, (*const_flags, *flags))
        grown = tuple(apart or first or second for first, second in zip(flags, differ, strict=True))
        if grown == tuple(flags):
            break
        flags = grown
    held, consts, carry = loop.split(inputs)
    carry = [stack_of(each, size) if flag and not was else each
             for each, flag, was in zip(carry, flags, loop.split(stacked)[2], strict=True)]  # fmt: skip
    condition = batch_graph(loop.cond, (*held_flags, *flags), size, (apart,))
    step = batch_graph(loop.body, (*const_flags, *flags), size, flags)
    if apart:
        condition, step = until_all_end(condition, step, loop, size)
        wider = While(condition, step, loop.held, loop.held + loop.consts)
        return tuple(repeated(wider, [*held, *held, *consts, *carry])), tuple(flags)
    return tuple(repeated(replace(loop, cond=condition, body=step), [*held, *consts, *carry])), tuple(flags)


def until_all_end(condition: Graph, step: Graph, loop: While, size: int) -> tuple[Graph, Graph]:
    """The condition that any example goes on, and the step that moves those which do."""
    with deriving():
        anyone = finished(condition.inputs, [any_entry(condition.outputs[0])])
        carry = step.inputs[loop.consts :]
        held = fresh_inputs([each.type for each in condition.inputs[: loop.held]])
        goes_on = batch(condition, [*held, *carry], (False,) * len(condition.inputs), size).outputs[0]
        kept = [
            where(reshape(goes_on, (size, *(1,) * (new.ndim - 1))), new, old)
            for new, old in zip(step.outputs, carry, strict=True)
        ]
        return anyone, finished([*held, *step.inputs], kept)


def while_notation(node: Node) -> Notation:
    """A call with what the loop uses and starts from."""
    loop = While(**node.settings)
    groups = loop.split([f"{{{slot}}}" for slot in range(len(node.inputs))])
    said = "; ".join(", ".join(group) for group in groups if group)
    written = ", ".join(f"({''.join(f'{each}, ' for each in group).rstrip()})" for group in groups)
    code = f"chainrule.ops.run_while({{cond}}, {{body}}, {written})"
    return Notation(Form(f"while_loop({said})"), Form(rf"\operatorname{{{{while}}}}({said})"), Form(code))


@op(
    "while_loop", Custom(while_pull, while_push, selective=True), while_notation, Role.COUPLES, type_rule=while_type,
    domain=Domain(()), batch=while_batch, complexes=Complexes.OWN,
)  # fmt: skip
def while_loop_op(xp: Library, *inputs: Array, cond: Graph, body: Graph, held: int, consts: int) -> tuple[Array, ...]:
    """A step repeated for as long as a condition holds. Forward mode carries tangents along; reverse mode is refused:
    the number of steps is not known before it runs."""
    loop = While(cond, body, held, consts)
    return run_while(compiled(cond), compiled(body), *loop.split(inputs))
