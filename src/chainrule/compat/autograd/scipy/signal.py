"""autograd.scipy.signal: a convolution along chosen axes of two arrays, with others contracted or left alone.

One idea: a convolution is a tensor product with windows of the first array, so it is a gather and a tensordot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....errors import ShapeError, UnknownNameError

Axes = Sequence[Sequence[int]]
_MODES = ("full", "valid", "same")


def convolve(A: Any, B: Any, axes: Axes | None = None, dot_axes: Axes = ((), ()), mode: str = "full") -> Any:
    """The convolution of A and B along `axes`, summed over `dot_axes`.

    The result has the axes of A that were not named, then those of B, then the convolved ones. Raises ShapeError where
    neither array holds the other in mode "valid", UnknownNameError for another mode.

    >>> convolve(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0])).tolist()
    [1.0, 3.0, 5.0, 3.0]
    """
    if mode not in _MODES:
        raise UnknownNameError(given=f"mode={mode!r}", expected="full, valid or same", remedy="choose one of them")
    along = [list(range(A.ndim))] * 2 if axes is None else [list(each) for each in axes]
    left = arranged(A, along[0], dot_axes[0])
    right = arranged(B, along[1], dot_axes[1])
    count, dots = len(along[0]), len(dot_axes[0])
    sizes = list(zip(left.shape[left.ndim - count :], right.shape[right.ndim - count :], strict=True))
    refuse_neither_inside(sizes, mode)
    ignored = left.ndim - count - dots
    windows = with_windows(left, count, [small for _, small in sizes])
    flipped = np.flip(right, axes_from(right.ndim - count, count))
    summed = [*range(ignored, ignored + dots), *[ignored + dots + 2 * each + 1 for each in range(count)]]
    others = right.ndim - count - dots
    product = np.tensordot(windows, flipped, (summed, list(range(others, right.ndim))))
    last = axes_from(ignored, count)
    whole = np.transpose(product, [axis for axis in range(product.ndim) if axis not in last] + list(last))
    key: tuple[Any, ...] = (..., *[kept(large, small, mode) for large, small in sizes])
    return whole[key]


def arranged(x: Any, along: Sequence[int], dots: Sequence[int]) -> Any:
    """The array with its axes in the order: left alone, summed, convolved."""
    others = [axis for axis in range(x.ndim) if axis not in along and axis not in dots]
    return np.transpose(x, (*others, *dots, *along))


def with_windows(x: Any, count: int, widths: Sequence[int]) -> Any:
    """Each of the last axes as two: where a window starts, and the place inside it. Beyond the ends stands 0."""
    for number, width in enumerate(widths):
        axis = x.ndim - count + number
        padded = np.pad(x, [(width - 1, width - 1) if each == axis else (0, 0) for each in range(x.ndim)])
        starts = np.arange(padded.shape[axis] - width + 1)
        x = np.take(padded, starts[:, None] + np.arange(width), axis=axis)
    return x


def axes_from(first: int, count: int) -> tuple[int, ...]:
    """Some neighbouring axes."""
    return tuple(range(first, first + count))


def kept(large: int, small: int, mode: str) -> slice:
    """The part of the full convolution that a mode keeps."""
    if mode == "same":
        return slice((small - 1) // 2, (small - 1) // 2 + large)
    if mode == "valid":
        return slice(min(large, small) - 1, max(large, small))
    return slice(None)


def refuse_neither_inside(sizes: Sequence[tuple[int, int]], mode: str) -> None:
    """Raise ShapeError where a valid convolution is not defined."""
    if mode == "valid" and any(a < b for a, b in sizes) and any(a > b for a, b in sizes):
        raise ShapeError(
            given=f"convolved axes of sizes {', '.join(f'{a} and {b}' for a, b in sizes)} with mode='valid'",
            expected="one array at least as large as the other along all of them",
            remedy="use mode='full', or swap axes",
        )
