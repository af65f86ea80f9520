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
