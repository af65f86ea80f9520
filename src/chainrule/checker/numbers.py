"""A side that is a number in, whether it is right out.

One idea: numbers are judged against exact values, computed from the document's own data; what is calculated from
rounded figures may be off by what those figures leave open, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy

from ..errors import ChainruleError
from ..notation.kinds import Context, as_floats
from ..notation.lower import lower_whole
from ..notation.meaning import Entry, Literal, Meaning, Power
from ..notation.meaning import everything as inside
from ..notation.surface import Group, Multiplicative, Name, Number, Scripted
from ..notation.symbols import symbol_of
from .bench import STYLES, Bench
from .carrying import Judge, before_updates, carried, enter, left_open, note_of_slip, renew
from .claims import Claim
from .compare import same
from .digits import Enclosure, enclose, place_of
from .doubting import closure
from .figures.ledger import Figure, Standing
from .figures.naming import explain
from .figures.worlds import holding, own_points, settled, target
from .points import as_array, as_problem
from .repairing import Judged
from .results import Verdict
from .rulings import Ruling
from .slopes import Style
from .trees import everywhere

GIVEN = "the document gives this number; it does not follow from the others"


def judge_number(bench: Bench, anchor: int, place: int) -> Ruling:
    """A numeric side against the first side of its statement."""
    written = enclosure(bench.meanings[place], bench)
    if bench.claim.sides[anchor].numeric:
        known = enclosure(bench.meanings[anchor], bench)
        return _explained(bench, anchor, place, written, known.value, against(written, known.value, place, known.slack))
    if _is_said_here(bench, anchor) or speaks_of_calls(bench):
        return _calculation(bench, anchor, place, written, "")
    if _everywhere(bench, anchor, written.value):
        return Ruling(Verdict.RIGHT, "", place)
    return _by_data(bench, anchor, place, written)


def _is_said_here(bench: Bench, anchor: int) -> bool:
    """Whether the first side is a name of which only this statement says the value."""
    aim = target(bench, anchor)
    if aim is None or aim.name not in bench.model.data or aim.indices:
        return False
    return any(each.number == bench.claim.number for each in bench.session.chosen(bench.claim.number)
               if each.symbol.text == aim.name)  # fmt: skip


def speaks_of_calls(bench: Bench) -> bool:
    """Whether a result is written as a function of a number, as `L(0.501)`, and no definition says of what."""
    names = {each.symbol.text for each in bench.model.forward if each.parameters is None}
    for side in bench.claim.sides:
        for node in everywhere(side.tree) if side.tree is not None else ():
            if isinstance(node, Multiplicative):
                for (_, head), (sign, inner) in pairwise(node.factors):
                    called = isinstance(inner, Group) and len(inner.items) == 1 and isinstance(inner.items[0], Number)
                    symbol = symbol_of(head) if called and sign == "" and isinstance(head, Name | Scripted) else None
                    if symbol is not None and symbol.text in names:
                        return True
    return False


def judge_mixed(bench: Bench, anchor: int, place: int) -> Ruling | None:
    """A side with names and figures that is false in general, at the document's own numbers; None where the figures in
    it do not stand for those numbers, so that it is meant in general."""
    if not _stands_for_data(bench, anchor, place):
        return None
    try:
        ruling = _by_data(bench, anchor, place, None)
    except ChainruleError:
        return None
    return ruling if ruling.verdict not in (Verdict.UNCHECKED, Verdict.DEFINITION) else None


def _by_data(bench: Bench, anchor: int, place: int, written: Enclosure | None) -> Ruling:
    """A side at the numbers of the document, in each style in which derivatives can be read."""


    def judge(figures: Sequence[Figure], style: Style, loose: Any = 0.0) -> Ruling | None:
        exact = settled(bench, anchor, style, figures)
        here = written or _mixed(bench, place, style, figures)
        return None if exact is None or here is None else replace(against(here, exact, place, loose), style=style)

    base, failure, false = holding(bench, Standing.GIVEN), "", None
    for style in STYLES:
        try:
            ruling = judge(base, style)
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
    loose = left_open(bench, anchor, style)
    near = judge(base, style, loose) if loose is not None else None
    if near is not None and near.verdict is not Verdict.WRONG:
        return Ruling(Verdict.ROUNDED, "right from the rounded figures before it", place, style)
    old = before_updates(bench)
    earlier = judge([*base, *old], style) if old else None
    if earlier is not None and earlier.verdict is not Verdict.WRONG:
        return replace(earlier, assumptions=("with the values before the update",))
    follows = carried(bench, anchor, place, judge)
    if follows is not None:
        return follows
    exact, here = settled(bench, anchor, style, base), written or _mixed(bench, place, style, base)
    return ruling if here is None else _explained(bench, anchor, place, here, exact, ruling)


def _explained(bench: Bench, anchor: int, place: int, written: Enclosure, exact: Any, ruling: Ruling) -> Ruling:
    """A false number with the slip that gives it, and with what is right."""
    if ruling.verdict is Verdict.WRONG:
        with bench.session.work.diagnosis():
            return explain(bench, anchor, place, written, exact, ruling)
    return ruling


def enclosure(meaning: Meaning, bench: Bench | None = None) -> Enclosure:
    """What a calculation gives, and how far its rounded figures may move it. Raises ChainruleError."""

    def compute(each: Meaning) -> Any:
        with numpy.errstate(all="ignore"), as_problem(each.span):
            return as_array(as_floats(lower_whole(each, Context({}, {}, []))))

    return enclose(meaning, compute, _data_numbers(bench) if bench is not None else ())


def _data_numbers(bench: Bench) -> frozenset[float]:
    """The numbers in the data of the document: exact where they stand in a calculation."""
    plain = {each.number for each in bench.session.claims if len(each.sides) == 2}
    names = {each.symbol.text for each in bench.session.chosen(bench.claim.number) if each.number in plain}
    literals = (each for name in names & bench.model.data.keys() for each in inside(bench.model.data[name]))
    return frozenset(each.value for each in literals if isinstance(each, Literal))


def _mixed(bench: Bench, place: int, style: Style, base: Sequence[Figure]) -> Enclosure | None:
    """A side with names and figures at the document's own numbers."""
    if settled(bench, place, style, base) is None:
        return None
    point = own_points(bench, base)[0]
    kept: list[Meaning] = bench.cache.setdefault("kept", [])  # the bench knows a meaning by its identity

    def compute(each: Meaning) -> Any:
        kept.append(each)
        return bench.compute(each, style, [point])[0]

    return enclose(bench.meanings[place], compute, _data_numbers(bench))


