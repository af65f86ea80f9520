"""Records in, CSV out: a row for each statement, for spreadsheets and statistics.

One idea: a cell is what a reader sees and never what a spreadsheet runs, so a cell that would begin a formula begins
with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from .records import Record, Statement
from .words import plain, visible, witness

HEADER = (
    "file", "line", "column", "offset", "end", "verdict", "mistake", "message", "latex", "expected_latex", "reason",
    "witness", "assumptions", "follows", "problem",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(records: Sequence[Record]) -> str:
    """The table with its header. A document without statements, or one that was not read, has one row too.

    >>> print(write([Record("scan.pdf", problem="it holds no text")]), end="")
    file,line,column,offset,end,verdict,mistake,message,latex,expected_latex,reason,witness,assumptions,follows,problem
    scan.pdf,,,,,,,,,,,,,,it holds no text
    """
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(HEADER)
    for record in records:
        if not record.statements:
            problem = plain(record.problem) or "no statement was found"
            writer.writerow([harmless(record.file), *[""] * (len(HEADER) - 2), harmless(problem)])
        writer.writerows(_row(each) for each in record.statements)
    return page.getvalue()


def _row(each: Statement) -> list[str]:
    diagnosis = each.diagnosis
    words = [
        each.verdict.value, diagnosis.mistake if diagnosis else "", plain(diagnosis.message) if diagnosis else "",
        each.latex, each.expected or "", plain(each.reason), witness(each.witness) if each.witness else "",
        "; ".join(plain(said) for said in each.assumptions), " ".join(map(str, each.follows)), "",
    ]  # fmt: skip
    numbers = [str(number) for number in (each.line, each.column, each.offset, each.end)]
    return [harmless(each.file), *numbers, *map(harmless, words)]


def harmless(text: str) -> str:
    """A cell on one line that no spreadsheet takes for a formula.

    >>> harmless("-2 (B - U V)"), harmless("x = 3"), harmless(" =1+1")
    ("'-2 (B - U V)", 'x = 3', "'=1+1")
    """
    cell = " ".join(visible(text).split())
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
