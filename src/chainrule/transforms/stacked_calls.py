"""Custom functions on stacks: one use of a custom function and stacks in, a custom function of stacks out.

One idea: the function and its rules are mapped over the examples, so the rule is the user's own for every example. What
cannot be recorded is run on one example after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import TraceError
from ..ir.library import reference
from ..ir.node import Node
from ..ir.op import Op
from ..ops.reductions import sum
from .calls import Call
from .control.examples import vmap
from .transposes import forward_of_jvp, pulled_by_rule


def call_batch(made: Op, stacked: tuple[bool, ...], size: int, /, *inputs: Any, call: Call) -> Any:
    """The outputs of a custom function for all examples, with its rule."""

    def function(*values: Any) -> Any:
        return for_examples(lambda *each: call.pack(call.function.fun(*call.arguments(each))), stacked, size)(*values)

    function.__name__ = made.name
    kind: Any = type(call.function)
    mapped = kind(function)
    rules = call.function.rules
    if rules is not None and len(rules) == 2:
        mapped.defvjp(lambda *values: (function(*values), values), backward(call, stacked, size))
    elif rules is not None:
        mapped.defjvp(forward(call, stacked, size, function))
    return mapped(*inputs)


def backward(call: Call, stacked: tuple[bool, ...], size: int) -> Callable[..., Any]:
    """The user's rule for every example; what is the same for all receives the sum."""

    def pull(values: Sequence[Any], g: Any) -> tuple[Any, ...]:
        moving = [each.dtype.kind in "fcV" for each in values]

        def one(g: Any, *each: Any) -> list[Any]:
            sent = pulled_by_rule(g, None, *each, call=call)
            return [
                reference().zeros(value.shape, value.dtype) if found is None else found
                for found, value, flag in zip(sent, each, moving, strict=True)
                if flag
            ]

        found = iter(for_examples(one, (True, *stacked), size)(g, *values))
        each_sent = [next(found) if flag else None for flag in moving]
        return tuple(
            sent if sent is None or is_stack else sum(sent, axis=0)
            for sent, is_stack in zip(each_sent, stacked, strict=True)
        )

    return pull


def forward(call: Call, stacked: tuple[bool, ...], size: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The user's rule for every example."""

    def push(primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        moves = [each for each in tangents if each is not None]
        flags = [is_stack for is_stack, move in zip(stacked, tangents, strict=True) if move is not None]

        def one(*given: Any) -> Any:
            each, moved = given[: len(primals)], iter(given[len(primals) :])
            return forward_of_jvp(
                tuple(None if move is None else next(moved) for move in tangents), None, *each, call=call
            )

        return function(*primals), for_examples(one, (*stacked, *flags), size)(*primals, *moves)

    return push


def for_examples(one: Callable[..., Any], stacked: Sequence[bool], size: int) -> Callable[..., Any]:
    """`one` for all examples at once, or for one after the other where it looks at values that are there."""

    def every(*values: Any) -> Any:
        try:
            return vmap(one, tuple(0 if flag else None for flag in stacked), axis_size=size)(*values)
        except TraceError:
            if any(type(each) is Node for each in values):
                raise
        rows = [
            one(*(each[place] if flag else each for each, flag in zip(values, stacked, strict=True)))
            for place in range(size)
        ]
        if isinstance(rows[0], list):
            return [reference().stack(column) for column in zip(*rows, strict=True)]
        return reference().stack(rows)

    return every
