"""Windows that slide: machine code gives what the reference gives, for any strides, borders, gaps and groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.executors import EXECUTORS
from chainrule.executors.native import availability
from chainrule.executors.native.primitives.lowering import lower
from chainrule.ir.graph import Graph
from chainrule.ir.recording import open_recording
from chainrule.ops import input_node
from chainrule.ops.neural.convolutions import convolution, convolution_filters, convolution_transpose
from chainrule.ops.neural.pooling import collect_largest, max_pool, send_to_largest, spread_over_windows, sum_pool
from chainrule.ops.neural.sliding import Slide

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))
ULPS = {np.dtype(np.float32): 4e-6, np.dtype(np.float64): 1e-14}


def both(function: Any, *arrays: Any, called: bool = False) -> list[tuple[Any, Any]]:
    """Each result by machine code, which calls Python only where that is said, and by the reference."""
    with open_recording(), np.errstate(all="ignore"):
        inputs = tuple(input_node(each.shape, each.dtype) for each in arrays)
        graph = Graph(inputs, function(*inputs))
        assert any(each.kind == "call" for each in lower(graph).order()) == called
        found, expected = (EXECUTORS[name](graph, "f")(*arrays) for name in ("native", "walk"))
    return list(zip(found, expected, strict=True))


def alike(pairs: list[tuple[Any, Any]]) -> None:
    """The same dtypes and shapes, NaN and infinities at the same places, and numbers as near as sums in another order
    come."""
    for found, expected in pairs:
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        finite = np.isfinite(expected)
        assert np.array_equal(finite, np.isfinite(found))
        assert np.array_equal(found[~finite], expected[~finite], equal_nan=True)
        scale = max(1.0, float(np.max(np.abs(expected[finite]), initial=0)))
        assert np.max(np.abs(found[finite] - expected[finite]), initial=0) <= ULPS[expected.dtype] * scale


def setting(random: Any) -> tuple[dict[str, Any], list[tuple[int, ...]]]:
    """How a window moves, and the shapes of images, filters and their convolution."""
    slides = int(random.choice([1, 2, 2, 2, 3]))
    images, groups, kinds, channels = (int(random.integers(1, most)) for most in (6, 4, 18, 5))
    while True:
        size, window, strides, gaps = (
            tuple(random.integers(1, most, slides).tolist()) for most in (18 if slides < 3 else 7, 6, 4, 4)
        )
        padding = tuple(map(tuple, random.integers(0, 5, (slides, 2)).tolist()))
        rest = [length + sum(border) - gap * (wide - 1) - 1
                for length, border, gap, wide in zip(size, padding, gaps, window, strict=True)]  # fmt: skip
        if min(rest) >= 0:
            break
    places = tuple(each // step + 1 for each, step in zip(rest, strides, strict=True))
    lead, kind = ((images, groups), (groups,)) if random.random() < 0.5 else ((images,), ())
    shapes = [(*lead, channels, *size), (*kind, kinds, channels, *window), (*lead, kinds, *places)]
    return {"strides": strides, "padding": padding, "dilation": gaps}, shapes


@pytest.mark.parametrize("seed", range(24))
def test_the_three_readings_of_a_convolution(seed: int) -> None:
    random = np.random.default_rng(seed)
    moves, shapes = setting(random)
    x, w, g = (random.normal(size=shape).astype((np.float64, np.float32)[seed % 2]) for shape in shapes)
    if seed % 4 > 1:
        for each in (x, w, g)[seed % 3 :]:
            each.reshape(-1)[random.integers(0, each.size, 2)] = random.choice([np.nan, np.inf, -np.inf], 2)
    slides = len(moves["strides"])

    def readings(x: Any, w: Any, g: Any) -> tuple[Any, ...]:
        return (
            convolution(x, w, **moves),
            convolution_transpose(g, w, **moves, size=x.shape[x.ndim - slides :]),
            convolution_filters(g, x, **moves, window=w.shape[w.ndim - slides :]),
        )

    alike(both(readings, x, w, g))


@pytest.mark.parametrize(("images", "channels"), [(0, 2), (2, 0), (0, 0)])
def test_nothing_to_sum_over(images: int, channels: int) -> None:
    x, w, g = np.ones((images, channels, 4, 5)), np.ones((3, channels, 2, 2)), np.ones((images, 3, 3, 4))
    moves: dict[str, Any] = {"strides": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1)}
    alike(both(lambda x, w, g: (convolution(x, w, **moves), convolution_transpose(g, w, **moves, size=(4, 5)),
                                convolution_filters(g, x, **moves, window=(2, 2))), x, w, g))  # fmt: skip


def test_many_channels_and_large_windows() -> None:
    random = np.random.default_rng(0)
    x, w = random.normal(size=(3, 33, 9, 9)), random.normal(size=(41, 33, 7, 5))
    g = random.normal(size=(3, 41, 9, 7))
    moves: dict[str, Any] = {"strides": (1, 1), "padding": ((3, 3), (1, 1)), "dilation": (1, 1)}
    alike(both(lambda x, w, g: (convolution(x, w, **moves), convolution_transpose(g, w, **moves, size=(9, 9)),
                                convolution_filters(g, x, **moves, window=(7, 5))), x, w, g))  # fmt: skip


def pooled(random: Any, dtype: Any) -> tuple[dict[str, Any], Any, Any]:
    """How a window moves, an array with ties, and what arrives at the places."""
    slides = int(random.integers(1, 3))
    window, strides, dilation = (tuple(random.integers(1, most, slides).tolist()) for most in (5, 4, 3))
    padding = tuple(map(tuple, random.integers(0, 4, (slides, 2)).tolist()))
    extents = [gap * (wide - 1) + 1 for gap, wide in zip(dilation, window, strict=True)]
    least = [max(1, extent - sum(border)) for extent, border in zip(extents, padding, strict=True)]
    size = tuple(int(random.integers(each, 15)) for each in least)
    places = tuple((length + sum(border) - extent) // step + 1
                   for length, border, extent, step in zip(size, padding, extents, strides, strict=True))  # fmt: skip
    lead = tuple(random.integers(1, 4, int(random.integers(0, 3))).tolist())
    x, g = random.integers(-2, 3, (*lead, *size)), random.normal(size=(*lead, *places))
    moves = {"strides": strides, "padding": padding, "dilation": dilation, "window": window}
    return moves, x.astype(dtype), g.astype(dtype)


@pytest.mark.parametrize("seed", range(16))
def test_pooling_and_what_it_sends_back(seed: int) -> None:
    random = np.random.default_rng(seed)
    moves, x, g = pooled(random, (np.float64, np.float32)[seed % 2])
    if seed % 3 == 0:
        x.reshape(-1)[random.integers(0, x.size, 2)] = random.choice([np.nan, np.inf, -np.inf], 2)

    def readings(x: Any, g: Any) -> tuple[Any, ...]:
        size = x.shape[x.ndim - len(moves["window"]) :]
        return (max_pool(x, **moves), send_to_largest(g, x, **moves), collect_largest(x, x, **moves),
                sum_pool(x, **moves), spread_over_windows(g, **moves, size=size))  # fmt: skip

    alike(both(readings, x, g))


WASTEFUL = [  # strides, border, gaps, images, filters, groups
    ((1, 1), ((0, 0), (0, 0)), (1, 1), (3, 4, 5, 5), (6, 4, 5, 5)),
    ((1, 1), ((0, 0), (1, 2)), (1, 1), (2, 2, 7, 6), (3, 2, 6, 7)),
    ((4, 5), ((0, 0), (0, 0)), (1, 1), (2, 3, 12, 20), (3, 3, 4, 5)),
    ((5, 6), ((1, 0), (2, 3)), (1, 1), (2, 3, 13, 20), (3, 3, 4, 5)),
    ((5, 4), ((0, 0), (0, 1)), (1, 1), (2, 1, 23, 20), (3, 1, 2, 4)),
    ((3, 2), ((4, 3), (3, 4)), (3, 2), (2, 2, 6, 6), (3, 2, 4, 5)),
    ((5, 5), ((2, 2), (2, 2)), (1, 1), (1, 2, 23, 29), (3, 2, 7, 7)),
    ((9,), ((0, 3),), (2,), (2, 2, 40), (3, 2, 4)),
    ((1,), ((0, 0),), (1,), (1, 1, 300), (1, 1, 290)),
]


@pytest.mark.parametrize(("strides", "padding", "dilation", "images", "filters"), WASTEFUL)
def test_windows_side_by_side(
    strides: Any, padding: Any, dilation: Any, images: tuple[int, ...], filters: tuple[int, ...]
) -> None:
    random = np.random.default_rng(0)
    moves = {"strides": strides, "padding": padding, "dilation": dilation}
    x, w = random.normal(size=images), random.normal(size=filters)
    size, window = images[2:], filters[2:]
    g = random.normal(size=(images[0], filters[0], *Slide(**moves).places(size, window)))
    alike(both(lambda x, w, g: (convolution(x, w, **moves), convolution_transpose(g, w, **moves, size=size),
                                convolution_filters(g, x, **moves, window=window)), x, w, g))  # fmt: skip
