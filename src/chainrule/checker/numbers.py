"""A side that is a number in, whether it is right out.

One idea: numbers are judged against exact values, computed from the document's own data; what is calculated from
rounded figures may be off by what those figures leave open, and no more.
"""

from __future__ import annotations

from typing import Any

import numpy

from ..errors import ChainruleError
from ..notation.kinds import Context, as_floats
from ..notation.lower import lower_whole
from ..notation.meaning import Meaning
from .bench import STYLES, Bench
from .compare import same
from .digits import Enclosure, enclose, is_plain
from .points import as_array
from .results import Verdict
from .rulings import Ruling


def judge_number(bench: Bench, anchor: int, place: int) -> Ruling:
    """A numeric side against the first side of its statement."""
    written = enclosure(bench.meanings[place])
    if bench.claim.sides[anchor].numeric:
        return against(written, enclosure(bench.meanings[anchor]).value, bench.meanings[place], place)
    if _everywhere(bench, anchor, written.value):
        return Ruling(Verdict.RIGHT, "", place)
    own = bench.session.own_point(bench.claim.number)
    if own is None:
        return _without_data(bench, anchor, written, place)
    failure = ""
    for style in STYLES:
        try:
            exact = bench.values(anchor, style, [own])
        except ChainruleError as problem:
            failure = failure or problem.given
            continue
        ruling = against(written, exact[0], bench.meanings[place], place)
        if ruling.verdict is not Verdict.WRONG:
            return ruling
        failure = "-"
    if failure != "-":
        return Ruling(Verdict.UNCHECKED, f"{failure} cannot be computed", place)
    return Ruling(Verdict.WRONG, "the number differs from the exact value", place)


def enclosure(meaning: Meaning) -> Enclosure:
    """What a calculation gives, and how far its rounded figures may move it."""

    def compute(each: Meaning) -> Any:
        with numpy.errstate(all="ignore"):
            return as_array(as_floats(lower_whole(each, Context({}, {}, []))))

    return enclose(meaning, compute)


def against(written: Enclosure, exact: Any, meaning: Meaning, place: int) -> Ruling:
    """Written numbers against exact ones."""
    if same(written.value, exact):
        return Ruling(Verdict.RIGHT, "", place)
    value, right, slack = _aligned(written, exact)
    if value is None:
        return Ruling(Verdict.WRONG, "the shapes differ", place)
    if bool((numpy.abs(value - right) <= slack * (1 + 1e-9) + 1e-12).all()):
        return Ruling(Verdict.ROUNDED, "right to the digits written", place)
    cut = (numpy.abs(right) >= numpy.abs(value)) & (numpy.abs(right - value) < 2 * slack) & (right * value >= 0)
    if is_plain(meaning) and bool((cut | (numpy.abs(value - right) <= slack)).all()):
        return Ruling(Verdict.ROUNDED, "cut off after the digits written, not rounded", place)
    return Ruling(Verdict.WRONG, "the number differs", place)


def _aligned(written: Enclosure, exact: Any) -> tuple[Any, Any, Any]:
    value, right = numpy.asarray(written.value), numpy.asarray(exact, dtype=float)
    slack = numpy.broadcast_to(written.slack, value.shape)
    if value.shape == right.shape:
        return value, right, slack
    flat = [1 in each.shape or each.ndim < 2 for each in (value, right)]
    if all(flat) and value.size == right.size:
        return value.reshape(-1), right.reshape(-1), slack.reshape(-1)
    return None, None, None


def _everywhere(bench: Bench, anchor: int, value: Any) -> bool:
    """Whether the first side is this number wherever it is."""
    for style in STYLES:
        try:
            values = [each for each in bench.values(anchor, style, bench.points()) if each is not None]
            if values and all(same(value, each) for each in values):
                return True
        except ChainruleError:
            continue
    return False


def _without_data(bench: Bench, anchor: int, written: Enclosure, place: int) -> Ruling:
    """A number where the document gives no data: wrong if the first side is another number whatever the data are."""
    try:
        values = [each for each in bench.values(anchor, STYLES[0], bench.points()) if each is not None]
    except ChainruleError as problem:
        return Ruling(Verdict.UNCHECKED, f"{problem.given} cannot be computed", place)
    if len(values) > 1 and all(same(values[0], each) for each in values[1:]):
        return against(written, values[0], bench.meanings[place], place)
    return Ruling(Verdict.UNCHECKED, "the document does not give the numbers that this one depends on", place)


