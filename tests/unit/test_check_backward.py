"""Backward functions written by hand: right ones pass whatever their signature, wrong ones are named."""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.errors import GradientError, ShapeError

RNG = np.random.default_rng(3)
X, W, b = RNG.normal(size=(5, 4)), RNG.normal(size=(4, 3)), np.zeros(3)
Y = np.eye(3)[[0, 2, 1, 1, 0]]


def affine(X, W, b):
    return X @ W + b


def dense(X, W, b):
    Z = X @ W + b
    A = np.maximum(Z, 0)
    return A, (X, W, Z)


def staged(X, W, Y):
    Z = X @ W
    exps = np.exp(Z)
    denom = np.sum(exps, axis=1, keepdims=True)
    P = exps / denom
    return -np.sum(Y * np.log(P))


# Signatures ----------------------------------------------------------------------------------------------------------
def upstream_first(dout, X, W, b):
    dX, dW, db = dout @ W.T, X.T @ dout, dout.sum(axis=0)
    return dX, dW, db


def upstream_last(X, W, b, dout):
    return [dout @ W.T, X.T @ dout, dout.sum(axis=0)]


def as_dict(dout, X, W, b):
    return {"dW": X.T @ dout, "grad_b": dout.sum(0), "X": dout @ W.T, "unknown": 3.0}


def only_some(X, W, dout):
    return {"dW": X.T @ dout}


def single(X, dout):
    dW = X.T @ dout
    return dW


def in_another_order(dout, X, W, b):
    db, dW = dout.sum(axis=0), X.T @ dout
    return db, dW


Gradients = namedtuple("Gradients", "W b")


def as_named_tuple(dout, X, W, b):
    return Gradients(X.T @ dout, dout.sum(0))


def other_names(g, inputs, weights, bias):
    return g @ weights.T, inputs.T @ g, g.sum(0)


@pytest.mark.parametrize(
    ("backward", "labels"),
    [
        (upstream_first, ["dX", "dW", "db"]),
        (upstream_last, ["dX", "dW", "db"]),
        (as_dict, ["dW", "grad_b", "X"]),
        (only_some, ["dW"]),
        (single, ["dW"]),
        (in_another_order, ["db", "dW"]),
        (as_named_tuple, ["W", "b"]),
        (other_names, ["dX", "dW", "db"]),
    ],
)
def test_the_usual_signatures(backward: Callable[..., Any], labels: list[str]) -> None:
    check = chainrule.check_backward(backward, affine, (X, W, b))
    assert check.ok, check.text()
    assert [each.label for each in check.findings] == labels
    assert check.points == 4


def test_a_cache_is_handed_over() -> None:
    def backward(dout, cache):
        X, W, Z = cache
        dZ = dout * (Z > 0)
        return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0)

    def without_mask(dout, cache):
        X, W, _ = cache
        return dout @ W.T, X.T @ dout, dout.sum(axis=0)

    assert chainrule.check_backward(backward, dense, (X, W, b)).ok
    check = chainrule.check_backward(without_mask, dense, (X, W, b))
    assert [each.verdict for each in check.findings] == ["wrong"] * 3
    assert "the mask of" in check.findings[1].message


def test_a_cache_alone_and_of_a_dict() -> None:
    def forward(x, w):
        h = np.tanh(x @ w)
        return np.sum(h**2), {"x": x, "h": h}

    def backward(cache):
        dz = 2 * cache["h"] * (1 - cache["h"] ** 2)
        return {"dw": cache["x"].T @ dz}

    assert chainrule.check_backward(backward, forward, (X, W)).ok


def test_values_of_the_forward_function_may_be_parameters() -> None:
    def backward(X, W, Y, P):
        return {"dW": X.T @ (P - Y), "dZ": P - Y, "dP": -Y / P}

    check = chainrule.check_backward(backward, staged, (X, W, Y))
    assert check.ok, check.text()
    assert [each.name for each in check.findings] == ["W", "Z", "P"], check.text()


def test_containers_of_parameters() -> None:
    def forward(params, x):
        h = np.tanh(x @ params["fc1"]["W"] + params["fc1"]["b"])
        return np.sum(h @ params["fc2"]["W"])

    params = {"fc1": {"W": W, "b": b}, "fc2": {"W": RNG.normal(size=(3, 2))}}

    def backward(params, x):
        h = np.tanh(x @ params["fc1"]["W"] + params["fc1"]["b"])
        dh = np.ones((5, 2)) @ params["fc2"]["W"].T
        dz = dh * (1 - h**2)
        grads = {"fc1": {"W": x.T @ dz, "b": dz.sum(0)}, "fc2": {"W": h.T @ np.ones((5, 2))}}
        return grads, dz @ params["fc1"]["W"].T

    check = chainrule.check_backward(backward, forward, (params, X))
    assert check.ok, check.text()
    assert [each.name for each in check.findings] == ["W_fc1", "b_fc1", "W_fc2", "x"]


