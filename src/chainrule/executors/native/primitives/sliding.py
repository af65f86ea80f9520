"""Windows that slide: convolution, its transpose and its slope along the filters as one kind of primitive.

One idea: padded and laid out row after row, an array is read by each entry of a window at one fixed distance. So a
convolution is a product of matrices whose right factor is read where it lies, and nothing is copied window by window.
Strides sort entries into phases by their rest: of what is read for a convolution, of the result for its transpose.

Axes: images (image, group, channel, places...), filters (group, filter, channel, window...).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product
from typing import Any

from ....ops.neural.sliding import Slide
from . import columns
from .arrays import Array
from .values import UnsupportedError, count

Pairs = Sequence[tuple[int, int]]
_MOST = 64  # phases: each is written down
_LARGEST = 2048  # entries of a window: each is written down


@dataclass(frozen=True)
class Tap:
    """One entry of a window along one axis: of which phase it reads, and how far from the place of the result."""

    entry: int
    phase: int
    shift: int


@dataclass(frozen=True)
class Axis:
    """One axis that is slid along. Place v of phase r of the result is its entry `out_step` v + r; entry e of phase p
    of what is read is `step` e + p."""

    size: int  # of what is read
    step: int
    out_size: int
    out_step: int
    window: int
    taps: tuple[tuple[Tap, ...], ...]  # for each phase of the result

    def places(self, phase: int) -> int:
        return -(-(self.out_size - phase) // self.out_step)

    @cached_property
    def low(self) -> int:
        """The first place that is read, which may lie before the array."""
        return min((tap.shift for taps in self.taps for tap in taps), default=0)

    @cached_property
    def length(self) -> int:
        """How many places are read, with those outside the array."""
        high = max((tap.shift for taps in self.taps for tap in taps), default=0)
        return self.places(0) + high - self.low

    def inside(self, phase: int) -> tuple[int, int]:
        """From where to where what is read holds entries of the array, counted from the first place."""
        start = max(-(phase // self.step) - self.low, 0)
        stop = min(-(-(self.size - phase) // self.step) - self.low, self.length)
        return (start, stop) if start < stop else (0, 0)

    @cached_property
    def pitch(self) -> int:
        """How far apart rows lie: zeros after one row are those before the next, but every place stands by itself."""
        spans = [each for each in map(self.inside, range(self.step)) if each != (0, 0)]
        before = min((start for start, _ in spans), default=0)
        after = self.length - max((stop for _, stop in spans), default=self.length)
        return max(self.length - min(before, after), self.places(0), 1)

    def source(self, phase: int, place: int) -> int:
        """The entry of the array that stands at a place."""
        return self.step * (place + self.low) + phase


@dataclass(frozen=True, eq=False)
class Sliding:
    """One reading of a convolution. `kind`: "images" (convolution and its transpose) or "filters" (the slope)."""

    kind: str
    axes: tuple[Axis, ...]
    images: int
    groups: int
    rows: int  # of the result: filters, or channels for the transpose
    sums: int  # what is summed over besides the window: channels, or filters; for the slope they are apart
    weights: tuple[int, int, int]  # distances in the filters between groups, rows and sums
    met: int  # places of the window
    sends: tuple[tuple[int, int, int], ...] = ()  # of a transpose along each axis: stride, gap and border

    @property
    def window(self) -> tuple[int, ...]:
        return tuple(each.window for each in self.axes)

    @property
    def pitches(self) -> tuple[int, ...]:
        """The distance between neighbours along each axis, laid out."""
        found, total = [], 1
        for axis in reversed(self.axes):
            found.append(total)
            total *= axis.pitch
        return tuple(reversed(found))

    @property
    def plane(self) -> int:
        """Entries of one phase of one channel of one image, laid out."""
        return count([axis.pitch for axis in self.axes])

    @property
    def phases(self) -> list[tuple[int, ...]]:
        """The phases of what is read."""
        return list(product(*(range(axis.step) for axis in self.axes)))

    @property
    def out_phases(self) -> list[tuple[int, ...]]:
        """The phases of the result."""
        return list(product(*(range(len(axis.taps)) for axis in self.axes)))

    def taps(self, out_phase: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
        """(entry of the window, number of the phase that is read, distance there) for each entry that counts."""
        for taps in product(*(axis.taps[phase] for axis, phase in zip(self.axes, out_phase, strict=True))):
            entry = phase = distance = 0
            for tap, axis, pitch in zip(taps, self.axes, self.pitches, strict=True):
                entry = entry * axis.window + tap.entry
                phase = phase * axis.step + tap.phase
                distance += (tap.shift - axis.low) * pitch
            yield entry, phase, distance

    @property
    def work(self) -> int:
        """Products that are computed for each image, row and what is summed over."""
        return self.plane * sum(1 for phase in self.out_phases for _ in self.taps(phase))

    @property
    def asked(self) -> int:
        """Products that there are."""
        return self.met * count(self.window)


def reading(size: int, window: int, stride: int, border: tuple[int, int], gap: int) -> Axis:
    """Along one axis of a convolution: entry k of the window at place i reads entry `stride` i + `gap` k - border."""
    places = (size + sum(border) - gap * (window - 1) - 1) // stride + 1
    taps = [Tap(k, (gap * k - border[0]) % stride, (gap * k - border[0]) // stride) for k in range(window)]
    return Axis(size, stride, places, 1, window, (tuple(taps),))


def sending(size: int, window: int, stride: int, border: tuple[int, int], gap: int, places: int) -> Axis:
    """The same the other way: entry u of an array of this size is met at place (u + border - `gap` k) / `stride`."""
    taps = tuple(
        tuple(
            Tap(k, 0, (rest + border[0] - gap * k) // stride)
            for k in range(window)
            if (rest + border[0] - gap * k) % stride == 0
        )
        for rest in range(min(stride, size))
    )
    return Axis(places, 1, size, stride, window, taps)


# The three readings ---------------------------------------------------------------------------------------------------
def together(xp: Any, first: Array, second: Array) -> list[Any]:
    values = xp.one_dtype((first, second))
    if values[0].dtype.kind != "f":
        raise UnsupportedError("convolutions of whole numbers")
    return list(values)


def slid(xp: Any, shape: tuple[int, ...], values: Sequence[Any], how: Sliding) -> Any:
    """The primitive; zeros where nothing is summed over."""
    builder, dtype = xp.builder, values[0].dtype
    if not count(shape) or not all(each.size for each in values):
        return xp.wrap(builder.number(0, shape, dtype))
    return xp.wrap(builder.bundle([(shape, dtype)], tuple(values), "slide", how)[0])


def split(x: Any, slides: int, axis: int) -> tuple[int, int, int]:
    """(what stands first, groups, what stands behind) of the leading axes: groups are 1 where there are none."""
    lead = x.shape[: x.ndim - slides]
    if len(lead) == 2:
        return (lead[0], 1, lead[1]) if axis else (1, *lead)
    return lead  # type: ignore[no-any-return]


def grouped(xp: Any, x: Any, axis: int, slides: int) -> Any:
    """An array with an axis of groups, of size 1 where it had none."""
    return x if x.ndim == slides + 3 else xp.reshape(x, (*x.shape[:axis], 1, *x.shape[axis:]))


def best(xp: Any, shape: tuple[int, ...], values: Sequence[Any], how: Sliding, otherwise: Callable[..., Any]) -> Any:
    """By sliding, or otherwise where that is wasteful: `otherwise` is given both factors with groups."""
    if count(how.window) > _LARGEST:
        raise UnsupportedError("a large window")
    phases = max(len(how.phases), len(how.out_phases))
    small = not count(shape) or not all(each.size for each in values)
    if small or not columns.is_wasteful(how.work, how.asked, phases):
        return slid(xp, shape, values, how)
    slides = len(how.axes)
    filters = {"images": (1, 0), "filters": (1, 1)}[how.kind]
    factors = [grouped(xp, xp.wrap(each), axis, slides) for each, axis in zip(values, filters, strict=True)]
    try:
        return xp.reshape(otherwise(xp, *factors), shape)
    except UnsupportedError:
        if phases > _MOST:
            raise
    return slid(xp, shape, values, how)


def convolution(xp: Any, x: Array, w: Array, *, strides: Any, padding: Pairs, dilation: Any) -> Any:
    values, slides = together(xp, x, w), len(strides)
    (images, groups, channels), (_, kinds, _) = split(x, slides, 1), split(w, slides, 0)
    sizes, window = x.shape[x.ndim - slides :], w.shape[w.ndim - slides :]
    axes = tuple(map(reading, sizes, window, strides, padding, dilation))
    taps, places = count(window), tuple(axis.out_size for axis in axes)
    how = Sliding("images", axes, images, groups, kinds, channels,
                  (kinds * channels * taps, channels * taps, taps), count(places))  # fmt: skip
    lead = (images, kinds) if x.ndim == slides + 2 else (images, groups, kinds)
    slide = Slide(tuple(strides), tuple(padding), tuple(dilation))
    return best(xp, (*lead, *places), values, how, partial(columns.convolved, slide=slide))


def convolution_transpose(
    xp: Any, g: Array, w: Array, *, strides: Any, padding: Pairs, dilation: Any, size: Any
) -> Any:
    values, slides = together(xp, g, w), len(strides)
    (images, groups, kinds), (_, _, channels) = split(g, slides, 1), split(w, slides, 0)
    places, window = g.shape[g.ndim - slides :], w.shape[w.ndim - slides :]
    axes = tuple(map(sending, size, window, strides, padding, dilation, places))
    taps, before = count(window), [border[0] for border in padding]
    how = Sliding("images", axes, images, groups, channels, kinds,
                  (kinds * channels * taps, taps, channels * taps), count(places),
                  tuple(zip(strides, dilation, before, strict=True)))  # fmt: skip
    lead = (images, channels) if g.ndim == slides + 2 else (images, groups, channels)
    slide = Slide(tuple(strides), tuple(padding), tuple(dilation))
    return best(xp, (*lead, *size), values, how, partial(columns.spread, slide=slide, size=size))


def convolution_filters(
    xp: Any, g: Array, x: Array, *, strides: Any, padding: Pairs, dilation: Any, window: Any
) -> Any:
    values, slides = together(xp, g, x), len(strides)
    (images, groups, kinds), (_, _, channels) = split(g, slides, 1), split(x, slides, 1)
    axes = tuple(map(reading, x.shape[x.ndim - slides :], window, strides, padding, dilation))
    taps, places = count(window), count(g.shape[g.ndim - slides :])
    how = Sliding("filters", axes, images, groups, kinds, channels,
                  (kinds * channels * taps, channels * taps, taps), places)  # fmt: skip
    lead = (kinds, channels) if g.ndim == slides + 2 else (groups, kinds, channels)
    slide = Slide(tuple(strides), tuple(padding), tuple(dilation))
    return best(xp, (*lead, *window), values, how, partial(columns.slope, slide=slide, window=window))


# As the ops for images spell them -------------------------------------------------------------------------------------
def moves(stride: Any, padding: Any) -> dict[str, Any]:
    return {"strides": stride, "padding": [(each, each) for each in padding], "dilation": (1,) * len(stride)}


def conv2d(xp: Any, x: Array, w: Array, *, stride: Any, padding: Any) -> Any:
    return convolution(xp, x, w, **moves(stride, padding))


def conv2d_transpose(xp: Any, g: Array, w: Array, *, stride: Any, padding: Any, size: Any) -> Any:
    return convolution_transpose(xp, g, w, **moves(stride, padding), size=size)


def conv2d_filters(xp: Any, g: Array, x: Array, *, stride: Any, padding: Any, size: Any) -> Any:
    return convolution_filters(xp, g, x, **moves(stride, padding), window=size)


def correlated(xp: Any, w: Array, x: Array) -> Any:
    """Weights that slide inside an array of as many axes, which has neither images nor channels."""
    slides = w.ndim
    found = convolution(xp, x[(None, None)], w[(None, None)], strides=(1,) * slides, padding=((0, 0),) * slides,
                        dilation=(1,) * slides)  # fmt: skip
    return found[(0, 0)]


def convolved(xp: Any, w: Array, x: Array) -> Any:
    """The full convolution: what the transpose sends to where two arrays meet."""
    size = tuple(one + other - 1 for one, other in zip(w.shape, x.shape, strict=True))
    return convolution_transpose(xp, x[(None, None)], w[(None, None)], strides=(1,) * w.ndim,
                                 padding=((0, 0),) * w.ndim, dilation=(1,) * w.ndim, size=size)[(0, 0)]  # fmt: skip


def convolved_along(xp: Any, a: Array, v: Array, *, mode: str) -> Any:
    """np.convolve, with its modes: a part of the full convolution."""
    (one,), (other,) = a.shape, v.shape
    shorter, longer = (a, v) if one <= other else (v, a)
    keeps = {"full": (0, one + other - 1), "same": ((min(one, other) - 1) // 2, max(one, other)),
             "valid": (min(one, other) - 1, abs(one - other) + 1)}  # fmt: skip
    start, length = keeps[mode]
    return convolved(xp, shorter, longer)[start : start + length]


RULES: Mapping[str, Callable[..., Any]] = {
    "convolution": convolution, "convolution_transpose": convolution_transpose,
    "convolution_filters": convolution_filters, "conv2d": conv2d, "conv2d_transpose": conv2d_transpose,
    "conv2d_filters": conv2d_filters, "correlate1d": correlated, "correlate2d": correlated, "convolve2d": convolved,
    "convolve": convolved_along,
}  # fmt: skip
