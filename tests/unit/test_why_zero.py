"""`why_zero`: the factor that lets nothing through, its line, and the sizes of all others."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import custom_vjp, relu, sigmoid, softmax, stop_gradient, why_zero
from chainrule.errors import UnknownNameError


def skip_connection(w_0: Any, w_1: Any, w_2: Any, w_3: Any) -> Any:
    z_0 = w_0 * -2.0
    h_0 = relu(z_0)
    z_1 = w_1 * h_0
    h_1 = relu(z_1)
    z_2 = w_2 * h_1 + w_3 * h_0
    return (z_2 - 5.0) ** 2 / 2


def test_a_network_in_which_everything_is_off() -> None:
    """x = -2, w = (1.5, -0.5, 2, 1): h_0 = 0 kills w_1 and w_3, relu'(z_0) = 0 kills w_0, h_1 = 0 kills w_2."""
    report = why_zero(skip_connection)(1.5, -0.5, 2.0, 1.0)
    assert all(each.is_zero for each in report.gradients)
    why = {each.variable: " | ".join(f"{k.step}: {k.why}" for k in each.killers) for each in report.gradients}
    assert "relu(z_0): it is off" in why["w_0"]
    assert "w_1 * h_0: h_0 = 0 kills it" in why["w_1"]
    assert "z_1 = 0 sits on the kink" in why["w_1"]
    assert "w_2 * h_1: h_1 = 0 kills it" in why["w_2"]
    assert "w_3 * h_0: h_0 = 0 kills it" in why["w_3"]
    assert report.gradients[0].killers[0].line is not None
    assert report.gradients[0].killers[0].line.source == "h_0 = relu(z_0)"


def chain(x: Any, layers: int = 20) -> Any:
    h = x
    for _ in range(layers):
        h = sigmoid(h)
    return h


def test_the_flow_down_twenty_sigmoids() -> None:
    """The slope of a sigmoid s is s (1 - s); the product of twenty of them is under 1e-6 from the layer found here."""
    values = [0.5]
    for _ in range(20):
        values.append(1 / (1 + math.exp(-values[-1])))
    slopes = [s * (1 - s) for s in reversed(values[1:])]
    flow = why_zero(chain)(0.5).flow()
    np.testing.assert_allclose([layer.local for layer in flow.layers], slopes, rtol=1e-12)
    np.testing.assert_allclose([layer.downstream for layer in flow.layers], np.cumprod(slopes), rtol=1e-12)
    assert flow.product == pytest.approx(math.prod(slopes), rel=1e-12)
    first = int(np.argmax(np.cumprod(slopes) < 1e-6))
    assert flow.vanished == flow.layers[first].name == f"h_{20 - first}"
    assert "vanishing: below h_" in flow.text()
    rows = flow.text().splitlines()[:21]
    assert len({len(row) for row in rows}) == 1  # aligned


def test_growth_is_named() -> None:
    def grow(x: Any) -> Any:
        for _ in range(10):
            x = x * 5.0
        return x

    flow = why_zero(grow)(1.0).flow("x")
    assert flow.product == pytest.approx(5.0**10)
    assert flow.exploded is not None
    assert "exploding" in str(flow)


ZERO: dict[str, tuple[Callable[..., Any], tuple[Any, ...], str, str]] = {
    "relu": (lambda x: relu(x) * 2, (-1.0,), "relu", "it is off: x <= 0"),
    "a factor": (lambda x, y: x * y, (1.0, 0.0), "mul", "y = 0 kills it"),
    "weights of zeros": (lambda x: np.sum(np.zeros((2, 3)) @ x), (np.ones(3),), "matmul", "is all 0"),
    "where": (lambda x: np.sum(np.where(x > 0, x, 3.0)), (np.array([-1.0, -2.0]),), "where", "the other branch"),
    "clip": (lambda x: np.clip(x, 0.0, 1.0), (7.0,), "minimum", "above the bound 1"),
    "maximum": (lambda x: np.maximum(x, 4.0), (1.0,), "maximum", "below the bound 4"),
    "tanh": (lambda x: np.tanh(40 * x), (50.0,), "tanh", "saturated"),
    "sigmoid": (lambda x: sigmoid(x), (-1000.0,), "sigmoid", "saturated"),
    "softmax": (lambda x: softmax(x)[0], (np.array([0.0, 1000.0]),), "softmax", "saturated"),
    "a square": (lambda x: x**2, (0.0,), "square", "x = 0"),
    "underflow": (lambda x: np.exp(-1000 - x), (0.0,), "exp", "underflows"),
    "a product that underflows": (lambda x: 1e-200 * (1e-200 * x), (1.0,), "mul", "underflows"),
    "an entry not read": (lambda x: x[1], (np.zeros(2),), "index", "not read"),
    "stop_gradient": (lambda x: stop_gradient(x) + 0.0, (1.0,), "stop_gradient", "cut on purpose"),
    "rounding": (lambda x: np.round(x) * 2, (1.0,), "rint", "a step"),
    "a cast": (lambda x: x.astype(int).astype(float) * 2, (1.5,), "cast", "a cast to int64"),
    "argmax": (lambda x: np.argmax(x) * 1.0, (np.ones(3),), "argmax", "whole number"),
    "a comparison": (lambda x: np.sum(np.where(x > 0, 1.0, 2.0)), (np.ones(3),), "greater", "comparison"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ZERO))
