"""Working: a derivation and a style in, its backward lines as pieces of text out: symbols, then numbers, then the value.

One idea: every output format lays out the same pieces, so they are put together once. Values stay values here: how long an
array may get is a matter of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..derivation.lines import Derivation, Line, Term
from ..derivation.stage import evaluate
from ..ir.graph import topological_order
from ..ir.node import Node, concrete
from ..ir.notation import Strength
from ..ops.arithmetic import carry, div, mul, neg
from ..ops.movement import broadcast
from ..ops.products import matmul_op, outer_op
from ..ops.reductions import sum_op
from ..ops.sources import constant_op
from . import numbers, words
from .formula import Pen, Written, bracketed, name_written, number_written
from .indexed import index_lines
from .styles import Style

_MOST_SHOWN = 9  # entries of an array whose products are written out
_MOST_PRODUCTS = 12
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
    """The gradient of one symbol: its terms, their sum, and the same in symbols of the forward pass (`closed`)."""

    symbol: str
    gradient: str
    shares: tuple[Share, ...]
    value: Any
    closed: str
    reason: str


def pen_for(derivation: Derivation, style: Style, digits: int) -> Pen:
    """The pen that writes this derivation's formulas in symbols."""
    return Pen(derivation.names, style, digits, {}, derivation.sizes)


def work_out(derivation: Derivation, line: Line, pen: Pen) -> Working:
    """A line as text."""
    shares = tuple(_share(derivation, line, term, pen) for term in line.terms)
    closed = "" if line.closed is None or not line.terms else pen.write(line.closed)
    said = {share.symbols for share in shares} if len(shares) == 1 else set()
    return Working(
        line.symbol, pen.style.name(derivation.names[line.gradient]), shares, line.value, "" if closed in said else closed,
        words.fan_out(line, derivation.output),
    )  # fmt: skip


def _share(derivation: Derivation, line: Line, term: Term, pen: Pen) -> Share:
    numeric = pen.substituting(derivation.values)
    known = term.value is not None
    return Share(
        term.via, term.operand, in_symbols(line, term, pen), _in_numbers(line, term, numeric) if known else "",
        _written_out(term.expression, derivation, pen) if known else None, term.value, words.reason(term, line),
        index_lines(derivation, line, term, pen),
    )  # fmt: skip


def in_symbols(line: Line, term: Term, pen: Pen) -> str:
    """Upstream and local, `dL/dz_1 · w_1`; a product of matrices as its rule gives it, `dL/dq x^T`."""
    if term.local is None or not is_entrywise(term):
        return pen.write(term.expression)
    local = pen.piece(term.local)
    return f"{pen.write(term.upstream)}{_sign(term, pen)}{_factor(local, term, pen)}{_ones(line, term, local, pen)}".removesuffix(
        f"{pen.style.dot}1 {pen.style.ones}"
    ) + _only_ones(line, term, local, pen)


def _factor(local: Written, term: Term, pen: Pen) -> str:
    text = bracketed(local, Strength.PRODUCT, pen.style)
    whole = local.kind == "matrix" and text == local.text and term.upstream.ndim
    return pen.style.bracket(text) if whole else text


def _sign(term: Term, pen: Pen) -> str:
    local_is_array = term.local is not None and term.local.ndim
    return pen.style.hadamard if term.upstream.ndim and local_is_array else pen.style.dot
