"""Laws of the check of backward functions: right gradients are right, and a wrong one is found alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule

RNG = np.random.default_rng(3)
X, W, b = RNG.normal(size=(5, 4)), RNG.normal(size=(4, 3)), np.zeros(3)


def affine(X, W, b):
    return X @ W + b


def layers(X, W, b):
    H = np.maximum(X @ W + b, 0)
    return np.where(H > 0.5, H**2, H) / (1 + np.abs(H))


def normalised(X, W, b):
    Z = X @ W + b
    mu, var = Z.mean(axis=0), Z.var(axis=0)
    return (Z - mu) / np.sqrt(var + 1e-5)


def branching(X, W, b):
    Z = X @ W + b
    return Z**2 if np.sum(Z) > 0 else np.exp(-Z)


def logarithms(X, W, b):
    return np.log(np.abs(X @ W) + 1) * np.sqrt(b**2 + 1)


def attention(X, W, b):
    Q, K = X @ W, X @ W + b
    scores = Q @ K.T / np.sqrt(3.0)
    return chainrule.softmax(scores, axis=-1) @ K


def recurrent(X, W, b):
    h = b
    for x in X:
        h = np.tanh(x @ W + 0.5 * h)
    return h


def extreme(X, W, b):
    Z = X @ W
    return np.max(Z, axis=1) + np.min(Z + b, axis=1) + np.linalg.norm(Z, axis=1)


@pytest.mark.parametrize("forward", [affine, layers, normalised, branching, logarithms, attention, recurrent, extreme])
def test_right_gradients_are_right(forward: Callable[..., Any]) -> None:
    def backward(dout, X, W, b):
        return chainrule.vjp(forward, X, W, b)[1](dout)

    for seed in range(3):
        check = chainrule.check_backward(backward, forward, (X, W, b), seed=seed)
        assert check.ok, check.text()
        assert check.points > 3


@pytest.mark.parametrize("forward", [affine, normalised, logarithms, attention, recurrent, extreme])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_wrong_gradient_is_found_and_no_other(forward: Callable[..., Any], place: int) -> None:
    def backward(dout, X, W, b):
        right = list(chainrule.vjp(forward, X, W, b)[1](dout))
        right[place] = right[place] * 2 if forward is not normalised or place < 2 else right[place] + 1
        return tuple(right)

    check = chainrule.check_backward(backward, forward, (X, W, b))
    assert [each.ok for each in check.findings] == [k != place for k in range(3)]
    assert forward is normalised or "2" in check.wrong[0].message


# Whole backward passes with the mistakes that people make in them -----------------------------------------------------
def batch_norm(x, gamma, beta):
    mu = x.mean(axis=0)
    xc = x - mu
    var = (xc**2).mean(axis=0)
    inv = 1 / np.sqrt(var + 1e-5)
    xhat = xc * inv
    return gamma * xhat + beta, (xhat, gamma, inv)


def batch_norm_backward(dout, cache):
    xhat, gamma, inv = cache
    dxhat = dout * gamma
    dx = inv * (dxhat - dxhat.mean(0))  # the variance depends on x too
    return dx, (dout * xhat).sum(0), dout.sum(0)


def two_layers(X, y, W1, b1, W2, b2):
    z1 = X @ W1 + b1
    h1 = 1 / (1 + np.exp(-z1))
    e = h1 @ W2 + b2 - y
    return np.mean(e**2)


def two_layers_backward(X, y, W1, b1, W2, b2):
    h1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
    dz2 = 2 * (h1 @ W2 + b2 - y) / len(X)  # and not by the number of all entries
    dz1 = dz2 @ W2.T * h1  # and not times h1 (1 - h1)
    dW1, db1, dW2, db2 = X.T @ dz1, dz1.sum(0), h1.T @ dz2, dz2.sum(0)
    return dW1, db1, dW2, db2


def three_steps(x, h0, U, V):
    h = h0
    for t in range(3):
        h = np.tanh(U @ h + V @ x[t])
    return np.sum(h**2)


def three_steps_backward(x, h0, U, V):
    hs = [h0]
    for t in range(3):
        hs.append(np.tanh(U @ hs[-1] + V @ x[t]))
    dh, dV = 2 * hs[-1], np.zeros_like(V)
    for t in reversed(range(3)):
        dz = dh * (1 - hs[t + 1] ** 2)
        dU = np.outer(dz, hs[t])  # = where += belongs
        dV += np.outer(dz, x[t])
        dh = U.T @ dz
    return {"dU": dU, "dV": dV, "dh0": dh}


def test_the_variance_of_a_batch_depends_on_the_batch() -> None:
    args = RNG.normal(size=(6, 3)), RNG.normal(size=3), RNG.normal(size=3)
    check = chainrule.check_backward(batch_norm_backward, batch_norm, args)
    assert [each.ok for each in check.findings] == [False, True, True]
    assert check.findings[0].message == "the path through var is missing (M3)"


def test_two_mistakes_in_one_pass() -> None:
    shapes = [(6, 4), (6, 2), (4, 3), (3,), (3, 2), (2,)]
    check = chainrule.check_backward(two_layers_backward, two_layers, [RNG.normal(size=shape) for shape in shapes])
    found = {each.name: each.message for each in check.findings}
    assert not check.findings[0].ok
    assert "sigmoid(z1) was written where sigmoid'(z1) belongs" in found["W1"]
    assert "divides by 12, not by 6" in found["W2"] or "a factor 2 is missing" in found["W2"]


def test_a_loop_that_forgets_its_earlier_steps() -> None:
    args = RNG.normal(size=(3, 2)), RNG.normal(size=4), RNG.normal(size=(4, 4)), RNG.normal(size=(4, 2))
    check = chainrule.check_backward(three_steps_backward, three_steps, args)
    assert [each.ok for each in check.findings] == [False, True, True]
    assert check.findings[0].candidates[0].mistake == "M3"
    assert "only the path through h " in check.findings[0].message
