"""A wrong number in, the slip that gives it out: a decimal point, a sign, a digit, entries exchanged, a lost factor.

One idea: what is right is known, so each plain slip of arithmetic is made with it, and what gives exactly the digits
written is told; of a derivative the slips of the derivation are tried too, and all that tie are listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy

from ...errors import ChainruleError
from ...ir.graph import Graph
from ...ir.node import Node
from ...notation.meaning import Literal, everything
from ..bench import Bench
from ..digits import Enclosure, place_of
from ..points import as_array, as_problem
from ..rulings import Ruling
from ..slips import Words, candidates, find_slips, set_scene
from .calculations import of_calculation
from .ledger import Standing, Target
from .telling import Slip, found_of
from .worlds import holding, own_points, target
from .writing import written_number

_MOST_TOLD, _MOST_NODES = 8, 120
_NAMED = (("\\pi", numpy.pi), ("2\\pi", 2 * numpy.pi), ("e", numpy.e))


def explain(bench: Bench, anchor: int, place: int, written: Enclosure, exact: Any, ruling: Ruling) -> Ruling:
    """The ruling on a wrong number with what is right, in the author's own digits, and the likeliest slips."""
    unit = _unit(bench, place)
    right = written_number(exact, unit, as_list=_is_list(bench, place))
    value, aim = numpy.asarray(written.value, dtype=float), numpy.asarray(exact, dtype=float)
    if value.shape != aim.shape and value.size == aim.size:
        aim = aim.reshape(value.shape)
    if value.shape != aim.shape:
        return replace(ruling, reason=f"the exact value has {_shape(aim)}, and is {right}", found=None)
    slips = list(_slips(bench, anchor, place, written, aim))
    return replace(ruling, reason=_reason(value, aim, written, unit, right), found=found_of(slips[:_MOST_TOLD], right))


def _slips(bench: Bench, anchor: int, place: int, written: Enclosure, exact: Any) -> Iterator[Slip]:
    seen: set[tuple[str, str]] = set()
    for each in _all(bench, anchor, place, written, exact):
        if (each.mistake, each.message) not in seen:
            seen.add((each.mistake, each.message))
            yield each


def _all(bench: Bench, anchor: int, place: int, written: Enclosure, exact: Any) -> Iterator[Slip]:
    slack = numpy.broadcast_to(written.slack, exact.shape)
    found = list(_of_digits(numpy.asarray(written.value), exact, slack))
    if written.plain:
        yield from found
    if not written.plain:
        yield from of_calculation(bench, place, exact)
        yield from found
    yield from _of_derivation(bench, anchor, written, exact)
    aim = target(bench, anchor)
    yield from _of_scale(bench, numpy.asarray(written.value), exact, slack, aim is not None and bool(aim.of))


def _shape(array: Any) -> str:
    return "one entry" if array.ndim == 0 else f"shape ({', '.join(map(str, array.shape))})"


def _reason(value: Any, exact: Any, written: Enclosure, unit: float, right: str) -> str:
    """What differs: which entry, and by how much where it is only the last place."""
    apart = numpy.abs(value - exact) > numpy.broadcast_to(written.slack, exact.shape) + 1e-9 * numpy.abs(exact)
    places = [tuple(int(k) + 1 for k in each) for each in numpy.argwhere(apart)] if exact.ndim else []
    gap = float(numpy.max(numpy.abs(value - exact)))
    if written.plain and unit and gap <= 1.5 * unit:
        return f"off by one in the last place: it is {right}"
    if 0 < len(places) < exact.size:
        which = " and ".join(
            "(" + ", ".join(map(str, each)) + ")" if len(each) > 1 else str(each[0]) for each in places[:3]
        )
        return f"{'entry' if len(places) == 1 else 'entries'} {which} should be {_entries(exact, places[:3], unit)}"
    return f"the exact value is {right}"


def _entries(exact: Any, places: list[tuple[int, ...]], unit: float) -> str:
    return " and ".join(written_number(exact[tuple(k - 1 for k in each)], unit) for each in places)


def _unit(bench: Bench, place: int) -> float:
    """A unit of the last place in the last number of the statement."""
    numbers = [each for each in sorted(bench.meanings) if bench.claim.sides[each].numeric and each >= place] or [place]
    literals = [each for each in everything(bench.meanings[numbers[-1]]) if isinstance(each, Literal)]
    return min((place_of(each.written) or 1.0 for each in literals), default=0.0)


def _is_list(bench: Bench, place: int) -> bool:
    from ...notation.surface import Group

    return any(isinstance(side.tree, Group) for side in bench.claim.sides[place:])


# Slips of arithmetic ------------------------------------------
def _of_digits(value: Any, exact: Any, slack: Any) -> Iterator[Slip]:
    """What was done to the right number itself."""

    def is_near(other: Any) -> bool:
        return numpy.shape(other) == value.shape and bool(
            (numpy.abs(other - value) <= slack * (1 + 1e-9) + 1e-9 * numpy.abs(value)).all()
        )

    if is_near(-exact):
        yield Slip("M14", "the sign is wrong")
    elif value.ndim and is_near(numpy.abs(exact) * numpy.sign(value)):
        yield Slip("M14", "the sign of an entry is wrong")
    for power in (1, 2, 3, -1, -2, -3):
        scale = 10.0**power
        if exact.any() and is_near(exact * scale) and (abs(value) > slack).any():
            way = "right" if power > 0 else "left"
            yield Slip("M16", f"the decimal point slipped {_places(abs(power))} to the {way}")
    if value.ndim == 2 and is_near(exact.T):
        yield Slip("M5", "the matrix is transposed")
    elif value.ndim == 2 and value.T.size == exact.size and is_near(exact.reshape(value.shape[::-1]).T):
        yield Slip("M5", "the matrix is filled column by column instead of row by row")
    yield from _exchanged(value, exact, slack)


