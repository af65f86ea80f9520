"""Values that must be known: a recorded value in, its number out, or a refusal where the function is recorded for all
values.

One idea: how many entries a result has must not depend on values under jit. Everywhere else the value is there.
"""

from __future__ import annotations

from typing import Any

from ..errors import BranchError
from ..ir.coercion import as_array
from ..ir.node import Node, concrete, is_abstract


def known_values(x: Any, doing: str, remedy: str) -> Any:
    """The plain array. Raises BranchError under jit, where values are not known while the function is recorded."""
    array = as_array(x)
    if type(array) is not Node:
        return array
    if is_abstract(array):
        raise BranchError(
            given=f"{doing} of a recorded value of type {array.type} under jit",
            expected="a value that is known: what comes out has a shape that depends on it",
            remedy=f"{remedy}; or leave this function out of jit",
        )
    return concrete(array)


def is_known(x: Any) -> bool:
    """Whether there is a value to look at."""
    return not (type(x) is Node and is_abstract(x))
