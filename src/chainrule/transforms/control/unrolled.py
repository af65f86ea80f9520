"""Loops and choices written out: their functions and known values in, every step recorded on its own out.

One idea: a loop is one step of a recording, and says nothing of what happens inside. Who asks for the step that made a
NaN wants each of them, on the user's own line; so the functions are simply called, as Python would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ... import tree
from ...errors import GradientError
from ...ir.node import Node, is_abstract
from ...ir.recording import STATE
from ...ops.joining import stack
from ..staging import unnoticed

MOST_STEPS = 2000  # a longer loop stays one step


def is_written_out(values: Iterable[Any]) -> bool:
    """Whether loops over these values are to be written out: somebody asked for it, and all of them are known."""
    return STATE.unrolled and not any(type(each) is Node and is_abstract(each) for each in values)


def is_followed(values: Iterable[Any]) -> bool:
    """Whether a choice or a checkpoint is written out: also where somebody is told of every step, to explain it."""
    watched = STATE.recorder is not None and STATE.recorder is not unnoticed
    return (STATE.unrolled or watched) and not any(type(each) is Node and is_abstract(each) for each in values)


def scan_steps(f: Callable[..., Any], init: Any, xs: Any, along: Sequence[Any], count: int, reverse: bool) -> Any:
    """The last carry and what all steps put out, of a scan over the arrays `along` (the leaves of `xs`)."""
    structure, carry = tree.flatten(xs)[1], init
    rows: list[list[Any]] = []
    entries: tree.Structure | None = None
    for place in range(count - 1, -1, -1) if reverse else range(count):
        result = f(carry, tree.unflatten(structure, [each[place] for each in along]))
        if not isinstance(result, tuple) or len(result) != 2:
            raise GradientError(
                given=f"a step of scan that returned {type(result).__name__}", where="scan",
                expected="a pair: the next carry, and what this step puts out", remedy="return carry, y",
            )  # fmt: skip
        carry, put_out = result
        leaves, entries = tree.flatten(put_out)
        rows.append(leaves)
    rows = rows[::-1] if reverse else rows
    assert entries is not None
    return carry, tree.unflatten(entries, [stack(list(column)) for column in zip(*rows, strict=True)])


def while_steps(cond_fun: Callable[[Any], Any], body_fun: Callable[[Any], Any], value: Any) -> Any:
    """The last value of a while loop."""
    while bool(cond_fun(value)):
        value = body_fun(value)
    return value
