"""The name of one document in, its record out, whatever the document holds.

One idea: a document that cannot be checked is a record that says why, so it costs nothing but itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ...checker import check_document
from ...checker.documents import Document, read_document
from ...checker.documents.limits import FILE
from ...checker.results import Checked
from ...errors import ChainruleError, DomainError
from ...renderers.checks.records import Record, record, unread

STANDARD_INPUT = "-"
_LOOKED_AT = 8_000
_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")  # UTF-16 and UTF-32 hold zeros and are text
_KNOWN = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive, such as a .docx",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def judged(file: str) -> Checked | Record:
    """The document, judged; or its record if it cannot be: errors of every kind become its problem."""
    if file != STANDARD_INPUT and not Path(file).exists():
        return unread(file, "there is no such file; check its name")
    try:
        found = check_document(_document(file))
        hindered = [note.message for note in found.document.notes if note.hinders]
        return unread(file, hindered[0]) if hindered and not found.findings else found
    except ChainruleError as problem:
        return unread(file, sentence(problem))
    except Exception as problem:  # a fault of this package must not cost the other documents
        return unread(file, f"the check itself failed with {type(problem).__name__}: {problem}")


def record_of(file: str) -> Record:
    """The record of a document."""
    found = judged(file)
    return found if isinstance(found, Record) else record(found, file)


def sentence(problem: ChainruleError) -> str:
    """An error on one line."""
    expected = f", where {problem.expected} was expected" if problem.expected else ""
    return f"{problem.given}{expected}" + (f"; {problem.remedy}" if problem.remedy else "")


def _document(file: str) -> Document:
    if file == STANDARD_INPUT:
        data = sys.stdin.buffer.read(FILE + 1)
        _require_text(data[:_LOOKED_AT], len(data))
        return read_document(data)
    path = Path(file)
    if path.is_file():  # what is no file is told by the reader
        with path.open("rb") as opened:
            _require_text(opened.read(_LOOKED_AT), path.stat().st_size)
    return read_document(path, file)


def _require_text(beginning: bytes, size: int) -> None:
    known = next((said for mark, said in _KNOWN.items() if beginning.startswith(mark)), "")
    if known or (b"\0" in beginning and not beginning.startswith(_MARKS)):
        raise DomainError(
            given=known or "a file that is no text", expected="Markdown, LaTeX, a notebook or plain text",
            remedy="give the source that it was made from",
        )  # fmt: skip
    if size > FILE:
        raise DomainError(
            given=f"a file larger than {FILE // 1_000_000} MB", expected="a page of notes",
            remedy="cut it into parts, or take data and pictures out",
        )  # fmt: skip