def _stands_for_data(bench: Bench, anchor: int, place: int) -> bool:
    """Whether some figure in a side is the value of a name, and stands for it."""
    figures = _figures(bench.meanings[place])
    if not figures:
        return False
    named = closure(bench, bench.names_of(anchor))
    if any(name in bench.model.data and name not in named for name in bench.names_of(place)):
        return True
    points = own_points(bench, holding(bench, Standing.GIVEN)) or []
    stated = [each.value for each in bench.session.ledger.figures]
    values = [as_array(value) for point in points[:1] for value in point.values.values()] + stated
    entries = numpy.concatenate([numpy.reshape(each, -1) for each in values if numpy.size(each) < 200] or [numpy.zeros(0)])
    for each in figures:
        close = numpy.abs(numpy.abs(entries) - abs(each.value)) <= 0.5 * place_of(each.written) + 1e-12
        if each.value and bool(close.any()):
            return True
    return False


def _figures(meaning: Meaning) -> list[Literal]:
    """The numbers in a side that are neither exponents nor indices."""
    aside = [each.exponent for each in inside(meaning) if isinstance(each, Power)]
    aside += [index for each in inside(meaning) if isinstance(each, Entry) for index in each.indices]
    marks = {id(each) for root in aside for each in inside(root)}
    return [each for each in inside(meaning) if isinstance(each, Literal) and id(each) not in marks]


