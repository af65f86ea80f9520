"""The claims of a document in, the model that holds at each of them out.

One idea: the first statement that says what a name is defines it; from then on every other statement about it is a
claim. A later section may define the name anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..notation.drafts import Role
from ..notation.meaning import Variable
from ..notation.resolve import is_derivative
from ..notation.surface import Fraction, Name, Scripted, Surface
from ..notation.symbols import Symbol, symbol_of
from .atoms import Atoms
from .claims import Claim
from .model import Definer, Facts, Model, build
from .points import Point, data_of, plans, take
from .spelling import differential, variables
from .trees import everywhere

_LOSSES = ("L", "J", "C", "E", "ℓ", "ell", "loss", "Loss", "cost", "MSE", "F", "S", "f")


@dataclass(slots=True)
class Session:
    """A document while it is judged: its claims, and the models and points made so far."""

    claims: Sequence[Claim]
    facts: Facts = field(default_factory=Facts)
    definers: dict[str, list[Definer]] = field(default_factory=dict)
    stems: dict[str, Symbol] = field(default_factory=dict)  # names such as dW, and what they are the gradient of
    loss: Symbol | None = None
    models: dict[tuple[int, ...], Model] = field(default_factory=dict)
    samples: dict[tuple[int, ...], list[Point]] = field(default_factory=dict)
    own: dict[tuple[int, ...], Point | None] = field(default_factory=dict)

    def chosen(self, number: int) -> list[Definer]:
        """The definition of each name that holds at a statement: the last before it, else the first after it."""
        found = []
        for candidates in self.definers.values():
            before = [each for each in candidates if each.number <= number]
            found.append(before[-1] if before else candidates[0])
        return sorted(found, key=_number)

    def model(self, number: int) -> Model:
        """The model that holds at a statement."""
        chosen = self.chosen(number)
        key = tuple(each.number for each in chosen)
        if key not in self.models:
            self.models[key] = self._build(chosen)
        return self.models[key]

    def _build(self, chosen: list[Definer]) -> Model:
        gradients = {name: Symbol(name) if name not in self.facts.symbols else self.facts.symbols[name] for name in self.stems}
        model = build(chosen, self.facts, gradients, Atoms(), loss=self.loss)
        for name, stem in self.stems.items():
            if self.loss is not None and name not in model.derived:
                atom = model.atoms.of(Variable(self.loss, chosen[0].tree.span), (stem,), chosen[0].tree.span)
                model.derived[name] = Variable(Symbol(atom.name), chosen[0].tree.span)
        return model

    def points(self, number: int) -> list[Point]:
        """Points for the model that holds at a statement."""
        model = self.model(number)
        key = tuple(each.number for each in self.chosen(number))
        if key not in self.samples:
            self.samples[key] = _sample(model)
        return self.samples[key]

    def own_point(self, number: int) -> Point | None:
        """The point that the document's own numbers give; None where a number is missing."""
        model = self.model(number)
        key = tuple(each.number for each in self.chosen(number))
        if key not in self.own:
            self.own[key] = _own(model)
        return self.own[key]


def _number(definer: Definer) -> int:
    return definer.number


def _sample(model: Model) -> list[Point]:
    found: list[Point] = []
    for number, plan in enumerate(plans(model)):
        for turn in range(3):
            found.append(_finite(model, plan, 100 * number + turn))
    return found


def _finite(model: Model, plan: Any, seed: int) -> Point:
    """A point at which everything is a number: first of any sign, then positive, then between 0 and 1."""
    point: Point | None = None
    for level in ("any", "positive", "share"):
        for attempt in range(3):
            point = take(model, plan, seed * 10 + attempt, level)
            if point.finite:
                return point
    assert point is not None  # three levels were tried
    return point


def _own(model: Model) -> Point | None:
    plan = plans(model, 1)[0]
    data = data_of(model, plan)
    if data is None:
        return None
    point = take(model, plan, 0, "any", data)
    point.given = True
    return point


# Which statements define ------------------------------------------
def open_session(claims: Sequence[Claim], facts: Facts) -> Session:
    """The session for the claims of a document."""
    session = Session(claims, facts)
    symbols = _all_symbols(claims)
    session.loss = _loss(claims)
    heads = {each.draft.symbol.text for each in claims if each.draft and each.draft.symbol and each.draft.role is not Role.CLAIM}
    bars = _bars_mean_gradients(claims)
    for text, symbol in symbols.items():
        stem = _stem(symbol, bars)
        if stem is not None and stem.text in symbols and (session.loss is None or stem.text != session.loss.text):
            if stem.text in heads or _used_elsewhere(stem, claims):
                session.stems[text] = stem
    for claim in claims:
        for definer in _definers(claim, session):
            _add(session, definer, claim)
    if session.loss is None:
        session.loss = _last(session)
    return session


