"""Primitives: what a graph is lowered to. Shapes and parts in, `Value`s out, equal ones identical.

One idea: a few kinds are enough. A map works entry by entry, a reduction along axes, a view only says where entries
stand, a join lays parts side by side, a gather reads at places and a scatter adds there, what is running makes each
entry of the one before it, a product multiplies matrices, a call asks Python, and a bundle has several parts: a loop
over steps, or a call with several results. Which of them become loops and which are merely read through is decided
later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

Shape: TypeAlias = tuple[int, ...]
Affine: TypeAlias = tuple[int, tuple[int, ...]]  # where an axis of the source is read: offset, and a step for each axis
Access: TypeAlias = tuple[Affine, ...]

KINDS = (
    "input", "constant", "map", "reduce", "view", "reshape", "join", "gather", "product", "call", "bundle", "part",
    "scatter", "running",
)  # fmt: skip
DTYPES: dict[str, str] = {"float64": "double", "float32": "float", "int64": "i64", "int32": "i32", "bool": "i8"}
# The same by the letters of C's types, which are quicker to ask for; C has more than one type of 64 bits.
CODES: dict[str, str] = {str(char): DTYPES[np.dtype(char).name] for char in "?ilqfd" if np.dtype(char).name in DTYPES}


class UnsupportedError(Exception):
    """Something that cannot be lowered: it is called in Python instead. Never reaches a user."""


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One primitive. `name` is the function of a map or reduction; `data` what the other kinds need."""

    kind: str
    shape: Shape
    dtype: np.dtype[Any]
    inputs: tuple[Value, ...] = ()
    name: str = ""
    data: Any = None

    @property
    def size(self) -> int:
        return count(self.shape)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def code(self) -> str:
        """Its type in LLVM's language, as it lies in memory."""
        return CODES[self.dtype.char]


def count(shape: Sequence[int]) -> int:
    """How many entries a shape has."""
    entries = 1
    for size in shape:
        entries *= size
    return entries


@dataclass(slots=True)
class Builder:
    """Makes values, each once."""

    made: dict[Any, Value] = field(default_factory=dict)

    def make(self, kind: str, shape: Shape, dtype: Any, inputs: tuple[Value, ...] = (), name: str = "",
             data: Any = None) -> Value:  # fmt: skip
        """The one value of these parts. Raises UnsupportedError for a dtype the machine code does not work on."""
        if dtype.char not in CODES:
            raise UnsupportedError(f"dtype {dtype}")
        key = (kind, shape, dtype.char, inputs, name, data)
        found = self.made.get(key)
        if found is None:
            found = self.made[key] = Value(kind, shape, dtype, inputs, name, data)
        return found

    def input(self, slot: int, shape: Shape, dtype: Any) -> Value:
        return self.make("input", shape, dtype, (), "", slot)

    def bundle(
        self, types: Sequence[tuple[Shape, Any]], inputs: tuple[Value, ...], name: str, data: Any
    ) -> list[Value]:
        """Several values that are made together."""
        if unknown := [dtype for _, dtype in types if dtype.char not in CODES]:
            raise UnsupportedError(f"dtype {unknown[0]}")
        made = Value("bundle", (), np.dtype(bool), inputs, name, Parts(data))
        made.data.parts = [
            Value("part", shape, dtype, (made,), "", place) for place, (shape, dtype) in enumerate(types)
        ]
        return list(made.data.parts)

    def constant(self, array: Any) -> Value:
        array = np.ascontiguousarray(array) if np.ndim(array) else np.asarray(array)
        return self.make("constant", array.shape, array.dtype, (), "", Bytes(array))

    def number(self, number: Any, shape: Shape, dtype: Any) -> Value:
        """The same number everywhere."""
        return self.broadcast(self.constant(np.asarray(number, dtype)), shape)

    def map(self, name: str, dtype: Any, *inputs: Value) -> Value:
        assert all(each.shape == inputs[0].shape for each in inputs)
        return self.make("map", inputs[0].shape, np.dtype(dtype), inputs, name)

    def reduce(self, name: str, x: Value, axes: Sequence[int], dtype: Any = None) -> Value:
        """Along axes, which go away."""
        kept = tuple(size for axis, size in enumerate(x.shape) if axis not in axes)
        return self.make("reduce", kept, np.dtype(dtype or x.dtype), (x,), name, tuple(sorted(axes)))

    def view(self, x: Value, shape: Shape, access: Access) -> Value:
        """x read at other places: entry i of the result is entry `access(i)` of x."""
        assert len(access) == x.ndim
        assert all(len(steps) == len(shape) for _, steps in access)
        if shape == x.shape and access == identity(shape):
            return x
        if x.kind == "view":
            return self.view(x.inputs[0], shape, compose(x.data, access, len(shape)))
        if x.kind == "map" and all(is_number(each) for each in x.inputs) and x.inputs:
            return self.map(x.name, x.dtype, *[self.view(each, shape, access) for each in x.inputs])
        return self.make("view", shape, x.dtype, (x,), "", access)

    def broadcast(self, x: Value, shape: Shape) -> Value:
        if x.shape == shape:
            return x
        extra = len(shape) - x.ndim
        if extra < 0 or any(size not in (1, shape[axis + extra]) for axis, size in enumerate(x.shape)):
            raise UnsupportedError(f"shape {x.shape} as {shape}")
        access = tuple(
            (0, unit(len(shape), axis + extra) if size == shape[axis + extra] else (0,) * len(shape))
            for axis, size in enumerate(x.shape)
        )
        return self.view(x, shape, access)

    def transpose(self, x: Value, axes: Sequence[int]) -> Value:
        shape = tuple(x.shape[axis] for axis in axes)
        places = {axis: place for place, axis in enumerate(axes)}
        return self.view(x, shape, tuple((0, unit(x.ndim, places[axis])) for axis in range(x.ndim)))

    def reshape(self, x: Value, shape: Shape) -> Value:
        """The same entries in the same order. New or lost axes of size 1 are only another way to look at x."""
        if x.shape == shape:
            return x
        if count(x.shape) != count(shape):
            raise UnsupportedError(f"shape {x.shape} as {shape}")
        if [size for size in x.shape if size != 1] == [size for size in shape if size != 1]:
            large = iter([axis for axis, size in enumerate(shape) if size != 1])
            access = tuple((0, (0,) * len(shape) if size == 1 else unit(len(shape), next(large))) for size in x.shape)
            return self.view(x, shape, access)
        if x.kind == "reshape":
            return self.reshape(x.inputs[0], shape)
        if (turned := self.reshaped_turned(x, shape)) is not None:
            return turned
        if x.kind == "constant":
            return self.constant(x.data.array.reshape(shape))
        if is_number(x):
            return self.number(x.inputs[0].data.array, shape, x.dtype)
        return self.make("reshape", shape, x.dtype, (x,))

    def reshaped_turned(self, x: Value, shape: Shape) -> Value | None:
        """The reshape of an array that only lies in another order of axes, as a reshape of what lies there: where axes
        are put together that lie side by side, nothing need be copied. None where they do not."""
        order = turning(x)
        groups = None if order is None or not x.size else grouped(x.shape, shape)
        if order is None or groups is None:
            return None
        runs: list[tuple[int, tuple[int, ...]]] = []  # for each group of axes of the result: where it lies, its sizes
        for old, new in groups:
            places = [order[axis] for axis in old if x.shape[axis] != 1]
            if places != list(range(places[0], places[0] + len(places))):
                return None
            runs.append((places[0], tuple(shape[axis] for axis in new if shape[axis] != 1)))
        lying = sorted(range(len(runs)), key=lambda place: runs[place][0])
        source = self.reshape(x.inputs[0], tuple(size for place in lying for size in runs[place][1]))
        starts, total = {}, 0
        for place in lying:
            starts[place] = total
            total += len(runs[place][1])
        axes = [starts[place] + each for place in range(len(runs)) for each in range(len(runs[place][1]))]
        return self.reshape(self.transpose(source, axes), shape)


