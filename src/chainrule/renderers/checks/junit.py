"""Records in, JUnit XML out: a suite for each document, a case for each statement.

One idea: a false statement is a failed test, one that was not checked a skipped test, so every service that shows tests
shows a checked page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from ...checker.results import Verdict
from .records import Record, Statement
from .words import explained, headline, plain, visible

# What XML 1.0 has no way to write, together with marks of writing direction, which would reorder the page.
_FORBIDDEN = re.compile(
    "[^\\t\\n\\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_NAME = 160


def write(records: Sequence[Record], *, strict: bool = False) -> str:
    """The XML; with `strict` statements that were not checked have failed.

    >>> print(write([Record("notes.md")]), end="")
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="chainrule check" tests="0" failures="0" errors="0" skipped="0">
    <testsuite name="notes.md" tests="0" failures="0" errors="0" skipped="0">
    </testsuite>
    </testsuites>
    """
    counts = [_counts(each, strict) for each in records]
    together = [sum(column) for column in zip(*counts, strict=True)] or [0, 0, 0, 0]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_attributes('chainrule check', together)}>"]
    for each, count in zip(records, counts, strict=True):
        lines.append(f"<testsuite {_attributes(each.file or 'text', count)}>")
        lines += _cases(each, strict)
        lines.append("</testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _counts(record: Record, strict: bool) -> list[int]:
    """Tests, failures, errors, skipped."""
    unchecked = sum(each.verdict is Verdict.UNCHECKED for each in record.statements)
    failed = sum(each.accused for each in record.statements) + (unchecked if strict else 0)
    broken = bool(record.problem)
    return [len(record.statements) + broken, failed, int(broken), 0 if strict else unchecked]


def _attributes(name: str, counts: Sequence[int]) -> str:
    tests, failures, errors, skipped = counts
    said = f'tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    return f"name={_attribute(name)} {said}"


def _cases(record: Record, strict: bool) -> list[str]:
    if record.problem:
        said = _attribute(plain(record.problem))
        name = f"classname={_attribute(record.file)} name={_attribute('the document')}"
        return [f"<testcase {name}>", f'<error type="unread" message={said}></error>', "</testcase>"]
    return [line for each in record.statements for line in _case(each, strict)]


def _case(each: Statement, strict: bool) -> list[str]:
    name = f"line {each.line}, column {each.column}: {' '.join(visible(each.text).split())}"
    shown = name if len(name) <= _NAME else name[: _NAME - 3] + "..."
    where = f"classname={_attribute(each.file or 'text')} name={_attribute(shown)}"
    where += f' file={_attribute(each.file or "text")} line="{each.line}"'
    if each.verdict is Verdict.UNCHECKED and not strict:
        said = plain(each.reason) or headline(each)
        return [f"<testcase {where}>", f"<skipped message={_attribute(said)}></skipped>", "</testcase>"]
    if not each.accused and each.verdict is not Verdict.UNCHECKED:
        return [f"<testcase {where}></testcase>"]
    kind = each.diagnosis.mistake if each.diagnosis and each.diagnosis.mistake else each.verdict.value
    said = "\n".join([visible(each.text), *(f"{label}: {text}" for label, text in explained(each))])
    opening = f"<failure type={_attribute(kind)} message={_attribute(headline(each))}>"
    return [f"<testcase {where}>", f"{opening}{escape(_clean(said))}</failure>", "</testcase>"]


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))
