"""What a derivative is the sum of: one term for each name that the variable goes into directly.

One idea: with the definitions of the document the chain rule has one term for each definition that the variable stands
in. Each is worked out apart, as numbers and as a formula, so what is missing can be said as a term in the author's own
names: `+ \\lambda w`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from ...derivation.formulas.reading import NoIndexFormError
from ...errors import ChainruleError
from ...ir.coercion import as_node
from ...ir.graph import Graph
from ...ir.node import Node, concrete
from ...ir.recording import open_recording
from ...notation.kinds import Context, Value, as_floats
from ...notation.lower import lower
from ...notation.surface import Fraction
from ...notation.symbols import symbol_of
from ...ops.sources import input_node
from ...transforms.replay import replay
from ...transforms.reverse import gradients
from ..model import names_in
from ..points import Point, as_problem, sketch
from ..spelling import differential
from ..writing import latex
from .asked import Asked, node_names, spelled
from .knowing import known, spellings
from .saying import said

_MOST_TERMS = 6
_PROBLEMS = (
    ChainruleError, NoIndexFormError, ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """The part of a derivative that comes through one name: its value at each point, and its formula in LaTeX, with
    the derivative by that name as it is written (`short`) or worked out (`long`)."""

    via: str  # as its author writes it
    values: tuple[Any, ...]
    wholes: tuple[Any, ...]  # the same with the whole derivative of that name, through other names too
    short: str
    long: str


def terms(asked: Asked) -> tuple[Term, ...]:
    """The terms of a derivative; nothing where there are too many, or where it has no such form."""
    bench, points = asked.bench, asked.bench.points()
    vias = [each for each in _vias(asked) if each in points[0].nodes]
    if not vias or len(vias) > _MOST_TERMS or asked.of_axes:
        return ()
    try:
        with open_recording(), numpy.errstate(all="ignore"), as_problem():
            drawn = sketch(bench.model)
            found = [_term(asked, via, points, drawn) for via in vias]
    except _PROBLEMS:
        return ()
    return tuple(each for each in found if each is not None)


def _vias(asked: Asked) -> list[str]:
    """The names in whose definitions the variable stands."""
    return [
        each.symbol.text for each in asked.bench.model.forward
        if any(one.symbol.text == asked.wrt for one in names_in(each.body))
    ]  # fmt: skip


def _term(asked: Asked, via: str, points: Sequence[Point], drawn: Point) -> Term | None:
    values, wholes = [], []
    for point in points:
        local, arriving = _local(asked, via, point), _arriving(asked, via, point)
        if arriving is None or local is None:
            return None  # no path to the result leads through it
        values.append(_value(local.by(arriving), local.variable.shape))
        wholes.append(_whole(asked, via, point, arriving))
    short, long = _formulas(asked, via, drawn)
    return Term(spelled(spellings(asked.bench.session), via, asked.bench), tuple(values), tuple(wholes), short, long)


def _whole(asked: Asked, via: str, point: Point, arriving: Any) -> Any:
    node, variable = point.nodes[via].node, point.nodes[asked.wrt].node
    assert isinstance(node, Node)  # a path leads from one to the other
    assert isinstance(variable, Node)
    return _value(gradients([node], [arriving], [variable], symbolic=True)[0], tuple(variable.shape))


def parts(asked: Asked, below: str) -> tuple[Term, ...]:
    """The terms of a derivative through each entry of the one array that the variable goes into; `below`: how what is
    differentiated by is written."""
    points = asked.bench.points()[:3]
    vias = _vias(asked)
    shape = points[0].nodes[vias[0]].shape if len(vias) == 1 and vias[0] in points[0].nodes else ()
    if len(shape) != 1 or shape[0] > _MOST_TERMS or asked.of_axes:
        return ()
    try:
        with open_recording(), numpy.errstate(all="ignore"), as_problem():
            return tuple(_part(asked, vias[0], place, points, below) for place in range(shape[0]))
    except _PROBLEMS:
        return ()


def _part(asked: Asked, via: str, place: int, points: Sequence[Point], below: str) -> Term:
    values = []
    for point in points:
        local, arriving = _local(asked, via, point), _arriving(asked, via, point)
        if arriving is None or local is None:
            raise NoIndexFormError
        seed = numpy.zeros(local.body.shape)
        seed[place] = _value(arriving, tuple(local.body.shape))[place]
        values.append(_value(local.by(as_node(seed)), tuple(local.variable.shape)))
    bench = asked.bench
    written = spellings(bench.session)
    name = f"{spelled(written, via, bench)}_{place + 1}"
    above = spelled(written, asked.of, bench)
    text = rf"\frac{{\partial {above}}}{{\partial {name}}} \frac{{\partial {name}}}{{\partial {below}}}"
    return Term(name, tuple(values), tuple(values), text, text)


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
    """The derivative by the name that the path goes through, as a node; None where there is none."""
    top, node = point.nodes[asked.of].node, point.nodes[via].node
    if node is top:
        return _one()
    assert isinstance(top, Node)
    return gradients([top], [_one()], [node], symbolic=True)[0] if isinstance(node, Node) else None


def _one() -> Node:
    return as_node(numpy.asarray(1.0))


def _value(node: Any, shape: tuple[int, ...]) -> Any:
    found = 0.0 if node is None else concrete(node) if isinstance(node, Node) else node
    return numpy.broadcast_to(numpy.asarray(found, dtype=float), shape)


# Formulas ------------------------------------------
def _formulas(asked: Asked, via: str, drawn: Point) -> tuple[str, str]:
    """A term with the derivative by its name as it is written, and worked out."""
    local, node = _local(asked, via, drawn), drawn.nodes[via].node
    if local is None or not isinstance(node, Node):
        return "", ""
    names = node_names(asked.bench, drawn)
    back = {value.node: drawn.nodes[name].node for name, value in local.leaves.items() if isinstance(value.node, Node)}
    defined = asked.of in drawn.nodes  # a loss that is not written has derivatives, but no formula
    if defined and node is drawn.nodes[asked.of].node:
        only = said(_back(local.by(_one()), back), names, drawn.sizes)
        return only, only
    seed = input_node(tuple(node.shape), numpy.dtype("float64"))
    on = local.by(seed)
    short = said(_back(on, {**back, seed: seed}), {**names, seed: gradient_symbol(asked, via)}, drawn.sizes)
    arriving = _arriving(asked, via, drawn) if defined else None
    long = said(_back(on, {**back, seed: arriving}), names, drawn.sizes) if isinstance(arriving, Node) else ""
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
    stem = spelled(written, name, bench)
    for own, meaning in bench.model.derived.items():
        atom = bench.model.atoms.atom(meaning)
        if own in written and atom is not None and atom.of_name == asked.of and [x.text for x in atom.wrt] == [name]:
            return latex(written[own])
    for each in known(bench, min(bench.meanings)).gradients:
        if latex(each.of) == stem and not (isinstance(each.written, Fraction) and not _is_of(each.written, asked)):
            return latex(each.written)
    return rf"\frac{{\partial {spelled(written, asked.of, bench)}}}{{\partial {stem}}}"


def _is_of(written: Fraction, asked: Asked) -> bool:
    above = differential(written.numerator)
    symbol = symbol_of(above.body) if above is not None and above.body is not None else None
    return symbol is not None and symbol.text == asked.of


def closed(asked: Asked) -> str:
    """The whole derivative as one formula in the author's names; nothing where it has no short one."""
    try:
        with open_recording(), numpy.errstate(all="ignore"), as_problem():
            drawn = sketch(asked.bench.model)
            if asked.body is not None:
                drawn.nodes[asked.of] = as_floats(lower(asked.body, drawn.context(nodes=True)))
            if asked.of not in drawn.nodes:
                return ""
            top, low = drawn.nodes[asked.of].node, drawn.nodes[asked.wrt].node
            if not isinstance(top, Node) or not isinstance(low, Node) or tuple(top.shape):
                return ""
            found = gradients([top], [_one()], [low], symbolic=True)[0]
            return "0" if found is None else said(found, node_names(asked.bench, drawn), drawn.sizes)
    except _PROBLEMS:
        return ""


def plus(pieces: Sequence[str]) -> str:
    """Pieces of LaTeX added up; nothing where one of them is missing."""
    if not pieces or not all(pieces):
        return ""
    text = pieces[0]
    for each in pieces[1:]:
        text += f" - {each[1:].lstrip()}" if each.startswith("-") else f" + {each}"
    return text
