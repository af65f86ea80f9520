"""Jacobian form: an arrow between vectors in, its matrix in numerator layout out.

One idea: the chain rule over vectors is a product of Jacobians, ds/db = u^T diag(f'(z)) I; entry by entry ops have a
diagonal Jacobian, a matrix product has its matrix, a softmax has diag(s) - s s^T.
"""

from __future__ import annotations

from typing import Any

from ..ir.node import Node
from ..ir.op import Elementwise
from ..ops.composites import softmax_op
from ..ops.diagonals import diag_matrix
from ..ops.entries import identity, row
from ..ops.norms import squared_norm_op
from ..ops.products import matmul_op, outer_op
from ..transforms.simplify import simplify
from .arrows import Arrow
from .stage import Stage


def jacobian_of(stage: Stage, arrow: Arrow) -> Node | None:
    """The Jacobian of an arrow between numbers and vectors; None for matrices and where it has no such form."""
    if len(arrow.chain) != 1:
        return None
    step, slot = arrow.chain[0]
    source = step.inputs[slot]
    if step.ndim > 1 or source.ndim > 1:
        return None
    inputs = [stage.stand[each] for each in step.inputs]
    return (
        _entrywise(stage, step, slot, inputs)
        if type(step.op.derivative) is Elementwise
        else _other(stage, step, slot, inputs)
    )


def _entrywise(stage: Stage, step: Node, slot: int, inputs: list[Node]) -> Node | None:
    assert isinstance(step.op.derivative, Elementwise)
    slope = step.op.derivative.partials[slot](stage.stand[step], *inputs, **step.settings)
    if not step.ndim:
        return simplify(slope) if type(slope) is Node else None
    if type(slope) is int:
        one: Any = identity(step)
        return one if slope == 1 else -one if slope == -1 else None
    return simplify(diag_matrix(slope))


def _other(stage: Stage, step: Node, slot: int, inputs: list[Node]) -> Node | None:
    player = stage.stand[step]
    found: Any = None
    if step.op is matmul_op and inputs[slot].ndim == 1:
        other = inputs[1 - slot]
        found = row(other) if other.ndim == 1 else other if slot == 1 else other.T
    elif step.op is softmax_op:
        found = diag_matrix(player) - outer_op(player, player)
    elif step.op is squared_norm_op:
        found = row(2 * inputs[0])
    return found  # type: ignore[no-any-return]