def _used_elsewhere(stem: Symbol, claims: Sequence[Claim]) -> bool:
    return any(
        symbol_of(each) == stem for claim in claims if claim.draft and claim.draft.role is Role.FORMULA
        for side in claim.sides[1:] if side.tree is not None for each in everywhere(side.tree)
    )  # fmt: skip


def _all_symbols(claims: Sequence[Claim]) -> dict[str, Symbol]:
    """Every name that stands somewhere, with its scripts and without."""
    found: dict[str, Symbol] = {}
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Name | Scripted) and (symbol := symbol_of(node)) is not None:
                    for each in (symbol, symbol.without_subscript()):
                        found.setdefault(each.text, each)
    return found


def _stem(symbol: Symbol, bars: bool) -> Symbol | None:
    """What dW is the gradient of."""
    base = symbol.base
    if base.startswith("d") and len(base) > 1 and base not in ("det", "diag", "delta", "dim"):
        return replace(symbol, base=base[1:])
    if bars and "bar" in symbol.accents:
        return replace(symbol, accents=tuple(each for each in symbol.accents if each != "bar"))
    return None


def _bars_mean_gradients(claims: Sequence[Claim]) -> bool:
    r"""Whether some statement says `\bar v = \partial L/\partial v`."""
    for claim in claims:
        left = symbol_of(claim.sides[0].tree) if claim.sides[0].tree is not None else None
        if left is None or "bar" not in left.accents:
            continue
        for side in claim.sides[1:]:
            if isinstance(side.tree, Fraction) and is_derivative(side.tree):
                below = variables(side.tree.denominator)
                if below and symbol_of(below[0]) == _stem(left, True):
                    return True
    return False


def _loss(claims: Sequence[Claim]) -> Symbol | None:
    """The name that most derivatives are derivatives of."""
    counts: Counter[Symbol] = Counter()
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Fraction) and is_derivative(node):
                    above = differential(node.numerator)
                    symbol = symbol_of(above.body) if above is not None and above.body is not None else None
                    if symbol is not None:
                        counts[symbol] += 1
    likely = [symbol for symbol in counts if symbol.base in _LOSSES]
    best = max(likely, key=counts.__getitem__, default=None)
    return best


def _last(session: Session) -> Symbol | None:
    """A loss by its usual names, when no derivative is written out."""
    for name in _LOSSES:
        if name in session.definers:
            return session.definers[name][0].symbol
    return Symbol("L") if session.stems else None


def _definers(claim: Claim, session: Session) -> list[Definer]:
    found = claim.draft
    if found is None or found.symbol is None or found.role is Role.CLAIM:
        return []
    symbol = found.symbol
    if found.role is Role.SHAPE:
        return []
    if symbol.text in session.stems or not claim.equal:
        return []
    sides = [side for side in claim.sides[1:] if side.tree is not None]
    formulas = [side.tree for side in sides if not side.numeric and side.tree is not None]
    derivative = [tree for tree in formulas if isinstance(tree, Fraction) and is_derivative(tree)]
    if derivative or formulas:
        tree = (derivative or formulas)[0]
        return [Definer(claim.number, symbol, tree, found.indices, found.parameters, found.raised)]
    numbers = [side.tree for side in sides if side.tree is not None]
    if numbers:
        return [Definer(claim.number, symbol, numbers[-1], (), None, False, Role.VALUE)]
    return []


def _add(session: Session, definer: Definer, claim: Claim) -> None:
    """A formula goes before a number; what is said again is a claim, until a new section begins."""
    before = session.definers.setdefault(definer.symbol.text, [])
    if not before:
        before.append(definer)
        return
    formula = definer.role is Role.FORMULA
    if formula and all(each.role is Role.VALUE for each in before):
        before[:] = [definer]
        return
    section = claim.statement.piece.section
    earlier = session.claims[_place(session.claims, before[-1].number)].statement.piece.section
    if section != earlier and formula == (before[-1].role is Role.FORMULA):
        before.append(definer)


def _place(claims: Sequence[Claim], number: int) -> int:
    return next(place for place, each in enumerate(claims) if each.number == number)


def defines(session: Session, claim: Claim) -> Definer | None:
    """The definition that a claim gives, if it is the one that holds."""
    for candidates in session.definers.values():
        for each in candidates:
            if each.number == claim.number:
                return each
    return None


