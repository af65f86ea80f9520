"""Index notation: single entries, deltas and sums over an index, as nodes like any others.

One idea: `q_k`, `1{k = i}` and `sum_k` are ops too, so the laws, the names and the renderers serve index form
unchanged. They are never evaluated over arrays: they are how a derivative is said, not how it is computed.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ..errors import TraceError
from ..ir.library import Array, Library, reference
from ..ir.node import Node, find, make
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Complexes, Domain, Flat, Op, Role
from ..ir.types import ArrayType, array_type
from .declare import op

Index: TypeAlias = "int | str"  # a place counted from 0, or the name of an index

_SPOKEN = Flat("index notation is spoken, not differentiated")


def number_type(*types: ArrayType, **params: Any) -> ArrayType:
    return array_type((), types[0].dtype if types else reference().dtype("float64"))


def write_index(index: Index) -> str:
    """An index as mathematics writes it: places count from 1."""
    return str(index + 1) if isinstance(index, int) else index


def subscript(indices: tuple[Index, ...]) -> str:
    written = [write_index(index) for index in indices]
    return ("" if all(len(each) == 1 for each in written) else ",").join(written)


def entry_notation(node: Node) -> Notation:
    indices = node.settings["at"]
    text = f"[{','.join(write_index(index) for index in indices)}]"
    below = subscript(indices).replace("{", "{{").replace("}", "}}")
    code = ", ".join(str(index) for index in indices)
    return Notation(
        Form(f"{{0}}{text}", Strength.ATOM, (Strength.ATOM,)),
        Form(f"{{0}}_{{{{{below}}}}}", Strength.ATOM, (Strength.ATOM,)),
        Form(f"{{0}}[{code}]", Strength.ATOM, (Strength.ATOM,)),
    )


@op("entry", _SPOKEN, entry_notation, Role.MOVES, type_rule=number_type, domain=Domain(()), complexes=Complexes.OWN)
def entry_op(xp: Library, x: Array, *, at: tuple[Index, ...]) -> Array:
    """One entry of an array."""
    if not all(isinstance(index, int) for index in at):
        raise TraceError(given=f"an entry at {at}", expected="places, to evaluate it", remedy="say which entry")
    return x[at]


def delta_notation(node: Node) -> Notation:
    first, second = (write_index(each) for each in node.settings["pair"])
    return Notation(
        Form(f"1{{{{{first} = {second}}}}}"), Form(rf"\mathbb{{{{1}}}}\{{{{{first} = {second}\}}}}"), Form("1.0")
    )


@op("delta", _SPOKEN, delta_notation, Role.SOURCE, type_rule=number_type, domain=Domain(()))
def delta_op(xp: Library, *, pair: tuple[Index, Index]) -> Array:
    """1 where two indices are equal, else 0 (Kronecker's delta)."""
    raise TraceError(given=f"a delta of {pair}", expected="places, to evaluate it", remedy="say which entry")


def sum_over_notation(node: Node) -> Notation:
    index = node.settings["index"]
    return Notation(
        Form(f"sum_{index} {{0}}", Strength.PRODUCT - 1, (Strength.PRODUCT,)),
        Form(rf"\sum_{{{{{index}}}}} {{0}}", Strength.PRODUCT - 1, (Strength.PRODUCT,)),
        Form("np.sum({0})"),
    )


# Lazy, because a sum over a name cannot be evaluated, not even one of numbers.
@op(
    "sum_over", _SPOKEN, sum_over_notation, Role.SPREADS, type_rule=number_type, domain=Domain(()), lazy=True,
    complexes=Complexes.OWN,
)  # fmt: skip
def sum_over_op(xp: Library, x: Array, *, index: str) -> Array:
    """The sum of an indexed expression over one index."""
    raise TraceError(given=f"a sum over {index}", expected="an expression without a named index, to evaluate it",
                     remedy="evaluate the graph it speaks of")  # fmt: skip


def row_type(x: ArrayType) -> ArrayType:
    return array_type((1, *x.shape), x.dtype)


ROW = Notation(
    Form("{0}^T", Strength.POSTFIX, (Strength.ATOM,)),
    Form(r"{0}^{{\top}}", Strength.POSTFIX, (Strength.ATOM,)),
    Form("{0}[None, :]", Strength.ATOM, (Strength.ATOM,)),
)


@op("row", _SPOKEN, ROW, Role.MOVES, type_rule=row_type, domain=Domain(()), complexes=Complexes.OWN)
def row(xp: Library, x: Array) -> Array:
    """A vector as a row: the Jacobian of an inner product in numerator layout."""
    return x[None, :]


def identity_type(x: ArrayType) -> ArrayType:
    return array_type((*x.shape, *x.shape), x.dtype)


IDENTITY = Notation(Form("I"), Form("I"), Form("np.eye(len({0}))"))


@op("identity", _SPOKEN, IDENTITY, Role.SOURCE, type_rule=identity_type, domain=Domain(()))
def identity(xp: Library, x: Array) -> Array:
    """The identity matrix of the size of a vector."""
    return xp.eye(x.shape[0], dtype=x.dtype)


def entry(x: Any, at: tuple[Index, ...]) -> Any:
    """The entry of x at these indices; x itself if it is a number."""
    return entry_op(x, at=at) if at else x


def delta(first: Index, second: Index) -> Any:
    """1 or 0 where it is known, else the node of the delta."""
    if first == second:
        return 1
    if isinstance(first, int) and isinstance(second, int):
        return 0
    return _build(delta_op, pair=(first, second))


def _build(made: Op, **params: Any) -> Node:
    """A node without inputs: calling the op would run its kernel."""
    settings = tuple(params.items())
    found = find(made, (), settings)
    return make(made, (), settings, number_type()) if found is None else found


def sum_over(x: Any, index: str) -> Any:
    """The sum of an expression over one named index."""
    return sum_over_op(x, index=index)
