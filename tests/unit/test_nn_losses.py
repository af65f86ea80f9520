"""Losses: values from their definitions written out, gradients against finite differences, and the extremes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient

from chainrule import explain, grad, hessian, jit, nn
from chainrule.errors import BoundsError, ChainruleError, DomainError, DTypeError, ShapeError

Array = Any
RANDOM = np.random.default_rng(5)
P, T = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(3, 4))
SHARES = RANDOM.dirichlet(np.ones(4), 3)
UNIT = RANDOM.uniform(0.05, 0.95, (3, 4))
WEIGHTS = np.array([0.5, 1.0, 2.0, 1.5])
CLASSES = np.array([2, 0, 3])
SIGNS = np.array([1.0, -1.0, 1.0])


def soft(x: Array) -> Array:
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def smoothed(count: int = 4, share: float = 0.1) -> Array:
    return (1 - share) * np.eye(count)[CLASSES] + share / count


# Each loss with reduction="none", its arguments, and its definition.
LOSSES: dict[str, tuple[Callable[..., Any], tuple[Array, ...], Callable[..., Any]]] = {
    "squared": (nn.squared_error, (P, T), lambda p, t: (p - t) ** 2),
    "absolute": (nn.absolute_error, (P, T), lambda p, t: np.abs(p - t)),
    "huber": (
        lambda p, t, **k: nn.huber(p, t, 0.7, **k), (P, T),
        lambda p, t: np.where(np.abs(p - t) <= 0.7, (p - t) ** 2 / 2, 0.7 * (np.abs(p - t) - 0.35)),
    ),
    "hinge": (lambda p, **k: nn.hinge(p, SIGNS, **k), (P[:, 0],), lambda p: np.maximum(0, 1 - SIGNS * p)),
    "squared hinge": (
        lambda p, **k: nn.squared_hinge(p, SIGNS, **k), (P[:, 0],), lambda p: np.maximum(0, 1 - SIGNS * p) ** 2
    ),
    "binary": (nn.binary_cross_entropy, (UNIT, SHARES), lambda p, t: -t * np.log(p) - (1 - t) * np.log(1 - p)),
    "binary from logits": (
        lambda x, t, **k: nn.binary_cross_entropy_with_logits(x, t, WEIGHTS, UNIT, **k), (P, SHARES),
        lambda x, t: UNIT * (-WEIGHTS * t * np.log(sigmoid(x)) - (1 - t) * np.log(1 - sigmoid(x))),
    ),
    "focal": (
        lambda x, **k: nn.focal_loss(x, np.eye(4)[CLASSES], 0.3, 1.5, **k), (P,),
        lambda x: np.where(
            np.eye(4)[CLASSES] == 1,
            -0.3 * (1 - sigmoid(x)) ** 1.5 * np.log(sigmoid(x)),
            -0.7 * sigmoid(x) ** 1.5 * np.log(1 - sigmoid(x)),
        ),
    ),
    "kl": (
        lambda q, t, **k: nn.kl_divergence(np.log(q), t, **k), (soft(P), SHARES),
        lambda q, t: np.sum(t * np.log(t / q), -1),
    ),
    "kl of logarithms": (
        lambda q, t, **k: nn.kl_divergence(q, t, log_target=True, axis=0, **k), (np.log(UNIT), np.log(SHARES)),
        lambda q, t: np.sum(np.exp(t) * (t - q), 0),
    ),
    "gaussian": (
        lambda m, t, v, **k: nn.gaussian_nll(m, t, v, full=True, **k), (P, T, UNIT),
        lambda m, t, v: -np.log(np.exp(-((t - m) ** 2) / (2 * v)) / np.sqrt(2 * np.pi * v)),
    ),
    "poisson": (
        lambda r, **k: nn.poisson_nll(r, np.array([0.0, 1.0, 2.0, 5.0]) + 0 * P, **k), (P,),
        lambda r: np.exp(r) - np.array([0.0, 1.0, 2.0, 5.0]) * r,
    ),
    "poisson of rates": (
        lambda r, **k: nn.poisson_nll(r, np.full((3, 4), 2.0), False, True, **k), (UNIT,),
        lambda r: r - 2 * np.log(r) + 2 * math.log(2) - 2 + 0.5 * math.log(4 * math.pi),
    ),
    "classes": (
        lambda x, **k: nn.cross_entropy(x, CLASSES, **k), (P,), lambda x: -np.log(soft(x)[range(3), CLASSES])
    ),
    "classes, smoothed": (
        lambda x, **k: nn.cross_entropy(x, CLASSES, label_smoothing=0.1, **k), (P,),
        lambda x: -np.sum(smoothed() * np.log(soft(x)), -1),
    ),
    "classes, weighted along another axis": (
        lambda x, **k: nn.cross_entropy(x.T, CLASSES, weights=WEIGHTS, axis=0, **k), (P,),
        lambda x: -WEIGHTS[CLASSES] * np.log(soft(x)[range(3), CLASSES]),
    ),
    "classes, one left out": (
        lambda x, **k: nn.cross_entropy(x, CLASSES, ignore_index=0, **k), (P,),
        lambda x: -np.array([1, 0, 1]) * np.log(soft(x)[range(3), CLASSES]),
    ),
    "probabilities": (nn.cross_entropy, (P, SHARES), lambda x, t: -np.sum(t * np.log(soft(x)), -1)),
    "nll": (lambda x, **k: nn.nll(x, CLASSES, **k), (P,), lambda x: -x[range(3), CLASSES]),
    "cosine": (
        lambda x, y, **k: nn.cosine_embedding_loss(x, y, SIGNS, -0.9, **k), (P, T),
        lambda x, y: np.where(SIGNS == 1, 1 - cosine(x, y), np.maximum(0, cosine(x, y) + 0.9)),
    ),
    "triplet": (
        lambda a, p, **k: nn.triplet_loss(a, p, UNIT, 2.0, **k), (P, T),
        lambda a, p: np.maximum(
            0, np.sqrt(np.sum((a - p) ** 2, -1)) - np.sqrt(np.sum((a - UNIT) ** 2, -1)) + 2
        ),
    ),
    "triplet, swapped": (
        lambda a, p, **k: nn.triplet_loss(a, p, UNIT, 2.0, 1, swap=True, **k), (P, T),
        lambda a, p: np.maximum(
            0, np.sum(np.abs(a - p), -1) + 2
            - np.minimum(np.sum(np.abs(a - UNIT), -1), np.sum(np.abs(p - UNIT), -1)),
        ),
    ),
}  # fmt: skip


def cosine(x: Array, y: Array) -> Array:
    return np.sum(x * y, -1) / np.sqrt(np.sum(x**2, -1) * np.sum(y**2, -1))


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_loss_is_what_it_is_defined_as(name: str) -> None:
    loss, arrays, definition = LOSSES[name]
    expected = definition(*arrays)
    np.testing.assert_allclose(loss(*arrays, reduction="none"), expected, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(loss(*arrays, reduction="sum"), np.sum(expected), rtol=1e-11)
    counted = name not in ("classes, weighted along another axis", "classes, one left out")
    if counted:  # those are weighted means, below
        np.testing.assert_allclose(loss(*arrays), np.mean(expected), rtol=1e-11)
    with pytest.raises(DomainError, match="reduction='average'"):
        loss(*arrays, reduction="average")


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_gradients_of_losses(name: str) -> None:
    loss, arrays, _ = LOSSES[name]

    def total(*given: Array) -> Array:
        return np.sum(loss(*given, reduction="none") ** 2)

    compiled = jit(grad(total, tuple(range(len(arrays)))))(*arrays)
    for slot, array in enumerate(arrays):

        def moved(each: Array, slot: int = slot) -> Any:
            return total(*(each if place == slot else other for place, other in enumerate(arrays)))

        expected = numeric_gradient(moved, array, 2e-5)
        np.testing.assert_allclose(grad(moved)(array), expected, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(compiled[slot], expected, rtol=1e-6, atol=1e-7)


def test_means_over_examples_that_count() -> None:
    each = nn.cross_entropy(P, CLASSES, weights=WEIGHTS, ignore_index=0, reduction="none")
    np.testing.assert_allclose(
        nn.cross_entropy(P, CLASSES, weights=WEIGHTS, ignore_index=0), np.sum(each) / (WEIGHTS[2] + WEIGHTS[3])
    )
    found = grad(lambda x: nn.cross_entropy(x, CLASSES, ignore_index=0))(P)
    np.testing.assert_array_equal(found[1], 0.0)
    np.testing.assert_allclose(found[0], (soft(P[0]) - np.eye(4)[2]) / 2, rtol=1e-12)


def test_the_curvature_of_the_cross_entropy_is_that_of_the_softmax() -> None:
    """diag(s) - s s^T, whatever the class."""
    s = soft(P[0])
    found = hessian(lambda x: nn.cross_entropy(x, np.array(1)))(P[0])
    np.testing.assert_allclose(found, np.diag(s) - np.outer(s, s), rtol=1e-11, atol=1e-15)


def test_the_explanation_of_a_loss_is_the_one_that_teachers_give() -> None:
    worked = explain(lambda scores: nn.cross_entropy(scores, CLASSES))(P)
    assert "(softmax(scores) - [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]])" in worked.text()


FAR = np.array([-1e4, -50.0, 0.0, 50.0, 1e4])


def test_scores_far_out_have_finite_losses_and_gradients() -> None:
    for target in (0.0, 1.0):
        loss = nn.binary_cross_entropy_with_logits(FAR, np.full(5, target), reduction="none")
        np.testing.assert_allclose(loss, np.logaddexp(0, FAR if target == 0 else -FAR), rtol=1e-14)
        slopes = grad(lambda x, t=target: nn.binary_cross_entropy_with_logits(x, np.full(5, t), reduction="sum"))(FAR)
        with np.errstate(over="ignore"):
            expected = sigmoid(FAR) if target == 0 else -sigmoid(-FAR)
        np.testing.assert_allclose(slopes, expected, rtol=1e-14)
        assert np.isfinite(grad(lambda x, t=target: nn.focal_loss(x, np.full(5, t)))(FAR)).all()
    right, wrong = np.array([[1e4, -1e4]]), np.array([[-1e4, 1e4]])
    np.testing.assert_array_equal(grad(lambda x: nn.cross_entropy(x, np.array([0])))(right), [[0.0, 0.0]])
    np.testing.assert_array_equal(grad(lambda x: nn.cross_entropy(x, np.array([0])))(wrong), [[-1.0, 1.0]])
    ruled_out = np.array([[0.0, -np.inf, 0.0]])
    found = grad(lambda x: nn.cross_entropy(x, np.array([[0.5, 0.0, 0.5]])))(ruled_out)
    np.testing.assert_array_equal(found, [[0.0, 0.0, 0.0]])
    assert nn.huber(np.float32(3e38), np.float32(0.0)) == np.float32(3e38)


def test_a_target_of_zero_asks_for_nothing() -> None:
    exact = grad(lambda p: nn.binary_cross_entropy(p, np.array([1.0, 0.0]), reduction="sum"))(np.array([1.0, 0.0]))
    np.testing.assert_array_equal(exact, [-1.0, 1.0])
    assert nn.kl_divergence(np.array([0.0, -np.inf]), np.array([1.0, 0.0])) == 0.0
    assert nn.kl_divergence(np.array([0.0, -1.0]), np.array([0.0, -np.inf]), log_target=True) == 0.0


def test_slopes_at_corners_are_those_of_least_norm() -> None:
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(grad(lambda p: nn.absolute_error(p, x))(x), [0.0, 0.0])
    np.testing.assert_array_equal(grad(lambda s: nn.hinge(s, np.array([1.0, -1.0])))(np.array([1.0, -1.0])), [0.0, 0.0])
    np.testing.assert_array_equal(grad(lambda a: nn.triplet_loss(a, x, x + 1.0, 3.0))(x), 0 * x + 1 / np.sqrt(2))
    np.testing.assert_allclose(grad(lambda a: nn.cosine_similarity(a, x))(np.zeros(2)), 1e8 * x / np.sqrt(5))


# Sequences ------------------------------------------------------------------------------------------------------------
def by_enumeration(logs: Array, labels: list[int]) -> float:
    """-log of the sum over all paths that say the labels once repetitions and blanks (0) are dropped."""
    total = 0.0
    for path in itertools.product(range(logs.shape[1]), repeat=logs.shape[0]):
        said = [mark for place, mark in enumerate(path) if mark and (place == 0 or path[place - 1] != mark)]
        if said == labels:
            total += math.exp(sum(logs[time, mark] for time, mark in enumerate(path)))
    return -math.log(total) if total else math.inf


def test_ctc_sums_over_all_alignments() -> None:
    logs = np.log(RANDOM.dirichlet(np.ones(3), (5, 4)))
    labels = np.array([[1, 2, 1], [2, 2, -7], [1, 9, 9], [0, 0, 0]])
    times, counts = np.array([5, 4, 5, 3]), np.array([3, 2, 1, 0])
    found = nn.ctc_loss(logs, labels, times, counts, reduction="none")
    expected = [by_enumeration(logs[: times[n], n], [int(each) for each in labels[n, : counts[n]]]) for n in range(4)]
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    np.testing.assert_allclose(
        nn.ctc_loss(logs, labels, times, counts), np.mean(np.array(expected) / [3, 2, 1, 1]), rtol=1e-11
    )

    def loss(x: Array) -> Array:
        return nn.ctc_loss(nn.log_softmax(x), labels, times, counts, reduction="sum")

    scores = RANDOM.normal(size=(5, 4, 3))
    np.testing.assert_allclose(grad(loss)(scores), numeric_gradient(jit(loss), scores), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(jit(grad(loss))(scores), grad(loss)(scores), rtol=1e-11, atol=1e-14)


def test_ctc_of_a_sequence_that_cannot_be_aligned() -> None:
    logs = np.log(np.full((2, 1, 3), 1 / 3))
    twice = np.array([[1, 1]]), np.array([2]), np.array([2])  # a blank is needed between: three times
    assert nn.ctc_loss(logs, *twice) == np.inf
    assert nn.ctc_loss(logs, *twice, zero_infinity=True) == 0.0
    np.testing.assert_array_equal(grad(lambda x: nn.ctc_loss(x, *twice, zero_infinity=True))(logs), 0.0)


WRONG: dict[str, tuple[type[ChainruleError], str, Callable[[], Any]]] = {
    "shapes": (ShapeError, "(3, 1) and (3,)", lambda: nn.squared_error(np.ones((3, 1)), np.ones(3))),
    "classes": (ShapeError, "(3, 4)", lambda: nn.cross_entropy(P, np.array([0, 1]))),
    "probabilities": (ShapeError, "(4,)", lambda: nn.cross_entropy(P, SHARES[0])),
    "weights": (ShapeError, "(3,) for 4 classes", lambda: nn.cross_entropy(P, CLASSES, weights=np.ones(3))),
    "other weights": (ShapeError, "(5,)", lambda: nn.binary_cross_entropy(UNIT, SHARES, np.ones(5))),
    "a class too many": (BoundsError, "to 4 for 4 scores", lambda: nn.cross_entropy(P, np.array([0, 4, 1]))),
    "a negative class": (BoundsError, "from -1", lambda: nn.nll(P, np.array([0, -1, 1]))),
    "classes of floats": (DTypeError, "float64", lambda: nn.nll(P, np.array([0.0, 1.0, 1.0]))),
    "an order": (DomainError, "order=3", lambda: nn.triplet_loss(P, P, P, order=3)),
    "a label too many": (
        BoundsError, "to 4", lambda: nn.ctc_loss(P[:, None], CLASSES[None] + 1, np.array([3]), np.array([3]))
    ),
    "a length too many": (
        BoundsError, "from 0 to 3", lambda: nn.ctc_loss(P[:, None], CLASSES[None], np.array([4]), np.array([1]))
    ),
    "ctc": (ShapeError, "ctc_loss", lambda: nn.ctc_loss(P, CLASSES, CLASSES, CLASSES)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_does_not_fit_is_said(name: str) -> None:
    kind, said, call = WRONG[name]
    with pytest.raises(kind) as caught:
        call()
    assert said in str(caught.value), str(caught.value)


def test_float32_stays_float32() -> None:
    x, t = P.astype(np.float32), SHARES.astype(np.float32)
    for loss in (nn.squared_error, nn.cross_entropy, nn.binary_cross_entropy_with_logits, nn.huber):
        assert loss(x, t).dtype == np.float32
        assert grad(loss)(x, t).dtype == np.float32
    assert nn.cross_entropy(x, CLASSES, weights=WEIGHTS, label_smoothing=0.1).dtype == np.float32
