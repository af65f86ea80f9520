"""Custom rules: a function and a derivative of the user's own in, a function that every derivative respects out.

One idea: each custom function is an op made on the spot. The user gives one mode; the other is its transpose, found by
running the given rule on a variable and differentiating what it did, which is exact because a rule is linear in it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import update_wrapper
from typing import Any, NoReturn, final

from ..errors import GradientError
from ..ir.coercion import as_node
from ..ir.graph import by_serial
from ..ir.library import Array, Library
from ..ir.node import Node, concrete
from ..ir.notation import Form, Notation
from ..ir.op import Custom, Domain, Op, Role
from ..ir.recording import open_recording
from ..ir.types import ArrayType
from ..ops.sources import input_node
from .calls import Call, begin, name_of
from .returns import gradients_of_inputs, moved_output, transposing
from .reverse import gradients

Forward = Callable[..., tuple[Any, Any]]
Backward = Callable[..., Any]


@final
class CustomVjp:
    """A function with its own reverse-mode rule. Made by `custom_vjp`; give it the rule with `defvjp`."""

    def __init__(self, fun: Callable[..., Any], nondiff_argnums: Iterable[int] = ()) -> None:
        update_wrapper(self, fun)
        self.fun, self.nondiff_argnums = fun, tuple(nondiff_argnums)
        self.rules: tuple[Forward, Backward] | None = None
        self.op = made_op(fun, Custom(vjp_pull, vjp_push))

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return begin(self, args, keywords)

    def defvjp(self, forward: Forward, backward: Backward) -> None:
        """`forward(*args)` returns (output, residuals); `backward(residuals, g)` one gradient for each argument.

        Arguments named in `nondiff_argnums` stay where they are for `forward` and come first for `backward`.
        """
        self.rules = forward, backward


@final
class CustomJvp:
    """A function with its own forward-mode rule. Made by `custom_jvp`; give it the rule with `defjvp`."""

    def __init__(self, fun: Callable[..., Any], nondiff_argnums: Iterable[int] = ()) -> None:
        update_wrapper(self, fun)
        self.fun, self.nondiff_argnums = fun, tuple(nondiff_argnums)
        self.rules: tuple[Callable[..., Any]] | None = None
        self.op = made_op(fun, Custom(jvp_pull, jvp_push))

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return begin(self, args, keywords)

    def defjvp(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """`rule(primals, tangents)` returns (output, how it moves); arguments in `nondiff_argnums` come first."""
        self.rules = (rule,)
        return rule


def custom_vjp(fun: Callable[..., Any], nondiff_argnums: Iterable[int] = ()) -> CustomVjp:
    """Give a function its own derivative, as reverse mode wants it. A decorator, with JAX's protocol.

    `forward(*args)` returns the output and whatever the rule needs later; `backward(residuals, g)` returns a tuple with
    one gradient for each argument (None for one that does not matter). The rule is used by every derivative: forward
    mode and second derivatives run it on recorded values, so for them it is made of functions that can be recorded.
    Arguments named in `nondiff_argnums` are passed on as they are. Several outputs go out in any container; the arrays
    handed to `fun` and its rules are read-only. Raises GradientError when the rule does not fit the function.

    >>> import numpy as np
    >>> from chainrule import grad
    >>> @custom_vjp
    ... def log1pexp(x):
    ...     return np.log(1 + np.exp(x))
    >>> def forward(x):
    ...     return log1pexp(x), x
    >>> def backward(x, g):
    ...     return (g * (1 - 1 / (1 + np.exp(x))),)
    >>> log1pexp.defvjp(forward, backward)
    >>> grad(log1pexp)(100.0), grad(grad(log1pexp))(0.0)
    (1.0, 0.25)
    """
    return CustomVjp(fun, nondiff_argnums)


def custom_jvp(fun: Callable[..., Any], nondiff_argnums: Iterable[int] = ()) -> CustomJvp:
    """Give a function its own derivative, as forward mode wants it. A decorator, with JAX's protocol.

    `rule(primals, tangents)` returns the output and how it moves; it must be linear in the tangents, and be made of
    functions that can be recorded: reverse mode runs it backwards. An argument that does not move has a tangent of
    zeros.
    Everything else is as in `custom_vjp`.

    >>> import numpy as np
    >>> from chainrule import grad
    >>> @custom_jvp
    ... def cube(x):
    ...     return x * x * x
    >>> @cube.defjvp
    ... def cube_rule(primals, tangents):
    ...     (x,), (moved,) = primals, tangents
    ...     return cube(x), 3 * x**2 * moved
    >>> grad(cube)(2.0), grad(grad(cube))(2.0)
    (12.0, 12.0)
    """
    return CustomJvp(fun, nondiff_argnums)


# The op --------------------------------------------------------------------------------------------------------------
def made_op(fun: Callable[..., Any], derivative: Custom) -> Op:
    """The op of a custom function. What is particular to one use of it is in the parameter `call`."""
    return Op(
        name_of(fun), run_call, type_of_call, derivative, call_notation, Role.COUPLES, Domain(()), None,
        inspect.getdoc(fun) or f"{name_of(fun)}, with a derivative of its own.",
    )  # fmt: skip


def run_call(xp: Library, *inputs: Array, call: Call) -> Array:
    return call.evaluate(inputs)


def type_of_call(*types: ArrayType, call: Call) -> ArrayType:
    return call.infer(types)


def call_notation(node: Node) -> Notation:
    """name(x, 3): inputs as operands, everything else as Python prints it."""
    call: Call = node.settings["call"]
    name, written = node.op.name, call.template()
    spelled = name.replace("_", r"\_")
    return Notation(
        Form(f"{name}({written})"), Form(rf"\operatorname{{{{{spelled}}}}}({written})"), Form(f"{name}({written})")
    )


# Reverse mode from the user's rule, forward mode by transposing it ---------------------------------------------------
def vjp_pull(g: Array, y: Array, *inputs: Array, call: Call) -> tuple[Any, ...]:
    _, backward = call.rules("defvjp(forward, backward)")
    found = backward(*call.fixed_arguments(), call.residuals(inputs), call.unpack(g))
    return gradients_of_inputs(call, found, inputs, backward)


def vjp_push(tangents: tuple[Any, ...], y: Array, *inputs: Array, call: Call) -> Any:
    _, backward = call.rules("defvjp(forward, backward)")
    if y.dtype.kind != "f":
        return None
    with open_recording(), transposing(backward, "the gradient it is given", "jvp, jacfwd and hessian"):
        upstream = input_node(y.shape, y.dtype)
        sent = vjp_pull(upstream, y, *inputs, call=call)
        require_linear(sent, [upstream], backward)
        arrived = [slot for slot, each in enumerate(sent) if type(each) is Node and tangents[slot] is not None]
        moves = [as_node(tangents[slot]) for slot in arrived]
        found = gradients([sent[slot] for slot in arrived], moves, [upstream], symbolic=True)
        return settled(found, [upstream], (*tangents, y, *inputs), backward)[0]


# Forward mode from the user's rule, reverse mode by transposing it ---------------------------------------------------
def jvp_push(tangents: tuple[Any, ...], y: Array, *inputs: Array, call: Call) -> Any:
    (rule,) = call.rules("defjvp(rule)")
    primals, moves = call.primals_and_tangents(inputs, tangents)
    return moved_output(call, rule(*call.fixed_arguments(), primals, moves), rule)


def jvp_pull(g: Array, y: Array, *inputs: Array, call: Call) -> tuple[Any, ...]:
    (rule,) = call.rules("defjvp(rule)")
    with open_recording(), transposing(rule, "the tangents", "grad, vjp and jacrev"):
        moves = [input_node(each.shape, each.dtype) if each.dtype.kind == "f" else None for each in inputs]
        moving = [move for move in moves if move is not None]
        output = jvp_push(tuple(moves), y, *inputs, call=call)
        if type(output) is not Node or not moving:
            return (None,) * len(inputs)
        require_linear([output], moving, rule)
        found = gradients([output], [as_node(g)], moving, symbolic=True)
        remaining = iter(settled(found, moving, (g, y, *inputs), rule))
    return tuple(None if move is None else next(remaining) for move in moves)


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
