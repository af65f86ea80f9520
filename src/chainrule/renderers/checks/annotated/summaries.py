"""A judged document in, what a reader wants first out: how many statements of each verdict, and links to what is wrong.

One idea: what is wrong is listed, what follows from it and what was not understood is listed folded, the rest counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....checker.results import Checked, Finding, Verdict
from ..words import COLUMNS, lines, named
from .findings import statement_html, where
from .placing import Numbered, Placed
from .signs import SIGNS, plain, sentence

_LISTED = (
    (Verdict.WRONG, "What is wrong", True),
    (Verdict.FOLLOWS, "What follows from earlier slips", False),
    (Verdict.CONVENTION, "What is right under another convention", False),
    (Verdict.UNCHECKED, "What was not checked", False),
)


def summary_html(checked: Checked, judged: Placed) -> str:
    """The head of one document."""
    parts = [f"<p>{outcome(checked)}</p>\n{counts_html(checked)}\n"]
    for verdict, title, is_open in _LISTED:
        found = [each for each in judged.all if each.finding.verdict is verdict]
        if found:
            parts.append(_list(title, found, is_open))
    parts += _aside(
        "What one change would repair",
        [
            f"{sentence(each.message)} ({where(each)}){f', for {lines(each.lines)}' if each.lines else ''}"
            for each in checked.repairs
        ],
    )
    parts += _aside("Notes on the reading", [plain(each) for each in checked.notes])
    return f'<nav aria-label="summary">{"".join(parts)}</nav>\n'


def outcome(checked: Checked) -> str:
    """The outcome in a sentence."""
    wrong = len(checked.wrong)
    if wrong:
        return f"{wrong} statement{' is' if wrong == 1 else 's are'} wrong."
    if not checked.findings:
        return "No statement was found."
    unchecked = sum(each.verdict is Verdict.UNCHECKED for each in checked.findings)
    definitions = sum(each.verdict is Verdict.DEFINITION for each in checked.findings)
    if unchecked + definitions == len(checked.findings):
        return "Nothing was judged."
    return "Nothing wrong was found."


def counts_html(checked: Checked) -> str:
    """How many statements there are of each verdict."""
    counts = checked.summary
    shown = [verdict for verdict in COLUMNS if counts[verdict.value]]
    head = "".join(
        f'<th scope="col" class="{SIGNS[verdict].style}">{SIGNS[verdict].html}{COLUMNS[verdict]}</th>'
        for verdict in shown
    )
    row = "".join(f"<td>{counts[verdict.value]:,}</td>" for verdict in shown)
    table = f"<thead><tr>{head}</tr></thead><tbody><tr>{row}</tr></tbody>"
    return f'<div class="wide"><table class="counts">{table}</table></div>' if shown else ""


def _list(title: str, found: Sequence[Numbered], is_open: bool) -> str:
    items = "".join(f"<li>{item}</li>" for item in _items(found))
    opened = " open" if is_open else ""
    return (
        f'<details{opened}><summary><strong>{title}</strong> ({len(found)})</summary><ol class="found">{items}</ol>'
        "</details>\n"
    )


def _items(found: Sequence[Numbered]) -> Iterator[str]:
    for each in found:
        sign = SIGNS[each.finding.verdict]
        link = f'<a href="#{each.anchor}">line {each.finding.place.line}</a>'
        yield (
            f'<span class="{sign.style}">{sign.html}</span>{link}: {statement_html(each)} '
            f"<small>{_because(each.finding)}</small>"
        )


def _because(finding: Finding) -> str:
    if finding.diagnosis is not None and finding.diagnosis.mistake:
        return plain(named(finding.diagnosis.mistake))
    if finding.verdict is Verdict.FOLLOWS and finding.follows:
        return f"from the slip in {lines(finding.follows)}"
    return sentence(finding.reason)


def _aside(title: str, items: Sequence[str]) -> list[str]:
    if not items:
        return []
    return [f"<p><strong>{title}</strong></p><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>\n"]


def index_html(checked: Sequence[Checked], names: Sequence[str]) -> str:
    """A table of the documents of a page, with their counts."""
    shown = [verdict for verdict in COLUMNS if any(each.summary[verdict.value] for each in checked)]
    head = "".join(
        f'<th scope="col" class="{SIGNS[each].style}">{SIGNS[each].html}{COLUMNS[each]}</th>' for each in shown
    )
    rows = []
    for number, (each, name) in enumerate(zip(checked, names, strict=True), start=1):
        cells = "".join(f"<td>{each.summary[verdict.value] or '–'}</td>" for verdict in shown)
        rows.append(f'<tr><th scope="row"><a href="#d{number}">{plain(name)}</a></th>{cells}</tr>')
    table = f'<thead><tr><th scope="col">document</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody>'
    return f'<h1>{len(checked)} documents</h1>\n<div class="wide"><table class="counts">{table}</table></div>\n'
