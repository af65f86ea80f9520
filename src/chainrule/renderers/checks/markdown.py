"""Records in, Markdown out: for a review, an issue or a notebook.

One idea: what comes from a document is quoted in code or in a fence longer than any in it, so that no part of it is
taken for Markdown; the correct version alone is set as mathematics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...checker.results import MISTAKES, Verdict
from .groups import group
from .records import Record, Statement
from .words import COLUMNS, MATHEMATICS, SAID, closing, counted, explained, headline, repaired, total, visible

FINDINGS = (Verdict.WRONG, Verdict.FOLLOWS, Verdict.CONVENTION)
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$&@]|^[-=+])")
_QUOTED = ("read as", "witness")


def write(records: Sequence[Record], *, everything: bool = False) -> str:
    """The whole page; `everything` lists every statement and not findings alone."""
    lines = ["# Checked derivations" if len(records) != 1 else f"# {code(records[0].file or 'the text')}", ""]
    lines += [escaped(closing(records)), "", *_table(records)]
    for each in records:
        lines += _document(each, len(records) > 1, everything)
    if len(records) > 1:
        lines += _grouped(records)
    return "\n".join(lines).rstrip() + "\n"


def _table(records: Sequence[Record]) -> list[str]:
    read = [each for each in records if each.statements]
    if not read:
        return []
    rows = [[cell(each.file or "the text"), *counted(each.summary)] for each in read]
    rows += [["together", *counted(total(read))]] if len(read) > 1 else []
    return [
        f"| document | {' | '.join(COLUMNS.values())} |", f"|---|{'---:|' * len(COLUMNS)}",
        *(f"| {' | '.join(row)} |" for row in rows), "",
    ]  # fmt: skip


def _document(record: Record, several: bool, everything: bool) -> Iterator[str]:
    if several:
        yield from (f"## {code(record.file or 'the text')}", "")
    if record.problem:
        yield from (f"Not checked: {prose(record.problem)}", "")
    for each in record.statements:
        if each.verdict in FINDINGS:
            yield from _finding(each, record.file, "###" if several else "##")
    if record.repairs:
        yield from ("**One change of the data explains several lines**", "")
        yield from (f"- Line {each.place.line}: {repaired(each, prose)}" for each in record.repairs)
        yield ""
    yield from _listed("Not checked", [each for each in record.statements if each.verdict is Verdict.UNCHECKED])
    if everything:
        others = [each for each in record.statements if each.verdict not in (*FINDINGS, Verdict.UNCHECKED)]
        yield from _listed("Others", others)
    if record.notes:
        yield from ("**Notes**", "", *(f"- {prose(note)}" for note in record.notes), "")


def _finding(each: Statement, file: str, level: str) -> Iterator[str]:
    where = f"Line {each.line}" if each.file == file else f"{code(each.file)}, line {each.line}"
    yield from (f"{level} {where}: {escaped(headline(each))}", "", *fenced(each.text), "")
    for label, said in explained(each, prose):
        if label != "correct":
            yield f"- {label}: {code(said) if label in _QUOTED else said}"
    yield ""
    if each.expected:
        yield from ("Correct:", "", *fenced(each.expected, "math"), "")


def _listed(title: str, found: Sequence[Statement]) -> list[str]:
    if not found:
        return []
    page = [f"**{title}**", ""]
    for each in found:
        said = prose(each.reason)
        if each.verdict is Verdict.DEFINITION or (each.verdict is not Verdict.UNCHECKED and not said):
            said = SAID[each.verdict]
        elif each.verdict is not Verdict.UNCHECKED and said != SAID[each.verdict]:
            said = f"{SAID[each.verdict]}: {said}"
        page.append(f"- line {each.line}: {code(' '.join(each.text.split()))}" + (f", {said}" if said else ""))
    return [*page, ""]


def _grouped(records: Sequence[Record]) -> list[str]:
    found = group(records)
    if not found.mistakes:
        return []
    page = ["## Mistakes", "", "| mistake | statements | documents |", "|---|---:|---:|"]
    for each in found.mistakes:
        number = f" ({each.mistake})" if each.mistake in MISTAKES else ""
        page.append(f"| {escaped(each.meaning)}{number} | {each.statements} | {each.documents} |")
    if found.statements:
        page += ["", "| most often wrong | statements | documents |", "|---|---:|---:|"]
        page += [f"| {cell(each.latex)} | {each.statements} | {each.documents} |" for each in found.statements]
    return [*page, ""]


def code(text: str) -> str:
    """Text as code within a line, between more backticks than it holds.

    >>> code("a `b`"), code("x")
    ('`` a `b` ``', '`x`')
    """
    shown = " ".join(visible(text).split())
    ticks = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    edge = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{edge}{shown}{edge}{ticks}"


def cell(text: str) -> str:
    """Text as code within a table, where a bar would end the cell.

    >>> cell("|x|")
    '`\\\\|x\\\\|`'
    """
    return code(text).replace("|", "\\|")


def fenced(text: str, language: str = "text") -> list[str]:
    """Text as a block of code, in a fence longer than any run of backticks in it."""
    ticks = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return [f"{ticks}{language}", *(visible(line) for line in text.splitlines()), ticks]


def prose(message: str) -> str:
    """A sentence with its mathematics as code.

    >>> prose("$W_1$ is <b>, not $W_2$")
    '`W_1` is \\\\<b\\\\>, not `W_2`'
    """
    parts = MATHEMATICS.split(message)
    return "".join(code(part) if number % 2 else escaped(part) for number, part in enumerate(parts)).strip()


def escaped(text: str) -> str:
    """Text in which nothing is Markdown or HTML.

    >>> escaped("<b> of $W_1$")
    '\\\\<b\\\\> of \\\\$W\\\\_1\\\\$'
    """
    return _SPECIAL.sub(r"\\\1", visible(text))
