"""Softmax and its kin with the arguments of SciPy's functions: an array in, one of the same shape or its norms out.

One idea: SciPy takes all entries together unless an axis is named, where networks take the last axis.
"""

from __future__ import annotations

from typing import Any

from ...ir.coercion import as_array
from ..choices import isfinite, stop_gradient, where
from ..composites import log_softmax as log_softmax_along
from ..composites import softmax as softmax_along
from ..extremes import logsumexp as plain_logsumexp
from ..extremes import max
from ..functions import abs, exp, log, sign
from ..movement import reshape
from ..reductions import sum


def _over(function: Any, x: Any, axis: Any) -> Any:
    """A function along one axis, over several axes or over all of them (None)."""
    array = as_array(x)
    if type(axis) is int or hasattr(axis, "__index__"):
        return function(array, axis)
    axes = list(range(array.ndim)) if axis is None else [each % array.ndim for each in axis]
    others = [each for each in range(array.ndim) if each not in axes]
    order = [*others, *axes]
    moved = array.transpose(order) if array.ndim > 1 else array
    kept = tuple(array.shape[each] for each in others)
    together = function(reshape(moved, (*kept, -1)), -1)
    back = sorted(range(len(order)), key=order.__getitem__)
    whole = reshape(together, moved.shape)
    return whole.transpose(back) if array.ndim > 1 else whole


def softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) over its sum along `axis`, or over all entries (same shape as x).

    >>> softmax([[0.0, 0.0], [0.0, 0.0]])
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    return _over(softmax_along, x, axis)


def log_softmax(x: Any, axis: Any = None) -> Any:
    """The logarithm of softmax along `axis`, or over all entries (same shape as x).

    >>> log_softmax([0.0, -1000.0])
    array([    0., -1000.])
    """
    return _over(log_softmax_along, x, axis)


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """log(sum(b exp(a))) along `axis`, without overflow; b counts as 1.

    With `return_sign` the pair of the logarithm of the size of the sum, and its sign; without it a negative sum is NaN.

    >>> float(logsumexp([1000.0, 1000.0], b=[0.5, 0.5]))
    1000.0
    """
    if b is None and not return_sign:
        return plain_logsumexp(a, axis, keepdims)
    array = as_array(a)
    weighted = array if b is None else where(as_array(b) == 0, -float("inf"), array)
    peak = stop_gradient(max(weighted, axis, True))
    peak = where(isfinite(peak), peak, 0.0)
    terms = exp(array - peak) if b is None else where(as_array(b) == 0, 0.0, as_array(b)) * exp(weighted - peak)
    if b is not None:  # a weight of 0 still has a slope: what its entry would add
        terms = where(as_array(b) == 0, as_array(b) * exp(array - peak), terms)
    total = sum(terms, axis, keepdims)
    shift = peak if keepdims else reshape(peak, total.shape)
    if return_sign:
        return log(abs(total)) + shift, sign(total)
    return log(total) + shift
