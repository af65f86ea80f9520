"""NumPy's functions that are handed lists: a function in, one that sees recorded values inside lists out.

One idea: a recorded value answers NumPy's functions itself, but not from inside a list. So a list that holds one is
made an array first, except where a list means several arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import numpy

from ....ir.node import Node

_TAKE_LISTS_OF_ARRAYS = frozenset({
    "block", "broadcast_arrays", "choose", "column_stack", "concat", "concatenate", "dstack", "einsum",
    "hstack", "ix_", "meshgrid", "multi_dot", "piecewise", "row_stack", "select", "stack", "vstack",
})  # fmt: skip


def array(A: Any, *args: Any, **keywords: Any) -> Any:
    """An array of numbers and recorded values in nested lists.

    >>> array([[1.0, 2.0], [3.0, 4.0]]).shape
    (2, 2)
    """
    dtype = args[0] if args else keywords.get("dtype")
    if type(A) is not Node and not holds_recorded(A):
        return numpy.array(A, *args, **keywords)
    built = A if type(A) is Node else numpy.stack([array(each) for each in A])
    return built if dtype is None else built.astype(dtype)


def holds_recorded(value: Any) -> bool:
    """Whether a recorded value stands somewhere in nested lists."""
    if isinstance(value, (list, tuple)):
        return any(holds_recorded(each) for each in value)
    return type(value) is Node


@cache
def accepting_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, taking lists of recorded values where it takes lists of numbers."""
    if function.__name__ in _TAKE_LISTS_OF_ARRAYS:
        return function

    @wraps(function)
    def called(*args: Any, **keywords: Any) -> Any:
        return function(*map(_as_array, args), **{name: _as_array(each) for name, each in keywords.items()})

    return called


def _as_array(value: Any) -> Any:
    return array(value) if isinstance(value, (list, tuple)) and holds_recorded(value) else value


def whole_number_type(kind: type[numpy.integer[Any]]) -> type[numpy.integer[Any]]:
    """A type of whole numbers that, called on a recorded value, rounds it towards zero: no derivative passes."""

    def made(cls: type[Any], value: Any = 0) -> Any:
        return value.astype(kind) if type(value) is Node else kind(value)

    return type(kind.__name__, (kind,), {"__new__": made})


class Rows:
    """`r_[...]`: slices, numbers and arrays end to end."""

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not holds_recorded(parts):
            return numpy.r_[key]
        return numpy.concatenate([numpy.atleast_1d(_counted(part)) for part in parts])


class Columns:
    """`c_[...]`: slices, numbers and vectors as the columns of a matrix."""

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not holds_recorded(parts):
            return numpy.c_[key]
        columns = [numpy.atleast_1d(_counted(part)) for part in parts]
        return numpy.concatenate([each[:, None] if each.ndim == 1 else each for each in columns], axis=-1)


def _counted(part: Any) -> Any:
    return numpy.r_[part] if isinstance(part, slice) else array(part)


r_, c_ = Rows(), Columns()
