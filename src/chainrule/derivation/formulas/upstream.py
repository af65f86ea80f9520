"""Gradients with a name: the arrivals of the backward walk in, delta_1 = (W_2^T delta_2) o f'(z_1) out.

One idea: other formulas go through the gradient of a named step, so it gets a name of its own and is written once.
"""

from __future__ import annotations

from typing import Any

from ...ir.coercion import as_node
from ...ir.library import reference
from ...ir.node import Node
from ...ops.sources import input_node
from ..symbols import unused
from .gathering import count_names, length
from .inquiry import Question, best_matrix
from .keeping import is_activated, is_activation
from .results import Definition


def seed_of(question: Question) -> Node:
    """1 for one number; for an array a gradient with a name of its own."""
    output = question.output
    if not output.ndim:
        return as_node(reference().asarray(1.0, dtype=output.dtype))
    seed = input_node(output.shape, output.dtype)
    taken = dict.fromkeys(question.names.values(), 1)
    question.names[seed] = question.called.get(question.top) or unused("G", taken)
    return seed


def name_gradient(question: Question, node: Node, gradient: Any) -> None:
    """A gradient that other formulas go through gets a name, if it is more than one sign."""
    if type(gradient) is not Node or gradient in question.names:
        return
    if is_activation(node) and node.op.name != "softmax" and question.names[node] not in question.called:
        return  # the gradient of its argument is the delta: (W^T delta) o f'(z) needs no name in between
    called = question.called.get(question.names[node])
    best = best_matrix(question, gradient, called is not None)
    if best is None or (called is None and not _is_worth_a_name(question, node, best[0])):
        return
    taken = dict.fromkeys(question.names.values(), 1)
    question.names[gradient] = called or unused(_gradient_name(question, node), taken)
    question.owners[gradient] = node
    question.upstream[gradient] = Definition(
        question.names[gradient], gradient, best[0], _whose(question, node, question.names[gradient])
    )


def _gradient_name(question: Question, node: Node) -> str:
    """delta for the argument of an activation, as every course writes it; else dL/dS."""
    symbol = question.names[node]
    if symbol.startswith("z") and is_activated(question.graph, node):
        return f"delta{symbol[1:]}"
    return f"d{symbol}" if question.output.ndim else f"d{question.top}/d{symbol}"


def _is_worth_a_name(question: Question, node: Node, best: Node) -> bool:
    """Whether a gradient is more than one sign; in a net of several layers every delta gets its name."""
    if count_names(best, question.names) >= 2:
        return True
    layers = sum(is_activation(each) for each in question.steps)
    return layers > 1 and is_activated(question.graph, node) and length(best, question.names) >= 2


def _whose(question: Question, node: Node, name: str) -> str:
    """dL/dz where the gradient is called delta; nothing where its name says it, or where it is a product with G."""
    whole = f"d{question.top}/d{question.names[node]}"
    return "" if name == whole or question.output.ndim else whole
