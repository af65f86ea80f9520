"""Records in, SARIF 2.1.0 out: what code scanning services and editors take from any checker.

One idea: the catalogue of mistakes is the list of rules. A statement that is wrong in a way the catalogue does not
know, that follows, or that was not checked has a rule of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from ...checker.results import MISTAKES, Verdict
from .records import Record, Statement
from .words import explained, headline, plain

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Verdict.WRONG: "error", Verdict.FOLLOWS: "warning", Verdict.CONVENTION: "note", Verdict.UNCHECKED: "note"}
_RULES = {
    **MISTAKES,
    "wrong": "the statement is false, and no mistake of the catalogue gives what is written",
    "follows": "the statement is false, and follows from an earlier slip",
    "convention": "the statement is right under another layout or scaling than the document's own",
    "unchecked": "the statement could not be checked",
}
_PLACES = {name: number for number, name in enumerate(_RULES)}


def write(records: Sequence[Record], *, strict: bool = False) -> str:
    """The log as JSON text; with `strict` statements that were not checked are warnings, otherwise notes."""
    return json.dumps(to_dict(records, strict=strict), ensure_ascii=False, indent=1)


def to_dict(records: Sequence[Record], *, strict: bool = False) -> dict[str, Any]:
    """The log as dicts and lists.

    >>> found = to_dict([])
    >>> found["version"], found["runs"][0]["tool"]["driver"]["rules"][0]["id"]
    ('2.1.0', 'M1')
    """
    from ... import __version__

    results = [_result(each, strict) for record in records for each in record.statements if each.verdict in _LEVELS]
    run = {
        "tool": {"driver": {"name": "chainrule", "version": __version__, "rules": _rules()}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(records)],
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules() -> list[dict[str, Any]]:
    levels = {"follows": "warning", "convention": "note", "unchecked": "note"}
    return [
        {
            "id": name,
            "shortDescription": {"text": _sentence(said)},
            "defaultConfiguration": {"level": levels.get(name, "error")},
        }
        for name, said in _RULES.items()
    ]


def _sentence(said: str) -> str:
    return f"{said[0].upper()}{said[1:]}."


def _invocation(records: Sequence[Record]) -> dict[str, Any]:
    """The documents that could not be read."""
    failed = [each for each in records if each.problem]
    found: dict[str, Any] = {"executionSuccessful": not failed}
    if failed:
        found["toolExecutionNotifications"] = [
            {
                "level": "error",
                "message": {"text": plain(each.problem)},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": address(each.file)}}}],
            }
            for each in failed
        ]
    return found


def _result(each: Statement, strict: bool) -> dict[str, Any]:
    rule = _rule(each)
    level = "warning" if strict and each.verdict is Verdict.UNCHECKED else _LEVELS[each.verdict]
    said = "\n".join([_sentence(headline(each)), *(f"{label}: {text}" for label, text in explained(each))])
    found: dict[str, Any] = {
        "ruleId": rule, "ruleIndex": _PLACES[rule], "level": level, "message": {"text": said},
        "locations": [{"physicalLocation": _location(each)}],
    }  # fmt: skip
    if each.follows:
        found["relatedLocations"] = [
            {
                "message": {"text": "the earlier slip"},
                "physicalLocation": {
                    "artifactLocation": {"uri": address(each.file)}, "region": {"startLine": line},
                },
            }
            for line in each.follows
        ]  # fmt: skip
    return found


def _rule(each: Statement) -> str:
    mistake = each.diagnosis.mistake if each.diagnosis else ""
    return mistake if each.verdict is Verdict.WRONG and mistake in MISTAKES else each.verdict.value


def _location(each: Statement) -> dict[str, Any]:
    region = {
        "startLine": each.line, "startColumn": each.column, "endLine": each.end_line, "endColumn": each.end_column,
        "snippet": {"text": each.text},
    }  # fmt: skip
    return {"artifactLocation": {"uri": address(each.file)}, "region": region}


def address(file: str) -> str:
    """A path as a relative reference, or as a `file:` address where it is absolute.

    >>> address("week 3/notes.md"), address("/home/ada/notes.md"), address("")
    ('week%203/notes.md', 'file:///home/ada/notes.md', 'text')
    """
    path = PurePath(file or "text")
    posix = quote(path.as_posix(), safe="/", errors="replace")
    if path.is_absolute():
        return f"file://{posix}" if posix.startswith("/") else f"file:///{posix}"
    return posix
