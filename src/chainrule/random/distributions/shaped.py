"""Distributions with shape parameters: gamma, beta, Dirichlet; and the normal distribution of vectors.

Source of the formulas: Johnson, Kotz and Balakrishnan, Continuous univariate distributions (1994), and Continuous
multivariate distributions (2000).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ...ir.coercion import as_array
from ...ops import log, square, sum, where, xlogy
from ...ops.diagonals import diagonal_of
from ...ops.linalg import cholesky, solve
from ...ops.movement import broadcast_to, expand_dims
from ...ops.special import betaln, digamma, gammaln, xlog1py
from .. import continuous
from ..keys import Shape
from .kinds import Distribution, batched


@dataclass(frozen=True, eq=False)
class Gamma(Distribution):
    """Density (x/scale)^(a - 1) exp(-x/scale)/(scale Gamma(a)) for x > 0."""

    a: Any
    scale: Any = 1.0

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return continuous.gamma(key, self.a, batched(self, shape), scale=self.scale)

    def log_prob(self, x: Any) -> Any:
        value, a = as_array(x), as_array(self.a)
        inside = where(value >= 0, value, 1.0) / self.scale
        return where(value >= 0, xlogy(a - 1, inside) - inside - gammaln(a) - log(self.scale), -math.inf)

    def entropy(self) -> Any:
        a = as_array(self.a)
        return a + log(self.scale) + gammaln(a) + (1 - a) * digamma(a)

    @property
    def mean(self) -> Any:
        return as_array(self.a) * self.scale

    @property
    def variance(self) -> Any:
        return as_array(self.a) * square(as_array(self.scale))


@dataclass(frozen=True, eq=False)
class Beta(Distribution):
    """Density x^(a - 1) (1 - x)^(b - 1)/B(a, b) for 0 < x < 1."""

    a: Any
    b: Any

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return continuous.beta(key, self.a, self.b, batched(self, shape))

    def log_prob(self, x: Any) -> Any:
        value, a, b = as_array(x), as_array(self.a), as_array(self.b)
        allowed = (value >= 0) & (value <= 1)
        inside = where(allowed, value, 0.5)
        return where(allowed, xlogy(a - 1, inside) + xlog1py(b - 1, -inside) - betaln(a, b), -math.inf)

    def entropy(self) -> Any:
        a, b = as_array(self.a), as_array(self.b)
        return betaln(a, b) - (a - 1) * digamma(a) - (b - 1) * digamma(b) + (a + b - 2) * digamma(a + b)

    @property
    def mean(self) -> Any:
        return as_array(self.a) / (as_array(self.a) + self.b)

    @property
    def variance(self) -> Any:
        total = as_array(self.a) + self.b
        return self.mean * (as_array(self.b) / total) / (total + 1)


@dataclass(frozen=True, eq=False)
class Dirichlet(Distribution):
    """Probabilities along the last axis, of density proportional to the product of x^(alpha - 1)."""

    alpha: Any

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return continuous.dirichlet(key, self.alpha, batched(self, shape, inner=1))

    def log_prob(self, x: Any) -> Any:
        alpha = as_array(self.alpha)
        return sum(xlogy(alpha - 1, as_array(x)), -1) - self.log_normaliser()

    def log_normaliser(self) -> Any:
        """The logarithm of the multivariate beta function."""
        alpha = as_array(self.alpha)
        return sum(gammaln(alpha), -1) - gammaln(sum(alpha, -1))

    def entropy(self) -> Any:
        alpha = as_array(self.alpha)
        total = sum(alpha, -1)
        inner = sum((alpha - 1) * digamma(alpha), -1)
        return self.log_normaliser() + (total - alpha.shape[-1]) * digamma(total) - inner

    @property
    def mean(self) -> Any:
        alpha = as_array(self.alpha)
        return alpha / sum(alpha, -1, keepdims=True)

    @property
    def variance(self) -> Any:
        mean = self.mean
        return mean * (1 - mean) / (sum(as_array(self.alpha), -1, keepdims=True) + 1)


@dataclass(frozen=True, eq=False)
class MultivariateNormal(Distribution):
    """The normal distribution of vectors, along the last axis, of this mean and covariance."""

    loc: Any
    covariance: Any

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        front = batched(_Front(as_array(self.loc)[..., 0], as_array(self.covariance)[..., 0, 0]), shape)
        return continuous.multivariate_normal(key, self.loc, self.covariance, front)

    def log_prob(self, x: Any) -> Any:
        moved = as_array(x) - self.loc
        factor = cholesky(as_array(self.covariance))
        size = moved.shape[-1]
        front = (*moved.shape[:-1], size, size)
        whitened = solve(broadcast_to(factor, front) if moved.ndim > 1 else factor, expand_dims(moved, -1))[..., 0]
        return -0.5 * sum(square(whitened), -1) - 0.5 * size * math.log(2 * math.pi) - half_logdet(factor)

    def entropy(self) -> Any:
        factor = cholesky(as_array(self.covariance))
        return half_logdet(factor) + 0.5 * factor.shape[-1] * (1 + math.log(2 * math.pi))

    @property
    def mean(self) -> Any:
        return as_array(self.loc)

    @property
    def variance(self) -> Any:
        return diagonal_of(as_array(self.covariance), axis1=-2, axis2=-1)


@dataclass(frozen=True, eq=False)
class _Front:
    """One entry of every parameter, whose shapes are those in front of vectors and matrices."""

    loc: Any
    covariance: Any


def half_logdet(factor: Any) -> Any:
    """Half the logarithm of the determinant, of a Cholesky factor."""
    return sum(log(diagonal_of(factor, axis1=-2, axis2=-1)), -1)
