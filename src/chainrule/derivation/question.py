"""What is asked: the text of --wrt in, the steps and entries it names out.

One idea: symbols are the ones that are printed, so every symbol of the explanation can be asked about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import BoundsError, UnknownNameError, did_you_mean
from ..ir.graph import Graph, topological_order
from ..ir.node import Node
from .formulas.results import Layout
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

    Raises UnknownNameError for a symbol that nothing prints as, and BoundsError for an entry an array does not have.
    """
    known = _symbols(graph)
    return [_read(text, known, first_index) for text in asked]


def _symbols(graph: Graph) -> dict[str, Node]:
    order = topological_order(graph.outputs, graph.inputs)
    symbols = symbols_for(order, shown_nodes(order, graph.names, graph.inputs, graph.outputs), graph.names)
    return {symbol: node for node, symbol in symbols.items()}


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
    at = tuple(int(index) - first_index for index in entry[2].split(","))
    _check_place(known[name], at, name, first_index)
    return Question(known[name], at)


def _check_place(node: Node, at: tuple[int, ...], symbol: str, first_index: int) -> None:
    """Raises BoundsError for an entry the array does not have, in the counting of whoever asked."""
    if len(at) != node.ndim or any(not 0 <= place < size for place, size in zip(at, node.shape, strict=False)):
        last = "its size" if first_index else "its size - 1"
        count = f"{node.ndim} ind{'ex' if node.ndim == 1 else 'ices'}, each from {first_index} to {last}"
        written = ",".join(str(place + first_index) for place in at)
        raise BoundsError(
            given=f"the entry {symbol}[{written}], where {symbol} has shape {node.shape}",
            expected=count if node.ndim else f"{symbol} alone: it is a number",
            remedy=f"indices count from {first_index}, as {'mathematics' if first_index else 'Python'} does",
        )


def check_called(graph: Graph, called: Mapping[str, str]) -> None:
    """Raises UnknownNameError for a name given to the gradient of something that is no symbol."""
    known = _symbols(graph)
    if not isinstance(called, Mapping):
        raise UnknownNameError(given=f"called={called!r}", expected="a dict of symbols and names: {'z_1': 'delta_1'}")
    for symbol in called:
        if symbol not in known:
            raise UnknownNameError(
                given=f"a name for the gradient of '{symbol}'", expected=f"one of {', '.join(known)}",
                remedy=did_you_mean(symbol, known) or "name the gradient of a symbol of the forward table",
            )  # fmt: skip
        if called[symbol] in known:
            raise UnknownNameError(
                given=f"'{called[symbol]}' as the name of the gradient of {symbol}",
                expected=f"a name of its own: {called[symbol]} is a symbol already",
                remedy=f"call it delta_{symbol}, for example",
            )  # fmt: skip


def read_variables(
    graph: Graph, asked: Sequence[str], places: Mapping[str, Node] | None = None, doing: str = "the derivative by"
) -> list[Node]:
    """The steps to differentiate by: all inputs if none is named. `places` are arguments by path, as params.W1.

    The name of a container, params, stands for everything in it. `doing` is what is said of them, for the message.
    Raises UnknownNameError for a name that nothing has.
    """
    found: dict[Node, None] = {}
    for name in asked:
        below = [node for path, node in (places or {}).items() if f"{path}.".startswith(f"{name}.")]
        found.update(dict.fromkeys(below or [_whole(name, graph, places or {}, doing)]))
    return list(found) or list(graph.inputs)


def _whole(name: str, graph: Graph, places: Mapping[str, Node], doing: str) -> Node:
    known = {symbol: node for node, symbol in graph.names.items()}
    if name in known and known[name] is graph.outputs[0] and known[name].inputs:
        raise UnknownNameError(
            given=f"{doing} '{name}', which is the output itself", expected="an input, or a step before the output",
            remedy="leave --wrt out for all inputs",
        )  # fmt: skip
    if name in known:
        return known[name]
    entry = _ENTRY.match(name)
    if entry is not None and entry[1] in known:
        raise UnknownNameError(
            given=f"the entry {name}", expected=f"a whole array: {entry[1]}",
            remedy="its index form says every entry; `explain` works out a single one in numbers",
        )  # fmt: skip
    inner = [symbol for symbol, node in known.items() if node is not graph.outputs[0]]
    names = [*inner, *(path for path in places if path not in known)]
    raise UnknownNameError(
        given=f"{doing} '{name}'",
        expected=f"one of {', '.join(names)}" if names else "a variable: the function has none",
        remedy=did_you_mean(name, names) or "name an input, or a step that has a name",
    )


LAYOUTS = {"denominator": Layout.DENOMINATOR, "numerator": Layout.NUMERATOR, "mixed": Layout.MIXED}


def read_layout(name: str) -> Layout:
    """The layout of this name. Raises UnknownNameError."""
    if name not in LAYOUTS:
        raise UnknownNameError(
            given=f"layout={name!r}",
            expected=" or ".join(map(repr, LAYOUTS)),
            remedy=did_you_mean(str(name), LAYOUTS) or "leave it out: a gradient then has the shape of its variable",
        )
    return LAYOUTS[name]