def test_several_outputs() -> None:
    def forward(x, w):
        return x @ w, np.sum(x**2)

    def backward(d1, d2, x, w):
        return d1 @ w.T + 2 * d2 * x, x.T @ d1

    def forgotten(d1, d2, x, w):
        return d1 @ w.T, x.T @ d1

    assert chainrule.check_backward(backward, forward, (X, W)).ok
    check = chainrule.check_backward(forgotten, forward, (X, W))
    assert [each.ok for each in check.findings] == [False, True]


def test_numbers_and_labels() -> None:
    def forward(w, x, y):
        return (w * x - y) ** 2

    def backward(w, x, y):
        r = w * x - y
        return 2 * r * x, 2 * r * w, -2 * r

    assert chainrule.check_backward(backward, forward, (1.5, -2.0, 3.0)).ok

    def loss(scores, labels):
        return np.sum(np.log(np.sum(np.exp(scores), axis=1)) - scores[np.arange(5), labels])

    def slope(scores, labels):
        dscores = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        dscores[np.arange(5), labels] -= 1
        return dscores

    check = chainrule.check_backward(slope, loss, (RNG.normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])))
    assert check.ok, check.text()


# What an argument is known to be --------------------------------------------------------------------------------------
def test_properties_of_arguments_are_kept() -> None:
    def backward(X, W, Y):
        P = np.exp(X @ W) / np.exp(X @ W).sum(1, keepdims=True)
        return (P - Y) @ W.T, X.T @ (P - Y)  # uses that the rows of Y sum to 1

    assert chainrule.check_backward(backward, staged, (X, W, Y)).ok
    A = X.T @ X

    def quadratic(x, A):
        return x @ A @ x

    def symmetric(x, A):
        dx = 2 * A @ x
        return dx

    assert chainrule.check_backward(symmetric, quadratic, (RNG.normal(size=4), A)).ok
    check = chainrule.check_backward(symmetric, quadratic, (RNG.normal(size=4), RNG.normal(size=(4, 4))))
    assert not check.ok

    def dropout(x, mask):
        return np.sum((x * mask) ** 2)

    def kept(x, mask):
        return 2 * x * mask**2, None

    assert chainrule.check_backward(kept, dropout, (X, (X > 0) / 0.5)).ok


def test_both_sides_of_a_kink_are_seen() -> None:
    def forward(x):
        return np.sum(np.maximum(x, 0) ** 2 + np.maximum(x, 0))

    def backward(x):
        return 2 * x + 1

    check = chainrule.check_backward(backward, forward, (np.array([1.0, 2.0, -0.5]),))
    assert not check.ok
    only_right = chainrule.check_backward(lambda x: 2 * x * (x > 0) + (x > 0), forward, (np.array([0.0, 2.0]),))
    assert only_right.ok
    assert "kink" in only_right.notes[0]


# Mistakes ------------------------------------------------------------------------------------------------------------
def test_the_denominator_of_softmax() -> None:
    def backward(X, W, Y):
        exps = np.exp(X @ W)
        denom = np.sum(exps, axis=1, keepdims=True)
        dP = -Y / (exps / denom)
        d_denom = -dP * exps / denom**2  # not summed over the classes
        dZ = (dP / denom + d_denom) * exps
        dW = X.T @ dZ
        return dW

    check = chainrule.check_backward(backward, staged, (X, W, Y))
    (finding,) = check.findings
    assert finding.candidates[0].mistake == "M24"
    assert "the sum over the 3 columns (axis 1) is missing in the gradient of denom" in finding.message
    assert finding.formula == "dW equals X^T (Y ⊙ (P - 1)), right is X^T (P - Y)"
    assert finding.formula in check.text()
    assert "WRONG  dW" in check.text()


def wrong(**changes: Callable[..., Any]) -> Callable[..., Any]:
    def backward(dout, X, W, b):
        right = {"dX": dout @ W.T, "dW": X.T @ dout, "db": dout.sum(axis=0)}
        return right | {name: change(dout, X, W, b) for name, change in changes.items()}

    return backward


@pytest.mark.parametrize(
    ("name", "change", "verdict", "said"),
    [
        ("db", lambda dout, X, W, b: dout, "shape", "the sum over the 5 rows (axis 0) is missing"),
        ("db", lambda dout, X, W, b: dout.sum(axis=0, keepdims=True), "shape", "keepdims"),
        ("db", lambda dout, X, W, b: dout.mean(axis=0), "wrong", "a mean over the 5 rows"),
        ("db", lambda dout, X, W, b: dout.sum(), "shape", ""),
        ("dW", lambda dout, X, W, b: dout.T @ X, "shape", "transposed"),
        ("dW", lambda dout, X, W, b: -X.T @ dout, "wrong", "the sign of"),
        ("dW", lambda dout, X, W, b: X.T @ dout / 5, "wrong", "a mean where a sum belongs"),
        ("dW", lambda dout, X, W, b: X.T @ np.ones_like(dout), "wrong", "is missing"),
        ("dW", lambda dout, X, W, b: W, "wrong", "this is W itself"),
        ("dX", lambda dout, X, W, b: 3 * dout @ W.T, "wrong", "times 3"),
        ("dX", lambda dout, X, W, b: dout @ W.T * np.nan, "not finite", "20 of 20"),
        ("dX", lambda dout, X, W, b: np.zeros((2, 2)), "shape", "a gradient has the shape of its argument"),
    ],
)
def test_mistakes_are_named(name: str, change: Callable[..., Any], verdict: str, said: str) -> None:
    check = chainrule.check_backward(wrong(**{name: change}), affine, (X, W, b))
    (finding,) = check.wrong
    assert (finding.label, finding.verdict) == (name, verdict)
    assert said in finding.message, finding.message
    assert name in check.text()
    json.dumps(check.to_dict(), allow_nan=False)


