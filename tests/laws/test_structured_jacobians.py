"""Jacobians and Hessians that keep their structure: the same numbers as from stacks of whole arrays, at a lower cost.

The reference is the road without structure (`carried_out`), which knows nothing of deltas: it walks once for every unit
array. Costs are counted in operations of the compiled program.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.transforms import jacobians
from chainrule.transforms.structured import rows as structured

RANDOM = np.random.default_rng(11)
X, W, V = RANDOM.normal(size=(7, 5)), RANDOM.normal(size=(5, 6)), RANDOM.normal(size=(6, 3))
M, U, L = RANDOM.normal(size=(7, 6)), RANDOM.normal(size=(7, 2)), RANDOM.normal(size=(2, 6))
w, t = RANDOM.normal(size=5), RANDOM.choice([-1.0, 1.0], 7)
K = RANDOM.normal(size=(4, 3, 5))


def logistic(w: Any) -> Any:
    return np.mean(np.logaddexp(0.0, -t * (X @ w)))


def factorisation(U: Any) -> Any:
    return np.sum((M - U @ L) ** 2)


def network(W: Any) -> Any:
    return np.sum((np.tanh(X @ W) @ V) ** 2)


def cross_entropy(W: Any) -> Any:
    z = X @ W
    return np.mean(chainrule.logsumexp(z, axis=1) - z[:, 0])


def normalised(X: Any) -> Any:
    moved = X - np.mean(X, axis=1, keepdims=True)
    return moved / np.sqrt(np.mean(moved**2, axis=-1)[:, None] + 0.1) * w


SCALARS: list[tuple[Callable[..., Any], Any]] = [
    (logistic, w), (factorisation, U), (network, W), (cross_entropy, W),
    (lambda w: np.sum(w[1:] * w[:-1] ** 2), w), (lambda w: np.sum(np.outer(w, w**2) * (X.T @ X)), w),
    (lambda W: np.sum(np.sin(W.T) @ W), W), (lambda W: np.sum(W.reshape(3, 10)[:, 2:5] ** 3), W),
    (lambda W: np.linalg.slogdet(W @ W.T)[1], W), (lambda w: np.sum(np.cumsum(w) ** 3), w),
    (lambda K: np.sum(np.einsum("abc,cd->bad", K, W) ** 3), K), (lambda K: np.sum(K @ W @ V * 2.0), K),
    (lambda w: np.sum(np.concatenate([w**2, np.sin(w)]) ** 2), w), (lambda w: np.sum(np.where(w > 0, w**3, -w)), w),
    (lambda w: np.sum(np.sqrt(w[:, None] ** 2 + w[None, :] ** 2 + 1.0)), w), (lambda w: np.max(w) * np.sum(w**2), w),
]  # fmt: skip


def packed(w: Any) -> Any:
    """A network whose parameters lie in one vector, as scipy.optimize wants them."""
    W, b, V = w[:30].reshape(5, 6), w[30:36], w[36:54].reshape(6, 3)
    return np.sum((np.tanh(X @ W + b) @ V) ** 2) + w[-1] * np.sum(W**2) + np.sum(w[2:40] ** 3)


PARAMETERS = RANDOM.normal(size=55) / 3
SCALARS += [
    (packed, PARAMETERS), (lambda w: np.sum(w[:20] * w[20:40]), PARAMETERS[:40]), (lambda w: w[3] ** 3, PARAMETERS),
    (lambda w: np.sum(np.exp(w[10:])) * w[0], PARAMETERS), (lambda w: np.sum(np.cumsum(w[:9]) * w[9:18]), PARAMETERS),
    (lambda w: np.sum(w[::2] ** 2 * w[0]), PARAMETERS), (lambda w: np.sum(w[5:5]) + np.sum(w[:30] ** 4), PARAMETERS),
]  # fmt: skip


ARRAYS: list[tuple[Callable[..., Any], Any]] = [
    (np.tanh, W), (lambda W: np.tanh(X @ W), W), (lambda X: np.tanh(X @ W), X), (normalised, X),
    (lambda X: chainrule.softmax(X, axis=-1), X), (lambda X: X.T, X), (lambda X: X.reshape(5, 7) * 2.0, X),
    (lambda X: np.sum(X, axis=0, keepdims=True) * X, X), (lambda w: w[:, None] * w[None, :], w),
    (lambda w: np.broadcast_to(w, (3, 5)) + w, w), (lambda K: np.mean(K**2, axis=(0, 2)), K),
    (lambda w: np.diag(w) @ W, w), (lambda w: np.linalg.solve(np.eye(5) * 3 + np.outer(w, w), w), w),
    (lambda X: X[:, ::2] * X[:, [0, 0, 1]], X), (lambda K: np.matmul(K, W[None]), K), (lambda w: -w / 2.0, w),
    (lambda w: chainrule.stop_gradient(w) * w, w), (lambda w: np.ones(3), w), (lambda W: W.ravel()[:6], W),
    (lambda W: W[:0], W), (lambda w: np.concatenate([np.sin(w[:25]), w[30:] * w[0]]), PARAMETERS),
    (lambda w: np.outer(w[:5], w[50:]) * 2.0, PARAMETERS), (lambda X: np.expand_dims(X, 1) - X[None], X),
]  # fmt: skip


def unstructured(monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Any]) -> Any:
    """What the road without structure gives."""
    with monkeypatch.context() as patch:
        patch.setattr(jacobians, "structured_rows", lambda *args, **keywords: None)
        return ask()


@pytest.mark.parametrize(("function", "at"), SCALARS, ids=map(str, range(len(SCALARS))))
def test_hessians_are_those_without_structure(function: Any, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = unstructured(monkeypatch, lambda: chainrule.hessian(function)(at))
    np.testing.assert_allclose(chainrule.hessian(function)(at), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(chainrule.jit(chainrule.hessian(function))(at), expected, rtol=1e-10, atol=1e-12)
    turned = chainrule.jacrev(chainrule.jacfwd(function))(at)
    np.testing.assert_allclose(turned, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("function", "at"), ARRAYS, ids=map(str, range(len(ARRAYS))))
@pytest.mark.parametrize("which", [chainrule.jacrev, chainrule.jacfwd, chainrule.jacobian])
def test_jacobians_are_those_without_structure(
    function: Any, at: Any, which: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = unstructured(monkeypatch, lambda: which(function)(at))
    for found in (which(function)(at), chainrule.jit(which(function))(at)):
        assert found.shape == expected.shape
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def operations(function: Any, *args: Any) -> int:
    return int(chainrule.jit(function).cost(*args).operations)


BIG_X, BIG_W = RANDOM.normal(size=(40, 20)), RANDOM.normal(size=(20, 6))
BIG_M, BIG_L = RANDOM.normal(size=(30, 20)), RANDOM.normal(size=(3, 20))


@pytest.mark.parametrize(
    ("ask", "at", "share"),
    [  # one product instead of two; a Kronecker product with I; a diagonal; example by example
        (chainrule.hessian(lambda w: np.sum(np.logaddexp(0.0, BIG_X @ w))), np.ones(20), 0.65),
        (chainrule.hessian(lambda U: np.sum((BIG_M - U @ BIG_L) ** 2)), np.ones((30, 3)), 0.05),
        (chainrule.jacrev(np.tanh), BIG_W, 1.02),
        (chainrule.jacrev(lambda X: np.tanh(X @ BIG_W)), BIG_X, 0.1),
        (chainrule.jacfwd(lambda X: np.tanh(X @ BIG_W)), BIG_X, 0.1),
        (chainrule.jacfwd(lambda w: np.tanh(BIG_X @ w[:20] + BIG_X @ w[20:])), np.ones(40), 0.4),
    ],
)
def test_a_structured_derivative_costs_no_walk_a_row(
    ask: Any, at: Any, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert operations(ask, at) <= share * unstructured(monkeypatch, lambda: operations(ask, at))


@pytest.mark.parametrize(("function", "at"), SCALARS, ids=map(str, range(len(SCALARS))))
def test_structure_never_costs_more(function: Any, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hessian = chainrule.hessian(function)
    assert operations(hessian, at) <= 1.02 * unstructured(monkeypatch, lambda: operations(hessian, at))


def test_what_does_not_depend_is_zero_beside_an_infinity() -> None:
    """Row by row, 0 times inf would be NaN: entries that are zero by structure stay zero."""
    spread = np.array([1.0, np.inf, 2.0, 3.0, 4.0, np.nan])
    found = chainrule.jacrev(lambda x: x * spread)(np.ones(6))
    np.testing.assert_array_equal(np.diag(found), spread)
    np.testing.assert_array_equal(found[~np.eye(6, dtype=bool)], 0.0)


def test_what_would_be_too_large_is_done_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = chainrule.hessian(network)(W)
    monkeypatch.setattr(structured, "_MOST", 10)
    np.testing.assert_allclose(chainrule.jacrev(lambda W: np.sum(np.tanh(X @ W), axis=0))(W).shape, (6, 5, 6))
    np.testing.assert_allclose(chainrule.hessian(network)(W), expected, rtol=1e-12)


def test_float32_stays_and_containers_are_kept() -> None:
    at = {"W": W.astype(np.float32), "b": np.zeros(6, np.float32)}
    found = chainrule.jit(chainrule.hessian(lambda p: np.sum(np.tanh(X.astype(np.float32) @ p["W"] + p["b"]))))(at)
    assert found["W"]["b"].shape == (5, 6, 6)
    assert found["W"]["W"].dtype == np.float32
    whole = chainrule.hessian(lambda p: np.sum(np.tanh(X @ p["W"] + p["b"])))({"W": W, "b": np.zeros(6)})
    np.testing.assert_allclose(found["b"]["W"], whole["b"]["W"], rtol=2e-4, atol=2e-5)


def test_a_third_derivative_keeps_its_structure() -> None:
    third = chainrule.jacfwd(chainrule.hessian(lambda x: np.sum(x**4)))(w)
    np.testing.assert_allclose(np.einsum("iii->i", third), 24 * w, rtol=1e-12)
    assert np.count_nonzero(third) == 5


def test_axes_of_two_shapes_are_grouped_as_small_as_can_be() -> None:
    assert structured.groups_of((2, 3, 4), (2, 12)) == [([0], [0]), ([1, 2], [1])]
    assert structured.groups_of((4,), (4, 1)) == [([0], [0]), ([], [1])]
    assert structured.groups_of((), (1,)) == [([], [0])]
    for before, after in [((6, 1, 4), (2, 3, 4)), ((1, 1), ()), ((2, 2, 2), (8,)), ((1, 3), (3, 1)), ((0, 3), (0,))]:
        found = structured.groups_of(before, after)
        assert [axis for own, _ in found for axis in own] == list(range(len(before)))
        assert [axis for _, other in found for axis in other] == list(range(len(after)))
