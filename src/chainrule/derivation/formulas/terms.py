"""Index notation as data: products of entries, deltas and sums over letters in, the same with fewer of them out.

One idea: a derivative is a sum of terms, a term a number times entries times conditions on letters, summed over some of
them. A condition such as 1{k = i} takes a summed letter away ("the delta picks k = i"), so simplifying always ends.
Sums are written out, never implied: with entry-by-entry products a letter occurs three times (Laue et al. 2018).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from ...ir.node import Node

_numbers = count()


@dataclass(frozen=True, slots=True, eq=False)
class Letter:
    """An index that runs over `size` places. It is made once and is equal to itself alone."""

    number: int
    size: int


def fresh(size: int) -> Letter:
    """A new letter."""
    return Letter(next(_numbers), size)


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """The entry of an array at some letters, to a power. `what` has as many axes as there are letters."""

    what: Node
    at: tuple[Letter, ...]
    power: float = 1

    @property
    def entry(self) -> tuple[int, tuple[Letter, ...]]:
        """Which entry it is, as a key: nodes are interned, so a serial number says which array."""
        return self.what.serial, self.at


@dataclass(frozen=True, slots=True)
class Relation:
    """1 where the letters, each times its coefficient, add up to zero with the offset; 0 elsewhere.

    The delta 1{i = k} is i - k = 0; a window 1{j = i + k} is i + k - j = 0.
    """

    weights: tuple[tuple[Letter, int], ...]
    offset: int = 0

    @property
    def is_delta(self) -> bool:
        """Whether it says that two letters are equal."""
        return not self.offset and sorted(weight for _, weight in self.weights) == [-1, 1]

    @property
    def letters(self) -> tuple[Letter, ...]:
        return tuple(letter for letter, _ in self.weights)


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """number x sizes x the entries x the relations, summed over the letters of `sums`.

    `sizes` counts the factors that are the size of an axis (n, or 1/n for a mean), which a number would hide.
    """

    number: float = 1.0
    factors: tuple[Factor, ...] = ()
    relations: tuple[Relation, ...] = ()
    sums: frozenset[Letter] = frozenset()
    sizes: tuple[tuple[int, float], ...] = ()


Terms = tuple[Term, ...]


@dataclass(slots=True)
class Log:
    """The picks that were made, as pairs of letters: for the sentences of a working."""

    picked: list[tuple[Letter, Letter]] = field(default_factory=list)


def relation(weights: Iterable[tuple[Letter, int]], offset: int = 0) -> Relation:
    """A relation with each letter once, in order of the letters, the first with a positive weight.

    A letter that has one place only adds nothing, except where it is equal to another such letter and picks it.
    """
    total: Counter[Letter] = Counter()
    for letter, weight in weights:
        total[letter] += weight
    kept = sorted(((letter, weight) for letter, weight in total.items() if weight), key=_by_number)
    if any(letter.size > 1 for letter, _ in kept):
        kept = [(letter, weight) for letter, weight in kept if letter.size > 1]
    sign = -1 if kept and kept[0][1] < 0 else 1
    return Relation(tuple((letter, sign * weight) for letter, weight in kept), sign * offset)


def _by_number(pair: tuple[Letter, int]) -> int:
    return pair[0].number


def equal(first: Letter, second: Letter) -> Relation:
    """The delta of two letters."""
    return relation(((first, 1), (second, -1)))


# Algebra -------------------------------------------------------------------------------------------------------------
def add_all(parts: Iterable[Terms]) -> Terms:
    return tuple(term for part in parts for term in part)


def scale(terms: Terms, number: float) -> Terms:
    return tuple(replace(term, number=term.number * number) for term in terms)


def multiply(first: Terms, second: Terms) -> Terms:
    """Every product of a term of the one with a term of the other. Their summed letters must be different."""
    return tuple(_product(left, right) for left in first for right in second)


def _product(left: Term, right: Term) -> Term:
    return Term(
        left.number * right.number,
        left.factors + right.factors,
        left.relations + right.relations,
        left.sums | right.sums,
        _merged_sizes(left.sizes + right.sizes),
    )


def _merged_sizes(sizes: Iterable[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    total: dict[int, float] = defaultdict(float)
    for size, power in sizes:
        total[size] += power
    return tuple(sorted((size, power) for size, power in total.items() if power and size != 1))


def times_size(terms: Terms, size: int, power: float) -> Terms:
    return tuple(replace(term, sizes=_merged_sizes((*term.sizes, (size, power)))) for term in terms)


def raised(term: Term, power: float, positive: Collection[Node] = ()) -> Term | None:
    """A term to a power; None where the power of a product is not the product of powers: of a sum, of a condition below
    a line, and (x y)^(1/2) unless both are `positive`."""
    if term.sums or not term.number or (term.relations and power < 0):
        return None
    if power != int(power) and (term.number < 0 or not _has_one_root(term, positive)):
        return None
    return Term(
        term.number**power,
        tuple(replace(factor, power=factor.power * power) for factor in term.factors),
        term.relations,
        sizes=tuple((size, exponent * power) for size, exponent in term.sizes),
    )


def _has_one_root(term: Term, positive: Collection[Node]) -> bool:
    if all(factor.what in positive for factor in term.factors):
        return True
    return len(term.factors) == 1 and term.factors[0].power == 1


def summed(terms: Terms, letters: Iterable[Letter]) -> Terms:
    """The sum over some letters."""
    more = frozenset(letters)
    return tuple(replace(term, sums=term.sums | more) for term in terms)


# Simplifying ---------------------------------------------------------------------------------------------------------
def simplified(term: Term, log: Log | None = None) -> Term | None:
    """The term with every delta picked that can be, equal entries counted as powers, and idle sums as sizes.

    None if the term is zero. Each pick takes away one relation and one letter, so this ends.
    """
    term = replace(term, relations=tuple(part for each in term.relations for part in _split(each)))
    while True:
        found = _next_pick(term)
        if found is None:
            shorter = _substituted(term)
            if shorter is None:
                break
            term = shorter
            continue
        place, gone, stays = found
        if log is not None:
            log.picked.append((gone, stays))
        rest = (*term.relations[:place], *term.relations[place + 1 :])
        term = renamed(replace(term, relations=rest, sums=term.sums - {gone}), {gone: stays})
    return _tidied(term)


def _substituted(term: Term) -> Term | None:
    """The term without a summed letter that stands in conditions only: one says what it is, the others take that.

    Only where what it is can never lie outside the places that it runs over: p = n i + k for p of n m places.
    """
    held = {letter for factor in term.factors for letter in factor.at}
    for place, each in enumerate(term.relations):
        for letter, weight in each.weights:
            if letter not in term.sums or letter in held or abs(weight) != 1:
                continue
            value = {other: -own * weight for other, own in each.weights if other != letter}
            constant = -each.offset * weight
            if not _stays_inside(value, constant, letter.size):
                continue
            rest = [*term.relations[:place], *term.relations[place + 1 :]]
            changed = tuple(part for other in rest for part in _split(_with_value(other, letter, value, constant)))
            return replace(term, relations=changed, sums=term.sums - {letter})
    return None


def _stays_inside(value: Mapping[Letter, int], constant: int, size: int) -> bool:
    reach = [weight * (letter.size - 1) for letter, weight in value.items()]
    return sum(min(0, each) for each in reach) + constant >= 0 and sum(max(0, each) for each in reach) + constant < size


def _with_value(each: Relation, letter: Letter, value: Mapping[Letter, int], constant: int) -> Relation:
    own = dict(each.weights).get(letter, 0)
    if not own:
        return each
    kept = [(other, weight) for other, weight in each.weights if other != letter]
    return relation([*kept, *((other, own * weight) for other, weight in value.items())], each.offset + own * constant)


def _split(each: Relation) -> list[Relation]:
    """A condition on places in a row of entries as one for each digit: n i + k = n j + l is i = j and k = l."""
    if each.offset or len(each.weights) < 4:
        return [each]
    weights = sorted(each.weights, key=_largest_first)
    (first, weight), (second, other) = weights[:2]
    rest = weights[2:]
    reach = sum(abs(own) * (letter.size - 1) for letter, own in rest) / 2
    if weight + other or first.size != second.size or abs(weight) <= reach:
        return [each]
    return [equal(first, second), *_split(relation(rest))]


def _largest_first(pair: tuple[Letter, int]) -> tuple[int, int]:
    return -abs(pair[1]), pair[0].number


def _next_pick(term: Term) -> tuple[int, Letter, Letter] | None:
    """A delta with a summed letter: its place, the letter that goes and the one that stays."""
    for place, each in enumerate(term.relations):
        if each.is_delta:
            first, second = each.letters
            for gone, stays in ((first, second), (second, first)):
                if gone in term.sums and gone.size == stays.size:
                    return place, gone, stays
    return None


def renamed(term: Term, names: Mapping[Letter, Letter]) -> Term:
    """The term with other letters."""
    factors = tuple(replace(each, at=tuple(names.get(letter, letter) for letter in each.at)) for each in term.factors)
    relations = tuple(
        relation(((names.get(letter, letter), weight) for letter, weight in each.weights), each.offset)
        for each in term.relations
    )
    return replace(term, factors=factors, relations=relations)


def _tidied(term: Term) -> Term | None:
    if not term.number or _never_hold(term.relations):
        return None
    relations = tuple(dict.fromkeys(each for each in term.relations if each.weights))
    factors = counted(term.factors)
    used = {letter for each in factors for letter in each.at} | {
        letter for each in relations for letter in each.letters
    }
    idle = [letter for letter in term.sums if letter not in used]
    sizes = _merged_sizes((*term.sizes, *((letter.size, 1) for letter in idle)))
    return Term(term.number, factors, relations, term.sums - set(idle), sizes)


def _never_hold(relations: Iterable[Relation]) -> bool:
    """Whether conditions contradict each other: 1 = 0, a place outside the axis, or two places of one letter."""
    places: dict[Letter, int] = {}
    for each in relations:
        if len(each.weights) > 1:
            continue
        if not each.weights:
            if each.offset:
                return True
            continue
        ((letter, weight),) = each.weights
        place, rest = divmod(-each.offset, weight)
        if rest or not 0 <= place < letter.size or places.setdefault(letter, place) != place:
            return True
    return False


def counted(factors: Sequence[Factor]) -> tuple[Factor, ...]:
    """Equal entries as one factor with a power."""
    found: dict[tuple[int, tuple[Letter, ...]], Factor] = {}
    for each in factors:
        known = found.get(each.entry)
        found[each.entry] = each if known is None else replace(known, power=known.power + each.power)
    return tuple(each for each in found.values() if each.power)
