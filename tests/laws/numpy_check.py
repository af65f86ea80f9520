"""What every NumPy function on recorded values must hold: NumPy's value and dtype, finite differences, jit as eager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from laws.table import numeric_gradient

import chainrule

Function = Callable[..., Any]


def check(function: Function, arrays: tuple[Any, ...], *, jitted: bool = True) -> None:
    """Value and dtype as in NumPy; each gradient of a weighted sum as by finite differences; the tangent as the
    gradient says; and the same under jit, value and gradient."""
    expected = function(*arrays)
    value = chainrule.vjp(function, *arrays)[0]
    assert (np.shape(value), value.dtype) == (np.shape(expected), expected.dtype)
    np.testing.assert_allclose(value, expected, rtol=2e-15, atol=1e-15)
    upstream = np.cos(np.arange(1.0, expected.size + 1)).reshape(expected.shape)
    places = tuple(range(len(arrays)))

    def loss(*moved: Any) -> Any:
        return np.sum(upstream * function(*moved))

    found = chainrule.grad(loss, places)(*arrays)
    for place, array in enumerate(arrays):

        def moved_loss(moved: Any, place: int = place) -> Any:
            return loss(*arrays[:place], moved, *arrays[place + 1 :])

        assert found[place].shape == np.shape(array)
        np.testing.assert_allclose(found[place], numeric_gradient(moved_loss, array), rtol=1e-8, atol=1e-9)
    check_forward(loss, arrays, found)
    if jitted:
        check_jit(function, loss, arrays, found)


def check_forward(loss: Function, arrays: tuple[Any, ...], found: tuple[Any, ...]) -> None:
    """The tangent along a direction is the gradient times it."""
    directions = tuple(np.sin(np.arange(2.0, np.size(each) + 2)).reshape(np.shape(each))[()] for each in arrays)
    tangent = chainrule.jvp(loss, arrays, directions)[1]
    along = sum(np.sum(gradient * direction) for gradient, direction in zip(found, directions, strict=True))
    np.testing.assert_allclose(tangent, along, rtol=1e-10, atol=1e-11)


def check_jit(function: Function, loss: Function, arrays: tuple[Any, ...], found: tuple[Any, ...]) -> None:
    """What is compiled computes what runs."""
    with np.errstate(all="ignore"):
        eager = chainrule.vjp(function, *arrays)[0]
        value = chainrule.jit(function)(*arrays)
    np.testing.assert_allclose(value, eager, rtol=1e-14, atol=1e-15)
    gradients = chainrule.jit(chainrule.grad(loss, tuple(range(len(arrays)))))(*arrays)
    for gradient, expected in zip(gradients, found, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-13)
