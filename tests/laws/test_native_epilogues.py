"""Products that are finished in registers give what the product and the loop behind it give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.executors.native import availability
from chainrule.executors.native.primitives.lowering import lower
from chainrule.executors.native.text import bodies
from chainrule.executors.native.text.looped import Looped
from chainrule.executors.native.text.table import Table

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))
SIZES = ((1, 1, 1), (13, 32, 33), (24, 17, 48), (12, 0, 20))
ENDS: dict[str, Callable[..., Any]] = {
    "down a slope": lambda c, w, b: w - 0.1 * c,
    "a bias and a ramp": lambda c, w, b: np.maximum(c + b, 0.0),
    "a mask": lambda c, w, b: np.where(w > 0.5, c, 0.0),
    "a quotient": lambda c, w, b: -c / (1.0 + w * w),
    "extremes": lambda c, w, b: np.minimum(np.maximum(c, w), np.abs(c) - b),
    "roots": lambda c, w, b: np.sqrt(np.square(c) + 1.0) * b,
    "one number for all": lambda c, w, b: w - b[-1] * c,
    "twice": lambda c, w, b: (-c, c + b),
    "and a sum beside it": lambda c, w, b: (w - c, np.sum(w)),
}  # fmt: skip
KEPT: dict[str, Callable[..., Any]] = {  # where the product is wanted as well, or is read in another order
    "the product itself": lambda c, w, b: (c, c + w),
    "its sum": lambda c, w, b: np.sum(c, axis=0) + 0.0 * w,
    "its exponential": lambda c, w, b: np.exp(c) * w,
    "rows read backwards": lambda c, w, b: c[::-1] + w,
    "a number a row": lambda c, w, b: c * w[:, :1],
    "many arrays": lambda c, w, b: (w - c, w * c, c / 2.0),
    "in another shape": lambda c, w, b: c.reshape(-1) + 1.0,
}  # fmt: skip


def given(sizes: tuple[int, int, int], dtype: Any, order: str) -> tuple[Any, ...]:
    rows, inner, columns = sizes
    random = np.random.default_rng(rows)
    x, y = random.normal(size=(rows, inner)), random.normal(size=(inner, columns))
    found = (x.T.copy().T if "l" in order else x), y, random.normal(size=(rows, columns)), random.normal(size=columns)
    return tuple(each.astype(dtype, order="K") for each in found)


def finishes(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bool:
    graph = chainrule.jit(function).graph(*arguments)
    return any(step.whole is not None and step.writes for step in Looped(lower(graph), Table()).plan.steps)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", [*ENDS, *KEPT])
def test_products_with_an_end(name: str, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [-1])
    end = (ENDS | KEPT)[name]

    def function(x: Any, y: Any, w: Any, b: Any) -> Any:
        return end(x.T @ y if x.shape[0] != w.shape[0] else x @ y, w, b)

    jitted, reference = chainrule.jit(function), chainrule.jit(function, executor="walk")
    for sizes in SIZES:
        arguments = given(sizes, dtype, "")
        if sizes[0] != sizes[1]:
            arguments = (np.ascontiguousarray(arguments[0].T), *arguments[1:])
        found, expected = (chainrule.tree.leaves(each(*arguments)) for each in (jitted, reference))
        for one, other in zip(found, expected, strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_allclose(
                one, other, rtol=1e-4 if dtype is np.float32 else 1e-11, atol=1e-5, err_msg=str(sizes)
            )
    assert finishes(function, given((24, 24, 48), dtype, "")) == (name in ENDS)


def test_infinities_and_nan() -> None:
    """A product with nothing in it is zero, and what is beside it comes through as it does from a loop."""
    x, y = np.ones((40, 12)), np.ones((12, 40))
    x[0, 0], y[0, 1], w = np.inf, np.nan, np.full((40, 40), -0.0)
    w[3] = np.inf
    for name in ("down a slope", "a mask", "a bias and a ramp", "extremes"):
        function = lambda x, y, w, b, end=ENDS[name]: end(x @ y, w, b)  # noqa: E731
        found = chainrule.jit(function)(x, y, w, -np.ones(40))
        np.testing.assert_allclose(found, chainrule.jit(function, executor="walk")(x, y, w, -np.ones(40)), rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("batch", [3, 32])
def test_a_step_of_training_in_place(batch: int, dtype: Any) -> None:
    """Weights go down their slopes in the store of the product, also where they are the arguments themselves."""
    random = np.random.default_rng(batch)
    arrays = [random.normal(size=size).astype(dtype) for size in ((60, 48), (48, 20), (batch, 60), (batch, 20))]
    W, V, x, t = arrays

    def step(weights: Any, rate: Any, x: Any, t: Any) -> Any:
        loss = lambda weights: np.mean((np.tanh(x @ weights[0]) @ weights[1] - t) ** 2)  # noqa: E731
        value, slopes = chainrule.value_and_grad(loss)(weights)
        return value, tuple(w - rate * slope for w, slope in zip(weights, slopes, strict=True))

    assert finishes(step, ((W, V), 0.1, x, t))
    jitted, reference, weights = chainrule.jit(step), chainrule.jit(step, executor="walk"), (W.copy(), V.copy())
    expected = (W, V)
    for _ in range(3):
        value, expected = reference(expected, 0.1, x, t)
        found, _ = jitted(weights, 0.1, x, t, out=(None, weights))
        tolerance = 1e-11 if dtype is np.float64 else 1e-4
        np.testing.assert_allclose(found, value, rtol=tolerance)
        for one, other in zip(weights, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
