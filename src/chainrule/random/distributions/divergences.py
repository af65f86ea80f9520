"""The relative entropy of two distributions of one kind: p and q in, KL(p || q) in closed form out.

Source: Gil, Alajaji and Linder, Rényi divergence measures for commonly used univariate continuous distributions (2013);
for vectors Kullback, Information theory and statistics (1959).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...errors import DomainError
from ...ir.coercion import as_array
from ...ops import abs as absolute
from ...ops import exp, log, square, sum, where
from ...ops.linalg import cholesky, solve
from ...ops.movement import expand_dims
from ...ops.special import betaln, digamma, gammaln, kl_div
from .counted import Bernoulli, Categorical, Poisson, weighted
from .located import Exponential, Laplace, Normal, Uniform
from .shaped import Beta, Dirichlet, Gamma, MultivariateNormal, half_logdet


def normal(p: Normal, q: Normal) -> Any:
    ratio = as_array(p.scale) / q.scale
    return 0.5 * (square(ratio) + square((as_array(p.loc) - q.loc) / q.scale) - 1) - log(ratio)


def laplace(p: Laplace, q: Laplace) -> Any:
    apart, ratio = absolute(as_array(p.loc) - q.loc), as_array(p.scale) / q.scale
    return apart / q.scale + ratio * exp(-apart / p.scale) - 1 - log(ratio)


def uniform(p: Uniform, q: Uniform) -> Any:
    inside = (as_array(p.low) >= q.low) & (as_array(p.high) <= q.high)
    return where(inside, q.entropy() - p.entropy(), math.inf)


def exponential(p: Exponential, q: Exponential) -> Any:
    ratio = as_array(p.scale) / q.scale
    return ratio - 1 - log(ratio)


def gamma(p: Gamma, q: Gamma) -> Any:
    a, b, ratio = as_array(p.a), as_array(q.a), as_array(p.scale) / q.scale
    return (a - b) * digamma(a) - gammaln(a) + gammaln(b) - b * log(ratio) + a * (ratio - 1)


def beta(p: Beta, q: Beta) -> Any:
    a, b = as_array(p.a), as_array(p.b)
    moved = (a - q.a) * digamma(a) + (b - q.b) * digamma(b) - (a - q.a + b - q.b) * digamma(a + b)
    return betaln(q.a, q.b) - betaln(a, b) + moved


def dirichlet(p: Dirichlet, q: Dirichlet) -> Any:
    a = as_array(p.alpha)
    total = sum(a, -1, keepdims=True)
    return q.log_normaliser() - p.log_normaliser() + sum((a - q.alpha) * (digamma(a) - digamma(total)), -1)


def multivariate_normal(p: MultivariateNormal, q: MultivariateNormal) -> Any:
    first, second = cholesky(as_array(p.covariance)), cholesky(as_array(q.covariance))
    spread = sum(square(solve(second, first)), (-2, -1))
    moved = solve(second, expand_dims(as_array(q.loc) - p.loc, -1))[..., 0]
    return 0.5 * (spread + sum(square(moved), -1) - first.shape[-1]) + half_logdet(second) - half_logdet(first)


def bernoulli(p: Bernoulli, q: Bernoulli) -> Any:
    pairs = zip(p.logarithms(), q.logarithms(), strict=True)
    yes, no = (weighted(exp(first), first - second) for first, second in pairs)
    return yes + no


def categorical(p: Categorical, q: Categorical) -> Any:
    first, second = p.logarithms(), q.logarithms()
    return sum(weighted(exp(first), first - second), -1)


def poisson(p: Poisson, q: Poisson) -> Any:
    return kl_div(as_array(p.rate), q.rate)


_DIVERGENCES: dict[type, Callable[[Any, Any], Any]] = {
    Normal: normal, Laplace: laplace, Uniform: uniform, Exponential: exponential, Gamma: gamma, Beta: beta,
    Dirichlet: dirichlet, MultivariateNormal: multivariate_normal, Bernoulli: bernoulli, Categorical: categorical,
    Poisson: poisson,
}  # fmt: skip


def kl_divergence(p: Any, q: Any) -> Any:
    """KL(p || q), the expectation under p of log p(x) - log q(x), in closed form.

    Raises DomainError for two kinds of distributions without one.

    >>> float(kl_divergence(Normal(1.0, 1.0), Normal(0.0, 1.0)))
    0.5
    """
    rule = _DIVERGENCES.get(type(p)) if type(p) is type(q) else None
    if rule is None:
        raise DomainError(
            given=f"the divergence of {type(p).__name__} from {type(q).__name__}", where="kl_divergence",
            expected=f"two distributions of one of the kinds {', '.join(kind.__name__ for kind in _DIVERGENCES)}",
            remedy="estimate it: the mean of p.log_prob(x) - q.log_prob(x) over samples x of p",
        )  # fmt: skip
    return rule(p, q)
