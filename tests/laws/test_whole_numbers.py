"""Functions of whole numbers: NumPy's values on recorded values, eagerly and under jit, and no derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.errors import DTypeError

A = np.array([6, 12, 35, -4])
B = np.array([4, 18, 2, 3])

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in ("gcd", "lcm", "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift")},
    "right_shift": np.right_shift,
    "invert": lambda x, y: np.invert(x) + 0 * y,
    "bitwise_count": lambda x, y: np.bitwise_count(x) + 0 * y,
    "operators": lambda x, y: ((x & y) | (x ^ 5)) + (x << 2) + (x >> 1) + ~y + (3 & x) + (3 | x) + (3 ^ x),
    "shifts of a number": lambda x, y: (1 << y) + (1024 >> y),
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_values_are_numpys(name: str) -> None:
    function = FUNCTIONS[name]
    expected = function(A, B)
    answers: list[Any] = []

    def ask(x: Any) -> Any:
        places = (x * 0).astype(int)
        answers.append(chainrule.value(function(places + A, places + B)))
        return np.sum(x)

    chainrule.grad(ask)(np.ones(4))
    for found in (answers[0], chainrule.jit(function)(A, B)):
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype


def test_conditions_are_combined_by_the_same_signs() -> None:
    x = np.array([0.3, -0.7, 1.2])

    def function(x: Any) -> Any:
        return np.where(((x > 0) ^ (x > 1)) | np.logical_xor(x < 0, x > 2), x * x, 0.0)

    np.testing.assert_array_equal(chainrule.vjp(function, x)[0], function(x))
    np.testing.assert_array_equal(chainrule.grad(lambda x: np.sum(function(x)))(x), [0.6, -1.4, 0.0])


@pytest.mark.parametrize("name", ["bitwise_and", "bitwise_xor", "left_shift", "gcd"])
def test_floats_are_refused(name: str) -> None:
    with pytest.raises(DTypeError, match=f"{name} of dtype float64"):
        chainrule.grad(lambda x: np.sum(getattr(np, name)(x, x)))(np.ones(3))
