"""Places that are known only when the program runs: a shape and a key in, where each entry stands out.

One idea: where an entry stands is a sum over axes. Slices and numbers add what is known, a step for each axis of the
result; arrays of places add what is looked up, once for each of their entries, after it was found within its axis.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import Array
from .values import Shape, UnsupportedError, Value, count, unit

if TYPE_CHECKING:
    from .places import Places


@dataclass(frozen=True, slots=True)
class Chosen:
    """The shape of x[key]; for each entry the part of its place that is looked up, as a view of the result's shape; and
    the part that is known: where it starts, and a step for each axis of the result."""

    shape: Shape
    table: Value
    known: tuple[int, tuple[int, ...]]


def spread_key(parts: Sequence[Any], ndim: int) -> list[Any]:
    """A key with a part for every axis: `...` and what is left out are whole axes. None stays."""
    named = sum(part is not None and part is not Ellipsis for part in parts)
    dots = [slice(None)] * (ndim - named)
    spread = [each for part in parts for each in (dots if part is Ellipsis else [part])]
    return spread + [slice(None)] * (ndim - sum(part is not None for part in spread))


def chosen(library: Places, shape: Shape, parts: Sequence[Any]) -> Chosen:
    """Where the entries of x[parts] stand in an array of this shape. Raises UnsupportedError for masks."""
    spread = spread_key(parts, len(shape))
    strides = [count(shape[axis + 1 :]) for axis in range(len(shape))]
    axes = [sum(part is not None for part in spread[:place]) for place in range(len(spread))]
    start, tables = 0, []
    dims: list[tuple[int, int]] = []  # of the result, those of arrays left out: size and step
    before: list[int] = []  # how many of them stand before each array or number
    places: list[int] = []
    for place, (part, axis) in enumerate(zip(spread, axes, strict=True)):
        if part is None:
            dims.append((1, 0))
        elif isinstance(part, slice):
            first, stop, step = part.indices(shape[axis])
            start += first * strides[axis]
            dims.append((len(range(first, stop, step)), step * strides[axis]))
        else:
            before.append(len(dims))
            places.append(place)
            if isinstance(part, (int, np.integer)):
                start += int(part) % shape[axis] * strides[axis]
            else:
                tables.append(looked_up(library, part, shape, parts, axis, strides[axis]))
    block = np.broadcast_shapes(*[each.shape for each in tables])
    together = places == list(range(places[0], places[0] + len(places)))
    at = before[0] if together else 0  # NumPy puts the axes of arrays in front where a slice stands between them
    found = (*[size for size, _ in dims[:at]], *block, *[size for size, _ in dims[at:]])
    steps = (*[step for _, step in dims[:at]], *[0] * len(block), *[step for _, step in dims[at:]])
    table = added(library, tables, block)
    access = tuple((0, unit(len(found), at + axis)) for axis in range(len(block)))
    return Chosen(found, library.builder.view(table, found, access), (start, steps))


def added(library: Places, tables: Sequence[Value], block: Shape) -> Value:
    """What several arrays of places come to."""
    total, *others = (library.builder.broadcast(each, block) for each in tables)
    for each in others:
        total = library.builder.map("add", total.dtype, total, each)
    return total


def looked_up(library: Places, part: Any, shape: Shape, parts: Sequence[Any], axis: int, stride: int) -> Value:
    """What an array of places along one axis adds to the place of an entry."""
    size, whole = shape[axis], np.dtype(np.int64)
    if not isinstance(part, Array) or part.value.kind == "constant":
        known = part.value.data.array if isinstance(part, Array) else np.asarray(part)
        return library.builder.constant(np.where(known < 0, known + size, known).astype(whole) * stride)
    if part.dtype.kind != "i":
        raise UnsupportedError("a mask that is not known")
    value = library.value(part, whole)
    refused = json.dumps([shape, described(parts), axis])
    within = library.builder.make("call", value.shape, whole, (value,), "places", refused)
    if stride == 1:
        return within
    return library.builder.map("multiply", whole, within, library.builder.number(stride, value.shape, whole))


def described(parts: Sequence[Any]) -> list[list[Any]]:
    """A key as the op has it: what stands for each part."""
    found: list[list[Any]] = []
    for part in parts:
        if part is None:
            found.append(["new"])
        elif part is Ellipsis:
            found.append(["rest"])
        elif isinstance(part, slice):
            found.append(["slice", part.start, part.stop, part.step])
        else:
            found.append(["at", int(part)] if isinstance(part, (int, np.integer)) else ["array"])
    return found
