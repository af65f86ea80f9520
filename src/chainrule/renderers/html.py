"""HTML: a derivation in, a page that stands alone out: nothing is loaded and no script runs; steps fold.

One idea: formulas are MathML made from the LaTeX of the other pages, everything else is escaped text, and folding is
the browser's own <details>.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ..derivation.lines import Derivation
from . import latex, numbers, words
from .formula import Pen
from .mathml import to_mathml
from .routes import Routes, averaged_over, lines_with_examples, routes
from .styles import LATEX
from .symbols import printable, to_latex
from .text import written_shape
from .working import Share, Working, pen_for, right_sides, sides_of, statements, work_out

_MOST_OPEN = 24  # gradients that are unfolded at first

# Everything is scoped to the class, since a notebook shows this among other output.
STYLE = """
.chainrule{line-height:1.5;max-width:70em}
.chainrule details{margin:.35em 0}
.chainrule summary{cursor:pointer}
.chainrule section>h3{margin:1.1em 0 .3em;font-size:1.05em}
.chainrule table{border-collapse:collapse;margin:.3em 0}
.chainrule th,.chainrule td{text-align:left;padding:.2em .9em .2em 0;border-bottom:1px solid #8884}
.chainrule .steps{margin:.2em 0 .2em 1.5em;display:grid;grid-template-columns:max-content 1fr;gap:.25em .4em}
.chainrule .steps>:nth-child(odd){text-align:right}
.chainrule .why{margin:.1em 0 .3em 1.5em;padding:0;list-style:none;opacity:.8}
.chainrule ul{margin:.3em 0}
""".replace("\n", "")


def render(
    derivations: Sequence[Derivation], notes: Sequence[str], digits: int = numbers.DIGITS, *, result_only: bool = False
) -> str:
    """The whole page; the gradients and the notes alone if `result_only`."""
    pens = [(derivation, pen_for(derivation, LATEX, digits)) for derivation in derivations]
    parts = [f'<div class="chainrule"><style>{STYLE}</style>']
    if not result_only:
        parts += head(*pens[0])
        for derivation, pen in pens:
            parts += backward(derivation, pen)
            parts += paths(derivation, pen)
            parts += examples(derivation, pen)
    found = [row for derivation, pen in pens for row in latex.gradient_rows(derivation, pen)]
    parts.append(section("Gradients", [f"<p>{to_mathml(row.replace('&=', '='), large=True)}</p>" for row in found]))
    parts += [section("Notes", [bullets(escape(printable(note)) for note in notes)])] if notes else []
    return "\n".join([*parts, "</div>"]) + "\n"


def section(title: str, content: Sequence[str]) -> str:
    """A heading and what follows it."""
    inner = "\n".join(content)
    return f"<section><h3>{escape(title)}</h3>\n{inner}\n</section>"


def bullets(items: Iterator[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def said(sentence: str) -> str:
    """A sentence of `words`, which has its symbols between dollars."""
    parts = sentence.split("$")
    return "".join(to_mathml(part) if place % 2 else escape(part) for place, part in enumerate(parts))


# Sections -----------------------------------------------------------------------------------------------------------
def head(derivation: Derivation, pen: Pen) -> list[str]:
    """The formula, the forward table and the order."""
    formulas = [f"<p>{to_mathml(each, large=True)}</p>" for each in statements(derivation, pen)]
    symbols = [to_mathml(to_latex(row.symbol)) for row in derivation.rows]
    orders = [f"<p>forward: {', '.join(symbols)}</p>", f"<p>backward: {', '.join(reversed(symbols))}</p>"]
    return [*formulas, section("Forward", [forward_table(derivation, pen)]), section("Order", orders)]


def forward_table(derivation: Derivation, pen: Pen) -> str:
    """Every step: symbol, expression, op, shape, value."""
    known = any(row.value is not None for row in derivation.rows)
    titles = ["symbol", "expression", "op", "shape", *(["value"] if known else [])]
    rows = ["".join(f"<th>{title}</th>" for title in titles)]
    for row in derivation.rows:
        expression = to_mathml(pen.write(row.expression)) if row.expression is not None else ""
        cells = [
            to_mathml(to_latex(row.symbol)),
            expression,
            escape(row.op),
            escape(written_shape(row.shape, derivation)),
        ]
        cells += [to_mathml(pen.value(row.value))] if known else []
        rows.append("".join(f"<td>{cell}</td>" for cell in cells))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def backward(derivation: Derivation, pen: Pen) -> list[str]:
    """Every gradient, output first, each one folding."""
    is_open = len(derivation.lines) <= _MOST_OPEN
    steps = [step(work_out(derivation, line, pen), pen, is_open) for line in derivation.lines]
    return [section("Backward", steps)]


def step(working: Working, pen: Pen, is_open: bool) -> str:
    """One gradient: its value, and folded below it how it comes about."""
    sides = right_sides(working, pen)
    ending = pen.value(working.value) if working.value is not None else sides[-1]
    title = to_mathml(f"{working.gradient} = {ending}", large=True)
    body = [equations([(working.gradient, sides)]), why(working, pen), *(indices(share) for share in working.shares)]
    body.append(folded("in Jacobians", [working.jacobians]) if working.jacobians else "")
    return f"<details{' open' if is_open else ''}><summary>{title}</summary>{''.join(body)}</details>"


def equations(chains: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Chains of equations in two columns: what is equated, and its sides below each other."""
    cells = []
    for left, sides in chains:
        for place, side in enumerate(sides):
            cells += [to_mathml(left, large=True) if place == 0 else "", to_mathml(f"= {side}", large=True)]
    return f'<div class="steps">{"".join(f"<span>{cell}</span>" for cell in cells)}</div>'


def why(working: Working, pen: Pen) -> str:
    """What is said about each term, and about their sum."""
    items = []
    for share in working.shares:
        operand = f" ({share.operand})" if share.operand else ""
        items.append(said(f"via {pen.style.spell(share.via)}{operand}: {share.reason}"))
    items += [said(working.reason)] if working.reason else []
    return f'<ul class="why">{"".join(f"<li>{item}</li>" for item in items)}</ul>'


def indices(share: Share) -> str:
    """The same in index notation, folded."""
    return folded("in indices", share.indices) if share.indices else ""


def folded(title: str, lines: Sequence[str]) -> str:
    """Equations that are folded at first."""
    chains = [(left, sides) for left, *sides in map(sides_of, lines)]
    return f'<details class="why"><summary>{title}</summary>{equations(chains)}</details>'


def paths(derivation: Derivation, pen: Pen) -> list[str]:
    """The gradients that are sums over several paths."""
    found = list(routes(derivation, pen))
    return [section("Paths", [path_list(each, pen) for each in found])] if found else []


def path_list(found: Routes, pen: Pen) -> str:
    """The paths to one symbol and their sum."""
    total = to_mathml(found.gradient if found.total is None else f"{found.gradient} = {pen.value(found.total)}")
    if not found.told:
        return f"<p>{total}: the sum over {found.count:,} paths, too many to list</p>"
    items = []
    for route in found.told:
        nodes = to_mathml(r" \to ".join(to_latex(node) for node in route.nodes))
        product = [part for part in dict.fromkeys((route.symbols, route.numbers, pen.value(route.value))) if part]
        items.append(nodes + (f": {to_mathml(' = '.join(product))}" if product else ""))
    left = found.count - len(found.told)
    items += [f"and {left} more"] if left else []
    return f"<p>{total}: the sum over {found.count} paths</p>{bullets(iter(items))}"


def examples(derivation: Derivation, pen: Pen) -> list[str]:
    """What each example of a batch contributes."""
    found = lines_with_examples(derivation)
    if not found:
        return []
    count = len(found[0].examples)
    titles = ["gradient", *(f"example {number}" for number in range(1, count + 1)), "sum"]
    rows = ["".join(f"<th>{title}</th>" for title in titles)]
    for line in found:
        values = [*(each.value for each in line.examples), line.value]
        cells = [pen.style.name(derivation.names[line.gradient]), *(pen.value(value) for value in values)]
        rows.append("".join(f"<td>{to_mathml(cell)}</td>" for cell in cells))
    remark = escape(words.told_examples(count, averaged_over(derivation, count)))
    table = f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    return [section("Examples of the batch", [f"<p>{remark}</p>", table])]
