"""Transposing: a matrix expression in, its transpose with every transpose pushed to the leaves out.

One idea: (A B)^T = B^T A^T and its like, so a formula shows transposed names only, and a matrix that is its own
transpose shows none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ...ir.node import Node
from ...ir.op import record
from ...ops.arithmetic import add, carry, div, meet, mul, neg, square, sub
from ...ops.diagonals import diag_matrix
from ...ops.linalg.inverses import inv
from ...ops.movement import broadcast, transpose_op
from ...ops.products import matmul_op, outer_op
from ...transforms.laws import number


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about matrices: those declared symmetric, and those with a name, which are not looked into."""

    symmetric: Collection[Node] = ()
    named: Collection[Node] = ()


_ENTRYWISE = (mul, carry, meet, neg, div, add, sub, square)


def turned(node: Node, known: Known) -> Node:
    """The transpose of a matrix."""
    if is_symmetric(node, known):
        return node
    if node.op is transpose_op and node.settings["axes"] == (1, 0):
        return node.inputs[0]
    if node in known.named:
        return transpose_op(node, axes=(1, 0))  # type: ignore[no-any-return]
    if node.op is matmul_op and all(each.ndim == 2 for each in node.inputs):
        left, right = node.inputs
        return matmul_op(turned(right, known), turned(left, known))  # type: ignore[no-any-return]
    if node.op is outer_op:
        return outer_op(*reversed(node.inputs))  # type: ignore[no-any-return]
    if node.op in _ENTRYWISE and all(_is_matrix(each) for each in node.inputs):
        return record(node.op, tuple(_turned_operand(each, known) for each in node.inputs), node.settings)
    return transpose_op(node, axes=(1, 0))  # type: ignore[no-any-return]


def _is_matrix(node: Node) -> bool:
    return number(node) is not None or (node.op is broadcast and not node.inputs[0].ndim) or node.op is not broadcast


def _turned_operand(node: Node, known: Known) -> Node:
    """An operand of an entry-by-entry op: copies of one number are their own transpose."""
    if node.op is broadcast:
        return broadcast(node.inputs[0], shape=(node.shape[1], node.shape[0]))  # type: ignore[no-any-return]
    return turned(node, known)


def is_symmetric(node: Node, known: Known) -> bool:
    """Whether a matrix is its own transpose, whatever its entries are."""
    if node.ndim != 2 or node.shape[0] != node.shape[1]:
        return not node.ndim
    if node in known.symmetric or node.op is diag_matrix:
        return True
    if number(node) is not None or (node.op is broadcast and not node.inputs[0].ndim):
        return True
    if node.op is matmul_op:
        return _is_palindrome(node, known)
    if node.op is outer_op:
        return node.inputs[0] is node.inputs[1]
    if node.op in (add, mul) and _are_transposes(node.inputs[0], node.inputs[1]):
        return True
    if node.op in _ENTRYWISE or node.op is inv:
        return all(is_symmetric(each, known) for each in node.inputs)
    return False


def _are_transposes(first: Node, second: Node) -> bool:
    """Whether the one is the other, turned."""
    return any(a.op is transpose_op and a.ndim == 2 and a.inputs[0] is b for a, b in ((first, second), (second, first)))


def _is_palindrome(node: Node, known: Known) -> bool:
    """A^T A, A B A^T with B symmetric, and longer ones: the same read from both ends."""
    factors = matrix_factors(node)
    if any(each.ndim != 2 for each in factors):
        return False
    while len(factors) > 1:
        if not _are_transposes(factors[0], factors[-1]) and not (
            factors[0] is factors[-1] and is_symmetric(factors[0], known)
        ):
            return False
        factors = factors[1:-1]
    return not factors or is_symmetric(factors[0], known)


def matrix_factors(node: Node) -> list[Node]:
    """The factors of a matrix product, left to right."""
    if node.op is matmul_op:
        return [each for source in node.inputs for each in matrix_factors(source)]
    return [node]
