"""Plain text: a derivation in, a page for the terminal out, in aligned columns that need no colour.

One idea: a gradient of numbers is one line of an aligned table, symbols = numbers = value; a gradient of arrays stands
below itself, one equation a line.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from ..derivation.lines import Derivation, Line
from . import numbers, words
from .columns import padded, width
from .formula import Pen
from .routes import Route, Routes, averaged_over, lines_with_examples, routes
from .styles import TEXT
from .symbols import printable
from .working import Share, Working, added, is_inline, pen_for, sides_of, statements, work_out

WIDTH = 110  # columns a page is laid out for
_WIDEST_FORMULA = 44
_GAP = "   "


def render(
    derivations: Sequence[Derivation], notes: Sequence[str], digits: int = numbers.DIGITS, *, result_only: bool = False
) -> str:
    """The whole page; the gradients and the notes alone if `result_only`. Further questions share the forward pass."""
    pens = [(derivation, pen_for(derivation, TEXT, digits)) for derivation in derivations]
    sections: list[list[str]] = []
    if not result_only:
        sections += [heading(derivations, pens[0][1]), forward(*pens[0]), order(derivations[0])]
        for derivation, pen in pens:
            sections += [backward(derivation, pen), paths(derivation, pen), examples(derivation, pen)]
    found = [line for derivation, pen in pens for line in gradients(derivation, pen)]
    sections += [["Gradients", *(f"  {line}" for line in found)], remarks(notes)]
    return "\n\n".join("\n".join(line.rstrip() for line in section) for section in sections if section) + "\n"


# The head of the page -----------------------------------------------------------------------------------------------
def heading(derivations: Sequence[Derivation], pen: Pen) -> list[str]:
    """The formula, and what is asked."""
    asked = ", ".join(printable(symbol) for derivation in derivations for symbol in derivation.gradients)
    question = f"gradient of {printable(derivations[0].output)} with respect to {asked}"
    return [*statements(derivations[0], pen), *textwrap.wrap(question, WIDTH)]


def forward(derivation: Derivation, pen: Pen) -> list[str]:
    """The forward table."""
    known = any(row.value is not None for row in derivation.rows)
    table = [["symbol", "expression", "op", "shape", *(["value"] if known else [])]]
    for row in derivation.rows:
        expression = "" if row.expression is None else pen.write(row.expression)
        table.append([printable(row.symbol), expression, row.op, written_shape(row.shape, derivation)])
    lines = columns(table)
    if not known:
        return ["Forward", *(f"  {line}" for line in lines)]
    start = max(width(line) for line in lines) + len(_GAP)
    values = [[], *(value_lines(row.value, pen, WIDTH - start - 2) for row in derivation.rows)]
    page = [f"  {lines[0].rstrip()}"]
    for line, value in zip(lines[1:], values[1:], strict=True):
        page.append(f"  {padded(line, start)}{value[0]}")
        page.extend(" " * (start + 2) + each for each in value[1:])
    return ["Forward", *page]


def written_shape(shape: tuple[int, ...], derivation: Derivation) -> str:
    """(2, 3) as Python writes it, with the letters of sizes; a single number is a scalar."""
    sizes = [str(derivation.sizes.get(size, size)) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})" if sizes else "scalar"


def order(derivation: Derivation) -> list[str]:
    """The topological order, and its reverse."""
    symbols = [printable(row.symbol) for row in derivation.rows]
    return [
        "Order", *listed("  forward   ", symbols, "every step after what it needs"),
        *listed("  backward  ", symbols[::-1], "the same, reversed"),
    ]  # fmt: skip


def listed(label: str, symbols: Sequence[str], remark: str) -> list[str]:
    """Symbols separated by commas, over as many lines as they need."""
    lines = textwrap.wrap(", ".join(symbols), WIDTH - len(label), break_long_words=False, break_on_hyphens=False) or [
        ""
    ]
    if len(label) + len(lines[-1]) + len(remark) + 5 <= WIDTH:
        lines[-1] += f"   ({remark})"
    return [label + lines[0], *(" " * len(label) + line for line in lines[1:])]


# The backward pass --------------------------------------------------------------------------------------------------
def backward(derivation: Derivation, pen: Pen) -> list[str]:
    """Every gradient, output first: the sum over its consumers."""
    worked = [work_out(derivation, line, pen) for line in derivation.lines]
    beside = [is_inline(each) and fits_beside(inline_rows(each, pen)) for each in worked]
    rows = [row for each, inline in zip(worked, beside, strict=True) if inline for row in inline_rows(each, pen)]
    widths = column_widths(rows)
    page = ["Backward"]
    for each, inline in zip(worked, beside, strict=True):
        if inline:
            page.extend(laid_out(row, widths) for row in inline_rows(each, pen))
        else:
            page.extend(standing(each, pen))
    return [f"  {line}" if number else line for number, line in enumerate(flattened(page))]


def fits_beside(rows: Sequence[Sequence[str]]) -> bool:
    """Whether symbols, numbers and value stand side by side within a line: one number can be a sum over long arrays."""
    return all(sum(width(cell) + 1 for cell in row[:4]) <= WIDTH for row in rows)


def flattened(page: Iterable[str]) -> list[str]:
    return [line for each in page for line in each.split("\n")]


def inline_rows(working: Working, pen: Pen) -> list[list[str]]:
    """Cells: name, sign and symbols, numbers, value, words. A sum has a row for each term and one for the total."""
    value = pen.value(working.value) if working.value is not None else ""
    if not working.shares:
        return [[working.gradient, f"= {value or '1'}", "", "", working.reason]]
    rows = []
    for place, share in enumerate(working.shares):
        lead = [working.gradient, f"= {share.symbols}"] if place == 0 else ["", f"+ {share.symbols}"]
        found = "" if share.value is None else f"= {pen.value(share.value)}"
        numeric = "".join(f"= {each} " for each in (share.numbers, share.entries) if each).rstrip()
        rows.append([*lead, numeric, found, told(share)])
    if len(working.shares) > 1:
        rows.append(["", f"= {value}" if value else "", "", "", working.reason])
    return rows


def told(share: Share) -> str:
    """The path edge and the gate's role: `via z_1: multiply switches ...`."""
    place = f"via {printable(share.via)}" + (f" ({share.operand})" if share.operand else "")
    return f"{place}: {share.reason}" if share.reason else place


