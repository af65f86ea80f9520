"""The type of an array: shapes and dtypes in, an `ArrayType` out.

One idea: two arrays with the same shape and dtype share one type object, so that comparing types is comparing
identities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import index
from typing import Any

from ..errors import DTypeError, LimitError, ShapeError
from .library import reference
from .precision import is_short
from .remedies import broadcast_remedy

_LETTERS = {"f": "f", "i": "i", "u": "u", "c": "c", "b": "bool"}
_TYPES: dict[tuple[tuple[int, ...], Any], ArrayType] = {}
_MOST_TYPES = 65536
MOST_ENTRIES = 10**10  # 80 GB in float64: a broadcast of this size costs nothing, but summing it takes seconds


@dataclass(frozen=True, slots=True, eq=False)
class ArrayType:
    """Shape and dtype of an array. Build it with `array_type`, which interns: equal types are identical."""

    shape: tuple[int, ...]
    dtype: Any
    is_complex: bool = False  # both kept, because they are asked at every step
    is_short: bool = False

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return count_entries(self.shape)

    def __str__(self) -> str:
        letter = "bf" if self.dtype.kind == "V" else _LETTERS.get(self.dtype.kind, self.dtype.kind)
        bits = "" if self.dtype.kind == "b" else str(8 * self.dtype.itemsize)
        return f"{letter}{bits}[{','.join(map(str, self.shape))}]"

    def __reduce__(self) -> tuple[Any, ...]:
        return array_type, (self.shape, self.dtype)


def array_type(shape: tuple[int, ...], dtype: Any) -> ArrayType:
    """The one `ArrayType` of this shape and dtype."""
    found = _TYPES.get((shape, dtype))
    if found is None:
        if _LIMITED[-1] and count_entries(shape) > MOST_ENTRIES:
            raise LimitError(
                given=f"an array of shape {shape}, with {count_entries(shape):.3g} entries",
                expected=f"at most {MOST_ENTRIES:.3g} entries (chainrule.ir.types.MOST_ENTRIES)",
                remedy="check whether the shape is the one you meant",
            )
        if len(_TYPES) >= _MOST_TYPES:
            _TYPES.clear()
        found = _TYPES[shape, dtype] = ArrayType(shape, dtype, *_kind_of(dtype))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class BundleType(ArrayType):
    """The type of several arrays that one op makes together (a loop's): as an array it would be a single object."""

    parts: tuple[ArrayType, ...] = ()

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.parts))})"

    def __reduce__(self) -> tuple[Any, ...]:
        return bundle_type, (self.parts,)


_BUNDLES: dict[tuple[ArrayType, ...], BundleType] = {}


def bundle_type(parts: tuple[ArrayType, ...]) -> BundleType:
    """The one `BundleType` of these parts."""
    found = _BUNDLES.get(parts)
    if found is None:
        if len(_BUNDLES) >= _MOST_TYPES:
            _BUNDLES.clear()
        found = _BUNDLES[parts] = BundleType((), reference().dtype(object), parts=parts)
    return found


def bundle_of(values: tuple[Any, ...]) -> BundleType:
    """The type of several arrays that a kernel returned together."""
    return bundle_type(tuple(array_type(each.shape, each.dtype) for each in values))


def _kind_of(dtype: Any) -> tuple[bool, bool]:
    """Whether numbers of this dtype are complex, and whether they are short floats."""
    return getattr(dtype, "kind", "") == "c", hasattr(dtype, "kind") and is_short(dtype)


_LIMITED = [True]


@contextmanager
def symbolic_shapes() -> Iterator[None]:
    """Inside, sizes stand for letters: large arrays are spoken of and never allocated, so no shape is too large."""
    _LIMITED.append(False)
    try:
        yield
    finally:
        _LIMITED.pop()


def speaking() -> bool:
    """Whether sizes stand for letters here."""
    return not _LIMITED[-1]


def is_only_spoken_of(type_: ArrayType) -> bool:
    """Whether an array of this type is not to be computed, even if all that it is made of is known."""
    return speaking() and type_.size > _MOST_COMPUTED


_MOST_COMPUTED = 10**7


def count_entries(shape: Sequence[int]) -> int:
    """How many entries an array of this shape has."""
    entries = 1
    for size in shape:
        entries *= size
    return entries


def broadcast_shapes(*shapes: tuple[int, ...], doing: str = "combine") -> tuple[int, ...]:
    """The common shape by NumPy's broadcasting rule: axes align at the right, an axis of size 1 stretches.

    Raises ShapeError naming every shape when they do not agree.
    """
    result: list[int] = []
    for axis in range(1, max(map(len, shapes), default=0) + 1):
        sizes = {shape[-axis] for shape in shapes if len(shape) >= axis}
        stretched = sizes - {1}
        if len(stretched) > 1:
            raise ShapeError(
                given=f"shapes {' and '.join(map(str, shapes))}",
                expected="shapes that agree at every axis, counted from the right, or are 1 there",
                where=doing,
                remedy=broadcast_remedy(shapes, doing)
                or f"axis -{axis} has sizes {', '.join(map(str, sorted(sizes)))}: reshape or transpose one of them",
            )
        result.append(stretched.pop() if stretched else 1)
    return tuple(reversed(result))


def normalise_axis(axis: int, ndim: int, doing: str) -> int:
    """An axis counted from 0, however it was given. Raises ShapeError when it is out of range."""
    if not -ndim <= axis < ndim:
        raise ShapeError(
            given=f"axis {axis} of an array with {ndim} axes",
            expected=f"an axis from {-ndim} to {ndim - 1}" if ndim else "no axis: the array is a single number",
            where=doing,
            remedy="check the shape, or leave the axis out",
        )
    return axis % ndim


def whole_axis(axis: Any, doing: str) -> int:
    """An axis as a Python integer. Raises DTypeError for anything that is not a whole number."""
    try:
        return index(axis)
    except TypeError:
        raise DTypeError(
            given=f"axis {axis!r} of type {type(axis).__name__}",
            expected="a whole number, or a tuple of them",
            where=doing,
            remedy="axis=0 is the first axis",
        ) from None


def normalise_axes(axis: int | Sequence[int] | None, ndim: int, doing: str) -> tuple[int, ...]:
    """Sorted axes counted from 0; None means all of them."""
    if axis is None:
        return tuple(range(ndim))
    given = tuple(axis) if isinstance(axis, Sequence) else (axis,)  # a NumPy integer is no int, and may be an axis
    axes = sorted(normalise_axis(whole_axis(each, doing), ndim, doing) for each in given)
    if len(set(axes)) != len(axes):
        raise ShapeError(given=f"axes {given}", expected="each axis once", where=doing, remedy="drop the repeated axis")
    return tuple(axes)
