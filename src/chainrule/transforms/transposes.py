"""Running a rule the other way round: a reverse rule in, a forward one out, or the other way.

One idea: a rule is linear in the gradient or tangent it is given. So it is run on a variable in its place, and what it
did is differentiated by that variable: exact, and no more code than a derivative of anything else. A rule that cannot
be recorded still runs on numbers: its result is then a step of its own, which has no derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ..errors import GradientError, TraceError
from ..ir.coercion import as_node
from ..ir.graph import by_serial
from ..ir.library import Array
from ..ir.node import Node, concrete
from ..ir.op import Role
from ..ir.precision import INEXACT
from ..ir.recording import open_recording
from ..ops.sources import input_node
from .calls import Call, name_of
from .returns import gradients_of_inputs, moved_output, transposing
from .reverse import gradients


# Reverse mode from the user's rule, forward mode by transposing it ---------------------------------------------------
def pulled_by_rule(g: Array, y: Array, *inputs: Array, call: Call) -> tuple[Any, ...]:
    _, backward = call.rules("defvjp(forward, backward)")
    found = backward(*call.fixed_arguments(), call.residuals(inputs), call.unpack(g))
    return gradients_of_inputs(call, found, inputs, backward)


def forward_of_vjp(tangents: tuple[Any, ...], y: Array, *inputs: Array, call: Call) -> Any:
    _, backward = call.rules("defvjp(forward, backward)")
    if y.dtype.kind not in INEXACT:
        return None
    with open_recording(), transposing(backward, "the gradient it is given", "jvp, jacfwd and hessian"):
        upstream = input_node(y.shape, y.dtype)
        sent = pulled_by_rule(upstream, y, *inputs, call=call)
        require_linear(sent, [upstream], backward)
        arrived = [slot for slot, each in enumerate(sent) if type(each) is Node and tangents[slot] is not None]
        moves = [as_node(tangents[slot]) for slot in arrived]
        found = gradients([sent[slot] for slot in arrived], moves, [upstream], symbolic=True)
        return settled(found, [upstream], (*tangents, y, *inputs), backward)[0]


# Forward mode from the user's rule, reverse mode by transposing it ---------------------------------------------------
def forward_of_jvp(tangents: tuple[Any, ...], y: Array, *inputs: Array, call: Call) -> Any:
    (rule,) = call.rules("defjvp(rule)")
    primals, moves = call.primals_and_tangents(inputs, tangents)
    return moved_output(call, rule(*call.fixed_arguments(), primals, moves), rule)


def pulled_by_transpose(g: Array, y: Array, *inputs: Array, call: Call) -> tuple[Any, ...]:
    (rule,) = call.rules("defjvp(rule)")
    with open_recording(), transposing(rule, "the tangents", "grad, vjp and jacrev"):
        moves = [input_node(each.shape, each.dtype) if each.dtype.kind in INEXACT else None for each in inputs]
        moving = [move for move in moves if move is not None]
        output = forward_of_jvp(tuple(moves), y, *inputs, call=call)
        if type(output) is not Node or not moving:
            return (None,) * len(inputs)
        require_linear([output], moving, rule)
        found = gradients([output], [as_node(g)], moving, symbolic=True)
        remaining = iter(settled(found, moving, (g, y, *inputs), rule))
    return tuple(None if move is None else next(remaining) for move in moves)


# What the ops call ---------------------------------------------------------------------------------------------------
def backward_of_vjp(g: Array, y: Array, *inputs: Array, call: Call) -> tuple[Any, ...]:
    return recorded_or_opaque(pulled_by_rule, g, y, inputs, call)


def backward_of_jvp(g: Array, y: Array, *inputs: Array, call: Call) -> tuple[Any, ...]:
    return recorded_or_opaque(pulled_by_transpose, g, y, inputs, call)


def recorded_or_opaque(
    pull: Callable[..., tuple[Any, ...]], g: Array, y: Array, inputs: Sequence[Array], call: Call
) -> tuple[Any, ...]:
    """The gradients by the rule; where it looks at values that are not there, as steps that run it on numbers later."""
    try:
        return pull(g, y, *inputs, call=call)
    except (TraceError, GradientError) as problem:
        reason = problem if isinstance(problem, TraceError) else problem.__cause__
        if not isinstance(reason, TraceError) or not any(type(each) is Node for each in (g, y, *inputs)):
            raise
    opaque = call.function.opaque
    return tuple(
        opaque(g, y, *inputs, call=call, slot=slot) if each.dtype.kind in INEXACT else None
        for slot, each in enumerate(inputs)
    )


def refuse_pull(g: Array, y: Array, *inputs: Array, call: Call, slot: int) -> NoReturn:
    refuse_again(call)


def refuse_push(tangents: tuple[Any, ...], y: Array, *inputs: Array, call: Call, slot: int) -> NoReturn:
    refuse_again(call)


def refuse_again(call: Call) -> NoReturn:
    raise GradientError(
        given=f"the derivative of the rule of {call.function.op.name}, which runs on numbers only",
        where=call.function.op.name,
        expected="a rule made of functions that can be recorded: a second derivative, and forward mode, go through it",
        remedy="write it with NumPy's functions, with np.where instead of `if`",
    )


def settled(
    found: Sequence[Any], variables: Sequence[Node], given: tuple[Any, ...], rule: Callable[..., Any]
) -> list[Any]:
    """The transposed rule's results, plain when everything given was. Raises GradientError where it was not linear."""
    if dependents([each for each in found if each is not None], variables):
        refuse_nonlinear(rule)
    symbolic = any(type(each) is Node for each in given)
    return [each if symbolic or each is None else concrete(each) for each in found]


def require_linear(outputs: Sequence[Any], variables: Sequence[Node], rule: Callable[..., Any]) -> None:
    """Raises GradientError where a rule looks at what it must be linear in: a sign or a comparison has no slope."""
    if any(node.op.role is Role.STOPS for node in dependents(outputs, variables)):
        refuse_nonlinear(rule)


def refuse_nonlinear(rule: Callable[..., Any]) -> NoReturn:
    raise GradientError(
        given=f"the rule {name_of(rule)}, which is not linear in what it is given",
        where=name_of(rule),
        expected="a rule that multiplies the incoming gradient or tangent by numbers that do not depend on it",
        remedy="check for a product, a function or a comparison of the gradient or tangent itself; "
        "in the mode it was written for, a rule may do anything",
    )


def dependents(outputs: Sequence[Any], variables: Sequence[Node]) -> list[Node]:
    """The nodes behind the outputs that depend on a variable, variables too. None is older than the variables."""
    oldest = min(each.serial for each in variables)
    seen: set[Node] = set()
    pending = [each for each in outputs if type(each) is Node]
    while pending:
        each = pending.pop()
        if each.serial >= oldest and each not in seen:
            seen.add(each)
            pending.extend(each.inputs)
    found = set(variables) & seen
    for node in sorted(seen, key=by_serial):
        if not found.isdisjoint(node.inputs):
            found.add(node)
    return list(found)
