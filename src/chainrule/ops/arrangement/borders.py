"""Borders round an array, by every mode of NumPy's: an array and widths in, a larger array out.

One idea: a border repeats entries (edge, reflect, symmetric, wrap), holds known values or a ramp down to them, or what
is said of some entries at the edge (their mean, maximum, minimum, median); axis after axis, as NumPy does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import DomainError
from ...ir.coercion import as_array
from ...ir.library import reference
from ...ir.precision import FLOATING
from ..choices import astype
from ..declare import also_known_as
from ..extremes import max, min
from ..indexing import getitem, take
from ..joining import Widths, concatenate, pad_op
from ..movement import broadcast_to, moveaxis
from ..products import matmul
from ..reductions import mean
from ..statistics.quantiles import median

_REPEATING = ("edge", "reflect", "symmetric", "wrap")
_SAID: dict[str, Callable[..., Any]] = {"maximum": max, "minimum": min, "mean": mean, "median": median}
MODES = ("constant", "linear_ramp", "empty", *_REPEATING, *_SAID)


def pad(
    x: Any, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0, end_values: Any = 0,
    stat_length: Any = None, reflect_type: str = "even",
) -> Any:  # fmt: skip
    """np.pad: a border of the widths given round x, in any mode but a function: one number (`constant_values`, perhaps
    recorded), entries repeated, a ramp to `end_values`, or what is said of `stat_length` entries at the edge.

    Raises DomainError for other modes, and where a border repeats the entries of an empty axis.

    >>> pad([1.0, 2.0], 1)
    array([0., 1., 2., 0.])
    """
    array = as_array(x)
    if mode not in MODES:
        raise DomainError(given=f"pad with mode {mode!r}", expected=f"one of {', '.join(MODES)}", where="pad",
                          remedy="build other borders with np.concatenate")  # fmt: skip
    widths = _widths(pad_width, array.ndim)
    if mode == "empty" or (mode == "constant" and type(constant_values) in (int, float)):
        fill = 0.0 if mode == "empty" else constant_values
        return pad_op(array, widths=widths, fill=float(fill) if array.dtype.kind in FLOATING else fill)
    for axis, pair in enumerate(widths):
        if pair == (0, 0):
            continue
        if mode in _REPEATING:
            array = _repeated(array, axis, pair, mode, reflect_type)
        elif mode == "constant":
            values = _pairs(constant_values, axis, array.ndim)
            array = _bordered(array, axis, pair, values)
        elif mode == "linear_ramp":
            array = _ramped(array, axis, pair, _pairs(end_values, axis, array.ndim))
        else:
            array = _bordered(array, axis, pair, _summaries(array, axis, mode, stat_length))
    return array


def _widths(pad_width: Any, ndim: int) -> Widths:
    """A pair for each axis, however NumPy lets them be written."""
    if isinstance(pad_width, dict):
        given: list[Any] = [(0, 0)] * ndim
        for axis, width in pad_width.items():
            given[axis] = width if isinstance(width, tuple) else (width, width)
        pad_width = given
    found = tuple((int(a), int(b)) for a, b in reference().broadcast_to(pad_width, (ndim, 2)))
    if any(width < 0 for pair in found for width in pair):
        raise DomainError(given=f"widths {pad_width}", expected="widths from 0 up", where="pad",
                          remedy="cut with slices instead")  # fmt: skip
    return found


def _pairs(values: Any, axis: int, ndim: int) -> tuple[Any, Any]:
    """The values before and behind along one axis: one for all, a pair, or a pair for each axis."""
    if not isinstance(values, (list, tuple)):
        return values, values
    if len(values) == 1:
        return _pairs(values[0], axis, ndim)
    if isinstance(values[0], (list, tuple)):
        return _pairs(values[axis], axis, ndim)
    return values[0], values[1]


def _repeated(array: Any, axis: int, pair: tuple[int, int], mode: str, reflect_type: str) -> Any:
    """Entries taken again; an odd reflection is turned round the entry at the edge."""
    numpy, size = reference(), array.shape[axis]
    if not size:
        raise DomainError(given=f"pad of an empty axis with mode {mode!r}", expected="entries to repeat", where="pad",
                          remedy="use mode='constant'")  # fmt: skip
    places = numpy.pad(numpy.arange(size), pair, mode=mode)
    found = take(array, places, axis)
    if reflect_type == "even" or mode not in ("reflect", "symmetric"):
        return found
    return _turned(array, axis, pair, mode)


def _turned(array: Any, axis: int, pair: tuple[int, int], mode: str) -> Any:
    """An odd reflection: what numpy.pad does to the numbers of the places, it does linearly to the entries."""
    numpy, size = reference(), array.shape[axis]
    weights = numpy.pad(numpy.eye(size), ((0, 0), pair), mode=mode, reflect_type="odd")
    return moveaxis(matmul(moveaxis(array, axis, -1), weights.astype(array.dtype)), -1, axis)


def _slab(array: Any, axis: int, width: int, value: Any) -> Any:
    """One value, or a slice of values, copied `width` times along the axis."""
    shape = tuple(width if each == axis else size for each, size in enumerate(array.shape))
    return broadcast_to(astype(as_array(value), array.dtype), shape)


def _bordered(array: Any, axis: int, pair: tuple[int, int], values: tuple[Any, Any]) -> Any:
    before, behind = (_slab(array, axis, width, value) for width, value in zip(pair, values, strict=True))
    return concatenate([before, array, behind], axis)


def _edge(array: Any, axis: int, place: slice) -> Any:
    return getitem(array, (*(slice(None),) * axis, place))


def _ramped(array: Any, axis: int, pair: tuple[int, int], ends: tuple[Any, Any]) -> Any:
    """Straight lines from the end values to the entries at the edge."""
    numpy = reference()
    pieces = []
    for width, end, place in ((pair[0], ends[0], slice(0, 1)), (pair[1], ends[1], slice(-1, None))):
        shape = tuple(width if each == axis else 1 for each in range(array.ndim))
        share = numpy.arange(width) / numpy.maximum(width, 1)
        if place.start:
            share = share[::-1]
        share = share.reshape(shape).astype(array.dtype)
        edge = _edge(array, axis, place)
        pieces.append((edge - end) * share + end)
    return concatenate([pieces[0], array, pieces[1]], axis)


def _summaries(array: Any, axis: int, mode: str, stat_length: Any) -> tuple[Any, Any]:
    """What is said of the entries at both edges."""
    size = array.shape[axis]
    lengths = (size, size) if stat_length is None else _pairs(stat_length, axis, array.ndim)
    first, last = (int(reference().minimum(length, size)) for length in lengths)
    return (
        _SAID[mode](_edge(array, axis, slice(0, first)), axis, True),
        _SAID[mode](_edge(array, axis, slice(size - last, None)), axis, True),
    )


also_known_as(pad, "pad")
