"""autograd.numpy: NumPy's own names, where lists may hold recorded values.

One idea: recorded values answer NumPy's functions themselves, so only what is handed lists is wrapped.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as _numpy

from ....ir.node import Node
from . import fft, linalg, random
from .wrapping import accepting_lists, array, c_, r_, whole_number_type

__all__ = ["array", "array_from_args", "c_", "concatenate_args", "fft", "linalg", "make_diagonal", "r_", "random"]

int32, int64 = whole_number_type(_numpy.int32), whole_number_type(_numpy.int64)
asarray = array


def __getattr__(name: str) -> Any:
    found = getattr(_numpy, name)
    wrapped = isinstance(found, FunctionType) or type(found).__name__ == "_ArrayFunctionDispatcher"
    return accepting_lists(found) if wrapped else found


def __dir__() -> list[str]:
    return sorted({*dir(_numpy), *__all__})


def full(shape: Any, fill_value: Any, *args: Any, **keywords: Any) -> Any:
    """An array of one value, which may be recorded."""
    if type(fill_value) is Node:
        return _numpy.broadcast_to(fill_value, shape)
    return _numpy.full(shape, fill_value, *args, **keywords)


def where(condition: Any, *args: Any, **keywords: Any) -> Any:
    """NumPy's where; Python's own numbers and lists stay Python's own, as in autograd.

    >>> where(True, 1, 2.5)
    1.0
    """
    if not args and not keywords:
        return _numpy.where(condition)
    x, y = [*args, *[keywords[name] for name in ("x", "y") if name in keywords]]
    chosen = accepting_lists(_numpy.where)(condition, x, y)
    native = isinstance(chosen, _numpy.ndarray) and all(type(each) in (int, float, list) for each in (x, y))
    return chosen.tolist() if native else chosen


def array_from_args(array_args: Any, array_kwargs: Any, *args: Any) -> Any:
    """An array of the arguments, as autograd makes one inside."""
    return array(args, *array_args, **array_kwargs)


def concatenate_args(axis: int, *args: Any) -> Any:
    """The arguments end to end along an axis."""
    return _numpy.concatenate(args, axis=axis)


def make_diagonal(D: Any, offset: int = 0, axis1: int = -1, axis2: int = -2) -> Any:
    """Matrices whose diagonals are the rows of D (shape (..., n) gives (..., n, n)).

    Raises NotImplementedError for other places of the diagonal, as autograd does.

    >>> make_diagonal(_numpy.array([1.0, 2.0])).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    if (offset, axis1, axis2) not in ((0, -1, -2), (0, -2, -1)):
        raise NotImplementedError("Currently make_diagonal only supports offset=0, axis1=-1, axis2=-2")
    return D[..., None] * _numpy.eye(D.shape[-1])
