"""Losses of differences and distances: two arrays of one shape in, how far apart they are out.

One idea: every slope exists and is finite: at a corner it is the one of least norm, and between equal vectors it is 0.
"""

from __future__ import annotations

from typing import Any

from ...ops import abs, equal, maximum, neural, norm, relu, square, where
from ...ops.reductions import sum
from .reducing import floating, matched, reduced, unknown


def squared_error(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """(prediction - target)^2, entry by entry: the mean, the sum ("sum"), or all of them ("none").

    >>> float(squared_error([1.0, 2.0], [0.0, 4.0]))
    2.5
    """
    first, second = matched("squared_error", floating(prediction), floating(target))
    return reduced(square(first - second), reduction)


def absolute_error(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """|prediction - target|; slope 0 where they are equal.

    >>> float(absolute_error([1.0, 2.0], [0.0, 4.0]))
    1.5
    """
    first, second = matched("absolute_error", floating(prediction), floating(target))
    return reduced(abs(first - second), reduction)


def huber(prediction: Any, target: Any, delta: float = 1.0, reduction: str = "mean") -> Any:
    """Half the square of a difference up to delta, and delta (|difference| - delta/2) beyond.

    Source: Huber, Robust estimation of a location parameter (1964).

    >>> float(huber([1.5, 3.0], [1.0, 0.0], reduction="sum"))
    2.625
    """
    first, second = matched("huber", floating(prediction), floating(target))
    return reduced(neural.huber_penalty(first - second, delta=float(delta)), reduction)


def hinge(scores: Any, labels: Any, reduction: str = "mean") -> Any:
    """max(0, 1 - label score), for labels 1 and -1; slope 0 where label score is 1.

    >>> float(hinge([2.0, 0.5, -1.0], [1.0, 1.0, 1.0], reduction="sum"))
    2.5
    """
    first, second = matched("hinge", floating(scores), floating(labels))
    return reduced(relu(1.0 - second * first), reduction)


def squared_hinge(scores: Any, labels: Any, reduction: str = "mean") -> Any:
    """max(0, 1 - label score)^2, for labels 1 and -1.

    >>> float(squared_hinge([0.5, -1.0], [1.0, 1.0], reduction="sum"))
    4.25
    """
    first, second = matched("squared_hinge", floating(scores), floating(labels))
    return reduced(square(relu(1.0 - second * first)), reduction)


# Directions and triplets ----------------------------------------------------------------------------------------------
def cosine_similarity(x: Any, y: Any, axis: int = -1, epsilon: float = 1e-8) -> Any:
    """x . y / (|x| |y|) along `axis`; lengths below epsilon count as epsilon, so a zero vector is similar to nothing.

    >>> float(cosine_similarity([1.0, 1.0], [1.0, 0.0]).round(4))
    0.7071
    """
    first, second = matched("cosine_similarity", floating(x), floating(y))
    one = first / maximum(norm(first, axis=axis, keepdims=True), epsilon)
    other = second / maximum(norm(second, axis=axis, keepdims=True), epsilon)
    return sum(one * other, axis)


def cosine_embedding_loss(
    x: Any, y: Any, labels: Any, margin: float = 0.0, axis: int = -1, reduction: str = "mean"
) -> Any:
    """1 - cos(x, y) for pairs with label 1, max(0, cos(x, y) - margin) for those with label -1.

    >>> float(cosine_embedding_loss([[1.0, 0.0]], [[0.0, 1.0]], [1.0]))
    1.0
    """
    similar = cosine_similarity(x, y, axis)
    signs, similar = matched("cosine_embedding_loss", floating(labels), similar)
    return reduced(where(equal(signs, 1), 1.0 - similar, relu(similar - margin)), reduction)


def triplet_loss(
    anchor: Any, positive: Any, negative: Any, margin: float = 1.0, order: int = 2, swap: bool = False,
    reduction: str = "mean",
) -> Any:  # fmt: skip
    """max(0, |anchor - positive| - |anchor - negative| + margin) along the last axis.

    `order` 2 is the length of the difference, 1 the sum of its absolute entries; with `swap` the negative counts from
    the positive where that is closer. Raises DomainError for another order.
    Source: Schroff, Kalenichenko and Philbin, FaceNet (2015).

    >>> float(triplet_loss([[0.0, 0.0]], [[3.0, 4.0]], [[0.0, 2.0]]))
    4.0
    """
    first, same, other = matched("triplet_loss", *map(floating, (anchor, positive, negative)))
    near, far = _length(first - same, order), _length(first - other, order)
    if swap:
        beside = _length(same - other, order)
        far = where(beside < far, beside, far)
    return reduced(relu(near - far + margin), reduction)


def _length(x: Any, order: int) -> Any:
    match order:
        case 1:
            return sum(abs(x), -1)
        case 2:
            return norm(x, axis=-1)
    raise unknown("order", order, (2, 1))
