"""Records in, workflow commands of GitHub Actions out: each finding becomes a remark beside its line in the files view.

One idea: a command is one line, so its own signs and every line break are written as percent codes; of a statement over
several lines GitHub takes the lines, not the columns.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...checker.results import Verdict
from .records import Record, Statement
from .words import closing, explained, headline, plain, visible

_LEVELS = {Verdict.WRONG: "error", Verdict.FOLLOWS: "warning", Verdict.CONVENTION: "notice"}


def write(records: Sequence[Record], *, strict: bool = False) -> str:
    """One command a finding; with `strict` statements that were not checked are errors too.

    >>> write([Record("a,b.md", problem="it holds no text")])
    '::error file=a%2Cb.md,title=chainrule::not checked: it holds no text\\n1 document could not be read.\\n'
    """
    lines = [line for each in records for line in _document(each, strict)]
    return "\n".join([*lines, closing(records)]) + "\n"


def _document(record: Record, strict: bool) -> list[str]:
    if record.problem:
        return [command("error", {"file": record.file, "title": "chainrule"}, f"not checked: {plain(record.problem)}")]
    levels = _LEVELS | ({Verdict.UNCHECKED: "error"} if strict else {})
    return [_statement(each, levels[each.verdict]) for each in record.statements if each.verdict in levels]


def _statement(each: Statement, level: str) -> str:
    where = {"file": each.file.replace("\\", "/"), "line": str(each.line)}
    if each.end_line == each.line:
        where |= {"col": str(each.column), "endColumn": str(max(each.column, each.end_column - 1))}
    else:
        where |= {"endLine": str(each.end_line)}
    said = [f"{label}: {text}" for label, text in explained(each)]
    return command(level, where | {"title": headline(each)}, "\n".join(said) or headline(each))


def command(name: str, properties: dict[str, str], message: str) -> str:
    """A workflow command.

    >>> command("error", {"file": "a.md", "title": "1:2"}, "100%\\nwrong")
    '::error file=a.md,title=1%3A2::100%25%0Awrong'
    """
    pairs = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name}{' ' * bool(pairs)}{pairs}::{_data(message)}"


def _data(text: str) -> str:
    lines = [visible(line) for line in text.split("\n")]
    return "%0A".join(line.replace("%", "%25") for line in lines)


def _property(text: str) -> str:
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
