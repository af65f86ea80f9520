"""Convolutions as networks use them: arrays and filters in, sums along windows out.

One idea: layouts and names are those of PyTorch (examples, channels, places; filters, channels, window), so that
weights can be carried over. Every function is linear in the array and in the filters, and so are its derivatives.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ops import conv2d as plain_conv2d
from ..ops.movement import reshape
from ..ops.neural import convolution, convolution_transpose
from ..ops.neural.sliding import Sizes
from ..ops.products import same_dtype
from .geometry import Padding, pairs, require_axes, sizes, slide_over

PLACES = ("places", "rows, columns", "layers, rows, columns")


def conv1d(
    x: Any, w: Any, bias: Any = None, *, strides: Any = 1, padding: Padding = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Sequences x (example, channel, place) under filters w (filter, channel, window): see `conv2d`.

    >>> import numpy as np
    >>> conv1d(np.array([[[1.0, 4.0, 9.0, 16.0]]]), np.array([[[-1.0, 1.0]]]))
    array([[[3., 5., 7.]]])
    """
    return _convolved("conv1d", 1, x, w, bias, strides, padding, dilation, groups)


def conv2d(
    x: Any, w: Any, bias: Any = None, *, strides: Any = 1, padding: Padding = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Images x (example, channel, row, column) under filters w (filter, channel, row, column).

    y[n, f, i, j] = bias[f] + sum over c, k, l of w[f, c, k, l] x[n, c, s i + d k - p, s j + d l - p], with strides s,
    dilation d, and p entries of `padding` before the first, which count as 0. Each of the three is a number for all
    axes or one for each; padding may also be pairs (before, after), "valid" (none), or "same" (ceil(size / s) places).
    With `groups` the channels are cut into so many parts and each part has filters of its own: w then has shape
    (filters, channels / groups, rows, columns). Raises ShapeError for shapes that do not fit, naming both.
    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016).

    >>> import numpy as np
    >>> conv2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 3)), padding="same")[0, 0]
    array([[4., 6., 4.],
           [6., 9., 6.],
           [4., 6., 4.]])
    """
    return _convolved("conv2d", 2, x, w, bias, strides, padding, dilation, groups)


def conv3d(
    x: Any, w: Any, bias: Any = None, *, strides: Any = 1, padding: Padding = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Volumes x (example, channel, layer, row, column) under filters of five axes: see `conv2d`.

    >>> import numpy as np
    >>> conv3d(np.ones((1, 2, 2, 2, 2)), np.ones((1, 2, 2, 2, 2)))
    array([[[[[16.]]]]])
    """
    return _convolved("conv3d", 3, x, w, bias, strides, padding, dilation, groups)


def _convolved(
    name: str, count: int, x: Any, w: Any, bias: Any, strides: Any, padding: Any, dilation: Any, groups: int
) -> Any:
    arrays, filters = _checked(name, count, x, w)
    parts = _divided(name, arrays, filters, groups, filters.shape[0])
    _, moves = slide_over(arrays.shape[2:], filters.shape[2:], strides, padding, dilation)
    plain = count == 2 and parts == 1 and moves["dilation"] == (1, 1)
    if plain and all(before == after for before, after in moves["padding"]):  # has a closed formula and a short name
        found = plain_conv2d(arrays, filters, moves["strides"], [before for before, _ in moves["padding"]])
    elif parts == 1:
        found = convolution(arrays, filters, **moves)
    else:
        found = _together(convolution(_apart(arrays, 1, parts), _apart(filters, 0, parts), **moves))
    return _shifted(name, found, bias)


def conv_transpose1d(
    x: Any, w: Any, bias: Any = None, *, strides: Any = 1, padding: Padding = 0, output_padding: Any = 0,
    dilation: Any = 1, groups: int = 1,
) -> Any:  # fmt: skip
    """The transpose of `conv1d`, for sequences x (example, channel, place): see `conv_transpose2d`.

    >>> import numpy as np
    >>> conv_transpose1d(np.array([[[1.0, 10.0]]]), np.array([[[1.0, 2.0]]]), strides=2)
    array([[[ 1.,  2., 10., 20.]]])
    """
    return _transposed("conv_transpose1d", 1, x, w, bias, strides, padding, output_padding, dilation, groups)


