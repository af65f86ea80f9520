"""The chain rule at the board: the explained gradient of a step in, the lines of its index form out.

One idea: the lines are those of the explanation (upstream, local derivative, sum over paths, deltas that pick), so the
working of a formula and the working of a number are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...ir.graph import topological_order
from ...ir.node import Node
from ...ir.op import record
from ...ops.arithmetic import add, mul
from ...ops.entries import delta_op, entry, entry_op, sum_over
from ...ops.movement import transpose_op
from ...ops.sources import constant_op, input_node
from ..letters import entry_form
from ..lines import Derivation, IndexForm, Line, Term
from .results import Step

_INNER = "abcde"


def chain_steps(derivation: Derivation, symbol: str, real: Mapping[str, Node]) -> tuple[list[Step], dict[Node, str]]:
    """The lines that lead to the gradient of a symbol, and the names of what stands in for gradients there.

    `real` are the steps by symbol: the stand-ins of the explanation are replaced with them, so that a line speaks of
    the same nodes as the formulas do. No lines where some arrow has no index form.
    """
    line = next((each for each in derivation.lines if each.symbol == symbol), None)
    if line is None or not line.terms or any(not _can_be_spoken(term) for term in line.terms):
        return [], {}
    voice = _Voice(derivation, real)
    steps: list[Step] = []
    totals: list[Any] = [None, None, None]  # with names, written out, and with the deltas picked
    for term in line.terms:
        lines, sizes = _term_lines(derivation, line, term, voice)
        steps.extend(lines)
        totals = [size if total is None else add(total, size) for total, size in zip(totals, sizes, strict=True)]
    if len(line.terms) > 1 or line.terms[0].via != derivation.output:
        said = [each for term in line.terms if term.index is not None for each in _picks(term.index)]
        steps.extend(_total_steps(derivation, line, totals, said))
    return steps, voice.names


def _term_lines(
    derivation: Derivation, line: Line, term: Term, voice: _Voice
) -> tuple[list[Step], Sequence[Node]]:  # fmt: skip
    """What leads to one term of the sum, and the term with names, written out, and with its deltas picked."""
    form = term.index
    assert form is not None
    written = voice(form.local)
    if term.via == derivation.output:  # where there are other paths, this is a part of the sum and not the derivative
        left = _at(f"d{derivation.output}/d{line.symbol}", form.into, apart=True)
        return [] if len(line.terms) > 1 else [Step("the local derivative", left, written)], [written] * 3
    local = voice.player(f"d{_at(term.via, form.out)}/d{_at(line.symbol, form.into)}")
    lines = [
        *_upstream_step(derivation, term, form, voice), Step("the local derivative", voice.names[local], written)
    ]  # fmt: skip
    return lines, [
        _summed(mul(_entry(voice(term.upstream), form.out), local), form.sums),
        voice(form.summed if form.substituted is None else form.substituted),
        voice(form.picked if form.closed is None else form.closed),
    ]


def _can_be_spoken(term: Term) -> bool:
    form = term.index
    return form is not None and form.local.op is not constant_op


def _upstream_step(derivation: Derivation, term: Term, form: IndexForm, voice: _Voice) -> list[Step]:
    """What arrives from above, at the letters of the consumer: df/dq_k = 2 q_k."""
    above = next((each for each in derivation.lines if each.symbol == term.via), None)
    if above is None or above.closed is None:
        return []
    written = entry_form(above.closed, form.out, frozenset(derivation.names), list(_INNER))
    return (
        []
        if written is None
        else [Step("upstream", _at(f"d{derivation.output}/d{term.via}", form.out, apart=True), voice(written))]
    )


def _total_steps(derivation: Derivation, line: Line, sizes: Sequence[Node], said: Sequence[str]) -> list[Step]:
    form = line.terms[0].index
    assert form is not None
    letters = sorted({letter for term in line.terms if term.index is not None for letter in term.index.sums})
    rule = f"the chain rule: sum over {', '.join(letters)}" if letters else "the chain rule"
    if len(line.terms) > 1:
        rule += f", and over {len(line.terms)} paths"
    named, written, picked = sizes
    found = [Step(rule, _at(f"d{derivation.output}/d{line.symbol}", form.into, apart=True), named)]
    if written is not named:
        found.append(Step("", "", written))
    if picked is not written:
        found.append(Step(f"the delta picks {', '.join(said)}" if said else "simplified", "", picked))
    return found


def _picks(form: IndexForm) -> list[str]:
    """Which letter each delta picked."""
    pairs = [node.settings["pair"] for node in topological_order([form.summed]) if node.op is delta_op]
    ordered = [(first, second) if first in form.sums else (second, first) for first, second in pairs]
    return [f"{gone} = {stays}" for gone, stays in dict.fromkeys(ordered) if gone in form.sums]


def _summed(product: Node, letters: Sequence[str]) -> Node:
    for letter in reversed(letters):
        product = sum_over(product, letter)
    return product


def _entry(node: Node, at: Sequence[Any]) -> Node:
    return entry(node, tuple(at)) if node.ndim else node


def _at(symbol: str, letters: Sequence[Any], apart: bool = False) -> str:
    """`q_k`; `df/dW_ij`; (W_1)[i,j] where the name has an index of its own."""
    if not letters:
        return symbol
    bare = symbol.rpartition("/")[2] if apart else symbol
    return f"{symbol}[{','.join(map(str, letters))}]" if "_" in bare else f"{symbol}_{''.join(map(str, letters))}"


def _entry_below(node: Node, at: tuple[Any, ...]) -> Node:
    """The entry of an array; of a transpose, the entry of what was transposed."""
    if node.op is transpose_op:
        axes = node.settings["axes"]
        below = tuple(at[axes.index(place)] for place in range(len(axes)))
        return _entry_below(node.inputs[0], below)
    return entry(node, at)  # type: ignore[no-any-return]


class _Voice:
    """Replaces stand-ins with the steps they stand for; stand-ins of gradients keep their own name."""

    def __init__(self, derivation: Derivation, real: Mapping[str, Node]) -> None:
        self.names: dict[Node, str] = {}
        self._players: dict[str, Node] = {}
        self._all = derivation.names
        self._done: dict[Node, Node] = {node: real[name] for node, name in derivation.names.items() if name in real}
        self._dtype = derivation.lines[0].gradient.dtype

    def player(self, name: str) -> Node:
        """A single number that prints as this name."""
        if name not in self._players:
            self._players[name] = input_node((), self._dtype)
            self.names[self._players[name]] = name
        return self._players[name]

    def __call__(self, expression: Node) -> Node:
        for node in topological_order([expression]):
            if node in self._done:
                continue
            if not node.inputs:
                self._done[node] = node
                if node in self._all:
                    self.names[node] = self._all[node]
            elif node.op is entry_op:
                self._done[node] = _entry_below(self._done[node.inputs[0]], node.settings["at"])
            else:
                self._done[node] = record(node.op, tuple(self._done[each] for each in node.inputs), node.settings)
        return self._done[expression]
