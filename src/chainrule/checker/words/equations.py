"""Statements that say what a name is like in, its properties out: `S^T = S`, `\\sum_k y_k = 1`, `\\|u\\| = 1`.

One idea: such a statement is a property where its name is free and a claim where it is computed; which, the reader of
the facts knows.
"""

from __future__ import annotations

import re

from ..documents.statements import Statement
from . import vocabulary as words
from .collecting import Facts, whole_name
from .phrases import Named, spelled
from .sentences import Page, Sentence
from .tokens import Kind, Token

_NAME = r"(?:\\[A-Za-z]+\s*)?(?:\{?[A-Za-z]\}?|(?<=[a-z]))"
_UP = r"\s*\^\s*\{?\s*(?:\\top|\\intercal|T|\\mathsf\s*\{?T\}?|\\mathrm\s*\{?T\}?)\s*\}?"
_SUM = re.compile(
    r"\\sum\s*(?:\\limits\s*)?(?:_\s*(?:\{([^{}]{1,20})\}|(\w)))?\s*(?:\^\s*(?:\{[^{}]{1,20}\}|\w))?\s*(\S.{0,40})"
)
_NORM = re.compile(
    r"(?:\\[lr]?[Vv]ert|\\\||\|{1,2})\s*([^|\\]{1,12}|\\[a-z]+)\s*(?:\\[lr]?[Vv]ert|\\\||\|{1,2})(?:_2|_\{2\})?(?:\^2)?"
)
_TRANSPOSED = re.compile(rf"(-?)\s*({_NAME}){_UP}")
_GRAM = re.compile(rf"({_NAME}){_UP}\s*({_NAME})")
_LONGEST = 80


def hear_equations(page: Page, facts: Facts) -> None:
    """Adds the properties that statements say of names."""
    only = {each.aside: each.statements for each in facts.conditions if each.aside is not None}
    for number, statement in enumerate(page.statements):
        if statement.piece.kind != "mathematics" or len(statement.text) > _LONGEST or len(statement.links) != 2:
            continue
        if statement.links[1].sign == "=" and not _is_supposed(page, statement):
            _hear(page, only.get(number, ()), statement, facts)


def _is_supposed(page: Page, statement: Statement) -> bool:
    """Whether the words before a formula make it something that only would hold."""
    number = page.numbers[id(statement.piece)]
    before = page.document.pieces[number - 1] if number else statement.piece
    said = before.text[-60:].lower().split() if before.kind == "words" and before.block == statement.piece.block else []
    return any(word.strip(",.;:(") in words.CONDITIONAL | words.DOUBTFUL | words.NEGATIONS | {"then"} for word in said)


def _hear(page: Page, only: tuple[int, ...], statement: Statement, facts: Facts) -> None:
    left, right = statement.side(0), statement.side(1)
    found = _one(left) if right == "1" else _alike(left, right) or _alike(right, left)
    if found is None or not spelled(found[0]):
        return
    latex, what = found
    token = Token(Kind.DISPLAY, "", page.numbers[id(statement.piece)], statement.start, statement.stop, True)
    heard = page.heard([token], Sentence([token], statement.piece.block, statement.piece.section))
    facts.trait(whole_name(Named(spelled(latex), latex, token)), what, heard, only=only)


def _one(left: str) -> tuple[str, str] | None:
    """The name whose entries sum to one, or which has length one."""
    if summed := _SUM.fullmatch(left):
        index = (summed.group(1) or summed.group(2) or "").split("=")[0].strip()
        latex = summed.group(3).strip()
        below = latex.rpartition("_")[2].strip("{} ")
        return (latex, "sums to one") if index and below == index else None
    if norm := _NORM.fullmatch(left):
        return norm.group(1).strip(), "unit"
    return None


def _alike(one: str, other: str) -> tuple[str, str] | None:
    """The name that is its own transpose, or whose columns are orthonormal."""
    if (turned := _TRANSPOSED.fullmatch(one)) and other.lstrip("- ") == turned.group(2).strip():
        minus = (turned.group(1) == "-") != other.startswith("-")
        return turned.group(2).strip(), "antisymmetric" if minus else "symmetric"
    gram = _GRAM.fullmatch(one)
    if gram and other in ("I", "\\mathbf I", "\\mathbf{I}", "I_n") and gram.group(1).strip() == gram.group(2).strip():
        return gram.group(1).strip(), "orthonormal columns"
    return None
