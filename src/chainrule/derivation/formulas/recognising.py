"""Recognising named steps: a term in, the same term in the names that the user gave out.

One idea: if h = c / s is a step, then c_i / s is h_i wherever it occurs; and entries that sum to zero, as those of a
centred vector do, take their term away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ...ir.node import Node
from .keys import collected
from .reading import WAYS, NoIndexFormError, Reader, read
from .terms import Factor, Letter, Term, fresh, simplified

_DEPTH = 3  # names that are looked through to see that a sum is zero
_MOST_FOLDS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A named step that is a product: its letters, and the term it stands for."""

    node: Node
    at: tuple[Letter, ...]
    term: Term


@lru_cache(maxsize=256)
def patterns(named: frozenset[Node]) -> Mapping[int, Sequence[Pattern]]:
    """The named steps that are products of others, by the serial number of a factor to look for."""
    found: dict[int, list[Pattern]] = {}
    for node in sorted(named, key=_serial):
        pattern = _pattern(node, named) if node.inputs else None
        if pattern is not None:
            found.setdefault(_widest(pattern.term).what.serial, []).append(pattern)
    return found


def _serial(node: Node) -> int:
    return node.serial


def _pattern(node: Node, named: frozenset[Node]) -> Pattern | None:
    if not _is_divided(node, named):
        return None
    at = tuple(fresh(size) for size in node.shape)
    try:
        terms = read(node, at, Reader(named - {node}))
    except NoIndexFormError:
        return None
    if len(terms) != 1:
        return None
    term = simplified(terms[0])
    if term is None or term.sums or term.relations or term.sizes or len(term.factors) < 2:
        return None
    own = _widest(term).at
    whole = set(own) == set(at) and len(own) == len(at) and all(set(each.at) <= set(own) for each in term.factors)
    quotient = any(each.power < 0 for each in term.factors)
    return Pattern(node, at, term) if whole and quotient else None


_DIVIDING = frozenset({"div", "ratio", "fixed_power", "reciprocal"})


def _is_divided(node: Node, named: frozenset[Node]) -> bool:
    """Whether a step may be a quotient: a product written as one name hides more than it shows."""
    pending = [node]
    while pending:
        each = pending.pop()
        if each.op.name in _DIVIDING:
            return True
        pending.extend(source for source in each.inputs if source not in named)
    return False


def _widest(term: Term) -> Factor:
    return max(term.factors, key=_axes)


def _axes(factor: Factor) -> int:
    return len(factor.at)


def recognised(term: Term, named: frozenset[Node]) -> Term:
    """The term with products of entries that are a named step written as that step, where that is shorter."""
    known = patterns(named)
    if not known:
        return term
    for _ in range(_MOST_FOLDS):
        found = next(
            (
                folded
                for factor in term.factors
                for pattern in known.get(factor.what.serial, ())
                if (folded := _folded(term, factor, pattern)) is not None
            ),
            None,
        )
        if found is None:
            return term
        term = found
    return term


def _folded(term: Term, factor: Factor, pattern: Pattern) -> Term | None:
    wide = _widest(pattern.term)
    names = dict(zip(wide.at, factor.at, strict=True))
    remaining = {each.entry: each for each in term.factors}
    before = sum(abs(each.power) for each in term.factors)
    for each in pattern.term.factors:
        entry = (each.what.serial, tuple(names[letter] for letter in each.at))
        own = remaining.get(entry)
        if own is None or own.power * each.power <= 0 or abs(own.power) < abs(each.power):
            return None
        remaining[entry] = replace(own, power=own.power - each.power)
    new = Factor(pattern.node, tuple(names[letter] for letter in pattern.at))
    folded = simplified(
        replace(
            term,
            number=term.number / pattern.term.number,
            factors=(*(each for each in remaining.values() if each.power), new),
        )
    )
    after = 0 if folded is None else sum(abs(each.power) for each in folded.factors)
    return folded if folded is not None and after < before else None


# Sums that are zero --------------------------------------------------------------------------------------------------
def vanishes(term: Term, named: frozenset[Node], depth: int = _DEPTH) -> bool:
    """Whether a letter is summed over the entries of one named vector alone, and these sum to zero."""
    for letter in term.sums:
        holders = [factor for factor in term.factors if letter in factor.at]
        tied = any(letter in each.letters for each in term.relations)
        alone = not tied and len(holders) == 1 and holders[0].at == (letter,) and holders[0].power == 1
        if alone and holders[0].what in named and sums_to_zero(holders[0].what, named, depth):
            return True
    return False


@lru_cache(maxsize=4096)
def sums_to_zero(node: Node, named: frozenset[Node], depth: int) -> bool:
    """Whether the entries of a vector sum to zero whatever its inputs are."""
    if not depth or not node.inputs:
        return False
    letter = fresh(node.shape[0])
    try:
        opened = {node, *(each for each in named if not each.ndim and each.inputs)}  # a mean is looked into
        terms = read(node, (letter,), Reader(named - opened, way=WAYS[1], sizes={node.shape[0]: ""}))
    except NoIndexFormError:
        return False
    whole = [simplified(replace(term, sums=term.sums | {letter})) for term in terms]
    left = collected([term for term in whole if term is not None], ())
    return all(vanishes(term, named, depth - 1) for term in left)
