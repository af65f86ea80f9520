"""The definitions of a document in, the computation that they say out: a model, with what is still unknown in it.

One idea: each definition stands or falls alone. One that cannot be read leaves its name unknown, with the reason, and
everything that does not use the name is judged all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from ..errors import ChainruleError, ParseError
from ..notation.drafts import Role
from ..notation.entrywise import Around, mark
from ..notation.inline import inlined
from ..notation.meaning import (
    Call,
    Definition,
    Entry,
    Index,
    Meaning,
    Member,
    Norm,
    Over,
    Product,
    Program,
    Slope,
    Tabulated,
    Total,
    Transposed,
    Unit,
    Unspecified,
    Variable,
    everything,
    is_member,
    mapped,
)  # fmt: skip
from ..notation.names import Scope
from ..notation.program import in_order
from ..notation.ranks import infer_ranks
from ..notation.recognise import function_body
from ..notation.resolve import resolve
from ..notation.shapes import infer_shapes
from ..notation.sizes import Size
from ..notation.surface import Group, Name, Number, Scripted, Surface
from ..notation.symbols import Symbol, symbol_of
from .atoms import MARK, Atoms
from .limits import INLINED
from .trees import everywhere

_STAND_INS = ("silu", "gelu", "softplus", "arctan")
_SIZE_LETTERS = frozenset("mnNKDMTBCdkpH")


@dataclass(frozen=True, slots=True)
class Definer:
    """A statement that says what a name is: the side that says it, and what is bound on the left."""

    number: int
    symbol: Symbol
    tree: Surface
    indices: tuple[str, ...] = ()
    parameters: tuple[Symbol, ...] | None = None
    raised: bool = False
    role: Role = Role.FORMULA
    function: bool = False  # it defines a function and no name
    general: bool = False  # one of several that a statement about any layer or time gives


@dataclass(frozen=True, slots=True)
class Facts:
    """What the words of a document say: functions by name, shapes, and symbols that are names for certain."""

    functions: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, tuple[Size | None, ...]] = field(default_factory=dict)
    shape_places: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # the statement after, and the section
    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()  # single letters that are names
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # the numbers that an index takes
    traits: Mapping[str, frozenset[str]] = field(default_factory=dict)  # symmetric, one-hot, positive
    classes: frozenset[str] = frozenset()  # letters that stand for one fixed class
    bars: bool = False  # a bar means the derivative of the loss
    deltas: bool = False  # so does a delta before a name
    of_the_sum: frozenset[str] = frozenset()  # gradients of the sum of the losses where the loss is their mean
    columns: bool = False  # examples are columns
    rows: bool = False
    zero_based: bool = False  # entries are counted from 0
    numerator: bool = False  # gradients are rows


@dataclass(slots=True)
class Model:
    """The computation that a document defines.

    `forward` are definitions that the engine can differentiate, in an order in which each uses earlier ones; `derived`
    are those that speak of derivatives. `data`: values that the document gives. `problems`: names that stay unknown.
    """

    scope: Scope
    atoms: Atoms
    functions: dict[str, tuple[tuple[Symbol, ...], Meaning]]
    forward: tuple[Definition, ...]
    derived: dict[str, Meaning]
    inputs: tuple[Symbol, ...]
    data: dict[str, Meaning]
    shapes: dict[str, tuple[Size, ...]]
    problems: dict[str, str]
    sizes: frozenset[str]  # letters that are sizes
    loss: Symbol | None = None
    traits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stems: frozenset[str] = frozenset()  # names such as dW, which stand for gradients
    ranks: dict[str, int] = field(default_factory=dict)  # how many axes inputs have, where claims show it
    open_loss: Symbol | None = None  # a loss of which only its gradients are spoken of
    _kept: dict[str, tuple[Any, Any]] = field(default_factory=dict, init=False, repr=False)  # found, and made of what

    def read(self, tree: Surface, bound: tuple[str, ...] = ()) -> Meaning:
        """The meaning of a side. Raises ChainruleError where it has none."""
        found = resolve(tree, self.scope.within(bound) if bound else self.scope)
        return self.finished(found)

    def finished(self, meaning: Meaning) -> Meaning:
        """A meaning with the document's own functions put in and derivatives joined."""
        whole = inlined(meaning, self.functions, INLINED)
        return mark(self.atoms.joined(with_limits(whole, self.known)), Around.NOTHING)

    @property
    def known(self) -> frozenset[str]:
        """Names that have, or will be given, a value."""
        made_of = (self.forward, self.inputs, len(self.derived), self.open_loss)
        if "known" not in self._kept or not _alike(self._kept["known"][0], made_of):
            names = {each.symbol.text for each in self.forward} | {each.text for each in self.inputs}
            names |= set(self.derived) | ({self.open_loss.text} if self.open_loss else set())
            self._kept["known"] = made_of, frozenset(names)
        found: frozenset[str] = self._kept["known"][1]
        return found

    def ends(self) -> list[str]:
        """The names that no definition uses."""
        if "ends" not in self._kept or self._kept["ends"][0] is not self.forward:
            self._kept["ends"] = self.forward, self._ends()
        found: list[str] = self._kept["ends"][1]
        return found

    def _ends(self) -> list[str]:
        used = {found.symbol.text for each in self.forward for found in names_in(each.body)}
        used |= {name for each in self.forward for name in members_in(each.body, self)}
        return [each.symbol.text for each in self.forward if each.symbol.text not in used]


