"""Bytes in; the text of a file, the text that is read, and notes out.

One idea: the text of the file keeps every character, so that offsets are those an editor counts; what is read leaves
out byte-order marks, carriage returns and invisible marks.
"""

from __future__ import annotations

import codecs
import re

from .mapped import Edit, Mapped, whole
from .pieces import Note

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Zero-width signs and marks of direction: they change no mathematics and break every name they stand in.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_OUT = re.compile(
    "[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+|\r(?:\n)?|\0+|[\ud800-\udfff]"
)
_WORTH_A_SEARCH = re.compile(
    "[\r\0\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]"
)


def decode(data: bytes) -> tuple[str, list[Note]]:
    """The characters of a file; what is not UTF-8 (or UTF-16 or 32 with a mark) becomes U+FFFD, with a note."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    notes = []
    if encoding != "utf-8":
        notes.append(Note(f"read as {encoding.upper()}, because the file begins with its mark"))
    try:
        return data.decode(encoding), notes
    except UnicodeDecodeError as error:
        text = data.decode(encoding, errors="replace")
        notes.append(
            Note(f"bytes that are not {encoding.upper()} were replaced by \ufffd, the first one byte {error.start:,}",
                 max(0, text.find("\ufffd")), hinders=True)
        )  # fmt: skip
        return text, notes


def readable(text: str) -> tuple[Mapped, list[Note]]:
    """The text as it is read: lines end with LF, and invisible characters are left out."""
    mapped = whole(text)
    if not _WORTH_A_SEARCH.search(text):
        return mapped, []
    edits = [_edit(found) for found in _OUT.finditer(text)]
    return mapped.edited(edits), _notes(text)


def _edit(found: re.Match[str]) -> Edit:
    match found.group()[0]:
        case "\r":  # the LF of a CRLF stays, so that it keeps its own place
            crlf = found.group().endswith("\n")
            return Edit(found.start(), found.start() + 1, "" if crlf else "\n")
        case "\0":
            return Edit(found.start(), found.end(), " ")
        case letter if "\ud800" <= letter <= "\udfff":
            return Edit(found.start(), found.end(), "\ufffd")
        case _:
            return Edit(found.start(), found.end())


def _notes(text: str) -> list[Note]:
    notes = []
    if text.startswith("\ufeff"):
        notes.append(Note("a byte-order mark at the beginning was left out"))
    if "\r" in text:
        notes.append(Note("line ends with a carriage return were read as line ends", text.find("\r")))
    if "\0" in text:
        notes.append(Note("NUL characters were read as spaces", text.find("\0")))
    if bidi := _BIDI.search(text):
        notes.append(Note("marks of writing direction were left out", bidi.start()))
    elif invisible := _INVISIBLE.search(text, 1 if text.startswith("\ufeff") else 0):
        notes.append(Note("invisible characters were left out", invisible.start()))
    return notes
