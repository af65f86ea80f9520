"""Formulas: an expression and the names of its nodes in, text or LaTeX out, in symbols or with numbers substituted.

One idea: the op says how it is written and how strongly that binds; this walk puts the pieces together and decides on
brackets. Named nodes print as their names; broadcasts that an entry-by-entry op makes by itself are not written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..ir.graph import topological_order
from ..ir.node import Node, concrete
from ..ir.notation import Form, Strength
from ..ops.arithmetic import add, carry, div, mul, neg, sub
from ..ops.choices import cast, mark
from ..ops.counts import axis_size_op
from ..ops.entries import entry_op, sum_over_op, write_index
from ..ops.linalg import INV, inv, solve_op
from ..ops.movement import broadcast, reshape_op, transpose_op
from ..ops.products import matmul_op, outer_op
from ..ops.reductions import sum_op
from ..ops.sources import constant_op
from ..transforms.laws import is_identity
from . import numbers
from .fragments import Written, bracketed
from .styles import LATEX, TEXT, Style

__all__ = ["LATEX", "TEXT", "Pen", "Written", "bracketed", "write"]

Names = Mapping[Node, str]
QUOTIENT = Strength.PRODUCT - 1  # on one line, a / 4 y would be read as a / (4 y)


@dataclass(frozen=True, slots=True, eq=False)
class Pen:
    """What a formula is written with: the names of nodes, a style, how many digits.

    With `values`, nodes that have one are written as their number. `sizes` gives representative sizes their letters.
    """

    names: Names
    style: Style = TEXT
    digits: int = numbers.DIGITS
    values: Mapping[Node, Any] = field(default_factory=dict)
    sizes: Mapping[int, str] = field(default_factory=dict)

    def write(self, node: Node) -> str:
        """The formula of a node."""
        return self.piece(node).text

    def piece(self, node: Node) -> Written:
        """The formula of a node and how strongly it holds together."""
        done: dict[Node, Written] = {}
        for each in topological_order([node], self.known_below(node)):
            done[each] = _piece(each, done, self)
        return done[node]

    def substituting(self, values: Mapping[Node, Any]) -> Pen:
        """A pen that writes numbers in place of the symbols."""
        return replace(self, values=values)

    def value(self, value: Any) -> str:
        """A number or an array."""
        return self.style.value(value, self.digits)

    def known_below(self, node: Node) -> set[Node]:
        """The named nodes that a formula meets: a large explanation has thousands of others."""
        met: set[Node] = set()
        seen: set[Node] = set()
        pending = [node]
        while pending:
            each = pending.pop()
            if each in self.names or each in self.values:
                met.add(each)
            elif each not in seen:
                seen.add(each)
                pending.extend(each.inputs)
        return met


def write(node: Node, names: Names, style: Style = TEXT, digits: int = numbers.DIGITS) -> str:
    """The formula of a node in terms of the named nodes."""
    return Pen(names, style, digits).write(node)


def _piece(node: Node, done: dict[Node, Written], pen: Pen) -> Written:
    if node in pen.values:
        return number_written(pen.values[node], pen)
    if node in pen.names:
        return name_written(pen.names[node], pen.style)
    if node.op is constant_op:
        return _constant(node, pen)
    if is_identity(node):
        return Written("I")
    if not node.inputs:
        return Written(pen.style.form(node.op.written(node)).template.format(**_settings(node, pen)))
    operands = [done[each if each in done else given] for each, given in zip(_operands(node), node.inputs, strict=True)]
    if node.op in _SPECIAL:
        return _SPECIAL[node.op](node, operands, pen)
    form = _with_axes(pen.style.form(node.op.written(node)), node, pen)
    pieces = [bracketed(piece, form.demand(slot), pen.style) for slot, piece in enumerate(operands)]
    kind = "entries" if form.strength == Strength.HADAMARD else ""
    return Written(form.template.format(*pieces, **_settings(node, pen)), form.strength, kind)


def _operands(node: Node) -> list[Node]:
    """The inputs as they are written: without the broadcasts that an entry-by-entry op makes by itself."""
    if not node.op.elementwise:
        return list(node.inputs)
    plain = [uncopied(each) for each in node.inputs]
    if any(each.shape == node.shape for each in node.inputs if each.op is not broadcast):
        return plain
    kept = [each if each.op is constant_op else copied for each, copied in zip(plain, node.inputs, strict=True)]
    return kept if any(each.op is not constant_op for each in kept) else list(node.inputs)


def uncopied(node: Node) -> Node:
    """What a broadcast copies; for a number that was copied in several steps, the number."""
    source = node
    while source.op in (broadcast, reshape_op):
        source = source.inputs[0]
    return source if not source.ndim else node.inputs[0] if node.op is broadcast else node


def _settings(node: Node, pen: Pen) -> dict[str, Any]:
    """The parameters as a template shows them, sizes as their letters."""
    if node.op is axis_size_op:
        return {name: pen.sizes.get(value, value) for name, value in node.params}
    return {name: _with_letters(value, pen.sizes) for name, value in node.params}


def _with_letters(value: Any, sizes: Mapping[int, str]) -> Any:
    if not sizes or not isinstance(value, tuple):
        return value
    return f"({', '.join(sizes.get(each, str(each)) for each in value)}{',' if len(value) == 1 else ''})"


def _with_axes(form: Form, node: Node, pen: Pen) -> Form:
    """LaTeX names the axes under the function where plain text gives them as an argument."""
    axes = node.settings.get("axes", node.settings.get("axis"))
    if pen.style is not LATEX or axes is None or form.template.count("(") != 1 or node.op in (matmul_op,):
        return form
    axes = axes if isinstance(axes, tuple) else (axes,)
    if len(axes) == node.inputs[0].ndim or (
        len(axes) == 1 and axes[0] == node.inputs[0].ndim - 1 and "axis" in node.settings
    ):
        return form
    below = ", ".join(str(axis) for axis in axes)
    return replace(form, template=form.template.replace("(", rf"_{{{{\text{{{{axis }}}}{below}}}}}(", 1))


# Names and numbers --------------------------------------------------------------------------------------------------
def name_written(name: str, style: Style) -> Written:
    """A symbol; one with an exponent, or one that is a fraction, is bracketed before it is raised or transposed."""
    return Written(style.name(name), Strength.POSTFIX if "^" in name or "/" in name else Strength.ATOM)


def number_written(value: Any, pen: Pen) -> Written:
    """A value in place of a symbol."""
    written = pen.value(value)
    return Written(written, Strength.SUM if numbers.is_sum(written) else Strength.ATOM)


def _constant(node: Node, pen: Pen) -> Written:
    """A number, or a known array: written as ones where all its entries are equal."""
    value = concrete(node)
    if node.type.dtype.kind == "b" and not node.type.shape:
        return Written(str(bool(value)).lower())
    if node.type.shape:
        first = value.reshape(-1)[0] if value.size > 1 else None
        counted = _counted_places(value, pen)
        if counted is not None:
            return Written(counted)
        if first is None or node.type.dtype.kind == "b" or not (value == first).all():
            return Written(pen.value(value))
        coefficient = coefficient_written(numbers.as_number(first), pen)
        return _times_ones(coefficient, pen.style.ones, pen) if first else coefficient
    return coefficient_written(numbers.as_number(value), pen)


def _counted_places(value: Any, pen: Pen) -> str | None:
    """[1, 2, ..., n] for the places of an axis."""
    if value.ndim != 1 or value.size not in pen.sizes or value.dtype.kind not in "if" or value.size < 3:
        return None
    if value[0] not in (0, 1) or (value[1:] - value[:-1] != 1).any():
        return None
    return f"[{value[0]:g}, {value[1]:g}, ..., {pen.sizes[value.size]}{'' if value[0] else ' - 1'}]"


def coefficient_written(value: float | complex, pen: Pen) -> Written:
    """A number as it stands in a formula: whole, a fraction, a decimal, or the letter of a size."""
    lettered = numbers.write_with_sizes(value, pen.sizes) if pen.sizes and not isinstance(value, complex) else None
    written = pen.style.number(lettered or numbers.write_coefficient(value, pen.digits))
    if numbers.is_sum(written):
        return Written(written, Strength.SUM)
    if lettered is not None and "/" in written and pen.style is TEXT:
        return Written(written, QUOTIENT)  # (2/N) r: in 2/N r the r could stand below
    whole = written.startswith("(") and written.find(")") == len(written) - 1  # (n - 1)
    loose = (pen.style is TEXT and "/" in written) or (lettered is not None and " " in written and not whole)
    return Written(written, Strength.PRODUCT if loose else Strength.ATOM)


# Products -----------------------------------------------------------------------------------------------------------
def _product(node: Node, operands: list[Written], pen: Pen) -> Written:
    """Two factors side by side; a sign between them where two numbers would run together, or entry by entry."""
    form = pen.style.form(node.op.written(node))
    left, right = operands
    if form.template != "{0} {1}" and all(each.ndim for each in _operands(node)):
        texts = [
            _kept_apart(bracketed(each, form.demand(slot), pen.style), each, "matrix", pen)
            for slot, each in enumerate(operands)
        ]
        return Written(form.template.format(*texts), form.strength, "entries")
    if node.inputs[1].op is sum_over_op:  # a sum reaches to the end of its product: 2 sum_k q_k needs no brackets
        return Written(times(left, Written(right.text), pen).text, right.strength)
    if left.kind == "matrix" and not uncopied(node.inputs[0]).ndim:  # (g^T y) y: a number, then the rest
        left = Written(pen.style.bracket(left.text))
    return times(left, right, pen)


def times(left: Written, right: Written, pen: Pen) -> Written:
    """A product of which one factor is a single number."""
    sign = pen.style.times if pen.values else " "
    whole = numbers.is_number(left.text) or (left.signed and " / " not in left.text)  # (-y / s) s is not -y / s s
    written = left.text if whole else bracketed(left, Strength.PRODUCT, pen.style)
    after = bracketed(right, QUOTIENT, pen.style)  # x (y / z) and x y / z are the same number
    if (after[:1].isdigit() and after[1:2] != "{") or (
        after.startswith(r"\frac{") and after[6:7].isdigit() and written[-1:].isdigit()
    ):
        sign = pen.style.times
    if left.text == "1" and not pen.values and right.text == pen.style.ones:
        return right
    minus = written.startswith("-")
    strength = Strength.SUM if minus else QUOTIENT if right.strength == QUOTIENT else Strength.PRODUCT
    return Written(f"{written}{sign}{after}", strength, left.kind or right.kind, minus)


def _kept_apart(text: str, piece: Written, kind: str, pen: Pen) -> str:
    """Brackets where a product of one kind stands in one of the other kind."""
    return pen.style.bracket(text) if piece.kind == kind and text == piece.text else text


def _matrix_product(node: Node, operands: list[Written], pen: Pen) -> Written:
    form = pen.style.form(node.op.written(node))
    texts = [
        _kept_apart(bracketed(each, form.demand(slot), pen.style), each, "entries", pen)
        for slot, each in enumerate(operands)
    ]
    left = node.inputs[0]
    if left.op is matmul_op and left.ndim == 1 and left.inputs[0].ndim == 1 and left not in pen.names:
        return Written(f"{operands[0].text} {texts[1]}", form.strength, "matrix")  # (x^T A) is a row already
    return Written(form.template.format(*texts), form.strength, "matrix")


def _transposed(node: Node, operands: list[Written], pen: Pen) -> Written:
    """The transpose of an inverse is written X^-T."""
    form, suffix = pen.style.form(node.op.written(node)), pen.style.form(INV).template.format("")
    if node.inputs[0].op is inv and operands[0].text.endswith(suffix) and node.ndim == 2:
        return Written(operands[0].text.removesuffix(suffix) + _inverse_transpose(pen), form.strength)
    return Written(form.template.format(bracketed(operands[0], form.demand(0), pen.style), **_settings(node, pen)),
                   form.strength)  # fmt: skip


def _inverse_transpose(pen: Pen) -> str:
    return pen.style.transpose.replace("^", "^-").replace("-{", "{-")


def _solved(node: Node, operands: list[Written], pen: Pen) -> Written:
    """A^-1 b, and A^-T b for a system with a transpose."""
    form, (matrix, side) = pen.style.form(node.op.written(node)), operands
    left, sign = bracketed(matrix, form.demand(0), pen.style), pen.style.transpose
    demand = form.demand(1) + side.text[:1].isdigit()  # A^-1 (2 b): not a number beside an exponent
    below = _kept_apart(bracketed(side, demand, pen.style), side, "entries", pen)
    if node.inputs[0].op is transpose_op and matrix.text.endswith(sign):
        return Written(f"{matrix.text.removesuffix(sign)}{_inverse_transpose(pen)} {below}", form.strength, "matrix")
    return Written(form.template.format(left, below), form.strength, "matrix")


def _quotient(node: Node, operands: list[Written], pen: Pen) -> Written:
    form = pen.style.form(node.op.written(node))
    texts = [bracketed(each, form.demand(slot), pen.style) for slot, each in enumerate(operands)]
    above = operands[0].text
    if pen.style is TEXT and (node.inputs[0].op is neg or numbers.is_number(above)) and "/" not in above:
        texts[0] = above  # -a / b is read as it is meant without brackets
    strength = Strength.SUM if texts[0].startswith("-") and pen.style is TEXT else form.strength
    if pen.style is TEXT and strength == Strength.PRODUCT:
        strength = QUOTIENT
    return Written(form.template.format(*texts), strength, "entries" if node.inputs[1].ndim else operands[0].kind)


# Sums ---------------------------------------------------------------------------------------------------------------
def _sum_of_two(node: Node, operands: list[Written], pen: Pen) -> Written:
    """x + (-y) is written x - y."""
    left, right = operands
    first = bracketed(left, Strength.SUM, pen.style)
    second = bracketed(right, Strength.SUM, pen.style)
    sign, second = (" - ", second[1:]) if second.startswith("-") else (" + ", second)
    return Written(f"{first}{sign}{second}", Strength.SUM)


def _difference(node: Node, operands: list[Written], pen: Pen) -> Written:
    """x - (-2 y) is written x + 2 y; a sign that the user wrote, x - (-y), is kept."""
    right = node.inputs[1]
    while right.op in (broadcast, reshape_op):
        right = right.inputs[0]
    form = pen.style.form(node.op.written(node))
    first, second = (bracketed(each, form.demand(slot), pen.style) for slot, each in enumerate(operands))
    if operands[1].text.startswith("-") and operands[1].strength == Strength.SUM and right.op in (mul, carry):
        return Written(f"{first} + {operands[1].text[1:]}", Strength.SUM)
    return Written(form.template.format(first, second), form.strength)


def _sum_over(node: Node, operands: list[Written], pen: Pen) -> Written:
    """sum_k sum_l x_kl: sums over several indices follow each other without brackets."""
    form = pen.style.form(node.op.written(node))
    text = operands[0].text if node.inputs[0].op is sum_over_op else bracketed(operands[0], form.demand(0), pen.style)
    return Written(form.template.format(text), form.strength)


def _negative(node: Node, operands: list[Written], pen: Pen) -> Written:
    return Written(f"-{bracketed(operands[0], QUOTIENT, pen.style)}", Strength.SUM, operands[0].kind, signed=True)


def _summed(node: Node, operands: list[Written], pen: Pen) -> Written:
    """In LaTeX a sum over one axis of a matrix is a sum over an index."""
    form = pen.style.form(node.op.written(node))
    axes, ndim = node.settings["axes"], node.inputs[0].ndim
    if pen.style is not LATEX or len(axes) == ndim:
        text = bracketed(operands[0], form.demand(0), pen.style)
        return Written(form.template.format(text, **_settings(node, pen)), form.strength)
    whole = bracketed(operands[0], Strength.ATOM, pen.style)
    letters = [letter if axis in axes else ":" for axis, letter in zip(range(ndim), "ijkl", strict=False)]
    over = ",".join(letter for letter in letters if letter != ":")
    return Written(rf"\sum_{{{over}}} {whole}_{{{','.join(letters)}}}", Strength.PRODUCT)


# Movements ----------------------------------------------------------------------------------------------------------
def _passed_on(node: Node, operands: list[Written], pen: Pen) -> Written:
    return operands[0]


def _cast(node: Node, operands: list[Written], pen: Pen) -> Written:
    """A condition that became a number is written 1{...}; other casts are not written."""
    if node.inputs[0].dtype.kind != "b":
        return operands[0]
    form = pen.style.form(node.op.written(node))
    return Written(form.template.format(operands[0].text), form.strength)


def _reshaped(node: Node, operands: list[Written], pen: Pen) -> Written:
    """A reshape that only adds or drops axes of size 1 is not written."""
    before, after = ([size for size in shape if size != 1] for shape in (node.inputs[0].shape, node.shape))
    if before == after:
        return operands[0]
    form = pen.style.form(node.op.written(node))
    return Written(form.template.format(operands[0].text, **_settings(node, pen)), form.strength)


def _copies(node: Node, operands: list[Written], pen: Pen) -> Written:
    """Copies as a product with ones: c 𝟏, v 𝟏^T for a column copied to the right, 𝟏 v^T for a row copied downwards."""
    source, piece = node.inputs[0], operands[0]
    if source.type.size == 1 and node.ndim:
        return _times_ones(piece, pen.style.ones, pen)
    if not uncopied(node).ndim:  # copied once before: the ones are written already
        return piece
    if node.ndim != 2:
        form = pen.style.form(node.op.written(node))
        return Written(form.template.format(bracketed(piece, form.demand(0), pen.style)), form.strength)
    if source.ndim == 2 and source.shape[1] == 1:
        return replace(_times_ones(piece, pen.style.ones + pen.style.transpose, pen), kind="matrix")
    row = source.ndim == 1 or (source.op is reshape_op and source.inputs[0].ndim == 1)
    turned = bracketed(piece, Strength.ATOM, pen.style) + pen.style.transpose
    below = turned if row else bracketed(piece, Strength.PRODUCT, pen.style)
    return Written(f"{pen.style.ones} {below}", Strength.PRODUCT, "matrix")


def _times_ones(piece: Written, ones: str, pen: Pen) -> Written:
    if piece.text in ("0", "1"):
        return piece if piece.text == "0" else Written(ones)
    text = piece.text if numbers.is_number(piece.text) else bracketed(piece, Strength.PRODUCT, pen.style)
    return Written(f"{text} {ones}", Strength.SUM if text.startswith("-") else Strength.PRODUCT)


def _entry(node: Node, operands: list[Written], pen: Pen) -> Written:
    """q_k, and (W_1)_ij where the name has an index of its own."""
    below = tuple(write_index(index) for index in node.settings["at"])
    if node.inputs[0] in pen.names:
        return Written(pen.style.indexed(pen.names[node.inputs[0]], below))
    form = pen.style.form(node.op.written(node))
    return Written(form.template.format(bracketed(operands[0], form.demand(0), pen.style)), form.strength)


_SPECIAL: dict[Any, Callable[[Node, list[Written], Pen], Written]] = {
    mul: _product, carry: _product, matmul_op: _matrix_product, outer_op: _matrix_product, div: _quotient,
    add: _sum_of_two, sub: _difference, neg: _negative, sum_op: _summed, mark: _passed_on, cast: _cast,
    reshape_op: _reshaped, broadcast: _copies, entry_op: _entry, sum_over_op: _sum_over,
    transpose_op: _transposed, solve_op: _solved,
}  # fmt: skip
