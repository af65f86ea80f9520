"""Student's t distribution: x, the degrees of freedom, loc and scale in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..... import special


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density.

    >>> round(float(logpdf(0.0, 1.0)), 6)
    -1.14473
    """
    z = (x - loc) / scale
    height = special.gammaln(0.5 * (df + 1.0)) - special.gammaln(0.5 * df) - 0.5 * np.log(np.pi * df) - np.log(scale)
    return height - 0.5 * (df + 1.0) * np.log1p(z * z / df)


def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return np.exp(logpdf(x, df, loc, scale))


def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of at most x.

    >>> round(float(cdf(1.0, 1.0)), 6)
    0.75
    """
    z = (x - loc) / scale
    above = 0.5 * special.betainc(0.5 * df, 0.5 + 0.0 * df, df / (df + z * z))
    return np.where(z > 0, 1.0 - above, above)


def logcdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the probability of at most x."""
    return np.log(cdf(x, df, loc, scale))
