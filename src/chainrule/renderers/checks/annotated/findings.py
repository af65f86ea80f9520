"""A finding in, what unfolds below its statement out: why, the mistake, what is right, a witness, and the working.

One idea: an explanation is a list of labels and what is said; the working below it is the same that `explain` prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import PurePath

from ....checker.results import Diagnosis, Finding, Repair, Verdict, Witness
from ....derivation.lines import Derivation
from ... import html
from ...mathml import to_mathml
from ...numbers import DIGITS
from ...styles import LATEX
from ...symbols import printable
from ...working import pen_for, statements
from ..words import SAID, lines, named
from .placing import Numbered
from .signs import SIGNS, WORDS, formula, isolated, plain, sentence, shown

_MOST_WORKING = 3_000_000  # characters of all workings of a page
_MOST_VALUES = 12
_OPEN = (Verdict.WRONG,)


@dataclass(slots=True)
class Workings:
    """What the page already has: a working that several findings share stands there once."""

    explained: set[str] = field(default_factory=set)  # anchors of findings
    anchors: dict[int, str] = field(default_factory=dict)
    kept: list[Derivation] = field(default_factory=list)  # what is kept alive is not mistaken for another
    characters: int = 0


def finding_html(numbered: Numbered, workings: Workings, *, opened: bool = True) -> str:
    """One statement's explanation, folded; that of a mistake is open at first."""
    workings.explained.add(numbered.anchor)
    finding = numbered.finding
    sign = SIGNS[finding.verdict]
    is_open = " open" if opened and finding.verdict in _OPEN else ""
    title = (
        f'{sign.html}<strong>{WORDS[finding.verdict]}</strong> <a class="number" href="#{numbered.anchor}">'
        f'{numbered.number}</a> <span class="brief">{_brief(finding)}</span>'
    )
    rows = "".join(f"<dt>{label}</dt><dd>{said}</dd>" for label, said in explained(numbered))
    return (
        f'<details class="finding {sign.style}" id="{numbered.anchor}"{is_open}><summary>{title}</summary>'
        f"<dl>{rows}</dl>{working_html(finding, numbered.anchor, workings)}</details>"
    )


def findings_html(found: Sequence[Numbered], workings: Workings) -> str:
    """The explanations of several statements, side by side while they are folded."""
    if not found:
        return ""
    inner = "\n".join(finding_html(each, workings) for each in found)
    return f'<div class="findings">{inner}</div>\n'


def _brief(finding: Finding) -> str:
    """What the folded explanation shows."""
    if finding.verdict is Verdict.WRONG and finding.diagnosis is not None and finding.diagnosis.mistake:
        return plain(named(finding.diagnosis.mistake))
    if finding.verdict is Verdict.FOLLOWS and finding.follows:
        return f"from the slip in {lines(finding.follows)}"
    return sentence(finding.reason) if finding.verdict is Verdict.UNCHECKED else ""


def statement_html(numbered: Numbered) -> str:
    """The statement itself: set as mathematics, or as it was typed."""
    finding = numbered.finding
    if numbered.typed:
        return f"<code>{isolated(escape(shown(finding.text)))}</code>"
    return formula(finding.latex or finding.text)


def explained(numbered: Numbered) -> Iterator[tuple[str, str]]:
    """Everything that is said of a statement: a label and the HTML of what it says."""
    finding = numbered.finding
    yield "statement", statement_html(numbered)
    said = finding.diagnosis.message if finding.diagnosis else ""
    if finding.reason and finding.reason != said:
        yield "why", sentence(finding.reason)
    elif not said:
        yield "why", SAID[finding.verdict]
    if finding.diagnosis is not None:
        yield from _mistake(finding.diagnosis)
    if finding.expected:
        yield "correct", formula(finding.expected, large=True)
    if finding.witness is not None:
        yield "witness", witness_html(finding.witness)
    if finding.follows:
        yield "follows from", f"the slip in {lines(finding.follows)}"
    for each in finding.assumptions:
        yield "assumed", sentence(each)
    yield "place", where(finding)


def _mistake(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    if diagnosis.message or diagnosis.mistake:
        kind = f" <small>{plain(named(diagnosis.mistake))}</small>" if diagnosis.mistake else ""
        yield "mistake", f"{sentence(diagnosis.message)}{kind}"
    for each in diagnosis.candidates:
        if (each.mistake, each.message) != (diagnosis.mistake, diagnosis.message):
            yield "or", f"{sentence(each.message)} <small>{plain(named(each.mistake))}</small>"


def witness_html(witness: Witness) -> str:
    """Where the two sides differ, and what each of them gives there."""
    values = [formula(f"{name} = {value}") for name, value in list(witness.at.items())[:_MOST_VALUES]]
    values += ["…"] if len(witness.at) > _MOST_VALUES else []
    at = f"at {', '.join(values)}" if values else "with the document's own numbers"
    entry = f", entry {plain(witness.entry)}" if witness.entry else ""
    return f"{at}{entry}: written {formula(witness.written)}, right {formula(witness.right)}"


def where(found: Finding | Repair) -> str:
    """`notes.md, line 3, column 5`."""
    file = f"<bdi>{plain(PurePath(found.place.file).name)}</bdi>, " if found.place.file else ""
    return f"{file}line {found.place.line}, column {found.place.column}"


# The working --------------------------------------------------------------------------------------------------------
def working_html(finding: Finding, anchor: str, workings: Workings) -> str:
    """The derivation of what is right, folded; a link where the page already has it."""
    derivation = finding.working
    if derivation is None:
        return ""
    if id(derivation) in workings.anchors:
        return f'<p><a href="#{workings.anchors[id(derivation)]}">the worked derivation</a></p>'
    if workings.characters > _MOST_WORKING:
        return "<p>The worked derivation is left out, because the page has many long ones already.</p>"
    inner = _worked(derivation)
    workings.anchors[id(derivation)] = f"{anchor}-working"
    workings.kept.append(derivation)
    workings.characters += len(inner)
    return (
        f'<details class="working" id="{anchor}-working"><summary>the worked derivation</summary>'
        f'<div class="chainrule">{inner}</div></details>'
    )


def _worked(derivation: Derivation) -> str:
    pen = pen_for(derivation, LATEX, DIGITS)
    formulas = [f"<p>{to_mathml(each, large=True)}</p>" for each in statements(derivation, pen)]
    forward = html.section("Forward", [html.forward_table(derivation, pen)])
    notes = [html.bullets(escape(printable(note)) for note in derivation.notes)] if derivation.notes else []
    parts = [*formulas, forward, *html.backward(derivation, pen), *html.paths(derivation, pen)]
    return "\n".join([*parts, *html.examples(derivation, pen), *([html.section("Notes", notes)] if notes else [])])
