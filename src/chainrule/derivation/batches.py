"""Batches: a line whose gradient is a sum over examples in, each example's contribution out.

One idea: a rule is linear in the upstream gradient, so the share of example n is the rule on the upstream with every
other row set to zero. The 1/N of a mean is already in the upstream, once.
"""

from __future__ import annotations

from typing import Any

from ..ir.library import reference
from ..ir.node import Node
from ..ir.op import Elementwise
from ..ops.arithmetic import div, mul
from ..ops.reductions import mean_op, sum_op
from ..transforms.laws import number
from .arrows import arrows_to, passed_back_numbers
from .lines import Example, Line
from .stage import Stage

_MOST_EXAMPLES = 8


def batch_size(stage: Stage) -> int | None:
    """How many examples the loss averages or sums over along a first axis; None where there is no such axis."""
    for node in stage.order:
        if node.op in (mean_op, sum_op) and node in stage.active:
            source = node.inputs[0]
            if 0 in node.settings["axes"] and source.ndim and source.shape[0] > 1 and _is_over_examples(stage, node):
                return source.shape[0]
    return None


def _is_over_examples(stage: Stage, node: Node) -> bool:
    """Whether the rows are examples: an array of several examples led to them, and a vector is averaged (the sum of a
    vector goes over the entries of one example, as in q = W x).
    """
    source = node.inputs[0]
    size = source.shape[0]
    return any(each.ndim == 2 and each.shape[0] == size for each in stage.inputs) and (
        source.ndim > 1
        or node.op is mean_op
        or any(_divides_by(reader, slot, size) for reader, slot in stage.readers.get(node, ()))
    )


def _divides_by(reader: Node, slot: int, size: int) -> bool:
    """Whether a step divides its input by this number, or multiplies it with 1 over it."""
    if reader.op not in (div, mul) or (reader.op is div and slot != 0):
        return False
    other = number(reader.inputs[1 - slot])
    return other is not None and other == (size if reader.op is div else 1 / size)


def examples_of(stage: Stage, line: Line) -> tuple[Example, ...]:
    """What each example contributes, where a gradient sums over them."""
    size = batch_size(stage)
    arrows = arrows_to(stage, line.node)
    if size is None or size > _MOST_EXAMPLES or len(arrows) != 1 or not stage.is_input(line.node):
        return ()
    arrow = arrows[0]
    upstream = stage.values[stage.gradient[arrow.via]]
    if upstream.ndim == 0 or upstream.shape[0] != size:
        return ()
    if len(arrow.chain) == 1 and type(arrow.via.op.derivative) is Elementwise:
        return ()
    shares = []
    for place in range(size):
        alone = reference().zeros_like(upstream)
        alone[place] = upstream[place]
        shares.append(passed_back_numbers(arrow, alone))
    if _is_data(line.node.shape, shares):
        return ()
    return tuple(Example(count, share) for count, share in enumerate(shares, 1))


def _is_data(shape: tuple[int, ...], shares: list[Any]) -> bool:
    """Whether each example reaches its own row alone: then the array holds examples, and nothing is summed."""
    if shape[:1] != (len(shares),):
        return False
    numpy = reference()
    return all(not numpy.any(numpy.delete(share, row, axis=0)) for row, share in enumerate(shares))
