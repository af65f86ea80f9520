"""A false derivative in, what is done wrong with the terms of the chain rule out.

One idea: where a variable goes into several names the derivative is a sum, and each term of it can be left out, added
twice or given the wrong sign. The right terms are known apart, so what is missing is said as a term.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy

from ...errors import ChainruleError
from ...notation.surface import Fraction
from ..bench import STYLES, Bench
from ..claims import tree_or_none
from ..compare import all_same
from ..spelling import uniform, variables
from ..trees import added
from ..writing import latex
from .asked import Asked
from .entries import entrywise
from .found import Remedy
from .terms import Term, parts, plus, terms
from .trying import Trial

_COST = 0.9
_WHOLE = 3  # instead of a count: the whole derivative of a name, other paths with it
_SAID = {
    0: ("M3", "the path through {0} is missing"), 2: ("M17", "the path through {0} is counted twice"),
    -1: ("M14", "the path through {0} has the wrong sign"),
    _WHOLE: ("M17", "paths are counted twice: beside other paths only the local derivative of {0} belongs"),
}  # fmt: skip


def by_terms(tried: Trial, asked: Asked, place: int) -> list[Remedy]:
    """The remedies that speak of whole terms."""
    try:
        written = tried.bench.values(place, STYLES[0], tried.bench.points())
    except ChainruleError:
        return []
    found = terms(asked)
    whole = len(found) > 1
    for each in (found if whole else (), () if whole or not found else parts(asked, _below(tried))):
        if not each:
            continue
        spread = [one for one in _spread(asked, each) or () if any(numpy.any(value) for value in one.values)]
        if len(spread) < 2:
            continue
        known = written[: len(spread[0].values)]
        for counts in _counts(len(spread)) if whole else _kept(len(spread)):
            if all_same([_combined(spread, counts, point) for point in range(len(known))], known):
                return list(_remedies(tried, asked, place, spread, counts))
    return []


def _below(tried: Trial) -> str:
    """What the first side is differentiated by, as it is written."""
    left = tried.bench.claim.sides[tried.anchor].tree
    below = variables(left.denominator) if isinstance(left, Fraction) else None
    return latex(below[0]) if below else ""


def _spread(asked: Asked, found: Sequence[Term]) -> list[Term] | None:
    """The terms with their values for each entry that is asked about, at each point; None where that is no plain
    entry."""
    bench = asked.bench
    if not asked.entry:
        return list(found) if not bench.free else None
    rows: list[list[Any]] = [[] for _ in found]
    others: list[list[Any]] = [[] for _ in found]
    for number, point in enumerate(bench.points()[: len(found[0].values)]):
        for indices in bench.entries(point):
            at = asked.places(dict(indices))
            for row, other, each in zip(rows, others, found, strict=True):
                shape = each.values[number].shape
                if at is None or len(at) != len(shape) or any(a >= b for a, b in zip(at, shape, strict=True)):
                    return None
                row.append(each.values[number][at])
                other.append(each.wholes[number][at])
    return [
        replace(each, values=tuple(row), wholes=tuple(other))
        for each, row, other in zip(found, rows, others, strict=True)
    ]


def _counts(many: int) -> Iterator[tuple[int, ...]]:
    """How often each term may have been taken: one of them wrong, then several missing."""
    for place, count in product(range(many), (0, 2, -1, _WHOLE)):
        yield tuple(count if each == place else 1 for each in range(many))
    yield from _kept(many)


def _kept(many: int) -> Iterator[tuple[int, ...]]:
    """Some terms missing, few first."""
    for size in range(1, many):
        for missing in combinations(range(many), size):
            yield tuple(0 if each in missing else 1 for each in range(many))


def _combined(found: Sequence[Term], counts: Sequence[int], point: int) -> Any:
    return sum(
        each.wholes[point] if count == _WHOLE else count * each.values[point]
        for count, each in zip(counts, found, strict=True)
    )


def _remedies(tried: Trial, asked: Asked, place: int, found: Sequence[Term], counts: Sequence[int]) -> Iterator[Remedy]:
    count = next(each for each in counts if each != 1)
    mistake, template = _SAID[count]
    vias = [each.via for each, taken in zip(found, counts, strict=True) if taken != 1]
    said = template.format(" and ".join(f"${each}$" for each in vias))
    said = said.replace("the path through", "the paths through").replace(" is ", " are ") if len(vias) > 1 else said
    for each in _trees(tried, asked, place, found, counts):
        if tried.fits(each[0]) is not None:
            yield Remedy(mistake, f"{said}: add ${each[1]}$" if count == 0 else said, each[0], False, _COST)
            return
    yield Remedy(mistake, said, None, False, _COST)


def _trees(
    tried: Trial, asked: Asked, place: int, found: Sequence[Term], counts: Sequence[int]
) -> Iterator[tuple[Any, str]]:
    """The side with what is missing added, or the whole sum: as the side is written, with derivatives or without."""
    bench = tried.bench
    derivatives = bool(bench.model.atoms.inside(bench.meanings[place])) or _speaks(bench, place)
    for short in _ways(found, counts, derivatives):
        pieces = [each.short if short else each.long for each in found]
        lost = [each for each, count in zip(pieces, counts, strict=True) if count == 0]
        text = plus(lost) if lost else plus(pieces)
        tree = None if not text else _read(text)
        written = bench.claim.sides[place].tree
        if tree is not None and asked.entry:
            tree = entrywise(tree, asked)
            text = latex(tree)
        if tree is not None and written is not None:
            yield added(written, tree) if lost else tree, text


def _ways(found: Sequence[Term], counts: Sequence[int], derivatives: bool) -> list[bool]:
    """Whether a formula is tried with derivatives first: as the side is written, but for one that is much shorter."""
    lost = [each for each, count in zip(found, counts, strict=True) if count == 0] or list(found)
    short, long = (sum(map(len, texts)) for texts in ([x.short for x in lost], [x.long for x in lost]))
    if long and long < 0.6 * short:
        return [False, True]
    return [derivatives, not derivatives]


def _speaks(bench: Bench, place: int) -> bool:
    """Whether a name of a gradient stands in a side."""
    return any(name in bench.model.derived for name in bench.names_of(place))


def _read(text: str) -> Any:
    tree = tree_or_none(text)
    return None if tree is None else uniform(tree)
