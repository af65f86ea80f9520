"""Records in, a report for the terminal out: every finding at its place with a caret, then what was not checked, then
a table.

One idea: the report is plain text that colour only repeats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ...checker.results import Verdict
from ..columns import head, padded, table_lines, tail, width, wrapped
from .groups import group
from .records import Record, SourceLine, Statement
from .words import COLUMNS, SAID, closing, counted, explained, headline, place, plain, repaired, total, visible

FINDINGS = frozenset({Verdict.WRONG, Verdict.FOLLOWS, Verdict.CONVENTION})
_BRIEFLY = 20  # statements that were not checked, listed without being asked for
_STYLES = {
    Verdict.WRONG: "1;31", Verdict.FOLLOWS: "31", Verdict.CONVENTION: "33", Verdict.UNCHECKED: "2",
    Verdict.RIGHT: "32", Verdict.ROUNDED: "32", Verdict.DEFINITION: "2",
}  # fmt: skip
_BOLD, _GOOD, _FAINT = "1", "32", "2"
_LABEL = 10


@dataclass(frozen=True, slots=True)
class Look:
    """How a report is laid out: columns, colour, every statement or findings alone, and which verdicts at all."""

    width: int = 100
    colour: bool = False
    everything: bool = False
    only: frozenset[Verdict] = frozenset()

    def shows(self, verdict: Verdict) -> bool:
        """Whether statements of this verdict are listed."""
        return not self.only or verdict in self.only

    def paint(self, text: str, style: str) -> str:
        """The text in colour, if there is any."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour and text and style else text


def write(records: Sequence[Record], look: Look | None = None) -> str:
    """The whole report.

    >>> print(write([Record("notes.md")]), end="")
    No statement was found.
    """
    look = look or Look()
    sections = [section for each in records for section in _document(each, look)]
    sections += [_class(records, look), _table(records, look), _ending(records, look)]
    return "\n\n".join("\n".join(line.rstrip() for line in section) for section in sections if section) + "\n"


def _document(record: Record, look: Look) -> Iterator[list[str]]:
    """The sections of one document."""
    if record.problem:
        said = wrapped(f"{visible(record.file)}: not checked: {plain(record.problem)}", look.width)
        yield [look.paint(line, _STYLES[Verdict.WRONG]) for line in said]
        return
    full = look.only or FINDINGS
    for each in record.statements:
        if each.verdict in full and each.verdict is not Verdict.UNCHECKED:
            yield finding(each, look)
    yield _repairs(record, look)
    yield _unchecked(record, look)
    if look.everything:
        rest = [each for each in record.statements if each.verdict not in FINDINGS | {Verdict.UNCHECKED}]
        yield _listed("Others", [each for each in rest if not look.only], look, len(rest))
    if record.notes:
        yield ["Notes", *(line for note in record.notes for line in _indented(plain(note), look, "  - "))]


def finding(statement: Statement, look: Look) -> list[str]:
    """One finding in full."""
    style = _STYLES[statement.verdict]
    title = f"{look.paint(place(statement), _BOLD)}: {look.paint(headline(statement), style)}"
    page = [title, *excerpt(statement, look, style)]
    for label, said in explained(statement):
        first, *rest = wrapped(said, max(20, look.width - _LABEL - 2))
        colour = _GOOD if label == "correct" else ""
        page.append(f"  {look.paint(label, _FAINT)}{' ' * (_LABEL - len(label))}{look.paint(first, colour)}")
        page += [" " * (_LABEL + 2) + look.paint(line, colour) for line in rest]
    return page


def excerpt(statement: Statement, look: Look, style: str) -> list[str]:
    """The lines of the file, with carets under the statement."""
    numbers = max([len(str(each.number)) for each in statement.source], default=1)
    page = []
    for each in statement.source:
        line, marks = _marked(each, look.width - numbers - 5)
        number = str(each.number or "").rjust(numbers)
        page.append(f"  {look.paint(f'{number} |', _FAINT)} {line}")
        page.append(f"  {look.paint(' ' * numbers + ' |', _FAINT)} {look.paint(marks, style)}")
    if statement.more:
        many = "1 more line" if statement.more == 1 else f"{statement.more} more lines"
        page.append(f"  {look.paint(' ' * numbers + ' |', _FAINT)} ... {many}")
    return page


