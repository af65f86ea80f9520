"""Quantiles by every method of NumPy's: an array and shares from 0 to 1 in, what lies below which share of it out.

One idea: sorted entries are looked up at two places beside each other, and mixed. The places are whole numbers and the
mixture is known, so the gradient goes back to the two entries; a share that is recorded has the slope of the mixture.
Source of the methods: Hyndman and Fan, Sample quantiles in statistical packages (1996), as NumPy numbers them.
"""

from __future__ import annotations

from typing import Any

from ...errors import DomainError, ShapeError
from ...ir.coercion import as_array
from ...ir.library import reference
from ...ir.node import Node
from ...ir.precision import FLOATING, is_short
from ...ir.types import normalise_axes
from ..arithmetic import carry, maximum, minimum
from ..choices import astype, equal, isnan, logical_and, logical_not, where
from ..declare import also_known_as
from ..entry_products import rows_last
from ..indexing import getitem, take
from ..known import is_known, known_values
from ..movement import reshape, transpose
from ..reductions import count_reduced, cumsum, mean, reduced_shape, stretched, sum
from ..rounding import ceil, floor, remainder, rint
from ..sorting import argsort, sort, take_along_axis

_CONTINUOUS: dict[str, tuple[float, float]] = {
    "interpolated_inverted_cdf": (0, 1), "hazen": (0.5, 0.5), "weibull": (0, 0), "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
}  # fmt: skip
METHODS = (
    "linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
    *_CONTINUOUS,
)  # fmt: skip


# Where to look -------------------------------------------------------------------------------------------------------
def _position(method: str, count: Any, q: Any) -> tuple[Any, Any]:
    """The place of a quantile among so many sorted entries, counted from 0, and the share of the entry above it."""
    if method in _CONTINUOUS:
        alpha, beta = _CONTINUOUS[method]
        place = count * q + (alpha + q * (1 - alpha - beta)) - 1
        return floor(place), place - floor(place)
    if method in ("inverted_cdf", "averaged_inverted_cdf", "closest_observation"):
        place = count * q - (1.5 if method == "closest_observation" else 1.0)
        return _discrete(method, place, floor(place))
    place = (count - 1) * q
    if method == "linear":
        return floor(place), place - floor(place)
    if method == "midpoint":
        return floor(place), 0.5 * (ceil(place) - floor(place))
    return {"lower": floor, "higher": ceil, "nearest": rint}[method](place), 0.0


def _discrete(method: str, place: Any, below: Any) -> tuple[Any, Any]:
    exact = equal(place, below)
    if method == "averaged_inverted_cdf":
        return below, where(exact, 0.5, 1.0)
    if method == "closest_observation":
        exact = logical_and(exact, equal(remainder(below, 2.0), 1.0))
    return where(exact, below, below + 1.0), 0.0


def _mixed(rows: Any, count: Any, q: Any, method: str, look_up: Any) -> Any:
    """The quantiles of sorted rows, whose last axis holds `count` entries: shape of the rows, then that of q."""
    below, share = _position(method, count, q)
    last = count - 1
    first = look_up(rows, minimum(maximum(below, 0.0), last))
    if type(share) is float:
        return first
    second = look_up(rows, minimum(maximum(below + 1.0, 0.0), last))
    return carry(1 - share, first) + carry(share, second)


def _in_all_rows(rows: Any, places: Any) -> Any:
    """The entries at the same places of every row."""
    whole = astype(as_array(places), "int64")
    return getitem(rows, (..., int(whole))) if type(whole) is not Node and not whole.ndim else take(rows, whole, -1)


def _in_each_row(rows: Any, places: Any) -> Any:
    """The entries of each row at its own places."""
    return take_along_axis(rows, astype(as_array(places), "int64"), -1)


# Quantiles -----------------------------------------------------------------------------------------------------------
def quantile(
    x: Any, q: Any, axis: Any = None, keepdims: bool = False, *, method: str = "linear", weights: Any = None
) -> Any:
    """np.quantile: the number below which a share q of the entries along `axis` lies; the axes of q come first.

    `method` is any of NumPy's; with `weights` it must be "inverted_cdf", and no gradient reaches the weights, which
    decide only where to look. NaN among the entries makes the quantile NaN.

    >>> float(quantile([1.0, 2.0, 4.0], 0.75))
    3.0
    """
    array, shares, rows = _prepared(x, q, axis, method, "quantile")
    if weights is not None:
        found = _weighted(array, rows, shares, axis, weights, method)
    else:
        ordered = sort(rows)
        found = _mixed(ordered, rows.shape[-1], shares, method, _in_all_rows)
        last = reshape(getitem(ordered, (..., -1)), rows.shape[:-1] + (1,) * shares.ndim)
        found = where(isnan(last), last, found) if array.dtype.kind in FLOATING else found
    return _laid_out(found, array, shares, axis, keepdims)


def nanquantile(x: Any, q: Any, axis: Any = None, keepdims: bool = False, *, method: str = "linear") -> Any:
    """np.nanquantile: the quantiles of the entries that are numbers; NaN where none is.

    >>> float(nanquantile([1.0, float("nan"), 2.0, 4.0], 0.75))
    3.0
    """
    array, shares, rows = _prepared(x, q, axis, method, "nanquantile")
    ordered = sort(rows)  # NaN is sorted to the end
    count = maximum(sum(logical_not(isnan(rows)), -1, True), 1)
    flat = reshape(shares, (1,) * (rows.ndim - 1) + (-1,))
    found = _mixed(ordered, astype(count, shares.dtype), flat, method, _in_each_row)
    return _laid_out(reshape(found, rows.shape[:-1] + shares.shape), array, shares, axis, keepdims)