@dataclass(slots=True, eq=False)
class Parts:
    """How a bundle is made, and its parts."""

    how: Any
    parts: list[Value] = field(default_factory=list)


class Bytes:
    """A known array, equal to every other with the same bits."""

    __slots__ = ("array", "key")

    def __init__(self, array: Any) -> None:
        self.array = array
        self.key = (array.tobytes(), array.shape, array.dtype.str) if array.size <= 64 else id(array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bytes) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def unit(length: int, place: int, step: int = 1) -> tuple[int, ...]:
    """Steps that follow one axis alone."""
    return tuple(step if each == place else 0 for each in range(length))


def identity(shape: Shape) -> Access:
    """Every axis at its own place."""
    return tuple((0, unit(len(shape), axis)) for axis in range(len(shape)))


def turning(x: Value) -> tuple[int, ...] | None:
    """For each axis of a view the axis of its source, counted without those of size 1, where it is nothing but another
    order of axes; None for any other value."""
    if x.kind != "view" or x.size != x.inputs[0].size:
        return None
    found, place = [0] * x.ndim, 0
    for (offset, steps), size in zip(x.data, x.inputs[0].shape, strict=True):
        if size == 1:
            continue
        axes = [axis for axis, step in enumerate(steps) if step and x.shape[axis] != 1]
        if offset or len(axes) != 1 or steps[axes[0]] != 1 or x.shape[axes[0]] != size:
            return None
        found[axes[0]] = place
        place += 1
    return tuple(found)


def grouped(old: Shape, new: Shape) -> list[tuple[list[int], list[int]]] | None:
    """Axes of two shapes with as many entries, in groups that hold the same entries; those of size 1 are nowhere."""
    found: list[tuple[list[int], list[int]]] = []
    left = [axis for axis, size in enumerate(old) if size != 1]
    right = [axis for axis, size in enumerate(new) if size != 1]
    while left and right:
        one, other = [left.pop(0)], [right.pop(0)]
        while (have := count([old[axis] for axis in one])) != (want := count([new[axis] for axis in other])):
            if not (left if have < want else right):
                return None
            (one if have < want else other).append((left if have < want else right).pop(0))
        found.append((one, other))
    return None if left or right else found


def compose(inner: Access, outer: Access, width: int) -> Access:
    """First `outer` says which entry of a view is meant, of a place with `width` axes, then `inner` which of its
    source."""
    found = []
    for offset, steps in inner:
        total, combined = offset, [0] * width
        for step, (shift, coefficients) in zip(steps, outer, strict=True):
            if step:
                total += step * shift
                for place, each in enumerate(coefficients):
                    combined[place] += step * each
        found.append((total, tuple(combined)))
    return tuple(found)


def is_number(value: Value) -> bool:
    """Whether a value is one known number everywhere."""
    if value.kind == "view":
        value = value.inputs[0]
    return value.kind == "constant" and value.shape == ()


def known_number(value: Value) -> Any:
    """The number that a value is everywhere; None for any other."""
    if value.kind == "view":
        value = value.inputs[0]
    return value.data.array[()] if value.kind == "constant" and value.shape == () else None
