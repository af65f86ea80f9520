"""The claims of a document in, the model that holds at each of them out.

One idea: the first statement that says what a name is defines it; from then on every other statement about it is a
claim. A later section may define the name anew.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import TextSpan
from ..notation.drafts import Role
from ..notation.lower import constant
from ..notation.meaning import Meaning, Product, Variable, everything
from ..notation.resolve import is_derivative, resolve
from ..notation.functions import GENERIC, function_named
from ..notation.surface import Big, Fraction, Group, Multiplicative, Name, Number, Scripted, Surface
from ..notation.symbols import Symbol, read_symbol, symbol_of
from .atoms import Atoms
from .claims import Claim
from .figures.derived import taken
from .figures.ledger import Ledger
from .free import free_letters
from .limits import READING, Work
from .instances import Counted, beside_bound, bound_bases, count, labels_of, symbols_of, written_out
from .model import Definer, Facts, Model, build, divisor, only_added, ranks_from_claims, spread, targets_of
from .points import Point, data_of, plans, take
from .spelling import differential, variables
from .trees import everywhere, rebuilt

_LOSSES = ("L", "J", "C", "E", "ℓ", "ell", "loss", "Loss", "cost", "MSE", "F", "S", "f")


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
        return sorted(found, key=_number)

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
                places = [self.section(each.number) for each in candidates if each.role is Role.FORMULA and not each.general]
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


def _number(definer: Definer) -> int:
    return definer.number


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


# Which statements define ------------------------------------------
def open_session(claims: Sequence[Claim], facts: Facts, asides: frozenset[int] = frozenset()) -> Session:
    """The session for the claims of a document."""
    counted = count(claims, facts.ranges, _last_numbers(claims), facts.classes)
    session = Session(claims, facts, counted, asides=asides)
    session.instances = {each.number: written_out(each, counted) for each in claims}
    every = [each for claim in claims for each in session.instances[claim.number]]
    session.symbols = symbols = _all_symbols(every)
    session.written = frozenset(_all_symbols(claims))
    session.facts = replace(
        facts, symbols={**facts.symbols, **symbols_of(claims, counted)}, alone=frozenset(_alone(every))
    )
    session.facts = replace(session.facts, traits=_with_constraints(session.facts.traits, every))
    session.facts = replace(session.facts, symbols={**session.facts.symbols, **_primed_names(every)})
    session.loss = _loss(every)
    session.nabla = _nabla(claims)
    _find_stems(session, every, symbols)
    wrt = set[str]()
    session.labels, session.heads, session.summed = labels_of(claims), _heads(every), _summed(claims)
    for claim in every:
        for definer in _definers(claim, session):
            name, known = definer.symbol.text, session.used | set(session.definers)
            solves = definer.role is not Role.VALUE and _right_names(claim) <= known | {definer.symbol.text}
            if solves and name in session.used & wrt and name not in session.definers:
                session.solutions.add(claim.number)
            else:
                _add(session, definer, general=len(session.instances[claim.number]) > 1)
        if claim.draft is not None and claim.draft.role is not Role.CLAIM:
            session.used |= _right_names(claim)
        wrt |= _differentiated_by(claim)
    if session.loss is None:
        session.loss = _last(session)
    return session


def _right_names(claim: Claim) -> set[str]:
    """The names on the right of a statement, letters of runs among them, those in derivatives aside."""
    found: set[str] = set()
    for side in claim.sides[1:]:
        for node in everywhere(_without_derivatives(side.tree)) if side.tree is not None else ():
            if isinstance(node, Name | Scripted) and (symbol := symbol_of(node)) is not None:
                found.add(symbol.text)
                if isinstance(node, Name) and not node.whole:
                    found |= set(node.base)
    return found


def _without_derivatives(node: Surface) -> Surface:
    if isinstance(node, Fraction) and is_derivative(node):
        return Number("1", node.span)
    return rebuilt(node, _without_derivatives)


def _differentiated_by(claim: Claim) -> set[str]:
    """The names that derivatives in a statement are with respect to."""
    found: set[str] = set()
    for side in claim.sides:
        for node in everywhere(side.tree) if side.tree is not None else ():
            if isinstance(node, Fraction) and is_derivative(node):
                for each in variables(node.denominator) or ():
                    if (symbol := symbol_of(each)) is not None:
                        found |= {symbol.text, symbol.without_subscript().text}
    return found


def _primed_names(claims: Sequence[Claim]) -> dict[str, Symbol]:
    """`c = f c' + i g`: a small letter with a prime that stands in the definition of the letter is another name."""
    found: dict[str, Symbol] = {}
    bases = {each.draft.symbol.text for each in claims if each.draft is not None and each.draft.symbol is not None}
    for claim in claims:
        if claim.draft is None or claim.draft.role is not Role.FORMULA:
            continue
        for side in claim.sides[1:]:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Scripted) and node.primes and (symbol := symbol_of(node)) is not None:
                    small = symbol.base.islower() and not _is_called(node, side.tree)
                    if small and replace(symbol, primes=0).text in bases:
                        found[symbol.text] = symbol
    return found


def _is_called(node: Scripted, tree: Surface | None) -> bool:
    """Whether a bracket follows a name somewhere: then it is a function, and a prime its derivative."""
    for each in everywhere(tree) if tree is not None else ():
        if isinstance(each, Multiplicative):
            for (_, one), (sign, other) in zip(each.factors, each.factors[1:], strict=False):
                if one is node and sign == "" and isinstance(other, Group):
                    return True
    return False


def _with_constraints(traits: Mapping[str, frozenset[str]], claims: Sequence[Claim]) -> dict[str, frozenset[str]]:
    r"""What is said, with `\sum_c y_c = 1` among it."""
    found = dict(traits)
    for claim in claims:
        match [side.tree for side in claim.sides]:
            case [Big("∑", _, _, Scripted() as entry), Number("1")]:
                symbol = symbol_of(replace(entry, subscript=None))
                if symbol is not None:
                    found[symbol.text] = found.get(symbol.text, frozenset()) | {"sums to one"}
    return found


def _find_stems(session: Session, claims: Sequence[Claim], symbols: Mapping[str, Symbol]) -> None:
    """Names such as dW that are gradients of names of the document."""
    heads = {
        each.draft.symbol.text for each in claims
        if each.draft and each.draft.symbol and each.draft.role is not Role.CLAIM
    }  # fmt: skip
    labels = labels_of(claims)
    for each in claims:
        left = each.sides[0].tree
        whole = symbol_of(left) if each.draft is not None and isinstance(left, Scripted) else None
        if whole is not None and len(labels.get(whole.without_subscript().text, frozenset())) > 1:
            heads.add(whole.text)
    bars = session.facts.bars or _bars_mean_gradients(claims)
    for text, symbol in symbols.items():
        stem = _stem(symbol, bars)
        if ":" in symbol.subscript or "," in symbol.subscript:
            continue
        if 0 < len(symbol.subscript) <= 3 and symbol.subscript.islower() and stem is not None and stem.text not in heads:
            whole = stem.without_subscript().text
            if whole in heads or _used_elsewhere(stem.without_subscript(), claims):
                continue  # an entry of a gradient
        if stem is not None and stem.text in symbols and (session.loss is None or stem.text != session.loss.text):
            if stem.text in heads or _used_elsewhere(stem, claims):
                session.stems[text] = stem


def _nabla(claims: Sequence[Claim]) -> Surface | None:
    """What some nabla says that it is with respect to, or the argument of the first function of one."""
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Fraction) and is_derivative(node) and isinstance(node.denominator, Multiplicative):
                    sign, *rest = node.denominator.factors
                    if isinstance(sign[1], Name) and sign[1].base == "partial" and len(rest) == 1 and node.span.text[
                        node.span.start : node.span.start + 6] == "\\nabla":  # fmt: skip
                        return rest[0][1]
    return None


def _last_numbers(claims: Sequence[Claim]) -> dict[str, int]:
    """`L = 3`, `T = 2`: capital letters that are small whole numbers."""
    found: dict[str, int] = {}
    for claim in claims:
        draft = claim.draft
        if draft is not None and draft.role is Role.VALUE and draft.symbol is not None:
            side = draft.sides[0] if draft.sides else None
            if isinstance(side, Number) and side.written.isdecimal() and 1 < int(side.written) < 9:
                found.setdefault(draft.symbol.text, int(side.written))
    return found


def _alone(claims: Sequence[Claim]) -> set[str]:
    """Single letters that stand alone as a name somewhere."""
    found: set[str] = set()
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Name) and len(node.base) == 1 and not node.accents and node.base.isalpha():
                    found.add(node.base)
    return found


def _used_elsewhere(stem: Symbol, claims: Sequence[Claim]) -> bool:
    """Whether a name stands on the right of some definition, alone or in a run of letters."""
    return any(
        stem == symbol
        for claim in claims if claim.draft is not None and claim.draft.role is Role.FORMULA
        for side in claim.sides[1:] if side.tree is not None
        for node in everywhere(side.tree) for symbol in names_of(node)
    )  # fmt: skip


def names_of(node: Surface) -> Iterator[Symbol]:
    """The names that a node may spell: itself, and the letters of a run, `XW_1` being X and W_1 too."""
    if not isinstance(node, Name | Scripted) or (symbol := symbol_of(node)) is None:
        return
    yield symbol
    body = node.body if isinstance(node, Scripted) else node
    if isinstance(body, Name) and not body.whole and not body.accents and 1 < len(body.base) <= 4:
        for letter in body.base[:-1]:
            yield Symbol(letter)
        yield replace(symbol, base=body.base[-1])


def _all_symbols(claims: Sequence[Claim]) -> dict[str, Symbol]:
    """Every name that stands somewhere, with its scripts and without."""
    found: dict[str, Symbol] = {}
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                for symbol in names_of(node):
                    for each in (symbol, symbol.without_subscript()):
                        found.setdefault(each.text, each)
    return found


def _stem(symbol: Symbol, bars: bool) -> Symbol | None:
    """What dW is the gradient of."""
    base = symbol.base
    if base.startswith("delta") and len(base) > 5:
        return replace(symbol, base=base[5:])
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
    likely = [symbol for symbol in counts if _is_loss(symbol)]
    return max(likely, key=counts.__getitem__, default=None)


def _is_loss(symbol: Symbol) -> bool:
    return unicodedata.normalize("NFKC", symbol.base) in _LOSSES and not symbol.accents


def _last(session: Session) -> Symbol | None:
    """A loss by its usual names, when no derivative is written out."""
    used = {
        symbol.text for each in session.definers.values() for definer in each for node in everywhere(definer.tree)
        if isinstance(node, Name | Scripted) and (symbol := symbol_of(node)) is not None
    }  # fmt: skip
    found = [each[0].symbol for each in session.definers.values() if _is_loss(each[0].symbol) and not each[0].indices]
    last = [each for each in found if each.text not in used]
    if last:
        return min(last, key=_usual)
    return Symbol("L") if session.stems else None


def _usual(symbol: Symbol) -> int:
    return _LOSSES.index(unicodedata.normalize("NFKC", symbol.base))


def _definers(claim: Claim, session: Session) -> list[Definer]:
    found = claim.draft
    if found is None or found.symbol is None or found.role is Role.CLAIM or claim.number in session.asides:
        return []
    symbol = found.symbol
    if found.role is Role.SHAPE or not claim.equal or _is_no_name(claim, session):
        return []
    if symbol.text in session.stems:
        if not any(isinstance(side.tree, Fraction) and is_derivative(side.tree) for side in claim.sides[1:]):
            return []
        session.stems.pop(symbol.text)  # it says itself of what it is the derivative
    if _is_function(claim, session) or symbol.superscript in ("T", "⊤") or _primed_function(symbol, session):
        return []
    indices = () if _is_label(claim, session) else found.indices
    whole = symbol if indices == found.indices else symbol_of(claim.sides[0].tree) or symbol  # type: ignore[arg-type]
    sides = [side for side in claim.sides[1:] if side.tree is not None]
    formulas = [side.tree for side in sides if not side.numeric and side.tree is not None]
    if not indices and (letter := _index_of(claim.sides[0].tree, formulas)):
        indices, whole = (letter,), symbol.without_subscript()
    derivative = [tree for tree in formulas if isinstance(tree, Fraction) and is_derivative(tree)]
    if derivative or formulas:
        applied = [_application(each, session) for each in formulas]
        plain = [each for each, call in zip(formulas, applied, strict=True) if call is None]
        tree = (derivative or plain or formulas)[0]
        first = Definer(claim.number, whole, tree, indices, found.parameters, found.raised)
        functions = [
            Definer(claim.number, call[0], plain[0], (), (call[1],), function=True) for call in applied if call is not None and plain
        ]
        return [first, *functions, *_second_names(claim, formulas, session)]
    numbers = [side.tree for side in sides if side.tree is not None]
    if numbers:
        return [Definer(claim.number, whole, numbers[-1], (), None, False, Role.VALUE)]
    return []


def _application(node: Surface, session: Session) -> tuple[Symbol, Symbol] | None:
    """The function and its argument in `h_0 = g_0(z_0) = ...`, where the next side says what g_0 is."""
    match node:
        case Multiplicative((("", (Name() | Scripted()) as head), ("", Group("(", (Name() | Scripted() as inner,))))):
            name, argument = symbol_of(head), symbol_of(inner)
            if name is not None and argument is not None and name.base in GENERIC and not name.primes:
                known = name.text in session.facts.functions or name.text in session.heads
                return None if known else (name, argument)
    return None


def _index_of(left: Surface | None, sides: Sequence[Surface]) -> str:
    r"""The w of `\hat y_w = \exp(u_w) / \sum_x \exp(u_x)`: an unusual letter, below a name that is summed over."""
    if not isinstance(left, Scripted) or not isinstance(left.subscript, Name) or len(left.subscript.base) != 1:
        return ""
    letter = left.subscript.base
    for side in sides:
        summed = bound_bases(side)
        for node in everywhere(side):
            if isinstance(node, Scripted) and isinstance(node.subscript, Name) and node.subscript.base == letter:
                symbol = symbol_of(replace(node, subscript=None))
                if symbol is not None and symbol.text in summed:
                    return letter
            elif isinstance(node, Big) and letter in beside_bound(node):
                return letter
    return ""


def _second_names(claim: Claim, formulas: Sequence[Surface], session: Session) -> Iterator[Definer]:
    r"""`z_2 = w_2 h_1 = \hat y`: a name at the end that no statement defines is another name for the first."""
    last, left = formulas[-1], claim.sides[0].tree
    symbol = symbol_of(last) if isinstance(last, Name | Scripted) else None
    if len(formulas) < 2 or symbol is None or left is None or symbol.text in session.heads | session.used:
        return
    if isinstance(last, Name) and not last.whole and len(last.base) > 1 and not last.accents:
        return
    yield Definer(claim.number, symbol, left)


def _is_label(claim: Claim, session: Session) -> bool:
    """Whether the letter below the left side is a label: `a_z`, `a_r` and `a_n` are defined each for itself."""
    left = claim.sides[0].tree
    if not isinstance(left, Scripted) or left.subscript is None:
        return False
    symbol = symbol_of(replace(left, subscript=None))
    if isinstance(left.subscript, Name) and left.subscript.base in session.summed:
        return False
    return symbol is not None and len(session.labels.get(symbol.text, frozenset())) > 1


def _summed(claims: Sequence[Claim]) -> frozenset[str]:
    """Letters under sum signs."""
    return frozenset(
        name.base for claim in claims for side in claim.sides if side.tree is not None
        for node in everywhere(side.tree) if isinstance(node, Big) and node.lower is not None
        for name in everywhere(node.lower) if isinstance(name, Name)
    )  # fmt: skip


def _heads(claims: Sequence[Claim]) -> set[str]:
    """The names on the left of statements."""
    return {each.draft.symbol.text for each in claims if each.draft is not None and each.draft.symbol is not None}


def _is_function(claim: Claim, session: Session) -> bool:
    r"""`g = \tanh`: the name of a function for another; noted, and no definition of a variable."""
    right, symbol = claim.sides[1].tree, symbol_of(claim.sides[0].tree) if claim.sides[0].tree is not None else None
    if len(claim.sides) != 2 or not isinstance(right, Name) or symbol is None:
        return False
    function = function_named(right.base)
    if function is None or right.base in session.facts.alone:
        return False
    session.facts = replace(session.facts, functions={**session.facts.functions, symbol.text: function})
    return True


def _primed_function(symbol: Symbol, session: Session) -> bool:
    """Whether a name with a prime is the derivative of a function that is known."""
    plain = replace(symbol, primes=0).text
    known = plain in session.facts.functions or function_named(plain) is not None or plain == "sigma"
    own = any(each.parameters for each in session.definers.get(plain, ()))
    return symbol.primes > 0 and (known or own)


def redefine(session: Session, claim: Claim) -> bool:
    """Let a statement define its name anew from here on; false where it defines none."""
    fresh = [each for each in _definers(claim, session) if claim.number not in session.solutions]
    for each in fresh:
        candidates = session.definers.setdefault(each.symbol.text, [])
        if each.role is Role.VALUE and any(isinstance(known.tree, Fraction) for known in candidates):
            session.upstream[each.symbol.text] = each.tree  # the numbers of a gradient that is given
            session.own.clear()
            continue
        if all(known.number != each.number for known in candidates):
            candidates.append(each)
            candidates.sort(key=_number)
    return bool(fresh)


def again(session: Session, claim: Claim) -> bool:
    """Whether a statement defines a name that an earlier statement defines, and what it says is a formula."""
    draft = claim.draft
    if draft is None or draft.symbol is None or draft.role is not Role.FORMULA or not claim.equal:
        return False
    known = session.definers.get(draft.symbol.text, ())
    return any(each.number < claim.number for each in known) and not any(map(is_alias, known))


def _is_no_name(claim: Claim, session: Session) -> bool:
    """Whether the left side is a product of known letters, or a function of the library."""
    left = claim.sides[0].tree
    if isinstance(left, Scripted) and any(isinstance(each, Number) for each in left.superscripts):
        base = symbol_of(replace(left, superscripts=()))  # s^2 = 0.64 of a number s: a power, and no name
        return base is not None and any(
            each.draft is not None and each.draft.role is Role.VALUE and each.draft.symbol == base
            for each in session.claims
        )
    if isinstance(left, Multiplicative):
        head = left.factors[0][1]
        return isinstance(head, Name) and function_named(head.base) is not None
    if isinstance(left, Name) and not left.whole and 1 < len(left.base) <= 3 and not left.accents:
        return all(letter in session.facts.alone for letter in left.base)
    return False


def _add(session: Session, definer: Definer, *, general: bool) -> None:
    """A formula goes before a number, and one said of a single name before one said of all; what is said again is a
    claim, until a new section begins."""
    definer = replace(definer, general=general)
    before = session.definers.setdefault(definer.symbol.text, [])
    if not before:
        before.append(definer)
        return
    formula = definer.role is Role.FORMULA
    if definer.parameters is not None and before[-1].parameters is not None and not definer.function:
        if [each.text for each in definer.parameters] != [each.text for each in before[-1].parameters]:
            before.append(definer)  # f(x, y) after f(x) is another problem
            session.problem_starts.append(definer.number)
            return
    if is_alias(before[-1]) and not is_alias(definer):
        return  # a name of a derivative means the true one, whatever is worked out for it
    if is_alias(definer) and not is_alias(before[-1]) and before[-1].symbol.text not in session.used:
        before[:] = [definer]
        return
    if formula and all(each.role is Role.VALUE for each in before):
        if definer.symbol.text not in session.used:
            before[:] = [definer]
        return
    if before[-1].general and not general:
        if formula:
            before[:] = [definer]
        return
    section, earlier = (_section(session, each.number) for each in (definer, before[-1]))
    if section != earlier and formula == (before[-1].role is Role.FORMULA) and not general:
        before.append(definer)


def is_alias(definer: Definer) -> bool:
    """Whether a definition gives a derivative a name."""
    return isinstance(definer.tree, Fraction) and is_derivative(definer.tree)


def _section(session: Session, number: int) -> int:
    return next(each for each in session.claims if each.number == number).statement.piece.section


def defines(session: Session, claim: Claim) -> Definer | None:
    """The definition that a claim gives, if it is one that holds."""
    symbol = claim.draft.symbol if claim.draft is not None else None
    for each in session.definers.get(symbol.text, ()) if symbol is not None else ():
        if each.number == claim.number:
            return each
    return None