def conv_transpose2d(
    x: Any, w: Any, bias: Any = None, *, strides: Any = 1, padding: Padding = 0, output_padding: Any = 0,
    dilation: Any = 1, groups: int = 1,
) -> Any:  # fmt: skip
    """The transpose of `conv2d` by x, so it makes images larger: what x would send back as a gradient.

    x has axes (example, channel, row, column) and w (channel, filter, row, column), the filters of the convolution
    whose transpose it is: a filter there is a channel here. The result has (n - 1) s + d (k - 1) + 1 - p - q +
    `output_padding` rows, for n rows, strides s, dilation d, windows of k and a padding of p before and q after, which
    is cut off; with padding "same" it has s n. Raises ShapeError for shapes that do not fit, and for an output padding
    that is not below the stride. Source: Dumoulin and Visin (2016), section 4; arguments as in PyTorch.

    >>> import numpy as np
    >>> conv_transpose2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)))[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    return _transposed("conv_transpose2d", 2, x, w, bias, strides, padding, output_padding, dilation, groups)


def _transposed(
    name: str, count: int, x: Any, w: Any, bias: Any, strides: Any, padding: Any, output_padding: Any, dilation: Any,
    groups: int,
) -> Any:  # fmt: skip
    arrays, filters = _checked(name, count, x, w)
    parts = _divided(name, arrays, filters, groups, arrays.shape[1], transposed=True)
    steps, gaps = sizes("strides", strides, count), sizes("dilation", dilation, count)
    extra = sizes("output_padding", output_padding, count, 0)
    places, window = arrays.shape[2:], filters.shape[2:]
    if isinstance(padding, str) and padding.lower() == "same":
        size = tuple(length * step for length, step in zip(places, steps, strict=True))
        border = pairs(padding, size, window, steps, gaps)
    else:
        border = pairs(padding, places, window, steps, gaps)
        size = tuple(
            (length - 1) * step + gap * (wide - 1) + 1 - sum(edge) + more
            for length, step, gap, wide, edge, more in zip(places, steps, gaps, window, border, extra, strict=True)
        )
    _refuse_sizes(name, size, extra, steps)
    moves: dict[str, Any] = {"strides": steps, "padding": border, "dilation": gaps, "size": size}
    if parts == 1:
        return _shifted(name, convolution_transpose(arrays, filters, **moves), bias)
    found = convolution_transpose(_apart(arrays, 1, parts), _apart(filters, 0, parts), **moves)
    return _shifted(name, _together(found), bias)


def _refuse_sizes(name: str, size: Sizes, extra: Sizes, steps: Sizes) -> None:
    if min(size) < 1 or any(more >= step for more, step in zip(extra, steps, strict=True)):
        raise ShapeError(
            given=f"{name} with a result of size {size} and output_padding {extra}", where=name,
            expected=f"at least one entry along each axis, and output_padding below the strides {steps}",
            remedy="make padding= or output_padding= smaller",
        )  # fmt: skip


# Shapes ---------------------------------------------------------------------------------------------------------------
def _checked(name: str, count: int, x: Any, w: Any) -> tuple[Any, Any]:
    arrays, filters = same_dtype(x, w)
    require_axes(name, "an array", arrays, count + 2, f"example, channel, {PLACES[count - 1]}")
    require_axes(name, "filters", filters, count + 2, f"filter, channel, {PLACES[count - 1]}")
    return arrays, filters


def _divided(name: str, x: Any, w: Any, groups: int, divided: int, transposed: bool = False) -> int:
    """The number of groups. Raises ShapeError unless it divides the filters and the channels fit."""
    (parts,) = sizes("groups", groups, 1)
    channels = x.shape[1]
    if channels % parts or divided % parts or (w.shape[0] if transposed else w.shape[1] * parts) != channels:
        raise ShapeError(
            given=f"{name} of {channels} channels (shape {x.shape}) by filters of shape {w.shape} in {parts} groups",
            where=name, remedy="check the order of the arguments, and groups=",
            expected="w of shape (channels, filters / groups, ...)" if transposed
            else "w of shape (filters, channels / groups, ...), both divided by the number of groups",
        )  # fmt: skip
    return parts


def _apart(x: Any, axis: int, parts: int) -> Any:
    """An axis cut into so many groups."""
    return reshape(x, (*x.shape[:axis], parts, x.shape[axis] // parts, *x.shape[axis + 1 :]))


def _together(y: Any) -> Any:
    return reshape(y, (y.shape[0], y.shape[1] * y.shape[2], *y.shape[3:]))


def _shifted(name: str, y: Any, bias: Any) -> Any:
    if bias is None:
        return y
    numbers = as_array(bias)
    if numbers.shape != (y.shape[1],):
        raise ShapeError(
            given=f"a bias of shape {numbers.shape} for {y.shape[1]} channels", where=name,
            expected=f"shape ({y.shape[1]},)", remedy="give one number for each channel of the result",
        )  # fmt: skip
    return y + reshape(numbers, (y.shape[1],) + (1,) * (y.ndim - 2))
