"""Windows without filters: the largest entry or the sum under a window, and what is sent back, as primitives.

One idea: an entry of a window at all places is a slice, so pooling is a map of slices. What is sent back is read where
it arrives: entries of the result with one rest by the stride are met by the same entries of the window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

from ....ops.neural.sliding import Slide, lowest
from .arrays import Array
from .sliding import Axis, convolution, convolution_transpose, sending
from .values import UnsupportedError, count

_TERMS = 16  # slices that are added up; more are a convolution with ones
_MOST = 36  # slices that are compared


def under(x: Any, slide: Slide, window: Sequence[int], places: Any) -> list[Any]:
    """Each entry of the window at all places: slices of what has its border already."""
    return [x[(..., *entries)] for _, entries in slide.taps(tuple(window), tuple(places))]


def slices(xp: Any, x: Any, fill: Any, window: Any, moves: Mapping[str, Any]) -> list[Any]:
    slide = Slide(**moves)
    if count(window) > _MOST:
        raise UnsupportedError("a large window")
    return under(slide.border(xp, x, fill), slide, window, slide.places(x.shape[x.ndim - len(window) :], window))


def largest(xp: Any, parts: Sequence[Any]) -> Any:
    found = parts[0]
    for each in parts[1:]:
        found = xp.maximum(found, each)
    return found


def total(parts: Sequence[Any]) -> Any:
    found = parts[0]
    for each in parts[1:]:
        found = found + each
    return found


def max_pool(xp: Any, x: Array, *, window: Any, **moves: Any) -> Any:
    return largest(xp, slices(xp, x, lowest(xp, x), window, moves))


def collect_largest(xp: Any, u: Array, x: Array, *, window: Any, **moves: Any) -> Any:
    seen = slices(xp, x, lowest(xp, x), window, moves)
    best = largest(xp, seen)
    hits = [xp.equal(each, best) for each in seen]
    zero = u.dtype.type(0)
    chosen = [xp.where(hit, each, zero) for hit, each in zip(hits, slices(xp, u, 0.0, window, moves), strict=True)]
    return total(chosen) / total([hit.astype(u.dtype) for hit in hits])


def send_to_largest(xp: Any, g: Array, x: Array, *, window: Any, **moves: Any) -> Any:
    """Shares are found at the places; every entry then asks the places that it lies under."""
    seen = slices(xp, x, lowest(xp, x), window, moves)
    best = largest(xp, seen)
    share = g / total([xp.equal(each, best).astype(g.dtype) for each in seen])
    size, places = x.shape[x.ndim - len(window) :], g.shape[g.ndim - len(window) :]
    axes = met(size, window, places, moves)
    above, shares = around(xp, best, axes), around(xp, share, axes)
    zero = share.dtype.type(0)

    def part(own: tuple[slice, ...], parts: list[tuple[slice, ...]]) -> Any:
        here = x[(..., *own)]
        return total([xp.where(xp.equal(here, above[(..., *each)]), shares[(..., *each)], zero) for each in parts])

    return gathered(xp, axes, x.shape, g.dtype, part)


def sum_pool(xp: Any, x: Array, *, window: Any, **moves: Any) -> Any:
    if count(window) > _TERMS and x.dtype.kind == "f":
        slid = convolution(xp, single(xp, x, len(window)), ones(xp, x, window), **moves)
        return xp.reshape(slid, (*x.shape[: x.ndim - len(window)], *slid.shape[2:]))
    return total(slices(xp, x, 0.0, window, moves))


def spread_over_windows(xp: Any, g: Array, *, window: Any, size: Any, **moves: Any) -> Any:
    lead, places = g.shape[: g.ndim - len(window)], g.shape[g.ndim - len(window) :]
    if count(window) > _TERMS and g.dtype.kind == "f":
        sent = convolution_transpose(xp, single(xp, g, len(window)), ones(xp, g, window), **moves, size=size)
        return xp.reshape(sent, (*lead, *size))
    if count(window) > _MOST:
        raise UnsupportedError("a large window")
    axes = met(size, window, places, moves)
    padded = around(xp, g, axes)
    return gathered(
        xp, axes, (*lead, *size), g.dtype, lambda own, parts: total([padded[(..., *each)] for each in parts])
    )


def single(xp: Any, x: Any, slides: int) -> Any:
    """Images of one channel."""
    lead = x.shape[: x.ndim - slides]
    return xp.reshape(x, (count(lead), 1, *x.shape[x.ndim - slides :]))


def ones(xp: Any, x: Any, window: Any) -> Any:
    return xp.ones((1, 1, *window), x.dtype)


# What is sent back ----------------------------------------------------------------------------------------------------
def met(size: Any, window: Any, places: Any, moves: Mapping[str, Any]) -> list[Axis]:
    return list(map(sending, size, window, moves["strides"], moves["padding"], moves["dilation"], places))


def around(xp: Any, x: Any, axes: Sequence[Axis]) -> Any:
    """What was found at the places, with zeros wherever an entry asks for places that are none."""
    widths = [(max(0, -axis.low), max(0, axis.low + axis.length - axis.size)) for axis in axes]
    return xp.pad(x, ((0, 0),) * (x.ndim - len(axes)) + tuple(widths)) if any(map(any, widths)) else x


def gathered(
    xp: Any, axes: Sequence[Axis], shape: tuple[int, ...], dtype: Any,
    part: Callable[[tuple[slice, ...], list[tuple[slice, ...]]], Any],
) -> Any:  # fmt: skip
    """The result from its phases. `part`: one of them, of its own entries and the places that they ask."""
    lead, found, put = len(shape) - len(axes), [], []
    for phase in product(*(range(len(axis.taps)) for axis in axes)):
        own = tuple(slice(each, None, axis.out_step) for axis, each in zip(axes, phase, strict=True))
        sizes = [axis.places(each) for axis, each in zip(axes, phase, strict=True)]
        starts = product(*(
            [tap.shift + max(0, -axis.low) for tap in axis.taps[each]] for axis, each in zip(axes, phase, strict=True)
        ))  # fmt: skip
        asked = [tuple(slice(start, start + size) for start, size in zip(each, sizes, strict=True)) for each in starts]
        whole = (*shape[:lead], *sizes)
        found.append(part(own, asked).astype(dtype) if asked else xp.zeros(whole, dtype))
        put.append(((*(0,) * lead, *phase), (*(1,) * lead, *(axis.out_step for axis in axes))))
    if len(found) == 1:
        return found[0]
    values = tuple(xp.value(each) for each in found)
    return xp.wrap(xp.builder.make("join", shape, values[0].dtype, values, "", tuple(put)))


RULES: Mapping[str, Callable[..., Any]] = {
    "max_pool": max_pool, "collect_largest": collect_largest, "send_to_largest": send_to_largest,
    "sum_pool": sum_pool, "spread_over_windows": spread_over_windows,
}  # fmt: skip
