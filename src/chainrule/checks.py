"""A page of written derivations in, every statement of it judged out.

One idea: what is given is a document, whether it lies in a file or stands in a string.
"""

from __future__ import annotations

import os

from .checker import check_document
from .checker.documents import Document, read_document
from .renderers.checks.report import Report

_SIGNS = ("\n", "=", "$")


def check(given: str | os.PathLike[str] | bytes) -> Report:
    """Judge every statement of a page of notes: a path, or the text itself as Markdown.

    A string is a path if a file has that name, or if it has neither a line break nor `=` nor `$`. The kind of a file
    is what its name says: Markdown, LaTeX (`.tex`), a notebook (`.ipynb`), else plain text.

    Raises:
        DomainError: the path names no file that can be opened.

    >>> report = check("Let $f = (x + y) z$ at $x = -2$, $y = 5$, $z = -4$.")
    >>> len(report.findings), sum(report.summary.values())
    (4, 4)
    """
    return Report(check_document(_document(given)))


def _document(given: str | os.PathLike[str] | bytes) -> Document:
    if isinstance(given, str) and _is_text(given):
        return read_document(given.encode("utf-8", errors="replace"))
    return read_document(given)


def _is_text(given: str) -> bool:
    if any(sign in given for sign in _SIGNS):
        return "\n" in given or "\0" in given or not os.path.isfile(given)
    return False
