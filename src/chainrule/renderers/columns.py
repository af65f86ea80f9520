"""Text in, the columns it takes in a terminal out, and text cut, padded and wrapped to columns.

One idea: a letter is not a column. Wide letters take two, combining marks none, and every line that is aligned or cut
is measured by this one function.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

ELLIPSIS = "..."


def width(text: str) -> int:
    """How many columns a terminal gives to a text: wide letters take two, combining marks none.

    >>> width("abc"), width("梯度"), width("e\\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def padded(text: str, columns_wide: int) -> str:
    """A text with spaces after it."""
    return text + " " * (columns_wide - width(text))


def head(text: str, room: int) -> str:
    """The beginning of a text that fits, with dots where the rest was cut.

    >>> head("dL/dW = delta x", 10), head("dL/dW", 10)
    ('dL/dW =...', 'dL/dW')
    """
    if width(text) <= room:
        return text
    taken, columns = 0, 0
    for letter in text:
        columns += width(letter)
        if columns > room - len(ELLIPSIS):
            break
        taken += 1
    return text[:taken] + ELLIPSIS[: max(room, 0)]


def tail(text: str, room: int) -> str:
    """The end of a text that fits, with dots where the beginning was cut.

    >>> tail("lectures/week3/notes.md", 15)
    '...ek3/notes.md'
    """
    if width(text) <= room:
        return text
    first, columns = len(text), 0
    while first and columns + width(text[first - 1]) <= room - len(ELLIPSIS):
        first -= 1
        columns += width(text[first])
    return ELLIPSIS[: max(room, 0)] + text[first:]


def wrapped(text: str, room: int) -> list[str]:
    """A text cut at its spaces into lines of at most so many columns; a longer word stays whole.

    >>> wrapped("the path through h_2 is missing", 12)
    ['the path', 'through h_2', 'is missing']
    """
    lines: list[str] = []
    for word in text.split():
        if lines and width(lines[-1]) + 1 + width(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def table_lines(table: Sequence[Sequence[str]], gap: str = "  ") -> list[str]:
    """Rows of cells as aligned lines; every column but the first is aligned to the right.

    >>> table_lines([["", "right"], ["notes.md", "12"]])
    ['          right', 'notes.md     12']
    """
    widths = [max(width(row[place]) for row in table) for place in range(len(table[0]))]
    lines = []
    for row in table:
        cells = [padded(row[0], widths[0])]
        cells += [" " * (widths[place] - width(row[place])) + row[place] for place in range(1, len(row))]
        lines.append(gap.join(cells).rstrip())
    return lines
