"""The Dirichlet distribution: probabilities x and concentrations alpha in."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats as _stats

from ..... import special

rvs = _stats.dirichlet.rvs


def logpdf(x: Any, alpha: Any) -> Any:
    """The logarithm of the density.

    >>> round(float(logpdf(np.array([0.5, 0.5]), np.array([1.0, 1.0]))), 6)
    0.0
    """
    height = special.gammaln(np.sum(alpha)) - np.sum(special.gammaln(alpha))
    return height + np.sum(special.xlogy(alpha - 1.0, x), axis=0)


def pdf(x: Any, alpha: Any) -> Any:
    """The density."""
    return np.exp(logpdf(x, alpha))
