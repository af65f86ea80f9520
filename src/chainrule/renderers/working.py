"""Working: a derivation and a style in, its backward lines as pieces of text out: symbols, numbers, the value.

One idea: every output format lays out the same pieces, so they are put together once. Values stay values here: how long
an array may get is a matter of the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..derivation.lines import Derivation, Line, Term
from ..derivation.stage import evaluate
from ..ir.graph import topological_order
from ..ir.node import Node, concrete
from ..ir.notation import Strength
from ..ops.arithmetic import carry, div, mul, neg
from ..ops.movement import broadcast, reshape_op
from ..ops.products import matmul_op, outer_op
from ..ops.reductions import sum_op
from ..ops.sources import constant_op
from . import words
from .formula import QUOTIENT, Pen, Written, bracketed, name_written, number_written, uncopied
from .indexed import index_lines, jacobian_line
from .numbers import as_number, is_array
from .styles import Style

_MOST_SHOWN = 9  # entries of an array whose products are written out
_MOST_PRODUCTS = 12
_MOST_SUBSTITUTED = 24
_LONGEST_STATEMENT = 80
_MOST_STATEMENTS = 24


@dataclass(frozen=True, slots=True)
class Share:
    """One term of a gradient: which consumer it came through, upstream and local in symbols, in numbers, and its value.

    `entries` are the products of the single entries, nested as the array is; None where there would be too many.
    """

    via: str
    operand: str
    symbols: str
    numbers: str
    entries: Any
    value: Any
    reason: str
    indices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Working:
    """The gradient of one symbol: its terms, their sum, and the same in symbols of the forward pass (`closed`).

    `jacobians` is the same for a vector as a product of matrices, in numerator layout; empty where there is none.
    """

    symbol: str
    gradient: str
    shares: tuple[Share, ...]
    value: Any
    closed: str
    reason: str
    jacobians: str


def pen_for(derivation: Derivation, style: Style, digits: int) -> Pen:
    """The pen that writes this derivation's formulas in symbols."""
    return Pen(derivation.names, style, digits, {}, derivation.sizes)


def work_out(derivation: Derivation, line: Line, pen: Pen) -> Working:
    """A line as text."""
    shares = tuple(_share(derivation, line, term, pen) for term in line.terms)
    closed = "" if line.closed is None or not line.terms else pen.write(line.closed)
    said = {share.symbols for share in shares} if len(shares) == 1 else set()
    return Working(
        line.symbol, pen.style.name(derivation.names[line.gradient]), shares, line.value,
        "" if closed in said else closed, words.fan_out(line, derivation.output, pen.style.spell),
        jacobian_line(derivation, line, pen),
    )  # fmt: skip


def _share(derivation: Derivation, line: Line, term: Term, pen: Pen) -> Share:
    numeric = pen.substituting(derivation.values)
    known = term.value is not None
    is_entry = bool(line.node.ndim) and not line.gradient.ndim
    reason = words.reason(term, pen.style.spell(line.symbol), in_short=is_entry)
    return Share(
        term.via, term.operand, in_symbols(line, term, pen), _in_numbers(line, term, numeric) if known else "",
        products_of_entries(term.expression, derivation.values, pen) if known else None, term.value, reason,
        index_lines(derivation, line, term, pen),
    )  # fmt: skip


def in_symbols(line: Line, term: Term, pen: Pen) -> str:
    """Upstream and local, `dL/dz_1 · w_1`; a product of matrices as its rule gives it, `dL/dq x^T`."""
    if term.local is None or not is_entrywise(line, term):
        return pen.write(term.expression)
    upstream, local = pen.write(term.upstream), pen.piece(one_number(term.local))
    if _is_spread(line, term):
        copies = (
            pen.style.ones if local.text == "1" else f"{bracketed(local, Strength.PRODUCT, pen.style)} {pen.style.ones}"
        )
        return f"{upstream}{pen.style.dot}{copies}"
    return f"{upstream}{_sign(term, pen)}{_factor(local, term, pen)}"


def _factor(local: Written, term: Term, pen: Pen) -> str:
    demand = Strength.HADAMARD if _sign(term, pen) == pen.style.hadamard else QUOTIENT
    text = bracketed(local, demand, pen.style)
    apart = local.kind == "matrix" and text == local.text and term.upstream.ndim
    return pen.style.bracket(text) if apart else text


def _sign(term: Term, pen: Pen) -> str:
    both = term.upstream.ndim and term.local is not None and one_number(term.local).ndim
    return pen.style.hadamard if both else pen.style.dot


