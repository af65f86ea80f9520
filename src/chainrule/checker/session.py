"""The claims of a document in, the model that holds at each of them out.

One idea: the first statement that says what a name is defines it; from then on every other statement about it is a
claim. A later section may define the name anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import TextSpan
from ..notation.drafts import Role
from ..notation.lower import constant
from ..notation.meaning import Meaning, Product, Variable, everything
from ..notation.resolve import resolve
from ..notation.surface import Surface
from ..notation.symbols import Symbol, read_symbol
from .atoms import Atoms
from .building import build
from .claims import Claim
from .counting import Counted, count, labels_of
from .definers import by_number, definitions_in, keep
from .evidence import divisor, matrices_from_claims, only_added, ranks_from_claims, spread, targets_of
from .figures.derived import taken
from .figures.ledger import Ledger
from .free import free_letters
from .instances import symbols_of, written_out
from .limits import READING, Work
from .mentions import (
    all_symbols,
    differentiated_by,
    last_numbers,
    left_names,
    lone_letters,
    nabla_variable,
    primed_names,
    right_names,
    summed_letters,
    with_constraints,
)
from .model import Definer, Facts, Model
from .points import Point, data_of, plans, take
from .stems import find_stems, likeliest_loss, usual_loss


@dataclass(slots=True)
class Session:
    """A document while it is judged: its claims, and the models and points made so far."""

    claims: Sequence[Claim]
    facts: Facts = field(default_factory=Facts)
    counted: Counted = field(default_factory=Counted)
    instances: dict[int, list[Claim]] = field(default_factory=dict)  # each claim for every number of its letters
    upstream: dict[str, Surface] = field(default_factory=dict)  # numbers given for derivatives of an open loss
    work: Work = field(default_factory=Work)
    kept: dict[str, Any] = field(default_factory=dict)  # what is the same for every statement, once it was asked for
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    summed: frozenset[str] = frozenset()  # letters that some sum binds
    heads: set[str] = field(default_factory=set)  # names on the left of statements
    symbols: Mapping[str, Symbol] = field(default_factory=dict)  # every name that stands somewhere
    written: frozenset[str] = frozenset()  # names as they stand on the page, before anything is written out
    aliases: dict[str, Symbol] = field(default_factory=dict)  # unknown names, read as known ones
    retried: set[int] = field(default_factory=set)  # claims that are being read otherwise
    sections: dict[int, int] = field(default_factory=dict)  # the section of each statement
    anew: tuple[int, frozenset[int]] | None = None  # how many definitions there were, and the sections that stand alone
    window: tuple[int, int] = (-1, 10**9)  # the statements that are looked at for the shapes of names
    problem_starts: list[int] = field(default_factory=list)  # claims with which another problem begins
    used: set[str] = field(default_factory=set)  # names on the right of definitions so far
    solutions: set[int] = field(default_factory=set)  # claims that say where a gradient vanishes
    nabla: Surface | None = None  # what a nabla without a subscript is with respect to
    conditions: Mapping[int, tuple[Surface, ...]] = field(default_factory=dict)
    traits: Mapping[int, Mapping[str, frozenset[str]]] = field(default_factory=dict)  # what holds for single claims
    asides: frozenset[int] = frozenset()  # claims that only say for what others hold
    code: Mapping[int, Any] = field(default_factory=dict)  # rulings of statements in code, by number
    definers: dict[str, list[Definer]] = field(default_factory=dict)
    stems: dict[str, Symbol] = field(default_factory=dict)  # names such as dW, and what they are the gradient of
    loss: Symbol | None = None
    models: dict[tuple[int, ...], Model] = field(default_factory=dict)
    samples: dict[tuple[int, ...], list[Point]] = field(default_factory=dict)
    own: dict[tuple[int, ...], Point | None] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    tried: int = 0  # changed sides that have been evaluated

    def chosen(self, number: int) -> list[Definer]:
        """The definition of each name that holds at a statement: the last before it, else the first after it. A section
        that defines names anew stands alone: what others say of its names does not count in it."""
        count = sum(map(len, self.definers.values()))
        if self.kept.get("chosen", (None,))[0] != (number, count):  # a statement asks several times
            self.kept["chosen"] = (number, count), self._chosen(number)
        return list(self.kept["chosen"][1])

    def _chosen(self, number: int) -> list[Definer]:
        found = []
        section, problems = self.section(number), self.problems()
        alone, others = section in problems, problems - {section}
        for candidates in self.definers.values():
            candidates = [
                each for each in candidates
                if each.parameters or self.section(each.number) == section
                or not (alone or self.section(each.number) in others)
            ]  # fmt: skip
            if not candidates:
                continue
            before = [each for each in candidates if each.number <= number]
            found.append(before[-1] if before else candidates[0])
        return sorted(found, key=by_number)

    def key(self, number: int) -> tuple[int, ...]:
        """What tells the models at two statements apart: the definitions that hold, and shapes said only further on."""
        later = self.later(number)
        return (*(each.number for each in self.chosen(number)), *((-2, hash(later)) if later else ()))

    def later(self, number: int) -> tuple[str, ...]:
        """The names whose shape is said only under a later heading or in another problem."""
        section, (_, last) = self.section(number), self._window(number)
        return tuple(sorted(
            name for name, (before, where) in self.facts.shape_places.items()
            if before > number and (where > section or before >= last)
        ))  # fmt: skip

    def section(self, number: int) -> int:
        """The section that a statement stands in."""
        if not self.sections:
            self.sections = {each.number: each.statement.piece.section for each in self.claims}
        return self.sections.get(number, -1)

    def problems(self) -> frozenset[int]:
        """Sections that define by a formula what an earlier section defines by one: each is a problem of its own."""
        count = sum(map(len, self.definers.values()))
        if self.anew is None or self.anew[0] != count:
            found = set[int]()
            for candidates in self.definers.values():
                places = [
                    self.section(each.number) for each in candidates if each.role is Role.FORMULA and not each.general
                ]
                found |= set(places[1:]) - set(places[:1])
            self.anew = (count, frozenset(found))
        return self.anew[1]

    def model(self, number: int) -> Model:
        """The model that holds at a statement."""
        chosen = self.chosen(number)
        key = self.key(number)
        if key not in self.models:
            self.models[key] = self._build(chosen, self.later(number), self._window(number))
        return self.models[key]

    def _window(self, number: int) -> tuple[int, int]:
        """The first and the last statement of the problem that a statement belongs to."""
        before = [each for each in self.problem_starts if each <= number]
        after = [each for each in self.problem_starts if each > number]
        return max(before, default=-1), min(after, default=10**9)

    def _build(self, chosen: list[Definer], later: tuple[str, ...], window: tuple[int, int]) -> Model:
        whole, self.window = self.facts, window
        self.facts = replace(whole, shapes={name: shape for name, shape in whole.shapes.items() if name not in later})
        model = self._with_ranks(self._assemble(chosen), chosen)
        self.facts = whole
        return model

    def _assemble(
        self, chosen: list[Definer], ranks: Mapping[str, int] | None = None, facts: Facts | None = None
    ) -> Model:
        facts = facts or self.facts
        gradients = {name: Symbol(name) if name not in facts.symbols else facts.symbols[name] for name in self.stems}
        model = build(chosen, facts, gradients, Atoms(free_nabla=self.nabla), self.loss, ranks)
        span = chosen[0].tree.span if chosen else TextSpan("", 0, 0)
        for name, stem in self.stems.items():
            if self.loss is not None and name not in model.derived:
                atom = model.atoms.of(Variable(self.loss, span), (stem,), span)
                model.derived[name] = self._scaled(name, Variable(Symbol(atom.name), span), model)
        return model

    def _scaled(self, name: str, gradient: Meaning, model: Model) -> Meaning:
        """The gradient; that of the sum of the losses where the words say so and the loss is their mean."""
        bases = {read_symbol(each).base for each in self.facts.of_the_sum}
        if read_symbol(name).base not in bases or (count := divisor(model)) is None:
            return gradient
        return Product((("", count), ("", gradient)), gradient.span)

    def _with_ranks(self, model: Model, chosen: list[Definer]) -> Model:
        """The model with the axes that claims show, where its definitions leave them open."""
        ranks = {
            name: rank for name, rank in ranks_from_claims(model, self._sides(model)).items()
            if rank and not model.shapes.get(name) and name not in self.facts.shapes and name not in model.data
        }  # fmt: skip
        if not self.facts.shapes:
            small = {name for name in matrices_from_claims(model, self._pairs()) if name[:1].islower()}
            used = {each.text for each in model.inputs if len(model.shapes.get(each.text, ())) < 2}
            ranks |= {name: 2 for name in sorted(small & used) if not only_added(model, name)}
        biases = [symbol.text for symbol in model.inputs if self._is_bias(symbol, model)]
        ranks |= dict.fromkeys(biases, 1)
        ranks |= {name: 1 for name in spread(model) if not model.shapes.get(name)}
        if not ranks:
            return model
        wider = self._assemble(chosen, ranks)
        if self.facts.columns and biases:  # with examples as columns a bias is a column too
            columns = {name: model.shapes[name][:1] for name in biases}
            upright = self._assemble(chosen, ranks, replace(self.facts, shapes={**model.shapes, **columns}))
            wider = upright if len(upright.forward) >= len(wider.forward) else wider
        return wider if len(wider.forward) >= len(model.forward) else model

    def _sides(self, model: Model) -> Iterator[tuple[Surface, tuple[str, ...]]]:
        """The sides of all equalities, with the free indices of each statement."""
        for claims in self.instances.values():
            for each in claims[:1]:
                self.work.add(READING // 3)
                trees = [side.tree for side in each.sides if side.tree is not None and not side.numeric]
                free = free_letters(trees, model.scope, model.known) if each.equal else ()
                yield from ((tree, free) for tree in trees if each.equal)

    def _pairs(self) -> Iterator[tuple[Surface, Surface]]:
        """The two sides of equalities, the last against the first."""
        first, last = self.window
        for claims in self.instances.values():
            for each in claims if first <= claims[0].number < last else ():
                left, right = each.sides[0].tree, each.sides[-1].tree
                if left is not None and right is not None and each.equal and len(each.sides) > 1:
                    yield left, right

    def _is_bias(self, symbol: Symbol, model: Model) -> bool:
        """Whether a small letter seems to be a matrix only because it is added to one: then it is added to each row."""
        small = len(symbol.base) == 1 and symbol.base.islower() and symbol.base.isascii() and not symbol.accents
        given = symbol.text in self.facts.shapes or symbol.text in model.data
        wide = len(model.shapes.get(symbol.text, ())) == 2
        return small and wide and not given and only_added(model, symbol.text)

    def points(self, number: int) -> list[Point]:
        """Points for the model that holds at a statement."""
        model = self.model(number)
        key = self.key(number)
        if key not in self.samples:
            self.samples[key] = _sample(model)
        return self.samples[key]

    def points_with(self, number: int, fixed: Mapping[str, float]) -> list[Point]:
        """Points at which some inputs are these numbers."""
        key = (*self.key(number), hash(tuple(sorted(fixed.items()))))
        if key not in self.samples:
            self.samples[key] = _sample(self.model(number), fixed)
        return self.samples[key]

    def points_of_kind(self, number: int, traits: Mapping[str, frozenset[str]]) -> list[Point]:
        """Points at which some inputs have these properties."""
        key = (*self.key(number), hash(tuple(sorted((k, *sorted(v)) for k, v in traits.items()))))
        if key not in self.samples:
            model = self.model(number)
            both = {name: model.traits.get(name, frozenset()) | each for name, each in traits.items()}
            self.samples[key] = _sample(replace(model, traits={**model.traits, **both}))
        return self.samples[key]

    def shared_points(self, number: int) -> list[Point]:
        """Points at which the targets of a cross-entropy sum to one; none where there are no such targets."""
        model = self.model(number)
        targets = targets_of(model)
        key = (*self.key(number), -1)
        if key not in self.samples:
            traits = {**model.traits, **dict.fromkeys(targets, frozenset({"sums to one"}))}
            self.samples[key] = _sample(replace(model, traits=traits)) if targets else []
        return self.samples[key]

    def weights(self, model: Model) -> dict[str, Any]:
        """The numbers that the document gives for the derivatives of a loss that is not written."""
        found = {}
        for name, tree in self.upstream.items():
            if end := _weighted(model, name):
                found[end] = constant(resolve(tree, model.scope))
        return found

    def own_point(self, number: int) -> Point | None:
        """The point that the document's own numbers give; None where a number is missing."""
        model = self.model(number)
        key = self.key(number)
        if key not in self.own:
            self.own[key] = _own(model, self.weights(model))
        return self.own[key]


