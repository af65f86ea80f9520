"""Windows without filters: the largest entry under a window, or the sum of all, at each place.

One idea: both send back what arrives at a place to the entries under the window there: a sum to all of them, a maximum
to the largest, in equal shares where several are. What sends back and what collects are each other's adjoints.
"""

from __future__ import annotations

from typing import Any

from ...errors import ShapeError
from ...ir.library import Array, Library
from ...ir.op import Custom, Domain, Linear, Role, Sample
from ...ir.types import ArrayType, array_type
from ..batches import all_stacked, as_it_is
from ..declare import op
from ..extremes import SHARED
from .convolutions import moves, sliding_notation
from .sliding import (
    Pairs,
    Sizes,
    Slide,
    collect_from_largest,
    largest_of_windows,
    spread_to_largest,
    spread_windows,
    sum_windows,
)


def pooled_type(x: ArrayType, *, strides: Sizes, padding: Pairs, dilation: Sizes, window: Sizes) -> ArrayType:
    """One entry for each place of the window. Raises ShapeError where it fits nowhere."""
    lead = x.ndim - len(window)
    places = Slide(strides, padding, dilation).places(x.shape[max(lead, 0) :], window) if lead >= 0 else (0,)
    if min(places, default=1) < 1 or 0 in window:
        raise ShapeError(
            given=f"a window of size {window} in an array of shape {x.shape}", where="pooling",
            expected=f"a window inside the last {len(window)} axes", remedy="make it smaller, or give padding=",
        )  # fmt: skip
    return array_type((*x.shape[:lead], *places), x.dtype)


def alike(u: ArrayType, x: ArrayType, **slide: Any) -> ArrayType:
    """What is collected from an array of this shape."""
    return array_type(pooled_type(x, **slide).shape, u.dtype)


def back_to(g: ArrayType, x: ArrayType, **slide: Any) -> ArrayType:
    """What is sent back to an array of this shape."""
    return array_type(x.shape, g.dtype)


_LINE = moves((2,), ((1, 0),), (2,), window=(2,))
_PLANE = moves((2, 2), ((0, 0), (0, 0)), (1, 1), window=(2, 2))
_OVERLAP = moves((1, 2), ((0, 1), (1, 0)), (1, 1), window=(2, 3))


# The largest ----------------------------------------------------------------------------------------------------------
def largest_pull(g: Array, y: Array, x: Array, **slide: Any) -> tuple[Array]:
    return (send_to_largest(g, x, **slide),)


def largest_push(tangents: tuple[Any, ...], y: Array, x: Array, **slide: Any) -> Array:
    return collect_largest(tangents[0], x, **slide)


@op(
    "max_pool", Custom(largest_pull, largest_push), sliding_notation("max_pool", "window", pooled=True),
    Role.ROUTES, type_rule=pooled_type,
    domain=Domain(
        (Sample(((2, 6),), _LINE), Sample(((1, 2, 4, 4),), _PLANE), Sample(((2, 3, 4),), _OVERLAP)), SHARED
    ), batch=as_it_is,
)  # fmt: skip
def max_pool(xp: Library, x: Array, *, strides: Sizes, padding: Pairs, dilation: Sizes, window: Sizes) -> Array:
    """The largest entry under the window at each place; a border counts as minus infinity.

    Derivative: 1 at the largest, shared equally at ties (the subgradient of least norm).
    """
    pooled_type(x, strides=strides, padding=padding, dilation=dilation, window=window)
    return largest_of_windows(xp, x, Slide(strides, padding, dilation), window)


def send_gradient(u: Array, g: Array, x: Array, **slide: Any) -> Array:
    return collect_largest(u, x, **slide)


def collect_gradient(g: Array, u: Array, x: Array, **slide: Any) -> Array:
    return send_to_largest(g, x, **slide)


