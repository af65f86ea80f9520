"""Markdown: a sheet of formulas in, a page with LaTeX between dollars out, as GitHub and notebooks read it."""

from __future__ import annotations

from .. import markdown as page_markdown
from .latex import capital, rows, sections, value_rows
from .pieces import AnswerSheet, Sheet


def render(sheet: Sheet, agreement: str, digits: int) -> str:
    """The whole page, from a sheet written with the style LATEX."""
    blocks = [page_markdown.display(rows(sheet.statements))] if sheet.statements else []
    blocks.append(f"{sentence(capital(sheet.question))}.")
    if sheet.definitions or sheet.values:
        blocks.append("### Names")
        blocks += [page_markdown.display(rows(sheet.definitions))] if sheet.definitions else []
        blocks += [page_markdown.display(value_rows(sheet.values, digits))] if sheet.values else []
    for each in sheet.answers:
        blocks += answer(each, digits)
    blocks += [f"{sentence(capital(sheet.layout))}."] if sheet.layout else []
    notes = [*sheet.notes, *([agreement] if agreement else [])]
    blocks += ["### Notes", "\n".join(f"- {page_markdown.typed(note)}" for note in notes)] if notes else []
    return "\n\n".join(blocks) + "\n"


def answer(found: AnswerSheet, digits: int) -> list[str]:
    """One derivative."""
    blocks = [f"### {page_markdown.inline(found.label)}", f"Of shape {sentence(found.shape)}."]
    for title, equations in sections(found):
        blocks += [f"{title}:", page_markdown.display(rows(equations))]
    blocks += [page_markdown.typed(found.why)] if found.why else []
    blocks += ["In numbers:", page_markdown.display(value_rows(found.numbers, digits))] if found.numbers else []
    return blocks


def sentence(text: str) -> str:
    """A sentence that has its formulas between dollars."""
    parts = text.split("$")
    return "".join(
        page_markdown.inline(part) if place % 2 else page_markdown.typed(part) for place, part in enumerate(parts)
    )
