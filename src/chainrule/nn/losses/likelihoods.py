"""Losses that are negative logarithms of probabilities: scores or probabilities and targets in, a loss out.

One idea: from scores (logits) the logarithm of the probability is computed at once, never the probability first, so
that values and gradients are finite at any score; and a target of 0 asks for nothing, whatever is infinite beside it.
"""

from __future__ import annotations

import math
from typing import Any

from ...ir.coercion import as_array
from ...ir.types import normalise_axis
from ...ops import equal, exp, log, log1p, maximum, power, sigmoid, softplus, square, where, xlogy
from ...ops.reductions import sum
from ..geometry import fitting
from .reducing import asked, floating, matched, reduced


def binary_cross_entropy(probabilities: Any, targets: Any, weights: Any = None, reduction: str = "mean") -> Any:
    """-(t log p + (1 - t) log(1 - p)) of probabilities p for targets t between 0 and 1; 0 log 0 counts as 0.

    From scores use `binary_cross_entropy_with_logits`, which stays finite. `weights` broadcast.

    >>> float(binary_cross_entropy([0.5, 1.0], [1.0, 1.0], reduction="sum").round(4))
    0.6931
    """
    p, t = matched("binary_cross_entropy", floating(probabilities), floating(targets))
    other = where(equal(t, 1), 0.0, p)  # where nothing is asked of 1 - p, its logarithm may be infinite
    return reduced(-(xlogy(t, p) + asked(1.0 - t, log1p(-other))), reduction, weights)


def binary_cross_entropy_with_logits(
    logits: Any, targets: Any, positive_weight: Any = None, weights: Any = None, reduction: str = "mean"
) -> Any:
    """-(t log s + (1 - t) log(1 - s)) with s = sigmoid(logit): t softplus(-logit) + (1 - t) softplus(logit).

    `positive_weight` multiplies the first part (a number, or one for each class along the last axis), `weights` the
    whole; both broadcast. Its gradient is s - t (without weights), finite at any score.

    >>> binary_cross_entropy_with_logits([-1e4, 1e4], [0.0, 0.0], reduction="none")
    array([    0., 10000.])
    """
    x, t = matched("binary_cross_entropy_with_logits", floating(logits), floating(targets))
    positive = asked(t, softplus(-x))
    if positive_weight is not None:
        positive = fitting("binary_cross_entropy", "positive_weight", positive_weight, x.shape) * positive
    return reduced(positive + asked(1.0 - t, softplus(x)), reduction, weights)


def focal_loss(
    logits: Any, targets: Any, alpha: float | None = 0.25, gamma: float = 2.0, reduction: str = "mean"
) -> Any:
    """(1 - q)^gamma times the binary cross entropy, q the probability of the target: what is easy counts less.

    With `alpha`, targets 1 are weighted by alpha and targets 0 by 1 - alpha.
    Source: Lin et al., Focal loss for dense object detection (2017).

    >>> float(focal_loss([0.0], [1.0], alpha=None).round(4))
    0.1733
    """
    x, t = matched("focal_loss", floating(logits), floating(targets))
    entropy = asked(t, softplus(-x)) + asked(1.0 - t, softplus(x))
    missed = t * sigmoid(-x) + (1.0 - t) * sigmoid(x)
    weights = None if alpha is None else alpha * t + (1 - alpha) * (1.0 - t)
    return reduced(power(missed, gamma) * entropy, reduction, weights)


def kl_divergence(
    log_prediction: Any, target: Any, log_target: bool = False, axis: int = -1, reduction: str = "mean"
) -> Any:
    """sum over an axis of t (log t - log q), from the logarithms of q: how much worse q is than t as a code for t.

    The reduction is over the other axes (PyTorch's "batchmean"). With `log_target`, the target too is given by its
    logarithms. Entries where t is 0 count as 0. Source: Kullback and Leibler (1951).

    >>> import numpy as np
    >>> float(kl_divergence(np.log([0.5, 0.5]), [1.0, 0.0]).round(4))
    0.6931
    """
    logs, t = matched("kl_divergence", floating(log_prediction), floating(target))
    terms = asked(exp(t), t - logs) if log_target else xlogy(t, t) - asked(t, logs)
    return reduced(sum(terms, normalise_axis(axis, terms.ndim, "kl_divergence")), reduction)


def gaussian_nll(
    mean: Any, target: Any, variance: Any, full: bool = False, epsilon: float = 1e-6, reduction: str = "mean"
) -> Any:
    """(log v + (target - mean)^2 / v) / 2, of a normal distribution of variance v, at least epsilon.

    With `full`, log(2 pi)/2 is added. The variance broadcasts against the mean.
    Source: Nix and Weigend, Estimating the mean and variance of the target distribution (1994).

    >>> float(gaussian_nll([1.0], [3.0], [4.0]).round(4))
    1.1931
    """
    centre, t = matched("gaussian_nll", floating(mean), floating(target))
    width = maximum(floating(variance), epsilon)
    penalties = 0.5 * (log(width) + square(t - centre) / width)
    return reduced(penalties + 0.5 * math.log(2 * math.pi) if full else penalties, reduction)


def poisson_nll(rate: Any, target: Any, log_rate: bool = True, full: bool = False, reduction: str = "mean") -> Any:
    """r - t log r, for counts t of a Poisson distribution whose rate r is given by its logarithm (or itself).

    With `full`, Stirling's approximation of log(t!) is added where t > 1, as in PyTorch.

    >>> float(poisson_nll([0.0], [2.0]))
    1.0
    """
    given, t = matched("poisson_nll", floating(rate), floating(target))
    penalties = exp(given) - t * given if log_rate else given - xlogy(t, given)
    if full:
        large = maximum(as_array(t), 1.0)
        stirling = large * log(large) - large + 0.5 * log(2 * math.pi * large)
        penalties = penalties + where(t > 1, stirling, 0.0)
    return reduced(penalties, reduction)
