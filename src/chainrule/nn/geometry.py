"""How windows move, as users say it: numbers, pairs and words in, one entry for each axis out.

One idea: "same" and "valid" are looked up here, so that the ops know only how many entries a border has on each side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.types import broadcast_shapes
from ..ops.neural.sliding import Pairs, Sizes, Slide

Padding = int | str | Sequence[int] | Sequence[tuple[int, int]]


def sizes(name: str, given: Any, count: int, least: int = 1) -> Sizes:
    """A whole number for all axes, or one for each. Raises ShapeError for anything else, or one below the least."""
    found = tuple(given) if isinstance(given, (tuple, list)) else (given,) * count
    if len(found) != count or not all(is_whole(each) and each >= least for each in found):
        raise ShapeError(
            given=f"{name}={given!r}", where=name, remedy=f"write {name}={max(least, 1)} for every axis",
            expected=f"a whole number from {least} up" + (f", or {count} of them" if count > 1 else ""),
        )  # fmt: skip
    return tuple(int(each) for each in found)


def is_whole(each: Any) -> bool:
    return hasattr(each, "__index__") and not isinstance(each, bool)


def pairs(given: Padding, size: Sizes, window: Sizes, strides: Sizes, dilation: Sizes) -> Pairs:
    """The border before and after, for each axis.

    "valid" is none, and "same" what gives ceil(size / stride) places, the odd entry behind, as TensorFlow and JAX place
    it. Raises ShapeError for anything but these words, a number, a number or a pair for each axis.
    """
    count = len(size)
    if isinstance(given, str) and given.lower() == "valid":
        return ((0, 0),) * count
    if isinstance(given, str) and given.lower() == "same":
        return tuple(map(_same, size, window, strides, dilation))
    each = list(given) if isinstance(given, (tuple, list)) else [given] * count
    found = [tuple(one) if isinstance(one, (tuple, list)) else (one, one) for one in each]
    if len(found) != count or not all(len(pair) == 2 and all(is_whole(b) and b >= 0 for b in pair) for pair in found):
        raise ShapeError(
            given=f"padding={given!r}", where="padding", remedy='write padding=1, padding="same", or pairs',
            expected=f'"same", "valid", a whole number, or a number or a pair (before, after) for each of {count} axes',
        )  # fmt: skip
    return tuple((int(before), int(after)) for before, after in found)


def _same(size: int, window: int, step: int, gap: int) -> tuple[int, int]:
    border = max((-(-size // step) - 1) * step + gap * (window - 1) + 1 - size, 0)
    return border // 2, border - border // 2


def slide_over(
    size: Sizes, window: Sizes, strides: Any, padding: Padding, dilation: Any
) -> tuple[Slide, dict[str, Any]]:
    """How the window moves, and the same as parameters of an op."""
    steps, gaps = sizes("strides", strides, len(size)), sizes("dilation", dilation, len(size))
    border = pairs(padding, size, window, steps, gaps)
    return Slide(steps, border, gaps), {"strides": steps, "padding": border, "dilation": gaps}


def require_axes(name: str, what: str, array: Any, axes: int, meaning: str) -> None:
    """Raise ShapeError unless an array has so many axes."""
    if array.ndim != axes:
        raise ShapeError(
            given=f"{what} of shape {array.shape}", where=name, expected=f"{axes} axes: {meaning}",
            remedy="add an axis of size 1 with x[None]",
        )  # fmt: skip


def fitting(name: str, what: str, given: Any, shape: Sizes) -> Any:
    """An array that stretches to this shape, as a scale or a shift must. Raises ShapeError for one that makes it
    larger.
    """
    array = as_array(given)
    if array.shape and broadcast_shapes(array.shape, shape, doing=name) != tuple(shape):
        raise ShapeError(
            given=f"{what} of shape {array.shape} for an array of shape {tuple(shape)}", where=name,
            expected="a shape that stretches to that of the array", remedy=f"reshape it, or leave {what} out",
        )  # fmt: skip
    return array
