"""Records in, JSON out, and JSON back in as records.

One idea: docs/use/check.schema.json describes every key. What only a page needs (the lines around a statement) is left
out of the report, and kept where records wait for the rest of a long run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ...checker.documents.pieces import Place
from ...checker.results import Candidate, Diagnosis, Repair, Verdict, Witness
from .groups import Groups, group
from .records import Record, SourceLine, Statement

VERSION = 1


def write(records: Sequence[Record], *, grouped: bool = False) -> str:
    """The report as JSON text; `grouped` adds what went wrong across the documents.

    >>> write([])
    '{"version": 1, "documents": []}'
    """
    return json.dumps(to_dict(records, grouped=grouped), ensure_ascii=False, allow_nan=False)


def to_dict(records: Sequence[Record], *, grouped: bool = False) -> dict[str, Any]:
    """The report as dicts, lists, strings and numbers."""
    found: dict[str, Any] = {"version": VERSION, "documents": [document(each) for each in records]}
    return found | _groups(group(records)) if grouped else found


def _groups(found: Groups) -> dict[str, Any]:
    return {
        "mistakes": [asdict(each) for each in found.mistakes],
        "most_often_wrong": [asdict(each) for each in found.statements],
    }


def document(record: Record) -> dict[str, Any]:
    """One document."""
    return {
        "file": record.file,
        "problem": record.problem or None,
        "statements": [statement(each) for each in record.statements],
        "summary": dict(record.summary),
        "repairs": [_repair(each) for each in record.repairs],
        "notes": list(record.notes),
    }


def statement(each: Statement) -> dict[str, Any]:
    """One statement with its verdict."""
    diagnosis, witness = each.diagnosis, each.witness
    return {
        "file": each.file, "offset": each.offset, "end": each.end, "line": each.line, "column": each.column,
        "latex": each.latex, "verdict": each.verdict.value, "reason": each.reason,
        "diagnosis": None if diagnosis is None else {
            "mistake": diagnosis.mistake, "message": diagnosis.message,
            "candidates": [asdict(other) for other in diagnosis.candidates],
        },
        "expected_latex": each.expected,
        "witness": None if witness is None else {
            "at": dict(witness.at), "written": witness.written, "right": witness.right, "entry": witness.entry,
        },
        "assumptions": list(each.assumptions), "follows": list(each.follows),
    }  # fmt: skip


def _repair(each: Repair) -> dict[str, Any]:
    return asdict(each.place) | {"message": each.message, "lines": list(each.lines)}


# Records that wait ---------------------------------------------------------------------------------------------------
def stored(record: Record) -> dict[str, Any]:
    """A record whole, for `restored`."""
    found = document(record)
    for kept, each in zip(found["statements"], record.statements, strict=True):
        lines = [asdict(line) for line in each.source]
        kept["page"] = [each.end_line, each.end_column, each.text, each.more, each.cell, lines]
    return found


def restored(found: Mapping[str, Any]) -> Record:
    """The record that `stored` was given.

    Raises:
        KeyError, TypeError, ValueError: the data is not what `stored` gives.
    """
    return Record(
        found["file"], tuple(_statement(each) for each in found["statements"]),
        tuple(_repaired(each) for each in found["repairs"]), tuple(found["notes"]), found["problem"] or "",
        found["summary"],
    )  # fmt: skip


def _repaired(each: Mapping[str, Any]) -> Repair:
    place = Place(each["file"], each["offset"], each["end"], each["line"], each["column"])
    return Repair(place, each["message"], tuple(each["lines"]))


def _statement(each: Mapping[str, Any]) -> Statement:
    end_line, end_column, text, more, cell, source = each["page"]
    return Statement(
        each["file"], each["offset"], each["end"], each["line"], each["column"], end_line, end_column, text,
        each["latex"], Verdict(each["verdict"]), each["reason"], _diagnosis(each["diagnosis"]),
        each["expected_latex"], None if each["witness"] is None else Witness(**each["witness"]),
        tuple(each["assumptions"]), tuple(each["follows"]), tuple(SourceLine(**line) for line in source), more, cell,
    )  # fmt: skip


def _diagnosis(found: Mapping[str, Any] | None) -> Diagnosis | None:
    if found is None:
        return None
    candidates = tuple(Candidate(**each) for each in found["candidates"])
    return Diagnosis(found["mistake"], found["message"], candidates)
