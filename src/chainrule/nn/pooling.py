"""Pooling: images in, one entry for each place of a window out: the largest, or the mean.

One idea: windows slide along the last axes, so one function serves batches with channels and single images alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ops.extremes import max as largest
from ..ops.movement import moveaxis
from ..ops.neural import max_pool, sum_pool
from ..ops.products import matmul
from ..ops.reductions import mean
from .geometry import Padding, sizes, slide_over


def max_pool1d(x: Any, window: int, strides: Any = None, padding: Padding = 0, dilation: Any = 1) -> Any:
    """The largest entry under a window along the last axis: see `max_pool2d`.

    >>> import numpy as np
    >>> max_pool1d(np.array([1.0, 3.0, 2.0, 5.0]), 2)
    array([3., 5.])
    """
    return _largest(1, x, window, strides, padding, dilation)


def max_pool2d(x: Any, window: Any, strides: Any = None, padding: Padding = 0, dilation: Any = 1) -> Any:
    """The largest entry under a window that slides along the last two axes: x (..., row, column).

    `window` and `strides` are a number for both axes or one for each; strides are the window unless said otherwise. A
    border (`padding`, as in `conv2d`) never is the largest. The gradient goes to the largest entry, in equal shares
    where several are (the subgradient of least norm; PyTorch sends all to the first). Raises ShapeError where the
    window does not fit.

    >>> import numpy as np
    >>> max_pool2d(np.arange(16.0).reshape(4, 4), 2)
    array([[ 5.,  7.],
           [13., 15.]])
    """
    return _largest(2, x, window, strides, padding, dilation)


def avg_pool1d(
    x: Any, window: int, strides: Any = None, padding: Padding = 0, count_include_padding: bool = True
) -> Any:
    """The mean under a window along the last axis: see `avg_pool2d`.

    >>> import numpy as np
    >>> avg_pool1d(np.array([1.0, 3.0, 2.0, 5.0]), 3, 1)
    array([2.        , 3.33333333])
    """
    return _mean(1, x, window, strides, padding, count_include_padding)


def avg_pool2d(
    x: Any, window: Any, strides: Any = None, padding: Padding = 0, count_include_padding: bool = True
) -> Any:
    """The mean under a window that slides along the last two axes: x (..., row, column); arguments as `max_pool2d`.

    The border counts as zeros, or with `count_include_padding=False` not at all: the sum is then divided by the number
    of entries that are there.

    >>> import numpy as np
    >>> avg_pool2d(np.ones((2, 2)), 2, 1, padding=1, count_include_padding=False)
    array([[1., 1., 1.],
           [1., 1., 1.],
           [1., 1., 1.]])
    """
    return _mean(2, x, window, strides, padding, count_include_padding)


def _moves(
    count: int, x: Any, window: Any, strides: Any, padding: Padding, dilation: Any
) -> tuple[Any, dict[str, Any]]:
    array = as_array(x)
    if array.ndim < count:
        raise ShapeError(
            given=f"pooling of an array of shape {array.shape}", expected=f"at least {count} axes", where="pooling",
            remedy="windows slide along the last axes: (example, channel, row, column)",
        )  # fmt: skip
    wide = sizes("window", window, count)
    steps = wide if strides is None else strides
    _, moves = slide_over(array.shape[array.ndim - count :], wide, steps, padding, dilation)
    return array, moves | {"window": wide}


def _largest(count: int, x: Any, window: Any, strides: Any, padding: Padding, dilation: Any) -> Any:
    array, moves = _moves(count, x, window, strides, padding, dilation)
    extents = [gap * (wide - 1) + 1 for gap, wide in zip(moves["dilation"], moves["window"], strict=True)]
    if any(max(border) >= extent for border, extent in zip(moves["padding"], extents, strict=True)):
        raise ShapeError(
            given=f"padding {moves['padding']} for windows of {moves['window']}", where="max_pool",
            expected="less padding than the window is wide: every window must hold an entry",
            remedy="make padding= smaller",
        )  # fmt: skip
    return max_pool(array, **moves)


def _mean(count: int, x: Any, window: Any, strides: Any, padding: Padding, count_include_padding: bool) -> Any:
    array, moves = _moves(count, x, window, strides, padding, 1)
    total = sum_pool(array, **moves)
    if count_include_padding or not any(map(any, moves["padding"])):
        return total / float(np.prod(moves["window"]))
    ones = np.ones(array.shape[array.ndim - count :], array.dtype if array.dtype.kind == "f" else float)
    return total / sum_pool(ones, **moves)


def adaptive_avg_pool1d(x: Any, size: int) -> Any:
    """The means of `size` parts of the last axis, as equal as they can be: see `adaptive_avg_pool2d`.

    >>> import numpy as np
    >>> adaptive_avg_pool1d(np.array([1.0, 2.0, 3.0, 4.0]), 2)
    array([1.5, 3.5])
    """
    return _adapted(x, sizes("size", size, 1))


def adaptive_avg_pool2d(x: Any, size: Any) -> Any:
    """The means of size[0] x size[1] parts of the last two axes, whatever their lengths: part i of n entries in m runs
    from floor(i n / m) to ceil((i + 1) n / m), as in PyTorch, so parts overlap where n is not a multiple of m.

    >>> import numpy as np
    >>> adaptive_avg_pool2d(np.arange(9.0).reshape(3, 3), 2)
    array([[2., 3.],
           [5., 6.]])
    """
    return _adapted(x, sizes("size", size, 2))


def _adapted(x: Any, parts: tuple[int, ...]) -> Any:
    array = as_array(x)
    for axis, count in zip(range(-len(parts), 0), parts, strict=True):
        length = array.shape[axis]
        averages = np.zeros((length, count), array.dtype if array.dtype.kind == "f" else float)
        for part in range(count):
            start, stop = part * length // count, -(-(part + 1) * length // count)
            averages[start:stop, part] = 1 / (stop - start)
        array = moveaxis(matmul(moveaxis(array, axis, -1), averages), -1, axis)
    return array


def global_avg_pool(x: Any, keepdims: bool = False) -> Any:
    """The mean of each channel: x (example, channel, places...) to (example, channel).

    >>> import numpy as np
    >>> global_avg_pool(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[1.5, 5.5]])
    """
    array = as_array(x)
    return mean(array, tuple(range(2, array.ndim)), keepdims)


def global_max_pool(x: Any, keepdims: bool = False) -> Any:
    """The largest entry of each channel: x (example, channel, places...) to (example, channel).

    >>> import numpy as np
    >>> global_max_pool(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[3., 7.]])
    """
    array = as_array(x)
    return largest(array, tuple(range(2, array.ndim)), keepdims)
