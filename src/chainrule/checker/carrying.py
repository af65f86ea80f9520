"""A false number in, whether it follows from earlier slips of the author out.

One idea: the computation is done again with the author's own figures in place of what is right. What is false with the
right numbers and true with the author's follows from them; a derivative that is only named always means the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy

from ..errors import ChainruleError
from .bench import STYLES, Bench
from .digits import Enclosure
from .figures.ledger import Figure, Standing, Target
from .figures.worlds import basis, holding, settled, target
from .results import Verdict
from .rulings import Ruling
from .slopes import Style

# A side where these figures hold, with what they leave open; None where they do not settle it.
Judge = Callable[[Sequence[Figure], Style, Any], Ruling | None]
_FINE = (Verdict.RIGHT, Verdict.ROUNDED)
_FAR = 0.5  # more than this share of a number no rounding moves it
_MOST_MOVED, _MOST_ENTRIES, _MOST_SLIPS = 40, 12, 8


def carried(bench: Bench, anchor: int, place: int, judge: Judge) -> Ruling | None:
    """The ruling that a false side follows from earlier slips; None where it does not."""
    wrong = holding(bench, Standing.WRONG)[-_MOST_SLIPS:]
    if not wrong:
        return None
    given, right = holding(bench, Standing.GIVEN), holding(bench, Standing.RIGHT)
    for chosen in _choices(wrong, right):
        for style in STYLES[:6]:
            if _explains(given, chosen, style, judge, bench, anchor):
                causes = _causes(given, chosen, style, judge, bench, anchor)
                if causes:
                    return _follows(bench, anchor, place, style, [*given, *causes], causes)
    return None


def _choices(wrong: list[Figure], right: list[Figure]) -> Iterator[list[Figure]]:
    yield wrong
    if right:
        yield [*right, *wrong]
    if len(wrong) > 1:
        yield from ([each] for each in reversed(wrong))


def _explains(given: list[Figure], chosen: list[Figure], style: Style, judge: Judge, bench: Bench, anchor: int) -> bool:
    """Whether the side is true with these figures, or as true as their rounding leaves open."""
    figures = [*given, *chosen]
    try:
        ruling = judge(figures, style, 0.0)
        if ruling is None or ruling.verdict in _FINE:
            return ruling is not None
        again = _loosely(bench, anchor, style, figures, chosen, judge)
    except ChainruleError:
        return False
    return again is not None and again.verdict in _FINE


def _loosely(
    bench: Bench, anchor: int, style: Style, base: Sequence[Figure], rounded: Sequence[Figure], judge: Judge
) -> Ruling | None:
    """The ruling with what the rounding of figures leaves open; None where that cannot be enough."""
    exact = settled(bench, anchor, style, base)
    rough = judge(base, style, _FAR * numpy.abs(exact)) if exact is not None else None
    if rough is None or rough.verdict not in _FINE:
        return None
    loose = _spread(bench, anchor, style, base, rounded)
    return judge(base, style, loose) if loose is not None else None


def _causes(
    given: list[Figure], chosen: list[Figure], style: Style, judge: Judge, bench: Bench, anchor: int
) -> list[Figure]:
    """The slips among the figures without which the side would not be true."""
    kept = list(chosen)
    for each in chosen:
        fewer = [other for other in kept if other is not each]
        if any(other.standing is Standing.WRONG for other in fewer) and _explains(
            given, fewer, style, judge, bench, anchor
        ):
            kept = fewer
    return [each for each in kept if each.standing is Standing.WRONG]


def _follows(
    bench: Bench, anchor: int, place: int, style: Style, figures: list[Figure], causes: list[Figure]
) -> Ruling:
    lines = lines_of(bench, causes)
    reason = (
        f"it follows from {lines}, which is wrong" if len(causes) == 1 else f"it follows from {lines}, which are wrong"
    )
    try:
        value = settled(bench, anchor, style, figures)
    except ChainruleError:
        value = None
    if value is not None and not numpy.any(value):
        reason += "; but whatever came before, that slip would give 0 here"
    return Ruling(Verdict.FOLLOWS, reason, place, style, follows=tuple(sorted({each.number for each in causes})))


def lines_of(bench: Bench, figures: Sequence[Figure]) -> str:
    """`line 12`, `lines 12 and 15`."""
    lines = sorted({bench.session.ledger.lines.get(each.number, 0) for each in figures})
    text = " and ".join(map(str, lines))
    return f"line {text}" if len(lines) == 1 else f"lines {text}"


def note_of_slip(bench: Bench, anchor: int, ruling: Ruling, judge: Judge) -> Ruling:
    """A right number, with a note where an earlier slip of the author would have given another one."""
    wrong = holding(bench, Standing.WRONG)[-_MOST_SLIPS:]
    if not wrong or ruling.style is None:
        return ruling
    given = holding(bench, Standing.GIVEN)
    try:
        other = judge([*given, *wrong], ruling.style, 0.0)
        if other is None or other.verdict is not Verdict.WRONG:
            return ruling
        causes = [each for each in wrong if _changes(given, each, ruling.style, judge)]
    except ChainruleError:
        return ruling
    if not causes:
        return ruling
    note = f"it is right, but does not follow from your {lines_of(bench, causes)}"
    return replace(ruling, assumptions=(*ruling.assumptions, note))


def _changes(given: list[Figure], figure: Figure, style: Style, judge: Judge) -> bool:
    ruling = judge([*given, figure], style, 0.0)
    return ruling is not None and ruling.verdict is Verdict.WRONG


# What rounding leaves open ------------------------------------------
def left_open(bench: Bench, anchor: int, style: Style, judge: Judge) -> bool:
    """Whether a number may have been calculated from the rounded figures before it."""
    own = target(bench, anchor)
    rounded = [each for each in holding(bench, Standing.RIGHT) if numpy.any(each.slack) and each.target != own]
    if not rounded:
        return False
    ruling = _loosely(bench, anchor, style, holding(bench, Standing.GIVEN), rounded, judge)
    return ruling is not None and ruling.verdict in _FINE


def _spread(bench: Bench, anchor: int, style: Style, base: Sequence[Figure], rounded: Sequence[Figure]) -> Any:
    """What moving each rounded figure to its ends does to the first side, all together; None if not settled."""
    exact = settled(bench, anchor, style, base)
    if exact is None:
        return None
    total, moves = numpy.zeros(numpy.shape(exact)), 0
    for figure in rounded:
        others = [each for each in base if each is not figure]
        for ends in _ends(figure):
            moves += 1
            if moves > _MOST_MOVED:
                return total
            values = [settled(bench, anchor, style, [*others, each]) for each in ends]
            steps = [
                numpy.abs(each - exact) for each in values if each is not None and numpy.shape(each) == total.shape
            ]
            total = total + numpy.max(steps, axis=0) if steps else total
    return total


def _ends(figure: Figure) -> Iterator[tuple[Figure, Figure]]:
    """A figure with each of its entries moved up and down by what its digits leave open."""
    value, slack = numpy.asarray(figure.value, dtype=float), numpy.asarray(figure.slack, dtype=float)
    if not slack.any():
        return
    places = [tuple(map(int, each)) for each in numpy.argwhere(slack)] if value.ndim else []
    for place in places if 0 < len(places) <= _MOST_ENTRIES else [...]:
        step = numpy.zeros(value.shape)
        step[place] = slack[place]
        yield replace(figure, value=value + step), replace(figure, value=value - step)


# Entering ------------------------------------------
def enter(bench: Bench, ruling: Ruling, read: Callable[[Bench, int], Enclosure]) -> None:
    """Note what a statement says of a name or a derivative, now that it has been judged."""
    found = _stated(bench, read)
    if found is None:
        return
    aim, value = found
    standing = _standing(bench, ruling, aim, value)
    if standing is not None:
        exact = ruling.verdict is Verdict.RIGHT and standing is Standing.RIGHT  # nothing was rounded
        figure = Figure(
            bench.claim.number, bench.session.ledger.lines.get(bench.claim.number, 0), aim, value.value,
            numpy.zeros(numpy.shape(value.value)) if exact else value.slack, standing, basis(bench, aim),
        )  # fmt: skip
        bench.session.ledger.figures.append(figure)


def _stated(bench: Bench, read: Callable[[Bench, int], Enclosure]) -> tuple[Target, Enclosure] | None:
    """What is stated of what: the last number, or what a false formula gives with the document's own numbers."""
    places = sorted(bench.meanings)
    aims = [(place, aim) for place in places if (aim := target(bench, place)) is not None]
    numbers = [place for place in places if bench.claim.sides[place].numeric]
    if not aims or bench.free or len(places) < 2:
        return None
    first, aim = aims[0]
    if first != places[0] or (aim.name in bench.model.data and not aim.indices):
        return None
    if numbers and numbers[-1] > first:
        return aim, read(bench, numbers[-1])
    value = settled(bench, places[-1], STYLES[0], holding(bench, Standing.GIVEN))
    return None if value is None else (aim, Enclosure(value, numpy.zeros(numpy.shape(value)), 0.0))


def _standing(bench: Bench, ruling: Ruling, aim: Target, value: Enclosure) -> Standing | None:
    numeric = any(side.numeric for side in bench.claim.sides)
    if ruling.verdict in _FINE:
        settles = not bench.cache.get("given")
        return (Standing.RIGHT if settles else Standing.GIVEN) if numeric else None
    if ruling.verdict is Verdict.FOLLOWS:
        return Standing.WRONG
    if ruling.verdict is Verdict.WRONG:
        return None if _is_exact(bench, value) else Standing.WRONG
    return Standing.GIVEN if bench.cache.get("given") else None


def _is_exact(bench: Bench, value: Enclosure) -> bool:
    """Whether the number is right, and another side of the statement is not."""
    try:
        exact = settled(bench, min(bench.meanings), STYLES[0], holding(bench, Standing.GIVEN))
    except ChainruleError:
        return False
    if exact is None or numpy.size(exact) != numpy.size(value.value):
        return False
    gap = numpy.abs(numpy.reshape(exact, -1) - numpy.reshape(value.value, -1))
    return bool((gap <= numpy.reshape(value.slack, -1) + 1e-9).all())
