"""The beta distribution on (0, 1): x and the shapes a and b in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..... import special


def logpdf(x: Any, a: Any, b: Any) -> Any:
    """The logarithm of the density.

    >>> round(float(logpdf(0.5, 2.0, 2.0)), 6)
    0.405465
    """
    return special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b)


def pdf(x: Any, a: Any, b: Any) -> Any:
    """The density."""
    return np.exp(logpdf(x, a, b))


def cdf(x: Any, a: Any, b: Any) -> Any:
    """The probability of at most x."""
    return special.betainc(a, b, x)
