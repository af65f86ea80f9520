"""Custom rules: a function and its derivative as the user writes them in, a function that every derivative respects out.

One idea: each custom function is an op made on the spot. The user gives one mode; the other is its transpose, found by
running the given rule on a variable and differentiating what it did, which is exact because a rule is linear in it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import update_wrapper
from typing import Any, final

from ..errors import EscapeError, GradientError, TraceError
from ..ir.coercion import as_node
from ..ir.library import Array, Library
from ..ir.node import Node, concrete
from ..ir.notation import Form, Notation
from ..ir.op import Custom, Domain, Op, Role
from ..ir.recording import open_recording
from ..ir.types import ArrayType
from ..ops.sources import input_node
from .calls import Call, begin, gradients_of_inputs, moved_output, name_of
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
        return begin(self, positional(self.fun, args, keywords))

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
        return begin(self, positional(self.fun, args, keywords))

    def defjvp(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """`rule(primals, tangents)` returns (output, how it moves); arguments in `nondiff_argnums` come first."""
        self.rules = (rule,)
        return rule


def custom_vjp(fun: Callable[..., Any], nondiff_argnums: Iterable[int] = ()) -> CustomVjp:
    """Give a function its own derivative, as reverse mode wants it. A decorator, with JAX's protocol.

    `forward(*args)` returns the output and whatever the rule needs later; `backward(residuals, g)` returns a tuple with one
    gradient for each argument (None for one that does not matter). The rule is used by every derivative: forward mode and
    second derivatives run it on recorded values, so for them it must be written with functions that can be recorded.
    Arguments named in `nondiff_argnums` are passed on as they are. Several outputs go out in any container; the arrays
    handed to `fun` and its rules are read-only. Raises GradientError when the rule does not fit the function.

    >>> import numpy as np
    >>> from chainrule import custom_vjp, grad, hessian
    >>> @custom_vjp
    ... def log1pexp(x):
    ...     return np.log(1 + np.exp(x))
    >>> def forward(x):
    ...     return log1pexp(x), x
    >>> def backward(x, g):
    ...     return (g * (1 - 1 / (1 + np.exp(x))),)
    >>> log1pexp.defvjp(forward, backward)
    >>> grad(log1pexp)(100.0), hessian(log1pexp)(0.0)
    (1.0, 0.25)
    """
    return CustomVjp(fun, nondiff_argnums)


def custom_jvp(fun: Callable[..., Any], nondiff_argnums: Iterable[int] = ()) -> CustomJvp:
    """Give a function its own derivative, as forward mode wants it. A decorator, with JAX's protocol.

    `rule(primals, tangents)` returns the output and how it moves; it must be linear in the tangents, and be written with
    functions that can be recorded: reverse mode runs it backwards. An argument that does not move has a tangent of zeros.
    Everything else is as in `custom_vjp`.

    >>> import numpy as np
    >>> from chainrule import custom_jvp, grad, jvp
    >>> @custom_jvp
    ... def cube(x):
    ...     return x * x * x
    >>> @cube.defjvp
    ... def cube_rule(primals, tangents):
    ...     (x,), (moved,) = primals, tangents
    ...     return cube(x), 3 * x**2 * moved
    >>> jvp(cube, (2.0,), (1.0,))[1], grad(cube)(2.0), grad(grad(cube))(2.0)
    (12.0, 12.0, 12.0)
    """
    return CustomJvp(fun, nondiff_argnums)


def positional(fun: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
    """All arguments by position, because rules take them so. Raises TraceError for keyword-only arguments."""
    if not keywords:
        return args
    bound = inspect.signature(fun).bind(*args, **keywords)
    bound.apply_defaults()
    if bound.kwargs:
        raise TraceError(
            given=f"{name_of(fun)} called with {', '.join(f'{key}=' for key in bound.kwargs)}",
            expected="arguments that can be passed by position: a custom rule takes them so",
            remedy="take the star out of the signature, or bind them first with functools.partial",
        )
    return bound.args


# The op ----------------------------------------------------------------------------------------------------------------
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


# Reverse mode from the user's rule, forward mode by transposing it --------------------------------------------------------
def vjp_pull(g: Array, y: Array, *inputs: Array, call: Call) -> tuple[Any, ...]:
    _, backward = call.rules("defvjp(forward, backward)")
    found = backward(*call.fixed_arguments(), call.residuals(inputs), call.unpack(g))
    return gradients_of_inputs(call, found, inputs, backward)


def vjp_push(tangents: tuple[Any, ...], y: Array, *inputs: Array, call: Call) -> Any:
    _, backward = call.rules("defvjp(forward, backward)")
    if y.dtype.kind != "f":
        return None
    with open_recording(), linear_in(backward, "the gradient it is given", "jvp, jacfwd and hessian"):
        upstream = input_node(y.shape, y.dtype)
        sent = vjp_pull(upstream, y, *inputs, call=call)
        pairs = [(each, move) for each, move in zip(sent, tangents, strict=True) if type(each) is Node and move is not None]
        found = gradients([each for each, _ in pairs], [as_node(move) for _, move in pairs], [upstream], symbolic=True)
        return settled(found, [upstream], (*tangents, y, *inputs), backward)[0]


# Forward mode from the user's rule, reverse mode by transposing it --------------------------------------------------------
def jvp_push(tangents: tuple[Any, ...], y: Array, *inputs: Array, call: Call) -> Any:
    (rule,) = call.rules("defjvp(rule)")
    primals, moves = call.primals_and_tangents(inputs, tangents)
    return moved_output(call, rule(*call.fixed_arguments(), primals, moves), rule)


def jvp_pull(g: Array, y: Array, *inputs: Array, call: Call) -> tuple[Any, ...]:
    (rule,) = call.rules("defjvp(rule)")
    with open_recording(), linear_in(rule, "the tangents", "grad, vjp and jacrev"):
        moves = [input_node(each.shape, each.dtype) if each.dtype.kind == "f" else None for each in inputs]
        moving = [move for move in moves if move is not None]
        output = jvp_push(tuple(moves), y, *inputs, call=call)
        if type(output) is not Node:
            return (None,) * len(inputs)
        found = gradients([output], [as_node(g)], moving, symbolic=True)
        remaining = iter(settled(found, moving, (g, y, *inputs), rule))
    return tuple(None if move is None else next(remaining) for move in moves)


class linear_in:  # noqa: N801 (reads as a phrase in a with statement)
    """Says which rule is at fault when transposing it fails."""

    def __init__(self, rule: Callable[..., Any], what: str, needed_by: str) -> None:
        self.rule, self.what, self.needed_by = rule, what, needed_by

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, TraceError):
            refuse_transpose(self.rule, f"cannot be recorded as a function of {self.what}: {problem.given}", self.needed_by)


def refuse_transpose(rule: Callable[..., Any], why: str, needed_by: str) -> None:
    raise GradientError(
        given=f"the rule {name_of(rule)}, which {why}",
        where=name_of(rule),
        expected=f"a rule made of functions that can be recorded, since {needed_by} run it the other way round",
        remedy="write it with NumPy's functions and without branches on what it is linear in; or use the other mode",
    ) from None


def settled(
    found: Sequence[Any], variables: Sequence[Node], given: tuple[Any, ...], rule: Callable[..., Any]
) -> list[Any]:
    """The transposed rule's results, plain when everything given was plain. Raises GradientError where it was not linear."""
    symbolic = any(type(each) is Node for each in given)
    for each in found:
        if each is not None and depends_on(each, variables):
            raise GradientError(
                given=f"the rule {name_of(rule)}, which is not linear in what it is given",
                where=name_of(rule),
                expected="a rule that multiplies the incoming gradient or tangent by numbers that do not depend on it",
                remedy="a derivative is linear: check for a product or a function of the gradient itself",
            )
    return [each if symbolic or each is None else concrete(each) for each in found]


def depends_on(node: Node, variables: Sequence[Node]) -> bool:
    """Whether a variable is among the ancestors of a node. Nothing older than the variables can depend on them."""
    oldest = min(each.serial for each in variables)
    targets, seen, pending = set(variables), set(), [node]
    while pending:
        each = pending.pop()
        if each in targets:
            return True
        if each.serial > oldest and each not in seen:
            seen.add(each)
            pending.extend(each.inputs)
    return False


__all__ = ["CustomJvp", "CustomVjp", "EscapeError", "custom_jvp", "custom_vjp"]
