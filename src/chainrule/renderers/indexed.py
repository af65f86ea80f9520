"""Index notation: a term of a derivation in, its lines entry by entry out.

One idea: for q = W x, dq_k/dW_ij = 1{k = i} x_j says everything; the sum over k picks k = i, and what is left is one
entry of the matrix form.
"""

from __future__ import annotations

from ..derivation.lines import Derivation, IndexForm, Line, Term
from ..ir.graph import topological_order
from ..ir.node import Node
from ..ir.op import record
from ..ir.recording import open_recording
from ..ops.entries import delta_op, entry, entry_op, sum_over_op
from ..ops.movement import broadcast
from ..ops.sources import constant_op
from ..transforms.simplify import simplify
from .formula import Pen
from .styles import LATEX
from .symbols import text_indexed


def index_lines(derivation: Derivation, line: Line, term: Term, pen: Pen) -> tuple[str, ...]:
    """dq_k/dW_ij = ..., and df/dW_ij = sum_k df/dq_k dq_k/dW_ij = ... Nothing where indices say no more than arrays."""
    form = term.index
    if form is None or not form.into or not (form.sums or not form.out) or form.local.op is constant_op:
        return ()
    local = pen.style.name(
        f"d{text_indexed(term.via, form.out) if form.out else term.via}/d{text_indexed(line.symbol, form.into)}"
    )
    first = f"{local} = {pen.write(form.local)}"
    if term.via == derivation.output:  # the gradient of the output by itself is 1: the local derivative is the gradient
        return (first,)
    gradient = pen.style.indexed(derivation.names[line.gradient], form.into)
    steps = _unique([
        f"{_sum_signs(form, pen)}{_upstream(derivation, form, term, pen)}{pen.style.dot}{local}",
        pen.write(form.summed), pen.write(form.picked), _in_forward_symbols(derivation, form, term, pen),
    ])  # fmt: skip
    return (first, f"{gradient} = {' = '.join(steps)}{_picked(form, pen)}")


def _unique(parts: list[str]) -> list[str]:
    return [part for part in dict.fromkeys(parts) if part]


def _sum_signs(form: IndexForm, pen: Pen) -> str:
    return "".join(rf"\sum_{{{letter}}} " if pen.style is LATEX else f"sum_{letter} " for letter in form.sums)


def _upstream(derivation: Derivation, form: IndexForm, term: Term, pen: Pen) -> str:
    name = derivation.names[term.upstream]
    return pen.style.indexed(name, form.out) if form.out else pen.style.name(name)


def _picked(form: IndexForm, pen: Pen) -> str:
    """Which index a delta picked, in words."""
    pairs = [node.settings["pair"] for node in topological_order([form.summed]) if node.op is delta_op]
    said = [
        f"{a if a in form.sums else b} = {b if a in form.sums else a}"
        for a, b in pairs
        if a in form.sums or b in form.sums
    ]
    if not said:
        return ""
    words = f"the delta picks {', '.join(said)}"
    return rf" \quad\text{{({words})}}" if pen.style is LATEX else f"   ({words})"


def _in_forward_symbols(derivation: Derivation, form: IndexForm, term: Term, pen: Pen) -> str:
    """The last step with the upstream's own formula put in, 2 q_i x_j; nothing where that is not entry by entry."""
    closed = derivation.closed.get(term.via)
    if closed is None or closed.op is constant_op:
        return ""
    with open_recording():
        replaced = _replaced(form.picked, term.upstream, closed, derivation)
        return "" if replaced is None else pen.write(simplify(replaced))


def _replaced(expression: Node, upstream: Node, closed: Node, derivation: Derivation) -> Node | None:
    done: dict[Node, Node] = {}
    for node in topological_order([expression]):
        if node.op is entry_op and node.inputs[0] is upstream:
            found = entry_of(closed, node.settings["at"], derivation)
            if found is None:
                return None
            done[node] = found
        elif node is upstream:
            done[node] = closed if not closed.ndim else node
        elif node.op is sum_over_op and done[node.inputs[0]].value is not None:
            return None  # nothing that depends on the index is left to sum
        elif node.inputs:
            done[node] = record(node.op, tuple(done[each] for each in node.inputs), node.settings)
        else:
            done[node] = node
    return done[expression]


def entry_of(expression: Node, at: tuple[int | str, ...], derivation: Derivation) -> Node | None:
    """One entry of an expression that is computed entry by entry; None for any other."""
    if not expression.ndim:
        return expression
    if expression in derivation.names:
        return entry(expression, at) if expression.ndim == len(at) else None
    if expression.op is broadcast and not expression.inputs[0].ndim:
        return expression.inputs[0]
    if not expression.op.elementwise or any(each.ndim not in (0, len(at)) for each in expression.inputs):
        return None
    inputs = [entry_of(each, at, derivation) for each in expression.inputs]
    if any(each is None for each in inputs):
        return None
    return record(expression.op, tuple(each for each in inputs if each is not None), expression.settings)
