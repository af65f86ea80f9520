"""NumPy's functions that work entry by entry, and the methods of its ufuncs, on recorded values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.numpy_check import Function, check

import chainrule

V = np.array([0.3, -0.7, 1.2, 0.5])
P = np.array([0.31, 0.72, 1.23, 0.54])
M = np.array([[0.2, -1.1, 0.7], [1.3, 0.4, -0.6]])

ENTRIES: dict[str, tuple[Function, tuple[Any, ...]]] = {
    **{name: (getattr(np, name), (V,)) for name in ("deg2rad", "rad2deg", "radians", "degrees", "sinc", "spacing")},
    **{name: (getattr(np, name), (V, P)) for name in ("fmax", "fmin", "logaddexp2")},
    "nextafter": (lambda x: np.nextafter(x, 9.0), (V,)),
    "fmod": (lambda x, y: np.fmod(x, y), (5 * V, P)),
    "modf": (lambda x: np.modf(3 * x)[0] + x * np.modf(3 * x)[1], (P,)),
    "frexp": (lambda x: np.frexp(3 * x)[0] * np.frexp(3 * x)[1], (P,)),
    "ldexp": (lambda x: np.ldexp(x, [1, -2, 0, 5]), (V,)),
    "divmod": (lambda x, y: np.divmod(x, y)[1] + x * np.divmod(x, y)[0], (5 * V, P)),
    "divmod of Python": (lambda x: divmod(x, 0.4)[1] + divmod(7.3, x)[1], (P,)),
    "positive": (np.positive, (V,)),
    "questions": (lambda x: np.where(np.signbit(x) | np.isposinf(x) | np.isneginf(x), x, x * x), (V,)),
    "a dtype to compute in": (lambda x: np.multiply(x, x, dtype=np.float64), (V,)),
    "clip by keywords": (lambda x: np.clip(x, min=0.0, max=1.0), (V,)),
    "reduce": (lambda x: np.multiply.reduce(x, axis=1), (M,)),
    "reduce default axis": (lambda x: np.add.reduce(x), (M,)),
    "reduce with more": (lambda x: np.add.reduce(x, axis=1, keepdims=True, initial=2.0, where=M > 0), (M,)),
    "reduce maximum": (lambda x: np.maximum.reduce(x, axis=None), (M,)),
    "reduce logaddexp": (lambda x: np.logaddexp.reduce(x, axis=1), (M,)),
    "reduce logaddexp some": (lambda x: np.logaddexp.reduce(x, initial=0.3, where=M > 0), (M,)),
    "reduce another": (lambda x: np.hypot.reduce(x, axis=1), (M,)),
    "reduce subtract": (lambda x: np.subtract.reduce(x, axis=0, keepdims=True), (M,)),
    "accumulate": (lambda x: np.add.accumulate(x, axis=1), (M,)),
    "accumulate multiply": (lambda x: np.multiply.accumulate(x), (M,)),
    "accumulate maximum": (lambda x: np.maximum.accumulate(x, axis=1), (M,)),
    "accumulate minimum": (lambda x: np.minimum.accumulate(x), (V,)),
    "accumulate logaddexp": (lambda x: np.logaddexp.accumulate(x, axis=1), (M,)),
    "accumulate another": (lambda x: np.subtract.accumulate(x, axis=1), (M,)),
    "outer": (lambda x, y: np.subtract.outer(x, y), (V, M)),
    "outer of a plain array": (lambda x: np.multiply.outer(P, x), (V,)),
    "reduceat": (lambda x: np.add.reduceat(x, [0, 2, 1]), (V,)),
    "reduceat axis": (lambda x: np.maximum.reduceat(x, [0, 2], axis=1), (M,)),
}


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_values_and_gradients(name: str) -> None:
    check(*ENTRIES[name])


def test_what_is_not_a_number_is_left_out_by_fmax() -> None:
    x = np.array([np.nan, 1.0, np.nan])
    y = np.array([2.0, np.nan, np.nan])
    for function in (np.fmax, np.fmin):
        found = chainrule.grad(lambda x, y, f=function: np.sum(f(x, y)[:2] * [3.0, 5.0]), (0, 1))(x, y)
        np.testing.assert_array_equal(found, [[0.0, 5.0, 0.0], [3.0, 0.0, 0.0]])


def test_ties_of_a_running_maximum_share_the_gradient() -> None:
    found = chainrule.grad(lambda x: np.sum(np.maximum.accumulate(x)))(np.array([1.0, 3.0, 3.0, 2.0, 5.0]))
    np.testing.assert_array_equal(found, [1.0, 2.0, 1.0, 0.0, 1.0])  # the fourth total is shared by both threes


def test_a_running_logsumexp_far_from_zero() -> None:
    found = chainrule.grad(lambda x: np.logaddexp.accumulate(x)[-1])(np.array([-np.inf, 1000.0, 1000.0]))
    np.testing.assert_allclose(found, [0.0, 0.5, 0.5], rtol=1e-12)


@pytest.mark.parametrize(("order", "at_zero"), [(1, 0.0), (2, -(np.pi**2) / 3), (3, 0.0), (4, np.pi**4 / 5)])
def test_derivatives_of_sinc_at_zero(order: int, at_zero: float) -> None:
    function: Function = np.sinc  # its series: 1 - (pi x)^2/3! + (pi x)^4/5! - ...
    for _ in range(order):
        function = chainrule.grad(function)
    assert function(0.0) == pytest.approx(at_zero, rel=1e-14, abs=1e-14)
    assert function(1e-9) == pytest.approx(at_zero, rel=1e-7, abs=1e-6)
