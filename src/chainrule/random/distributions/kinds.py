"""What every distribution can do: its interface, and how its parameters are read.

One idea: a distribution is a frozen dataclass of its parameters, so it is a container like any other: it may be an
argument of a function under `grad`, `jit` or `vmap`, and gradients come back as the same dataclass.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import Any

from ...ir.coercion import as_array
from ...ir.types import broadcast_shapes
from ..keys import Shape, read_shape


class Distribution(ABC):
    """A probability distribution. The parameters may be numbers or arrays; arrays stand for as many distributions."""

    __slots__ = ()

    @abstractmethod
    def sample(self, key: Any, shape: Shape = ()) -> Any:
        """Numbers drawn with this key: an array of `shape` for each of the distributions, whose axes come last."""

    @abstractmethod
    def log_prob(self, x: Any) -> Any:
        """The logarithm of the density, or of the probability, at x; -inf outside the support."""

    @abstractmethod
    def entropy(self) -> Any:
        """The expectation of -log_prob."""

    @property
    @abstractmethod
    def mean(self) -> Any:
        """The expectation."""

    @property
    @abstractmethod
    def variance(self) -> Any:
        """The variance, entry by entry."""


def parameters(distribution: Any) -> list[Any]:
    """The parameters as arrays or recorded values, those left away left out."""
    fields = [getattr(distribution, field.name) for field in dataclasses.fields(distribution)]
    return [as_array(each) for each in fields if each is not None]


def batched(distribution: Any, shape: Shape, *, inner: int = 0) -> tuple[int, ...]:
    """`shape` in front of the shape that the parameters have together, without their last `inner` axes."""
    shapes = [each.shape[: each.ndim - inner] for each in parameters(distribution)]
    return (*read_shape(() if shape is None else shape, doing="sample"), *broadcast_shapes(*shapes, doing="sample"))
