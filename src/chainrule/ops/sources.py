"""Where values come from: inputs and constants, the leaves of every graph."""

from __future__ import annotations

from itertools import count
from typing import Any

from ..errors import TraceError
from ..ir.library import Array, Library
from ..ir.node import Node, make
from ..ir.notation import Form, Notation
from ..ir.op import Domain, Flat, Op, Role
from ..ir.types import ArrayType, array_type
from .declare import op

_keys = count()
LEAF = Notation(Form("?"), Form("?"), Form("?"))
NOTHING_BEHIND = Flat("nothing lies behind it")


def unknown_type(**params: Any) -> ArrayType:
    raise TraceError(
        given="an input without a type", expected="a variable", remedy="make it with input_node(shape, dtype)"
    )


@op("input", NOTHING_BEHIND, LEAF, Role.SOURCE, type_rule=unknown_type, domain=Domain(()))
def input_op(xp: Library, **params: Any) -> Array:
    """A variable. Its identity is its key, so two inputs of one value are two variables."""
    raise TraceError(
        given="a variable without a value",
        expected="a value for every input of the graph",
        remedy="a recorded value has escaped from the function that made it: return it instead",
    )


@op("constant", NOTHING_BEHIND, LEAF, Role.SOURCE, type_rule=unknown_type, domain=Domain(()))
def constant_op(xp: Library, **params: Any) -> Array:
    """A known array. Its value lives on the node."""
    raise TraceError(given="a constant without a value", expected="a known array", remedy="make it with as_node(value)")


def input_node(shape: tuple[int, ...], dtype: Any, value: Any = None, *, weak: bool = False) -> Node:
    """A new variable of this shape and dtype; with a value it is concrete.

    `weak`: it stands for a Python number, which takes the dtype of the array it meets.
    """
    op_: Op = input_op
    params: tuple[tuple[str, Any], ...] = (("key", next(_keys)),)
    return make(op_, (), (*params, ("weak", True)) if weak else params, array_type(shape, dtype), value)
