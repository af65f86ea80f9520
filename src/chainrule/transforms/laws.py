"""The table of laws: identities that make an expression shorter without changing what it means.

One idea: a law has a name and a statement, so a simplification can be said ("x times 1 is x"), and each is tested
numerically. Laws look at one node and its inputs; `simplify` carries them through a whole expression.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..ir.coercion import as_node, scalar_like
from ..ir.library import reference
from ..ir.node import Node, concrete
from ..ir.precision import FLOATING
from ..ops.arithmetic import add, carry, div, meet, mul, neg, square, sub
from ..ops.complexes import cast, conj_op, real_op
from ..ops.diagonals import diag_matrix
from ..ops.movement import broadcast, reshape_op, transpose_op
from ..ops.products import matmul_op, outer_op
from ..ops.reductions import sum_op
from ..ops.sources import constant_op


@dataclass(frozen=True, slots=True)
class Law:
    """An identity: its statement, and the rewrite that applies it (None where it does not apply).

    A law with a `condition` holds only where the condition does: it shortens sentences, never what is computed.
    """

    name: str
    statement: str
    rewrite: Callable[[Node], Node | None]
    condition: str = ""


LAWS: list[Law] = []


def law(
    statement: str, condition: str = ""
) -> Callable[[Callable[[Node], Node | None]], Callable[[Node], Node | None]]:
    """Enter a rewrite in the table under its own name."""

    def enter(rewrite: Callable[[Node], Node | None]) -> Callable[[Node], Node | None]:
        LAWS.append(Law(rewrite.__name__.replace("_", " "), statement, rewrite, condition))
        return rewrite

    return enter


def number(node: Node) -> float | None:
    """The one number that a constant holds in every entry, or None."""
    while node.op is broadcast or node.op is reshape_op:
        node = node.inputs[0]
    if node.op is not constant_op or node.type.dtype.kind not in "fiucV" or not node.type.size:
        return None
    value = concrete(node)
    if node.type.is_complex:
        if value.imag.any():
            return None
        value = value.real
    if node.type.shape == ():
        return float(value)
    row = value.reshape(-1)
    first = row[0]
    if node.type.size > 64 and not (row[-1] == first and row[node.type.size // 2] == first):
        return None  # most long constants are data: one look at two entries is enough
    return float(first) if (row == first).all() else None


def constant_like(value: float, node: Node) -> Node:
    """A constant of the type of `node`."""
    return scalar_like(value, node.type)


PRODUCTS = frozenset({mul, carry, meet})


def is_product(node: Node) -> bool:
    """Whether a node is a product entry by entry: `carry` is one whose zeros are strong."""
    return node.op in PRODUCTS


def coefficient(node: Node) -> tuple[float, Node | None]:
    """A product as a number times the rest: (2, x) of 2 x, (-1, x) of -x, (3, None) of the number 3, (1, x) of x."""
    found = number(node)
    if found is not None:
        return found, None
    if node.op is neg:
        inner, rest = coefficient(node.inputs[0])
        return -inner, rest
    if is_product(node):
        left = number(node.inputs[0])
        if left is not None:
            return left, node.inputs[1]
    return 1.0, node


def scaled(factor: float, node: Node) -> Node:
    """factor times node, written as briefly as it can be."""
    if factor == 1:
        return node
    return neg(node) if factor == -1 else mul(constant_like(factor, node), node)  # type: ignore[no-any-return]


@law("an expression of numbers is a number")
def fold_numbers(node: Node) -> Node | None:
    if not node.op.elementwise or not node.inputs or node.type.dtype.kind not in FLOATING:
        return None
    values = [number(each) for each in node.inputs]
    if any(value is None for value in values):
        return None
    with reference().errstate(all="ignore"):
        arrays = [reference().asarray(value, each.dtype)[()] for value, each in zip(values, node.inputs, strict=True)]
        return constant_like(float(node.op.kernel(reference(), *arrays, **node.settings)), node)


@law("x + 0 = x")
def add_nothing(node: Node) -> Node | None:
    if node.op is add:
        left, right = node.inputs
        return right if number(left) == 0 else left if number(right) == 0 else None
    return node.inputs[0] if node.op is sub and number(node.inputs[1]) == 0 else None


@law("0 - x = -x")
def subtract_from_nothing(node: Node) -> Node | None:
    return neg(node.inputs[1]) if node.op is sub and number(node.inputs[0]) == 0 else None


@law("x - (-y) = x + y, x + (-y) = x - y")
def subtract_a_negative(node: Node) -> Node | None:
    if node.op not in (add, sub) or node.inputs[1].op is not neg:
        return None
    return (sub if node.op is add else add)(node.inputs[0], node.inputs[1].inputs[0])  # type: ignore[no-any-return]


@law("(-x) + y = y - x")
def lead_with_the_positive(node: Node) -> Node | None:
    if node.op is add and node.inputs[0].op is neg and node.inputs[1].op is not neg:
        return sub(node.inputs[1], node.inputs[0].inputs[0])  # type: ignore[no-any-return]
    return None


@law("-(-x) = x")
def negate_twice(node: Node) -> Node | None:
    return node.inputs[0].inputs[0] if node.op is neg and node.inputs[0].op is neg else None


@law("-(x - y) = y - x")
def negate_a_difference(node: Node) -> Node | None:
    return sub(*reversed(node.inputs[0].inputs)) if node.op is neg and node.inputs[0].op is sub else None


@law("numbers stand in front: x 2 = 2 x, (2 x) y = 2 (x y), (-x) y = -(x y)")
def numbers_in_front(node: Node) -> Node | None:
    if node.op is neg:
        factor, rest = coefficient(node.inputs[0])
        return scaled(-factor, rest) if rest is not None and factor != 1 else None
    if not is_product(node):
        return None
    (left, x), (right, y) = (coefficient(each) for each in node.inputs)
    if x is None and y is None:
        return None
    if x is None or y is None:
        rest = y if x is None else x
        already = x is None and (right == 1 or rest is None) and left not in (1.0, -1.0, 0.0)
        if already or left * right == 0:
            return None
        return scaled(left * right, rest) if rest is not None else None
    return None if left * right == 1 and left == 1 else scaled(left * right, node.op(x, y))


@law("0 x = 0", "x is finite")
def nothing_times(node: Node) -> Node | None:
    if is_product(node) and any(number(each) == 0 for each in node.inputs):
        return constant_like(0.0, node)
    return None


@law("x / 1 = x, (2 x) / 2 = x")
def divide_by_a_number(node: Node) -> Node | None:
    if node.op is not div:
        return None
    below = number(node.inputs[1])
    factor, rest = coefficient(node.inputs[0])
    if below is None or below == 0 or rest is None:
        return None
    if below == 1:
        return node.inputs[0]
    return scaled(factor / below, rest) if factor != 1 and (factor / below).is_integer() else None


@law("(-x) / y = -(x / y)")
def sign_before_a_quotient(node: Node) -> Node | None:
    return neg(div(node.inputs[0].inputs[0], node.inputs[1])) if node.op is div and node.inputs[0].op is neg else None


@law("x (1 / y) = x / y")
def multiply_by_a_reciprocal(node: Node) -> Node | None:
    if not is_product(node):
        return None
    for place, each in enumerate(node.inputs):
        factor, rest = coefficient(each)
        if rest is not None and factor in (1.0, -1.0) and rest.op is div and number(rest.inputs[0]) == 1:
            return scaled(factor, div(node.inputs[1 - place], rest.inputs[1]))
    return None


@law("(x^T)^T = x")
def transpose_twice(node: Node) -> Node | None:
    if node.op is transpose_op and node.inputs[0].op is transpose_op:
        inner, outer_axes = node.inputs[0].settings["axes"], node.settings["axes"]
        if tuple(inner[axis] for axis in outer_axes) == tuple(range(len(inner))):
            return node.inputs[0].inputs[0]
    return None


@law("(x y^T)^T = y x^T")
def transpose_an_outer_product(node: Node) -> Node | None:
    if node.op is transpose_op and node.inputs[0].op is outer_op:
        return outer_op(*reversed(node.inputs[0].inputs))  # type: ignore[no-any-return]
    return None


LINEAR_PRODUCTS = (matmul_op, outer_op)
LINEAR_MOVES = (transpose_op, sum_op, reshape_op)


def is_identity(node: Node) -> bool:
    """Whether a node is a diagonal matrix of ones."""
    return node.op is diag_matrix and number(node.inputs[0]) == 1


@law("I X = X, X I = X")
def multiply_by_the_identity(node: Node) -> Node | None:
    if node.op is not matmul_op:
        return None
    left, right = node.inputs
    return right if is_identity(left) else left if is_identity(right) else None


@law("numbers leave a product of matrices: (2 x) y^T = 2 (x y^T), A (2 x) = 2 (A x), sum(2 x) = 2 sum(x)")
def numbers_leave_linear_ops(node: Node) -> Node | None:
    if node.op not in LINEAR_PRODUCTS and node.op not in LINEAR_MOVES:
        return None
    factor, inputs = 1.0, []
    for each in node.inputs:
        own, rest = coefficient(each)
        if rest is None:
            own, rest = 1.0, each
        factor *= own
        inputs.append(rest)
    return scaled(factor, node.op(*inputs, **node.settings)) if factor != 1 else None


@law("a broadcast number times x is the number times x")
def broadcast_of_a_product(node: Node) -> Node | None:
    if node.op is not broadcast:
        return None
    factor, rest = coefficient(node.inputs[0])
    if rest is None or factor == 1:
        return None
    return scaled(factor, broadcast(rest, **node.settings))


@law("reshape to the shape it has, or twice, is one reshape at most")
def reshape_twice(node: Node) -> Node | None:
    if node.op is not reshape_op:
        return None
    source = node.inputs[0]
    if source.type.shape == node.type.shape:
        return source
    return reshape_op(source.inputs[0], **node.settings) if source.op is reshape_op else None


@law("a broadcast of a broadcast is one broadcast")
def broadcast_twice(node: Node) -> Node | None:
    if node.op is broadcast and node.inputs[0].op is broadcast:
        return broadcast(node.inputs[0].inputs[0], **node.settings)  # type: ignore[no-any-return]
    return None


@law("the conjugate of a conjugate is the number itself, and a known number is conjugated at once")
def conjugate_twice(node: Node) -> Node | None:
    source = node.inputs[0] if node.op is conj_op else None
    if source is None:
        return None
    if source.op is constant_op and not source.shape:
        return as_node(reference().conjugate(concrete(source)))
    if source.op is cast and not source.inputs[0].type.is_complex:
        return source
    return source.inputs[0] if source.op is conj_op else None


@law("a known number cast to a complex one is a known number")
def cast_a_number(node: Node) -> Node | None:
    if node.op is not cast or not node.type.is_complex or node.inputs[0].op is not constant_op or node.shape:
        return None
    return as_node(concrete(node.inputs[0]).astype(node.dtype))


@law("the real part of a real number is the number itself")
def real_part_of_a_real_number(node: Node) -> Node | None:
    if node.op is not real_op or node.inputs[0].op is not cast:
        return None
    source = node.inputs[0].inputs[0]
    return None if source.type.is_complex else cast(source, dtype=node.dtype)


@law("a cast to its own dtype changes nothing")
def cast_to_itself(node: Node) -> Node | None:
    return node.inputs[0] if node.op is cast and node.inputs[0].dtype == node.dtype else None


@law("x + x = 2 x")
def twice_itself(node: Node) -> Node | None:
    return scaled(2.0, node.inputs[0]) if node.op is add and node.inputs[0] is node.inputs[1] else None


@law("x x = x^2")
def square_of_itself(node: Node) -> Node | None:
    return square(node.inputs[0]) if node.op is mul and node.inputs[0] is node.inputs[1] else None


@law("an operation on copies of a number is a copy of the operation")
def copy_last(node: Node) -> Node | None:
    if not node.op.elementwise or not node.inputs or any(each.op is not broadcast for each in node.inputs):
        return None
    if node.op is neg or (is_product(node) and any(number(each) is not None for each in node.inputs)):
        return None  # a number or a sign leaves a copy, it does not enter it
    sources = [each.inputs[0] for each in node.inputs]
    shapes = {each.type.shape for each in sources if number(each) is None}
    if len(shapes) != 1 or not all(each.type.shape in (*shapes, ()) for each in sources):
        return None
    return broadcast(node.op(*sources, **node.settings), shape=node.type.shape)  # type: ignore[no-any-return]


def denominator(node: Node, factor: Node) -> Node | None:
    """y of a quotient y / factor."""
    return node.inputs[0] if node.op is div and node.inputs[1] is factor else None


@law("x (y / x) = y", "x is not 0")
def cancel_a_factor(node: Node) -> Node | None:
    if not is_product(node):
        return None
    left, right = node.inputs
    cancelled = denominator(right, left)
    return cancelled if cancelled is not None else denominator(left, right)


@law("x (a - y / x) = a x - y", "x is not 0")
def cancel_inside_a_difference(node: Node) -> Node | None:
    if not is_product(node) or node.inputs[1].op is not sub:
        return None
    factor, (first, second) = node.inputs[0], node.inputs[1].inputs
    cancelled = denominator(second, factor)
    return None if cancelled is None else sub(mul(first, factor), cancelled)
