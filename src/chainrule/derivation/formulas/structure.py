"""Products with structure: an expression that computes a derivative in, the same at a lower cost out.

One idea: a diagonal matrix scales rows or columns, an outer product stays two vectors, a product that reads the same
from both ends is half of itself beside its transpose, and tr(A B) needs no product. Formulas say none of this; what
runs should.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ...ir.graph import topological_order
from ...ir.node import Node
from ...ir.op import record
from ...ops.arithmetic import add, div, mul, neg, sub
from ...ops.diagonals import diag_matrix, trace_op
from ...ops.grams import weighted_gram
from ...ops.movement import broadcast, reshape_op, transpose_op
from ...ops.products import matmul_op, outer_op
from ...ops.reductions import sum_op
from .turning import Known, turned


def structured(node: Node, known: Known) -> Node:
    """The same value by cheaper steps. Products with a name are not taken apart: they are computed anyway."""
    order = topological_order([node])
    work = _Work(known, Counter(source for each in order for source in each.inputs))
    for each in order:
        inputs = tuple(work.done[source] for source in each.inputs)
        same = all(new is old for new, old in zip(inputs, each.inputs, strict=True))
        work.done[each] = _rewritten(each, each if same else record(each.op, inputs, each.settings), work)
    return work.done[node]


@dataclass(slots=True)
class _Work:
    """What is known of names, how often each node is used, and what has become of those that are done."""

    known: Known
    uses: Counter[Node]
    done: dict[Node, Node] = field(default_factory=dict)


def _rewritten(old: Node, new: Node, work: _Work) -> Node:
    if new.op is matmul_op and all(each.ndim == 2 for each in new.inputs):
        return _product(old, new, work)
    if new.op is matmul_op and new.ndim == 1 and new.inputs[0].op is diag_matrix:
        return mul(new.inputs[0].inputs[0], new.inputs[1])  # type: ignore[no-any-return]
    if new.op is trace_op and new.inputs[0].op is matmul_op:
        left, right = new.inputs[0].inputs
        return sum_op(mul(left, turned(right, work.known)), axes=(0, 1), keepdims=False)  # type: ignore[no-any-return]
    if new.op in (mul, div, neg):
        return _with_number_inside(old, new, work)
    return new


def _with_number_inside(old: Node, new: Node, work: _Work) -> Node:
    """c X^T diag(v) X = X^T diag(c v) X: the number meets a vector instead of the whole matrix."""
    place = next((place for place, each in enumerate(new.inputs) if each.op is weighted_gram), None)
    if place is None or work.uses[old.inputs[place]] > 1:
        return new
    data, weights = new.inputs[place].inputs
    if new.op is neg:
        return weighted_gram(data, neg(weights))  # type: ignore[no-any-return]
    number = _single(new.inputs[1 - place])
    if number is None or (new.op is div and place == 1):
        return new
    return weighted_gram(data, new.op(weights, number))  # type: ignore[no-any-return]


def _single(node: Node) -> Node | None:
    """The number that an array repeats."""
    node = node.inputs[0] if node.op is broadcast else node
    return None if node.ndim else node


# Chains of matrices --------------------------------------------------------------------------------------------------
def _product(old: Node, new: Node, work: _Work) -> Node:
    """A product of two matrices, each of which may be a product itself."""
    chain = [work.done[each] for each in _chain(old, work.known)]
    for place, each in enumerate(chain):
        terms = _structured_terms(each)
        if terms:
            return _distributed(chain, place, terms, work.known)
    found = _shortened(chain, work.known)
    return _two(*new.inputs) if found is None else found


def _chain(node: Node, known: Known) -> list[Node]:
    """The factors of a matrix product, left to right; a product with a name is one factor."""
    found: list[Node] = []
    for each in node.inputs:
        is_product = each.op is matmul_op and all(source.ndim == 2 for source in each.inputs)
        found += _chain(each, known) if is_product and each not in known.named else [each]
    return found


def _multiplied(chain: Sequence[Node], known: Known) -> Node:
    found = _shortened(chain, known)
    if found is None:
        found = chain[0]
        for each in chain[1:]:
            found = _two(found, each)
    return found


def _two(left: Node, right: Node) -> Node:
    """A product of two: a diagonal matrix scales the rows or the columns of the other."""
    if left.op is diag_matrix:
        return mul(reshape_op(left.inputs[0], shape=(left.shape[0], 1)), right)  # type: ignore[no-any-return]
    if right.op is diag_matrix:
        return mul(left, right.inputs[0])  # type: ignore[no-any-return]
    return matmul_op(left, right)  # type: ignore[no-any-return]


def _shortened(chain: Sequence[Node], known: Known) -> Node | None:
    """The product of a chain with an outer product in it, or that is its own transpose; None for any other."""
    for place, each in enumerate(chain):
        if each.op is outer_op and each not in known.named:
            before, after = each.inputs
            for factor in reversed(chain[:place]):
                before = mul(factor.inputs[0], before) if factor.op is diag_matrix else matmul_op(factor, before)
            for factor in chain[place + 1 :]:
                after = mul(after, factor.inputs[0]) if factor.op is diag_matrix else matmul_op(after, factor)
            return outer_op(before, after)  # type: ignore[no-any-return]
    half, middle = len(chain) // 2, chain[len(chain) // 2]
    plain = Known((), known.named)  # what is declared symmetric is so only as far as the numbers are
    if not half or not all(turned(chain[place], plain) is chain[-1 - place] for place in range(half)):
        return None
    if len(chain) == 2:
        return None  # it stands like that
    if len(chain) % 2 == 0:
        right = _multiplied(chain[half:], known)
        return matmul_op(transpose_op(right, axes=(1, 0)), right)  # type: ignore[no-any-return]
    if middle.op is not diag_matrix:
        return None
    return weighted_gram(_multiplied(chain[half + 1 :], known), middle.inputs[0])  # type: ignore[no-any-return]


# Sums in a chain -----------------------------------------------------------------------------------------------------
Signed: TypeAlias = tuple[int, Node | None, Node]  # a sign, a number (None: 1), a matrix


def _distributed(chain: Sequence[Node], place: int, terms: Sequence[Signed], known: Known) -> Node:
    """X^T (diag(s) - s s^T) X = X^T diag(s) X - (X^T s) (X^T s)^T: no matrix as large as the sum is made."""
    total: Any = None
    for sign, number, term in terms:
        product = _multiplied([*chain[:place], term, *chain[place + 1 :]], known)
        if number is not None:
            product = mul(number, product)
        if total is None:
            total = product if sign > 0 else neg(product)
        else:
            total = add(total, product) if sign > 0 else sub(total, product)
    return total  # type: ignore[no-any-return]


def _structured_terms(node: Node) -> list[Signed]:
    """The terms of a sum of diagonal matrices and outer products; none for anything else."""
    if node.op in (diag_matrix, outer_op):
        return []
    return _terms(node, 1, None) or []


def _terms(node: Node, sign: int, number: Node | None) -> list[Signed] | None:
    if node.op in (diag_matrix, outer_op):
        return [(sign, number, node)]
    if node.op is neg:
        return _terms(node.inputs[0], -sign, number)
    if node.op is mul and number is None and (single := _single(node.inputs[0])) is not None:
        return _terms(node.inputs[1], sign, single)
    if node.op in (add, sub):
        first = _terms(node.inputs[0], sign, number)
        second = _terms(node.inputs[1], -sign if node.op is sub else sign, number)
        return None if first is None or second is None else [*first, *second]
    return None
