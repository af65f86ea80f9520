r"""Decimal commas in, decimal points out: `0{,}5` everywhere, and `0,5` in documents that write their numbers so.

One idea: the whole document decides. One that has `0,6225` and no number with a point means numbers where a comma
stands between two digits; in brackets only beside another separator, because `(1,2)` is a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_BRACED = re.compile(r"(?<=\d)\{,\}(?=\d)")
_PLAIN = re.compile(r"(?<=\d),(?=\d)")
_SURE = re.compile(r"(?<![\d,.])(0,\d|\d+,\d{4,})(?![\d]*,\d)")
_POINT = re.compile(r"\d\.\d")
_FRACTIONS = str.maketrans({"½": "(1/2)", "⅓": "(1/3)", "⅔": "(2/3)", "¼": "(1/4)", "¾": "(3/4)", "⅛": "(1/8)"})
_OPEN, _CLOSE = "([{", ")]}"


def uses_commas(texts: Iterable[str]) -> bool:
    """Whether a document writes its decimals with commas.

    >>> uses_commas(["a = 0,6225"]), uses_commas(["i = 0,1", "a = 0.5"]), uses_commas(["x = (1,2)"])
    (True, False, False)
    """
    sure = False
    for text in texts:
        if _POINT.search(text):
            return False
        sure = sure or bool(_BRACED.search(text)) or (_SURE.search(text) is not None and _depth(text) == 0)
    return sure


def _depth(text: str) -> int:
    """How deep in brackets the first comma between digits stands."""
    found = _PLAIN.search(text)
    before = text[: found.start()] if found else ""
    return sum(before.count(each) for each in _OPEN) - sum(before.count(each) for each in _CLOSE)


def with_points(text: str, commas: bool) -> str:
    """The text with decimal points; `commas`: the document writes decimals with commas.

    >>> with_points("z = 0{,}5 + 1", False), with_points("0,5 + (1,2)", True), with_points("(0,5; 1,2)", True)
    ('z = 0.5 + 1', '0.5 + (1,2)', '(0.5; 1.2)')
    """
    text = _BRACED.sub(".", text).translate(_FRACTIONS)
    if not commas or not _PLAIN.search(text):
        return text
    letters, opened = list(text), list[int]()
    for place, letter in enumerate(text):
        if letter in _OPEN:
            opened.append(place)
        elif letter in _CLOSE and opened:
            opened.pop()
        elif letter == "," and _PLAIN.match(text, place) and (not opened or _separated(text, opened[-1])):
            letters[place] = "."
    return "".join(letters)


def _separated(text: str, start: int) -> bool:
    """Whether the bracket that opens here belongs to a function, or has another separator than a bare comma."""
    if text[:start].rstrip().removesuffix("\\left")[-1:].isalpha():
        return True
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in _OPEN) - (text[place] in _CLOSE)
        if depth == 0:
            return False
        if depth == 1 and (text[place] == ";" or text[place : place + 2] == ", "):
            return True
    return False
