"""autograd.numpy: NumPy's own names, where lists may hold recorded values.

One idea: recorded values answer NumPy's functions themselves, so only what is handed lists is wrapped.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as _numpy

from ....ir.node import Node
from ..primitives import value_of
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


def real_if_close(a: Any, tol: float = 100) -> Any:
    """The real part of numbers that are nearly real; the others as they are."""
    if type(a) is not Node:
        return _numpy.real_if_close(a, tol)
    near = not _numpy.iscomplexobj(_numpy.real_if_close(value_of(a), tol))
    return _numpy.real(a) if near else a


def _extreme(theirs: Any) -> Any:
    """A maximum or minimum that takes complex numbers too, in NumPy's order: by real part, then by imaginary part."""

    def extreme(a: Any, axis: Any = None, keepdims: bool = False, **options: Any) -> Any:
        a = array(a) if isinstance(a, (list, tuple)) else a
        if type(a) is not Node or a.dtype.kind != "c":
            return theirs(a, axis=axis, keepdims=keepdims, **options)
        known = value_of(a)
        hit = known == theirs(known, axis=axis, keepdims=True)
        return _numpy.sum(a * (hit / _numpy.sum(hit, axis=axis, keepdims=True)), axis=axis, keepdims=keepdims)

    return extreme


max = amax = _extreme(_numpy.max)
min = amin = _extreme(_numpy.min)


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
