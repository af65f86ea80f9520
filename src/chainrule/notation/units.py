"""Vectors of ones and identity matrices: where `1` and `I` stand for one, and the arrays that they are.

One idea: in `1^T X 1` and `X + 1 b^T` a transpose, or a matrix before it, says that 1 is a vector; in `X^T X + c I`
nobody has said what I is, and a matrix is wanted. How large they are follows from the sizes beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import LimitError, ParseError
from ..ir.coercion import as_node
from ..ir.library import reference
from ..ir.node import Node
from ..ops import diagonals
from . import limits
from .kinds import Context, Value
from .meaning import (
    Literal,
    Meaning,
    Program,
    Reading,
    Transposed,
    Unit,
    Variable,
    everything,
    mapped,
)  # fmt: skip
from .ranks import infer_ranks
from .sizes import Size
from .symbols import Symbol

Factors = list[tuple[str, Meaning]]


def with_ones(factors: Factors) -> tuple[tuple[str, Meaning], ...]:
    """Factors side by side, with 1 as a vector of ones where it is transposed, or follows or meets an array."""
    found: Factors = []
    for place, (sign, node) in enumerate(factors):
        after = factors[place + 1] if place + 1 < len(factors) else ("/", node)
        if isinstance(node, Transposed) and _is_one(node.body):
            found.append((sign, Transposed(Unit(False, node.body.span), node.span)))
        elif _is_one(node) and ((place and not sign) or (not after[0] and isinstance(after[1], Transposed))):
            found.append((sign, Unit(False, node.span)))
        else:
            found.append((sign, node))
    return tuple(found)


def _is_one(node: Meaning) -> bool:
    return isinstance(node, Literal) and node.value == 1 and node.written in ("1", "𝟙")


def has_units(program: Program) -> bool:
    """Whether a vector of ones or an identity stands in a program."""
    return any(isinstance(each, Unit) for definition in program.definitions for each in everything(definition.body))


# Identity ------------------------------------------
def with_identity(
    program: Program, inputs: Sequence[Symbol], known: Mapping[str, tuple[Size, ...]]
) -> tuple[Program, list[Symbol]]:
    """The program and its inputs with I as the identity, where I is a matrix of which nothing is said."""
    named = {symbol.text for symbol in inputs if symbol.base == "I" and not (symbol.accents or symbol.superscript)
             and (not symbol.subscript or symbol.subscript.isalpha())} - set(known)  # fmt: skip
    ranks = infer_ranks(program, {name: len(shape) for name, shape in known.items()}) if named else {}
    named = {name for name in named if ranks.get(name) == 2}
    if not named:
        return program, list(inputs)

    def put_in(node: Meaning) -> Meaning:
        if isinstance(node, Variable) and node.symbol.text in named:
            return Unit(True, node.span)
        return mapped(node, put_in)

    definitions = tuple(replace(each, body=put_in(each.body)) for each in program.definitions)
    readings = (*program.readings, Reading(", ".join(sorted(named)), "the identity matrix", definitions[0].span))
    return replace(program, definitions=definitions, readings=readings), [
        each for each in inputs if each.text not in named
    ]


# Arrays ------------------------------------------
def unit(node: Unit, context: Context) -> Value:
    """The vector of ones or the identity itself. Raises ParseError where nothing says how large it is."""
    size = context.units.get(id(node))
    if size is None:
        what = "I, the identity matrix" if node.square else "1, a vector of ones"
        raise ParseError(
            given=f"{what}, of which nothing says how large it is", where=node.span,
            expected="an array beside it that has a size", remedy="give the shapes of the arrays (--shapes)",
        )  # fmt: skip
    if size ** (1 + node.square) > limits.ENTRIES:
        raise LimitError(given=f"{size:,} ones", where=node.span, expected=f"at most {limits.ENTRIES:,} entries",
                         remedy="give smaller sizes")  # fmt: skip
    ones = reference().ones(size)
    if not node.square:
        return Value(ones)
    symbolic = any(isinstance(value.node, Node) for value in context.names.values())
    identity = diagonals.diag(as_node(ones) if symbolic else ones)
    if symbolic:
        context.identities.append(identity)
    return Value(identity)