def _prepared(x: Any, q: Any, axis: Any, method: str, name: str) -> tuple[Any, Any, Any]:
    """The array, the shares in the dtype NumPy computes with, and the array with the axes as one last axis."""
    array = as_array(x)
    if method not in METHODS:
        raise DomainError(given=f"{name} with method {method!r}", expected=f"one of {', '.join(METHODS)}", where=name,
                          remedy="leave it out for straight lines between entries")  # fmt: skip
    weak = type(q) in (int, float)
    shares = reference().asarray(q, _share_dtype(array))[()] if weak else as_array(q)
    if is_known(shares):
        known = known_values(shares, name, "")
        if not (reference().all(known >= 0) and reference().all(known <= 1)):
            raise DomainError(given=f"a quantile of {q!r}", expected="shares from 0 to 1", where=name,
                              remedy="divide a percentage by 100, or use np.percentile")  # fmt: skip
    axes = normalise_axes(axis, array.ndim, name)
    rows = rows_last(array, axes)[0]
    if not rows.shape[-1]:
        raise ShapeError(given=f"{name} of no entries (shape {array.shape})", expected="at least one entry",
                         where=name, remedy="leave empty arrays out")  # fmt: skip
    return array, shares, rows


def _share_dtype(array: Any) -> Any:
    """The dtype that places are computed in: that of the entries, but for short floats, which cannot count far."""
    if array.dtype.kind not in FLOATING:
        return None
    return reference().dtype("float32") if is_short(array.dtype) else array.dtype


def _laid_out(found: Any, array: Any, shares: Any, axis: Any, keepdims: bool) -> Any:
    """The axes of the shares in front, and the axes that were reduced kept where that is asked for."""
    if is_short(array.dtype) and shares.dtype == "float32":
        found = astype(found, array.dtype)
    count = shares.ndim
    order = (*range(found.ndim - count, found.ndim), *range(found.ndim - count))
    found = transpose(found, order) if count else found
    if not keepdims:
        return found
    axes = normalise_axes(axis, array.ndim, "quantile")
    return reshape(found, (*shares.shape, *reduced_shape(array.shape, axes, True)))


def _weighted(array: Any, rows: Any, shares: Any, axis: Any, weights: Any, method: str) -> Any:
    """The first entry up to which a share q of all the weight lies."""
    if method != "inverted_cdf":
        raise DomainError(given=f"weights with method {method!r}", expected="method='inverted_cdf'", where="quantile",
                          remedy="no other method is defined for weights")  # fmt: skip
    axes = normalise_axes(axis, array.ndim, "quantile")
    heavy = rows_last(stretched(as_array(weights), array, axis), axes)[0]
    order = argsort(rows)
    upto = cumsum(take_along_axis(heavy, order, -1), -1)
    upto = upto / getitem(upto, (..., slice(-1, None)))
    upto = where(equal(upto, 0.0), -1.0, upto)  # without weight an entry is not the smallest
    flat = reshape(shares, (1,) * (rows.ndim - 1) + (-1, 1))
    before = sum(reshape(upto, (*rows.shape[:-1], 1, rows.shape[-1])) < flat, -1)
    found = take_along_axis(take_along_axis(rows, order, -1), minimum(before, rows.shape[-1] - 1), -1)
    return reshape(found, rows.shape[:-1] + shares.shape)


# Other spellings -----------------------------------------------------------------------------------------------------
def percentile(
    x: Any, q: Any, axis: Any = None, keepdims: bool = False, *, method: str = "linear", weights: Any = None
) -> Any:
    """np.percentile: quantiles with q from 0 to 100.

    >>> float(percentile([1.0, 2.0, 4.0], 75))
    3.0
    """
    return quantile(x, _of_hundred(x, q), axis, keepdims, method=method, weights=weights)


def nanpercentile(x: Any, q: Any, axis: Any = None, keepdims: bool = False, *, method: str = "linear") -> Any:
    """np.nanpercentile: percentiles of the entries that are numbers."""
    return nanquantile(x, _of_hundred(x, q), axis, keepdims, method=method)


def _of_hundred(x: Any, q: Any) -> Any:
    """A percentage as a share, divided in the dtype of x as NumPy does."""
    array = as_array(x)
    if type(q) in (int, float):
        q = reference().asarray(q, _share_dtype(array))[()]
    return as_array(q) / 100


def median(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The entry in the middle along `axis`, or the mean of the two in the middle (all axes if None).

    >>> float(median([5.0, 1.0, 3.0, 4.0]))
    3.5
    """
    if _has_nothing(x, axis):
        return mean(x, axis, keepdims)  # NaN, with NumPy's warning
    return quantile(x, 0.5, axis, keepdims)


def _has_nothing(x: Any, axis: Any) -> bool:
    """Whether there are no entries along the axes."""
    array = as_array(x)
    return not count_reduced(array, normalise_axes(axis, array.ndim, "median"))


def nanmedian(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The median of the entries along `axis` that are numbers; NaN where none is."""
    if _has_nothing(x, axis):
        return mean(x, axis, keepdims)
    return nanquantile(x, 0.5, axis, keepdims)


for _function in (quantile, nanquantile, percentile, nanpercentile, median, nanmedian):
    also_known_as(_function, _function.__name__)
