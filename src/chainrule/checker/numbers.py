"""A side that is a number in, whether it is right out.

One idea: numbers are judged against exact values, computed from the document's own data; what is calculated from
rounded figures may be off by what those figures leave open, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy

from ..errors import ChainruleError
from ..notation.drafts import Role
from .bench import STYLES, Bench
from .carrying import Judge, carried, enter, left_open, note_of_slip
from .claims import Claim
from .compare import same
from .digits import Enclosure
from .doubting import apart, closure, kinked
from .figures.ledger import Figure, Standing
from .figures.meant import is_open, is_said_here, may_be_given, speaks_of_calls, stands_for_data
from .figures.naming import explain
from .figures.updates import before_updates, renew
from .figures.weighing import against, enclosure, exactly, mixed
from .figures.worlds import holding, settled
from .points import Point, as_problem
from .repairing import Judged
from .results import Verdict
from .rulings import Ruling
from .slopes import Style

GIVEN = "the document gives this number; it does not follow from the others"
_NO_DATA = "the document does not give the numbers that this one depends on"


def judge_number(bench: Bench, anchor: int, place: int) -> Ruling:
    """A numeric side against the first side of its statement. Raises ChainruleError where it cannot be judged."""
    with as_problem():
        return _judge_number(bench, anchor, place)


def _judge_number(bench: Bench, anchor: int, place: int) -> Ruling:
    written = enclosure(bench.meanings[place], bench)
    if bench.claim.sides[anchor].numeric:
        known = enclosure(bench.meanings[anchor], bench)
        return _explained(bench, anchor, place, written, known.value, against(written, known.value, place, known.slack))
    if is_said_here(bench, anchor) or speaks_of_calls(bench):
        return _calculation(bench, anchor, place, written, "")
    if strange := apart(bench, anchor):
        return Ruling(Verdict.UNCHECKED, strange, place)
    if _everywhere(bench, anchor, written.value, bench.points()):
        return Ruling(Verdict.RIGHT, "", place)
    shared = [] if bench.unknown() else bench.session.shared_points(bench.claim.number)
    if shared and _everywhere(bench, anchor, written.value, shared):
        return Ruling(Verdict.RIGHT, "", place, assumptions=("the targets of the cross-entropy sum to one",))
    return _by_data(bench, anchor, place, written)


def judge_mixed(bench: Bench, anchor: int, place: int) -> Ruling | None:
    """A side with names and figures that is false in general, at the document's own numbers; None where the figures in
    it do not stand for those numbers, so that it is meant in general."""
    try:
        with as_problem():
            if not stands_for_data(bench, anchor, place):
                return None
            ruling = _by_data(bench, anchor, place, None)
    except ChainruleError:
        return None
    return ruling if ruling.verdict not in (Verdict.UNCHECKED, Verdict.DEFINITION) else None


def _by_data(bench: Bench, anchor: int, place: int, written: Enclosure | None) -> Ruling:
    """A side at the numbers of the document, in each style in which derivatives can be read."""

    def judge(figures: Sequence[Figure], style: Style, loose: Any) -> Ruling | None:
        exact = settled(bench, anchor, style, figures)
        here = written or mixed(bench, place, style, figures)
        return None if exact is None or here is None else replace(against(here, exact, place, loose), style=style)

    base, failure, false = holding(bench, Standing.GIVEN), "", None
    for style in STYLES:
        try:
            ruling = judge(base, style, 0.0)
        except ChainruleError as problem:
            failure = failure or f"{problem.given} cannot be computed"
            continue
        if ruling is not None and ruling.verdict is not Verdict.WRONG:
            bench.session.ledger.judged.append(Judged(bench, style, True, judge))
            return note_of_slip(bench, anchor, ruling, judge)
        false = false or ruling
    if false is None or false.style is None:
        return _without_data(bench, anchor, written, place, failure)
    return _false(bench, anchor, place, written, false, judge)


def _false(bench: Bench, anchor: int, place: int, written: Enclosure | None, ruling: Ruling, judge: Judge) -> Ruling:
    """A number that is not the exact one: what rounded figures leave open, what follows from a slip, or a new slip."""
    style, base = ruling.style or Style(), holding(bench, Standing.GIVEN)
    bench.session.ledger.judged.append(Judged(bench, style, False, judge))
    if left_open(bench, anchor, style, judge):
        return Ruling(Verdict.ROUNDED, "right from the rounded figures before it", place, style)
    if written is not None and _from_the_calculation(bench, anchor, place, written):
        return Ruling(Verdict.ROUNDED, "right from the rounded figures in the calculation before it", place, style)
    old = before_updates(bench)
    earlier = judge([*base, *old], style, 0.0) if old else None
    if earlier is not None and earlier.verdict is not Verdict.WRONG:
        return replace(earlier, assumptions=("with the values before the update",))
    follows = carried(bench, anchor, place, judge)
    if follows is not None:
        return follows
    exact, here = settled(bench, anchor, style, base), written or mixed(bench, place, style, base)
    return ruling if here is None else _explained(bench, anchor, place, here, exact, ruling)


def _from_the_calculation(bench: Bench, anchor: int, place: int, written: Enclosure) -> bool:
    """Whether a number is what the calculation before it gives, and that is right as far as its figures say."""
    for before in range(place - 1, anchor, -1):
        if before in bench.meanings and bench.claim.sides[before].numeric:
            known = enclosure(bench.meanings[before], bench)
            exact = _exact(bench, anchor)
            if known.plain or exact is None or against(known, exact, before).verdict is Verdict.WRONG:
                return False
            return against(written, known.value, place).verdict is not Verdict.WRONG
    return False


def _exact(bench: Bench, anchor: int) -> Any:
    for style in STYLES[:2]:
        try:
            return settled(bench, anchor, style, holding(bench, Standing.GIVEN))
        except ChainruleError:
            continue
    return None


def _explained(bench: Bench, anchor: int, place: int, written: Enclosure, exact: Any, ruling: Ruling) -> Ruling:
    """A false number with the slip that gives it, and with what is right."""
    if ruling.verdict is Verdict.WRONG:
        with bench.session.work.diagnosis():
            return explain(bench, anchor, place, written, exact, ruling)
    return ruling


def _everywhere(bench: Bench, anchor: int, value: Any, points: Sequence[Point]) -> bool:
    """Whether the first side is this number wherever it is."""
    for style in STYLES:
        try:
            values = [each for each in bench.values(anchor, style, points) if each is not None]
            zero = not numpy.asarray(value).any()  # what is 0 by mathematics is computed as 1e-17
            if values and all(same(value, each) and (zero or exactly(value, each)) for each in values):
                return True
        except ChainruleError:
            continue
    return False


def _without_data(bench: Bench, anchor: int, written: Enclosure | None, place: int, failure: str) -> Ruling:
    """A number that the document's data do not settle: a constant is judged all the same, and so is the calculation."""
    if written is None:
        return Ruling(Verdict.UNCHECKED, failure or _NO_DATA, place)
    try:
        values = [] if is_open(bench, anchor) else bench.values(anchor, STYLES[0], bench.points())
    except ChainruleError:
        values = []
    values = [each for each in values if each is not None]
    if len(values) > 1 and all(same(values[0], each) for each in values[1:]):
        return _explained(bench, anchor, place, written, values[0], against(written, values[0], place))
    if len(values) > 1 and not written.last and _is_general(bench, anchor):
        return Ruling(Verdict.WRONG, "the first side is no constant, and the document gives no numbers", place)
    return _calculation(bench, anchor, place, written, failure)


