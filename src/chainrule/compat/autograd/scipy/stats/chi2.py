"""The chi-squared distribution: x and the degrees of freedom in. It is twice a gamma variable of shape df / 2."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import gamma


def logpdf(x: Any, df: Any) -> Any:
    """The logarithm of the density.

    >>> round(float(logpdf(2.0, 2)), 6)
    -1.693147
    """
    return gamma.logpdf(0.5 * x, 0.5 * df) - np.log(2.0)


def pdf(x: Any, df: Any) -> Any:
    """The density."""
    return np.exp(logpdf(x, df))


def cdf(x: Any, df: Any) -> Any:
    """The probability of at most x."""
    return gamma.cdf(0.5 * x, 0.5 * df)
