"""Sums of products of entries: factors at letters and the letters to sum over in, fewer factors without sums out.

One idea: two factors at a time. The pair whose product is smallest is next, and a pair that meets in a summed letter is
one matrix product, with the letters of each factor joined to rows and columns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log2, prod
from typing import Any

from ...ir.node import Node
from ...ops.arithmetic import mul
from ...ops.movement import reshape_op, transpose_op
from ...ops.products import matmul_op
from ...ops.reductions import sum_op
from .blocks import At, Factor, scaled
from .terms import Letter


def contracted(
    factors: Sequence[Factor], sums: Collection[Letter], order: Sequence[Letter], scalar: Node | None
) -> tuple[Node | None, tuple[Factor, ...]]:
    """The number and the factors that are left when every sum has been carried out.

    The number is worked into the last product where there is one: it has to be multiplied somewhere.
    """
    left = list(factors)
    while True:
        left = [_summed(each, [*left[:place], *left[place + 1 :]], sums) for place, each in enumerate(left)]
        pairs = [
            (first, second)
            for place, first in enumerate(left)
            for second in left[place + 1 :]
            if any(letter in sums for letter in first[1] if letter in second[1])
        ]
        if not pairs:
            break
        first, second = min(pairs, key=_Growth(left, sums, order))
        chosen = (first, second) if len(first[1]) <= len(second[1]) else (second, first)
        left = [each for each in left if each is not chosen[0] and each is not chosen[1]]
        gone = {letter for letter in sums if not any(letter in at for _, at in left)}
        is_last = not any(letter in sums for _, at in left for letter in at) and gone >= _in_both(chosen, sums)
        left.append(_pair(*chosen, gone, order, scalar if is_last else None))
        scalar = None if is_last else scalar
    numbers = [node for node, at in left if not at]
    for each in numbers:
        scalar = scaled(scalar, each)
    return scalar, tuple(each for each in left if each[1])


def _in_both(pair: tuple[Factor, Factor], sums: Collection[Letter]) -> set[Letter]:
    return {letter for letter in pair[0][1] if letter in sums}


def _summed(factor: Factor, others: Sequence[Factor], sums: Collection[Letter]) -> Factor:
    """A factor summed over the letters that no other has."""
    node, at = factor
    alone = [letter for letter in at if letter in sums and not any(letter in other for _, other in others)]
    if not alone:
        return factor
    axes = tuple(at.index(letter) for letter in alone)
    return sum_op(node, axes=axes, keepdims=False), tuple(letter for letter in at if letter not in alone)


@dataclass(frozen=True, slots=True, eq=False)
class _Growth:
    """How many entries a product has more than its factors; of equal ones, that whose letters stand side by side."""

    left: Sequence[Factor]
    sums: Collection[Letter]
    order: Sequence[Letter]

    def __call__(self, pair: tuple[Factor, Factor]) -> tuple[int, int, int]:
        (_, first), (_, second) = pair
        others = [at for each in self.left if each is not pair[0] and each is not pair[1] for at in each[1]]
        result = [each for each in dict.fromkeys((*first, *second)) if each not in self.sums or each in others]
        places = [self.order.index(letter) for letter in result if letter in self.order] or [0]
        growth = _roughly(result) - _roughly(first) - _roughly(second)
        return growth, max(places) - min(places), min(places)


def _roughly(letters: Sequence[Letter]) -> int:
    """Entries to the nearest power of 2 an axis: sizes that stand for letters differ a little, and mean nothing."""
    return prod(2 ** round(log2(max(1, letter.size))) for letter in letters)


def _entries(letters: Sequence[Letter]) -> int:
    return prod(letter.size for letter in letters)


# A product of two -----------------------------------------------------------------------------------------------------
def _pair(
    first: Factor, second: Factor, gone: Collection[Letter], order: Sequence[Letter], scalar: Node | None
) -> Factor:  # fmt: skip
    met = [letter for letter in first[1] if letter in second[1] and letter in gone]
    if not met:
        at = tuple(sorted(dict.fromkeys((*first[1], *second[1])), key=_SummedFirst(order)))
        return mul(_aligned(first, at), _aligned(second, at)), at
    return _matrix_product(first, second, met, scalar)


@dataclass(frozen=True, slots=True)
class _SummedFirst:
    """Letters that are still to be summed, then those of the result in their order."""

    order: Sequence[Letter]

    def __call__(self, letter: Letter) -> tuple[bool, int]:
        known = letter in self.order
        return known, self.order.index(letter) if known else letter.number


def _aligned(factor: Factor, letters: At) -> Node:
    """An array with one axis for each letter, of size 1 where it does not depend on it."""
    node, at = factor
    kept = tuple(letter for letter in letters if letter in at)
    return _shaped(_turned(node, at, kept), tuple(letter.size if letter in at else 1 for letter in letters))


def _turned(node: Node, at: At, wanted: Sequence[Letter]) -> Node:
    axes = tuple(at.index(letter) for letter in wanted)
    return node if axes == tuple(range(len(axes))) else transpose_op(node, axes=axes)


def _shaped(node: Node, shape: tuple[int, ...]) -> Node:
    return node if node.shape == shape else reshape_op(node, shape=shape)


def _matrix_product(first: Factor, second: Factor, met: Sequence[Letter], scalar: Node | None) -> Factor:
    """Rows and columns as the letters of one factor alone, stacked along those that both keep."""
    stack = [letter for letter in first[1] if letter in second[1] and letter not in met]
    rows = [letter for letter in first[1] if letter not in second[1]]
    columns = [letter for letter in second[1] if letter not in first[1]]
    left, right = _matrix(first, stack, met, rows), _matrix(second, stack, met, columns)
    is_gram = left is right
    if scalar is not None and not is_gram:
        if _roughly(first[1]) <= _roughly(second[1]):
            left = scaled(scalar, left)
        else:
            right = scaled(scalar, right)
    found: Any = matmul_op(_swapped(left), right)
    if is_gram:  # the product of a matrix with itself costs half, which two scaled copies would lose
        found = scaled(scalar, found)
    at = (*stack, *rows, *columns)
    return _shaped(found, tuple(letter.size for letter in at)), at


def _matrix(factor: Factor, stack: Sequence[Letter], met: Sequence[Letter], own: Sequence[Letter]) -> Node:
    """A factor as a stack of matrices: rows are the letters that are summed over, columns its own."""
    node, at = factor
    stacked = tuple(letter.size for letter in stack)
    if own and at == (*stack, *own, *met):  # joined as they lie: after turning they would have to be copied
        return _swapped(_shaped(node, (*stacked, _entries(own), _entries(met))))
    return _shaped(_turned(node, at, (*stack, *met, *own)), (*stacked, _entries(met), _entries(own)))


def _swapped(node: Node) -> Node:
    """A stack of matrices, each transposed."""
    axes = (*range(node.ndim - 2), node.ndim - 1, node.ndim - 2)
    if node.op is transpose_op and node.settings["axes"] == axes:
        return node.inputs[0]
    return transpose_op(node, axes=axes)  # type: ignore[no-any-return]
