"""What a graph costs: nodes in, about how many operations they take out.

One idea: a law must never make a graph dearer, so it is asked before it is used. Moving entries without computing is
free, a product of matrices is two operations a term, and a loop is its body as often as it runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ...ir.graph import Graph
from ...ir.node import Node
from ...ir.types import BundleType, count_entries
from ...ops.arithmetic import add, carry, div, mul, neg, square, sub
from ...ops.movement import broadcast, reshape_op, transpose_op
from ...ops.products import einsum_op, matmul_op, split_subscripts
from ...ops.reductions import mean_op, sum_op
from .orders import cheapest

FREE = frozenset({broadcast, reshape_op, transpose_op})
_PLAIN = frozenset({add, sub, mul, neg, square, carry})
_DIVISION, _FUNCTION = 4, 20  # operations of one entry


def cost_of_node(node: Node) -> int:
    """The operations of one step."""
    op = node.op
    if not node.inputs or op in FREE:
        return 0
    if isinstance(node.type, BundleType):
        return cost_of_bundle(node)
    if op.elementwise:
        return node.size * (1 if op in _PLAIN else _DIVISION if op is div else _FUNCTION)
    if op is matmul_op:
        return (1 if is_half(node) else 2) * node.size * node.inputs[0].shape[-1]
    if op is einsum_op:
        return cost_of_einsum(node.settings["subscripts"], tuple(each.shape for each in node.inputs))
    if op in (sum_op, mean_op):
        return int(node.inputs[0].size)
    return int(node.size) + sum(0 if isinstance(each.type, BundleType) else each.size for each in node.inputs)


HALF_FROM = 192  # rows and terms from which on a product with the own transpose is done by half


def is_half(node: Node) -> bool:
    """Whether a product is that of a large matrix with its own transpose, in place: half of it is copied."""
    left, right = node.inputs
    one, other = (left, right) if left.op is transpose_op else (right, left)
    same = one.op is transpose_op and one.inputs[0] is other and other.ndim == 2
    return same and node.shape[0] >= HALF_FROM and left.shape[-1] >= HALF_FROM


def cost_of_bundle(node: Node) -> int:
    settings = node.settings
    bodies = [cost_of(each) for each in settings.values() if isinstance(each, Graph)]
    if bodies:
        return sum(bodies) * int(settings.get("length", 1))
    return sum(0 if isinstance(each.type, BundleType) else each.size for each in node.inputs)


@lru_cache(maxsize=1024)
def cost_of_einsum(subscripts: str, shapes: tuple[tuple[int, ...], ...]) -> int:
    """Carried out two factors at a time, in the best order; a single factor is a sum."""
    terms, result = split_subscripts(subscripts)
    sizes = {letter: size for term, shape in zip(terms, shapes, strict=True)
             for letter, size in zip(term, shape, strict=True)}  # fmt: skip
    if len(terms) == 1:
        return count_entries(shapes[0])
    return cheapest(tuple(terms), result, tuple(sorted(sizes.items()))).cost


def cost_of(graph: Graph) -> int:
    """The operations of all steps: what two of them share is counted once."""
    inputs = set(graph.inputs)
    return total(each for each in graph.order() if each not in inputs)


def total(nodes: Iterable[Node]) -> int:
    return sum(map(cost_of_node, nodes))


def size_of(value: Any) -> int:
    return count_entries(value.shape)
