"""The methods of NumPy's ufuncs: `np.add.reduce`, `.accumulate`, `.outer` and `.reduceat` as functions of ours.

One idea: those that have a name (a sum, a running maximum) are that function; every other ufunc of two arguments is
applied to one slice after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce as folded
from itertools import accumulate as running_fold
from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.library import reference
from ..ir.surface import TABLE
from ..ir.types import normalise_axis
from .arguments import lowest, prepared
from .choices import all_entries, any_entry
from .entry_products import prod
from .extremes import logsumexp, max, min
from .indexing import getitem
from .joining import concatenate, stack
from .movement import expand_dims, reshape
from .ordering.running import running_logs, running_max, running_min
from .recurrences import cumprod
from .reductions import cumsum, sum

_REDUCED: dict[str, Callable[..., Any]] = {
    "add": sum, "multiply": prod, "maximum": max, "minimum": min, "logical_and": all_entries, "logical_or": any_entry,
}  # fmt: skip
_ACCUMULATED: dict[str, Callable[..., Any]] = {
    "add": cumsum, "multiply": cumprod, "maximum": running_max, "minimum": running_min, "logaddexp": running_logs,
}  # fmt: skip


def reduce(name: str, x: Any, axis: Any = 0, dtype: Any = None, keepdims: bool = False, **others: Any) -> Any:
    """np.<name>.reduce: the function applied along `axis` until one entry is left.

    >>> float(reduce("subtract", [10.0, 3.0, 2.0]))
    5.0
    """
    if name in _REDUCED:
        cast = {} if dtype is None or name in ("maximum", "minimum", "logical_and", "logical_or") else {"dtype": dtype}
        return _REDUCED[name](x, axis, keepdims, **cast, **others)
    if name == "logaddexp":
        array = prepared(x, dtype, others.get("where"), lowest(as_array(x)))
        found = logsumexp(array, axis, keepdims)
        return found if others.get("initial") is None else TABLE[name](found, others["initial"])
    if others:
        raise ShapeError(
            given=f"{name}.reduce with {', '.join(others)}", expected="the array, an axis and keepdims", where=name,
            remedy="choose entries first, and combine with a first value afterwards",
        )  # fmt: skip
    along = normalise_axis(axis, as_array(x).ndim, name)
    found = folded(TABLE[name], _slices(name, prepared(x, dtype), along))
    return expand_dims(found, along) if keepdims else found


def _slices(name: str, array: Any, axis: int) -> Iterator[Any]:
    """The slices along one axis, of which there must be one."""
    if not array.shape[axis]:
        raise ShapeError(given=f"{name} of no entries (shape {array.shape})", expected="at least one", where=name,
                         remedy="leave empty arrays out")  # fmt: skip
    before = (slice(None),) * axis
    return (getitem(array, (*before, place)) for place in range(array.shape[axis]))


def accumulate(name: str, x: Any, axis: int = 0, dtype: Any = None) -> Any:
    """np.<name>.accumulate: what the function has made of the entries so far, along `axis`.

    >>> accumulate("subtract", [10.0, 3.0, 2.0])
    array([10.,  7.,  5.])
    """
    array = prepared(x, dtype)
    if name in _ACCUMULATED:
        return _ACCUMULATED[name](array, axis)
    along = normalise_axis(axis, array.ndim, name)
    return stack(list(running_fold(_slices(name, array, along), TABLE[name])), along)


def outer(name: str, x: Any, y: Any) -> Any:
    """np.<name>.outer: the function of every entry of x with every entry of y.

    >>> outer("subtract", [1.0, 2.0], [0.0, 10.0])
    array([[ 1., -9.],
           [ 2., -8.]])
    """
    left, right = as_array(x), as_array(y)
    return TABLE[name](reshape(left, (*left.shape, *(1,) * right.ndim)), right)


def reduceat(name: str, x: Any, indices: Any, axis: int = 0, dtype: Any = None) -> Any:
    """np.<name>.reduceat: reductions of the stretches that begin at `indices`, known whole numbers.

    A stretch ends where the next begins; where the next begins earlier, it is the one entry.

    >>> reduceat("add", [1.0, 2.0, 3.0, 4.0], [0, 2])
    array([3., 7.])
    """
    array = prepared(x, dtype)
    along = normalise_axis(axis, array.ndim, name)
    starts = [int(place) for place in reference().asarray(indices).reshape(-1)]
    before, size = (slice(None),) * along, array.shape[along]
    pieces = []
    for start, stop in zip(starts, [*starts[1:], size], strict=True):
        if not 0 <= start < size:
            raise ShapeError(given=f"a stretch from {start} of {size} entries", expected="places within the axis",
                             where=f"{name}.reduceat", remedy="leave stretches out that begin at the end")  # fmt: skip
        stretch = getitem(array, (*before, slice(start, stop if stop > start else start + 1)))
        pieces.append(reduce(name, stretch, along, keepdims=True))
    return concatenate(pieces, along)


METHODS: dict[str, Callable[..., Any]] = {
    "reduce": reduce, "accumulate": accumulate, "outer": outer, "reduceat": reduceat,
}  # fmt: skip