def _alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(left is right or (isinstance(left, int) and left == right) for left, right in zip(one, other, strict=True))


def ranks_from_claims(model: Model, sides: Iterable[tuple[Surface, tuple[str, ...]]]) -> dict[str, int]:
    """How many axes the inputs have, as the statements about them show: a transpose says that W is a matrix though
    its definition does not. A derivative of a number has the shape of what it is taken by."""
    definitions = list(model.forward)
    for place, (tree, free) in enumerate(sides):
        try:
            body = _as_variables(model.read(tree, free), model)
        except ChainruleError:
            continue
        definitions.append(Definition(Symbol(f"{MARK}claim{place}"), body, body.span))
    if len(definitions) == len(model.forward):
        return {}
    known = {name: len(shape) for name, shape in model.shapes.items() if shape}
    found = infer_ranks(Program(tuple(definitions), definitions[-1].symbol, ()), known)
    shown = set(_shown_as_arrays(definitions))
    return {
        each.text: found.get(each.text, 0) for each in model.inputs if each.base[:1].isupper() or each.text in shown
    }


def _shown_as_arrays(definitions: Iterable[Definition]) -> Iterator[str]:
    """Names that are turned or have entries taken. That a small letter stands in a product with a vector shows nothing:
    one of the factors is one, but which?"""
    for definition in definitions:
        for each in everything(definition.body):
            match each:
                case Transposed(Variable(symbol)) | Entry(Variable(symbol)) | Norm(Variable(symbol)):
                    yield symbol.text
                case Call("diag", (Variable(symbol),)):
                    yield symbol.text


def _as_variables(node: Meaning, model: Model) -> Meaning:
    """The tree with what a derivative is taken by instead of the derivative: it has the same shape."""
    if isinstance(node, Variable):
        atom = model.atoms.atom(node)
        if atom is None and node.symbol.text in model.derived:
            atom = model.atoms.atom(model.derived[node.symbol.text])
        if atom is None:
            return node
        if len(atom.wrt) != 1 or atom.of_name is None or atom.of_name not in _numbers(model):
            raise ParseError(given="a derivative of an array", where=node.span, expected="one of a number")
        return Variable(atom.wrt[0], node.span)
    return mapped(node, lambda each: _as_variables(each, model))


def _numbers(model: Model) -> set[str]:
    """The names that are surely numbers: the losses."""
    return {each.text for each in (model.loss, model.open_loss) if each is not None}


