"""The gamma distribution with scale 1: x and the shape a in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..... import special


def logpdf(x: Any, a: Any) -> Any:
    """The logarithm of the density.

    >>> float(logpdf(1.0, 1.0))
    -1.0
    """
    return special.xlogy(a - 1.0, x) - x - special.gammaln(a)


def pdf(x: Any, a: Any) -> Any:
    """The density."""
    return np.exp(logpdf(x, a))


def cdf(x: Any, a: Any) -> Any:
    """The probability of at most x."""
    return special.gammainc(a, x)
