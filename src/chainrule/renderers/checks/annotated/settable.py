"""A formula as authors write it in, the same without what only a whole LaTeX document gives a sense to out.

One idea: labels and names of environments that lay out a page say nothing to a reader here, and one of them that the
script does not know would show the whole formula as source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ....checker.documents.environments import ROWS, WITH_ARGUMENT

_LABEL = re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag|allowdisplaybreaks|noindent|displaybreak)(?![A-Za-z])")
_TAG = re.compile(r"\\tag\*?\s*\{([^{}$]*)\}")
_INTERTEXT = re.compile(r"\\(?:short)?intertext(?=\s*\{)")
_OUTER = re.compile(r"\s*\\begin\s*\{([A-Za-z]+\*?)\}")
_TOKEN = re.compile(r"\\begin\s*\{[^{}]*\}|\\end\s*\{[^{}]*\}|\\\\\*?(?:[ \t]*\[[^\[\]\n]*\])?|\\.|[{}&]", re.DOTALL)
_ARGUMENT = re.compile(r"\s*\{[^{}]*\}")
_RELATION = re.compile(r"\s*(?:[=<>≈≡≤≥]|\\(?:approx|equiv|leq?|geq?|sim|propto|coloneqq|to|Rightarrow|implies|iff)\b)")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One row of displayed mathematics: where it begins in the text, and what stands left and right of its `&`."""

    start: int
    cells: tuple[str, ...]


def settable(latex: str) -> str:
    """The formula without labels; a tag becomes words in brackets.

    >>> settable(r"a = b \\label{eq:a} \\tag{1}").split()
    ['a', '=', 'b', '\\\\qquad', '\\\\text{(1)}']
    """
    if "\\" not in latex:
        return latex
    return _INTERTEXT.sub(r"\\text", _TAG.sub(r"\\qquad \\text{(\1)}", _LABEL.sub("", latex)))


def rows(latex: str) -> list[Row]:
    """The rows of a formula that is laid out in rows; otherwise the formula is one row of one cell.

    >>> rows(r"\\begin{align} a &= b \\\\ c &= d \\end{align}")
    [Row(start=13, cells=(' a ', '= b ')), Row(start=23, cells=(' c ', '= d '))]
    """
    start, stop = _inside(latex)
    found: list[Row] = []
    cells: list[str] = []
    row = cell = start
    depth = 0
    for token in _TOKEN.finditer(latex, start, stop):
        sign = token.group()
        depth += (sign == "{" or sign.startswith("\\begin")) - (sign == "}" or sign.startswith("\\end"))
        if depth or not (sign == "&" or sign.startswith("\\\\")):
            continue
        cells.append(latex[cell : token.start()])
        cell = token.end()
        if sign != "&":
            found.append(Row(row, tuple(cells)))
            row, cells = cell, []
    found.append(Row(row, (*cells, latex[cell:stop])))
    found = [each for each in found if any(part.strip() for part in each.cells)]
    return found if depth == 0 and found else [Row(0, (latex,))]


def _inside(latex: str) -> tuple[int, int]:
    """Where the rows of the outermost environments of rows begin and end."""
    start, stop = 0, len(latex)
    for _ in range(_DEEPEST):
        begin = _OUTER.match(latex, start, stop)
        if begin is None or begin.group(1).rstrip("*") not in ROWS:
            break
        closing = f"\\end{{{begin.group(1)}}}"
        end = latex.rfind(closing, begin.end(), stop)
        if end < 0 or latex[end + len(closing) : stop].strip(" \t\n.,;"):
            break
        start, stop = begin.end(), end
        if begin.group(1).rstrip("*") in WITH_ARGUMENT and (argument := _ARGUMENT.match(latex, start, stop)):
            start = argument.end()
    return start, stop


def right_cell(cells: tuple[str, ...]) -> str:
    """What stands right of the first `&`, with the space that a relation has to its left."""
    joined = r" \qquad ".join(cells)
    return f"{{}}{joined}" if _RELATION.match(joined) else joined
