"""Distributions with a place and a spread: normal, Laplace, uniform, exponential, Student's t.

Source of the formulas: Johnson, Kotz and Balakrishnan, Continuous univariate distributions (1994).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ...ir.coercion import as_array
from ...ops import abs as absolute
from ...ops import log, log1p, square, where
from ...ops.special import betaln, digamma_step
from .. import continuous
from ..keys import Shape
from .kinds import Distribution, batched

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True, eq=False)
class Normal(Distribution):
    """The normal distribution of mean `loc` and standard deviation `scale`.

    >>> round(float(Normal(0.0, 1.0).log_prob(0.0)), 6)
    -0.918939
    """

    loc: Any = 0.0
    scale: Any = 1.0

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return continuous.normal(key, batched(self, shape), loc=self.loc, scale=self.scale)

    def log_prob(self, x: Any) -> Any:
        return -0.5 * square((as_array(x) - self.loc) / self.scale) - log(self.scale) - _HALF_LOG_2PI

    def entropy(self) -> Any:
        return log(self.scale) + (_HALF_LOG_2PI + 0.5) + 0.0 * as_array(self.loc)

    @property
    def mean(self) -> Any:
        return as_array(self.loc) + 0.0 * as_array(self.scale)

    @property
    def variance(self) -> Any:
        return square(as_array(self.scale)) + 0.0 * as_array(self.loc)


@dataclass(frozen=True, eq=False)
class Laplace(Distribution):
    """Density exp(-|x - loc|/scale)/(2 scale)."""

    loc: Any = 0.0
    scale: Any = 1.0

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return continuous.laplace(key, batched(self, shape), loc=self.loc, scale=self.scale)

    def log_prob(self, x: Any) -> Any:
        return -absolute((as_array(x) - self.loc) / self.scale) - log(self.scale) - math.log(2)

    def entropy(self) -> Any:
        return log(self.scale) + (1 + math.log(2)) + 0.0 * as_array(self.loc)

    @property
    def mean(self) -> Any:
        return as_array(self.loc) + 0.0 * as_array(self.scale)

    @property
    def variance(self) -> Any:
        return 2 * square(as_array(self.scale)) + 0.0 * as_array(self.loc)


@dataclass(frozen=True, eq=False)
class Uniform(Distribution):
    """The same density everywhere from `low` to `high`."""

    low: Any = 0.0
    high: Any = 1.0

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return continuous.uniform(key, batched(self, shape), minval=self.low, maxval=self.high)

    def log_prob(self, x: Any) -> Any:
        value = as_array(x)
        return where((value >= self.low) & (value <= self.high), -self.entropy(), -math.inf)

    def entropy(self) -> Any:
        return log(as_array(self.high) - self.low)

    @property
    def mean(self) -> Any:
        return 0.5 * (as_array(self.low) + self.high)

    @property
    def variance(self) -> Any:
        return square(as_array(self.high) - self.low) / 12


@dataclass(frozen=True, eq=False)
class Exponential(Distribution):
    """Density exp(-x/scale)/scale for x >= 0: the time to wait for what happens at a rate of 1/scale."""

    scale: Any = 1.0

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return continuous.exponential(key, batched(self, shape), scale=self.scale)

    def log_prob(self, x: Any) -> Any:
        value = as_array(x)
        return where(value >= 0, -value / self.scale - log(self.scale), -math.inf)

    def entropy(self) -> Any:
        return 1 + log(self.scale)

    @property
    def mean(self) -> Any:
        return as_array(self.scale)

    @property
    def variance(self) -> Any:
        return square(as_array(self.scale))


@dataclass(frozen=True, eq=False)
class StudentT(Distribution):
    """Student's t with `df` degrees of freedom, moved to `loc` and stretched by `scale`."""

    df: Any
    loc: Any = 0.0
    scale: Any = 1.0

    def sample(self, key: Any, shape: Shape = ()) -> Any:
        return continuous.student_t(key, self.df, batched(self, shape), loc=self.loc, scale=self.scale)

    def log_prob(self, x: Any) -> Any:
        df = as_array(self.df)
        z = (as_array(x) - self.loc) / self.scale
        constant = betaln(0.5 * df, 0.5) + 0.5 * log(df) + log(self.scale)
        return -0.5 * (df + 1) * log1p(square(z) / df) - constant

    def entropy(self) -> Any:
        half = 0.5 * as_array(self.df)
        spread = betaln(half, 0.5) + 0.5 * log(self.df) + log(self.scale) + 0.0 * as_array(self.loc)
        return (half + 0.5) * digamma_step(half, 0.5) + spread

    @property
    def mean(self) -> Any:
        """`loc`, NaN where df <= 1."""
        return where(as_array(self.df) > 1, as_array(self.loc) + 0.0 * as_array(self.scale), math.nan)

    @property
    def variance(self) -> Any:
        """scale^2 df/(df - 2), infinite where df <= 2, NaN where df <= 1."""
        df = as_array(self.df)
        safe = where(df > 2, df, 3.0)
        finite = square(as_array(self.scale)) * (safe / (safe - 2)) + 0.0 * as_array(self.loc)
        return where(df > 2, finite, where(df > 1, math.inf, math.nan))
