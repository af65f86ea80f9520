"""The pieces of a sheet: derived formulas and a style in, its equations as pieces of text out.

One idea: every output format lays out the same equations, each with a left side, a right side and a remark, so they are
written once here. A left side that is empty goes on with the equation before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...derivation.formulas.results import Answer, Definition, Derived, Layout
from ...derivation.symbols import symbols_for
from ...ir.graph import topological_order
from ..formula import Pen
from ..styles import LATEX, Style
from ..symbols import text_indexed
from . import numeric

FORMS = ("both", "index", "matrix")
_LONGEST_LINE = 300  # signs of a formula that is still written without the names of gradients
_LONGEST_INLINED = 40  # and without those of the forward pass
_MOST_STATEMENTS = 12
_LONGEST_STATEMENT = 60  # nodes of a formula that is still written on one line
_ORDERS = {1: "derivative", 2: "second derivative", 3: "third derivative", 4: "fourth derivative"}
_EXAMPLE = re.compile(r"d\(A x\)/dx = A(\^T)?")
_LAYOUTS = {Layout.DENOMINATOR: "denominator", Layout.NUMERATOR: "numerator", Layout.MIXED: "mixed"}


@dataclass(frozen=True, slots=True)
class Equation:
    """`left = right`, and what is said beside it. `left` is empty where the equation before goes on."""

    left: str
    right: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """What the page says of one derivative. `product` is its vector-Jacobian product, `why` why a form is missing."""

    label: str
    shape: str
    index: tuple[Equation, ...]
    matrix: tuple[Equation, ...]
    product: tuple[Equation, ...]
    numbers: tuple[numeric.Numbers, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of formulas, written but not laid out."""

    statements: tuple[Equation, ...]
    question: str
    definitions: tuple[Equation, ...]
    values: tuple[numeric.Numbers, ...]
    answers: tuple[AnswerSheet, ...]
    layout: str
    notes: tuple[str, ...]


def write_sheet(derived: Derived, pen: Pen, form: str, given: Mapping[str, Any], said: Sequence[str]) -> Sheet:
    """Everything on the page. `given` are the values of the inputs by name, if there are any; `said` further notes."""
    statements = write_statements(derived, pen)
    stated = {(each.left, each.right) for each in statements}
    definitions = {each: write_definition(each, pen) for each in (*derived.forward, *derived.upstream)}
    answers = tuple(write_answer(answer, derived, pen, form, given) for answer in derived.answers)
    new = {each: written for each, written in definitions.items() if (written.left, written.right) not in stated}
    values = numeric.definition_values(derived, pen, set(new), given) if given else ()
    notes = dict.fromkeys([*derived.conventions, *derived.notes, *said])
    return Sheet(
        statements, question(derived, pen), tuple(new.values()), values, answers, layout_sentence(derived, pen, form),
        tuple(notes),
    )  # fmt: skip


def pen_for(derived: Derived, style: Style, digits: int) -> Pen:
    """The pen that writes these formulas in symbols."""
    return Pen(derived.names, style, digits, {}, derived.sizes)


# What is asked ------------------------------------------------------------------------------------------------------
def write_statements(derived: Derived, pen: Pen) -> tuple[Equation, ...]:
    """The computation as the user named it: q = W x, f = ||q||^2. Nothing where it is too long to be read."""
    order = derived.graph.order()
    output = derived.graph.outputs[0]
    named = [node for node in order if node in derived.graph.names or node is output]
    symbols = symbols_for(order, named, {**derived.graph.names, output: derived.output})
    steps = [node for node in named if node.inputs and node not in set(derived.graph.inputs)]
    if len(steps) > _MOST_STATEMENTS:
        return ()
    found = []
    for node in steps:
        others = {other: symbol for other, symbol in symbols.items() if other is not node}
        if len(topological_order([node], others)) > _LONGEST_STATEMENT:
            return ()
        right = Pen(others, pen.style, pen.digits, {}, pen.sizes).write(node)
        found.append(Equation(pen.style.name(symbols[node]), right))
    return tuple(found)


