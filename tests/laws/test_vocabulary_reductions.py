"""NumPy's reductions with all their arguments, on recorded values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.numpy_check import Function, check

import chainrule
from chainrule.errors import DomainError, ShapeError

V = np.array([0.3, -0.7, 1.2, 0.5])
M = np.array([[0.2, -1.1, 0.7], [1.3, 0.4, -0.6]])
T = np.linspace(-1.03, 1.31, 24).reshape(2, 3, 4)
KEPT = M > -0.9

REDUCTIONS: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "sum where": (lambda x: np.sum(x, axis=1, where=KEPT), (M,)),
    "sum initial": (lambda x, start: np.sum(x, initial=start), (M, np.array(0.7))),
    "sum all": (lambda x: x.sum((0, 2), np.float64, None, True, 0.5, x > 0), (T,)),
    "sum of a recorded mask": (lambda x: np.sum(x * x, where=x > 0), (M,)),
    "prod where": (lambda x: np.prod(x, axis=0, where=KEPT, initial=2.0), (M,)),
    "mean where": (lambda x: np.mean(x, axis=1, where=KEPT), (M,)),
    "mean dtype": (lambda x: x.mean(0, np.float64), (M,)),
    "max initial": (lambda x: np.max(x, axis=1, initial=0.5), (M,)),
    "max where": (lambda x: np.max(x, axis=1, initial=-9.0, where=KEPT), (M,)),
    "min where": (lambda x: x.min(1, initial=9.0, where=KEPT), (M,)),
    "var where": (lambda x: np.var(x, axis=1, where=KEPT, ddof=1), (M,)),
    "var mean": (lambda x, m: np.var(x, axis=1, mean=m), (M, np.array([[0.1], [0.2]]))),
    "var correction": (lambda x: np.var(x, correction=1.5), (M,)),
    "std where": (lambda x: x.std(0, where=KEPT), (M,)),
    "std mean": (lambda x: np.std(x, axis=1, keepdims=True, mean=np.ones((2, 1))), (M,)),
    "ptp": (lambda x: np.ptp(x, axis=1), (M,)),
    "ptp of all": (lambda x: np.ptp(x, keepdims=True), (M,)),
    "average axes": (lambda x, w: np.average(x, axis=(0, 2), weights=w), (T, T[:, 0] + 2.5)),
    "average keepdims": (lambda x, w: np.average(x, axis=1, weights=w, keepdims=True), (M, np.array([0.5, 1.0, 2.0]))),
    "average returned": (lambda x, w: np.multiply(*np.average(x, weights=w, returned=True)), (V, V + 1)),
    "cumsum dtype": (lambda x: np.cumsum(x, axis=0, dtype=np.float64), (M,)),
    "cumprod method": (lambda x: x.cumprod(1), (M,)),
    "cumulative_sum": (lambda x: np.cumulative_sum(x, axis=1, include_initial=True), (M,)),
    "cumulative_prod": (lambda x: np.cumulative_prod(x, include_initial=True), (V,)),
    "trace dtype": (lambda x: np.trace(x, 0, 1, 2, dtype=np.float64), (T,)),
    "count_nonzero": (lambda x: x * np.count_nonzero(x > 0, axis=1, keepdims=True), (M,)),
    "any where": (lambda x: x * np.any(x > 1, axis=1, where=KEPT, keepdims=True), (M,)),
    "argmax keepdims": (lambda x: x * np.argmax(x, axis=1, keepdims=True), (M,)),
}


@pytest.mark.parametrize("name", sorted(REDUCTIONS))
def test_values_and_gradients(name: str) -> None:
    check(*REDUCTIONS[name])


def test_an_entry_that_is_left_out_sends_nothing() -> None:
    x = np.array([0.0, 2.0])
    found = chainrule.grad(lambda x: np.sum(np.log(x), where=x > 0))
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(found(x), [0.0, 0.5])


def test_the_dtype_of_a_sum_reaches_the_gradient_as_that_of_the_input() -> None:
    x = np.ones(3, np.float32)
    assert chainrule.vjp(lambda x: np.sum(x, dtype=np.float64), x)[0].dtype == np.float64
    assert chainrule.grad(lambda x: np.sum(x, dtype=np.float64))(x).dtype == np.float32


def test_what_is_computed_of_nothing() -> None:
    empty = np.ones((0, 3))
    np.testing.assert_array_equal(
        chainrule.grad(lambda x: np.sum(x) + np.prod(x) + np.max(x, initial=1.0))(empty), empty
    )
    with pytest.raises(ShapeError, match="no entries"):
        chainrule.grad(lambda x: np.max(x))(empty)
    with pytest.raises(ShapeError, match="no entries"):
        chainrule.grad(lambda x: np.argmax(x) * np.sum(x))(empty)
    with pytest.warns(RuntimeWarning):
        assert np.isnan(chainrule.value_and_grad(lambda x: np.mean(x))(empty)[0])


def test_weights_of_nothing() -> None:
    with pytest.raises(DomainError, match="sum is 0"):
        chainrule.grad(lambda w: np.average(V, weights=w))(np.zeros(4))


def test_a_mask_must_fit() -> None:
    with pytest.raises(ShapeError, match="where="):
        chainrule.grad(lambda x: np.sum(x, where=np.ones((2, 3), bool)))(np.ones(3))
    with pytest.raises(ShapeError, match="initial="):
        chainrule.grad(lambda x: np.max(x, where=[True, False, True]))(np.ones(3))


@pytest.mark.parametrize("count", [3, 6, 7])
def test_equal_values_have_no_deviation(count: int) -> None:
    for x in (np.full(count, 0.1), np.full(count, 1e8 + 0.1), np.full((2, count), 0.1)):
        np.testing.assert_array_equal(chainrule.grad(lambda x: np.sum(np.std(x, axis=-1)))(x), np.zeros(x.shape))
        assert np.all(chainrule.vjp(lambda x: x.std(-1), x)[0] == 0)


def test_equal_values_that_are_left_have_no_spread() -> None:
    x = np.full(4, 0.1)
    np.testing.assert_array_equal(chainrule.grad(lambda x: np.var(x, where=[True, True, True, False]))(x), np.zeros(4))
    np.testing.assert_array_equal(chainrule.grad(lambda x: np.std(x, where=[True, True, True, False]))(x), np.zeros(4))