# Written against exact ------------------------------------------
def against(written: Enclosure, exact: Any, place: int, loose: Any = 0.0) -> Ruling:
    """Written numbers against exact ones; `loose`: how far those may be off themselves."""
    if same(written.value, exact):
        return Ruling(Verdict.RIGHT, "", place)
    value, right, slack = aligned(written, exact)
    if value is None:
        return Ruling(Verdict.WRONG, "it has another shape than the exact value", place)
    if not bool(numpy.isfinite(value).all() and numpy.isfinite(right).all()):
        return Ruling(Verdict.UNCHECKED, "it is no number", place)
    free = slack + (numpy.reshape(loose, right.shape) if numpy.size(loose) == right.size else numpy.max(loose))
    near = numpy.abs(value - right) <= free * (1 + 1e-9) + 1e-9 * numpy.abs(right)
    if bool(near.all()):
        return Ruling(Verdict.ROUNDED, "right to the digits written", place)
    cut = (numpy.abs(right) >= numpy.abs(value)) & (numpy.abs(right - value) < 2 * slack) & (right * value >= 0)
    if written.plain and bool((cut | near).all()):
        return Ruling(Verdict.ROUNDED, "cut off after the digits written, not rounded", place)
    return Ruling(Verdict.WRONG, "the number differs from the exact value", place)


def aligned(written: Enclosure, exact: Any) -> tuple[Any, Any, Any]:
    """Written and exact numbers in one shape, with what the digits leave open; None where the shapes differ."""
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


def _without_data(bench: Bench, anchor: int, written: Enclosure | None, place: int, failure: str) -> Ruling:
    """A number that the document's data do not settle: a constant is judged all the same, and so is the calculation."""
    if written is None:
        return Ruling(Verdict.UNCHECKED, failure or "the document does not give the numbers that this one depends on", place)
    try:
        values = [] if _is_open(bench, anchor) else bench.values(anchor, STYLES[0], bench.points())
    except ChainruleError:
        values = []
    values = [each for each in values if each is not None]
    if len(values) > 1 and all(same(values[0], each) for each in values[1:]):
        return _explained(bench, anchor, place, written, values[0], against(written, values[0], place))
    return _calculation(bench, anchor, place, written, failure)


def _is_open(bench: Bench, place: int) -> bool:
    """Whether a side is a derivative of a loss that is not written, so that its values at our points say nothing."""
    loss, names = bench.model.open_loss, bench.names_of(place)
    derived = [bench.model.derived[each] for each in names if each in bench.model.derived]
    atoms = [atom for each in derived for atom in bench.model.atoms.inside(each)]
    return loss is not None and (loss.text in names or any(atom.of_name == loss.text for atom in atoms))


def _calculation(bench: Bench, anchor: int, place: int, written: Enclosure, failure: str) -> Ruling:
    """A number against the calculation before it, where nothing says what it should be."""
    for before in range(place - 1, anchor, -1):
        if before in bench.meanings and bench.claim.sides[before].numeric:
            known = enclosure(bench.meanings[before], bench)
            bench.cache["given"] = True
            ruling = against(written, known.value, place, known.slack)
            if ruling.verdict is Verdict.WRONG:
                return _explained(bench, anchor, place, written, known.value, ruling)
            return replace(ruling, assumptions=(*ruling.assumptions, GIVEN))
    bench.cache["given"] = True
    if _may_be_given(bench, anchor):
        return Ruling(Verdict.DEFINITION, GIVEN, place)
    return Ruling(Verdict.UNCHECKED, failure or "the document does not give the numbers that this one depends on", place)


def _may_be_given(bench: Bench, anchor: int) -> bool:
    """Whether a side is a name without a formula, or a derivative of a loss that is not written."""
    aim, model = target(bench, anchor), bench.model
    if aim is None:
        return False
    if aim.of:
        return model.open_loss is not None and aim.of == model.open_loss.text and aim.by in model.ends()
    return aim.name not in {each.symbol.text for each in model.forward}


def note(bench: Bench, ruling: Ruling, whole: Claim | None = None) -> None:
    """Keep what a statement says of a name or a derivative, for those that follow. `whole`: an update before its arrow
    was taken away."""
    try:
        if whole is not None and whole.sides[1].sign == "←" and ruling.verdict is not Verdict.WRONG:
            renew(bench, whole, _read)
        enter(bench, ruling, _read)
    except ChainruleError:
        return


def _read(bench: Bench, place: int) -> Enclosure:
    return enclosure(bench.meanings[place], bench)
