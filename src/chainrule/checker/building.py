"""Definitions in, the model that they make out: resolved, sorted, in an order in which each uses only earlier ones.

One idea: each definition stands or falls alone. One that cannot be read leaves its name unknown, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..errors import ChainruleError, ParseError
from ..notation.drafts import Role
from ..notation.entrywise import Around, mark
from ..notation.inline import inlined
from ..notation.meaning import (
    Call,
    Definition,
    Index,
    Meaning,
    Over,
    Program,
    Tabulated,
    Variable,
    everything,
)  # fmt: skip
from ..notation.names import Scope
from ..notation.program import in_order
from ..notation.recognise import function_body
from ..notation.resolve import resolve
from ..notation.shapes import infer_shapes
from ..notation.sizes import Size
from ..notation.surface import Group, Name, Number, Scripted, Surface
from ..notation.symbols import Symbol, symbol_of
from .atoms import MARK, Atoms
from .completing import with_limits, with_stand_ins
from .limits import INLINED
from .model import Definer, Facts, Model, inputs_of
from .trees import everywhere


def build(
    definers: Iterable[Definer], facts: Facts, gradients: Mapping[str, Symbol], atoms: Atoms,
    loss: Symbol | None = None,
    ranks: Mapping[str, int] | None = None,
) -> Model:  # fmt: skip
    """The model of these definitions. `gradients`: names such as dW, which stand for derivatives. A `loss` that is not
    defined depends in an unspecified way on everything that no definition uses."""
    chosen = list(definers)
    model = Model(_scope(chosen, facts, gradients, atoms), atoms, {}, (), {}, (), {}, {}, {}, frozenset())
    model.stems = frozenset(gradients)
    read = _resolved(chosen, model)
    model.functions = _functions(read, model)
    model.ranks, model.traits, model.loss = dict(ranks or {}), facts.traits, loss
    _sort_out(read, model)
    _settle(model, facts)
    if loss is not None and loss.text not in {each.symbol.text for each in model.forward}:
        model.open_loss = loss
    return model


def _scope(definers: list[Definer], facts: Facts, gradients: Mapping[str, Symbol], atoms: Atoms) -> Scope:
    declared = {**facts.symbols, **gradients}
    arrays, raised, families = set[str](name for name, shape in facts.shapes.items() if shape), set[str](), set[str]()
    for each in definers:
        for symbol in (each.symbol, *(each.parameters or ())):
            declared.setdefault(symbol.text, symbol)
        if each.indices or (each.role is Role.VALUE and isinstance(each.tree, Group)):
            arrays.add(each.symbol.text)
        if each.raised:
            raised |= set(each.indices)
            families.add(each.symbol.text)
            for symbol in _raised_names(each.tree, each.indices):
                families.add(symbol.text)
                declared.setdefault(symbol.text, symbol)
    for symbol in _indexed(definers):
        declared.setdefault(symbol.text, symbol)
        arrays.add(symbol.text)
    own = {each.symbol.text: len(each.parameters) for each in definers if each.parameters}
    return Scope(
        resolve, declared, own, dict(facts.functions), frozenset(arrays), raised=frozenset(raised),
        families=frozenset(families), latex=True, derivative=atoms.read, alone=facts.alone,
        read={},
    )  # fmt: skip


def _indexed(definers: list[Definer]) -> Iterator[Symbol]:
    """Names whose entries stand both by letter and by number: `a_k` and `a_1` are entries of a."""
    lettered: dict[str, Symbol] = {}
    numbered: set[str] = set()
    for each in definers:
        for node in everywhere(each.tree):
            if isinstance(node, Scripted) and node.subscript is not None:
                symbol = symbol_of(replace(node, subscript=None))
                if symbol is None:
                    continue
                if isinstance(node.subscript, Name) and node.subscript.base in each.indices:
                    lettered[symbol.text] = symbol
                elif isinstance(node.subscript, Number) and len(node.subscript.written) == 1:
                    numbered.add(symbol.text)
    yield from (symbol for name, symbol in lettered.items() if name in numbered)


def _raised_names(tree: Surface, indices: tuple[str, ...]) -> Iterator[Symbol]:
    """The lists in `t^i = z^i - y^i`: names with the index above them."""
    for node in everywhere(tree):
        if isinstance(node, Scripted) and any(isinstance(x, Name) and x.base in indices for x in node.superscripts):
            symbol = symbol_of(replace(node, superscripts=()))
            if symbol is not None:
                yield symbol


def _resolved(definers: list[Definer], model: Model) -> list[tuple[Definer, Meaning]]:
    found = []
    for each in definers:
        if each.role is Role.SHAPE:
            continue
        scope = model.scope.within(each.indices) if each.indices else model.scope
        try:
            meaning = resolve(each.tree, scope)
        except ChainruleError as problem:
            model.problems[each.symbol.text] = f"{problem.given} cannot be read"
            continue
        found.append((each, Tabulated(each.indices, meaning, each.tree.span) if each.indices else meaning))
    return found


def _functions(read: list[tuple[Definer, Meaning]], model: Model) -> dict[str, tuple[tuple[Symbol, ...], Meaning]]:
    """Definitions with parameters, as functions; what they say of a function of the library is that function."""
    found: dict[str, tuple[tuple[Symbol, ...], Meaning]] = {}
    for definer, body in read:
        if definer.parameters is None:
            continue
        parameters = definer.parameters
        known = function_body(body, Variable(parameters[0], body.span)) if len(parameters) == 1 else None
        if known is not None:
            body = Call(known, (Variable(parameters[0], body.span),), body.span)
        found[definer.symbol.text] = (parameters, body)
    return found


def _sort_out(read: list[tuple[Definer, Meaning]], model: Model) -> None:
    """Data, forward definitions and those that speak of derivatives."""
    names = frozenset(each.symbol.text for each, _ in read)
    forward: dict[str, Definition] = {}
    for definer, body in read:
        name = definer.symbol.text
        if definer.role is Role.VALUE:
            model.data[name] = body
        if definer.role is Role.VALUE or definer.function:
            continue
        try:
            whole = with_limits(with_stand_ins(inlined(body, model.functions, INLINED)), names)
        except ChainruleError as problem:
            model.problems[name] = f"{problem.given} cannot be read"
            continue
        if _speaks_of_derivatives(whole, model):
            model.derived[name] = mark(model.atoms.joined(whole), Around.NOTHING)
        else:
            body = mark(whole, Around.NOTHING)
            forward[name] = Definition(definer.symbol, body, definer.tree.span, definer.parameters)
    model.forward = tuple(_without_circles(forward, model))


def _speaks_of_derivatives(body: Meaning, model: Model) -> bool:
    """Whether a derivative, or a name that stands for one, stands in it."""
    return any(
        isinstance(each, Variable)
        and (each.symbol.text.startswith(MARK) or each.symbol.text in model.derived or each.symbol.text in model.stems)
        for each in everything(body)
    )


def _without_circles(definitions: dict[str, Definition], model: Model) -> list[Definition]:
    try:
        return in_order(definitions)
    except ParseError as problem:
        name = problem.given.partition(",")[0]
        model.problems[name] = f"{name} is defined by itself"
        kept = {key: each for key, each in definitions.items() if key != name}
        return _without_circles(kept, model) if len(kept) < len(definitions) else []


def _settle(model: Model, facts: Facts) -> None:
    """Inputs, sizes and shapes. A definition whose shapes do not fit any of the others is taken out."""
    defined = {each.symbol.text for each in model.forward}
    given: dict[str, tuple[Size | None, ...]] = dict(facts.shapes)
    for name, value in model.data.items():
        if name not in defined and (shape := shape_of_data(value)) is not None:
            given[name] = shape
    model.sizes = frozenset(size for shape in given.values() for size in shape if isinstance(size, str)) | _limits(
        model
    )
    model.sizes -= set(model.data)
    try:
        model.shapes = _shapes(model, list(model.forward), given)
    except ChainruleError:
        model.forward = tuple(_fitting(model, given))
        model.shapes = _shapes(model, list(model.forward), given)
    model.inputs = tuple(inputs_of(list(model.forward), model))


def extended(model: Model, bodies: list[Meaning], free: tuple[str, ...]) -> Model:
    """The model with further things computed, so that the names in them become inputs with shapes that fit."""
    definitions = list(model.forward)
    for place, body in enumerate(bodies):
        whole = Tabulated(free, body, body.span) if free and _uses(body, free) else body
        definitions.append(Definition(Symbol(f"{MARK}side{place}"), whole, body.span))
    given: dict[str, tuple[Size | None, ...]] = {**model.shapes}
    found = replace(model, forward=tuple(definitions))
    found.forward = tuple(_fitting(found, given))
    found.shapes = _shapes(found, list(found.forward), given)
    found.inputs = tuple(inputs_of(list(found.forward), found))
    return found


def _uses(body: Meaning, free: tuple[str, ...]) -> bool:
    return any(isinstance(each, Index) and each.name in free for each in everything(body))


def _fitting(model: Model, given: Mapping[str, tuple[Size | None, ...]]) -> list[Definition]:
    """The definitions whose shapes fit those before them."""
    kept: list[Definition] = []
    for each in model.forward:
        try:
            _shapes(model, [*kept, each], given)
        except ChainruleError as problem:
            model.problems[each.symbol.text] = f"the shapes in its definition do not fit: {problem.given}"
        else:
            kept.append(each)
    return kept


def _limits(model: Model) -> frozenset[str]:
    """Letters that are upper limits of sums."""
    trees = [each for definition in model.forward for each in everything(definition.body)]
    lasts = [each.last for each in trees if isinstance(each, Over) and each.last is not None]
    return frozenset(
        each.symbol.text for last in lasts for each in everything(last) if isinstance(each, Variable)
    )  # fmt: skip


def _shapes(
    model: Model, definitions: list[Definition], given: Mapping[str, tuple[Size | None, ...]]
) -> dict[str, tuple[Size, ...]]:
    """The shape of every input, in letters where nothing is said. Raises ShapeError where they do not fit."""
    if not definitions:
        return {}
    symbols = inputs_of(definitions, model)
    names = {each.text for each in symbols}
    program = Program(tuple(definitions), definitions[-1].symbol, ())
    ranks = {name: rank for name, rank in model.ranks.items() if name in names}
    found = infer_shapes(program, symbols, {name: shape for name, shape in given.items() if name in names}, ranks)
    return dict(found.letters)


def shape_of_data(value: Meaning) -> tuple[int, ...] | None:
    """The shape of a value that is written out."""
    from ..notation.lower import constant

    try:
        found: Any = constant(value)
    except ChainruleError:
        return None
    return tuple(int(size) for size in getattr(found, "shape", ()))