def _marked(line: SourceLine, room: int) -> tuple[str, str]:
    """A line cut to the room around its statement, and the carets that stand under it."""
    before, marked, after = (
        visible(part) for part in (line.text[: line.start], line.text[line.start : line.stop], line.text[line.stop :])
    )
    if line.before:
        before = "..." + before
    if line.after:
        after += "..."
    if width(before) + width(marked) + width(after) > room:
        before = tail(before, max(room - width(marked) - 4, room // 4))
        marked = head(marked, room - width(before))
        after = head(after, room - width(before) - width(marked))
    lead = " " * width(before) + " " * (len(marked) - len(marked.lstrip()))
    return before + marked + after, lead + "^" * max(1, width(marked.strip()))


def _repairs(record: Record, look: Look) -> list[str]:
    if not record.repairs:
        return []
    page = ["One change of the data explains several lines"]
    for each in record.repairs:
        page += _indented(f"{place(each)}: {repaired(each)}", look, "  - ")
    return page


def _indented(said: str, look: Look, bullet: str) -> list[str]:
    first, *rest = wrapped(said, look.width - len(bullet))
    return [bullet + first, *(" " * len(bullet) + line for line in rest)]


def _unchecked(record: Record, look: Look) -> list[str]:
    found = [each for each in record.statements if each.verdict is Verdict.UNCHECKED]
    if not look.shows(Verdict.UNCHECKED):
        return []
    whole = look.everything or Verdict.UNCHECKED in look.only
    return _listed("Not checked", found if whole else found[:_BRIEFLY], look, len(found))


def _listed(title: str, shown: Sequence[Statement], look: Look, many: int) -> list[str]:
    """A line for each statement: its place, what stands there, and why."""
    if not shown:
        return []
    places = [place(each) for each in shown]
    if max(map(width, places)) > look.width // 3:
        title = f"{title} in {visible(shown[0].file)}"
        places = [place(replace(each, file="")) for each in shown]
    first = max(map(width, places))
    second = min(max(width(_brief(each)) for each in shown), max(16, (look.width - first) * 2 // 5))
    page = [look.paint(title, _BOLD)]
    for where, each in zip(places, shown, strict=True):
        lead = f"  {padded(where, first)}  {padded(head(_brief(each), second), second)}  "
        said, *rest = wrapped(_why(each), max(16, look.width - width(lead)))
        page += [lead + look.paint(said, _STYLES[each.verdict]), *(" " * width(lead) + line for line in rest)]
    if many > len(shown):
        page.append(f"  ... and {many - len(shown):,} more; --all lists them")
    return page


def _brief(statement: Statement) -> str:
    return " ".join(visible(statement.text).split())


def _why(statement: Statement) -> str:
    said, verdict = plain(statement.reason), SAID[statement.verdict]
    if statement.verdict is Verdict.UNCHECKED:
        return said
    return verdict if statement.verdict is Verdict.DEFINITION or said in ("", verdict) else f"{verdict}: {said}"


def _class(records: Sequence[Record], look: Look) -> list[str]:
    """The mistakes of many documents, grouped; nothing for one."""
    return [] if len(records) < 2 else grouped(records, look)


def grouped(records: Sequence[Record], look: Look) -> list[str]:
    """Which mistakes were made how often, and which statements most often went wrong."""
    found = group(records)
    if not found.mistakes:
        return []
    rows = [["Mistakes", "statements", "documents"]]
    rows += [
        [f"  {padded(each.mistake, 3)}  {each.meaning}", str(each.statements), str(each.documents)]
        for each in found.mistakes
    ]
    page = table_lines(rows)
    if found.statements:
        room = look.width - 24
        rows = [["Most often wrong", "statements", "documents"]]
        rows += [
            [f"  {head(visible(each.latex), room - 4)}", str(each.statements), str(each.documents)]
            for each in found.statements
        ]
        page += ["", *table_lines(rows)]
    return page


def _table(records: Sequence[Record], look: Look) -> list[str]:
    """The counts: a row for each document, and their sum. One document needs no name, and many no empty columns."""
    read = [each for each in records if each.statements]
    if not read:
        return []
    together = counted(total(read))
    kept = [place for place, count in enumerate(together) if len(read) == 1 or count != "-"]
    names = [visible(each.file) or "the text" for each in read]
    rows = [["", *COLUMNS.values()]]
    if len(read) > 1:
        room = max(16, look.width - sum(len(rows[0][place + 1]) + 2 for place in kept))
        rows += [[tail(name, room), *counted(each.summary)] for name, each in zip(names, read, strict=True)]
    rows.append(["together" if len(read) > 1 else "", *together])
    first, *rest = table_lines([[row[0], *(row[place + 1] for place in kept)] for row in rows])
    return [look.paint(first, _FAINT), *rest]


def _ending(records: Sequence[Record], look: Look) -> list[str]:
    said = closing(records)
    bad = any(each.accused for record in records for each in record.statements)
    good = any(each.statements for each in records) and not bad
    style = _STYLES[Verdict.WRONG] if bad else _GOOD if good and said.startswith("Nothing wrong") else _BOLD
    return [look.paint(line, style) for line in wrapped(said, look.width)]
