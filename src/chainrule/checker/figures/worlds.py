"""A statement and some figures in, points at which the document's own numbers and these figures hold out.

One idea: what the document does not give is drawn at random, twice; what is the same at both points is settled by the
numbers of the document, and nothing else can be judged by them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from ...errors import ChainruleError
from ...notation.drafts import is_value
from ...notation.kinds import Value
from ...notation.lower import constant
from ...notation.meaning import Entry, Literal, Meaning, Variable
from ...notation.surface import Chain, Surface
from ...notation.symbols import Symbol, symbol_of
from ..atoms import RAW
from ..bench import Bench
from ..building import extended
from ..compare import same
from ..model import Model, names_in
from ..points import Plan, Point, as_array, as_problem, plans
from ..slopes import Style
from .adopted import Adopted, Bend, fitted
from .derived import taken
from .ledger import Figure, Standing, Target

_ENTRY = re.compile(r"(.+)_(\d{1,2})$")
_START = ("_0", "^0", "^(0)", "_(0)", "_t", "_{old}")


def settled(bench: Bench, place: int, style: Style, figures: Sequence[Figure] = ()) -> Any:
    """What a side is where the document's own numbers hold; None where they do not settle it.

    Raises ChainruleError where it is nothing.
    """
    points = own_points(bench, figures)
    if not points:
        return None
    found = [_whole(bench.values(place, style, [each])) for each in points]
    if any(each is None or not bool(numpy.isfinite(each).all()) for each in found):
        return None
    return found[0] if all(same(found[0], each) for each in found[1:]) else None


def _whole(values: Sequence[Any]) -> Any:
    """The entries that a free index stands for, as one array."""
    if any(each is None for each in values) or not values:
        return None
    if len(values) == 1:
        return values[0]
    return numpy.stack(values) if len({numpy.shape(each) for each in values}) == 1 else None


def own_points(bench: Bench, figures: Sequence[Figure] = ()) -> list[Point]:
    """One point where the document gives every number, else two; none where it gives nothing that fits."""
    session, number = bench.session, bench.claim.number
    extra = _extra(bench)
    said = tuple(session.conditions.get(number, ()))
    key = (session.key(number), tuple(map(id, figures)), extra, said)
    ledger = session.ledger
    if key not in ledger.points:
        try:
            with as_problem():
                ledger.points[key] = (figures, _points(bench, figures, extra))
        except ChainruleError:
            ledger.points[key] = (figures, [])
    found: list[Point] = ledger.points[key][1]
    return found


def _extra(bench: Bench) -> tuple[str, ...]:
    """Names in the sides that no definition uses."""
    known = {each.symbol.text for each in bench.model.forward} | {each.text for each in bench.model.inputs}
    known |= set(bench.model.derived) | bench.model.sizes
    if bench.model.open_loss is not None:
        known.add(bench.model.open_loss.text)
    names = {name for place in bench.meanings for name in bench.names_of(place)}
    return tuple(sorted(names - known))


def _points(bench: Bench, figures: Sequence[Figure], extra: tuple[str, ...]) -> list[Point]:
    model, chosen = _planned(bench, extra)
    found, complete = list[Point](), True
    for turn, plan in enumerate((chosen[0], chosen[-1])):
        data = _data(bench, model, plan)
        complete = len(data) == len(model.inputs)
        point = _finite(model, plan, 5000 + turn, data, figures, bench.session.weights(bench.model))
        if point is not None:
            found.append(point)
        if complete:
            break
    return found


def _planned(bench: Bench, extra: tuple[str, ...]) -> tuple[Model, list[Plan]]:
    """The model, with names that only this statement uses, and its plans."""
    key = ("plans", id(bench.model), extra, bench.claim.number if extra else 0)
    known = bench.session.ledger.points
    if key not in known:
        model = bench.model
        if extra:
            inside = [atom.of for each in bench.meanings.values() for atom in model.atoms.inside(each)]
            sides = [each for each in bench.meanings.values() if not model.atoms.inside(each)]
            model = extended(model, [*inside, *sides], bench.free)
        known[key] = model, plans(model, 2), bench.model  # the model is kept, so that its number stays its own
    return known[key][0], known[key][1]


def _finite(
    model: Model, plan: Plan, seed: int, data: Mapping[str, Any], figures: Sequence[Figure], upstream: Mapping[str, Any]
) -> Point | None:
    for turn, level in enumerate(("any", "positive", "share")):
        point = _take(model, plan, seed + 10 * turn, level, data, figures, upstream)
        if point.finite:
            return point
    return point


def _take(
    model: Model, plan: Plan, seed: int, level: str, data: Mapping[str, Any], figures: Sequence[Figure],
    upstream: Mapping[str, Any],
) -> Point:  # fmt: skip
    """A point with the figures adopted; slips of single entries are filled up with what is right."""
    whole = {
        **data,
        **{each.target.name: each.value for each in figures if not each.target.indices and each.target.name},
    }
    weights = dict(upstream) | {
        each.target.by: each.value for each in figures
        if model.open_loss is not None and each.target.of == model.open_loss.text and not each.target.indices
    }  # fmt: skip
    inputs = {each.text for each in model.inputs}
    names, bends = {key: value for key, value in whole.items() if key not in inputs}, list[Bend]()
    partial = [each for each in figures if each.target.indices]
    plain = [each for each in figures if each.target.of and not each.target.indices and each.target.by not in weights]
    if partial:
        first = taken(model, plan, seed, level, _fitting(whole, plan, inputs), weights, Adopted(names))
        names |= _filled(partial, first)
    bends = [Bend(each.target.of, each.target.by, each.value, each.target.local) for each in plain]
    if any(each.local for each in bends):
        last = model.open_loss or model.loss
        bends += [Bend(last.text, "", 0.0)] if last is not None and all(each.of != last.text for each in bends) else []
    point = taken(model, plan, seed, level, _fitting(whole, plan, inputs), weights, Adopted(names, tuple(bends)))
    _put_derived(point, model, names)
    point.given = True
    return point


def _fitting(values: Mapping[str, Any], plan: Plan, inputs: set[str]) -> dict[str, Any]:
    found = {}
    for name in inputs & values.keys():
        value = fitted(values[name], plan.shapes.get(name, ()))
        if value is not None:
            found[name] = value
    return found


def _filled(figures: Sequence[Figure], point: Point) -> dict[str, Any]:
    """Arrays with the stated entries put in."""
    found: dict[str, Any] = {}
    for each in figures:
        name = each.target.name
        if name in point.values:
            array = found.setdefault(name, numpy.array(as_array(point.values[name])))
            place = tuple(index - 1 for index in each.target.indices)
            if len(place) == array.ndim and all(0 <= k < size for k, size in zip(place, array.shape, strict=True)):
                array[place] = float(numpy.reshape(each.value, -1)[0])
    return found


def _put_derived(point: Point, model: Model, names: Mapping[str, Any]) -> None:
    """Names whose definition speaks of derivatives, and names of which nothing is known, have their stated values."""
    for name, value in names.items():
        if name not in point.values and (name in model.derived or name not in model.known):
            point.values[name] = Value(numpy.asarray(value, dtype=float))


# The document's own numbers ------------------------------------------
def _data(bench: Bench, model: Model, plan: Plan) -> dict[str, Any]:
    """The numbers that the document gives for inputs, in the shapes that they have there."""
    found: dict[str, Any] = {}
    for symbol in model.inputs:
        value = given(bench, model, symbol)
        aim = None if value is None else fitted(value, plan.shapes.get(symbol.text, ()))
        if aim is not None:
            found[symbol.text] = aim
    return found


def given(bench: Bench, model: Model, symbol: Symbol) -> Any:
    """The number of a name: its own, that of the entry which it is, or that at the start of a recursion."""
    name = symbol.text
    if (value := _conditions(bench, model).get(name)) is not None:
        return value
    if (value := _written(model, name)) is not None:
        return value
    if (part := _ENTRY.match(name)) is not None and (whole := _written(model, part[1])) is not None:
        place = int(part[2]) - (0 if bench.session.facts.zero_based else 1)
        flat = numpy.reshape(whole, -1) if numpy.ndim(whole) < 2 or 1 in numpy.shape(whole) else None
        return flat[place] if flat is not None and 0 <= place < len(flat) else None
    if (chained := _chained(bench).get(name)) is not None:
        return chained
    for ending in _START:
        if (value := _written(model, name + ending)) is not None and numpy.ndim(value) == 0:
            return value
    return None


def _conditions(bench: Bench, model: Model) -> dict[str, Any]:
    """Numbers that the words give for this statement alone: `for x = 3`."""
    found: dict[str, Any] = {}
    for tree in bench.session.conditions.get(bench.claim.number, ()):
        match tree:
            case Chain((left, right), ("=",)) if left is not None and right is not None and is_value(right):
                symbol, value = symbol_of(left), _number(model, right)
                if symbol is not None and value is not None:
                    found[symbol.text] = value
    return found


def _chained(bench: Bench) -> dict[str, Any]:
    """Names in chains that end in a number, such as `m_0 = v_0 = 0`."""
    ledger = bench.session.ledger
    if "chained" not in ledger.points:
        found: dict[str, Any] = {}
        for claim in bench.session.claims:
            tree = claim.sides[-1].tree
            if len(claim.sides) > 2 and claim.equal and tree is not None and is_value(tree):
                symbols = [symbol_of(each.tree) if each.tree is not None else None for each in claim.sides[:-1]]
                value = _number(bench.model, tree)
                if all(symbols) and value is not None:
                    found |= {each.text: value for each in symbols if each is not None}
        ledger.points["chained"] = found
    known: dict[str, Any] = ledger.points["chained"]
    return known


def _number(model: Model, tree: Surface) -> Any:
    try:
        with as_problem():
            return numpy.asarray(constant(model.read(tree)), dtype=float)
    except ChainruleError:
        return None


def _written(model: Model, name: str) -> Any:
    meaning = model.data.get(name)
    if meaning is None:
        return None
    try:
        with as_problem():
            return numpy.asarray(constant(meaning), dtype=float)
    except ChainruleError:
        return None


# What a side is said of ------------------------------------------
def target(bench: Bench, place: int) -> Target | None:
    """The name or the derivative that a side is; None where it is a calculation."""
    meaning = bench.meanings.get(place)
    return None if meaning is None else _target(bench, meaning, ())


def _target(bench: Bench, meaning: Meaning, indices: tuple[int, ...]) -> Target | None:
    model = bench.model
    match meaning:
        case Entry(Variable() as body, parts) if not indices:
            numbers = tuple(int(each.value) for each in parts if isinstance(each, Literal))
            return _target(bench, body, numbers) if len(numbers) == len(parts) else None
        case Variable(symbol):
            name = symbol.text
            atom = model.atoms.table.get(name.removesuffix(RAW))
            if atom is not None:
                if atom.of_name is None or len(atom.wrt) != 1 or atom.joined is not None:
                    return None
                return Target("", atom.of_name, atom.wrt[0].text, indices, not bench.final(atom))
            if name in model.derived and isinstance(model.derived[name], Variable) and not indices:
                found = _target(bench, model.derived[name], ())
                if found is not None and found.of:
                    return found
            return Target(name, indices=indices)
    return None


def basis(bench: Bench, aim: Target) -> tuple[int, ...]:
    """The statements that define what a target rests on."""
    pending, names = [each for each in (aim.name, aim.of, aim.by) if each], set[str]()
    bodies = {each.symbol.text: each.body for each in bench.model.forward} | bench.model.derived
    while pending:
        name = pending.pop()
        if name in names:
            continue
        names.add(name)
        if name in bodies:
            pending += [each.symbol.text for each in names_in(bodies[name])]
            pending += [each.of_name for each in bench.model.atoms.inside(bodies[name]) if each.of_name]
    chosen = bench.session.chosen(bench.claim.number)
    return tuple(each.number for each in chosen if each.symbol.text in names)


def _rests_on(figure: Figure, now: tuple[int, ...]) -> bool:
    return set(now) - {figure.number} == set(figure.basis) - {figure.number}


def holding(bench: Bench, *standings: Standing) -> list[Figure]:
    """The figures before a statement that hold for the data at hand, the last for each target."""
    key = ("holding", len(bench.session.ledger.figures), len(bench.session.chosen(bench.claim.number)))
    if key not in bench.cache:
        found: dict[Target, Figure] = {}
        for each in bench.session.ledger.figures:
            if each.number < bench.claim.number and _rests_on(each, basis(bench, each.target)):
                found[each.target] = each
        bench.cache[key] = list(found.values())
    return [each for each in bench.cache[key] if each.standing in standings]
