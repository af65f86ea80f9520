"""Convolution: NumPy's two functions, images and batches, their derivatives to second order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient
from messages import refused

import chainrule
from chainrule import ops
from chainrule.errors import DomainError, ShapeError

Function = Callable[..., Any]

RANDOM = np.random.default_rng(3)
LONG, SHORT, FOUR = RANDOM.normal(size=7), RANDOM.normal(size=3), RANDOM.normal(size=4)
IMAGE, WEIGHTS = RANDOM.normal(size=(4, 5)), RANDOM.normal(size=(2, 3))
IMAGES, FILTERS = RANDOM.normal(size=(2, 3, 5, 4)), RANDOM.normal(size=(2, 3, 3, 2))

MODES = ("full", "same", "valid")
NUMPY: dict[str, tuple[Function, tuple[Any, ...]]] = {
    f"{function.__name__} {mode} {len(one)} {len(other)}": (
        lambda a, v, function=function, mode=mode: function(a, v, mode),
        (one, other),
    )
    for function in (np.convolve, np.correlate)
    for mode in MODES
    for one, other in ((LONG, SHORT), (SHORT, LONG), (LONG, FOUR), (FOUR, LONG), (FOUR, FOUR), (SHORT[:1], FOUR))
}
OURS: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "correlate1d": (ops.correlate1d, (SHORT, LONG)),
    "correlate2d": (chainrule.correlate2d, (WEIGHTS, IMAGE)),
    "convolve2d": (ops.convolve2d, (WEIGHTS, IMAGE)),
    "conv2d": (chainrule.conv2d, (IMAGES, FILTERS)),
    "conv2d strided": (lambda x, w: ops.conv2d(x, w, stride=2, padding=(2, 1)), (IMAGES, FILTERS)),
    "conv2d of larger steps": (lambda x, w: ops.conv2d(x, w, stride=(1, 3), padding=1), (IMAGES, FILTERS)),
}
ALL = NUMPY | OURS


def weighted(function: Function) -> Function:
    """A number made of all entries of the result, not linear in them."""

    def total(*arrays: Any) -> Any:
        value = function(*arrays)
        return np.sum(np.cos(np.arange(1.0, value.size + 1)).reshape(value.shape) * value**2)

    return total


@pytest.mark.parametrize("name", sorted(NUMPY))
def test_values_are_numpy_s(name: str) -> None:
    function, arrays = NUMPY[name]
    expected = function(*arrays)
    value = chainrule.vjp(function, *arrays)[0]
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(value, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", sorted(ALL))
def test_gradients_jit_and_both_modes(name: str) -> None:
    function, arrays = ALL[name]
    total = weighted(function)
    found = chainrule.grad(total, (0, 1))(*arrays)
    compiled = chainrule.jit(chainrule.grad(total, (0, 1)))(*arrays)
    for place, array in enumerate(arrays):

        def loss(moved: Any, place: int = place) -> Any:
            return total(*arrays[:place], moved, *arrays[place + 1 :])

        np.testing.assert_allclose(found[place], numeric_gradient(loss, array), rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(compiled[place], found[place], rtol=1e-12, atol=1e-13)
    forward, back = chainrule.jacfwd(function)(*arrays), chainrule.jacrev(function)(*arrays)
    np.testing.assert_allclose(forward, back, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_second_order(name: str) -> None:
    function, (first, second) = ALL[name]
    direction = np.sin(np.arange(first.size)).reshape(first.shape)

    def slope(moved: Any) -> Any:
        return np.sum(chainrule.grad(weighted(function))(first, moved) * direction)

    mixed = chainrule.grad(slope)(second)
    np.testing.assert_allclose(mixed, numeric_gradient(slope, second), rtol=1e-7, atol=1e-8)


def test_images_by_hand() -> None:
    """Every entry as the sum that defines it."""
    stride, padding = (2, 1), (1, 2)
    found = ops.conv2d(IMAGES, FILTERS, stride=stride, padding=padding)
    wide = np.pad(IMAGES, ((0, 0), (0, 0), (1, 1), (2, 2)))
    for n, f, i, j in np.ndindex(found.shape):
        window = wide[n, :, stride[0] * i : stride[0] * i + 3, stride[1] * j : stride[1] * j + 2]
        np.testing.assert_allclose(found[n, f, i, j], np.sum(window * FILTERS[f]), rtol=1e-12, atol=1e-13)
    assert found.shape == (2, 2, 3, 7)


def test_one_channel_is_a_correlation() -> None:
    np.testing.assert_allclose(
        ops.conv2d(IMAGE[None, None], WEIGHTS[None, None])[0, 0], ops.correlate2d(WEIGHTS, IMAGE), rtol=1e-13
    )


def test_gradients_stay_in_the_family() -> None:
    source = chainrule.source(lambda w, x: np.sum(np.correlate(x, w) ** 2), SHORT, LONG, of="gradient")
    assert "np.correlate(" in source
    assert "np.convolve(" in source
    source = chainrule.source(lambda x, w: np.sum(ops.conv2d(x, w, stride=2)), IMAGES, FILTERS, of="gradient")
    assert "chainrule.ops.conv2d_transpose(" in source
    assert "chainrule.ops.conv2d_filters(" in source


def test_dtypes_are_kept() -> None:
    for dtype in ("float16", "float32", "int64"):
        images, filters = np.ones((1, 1, 3, 3), dtype), np.ones((1, 1, 2, 2), dtype)
        assert ops.conv2d(images, filters).dtype == dtype
        assert ops.correlate2d(filters[0, 0], images[0, 0]).dtype == dtype
    found = chainrule.grad(lambda x: np.sum(ops.conv2d(x, np.ones((1, 1, 2, 2)))))(np.ones((1, 1, 3, 3), "float32"))
    assert found.dtype == "float32"


def test_batch_norm() -> None:
    x = RANDOM.normal(size=(6, 3))
    expected = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5)
    np.testing.assert_allclose(chainrule.batch_norm(x), expected, rtol=1e-12)
    np.testing.assert_allclose(chainrule.batch_norm(x.T, axis=1), expected.T, rtol=1e-12)
    np.testing.assert_array_equal(chainrule.batch_norm(x, epsilon=0.1), chainrule.layer_norm(x, axis=0, epsilon=0.1))
    assert "chainrule.batch_norm(x, epsilon=1e-05)" in chainrule.source(lambda x: chainrule.batch_norm(x), x)
    assert "axis=1" in chainrule.source(lambda x: chainrule.batch_norm(x, axis=1), x)


# What is refused ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda x: np.convolve(x, x), ["convolve", "(2, 3)", "vectors"]),
        (lambda x: np.correlate(x[0], x), ["correlate", "(3,)", "(2, 3)"]),
        (lambda x: np.convolve(x[0], x[0][:0]), ["convolve", "(0,)"]),
        (lambda x: ops.correlate1d(x[0], np.ones(2)), ["correlate1d", "(3,)", "(2,)", "exchange"]),
        (lambda x: ops.correlate2d(np.ones((3, 3)), x), ["correlate2d", "(3, 3)", "(2, 3)"]),
        (lambda x: ops.correlate2d(x[0], x), ["correlate2d", "(3,)", "matrices"]),
        (lambda x: ops.conv2d(x, x), ["conv2d", "(2, 3)", "four axes"]),
        (lambda x: ops.conv2d(x[None, None], np.ones((1, 2, 1, 1))), ["(1, 1, 2, 3)", "(1, 2, 1, 1)", "channel"]),
        (lambda x: ops.conv2d(x[None, None], np.ones((1, 1, 3, 3))), ["(1, 1, 3, 3)", "padding="]),
        (lambda x: ops.conv2d(x[None, None], x[None, None], stride=0), ["stride 0", "from 1 up"]),
        (lambda x: ops.conv2d(x[None, None], x[None, None], padding=(1, 2, 3)), ["padding (1, 2, 3)"]),
        (lambda x: ops.conv2d(x[None, None], x[None, None], padding=0.5), ["padding 0.5"]),
    ],
)
def test_shapes_that_do_not_fit(call: Function, names: list[str]) -> None:
    refused(ShapeError, lambda: chainrule.grad(lambda x: np.sum(call(x)))(WEIGHTS), *names)


def test_modes_that_numpy_does_not_have() -> None:
    refused(DomainError, lambda: chainrule.grad(lambda x: ops.convolve(x, x, "edge")[0])(SHORT), "'edge'", "np.pad")
    refused(DomainError, lambda: ops.correlate(SHORT, SHORT, 7), "7", "'full'")