def _weighted(model: Model, name: str) -> str:
    """What a given derivative is taken by, if it is one of the open loss."""
    meaning = model.derived.get(name)
    for each in everything(meaning) if meaning is not None else ():
        atom = model.atoms.atom(each)
        if atom is not None and len(atom.wrt) == 1:
            return atom.wrt[0].text
    return ""


def _sample(model: Model, fixed: Mapping[str, float] | None = None) -> list[Point]:
    found: list[Point] = []
    for number, plan in enumerate(plans(model)):
        for turn in range(3):
            found.append(_finite(model, plan, 100 * number + turn, fixed or {}))
    return found


def _finite(model: Model, plan: Any, seed: int, fixed: Mapping[str, float]) -> Point:
    """A point at which everything is a number: first of any sign, then positive, then between 0 and 1."""
    point: Point | None = None
    for level in ("any", "positive", "share"):
        for attempt in range(3):
            point = taken(model, plan, seed * 10 + attempt, level, fixed=fixed)
            if point.finite:
                return point
    assert point is not None  # three levels were tried
    return point


def _own(model: Model, weights: Mapping[str, Any]) -> Point | None:
    plan = plans(model, 1)[0]
    data = data_of(model, plan)
    if data is None:
        return None
    point = take(model, plan, 0, "any", data, weights)
    point.given = True
    return point