def question(derived: Derived, pen: Pen) -> str:
    """What was asked, with the shape of everything in it."""
    spell = pen.style.spell
    shapes = variable_shapes(derived, pen)
    variables = dict.fromkeys(name for answer in derived.answers for name in answer.variables)
    asked = ", ".join(f"{spell(name)} {shapes.get(name, '')}".rstrip() for name in variables)
    what = _ORDERS.get(derived.order, f"{derived.order}th derivative") + ("s" if len(derived.answers) > 1 else "")
    output = derived.graph.outputs[0]
    return f"{what} of {spell(derived.output)} {write_shape(output.shape, pen)} with respect to {asked}"


def variable_shapes(derived: Derived, pen: Pen) -> dict[str, str]:
    """The shape of every named step, as text."""
    names = [*derived.names.items(), *derived.graph.names.items()]
    return {name: write_shape(node.shape, pen) for node, name in names}


def write_shape(shape: tuple[int, ...], pen: Pen) -> str:
    """(m, n) with the letters of sizes; a single number is a scalar."""
    sizes = [str(pen.sizes.get(size, size)) for size in shape]
    written = f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})" if sizes else "(scalar)"
    return in_sentence(written, pen.style) if sizes else written


def layout_sentence(derived: Derived, pen: Pen, form: str) -> str:
    """How derivatives are arranged; nothing where none is arranged."""
    arranged = form != "index" and any(answer.matrix is not None for answer in derived.answers)
    said = derived.layout.value if arranged else ""
    return _EXAMPLE.sub(_example_in_latex, said) if pen.style is LATEX else said


def _example_in_latex(found: re.Match[str]) -> str:
    """d(A x)/dx = A^T in the middle of a sentence."""
    transposed = r"^{\top}" if found[1] else ""
    return rf"$\partial (A x)/\partial x = A{transposed}$"


def layout_name(layout: Layout) -> str:
    """The word for a layout, as it is asked for."""
    return _LAYOUTS[layout]


# Names --------------------------------------------------------------------------------------------------------------
def write_definition(definition: Definition, pen: Pen) -> Equation:
    """A name and what it stands for, with its shape."""
    right = numeric.definition(definition, pen)
    left = " = ".join(pen.style.name(each) for each in (definition.symbol, definition.of) if each)
    return Equation(left, right, write_shape(definition.node.shape, pen))


# Answers ------------------------------------------------------------------------------------------------------------
def write_answer(answer: Answer, derived: Derived, pen: Pen, form: str, given: Mapping[str, Any]) -> AnswerSheet:
    """One derivative, in the forms asked for. Where the form asked for is missing, the other one stands in."""
    in_index = form != "matrix" or answer.matrix is None
    in_matrix = form != "index" or answer.index is None
    return AnswerSheet(
        label(answer, derived, pen.style), write_shape(answer.shape, pen),
        index_equations(answer, derived, pen) if in_index else (),
        matrix_equations(answer, derived, pen) if in_matrix else (),
        write_product(answer, derived, pen), numeric.answer_values(answer, derived, pen, given) if given else (),
        said_why(answer),
    )  # fmt: skip


def is_one_number(found: AnswerSheet) -> bool:
    """Whether a number was derived by a number: then no form is one of indices or of matrices."""
    return bool(found.index and found.matrix) and found.shape == "(scalar)"


def of_numbers(found: AnswerSheet) -> tuple[Equation, ...]:
    """Both forms of a derivative by a number as one: the second goes on where it says more."""
    first, *rest = found.matrix
    index = found.index if len(found.index) > 1 else (replace(found.index[0], left=found.label),)
    if index[-1].right == first.right:
        return (*index, *rest)
    said = "in matrix form" if "sum_" in index[-1].right else "simplified"
    return (*index, Equation("", first.right, first.remark or said), *rest)


def said_why(answer: Answer) -> str:
    """Which form is missing, and why."""
    missing = "matrix" if answer.matrix is None else "index" if answer.index is None else ""
    return f"no {missing} form: {answer.why}" if missing and answer.why else ""


def write_product(answer: Answer, derived: Derived, pen: Pen) -> tuple[Equation, ...]:
    """The vector-Jacobian product, and what its vector is."""
    if answer.as_product is None:
        return ()
    known = set(derived.graph.inputs)
    arriving = [name for node, name in derived.names.items() if not node.inputs and node not in known]
    spell = pen.style.spell
    said = f"{spell(arriving[0])}: the gradient that arrives at {spell(derived.output)}" if len(arriving) == 1 else ""
    return (Equation("", pen.write(answer.as_product), said),)


