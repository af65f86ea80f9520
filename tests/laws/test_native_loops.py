"""Loops of a few turns, and sums of a few neighbours: machine code gives what the reference gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.executors.native import availability

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))


def same(function: Any, *arrays: Any) -> None:
    """Exactly: nothing here is rounded in another order."""
    with np.errstate(all="ignore"):
        results, others = (chainrule.jit(function, executor=each)(*arrays) for each in ("native", "walk"))
    for found, expected in zip(results, others, strict=True):
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        assert np.array_equal(found, expected, equal_nan=True)


def drawn(shape: tuple[int, ...], dtype: Any) -> Any:
    """Whole numbers, so that sums are exact, and a few of what is none."""
    random = np.random.default_rng(len(shape))
    found = random.integers(-3, 4, shape).astype(dtype)
    found.reshape(-1)[random.integers(0, found.size, 3)] = [np.nan, np.inf, -0.0]
    return found


@pytest.mark.parametrize("size", [1, 3, 7, 14, 25, 31, 33])
def test_rows_of_any_length(size: int) -> None:
    for dtype in (np.float64, np.float32):
        x, y = drawn((90, size), dtype), drawn((90, 1), dtype)
        same(
            lambda x, y: (
                np.maximum(x * 2 - y, -x[:, ::-1]),
                np.where(np.transpose(x) > 0, 1, np.transpose(x)),
                np.where(x > 3, np.tan(x), np.repeat(x, 2, 1).reshape(90, size, 2).max(-1)),
            ),
            x,
            y,
        )


@pytest.mark.parametrize("few", [1, 2, 4, 5])
@pytest.mark.parametrize("name", ["sum", "max", "min", "prod"])
def test_a_few_neighbours_taken_together(name: str, few: int) -> None:
    take = getattr(np, name)
    x, y = drawn((40, 6, few), np.float32), drawn((40, 1, few), np.float32)

    def taken(x: Any, y: Any) -> tuple[Any, ...]:
        pairs = np.reshape(x, (120, 2, few))
        return (take(x - y, axis=-1, keepdims=True), take(np.reshape(x, (80, 3, few)), axis=(0, 2)),
                x * take(pairs, axis=(1, 2)).max(), take(pairs[:, :1] > 0, axis=-1))  # fmt: skip

    same(taken, x, y)


@pytest.mark.parametrize("shape", [(3, 14, 2, 14, 2), (2, 5, 2, 9, 2), (4, 30, 4), (2, 3, 2, 2), (70, 2, 2, 1)])
def test_blocks_of_a_matrix(shape: tuple[int, ...]) -> None:
    x = drawn(shape, np.float64)
    axes = tuple(range(2, len(shape), 2))
    same(lambda x: (np.where(x == np.max(x, axis=axes, keepdims=True), x, 0),), x)


def test_results_that_lie_where_an_argument_lies() -> None:
    """An entry is computed once, where it is written over what it is computed from."""
    x, y = np.arange(90.0 * 28).reshape(90, 28), np.ones((90, 1))
    expected = x * 2 + y
    chainrule.jit(lambda x, y: x * 2 + y)(x, y, out=x)
    assert np.array_equal(x, expected)
