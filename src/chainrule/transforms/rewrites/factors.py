"""Laws about common factors: what two terms share is taken out, and numbers meet the smallest array.

One idea: a b + a c = a (b + c) saves a product, and a product of matrices is worth saving. Entry by entry it is not:
the sum would be regrouped for one operation an entry.
"""

from __future__ import annotations

from collections.abc import Callable
from math import copysign
from typing import TypeVar

from ...ir.node import Node
from ...ops.arithmetic import add, div, mul, neg, sub
from ...ops.movement import broadcast
from ...ops.products import matmul_op, outer_op
from ...ops.reductions import mean_op, sum_op
from ..laws import number
from .table import EXACT, REGROUPED, Uses, rewrite

T = TypeVar("T")

_PRODUCTS = (matmul_op, outer_op)


def scalar_of(node: Node) -> Node | None:
    """The single number that an array repeats."""
    while node.op is broadcast:
        node = node.inputs[0]
    return None if node.ndim else node


@rewrite("X A + X B = X (A + B), A X + B X = (A + B) X", add, sub,
         condition="both products are of matrices or vectors, and nobody else reads them", rounding=REGROUPED,
         source="distributivity")  # fmt: skip
def common_factor_of_products(node: Node, uses: Uses) -> Node | None:
    first, second = node.inputs
    if first.op not in _PRODUCTS or first.op is not second.op or not (uses.alone(first) and uses.alone(second)):
        return None
    if first is second:
        return None
    for same, other in ((0, 1), (1, 0)):
        shared, left, right = first.inputs[same], first.inputs[other], second.inputs[other]
        if shared is second.inputs[same] and left.shape == right.shape:
            both = node.op(left, right)
            return first.op(shared, both) if same == 0 else first.op(both, shared)  # type: ignore[no-any-return]
    return None


@rewrite("a x + b x = (a + b) x, a x + x = (a + 1) x", add, sub,
         condition="a and b are single numbers, x is an array, and nobody else reads the terms", rounding=REGROUPED,
         source="distributivity")  # fmt: skip
def common_array(node: Node, uses: Uses) -> Node | None:
    if node.shape == () or not all(each.op is not mul or uses.alone(each) for each in node.inputs):
        return None
    (left, x), (right, y) = (as_multiple(each, scalar_of) for each in node.inputs)
    if x is not y or (left is None and right is None) or x.op is broadcast:
        return None
    total = node.op(1.0 if left is None else left, 1.0 if right is None else right)
    return mul(total, x)  # type: ignore[no-any-return]


def as_multiple(node: Node, factor_of: Callable[[Node], T | None]) -> tuple[T | None, Node]:
    """(a, x) of a x, where `factor_of` finds a in a factor; (None, x) of x."""
    if node.op is mul:
        for place, each in enumerate(node.inputs):
            found = factor_of(each)
            if found is not None:
                return found, node.inputs[1 - place]
    return None, node


def moderate(node: Node) -> float | None:
    """A number that is known, and too near to 1 to be there against overflow; None for any other."""
    value = number(node)
    return value if value is not None and _SMALLEST < abs(value) < 1 / _SMALLEST else None


_SMALLEST = 2.0**-40


@rewrite("sum(a x) = a sum(x), sum(-x) = -sum(x), sum(x / a) = sum(x) / a", sum_op, mean_op,
         condition="a is a known number between 2^-40 and 2^40, and nobody else reads the terms", rounding=REGROUPED,
         source="distributivity")  # fmt: skip
def number_out_of_a_sum(node: Node, uses: Uses) -> Node | None:
    source = node.inputs[0]
    if not uses.alone(source) or node.size >= source.size:
        return None
    if source.op is neg:
        return neg(node.op(source.inputs[0], **node.settings))  # type: ignore[no-any-return]
    if source.op is div:
        below = moderate(source.inputs[1])
        return None if below is None else div(node.op(source.inputs[0], **node.settings), below)
    factor, rest = as_multiple(source, moderate)
    return None if factor is None else mul(factor, node.op(rest, **node.settings))


