"""One derivative in its forms: an expression in, index form and matrix form out.

One idea: the expression is read in index notation twice, with closed sums left whole and with them multiplied out, and
the shorter matrix form is kept; both say the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..ir.node import Node
from ..transforms.folding import FOLDS
from ..transforms.laws import LAWS
from ..transforms.simplify import simplify_all
from .gathering import gather, length
from .reading import At, NoIndexForm, Reader, open_nodes, read
from .recognising import recognised, vanishes
from .reduction import Residue, reduce_term
from .spoken import Manner
from .terms import Letter, Log, Relation, Term, Terms, collected, equal, fresh, simplified
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

    @property
    def manner(self) -> Manner:
        """How its entries are written."""
        return Manner(self.known.named, self.base)

    @property
    def said(self) -> Terms:
        """The terms before any delta has picked, without those that are zero."""
        return tuple(term for term in self.raw if simplified(term) is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What holds for all forms of one question: the names that stay whole, letters of sizes, declared matrices."""

    keep: Collection[Node]
    sizes: Mapping[int, str]
    symmetric: Collection[Node] = ()
    signs: Collection[Node] = ()
    positive: Collection[Node] = ()
    base: int = 1  # what written places and letters count from

    @property
    def known(self) -> Known:
        return Known(self.symmetric, frozenset(self.keep))

    def keeping(self, names: Collection[Node]) -> Setting:
        return replace(self, keep=names)


def find_form(expression: Node, seeds: Sequence[Node], setting: Setting) -> Form:
    """The form of an expression; the derivative beside the seeds, where there are seeds.

    Free letters are those of the seeds, in order, then those of the expression's own axes. Raises NoIndexForm.
    """
    expression = simplify_all([expression], list(setting.keep), [*LAWS, *FOLDS])[0]
    candidates = []
    problem: NoIndexForm | None = None
    for distribute in (False, True):
        try:
            candidates.append(_form(expression, seeds, setting, distribute))
        except NoIndexForm as found:
            problem = problem or found
    if not candidates:
        assert problem is not None
        raise problem
    return min(candidates, key=_Length(setting))


@dataclass(frozen=True, slots=True)
class _Length:
    setting: Setting

    def __call__(self, form: Form) -> tuple[int, int]:
        if form.residues is None:
            return 1, sum(1 + len(term.factors) for term in form.terms)
        if len(form.free) > 2:
            return 0, sum(1 + len(each.scalars) + len(each.marks) + len(each.edges) for each in form.residues)
        return 0, length(gather(form.residues, form.free, form.known), self.setting.keep)


def _form(expression: Node, seeds: Sequence[Node], setting: Setting, distribute: bool, forward: bool = False) -> Form:
    """The form by one way of reading. The walk back meets the last use of a variable first, so the terms of a gradient
    are turned round: they stand as the function says them. `forward`: it is no gradient, and they stand as they are."""
    own = tuple(fresh(size) for size in expression.shape)
    reader = Reader(
        {*setting.keep, *seeds}, open_nodes(expression, seeds), distribute, setting.sizes, setting.positive,
        _Rewriting(expression, setting),
    )  # fmt: skip
    raw = read(expression, own, reader)
    raw = raw if forward else tuple(reversed(raw))
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
    picked = [recognised(each, named) for each in settled if each is not None and not vanishes(each, named)]
    terms = collected([each for each in picked if each is not None], free, _own_transposes(picked, setting.known))
    if any(
        letter not in {each for factor in term.factors for each in factor.at} for term in terms for letter in term.sums
    ):
        raise NoIndexForm("a sum runs over places that no array has")
    residues = [reduce_term(term, setting.known) for term in terms]
    reasons = [each for each in residues if isinstance(each, str)]
    if reasons:
        return Form(free, raw, terms, None, reasons[0], tuple(log.picked), setting.known, setting.base)
    reduced = tuple(each for each in residues if isinstance(each, Residue))
    return Form(free, raw, terms, reduced, "", tuple(log.picked), setting.known, setting.base)


def _own_transposes(terms: Sequence[Term | None], known: Known) -> frozenset[Node]:
    """The matrices among the factors that are their own transpose."""
    factors = {factor.what for term in terms if term is not None for factor in term.factors if len(factor.at) == 2}
    return frozenset(each for each in factors if is_symmetric(each, known))


@dataclass(frozen=True, slots=True)
class _Rewriting:
    """How a closed sum that stays whole is written: in matrix form itself."""

    whole: Node
    setting: Setting

    def __call__(self, node: Node) -> Node:
        if node is self.whole or node.ndim > 2:
            return node
        try:
            form = _form(node, (), self.setting, False, forward=True)
        except NoIndexForm:
            return node
        return node if form.residues is None else gather(form.residues, form.free, form.known)


def _beside(term: Term, seed: Node, letters: At) -> Term:
    """What stands beside the seed's entry at `letters`: the entry is taken out and its letters are set equal."""
    taken = [factor for factor in term.factors if factor.what is seed]
    if len(taken) != 1 or taken[0].power != 1:
        raise NoIndexForm("the seed does not occur exactly once")
    rest = tuple(factor for factor in term.factors if factor.what is not seed)
    conditions: tuple[Relation, ...] = tuple(equal(old, new) for old, new in zip(taken[0].at, letters, strict=True))
    return replace(term, factors=rest, relations=(*term.relations, *conditions))


def _signed(term: Term, setting: Setting) -> Term:
    """Arrays of signs have squares of 1."""
    if not setting.signs:
        return term
    kept = [
        replace(each, power=each.power % 2) if each.what in setting.signs and each.power == int(each.power) else each
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
