"""Normalisation: activations in, the same with mean 0 and variance 1 over some axes, scaled and shifted, out.

One idea: the kinds differ only in the axes that are averaged over: the examples (batch), the features (layer), groups
of channels (group), each channel of each example (instance).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.types import normalise_axes, normalise_axis
from ..ops import astype, stop_gradient
from ..ops.movement import reshape
from ..ops.neural.normalisation import rms_norm as scaled_by_size
from ..ops.neural.normalisation import standardise
from ..ops.norms import var
from ..ops.reductions import mean
from .geometry import fitting, sizes


class Statistics(NamedTuple):
    """The running mean and variance of each channel."""

    mean: Any
    variance: Any


def layer_norm(x: Any, scale: Any = None, shift: Any = None, *, axes: Any = -1, epsilon: float = 1e-5) -> Any:
    """(x - mean) / sqrt(var + epsilon) over the last axis, or over `axes`, of each example; times `scale` plus `shift`.

    Scale and shift broadcast against x from the right. Source: Ba, Kiros and Hinton (2016).

    >>> import numpy as np
    >>> layer_norm(np.array([[1.0, 3.0], [2.0, 2.0]]), 10.0, epsilon=0.01).round(3)
    array([[-9.95,  9.95],
           [ 0.  ,  0.  ]])
    """
    array = as_array(x)
    found = standardise(array, axes=normalise_axes(axes, array.ndim, "layer_norm"), epsilon=float(epsilon))
    return _affine(found, scale, shift)


def rms_norm(x: Any, scale: Any = None, *, axes: Any = -1, epsilon: float = 1e-5) -> Any:
    """x / sqrt(mean(x^2) + epsilon) over the last axis, or over `axes`; times `scale`. No mean is taken away.

    Source: Zhang and Sennrich, Root mean square layer normalization (2019).

    >>> import numpy as np
    >>> rms_norm(np.array([3.0, 4.0]), epsilon=0.0).round(4)
    array([0.8485, 1.1314])
    """
    array = as_array(x)
    found = scaled_by_size(array, axes=normalise_axes(axes, array.ndim, "rms_norm"), epsilon=float(epsilon))
    return _affine(found, scale, None)


def group_norm(x: Any, groups: int, scale: Any = None, shift: Any = None, *, epsilon: float = 1e-5) -> Any:
    """Mean 0 and variance 1 over each of `groups` parts of the channels, for each example.

    x has axes (example, channel, places...); scale and shift have one number for each channel. Raises ShapeError
    unless the groups divide the channels. Source: Wu and He, Group normalization (2018).

    >>> import numpy as np
    >>> group_norm(np.array([[1.0, 3.0, 10.0, 30.0]]), 2, epsilon=0.0)
    array([[-1.,  1., -1.,  1.]])
    """
    array = as_array(x)
    _require_channels("group_norm", array)
    (parts,) = sizes("groups", groups, 1)
    if array.shape[1] % parts:
        raise ShapeError(
            given=f"group_norm of {array.shape[1]} channels in {parts} groups", where="group_norm",
            expected="a number of groups that divides the channels", remedy="axes are (example, channel, places...)",
        )  # fmt: skip
    apart = reshape(array, (array.shape[0], parts, array.shape[1] // parts, *array.shape[2:]))
    found = standardise(apart, axes=tuple(range(2, apart.ndim)), epsilon=float(epsilon))
    return _affine(reshape(found, array.shape), *_by_channel("group_norm", array, 1, scale, shift))


def instance_norm(x: Any, scale: Any = None, shift: Any = None, *, epsilon: float = 1e-5) -> Any:
    """Mean 0 and variance 1 over the places of each channel of each example: x (example, channel, places...).

    Source: Ulyanov, Vedaldi and Lempitsky, Instance normalization (2016).

    >>> import numpy as np
    >>> instance_norm(np.array([[[1.0, 3.0], [10.0, 30.0]]]), epsilon=0.0)
    array([[[-1.,  1.],
            [-1.,  1.]]])
    """
    array = as_array(x)
    _require_channels("instance_norm", array)
    found = standardise(array, axes=tuple(range(2, array.ndim)), epsilon=float(epsilon))
    return _affine(found, *_by_channel("instance_norm", array, 1, scale, shift))


def batch_norm(
    x: Any, scale: Any = None, shift: Any = None, running: Statistics | tuple[Any, Any] | None = None, *,
    training: bool = True, momentum: float = 0.1, axis: int = 1, epsilon: float = 1e-5,
) -> tuple[Any, Statistics]:  # fmt: skip
    """Mean 0 and variance 1 for each channel over all examples and places, and the running statistics: (y, running).

    In training the statistics are those of the batch, and the new running ones are (1 - momentum) old + momentum new
    (the variance with n - 1, as PyTorch keeps it; without old ones, those of the batch); no gradient passes through
    them, and those of float16 are kept in float32. Otherwise y is made with the running ones, which are returned as
    they are. Channels lie along `axis`, and scale, shift and statistics have one number for each. Raises ShapeError
    where they do not, or where running statistics are asked for and not given. Source: Ioffe and Szegedy, Batch
    normalization (2015).

    >>> import numpy as np
    >>> y, running = batch_norm(np.array([[1.0, 5.0], [3.0, 1.0]]), epsilon=0.0)
    >>> y
    array([[-1.,  1.],
           [ 1., -1.]])
    >>> running
    Statistics(mean=array([2., 3.]), variance=array([2., 8.]))
    """
    array = as_array(x)
    channel = normalise_axis(axis, array.ndim, "batch_norm")
    others = tuple(each for each in range(array.ndim) if each != channel)
    affine = _by_channel("batch_norm", array, channel, scale, shift)
    if training:
        found = standardise(array, axes=others, epsilon=float(epsilon))
        return _affine(found, *affine), _updated(stop_gradient(array), channel, running, momentum)
    if running is None:
        raise ShapeError(given="batch_norm outside training without running statistics", where="batch_norm",
                         expected="running=(mean, variance)", remedy="pass what training returned")  # fmt: skip
    kept = Statistics(*running)
    centre, spread = _by_channel("batch_norm", array, channel, kept.mean, kept.variance)
    found = (array - centre) / (spread + epsilon) ** 0.5
    return _affine(astype(found, array.dtype) if array.dtype.itemsize == 2 else found, *affine), kept


def _updated(array: Any, channel: int, running: Any, momentum: float) -> Statistics:
    """The running statistics after this batch."""
    others = tuple(each for each in range(array.ndim) if each != channel)
    several = array.size > array.shape[channel]  # of one number for each channel the unbiased variance is not known
    array = astype(array, np.dtype("float32")) if array.dtype.itemsize == 2 else array  # a variance overflows early
    new = Statistics(mean(array, others), var(array, others, ddof=1 if several else 0))
    if running is None:
        return new
    return Statistics(*((1 - momentum) * old + momentum * each for old, each in zip(running, new, strict=True)))


def _affine(y: Any, scale: Any, shift: Any) -> Any:
    scaled = y if scale is None else fitting("a normalisation", "a scale", scale, y.shape) * y
    return scaled if shift is None else scaled + fitting("a normalisation", "a shift", shift, y.shape)


def _by_channel(name: str, x: Any, axis: int, *numbers: Any) -> list[Any]:
    """Arrays with one number for each channel, so that they broadcast against x; None stays None."""
    found = []
    for each in numbers:
        array = None if each is None else as_array(each)
        if array is not None and array.shape not in ((x.shape[axis],), ()):
            raise ShapeError(
                given=f"{name} of shape {x.shape} with an array of shape {array.shape}", where=name,
                expected=f"one number for each of {x.shape[axis]} channels", remedy="check the axis of the channels",
            )  # fmt: skip
        several = array is not None and array.ndim
        found.append(reshape(array, (-1,) + (1,) * (x.ndim - axis - 1)) if several else array)
    return found


def _require_channels(name: str, x: Any) -> None:
    if x.ndim < 2:
        raise ShapeError(given=f"{name} of an array of shape {x.shape}", where=name,
                         expected="axes (example, channel, places...)", remedy="add an axis with x[None]")  # fmt: skip
