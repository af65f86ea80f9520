"""One derivative in its forms: an expression in, index form and matrix form out.

One idea: the expression is read in index notation in three ways, with closed sums left whole, multiplied out, and
multiplied out after powers have cancelled, and the shortest matrix form is kept; all say the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...ir.node import Node
from ...ops.movement import broadcast
from ...transforms.folding import FOLDS
from ...transforms.laws import LAWS
from ...transforms.simplify import simplify_all
from .gathering import gather, length
from .keys import collected
from .properties import NOTHING, Properties
from .reading import WAYS, At, NoIndexFormError, Reader, multiplied_out, open_nodes, read
from .recognising import recognised, vanishes
from .reduction import Residue, reduce_term
from .spoken import Manner
from .terms import Factor, Letter, Log, Relation, Term, Terms, equal, fresh, renamed, simplified
from .turning import Known, is_symmetric


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A derivative as terms over free letters, and what they reduce to.

    `raw` are the terms before any delta has picked; `residues` are None, and `why` says why, where some term has no
    series-parallel form.
    """

    free: At
    raw: Terms
    terms: Terms
    residues: tuple[Residue, ...] | None
    why: str = ""
    picked: tuple[tuple[Letter, Letter], ...] = ()
    known: Known = field(default_factory=Known)
    base: int = 1
    avoid: Collection[str] = ()  # letters that mean something else

    @property
    def manner(self) -> Manner:
        """How its entries are written."""
        return Manner(self.known.named, self.base, self.avoid)

    @property
    def said(self) -> Terms:
        """The terms before any delta has picked, without those that are zero."""
        return tuple(term for term in self.raw if simplified(term) is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What holds for all forms of one question: the names that stay whole, letters of sizes, declared matrices."""

    keep: Collection[Node]
    sizes: Mapping[int, str]
    properties: Properties = NOTHING
    base: int = 1  # what written places and letters count from
    forward: Collection[Node] = frozenset()  # the steps of the function, whose sums stand as they are written
    order: int = 1

    @property
    def avoid(self) -> frozenset[str]:
        """The letters of sizes, which no index may have. The chain rule of a first derivative is explained with the
        letters of the explanation, whatever the sizes are called."""
        return frozenset(self.sizes.values()) if self.order > 1 else frozenset()

    @property
    def known(self) -> Known:
        return Known(self.properties.symmetric, frozenset(self.keep))

    def keeping(self, names: Collection[Node]) -> Setting:
        return replace(self, keep=names)


_WHOLE, _APART, _CANCELLED = WAYS


def find_form(expression: Node, seeds: Sequence[Node], setting: Setting) -> Form:
    """The form of an expression; the derivative beside the seeds, where there are seeds.

    Free letters are those of the seeds, in order, then those of the expression's own axes. Raises NoIndexFormError.
    """
    expression = simplify_all([expression], list(setting.keep), [*LAWS, *FOLDS])[0]
    candidates = []
    problem: NoIndexFormError | None = None
    rewritten: dict[Node, Node] = {}
    for way in (_WHOLE, _APART, _CANCELLED):
        try:
            candidates.append(_form(expression, seeds, setting, way, rewritten))
        except NoIndexFormError as found:
            problem = problem or found
        if candidates and not rewritten and not _has_whole_sums(candidates[0]):
            break  # without a sum that stays whole all ways are one
    if not candidates:
        assert problem is not None
        raise problem
    return min(candidates, key=_Length(setting))


def _has_whole_sums(form: Form) -> bool:
    return any(factor.what.op.name in ("add", "sub") for term in form.raw for factor in term.factors)


@dataclass(frozen=True, slots=True)
class _Length:
    setting: Setting

    def __call__(self, form: Form) -> tuple[int, int]:
        if form.residues is None:
            return 1, sum(1 + len(term.factors) for term in form.terms)
        if len(form.free) > 2:
            return 0, sum(1 + len(each.scalars) + len(each.marks) + len(each.edges) for each in form.residues)
        return 0, length(gather(form.residues, form.free, form.known), self.setting.keep)


def _form(
    expression: Node, seeds: Sequence[Node], setting: Setting, way: str, rewritten: dict[Node, Node]
) -> Form:  # fmt: skip
    """The form by one way of reading. `rewritten` remembers how closed sums are written."""
    own = tuple(fresh(size) for size in expression.shape)
    reader = Reader(
        {*setting.keep, *seeds}, open_nodes(expression, seeds), way, setting.sizes, setting.properties.positive,
        _Rewriting(expression, setting, rewritten), setting.forward,
    )  # fmt: skip
    raw = read(expression, own, reader)
    free = own
    for seed in reversed(seeds):
        letters = tuple(fresh(size) for size in seed.shape)
        raw = tuple(_beside(term, seed, letters) for term in raw)
        free = (*letters, *free)
    log = Log()
    named = frozenset(setting.keep)
    settled = (
        _cancelled(_signed(each, setting)) for each in (simplified(term, log) for term in raw) if each is not None
    )
    kept = [each for each in settled if each is not None]
    kept = multiplied_out(kept, reader) if way == _CANCELLED else kept
    picked = [recognised(each, named) for each in kept if not vanishes(each, named)]
    terms = collected(picked, free, _own_transposes(picked, setting.known))
    if any(
        letter not in {each for factor in term.factors for each in factor.at} for term in terms for letter in term.sums
    ):
        raise NoIndexFormError("a sum runs over places that no array has")
    weights = {abs(weight) for term in terms for each in term.relations for _, weight in each.weights}
    if not weights.isdisjoint(setting.sizes):
        raise NoIndexFormError("it speaks of places in a row of entries")
    if any(_counts_sizes(each, setting.sizes) for term in terms for each in term.relations):
        raise NoIndexFormError("places are counted from the far end of an axis, whose size is a letter")
    residues = [reduce_term(term, setting.known) for term in terms]
    why = next((each for each in residues if isinstance(each, str)), "")
    reduced = None if why else tuple(each for each in residues if isinstance(each, Residue))
    return Form(free, raw, terms, reduced, why, tuple(log.picked), setting.known, setting.base, setting.avoid)


def _counts_sizes(each: Relation, sizes: Mapping[int, str]) -> bool:
    """Whether a condition holds a number that stands for a letter: 1{i = n - k + 1}, or 1{i = k - n}."""
    least = min((size for size, name in sizes.items() if not name.isdigit()), default=None)
    return least is not None and 2 * abs(each.offset) >= least


def _own_transposes(terms: Sequence[Term], known: Known) -> frozenset[Node]:
    """The matrices among the factors that are their own transpose."""
    factors = {factor.what for term in terms for factor in term.factors if len(factor.at) == 2}
    return frozenset(each for each in factors if is_symmetric(each, known))


@dataclass(frozen=True, slots=True)
class _Rewriting:
    """How a closed sum that stays whole is written: in matrix form itself."""

    whole: Node
    setting: Setting
    done: dict[Node, Node]

    def __call__(self, node: Node) -> Node:
        if node is self.whole or node.ndim > 2:
            return node
        if node not in self.done:
            self.done[node] = self._written(node)
        return self.done[node]

    def _written(self, node: Node) -> Node:
        try:
            form = _form(node, (), self.setting, _WHOLE, self.done)
        except NoIndexFormError:
            return node
        return node if form.residues is None else gather(form.residues, form.free, form.known)


def _beside(term: Term, seed: Node, letters: At) -> Term:
    """What stands beside the seed's entry at `letters`: the entry is taken out and its letters are set equal."""
    taken = [factor for factor in term.factors if factor.what is seed]
    if len(taken) != 1 or taken[0].power != 1:
        raise NoIndexFormError("the seed does not occur exactly once")
    term = replace(term, factors=tuple(factor for factor in term.factors if factor.what is not seed))
    tied: list[tuple[Letter, Letter]] = []
    became: dict[Letter, Letter] = {}
    for given, new in zip(taken[0].at, letters, strict=True):
        old = became.get(given, given)
        if old in term.sums:
            term = replace(renamed(term, {old: new}), sums=term.sums - {old})
            became[old] = new
        else:
            tied.append((old, new))
    return replace(term, relations=(*term.relations, *(equal(became.get(old, old), new) for old, new in tied)))


def _rooted(term: Term, named: Collection[Node]) -> Term:
    """sqrt(x)^2 = x, |x|^2 = x^2 and sign(x) / |x| = 1 / x, entry by entry."""
    signs = {(each.what.inputs[0], each.at) for each in term.factors if _is(each, "sign", named) and each.power == 1}
    used: set[tuple[Node, At]] = set()
    changed: list[Factor] = []
    for each in term.factors:
        entry = (each.what.inputs[0] if each.what.inputs else each.what, each.at)
        if _is(each, "sqrt", named) and each.power % 2 == 0:
            changed.append(_bare(*entry, each.power / 2))
        elif _is(each, "abs", named) and (each.power % 2 == 0 or entry in signs):
            used |= {entry} if each.power % 2 else set()
            changed.append(_bare(*entry, each.power))
        else:
            changed.append(each)
    kept = [each for each in changed if not (_is(each, "sign", named) and (each.what.inputs[0], each.at) in used)]
    again = simplified(replace(term, factors=tuple(kept)))
    return term if again is None else again


def _bare(node: Node, at: At, power: float) -> Factor:
    """The entry of an array to a power; of copies, the entry of what is copied."""
    while node.op is broadcast and 1 not in node.inputs[0].shape:
        node = node.inputs[0]
        at = at[len(at) - node.ndim :]
    return Factor(node, at, power)


def _is(factor: Factor, op: str, named: Collection[Node]) -> bool:
    return factor.what.op.name == op and factor.what not in named


def _summed_to_one(term: Term, probabilities: Collection[Node]) -> Term:
    """The term without factors that are probabilities, summed along their last axis with nothing beside them."""
    for each in term.factors:
        if (
            each.what in probabilities
            and each.power == 1
            and each.at[-1] in term.sums
            and _count(term, each.at[-1]) == 1
        ):
            rest = tuple(other for other in term.factors if other is not each)
            found = simplified(replace(term, factors=rest, sums=term.sums - {each.at[-1]}))
            return term if found is None else _summed_to_one(found, probabilities)
    return term


def _signed(term: Term, setting: Setting) -> Term:
    """Arrays of signs have squares of 1, and probabilities sum to 1."""
    if any(each.what.op.name in ("sqrt", "abs") for each in term.factors):
        term = _rooted(term, setting.keep)
    if setting.properties.probabilities:
        term = _summed_to_one(term, setting.properties.probabilities)
    signs = setting.properties.signs
    if not signs:
        return term
    kept = [
        replace(each, power=each.power % 2) if each.what in signs and each.power == int(each.power) else each
        for each in term.factors
    ]
    again = simplified(replace(term, factors=tuple(each for each in kept if each.power)))
    assert again is not None
    return again


# Inverses ------------------------------------------------------------------------------------------------------------
def _cancelled(term: Term) -> Term | None:
    """sum_j X_ij (X^-1)_jk = 1{i = k}: a matrix beside its inverse is a delta."""
    found = next(_inverse_pairs(term), None)
    if found is None:
        return term
    first, second = found
    rest = tuple(each for each in term.factors if each is not first and each is not second)
    shared = next(letter for letter in first.at if letter in second.at and letter in term.sums)
    ends = tuple(letter for each in (first, second) for letter in each.at if letter is not shared and letter != shared)
    smaller = replace(term, factors=rest, relations=(*term.relations, equal(*ends)), sums=term.sums - {shared})
    again = simplified(smaller)
    return None if again is None else _cancelled(again)


def _inverse_pairs(term: Term) -> Any:
    for first in term.factors:
        if first.what.op.name != "inv" or first.power != 1 or len(set(first.at)) != 2:
            continue
        for second in term.factors:
            if second.what is not first.what.inputs[0] or second.power != 1 or len(set(second.at)) != 2:
                continue
            for place, letter in enumerate(first.at):
                if letter in term.sums and second.at[1 - place] == letter and _count(term, letter) == 2:
                    yield first, second


def _count(term: Term, letter: Letter) -> int:
    return sum(each.at.count(letter) for each in term.factors) + sum(letter in each.letters for each in term.relations)