def _is_general(bench: Bench, anchor: int) -> bool:
    """Whether a side is a derivative of which no part has a number in the document: then it is meant in general."""
    given = {name for name, each in bench.session.definers.items() if any(x.role is Role.VALUE for x in each)}
    derivative = any(bench.model.atoms.inside(bench.meanings[anchor]))
    general = derivative and not kinked(bench) and not bench.session.ledger.figures
    return general and not given & closure(bench, bench.names_of(anchor))


def _calculation(bench: Bench, anchor: int, place: int, written: Enclosure, failure: str) -> Ruling:
    """A number against the calculation before it, where nothing says what it should be."""
    for before in range(place - 1, anchor, -1):
        if before in bench.meanings and bench.claim.sides[before].numeric:
            known = enclosure(bench.meanings[before], bench)
            bench.cache["given"] = True
            ruling = against(written, known.value, place, known.slack)
            if ruling.verdict is Verdict.WRONG:
                return _explained(bench, anchor, place, written, known.value, ruling)
            if may_be_given(bench, anchor) or speaks_of_calls(bench):
                return replace(ruling, reason="the calculation is right; nothing else says what the left side is")
            missing = failure or _NO_DATA
            return Ruling(Verdict.UNCHECKED, f"the calculation is right, but not what it is of: {missing}", place)
    bench.cache["given"] = True
    if may_be_given(bench, anchor):
        return Ruling(Verdict.DEFINITION, GIVEN, place)
    return Ruling(Verdict.UNCHECKED, failure or _NO_DATA, place)


def note(bench: Bench, ruling: Ruling, whole: Claim | None = None) -> None:
    """Keep what a statement says of a name or a derivative, for those that follow. `whole`: an update before its arrow
    was taken away."""
    try:
        with as_problem():
            if whole is not None and whole.sides[1].sign == "←" and ruling.verdict is not Verdict.WRONG:
                renew(bench, whole, _read)
            enter(bench, ruling, _read)
    except ChainruleError:
        return


def _read(bench: Bench, place: int) -> Enclosure:
    return enclosure(bench.meanings[place], bench)
