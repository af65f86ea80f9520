"""Counting entries in bins: an array and bins in, counts or sums of weights out.

One idea: which bin an entry falls into jumps, so counts have no slope; but a sum of weights is linear in the weights,
and edges that are worked out from the data move with its smallest and largest entry.
"""

from __future__ import annotations

from typing import Any

from ...errors import DomainError, DTypeError, ShapeError
from ...ir.coercion import as_array
from ...ir.library import reference
from ..choices import where
from ..curves.sequences import linspace
from ..declare import also_known_as
from ..extremes import max, min
from ..indexing import scatter
from ..joining import diff
from ..known import known_values
from ..movement import ravel
from ..ordering.search import searchsorted
from ..reductions import sum

REMEDY = "give minlength= or edges that are known, and write the sum with x.at[places].add(weights)"


def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """np.bincount: how often each whole number from 0 up occurs, or the sum of the weights beside it.

    Linear in the weights. Raises DTypeError for floats, BranchError under jit for numbers that are not known.

    >>> bincount([0, 2, 2], weights=[1.0, 0.5, 0.25])
    array([1.  , 0.  , 0.75])
    """
    places = known_values(x, "bincount", REMEDY)
    if places.dtype.kind not in "iub" or places.ndim != 1 or (places.size and places.min() < 0):
        raise DTypeError(given=f"bincount of dtype {places.dtype} and shape {places.shape}", where="bincount",
                         expected="a vector of whole numbers from 0 up", remedy="use np.histogram")  # fmt: skip
    size = int(reference().max(places, initial=-1)) + 1
    if weights is None:
        return reference().bincount(places, minlength=minlength)
    return summed_at(weights, places, size if size > minlength else minlength)


def summed_at(weights: Any, places: Any, size: int) -> Any:
    """The sum of the weights at each place."""
    values = as_array(weights)
    if values.shape != places.shape:
        raise ShapeError(given=f"weights of shape {values.shape} for entries of shape {places.shape}",
                         where="bincount, histogram", expected="a weight for each entry",
                         remedy="broadcast the weights")  # fmt: skip
    return scatter(ravel(values), ravel(places), key=(("array",),), shape=(size,))


def histogram(a: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None) -> Any:
    """np.histogram: how many entries fall into each bin (or the sum of their weights), and the edges of the bins.

    The counts have no slope; sums of weights are linear in them, `density` divides by the widths, and edges that are
    worked out from a number of bins move with the smallest and the largest entry.

    >>> histogram([1.0, 2.0, 2.5], bins=[0.0, 2.0, 4.0])
    (array([1, 2]), array([0., 2., 4.]))
    """
    entries = ravel(a)
    known = known_values(entries, "histogram", REMEDY)
    edges = histogram_bin_edges(entries, bins, range)
    fixed = known_values(edges, "histogram", REMEDY)
    if not reference().all(reference().isfinite(fixed)) and as_array(bins).ndim == 0:
        raise DomainError(given="a histogram of infinite entries or NaN", expected="finite edges", where="histogram",
                          remedy="give range=, or leave them out")  # fmt: skip
    counts = reference().histogram(known, fixed)[0]
    if weights is not None:
        inside = (known >= fixed[0]) & (known <= fixed[-1])
        places = reference().minimum(reference().searchsorted(fixed, known, "right") - 1, fixed.size - 2)
        heavy = where(inside, ravel(weights), 0)
        counts = summed_at(heavy, reference().where(inside, places, 0), fixed.size - 1)
    if density:
        counts = counts / diff(edges) / sum(counts)
    return counts, edges


def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """np.histogram_bin_edges: the edges of the bins: those given, or so many of one width from the smallest entry to
    the largest.

    >>> histogram_bin_edges([0.0, 4.0], 2)
    array([0., 2., 4.])
    """
    entries = ravel(a)
    if isinstance(bins, str):
        return reference().histogram_bin_edges(known_values(entries, "histogram", REMEDY), bins, range)
    edges = as_array(bins)
    if edges.ndim:
        return edges
    low, high = (0.0, 1.0) if not entries.size else (min(entries), max(entries)) if range is None else range
    if bool(known_values(as_array(low) == as_array(high), "histogram", REMEDY)):
        low, high = low - 0.5, high + 0.5
    return linspace(low, high, int(edges) + 1)


def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """np.digitize: the number of the bin that each entry falls into; no gradient passes. The edges must be known, and
    rise or fall. Raises ShapeError where they do neither.

    >>> digitize([0.5, 2.5], [1.0, 2.0])
    array([0, 2])
    """
    edges = known_values(bins, "digitize", "pass the edges as a static argument")
    steps = reference().diff(edges)
    side = "left" if right else "right"
    if not (steps < 0).any():
        return searchsorted(edges, x, side)
    if (steps > 0).any():
        raise ShapeError(given="edges that rise and fall", expected="edges in order", where="digitize",
                         remedy="sort them first")  # fmt: skip
    return edges.size - searchsorted(edges[::-1], x, side)


for _function in (bincount, histogram, histogram_bin_edges, digitize):
    also_known_as(_function, _function.__name__)
