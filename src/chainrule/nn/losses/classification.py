"""Losses for one class of several: scores and classes in, the cross entropy out.

One idea: a class is given by its number, or by a probability for each class. A number is a probability of 1; weights,
smoothing and examples left out only change the targets, so that there is one loss and one gradient, softmax - target.
"""

from __future__ import annotations

from typing import Any

from ...errors import BoundsError, DTypeError, ShapeError
from ...ir.coercion import as_array
from ...ir.node import Node
from ...ir.types import normalise_axis
from ...ops import astype, equal, not_equal, where
from ...ops.indexing import take
from ...ops.movement import expand_dims, moveaxis, squeeze
from ...ops.neural import softmax_entropy
from ...ops.products import same_dtype
from ...ops.reductions import sum
from ...ops.sorting import take_along_axis
from ..layers import one_hot
from .reducing import asked, floating, reduced


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
    scores, labels = floating(logits), as_array(classes)
    place = normalise_axis(axis, scores.ndim, "cross_entropy")
    known = _by_class("cross_entropy", weights, scores, place)
    kept, counts = None, None
    if labels.dtype.kind in "iu":
        labels, kept, counts = _numbered("cross_entropy", scores, labels, place, known, ignore_index)
        targets = one_hot(labels, scores.shape[place], scores.dtype)
    elif labels.shape == scores.shape:
        targets = moveaxis(floating(labels), place, -1)
    else:
        raise _unfit("cross_entropy", scores, labels)
    if label_smoothing:
        targets = (1 - label_smoothing) * targets + label_smoothing / scores.shape[place]
    targets = targets if known is None else known * targets
    targets = targets if kept is None else expand_dims(kept, -1) * targets
    fixed = labels.dtype.kind in "iu" and counts is None  # each row of targets sums to 1
    losses = softmax_entropy(*same_dtype(scores, moveaxis(targets, -1, place)), axis=place, fixed=fixed)
    return _averaged(losses, counts, reduction)


def nll(
    log_probabilities: Any, classes: Any, *, weights: Any = None, ignore_index: int | None = None, axis: int = -1,
    reduction: str = "mean",
) -> Any:  # fmt: skip
    """The negative logarithm of the probability of each class, from logarithms: `cross_entropy` without the softmax.

    >>> import numpy as np
    >>> float(nll(np.log([[0.5, 0.5], [0.1, 0.9]]), np.array([1, 1]), reduction="sum").round(4))
    0.7985
    """
    logs, labels = floating(log_probabilities), as_array(classes)
    place = normalise_axis(axis, logs.ndim, "nll")
    if labels.dtype.kind not in "iu":
        raise DTypeError(given=f"classes of dtype {labels.dtype}", where="nll", expected="whole numbers",
                         remedy="convert them with .astype(int); cross_entropy takes probabilities")  # fmt: skip
    known = _by_class("nll", weights, logs, place)
    labels, _, counts = _numbered("nll", logs, labels, place, known, ignore_index)
    losses = -squeeze(take_along_axis(logs, expand_dims(labels, place), place), place)
    return _averaged(losses if counts is None else asked(counts, losses), counts, reduction)


def _numbered(
    name: str, scores: Any, labels: Any, place: int, weights: Any, ignored: int | None
) -> tuple[Any, Any, Any]:
    """(classes, which examples count, how much each counts in a mean). Raises ShapeError and BoundsError."""
    if labels.shape != scores.shape[:place] + scores.shape[place + 1 :]:
        raise _unfit(name, scores, labels)
    kept = None
    if ignored is not None:
        kept = astype(not_equal(labels, ignored), scores.dtype)
        labels = where(equal(labels, ignored), 0, labels)
    _require_classes(name, labels, scores.shape[place])
    own = None if weights is None else take(weights, labels)
    return labels, kept, own if kept is None else kept if own is None else own * kept


def _by_class(name: str, weights: Any, scores: Any, place: int) -> Any:
    """The weights of the classes, in the dtype of the scores. Raises ShapeError unless there is one for each."""
    if weights is None:
        return None
    known = as_array(weights)
    if known.shape != (scores.shape[place],):
        raise ShapeError(
            given=f"weights of shape {known.shape} for {scores.shape[place]} classes", where=name,
            expected="a number for each class", remedy="multiply with reduction='none' to weigh examples",
        )  # fmt: skip
    return astype(known, scores.dtype)


def _averaged(losses: Any, counts: Any, reduction: str) -> Any:
    """The reduction; a mean is weighted by how much each example counts."""
    if counts is None or reduction != "mean":
        return reduced(losses, reduction)
    return sum(losses) / sum(counts)


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
