"""Quotients of exponentials: recorded steps in, the sigmoid, tanh or softmax that they write out out, or None."""

from __future__ import annotations

from typing import Any

from ...ir.node import Node
from ..arithmetic import add, div, neg, sub
from ..choices import cast
from ..composites import softmax_op
from ..functions import exp, tanh
from ..indexing import index_op
from ..movement import broadcast, reshape_op
from ..reductions import sum_op
from ..sources import constant_op
from ..special.entropies import expit


def constant_of(node: Node) -> float | None:
    """The number that a node is, if it is one number, perhaps copied over an array."""
    while node.op is broadcast or node.op is cast:
        node = node.inputs[0]
    return float(node.value) if node.op is constant_op and node.type.size == 1 else None


def without_copies(node: Node) -> Node:
    """A node before it was copied over an array."""
    while node.op is broadcast:
        node = node.inputs[0]
    return node


# Sigmoid, tanh and softmax out of exponentials ------------------------------------------------------------------------
def exponent_of(node: Node) -> Any:
    """u of exp(u), 0 of the number 1, None of anything else."""
    if node.op is exp:
        return node.inputs[0]
    return 0.0 if constant_of(node) == 1 else None


def difference(u: Any, v: Any) -> Any:
    """u - v of two exponents, of which at most one is the number 0; 2 x where v is -u."""
    if type(v) is not Node:
        return u
    if type(u) is not Node:
        return v.inputs[0] if v.op is neg else -v
    if v.op is neg and v.inputs[0] is u:
        return 2.0 * u
    return 2.0 * u if u.op is neg and u.inputs[0] is v else u - v


def quotient(top: Node, bottom: Node) -> Node | None:
    """What a quotient of exponentials is: sigmoid, tanh or softmax."""
    if bottom.op is add:
        left, right = (exponent_of(each) for each in bottom.inputs)
        if left is None or right is None or (type(left) is not Node and type(right) is not Node):
            return None
        if top.op is sub:
            return _tanh(top, left, right)
        over = exponent_of(top)
        if over is None:
            return None
        if _same(over, left):
            return expit(difference(left, right))  # type: ignore[no-any-return]
        return expit(difference(right, left)) if _same(over, right) else None
    return _softmax(top, bottom) if top.op is exp else None


def _same(one: Any, other: Any) -> bool:
    """Whether two exponents are the same: the same node, or both the number 0."""
    return one is other or (type(one) is not Node and type(other) is not Node)


def _tanh(top: Node, left: Any, right: Any) -> Node | None:
    """(exp(u) - exp(v)) / (exp(u) + exp(v)) = tanh((u - v)/2)."""
    first, second = (exponent_of(each) for each in top.inputs)
    if first is None or second is None:
        return None
    if not (_same(first, left) and _same(second, right)) and not (_same(first, right) and _same(second, left)):
        return None
    if type(first) is Node and type(second) is Node and second.op is neg and second.inputs[0] is first:
        return tanh(first)  # type: ignore[no-any-return]
    return tanh(0.5 * difference(first, second))  # type: ignore[no-any-return]


def _softmax(top: Node, bottom: Node) -> Node | None:
    """exp(u) over its own sum along one axis, or along all."""
    total = without_copies(bottom)
    shape = total.type.shape
    if total.op is reshape_op or (total.op is index_op and _only_new_axes(total)):
        total = total.inputs[0]
    if total.op is not sum_op or total.inputs[0] is not top:
        return None
    u, axes = top.inputs[0], total.settings["axes"]
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(u.type.shape))
    if not axes or (1,) * (len(kept) - len(shape)) + shape != kept:
        return None
    if len(axes) == 1:
        return softmax_op(u, axis=axes[0])  # type: ignore[no-any-return]
    if len(axes) < len(kept):
        return None
    return reshape_op(softmax_op(reshape_op(u, shape=(u.type.size,)), axis=0), shape=u.type.shape)  # type: ignore[no-any-return]


def _only_new_axes(node: Node) -> bool:
    """Whether an indexing step only puts axes in."""
    return all(part in (("new",), ("rest",), ("slice", None, None, None)) for part in node.settings["key"])


def probability(node: Node) -> Node:
    """A node, or the sigmoid or softmax that it writes out."""
    found = quotient(*node.inputs) if node.op is div else None
    return node if found is None else found
