"""The name of a format and records in, the report out.

One idea: a format is loaded when it is asked for, because most runs need one.
"""

from __future__ import annotations

from collections.abc import Sequence

from .records import Record
from .text import Look
from .words import sound

FORMATS = ("text", "markdown", "html", "json", "github", "sarif", "junit", "csv")
OF_SUFFIX = {
    ".txt": "text", ".md": "markdown", ".html": "html", ".htm": "html", ".json": "json", ".sarif": "sarif",
    ".xml": "junit", ".csv": "csv",
}  # fmt: skip


def write(records: Sequence[Record], form: str, look: Look, *, strict: bool = False, grouped: bool = False) -> str:
    """The report in any format but HTML, which is made from a judged document and not from its record.

    >>> write([], "json", Look())
    '{"version": 1, "documents": []}'
    """
    return sound(_written(records, form, look, strict, grouped))


def _written(records: Sequence[Record], form: str, look: Look, strict: bool, grouped: bool) -> str:
    match form:
        case "markdown":
            from . import markdown

            return markdown.write(records, everything=look.everything)
        case "json":
            from . import data

            return data.write(records, grouped=grouped)
        case "github":
            from . import github

            return github.write(records, strict=strict)
        case "sarif":
            from . import sarif

            return sarif.write(records, strict=strict)
        case "junit":
            from . import junit

            return junit.write(records, strict=strict)
        case "csv":
            from . import table

            return table.write(records)
        case _:
            from . import text

            return text.write(records, look)
