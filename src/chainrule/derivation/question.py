"""What is asked: the text of --wrt in, the steps and entries it names out.

One idea: symbols are the ones that are printed, so every symbol of the explanation can be asked about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import UnknownNameError, did_you_mean
from ..ir.graph import Graph, topological_order
from ..ir.node import Node
from .symbols import shown_nodes, symbols_for

_ENTRY = re.compile(r"\s*(.+?)\s*\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]\s*$")


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A step, and one entry of it (counted from 0) or all of it (None)."""

    node: Node
    at: tuple[int, ...] | None = None


def split_symbols(text: str) -> list[str]:
    """`W_1, W2[1,2], b` as its symbols: commas inside brackets do not separate.

    >>> split_symbols("W_1, W2[1,2],b")
    ['W_1', 'W2[1,2]', 'b']
    """
    return [part.strip() for part in re.split(r",(?![^\[\]{}()]*[\]})])", text) if part.strip()]


def read_questions(graph: Graph, asked: Sequence[str], first_index: int) -> list[Question]:
    """The steps that the symbols name. `first_index` is 1 in written mathematics and 0 in Python.

    Raises UnknownNameError for a symbol that nothing prints as.
    """
    order = topological_order(graph.outputs, graph.inputs)
    symbols = symbols_for(order, shown_nodes(order, graph.names, graph.inputs, graph.outputs), graph.names)
    known = {symbol: node for node, symbol in symbols.items()}
    return [_read(text, known, first_index) for text in asked]


def _read(text: str, known: dict[str, Node], first_index: int) -> Question:
    if text in known:
        return Question(known[text])
    entry = _ENTRY.match(text)
    name = entry[1] if entry else text
    if name not in known:
        raise UnknownNameError(
            given=f"the symbol '{name}'",
            expected=f"one of {', '.join(known)}",
            remedy=did_you_mean(name, known) or "ask about a symbol of the forward table",
        )
    assert entry is not None
    return Question(known[name], tuple(int(index) - first_index for index in entry[2].split(",")))
