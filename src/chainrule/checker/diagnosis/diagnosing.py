"""A false claim in, what was done wrong out.

One idea: several kinds of mistake are looked for, the likeliest first, and all that give exactly what is written are
told: changes of the writing, then whole terms of the chain rule, slips of the derivation, a wrong label on the left,
a plain factor, and last two mistakes at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy

from ...errors import ChainruleError
from ..bench import STYLES, Bench
from ..claims import tree_or_none
from ..compare import all_same
from ..spelling import uniform
from .asked import Asked, asked
from .editing import left, paired, repair
from .found import Found, Remedy
from .paths import by_terms
from .residues import residue
from .slipping import by_slips
from .terms import closed, plus, terms
from .trying import Trial, trial

_MOST = 4


def diagnose(bench: Bench, anchor: int, place: int) -> Found | None:
    """What was done wrong in a side that differs from the first one; None where nothing explains it."""
    tried = trial(bench, anchor)
    if tried is None:
        return None
    about = _asked(bench, anchor)
    place = _last_like(bench, place)
    if _agree(bench, anchor) and (found := left(tried, place)) is not None:
        return found  # all that stands on the right agrees, so it is the left that is wrong
    remedies = list(by_terms(tried, about, place)) if about is not None else []
    single = repair(bench, anchor, place)
    told = {each.mistake for each in remedies}
    remedies += [each for each in single.remedies if each.mistake not in told] if single is not None else []
    if len(bench.meanings) == 2:  # `= w` after `\\nabla_w d`: a label only where the result stands before it
        remedies = [each for each in remedies if each.mistake != "M21"] or remedies
    marked = None if remedies else residue(tried, place)
    if marked is not None and marked.remedies:
        remedies = list(marked.remedies)
    if not remedies and about is not None:
        remedies = by_slips(about, place)
    if not remedies:
        marked = left(tried, place) or marked
        remedies = list(marked.remedies) if marked is not None else []
    if not remedies and about is not None:
        remedies = by_slips(about, place, double=True)
    if not remedies and (pair := paired(tried, place)) is not None:
        remedies = list(pair.remedies)
    known = any(each.tree is not None for each in remedies)
    formula = "" if known or about is None else _closed(tried, about, place)
    if not remedies and not formula and marked is None:
        return None
    return Found(tuple(_told(remedies)), formula, marked.mark if marked is not None and not remedies else "")


def diagnose_number(bench: Bench, anchor: int, place: int) -> Found | None:
    """What a number on the right says of the left side: that it carries the wrong label, or that it is an identity."""
    return diagnose_label(bench, anchor) or _identity(bench, anchor, place)


def _identity(bench: Bench, anchor: int, place: int) -> Found | None:
    """1 where the identity matrix belongs."""
    try:
        right = [each for each in bench.values(anchor, STYLES[0], bench.points()) if each is not None]
        written = float(bench.values(place, STYLES[0], bench.points()[:1])[0])
    except (ChainruleError, TypeError, ValueError):
        return None
    square = [each for each in right if each.ndim == 2 and each.shape[0] == each.shape[1] > 1]
    if not right or len(square) < len(right) or abs(written) != 1:
        return None
    if not all(numpy.array_equal(each, written * numpy.eye(len(each))) for each in square):
        return None
    sign = "-" if written < 0 else ""
    return Found((Remedy("M20", f"the derivative is ${sign}I$, the identity matrix, and not the number"),), f"{sign}I")


def diagnose_label(bench: Bench, anchor: int) -> Found | None:
    """What the left side should be called, where a formula on the right says; for a statement that ends in figures."""
    for place in sorted(bench.meanings) if not bench.claim.sides[anchor].numeric else ():
        if place == anchor or bench.claim.sides[place].numeric or _last_like(bench, anchor) > anchor:
            continue
        tried = trial(bench, anchor)
        return None if tried is None else left(tried, place)
    return None


def _last_like(bench: Bench, place: int) -> int:
    """The last side that says the same as this one: the author's own last word."""
    try:
        values = bench.values(place, STYLES[0], bench.points())
    except ChainruleError:
        return place
    for other in sorted(bench.meanings, reverse=True):
        if other > place and not bench.claim.sides[other].numeric:
            try:
                if all_same(values, bench.values(other, STYLES[0], bench.points())):
                    return other
            except ChainruleError:
                continue
    return place


def _told(remedies: Iterable[Remedy]) -> Sequence[Remedy]:
    """The likeliest remedies, each said once."""
    rows: dict[str, Remedy] = {}
    for each in sorted(remedies, key=_cost):
        rows.setdefault(each.message, each)
    return list(rows.values())[:_MOST]


def _cost(remedy: Remedy) -> float:
    return remedy.cost


def _asked(bench: Bench, anchor: int) -> Asked | None:
    try:
        return asked(bench, anchor)
    except ChainruleError:
        return None


def _agree(bench: Bench, anchor: int) -> bool:
    """Whether two or more sides on the right agree with each other."""
    values = []
    for place, side in enumerate(bench.claim.sides):
        if place != anchor and place in bench.meanings and not side.numeric:
            try:
                values.append(bench.values(place, STYLES[0], bench.points()))
            except ChainruleError:
                return False
    return len(values) > 1 and all(all_same(values[0], each) for each in values[1:])


def _closed(tried: Trial, about: Asked, place: int) -> str:
    """The right side by the engine, shortest first, as far as it can be read and is true."""
    found = terms(about) if not about.entry else ()
    derivatives = bool(tried.bench.model.atoms.inside(tried.bench.meanings[place]))
    sums = [plus([each.short for each in found]), plus([each.long for each in found])]
    texts = [each for each in (*(sums if derivatives else sums[::-1]), "" if about.entry else closed(about)) if each]
    for text in texts:
        tree = tree_or_none(text)
        if tree is not None and tried.fits(uniform(tree)) is not None:
            return text
    return ""
