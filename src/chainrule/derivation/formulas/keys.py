"""When two terms are the same: a term in, a key out that does not depend on the names of summed letters.

One idea: a letter is told apart by the entries it stands in, and these by their letters, round after round; only
letters that look alike to the end are tried in every order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations, product
from math import factorial, prod
from typing import Any

from ...ir.node import Node
from .terms import Factor, Letter, Relation, Term, Terms


def collected(terms: Iterable[Term], free: Sequence[Letter], symmetric: Collection[Node] = ()) -> Terms:
    """Terms that are equal but for their number as one term, in the order they came. Of arrays that are `symmetric` the
    order of the letters does not tell two entries apart."""
    found: dict[object, Term] = {}
    for term in terms:
        key = canonical(term, free, frozenset(each.serial for each in symmetric))
        known = found.get(key)
        found[key] = term if known is None else replace(known, number=known.number + term.number)
    largest = max((abs(term.number) for term in found.values()), default=0.0)
    return tuple(term for term in found.values() if abs(term.number) > 1e-14 * largest)


def canonical(term: Term, free: Sequence[Letter], symmetric: Collection[int] = ()) -> object:
    """A key that two terms share exactly if they are the same but for their number and the names of summed letters.

    Letters are told apart by the entries they stand in, round after round (colour refinement); letters that still look
    alike are tried in every order, and the least key wins.
    """
    colours = _refined(term, {letter: place for place, letter in enumerate(free)}, symmetric)
    classes: dict[int, list[Letter]] = {}
    for letter in sorted(term.sums, key=_own_number):
        classes.setdefault(colours[letter], []).append(letter)
    groups = [classes[colour] for colour in sorted(classes)]
    places = dict(zip(free, range(len(free)), strict=True))
    keys = (_key(term, {**places, **names}, symmetric) for names in _namings(groups, len(free)))
    return min(keys)


def _own_number(letter: Letter) -> int:
    return letter.number


_MOST_NAMINGS = 720


def _namings(groups: Sequence[Sequence[Letter]], start: int) -> Iterable[dict[Letter, int]]:
    """Numbers for the summed letters, in every order within a group. Beyond a bound one order is taken: two equal terms
    may then stay apart, which is longer but not wrong."""
    if prod(factorial(len(group)) for group in groups) > _MOST_NAMINGS:
        choices: Iterable[tuple[Sequence[Letter], ...]] = [tuple(groups)]
    else:
        choices = product(*(permutations(group) for group in groups))
    for choice in choices:
        ordered = [letter for group in choice for letter in group]
        yield {letter: start + place for place, letter in enumerate(ordered)}


def _refined(term: Term, free: Mapping[Letter, int], symmetric: Collection[int]) -> dict[Letter, int]:
    """A colour for each letter: summed letters of one colour stand in entries that look alike."""
    colours: dict[Letter, int] = {letter: -1 - place for letter, place in free.items()}
    colours |= dict.fromkeys(term.sums, 0)
    count = 0
    while len(term.sums) > 1:
        around = _surroundings(term, colours, symmetric)
        marks = {letter: (colours[letter], letter.size, *sorted(around[letter])) for letter in term.sums}
        order = {mark: place for place, mark in enumerate(sorted(set(marks.values())))}
        colours |= {letter: order[mark] for letter, mark in marks.items()}
        if len(order) in (count, len(term.sums)):
            break
        count = len(order)
    return colours


def _surroundings(
    term: Term, colours: Mapping[Letter, int], symmetric: Collection[int]
) -> dict[Letter, list[tuple[Any, ...]]]:
    """For each letter where it stands: in which entry, at which place, beside which colours."""
    found: dict[Letter, list[tuple[Any, ...]]] = {letter: [] for letter in colours}
    for factor in term.factors:
        others = tuple([colours[other] for other in factor.at])
        turns = factor.what.serial in symmetric
        others = tuple(sorted(others)) if turns else others
        for place, letter in enumerate(factor.at):
            found[letter].append((factor.what.serial, factor.power, 0 if turns else place, others))
    for each in term.relations:
        for letter, weight in each.weights:
            sign = 1 if weight > 0 else -1
            around = sorted((colours[other], sign * own) for other, own in each.weights)
            found[letter].append((-1, abs(weight), sign * each.offset, tuple(around)))
    return found


def _key(term: Term, names: Mapping[Letter, int], symmetric: Collection[int]) -> tuple[Any, ...]:
    factors = sorted([(each.what.serial, each.power, _at(each, names, symmetric)) for each in term.factors])
    relations = sorted([_signed(each, names) for each in term.relations])
    sizes = tuple(sorted([(names[letter], letter.size) for letter in term.sums]))
    return tuple(factors), tuple(relations), sizes, term.sizes


def _at(factor: Factor, names: Mapping[Letter, int], symmetric: Collection[int]) -> tuple[int, ...]:
    at = [names[letter] for letter in factor.at]
    return tuple(sorted(at) if factor.what.serial in symmetric else at)


def _signed(each: Relation, names: Mapping[Letter, int]) -> tuple[int, tuple[tuple[int, int], ...]]:
    """A condition says the same with all signs turned: here the first weight is positive."""
    weights = sorted([(names[letter], weight) for letter, weight in each.weights])
    sign = 1 if weights[0][1] > 0 else -1
    return sign * each.offset, tuple([(name, sign * weight) for name, weight in weights])
