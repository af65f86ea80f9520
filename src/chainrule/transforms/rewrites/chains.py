"""Chains of matrix products: a graph in, the same with every chain multiplied in the order that costs least out.

One idea: A B C v from the right takes three products with a vector, from the left two of matrices. A gradient is such a
chain from the other end. A product that others read stays whole, unless taking it apart for all of them is cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...ir.graph import Graph, consumers
from ...ir.node import Node
from ...ir.op import record
from ...ops.arithmetic import mul
from ...ops.movement import transpose_op
from ...ops.products import matmul_op, outer_op
from ..staging import carried_names
from .costs import cost_of
from .orders import chain_order
from .table import REGROUPED, rewrite_graph

_MOST_FACTORS = 48
_MOST_TRIALS = 12  # shared products that are tried apart
_LARGEST = 3000  # nodes of a graph in which they are tried


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a chain as a matrix: a vector has columns or rows only, and a number neither."""

    node: Node
    rows: bool
    columns: bool

    @property
    def sizes(self) -> tuple[int, int]:
        shape = iter(self.node.shape)
        return next(shape) if self.rows else 1, next(shape) if self.columns else 1

    @property
    def turned(self) -> Piece:
        both = self.rows and self.columns
        return Piece(transposed(self.node) if both else self.node, self.columns, self.rows)


def transposed(node: Node) -> Node:
    return node.inputs[0] if is_turn(node) else transpose_op(node, axes=(1, 0))


def is_turn(node: Node) -> bool:
    return node.op is transpose_op and node.ndim == 2 and node.settings["axes"] == (1, 0)


def is_product(node: Node) -> bool:
    """Whether a node is a product of matrices and vectors of floats, which may stand in a chain."""
    return node.op in (matmul_op, outer_op) and node.dtype.kind == "f" and all(each.ndim <= 2 for each in node.inputs)


@dataclass(frozen=True, slots=True)
class Apart:
    """Which products are taken apart where they stand in others."""

    products: frozenset[Node]

    def pieces(self, node: Node) -> list[Piece]:
        """The factors of a product, left to right."""
        left, right = node.inputs
        if node.op is outer_op:
            return [*self.side(left, True, False), *self.side(right, False, True)]
        return [*self.side(left, left.ndim == 2, True), *self.side(right, True, right.ndim == 2)]

    def side(self, node: Node, rows: bool, columns: bool) -> list[Piece]:
        """One side of a product: its own factors where it is one that is taken apart."""
        inner, turned = (node.inputs[0], True) if is_turn(node) else (node, False)
        if inner not in self.products:
            return [Piece(node, rows, columns)]
        found = self.pieces(inner)
        if turned:
            return [each.turned for each in reversed(found)]
        if inner.ndim == 1 and not columns and found[-1].columns:  # v^T A, read as a column
            return [each.turned for each in reversed(found)]
        if inner.ndim == 1 and not rows and found[0].rows:  # A v, read as a row
            return [each.turned for each in reversed(found)]
        return found


def multiplied(pieces: Sequence[Piece]) -> Node:
    """The product of a chain in the best order."""
    sizes = [pieces[0].sizes[0], *(each.sizes[1] for each in pieces)]
    split = chain_order(sizes)

    def part(first: int, last: int) -> Piece:
        if first == last:
            return pieces[first]
        place = split[first][last]
        return two(part(first, place), part(place + 1, last))

    return part(0, len(pieces) - 1).node


def two(left: Piece, right: Piece) -> Piece:
    """Two parts as one."""
    if left.columns:
        made = matmul_op(left.node, right.node)
    elif left.rows and right.columns:
        made = outer_op(left.node, right.node)
    else:
        made = mul(left.node, right.node)  # one of them is a number
    return Piece(made, left.rows, right.columns)


@rewrite_graph(
    "A B C v = A (B (C v)): chains of products in the order that costs least, through transpositions, across gradients",
    condition="a product that others read is taken apart only if all chains together then cost less",
    rounding=REGROUPED, source="Godbole (1973); Cormen et al., Introduction to Algorithms, 15.2",
)  # fmt: skip
def chains_of_products(graph: Graph) -> tuple[Graph, int]:
    inputs = set(graph.inputs)
    order = [each for each in graph.order() if each not in inputs]
    products = [each for each in order if is_product(each)]
    if len(products) < 2:
        return graph, 0
    readers = consumers(graph.order())
    outputs = set(graph.outputs)
    chained = [each for each in products if each not in outputs and all_in_chains(each, readers, outputs)]
    taken = frozenset(each for each in chained if single(each, readers))
    shared = [each for each in reversed(chained) if each not in taken][:_MOST_TRIALS]
    best, cost = graph, cost_of(graph)
    for more in ([], *([each] for each in shared if len(order) <= _LARGEST)):
        tried = taken | frozenset(more)
        found = with_chains(graph, tried) if tried else graph
        own = cost_of(found)
        if own < cost:
            best, cost, taken = found, own, tried
    return best, 0 if best is graph else 1


def all_in_chains(node: Node, readers: dict[Node, list[tuple[Node, int]]], outputs: set[Node]) -> bool:
    """Whether whoever reads a product is a product itself, or a transposition that only products read."""
    found = readers[node]
    return bool(found) and all(
        is_product(each) or (is_turn(each) and each not in outputs and all_products(readers[each]))
        for each, _ in found
    )  # fmt: skip


def all_products(found: Sequence[tuple[Node, int]]) -> bool:
    return bool(found) and all(is_product(each) for each, _ in found)


def single(node: Node, readers: dict[Node, list[tuple[Node, int]]]) -> bool:
    """Whether one product reads a product, once."""
    found = readers[node]
    if len(found) != 1:
        return False
    reader = found[0][0]
    return len(readers[reader]) == 1 if is_turn(reader) else True


def with_chains(graph: Graph, products: frozenset[Node]) -> Graph:
    """The graph with these products taken apart where they stand in others."""
    apart = Apart(products)
    needed = set(graph.outputs)
    order = graph.order()
    inputs = set(graph.inputs)
    chains: dict[Node, list[Piece]] = {}
    for node in reversed(order):
        if node not in needed or node in inputs:
            continue
        if is_product(node):
            pieces = apart.pieces(node)
            if 2 < len(pieces) <= _MOST_FACTORS:
                chains[node] = pieces
                needed.update(each.node for each in pieces)
                needed.update(each.node.inputs[0] for each in pieces if is_turn(each.node))
                continue
        needed.update(node.inputs)
    new: dict[Node, Node] = {each: each for each in graph.inputs}
    for node in order:
        if node in needed and node not in new:
            new[node] = rebuilt(node, chains, new)
    outputs = tuple(new[each] for each in graph.outputs)
    return Graph(graph.inputs, outputs, carried_names(graph.names, new))


def rebuilt(node: Node, chains: dict[Node, list[Piece]], new: dict[Node, Node]) -> Node:
    """A node over what its inputs have become."""
    if node in chains:
        return multiplied([Piece(standing(each.node, new), each.rows, each.columns) for each in chains[node]])
    below = tuple([new[each] for each in node.inputs])
    if all([after is before for after, before in zip(below, node.inputs, strict=True)]):
        return node
    return record(node.op, below, node.settings)


def standing(node: Node, new: dict[Node, Node]) -> Node:
    """What a factor has become; a transposition that the chain itself asked for is made anew."""
    return new[node] if node in new else transposed(new[node.inputs[0]])
