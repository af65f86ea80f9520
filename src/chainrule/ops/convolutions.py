"""Convolution of images as networks use it: batches, channels, strides and padding.

One idea: y = conv2d(x, w) belongs to the trilinear form sum g y over gradient, images and filters. Its slope along each
of the three is one op here, and the three are each other's adjoints, so no order of derivative leaves them.
Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016).
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation
from ..ir.op import Affine, Domain, Linear, Role, Sample, Windows
from ..ir.types import ArrayType, array_type
from .batch_rules import plane_rule
from .declare import op
from .neural.sliding import Slide, convolve, correlate, spread
from .products import same_dtype
from .windows import Places, alone

Pair = tuple[int, int]


def written_with(name: str, code: str) -> Any:
    """`conv2d(x, w, stride=(2, 2))`: stride and padding where they are not the usual ones."""

    def notation(node: Node) -> Notation:
        settings = node.settings
        rest = "" if settings["stride"] == (1, 1) else ", stride={stride}"
        rest += "" if settings["padding"] == (0, 0) else ", padding={padding}"
        sized = ", size={size}" if "size" in settings else ""
        return Notation(
            Form(f"{name}({{0}}, {{1}}{rest})"),
            Form(rf"\operatorname{{{{{name.replace('_', chr(92) + ',')}}}}}({{0}}, {{1}})"),
            Form(f"{code}({{0}}, {{1}}, stride={{stride}}, padding={{padding}}{sized})"),
        )

    return notation


# Sizes and windows ----------------------------------------------------------------------------------------------------
def places_along(size: Any, window: Any, stride: Pair, padding: Pair) -> Pair:
    """At how many places along each axis a window fits."""
    rows, columns = (
        (length + 2 * border - wide) // step + 1
        for length, wide, step, border in zip(size, window, stride, padding, strict=True)
    )
    return rows, columns


def refuse_unless(fits: bool, name: str, first: ArrayType, second: ArrayType, expected: str) -> None:
    """Raise ShapeError with both shapes unless they fit."""
    if not fits:
        raise ShapeError(
            given=f"{name} of shapes {first.shape} and {second.shape}", expected=expected, where=name,
            remedy="images have axes (image, channel, row, column), filters (filter, channel, row, column); "
            "a single image is x[None], and padding= makes room for filters larger than the image",
        )  # fmt: skip


def result_dtype(first: ArrayType, second: ArrayType) -> Any:
    return reference().result_type(first.dtype, second.dtype)


def slide_of(stride: Pair, padding: Pair) -> Slide:
    """The same border on both sides, and a window without gaps."""
    return Slide(stride, tuple((border, border) for border in padding), (1, 1))


def window_axis(place: str, inside: str, stride: int, padding: int) -> Affine:
    """The row of an image at a place of the window and a row inside it: stride times place, plus row, less padding."""
    return Affine(((stride, place), (1, inside)), -padding)


def window_axes(stride: Pair, padding: Pair) -> tuple[Affine, ...]:
    return (*alone("nc"), *map(window_axis, "ij", "kl", stride, padding))


# The three readings ---------------------------------------------------------------------------------------------------
def conv2d_type(x: ArrayType, w: ArrayType, *, stride: Pair, padding: Pair) -> ArrayType:
    four = x.ndim == w.ndim == 4
    refuse_unless(four, "conv2d", x, w, "images and filters with four axes each")
    refuse_unless(x.shape[1] == w.shape[1], "conv2d", x, w, f"filters with the {x.shape[1]} channels of the images")
    rows, columns = places_along(x.shape[2:], w.shape[2:], stride, padding)
    fits = min(rows, columns) > 0 and 0 not in w.shape[2:]
    refuse_unless(fits, "conv2d", x, w, "filters that fit inside the padded images")
    return array_type((x.shape[0], w.shape[0], rows, columns), result_dtype(x, w))


def conv2d_images(g: Array, x: Array, w: Array, *, stride: Pair, padding: Pair) -> Array:
    return conv2d_transpose(g, w, stride=stride, padding=padding, size=tuple(x.shape[2:]))


def conv2d_slope(g: Array, x: Array, w: Array, *, stride: Pair, padding: Pair) -> Array:
    return conv2d_filters(g, x, stride=stride, padding=padding, size=tuple(w.shape[2:]))


def conv2d_places(x: ArrayType, w: ArrayType, *, stride: Pair, padding: Pair) -> tuple[Places, str]:
    return (window_axes(stride, padding), alone("fckl")), "nfij"


_PLAIN = (("stride", (1, 1)), ("padding", (0, 0)))
_STRIDED = (("stride", (2, 1)), ("padding", (1, 0)))


@op(
    "conv2d", Linear((conv2d_images, conv2d_slope), joint=False), written_with("conv2d", "chainrule.ops.conv2d"),
    Role.SWAPS, type_rule=conv2d_type, index=Windows(conv2d_places),
    domain=Domain((
        Sample(((2, 2, 3, 3), (2, 2, 2, 2)), _PLAIN), Sample(((1, 2, 4, 3), (2, 2, 2, 2)), _STRIDED),
        Sample(((1, 1, 4, 4), (1, 1, 3, 2)), (("stride", (3, 2)), ("padding", (1, 2)))),
    )), batch=plane_rule,
)  # fmt: skip
def conv2d_op(xp: Library, x: Array, w: Array, *, stride: Pair, padding: Pair) -> Array:
    """y_nfij = sum_ckl w_fckl x_nc(si+k-p)(sj+l-p). Adjoints: conv2d_transpose, conv2d_filters."""
    conv2d_type(x, w, stride=stride, padding=padding)
    return convolve(xp, x, w, slide_of(stride, padding))


def conv2d_transpose_type(g: ArrayType, w: ArrayType, *, stride: Pair, padding: Pair, size: Pair) -> ArrayType:
    fits = g.ndim == w.ndim == 4 and g.shape[1] == w.shape[0]
    fits = fits and places_along(size, w.shape[2:], stride, padding) == g.shape[2:]
    refuse_unless(fits, "conv2d_transpose", g, w, f"a gradient of a convolution of images of size {size}")
    return array_type((g.shape[0], w.shape[1], *size), result_dtype(g, w))


def transpose_gradient(u: Array, g: Array, w: Array, *, stride: Pair, padding: Pair, size: Pair) -> Array:
    return conv2d_op(u, w, stride=stride, padding=padding)


def transpose_filters(u: Array, g: Array, w: Array, *, stride: Pair, padding: Pair, size: Pair) -> Array:
    return conv2d_filters(g, u, stride=stride, padding=padding, size=tuple(w.shape[2:]))


def transpose_places(g: ArrayType, w: ArrayType, *, stride: Pair, padding: Pair, size: Pair) -> tuple[Places, str]:
    rows = (
        Affine(((1, row), (-step, place)), border)
        for row, place, step, border in zip("ab", "ij", stride, padding, strict=True)
    )
    return (alone("nfij"), (*alone("fc"), *rows)), "ncab"


@op(
    "conv2d_transpose", Linear((transpose_gradient, transpose_filters), joint=False),
    written_with("conv2d_transpose", "chainrule.ops.conv2d_transpose"), Role.SWAPS, type_rule=conv2d_transpose_type,
    index=Windows(transpose_places),
    domain=Domain((
        Sample(((2, 2, 2, 2), (2, 2, 2, 2)), (*_PLAIN, ("size", (3, 3)))),
        Sample(((1, 2, 3, 2), (2, 1, 2, 2)), (*_STRIDED, ("size", (5, 3)))),
    )), batch=plane_rule,
)  # fmt: skip
def conv2d_transpose(xp: Library, g: Array, w: Array, *, stride: Pair, padding: Pair, size: Pair) -> Array:
    """What arrives at images of this size when g arrives at their convolution. Adjoints: conv2d, conv2d_filters."""
    conv2d_transpose_type(g, w, stride=stride, padding=padding, size=size)
    return spread(xp, g, w, slide_of(stride, padding), size)


def conv2d_filters_type(g: ArrayType, x: ArrayType, *, stride: Pair, padding: Pair, size: Pair) -> ArrayType:
    fits = g.ndim == x.ndim == 4 and g.shape[0] == x.shape[0]
    fits = fits and places_along(x.shape[2:], size, stride, padding) == g.shape[2:]
    refuse_unless(fits, "conv2d_filters", g, x, f"a gradient of a convolution with filters of size {size}")
    return array_type((g.shape[1], x.shape[1], *size), result_dtype(g, x))


def filters_gradient(u: Array, g: Array, x: Array, *, stride: Pair, padding: Pair, size: Pair) -> Array:
    return conv2d_op(x, u, stride=stride, padding=padding)


def filters_images(u: Array, g: Array, x: Array, *, stride: Pair, padding: Pair, size: Pair) -> Array:
    return conv2d_transpose(g, u, stride=stride, padding=padding, size=tuple(x.shape[2:]))


def filters_places(g: ArrayType, x: ArrayType, *, stride: Pair, padding: Pair, size: Pair) -> tuple[Places, str]:
    return (alone("nfij"), window_axes(stride, padding)), "fckl"


@op(
    "conv2d_filters", Linear((filters_gradient, filters_images), joint=False),
    written_with("conv2d_filters", "chainrule.ops.conv2d_filters"), Role.SWAPS, type_rule=conv2d_filters_type,
    index=Windows(filters_places),
    domain=Domain((
        Sample(((2, 2, 2, 2), (2, 2, 3, 3)), (*_PLAIN, ("size", (2, 2)))),
        Sample(((1, 2, 3, 2), (1, 1, 5, 3)), (*_STRIDED, ("size", (2, 2)))),
    )), batch=plane_rule,
)  # fmt: skip
def conv2d_filters(xp: Library, g: Array, x: Array, *, stride: Pair, padding: Pair, size: Pair) -> Array:
    """What arrives at filters of this size when g arrives at their convolution. Adjoints: conv2d, conv2d_transpose."""
    conv2d_filters_type(g, x, stride=stride, padding=padding, size=size)
    return correlate(xp, g, x, slide_of(stride, padding), size)


def conv2d(x: Any, w: Any, stride: Any = 1, padding: Any = 0) -> Any:
    """Images x[image, channel, row, column] under filters w[filter, channel, row, column], as networks convolve.

    y[n, f, i, j] = sum over c, k, l of w[f, c, k, l] x[n, c, s i + k - p, s j + l - p], where entries outside x count
    as 0. `stride` s and `padding` p are a whole number, or a pair for rows and columns. Raises ShapeError for shapes
    that do not fit, naming both.

    >>> import numpy as np
    >>> conv2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), stride=2, padding=1)
    array([[[[1., 2.],
             [2., 4.]]]])
    """
    images, filters = same_dtype(x, w)
    return conv2d_op(images, filters, stride=pair_of("stride", stride, 1), padding=pair_of("padding", padding, 0))


def pair_of(name: str, given: Any, least: int) -> Pair:
    """A whole number, or a pair of them, as a pair. Raises ShapeError for anything else, or one below the least."""
    pair = tuple(given) if isinstance(given, (tuple, list)) else (given, given)
    if len(pair) != 2 or not all(hasattr(each, "__index__") and each >= least for each in pair):
        raise ShapeError(
            given=f"{name} {given!r}", expected=f"a whole number from {least} up, or a pair of them", where="conv2d",
            remedy=f"write {name}={max(least, 1)} for both axes, or {name}=(rows, columns)",
        )  # fmt: skip
    return int(pair[0]), int(pair[1])
