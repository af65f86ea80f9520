"""LaTeX: a sheet of formulas in, a fragment of a document out that needs the package amsmath and nothing else.

One idea: a sheet written with the style LATEX has its equations in LaTeX already; what is left is to put them into
displays, and what is said into text.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import latex as page_latex
from ..numbers import latex_grid, latex_value
from .numeric import Numbers
from .pieces import AnswerSheet, Equation, Sheet, is_one_number, of_numbers


def render(sheet: Sheet, agreement: str, digits: int) -> str:
    """The whole page."""
    blocks = ["% needs \\usepackage{amsmath}", *page_latex.displays(rows(sheet.statements))]
    blocks.append(f"{paragraph(sheet.question)}.\n")
    if sheet.definitions:
        blocks += [r"\paragraph{Names}", *page_latex.displays(rows(sheet.definitions))]
    blocks += page_latex.displays(value_rows(sheet.values, digits))
    for each in sheet.answers:
        blocks += answer(each, digits)
    blocks += [f"{paragraph(sheet.layout)}."] if sheet.layout else []
    blocks += page_latex.remarks([*sheet.notes, *([agreement] if agreement else [])])
    return page_latex.with_amsmath_only("\n".join(blocks)) + "\n"


def answer(found: AnswerSheet, digits: int) -> list[str]:
    """One derivative."""
    blocks = [rf"\paragraph{{\boldmath\(\displaystyle {found.label}\)}} of shape {paragraph(found.shape)}"]
    for title, equations in sections(found):
        blocks += [f"{title}:", *page_latex.displays(rows(equations))]
    blocks += [page_latex.typed(found.why)] if found.why else []
    blocks += page_latex.displays(value_rows(found.numbers, digits))
    return blocks


def sections(found: AnswerSheet) -> list[tuple[str, Sequence[Equation]]]:
    """The parts of an answer that have equations."""
    if is_one_number(found):
        return [("As a formula", of_numbers(found))]
    parts = [
        ("In index form", found.index), ("In matrix form", found.matrix),
        ("As a vector-Jacobian product", found.product),
    ]  # fmt: skip
    return [(title, equations) for title, equations in parts if equations]


def rows(equations: Sequence[Equation]) -> list[str]:
    """Equations as rows of an aligned display."""
    found = []
    for each in equations:
        remark = rf" && {remarked(each.remark)}" if each.remark else ""
        found.append(f"{each.left} &= {each.right}{remark}" if each.left or len(equations) > 1 else f"& {each.right}")
    return found


def remarked(remark: str) -> str:
    """What is said beside an equation."""
    return page_latex.said(remark)


def value_rows(found: Sequence[Numbers], digits: int) -> list[str]:
    """Formulas with their values, and the products of their entries."""
    lines = []
    for each in found:
        symbols = [each.symbols] if each.symbols and each.symbols != each.left else []
        sides = [
            *symbols,
            *([latex_grid(each.entries)] if each.entries is not None else []),
            latex_value(each.value, digits),
        ]
        lines.append(f"{each.left} &= {' = '.join(dict.fromkeys(sides))}")
    return lines


def paragraph(sentence: str) -> str:
    """A sentence that has its formulas between dollars."""
    parts = sentence.split("$")
    written = [rf"\({part}\)" if place % 2 else page_latex.typed(part) for place, part in enumerate(parts)]
    return capital("".join(written))


def capital(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}"
