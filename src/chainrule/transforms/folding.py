"""Folding: functions that were written out in, the functions they are out.

One idea: log(1 + exp(x)) is the softplus, and its derivative is said best in terms of the sigmoid. Formulas are folded
before they are differentiated; what a user runs is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..ir.graph import Graph
from ..ir.node import Node
from ..ops.activations import sigmoid, softplus
from ..ops.arithmetic import add, div, mul, neg, square, sub
from ..ops.composites import log_softmax_op, softmax_op
from ..ops.extremes import logsumexp_op
from ..ops.functions import abs as absolute
from ..ops.functions import exp, log, log1p, sqrt
from ..ops.linalg.determinants import det, logdet
from ..ops.movement import broadcast, reshape_op
from ..ops.norms import norm_op, squared_norm_op
from ..ops.products import matmul_op
from ..ops.reductions import sum_op
from .laws import Law, number
from .simplify import Simplification, simplify_all

FOLDS: list[Law] = []


def fold(statement: str) -> Callable[[Callable[[Node], Node | None]], Callable[[Node], Node | None]]:
    """Enter a fold in the table under its own name."""

    def enter(rewrite: Callable[[Node], Node | None]) -> Callable[[Node], Node | None]:
        FOLDS.append(Law(rewrite.__name__.replace("_", " "), statement, rewrite))
        return rewrite

    return enter


def fold_graph(graph: Graph, note: Callable[[str], None]) -> tuple[Graph, Mapping[Node, Node]]:
    """The graph with written-out functions folded, and what each named node became. `note` is told each identity."""

    def tell(used: Simplification) -> None:
        note(used.law.statement)

    asked = [*graph.outputs, *graph.names]
    found = simplify_all(asked, graph.inputs, FOLDS, tell)
    became = dict(zip(asked, found, strict=True))
    names = {became[node]: name for node, name in reversed(list(graph.names.items()))}
    ordered = {became[node]: names[became[node]] for node in graph.names}
    return Graph(graph.inputs, tuple(became[node] for node in graph.outputs), ordered), became


def bare(node: Node) -> Node:
    """What a broadcast copies, or a reshape that only adds axes of size 1."""
    while node.op is broadcast or (node.op is reshape_op and _sizes(node) == _sizes(node.inputs[0])):
        node = node.inputs[0]
    return node


def _sizes(node: Node) -> list[int]:
    return [size for size in node.shape if size != 1]


def _one_plus(node: Node) -> Node | None:
    """x of 1 + x."""
    if node.op is not add:
        return None
    left, right = node.inputs
    return right if number(left) == 1 else left if number(right) == 1 else None


def _exponent(node: Node | None) -> Node | None:
    """x of exp(x)."""
    return node.inputs[0] if node is not None and node.op is exp else None


@fold("log(1 + exp(x)) = softplus(x)")
def fold_softplus(node: Node) -> Node | None:
    inside = node.inputs[0] if node.op is log1p else _one_plus(node.inputs[0]) if node.op is log else None
    x = _exponent(inside)
    return None if x is None else softplus(x)


@fold("1 / (1 + exp(-x)) = sigmoid(x), exp(x) / (1 + exp(x)) = sigmoid(x)")
def fold_sigmoid(node: Node) -> Node | None:
    if node.op is not div:
        return None
    above, below = node.inputs
    x = _exponent(_one_plus(below))
    if x is None:
        return None
    if number(above) == 1:
        return sigmoid(x.inputs[0] if x.op is neg else neg(x))  # type: ignore[no-any-return]
    return sigmoid(x) if _exponent(above) is x else None


@fold("exp(-x) / (1 + exp(-x))^2 = sigmoid(x) (1 - sigmoid(x))")
def fold_sigmoid_slope(node: Node) -> Node | None:
    if node.op is not div or node.inputs[1].op is not square:
        return None
    x, y = _exponent(node.inputs[0]), _exponent(_one_plus(node.inputs[1].inputs[0]))
    if x is None or x is not y:
        return None
    height = sigmoid(x.inputs[0] if x.op is neg else x)
    return mul(height, 1 - height)  # type: ignore[no-any-return]


@fold("exp(x) / sum(exp(x)) = softmax(x)")
def fold_softmax(node: Node) -> Node | None:
    if node.op is not div:
        return None
    x, total = _exponent(node.inputs[0]), bare(node.inputs[1])
    if x is None or total.op is not sum_op or total.inputs[0] is not node.inputs[0]:
        return None
    axes = total.settings["axes"]
    whole = node.inputs[1]
    aligned = x.ndim == 1 or total.settings["keepdims"] or whole.op is broadcast
    if len(axes) != 1 or not aligned or not _keeps_place(whole, axes[0]):
        return None
    return softmax_op(x, axis=axes[0])  # type: ignore[no-any-return]


def _keeps_place(whole: Node, axis: int) -> bool:
    """Whether what was summed along an axis is copied back along that axis and no other."""
    while whole.op is broadcast and whole.inputs[0].ndim == whole.ndim:
        whole = whole.inputs[0]
    return whole.ndim <= 1 or whole.shape[axis] == 1


@fold("log(sum(exp(x))) = logsumexp(x)")
def fold_logsumexp(node: Node) -> Node | None:
    if node.op is not log or node.inputs[0].op is not sum_op:
        return None
    total = node.inputs[0]
    x = _exponent(total.inputs[0])
    return None if x is None else logsumexp_op(x, **total.settings)


@fold("exp(x - logsumexp(x)) = softmax(x)")
def fold_softmax_from_logsumexp(node: Node) -> Node | None:
    if node.op is not exp or node.inputs[0].op is not sub:
        return None
    x, whole = node.inputs[0].inputs
    total = bare(whole)
    if total.op is not logsumexp_op or total.inputs[0] is not x or len(total.settings["axes"]) != 1:
        return None
    axis = total.settings["axes"][0]
    return softmax_op(x, axis=axis) if _keeps_place(whole, axis) else None


@fold("exp(log_softmax(x)) = softmax(x)")
def fold_softmax_from_its_logarithm(node: Node) -> Node | None:
    if node.op is not exp or node.inputs[0].op is not log_softmax_op:
        return None
    return softmax_op(*node.inputs[0].inputs, **node.inputs[0].settings)  # type: ignore[no-any-return]


@fold("sqrt(sum(x^2)) = ||x||")
def fold_norm(node: Node) -> Node | None:
    if node.op is not sqrt:
        return None
    inside = node.inputs[0]
    if inside.op is squared_norm_op:
        return norm_op(inside.inputs[0], **inside.settings)  # type: ignore[no-any-return]
    if inside.op is sum_op and inside.inputs[0].op is square:
        return norm_op(inside.inputs[0].inputs[0], **inside.settings)  # type: ignore[no-any-return]
    if inside.op is matmul_op and not inside.ndim and inside.inputs[0] is inside.inputs[1]:
        return norm_op(inside.inputs[0], axes=(0,), keepdims=False)  # type: ignore[no-any-return]
    return None


@fold("||x||^2 is the squared norm")
def fold_squared_norm(node: Node) -> Node | None:
    if node.op is square and node.inputs[0].op is norm_op:
        return squared_norm_op(node.inputs[0].inputs[0], **node.inputs[0].settings)  # type: ignore[no-any-return]
    return None


@fold("log|det(X)| = logdet(X)")
def fold_logdet(node: Node) -> Node | None:
    if node.op is not log:
        return None
    inside = node.inputs[0].inputs[0] if node.inputs[0].op is absolute else node.inputs[0]
    return logdet(inside.inputs[0]) if inside.op is det else None
