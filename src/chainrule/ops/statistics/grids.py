"""Counting points in the bins of a grid: coordinates and edges in, counts or sums of weights out.

One idea: the bins of all axes are numbered in one row, and counted there.
"""

from __future__ import annotations

from math import prod
from typing import Any

from ...ir.coercion import as_array
from ...ir.library import reference
from ..choices import where
from ..declare import also_known_as
from ..joining import diff
from ..known import known_values
from ..movement import ravel, reshape
from ..reductions import sum
from .counting import REMEDY, histogram_bin_edges, summed_at


def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None
) -> tuple[Any, tuple[Any, ...]]:
    """np.histogramdd: how many points (the rows of `sample`, or one array for each coordinate) fall into each bin of a
    grid, or the sum of their weights, and the edges along each axis. Slopes are those of `histogram`.

    >>> histogramdd([[0.5, 0.5], [1.5, 0.5]], bins=[[0.0, 1.0, 2.0], [0.0, 1.0]])[0]
    array([[1.],
           [1.]])
    """
    columns = _columns(sample)
    each = list(bins) if hasattr(bins, "__len__") else [bins] * len(columns)
    spans = [None] * len(columns) if range is None else list(range)
    edges = tuple(histogram_bin_edges(*given) for given in zip(columns, each, spans, strict=True))
    counts = _counted(columns, edges, weights)
    return (_spread_out(counts, edges) if density else counts), edges


def _columns(sample: Any) -> list[Any]:
    """The coordinates, an array for each axis."""
    if isinstance(sample, (list, tuple)) and hasattr(sample[0], "dtype"):
        return list(sample)
    points = as_array(sample)
    return [points[:, axis] for axis in range(points.shape[1])]


def _counted(columns: list[Any], edges: tuple[Any, ...], weights: Any) -> Any:
    """The number of points in each bin of the grid, as floats, or the sum of their weights."""
    numpy = reference()
    inside: Any = True
    places = []
    for column, edge in zip(columns, edges, strict=True):
        known, fixed = known_values(column, "histogramdd", REMEDY), known_values(edge, "histogramdd", REMEDY)
        inside = inside & (known >= fixed[0]) & (known <= fixed[-1])
        places.append(numpy.clip(numpy.searchsorted(fixed, known, "right") - 1, 0, fixed.size - 2))
    shape = tuple(edge.shape[0] - 1 for edge in edges)
    heavy = where(inside, 1.0 if weights is None else ravel(weights), 0.0)
    return reshape(summed_at(heavy, numpy.ravel_multi_index(tuple(places), shape), prod(shape)), shape)


def _spread_out(counts: Any, edges: tuple[Any, ...]) -> Any:
    """Counts as a density: divided by their sum and by the size of each bin."""
    counts = counts / sum(counts)
    for axis, edge in enumerate(edges):
        counts = counts / reshape(diff(edge), tuple(-1 if axis == other else 1 for other in range(len(edges))))
    return counts


def histogram2d(
    x: Any, y: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None
) -> tuple[Any, Any, Any]:
    """np.histogram2d: `histogramdd` of points (x, y): the counts, and the edges along both axes.

    >>> histogram2d([0.5, 1.5], [0.5, 0.5], bins=[[0.0, 1.0, 2.0], [0.0, 1.0]])[0]
    array([[1.],
           [1.]])
    """
    both = bins if hasattr(bins, "__len__") and len(bins) == 2 else [bins, bins]
    counts, edges = histogramdd((as_array(x), as_array(y)), both, range, density, weights)
    return counts, edges[0], edges[1]


also_known_as(histogramdd, "histogramdd")
also_known_as(histogram2d, "histogram2d")
