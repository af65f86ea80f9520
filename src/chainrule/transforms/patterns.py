"""Constant arrays: an array made for some sizes in, the same array for other sizes out.

One idea: an array whose axes are sizes was made by a rule, and few rules make all of them: one value everywhere, places
counted along the axes (or their squares, reciprocals and so on), and stripes along a diagonal, such as the identity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir.library import Array, reference
from .sizes import Sizes

_MOST_STRIPES = 4
_CLOSE = 1e-13


def resized_array(array: Array, shape: tuple[int, ...], sizes: Sizes) -> Array | None:
    """The array for another shape; None where it follows no rule."""
    if array.size and (array == array.reshape(-1)[0]).all():
        return _full(array, shape, sizes)
    if array.shape == shape:
        return array
    for rule in (_counted, _striped):
        found = rule(array, shape, sizes)
        if found is not None:
            return found.astype(array.dtype)
    return None


def _full(array: Array, shape: tuple[int, ...], sizes: Sizes) -> Array:
    return reference().full(shape, _number(array.reshape(-1)[0], sizes), array.dtype)


def _number(value: Any, sizes: Sizes) -> Any:
    """One number of an array, for the new sizes."""
    if value.dtype.kind == "f":
        return sizes.real(float(value))
    return sizes.whole(int(value)) if value.dtype.kind in "iu" else value


# Places counted along the axes ---------------------------------------------------------------------------------------
def affine(array: Array) -> tuple[Any, tuple[Any, ...]] | None:
    """The first entry and the step along each axis of an array that has such; None otherwise."""
    numpy = reference()
    if array.dtype.kind not in "iuf" or not array.size:
        return None
    first = array[(0,) * array.ndim]
    steps = tuple(
        array[(0,) * axis + (1,) + (0,) * (array.ndim - axis - 1)] - first if size > 1 else first * 0
        for axis, size in enumerate(array.shape)
    )
    rebuilt = along_axes(first, steps, array.shape)
    scale = max(abs(float(first)), abs(float(array[(-1,) * array.ndim])))
    return (first, steps) if numpy.allclose(array, rebuilt, rtol=0, atol=_CLOSE * scale) else None


def along_axes(first: Any, steps: tuple[Any, ...], shape: tuple[int, ...]) -> Array:
    """first + sum over the axes of step times place."""
    numpy = reference()
    found = numpy.zeros(shape, numpy.asarray(first).dtype) + first
    for axis, step in enumerate(steps):
        found = found + step * numpy.arange(shape[axis]).reshape((-1,) + (1,) * (len(shape) - axis - 1))
    return found


def _same(x: Array) -> Array:
    return x


def _square(x: Array) -> Array:
    return x * x


def _root(x: Array) -> Array:
    return reference().sqrt(x)


def _reciprocal(x: Array) -> Array:
    return 1 / x


def _reciprocal_square(x: Array) -> Array:
    return 1 / (x * x)


def _reciprocal_root(x: Array) -> Array:
    return 1 / reference().sqrt(x)


_SHAPINGS: tuple[tuple[Callable[[Array], Array], Callable[[Array], Array]], ...] = (
    (_same, _same), (_root, _square), (_square, _root), (_reciprocal, _reciprocal),
    (_reciprocal_root, _reciprocal_square), (_reciprocal_square, _reciprocal_root),
)  # fmt: skip


def _counted(array: Array, shape: tuple[int, ...], sizes: Sizes) -> Array | None:
    """Places, or a function of places, along the axes."""
    for inward, outward in _SHAPINGS if array.dtype.kind == "f" else _SHAPINGS[:1]:
        with reference().errstate(all="ignore"):
            plain = inward(array)
            found = affine(plain) if reference().isfinite(plain).all() else None
        if found is not None:
            first, steps = found
            new = _number(first, sizes), tuple(_number(step, sizes) for step in steps)
            return outward(along_axes(*new, shape))
    return None


# Stripes -------------------------------------------------------------------------------------------------------------
def _striped(array: Array, shape: tuple[int, ...], sizes: Sizes) -> Array | None:
    """A vector in a few pieces of one value, or a matrix in a few stripes along its diagonal (identity, triangles)."""
    numpy = reference()
    if array.ndim == 1:
        return _in_pieces(array, 0, numpy.arange(shape[0]), (len(array), shape[0]), sizes)
    if array.ndim != 2:
        return None
    rows, columns = array.shape
    by_lag = numpy.concatenate([array[::-1, 0], array[0, 1:]])
    lags = numpy.arange(columns) - numpy.arange(rows)[:, None]
    if not (array == by_lag[lags + rows - 1]).all():
        return None
    new = numpy.arange(shape[1]) - numpy.arange(shape[0])[:, None]
    return _in_pieces(by_lag, 1 - rows, new, None, sizes)


def _in_pieces(line: Array, start: int, places: Array, axis: tuple[int, int] | None, sizes: Sizes) -> Array | None:
    """The values at some places of a line in a few pieces, whose first place is `start`."""
    numpy = reference()
    turns = numpy.nonzero(line[1:] != line[:-1])[0] + 1
    if len(turns) >= _MOST_STRIPES:
        return None
    ends = numpy.array([sizes.whole(int(turn) + start, axis) for turn in turns], int)
    if (numpy.diff(ends) < 0).any():
        return None
    values = numpy.array([_number(each, sizes) for each in line[numpy.concatenate([[0], turns])]])
    return values[numpy.searchsorted(ends, places, side="right")]
