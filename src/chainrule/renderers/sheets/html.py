"""HTML: a sheet of formulas in, a page that stands alone out; each derivative folds."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .. import html as page_html
from ..mathml import to_mathml
from ..symbols import printable
from .latex import capital, sections, value_rows
from .pieces import AnswerSheet, Equation, Sheet


def render(sheet: Sheet, agreement: str, digits: int) -> str:
    """The whole page, from a sheet written with the style LATEX."""
    parts = [f'<div class="chainrule"><style>{page_html.STYLE}</style>']
    parts += [f"<p>{to_mathml(f'{each.left} = {each.right}', large=True)}</p>" for each in sheet.statements]
    parts.append(f"<p>{capital(page_html.said(sheet.question))}.</p>")
    if sheet.definitions or sheet.values:
        known = [f"<p>{to_mathml(row.replace('&=', '='))}</p>" for row in value_rows(sheet.values, digits)]
        parts.append(page_html.section("Names", [equations(sheet.definitions), *known]))
    parts += [answer(each, digits) for each in sheet.answers]
    parts += [f"<p>{page_html.said(capital(sheet.layout))}.</p>"] if sheet.layout else []
    notes = [*sheet.notes, *([agreement] if agreement else [])]
    parts += (
        [page_html.section("Notes", [page_html.bullets(escape(printable(note)) for note in notes)])] if notes else []
    )
    return "\n".join([*parts, "</div>"]) + "\n"


def answer(found: AnswerSheet, digits: int) -> str:
    """One derivative: its forms, unfolded."""
    best = (found.matrix or found.index or found.product)[-1:]
    title = " = ".join([found.label, *(each.right for each in best)])
    body = [f"<p>{escape(name)}</p>{equations(lines)}" for name, lines in sections(found)]
    body += [f"<p>{escape(printable(found.why))}</p>"] if found.why else []
    body += [f"<p>{to_mathml(row.replace('&=', '='), large=True)}</p>" for row in value_rows(found.numbers, digits)]
    return f"<details open><summary>{to_mathml(title, large=True)}</summary>{''.join(body)}</details>"


def equations(lines: Sequence[Equation]) -> str:
    """Equations in two columns, what is said about each after it."""
    cells = []
    for each in lines:
        remark = f' <span class="why">{page_html.said(each.remark)}</span>' if each.remark else ""
        cells += [
            to_mathml(each.left, large=True) if each.left else "",
            to_mathml(f"= {each.right}", large=True) + remark,
        ]
    return f'<div class="steps">{"".join(f"<span>{cell}</span>" for cell in cells)}</div>'
