"""Activations: an array in, one of the same shape out, entry by entry or along one axis.

One idea: where a slope has a corner the smaller one is taken (least norm), and tails are computed so that neither value
nor gradient overflows. Those with parameters are here; the others are the ops themselves.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.types import normalise_axis
from ..ops import gelu as exact_gelu
from ..ops import layer_norm, neural, where
from ..ops import sigmoid as logistic
from ..ops.joining import split
from ..ops.neural.activations import hard_tanh as bounded
from .geometry import fitting


def relu6(x: Any) -> Any:
    """min(max(x, 0), 6). Slope 1 between, 0 at 0 and at 6 and beyond. Source: Krizhevsky (2010).

    >>> relu6([-1.0, 2.0, 7.0])
    array([0., 2., 6.])
    """
    return bounded(as_array(x), low=0.0, high=6.0)


def hard_tanh(x: Any, low: float = -1.0, high: float = 1.0) -> Any:
    """x kept between two bounds; slope 1 between, 0 at the bounds and beyond (np.clip has 1/2 at a bound).

    >>> hard_tanh([-3.0, 0.5, 3.0])
    array([-1. ,  0.5,  1. ])
    """
    return bounded(as_array(x), low=float(low), high=float(high))


def prelu(x: Any, slope: Any) -> Any:
    """x where x > 0, else slope * x, with slopes that are learned; they broadcast against x. Source: He et al. (2015).

    For images (example, channel, row, column) with a slope for each channel give them shape (channels, 1, 1).

    >>> prelu([-2.0, 3.0], 0.1)
    array([-0.2,  3. ])
    """
    array = as_array(x)
    return where(array > 0, array, fitting("prelu", "a slope", slope, array.shape) * array)


def celu(x: Any, alpha: float = 1.0) -> Any:
    """x where x > 0, else alpha (exp(x/alpha) - 1). Slope 1 or exp(x/alpha). Source: Barron (2017).

    >>> celu([-1000.0, 2.0], 0.5)
    array([-0.5,  2. ])
    """
    return neural.celu(as_array(x), alpha=float(alpha))


def gelu(x: Any, approximate: bool = False) -> Any:
    """x Phi(x), Phi the normal distribution function; `approximate` by a tanh, as many trained networks use it.

    Source: Hendrycks and Gimpel, Gaussian error linear units (2016).

    >>> gelu([-1.0, 1.0]).round(4), gelu([-1.0, 1.0], approximate=True).round(4)
    (array([-0.1587,  0.8413]), array([-0.1588,  0.8412]))
    """
    return neural.gelu_tanh(as_array(x)) if approximate else exact_gelu(as_array(x))


def softshrink(x: Any, width: float = 0.5) -> Any:
    """x moved towards 0 by the width, 0 within it: soft thresholding. Slope 1 outside, 0 inside and at the corners.

    >>> softshrink([-2.0, 0.3, 2.0])
    array([-1.5,  0. ,  1.5])
    """
    return neural.softshrink(as_array(x), width=float(width))


def hardshrink(x: Any, width: float = 0.5) -> Any:
    """x where |x| > width, else 0. Slope 1 outside, 0 inside.

    >>> hardshrink([-2.0, 0.3, 2.0])
    array([-2.,  0.,  2.])
    """
    return neural.hardshrink(as_array(x), width=float(width))


def threshold(x: Any, bound: float, value: float) -> Any:
    """x where x > bound, else a fixed value. Slope 1 or 0.

    >>> threshold([1.0, 3.0], 2.0, -1.0)
    array([-1.,  3.])
    """
    return neural.threshold(as_array(x), bound=float(bound), value=float(value))


def glu(x: Any, axis: int = -1) -> Any:
    """The first half of an axis times the sigmoid of the second. Raises ShapeError for an odd number of entries.

    Source: Dauphin et al., Language modeling with gated convolutional networks (2017).

    >>> glu([1.0, 2.0, 0.0, 0.0])
    array([0.5, 1. ])
    """
    array = as_array(x)
    place = normalise_axis(axis, array.ndim, "glu")
    if array.shape[place] % 2:
        raise ShapeError(given=f"glu of {array.shape[place]} entries along axis {place}", where="glu",
                         expected="an even number: values, then gates", remedy="check the axis")  # fmt: skip
    values, gates = split(array, 2, place)
    return values * logistic(gates)


def standardize(x: Any, axis: int = -1, epsilon: float = 1e-5) -> Any:
    """x less its mean, over its standard deviation, along `axis`: mean 0 and variance 1.

    >>> standardize([1.0, 3.0], epsilon=0.0)
    array([-1.,  1.])
    """
    return layer_norm(x, axis, epsilon)
