"""How a graph is read in index notation: an expression and letters for its axes in, terms out.

One idea: an op that only multiplies, adds, moves or copies entries is taken apart; every other op, and every node with
a name, stays whole as an array of which one entry is meant. What depends on a seed must be taken apart entirely: that
is how the entries of a Jacobian are found, as what stands beside one entry of the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ....ir.graph import topological_order
from ....ir.node import Node
from ....ir.op import record
from ....ops.arithmetic import mul
from ....ops.movement import broadcast, reshape_op, transpose_op
from ....ops.products import matmul_op
from ....transforms.laws import number
from ..terms import (
    Factor,
    Letter,
    Term,
    Terms,
)
from .numerals import read_number

_MOST_TERMS = 64
At = tuple[Letter, ...]
Form: TypeAlias = "Callable[[Node, At, Reader, bool], Terms]"
FORMS: dict[str, Form] = {}  # by the name of the op; the modules beside this one fill it
INDEX_FORMS: dict[type, Callable[[Node, At, Reader], Terms]] = {}  # by the kind of index form that an op declares


class NoIndexFormError(Exception):
    """An op on the way that has no index form; its message is the reason, as a part of a sentence."""


# Closed sums stay whole; or are multiplied out; or are, but for 1 - p and the like, until powers have cancelled.
WAYS = ("whole", "apart", "cancelled")


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """How to read: which nodes stay whole, which are open (depend on a seed), whether closed sums are multiplied out,
    and which numbers are sizes of axes."""

    keep: Collection[Node]
    open: Collection[Node] = frozenset()
    way: str = "whole"
    sizes: Mapping[int, str] = field(default_factory=dict)
    positive: Collection[Node] = frozenset()
    rewrite: Callable[[Node], Node] | None = None  # how a closed sum that stays whole is written
    forward: Collection[Node] = frozenset()  # steps whose sums stand as they are written

    @property
    def distribute(self) -> bool:
        """Whether closed sums are multiplied out."""
        return self.way != WAYS[0]


def open_nodes(expression: Node, seeds: Sequence[Node]) -> frozenset[Node]:
    """The nodes of an expression that depend on a seed."""
    if not seeds:
        return frozenset()
    found = set(seeds)
    for node in topological_order([expression]):
        if not found.isdisjoint(node.inputs):
            found.add(node)
    return frozenset(found)


def read(node: Node, at: At, reader: Reader, top: bool = True) -> Terms:
    """The entry of a node at these letters. `top`: sums are taken apart, because nothing multiplies them.

    Raises NoIndexFormError where an op stands in the way.
    """
    if node in reader.keep:
        return whole(node, at)
    single = number(node)
    if single is not None:
        return read_number(single, reader.sizes)
    form = FORMS.get(node.op.name)
    if form is not None:
        return bounded(form(node, at, reader, top))
    by_index = INDEX_FORMS.get(type(node.op.index))
    if by_index is not None and node.inputs:
        return bounded(by_index(node, at, reader))
    return as_it_is(node, at, reader)


def bounded(terms: Terms) -> Terms:
    if len(terms) > _MOST_TERMS:
        raise NoIndexFormError(f"it has more than {_MOST_TERMS} terms")
    return terms


def as_it_is(node: Node, at: At, reader: Reader) -> Terms:
    """A node that is not taken apart: possible only if it is closed."""
    if node in reader.open:
        raise NoIndexFormError(f"{node.op.name} has no index form")
    return whole(node, at)


def whole(node: Node, at: At) -> Terms:
    """One entry of a node, without its axes of size 1."""
    if 1 in node.shape:
        bare = squeezed(node)
        if bare is not None:
            return whole(bare, tuple(letter for letter in at if letter.size != 1))
    if node.op is broadcast and 1 not in node.inputs[0].shape and number(node) is None:
        return whole(node.inputs[0], at[len(at) - node.inputs[0].ndim :])  # copies are not an array of their own
    return (Term(factors=(Factor(node, at),)),)


def squeezed(node: Node) -> Node | None:
    """The same entries without axes of size 1, where that can be said without a reshape."""
    settings = node.settings
    if settings.get("keepdims"):
        bare: Node = record(node.op, node.inputs, {**settings, "keepdims": False})
        return bare if 1 not in bare.shape else None
    if node.op is reshape_op or node.op is broadcast:
        source = node.inputs[0]
        wanted = tuple(size for size in node.shape if size != 1)
        if tuple(size for size in source.shape if size != 1) != wanted:
            return None
        return source if 1 not in source.shape else squeezed(source)
    if node.op is matmul_op and all(each.ndim == 2 for each in node.inputs):
        return _squeezed_product(*node.inputs)
    if node.op is transpose_op and node.ndim == 2:
        return squeezed(node.inputs[0])
    if node.op.elementwise and node.inputs:
        inputs = [each if not each.ndim or number(each) is not None else squeezed(each) for each in node.inputs]
        if any(each is None for each in inputs):
            return None
        scalars = [_scalar(each) for each in inputs if each is not None]
        return record(node.op, tuple(scalars), settings)
    return None


def _squeezed_product(left: Node, right: Node) -> Node | None:
    """A row times a matrix, or a matrix times a column, as a vector."""
    single = left.shape[1] == 1
    first = squeezed(left) if single or left.shape[0] == 1 else left
    second = squeezed(right) if single or right.shape[1] == 1 else right
    if first is None or second is None:
        return None
    if single and number(second) == 1:
        return first
    return mul(first, second) if single else matmul_op(first, second)  # type: ignore[no-any-return]


def _scalar(node: Node) -> Node:
    """The one number of a constant array, as a number: it fits every shape."""
    while node.op is broadcast and number(node) is not None:
        node = node.inputs[0]
    return node