def _places(count: int) -> str:
    return "one place" if count == 1 else f"{count} places"


def _exchanged(value: Any, exact: Any, slack: Any) -> Iterator[Slip]:
    """Entries in each other's place, one digit for another, two digits exchanged."""
    flat, right, free = value.reshape(-1), exact.reshape(-1), slack.reshape(-1)
    apart = numpy.flatnonzero(numpy.abs(flat - right) > free + 1e-9 * numpy.abs(right))
    if len(apart) == 2:
        one, two = apart
        if all(abs(flat[a] - right[b]) <= free[a] + 1e-9 for a, b in ((one, two), (two, one))):
            yield Slip("M16", f"entries {one + 1} and {two + 1} are exchanged")
            return
    if len(apart) == 1 and free[apart[0]] >= 0:
        where = f" in entry {_entry(int(apart[0]), value.shape)}" if value.ndim else ""
        yield from _digit(float(flat[apart[0]]), float(right[apart[0]]), float(free[apart[0]]), where)


def _entry(number: int, shape: tuple[int, ...]) -> str:
    place = [int(k) + 1 for k in numpy.unravel_index(number, shape)]
    return str(place[0]) if len(place) == 1 else f"({', '.join(map(str, place))})"


def _digit(value: float, right: float, slack: float, where: str) -> Iterator[Slip]:
    unit = 2 * slack or 1.0
    places = max(0, round(-numpy.log10(unit)))
    one, other = f"{value:.{places}f}", f"{right:.{places}f}"
    if not slack and right != round(right):
        one, other = f"{value:g}", f"{right:g}"
    if len(one) != len(other) or len(one.strip("-0.")) < 1:
        return
    apart = [k for k in range(len(one)) if one[k] != other[k]]
    if len(apart) == 1 and one[apart[0]].isdecimal():
        yield Slip("M16", f"one digit is wrong{where}: {one} for {other}")
    elif len(apart) == 2 and one[apart[0]] == other[apart[1]] and one[apart[1]] == other[apart[0]]:
        yield Slip("M16", f"two digits are exchanged{where}: {one} for {other}")


def _of_scale(bench: Bench, value: Any, exact: Any, slack: Any, derivative: bool) -> Iterator[Slip]:
    """Another logarithm; in a derivative a factor too many or too few: 2, a size, a number of the document."""
    if not exact.any():
        return

    def is_near(factor: float) -> bool:
        other = exact * factor
        return bool((numpy.abs(other - value) <= slack * (1 + 1e-9) + 1e-9 * numpy.abs(value)).all())

    for text, number in _factors(bench) if derivative else ():
        if is_near(1 / number):
            yield Slip("M12", f"the factor ${text}$ is missing")
        if is_near(number):
            yield Slip("M13", f"there is a factor ${text}$ too many")
    if is_near(1 / numpy.log(10)):
        yield Slip("M15", "the logarithm to base 10 was taken instead of the natural one")
    if is_near(numpy.log(10)):
        yield Slip("M15", "the natural logarithm was taken instead of that to base 10")


def _factors(bench: Bench) -> Iterator[tuple[str, float]]:
    yield "2", 2.0
    seen = {0.0, 1.0, -1.0, 2.0}
    for count in range(3, 7):
        if any(
            count in numpy.shape(as_array(each)) for point in own_points(bench)[:1] for each in point.values.values()
        ):
            seen.add(float(count))
            yield f"\\frac{{1}}{{{count}}}", 1 / count
    for name, meaning in islice(bench.model.data.items(), 20):
        if isinstance(meaning, Literal) and meaning.value not in seen:
            seen.add(meaning.value)
            yield name, meaning.value
    yield from _NAMED


# Slips in a calculation, and in the derivation ------------------------------------------
def _of_derivation(bench: Bench, anchor: int, written: Enclosure, exact: Any) -> Iterator[Slip]:
    """The mistakes of differentiation that give just this number at the document's own numbers."""
    aim, points = target(bench, anchor), own_points(bench, holding(bench, Standing.GIVEN))
    if aim is None or not aim.of or not points:
        return
    try:
        with as_problem():
            yield from _derived(bench, aim, points[0], written)
    except ChainruleError:
        return


def _derived(bench: Bench, aim: Target, point: Any, written: Enclosure) -> Iterator[Slip]:
    top, low = point.nodes.get(aim.of), point.nodes.get(aim.by)
    if top is None or low is None or not isinstance(top.node, Node) or not isinstance(low.node, Node) or top.shape:
        return
    names = {value.node: name for name, value in point.nodes.items() if isinstance(value.node, Node)}
    inputs = tuple(value.node for name, value in point.nodes.items() if name not in point.definitions
                   and isinstance(value.node, Node) and not value.node.inputs)  # fmt: skip
    scene = set_scene(Graph(inputs, (top.node,), names), low.node, output=top.node, words=Words(names, True))
    if len(scene.active) > _MOST_NODES:
        return
    entry = tuple(each - 1 for each in aim.indices) or None
    value = numpy.asarray(written.value, dtype=float)
    shape = () if entry else tuple(low.shape)
    if value.size != int(numpy.prod(shape)):
        return
    slack = float(numpy.max(written.slack)) if written.slack is not None else 0.0
    for each in candidates(find_slips(scene, entry), [value.reshape(shape)], absolute=[slack])[:_MOST_TOLD]:
        yield Slip(each.mistake, each.message)
