"""Transposing: a matrix expression in, its transpose with every transpose pushed to the leaves out.

One idea: (A B)^T = B^T A^T and its like, so a formula shows transposed names only.
"""

from __future__ import annotations

from collections.abc import Collection

from ..ir.node import Node
from ..ir.op import record
from ..ops.arithmetic import carry, div, meet, mul, neg
from ..ops.diagonals import diag_matrix
from ..ops.movement import broadcast, transpose_op
from ..ops.products import matmul_op, outer_op
from ..transforms.laws import number

_ENTRYWISE = (mul, carry, meet, neg, div)


def turned(node: Node, symmetric: Collection[Node] = ()) -> Node:
    """The transpose of a matrix. `symmetric`: matrices that are their own."""
    if node in symmetric or node.op is diag_matrix:
        return node
    if node.op is transpose_op and node.settings["axes"] == (1, 0):
        return node.inputs[0]
    if node.op is matmul_op and all(each.ndim == 2 for each in node.inputs):
        left, right = node.inputs
        return matmul_op(turned(right, symmetric), turned(left, symmetric))  # type: ignore[no-any-return]
    if node.op is outer_op:
        return outer_op(*reversed(node.inputs))  # type: ignore[no-any-return]
    if node.op in _ENTRYWISE:
        return record(node.op, tuple(_turned_operand(each, symmetric) for each in node.inputs), node.settings)
    if node.op.name == "inv" and node.inputs[0] in symmetric:
        return node
    return transpose_op(node, axes=(1, 0))  # type: ignore[no-any-return]


def _turned_operand(node: Node, symmetric: Collection[Node]) -> Node:
    """An operand of an entry-by-entry op: copies of one number are their own transpose."""
    if node.op is broadcast and (not node.inputs[0].ndim or number(node) is not None):
        return node.inputs[0]
    return turned(node, symmetric)