def label(answer: Answer, derived: Derived, style: Style, at: Sequence[tuple[str, ...]] = ()) -> str:
    """The derivative itself, df/dW or d2f/dx2; `at`: the indices of each variable, as in df/dW_ij."""
    if derived.order == 1 and len(answer.variables) == 1:
        name = answer.variables[0]
        below = text_indexed(name, at[0]) if at and at[0] else name
        return style.name(f"d{derived.output}/d{below}")
    if style is not LATEX:
        return answer.label
    repeated = len(set(answer.variables)) == 1
    count = len(answer.variables)
    written = [style.name(name) for name in answer.variables]
    below = rf"\partial {written[0]}^{{{count}}}" if repeated else r"\,".join(rf"\partial {each}" for each in written)
    return rf"\frac{{\partial^{{{count}}} {style.name(derived.output)}}}{{{below}}}"


def index_equations(answer: Answer, derived: Derived, pen: Pen) -> tuple[Equation, ...]:
    """The working line by line; without one, the result."""
    if answer.steps:
        written: list[Equation] = []
        for step in answer.steps:
            right = pen.write(step.expression)
            if step.left or not written or right != written[-1].right:  # other nodes, but the same to a reader
                written.append(Equation(pen.style.name(step.left) if step.left else "", right, step.rule))
        return tuple(written)
    if answer.index is None:
        return ()
    whole = derived.graph.outputs[0].shape or len(answer.variables) > 1
    name = label(answer, derived, pen.style, () if whole else (answer.at,))
    entry = f" at {', '.join(answer.at)}" if whole and answer.at else ""
    return (Equation(name, pen.write(answer.index), entry.strip()),)


def matrix_equations(answer: Answer, derived: Derived, pen: Pen) -> tuple[Equation, ...]:
    """The matrix form in the names of the page, and with these written out."""
    if answer.matrix is None:
        return ()
    found = [Equation(label(answer, derived, pen.style), pen.write(answer.matrix))]
    for gone, right in longer_forms(answer, derived, pen):
        if right not in (each.right for each in found):
            found.append(Equation("", right, said_gone(gone, found[-1].right, pen)))
    return tuple(found)


def longer_forms(answer: Answer, derived: Derived, pen: Pen) -> Iterator[tuple[list[Definition], str]]:
    """The matrix form with the gradients' names written out, then with those of the forward pass; and which these are.

    The names of the forward pass stay where the formula would be long without them.
    """
    if answer.matrix is None or answer.inlined is None:
        return
    met = pen.known_below(answer.matrix)
    for definitions, longest in ((derived.upstream, _LONGEST_LINE), (derived.forward, _LONGEST_INLINED)):
        gone = [each for each in definitions if each.node in met]
        if not gone:
            continue
        dropped = {each.node for each in definitions if each.node.inputs}
        pen = replace(pen, names={node: name for node, name in pen.names.items() if node not in dropped})
        written = pen.write(answer.inlined)
        if len(written) <= longest * (3 if pen.style is LATEX else 1):
            yield gone, written
        met = pen.known_below(answer.inlined)


def write_inlined(answer: Answer, derived: Derived, pen: Pen) -> str | None:
    """The matrix form with names written out as far as possible; None where there is none."""
    found = [right for _, right in longer_forms(answer, derived, pen)]
    return found[-1] if found else None


def said_gone(gone: Sequence[Definition], short: str, pen: Pen) -> str:
    """Which names are written out: with q = W x. Nothing where the name alone was the formula."""
    if not gone or (len(gone) == 1 and short == pen.style.name(gone[0].symbol)):
        return ""
    if len(gone) > 2:
        return f"with {', '.join(pen.style.spell(each.symbol) for each in gone)} written out"
    said = [write_definition(each, pen) for each in gone]
    return f"with {' and '.join(in_sentence(f'{each.left} = {each.right}', pen.style) for each in said)}"


def in_sentence(formula: str, style: Style) -> str:
    """A formula in the middle of a sentence."""
    return f"${formula}$" if style is LATEX else formula


def formula(answer: Answer, pen: Pen) -> str:
    """The best right side: in matrix form, else in index form, else as a vector-Jacobian product."""
    best = next((each for each in (answer.matrix, answer.index, answer.as_product) if each is not None), None)
    return "" if best is None else pen.write(best)
