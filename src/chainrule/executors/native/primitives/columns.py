"""Convolutions as products of matrices: what lies under the window at each place, as the rows of one matrix.

One idea: where windows hardly overlap, or there are few places, rows of windows side by side are no larger than what
they are copied from, and sliding along zeros would be most of the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from ....ops.neural.sliding import Slide
from .values import UnsupportedError, count, unit

_PHASES = 16  # more entries between places than these are not sorted by their rest
_WASTE = 3  # times the products that are asked for
_FEW = 16  # places


def is_wasteful(work: int, asked: int, phases: int) -> bool:
    """Whether sliding computes far more than is asked for, or would be written out too often."""
    return phases > _PHASES or work > _WASTE * asked


def rows(xp: Any, x: Any, slide: Slide, window: Sequence[int]) -> Any:
    """(group, image and place, channel and window) of x (image, group, channel, places...)."""
    slides = len(window)
    padded = xp.value(slide.border(xp, x))
    images, groups, channels = padded.shape[:3]
    places = slide.places(x.shape[3:], tuple(window))
    shape = (groups, images, *places, channels, *window)
    width = len(shape)
    access = [(0, unit(width, 1)), (0, unit(width, 0)), (0, unit(width, 2 + slides))]
    for axis, (step, gap) in enumerate(zip(slide.strides, slide.dilation, strict=True)):
        along, inside = unit(width, 2 + axis, step), unit(width, 3 + slides + axis, gap)
        access.append((0, tuple(one + other for one, other in zip(along, inside, strict=True))))
    view = xp.builder.view(padded, shape, tuple(access))
    return xp.wrap(xp.builder.reshape(view, (groups, images * count(places), channels * count(window))))


def convolved(xp: Any, x: Any, w: Any, slide: Slide) -> Any:
    """The convolution of images and filters with groups."""
    (groups, kinds, channels), window = w.shape[:3], w.shape[3:]
    places = slide.places(x.shape[3:], window)
    filters = xp.swapaxes(xp.reshape(w, (groups, kinds, channels * count(window))), 1, 2)
    found = xp.matmul(rows(xp, x, slide, window), filters)
    apart = xp.reshape(found, (groups, x.shape[0], count(places), kinds))
    return xp.reshape(xp.transpose(apart, (1, 0, 3, 2)), (x.shape[0], groups, kinds, *places))


def slope(xp: Any, g: Any, x: Any, slide: Slide, window: Sequence[int]) -> Any:
    """The slope along the filters."""
    images, groups, kinds = g.shape[:3]
    places = count(g.shape[3:])
    turned = xp.transpose(xp.reshape(g, (images, groups, kinds, places)), (1, 2, 0, 3))
    found = xp.matmul(xp.reshape(turned, (groups, kinds, images * places)), rows(xp, x, slide, window))
    return xp.reshape(found, (groups, kinds, x.shape[2], *window))


def spread(xp: Any, g: Any, w: Any, slide: Slide, size: Sequence[int]) -> Any:
    """The transpose. Raises UnsupportedError where many windows overlap."""
    (images, groups, kinds), places = g.shape[:3], g.shape[3:]
    channels, window = w.shape[2], w.shape[3:]
    turned = xp.transpose(xp.reshape(g, (images, groups, kinds, count(places))), (1, 0, 3, 2))
    filters = xp.reshape(w, (groups, kinds, channels * count(window)))
    sent = xp.matmul(xp.reshape(turned, (groups, images * count(places), kinds)), filters)
    sent = xp.reshape(sent, (groups, images, *places, channels, *window))
    slides = len(window)
    if all(step >= wide and gap == 1 for step, wide, gap in zip(slide.strides, window, slide.dilation, strict=True)):
        pairs = [each for axis in range(slides) for each in (2 + axis, 3 + slides + axis)]
        return laid(xp, xp.transpose(sent, (1, 0, 2 + slides, *pairs)), slide, size)
    if count(places) > _FEW:
        raise UnsupportedError("many windows over each other")
    first = xp.transpose(sent, (1, 0, 2 + slides, *range(2, 2 + slides), *range(3 + slides, 3 + 2 * slides)))
    total: Any = None
    for place in product(*map(range, places)):
        part = put(xp, first[(slice(None),) * 3 + place], slide, place, size)
        total = part if total is None else total + part
    return total


def laid(xp: Any, sent: Any, slide: Slide, size: Sequence[int]) -> Any:
    """Windows that do not overlap, (image, group, channel, place, window, place, window, ...), side by side."""
    lead, places, window = sent.shape[:3], sent.shape[3::2], sent.shape[4::2]
    gaps = [(0, step - wide) for step, wide in zip(slide.strides, window, strict=True)]
    wide = (
        xp.pad(sent, [(0, 0)] * 3 + [each for gap in gaps for each in ((0, 0), gap)]) if any(map(any, gaps)) else sent
    )
    whole = [step * number for step, number in zip(slide.strides, places, strict=True)]
    found = xp.reshape(wide, (*lead, *whole))
    ends = [(before, before + length) for (before, _), length in zip(slide.padding, size, strict=True)]
    missing = [(0, max(0, end - length)) for (_, end), length in zip(ends, whole, strict=True)]
    found = xp.pad(found, [(0, 0)] * 3 + missing) if any(map(any, missing)) else found
    return found[(..., *(slice(*each) for each in ends))]


def put(xp: Any, part: Any, slide: Slide, place: Sequence[int], size: Sequence[int]) -> Any:
    """One window where it lies, in zeros."""
    kept, there = [], []
    for index, step, gap, (before, _), length, wide in zip(
        place, slide.strides, slide.dilation, slide.padding, size, part.shape[3:], strict=True
    ):
        entries = [(k, step * index + gap * k - before) for k in range(wide)]
        met = [(k, entry) for k, entry in entries if 0 <= entry < length]
        if not met:
            return xp.zeros((*part.shape[:3], *size), part.dtype)
        kept.append(slice(met[0][0], met[-1][0] + 1))
        there.append(slice(met[0][1], met[-1][1] + 1, gap))
    found = xp.zeros((*part.shape[:3], *size), part.dtype)
    found[(..., *there)] = part[(..., *kept)]
    return found
