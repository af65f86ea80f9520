"""Index notation: a term of a derivation in, its lines entry by entry out; and vectors as products of Jacobians.

One idea: for q = W x, dq_k/dW_ij = 1{k = i} x_j says everything; the sum over k picks k = i, and what is left is one
entry of the matrix form.
"""

from __future__ import annotations

from ..derivation.lines import Derivation, IndexForm, Line, Path, Paths, Term
from ..ir.graph import topological_order
from ..ir.notation import Strength
from ..ir.op import Role
from ..ops.entries import delta_op
from ..ops.sources import constant_op
from .formula import Pen, bracketed
from .styles import LATEX
from .symbols import text_indexed


def index_lines(derivation: Derivation, line: Line, term: Term, pen: Pen) -> tuple[str, ...]:
    """dq_k/dW_ij = ..., and df/dW_ij = sum_k df/dq_k dq_k/dW_ij = ... Nothing where indices say no more than arrays."""
    form = term.index
    if form is None or not form.into or not (form.sums or not form.out) or form.local.op is constant_op:
        return ()
    consumer = text_indexed(term.via, form.out) if form.out else term.via
    local = pen.style.name(f"d{consumer}/d{text_indexed(line.symbol, form.into)}")
    first = f"{local} = {pen.write(form.local)}"
    if term.via == derivation.output:  # the gradient of the output by itself is 1: the local derivative is the gradient
        return (first,)
    gradient = pen.style.indexed(derivation.names[line.gradient], form.into)
    named = f"{_sum_signs(form, pen)}{_upstream(derivation, form, term, pen)}{pen.style.dot}{local}"
    summed = form.summed if form.substituted is None else form.substituted
    picked = form.picked if form.closed is None else form.closed
    steps = " = ".join(dict.fromkeys([named, pen.write(summed), pen.write(picked)]))
    return (first, f"{gradient} = {steps}{_said_picked(form, pen)}")


def _sum_signs(form: IndexForm, pen: Pen) -> str:
    return "".join(rf"\sum_{{{letter}}} " if pen.style is LATEX else f"sum_{letter} " for letter in form.sums)


def _upstream(derivation: Derivation, form: IndexForm, term: Term, pen: Pen) -> str:
    name = derivation.names[term.upstream]
    return pen.style.indexed(name, form.out) if form.out else pen.style.name(name)


def _said_picked(form: IndexForm, pen: Pen) -> str:
    """Which index a delta picked, in words."""
    pairs = [node.settings["pair"] for node in topological_order([form.summed]) if node.op is delta_op]
    ordered = [(a, b) if a in form.sums else (b, a) for a, b in pairs]
    said = [f"{picked} = {index}" for picked, index in ordered if picked in form.sums]
    if not said:
        return ""
    words = f"the delta picks {', '.join(said)}"
    return rf" \quad\text{{({words})}}" if pen.style is LATEX else f"   ({words})"


# Jacobians ----------------------------------------------------------------------------------------------------
_MOST_PATHS = 4


def jacobian_line(derivation: Derivation, line: Line, pen: Pen) -> str:
    """ds/db = u^T diag(f'(z)) I: the gradient of a vector in numerator layout, a product of Jacobians for each path.

    Nothing for numbers and matrices, nor where no matrix stands between the output and the vector.
    """
    found = derivation.all_paths.get(line.symbol)
    if line.gradient.ndim != 1 or found is None or not 0 < found.count == len(found.listed) <= _MOST_PATHS:
        return ""
    edges = [jacobian for path in found.listed for jacobian in path.jacobians]
    if any(each is None for each in edges):
        return _local_jacobian(line, found, pen)
    if len(edges) < 2 * found.count:
        return ""
    sides = [" + ".join(_chain(path, pen) for path in found.listed)]
    if line.closed is not None:
        closed = pen.piece(line.closed)
        sides.append(bracketed(closed, Strength.ATOM, pen.style) + pen.style.transpose)
    return " = ".join([pen.style.name(derivation.names[line.gradient]), *dict.fromkeys(sides)])


def _local_jacobian(line: Line, found: Paths, pen: Pen) -> str:
    """ds/da = diag(s) - s s^T: of an op that couples its entries, the matrix is worth seeing by itself."""
    edges = [path.jacobians[-1] for path in found.listed if path.jacobians]
    if len(line.terms) != 1 or line.terms[0].role is not Role.COUPLES or not edges or edges[0] is None:
        return ""
    return f"{pen.style.name(f'd{line.terms[0].via}/d{line.symbol}')} = {pen.write(edges[0])}"


def _chain(path: Path, pen: Pen) -> str:
    pieces = [pen.piece(each) for each in path.jacobians if each is not None]
    return " ".join(bracketed(each, Strength.PRODUCT, pen.style) for each in pieces)
