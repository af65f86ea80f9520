"""Machine code reads and adds at places that it learns when it runs, as NumPy does, and never beyond an array."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule
from chainrule.errors import BoundsError
from chainrule.executors.native import availability
from chainrule.executors.native.text import parts as in_parts

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))
WHOLE = (np.int64, np.int32)


@st.composite
def keys(draw: Any) -> tuple[tuple[int, ...], list[Any], list[Any]]:
    """A shape, a key in which None stands for each array of places, and these arrays."""
    shape = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=4)))
    block = tuple(draw(st.lists(st.integers(0, 4), max_size=2)))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    key: list[Any] = []
    arrays = []
    for size in shape[: draw(st.integers(1, len(shape)))]:
        kind = draw(st.sampled_from(["array", "array", "slice", "number", "new"]))
        if kind == "array":
            given_shape = draw(st.sampled_from([block, block[len(block) // 2 :], tuple(1 for _ in block)]))
            arrays.append(random.integers(-size, size, given_shape).astype(draw(st.sampled_from(WHOLE))))
            key.append("array")
        elif kind == "slice":
            key.append(slice(None, None, draw(st.sampled_from([1, 2, -1]))))
        elif kind == "number":
            key.append(draw(st.integers(-size, size - 1)))
        else:
            key += [None, slice(None)]
    if draw(st.booleans()):
        key.append(Ellipsis)
    return shape, key, arrays


def put_in(key: list[Any], arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    remaining = iter(arrays)
    return tuple(next(remaining) if isinstance(each, str) else each for each in key)


@settings(max_examples=80, deadline=None)
@given(keys(), st.sampled_from([np.float64, np.float32]))
def test_reading_and_adding_at_places(drawn: Any, dtype: Any) -> None:
    shape, key, arrays = drawn
    x = np.arange(np.prod(shape), dtype=dtype).reshape(shape) + 1
    weights = np.sin(np.arange(float(x[put_in(key, arrays)].size))).reshape(x[put_in(key, arrays)].shape).astype(dtype)

    def chosen(x: Any, *arrays: Any) -> Any:
        return x[put_in(key, arrays)] * weights

    def total(x: Any, *arrays: Any) -> Any:
        return np.sum(chosen(x, *arrays))

    assert np.array_equal(chainrule.jit(chosen)(x, *arrays), chosen(x, *arrays))
    expected = np.zeros(shape, dtype)  # the derivative of a sum of w_i x[k_i] is w_i added at k_i
    np.add.at(expected, put_in(key, arrays), weights)
    tolerance = 1e-14 if dtype is np.float64 else 1e-5
    np.testing.assert_allclose(chainrule.jit(chainrule.grad(total))(x, *arrays), expected, tolerance, tolerance)


@pytest.mark.parametrize("places", [[0, 5], [-6, 0], [2**62, 0], [-(2**63), 1]])
@pytest.mark.parametrize("executor", ["native", "walk"])
def test_a_place_beyond_the_end_is_named(places: list[int], executor: str) -> None:
    chosen = chainrule.jit(lambda x, i: x[:, i] * 2.0, executor=executor)
    x = np.ones((3, 5))
    assert np.array_equal(chosen(x, np.array([4, -5])), np.full((3, 2), 2.0))
    bad = max(places, key=abs)
    with pytest.raises(BoundsError, match=f"index {bad} is out of bounds for axis 1 with size 5"):
        chosen(x, np.array(places))
    assert np.array_equal(chosen(x, np.array([0, 1])), np.full((3, 2), 2.0))  # and it goes on working


def test_nothing_is_chosen_of_nothing() -> None:
    chosen = chainrule.jit(lambda x, i: x[i] + 1.0)
    assert chosen(np.ones((0, 3)), np.zeros(0, int)).shape == (0, 3)
    assert chosen(np.ones((2, 0)), np.array([1, 1, 0])).shape == (3, 0)
    with pytest.raises(BoundsError, match="index 0 is out of bounds for axis 0 with size 0"):
        chosen(np.ones((0, 3)), np.zeros(1, int))


def test_places_inside_a_loop_over_steps() -> None:
    def walk(table: Any, start: Any, steps: Any) -> Any:
        def step(carry: Any, row: Any) -> Any:
            following = np.tanh(carry + table[row].sum(0))
            return following, following[row]

        end, seen = chainrule.scan(step, start, steps)
        return np.sum(end) + np.sum(seen)

    random = np.random.default_rng(5)
    table, start, steps = random.standard_normal((7, 7)), random.standard_normal(7), random.integers(0, 7, (9, 3))
    expected = chainrule.value_and_grad(walk)(table, start, steps)
    found = chainrule.jit(chainrule.value_and_grad(walk))(table, start, steps)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)
    steps[4, 1] = 7
    with pytest.raises(BoundsError, match="index 7"):
        chainrule.jit(walk)(table, start, steps)


def test_rows_of_a_table_by_several_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_parts, "LEAST", [0.0])
    random = np.random.default_rng(6)
    table, words = random.standard_normal((500, 33)), random.integers(0, 500, (64, 20))

    def loss(table: Any, words: Any) -> Any:
        return np.sum(np.tanh(table[words].mean(1)) ** 2)

    expected = chainrule.value_and_grad(loss)(table, words)
    found = chainrule.jit(chainrule.value_and_grad(loss))(table, words)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)
