"""Convolution and pooling: every entry against the sum it is defined as, and gradients against finite differences."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient

from chainrule import derive, grad, hvp, jit, nn
from chainrule.errors import ShapeError

Array = Any
RANDOM = np.random.default_rng(11)


def defined(x: Array, w: Array, strides: int, before: int, after: int, dilation: int, groups: int) -> Array:
    """y[n, f, i] = sum over c, k of w[f, c, k] x[n, group's channel c, s i + d k - p], one product at a time."""
    x = np.pad(x, ((0, 0), (0, 0), (before, after)))
    places = (x.shape[2] - dilation * (w.shape[2] - 1) - 1) // strides + 1
    y = np.zeros((x.shape[0], w.shape[0], places))
    for n, f, i, c, k in itertools.product(*map(range, (*y.shape, *w.shape[1:]))):
        channel = f // (w.shape[0] // groups) * w.shape[1] + c
        y[n, f, i] += w[f, c, k] * x[n, channel, strides * i + dilation * k]
    return y


MOVES = [
    (strides, padding, dilation, groups)
    for strides in (1, 2, 3) for padding in ((0, 0), (2, 1)) for dilation in (1, 2) for groups in (1, 2)
]  # fmt: skip


@pytest.mark.parametrize(("strides", "padding", "dilation", "groups"), MOVES)
def test_convolutions_are_the_sums_they_are_defined_as(
    strides: int, padding: tuple[int, int], dilation: int, groups: int
) -> None:
    x, w, bias = RANDOM.normal(size=(2, 4, 7)), RANDOM.normal(size=(2, 4 // groups, 3)), RANDOM.normal(size=2)
    moves = {"strides": strides, "dilation": dilation, "groups": groups}
    expected = defined(x, w, strides, *padding, dilation, groups) + bias[:, None]
    np.testing.assert_allclose(nn.conv1d(x, w, bias, padding=[padding], **moves), expected, rtol=1e-12, atol=1e-13)
    flat = nn.conv2d(x[..., None], w[..., None], bias, padding=[padding, 0], **moves)
    np.testing.assert_allclose(flat[..., 0], expected, rtol=1e-12, atol=1e-13)
    deep = nn.conv3d(x[:, :, None, :, None], w[:, :, None, :, None], bias, padding=[0, padding, 0], **moves)
    np.testing.assert_allclose(deep[:, :, 0, :, 0], expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("strides", "padding", "dilation", "groups"), MOVES)
def test_a_transposed_convolution_is_the_transpose(
    strides: int, padding: tuple[int, int], dilation: int, groups: int
) -> None:
    """<conv(x), y> = <x, transpose(y)>, with the output padding that says how long x was."""
    moves: dict[str, Any] = {"strides": strides, "dilation": dilation, "groups": groups, "padding": [padding]}
    x, w = RANDOM.normal(size=(2, 4, 8)), RANDOM.normal(size=(2, 4 // groups, 3))
    ahead = nn.conv1d(x, w, **moves)
    y = RANDOM.normal(size=ahead.shape)
    left = (8 + sum(padding) - dilation * 2 - 1) % strides
    back = nn.conv_transpose1d(y, w, output_padding=left, **moves)
    assert back.shape == x.shape
    np.testing.assert_allclose(np.sum(ahead * y), np.sum(x * back), rtol=1e-11)
    moves |= {"padding": [padding, 0], "output_padding": (left, 0), "strides": (strides, 1)}
    wide = nn.conv_transpose2d(y[..., None], w[..., None], **moves)
    np.testing.assert_allclose(wide[..., 0], back, rtol=1e-11, atol=1e-13)


def test_same_keeps_the_size_and_valid_pads_nothing() -> None:
    x, w = RANDOM.normal(size=(1, 2, 7, 6)), RANDOM.normal(size=(3, 2, 4, 3))
    assert nn.conv2d(x, w, padding="same").shape == (1, 3, 7, 6)
    assert nn.conv2d(x, w, padding="same", strides=2, dilation=2).shape == (1, 3, 4, 3)
    assert nn.conv2d(x, w, padding="VALID").shape == (1, 3, 4, 4)
    assert nn.conv_transpose2d(x, w.transpose(1, 0, 2, 3), padding="same", strides=2).shape == (1, 3, 14, 12)
    assert nn.conv2d(x[:0], w).shape == (0, 3, 4, 4)
    assert not nn.conv2d(x[:, :0], w[:, :0]).any()
    assert grad(lambda x: np.sum(nn.conv2d(x, w[:, :0])))(x[:, :0]).shape == (1, 0, 7, 6)
    odd = nn.conv1d(x[:, :, 0], w[:, :, 0], padding="same")
    np.testing.assert_allclose(odd, nn.conv1d(x[:, :, 0], w[:, :, 0], padding=[(1, 1)]))
    assert nn.conv2d(x.astype(np.float16), w.astype(np.float16)).dtype == np.float16


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "grouped": lambda x, w: nn.conv2d(x, w[:, :2], strides=2, padding="same", groups=2),
    "dilated": lambda x, w: nn.conv2d(x, w, dilation=2, padding=1),
    "transposed": lambda x, w: nn.conv_transpose2d(x, w[:, :1], strides=2, padding=1, groups=2),
    "max": lambda x, w: nn.max_pool2d(x * w[0, 0, 0, 0], 2, 1, padding=1),
    "mean": lambda x, w: nn.avg_pool2d(x * w[0, 0, 0, 0], (2, 3), padding=1, count_include_padding=False),
    "adaptive": lambda x, w: nn.adaptive_avg_pool2d(x * w[0, 0, 0, 0], (3, 2)),
    "global": lambda x, w: nn.global_avg_pool(x) * nn.global_max_pool(x * w[0, 0, 0, 0]),
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_gradients_to_second_order_and_compiled(name: str) -> None:
    def loss(x: Array, w: Array) -> Array:
        y = FUNCTIONS[name](x, w)
        return np.sum(np.sin(np.arange(y.size)).reshape(y.shape) * y**2)

    x, w = RANDOM.normal(size=(1, 4, 4, 5)), RANDOM.normal(size=(4, 4, 2, 2))
    found = grad(loss, (0, 1))(x, w)
    compiled = jit(grad(loss, (0, 1)))(x, w)
    for slot, (gradient, quick) in enumerate(zip(found, compiled, strict=True)):
        np.testing.assert_allclose(quick, gradient, rtol=1e-11, atol=1e-12)

        def moved(each: Array, slot: int = slot) -> Any:
            return loss(*(each if place == slot else array for place, array in enumerate((x, w))))

        np.testing.assert_allclose(gradient, numeric_gradient(moved, (x, w)[slot]), rtol=1e-6, atol=1e-8)
    u, v = RANDOM.normal(size=x.shape), RANDOM.normal(size=w.shape)
    ahead = hvp(loss, (x, w), (u, v))
    step = 1e-6
    above, below = (grad(loss, (0, 1))(x + t * u, w + t * v) for t in (step, -step))
    for column, up, down in zip(ahead, above, below, strict=True):
        np.testing.assert_allclose(column, (up - down) / (2 * step), rtol=1e-5, atol=1e-6)


def test_complex_arrays_are_convolved_and_differentiated() -> None:
    x, w = (RANDOM.normal(size=(2, *shape)) for shape in ((1, 1, 4), (2, 1, 3)))
    x, w = x[0] + 1j * x[1], w[0] + 1j * w[1]

    def loss(x: Array, w: Array) -> Array:
        return np.sum(np.abs(nn.conv1d(x, w, strides=2, padding="same")) ** 2)

    found = grad(loss, (0, 1))(x, w)
    for gradient, array in zip(found, (x, w), strict=True):
        u = RANDOM.normal(size=array.shape) + 1j * RANDOM.normal(size=array.shape)
        moved = [(x + t * u, w) if array is x else (x, w + t * u) for t in (1e-6, -1e-6)]
        slope = (loss(*moved[0]) - loss(*moved[1])) / 2e-6
        np.testing.assert_allclose(np.sum((gradient * u.conj()).real), slope, rtol=1e-7)


def test_a_dilated_convolution_has_closed_formulas() -> None:
    """z_fi = sum_ck w_fck x_c(i+2k): every entry of w meets x two places further on."""
    loss = derive(
        lambda x, w: np.sum(nn.conv1d(x, w, dilation=2, padding=1) ** 2),
        shapes={"x": (2, 3, 7), "w": (4, 3, 2)},
        wrt="w",
    )
    assert "x[k,j,2m+l-3]" in str(loss.index())


def test_ties_under_a_window_share_the_gradient() -> None:
    found = grad(lambda x: np.sum(nn.max_pool2d(x, 2)))(np.array([[1.0, 1.0, 3.0, 0.0], [0.0, 1.0, 3.0, 3.0]]))
    np.testing.assert_allclose(found, [[1 / 3, 1 / 3, 1 / 3, 0], [0, 1 / 3, 1 / 3, 1 / 3]])
    overlapping = grad(lambda x: np.sum(nn.max_pool1d(x, 2, 1)))(np.array([1.0, 5.0, 2.0]))
    np.testing.assert_array_equal(overlapping, [0.0, 2.0, 0.0])
    border = grad(lambda x: np.sum(nn.max_pool1d(x, 3, 1, padding=1)))(np.array([-1.0, -2.0]))
    np.testing.assert_array_equal(border, [2.0, 0.0])


def test_adaptive_windows_overlap_where_they_must() -> None:
    """By hand: 5 entries in 3 parts are [0:2], [1:4], [3:5]."""
    np.testing.assert_allclose(nn.adaptive_avg_pool1d(np.array([0.0, 2.0, 4.0, 6.0, 10.0]), 3), [1.0, 4.0, 8.0])


WRONG: dict[str, tuple[str, Callable[[], Any]]] = {
    "a single image": ("(3, 3)", lambda: nn.conv2d(np.ones((3, 3)), np.ones((1, 1, 2, 2)))),
    "channels": ("4 channels", lambda: nn.conv1d(np.ones((1, 4, 5)), np.ones((2, 3, 2)))),
    "groups": ("3 groups", lambda: nn.conv1d(np.ones((1, 4, 5)), np.ones((2, 4, 2)), groups=3)),
    "too large": ("(2, 1, 6)", lambda: nn.conv1d(np.ones((1, 1, 5)), np.ones((2, 1, 6)))),
    "a word": ("'around'", lambda: nn.conv1d(np.ones((1, 1, 5)), np.ones((2, 1, 2)), padding="around")),
    "stride 0": ("strides=0", lambda: nn.conv1d(np.ones((1, 1, 5)), np.ones((2, 1, 2)), strides=0)),
    "a negative border": ("padding=-1", lambda: nn.conv1d(np.ones((1, 1, 5)), np.ones((2, 1, 2)), padding=-1)),
    "a bias": ("shape (3,)", lambda: nn.conv1d(np.ones((1, 1, 5)), np.ones((2, 1, 2)), np.ones(3))),
    "output padding": ("(1,)", lambda: nn.conv_transpose1d(np.ones((1, 1, 5)), np.ones((1, 1, 2)), output_padding=1)),
    "nothing left": ("size (-1,)", lambda: nn.conv_transpose1d(np.ones((1, 1, 1)), np.ones((1, 1, 1)), padding=1)),
    "a large window": ("(7, 7)", lambda: nn.max_pool2d(np.ones((5, 5)), 7)),
    "a wide border": ("((2, 2),)", lambda: nn.max_pool1d(np.ones(5), 2, padding=2)),
    "a vector": ("(5,)", lambda: nn.avg_pool2d(np.ones(5), 2)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_does_not_fit_is_said(name: str) -> None:
    said, call = WRONG[name]
    with pytest.raises(ShapeError) as caught:
        call()
    assert said in str(caught.value), str(caught.value)