def one_number(local: Node) -> Node:
    """A number that a rule copied to every entry, before it was copied."""
    source = uncopied(local) if local.ndim else local
    return local if source.ndim else source


def _is_spread(line: Line, term: Term) -> bool:
    """Whether a single number is copied to every entry of an array."""
    return bool(line.gradient.ndim) and not term.upstream.ndim and term.local is not None and not term.local.ndim


def is_entrywise(line: Line, term: Term) -> bool:
    """Whether a term is upstream times local entry by entry: no matrix product, sum or copy on the way between them."""
    if not _is_spread(line, term) and line.gradient.shape not in (
        term.upstream.shape,
        getattr(term.local, "shape", None),
    ):
        return False
    node = term.expression
    while node is not term.upstream:
        if node.op in (mul, carry):
            node = node.inputs[0] if _mentions(node.inputs[0], term.upstream) else node.inputs[1]
        elif (
            node.op in (neg, broadcast)
            or (not uncopied(node).ndim and node.op is reshape_op)
            or (node.op is div and not _mentions(node.inputs[1], term.upstream))
        ):
            node = node.inputs[0]
        else:
            return False
    return True


def _mentions(node: Node, player: Node) -> bool:
    return player in set(topological_order([node]))


def _in_numbers(line: Line, term: Term, numeric: Pen) -> str:
    """The same with the numbers of the run; nothing where that would only repeat the value, or be too long to read."""
    if _entries_met(term, numeric) > _MOST_SUBSTITUTED:
        return ""
    if term.local is None or not is_entrywise(line, term):
        written = numeric.write(term.expression)
    elif _is_spread(line, term) or (term.upstream.ndim and is_one(term.local)):
        return ""
    else:
        sign = numeric.style.hadamard if _sign(term, numeric) == numeric.style.hadamard else numeric.style.times
        value = (
            term.local_value
            if one_number(term.local) is term.local
            else evaluate(one_number(term.local), numeric.values)
        )
        local = bracketed(number_written(value, numeric), Strength.PRODUCT, numeric.style)
        written = f"{_leading_value(term.upstream_value, numeric)}{sign}{local}"
    return written


def _entries_met(term: Term, numeric: Pen) -> int:
    """How many numbers would be written in place of symbols."""
    known = numeric.values
    return sum(getattr(known[node], "size", 1) for node in topological_order([term.expression]) if node in known)


def is_one(node: Node) -> bool:
    """Whether a node is the number 1."""
    return node.op is constant_op and not node.ndim and bool(concrete(node) == 1)


# Entry by entry -----------------------------------------------------------------------------------------------------
def products_of_entries(expression: Node, known: Mapping[Node, Any], pen: Pen) -> Any:
    """The products and sums behind each entry of a small array: [[0.44 × 0.2, ...]]. None where there are too many."""
    size = expression.type.size
    if expression.op not in (matmul_op, outer_op, sum_op) or not 0 < size <= _MOST_SHOWN or expression.ndim > 2:
        return None
    terms = expression.inputs[0].type.size if expression.op is sum_op else _inner(expression) * size
    if terms > _MOST_PRODUCTS or (size == 1 and terms == 1):
        return None
    values = [evaluate(each, known) for each in expression.inputs]
    if expression.op is sum_op:
        return _added_products(expression, known, pen) or _sums(expression, values[0], pen)
    return _products(expression, values, pen)


def _inner(expression: Node) -> int:
    """How many products are summed to one entry."""
    return 1 if expression.op is outer_op else int(expression.inputs[0].shape[-1])


def _products(expression: Node, values: list[Any], pen: Pen) -> Any:
    left, right = values
    rows = left.reshape(-1, 1) if expression.op is outer_op else left.reshape(-1, left.shape[-1])
    columns = right.reshape(1, -1) if expression.op is outer_op else right.reshape(right.shape[0], -1)
    table = [[_total([(a, b) for a, b in zip(row, column, strict=True)], pen) for column in columns.T] for row in rows]
    if expression.ndim == 2:
        return table
    flat = [entry for row in table for entry in row]
    return flat if expression.ndim else flat[0]


def _total(pairs: Sequence[tuple[Any, Any]], pen: Pen) -> str:
    products = [f"{_leading_number(a, pen)}{pen.style.times}{_bracketed_number(b, pen)}" for a, b in pairs]
    return added(products)


