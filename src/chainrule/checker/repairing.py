"""Statements with false numbers in, the one change of the data that would make most of them true out.

One idea: a sign lost when the data were copied makes many lines look wrong that were calculated rightly. Each small
change of one number of the data is tried on all lines that were judged by numbers; it counts if two false ones become
true and no true one false. The verdicts stay: only the author knows what the data were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy

from ..errors import ChainruleError
from ..notation.meaning import Literal, Meaning, everything
from .bench import Bench
from .documents import Document
from .documents.pieces import Place
from .doubting import closure
from .figures.ledger import Figure, Standing, Target
from .figures.worlds import given, holding
from .limits import Spent
from .points import as_problem
from .results import Finding, Repair, Verdict
from .rulings import Ruling
from .session import Session
from .slopes import Style

_FINE = (Verdict.RIGHT, Verdict.ROUNDED)
_MOST_CHANGES, _MOST_JUDGED, _MOST_ENTRIES = 160, 16, 24
_FEWEST = 2  # false lines that a change must make true


@dataclass(frozen=True, slots=True)
class Judged:
    """A side that was judged by numbers, and how to judge it with other figures."""

    bench: Bench
    style: Style
    fine: bool
    judge: Callable[[Sequence[Figure], Style, Any], Ruling | None]

    def with_change(self, change: Figure) -> bool:
        """Whether the side is true with other data."""
        figures = [*holding(self.bench, Standing.GIVEN), change]
        try:
            ruling = self.judge(figures, self.style, 0.0)
        except ChainruleError:
            return False
        return ruling is not None and ruling.verdict in _FINE


@dataclass(frozen=True, slots=True)
class Change:
    """Data with one number changed: which entry, from 0, and how it is said."""

    figure: Figure
    entry: tuple[int, ...]
    message: str


def repairs(session: Session, document: Document) -> tuple[Repair, ...]:
    """The change of the data that makes most false statements true; nothing where there is none, or several."""
    judged: list[Judged] = session.ledger.judged
    false = [each for each in judged if not each.fine]
    lines = {each.bench.claim.number for each in false}
    if len(lines) < _FEWEST:
        return ()
    try:
        with session.work.diagnosis(), as_problem():
            best = _best(session, false[:_MOST_JUDGED], [each for each in judged if each.fine][:_MOST_JUDGED])
            return tuple(_repair(session, document, change, numbers) for change, numbers in best)
    except (Spent, ChainruleError):
        return ()
    return ()


def _best(session: Session, false: list[Judged], right: list[Judged]) -> list[tuple[Change, set[int]]]:
    """The changes that make most statements true; none where more than one kind does as well."""
    found: list[tuple[Change, set[int]]] = []
    most = _FEWEST
    for count, change in enumerate(_changes(session, false[0].bench)):
        if count >= _MOST_CHANGES:
            break
        if not any(each.with_change(change.figure) for each in false[:2]):
            continue
        numbers = _made_true(false, change)
        if len(numbers) >= most and all(each.with_change(change.figure) for each in right):
            found = [each for each in found if len(each[1]) >= len(numbers)]
            found.append((change, numbers))
            most = len(numbers)
    return found[:1] if found else []


def _made_true(false: list[Judged], change: Change) -> set[int]:
    """The statements of which every false side becomes true."""
    still: set[int] = set()
    numbers = {each.bench.claim.number for each in false}
    for each in false:
        if each.bench.claim.number not in still and not each.with_change(change.figure):
            still.add(each.bench.claim.number)
    return numbers - still


# Changes ------------------------------------------
def _changes(session: Session, bench: Bench) -> Iterator[Change]:
    """Signs, then exchanged entries, then decimal points, then single digits."""
    speaks = closure(bench, {name for place in bench.meanings for name in bench.names_of(place)})
    data = [(each.text, given(bench, bench.model, each)) for each in bench.model.inputs if each.text in speaks]
    known = [(name, value) for name, value in data if value is not None and name in bench.model.data]
    few = [(name, numpy.asarray(value)) for name, value in known if 0 < numpy.size(value) <= _MOST_ENTRIES]
    for make in (_signs, _exchanges, _points, _digits):
        for name, value in few:
            yield from make(name, value, bench)


def _change(name: str, value: Any, entry: tuple[int, ...], new: float, why: str) -> Change:
    changed = numpy.array(value, dtype=float)
    old = float(changed[entry])
    changed[entry] = new
    message = f"{_entry_name(name, entry)} = {new:g} instead of {old:g} ({why})"
    return Change(_figure(name, changed), entry, message)


def _figure(name: str, value: Any) -> Figure:
    return Figure(-1, 0, Target(name), value, numpy.zeros(numpy.shape(value)), Standing.GIVEN, ())


def _entry_name(name: str, entry: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(str(k + 1) for k in entry)}]" if entry else name


def _signs(name: str, value: Any, bench: Bench) -> Iterator[Change]:
    for entry in numpy.ndindex(value.shape):
        if value[entry]:
            why = "a minus sign too many" if value[entry] < 0 else "a lost minus sign"
            yield _change(name, value, entry, -float(value[entry]), why)


def _exchanges(name: str, value: Any, bench: Bench) -> Iterator[Change]:
    entries = list(numpy.ndindex(value.shape))
    near = [(a, b) for a, b in combinations(entries, 2) if sum(x != y for x, y in zip(a, b, strict=True)) == 1]
    for one, other in [*near[:60], *((a, a[::-1]) for a in entries if len(a) == 2 and a < a[::-1])]:
        if other in entries and value[one] != value[other]:
            changed = numpy.array(value, dtype=float)
            changed[one], changed[other] = value[other], value[one]
            said = f"{_entry_name(name, one)} and {_entry_name(name, other)} exchanged"
            yield Change(_figure(name, changed), one, said)


def _points(name: str, value: Any, bench: Bench) -> Iterator[Change]:
    for entry in numpy.ndindex(value.shape):
        for factor in (10.0, 0.1) if value[entry] else ():
            yield _change(name, value, entry, float(value[entry]) * factor, "a decimal point that slipped")


def _digits(name: str, value: Any, bench: Bench) -> Iterator[Change]:
    """One digit changed, of numbers with at most three."""
    written = _literals(bench.model.data.get(name))
    for entry in numpy.ndindex(value.shape):
        text = written.get(round(abs(float(value[entry])), 12), f"{abs(float(value[entry])):g}")
        if sum(each.isdecimal() for each in text) > 3 or "e" in text:
            continue
        for place, digit in enumerate(text):
            for other in "0123456789" if digit.isdecimal() else "":
                if other != digit:
                    new = float(text[:place] + other + text[place + 1 :])
                    yield _change(name, value, entry, float(numpy.copysign(new, value[entry])), "one digit")


def _literals(meaning: Meaning | None) -> dict[float, str]:
    found = everything(meaning) if meaning is not None else ()
    return {round(each.value, 12): each.written for each in found if isinstance(each, Literal)}


# Telling ------------------------------------------
def _repair(session: Session, document: Document, change: Change, numbers: set[int]) -> Repair:
    lines = tuple(sorted({session.ledger.lines.get(each, 0) for each in numbers}))
    return Repair(_place(session, document, change), change.message, lines)


def _place(session: Session, document: Document, change: Change) -> Place:
    """Where the data stand."""
    name = change.figure.target.name
    found = [each for each in session.definers.get(name, ()) if each.number in session.ledger.lines]
    claim = next((each for each in session.claims if found and each.number == found[-1].number), session.claims[0])
    return claim.statement.place(document)


def told(findings: Sequence[Finding], found: Sequence[Repair]) -> list[Finding]:
    """The findings, with the change of the data that would make them true in their reasons."""
    result = list(findings)
    for repair in found:
        for number, each in enumerate(result):
            if each.place.line in repair.lines and each.verdict in (Verdict.WRONG, Verdict.FOLLOWS):
                result[number] = replace(each, reason=f"{each.reason}; it would be right with {repair.message}")
    return result
