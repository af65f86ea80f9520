"""Kernels of what slides over images: arrays and a window in, sums of products or sums of windows out.

One idea: the entries under a window, copied side by side, make a matrix, so that a convolution is one product of
matrices (im2col); the way back adds one array for each entry of the window, never one for each place.
Source: Chellapilla, Puri and Simard, High performance convolutional neural networks for document processing (2006).

Axes: images (image, group, channel, places...), filters (group, filter, channel, window...).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...ir.library import Array, Library
from ...ir.precision import widened

Sizes = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Slide:
    """How a window moves: one entry for each axis it slides along. `padding` is what stands before and after."""

    strides: Sizes
    padding: Pairs
    dilation: Sizes

    def places(self, size: Sizes, window: Sizes) -> Sizes:
        """At how many places along each axis the window fits (0 or less where it fits nowhere)."""
        return tuple(
            (length + before + after - gap * (wide - 1) - 1) // step + 1
            for length, wide, step, (before, after), gap in zip(
                size, window, self.strides, self.padding, self.dilation, strict=True
            )
        )

    def padded(self, size: Sizes) -> Sizes:
        """The sizes with the border."""
        return tuple(length + sum(border) for length, border in zip(size, self.padding, strict=True))

    def taps(self, window: Sizes, places: Sizes) -> Iterator[tuple[Sizes, tuple[slice, ...]]]:
        """For each entry of the window, its index and the entries of the padded images that it meets."""
        for number in range(math.prod(window)):
            rest, index = number, []
            for wide in reversed(window):
                rest, place = divmod(rest, wide)
                index.append(place)
            index.reverse()
            starts = (gap * place for gap, place in zip(self.dilation, index, strict=True))
            yield (
                tuple(index),
                tuple(
                    slice(start, start + step * (count - 1) + 1, step)
                    for start, step, count in zip(starts, self.strides, places, strict=True)
                ),
            )

    def border(self, xp: Library, x: Array, fill: float = 0.0) -> Array:
        """The array with a border round its last axes."""
        if not any(map(any, self.padding)):
            return x
        return xp.pad(x, ((0, 0),) * (x.ndim - len(self.padding)) + self.padding, constant_values=fill)

    def inside(self, size: Sizes) -> tuple[slice, ...]:
        """The part of the padded sizes that is no border."""
        return tuple(slice(before, before + length) for length, (before, _) in zip(size, self.padding, strict=True))


def windows(xp: Library, x: Array, window: Sizes, slide: Slide) -> Array:
    """A view with axes (leading..., window..., places...) of what lies under the window at each place."""
    count = len(window)
    lead = x.ndim - count
    extents = tuple(gap * (wide - 1) + 1 for wide, gap in zip(window, slide.dilation, strict=True))
    views = xp.lib.stride_tricks.sliding_window_view(slide.border(xp, x), extents, tuple(range(lead, x.ndim)))
    steps = [slice(None, None, step) for step in (*slide.strides, *slide.dilation)]
    views = views[(..., *steps)]
    order = (*range(lead), *range(lead + count, lead + 2 * count), *range(lead, lead + count))
    return views.transpose(order)


def grouped(x: Array, axis: int, count: int) -> Array:
    """An array with an axis of groups, of size 1 where it had none: `count` axes slide."""
    return x if x.ndim == count + 3 else x.reshape((*x.shape[:axis], 1, *x.shape[axis:]))


def chunks(number: int, entries: int, width: int) -> Iterator[slice]:
    """Images few enough that the entries under their windows stay near the processor: twice as fast as all at once."""
    several = max(1, _NEAR // max(1, entries * width))
    return (slice(start, start + several) for start in range(0, number, several))


_NEAR = 2**21  # bytes


def convolve(xp: Library, x: Array, w: Array, slide: Slide) -> Array:
    """y[n, g, f, i] = sum over c and k of w[g, f, c, k] x[n, g, c, s i + d k - p]."""
    images, filters = widened(grouped(x, 1, len(slide.strides))), widened(grouped(w, 0, len(slide.strides)))
    (number, groups, _), (_, kinds, channels), window = images.shape[:3], filters.shape[:3], filters.shape[3:]
    places = slide.places(images.shape[3:], window)
    under, many = channels * math.prod(window), math.prod(places)
    rows = filters.reshape(groups, kinds, under)
    views = windows(xp, images, window, slide)
    found = xp.empty((number, groups, kinds, many), xp.result_type(images, filters))
    for some in chunks(number, groups * under * many, views.itemsize):
        found[some] = xp.matmul(rows, views[some].reshape(len(views[some]), groups, under, many))
    shape = (number, kinds, *places) if x.ndim == len(places) + 2 else (number, groups, kinds, *places)
    return found.reshape(shape).astype(xp.result_type(x, w), copy=False)


def spread(xp: Library, g: Array, w: Array, slide: Slide, size: Sizes) -> Array:
    """What arrives at images of this size when g arrives at their convolution: every product goes back to its entry."""
    count = len(size)
    gradient, filters = widened(grouped(g, 1, count)), widened(grouped(w, 0, count))
    (number, groups, kinds), (_, _, channels), window = gradient.shape[:3], filters.shape[:3], filters.shape[3:]
    places = gradient.shape[3:]
    under, many = channels * math.prod(window), math.prod(places)
    turned = filters.reshape(groups, kinds, under).transpose(0, 2, 1)
    flat = gradient.reshape(number, groups, kinds, many)
    out = xp.zeros((number, groups, channels, *slide.padded(size)), xp.result_type(gradient, filters))
    taps = list(slide.taps(window, places))
    for some in chunks(number, groups * under * many, out.itemsize):
        sent = xp.matmul(turned, flat[some]).reshape(len(flat[some]), groups, channels, *window, *places)
        for index, entries in taps:  # windows overlap; one entry of a window at all places does not
            out[(some, ..., *entries)] += sent[(slice(None), slice(None), slice(None), *index)]
    inner = out[(..., *slide.inside(size))]
    shape = (number, channels, *size) if g.ndim == count + 2 else inner.shape
    return inner.reshape(shape).astype(xp.result_type(g, w), copy=False)


def correlate(xp: Library, g: Array, x: Array, slide: Slide, window: Sizes) -> Array:
    """What arrives at filters of this size when g arrives at their convolution with x: a sum over images and places."""
    count = len(window)
    gradient, images = widened(grouped(g, 1, count)), widened(grouped(x, 1, count))
    (number, groups, kinds), channels = gradient.shape[:3], images.shape[2]
    under, many = channels * math.prod(window), math.prod(gradient.shape[3:])
    flat = gradient.reshape(number, groups, kinds, many)
    views = windows(xp, images, window, slide)
    found = xp.zeros((groups, kinds, under), xp.result_type(gradient, images))
    for some in chunks(number, groups * under * many, views.itemsize):
        columns = views[some].reshape(len(views[some]), groups, under, many)
        found += xp.matmul(flat[some], columns.swapaxes(2, 3)).sum(0)
    shape = (kinds, channels, *window) if g.ndim == count + 2 else (groups, kinds, channels, *window)
    return found.reshape(shape).astype(xp.result_type(g, x), copy=False)


# Windows without filters ----------------------------------------------------------------------------------------------
def sum_windows(xp: Library, x: Array, slide: Slide, window: Sizes) -> Array:
    """The sum of what lies under the window at each place."""
    size = x.shape[x.ndim - len(window) :]
    places = slide.places(size, window)
    padded = slide.border(xp, widened(x))
    out = xp.zeros((*x.shape[: x.ndim - len(window)], *places), padded.dtype)
    for _, entries in slide.taps(window, places):
        out += padded[(..., *entries)]
    return out.astype(x.dtype, copy=False)


def spread_windows(xp: Library, g: Array, slide: Slide, window: Sizes, size: Sizes) -> Array:
    """Every entry of g added at all entries under its window, in an array whose last axes have these sizes."""
    places = g.shape[g.ndim - len(window) :]
    wide = widened(g)
    out = xp.zeros((*g.shape[: g.ndim - len(window)], *slide.padded(size)), wide.dtype)
    for _, entries in slide.taps(window, places):
        out[(..., *entries)] += wide
    return out[(..., *slide.inside(size))].astype(g.dtype, copy=False)


def largest_of_windows(xp: Library, x: Array, slide: Slide, window: Sizes) -> Array:
    """The largest entry under the window at each place; the border counts as minus infinity."""
    size = x.shape[x.ndim - len(window) :]
    places = slide.places(size, window)
    padded = slide.border(xp, x, lowest(xp, x))
    out: Any = None
    for _, entries in slide.taps(window, places):
        out = padded[(..., *entries)].copy() if out is None else xp.maximum(out, padded[(..., *entries)], out=out)
    return out


def lowest(xp: Library, x: Array) -> Any:
    """What no entry of this dtype is below."""
    return -xp.inf if x.dtype.kind == "f" else xp.iinfo(x.dtype).min if x.dtype.kind in "iu" else False


def shares(xp: Library, x: Array, slide: Slide, window: Sizes) -> tuple[Array, Array, list[tuple[slice, ...]]]:
    """The padded array, the largest entry at each place, and the taps: what sharing among equal entries needs."""
    size = x.shape[x.ndim - len(window) :]
    best = largest_of_windows(xp, x, slide, window)
    taps = [entries for _, entries in slide.taps(window, slide.places(size, window))]
    return slide.border(xp, x, lowest(xp, x)), best, taps


def spread_to_largest(xp: Library, g: Array, x: Array, slide: Slide, window: Sizes) -> Array:
    """Every entry of g added at the largest entry of x under its window, in equal shares where several are."""
    padded, best, taps = shares(xp, x, slide, window)
    hits = [xp.equal(padded[(..., *entries)], best) for entries in taps]
    share = widened(g / sum(hits, start=xp.zeros(best.shape, g.dtype)))
    out = xp.zeros(padded.shape, share.dtype)
    for hit, entries in zip(hits, taps, strict=True):
        out[(..., *entries)] += xp.where(hit, share, 0)
    size = x.shape[x.ndim - len(window) :]
    return out[(..., *slide.inside(size))].astype(g.dtype, copy=False)


def collect_from_largest(xp: Library, u: Array, x: Array, slide: Slide, window: Sizes) -> Array:
    """At each place the mean of u over the entries where x is largest under the window."""
    padded, best, taps = shares(xp, x, slide, window)
    moved = slide.border(xp, u)
    total, count = xp.zeros(best.shape, u.dtype), xp.zeros(best.shape, u.dtype)
    for entries in taps:
        hit = xp.equal(padded[(..., *entries)], best)
        total += xp.where(hit, moved[(..., *entries)], 0)
        count += hit
    return (total / count).astype(u.dtype, copy=False)
