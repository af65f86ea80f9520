"""The meant tree in, the same tree out with the powers and bars marked that work on each entry of a matrix.

One idea: whether X^2 is X X and |X| a determinant is told by what stands around it. A matrix product, a trace or a name
takes a matrix whole; `sum` and `mean` ask for its entries, and so does an error such as (Y - T)^2 that stands alone.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto

from .functions import OF_ENTRIES, OF_MATRICES
from .meaning import Call, Literal, Meaning, Power, Product, Program, Total, mapped
from .ranks import is_coefficient, segments


class Around(Enum):
    """What stands around a node."""

    NOTHING = auto()  # it is all that a statement says, coefficients and functions of each entry aside
    ENTRIES = auto()  # a sum or a mean of all entries
    WHOLE = auto()  # a product, a trace, an index


def with_entries_marked(program: Program) -> Program:
    """The program with every power and every pair of bars that works entry by entry marked so."""
    marked = tuple(replace(each, body=mark(each.body, Around.NOTHING)) for each in program.definitions)
    return replace(program, definitions=marked)


def mark(node: Meaning, around: Around) -> Meaning:
    """A node with its powers and bars marked."""
    match node:
        case Power(base, exponent):
            alone = around is Around.NOTHING and isinstance(base, Total) and isinstance(exponent, Literal)
            entries = around is Around.ENTRIES or alone
            return replace(node, base=mark(base, around if entries else Around.WHOLE), entries=entries)
        case Call("bars", (body,)):
            return replace(node, function="abs", arguments=(mark(body, around),)) if around is Around.ENTRIES else node
        case Call(function):
            inside = Around.ENTRIES if function in OF_ENTRIES else Around.WHOLE if function in OF_MATRICES else around
            return _below(node, inside)
        case Product():
            return _product(node, around)
        case Total():
            return _below(node, around)
        case _:
            return _below(node, Around.WHOLE)


def _below(node: Meaning, around: Around) -> Meaning:
    def inside(each: Meaning) -> Meaning:
        return mark(each, around)

    return mapped(node, inside)


def _product(node: Product, around: Around) -> Product:
    """A factor that meets only numbers, or others entry by entry, stands as the product does."""
    alone: set[int] = set()
    for segment in segments(node):
        arrays = [each for each in segment if not is_coefficient(each)]
        alone |= {id(each) for each in arrays[:1] if len(arrays) == 1}
    pairs = tuple((sign, mark(each, around if id(each) in alone else Around.WHOLE)) for sign, each in node.factors)
    return replace(node, factors=pairs)
