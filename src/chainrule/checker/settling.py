"""A claim in, the bench with its sides read out.

One idea: a side means what the names of the model make of it; the digits of `W_{12}` fall apart where W is a matrix,
and I is the identity where nobody has defined it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy

from ..errors import ChainruleError
from ..notation.meaning import (
    Comparison,
    Entry,
    Literal,
    Meaning,
    Program,
    Unit,
    Variable,
    everything,
    mapped,
)  # fmt: skip
from ..notation.surface import Surface
from ..notation.symbols import Symbol
from .atoms import RAW
from .bench import Bench
from .claims import Claim
from .free import free_letters
from .instances import in_numbers
from .limits import READING
from .model import Model
from .points import Plan, Point, as_array, take
from .session import Session
from .slopes import Style, jacobian


def vanishing(bench: Bench, name: str, loss: str, point: Point) -> bool | None:
    """Whether the gradient of a loss by a name is 0 where the name is what the second side says; None where that
    cannot be computed."""
    try:
        value = bench.compute(bench.meanings[1], Style(), [point])[0]
        data = {each.text: as_array(point.nodes[each.text]) for each in point.model.inputs}
        scale = max(1.0, float(numpy.abs(data[name]).max()))
        plan = Plan(Program(point.model.forward, point.model.forward[-1].symbol, ()),
                    {key: array.shape for key, array in data.items()}, point.sizes, {})  # fmt: skip
        there = take(point.model, plan, 0, "any", {**data, name: numpy.reshape(value, data[name].shape)})
        atom = bench.model.atoms.of(
            Variable(Symbol(loss), bench.meanings[1].span), (Symbol(name),), bench.meanings[1].span
        )
        slope = jacobian(there, atom, bench.model.atoms, False)
    except (ChainruleError, KeyError, ValueError):
        return None
    return bool(numpy.abs(slope).max() < 1e-7 * scale) if slope.ndim == len(data[name].shape) else None


def set_up(session: Session, claim: Claim, conditions: Sequence[Surface] = ()) -> Bench:
    """A claim on the bench, its sides read as far as they can be."""
    model = session.model(claim.number)
    trees = [side.tree for side in claim.sides if side.tree is not None]
    free = free_letters(trees, model.scope, model.known | model.sizes)
    bench = Bench(session, claim, model, free)
    for place, side in enumerate(claim.sides):
        if side.tree is None:
            bench.problems[place] = side.problem
            continue
        try:
            bench.meanings[place] = prepared(bench, side.tree)
        except ChainruleError as problem:
            bench.problems[place] = f"{problem.given} cannot be read"
    bench.conditions = tuple(_conditions(bench, conditions))
    return bench


def prepared(bench: Bench, tree: Surface) -> Meaning:
    """What a side means. Raises ChainruleError where it means nothing."""
    bench.session.work.add(READING)
    found = with_identity(bench.model.read(tree, bench.free), bench.model)
    raw = any(isinstance(each, Variable) and each.symbol.text.endswith(RAW) for each in everything(found))
    return _digits_apart(found, bench) if raw else found


def _digits_apart(node: Meaning, bench: Bench) -> Meaning:
    """`W_{12}` below a derivative: its digits apart where W is a matrix."""
    node = mapped(node, lambda each: _digits_apart(each, bench))
    match node:
        case Entry(Variable(symbol), indices) if symbol.text.endswith(RAW) and (
            points := bench.session.points(bench.claim.number)
        ):
            atom = bench.model.atoms.table[symbol.text.removesuffix(RAW)]
            shapes = points[0].values
            names = [each for each in (atom.of_name, *(each.text for each in atom.wrt)) if each in shapes]
            axes = sum(as_array(shapes[each]).ndim for each in names)
            if len(indices) < axes:
                found = tuple(part for each in indices for part in _digits(each))
                return replace(node, indices=found) if len(found) <= axes else node
    return node


def _digits(index: Meaning) -> tuple[Meaning, ...]:
    if isinstance(index, Literal) and len(index.written) > 1 and index.written.isdecimal():
        return tuple(Literal(digit, float(digit), index.span) for digit in index.written)
    return (index,)


def _conditions(bench: Bench, trees: Sequence[Surface]) -> Iterator[Meaning]:
    for tree in trees:
        try:
            found = bench.model.read(in_numbers(tree, bench.session.counted), bench.free)
        except ChainruleError:
            continue
        if isinstance(found, Comparison):
            yield found


def with_identity(meaning: Meaning, model: Model) -> Meaning:
    """`I` as the identity where it is no name of the document."""
    if "I" in model.known or "I" in model.data:
        return meaning

    def put_in(node: Meaning) -> Meaning:
        if isinstance(node, Variable) and node.symbol == Symbol("I"):
            return Unit(True, node.span)
        return mapped(node, put_in)

    return put_in(meaning)