def open_session(claims: Sequence[Claim], facts: Facts, asides: frozenset[int] = frozenset()) -> Session:
    """The session for the claims of a document."""
    counted = count(claims, facts.ranges, last_numbers(claims), facts.classes)
    session = Session(claims, facts, counted, asides=asides)
    session.instances = {each.number: written_out(each, counted) for each in claims}
    every = [each for claim in claims for each in session.instances[claim.number]]
    session.symbols = symbols = all_symbols(every)
    session.written = frozenset(all_symbols(claims))
    session.facts = replace(
        facts, symbols={**facts.symbols, **symbols_of(claims, counted)}, alone=frozenset(lone_letters(every))
    )
    session.facts = replace(session.facts, traits=with_constraints(session.facts.traits, every))
    session.facts = replace(session.facts, symbols={**session.facts.symbols, **primed_names(every)})
    session.loss = likeliest_loss(every)
    session.nabla = nabla_variable(claims)
    find_stems(session, every, symbols)
    wrt = set[str]()
    session.labels, session.heads, session.summed = labels_of(claims), left_names(every), summed_letters(claims)
    for claim in every:
        for definer in definitions_in(claim, session):
            name, known = definer.symbol.text, session.used | set(session.definers)
            solves = definer.role is not Role.VALUE and right_names(claim) <= known | {definer.symbol.text}
            if solves and name in session.used & wrt and name not in session.definers:
                session.solutions.add(claim.number)
            else:
                keep(session, definer, general=len(session.instances[claim.number]) > 1)
        if claim.draft is not None and claim.draft.role is not Role.CLAIM:
            session.used |= right_names(claim)
        wrt |= differentiated_by(claim)
    if session.loss is None:
        session.loss = usual_loss(session)
    return session
