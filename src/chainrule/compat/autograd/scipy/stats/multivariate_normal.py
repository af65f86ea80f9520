"""The normal distribution of a vector: points x (..., d), a mean (d) and a covariance (d, d) in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...primitives import plain_values


def logpdf(x: Any, mean: Any, cov: Any, allow_singular: bool = False) -> Any:
    """The logarithm of the density; with `allow_singular`, on the subspace in which the covariance is not 0.

    >>> round(float(logpdf(np.zeros(2), np.zeros(2), np.eye(2))), 6)
    -1.837877
    """
    away = x - mean
    if allow_singular:
        inverse, logarithm, rank = np.linalg.pinv(cov), *pseudo_determinant(cov)
    else:
        inverse, logarithm, rank = np.linalg.inv(cov), np.linalg.slogdet(cov)[1], cov.shape[-1]
    return -0.5 * (np.sum((away @ inverse) * away, axis=-1) + logarithm + rank * np.log(2 * np.pi))


def pseudo_determinant(cov: Any) -> tuple[Any, int]:
    """The logarithm of the product of the eigenvalues that are not 0, and their number."""
    values = np.linalg.eigvalsh(cov)
    known = plain_values(values)
    large = np.asarray(known > 1e-10 * np.max(np.abs(known)))
    return np.sum(np.log(np.where(large, values, 1.0))), int(np.sum(large))


def pdf(x: Any, mean: Any, cov: Any, allow_singular: bool = False) -> Any:
    """The density."""
    return np.exp(logpdf(x, mean, cov, allow_singular))


def entropy(mean: Any, cov: Any) -> Any:
    """The entropy in nats.

    >>> round(float(entropy(np.zeros(1), np.eye(1))), 6)
    1.418939
    """
    return 0.5 * np.linalg.slogdet(cov)[1] + 0.5 * cov.shape[-1] * (1.0 + np.log(2 * np.pi)) + 0.0 * np.sum(mean)
