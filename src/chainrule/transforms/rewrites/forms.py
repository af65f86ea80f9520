"""Laws about products of matrices that are written as something else.

One idea: a sum over products of copied arrays has few factors and many terms. With a letter for each axis it is a
product of matrices, taken in the best order, and no array is as large as all letters together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...ir.node import Node
from ...ir.op import Labels as IndexLabels
from ...ops.arithmetic import mul, neg
from ...ops.diagonals import diag_matrix
from ...ops.movement import LETTERS, broadcast, reshape, reshape_op, transpose_op
from ...ops.products import einsum_op, matmul_op, split_subscripts
from ...ops.reductions import sum_op
from ..laws import number
from ..structured.terms import Factor, Frame, aligned, contracted, summed
from .chains import transposed
from .orders import after, cheapest
from .table import REGROUPED, Uses, rewrite

_MOST_FACTORS = 8


@rewrite("diag(d) A = d[:, None] * A, A diag(d) = A * d", matmul_op, condition="always",
         rounding="the same where A is finite: zeros beside the diagonal no longer meet its infinities",
         source="Golub and Van Loan, Matrix Computations, 1.1.5")  # fmt: skip
def product_with_a_diagonal(node: Node, uses: Uses) -> Node | None:
    left, right = node.inputs
    if left.op is diag_matrix and right.ndim <= 2:
        d = left.inputs[0]
        return mul(d if right.ndim == 1 else reshape_op(d, shape=(d.size, 1)), right)  # type: ignore[no-any-return]
    if right.op is diag_matrix and left.ndim <= 2:
        return mul(left, right.inputs[0])  # type: ignore[no-any-return]
    return None


@dataclass(frozen=True, slots=True)
class Product:
    """A number times arrays at letters."""

    sign: Node | None
    negative: bool
    factors: tuple[Factor, ...]


@rewrite("sum_j A_ij B_jk = (A B)_ik, sum_ij a_i M_ij b_j = a^T M b", sum_op,
         condition="an array that is copied along an axis stands in a product that nobody else reads",
         rounding=REGROUPED, source="Einstein's convention; Smith and Gray, opt_einsum (2018)")  # fmt: skip
def sum_of_products(node: Node, uses: Uses) -> Node | None:
    source = node.inputs[0]
    if source.op not in (mul, neg) or not uses.alone(source):
        return None
    found = taken_apart(source, uses)
    if not 2 <= len(found) <= _MOST_FACTORS:
        return None
    frame, labels = framed(source)
    factors = [at_letters(each, labels) for each, _ in found if number(each) is None]
    gone = {labels[axis] for axis in node.settings["axes"]}
    if len(factors) < 2 or all(len(each.at) == len(labels) for each in factors):
        return None
    product = multiplied(frame, factors, [label for label in labels if label not in gone])
    whole = reshape(product, node.shape) if node.settings["keepdims"] else product
    if whole.shape != node.shape:
        whole = broadcast(whole, shape=node.shape)
    for each, _ in found:
        value = number(each)
        whole = whole if value in (None, 1.0) else mul(value, whole)
    return neg(whole) if sum(sign for _, sign in found) % 2 else whole


def taken_apart(node: Node, uses: Uses) -> list[tuple[Node, int]]:
    """The factors of a product, each with whether a sign stands before it."""
    pending = [(node, 0, True)]
    found: list[tuple[Node, int]] = []
    while pending:
        each, sign, top = pending.pop()
        inside = top or uses.alone(each)
        if each.op is mul and inside and len(found) + len(pending) < _MOST_FACTORS:
            left, right = each.inputs
            pending += [(right, 0, False), (left, sign, False)]
        elif each.op is neg and inside:
            pending.append((each.inputs[0], sign + 1, False))
        else:
            found.append((each, sign))
    return found


def framed(node: Node) -> tuple[Frame, tuple[int, ...]]:
    """A letter for each axis."""
    frame = Frame((), 1 << 62)
    return frame, tuple(frame.fresh(size) for size in node.shape)


def at_letters(node: Node, labels: tuple[int, ...]) -> Factor:
    """What an array copies, at the letters of the axes along which it is no copy."""
    shape, at = node.shape, labels
    while node.op is broadcast:
        node = node.inputs[0]
        at = at[len(at) - node.ndim :] if node.ndim else ()
        shape = shape[len(shape) - node.ndim :] if node.ndim else ()
    kept = tuple(label for label, size, full in zip(at, node.shape, shape, strict=True) if size == full)
    sizes = tuple(size for size, full in zip(node.shape, shape, strict=True) if size == full)
    return Factor(node if node.shape == sizes else reshape(node, sizes), kept)


def multiplied(frame: Frame, factors: Sequence[Factor], wanted: Sequence[int]) -> Node:
    """The sum over all letters but those wanted of a product, two factors at a time, with its axes in this order.

    An axis that no factor has is left with size 1.
    """
    names = dict(zip(sorted({label for each in factors for label in each.at}), LETTERS + LETTERS.upper(), strict=False))
    terms = tuple("".join(names[label] for label in each.at) for each in factors)
    result = "".join(names[label] for label in wanted if label in names)
    sizes = tuple(sorted((names[label], frame.sizes[label]) for label in names))
    missing = [label for label in frame.sizes if label not in names and label not in wanted]
    left = list(factors)
    for pair in cheapest(terms, result, sizes).pairs:
        kept = {label for label, name in names.items() if name in after(terms, pair, result)[-1]}
        first, second = (left[place] for place in pair)
        left = [each for place, each in enumerate(left) if place not in pair]
        left.append(contracted(frame, first, second, {*first.at, *second.at} - kept))
        terms = after(terms, pair, result)
    whole = summed(frame, left[0], [label for label in left[0].at if label not in wanted] + missing)
    return aligned(whole, tuple(wanted), frame.sizes)  # type: ignore[no-any-return]


@rewrite("sum_i (A B)_ik = (sum_i A_i) B, sum_ik (A B)_ik = (sum_i A_i) (sum_k B_k)", sum_op,
         condition="nobody else reads the product, a letter that is summed stands in one factor alone, and that factor "
         "is an argument or read here only: else it would be gone through once more, perhaps across its rows",
         rounding=REGROUPED, source="distributivity")  # fmt: skip
def sum_of_a_product(node: Node, uses: Uses) -> Node | None:
    source = node.inputs[0]
    if source.op not in (matmul_op, einsum_op) or not uses.alone(source) or node.settings["keepdims"]:
        return None
    found = at_own_letters(source)
    if found is None:
        return None
    frame, factors, result = found
    wanted = [label for axis, label in enumerate(result) if axis not in node.settings["axes"]]
    gone = [label for label in result if label not in wanted]
    lonely = [label for label in gone if sum(label in each.at for each in factors) == 1]
    summed_first = [each.core for each in factors if not set(lonely).isdisjoint(each.at)]
    if not lonely or not all(at_hand(each, uses) for each in summed_first):
        return None
    return multiplied(frame, factors, wanted)


def at_hand(node: Node, uses: Uses) -> bool:
    """Whether an array is an argument, or computed for one reader."""
    while node.op is transpose_op or node.op is reshape_op:
        node = node.inputs[0]
    return not node.inputs or uses.alone(node)


@rewrite("an einsum of several factors is a product of two at a time, in the best order", einsum_op,
         condition="three factors or more, and no letter twice in one of them", rounding=REGROUPED,
         source="Smith and Gray, opt_einsum (2018)")  # fmt: skip
def einsum_in_the_best_order(node: Node, uses: Uses) -> Node | None:
    found = at_own_letters(node) if len(node.inputs) > 2 else None
    return None if found is None else multiplied(*found)


def at_own_letters(node: Node) -> tuple[Frame, list[Factor], list[int]] | None:
    """The factors of a matmul or an einsum at letters, and the letters of its result. None where a letter stands twice
    in a factor, and where a stack is stretched."""
    assert isinstance(node.op.index, IndexLabels)
    terms, result = split_subscripts(node.op.index.rule(*[each.type for each in node.inputs], **node.settings))
    if len(terms) > _MOST_FACTORS or any(len(set(term)) < len(term) for term in terms):
        return None
    frame = Frame((), 1 << 62)
    labels: dict[str, int] = {}
    for term, each in zip(terms, node.inputs, strict=True):
        for letter, size in zip(term, each.shape, strict=True):
            if letter not in labels:
                labels[letter] = frame.fresh(size)
            if frame.sizes[labels[letter]] != size:
                return None
    pairs = zip(terms, node.inputs, strict=True)
    factors = [Factor(each, tuple(labels[letter] for letter in term)) for term, each in pairs]
    return frame, factors, [labels[letter] for letter in result]


@rewrite("(A B)^T = B^T A^T", transpose_op, condition="a product of two matrices that nobody else reads",
         rounding=REGROUPED, source="Golub and Van Loan, Matrix Computations, 1.1.6")  # fmt: skip
def transposed_product(node: Node, uses: Uses) -> Node | None:
    source = node.inputs[0]
    if source.op is not matmul_op or not uses.alone(source) or any(each.ndim != 2 for each in source.inputs):
        return None
    if node.settings["axes"] != (1, 0) or not any(each.op is transpose_op for each in source.inputs):
        return None
    left, right = source.inputs
    return matmul_op(transposed(right), transposed(left))  # type: ignore[no-any-return]
