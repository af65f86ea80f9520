"""A false side in, the changes of what is written that make it true out.

One idea: the author's own words, put right, are the best correction there is; so single changes of the side come
first, then of the left side where that carries the wrong label, and pairs of changes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ..bench import Bench
from ..edits import Edit, Known, edits, left_edits
from ..writing import latex
from .found import Found, Remedy
from .knowing import known
from .trying import Trial, trial

_MOST_FOUND = 10
_WINDOW = 1.0  # how much less likely than the likeliest a change may be to be told beside it
_MOST_PAIRS = 1500


def repair(bench: Bench, anchor: int, place: int) -> Found | None:
    """The single changes of a side that make it equal to the first side, those that tie with the likeliest."""
    key = ("repair", anchor, place)
    if key not in bench.cache:
        tried = trial(bench, anchor)
        bench.cache[key] = None if tried is None else single(tried, place)
    found: Found | None = bench.cache[key]
    return found


def single(tried: Trial, place: int) -> Found | None:
    """The single changes that make a side true."""
    tree = tried.bench.claim.sides[place].tree
    if tree is None:
        return None
    found = _true(tried, edits(tree, _known(tried)), _WINDOW)
    return Found(ranked(found, latex(tree))) if found else None


def left(tried: Trial, place: int) -> Found | None:
    """The names that the left side may have been meant to be: those that equal what stands on the right."""
    bench = tried.bench
    side, other = bench.claim.sides[tried.anchor].tree, trial(bench, place)
    if side is None or other is None:
        return None
    other.left = tried.left
    found = _true(other, left_edits(side, _known(tried)), _WINDOW)
    tried.left = other.left
    remedies = tuple(Remedy(each.mistake, each.message, each.tree, True, each.cost) for each in found[:2])
    return Found(remedies) if remedies else None


def paired(tried: Trial, place: int) -> Found | None:
    """Two likely changes at once that make a side true."""
    tree = tried.bench.claim.sides[place].tree
    if tree is None:
        return None
    changes = edits(tree, _known(tried), limit=_MOST_PAIRS, depth=2)
    both = (each for each in changes if "; and " in each.said and each.mistake != "M21")
    found = _true(tried, both, 0.2)
    return Found(ranked(found, latex(tree))) if found else None


def _known(tried: Trial) -> Known:
    key = ("known", tried.anchor)
    if key not in tried.bench.cache:
        tried.bench.cache[key] = known(tried.bench, tried.anchor)
    found: Known = tried.bench.cache[key]
    return found


def _true(tried: Trial, changes: Iterable[Edit], window: float) -> list[Edit]:
    found: list[Edit] = []
    for edit in _affordable(tried, changes):
        if found and edit.cost > found[0].cost + window:
            break
        if edit.hole is None and tried.fits(edit.tree) is not None:
            found.append(edit)
            if len(found) == _MOST_FOUND:
                break
    return found


def _affordable(tried: Trial, changes: Iterable[Edit]) -> Iterator[Edit]:
    for edit in islice(changes, 4 * max(tried.left, 0)):
        if tried.left <= 0:
            return
        yield edit


def ranked(found: Sequence[Edit], written: str) -> tuple[Remedy, ...]:
    """Changes as remedies, likeliest first, each correction once. A factor that only takes away one that stands there
    already is not told where that one can be left out."""
    plain = [each for each in found if not (each.mistake == "M12" and _stands(each, written))]
    if any(each.mistake == "M7" for each in found):  # a row times a row would be one as well, but nobody means that
        plain = [each for each in plain if each.mistake != "M5"]
    rows: dict[str, Remedy] = {}
    for each in sorted(plain or found, key=_cost):
        remedy = Remedy(each.mistake, each.message, each.tree, False, each.cost)
        if all(remedy.message != other.message for other in rows.values()):
            rows.setdefault(remedy.written, remedy)
    return tuple(rows.values())


def _stands(edit: Edit, written: str) -> bool:
    """Whether the factor that is put in stands in the side, above or below a line."""
    names = [latex(each) for each in edit.formulas if not isinstance(each, str)]
    bare = [each.removeprefix(r"\frac{1}{").removesuffix("}") for each in names]
    return any(len(each) < 3 and not each.isdecimal() and each in written for each in bare)


def _cost(edit: Edit) -> float:
    return edit.cost
