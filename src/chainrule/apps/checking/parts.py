"""Records that are finished in, lines of a file beside the report out, and read again after an interrupt.

One idea: a line is written when its document is finished, and holds what the document was; a document that has changed
since, or that could not be checked, is checked anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from ... import __version__
from ...errors import DomainError
from ...renderers.checks.data import restored, stored
from ...renderers.checks.records import Record
from ...renderers.checks.words import sound

_HEADER = {"parts": 1, "chainrule": __version__}


class Parts:
    """The file of finished records beside a report: `with Parts(output, resume) as parts`."""

    def __init__(self, output: str, resume: bool) -> None:
        self.path = Path(f"{output}.parts.jsonl")
        self._resume = resume
        self._file: TextIO | None = None

    def __enter__(self) -> Parts:
        try:
            self._file = self.path.open("a" if self._goes_on() else "w", encoding="utf-8")
        except OSError as problem:
            raise DomainError(
                given=f"the path {self.path}", expected="a file that can be written", remedy=str(problem.strerror)
            ) from None
        if self._file.tell() == 0:
            self._write(_HEADER)
        else:
            self._file.write("\n")  # the last line may have been cut off
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def _goes_on(self) -> bool:
        return self._resume and _lines(self.path)[:1] == [_HEADER]

    def finished(self, files: Sequence[str]) -> dict[str, Record]:
        """The records of those documents that are finished and have not changed."""
        if not self._goes_on():
            return {}
        asked = set(files)
        found: dict[str, Record] = {}
        for line in _lines(self.path)[1:]:
            try:
                record, stamp = restored(line["record"]), line["stamp"]
                if line["file"] in asked and not record.problem and stamp == stamp_of(line["file"]):
                    found[line["file"]] = record
            except (KeyError, TypeError, ValueError):
                continue  # a line that was cut off
        return found

    def add(self, file: str, record: Record) -> None:
        """Write one record down."""
        self._write({"file": file, "stamp": stamp_of(file), "record": stored(record)})

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(sound(json.dumps(line, ensure_ascii=False)) + "\n")
            self._file.flush()

    def remove(self) -> None:
        """The report is written, so the parts are not needed."""
        if self._file is not None:
            self._file.close()
        self.path.unlink(missing_ok=True)


def stamp_of(file: str) -> str:
    """What tells one content of a file from another."""
    try:
        with open(file, "rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""


def _lines(path: Path) -> list[Any]:
    """The lines that can be read; what is no JSON is None."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    found: list[Any] = []
    for line in text.split("\n"):
        if line.strip():
            try:
                found.append(json.loads(line))
            except ValueError:
                found.append(None)
    return found
