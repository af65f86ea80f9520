"""First values of parameters: a key and a shape in, an array out.

One idea: the spread is chosen so that signals keep their size from layer to layer, forwards (the number of inputs), or
backwards too (of inputs and outputs). For a matrix (inputs, outputs) these are its sizes; for filters (filter, channel,
window...) the channels and filters times the entries of the window.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import random
from ..errors import ShapeError

Shape = Sequence[int]


def zeros(key: Any, shape: Shape, dtype: Any = float) -> Any:
    """All 0; the key is not used, so that initialisers can be exchanged."""
    return np.zeros(tuple(shape), dtype)


def ones(key: Any, shape: Shape, dtype: Any = float) -> Any:
    """All 1."""
    return np.ones(tuple(shape), dtype)


def constant(key: Any, shape: Shape, value: float, dtype: Any = float) -> Any:
    """All one value."""
    return np.full(tuple(shape), value, dtype)


def normal(key: Any, shape: Shape, deviation: float = 1.0, dtype: Any = float) -> Any:
    """Normal numbers of mean 0 and this standard deviation.

    >>> normal(random.key(1), (2, 3)).shape
    (2, 3)
    """
    return random.normal(key, tuple(shape), dtype, scale=deviation)


def uniform(key: Any, shape: Shape, low: float = 0.0, high: float = 1.0, dtype: Any = float) -> Any:
    """Numbers spread evenly from low to high."""
    return random.uniform(key, tuple(shape), dtype, low, high)


TRUNCATED_DEVIATION = 0.87962566103423978  # of a standard normal number kept between -2 and 2


def truncated_normal(key: Any, shape: Shape, deviation: float = 1.0, dtype: Any = float) -> Any:
    """Normal numbers within two standard deviations, scaled so that the deviation is the one asked for.

    The bounds are 2.27 deviations of the result.
    """
    bound = np.dtype(dtype).type(2)
    return deviation / TRUNCATED_DEVIATION * random.truncated_normal(key, -bound, bound, tuple(shape), dtype)


def fans(shape: Shape) -> tuple[int, int]:
    """How many inputs an output has, and how many outputs an input. Raises ShapeError for fewer than two axes.

    >>> fans((3, 5)), fans((8, 3, 5, 5))
    ((3, 5), (75, 200))
    """
    if len(shape) < 2:
        raise ShapeError(given=f"shape {tuple(shape)}", where="an initialiser", expected="at least two axes",
                         remedy="start a bias from zeros")  # fmt: skip
    if len(shape) == 2:
        return shape[0], shape[1]
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


def glorot_normal(key: Any, shape: Shape, gain: float = 1.0, dtype: Any = float) -> Any:
    """Normal, of variance 2/(inputs + outputs), for tanh and its like. Source: Glorot and Bengio (2010)."""
    return normal(key, shape, gain * math.sqrt(2 / sum(fans(shape))), dtype)


def glorot_uniform(key: Any, shape: Shape, gain: float = 1.0, dtype: Any = float) -> Any:
    """Uniform, within sqrt(6/(inputs + outputs)): of the same variance. Source: Glorot and Bengio (2010)."""
    bound = gain * math.sqrt(6 / sum(fans(shape)))
    return uniform(key, shape, -bound, bound, dtype)


def he_normal(key: Any, shape: Shape, dtype: Any = float) -> Any:
    """Normal, of variance 2/inputs, for relu, which halves the variance. Source: He et al. (2015)."""
    return normal(key, shape, math.sqrt(2 / fans(shape)[0]), dtype)


def he_uniform(key: Any, shape: Shape, dtype: Any = float) -> Any:
    """Uniform, of variance 2/inputs: within sqrt(6/inputs). Source: He et al. (2015)."""
    bound = math.sqrt(6 / fans(shape)[0])
    return uniform(key, shape, -bound, bound, dtype)


def lecun_normal(key: Any, shape: Shape, dtype: Any = float) -> Any:
    """Normal, of variance 1/inputs, for selu. Source: LeCun et al., Efficient backprop (1998)."""
    return normal(key, shape, math.sqrt(1 / fans(shape)[0]), dtype)


def lecun_uniform(key: Any, shape: Shape, dtype: Any = float) -> Any:
    """Uniform, of variance 1/inputs: within sqrt(3/inputs)."""
    bound = math.sqrt(3 / fans(shape)[0])
    return uniform(key, shape, -bound, bound, dtype)


def orthogonal(key: Any, shape: Shape, gain: float = 1.0, dtype: Any = float) -> Any:
    """A matrix with orthonormal rows or columns, whichever are fewer, drawn evenly; axes after the first are one.

    The Q of a normal matrix, with the signs of the diagonal of R taken out. Source: Saxe, McClelland and Ganguli
    (2014); Mezzadri, How to generate random matrices from the classical compact groups (2007).

    >>> q = orthogonal(random.key(3), (4, 2))
    >>> (q.T @ q).round(12) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    fans(shape)
    rows, columns = shape[0], math.prod(shape[1:])
    tall = normal(key, (max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return (gain * (q if rows >= columns else q.T)).reshape(tuple(shape)).astype(dtype)


xavier_normal, xavier_uniform = glorot_normal, glorot_uniform
kaiming_normal, kaiming_uniform = he_normal, he_uniform
