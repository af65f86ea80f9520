"""Python in, the statements of it that say what a name is out.

One idea: Python is read by Python's own parser, and where that fails each line with an assignment is read by itself.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from itertools import pairwise

from . import limits

LinkPlace = tuple[str, int, int, int]  # the sign before a side, where it stands, and the side from start to stop
Found = tuple[int, int, list[LinkPlace]]

MAGIC = re.compile(r"^[ \t]*(?:[%!][^\n]*|>>>|\.\.\.|In \[\d*\]:)", re.MULTILINE)
_ASSIGNS = re.compile(
    r"^[ \t]*(?:>>>)?[ \t]*([A-Za-z_∂][^=\n#'\"]{0,200}?)\s*([-+*/@]?=)(?!=)[ \t]*([^\n#]+?)[ \t]*(?:#[^\n]*)?$",
    re.MULTILINE,
)
_SIGN = re.compile(r"[-+*/@%&|^<>]{0,2}=(?!=)")


def code_statements(text: str, display: bool = True) -> list[Found]:
    """The assignments in a piece of code: where each stands, and its sides.

    >>> code_statements("dW = X.T @ d")
    [(0, 12, [('', 0, 0, 2), ('=', 3, 5, 12)])]
    """
    if "=" not in text:
        return []
    if not display and not text.strip().isprintable():
        return []
    if len(text) <= limits.CODE and "\0" not in text:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(MAGIC.sub(blank, text).replace("\f", " "))
            return sorted(_assignments(tree, Lines(text)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    return [_line(found) for found in _ASSIGNS.finditer(text)]


def blank(found: re.Match[str]) -> str:
    return ("pass" if len(found.group()) >= 4 and found.group().lstrip()[0] in "%!" else "").rjust(len(found.group()))


def _line(found: re.Match[str]) -> Found:
    return (
        found.start(1),
        found.end(3),
        [
            ("", found.start(1), found.start(1), found.end(1)),
            (found.group(2), found.start(2), found.start(3), found.end(3)),
        ],
    )


class Lines:
    """Python counts lines and bytes of UTF-8; statements are counted in characters."""

    def __init__(self, text: str) -> None:
        self.text, self.lines, self.starts = text, re.split(r"(?<=\n)", text), [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def place(self, line: int, column: int) -> int:
        shown = self.lines[line - 1]
        if not shown.isascii():
            column = len(shown.encode()[:column].decode(errors="ignore"))
        return self.starts[line - 1] + column


def _assignments(tree: ast.AST, lines: Lines) -> Iterator[Found]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield _found(lines, [*node.targets, node.value])
        elif isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value is not None:
            yield _found(lines, [node.target, node.value])


def _found(lines: Lines, sides: Sequence[ast.expr]) -> Found:
    places = [_place(lines, side) for side in sides]
    links = [("", places[0][0], *places[0])]
    for before, after in pairwise(places):
        sign = _SIGN.search(lines.text, before[1], after[0])
        links.append((sign.group() if sign else "=", sign.start() if sign else before[1], *after))
    return places[0][0], places[-1][1], links


def _place(lines: Lines, node: ast.expr) -> tuple[int, int]:
    start = lines.place(node.lineno, node.col_offset)
    stop = lines.place(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return start, stop
