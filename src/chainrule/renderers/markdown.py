"""Markdown: a derivation in, a page with LaTeX between dollars and tables out, as GitHub and notebooks read it.

One idea: what is a table is a table, what is an equation is LaTeX, and what is said is text. Characters that would end
a cell or begin a tag are written as LaTeX commands, so a symbol may be called anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from ..derivation.lines import Derivation
from . import latex, numbers, words
from .formula import Pen
from .routes import Routes, averaged_over, lines_with_examples, routes
from .styles import LATEX
from .symbols import printable, to_latex
from .text import written_shape
from .working import Working, is_inline, pen_for, statements, work_out

_MARKED = re.compile(r"([\\`*_{}\[\]()#+!|$~])")


def render(
    derivations: Sequence[Derivation], notes: Sequence[str], digits: int = numbers.DIGITS, *, result_only: bool = False
) -> str:
    """The whole page; the gradients and the notes alone if `result_only`."""
    pens = [(derivation, pen_for(derivation, LATEX, digits)) for derivation in derivations]
    blocks: list[str] = []
    if not result_only:
        blocks += head(*pens[0])
        for derivation, pen in pens:
            blocks += backward(derivation, pen)
            blocks += paths(derivation, pen)
            blocks += examples(derivation, pen)
    blocks += [
        "### Gradients",
        display([row for derivation, pen in pens for row in latex.gradient_rows(derivation, pen)]),
    ]
    blocks += ["### Notes", "\n".join(f"- {typed(note)}" for note in notes)] if notes else []
    return "\n\n".join(blocks) + "\n"


def inline(formula: str) -> str:
    """A formula inside a sentence or a table cell."""
    return f"${safe(formula)}$"


def safe(formula: str) -> str:
    """LaTeX in which no character means anything to Markdown or HTML."""
    bars = formula.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
    bars = bars.replace(r"\$", "\N{FULLWIDTH DOLLAR SIGN}")  # a dollar, escaped or not, may end the formula
    return bars.replace("<", "<{}")  # and not \lt, which \text{...} does not know


def display(rows: Sequence[str]) -> str:
    """Aligned equations."""
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(safe(row) for row in rows) + "\n\\end{aligned}\n$$"


def typed(text: str) -> str:
    """Text from anywhere, in which nothing is markup."""
    return escape(_MARKED.sub(r"\\\1", printable(text)), quote=False)


# Sections -----------------------------------------------------------------------------------------------------------
def head(derivation: Derivation, pen: Pen) -> list[str]:
    """The formula, the forward table and the order."""
    formulas = [" &= ".join(each.split(" = ", 1)) for each in statements(derivation, pen)]
    symbols = [inline(to_latex(row.symbol)) for row in derivation.rows]
    return [
        *([display(formulas)] if formulas else []), "### Forward", "\n".join(forward_table(derivation, pen)),
        "### Order", f"Forward: {', '.join(symbols)}", f"Backward: {', '.join(reversed(symbols))}",
    ]  # fmt: skip


def forward_table(derivation: Derivation, pen: Pen) -> Iterator[str]:
    """Every step: symbol, expression, op, shape, value."""
    known = any(row.value is not None for row in derivation.rows)
    yield "| symbol | expression | op | shape |" + (" value |" if known else "")
    yield "|---|---|---|---|" + ("---|" if known else "")
    for row in derivation.rows:
        expression = inline(pen.write(row.expression)) if row.expression is not None else ""
        cells = [inline(to_latex(row.symbol)), expression, typed(row.op), written_shape(row.shape, derivation)]
        cells += [inline(pen.value(row.value))] if known else []
        yield f"| {' | '.join(cells)} |"


def backward(derivation: Derivation, pen: Pen) -> list[str]:
    """Every gradient, output first; numbers share displays, each array has its own."""
    worked = [work_out(derivation, line, pen) for line in derivation.lines]
    blocks = ["### Backward"]
    for is_short, group in groupby(worked, is_inline):
        if is_short:
            blocks.append(display([row for each in group for row in latex.inline_rows(each, pen, beside=True)]))
        else:
            blocks += [block for each in group for block in standing_blocks(each, pen)]
    return blocks


def standing_blocks(working: Working, pen: Pen) -> list[str]:
    """The equations of one gradient, and index notation below."""
    blocks = [display(list(latex.standing_rows(working, pen)))]
    indices = latex.index_rows(working)
    return (
        [*blocks, "In indices and Jacobians:" if working.jacobians else "In indices:", display(indices)]
        if indices
        else blocks
    )


def paths(derivation: Derivation, pen: Pen) -> list[str]:
    """The gradients that are sums over several paths."""
    found = list(routes(derivation, pen))
    return ["### Paths", *(path_block(each, pen) for each in found)] if found else []


def path_block(found: Routes, pen: Pen) -> str:
    """The paths to one symbol and their sum."""
    total = f"{found.gradient} = {pen.value(found.total)}" if found.total is not None else found.gradient
    if not found.told:
        return f"{inline(total)}: the sum over {found.count:,} paths, too many to list"
    lines = [f"{inline(total)}: the sum over {found.count} paths", ""]
    for route in found.told:
        nodes = r" \to ".join(to_latex(node) for node in route.nodes)
        product = [part for part in dict.fromkeys((route.symbols, route.numbers, pen.value(route.value))) if part]
        lines.append(f"- {inline(nodes)}" + (f": {inline(' = '.join(product))}" if product else ""))
    left = found.count - len(found.told)
    return "\n".join([*lines, f"- and {left} more"] if left else lines)


def examples(derivation: Derivation, pen: Pen) -> list[str]:
    """What each example of a batch contributes."""
    found = lines_with_examples(derivation)
    if not found:
        return []
    count = len(found[0].examples)
    remark = words.told_examples(count, averaged_over(derivation, count))
    table = [
        f"| gradient |{''.join(f' example {number} |' for number in range(1, count + 1))} sum |",
        "|---|" + "---|" * (count + 1),
    ]
    for line in found:
        values = [*(each.value for each in line.examples), line.value]
        name = inline(pen.style.name(derivation.names[line.gradient]))
        table.append(f"| {name} | {' | '.join(inline(pen.value(value)) for value in values)} |")
    return ["### Examples of the batch", f"{remark[:1].upper()}{remark[1:]}.", "\n".join(table)]