@op(
    "send_to_largest", Linear((send_gradient, None)), sliding_notation("send_to_largest", "window", pooled=True),
    Role.ROUTES, type_rule=back_to,
    domain=Domain((
        Sample(((2, 3), (2, 6)), _LINE), Sample(((1, 2, 2), (1, 4, 4)), _PLANE), Sample(((3, 2), (3, 4)), _OVERLAP)
    )), batch=all_stacked,
)  # fmt: skip
def send_to_largest(
    xp: Library, g: Array, x: Array, *, strides: Sizes, padding: Pairs, dilation: Sizes, window: Sizes
) -> Array:
    """Each entry of g sent to the largest entry of x under its window, shared at ties. Adjoint: collect_largest."""
    return spread_to_largest(xp, g, x, Slide(strides, padding, dilation), window)


@op(
    "collect_largest", Linear((collect_gradient, None)), sliding_notation("collect_largest", "window", pooled=True),
    Role.ROUTES, type_rule=alike,
    domain=Domain((
        Sample(((2, 6), (2, 6)), _LINE), Sample(((1, 4, 4), (1, 4, 4)), _PLANE), Sample(((3, 4), (3, 4)), _OVERLAP)
    )), batch=all_stacked,
)  # fmt: skip
def collect_largest(
    xp: Library, u: Array, x: Array, *, strides: Sizes, padding: Pairs, dilation: Sizes, window: Sizes
) -> Array:
    """The mean of u over the entries where x is largest under the window, at each place. Adjoint: send_to_largest."""
    return collect_from_largest(xp, u, x, Slide(strides, padding, dilation), window)


# The sum --------------------------------------------------------------------------------------------------------------
def window_sum_adjoint(g: Array, x: Array, *, window: Sizes, **slide: Any) -> Array:
    return spread_over_windows(g, **slide, window=window, size=tuple(x.shape[x.ndim - len(window) :]))


@op(
    "sum_pool", Linear((window_sum_adjoint,)), sliding_notation("sum_pool", "window", pooled=True), Role.SPREADS,
    type_rule=pooled_type,
    domain=Domain((Sample(((2, 6),), _LINE), Sample(((1, 2, 4, 4),), _PLANE), Sample(((2, 3, 4),), _OVERLAP))),
    batch=as_it_is,
)  # fmt: skip
def sum_pool(xp: Library, x: Array, *, strides: Sizes, padding: Pairs, dilation: Sizes, window: Sizes) -> Array:
    """The sum of the entries under the window at each place. Adjoint: spread_over_windows."""
    pooled_type(x, strides=strides, padding=padding, dilation=dilation, window=window)
    return sum_windows(xp, x, Slide(strides, padding, dilation), window)


def over_windows_adjoint(u: Array, g: Array, *, size: Sizes, **slide: Any) -> Array:
    return sum_pool(u, **slide)


def spread_type(
    g: ArrayType, *, strides: Sizes, padding: Pairs, dilation: Sizes, window: Sizes, size: Sizes
) -> ArrayType:
    return array_type((*g.shape[: g.ndim - len(size)], *size), g.dtype)


@op(
    "spread_over_windows", Linear((over_windows_adjoint,)),
    sliding_notation("spread_over_windows", "window", "size", pooled=True), Role.GATHERS, type_rule=spread_type,
    domain=Domain((
        Sample(((2, 3),), (*_LINE, ("size", (6,)))), Sample(((1, 2, 2),), (*_PLANE, ("size", (4, 4)))),
        Sample(((3, 2),), (*_OVERLAP, ("size", (3, 4)))),
    )), batch=all_stacked,
)  # fmt: skip
def spread_over_windows(
    xp: Library, g: Array, *, strides: Sizes, padding: Pairs, dilation: Sizes, window: Sizes, size: Sizes
) -> Array:
    """Each entry of g added at all entries under its window, in an array of this size. Adjoint: sum_pool."""
    return spread_windows(xp, g, Slide(strides, padding, dilation), window, size)
