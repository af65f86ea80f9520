"""Draws among few values, and orders: a key and parameters in, truth values, whole numbers or entries out.

One idea: what jumps has no derivative, so `grad` through these draws to their parameters is refused with the reason;
`gumbel_softmax` is the smooth relative that may stand in their place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DomainError, DTypeError, ShapeError
from ..ir.coercion import as_array
from ..ir.types import normalise_axis
from ..ops import argsort, log, stop_gradient, take
from ..ops.composites import softmax
from ..ops.random import chosen_place, noise, occurs, poisson_quantile
from .continuous import gumbel
from .keys import Shape, drawn, read_dtype, read_key, read_shape


def bernoulli(key: Any, p: Any = 0.5, shape: Shape = None) -> Any:
    """True with probability p, else False.

    >>> from chainrule.random import key
    >>> 450 < int(bernoulli(key(0), 0.5, (1000,)).sum()) < 550
    True
    """
    size = read_shape(shape, p, doing="random.bernoulli")
    kind = read_dtype(None, p)
    return occurs(drawn("uniform", key, size, kind), as_array(p))


def categorical(key: Any, logits: Any, axis: int = -1, shape: Shape = None) -> Any:
    """Places along `axis`, each drawn with the probability softmax(logits) says.

    `shape` is that of the result; it ends with the shape of the logits without `axis`, which is the default.
    """
    array = as_array(logits)
    place = normalise_axis(axis, array.ndim, "random.categorical")
    rest = array.shape[:place] + array.shape[place + 1 :]
    size = read_shape(shape, np.empty(rest), doing="random.categorical")
    front = size[: len(size) - len(rest)]
    if size[len(front) :] != rest:
        raise ShapeError(given=f"shape {size} for logits whose other axes are {rest}", where="random.categorical",
                         expected="a shape that ends with these", remedy="broadcast the logits first")  # fmt: skip
    noisy = array + gumbel(key, (*front, *array.shape), read_dtype(None, array))
    return chosen_place(noisy, axis=len(front) + place)


def poisson(key: Any, lam: Any, shape: Shape = None) -> Any:
    """Counts of a Poisson variable of mean lam, as int64."""
    size = read_shape(shape, lam, doing="random.poisson")
    return poisson_quantile(drawn("open", key, size, "float64"), as_array(lam))


def randint(key: Any, shape: Shape, minval: int, maxval: int, dtype: Any = np.int64) -> Any:
    """Whole numbers from minval to maxval - 1, each as likely.

    >>> from chainrule.random import key
    >>> sorted(set(randint(key(0), (100,), 1, 4).tolist()))
    [1, 2, 3]
    """
    if np.dtype(dtype).kind not in "iu":
        raise DTypeError(given=f"randint of dtype {np.dtype(dtype)}", where="random.randint",
                         expected="a dtype of whole numbers", remedy="use uniform for floats")  # fmt: skip
    if not int(minval) < int(maxval):
        raise DomainError(given=f"minval {minval} and maxval {maxval}", where="random.randint",
                          expected="minval < maxval", remedy="maxval itself is never drawn")  # fmt: skip
    size = read_shape(() if shape is None else shape, doing="random.randint")
    return noise(
        read_key(key), kind="integers", shape=size, dtype=np.dtype(dtype).name, low=int(minval), high=int(maxval)
    )


def permutation(key: Any, x: Any, axis: int = 0) -> Any:
    """The entries of x along `axis` in random order; of a whole number n the numbers 0 to n - 1.

    >>> from chainrule.random import key
    >>> sorted(permutation(key(0), 4).tolist())
    [0, 1, 2, 3]
    """
    array = np.arange(x) if isinstance(x, (int, np.integer)) else as_array(x)
    place = normalise_axis(axis, array.ndim, "random.permutation")
    order = argsort(drawn("uniform", key, (array.shape[place],), "float64"))
    return take(array, order, place)


def choice(key: Any, a: Any, shape: Shape = (), replace: bool = True, p: Any = None, axis: int = 0) -> Any:
    """Entries of a along `axis` (of 0 to a - 1 where a is a whole number), drawn with the probabilities p.

    Without `replace` no entry is drawn twice. A derivative reaches the entries of a, but not p.
    Raises DomainError for more draws than entries without `replace`.
    """
    array = np.arange(a) if isinstance(a, (int, np.integer)) else as_array(a)
    place = normalise_axis(axis, array.ndim, "random.choice")
    size, count = read_shape(shape, doing="random.choice"), array.shape[place]
    wanted = int(np.prod(size))
    if not count or (not replace and wanted > count):
        raise DomainError(given=f"{wanted} draws out of {count} entries", where="random.choice",
                          expected="as many entries as draws", remedy="replace=True draws again")  # fmt: skip
    weights = np.zeros(count) if p is None else log(as_array(p))
    if replace:
        places = categorical(key, weights, shape=size)
    else:  # the largest scores with Gumbel noise are a draw without replacement
        scores = stop_gradient(weights) + gumbel(key, (count,), "float64")
        places = argsort(-scores)[:wanted].reshape(size)
    return take(array, places, place)


def gumbel_softmax(key: Any, logits: Any, temperature: Any = 1.0, axis: int = -1, hard: bool = False) -> Any:
    """A smooth draw among categories: probabilities along `axis` that are nearly one-hot at low temperatures.

    With `hard` the value is one-hot and the derivative that of the smooth one (straight through). Source: Jang, Gu and
    Poole, Categorical reparameterization with Gumbel-softmax (2017); Maddison, Mnih and Teh, The concrete distribution
    (2017).

    >>> from chainrule.random import key
    >>> float(gumbel_softmax(key(0), [0.0, 1.0, 2.0], 0.5).sum().round(12))
    1.0
    """
    array = as_array(logits)
    place = normalise_axis(axis, array.ndim, "random.gumbel_softmax")
    soft = softmax((array + gumbel(key, array.shape, read_dtype(None, array))) / temperature, place)
    if not hard:
        return soft
    fixed = stop_gradient(soft)
    peak = (fixed == fixed.max(axis=place, keepdims=True)).astype(soft.dtype)
    return peak + (soft - fixed)
