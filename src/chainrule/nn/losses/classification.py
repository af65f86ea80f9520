"""Losses for one class of several: scores and classes in, the cross entropy out.

One idea: a class is given by its number, or by a probability for each class. From numbers one logarithm of a row is
picked; the others matter only through their sum.
"""

from __future__ import annotations

from typing import Any

from ...errors import BoundsError, DTypeError, ShapeError
from ...ir.coercion import as_array
from ...ir.node import Node
from ...ir.types import normalise_axis
from ...ops import astype, equal, log_softmax, not_equal, where
from ...ops.indexing import take
from ...ops.movement import expand_dims, moveaxis, squeeze
from ...ops.reductions import mean, sum
from ...ops.sorting import take_along_axis
from .reducing import REDUCTIONS, asked, floating, reduced, unknown


def cross_entropy(
    logits: Any, classes: Any, *, weights: Any = None, ignore_index: int | None = None, label_smoothing: float = 0.0,
    axis: int = -1, reduction: str = "mean",
) -> Any:  # fmt: skip
    """-log softmax(logits) at the class, or its mean over classes where each has a probability.

    `classes` has whole numbers, in the shape of `logits` without the axis of the classes (`axis`, the last), or
    probabilities in its whole shape. `weights` has a number for each class. Examples whose number is `ignore_index`
    count nothing. `label_smoothing` e replaces a class by 1 - e of it and e shared by all. The mean over examples is
    weighted where classes are numbers, as in PyTorch. Its gradient is softmax(logits) - target, finite at any score.
    Raises ShapeError for shapes that do not fit, BoundsError for a class that is not there.

    >>> import numpy as np
    >>> float(cross_entropy(np.array([[0.0, 0.0], [1e4, -1e4]]), np.array([0, 0])).round(4))
    0.3466
    """
    scores = floating(logits)
    place = normalise_axis(axis, scores.ndim, "cross_entropy")
    logs = moveaxis(log_softmax(scores, place), place, -1)
    labels = as_array(classes)
    if labels.dtype.kind in "iu":
        return _of_numbers("cross_entropy", logs, labels, weights, ignore_index, label_smoothing, reduction)
    if labels.shape != scores.shape:
        raise _unfit("cross_entropy", scores, labels)
    targets = moveaxis(floating(labels), place, -1)
    if label_smoothing:
        targets = (1 - label_smoothing) * targets + label_smoothing / logs.shape[-1]
    terms = asked(targets, logs)
    return reduced(-sum(terms if weights is None else as_array(weights) * terms, -1), reduction)


def nll(
    log_probabilities: Any, classes: Any, *, weights: Any = None, ignore_index: int | None = None, axis: int = -1,
    reduction: str = "mean",
) -> Any:  # fmt: skip
    """The negative logarithm of the probability of each class, from logarithms: `cross_entropy` without the softmax.

    >>> import numpy as np
    >>> float(nll(np.log([[0.5, 0.5], [0.1, 0.9]]), np.array([1, 1]), reduction="sum").round(4))
    0.7985
    """
    logs = floating(log_probabilities)
    logs = moveaxis(logs, normalise_axis(axis, logs.ndim, "nll"), -1)
    labels = as_array(classes)
    if labels.dtype.kind not in "iu":
        raise DTypeError(given=f"classes of dtype {labels.dtype}", where="nll", expected="whole numbers",
                         remedy="convert them with .astype(int); cross_entropy takes probabilities")  # fmt: skip
    return _of_numbers("nll", logs, labels, weights, ignore_index, 0.0, reduction)


def _of_numbers(
    name: str, logs: Any, labels: Any, weights: Any, ignored: int | None, smoothing: float, reduction: str
) -> Any:
    if labels.shape != logs.shape[:-1]:
        raise _unfit(name, logs, labels)
    if reduction not in REDUCTIONS:
        raise unknown("reduction", reduction, REDUCTIONS)
    kept: Any = None
    if ignored is not None:
        kept = astype(not_equal(labels, ignored), logs.dtype)
        labels = where(equal(labels, ignored), 0, labels)
    _require_classes(name, labels, logs.shape[-1])
    penalties = -squeeze(take_along_axis(logs, expand_dims(labels, -1), -1), -1)
    counts = kept
    if weights is not None:
        known = astype(as_array(weights), logs.dtype)
        own = take(known, labels)
        penalties, logs = own * penalties, known * logs
        counts = own if kept is None else own * kept
    if smoothing:
        penalties = (1 - smoothing) * penalties - smoothing * mean(logs, -1)
    penalties = penalties if kept is None else asked(kept, penalties)
    if counts is None or reduction != "mean":
        return reduced(penalties, reduction)
    return sum(penalties) / sum(counts)


def _require_classes(name: str, labels: Any, count: int) -> None:
    """Raise BoundsError for a class that is not there. Under jit the numbers are not known, and not looked at."""
    if type(labels) is Node or not labels.size:
        return
    if labels.min() < 0 or labels.max() >= count:
        raise BoundsError(
            given=f"{name} with classes from {labels.min()} to {labels.max()} for {count} scores each", where=name,
            expected=f"classes from 0 to {count - 1}", remedy="count classes from 0; leave others out by ignore_index=",
        )  # fmt: skip


def _unfit(name: str, scores: Any, labels: Any) -> ShapeError:
    return ShapeError(
        given=f"{name} of scores of shape {scores.shape} and classes of shape {labels.shape}", where=name,
        expected="whole numbers in the shape of the scores without the axis of the classes, or probabilities in all "
        "of it", remedy="check axis=, and the dtype of the classes",
    )  # fmt: skip