def build(
    definers: Iterable[Definer], facts: Facts, gradients: Mapping[str, Symbol], atoms: Atoms, loss: Symbol | None = None,
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


def _functions(
    read: list[tuple[Definer, Meaning]], model: Model
) -> dict[str, tuple[tuple[Symbol, ...], Meaning]]:
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
            whole = with_limits(inlined(body, model.functions, INLINED), names)
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


def with_stand_ins(node: Meaning) -> Meaning:
    """The tree with a smooth function for each of which nothing is said: what is true of any is true of it."""
    node = mapped(node, with_stand_ins)
    if not isinstance(node, Unspecified):
        return node
    function = _STAND_INS[sum(map(ord, node.name)) % len(_STAND_INS)]
    if not node.order:
        return Call(function, (node.argument,), node.span)
    parameter = Symbol("·")
    return Slope(parameter, Call(function, (Variable(parameter, node.span),), node.span), node.argument, node.order, node.span)


def with_limits(node: Meaning, defined: frozenset[str]) -> Meaning:
    r"""The tree where `\frac1m \sum_i` sums to m: a letter that divides a sum counts its terms."""
    node = mapped(node, lambda each: with_limits(each, defined))
    if not isinstance(node, Product):
        return node
    letters = [
        each for sign, factor in node.factors for each in _below(sign, factor)
        if each.symbol.text in _SIZE_LETTERS and each.symbol.text not in defined
    ]  # fmt: skip
    if not letters:
        return node
    return replace(node, factors=tuple((sign, _limited(each, letters[0])) for sign, each in node.factors))


def _below(sign: str, factor: Meaning) -> list[Variable]:
    """The names that a factor divides by."""
    if sign == "/":
        parts = [each for _, each in factor.factors] if isinstance(factor, Product) else [factor]
        return [each for each in parts if isinstance(each, Variable)]
    if isinstance(factor, Product):
        return [found for inner, each in factor.factors for found in _below(inner, each)]
    return []


def _limited(node: Meaning, last: Variable) -> Meaning:
    if isinstance(node, Over) and node.last is None and node.first is None and node.condition is None:
        if node.kind == "sum" and len(node.indices) == 1:
            return replace(node, last=last)
    if isinstance(node, Total) and len(node.terms) == 1:
        return replace(node, terms=tuple((sign, _limited(each, last)) for sign, each in node.terms))
    return node


# What is still unknown ------------------------------------------
def _settle(model: Model, facts: Facts) -> None:
    """Inputs, sizes and shapes. A definition whose shapes do not fit any of the others is taken out."""
    defined = {each.symbol.text for each in model.forward}
    given: dict[str, tuple[Size | None, ...]] = dict(facts.shapes)
    for name, value in model.data.items():
        if name not in defined and (shape := shape_of_data(value)) is not None:
            given[name] = shape
    model.sizes = frozenset(size for shape in given.values() for size in shape if isinstance(size, str)) | _limits(model)
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


def inputs_of(definitions: list[Definition], model: Model) -> list[Symbol]:
    """Names that are used and not defined, in the order of the text; families of names with all their members."""
    defined = {each.symbol.text for each in definitions}
    found: dict[str, Symbol] = {}
    for definition in definitions:
        for each in everything(definition.body):
            if isinstance(each, Variable):
                found.setdefault(each.symbol.text, each.symbol)
        for name in members_in(definition.body, model):
            found.setdefault(name, model.scope.declared[name])
    return [each for name, each in found.items() if name not in defined and name not in model.sizes]


def members_in(body: Meaning, model: Model) -> list[str]:
    """The names that the families in a definition have."""
    families = {each.family for each in everything(body) if isinstance(each, Member)}
    return [name for name in model.scope.declared if any(is_member(name, family) for family in families)]


def _shapes(model: Model, definitions: list[Definition], given: Mapping[str, tuple[Size | None, ...]]) -> dict[str, tuple[Size, ...]]:
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


def divisor(model: Model) -> Variable | None:
    """The number of examples that the loss is a mean over."""
    for definition in model.forward if model.loss is not None else ():
        if definition.symbol == model.loss:
            for each in everything(definition.body):
                for sign, factor in each.factors if isinstance(each, Product) else ():
                    for name in _below(sign, factor):
                        if name.symbol.text in model.sizes:
                            return name
    return None


def only_added(model: Model, name: str) -> bool:
    """Whether a name is only ever a term beside others, as a bias is."""
    uses = added = 0
    for definition in model.forward:
        for each in everything(definition.body):
            uses += isinstance(each, Variable) and each.symbol.text == name
            if isinstance(each, Total) and len(each.terms) > 1:
                added += sum(isinstance(term, Variable) and term.symbol.text == name for _, term in each.terms)
    return uses == added


def spread(model: Model) -> Iterator[str]:
    r"""Names that are vectors by the signs beside them: b in `b \\mathbf 1^T`, \gamma and \beta in `\gamma \odot x + \beta`."""
    for definition in model.forward:
        for each in everything(definition.body):
            if isinstance(each, Product):
                yield from (name for name, _ in _beside_signs(each))
            elif isinstance(each, Total) and any(isinstance(x, Product) and any(_beside_signs(x)) for _, x in each.terms):
                small = (x.symbol.text for _, x in each.terms if isinstance(x, Variable))
                yield from (name for name in small if not name[:1].isupper())


def _beside_signs(node: Product) -> Iterator[tuple[str, str]]:
    """Small names beside a sign of the product entry by entry, and columns before a row of ones."""
    for (_, one), (sign, other) in pairwise(node.factors):
        if isinstance(one, Variable) and isinstance(other, Transposed) and isinstance(other.body, Unit):
            yield one.symbol.text, "ones"
        for each in (one, other) if sign in ("⊙", "∘") else ():
            if isinstance(each, Variable) and not each.symbol.text[:1].isupper():
                yield each.symbol.text, sign


def targets_of(model: Model) -> frozenset[str]:
    r"""Inputs that a logarithm is multiplied by, as y in `-\sum_i y_i \log p_i`: the targets of a cross-entropy."""
    inputs = {each.text for each in model.inputs}
    found: set[str] = set()
    for definition in model.forward:
        for each in everything(definition.body):
            if isinstance(each, Product) and any(_has_logarithm(factor) for _, factor in each.factors):
                plain = [factor for _, factor in each.factors if not _has_logarithm(factor)]
                found |= {name.symbol.text for factor in plain for name in names_in(factor)} & inputs
            if isinstance(each, Call) and each.function in ("cross_entropy", "xlogy", "dot", "sum"):
                if any(_has_logarithm(argument) for argument in each.arguments):
                    plain = [x for argument in each.arguments for x in names_in(argument) if not _has_logarithm(argument)]
                    found |= {name.symbol.text for name in plain} & inputs
    return frozenset(found)


def _has_logarithm(node: Meaning) -> bool:
    return any(isinstance(each, Call) and each.function.startswith("log") for each in everything(node))


def names_in(meaning: Meaning) -> list[Variable]:
    """Every name in a meaning, derivatives aside."""
    return [
        each for each in everything(meaning)
        if isinstance(each, Variable) and not each.symbol.text.startswith((MARK, "·"))
    ]  # fmt: skip


