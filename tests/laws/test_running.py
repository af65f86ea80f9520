"""What runs along an axis in machine code is what NumPy's accumulate gives, digit for digit, along every axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule
from chainrule.executors.native import availability
from chainrule.executors.native.text import bodies
from chainrule.ops import recur

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))
FUNCTIONS = {
    "cumsum": np.cumsum, "cumprod": np.cumprod, "maximum": np.maximum.accumulate, "minimum": np.minimum.accumulate,
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=3), st.integers(0, 2), st.sampled_from(sorted(FUNCTIONS)),
    st.sampled_from([np.float64, np.float32, np.int64, np.bool_]), st.sampled_from([10**8, -1]), st.integers(0, 99),
)  # fmt: skip
def test_running(shape: list[int], axis: int, name: str, dtype: Any, limit: int, seed: int) -> None:
    if dtype is np.bool_ and name not in ("cumsum", "cumprod"):
        dtype = np.int64
    random, axis = np.random.default_rng(seed), axis % len(shape)
    x = (random.standard_normal(shape) * 3).astype(dtype)
    if x.dtype.kind == "f" and x.size:
        x.flat[seed % x.size] = (np.nan, np.inf, -0.0, 0.0)[seed % 4]
    before, bodies.LIMIT[0] = bodies.LIMIT[0], limit
    try:
        with np.errstate(all="ignore"):
            found = chainrule.jit(lambda x: FUNCTIONS[name](x, axis=axis))(x)
            expected = FUNCTIONS[name](x, axis=axis)
    finally:
        bodies.LIMIT[0] = before
    assert found.dtype == expected.dtype
    assert np.array_equal(found, expected, equal_nan=x.dtype.kind == "f")


@pytest.mark.parametrize("shape", [(1,), (50,), (700,), (30, 40), (2, 300, 5)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_recurrences_and_gradients(shape: tuple[int, ...], dtype: Any) -> None:
    random = np.random.default_rng(len(shape))
    a, b = (random.uniform(-1.0, 1.0, shape).astype(dtype) for _ in range(2))
    axis = len(shape) // 2

    def loss(a: Any, b: Any) -> Any:
        y = recur(a, b, axis=axis)
        return np.sum(np.cumprod(y * 0.5 + 1, axis=axis)) + np.sum(np.cumsum(y, axis=axis) ** 2) / 1000

    compiled = chainrule.jit(chainrule.value_and_grad(loss, argnums=(0, 1)))
    assert "running" in compiled.llvm(a, b) or np.prod(shape) < 100  # no call of Python
    assert "PyMem" not in compiled.llvm(a, b)
    expected = chainrule.value_and_grad(loss, argnums=(0, 1))(a, b)
    tolerance = 1e-11 if dtype is np.float64 else 2e-4
    for one, other in zip(compiled(a, b)[1], expected[1], strict=True):
        np.testing.assert_allclose(one, other, tolerance, tolerance * max(1.0, float(np.max(np.abs(other)))))
