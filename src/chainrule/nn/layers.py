"""Lines, look-ups and encodings: the plain layers that everything else stands on.

One idea: weights multiply from the right, y = x W + b, with examples in the leading axes, as mathematics in rows and
NumPy write it (PyTorch keeps the transpose of W).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import BoundsError, DTypeError, ShapeError
from ..ir.coercion import as_array
from ..ir.node import Node
from ..ops import astype, equal, expand_dims
from ..ops.indexing import take
from ..ops.products import matmul, same_dtype
from .geometry import fitting


def linear(x: Any, weights: Any, bias: Any = None) -> Any:
    """x W + b: x (..., inputs), W (inputs, outputs), b (outputs,) to (..., outputs). Raises ShapeError unless they fit.

    >>> linear([[1.0, 2.0]], [[1.0], [10.0]], [100.0])
    array([[121.]])
    """
    rows, columns = same_dtype(x, weights)
    if columns.ndim != 2 or rows.ndim < 1 or rows.shape[-1] != columns.shape[0]:
        raise ShapeError(
            given=f"linear of shapes {rows.shape} and {columns.shape}", where="linear",
            expected="x (..., inputs) and W (inputs, outputs)", remedy="PyTorch's weights are W.T here",
        )  # fmt: skip
    found = matmul(rows, columns)
    return found if bias is None else found + fitting("linear", "a bias", bias, found.shape)


def embedding(indices: Any, table: Any) -> Any:
    """The rows of a table (count, width) at whole numbers (...): an array (..., width).

    The gradient of a row is the sum over all places where it was looked up. Raises DTypeError for what are no whole
    numbers, and BoundsError for a row that is not there (negative ones are not counted from the end).

    >>> import chainrule
    >>> table = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> embedding([1, 1], table)
    array([[3., 4.],
           [3., 4.]])
    >>> chainrule.grad(lambda table: np.sum(embedding([1, 1], table)))(table)
    array([[0., 0.],
           [2., 2.]])
    """
    rows = as_array(table)
    if rows.ndim != 2:
        raise ShapeError(given=f"a table of shape {rows.shape}", where="embedding", expected="axes (row, width)",
                         remedy="the indices come first: embedding(indices, table)")  # fmt: skip
    return take(rows, whole_numbers("embedding", indices, rows.shape[0]), 0)


def one_hot(labels: Any, count: int, dtype: Any = float) -> Any:
    """1 at the place of each label, 0 elsewhere: whole numbers (...) to an array (..., count). No gradient passes.

    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    places = whole_numbers("one_hot", labels, count)
    return astype(equal(expand_dims(places, -1), np.arange(count)), np.dtype(dtype))


def whole_numbers(name: str, labels: Any, count: int) -> Any:
    """Labels as an array, checked where they are known. Raises DTypeError and BoundsError."""
    array = as_array(labels)
    if array.dtype.kind not in "iu":
        if array.size:
            raise DTypeError(given=f"{name} of dtype {array.dtype}", where=name, expected="whole numbers",
                             remedy="convert them with .astype(int)")  # fmt: skip
        array = astype(array, np.dtype(int))
    if type(array) is not Node and array.size and not 0 <= array.min() <= array.max() < count:
        raise BoundsError(
            given=f"{name} of numbers from {array.min()} to {array.max()}", where=name,
            expected=f"whole numbers from 0 to {count - 1}", remedy="count from 0, or make the table larger",
        )  # fmt: skip
    return array


def sinusoidal_positions(length: int, width: int, base: float = 10000.0) -> Any:
    """Encodings (length, width) of positions: sin and cos, in turn, of position / base^(2 i / width), for i = 0, 1, ...

    Source: Vaswani et al., Attention is all you need (2017), section 3.5.

    >>> sinusoidal_positions(2, 4).round(2)
    array([[0.  , 1.  , 0.  , 1.  ],
           [0.84, 0.54, 0.01, 1.  ]])
    """
    angles = np.arange(length)[:, None] / base ** (np.arange(0, width, 2) / width)
    found = np.empty((length, width))
    found[:, 0::2] = np.sin(angles)
    found[:, 1::2] = np.cos(angles[:, : width // 2])
    return found
