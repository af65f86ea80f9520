"""What a derivative is the sum of: one term for each name that the variable goes into directly.

One idea: with the definitions of the document the chain rule has one term for each definition that the variable stands
in. Each is worked out apart, as numbers and as a formula, so what is missing can be said as a term in the author's own
names: `+ \\lambda w`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from ...derivation.formulas.forms import Setting, find_form
from ...derivation.formulas.gathering import gather, length
from ...derivation.formulas.reading import NoIndexFormError
from ...errors import ChainruleError
from ...ir.coercion import as_node
from ...ir.graph import Graph
from ...ir.node import Node
from ...ir.recording import open_recording
from ...ir.types import symbolic_shapes
from ...notation.kinds import Context, Value, as_floats
from ...notation.lower import lower
from ...notation.surface import Fraction
from ...notation.symbols import symbol_of
from ...ops.sources import input_node
from ...transforms.replay import replay
from ...transforms.reverse import gradients
from ..model import names_in
from ..points import Point, as_problem
from ..slips import Words
from ..spelling import differential
from ..writing import latex
from .asked import Asked, node_names, spelled
from .knowing import known, spellings

_LONGEST, _MOST_NAMES = 90, 14
_MOST_TERMS = 6
_PROBLEMS = (ChainruleError, NoIndexFormError, ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Term:
    """The part of a derivative that comes through one name: its value at each point, and its formula in LaTeX, with
    the derivative by that name as it is written (`short`) or worked out (`long`)."""

    via: str  # as its author writes it
    values: tuple[Any, ...]
    short: str
    long: str


def terms(asked: Asked) -> tuple[Term, ...]:
    """The terms of a derivative; nothing where there are too many, or where it has no such form."""
    bench, points = asked.bench, asked.bench.points()
    vias = [
        each.symbol.text for each in bench.model.forward
        if any(one.symbol.text == asked.wrt for one in names_in(each.body)) and each.symbol.text in points[0].nodes
    ]  # fmt: skip
    if not vias or len(vias) > _MOST_TERMS or asked.of_axes:
        return ()
    found = []
    for via in vias:
        try:
            with open_recording(), numpy.errstate(all="ignore"), as_problem():
                term = _term(asked, via, points)
        except _PROBLEMS:
            return ()
        if term is not None:
            found.append(term)
    return tuple(found)


def _term(asked: Asked, via: str, points: list[Point]) -> Term | None:
    values = []
    for point in points:
        local = _local(asked, via, point)
        arriving = _arriving(asked, via, point)
        if arriving is None or local is None:
            return None
        values.append(_value(local.by(arriving)))
    short, long = _formulas(asked, via, points[0])
    return Term(spelled(spellings(asked.bench.session), via, asked.bench), tuple(values), short, long)


@dataclass(frozen=True, slots=True)
class _Local:
    """The definition of a name with every other name held: its value over leaves, and the leaf of the variable."""

    body: Node
    leaves: Mapping[str, Value]
    variable: Node

    def by(self, arriving: Any) -> Any:
        """What goes on to the variable of what arrives."""
        found = gradients([self.body], [arriving], [self.variable], symbolic=True)[0]
        return numpy.zeros(self.variable.shape) if found is None else found


def _local(asked: Asked, via: str, point: Point) -> _Local | None:
    leaves = {
        name: Value(input_node(tuple(value.node.shape), value.node.type.dtype, value.node.value), value.row)
        if isinstance(value.node, Node) else value
        for name, value in point.nodes.items()
    }  # fmt: skip
    body = as_floats(lower(point.definitions[via].body, Context(dict(leaves), point.sizes, []))).node
    variable = leaves[asked.wrt].node
    return _Local(body, leaves, variable) if isinstance(body, Node) and isinstance(variable, Node) else None


def _arriving(asked: Asked, via: str, point: Point) -> Any:
    """The derivative by the name that the path goes through, as a node with a value; None where there is none."""
    top, node = point.nodes[asked.of].node, point.nodes[via].node
    if node is top:
        return _one()
    assert isinstance(top, Node)
    return gradients([top], [_one()], [node], symbolic=True)[0] if isinstance(node, Node) else None


def _one() -> Node:
    return as_node(numpy.asarray(1.0))


def _value(node: Any) -> Any:
    return numpy.asarray(node.value if isinstance(node, Node) else node, dtype=float)


# Formulas ------------------------------------------
def _formulas(asked: Asked, via: str, point: Point) -> tuple[str, str]:
    names = node_names(asked.bench, point)
    local = _local(asked, via, point)
    assert local is not None  # its values were computed
    back = {value.node: point.nodes[name].node for name, value in local.leaves.items() if isinstance(value.node, Node)}
    if point.nodes[via].node is point.nodes[asked.of].node:
        only = _said(_back(local.by(_one()), back), names)
        return only, only
    node = point.nodes[via].node
    assert isinstance(node, Node)
    seed = input_node(tuple(node.shape), numpy.dtype("float64"), node.value)
    long = ""
    symbol = gradient_symbol(asked, via)
    short = _said(_back(local.by(seed), {**back, seed: seed}), {**names, seed: symbol})
    arriving = _arriving(asked, via, point)
    if isinstance(arriving, Node):
        long = _said(_back(local.by(seed), {**back, seed: arriving}), names)
    return short, long


def _back(found: Any, back: Mapping[Node, Any]) -> Any:
    """An expression over leaves, over the nodes of the point."""
    if not isinstance(found, Node):
        return found
    return replay(Graph(tuple(back), (found,)), tuple(back.values()))[found]


def gradient_symbol(asked: Asked, name: str) -> str:
    """How the author writes the derivative by a name, or would."""
    bench = asked.bench
    written = spellings(bench.session)
    for each in known(bench, min(bench.meanings)).gradients:
        stem = spelled(written, name, bench)
        if latex(each.of) == stem and not (isinstance(each.written, Fraction) and not _is_of(each.written, asked)):
            return latex(each.written)
    return rf"\frac{{\partial {spelled(written, asked.of, bench)}}}{{\partial {spelled(written, name, bench)}}}"


def _is_of(written: Fraction, asked: Asked) -> bool:
    above = differential(written.numerator)
    symbol = symbol_of(above.body) if above is not None and above.body is not None else None
    return symbol is not None and symbol.text == asked.of


def closed(asked: Asked) -> str:
    """The whole derivative as one formula in the author's names; nothing where it has no short one."""
    point = asked.bench.points()[0]
    top, low = point.nodes[asked.of].node, point.nodes[asked.wrt].node
    if not isinstance(top, Node) or not isinstance(low, Node) or tuple(top.shape):
        return ""
    try:
        with open_recording(), numpy.errstate(all="ignore"), as_problem():
            found = gradients([top], [_one()], [low], symbolic=True)[0]
            return "0" if found is None else _said(found, node_names(asked.bench, point))
    except _PROBLEMS:
        return ""


def _said(expression: Any, names: Mapping[Node, str]) -> str:
    """An expression as LaTeX in these names; nothing where it has no short form."""
    if not isinstance(expression, Node):
        return ""
    with symbolic_shapes():
        form = find_form(expression, (), Setting(frozenset(names), {}))
        if form.residues is None or len(form.free) > 2:
            return ""
        found = gather(form.residues, form.free, form.known)
    if length(found, dict(names)) > _MOST_NAMES:
        return ""
    return Words(names, True).formula(found, _LONGEST).strip("$")


def whole(asked: Asked, found: tuple[Term, ...], derivatives: bool) -> str:
    """The sum of all terms, with derivatives of names or without."""
    pieces = [each.short if derivatives else each.long for each in found]
    return plus(pieces) if pieces and all(pieces) else ""


def plus(pieces: list[str]) -> str:
    """Pieces of LaTeX added up."""
    said = pieces[0]
    for each in pieces[1:]:
        said += f" - {each[1:].lstrip()}" if each.startswith("-") else f" + {each}"
    return said


__all__ = ["Term", "closed", "gradient_symbol", "plus", "terms", "whole"]
