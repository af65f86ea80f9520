"""Speaking the backward pass: a stage and a finished walk in, one line for every step out.

One idea: the rule that speaks is the rule that ran. Each arrow's expression is what the op's own rule returns on the
players; each arrow's number is what the same rule returned in the run. Folded steps are passed through on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..ir.coercion import as_node
from ..ir.graph import topological_order
from ..ir.library import reference
from ..ir.node import Node
from ..ops.arithmetic import carry, mul
from ..ops.movement import broadcast, reshape_op
from ..ops.products import matmul_op, outer_op
from ..transforms.reverse import Pullback
from ..transforms.simplify import simplify
from .arrows import Arrow, arrows_to, passed_back, passed_back_numbers
from .letters import index_form
from .lines import Line, Term
from .stage import Stage, evaluate

_LONGEST_CLOSED = 14  # nodes in a formula that is still read at a glance


def speak_lines(stage: Stage, pullback: Pullback | None, closed_forms: bool) -> list[Line]:
    """A line for every active shown step, in reverse topological order."""
    numbers = gradients_of(pullback) if pullback else {}
    sent = {
        (arrow.consumer, arrow.slot): arrow.gradient
        for arrival in (pullback.arrivals if pullback else ())
        for arrow in arrival.contributions
    }
    if not stage.symbolic:
        value_gradients(stage, numbers)
    closed: dict[Node, Node | None] = {}
    lines = []
    for node in reversed(stage.shown):
        if node in stage.active:
            lines.append(_speak_line(stage, node, numbers, sent, closed if closed_forms else None))
    return lines


def gradients_of(pullback: Pullback) -> dict[Node, Any]:
    """The gradient of every node that the walk met."""
    return {arrival.node: arrival.gradient for arrival in pullback.arrivals}


def value_gradients(stage: Stage, numbers: Mapping[Node, Any]) -> None:
    """Give every player of a gradient the number that the walk found: zero where nothing arrived."""
    for node in stage.shown:
        if node in stage.active:
            value = numbers.get(node)
            zero = value is None
            stage.values[stage.gradient[node]] = reference().zeros(node.shape, node.dtype)[()] if zero else value


def _speak_line(
    stage: Stage, node: Node, numbers: Mapping[Node, Any], sent: Mapping[tuple[Node, int], Any],
    closed: dict[Node, Node | None] | None,
) -> Line:  # fmt: skip
    player = stage.gradient[node]
    arrows = arrows_to(stage, node) if node is not stage.output else []
    terms = [
        term
        for arrow in arrows
        if (term := _speak_term(stage, node, arrow, numbers, sent, arrows, closed or {})) is not None
    ]
    if closed is not None:
        closed[node] = _close(stage, node, arrows, closed)
    return Line(
        stage.symbols[node], node, player, tuple(terms), closed[node] if closed is not None else None,
        stage.values.get(player),
    )  # fmt: skip


def _speak_term(
    stage: Stage, node: Node, arrow: Arrow, numbers: Mapping[Node, Any], sent: Mapping[tuple[Node, int], Any],
    arrows: list[Arrow], closed: Mapping[Node, Node | None],
) -> Term | None:  # fmt: skip
    upstream = stage.gradient[arrow.via]
    raw = passed_back(stage, arrow, upstream)
    if raw is None:
        return None
    expression = simplify(raw)
    local = local_factor(expression, upstream)
    value = _term_value(arrow, numbers, sent) if not stage.symbolic else None
    local_value = evaluate(local, stage.values) if local is not None and not stage.symbolic else None
    return Term(
        stage.symbols[arrow.via], arrow.chain[0][0].op.role, upstream, local, expression, value,
        stage.values.get(upstream), local_value, _operand(arrow, arrows), _through(arrow),
        index_form(stage, node, arrow, closed.get(arrow.via)), arrow.chain,
    )  # fmt: skip


def _term_value(arrow: Arrow, numbers: Mapping[Node, Any], sent: Mapping[tuple[Node, int], Any]) -> Any:
    """What arrived in the run; a folded arrow that was summed with others on the way is passed back by itself."""
    if len(arrow.chain) == 1:
        return sent.get(arrow.chain[0])
    return passed_back_numbers(arrow, numbers[arrow.via]) if arrow.via in numbers else None


_SIDES = {2: ("left operand", "right operand")}


def _operand(arrow: Arrow, arrows: list[Arrow]) -> str:
    """Which operand is meant, where one value enters a consumer twice: the first step at which the ways part."""
    same = [each for each in arrows if each.via is arrow.via]
    for place, (step, slot) in enumerate(arrow.chain):
        if any(each.key[: place + 1] != arrow.key[: place + 1] for each in same):
            return _SIDES[2][slot] if len(step.inputs) == 2 else f"operand {slot + 1}"
    return ""


def _through(arrow: Arrow) -> tuple[str, ...]:
    return tuple(step.op.role.value for step, _ in arrow.chain[1:] if step.op is broadcast)


def local_factor(expression: Node, upstream: Node) -> Node | None:
    """The other factor of a product in which the upstream stands alone; 1 where the upstream passes whole."""
    if expression is upstream:
        return as_node(reference().ones((), upstream.dtype))
    if expression.op in (broadcast, reshape_op):
        return local_factor(expression.inputs[0], upstream)
    if expression.op.name == "neg":
        inner = local_factor(expression.inputs[0], upstream)
        return None if inner is None else simplify(-inner)
    if expression.op is mul or expression.op is carry:
        return _other_factor(expression, upstream)
    if expression.op in (matmul_op, outer_op):
        left, right = expression.inputs
        return right if left is upstream else left if right is upstream else None
    if expression.op.name == "div":
        if _is_apart(expression.inputs[0], expression.inputs[1], upstream):
            return None
        inner = local_factor(expression.inputs[0], upstream)
        return None if inner is None else simplify(inner / expression.inputs[1])
    return None


def _other_factor(expression: Node, upstream: Node) -> Node | None:
    for place, each in enumerate(expression.inputs):
        inner = each
        while inner.op in (broadcast, reshape_op):
            inner = inner.inputs[0]
        other = expression.inputs[1 - place]
        if inner is upstream:
            return other
        if mentions(inner, upstream) and not mentions(other, upstream):
            if _is_apart(inner, other, upstream):
                return None
            deeper = local_factor(inner, upstream)
            copied = (
                inner.shape != each.shape
            )  # an array that was turned to other axes meets `other` in that shape only
            apart = deeper is not None and (copied or deeper.shape != other.shape) and bool(deeper.ndim)
            return None if deeper is None or apart else simplify(other * deeper)
    return None


def _is_apart(inner: Node, other: Node, upstream: Node) -> bool:
    """Whether an array multiplies a product of matrices entry by entry: (W^T g) ⊙ s is not g times one local factor."""
    while other.op is broadcast:
        other = other.inputs[0]
    products = [each for each in topological_order([inner]) if each.op in (matmul_op, outer_op)]
    return bool(other.ndim) and any(mentions(each, upstream) for each in products)


def mentions(expression: Node, player: Node) -> bool:
    """Whether a player occurs in an expression."""
    return player in set(topological_order([expression]))


def _close(stage: Stage, node: Node, arrows: list[Arrow], closed: Mapping[Node, Node | None]) -> Node | None:
    """The gradient in symbols of the forward pass alone: the rules on the closed forms of the consumers."""
    if node is stage.output:
        return as_node(reference().ones(node.shape, node.dtype))
    total: Node | None = None
    for arrow in arrows:
        upstream = closed.get(arrow.via)
        if upstream is None:
            return None
        part = passed_back(stage, arrow, upstream)
        if part is not None:
            total = part if total is None else total + part
    if total is None:
        return as_node(reference().zeros(node.shape, node.dtype))
    short = simplify(total)
    return short if formula_length(short, stage.names) <= _LONGEST_CLOSED else None


def formula_length(expression: Node, names: Mapping[Node, str]) -> int:
    """How many signs a formula has: its nodes as a tree, broadcasts aside."""
    lengths: dict[Node, int] = {}
    for node in topological_order([expression]):
        if node in names or not node.inputs:
            lengths[node] = 1
        else:
            lengths[node] = (node.op is not broadcast) + sum(lengths[each] for each in node.inputs)
    return lengths[expression]
