"""Nodes in, what they are called in a sentence out: the author's own names, and short formulas where there is none.

One idea: a sentence about a slip must speak of what stands on the author's page, so a step without a name is written
with its op's own notation over the names below it, and described by its op where that would be long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ...ir.node import Node
from ...ir.notation import Form, Strength
from ...ops.choices import cast, mark
from ...ops.movement import broadcast
from ...ops.sources import constant_op

_LONGEST = 48  # letters of a formula that may stand in a sentence
_DEEPEST = 6
_LARGEST_BELOW = 1000  # a denominator that is written out
_TRANSPARENT = frozenset({broadcast, cast, mark})


def bare(node: Node) -> Node:
    """What a broadcast, a cast or a mark stands for."""
    while node.op in _TRANSPARENT:
        node = node.inputs[0]
    return node


@dataclass(frozen=True, slots=True)
class Words:
    """How nodes are called: `names` as plain text, or as LaTeX source, which is then set between dollar signs."""

    names: Mapping[Node, str]
    latex: bool = False

    def of(self, node: Node) -> str:
        """A node in a sentence."""
        return self.math(self.raw(node))

    def raw(self, node: Node) -> str:
        """A node as a piece of a formula: its name, its formula, or what kind of step it is."""
        name = self.names.get(node) or self.names.get(bare(node))
        if name is not None:
            return name
        text = self._write(bare(node), _DEEPEST)[0]
        if text and len(text) <= _LONGEST:
            return text
        op = bare(node).op.name.replace("_", " ")
        return rf"\text{{the {op}}}" if self.latex else f"the result of {op}"

    def math(self, text: str) -> str:
        """A piece of a formula as it stands in a sentence."""
        return f"${text}$" if self.latex else text

    def slope(self, node: Node) -> str:
        """The derivative of a function of one argument where it is taken, such as sigmoid'(z)."""
        form = self._form(node)
        inside = self.raw(node.inputs[0])
        if form is not None and form.template.endswith("({0})"):
            return self.math(f"{form.template.removesuffix('({0})').format()}'({inside})")
        return f"the derivative of {self.of_formula(node)}"

    def of_formula(self, node: Node) -> str:
        """How a node is computed, even if it has a name."""
        text = self._written(bare(node), _DEEPEST)[0]
        return self.math(text) if text and len(text) <= _LONGEST else self.of(node)

    def gradient(self, output: Node, node: Node) -> str:
        """The derivative of the output by a node."""
        above, below = self.raw(output), self.raw(node)
        if self.latex:
            return self.math(rf"\frac{{\partial {above}}}{{\partial {below}}}")
        short = below.isidentifier() and len(below.partition("_")[0]) <= 2 and len(above) <= 2
        return f"d{above}/d{below}" if short else f"the gradient of {below}"

    def formula(self, node: Node, longest: int) -> str:
        """The formula of a node, as long as it may be; nothing where it is longer."""
        text = self._written(bare(node), 2 * _DEEPEST)[0]
        return self.math(text) if len(text) <= longest else ""

    def _form(self, node: Node) -> Form | None:
        try:
            notation = node.op.written(node)
        except (KeyError, IndexError, AttributeError, TypeError):
            return None
        return notation.latex if self.latex else notation.text

    def _write(self, node: Node, depth: int) -> tuple[str, int]:
        """The text of a node and how strongly it holds together; no text where it would be too long."""
        node = node if node in self.names else bare(node)
        if node in self.names:
            return self.names[node], Strength.ATOM
        return self._written(node, depth)

    def _written(self, node: Node, depth: int) -> tuple[str, int]:
        if node.op is constant_op:
            return number_text(node), Strength.ATOM
        form = self._form(node)
        if not depth or form is None or not node.inputs:
            return "", Strength.ATOM
        pieces = [self._write(each, depth - 1) for each in node.inputs]
        if not all(text for text, _ in pieces):
            return "", Strength.ATOM
        left, right = (r"\left(", r"\right)") if self.latex else ("(", ")")
        texts = [
            text if strength >= form.demand(slot) else f"{left}{text}{right}"
            for slot, (text, strength) in enumerate(pieces)
        ]
        try:
            return form.template.format(*texts, **node.settings), form.strength
        except (KeyError, IndexError, ValueError):
            return "", Strength.ATOM


def number_text(node: Node) -> str:
    """A constant that is one number, as it would be written; nothing for a table of numbers."""
    value = number_of(node)
    if value is None or value - value != 0:
        return ""
    fraction = Fraction(value).limit_denominator(_LARGEST_BELOW)
    plain = f"{value:.6g}"
    return str(fraction) if float(plain) != value and abs(float(fraction) - value) <= 4e-16 * abs(value) else plain


def number_of(node: Node) -> float | None:
    """The number that a constant is, copied or not; None for anything else."""
    node = bare(node)
    if node.op is not constant_op or node.value is None or getattr(node.value, "size", 1) != 1:
        return None
    return float(node.value.reshape(())[()]) if node.value.dtype.kind in "fiu" else None


def axis_words(axes: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """The axes of an array in a sentence: rows and columns where it is a matrix."""
    if len(shape) == 2 and len(axes) == 1:
        return f"the {shape[axes[0]]} {'rows' if axes[0] == 0 else 'columns'} (axis {axes[0]})"
    if len(axes) == len(shape):
        return f"the {shape[0]} entries" if len(shape) == 1 else "all entries"
    numbers = " and ".join(map(str, axes))
    return f"ax{'es' if len(axes) > 1 else 'is'} {numbers}"
