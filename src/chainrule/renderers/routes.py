"""Routes: the paths and the batch of a derivation in, each path's factors and each example's share as text out.

One idea: a gradient is the sum over all paths, and each path is a product that can be checked by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..derivation.lines import Derivation, Line, Path, Paths
from ..ir.graph import topological_order
from ..ir.notation import Strength
from ..ops.reductions import mean_op
from .formula import Pen, bracketed, number_written
from .numbers import is_array

MOST_TOLD = 16


@dataclass(frozen=True, slots=True)
class Route:
    """One path: its nodes from the output down, its factors in symbols and in numbers, and its product.

    `symbols` and `numbers` are empty where a factor is not a single expression, or where the factors are arrays, whose
    product is more than one after the other.
    """

    nodes: tuple[str, ...]
    symbols: str
    numbers: str
    value: Any


@dataclass(frozen=True, slots=True)
class Routes:
    """The paths to one symbol: those that are told, how many there are, and their sum."""

    symbol: str
    gradient: str
    told: tuple[Route, ...]
    count: int
    total: Any


def routes(derivation: Derivation, pen: Pen) -> Iterator[Routes]:
    """The paths to every symbol that has more than one: for the others they would repeat the backward pass."""
    for symbol, found in derivation.all_paths.items():
        if found.count > 1:
            yield routes_to(derivation, symbol, found, pen)


def routes_to(derivation: Derivation, symbol: str, found: Paths, pen: Pen) -> Routes:
    """The paths to one symbol as text."""
    told = tuple(route(each, pen) for each in found.listed[:MOST_TOLD])
    return Routes(symbol, gradient_name(derivation, symbol, pen), told, found.count, found.total)


def gradient_name(derivation: Derivation, symbol: str, pen: Pen) -> str:
    """How the gradient of a symbol is written: dL/dx, or the user's own name for it."""
    for line in derivation.lines:
        if line.symbol == symbol:
            return pen.style.name(derivation.names[line.gradient])
    return pen.style.name(f"d{derivation.output}/d{symbol}")


def route(path: Path, pen: Pen) -> Route:
    """One path as text. Arrays multiply in the order of the rules, which a row of factors cannot show."""
    symbols = [symbol for symbol in path.symbols if symbol is not None and not symbol.ndim]
    if len(symbols) < len(path.symbols) or is_array(path.value):
        return Route(path.nodes, "", "", path.value)
    written = [bracketed(pen.piece(symbol), Strength.PRODUCT, pen.style) for symbol in symbols]
    numbers = [number_written(factor, pen) for factor in path.factors if factor is not None]
    first, rest = numbers[:1], numbers[1:]
    values = [each.text for each in first] + [bracketed(each, Strength.PRODUCT, pen.style) for each in rest]
    return Route(path.nodes, pen.style.dot.join(written), pen.style.times.join(values), path.value)


# Batches ------------------------------------------------------------------------------------------------------------
def lines_with_examples(derivation: Derivation) -> list[Line]:
    """The lines that sum over the examples of a batch."""
    return [line for line in derivation.lines if line.examples]


def averaged_over(derivation: Derivation, count: int) -> bool:
    """Whether the loss is a mean over this many examples."""
    output = next(row.node for row in derivation.rows if row.symbol == derivation.output)
    return any(
        node.op is mean_op and 0 in node.settings["axes"] and node.inputs[0].shape[:1] == (count,)
        for node in topological_order([output])
    )
