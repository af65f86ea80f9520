"""Plain text: a sheet of formulas in, a page for the terminal out.

One idea: equations that follow from each other stand below each other with their equals signs in one column, and what
is said about them in another; a line that is too long is broken before a sign outside brackets.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from .. import numbers
from ..columns import padded, width
from ..symbols import printable
from .numeric import Numbers
from .pieces import AnswerSheet, Equation, Sheet, is_one_number, of_numbers

WIDTH = 100
_REMARKS = 72  # the column that remarks start in at the latest, where the equation leaves room
_GAP = "   "
_SIGNS = ((" + ", " - ", " = "), (" ⊙ ", " / ", " sum_"))
_DEEPEST = 4  # brackets that a formula is broken inside of


def render(sheet: Sheet, agreement: str, digits: int) -> str:
    """The whole page."""
    sections = [
        heading(sheet), names(sheet, digits),
        *(section for each in sheet.answers for section in answer(each, sheet, digits)),
        remarks(sheet.notes), textwrap.wrap(agreement, WIDTH),
    ]  # fmt: skip
    return (
        "\n\n".join("\n".join(printable(line.rstrip()) for line in section) for section in sections if section) + "\n"
    )


def heading(sheet: Sheet) -> list[str]:
    """The computation, and what is asked."""
    lines = [line for each in sheet.statements for line in broken(f"{each.left} = ", each.right)]
    return [*lines, *textwrap.wrap(sheet.question, WIDTH, subsequent_indent="  ")]


def names(sheet: Sheet, digits: int) -> list[str]:
    """What the names stand for, with their values if they have any, else with their shapes."""
    lines = in_numbers(sheet.values, digits) if sheet.values else table(sheet.definitions)
    return ["Names", *indented(lines)] if lines else []


def answer(found: AnswerSheet, sheet: Sheet, digits: int) -> list[list[str]]:
    """One derivative: its working in indices, its matrix form, its numbers. Several derivatives have a title each."""
    several = len(sheet.answers) > 1
    sections = []
    if is_one_number(found):
        sections.append(["Formula", *indented(table(of_numbers(found)))])
    else:
        if found.index:
            sections.append(["Index form", *indented(table(found.index))])
        if found.matrix:
            legend = f"({sheet.layout})" if sheet.layout and found is first_arranged(sheet) else ""
            sections.append([*titled("Matrix form", legend), *indented(table(found.matrix))])
    if found.why or found.product:
        said = [line for each in found.product for line in product_lines(each)]
        sections.append([*textwrap.wrap(found.why, WIDTH - 4), *said])
    if found.numbers:
        sections.append(["In numbers", *indented(in_numbers(found.numbers, digits))])
    if several:
        sections = [indented(each) for each in sections]
        sections[:1] = [[f"{found.label}{_GAP}{found.shape}", *each] for each in sections[:1]]
    return sections


def titled(title: str, legend: str) -> list[str]:
    """A title and what is said beside it, or below it where that is long."""
    whole = f"{title}{_GAP}{legend}".rstrip()
    return [whole] if width(whole) <= WIDTH - 4 else [title, *indented(textwrap.wrap(legend, WIDTH - 6))]


def product_lines(found: Equation) -> list[str]:
    """What the derivative does to a vector, and which vector that is."""
    line = f"as a vector-Jacobian product: {found.right}"
    return with_remark(line, f"({found.remark})" if found.remark else "", 0)


def first_arranged(sheet: Sheet) -> AnswerSheet | None:
    """The answer at which the layout is explained."""
    return next((each for each in sheet.answers if each.matrix and not is_one_number(each)), None)


def indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


# Equations ----------------------------------------------------------------------------------------------------------
def table(equations: Sequence[Equation], sign: str = "= ") -> list[str]:
    """Equations below each other, with what is said about them in a column of its own."""
    written = [equation_lines(equations, place, sign) for place in range(len(equations))]
    beside = [
        width(lines[-1]) + len(_GAP)
        for lines, equation in zip(written, equations, strict=True)
        if not equation.remark or width(lines[-1]) + len(_GAP) + width(equation.remark) <= WIDTH - 4
    ]
    column = min(max(beside, default=0), _REMARKS)
    page = []
    for lines, equation in zip(written, equations, strict=True):
        page += [*lines[:-1], *with_remark(lines[-1], equation.remark, column)]
    return page


def equation_lines(equations: Sequence[Equation], place: int, sign: str) -> list[str]:
    """One equation, broken where it is too long. One that goes on with the one before stands below its sign."""
    equation = equations[place]
    if equation.left:
        return broken(f"{equation.left} {sign}", equation.right)
    start = next((each.left for each in reversed(equations[:place]) if each.left), "")
    return broken(" " * (width(start) + bool(start)) + sign, equation.right)


def with_remark(line: str, remark: str, column: int) -> list[str]:
    """A line with a remark in its column, or beyond a line that reaches further, or below where there is no room."""
    if not remark:
        return [line]
    begin = max(width(line) + len(_GAP), min(column, WIDTH - 4 - width(remark)))
    if begin + width(remark) <= WIDTH - 4:
        return [padded(line, begin) + remark]
    return [line, *textwrap.wrap(remark, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)]


def broken(lead: str, formula: str) -> list[str]:
    """A formula after its left side, over as many lines as it needs; each of the later ones begins with a sign."""
    room = WIDTH - 6 - width(lead)
    lines = [lead]
    for piece in pieces_of(formula, max(room, 24)):
        if width(lines[-1]) + width(piece) > WIDTH - 4 and lines[-1] != lead:
            lines.append(" " * (width(lead) + 2) + piece.lstrip())
        else:
            lines[-1] += piece
    return lines


def pieces_of(formula: str, room: int, level: int = 0) -> list[str]:
    """A formula cut before the signs of its sum, and what is still too long before the signs within.

    >>> pieces_of("a (b + c) + d - e", 12)
    ['a (b + c)', ' + d', ' - e']
    >>> pieces_of("a (bbbbbb + cccccc) + d", 12)
    ['a (bbbbbb', ' + cccccc)', ' + d']
    """
    if width(formula) <= room or level > 2 * _DEEPEST:
        return [formula]
    cut = cut_before(formula, _SIGNS[level % 2], level // 2)
    return [piece for each in cut for piece in pieces_of(each, room, level + 1)]


def cut_before(formula: str, signs: tuple[str, ...], inside: int) -> list[str]:
    """A formula cut before each of the signs that stands inside so many brackets."""
    pieces, depth, begin = [], 0, 0
    for place, letter in enumerate(formula):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == inside and place > begin and formula.startswith(signs, place) and not among_sums(formula, place):
            pieces.append(formula[begin:place])
            begin = place
    return [*pieces, formula[begin:]]


def among_sums(formula: str, place: int) -> bool:
    """Whether a place is between two sum signs, which belong together: sum_k sum_l.

    >>> among_sums("2 sum_k sum_l x_kl", 7), among_sums("2 sum_k sum_l x_kl", 1)
    (True, False)
    """
    return formula.startswith(" sum_", place) and formula[:place].rpartition(" ")[2].startswith("sum_")


# Numbers ------------------------------------------------------------------------------------------------------------
def in_numbers(found: Sequence[Numbers], digits: int) -> list[str]:
    """A formula with its value, and the products of its entries below."""
    page = []
    for each in found:
        lead = f"{each.left} = "
        page += value_lines(f"{lead}{each.symbols} = " if each.symbols else lead, each.value, digits, width(lead))
        if each.entries is not None and numbers.brackets(each.entries) != numbers.write_value(each.value, digits):
            page += after(" " * (width(lead) - 2) + "= ", numbers.bracket_lines(each.entries, WIDTH - width(lead) - 8))
    return page


def value_lines(lead: str, value: object, digits: int, start: int = 0) -> list[str]:
    """A value after its left side; one that does not fit beside a formula stands below it."""
    written = numbers.written_entries(value, digits)
    beside = numbers.bracket_lines(written, WIDTH - width(lead) - 6)
    if len(beside) == 1 or not start or width(lead) == start:
        return after(lead, beside)
    below = numbers.bracket_lines(written, WIDTH - start - 6)
    return [lead.removesuffix(" = "), *after(" " * (start - 2) + "= ", below)]


def after(lead: str, lines: Sequence[str]) -> list[str]:
    return [lead + lines[0], *(" " * width(lead) + line for line in lines[1:])]


def remarks(notes: Sequence[str]) -> list[str]:
    """The notes, one to a line."""
    page = []
    for note in notes:
        page += textwrap.wrap(note, WIDTH - 2, initial_indent="  - ", subsequent_indent="    ")
    return ["Notes", *page] if page else []
