"""Moving entries: a view where that is enough, a join, or a table of places.

One idea: what NumPy does to an array is shown on the places of its entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .arrays import Array
from .chosen import chosen, spread_key
from .composed import Composed
from .values import Builder, UnsupportedError, Value, count, unit

_LARGEST_MAP = 2_000_000  # entries of a table of places


class Places(Composed):
    """NumPy's functions that move entries."""

    def reshape(self, x: Any, shape: Any) -> Any:
        value = self.value(x)
        wanted = (shape,) if isinstance(shape, int) else tuple(int(each) for each in shape)
        if -1 in wanted:
            known = count([each for each in wanted if each != -1])
            wanted = tuple(value.size // known if each == -1 else each for each in wanted)
        return self.wrap(self.builder.reshape(value, wanted))

    def transpose(self, x: Any, axes: Any = None) -> Any:
        value = self.value(x)
        order = tuple(reversed(range(value.ndim))) if axes is None else tuple(axis % value.ndim for axis in axes)
        return self.wrap(self.builder.transpose(value, order))

    def swapaxes(self, x: Any, first: int, second: int) -> Any:
        order = list(range(x.ndim))
        order[first], order[second] = order[second], order[first]
        return self.transpose(x, order)

    def moveaxis(self, x: Any, source: Any, destination: Any) -> Any:
        places = np.moveaxis(np.zeros(tuple(range(2, 2 + x.ndim)), bool), source, destination).shape
        return self.transpose(x, tuple(size - 2 for size in places))

    def broadcast_to(self, x: Any, shape: Any) -> Any:
        return self.wrap(self.builder.broadcast(self.value(x), tuple(shape)))

    def expand_dims(self, x: Any, axis: Any) -> Any:
        return self.reshape(x, np.expand_dims(np.empty(x.shape, bool), axis).shape)

    def squeeze(self, x: Any, axis: Any = None) -> Any:
        return self.reshape(x, np.squeeze(np.empty(x.shape, bool), axis).shape)

    def ravel(self, x: Any) -> Any:
        return self.reshape(x, (-1,))

    def flip(self, x: Any, axis: Any = None) -> Any:
        axes = axes_of(axis, x.ndim)
        return self.index(x, tuple(slice(None, None, -1) if each in axes else slice(None) for each in range(x.ndim)))

    def index(self, x: Array, key: Any) -> Any:
        """x[key]: slices and numbers are a view; arrays of places a table of where each entry stands."""
        if key == () and isinstance(key, tuple):
            return x
        parts = self.known_key(key)
        if all(part is None or part is Ellipsis or isinstance(part, (int, np.integer, slice)) for part in parts):
            return self.wrap(sliced(self.builder, x.value, parts))
        if any(isinstance(part, Array) for part in parts):
            found = chosen(self, x.shape, parts)
            inputs = (x.value, found.table)
            return self.wrap(self.builder.make("gather", found.shape, x.value.dtype, inputs, "", found.known))
        return self.moved(x, lambda places: places[parts])

    def known_key(self, key: Any) -> tuple[Any, ...]:
        """The parts of a key, arrays of places as plain arrays where they are known."""
        found = []
        for part in key if isinstance(key, tuple) else (key,):
            if isinstance(part, list):
                raise UnsupportedError("a list of places")
            is_known = isinstance(part, Array) and part.value.kind == "constant"
            found.append(part.value.data.array if is_known else part)
        return tuple(found)

    def added_at(self, shape: tuple[int, ...], key: Any, part: Any, dtype: Any) -> Any:
        """Zeros with `part` added at places, which may be named twice."""
        parts = self.known_key(key)
        if any(isinstance(each, Array) for each in parts):
            found = chosen(self, shape, parts)
            inputs = (self.builder.broadcast(self.value(part, dtype), found.shape), found.table)
            return self.wrap(self.builder.make("scatter", shape, inputs[0].dtype, inputs, "sum", found.known))
        places = np.arange(count(shape)).reshape(shape)[parts]
        value = self.builder.broadcast(self.value(part, dtype), places.shape)
        table = self.builder.constant(np.ascontiguousarray(places, np.int64))
        return self.wrap(self.builder.make("scatter", shape, value.dtype, (value, table), "sum"))

    def moved(self, x: Array, move: Callable[[Any], Any]) -> Any:
        """x with its entries elsewhere, as `move` shows on their places."""
        if x.size > _LARGEST_MAP:
            raise UnsupportedError("a long table of places")
        places = np.asarray(move(np.arange(x.size).reshape(x.shape)))
        if places.size > _LARGEST_MAP:
            raise UnsupportedError("a long table of places")
        table = self.builder.constant(np.ascontiguousarray(places, np.int64))
        return self.wrap(self.builder.make("gather", places.shape, x.value.dtype, (x.value, table)))

    def roll(self, x: Any, shift: Any, axis: Any = None) -> Any:
        return self.moved(x, lambda places: np.roll(places, shift, axis))

    def repeat(self, x: Any, repeats: Any, axis: Any = None) -> Any:
        return self.moved(x, lambda places: np.repeat(places, repeats, axis))

    def tile(self, x: Any, reps: Any) -> Any:
        return self.moved(x, lambda places: np.tile(places, reps))

    def diagonal(self, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
        return self.moved(x, lambda places: np.diagonal(places, offset, axis1, axis2))

    def trace(self, x: Any) -> Any:
        return self.sum(self.diagonal(x))

    def take(self, x: Any, indices: Any, axis: Any = None) -> Any:
        if isinstance(indices, Array):
            raise UnsupportedError("places that are not known")
        return self.moved(x, lambda places: np.take(places, indices, axis))

    def tril(self, x: Any, k: int = 0) -> Any:
        return self.where(np.tri(x.shape[-2], x.shape[-1], k, dtype=bool), x, np.zeros((), x.dtype))

    def triu(self, x: Any, k: int = 0) -> Any:
        return self.where(~np.tri(x.shape[-2], x.shape[-1], k - 1, dtype=bool), x, np.zeros((), x.dtype))

    def concatenate(self, xs: Sequence[Any], axis: int = 0) -> Any:
        values = self.one_dtype(xs)
        starts = np.cumsum([0, *[each.shape[axis] for each in values]]).tolist()
        shape = tuple(starts[-1] if place == axis else size for place, size in enumerate(values[0].shape))
        places = tuple(tuple(start if place == axis else 0 for place in range(len(shape))) for start in starts[:-1])
        return self.wrap(joined(self.builder, values, places, shape))

    def stack(self, xs: Sequence[Any], axis: int = 0) -> Any:
        return self.concatenate([self.expand_dims(self.asarray(x), axis) for x in xs], axis)

    def pad(self, x: Any, widths: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
        if mode != "constant" or np.ndim(constant_values):
            raise UnsupportedError("np.pad with a mode")
        value = self.value(x)
        pairs = np.broadcast_to(np.asarray(widths), (value.ndim, 2)).tolist()
        shape = tuple(size + before + after for size, (before, after) in zip(value.shape, pairs, strict=True))
        fill = self.builder.number(np.asarray(constant_values, value.dtype), shape, value.dtype)
        starts = ((0,) * value.ndim, tuple(before for before, _ in pairs))
        return self.wrap(joined(self.builder, [fill, value], starts, shape))

    def empty(self, shape: Any, dtype: Any = float) -> Any:
        return self.zeros(shape, dtype)

    def diag(self, x: Any) -> Any:
        """A vector on the diagonal of a matrix, or the diagonal of a matrix."""
        if x.ndim != 1:
            return self.diagonal(x)
        return self.where(np.eye(x.size, dtype=bool), self.reshape(x, (1, x.size)), np.zeros((), x.dtype))

    def with_part(self, x: Array, key: Any, part: Any) -> Any:
        """x with x[key] = part: slices and numbers only."""
        parts = key if isinstance(key, tuple) else (key,)
        if not all(each is None or each is Ellipsis or isinstance(each, (int, np.integer, slice)) for each in parts):
            raise UnsupportedError("writing at places that are listed")
        seen = spread_key(parts, x.ndim)
        spread = [each for each in seen if each is not None]
        ranges = [range(size)[each] if isinstance(each, slice) else range(int(each) % size, int(each) % size + 1)
                  for each, size in zip(spread, x.shape, strict=True)]  # fmt: skip
        shape = tuple(len(each) for each in ranges)
        if not count(shape):
            return x
        sizes = iter(shape)
        lengths = [(each, 1 if each is None else next(sizes)) for each in seen]
        taken = tuple(length for each, length in lengths if each is None or isinstance(each, slice))
        value = self.builder.reshape(self.builder.broadcast(self.value(part, x.dtype), taken), shape)
        starts = tuple(each[0] for each in ranges)
        steps = tuple(each.step for each in ranges)
        whole = shape == x.shape and steps == (1,) * x.ndim
        if whole:
            return self.wrap(value)
        inputs = (x.value, value)
        unmoved = ((0,) * x.ndim, (1,) * x.ndim)
        return self.wrap(self.builder.make("join", x.shape, x.dtype, inputs, "", (unmoved, (starts, steps))))

    def one_dtype(self, xs: Sequence[Any]) -> list[Value]:
        dtype = np.result_type(*[x.dtype if hasattr(x, "dtype") else x for x in xs])
        return [self.value(x, dtype) for x in xs]


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """Axes counted from 0."""
    if axis is None:
        return tuple(range(ndim))
    return tuple(each % ndim for each in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def sliced(builder: Builder, x: Value, parts: Sequence[Any]) -> Value:
    """x[parts] for slices, numbers, None and `...`."""
    shape: list[int] = []
    places: list[tuple[int, int, int]] = []  # offset, step and axis of the result (-1: none) for each axis of x
    for part in spread_key(parts, x.ndim):
        if part is None:
            shape.append(1)
        elif isinstance(part, slice):
            start, stop, step = part.indices(x.shape[len(places)])
            places.append((start, step, len(shape)))
            shape.append(len(range(start, stop, step)))
        else:
            places.append((int(part) % x.shape[len(places)], 0, -1))
    width = len(shape)
    access = tuple((offset, unit(width, axis, step) if axis >= 0 else (0,) * width) for offset, step, axis in places)
    return builder.view(x, tuple(shape), access)


def joined(builder: Builder, values: Sequence[Value], starts: Any, shape: tuple[int, ...]) -> Value:
    """Parts laid side by side, or over each other: a later one covers an earlier one."""
    kept = [(value, start) for value, start in zip(values, starts, strict=True) if value.size]
    if not kept:
        return builder.number(0, shape, values[0].dtype)
    return builder.make(
        "join", shape, values[0].dtype, tuple(v for v, _ in kept), "", tuple((s, (1,) * len(shape)) for _, s in kept)
    )


def runs_along(x: Value, axis: int) -> bool:
    """Whether neighbours along an axis lie side by side in memory, as far as that is known."""
    if x.kind != "view":
        return axis == x.ndim - 1
    source, total, step = x.inputs[0], 0, 1
    for (_, steps), size in reversed(list(zip(x.data, source.shape, strict=True))):
        total += steps[axis] * step
        step *= size
    return total == 1
