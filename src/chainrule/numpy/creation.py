"""New arrays: numbers, lists and recorded values in, arrays or recorded values out.

One idea: a list that holds recorded values is joined to one recorded value, so that no derivative is lost in it.
"""

from __future__ import annotations

from typing import Any

import numpy

from ..errors import LimitError, TraceError
from ..ir.likes import copied
from ..ir.node import Node
from ..ir.surface import TABLE
from ..tree import DEEPEST


def asarray(obj: Any, /, dtype: Any = None, *, device: Any = None, copy: bool | None = None) -> Any:
    """An array of numbers, nested lists, array-likes or recorded values; lists of recorded values are stacked.

    `copy` is True for a copy, False for none (an error where one is needed); None copies where it must. Raises
    DTypeError for what is not numbers, TraceError for a copy that was forbidden, ShapeError for unequal lists.

    >>> asarray([[1, 2], [3, 4]], dtype="float32")
    array([[1., 2.],
           [3., 4.]], dtype=float32)
    """
    require_device(device)
    if type(obj) is Node:
        return obj if dtype is None else TABLE["astype"](obj, dtype)
    if isinstance(obj, (list, tuple)) and holds_recorded(obj):
        if copy is False:
            raise TraceError(given="a list of recorded values with copy=False", where="asarray",
                             expected="one recorded value, or leave to copy", remedy="leave copy= away")  # fmt: skip
        joined = TABLE["stack"]([asarray(each) for each in obj])
        return joined if dtype is None else TABLE["astype"](joined, dtype)
    if isinstance(obj, (numpy.ndarray, numpy.generic, list, tuple, float, int, complex)):
        return numpy.asarray(obj, dtype=dtype, copy=copy)
    return numpy.asarray(copied(obj), dtype=dtype)


def array(obj: Any, dtype: Any = None, *, copy: bool | None = True, **options: Any) -> Any:
    """np.array: as `asarray`, but a plain array is copied.

    >>> array([1.0, 2.0])
    array([1., 2.])
    """
    if type(obj) is Node or (isinstance(obj, (list, tuple)) and holds_recorded(obj)):
        return asarray(obj, dtype)
    return numpy.array(obj, dtype=dtype, copy=copy, **options)


def full(shape: Any, fill_value: Any, dtype: Any = None, *, device: Any = None, **options: Any) -> Any:
    """An array of one number everywhere, which may be recorded: it receives the sum of the gradients of its copies.

    >>> full((2,), 3.0)
    array([3., 3.])
    """
    require_device(device)
    if type(fill_value) is not Node:
        return numpy.full(shape, fill_value, dtype, **options)
    return TABLE["broadcast_to"](asarray(fill_value, dtype), shape)


def require_device(device: Any) -> None:
    """Raise TraceError for any device but the one there is."""
    if device not in (None, "cpu"):
        raise TraceError(given=f"the device {device!r}", expected="'cpu' or None", remedy="leave device= away")


def holds_recorded(container: Any, depth: int = 0) -> bool:
    """Whether nested lists hold a recorded value. Raises LimitError for lists that hold themselves."""
    if depth > DEEPEST:
        raise LimitError(given=f"lists nested more than {DEEPEST} deep", expected=f"at most {DEEPEST}",
                         remedy="pass an array")  # fmt: skip
    return any(
        type(each) is Node or (isinstance(each, (list, tuple)) and holds_recorded(each, depth + 1))
        for each in container
    )
