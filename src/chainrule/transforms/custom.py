"""Custom rules: a function and a derivative of the user's own in, a function that every derivative respects out.

One idea: each custom function is an op made on the spot. The user gives one mode; the other is its transpose (see
`transposes`), so it does not matter which.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, final

from ..ir.library import Array, Library
from ..ir.node import Node
from ..ir.notation import Form, Notation
from ..ir.op import Complexes, Custom, Derivative, Domain, Op, Role
from ..ir.recording import suspended_recording
from ..ir.types import ArrayType
from .calls import Call, begin, name_of
from .stacked_calls import call_batch
from .transposes import backward_of_jvp, backward_of_vjp, forward_of_jvp, forward_of_vjp, refuse_pull, refuse_push

Forward = Callable[..., tuple[Any, Any]]
Backward = Callable[..., Any]


@final
class CustomVjp:
    """A function with its own reverse-mode rule. Made by `custom_vjp`; give it the rule with `defvjp`."""

    def __init__(self, fun: Callable[..., Any], nondiff_argnums: Iterable[int] = ()) -> None:
        update_wrapper(self, fun)
        self.fun, self.nondiff_argnums = fun, tuple(nondiff_argnums)
        self.rules: tuple[Forward, Backward] | None = None
        self.op = made_op(fun, Custom(backward_of_vjp, forward_of_vjp))
        self.opaque = opaque_op(fun)

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
        self.op = made_op(fun, Custom(backward_of_jvp, forward_of_jvp))
        self.opaque = opaque_op(fun)

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
def made_op(fun: Callable[..., Any], derivative: Derivative) -> Op:
    """The op of a custom function. What is particular to one use of it is in the parameter `call`."""
    return Op(
        name_of(fun), run_call, type_of_call, derivative, call_notation, Role.COUPLES, Domain(()), None,
        inspect.getdoc(fun) or f"{name_of(fun)}, with a derivative of its own.", complexes=Complexes.OWN,
        batch=call_batch,
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


def opaque_op(fun: Callable[..., Any]) -> Op:
    """The gradient of one input by a rule that only runs on numbers: known, but not differentiable again."""
    return Op(
        f"{name_of(fun)}_backward", run_backward, type_of_backward, Custom(refuse_pull, refuse_push),
        backward_notation, Role.COUPLES, Domain(()), None, f"What {name_of(fun)} sends back, by its own rule.",
        complexes=Complexes.OWN,
    )  # fmt: skip


def run_backward(xp: Library, g: Array, y: Array, *inputs: Array, call: Call, slot: int) -> Array:
    pull = call.function.op.derivative
    assert isinstance(pull, Custom)
    with suspended_recording():
        found = pull.pull(g, y, *inputs, call=call)[slot]
    return xp.zeros_like(inputs[slot])[()] if found is None else found


def type_of_backward(g: ArrayType, y: ArrayType, *inputs: ArrayType, call: Call, slot: int) -> ArrayType:
    return inputs[slot]


def backward_notation(node: Node) -> Notation:
    """name_backward(g, x), with the number of the input where there are several."""
    slots = ", ".join(f"{{{slot}}}" for slot in (0, *range(2, len(node.inputs))))
    which = f"[{node.settings['slot']}]" if len(node.inputs) > 3 else ""
    spelled = node.op.name.replace("_", r"\_")
    return Notation(
        Form(f"{node.op.name}({slots}){which}"),
        Form(rf"\operatorname{{{{{spelled}}}}}({slots}){which}"),
        Form(f"{node.op.name}({slots}){which}"),
    )
