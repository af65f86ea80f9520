"""Distributions of few values: Bernoulli, categorical, Poisson.

One idea: probabilities may be given as such or as logits, which keep their digits near 0 and 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import DomainError, GradientError
from ...ir.coercion import as_array
from ...ops import exp, log, log1p, log_sigmoid, sum, take_along_axis, where, xlogy
from ...ops.composites import log_softmax
from ...ops.movement import broadcast_to, expand_dims
from ...ops.special import expit, gammaln
from .. import discrete
from ..keys import Shape
from .kinds import Distribution, batched


def weighted(p: Any, logarithm: Any) -> Any:
    """p times a logarithm, 0 where p is 0."""
    zero = p == 0
    return where(zero, 0.0, p * where(zero, 0.0, logarithm))


def require_one(distribution: Any) -> None:
    """Raise DomainError unless either `p` or `logits` is given."""
    if (distribution.p is None) == (distribution.logits is None):
        raise DomainError(
            given="both p and logits" if distribution.p is not None else "neither p nor logits",
            where=type(distribution).__name__, expected="one of them",
            remedy="p are probabilities, logits their logarithms or log-odds",
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Bernoulli(Distribution):
    """1 with probability p = sigmoid(logits), else 0. Samples are truth values.

    Raises DomainError unless one of `p` and `logits` is given.
    """

    p: Any = None
    logits: Any = None

    def __post_init__(self) -> None:
        require_one(self)

    def logarithms(self) -> tuple[Any, Any]:
        """log p and log(1 - p)."""
        if self.logits is not None:
            logits = as_array(self.logits)
            return log_sigmoid(logits), log_sigmoid(-logits)
        p = as_array(self.p)
        with np.errstate(divide="ignore"):  # what never happens has the logarithm -inf
            return log(p), log1p(-p)

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return discrete.bernoulli(key, self.mean, batched(self, shape))

    def log_prob(self, x: Any) -> Any:
        value = as_array(x)
        yes, no = self.logarithms()
        return where(value == 1, yes, where(value == 0, no, -math.inf))

    def entropy(self) -> Any:
        yes, no = self.logarithms()
        return -weighted(exp(yes), yes) - weighted(exp(no), no)

    @property
    def mean(self) -> Any:
        return as_array(self.p) if self.logits is None else expit(as_array(self.logits))

    @property
    def variance(self) -> Any:
        yes, no = self.logarithms()
        return exp(yes + no)


@dataclass(frozen=True, eq=False)
class Categorical(Distribution):
    """Places along the last axis, drawn with probabilities p, or softmax(logits). Samples are whole numbers.

    Raises DomainError unless one of `p` and `logits` is given.
    """

    p: Any = None
    logits: Any = None

    def __post_init__(self) -> None:
        require_one(self)

    def logarithms(self) -> Any:
        """The logarithms of the probabilities."""
        if self.logits is not None:
            return log_softmax(as_array(self.logits))
        p = as_array(self.p)
        with np.errstate(divide="ignore"):
            return log(p / sum(p, -1, keepdims=True))

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return discrete.categorical(key, self.logarithms(), shape=batched(self, shape, inner=1))

    def log_prob(self, x: Any) -> Any:
        logarithms, place = self.logarithms(), as_array(x)
        front = place.shape if place.ndim >= logarithms.ndim - 1 else logarithms.shape[:-1]
        rows = broadcast_to(logarithms, (*front, logarithms.shape[-1]))
        return take_along_axis(rows, expand_dims(broadcast_to(place, front), -1), -1)[..., 0]

    def entropy(self) -> Any:
        logarithms = self.logarithms()
        return -sum(weighted(exp(logarithms), logarithms), -1)

    @property
    def mean(self) -> Any:
        """The expected place."""
        return self._moment(1)

    @property
    def variance(self) -> Any:
        """The variance of the place."""
        return self._moment(2) - self._moment(1) ** 2

    def _moment(self, order: int) -> Any:
        probabilities = exp(self.logarithms())
        return sum(probabilities * np.arange(probabilities.shape[-1]).astype(probabilities.dtype) ** order, -1)


@dataclass(frozen=True, eq=False)
class Poisson(Distribution):
    """Counts of what happens at this rate. Samples are whole numbers."""

    rate: Any

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return discrete.poisson(key, self.rate, batched(self, shape))

    def log_prob(self, x: Any) -> Any:
        value, rate = as_array(x), as_array(self.rate)
        allowed = value >= 0
        count = where(allowed, value, 0) * 1.0
        return where(allowed, xlogy(count, rate) - rate - gammaln(count + 1), -math.inf)

    def entropy(self) -> Any:
        """Raises GradientError: there is no closed form."""
        raise GradientError(
            given="the entropy of a Poisson distribution", expected="a distribution whose entropy has a closed form",
            remedy="estimate it: the mean of -log_prob over samples",
        )  # fmt: skip

    @property
    def mean(self) -> Any:
        return as_array(self.rate)

    @property
    def variance(self) -> Any:
        return as_array(self.rate)
