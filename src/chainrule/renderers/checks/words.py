"""A record in, the sentences that every report says of it out.

One idea: reports differ in layout, never in what they say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from ...checker.results import MISTAKES, Candidate, Repair, Verdict, Witness
from .records import Record, Statement

MATHEMATICS = re.compile(r"(?<!\\)\$([^$\n]+)\$")
_LONE = re.compile("[\ud800-\udfff]")
_SHOWN_AT = 12
SAID = {
    Verdict.DEFINITION: "a definition",
    Verdict.RIGHT: "right",
    Verdict.ROUNDED: "right to the digits written",
    Verdict.CONVENTION: "right under another convention",
    Verdict.FOLLOWS: "follows from an earlier slip",
    Verdict.WRONG: "wrong",
    Verdict.UNCHECKED: "not checked",
}
COLUMNS = {
    Verdict.RIGHT: "right",
    Verdict.ROUNDED: "rounded",
    Verdict.CONVENTION: "convention",
    Verdict.FOLLOWS: "follows",
    Verdict.WRONG: "wrong",
    Verdict.UNCHECKED: "unchecked",
    Verdict.DEFINITION: "definitions",
}


def visible(text: str) -> str:
    """Text on one line in which nothing can drive a terminal, turn the direction of writing or hide.

    >>> visible("a\\tb\\u202e\\x1b[31m")
    'a    b\\ufffd\\ufffd[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > 4:
            continue  # marks piled up without end would cover the lines above
        if letter == "\t":
            shown.append("    ")
        elif letter.isspace():
            shown.append(" ")
        else:
            shown.append(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}")
    return "".join(shown)


def sound(text: str) -> str:
    """Text that every encoding can hold: halves of characters are replaced."""
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", text)


def plain(message: str) -> str:
    """A sentence without the dollars around its mathematics.

    >>> plain("$x$ was written where $\\\\delta_1$ belongs")
    'x was written where \\\\delta_1 belongs'
    """
    return visible(MATHEMATICS.sub(r"\1", message)).strip()


def place(statement: Statement | Repair) -> str:
    """file:line:column, as editors and terminals understand it."""
    where = statement.place if isinstance(statement, Repair) else statement
    cell = statement.cell if isinstance(statement, Statement) else None
    within = "" if cell is None else f" (cell {cell})"
    if not where.file:
        return f"line {where.line}, column {where.column}{within}"
    return f"{visible(where.file)}:{where.line}:{where.column}{within}"


def headline(statement: Statement) -> str:
    """The verdict in a few words, with the kind of mistake."""
    said = SAID[statement.verdict]
    if statement.verdict is Verdict.FOLLOWS and statement.follows:
        said = f"follows from the slip in {lines(statement.follows)}"
    kind = statement.diagnosis.mistake if statement.diagnosis else ""
    return f"{said}: {named(kind)}" if statement.verdict is Verdict.WRONG and kind else said


def named(mistake: str) -> str:
    """A mistake of the catalogue in words, with its number."""
    return f"{MISTAKES[mistake]} ({mistake})" if mistake in MISTAKES else mistake


def lines(numbers: Sequence[int]) -> str:
    """`line 3`, `lines 3 and 5`."""
    written = [str(number) for number in numbers]
    return f"line {written[0]}" if len(written) == 1 else f"lines {', '.join(written[:-1])} and {written[-1]}"


def explained(statement: Statement, write: Callable[[str], str] = plain) -> list[tuple[str, str]]:
    """What is said of a statement besides its verdict: a label and a sentence each. `write` sets sentences."""
    rows = [("reason", write(statement.reason))]
    if statement.diagnosis is not None:
        first = write(statement.diagnosis.message)
        rows.append(("mistake", first))
        rows += [("or", f"{write(each.message)} ({each.mistake})") for each in others(statement)]
    if _read(statement.text) != _read(statement.latex):
        rows.append(("read as", visible(statement.latex)))
    if statement.expected:
        rows.append(("correct", visible(statement.expected)))
    if statement.witness is not None:
        rows.append(("witness", witness(statement.witness)))
    rows += [("assumed", write(each)) for each in statement.assumptions]
    told = {SAID[statement.verdict], headline(statement), rows[1][1] if len(rows) > 1 else ""}
    return [(label, said) for label, said in rows if said and not (label == "reason" and said in told)]


def others(statement: Statement) -> list[Candidate]:
    """The mistakes that give the same as the likeliest one."""
    diagnosis = statement.diagnosis
    if diagnosis is None:
        return []
    return [
        each for each in diagnosis.candidates if (each.mistake, each.message) != (diagnosis.mistake, diagnosis.message)
    ]


def _read(text: str) -> str:
    return re.sub(r"[\s&]|\\\\|\\(?:label|tag)\{[^}]*\}", "", text)


def witness(found: Witness) -> str:
    """Where the two sides differ: `at z_0 = -1.3: written 0.24, right 0`."""
    at = [f"{visible(name)} = {visible(value)}" for name, value in list(found.at.items())[:_SHOWN_AT]]
    at += ["..."] if len(found.at) > _SHOWN_AT else []
    where = f"at {', '.join(at)}" if at else "with the document's own numbers"
    entry = f", entry {visible(found.entry)}" if found.entry else ""
    return f"{where}{entry}: written {visible(found.written)}, right {visible(found.right)}"


def repaired(repair: Repair, write: Callable[[str], str] = plain) -> str:
    """What one change of the data would make right."""
    said = write(repair.message)
    return f"{said}; this makes {lines(repair.lines)} right" if repair.lines else said


def total(records: Iterable[Record]) -> dict[str, int]:
    """The counts of all documents together."""
    found = {verdict.value: 0 for verdict in Verdict}
    for each in records:
        for verdict, count in each.summary.items():
            found[verdict] += count
    return found


def counted(summary: Mapping[str, int]) -> list[str]:
    """The counts in the order of reports; nothing is a dash."""
    return [str(summary.get(verdict.value, 0) or "-") for verdict in COLUMNS]


def closing(records: Sequence[Record]) -> str:
    """The whole outcome in a sentence or two."""
    counts = total(records)
    wrong, follows, unchecked = (counts[each.value] for each in (Verdict.WRONG, Verdict.FOLLOWS, Verdict.UNCHECKED))
    judged = sum(counts.values()) - unchecked - counts[Verdict.DEFINITION.value]
    unread_files = sum(bool(each.problem) for each in records)
    parts = []
    if wrong or follows:
        parts.append(_accused(wrong, follows))
    elif judged:
        parts.append("Nothing wrong was found.")
    elif sum(counts.values()):
        parts.append("Nothing was judged.")
    elif len(records) > unread_files:
        parts.append("No statement was found.")
    if unchecked:
        parts.append(f"{_many(unchecked, 'statement')} could not be checked.")
    if unread_files:
        parts.append(f"{_many(unread_files, 'document')} could not be read.")
    return " ".join(parts)


def _accused(wrong: int, follows: int) -> str:
    one = f"{_many(wrong, 'statement')} {'is' if wrong == 1 else 'are'} wrong"
    more = f"{_many(follows, 'statement') if not wrong else follows} {'follows' if follows == 1 else 'follow'} from"
    if wrong and follows:
        return f"{one}, and {more} earlier slips."
    return f"{one}." if wrong else f"{more} earlier slips."


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
