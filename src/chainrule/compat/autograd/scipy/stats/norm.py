"""The normal distribution: x, loc and scale in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..... import special

_HALF_LOG_TWO_PI = 0.5 * np.log(2 * np.pi)


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density.

    >>> round(float(logpdf(0.0)), 6)
    -0.918939
    """
    z = (x - loc) / scale
    return -0.5 * z * z - np.log(scale) - _HALF_LOG_TWO_PI


def pdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return np.exp(logpdf(x, loc, scale))


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of at most x."""
    return special.ndtr((x - loc) / scale)


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of more than x."""
    return special.ndtr((loc - x) / scale)


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the probability of at most x."""
    return special.log_ndtr((x - loc) / scale)


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the probability of more than x."""
    return special.log_ndtr((loc - x) / scale)
