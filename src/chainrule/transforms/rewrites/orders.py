"""In which order to multiply: factors with letters in, the pairs to take together out.

One idea: of few factors every order is tried; of more, opt_einsum searches, and without it the cheapest pair goes
first. Sources: Smith and Gray, opt_einsum (2018); for chains of matrices Godbole, On efficient computation of matrix
chain products (1973).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from ...ops.products import contraction_order

Sizes = tuple[tuple[str, int], ...]
_TRIED = 5  # factors of which every order is tried


@dataclass(frozen=True, slots=True)
class Order:
    """Operations, and the pairs of places to take together: what a pair becomes stands last."""

    cost: int
    pairs: tuple[tuple[int, int], ...]


@lru_cache(maxsize=4096)
def cheapest(terms: tuple[str, ...], result: str, sizes: Sizes) -> Order:
    """The best order for two factors or more."""
    if len(terms) == 1:
        return Order(0, ())
    if len(terms) > _TRIED:
        return searched(terms, result, sizes)
    best: Order | None = None
    for pair in combinations(range(len(terms)), 2):
        first = pair_cost(terms, pair, result, dict(sizes))
        if best is not None and first >= best.cost:
            continue
        rest = cheapest(after(terms, pair, result), result, sizes)
        if best is None or first + rest.cost < best.cost:
            best = Order(first + rest.cost, (pair, *rest.pairs))
    assert best is not None
    return best


def searched(terms: tuple[str, ...], result: str, sizes: Sizes) -> Order:
    """An order for many factors."""
    known = dict(sizes)
    shapes = tuple(tuple(known[letter] for letter in term) for term in terms)
    found = contraction_order(f"{','.join(terms)}->{result}", shapes)
    planned = [tuple(sorted(each)) for each in found[1:]] if found is not True else None
    cost, pairs = 0, []
    left = terms
    while len(left) > 1:
        pair = planned.pop(0) if planned else ()
        if len(pair) != 2:
            planned = None
            pair = min(combinations(range(len(left)), 2), key=_Cost(left, result, known))
        cost += pair_cost(left, pair, result, known)
        pairs.append((pair[0], pair[1]))
        left = after(left, pair, result)
    return Order(cost, tuple(pairs))


@dataclass(frozen=True, slots=True)
class _Cost:
    """What a pair costs, as a key to sort by."""

    terms: Sequence[str]
    result: str
    sizes: dict[str, int]

    def __call__(self, pair: Sequence[int]) -> int:
        return pair_cost(self.terms, pair, self.result, self.sizes)


def after(terms: Sequence[str], pair: Sequence[int], result: str) -> tuple[str, ...]:
    """The terms when a pair has become one, which stands last."""
    others = [term for place, term in enumerate(terms) if place not in pair]
    return (*others, joined([terms[place] for place in pair], [*others, result]))


def joined(terms: Sequence[str], others: Sequence[str]) -> str:
    """The letters of some terms that are still asked for."""
    wanted = set("".join(others))
    return "".join(dict.fromkeys(letter for term in terms for letter in term if letter in wanted))


def pair_cost(terms: Sequence[str], pair: Sequence[int], result: str, sizes: dict[str, int]) -> int:
    """Two operations for each term of a sum, one for each product; letters that one factor alone has are summed
    first."""
    others = [term for place, term in enumerate(terms) if place not in pair]
    first, second = (terms[place] for place in pair)
    wanted = set("".join(others) + result)
    cost = 0
    shared = []
    for term, other in ((first, second), (second, first)):
        lonely = [letter for letter in term if letter not in other and letter not in wanted]
        cost += entries(term, sizes) if lonely else 0
        shared += [letter for letter in term if letter not in lonely]
    space = entries("".join(dict.fromkeys(shared)), sizes)
    summed = any(letter not in wanted for letter in shared)
    return cost + (2 if summed else 1) * space


def entries(letters: str, sizes: dict[str, int]) -> int:
    total = 1
    for letter in letters:
        total *= sizes[letter]
    return total


def chain_order(sizes: Sequence[int]) -> list[list[int]]:
    """Where to split each part of a chain of matrices, of sizes[i] by sizes[i + 1], so that it takes the fewest
    operations: split[first][last] is the last matrix of the left side. Dynamic programming.

    >>> chain_order([10, 100, 5, 50])[0][2]  # (A B) C
    1
    """
    count = len(sizes) - 1
    cost = [[0] * count for _ in range(count)]
    split = [[0] * count for _ in range(count)]
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            found = [
                cost[first][place] + cost[place + 1][last] + sizes[first] * sizes[place + 1] * sizes[last + 1]
                for place in range(first, last)
            ]
            cost[first][last] = min(found)
            split[first][last] = first + found.index(min(found))
    return split
