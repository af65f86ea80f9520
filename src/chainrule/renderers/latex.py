"""LaTeX: a derivation in, a fragment of a document out that needs the package amsmath and nothing else.

One idea: every gradient is its own `aligned` display, so a long working breaks across pages between two of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from ..derivation.lines import Derivation
from . import numbers, words
from .formula import Pen
from .routes import Routes, averaged_over, lines_with_examples, routes
from .styles import LATEX
from .symbols import escaped, to_latex
from .working import Working, is_inline, pen_for, right_sides, sides_of, statements, work_out

_ROWS = 16  # equations in one display
_MATH_SIGNS = {">": ">", "<": "<", "≤": r"\le", "×": r"\times"}
_BREAKS = re.compile("([><≤×])")
_SIGNS = {">": "$>$", "<": "$<$", "≤": r"$\le$", "×": r"$\times$"}


def render(
    derivations: Sequence[Derivation], notes: Sequence[str], digits: int = numbers.DIGITS, *, result_only: bool = False
) -> str:
    """The whole page; the gradients and the notes alone if `result_only`."""
    pens = [(derivation, pen_for(derivation, LATEX, digits)) for derivation in derivations]
    blocks = ["% needs \\usepackage{amsmath}"]
    if not result_only:
        blocks += head(*pens[0])
        for derivation, pen in pens:
            blocks += backward(derivation, pen)
            blocks += paths(derivation, pen)
            blocks += examples(derivation, pen)
    blocks += [r"\paragraph{Gradients}"]
    blocks += displays([row for derivation, pen in pens for row in gradient_rows(derivation, pen)])
    blocks += remarks(notes)
    return with_amsmath_only("\n".join(blocks)) + "\n"


def with_amsmath_only(page: str) -> str:
    """\\mathbb would need another package."""
    return page.replace(r"\mathbb{1}", r"\mathbf{1}")


def display(rows: Sequence[str]) -> str:
    """Aligned equations."""
    return "\\[\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n\\]"


def displays(rows: Sequence[str]) -> list[str]:
    """Many equations, in displays that fit on a page."""
    return [display(rows[start : start + _ROWS]) for start in range(0, len(rows), _ROWS)]


def aligned(equation: str) -> list[str]:
    """An equation as rows of a display, one for each of its sides but the first."""
    left, *right = sides_of(equation)
    return [f"{left if place == 0 else ''} &= {side}" for place, side in enumerate(right)]


def said(sentence: str) -> str:
    """A sentence of `words`, which has its symbols between dollars, as text inside a display."""
    pieces = []
    for place, part in enumerate(sentence.split("$")):
        pieces += [part] if place % 2 else [_worded(each) for each in _BREAKS.split(part) if each]
    return "".join(pieces)


def _worded(text: str) -> str:
    """Words as text, a sign as itself."""
    return _MATH_SIGNS.get(text) or rf"\text{{{escaped(text)}}}"


def typed(text: str) -> str:
    """Text from anywhere, where nothing is a command."""
    return "".join(_SIGNS.get(letter, letter) for letter in escaped(text))


# Sections -----------------------------------------------------------------------------------------------------------
def head(derivation: Derivation, pen: Pen) -> list[str]:
    """The formula, the forward pass and the order."""
    formulas = [" &= ".join(each.split(" = ", 1)) for each in statements(derivation, pen)]
    symbols = [to_latex(row.symbol) for row in derivation.rows]
    return [
        *displays(formulas), r"\paragraph{Forward}", *displays(forward_rows(derivation, pen)), r"\paragraph{Order}",
        rf"\({', '.join(symbols)}\), and backward \({', '.join(reversed(symbols))}\).",
    ]  # fmt: skip


def forward_rows(derivation: Derivation, pen: Pen) -> list[str]:
    """Every step with its formula and its value."""
    rows = []
    for row in derivation.rows:
        sides = [pen.write(row.expression)] if row.expression is not None else []
        sides += [pen.value(row.value)] if row.value is not None else []
        rows.append(
            f"{to_latex(row.symbol)} &{'= ' + ' = '.join(sides) if sides else ' ' + shape(derivation, row.shape)}"
        )
    return rows


def shape(derivation: Derivation, sizes: Sequence[int]) -> str:
    """An input without a value: what kind of array it is."""
    letters = r" \times ".join(derivation.sizes.get(size, str(size)) for size in sizes)
    return rf"\text{{ of shape }} {letters}" if letters else r"\text{ a number}"


def backward(derivation: Derivation, pen: Pen) -> list[str]:
    """Every gradient, output first; numbers share displays, each array has its own."""
    worked = [work_out(derivation, line, pen) for line in derivation.lines]
    blocks = [r"\paragraph{Backward}"]
    for inline, group in groupby(worked, is_inline):
        if inline:
            blocks += displays([row for each in group for row in inline_rows(each, pen, beside=False)])
        else:
            blocks += [display([*standing_rows(each, pen), *index_rows(each)]) for each in group]
    return blocks


def inline_rows(working: Working, pen: Pen, *, beside: bool) -> Iterator[str]:
    """One equation with all its sides; what is said about it beside it, or on the rows below."""
    equation = f"{working.gradient} &= {' = '.join(right_sides(working, pen))}"
    sentences = list(reasons(working, pen))
    if not beside:
        yield equation
        yield from (rf"& \quad {each}" for each in sentences)
        return
    yield equation + (f" && {sentences[0]}" if sentences else "")
    yield from (f"& && {each}" for each in sentences[1:])


def reasons(working: Working, pen: Pen) -> Iterator[str]:
    """What is said about each term, and about their sum."""
    for share in working.shares:
        operand = f" ({share.operand})" if share.operand else ""
        yield said(f"via {pen.style.spell(share.via)}{operand}: {share.reason}")
    if working.reason:
        yield said(working.reason)


def standing_rows(working: Working, pen: Pen) -> Iterator[str]:
    """One equation, a side on each row, and what is said about it."""
    for place, side in enumerate(right_sides(working, pen)):
        yield f"{working.gradient if place == 0 else ''} &= {side}"
    yield from (rf"& \quad {each}" for each in reasons(working, pen))


def index_rows(working: Working) -> list[str]:
    """The same in index notation, and in Jacobians."""
    equations = [equation for share in working.shares for equation in share.indices]
    return [row for equation in [*equations, working.jacobians] if equation for row in aligned(equation)]


def paths(derivation: Derivation, pen: Pen) -> list[str]:
    """The gradients that are sums over several paths."""
    found = list(routes(derivation, pen))
    return [r"\paragraph{Paths}", *(display(list(path_rows(each, pen))) for each in found)] if found else []


def path_rows(found: Routes, pen: Pen) -> Iterator[str]:
    """The paths to one symbol, each with its product, and their sum."""
    if not found.told:
        yield rf"{found.gradient} &: \text{{the sum over {found.count:,} paths, too many to list}}"
        return
    for route in found.told:
        nodes = r" \to ".join(to_latex(node) for node in route.nodes)
        product = [part for part in dict.fromkeys((route.symbols, route.numbers, pen.value(route.value))) if part]
        yield f"& {nodes}:"
        yield from ([rf"& \quad {' = '.join(product)}"] if product else [])
    left = found.count - len(found.told)
    ending = rf"\quad\text{{(the sum over {found.count} paths{f', {left} of them not shown' if left else ''})}}"
    yield f"{found.gradient} &{' = ' + pen.value(found.total) if found.total is not None else ''} {ending}"


def examples(derivation: Derivation, pen: Pen) -> list[str]:
    """What each example of a batch contributes."""
    found = lines_with_examples(derivation)
    if not found:
        return []
    count = len(found[0].examples)
    rows = []
    for line in found:
        shares = " + ".join(
            rf"\underbrace{{{pen.value(each.value)}}}_{{\text{{example {each.number}}}}}" for each in line.examples
        )
        rows.append(f"{pen.style.name(derivation.names[line.gradient])} &= {shares} = {pen.value(line.value)}")
    remark = words.told_examples(count, averaged_over(derivation, count))
    return [r"\paragraph{Examples of the batch}", f"{remark[:1].upper()}{remark[1:]}.", *displays(rows)]


def gradient_rows(derivation: Derivation, pen: Pen) -> list[str]:
    """What was asked: each gradient in symbols of the forward pass, and its value."""
    rows = []
    for symbol, value in derivation.gradients.items():
        line = next((each for each in derivation.lines if each.symbol == symbol), None)
        name = pen.style.name(derivation.names[line.gradient] if line else f"d{derivation.output}/d{symbol}")
        closed = pen.write(derivation.closed[symbol]) if symbol in derivation.closed else ""
        if value is None and not closed:
            closed = " + ".join(share.symbols for share in work_out(derivation, line, pen).shares) if line else "0"
        sides = dict.fromkeys(side for side in (closed, pen.value(value)) if side)
        rows.append(f"{name} &= {' = '.join(sides)}")
    return rows


def remarks(notes: Sequence[str]) -> list[str]:
    """The notes as a list."""
    items = [rf"\item {typed(note)}" for note in notes]
    return [r"\paragraph{Notes}", r"\begin{itemize}", *items, r"\end{itemize}"] if items else []
