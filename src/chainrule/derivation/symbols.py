"""Symbols for the steps nobody named: a graph and the names it has in, a symbol for every step that is shown out.

One idea: what the user named keeps its name; the argument of an activation is a z and its result an h, as teachers
write; the rest are q, r, s, t, and v_1, v_2, ... where there are many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..ir.graph import consumers
from ..ir.node import Node
from ..ir.types import BundleType
from ..ops.choices import cast, mark
from ..ops.generic import is_generic
from ..ops.movement import broadcast
from ..ops.sources import constant_op

TRANSPARENT = frozenset({broadcast, cast, mark})
_LETTERS = ("q", "r", "s", "t", "p", "v")
ACTIVATIONS = frozenset({"sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus"})


def shown_nodes(
    order: Sequence[Node], names: Mapping[Node, str], inputs: Iterable[Node], outputs: Sequence[Node] = ()
) -> list[Node]:
    """The steps that get a row: not constants, nor what only constants feed, nor unnamed broadcasts and casts.

    An output gets one in any case.
    """
    alive = set(inputs)
    shown = []
    for node in order:
        if node in alive or (node.inputs and not alive.isdisjoint(node.inputs)):
            alive.add(node)
            hidden = node.op in TRANSPARENT or isinstance(node.type, BundleType)  # of a bundle its parts are shown
            if node in names or not hidden or any(node is each for each in outputs):
                shown.append(node)
        elif any(node is each for each in outputs):
            shown.append(node)
    return shown


def symbols_for(order: Sequence[Node], shown: Sequence[Node], names: Mapping[Node, str]) -> dict[Node, str]:
    """A symbol for each node, all different. Names that were given twice are numbered in order: h, h_2, h_3."""
    taken: dict[str, int] = {}
    found: dict[Node, str] = {}
    for node in shown:
        if node in names:
            found[node] = unused(names[node], taken)
    fresh = fresh_symbols(sum(node not in found for node in shown), taken)
    activations = activation_names(order, shown, found, taken)
    for node in shown:
        if node not in found:
            found[node] = activations.get(node) or next(fresh)
    return {node: found[node] for node in shown}


def unused(name: str, taken: dict[str, int]) -> str:
    """The name itself, or the first of name_2, name_3 that is free. `taken` says how far a name has been counted."""
    number, candidate = taken.get(name, 1), name
    while candidate in taken:
        number += 1
        candidate = f"{name}_{number}"
    taken[name], taken[candidate] = number, 1 if candidate != name else number
    return candidate


def fresh_symbols(count: int, taken: dict[str, int]) -> Iterator[str]:
    """Letters while they suffice, numbered steps beyond."""
    if count <= len(_LETTERS):
        for letter in _LETTERS:
            if letter not in taken:
                taken[letter] = 1
                yield letter
    number = 0
    while True:
        number += 1
        if f"v_{number}" not in taken:
            taken[f"v_{number}"] = 1
            yield f"v_{number}"


def activation_names(
    order: Sequence[Node], shown: Sequence[Node], found: Mapping[Node, str], taken: dict[str, int]
) -> dict[Node, str]:
    """z and h around an activation function (z_1, h_1, z_2, h_2 where there are several); s for a softmax."""
    unnamed = dict.fromkeys(node for node in shown if node not in found)
    activations = [node for node in shown if node.op.name in ACTIVATIONS or is_generic(node.op)]
    readers = consumers(order)
    result: dict[Node, str] = {}
    for number, node in enumerate(activations, 1):
        suffix = f"_{number}" if len(activations) > 1 else ""
        source = node.inputs[0]
        if source in unnamed and source not in result and source.inputs and len(readers[source]) == 1:
            result[source] = unused(f"z{suffix}", taken)
        if readers.get(node) and node in unnamed:
            result[node] = unused(f"h{suffix}", taken)
    for node in unnamed:
        if node.op.name == "softmax" and readers.get(node) and "s" not in taken:
            result[node] = unused("s", taken)
    return result


def is_known(node: Node) -> bool:
    """Whether a node is a constant behind broadcasts and casts."""
    while node.op in TRANSPARENT:
        node = node.inputs[0]
    return node.op is constant_op