def test_shapes_are_said() -> None:
    check = chainrule.check_backward(wrong(db=lambda dout, X, W, b: dout), affine, (X, W, b))
    assert "db has shape (5, 3), b has shape (3,)" in check.text()


# What is noticed besides ----------------------------------------------------------------------------------------------
def test_changes_in_place_are_noticed() -> None:
    def backward(dout, X, W, b):
        dout *= 2
        W += 1
        return {"db": dout.sum(axis=0) / 2}

    given = W.copy()
    check = chainrule.check_backward(backward, affine, (X, W, b))
    assert check.ok
    assert any("changes W in place" in note for note in check.notes)
    assert any("changes the upstream gradient in place" in note for note in check.notes)
    assert np.array_equal(given, W)


def test_what_backward_raises_is_said_with_its_line() -> None:
    def backward(dout, X, W, b):
        return dout @ W, X.T @ dout, dout.sum(0)

    check = chainrule.check_backward(backward, affine, (X, W, b))
    assert not check.ok
    assert "raised ValueError" in check.problem
    assert "return dout @ W, X.T @ dout, dout.sum(0)" in check.problem
    assert "test_check_backward.py" in check.text()


def test_single_precision_is_judged_as_such() -> None:
    args = tuple(each.astype("float32") for each in (X, W, b))
    assert chainrule.check_backward(upstream_first, affine, args).ok

    def rounded(dout, X, W, b):
        return {"dW": (X.T @ dout).astype("float32")}

    assert chainrule.check_backward(rounded, affine, (X, W, b)).ok


def test_a_right_gradient_at_the_arguments_alone() -> None:
    def backward(x):
        return np.array([2.0, 4.0])

    check = chainrule.check_backward(backward, lambda x: np.sum(x**2), (np.array([1.0, 2.0]),))
    assert not check.ok
    assert "right at the arguments given" in check.findings[0].message


def test_the_upstream_gradient_given_is_used() -> None:
    seen = []

    def backward(dout, X, W, b):
        seen.append(dout.copy())
        return upstream_first(dout, X, W, b)

    assert chainrule.check_backward(backward, affine, (X, W, b), upstream=np.full((5, 3), 2.0)).ok
    assert np.all(seen[0] == 2)
    with pytest.raises(ShapeError, match=r"expected: +that of the output, \(5, 3\)"):
        chainrule.check_backward(backward, affine, (X, W, b), upstream=np.ones(3))


def test_what_cannot_be_matched_is_refused() -> None:
    def too_many(p, q, r, X, W):
        return X

    def unnamed(dout, X, W, b):
        return X.T @ dout, dout.sum()

    with pytest.raises(GradientError, match="upstream gradient"):
        chainrule.check_backward(too_many, affine, (X, W, b))
    with pytest.raises(GradientError, match="2 results of unnamed"):
        chainrule.check_backward(unnamed, affine, (X, W, b))
    with pytest.raises(GradientError, match="which returned nothing"):
        chainrule.check_backward(lambda dout, X, W, b: None, affine, (X, W, b))
    with pytest.raises(GradientError, match="dX, which is str"):
        chainrule.check_backward(lambda dout, X, W, b: ("a", W, b), affine, (X, W, b))
    with pytest.raises(GradientError, match="a dict with the keys"):
        chainrule.check_backward(lambda dout, X, W, b: {"nothing": X}, affine, (X, W, b))
    with pytest.raises(GradientError, match="which raised ValueError"):
        chainrule.check_backward(upstream_first, affine, (X, W.T, b))
    with pytest.raises(GradientError, match="other numbers"):
        chainrule.check_backward(
            lambda x: x, lambda x: np.sum(x * np.random.default_rng().normal(size=2)), (np.ones(2),)
        )


def test_it_is_deterministic() -> None:
    check = wrong(dW=lambda dout, X, W, b: 2 * X.T @ dout)
    first, second = (chainrule.check_backward(check, affine, (X, W, b)) for _ in range(2))
    assert first == second
    assert first.text() == second.text()


def test_an_output_that_does_not_depend_on_an_argument() -> None:
    def forward(x, unused):
        return np.sum(x**2)

    given = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert chainrule.check_backward(lambda x, unused: (2 * x, 0 * unused), forward, given).ok
    check = chainrule.check_backward(lambda x, unused: (2 * x, unused), forward, given)
    assert [each.ok for each in check.findings] == [True, False]
    assert chainrule.check_backward(lambda *args: (2 * args[0], 0 * args[1]), forward, given).ok
    assert chainrule.check_backward(lambda x: [2 * x[0], 2 * x[1]], lambda x: np.sum(x**2), given[:1]).ok
