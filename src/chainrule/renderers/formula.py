"""Formulas: an expression and the names of its nodes in, text or LaTeX out.

One idea: the op says how it is written and how strongly that binds; this walk puts the pieces together and decides on
brackets. Named nodes print as their names; broadcasts that an entry-by-entry op makes by itself are not written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..ir.graph import topological_order
from ..ir.node import Node, concrete
from ..ir.notation import Form, Notation, Strength
from ..ops.arithmetic import carry, mul
from ..ops.choices import cast, mark
from ..ops.movement import broadcast, reshape_op
from ..ops.sources import constant_op
from . import numbers
from .symbols import to_latex


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of a formula and how strongly it holds together."""

    text: str
    strength: int = Strength.ATOM


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind of output spells things. `name` maps a symbol, `number` a constant, `brackets` what is put around."""

    form: Callable[[Notation], Form]
    name: Callable[[str], str]
    value: Callable[[Any, int], str]
    brackets: str
    times: str


def _text_form(notation: Notation) -> Form:
    return notation.text


def _latex_form(notation: Notation) -> Form:
    return notation.latex


def _as_typed(name: str) -> str:
    return name


TEXT = Style(_text_form, _as_typed, numbers.write_value, "({})", " × ")
LATEX = Style(_latex_form, to_latex, numbers.latex_value, r"\left({}\right)", r" \times ")

Names = Mapping[Node, str]


def write(node: Node, names: Names, style: Style = TEXT, digits: int = numbers.DIGITS) -> str:
    """The formula of a node in terms of the named nodes."""
    done: dict[Node, Written] = {}
    for each in topological_order([node], names if len(names) < 64 else _named_below(node, names)):
        done[each] = _piece(each, done, names, style, digits)
    return done[node].text


def _named_below(node: Node, names: Names) -> set[Node]:
    """The names that a formula meets: a large explanation has thousands of others."""
    met: set[Node] = set()
    seen: set[Node] = set()
    pending = [node]
    while pending:
        each = pending.pop()
        if each in names:
            met.add(each)
        elif each not in seen:
            seen.add(each)
            pending.extend(each.inputs)
    return met


def _piece(node: Node, done: dict[Node, Written], names: Names, style: Style, digits: int) -> Written:
    if node in names:
        return name_written(names[node], style)
    if node.op is constant_op:
        return constant_written(node, style, digits)
    if node.op.derivative is None or not node.inputs:
        return Written(style.form(node.op.written(node)).template.format(**node.settings))
    operands = [done[each] for each in _operands(node)]
    if node.op is mark or (node.op is cast and node.inputs[0].dtype.kind != "b") or node.op is reshape_op:
        return operands[0]
    form = style.form(node.op.written(node))
    if node.op is mul or node.op is carry:
        return _product(operands, form, style)
    pieces = [_bracketed(piece, form.demand(slot), style) for slot, piece in enumerate(operands)]
    return Written(form.template.format(*pieces, **node.settings), form.strength)


def _operands(node: Node) -> list[Node]:
    """The inputs as they are written: without the broadcasts that an entry-by-entry op makes by itself."""
    if not node.op.elementwise or all(each.op is broadcast for each in node.inputs):
        return list(node.inputs)
    return [each.inputs[0] if each.op is broadcast else each for each in node.inputs]


def name_written(name: str, style: Style) -> Written:
    """A symbol; one that is itself a fraction or a product is left alone, since it is read as one sign."""
    written = style.name(name)
    return Written(written, Strength.POSTFIX if "^" in written or "/" in name else Strength.ATOM)


def constant_written(node: Node, style: Style, digits: int) -> Written:
    """A number, or a known array in brackets."""
    value = concrete(node)
    if node.type.shape:
        return Written(style.value(value, digits))
    if node.type.dtype.kind == "b":
        return Written(str(bool(value)).lower())
    written = numbers.write_coefficient(float(value), digits)
    if style is LATEX and "/" in written:
        sign, _, rest = written.rpartition("-")
        above, below = rest.split("/")
        written = rf"{'-' if sign or written[0] == '-' else ''}\frac{{{above}}}{{{below}}}"
    elif style is LATEX:
        written = numbers.latex_number(written)
    if written.startswith("-"):
        return Written(written, Strength.SUM)
    return Written(written, Strength.PRODUCT if "/" in written and style is TEXT else Strength.ATOM)


def _bracketed(piece: Written, demand: int, style: Style) -> str:
    return style.brackets.format(piece.text) if piece.strength < demand else piece.text


def _product(operands: list[Written], form: Form, style: Style) -> Written:
    """Two factors side by side; a sign between them where two numbers would run together."""
    left, right = (_bracketed(piece, form.demand(slot), style) for slot, piece in enumerate(operands))
    if right[:1].isdigit() or (right.startswith(r"\frac") and left[-1:].isdigit()):
        return Written(f"{left}{style.times}{right}", form.strength)
    return Written(form.template.format(left, right), form.strength)
