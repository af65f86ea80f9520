"""The rulings on a document in, those changed that a definition contradicts out.

One idea: where several later statements are false, and one change of a definition makes all of them true, it is the
definition that is wrong: its author knew better wherever it was used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy

from ..errors import ChainruleError
from ..notation.meaning import Meaning, everything
from ..notation.surface import Surface
from .bench import STYLES, Bench
from .claims import Claim, with_trees
from .compare import all_same
from .diagnosis import Found, Remedy
from .diagnosis.knowing import known
from .edits import Edit, edits
from .model import Definer
from .points import as_problem
from .results import Verdict
from .rulings import Ruling
from .session import Session, open_session
from .settling import set_up
from .slopes import Style
from .trees import symbols_in
from .writing import latex, shorter

_MISTAKES = frozenset({"M8", "M9", "M10"})  # one name for another
_MOST_CHANGES, _MOST_DEFINITIONS, _MOST_CLAIMS, _LEAST = 4, 3, 60, 2


@dataclass(frozen=True, slots=True)
class _Case:
    """What may show that a definition is wrong."""

    session: Session
    rulings: Mapping[int, Ruling]


def contradicted(session: Session, rulings: Mapping[int, Ruling]) -> dict[int, Ruling]:
    """The rulings, where a definition that later statements contradict is wrong and these are right."""
    found = dict(rulings)
    case = _Case(session, rulings)
    wrong = [number for number, each in rulings.items() if _symbolic(each)]
    if len(wrong) < _LEAST or len(session.claims) > _MOST_CLAIMS:
        return found
    for definer in islice(_suspects(case, wrong), _MOST_DEFINITIONS):
        changed = _explained(case, definer, wrong)
        if changed is not None:
            return found | changed
    return found


def _symbolic(ruling: Ruling) -> bool:
    """Whether it says that a formula is wrong."""
    bench, side = ruling.bench, ruling.side
    if ruling.verdict is not Verdict.WRONG or bench is None or side is None:
        return False
    return not bench.claim.sides[side].numeric


def _suspects(case: _Case, wrong: Sequence[int]) -> Iterator[Definer]:
    """Definitions of names that two or more wrong statements speak of, the last ones first."""
    counts: dict[int, int] = {}
    for number in wrong:
        for each in set(_spoken_of(case, case.rulings[number].bench)):
            counts[each] = counts.get(each, 0) + 1
    for definer in reversed(case.session.chosen(max(wrong))):
        place = definer.number
        ruled, alone = case.rulings.get(place), len(case.session.instances.get(place, ())) == 1
        if counts.get(place, 0) >= _LEAST and alone and ruled is not None and ruled.verdict is Verdict.DEFINITION:
            yield definer


def _spoken_of(case: _Case, bench: Bench | None) -> Iterator[int]:
    """The definitions of the names in a statement, and of those that stand under a derivative."""
    if bench is None:
        return
    names = set(_names(bench))
    for meaning in bench.meanings.values():
        names |= {each for atom in bench.model.atoms.inside(meaning) for each in _texts(atom.of)}
    for each in case.session.chosen(bench.claim.number):
        if each.symbol.text in names:
            yield each.number


def _texts(meaning: Meaning) -> Iterator[str]:
    for each in everything(meaning):
        if (symbol := getattr(each, "symbol", None)) is not None:
            yield symbol.text


def _explained(case: _Case, definer: Definer, wrong: Sequence[int]) -> dict[int, Ruling] | None:
    """The rulings with a definition changed, if that makes two or more wrong statements right and no other wrong."""
    later = [number for number in wrong if number > definer.number]
    for edit, name in islice(_changes(case, definer, later), _MOST_CHANGES):
        claim = next(each for each in case.session.claims if each.number == definer.number)
        written = [None if side.tree is None else latex(side.tree) for side in claim.sides]
        places = [place for place, each in enumerate(written) if each == latex(definer.tree)]
        if not places:
            return None
        trees = tuple(edit.tree if n == places[0] else side.tree for n, side in enumerate(claim.sides))
        righted = None
        with case.session.work.diagnosis():
            righted = _righted(case, with_trees(claim, trees), later)
        if righted is not None and any(name in _names(each.bench) for each in righted.values()):
            wrong_one = _ruling(case, definer, edit, righted)
            said = (f"with ${wrong_one.expected}$, unlike the definition",)
            return {
                **{number: replace(each, assumptions=(*each.assumptions, *said)) for number, each in righted.items()},
                definer.number: wrong_one,
            }
    return None


def _changes(case: _Case, definer: Definer, later: Sequence[int]) -> Iterator[tuple[Edit, str]]:
    """The definition with one name that the document defines put for another, and that name; it must stand in one of
    the statements that the change is to make true."""
    bench = next((case.rulings[number].bench for number in later), None)
    if bench is None or len(later) < _LEAST:
        return
    defined = {each.symbol.text for each in bench.model.forward} - {definer.symbol.text}
    before = _symbols(definer.tree) & bench.model.known
    for each in edits(definer.tree, known(bench, min(bench.meanings))):
        after = _symbols(each.tree) & bench.model.known
        new, lost = after - before, before - after
        if each.mistake in _MISTAKES and len(new) == len(lost) == 1 and new | lost <= defined:
            name = next(iter(new))
            if any(name in _names(case.rulings[number].bench) for number in later):
                yield each, name


def _symbols(tree: Surface) -> frozenset[str]:
    return frozenset(each.text for each in symbols_in(tree))


def _names(bench: Bench | None) -> frozenset[str]:
    return frozenset(name for place in bench.meanings for name in bench.names_of(place)) if bench else frozenset()


def _righted(case: _Case, changed: Claim, later: Sequence[int]) -> dict[int, Ruling] | None:
    """What the later statements are with a definition changed; None where fewer than two become right, or where one
    that was right no longer is."""
    old, found = case.session, dict[int, Ruling]()
    claims = [changed if each.number == changed.number else each for each in old.claims]
    other = open_session(claims, old.facts, old.asides)
    other.conditions, other.traits, other.code, other.work = old.conditions, old.traits, old.code, old.work
    for tried, number in enumerate(later):
        ruling = _holds(other, number, STYLES[:2])
        if ruling is not None:
            found[number] = ruling
        elif len(found) + len(later) - tried - 1 < _LEAST:
            return None
    if len(found) < _LEAST:
        return None
    for number, ruling in case.rulings.items():
        checked = ruling.verdict is Verdict.RIGHT and ruling.style is not None and number > changed.number
        if checked and _holds(other, number, (ruling.style or STYLES[0], STYLES[1])) is None:
            return None
    return found


def _holds(session: Session, number: int, styles: Sequence[Style]) -> Ruling | None:
    """A ruling that a statement is right, if all its sides with names are equal in one of these styles."""
    ruling: Ruling | None = None
    for claim in session.instances[number]:
        bench = set_up(session, claim, session.conditions.get(number, ()))
        style = next((each for each in styles if _equal(bench, each)), None)
        if style is None:
            return None
        ruling = Ruling(Verdict.RIGHT, "", max(bench.meanings), style, bench=bench)
    return ruling


def _equal(bench: Bench, style: Style) -> bool:
    places = [place for place in sorted(bench.meanings) if not bench.claim.sides[place].numeric]
    if len(places) < 2 or bench.unknown():
        return False
    try:
        with as_problem():
            first, *others = (bench.values(place, style, bench.points()) for place in places)
            some = any(numpy.any(each) for each in first if each is not None)  # 0 = 0 shows nothing
            return some and all(bool(all_same(first, each)) for each in others)
    except ChainruleError:
        return False


def _ruling(case: _Case, definer: Definer, edit: Edit, righted: Mapping[int, Ruling]) -> Ruling:
    bench = next(each.bench for each in righted.values() if each.bench is not None)
    true = latex(shorter(edit.tree))
    claim = next(each for each in case.session.claims if each.number == definer.number)
    name = latex(claim.sides[0].tree or definer.tree)
    found = Found((Remedy(edit.mistake, edit.message, edit.tree),))
    return Ruling(
        Verdict.WRONG, "inconsistent with later statements", None, found=found, bench=bench,
        explains=tuple(sorted(righted)), expected=f"{name} = {true}",
    )  # fmt: skip
