"""A matrix with weights for its rows, between itself and its transpose: a symmetric product in, half of it out.

One idea: X^T diag(s) X is Y^T Y with Y = diag(sqrt(s)) X, where no weight is negative, and a BLAS computes half of
that. Every Hessian of a generalised linear model is one. That no weight is negative is read off the graph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ...ir.coercion import scalar_like
from ...ir.node import Node
from ...ir.types import array_type
from ...ops.activations import sigmoid
from ...ops.arithmetic import add, carry, div, mul, neg, square, sub
from ...ops.choices import where
from ...ops.composites import softmax_op
from ...ops.functions import abs as absolute
from ...ops.functions import exp, sqrt, tanh
from ...ops.movement import broadcast, reshape_op, transpose_op
from ...ops.products import matmul_op
from ...ops.reductions import mean_op, sum_op
from ..laws import is_product, number
from .costs import HALF_FROM
from .table import REGROUPED, Uses, rewrite

_DEEPEST = 12
_MOVES = (broadcast, reshape_op, transpose_op, sum_op, mean_op)
_NEVER_NEGATIVE = (exp, square, absolute, sigmoid, sqrt, softmax_op)
_BETWEEN_0_AND_1 = (sigmoid, softmax_op)


@dataclass(frozen=True, slots=True)
class Weighted:
    """A matrix times weights of its rows: a product of columns, zero where one of the masks holds. `strong`: an exact
    zero stays zero beside an infinity.
    """

    base: Node
    weights: tuple[Node, ...]
    masks: tuple[Node, ...]
    strong: bool


@rewrite("X^T diag(s) X = Y^T Y with Y = diag(sqrt(s)) X", matmul_op,
         condition="s is seen not to be negative, and the product is large enough for half of it to pay",
         rounding=REGROUPED, source="Golub and Van Loan, Matrix Computations, 1.1.2 and 4.2")  # fmt: skip
def half_of_a_symmetric_product(node: Node, uses: Uses) -> Node | None:
    left, right = node.inputs
    if node.ndim != 2 or any(each.ndim != 2 for each in (left, right)) or left.op is not transpose_op:
        return None
    if node.shape[0] < HALF_FROM or left.shape[1] < HALF_FROM:
        return None
    first, second = taken_apart(left.inputs[0]), taken_apart(right)
    weights = [*first.weights, *second.weights]
    if first.base is not second.base or left.inputs[0] is right or not weights or not none_is_negative(weights):
        return None
    product = carry if first.strong or second.strong else mul
    weight = weights[0]
    for each in weights[1:]:
        weight = product(weight, each)
    for mask in (*first.masks, *second.masks):
        weight = where(mask, 0.0, weight)
    rooted = product(first.base, sqrt(weight))
    return matmul_op(transpose_op(rooted, axes=(1, 0)), rooted)  # type: ignore[no-any-return]


def taken_apart(node: Node) -> Weighted:
    """A matrix with the weights of its rows, each a column."""
    weights: list[Node] = []
    masks: list[Node] = []
    strong = False
    for _ in range(_DEEPEST):
        if node.op is neg:
            weights.append(scalar_like(-1.0, array_type((), node.dtype)))
            node = node.inputs[0]
            continue
        if node.op is where and number(node.inputs[1]) == 0:
            mask = column(node.inputs[0])
            if mask is None:
                break
            masks.append(mask)
            node = node.inputs[2]
            continue
        columns = [column(each) for each in node.inputs] if is_product(node) else [None, None]
        place = 1 if columns[1] is not None else 0
        weight = columns[place]
        if weight is None:
            break
        weights.append(weight)
        strong |= node.op is not mul
        node = node.inputs[1 - place]
    return Weighted(node, tuple(weights), tuple(masks), strong)


def column(node: Node) -> Node | None:
    """What is the same along each row of a matrix, as a column or a number; None for anything else."""
    if node.op is not broadcast or node.ndim != 2:
        return None
    source = node.inputs[0]
    if source.ndim == 0:
        return source
    return source if source.ndim == 2 and source.shape[1] == 1 else None


def none_is_negative(weights: Sequence[Node]) -> bool:
    """Whether a product of columns cannot be negative: what stands in it twice is a square."""
    odd = [each for each, count in Counter(map(bare, weights)).items() if count % 2]
    return all(not_negative(each) for each in odd)


def bare(node: Node) -> Node:
    """An array, in whatever shape it lies."""
    while node.op is reshape_op or node.op is broadcast:
        node = node.inputs[0]
    return node


def not_negative(node: Node, depth: int = 0) -> bool:
    """Whether no entry can be negative, as far as the graph shows."""
    value = number(node)
    if value is not None:
        return value >= 0
    if node.op in _NEVER_NEGATIVE:
        return True
    if depth > _DEEPEST or not node.inputs:
        return False
    if is_product(node) and node.inputs[0] is node.inputs[1]:
        return True
    if is_product(node) or node.op in (div, add):
        return all(not_negative(each, depth + 1) for each in node.inputs)
    if node.op is where:
        return all(not_negative(each, depth + 1) for each in node.inputs[1:])
    if node.op is sub:
        return number(node.inputs[0]) == 1 and at_most_one(node.inputs[1], depth + 1)
    return node.op in _MOVES and not_negative(node.inputs[0], depth + 1)


def at_most_one(node: Node, depth: int) -> bool:
    """Whether no entry can be more than 1, rounding included."""
    node = bare(node)
    if node.op in _BETWEEN_0_AND_1:
        return True
    if depth > _DEEPEST or not node.inputs:
        return False
    if node.op is square or (node.op is mul and node.inputs[0] is node.inputs[1]):
        inner = bare(node.inputs[0])
        return inner.op is tanh or (at_most_one(inner, depth + 1) and not_negative(inner, depth + 1))
    return False