def _leading_value(value: Any, pen: Pen) -> str:
    """A number, or an array, in front of a product."""
    return pen.value(value) if is_array(value) else _leading_number(value, pen)


def _leading_number(value: Any, pen: Pen) -> str:
    """A number in front of a product: a complex one of two parts stands in brackets."""
    return _bracketed_number(value, pen) if isinstance(as_number(value), complex) else pen.value(value)


def added(parts: Sequence[str]) -> str:
    """Parts of a sum with signs between them: a + (-b) is written a - b."""
    total = parts[0]
    for part in parts[1:]:
        total += f" - {part[1:]}" if part.startswith("-") else f" + {part}"
    return total


def _bracketed_number(value: Any, pen: Pen) -> str:
    return bracketed(number_written(value, pen), Strength.PRODUCT, pen.style)


def _sums(expression: Node, value: Any, pen: Pen) -> Any:
    """The entries that are added: along one axis of a vector or a matrix."""
    axes = expression.settings["axes"]
    if len(axes) != 1 or value.ndim > 2:
        return None
    if value.ndim == 1:
        return added([pen.value(each) for each in value])
    return [added([pen.value(each) for each in row]) for row in (value.T if axes == (0,) else value)]


def _added_products(expression: Node, known: Mapping[Node, Any], pen: Pen) -> str | None:
    """sum(g ⊙ o) as its products: -4 × (-1.5) + 5 × 2.5. None for the sum of anything else."""
    product = expression.inputs[0]
    if expression.ndim or product.op not in (mul, carry) or product.ndim != 1:
        return None
    left, right = (evaluate(each, known) for each in product.inputs)
    return _total(list(zip(left, right, strict=True)), pen)


def is_inline(working: Working) -> bool:
    """Whether a gradient fits on one line: a number, or symbols alone with nothing to stand below."""
    if is_array(working.value) or any(share.indices for share in working.shares):
        return False
    return working.value is not None or (len(working.shares) <= 1 and not working.closed)


def sides_of(equation: str) -> list[str]:
    """The sides of an equation; the sign inside 1{k = i} does not separate, nor one inside words in brackets."""
    sides, depth, begin = [], 0, 0
    for place, letter in enumerate(equation):
        depth += (letter in "{(") - (letter in "})")
        if depth == 0 and equation.startswith(" = ", place):
            sides.append(equation[begin:place])
            begin = place + 3
    return [*sides, equation[begin:]]


def right_sides(working: Working, pen: Pen) -> list[str]:
    """What a gradient equals, step by step: symbols, numbers, the products of entries, the value, the closed form."""
    shares = working.shares
    steps = [" + ".join(share.symbols for share in shares)]
    if working.value is not None and shares:
        parts = [share.numbers or pen.value(share.value) for share in shares]
        steps.append(added(parts) if all(len(part) < 400 for part in parts) else "")
        steps.append(pen.style.grid(shares[0].entries) if len(shares) == 1 and shares[0].entries else "")
        steps.append(added([pen.value(share.value) for share in shares]) if len(shares) > 1 else "")
    steps.append("" if working.value is None and shares else "1" if working.value is None else pen.value(working.value))
    closed = "" if is_inline(working) else working.closed  # a line of numbers is long enough without it
    return [step for step in dict.fromkeys([*steps, closed]) if step]


# Statements ---------------------------------------------------------------------------------------------------------
def statements(derivation: Derivation, pen: Pen) -> list[str]:
    """The computation as the user wrote it, `f = (x + y) z`: steps without a name of their own are written in."""
    rows = [
        row
        for row in derivation.rows
        if row.node.inputs and (row.symbol in derivation.given or row.symbol == derivation.output)
    ]
    if len(rows) > _MOST_STATEMENTS:
        return []
    names = {row.node: row.symbol for row in derivation.rows if row.symbol in derivation.given}
    found = []
    for row in rows:
        others = {node: name for node, name in names.items() if node is not row.node}
        if not _is_short(row.node, others):
            return []
        right = Pen(others, pen.style, pen.digits, {}, pen.sizes).write(row.node)
        found.append(f"{name_written(row.symbol, pen.style).text} = {right}")
    return found


def _is_short(node: Node, names: Any) -> bool:
    """Whether a formula has few enough signs to be read in one line."""
    pending, count = list(node.inputs), 0
    while pending and count <= _LONGEST_STATEMENT:
        each = pending.pop()
        count += 1
        if each not in names:
            pending.extend(each.inputs)
    return count <= _LONGEST_STATEMENT
