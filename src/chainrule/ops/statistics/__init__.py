"""Statistics of arrays: quantiles by every method, covariances, counts in bins."""

from .counting import bincount, digitize, histogram, histogram_bin_edges
from .grids import histogram2d, histogramdd
from .moments import corrcoef, cov
from .quantiles import median, nanmedian, nanpercentile, nanquantile, percentile, quantile

__all__ = [
    "bincount",
    "corrcoef",
    "cov",
    "digitize",
    "histogram",
    "histogram2d",
    "histogram_bin_edges",
    "histogramdd",
    "median",
    "nanmedian",
    "nanpercentile",
    "nanquantile",
    "percentile",
    "quantile",
]
