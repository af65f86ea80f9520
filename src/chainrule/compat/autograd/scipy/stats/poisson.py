"""The Poisson distribution: a count k and the mean mu in. There is a derivative with respect to mu only."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..... import special
from ...primitives import plain_values


def logpmf(k: Any, mu: Any) -> Any:
    """The logarithm of the probability of k.

    >>> float(logpmf(0, 1.0))
    -1.0
    """
    count = np.asarray(plain_values(k), float)
    return special.xlogy(count, mu) - special.gammaln(count + 1.0) - mu


def pmf(k: Any, mu: Any) -> Any:
    """The probability of k."""
    return np.exp(logpmf(k, mu))


def cdf(k: Any, mu: Any) -> Any:
    """The probability of at most k."""
    return special.gammaincc(np.floor(np.asarray(plain_values(k), float)) + 1.0, mu)