def column_widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is; a formula that is much longer than the others does not push them apart."""
    return [
        max([width(row[place]) for row in rows if width(row[place]) <= _WIDEST_FORMULA], default=0)
        for place in range(4)
    ]


def laid_out(row: Sequence[str], widths: Sequence[int]) -> str:
    """One row; the words go below where they would not fit."""
    cells = padded(row[0], widths[0])
    for place in (1, 2, 3):
        cells += " " + padded(row[place], widths[place])
    if not row[4]:
        return cells
    if width(cells) + width(row[4]) + len(_GAP) <= WIDTH:
        return f"{cells}{_GAP}{row[4]}"
    indent = " " * (widths[0] + 3)
    return "\n".join([cells, *textwrap.wrap(row[4], WIDTH, initial_indent=indent, subsequent_indent=indent)])


def standing(working: Working, pen: Pen) -> list[str]:
    """A gradient with one equation a line."""
    indent = " " * (width(working.gradient) + 1)
    page: list[str] = []
    single = len(working.shares) == 1
    for place, share in enumerate(working.shares):
        sign = "=" if place == 0 else "+"
        page.extend(
            with_words(f"{working.gradient if place == 0 else indent[:-1]} {sign} {share.symbols}", told(share), indent)
        )
        deeper = indent if single else f"{indent}    "
        page.extend(numeric_lines(share, pen, deeper))
    if not working.shares:
        page.append(f"{working.gradient} = {pen.value(working.value) or '1'}{_GAP}{working.reason}")
    if not single and working.shares:
        page.extend(total_lines(working, pen, indent))
    if working.closed:
        page.append(f"{indent}= {working.closed}")
    for share in working.shares:
        page.extend(index_notes(share, indent))
    if working.jacobians:
        page.extend(broken(working.jacobians, f"{indent}in Jacobians: "))
    return page


def total_lines(working: Working, pen: Pen, indent: str) -> list[str]:
    """The sum of the terms, and why it is a sum."""
    if working.value is None:
        return [f"{indent}({working.reason})"]
    lines = equation_lines(indent, value_lines(working.value, pen, WIDTH - len(indent) - 4))
    return [*lines[:-1], *with_words(lines[-1], working.reason, indent)]


def index_notes(share: Share, indent: str) -> list[str]:
    """The same in index notation, broken before an equals sign where a line would be too long."""
    page = []
    for place, line in enumerate(share.indices):
        lead = indent + ("in indices: " if place == 0 else " " * 12)
        page.extend(broken(line, lead))
    return page


def broken(equation: str, lead: str) -> list[str]:
    """An equation over several lines, each of the later ones beginning with its equals sign."""
    sides = sides_of(equation)
    page = [f"{lead}{sides[0]}"]
    first = width(sides[0])
    start = " " * (width(lead) + (first if first < _WIDEST_FORMULA else 1))
    for side in sides[1:]:
        fits = width(page[-1]) + 3 + width(side) <= WIDTH
        if fits:
            page[-1] += f" = {side}"
        else:
            page.append(f"{start} = {side}")
    return page


def with_words(equation: str, remark: str, indent: str) -> list[str]:
    """An equation with words at its right, or below."""
    if not remark:
        return [equation]
    if width(equation) + len(_GAP) + width(remark) <= WIDTH:
        return [f"{equation}{_GAP}{remark}"]
    return [equation, *textwrap.wrap(remark, WIDTH, initial_indent=f"{indent}  ", subsequent_indent=f"{indent}  ")]


def numeric_lines(share: Share, pen: Pen, indent: str) -> list[str]:
    """The numbers put in, the products of the entries, and the value."""
    room = WIDTH - len(indent) - 4
    page: list[str] = []
    if share.numbers and width(share.numbers) <= room:
        page.append(f"{indent}= {share.numbers}")
    if share.entries is not None:
        page.extend(equation_lines(indent, numbers.bracket_lines(share.entries, room)))
    if share.value is not None:
        page.extend(equation_lines(indent, value_lines(share.value, pen, room)))
    return page


def equation_lines(indent: str, lines: Sequence[str]) -> list[str]:
    return [f"{indent}= {lines[0]}", *(f"{indent}  {line}" for line in lines[1:])]


# Paths, examples, gradients, notes ----------------------------------------------------------------------------------
def paths(derivation: Derivation, pen: Pen) -> list[str]:
    """The gradients that are sums over several paths, path by path."""
    page = [line for each in routes(derivation, pen) for line in path_lines(each, pen)]
    return ["Paths", *(f"  {line}" for line in page)] if page else []


def path_lines(found: Routes, pen: Pen) -> list[str]:
    """The paths to one symbol and their sum."""
    known = found.total is not None
    total = f"{found.gradient} = {pen.value(found.total)}" if known and is_short(found.total, pen) else found.gradient
    if not found.told:
        return [f"{total}: the sum over {found.count:,} paths, too many to list"]
    page = [f"{total}: the sum over {found.count} paths"]
    for route in found.told:
        page.extend(route_lines(route, pen))
    if len(found.told) < found.count:
        page.append(f"  ... and {found.count - len(found.told)} more")
    elif known and not numbers.is_array(found.total):
        page.append(f"  sum: {added([pen.value(route.value) for route in found.told])} = {pen.value(found.total)}")
    return page


def route_lines(route: Route, pen: Pen) -> list[str]:
    """A path and its product, on the next line where both are long."""
    nodes = f"  [{' -> '.join(printable(node) for node in route.nodes)}]"
    ending = [pen.value(route.value)] if route.value is not None and is_short(route.value, pen) else []
    sides = [part for part in dict.fromkeys((route.symbols, route.numbers, *ending)) if part]
    product = " = ".join(sides)
    if not product:
        return [nodes, *(f"      {line}" for line in value_lines(route.value, pen, WIDTH - 8) if line)]
    if width(nodes) + 1 + width(product) <= WIDTH - 2:
        return [f"{nodes} {product}"]
    return [nodes, *broken(product, "    ")]


def is_short(value: Any, pen: Pen) -> bool:
    return width(pen.value(value)) <= _WIDEST_FORMULA


def examples(derivation: Derivation, pen: Pen) -> list[str]:
    """What each example of a batch contributes, and the sum."""
    found = lines_with_examples(derivation)
    if not found:
        return []
    count = len(found[0].examples)
    page = [f"Examples of the batch ({words.told_examples(count, averaged_over(derivation, count))})"]
    for line in found:
        page.extend(example_lines(derivation, line, pen))
    return page


def example_lines(derivation: Derivation, line: Line, pen: Pen) -> list[str]:
    name = pen.style.name(derivation.names[line.gradient])
    rows = [(f"example {each.number}", each.value) for each in line.examples] + [("sum", line.value)]
    label = max(len(each) for each, _ in rows)
    page = []
    for place, (said, value) in enumerate(rows):
        lead = f"  {name if place == 0 else ' ' * width(name)}  {said.ljust(label)}  "
        lines = value_lines(value, pen, WIDTH - width(lead))
        page.extend([lead + lines[0], *(" " * width(lead) + each for each in lines[1:])])
    return page


def gradients(derivation: Derivation, pen: Pen) -> list[str]:
    """What was asked: each gradient in symbols of the forward pass where that is short, and its value."""
    return [
        line
        for symbol, value in derivation.gradients.items()
        for line in gradient_lines(derivation, symbol, value, pen)
    ]


def gradient_lines(derivation: Derivation, symbol: str, value: Any, pen: Pen) -> list[str]:
    line = next((each for each in derivation.lines if each.symbol == symbol), None)
    name = pen.style.name(derivation.names[line.gradient] if line else f"d{derivation.output}/d{symbol}")
    closed = pen.write(derivation.closed[symbol]) if symbol in derivation.closed else ""
    if value is None:
        terms = whole_or_zero(work_out(derivation, line, pen)) if line else "0"
        return [
            " = ".join(
                dict.fromkeys(part for part in (name, terms, closed) if part and not part.endswith(f"{pen.style.dot}1"))
            )
        ]
    lead = f"{name} = {closed} = " if closed and closed != pen.value(value) else f"{name} = "
    lines = value_lines(value, pen, WIDTH - 2 - width(lead))
    if len(lines) > 1 and closed:  # a tall matrix does not start at the right end of a formula
        lead = " " * width(name) + " = "
        lines = value_lines(value, pen, WIDTH - 2 - width(lead))
        return [f"{name} = {closed}", lead + lines[0], *(" " * width(lead) + each for each in lines[1:])]
    return [lead + lines[0], *(" " * width(lead) + each for each in lines[1:])]


def whole_or_zero(working: Working) -> str:
    """The terms of a line that has no short closed form."""
    return " + ".join(share.symbols for share in working.shares) or "1"


def remarks(notes: Sequence[str]) -> list[str]:
    """The notes, one to a line."""
    page = []
    for note in notes:
        page.extend(textwrap.wrap(printable(note), WIDTH - 2, initial_indent="  - ", subsequent_indent="    "))
    return ["Notes", *page] if page else []


# Columns ------------------------------------------------------------------------------------------------------------
def value_lines(value: Any, pen: Pen, room: int) -> list[str]:
    """A value on one line if it fits, else a row of the matrix on each."""
    return [""] if value is None else numbers.bracket_lines(numbers.written_entries(value, pen.digits), max(room, 48))


def columns(table: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as aligned lines."""
    widths = [max(width(row[place]) for row in table if place < len(row)) for place in range(len(table[0]))]
    return [_GAP.join(padded(cell, widths[place]) for place, cell in enumerate(row)).rstrip() for row in table]