def test_what_kills(name: str) -> None:
    function, args, op, why = ZERO[name]
    found = why_zero(function, 0)(*args).gradients[0]
    assert found.zeros, str(found)
    assert any(killer.op == op and why in killer.why for killer in found.killers), str(found)
    assert "first killed by" in str(found)


def test_what_is_not_used_or_taken_out() -> None:
    assert "does not use it" in why_zero(lambda x, y: x * 2, "y")(1.0, 2.0).gradients[0].why
    assert "taken out" in why_zero(lambda x, y: x * chainrule.value(y), "y")(1.0, 2.0).gradients[0].why
    assert "does not depend on" in why_zero(lambda x, y: (y * 3, x)[1] * 2, "y")(1.0, 2.0).gradients[0].why
    rule = custom_vjp(np.sin)
    rule.defvjp(lambda x: (np.sin(x), x), lambda x, g: (None,))
    assert why_zero(lambda x: rule(x) * 2)(1.0).gradients[0].is_zero


def test_terms_that_cancel() -> None:
    assert "cancel" in why_zero(lambda x: x - x)(1.0).gradients[0].why
    near = why_zero(lambda x: np.sum(softmax(x)))(np.array([0.1, 0.2, 0.4])).gradients[0]
    assert "softmax" in str(near)


def test_a_gradient_that_is_not_zero() -> None:
    found = why_zero(lambda x: np.sum(x * x))(np.array([3.0, 4.0])).gradients[0]
    assert (found.zeros, found.magnitude, found.killers) == (0, 10.0, ())
    assert "is not 0: its size is 10" in found.why


def test_dead_units_are_counted() -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(16, 4))
    parameters = {"W": generator.normal(size=(4, 8)), "b": np.r_[np.full(3, -50.0), np.full(5, 0.1)]}
    report = why_zero(lambda p: np.sum(relu(x @ p["W"] + p["b"]) ** 2), "p.b")(parameters)
    found = report.gradients[0]
    assert (found.variable, found.zeros, found.entries) == ("p['b']", 3, 8)
    (units,) = found.flow.units
    off = x @ parameters["W"] + parameters["b"] <= 0
    assert (units.dead, units.units, units.flat, units.entries) == (3, 8, int(off.sum()), 128)
    assert "3 of 8 units dead" in str(report)


@pytest.mark.parametrize("name", ["p", "p['W']", 'p["W"]', "p.W", "W", 0])
def test_the_names_of_inputs(name: Any) -> None:
    report = why_zero(lambda p, x: p["W"] * x, name)({"W": 1.0}, 2.0)
    assert [each.variable for each in report.gradients] == ["p['W']"]


def test_names_that_are_not_there() -> None:
    with pytest.raises(UnknownNameError, match="an input: x"):
        why_zero(lambda x: x, "weight")(1.0)
    with pytest.raises(UnknownNameError):
        why_zero(lambda x: x)(1.0).flow("y")


def test_a_deep_graph_and_many_paths() -> None:
    def diamonds(x: Any) -> Any:
        for _ in range(60):
            x = x + x
        return x * 0.0

    found = why_zero(diamonds)(1.0).gradients[0]
    assert found.is_zero
    assert found.killers[0].op == "mul"
