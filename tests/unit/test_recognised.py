"""Naive forms of stable functions: the value and the gradient in every mode, where what is written overflows.

What is expected is mathematics: the stable formula, computed with NumPy and SciPy in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import scipy.special

import chainrule
from chainrule import grad, jit, jvp, ops, value_and_grad, vjp

exp, log = np.exp, np.log
softplus, expit = scipy.special.softplus, scipy.special.expit


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def logcosh(x: float) -> float:
    return float(abs(x) + np.log1p(exp(-2 * abs(x))) - log(2.0))


Function = Callable[[Any], Any]
FORMS: dict[str, tuple[Function, Function, Function]] = {
    "log(1 + exp(x))": (lambda x: log(1 + exp(x)), softplus, expit),
    "log(exp(x) + 1.0)": (lambda x: log(exp(x) + 1.0), softplus, expit),
    "log(1 + exp(-x))": (lambda x: log(1 + exp(-x)), lambda x: softplus(-x), lambda x: -expit(-x)),
    "log1p(exp(x))": (lambda x: np.log1p(exp(x)), softplus, expit),
    "log(sigmoid(x))": (lambda x: log(chainrule.sigmoid(x)), lambda x: -softplus(-x), lambda x: expit(-x)),
    "log(1/(1 + exp(-x)))": (lambda x: log(1 / (1 + exp(-x))), lambda x: -softplus(-x), lambda x: expit(-x)),
    "log(1 - 1/(1 + exp(-x)))": (lambda x: log(1 - 1 / (1 + exp(-x))), lambda x: -softplus(x), lambda x: -expit(x)),
    "1/(1 + exp(-x))": (lambda x: 1 / (1 + exp(-x)), expit, lambda x: expit(x) * expit(-x)),
    "1/(1 + exp(x))": (lambda x: 1.0 / (exp(x) + 1), lambda x: expit(-x), lambda x: -expit(x) * expit(-x)),
    "exp(x)/(1 + exp(x))": (lambda x: exp(x) / (1 + exp(x)), expit, lambda x: expit(x) * expit(-x)),
    "(1 + exp(-x))**-1": (lambda x: (1 + exp(-x)) ** -1, expit, lambda x: expit(x) * expit(-x)),
    "reciprocal(1 + exp(-x))": (lambda x: np.reciprocal(1 + exp(-x)), expit, lambda x: expit(x) * expit(-x)),
    "tanh by exp": (lambda x: (exp(x) - exp(-x)) / (exp(x) + exp(-x)), np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "tanh by exp(2x)": (lambda x: (exp(2 * x) - 1) / (exp(2 * x) + 1), np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "log(cosh(x))": (lambda x: log(np.cosh(x)), logcosh, np.tanh),
    "log((exp(x) + exp(-x))/2)": (lambda x: log((exp(x) + exp(-x)) / 2), logcosh, np.tanh),
    "sqrt(x**2)": (lambda x: np.sqrt(x**2), abs, np.sign),
    "sqrt(x*x)": (lambda x: np.sqrt(x * x), abs, np.sign),
    "log(exp(x))": (lambda x: log(exp(x)), lambda x: x, lambda x: 1.0),
}  # fmt: skip
FAR = {np.float64: (-1e4, -800.0, -1.0, 0.0, 0.5, 40.0, 800.0, 1e4), np.float32: (-1e4, -100.0, 0.5, 100.0, 1e4)}


@pytest.mark.parametrize("dtype", FAR)
@pytest.mark.parametrize("name", FORMS)
def test_a_naive_form_is_as_good_as_the_stable_one(name: str, dtype: Any) -> None:
    written, value, slope = FORMS[name]
    for point in FAR[dtype]:
        x, one = dtype(point), dtype(1.0)
        expected = [value(point), slope(point), slope(point), slope(point), value(point), slope(point)]
        found = [
            *value_and_grad(written)(x), jvp(written, (x,), (one,))[1], vjp(written, x)[1](one)[0],
            *jit(value_and_grad(written))(x),
        ]  # fmt: skip
        assert {each.dtype for each in found} == {np.dtype(dtype)}
        np.testing.assert_allclose(found, expected, rtol=1e-13 if dtype is np.float64 else 1e-6, atol=1e-15)
        assert np.isfinite(grad(grad(written))(x))


W = np.arange(12.0).reshape(3, 4)
PLACES = (np.arange(3), np.array([0, 2, 1]))


def normalised(x: Any, axis: int | None, bring_back: Function = lambda total: total) -> Any:
    raised = exp(x)
    return raised / bring_back(np.sum(raised, axis=axis))


ROWS: dict[str, tuple[Function, Function]] = {
    "log(sum(exp(x)))": (lambda x: log(np.sum(exp(x))), lambda x: chainrule.logsumexp(x)),
    "rows": (lambda x: np.sum(log(np.sum(exp(x), axis=1, keepdims=True))), lambda x: np.sum(ops.logsumexp(x, 1))),
    "method": (lambda x: np.sum(log(exp(x).sum(0))), lambda x: np.sum(ops.logsumexp(x, 0))),
    "log(mean(exp(x)))": (lambda x: log(np.mean(exp(x))), lambda x: ops.logsumexp(x) - log(12.0)),
    "log(sum(exp(x))/n)": (lambda x: log(np.sum(exp(x)) / 12), lambda x: ops.logsumexp(x) - log(12.0)),
    "softmax of rows": (
        lambda x: np.sum(W * normalised(x, 1, lambda total: total[:, None])), lambda x: np.sum(W * ops.softmax(x))
    ),
    "softmax, reshaped": (
        lambda x: np.sum(W * normalised(x, 1, lambda total: total.reshape(-1, 1))), lambda x: np.sum(W * ops.softmax(x))
    ),
    "softmax of columns": (lambda x: np.sum(W * normalised(x, 0)), lambda x: np.sum(W * ops.softmax(x, 0))),
    "softmax of all": (
        lambda x: np.sum(W * normalised(x, None)), lambda x: np.sum(W.ravel() * ops.softmax(x.ravel()))
    ),
    "its logarithm": (
        lambda x: np.sum(W * log(normalised(x, 1, lambda total: total[:, None]))),
        lambda x: np.sum(W * ops.log_softmax(x)),
    ),
    "log(softmax(x))": (lambda x: np.sum(W * log(ops.softmax(x))), lambda x: np.sum(W * ops.log_softmax(x))),
    "cross entropy by index": (
        lambda x: -np.mean(log(ops.softmax(x)[PLACES])), lambda x: -np.mean(ops.log_softmax(x)[PLACES])
    ),
    "one probability": (
        lambda x: -log(exp(x[0, 1]) / np.sum(exp(x[0]))), lambda x: ops.logsumexp(x[0]) - x[0, 1]
    ),
    "binary cross entropy": (
        lambda x: (lambda p: -np.mean(0.3 * log(p) + 0.7 * log(1 - p)))(1 / (1 + exp(-x))),
        lambda x: -np.mean(0.3 * ops.log_sigmoid(x) + 0.7 * ops.log_sigmoid(-x)),
    ),
    "weighted": (
        lambda x: log(np.sum((1 + W) * exp(x) / 3.0)), lambda x: ops.logsumexp(x + log(1 + W)) - log(3.0)
    ),
    "weighted mean": (
        lambda x: np.sum(log(np.mean(exp(x) * (1 + W), axis=1))),
        lambda x: np.sum(ops.logsumexp(x + log(1 + W), 1)) - 3 * log(4.0),
    ),
    "a density": (
        lambda x: np.sum(log(exp(-0.5 * x**2) / np.sqrt(2 * np.pi))),
        lambda x: np.sum(-0.5 * x**2) - 6 * log(2 * np.pi),
    ),
    "likelihood of all": (lambda x: log(np.prod(ops.sigmoid(x))), lambda x: np.sum(ops.log_sigmoid(x))),
    "odds": (
        lambda x: np.sum(log(0.5 * exp(x) * ops.sigmoid(-x) ** 2)),
        lambda x: np.sum(x + 2 * ops.log_sigmoid(-x) + log(0.5)),
    ),
    "three terms": (
        lambda x: np.sum(log(exp(x) + exp(2 * x) + 3)),
        lambda x: np.sum(np.logaddexp(np.logaddexp(x, 2 * x), log(3.0))),
    ),
}  # fmt: skip


@pytest.mark.parametrize("size", [1.0, 800.0, 1e4])
@pytest.mark.parametrize("name", ROWS)
def test_rows_too(name: str, size: float) -> None:
    written, stable = ROWS[name]
    x = size * np.random.default_rng(3).normal(size=(3, 4))
    value, gradient = value_and_grad(stable)(x)
    for found_value, found in (value_and_grad(written)(x), jit(value_and_grad(written))(x)):
        np.testing.assert_allclose(found_value, value, rtol=1e-13)
        np.testing.assert_allclose(found, gradient, rtol=1e-12, atol=1e-14)
    assert np.isfinite(found).all()


def test_what_only_looks_like_a_softmax_is_not_one() -> None:
    x = np.array([[0.1, 0.7, -0.3], [0.5, 0.2, 0.9], [-0.4, 0.6, 0.3]])

    def wrong_axis(x: Any) -> Any:
        raised = exp(x)
        return np.sum((raised / np.sum(raised, axis=1))[0])

    assert chainrule.check_grads(wrong_axis, (x,))
    assert value_and_grad(wrong_axis)(x)[0] == pytest.approx(wrong_axis(x), rel=1e-14)
    assert chainrule.check_grads(lambda x: np.sum(log(2 - exp(x) / 4)), (x,))
    assert chainrule.check_grads(lambda x: np.sum((exp(x) - 2) / (exp(x) + 2)), (x,))
    assert chainrule.check_grads(lambda x: np.sum(log(exp(x) + x**2)), (x,))
    assert chainrule.check_grads(lambda x: log(np.sum(x * exp(x) + 2)), (x,))
    assert chainrule.check_grads(lambda x: log(np.sum((x + 1) * exp(x))), (x,))
    assert chainrule.check_grads(lambda x: log(np.prod(2 + x)), (x,))
    assert chainrule.check_grads(lambda x: np.sum(log((2 + x) ** 2 * exp(x))), (x,))
    assert chainrule.check_grads(lambda x: np.sum(W[:, :3] * exp(x)[::-1] / np.sum(exp(x), axis=0)), (x,))


def test_an_explanation_keeps_the_steps_that_were_written_where_they_come_to_the_same() -> None:
    def loss(x: Any) -> Any:
        return log(1 + exp(x))

    assert chainrule.explain(loss)(2.0).order == ["x", "q", "r", "loss"]
    far = chainrule.explain(loss)(1000.0)
    assert far.order == ["x", "loss"]
    assert far.gradients == {"x": grad(loss)(1000.0)}
    assert "loss: the form that was written overflows or cancels at these values" in far.text()
    assert "overflows" not in chainrule.explain(loss)(2.0).text()
    assert "log(1 + exp(x)) = softplus(x)" in chainrule.derive(loss, shapes={"x": ()}).text()


def test_where_the_true_answer_is_not_known_nothing_is_made_up() -> None:
    assert np.isnan(value_and_grad(lambda p: p * log(p))(0.0)[0])
    assert value_and_grad(lambda p: chainrule.special.xlogy(p, p))(0.0)[0] == 0.0
