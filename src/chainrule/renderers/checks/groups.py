"""The records of many documents in, what went wrong across them out: which mistakes, and which statements.

One idea: statements about the same thing have the same left side, however they went wrong.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ...checker.results import MISTAKES, Verdict
from .records import Record, Statement

SHOWN = 10
UNNAMED = "no mistake of the catalogue gives what is written"


@dataclass(frozen=True, slots=True)
class MistakeGroup:
    """One mistake of the catalogue: in how many statements of how many documents it was made."""

    mistake: str
    meaning: str
    statements: int
    documents: int


@dataclass(frozen=True, slots=True)
class StatementGroup:
    """What several documents got wrong: the left side, how often, the commonest wrong form, and one place of it."""

    latex: str
    statements: int
    documents: int
    written: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Groups:
    """The mistakes and statements, the most frequent first."""

    mistakes: tuple[MistakeGroup, ...]
    statements: tuple[StatementGroup, ...]


def group(records: Iterable[Record]) -> Groups:
    """Wrong statements by mistake and by left side; what only follows from a slip is not counted.

    Statements are listed if more than one document got them wrong.
    """
    wrong = [
        (number, each)
        for number, record in enumerate(records)
        for each in record.statements
        if each.verdict is Verdict.WRONG
    ]
    by_mistake: dict[str, list[tuple[int, Statement]]] = defaultdict(list)
    by_side: dict[str, list[tuple[int, Statement]]] = defaultdict(list)
    for number, each in wrong:
        by_mistake[each.diagnosis.mistake if each.diagnosis else ""].append((number, each))
        by_side[_tight(left_side(each.latex))].append((number, each))
    mistakes = [
        MistakeGroup(name, MISTAKES.get(name, UNNAMED), len(found), _documents(found))
        for name, found in by_mistake.items()
    ]
    shared = [_statement_group(found) for side, found in by_side.items() if side and _documents(found) > 1]
    mistakes.sort(key=_mistake_order)
    shared.sort(key=_statement_order)
    return Groups(tuple(mistakes), tuple(shared[:SHOWN]))


def left_side(latex: str) -> str:
    """What stands before the first sign of equality that is not inside braces or brackets.

    >>> left_side(r"\\\\frac{\\\\partial L}{\\\\partial w_{i=1}} = 2 x")
    '\\\\\\\\frac{\\\\\\\\partial L}{\\\\\\\\partial w_{i=1}}'
    """
    depth = 0
    for number, letter in enumerate(latex):
        depth += (letter in "{([") - (letter in "})]")
        if letter == "=" and depth <= 0:
            return latex[:number].rstrip(" :&")
    return latex


def _tight(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _documents(found: list[tuple[int, Statement]]) -> int:
    return len({number for number, _ in found})


def _statement_group(found: list[tuple[int, Statement]]) -> StatementGroup:
    first = found[0][1]
    forms = Counter(_tight(each.latex) for _, each in found)
    commonest = forms.most_common(1)[0][0]
    shown = next(each.latex for _, each in found if _tight(each.latex) == commonest)
    return StatementGroup(
        " ".join(left_side(first.latex).split()), len(found), _documents(found), " ".join(shown.split()),
        first.file, first.line,
    )  # fmt: skip


def _mistake_order(each: MistakeGroup) -> tuple[int, int, str]:
    return (-each.statements, int(each.mistake[1:] or 0) if each.mistake[1:].isdigit() else 99, each.mistake)


def _statement_order(each: StatementGroup) -> tuple[int, int, str]:
    return (-each.documents, -each.statements, each.latex)
