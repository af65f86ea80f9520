r"""Data that stand in tables, lists of points and lines such as `x: 1, 2, 3` in, definitions of names as lists out.

One idea: a column is data when its heading is a name that the formulas of the document use and define nowhere, and each
of its cells is a number; a list of points gives an input and a target, in that order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..notation.drafts import Role
from ..notation.surface import Name, Scripted, Surface
from ..notation.symbols import Symbol, symbol_of
from .claims import Claim, tree_or_none
from .documents import Document
from .model import Definer
from .session import Session
from .trees import everywhere

_NUMBER = re.compile(r"[-+−]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\Z")
_POINT = re.compile(r"\(\s*([-+−]?\d[\d.]*)\s*,\s*([-+−]?\d[\d.]*)\s*\)")
_SAID = re.compile(r"\b(?:data|points|examples|samples|pairs|training set)\b", re.I)
_BETWEEN = re.compile(r"(?:[\s$,;]|\\[ ,;:!]|\\q?quad|and)*\Z")
_NEAR = 60  # characters between the word and the first point
_LINE = re.compile(r"^[ $]{0,8}(\\?[A-Za-z]+(?:_\w+)?)[ $]{0,4}:([-+−\d.,; ]+)$", re.M)
_INPUTS, _TARGETS = ("x", "X"), ("y", "t", "Y", "T")
_MOST_ROWS = 64


@dataclass(frozen=True, slots=True)
class Column:
    """A name with its numbers, and where they end in the text."""

    heading: str
    numbers: tuple[str, ...]
    end: int


_COUNTERS = frozenset({"i", "j", "k", "n", "t", "#"})  # the heading of a column that numbers the rows


def add_data(session: Session, document: Document) -> None:
    """Let the tables and lists of a document define the names that nothing else defines."""
    known = set(session.definers)
    free = {name for name in _used(session.claims) if name not in known}
    for column in columns(document.text, free):
        symbol = _symbol(column.heading)
        if symbol is None or symbol.text not in free or symbol.text in session.definers:
            continue
        tree = _list(column.numbers)
        if tree is not None:
            session.definers[symbol.text] = [
                Definer(_before(session, document, column.end), symbol, tree, role=Role.VALUE)
            ]


def columns(text: str, free: set[str] | frozenset[str] = frozenset()) -> Iterator[Column]:
    """The lists of numbers in a text, with their names; `free`: names that want numbers, for points without names.

    >>> [(each.heading, each.numbers) for each in columns("| x | y |\\n|---|---|\\n| 1 | 2 |\\n| 3 | 4 |")]
    [('x', ('1', '3')), ('y', ('2', '4'))]
    >>> [(each.heading, each.numbers) for each in columns("Data: $(1,2), (2,4)$", {"x", "y"})]
    [('x', ('1', '2')), ('y', ('2', '4'))]
    """
    yield from _tables(text)
    yield from _points(text, free)
    for found in _LINE.finditer(text):
        numbers = tuple(each.strip() for each in found[2].split(","))
        if len(numbers) > 1 and all(_NUMBER.match(each) for each in numbers):
            yield Column(found[1], numbers, found.end())


def _tables(text: str) -> Iterator[Column]:
    rows: list[list[str]] = []
    end = 0
    for line in [*text.splitlines(keepends=True), ""]:
        end += len(line)
        if line.strip().startswith("|") and len(rows) <= _MOST_ROWS:
            rows.append([each.strip() for each in line.strip().strip("|").split("|")])
            continue
        if len(rows) > 2:
            yield from _columns(rows, end - len(line))
        rows = []


def _columns(rows: Sequence[Sequence[str]], end: int) -> Iterator[Column]:
    """The columns of one table whose cells are all numbers, one for each example."""
    if not all(set(each) <= set("-: ") for each in rows[1]):
        return
    for place, heading in enumerate(rows[0]):
        cells = [row[place].strip("$ ") if place < len(row) else "" for row in rows[2:]]
        if cells and all(_NUMBER.match(each) for each in cells):
            yield Column(heading.strip("$ "), tuple(cells), end)


def _points(text: str, free: set[str] | frozenset[str]) -> Iterator[Column]:
    """`Data: (1,2), (2,4)`, where an input and a target want numbers."""
    one = next((each for each in _INPUTS if each in free), None)
    other = next((each for each in _TARGETS if each in free), None)
    if one is None or other is None:
        return
    for said in _SAID.finditer(text):
        pairs, end = _following(text, said.end())
        if 2 <= len(pairs) <= _MOST_ROWS:
            yield Column(one, tuple(first for first, _ in pairs), end)
            yield Column(other, tuple(second for _, second in pairs), end)
            return


def _following(text: str, start: int) -> tuple[list[tuple[str, str]], int]:
    """The points that follow a word, with nothing but separators between them."""
    pairs: list[tuple[str, str]] = []
    for found in _POINT.finditer(text, start):
        gap = text[start : found.start()]
        if len(gap) > _NEAR or "\n\n" in gap or (pairs and not _BETWEEN.match(gap)) or len(pairs) > _MOST_ROWS:
            break
        pairs.append((found[1], found[2]))
        start = found.end()
    return pairs, start


# Names and places ------------------------------------------
def _used(claims: Sequence[Claim]) -> Mapping[str, None]:
    """The names in the formulas of a document, without their subscripts as well, and the letters of runs."""
    found: dict[str, None] = {}
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Name | Scripted) and (symbol := symbol_of(node)) is not None:
                    found[symbol.text] = found[symbol.without_subscript().text] = None
                if isinstance(node, Name) and not node.whole:
                    found.update(dict.fromkeys(node.base))
    return found


def _symbol(heading: str) -> Symbol | None:
    tree = tree_or_none(heading)
    symbol = symbol_of(tree) if tree is not None else None
    if symbol is not None and len(symbol.subscript) == 1 and symbol.subscript.islower():
        symbol = symbol.without_subscript()  # a column of z_i holds the entries of z
    return None if symbol is not None and symbol.text in _COUNTERS else symbol


def _list(numbers: Sequence[str]) -> Surface | None:
    return tree_or_none(f"({', '.join(each.replace('−', '-') for each in numbers)})")


def _before(session: Session, document: Document, end: int) -> int:
    """The number of the last statement before a place."""
    numbers = [each.number for each in session.claims if each.statement.place(document).offset < end]
    return max(numbers, default=0)