@rewrite("(a X) Y = a (X Y), (-X) Y = -(X Y)", matmul_op,
         condition="a is a known number between 2^-40 and 2^40, nobody else reads a X, and the product is smaller",
         rounding=REGROUPED, source="a product is linear in each factor")  # fmt: skip
def number_out_of_a_product(node: Node, uses: Uses) -> Node | None:
    for place, each in enumerate(node.inputs):
        if each.op not in (mul, neg) or not uses.alone(each) or each.size <= node.size:
            continue
        other = node.inputs[1 - place]
        factor, rest = (None, each.inputs[0]) if each.op is neg else as_multiple(each, moderate)
        if factor is None and each.op is not neg:
            continue
        product = matmul_op(rest, other) if place == 0 else matmul_op(other, rest)
        return neg(product) if factor is None else mul(factor, product)  # type: ignore[no-any-return]
    return None


@rewrite("x 1 = x, x / 1 = x, x (-1) = -x", mul, div, condition="the number is known", rounding=EXACT,
         source="IEEE 754")  # fmt: skip
def times_one(node: Node, uses: Uses) -> Node | None:
    for place, each in enumerate(node.inputs):
        value = number(each) if place == 1 or node.op is mul else None
        if value in (1.0, -1.0):
            other = node.inputs[1 - place]
            return other if value == 1 else neg(other)
    return None


@rewrite("a (b x) = (a b) x, -(a x) = (-a) x, a (-x) = (-a) x", mul, neg,
         condition="a and b are known numbers between 2^-40 and 2^40, and nobody else reads b x",
         rounding="a and b are multiplied first: the last digit, and nothing where one of them is a power of 2",
         source="associativity")  # fmt: skip
def numbers_as_one(node: Node, uses: Uses) -> Node | None:
    factor, rest = (-1.0, node.inputs[0]) if node.op is neg else as_multiple(node, moderate)
    if factor is None or not uses.alone(rest):
        return None
    if rest.op is neg:
        return mul(-factor, rest.inputs[0]) if factor != -1 else rest.inputs[0]
    other, inner = as_multiple(rest, moderate)
    return None if other is None or node.dtype.itemsize < _DOUBLE else mul(factor * other, inner)


_DOUBLE = 8  # bytes: of shorter floats the product of two numbers would be rounded as a double


@rewrite("x + x = 2 x, x + (-0) = x, x - 0 = x", add, sub, condition="always", rounding=EXACT, source="IEEE 754")
def plain_sums(node: Node, uses: Uses) -> Node | None:
    left, right = node.inputs
    if node.op is add and left is right:
        return mul(2.0, left)  # type: ignore[no-any-return]
    for place, each in enumerate(node.inputs):
        value = number(each)
        if value == 0 and (node.op is add or place == 1) and (copysign(1.0, value) < 0) is (node.op is add):
            return node.inputs[1 - place]
    return None


@rewrite("the sum of n copies of x is n x", sum_op, condition="x is copied along every axis that is summed",
         rounding="rounded once, where the sum was rounded at every step", source="by definition")  # fmt: skip
def sum_of_copies(node: Node, uses: Uses) -> Node | None:
    source = node.inputs[0]
    if source.op is not broadcast or node.settings["keepdims"]:
        return None
    small = source.inputs[0]
    extra = source.ndim - small.ndim
    axes = node.settings["axes"]
    if not axes or not all(axis < extra or (small.shape[axis - extra] == 1) for axis in axes):
        return None
    copies = 1
    for axis in axes:
        copies *= source.shape[axis]
    kept = tuple(size for axis, size in enumerate(source.shape) if axis not in axes)
    sizes = tuple(1 if axis < extra else small.shape[axis - extra] for axis in range(source.ndim) if axis not in axes)
    bare = small if small.shape == sizes else small.reshape(sizes)
    times = mul(float(copies), bare)
    return times if times.shape == kept else broadcast(times, shape=kept)  # type: ignore[no-any-return]
