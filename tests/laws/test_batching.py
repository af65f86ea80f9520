"""The law of vmap: for every op, on a stack of examples it gives what a loop over the examples gives."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from laws.table import CASES, Case, draw, weights

from chainrule import grad, vmap
from chainrule.ops import getitem

COUNT = 3


def subsets(slots: int) -> list[tuple[bool, ...]]:
    """All inputs stacks; and each alone, the others the same for all examples."""
    alone = [tuple(slot == each for slot in range(slots)) for each in range(slots)] if slots > 1 else []
    return [(True,) * slots, *alone]


STACKED = [
    pytest.param(case, flags, id=f"{case}-{''.join('s' if flag else '.' for flag in flags)}")
    for case in CASES
    for flags in subsets(len(case.sample.shapes))
    if flags
]


def examples(case: Case, flags: tuple[bool, ...], dtype: Any = np.float64) -> list[Any]:
    """Inputs of the op, where `flags` says so a stack with different numbers in every row."""
    rows = [draw(case, dtype, salt=number) for number in range(COUNT)]
    return [
        np.stack([row[slot] for row in rows]) if flag else rows[0][slot] for slot, flag in enumerate(flags)
    ]  # fmt: skip


def one(inputs: list[Any], flags: tuple[bool, ...], number: int) -> list[Any]:
    return [each[number] if flag else each for each, flag in zip(inputs, flags, strict=True)]


@pytest.mark.parametrize(("case", "flags"), STACKED)
def test_a_stack_gives_what_the_examples_give(case: Case, flags: tuple[bool, ...]) -> None:
    inputs = examples(case, flags)
    expected = np.stack([np.asarray(case.op(*one(inputs, flags, number), **case.params)) for number in range(COUNT)])
    mapped = vmap(lambda *args: case.op(*args, **case.params), in_axes=tuple(0 if flag else None for flag in flags))
    found = mapped(*inputs)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


EVERY = [pytest.param(case, id=str(case)) for case in CASES if case.sample.shapes]


@pytest.mark.parametrize("case", EVERY)
def test_no_examples_one_example_and_stacks_of_stacks(case: Case) -> None:
    def f(*args: Any) -> Any:
        return case.op(*args, **case.params)

    alone = [np.asarray(each) for each in draw(case)]
    expected = np.asarray(f(*draw(case)))
    assert vmap(f)(*(np.zeros((0, *each.shape), each.dtype) for each in alone)).shape == (0, *expected.shape)
    np.testing.assert_allclose(vmap(f)(*(each[None] for each in alone))[0], expected, rtol=1e-12, atol=1e-13)
    rows = examples(case, (True,) * len(alone))
    last = vmap(f, in_axes=-1, out_axes=-1)(*(np.moveaxis(each, 0, -1) for each in rows))
    np.testing.assert_allclose(last[..., 1], f(*(each[1] for each in rows)), rtol=1e-12, atol=1e-13)
    first, others = (0, *(None for _ in rows[1:])), (None, *(0 for _ in rows[1:]))
    if len(rows) > 1:
        crossed = vmap(vmap(f, others), first)(*rows)
        np.testing.assert_allclose(
            crossed[2, 1], f(rows[0][2], *(each[1] for each in rows[1:])), rtol=1e-12, atol=1e-13
        )  # fmt: skip
    else:
        twice = np.stack([rows[0], rows[0][::-1]])
        np.testing.assert_allclose(vmap(vmap(f))(twice)[1, 0], f(rows[0][2]), rtol=1e-12, atol=1e-13)


SMOOTH = [each for each in STACKED if each.values[0].slots and not each.values[0].complex_valued]


@pytest.mark.parametrize(("case", "flags"), SMOOTH)
def test_gradients_of_examples_are_what_a_loop_gives(case: Case, flags: tuple[bool, ...]) -> None:
    inputs = examples(case, flags)
    upstream = weights(case.op(*one(inputs, flags, 0), **case.params))

    def loss(*args: Any) -> Any:
        total = np.sum(case.op(*args, **case.params) * upstream)
        return np.real(total) if total.dtype.kind == "c" else total

    slots = tuple(case.slots)
    axes = tuple(0 if flag else None for flag in flags)
    found = vmap(grad(loss, slots), in_axes=axes)(*inputs)
    for number in range(COUNT):
        expected = grad(loss, slots)(*one(inputs, flags, number))
        for each, wanted in zip(found, expected, strict=True):
            np.testing.assert_allclose(each[number], wanted, rtol=1e-10, atol=1e-12)


SHAPES = [((2, 3), axis, out) for axis, out in product((0, 1, 2, -1, -3), (0, 1, -1))]


@pytest.mark.parametrize(("shape", "axis", "out"), SHAPES)
def test_examples_may_lie_along_any_axis(shape: tuple[int, ...], axis: int, out: int) -> None:
    x = np.random.default_rng(3).normal(size=(4, *shape))
    W = np.random.default_rng(4).normal(size=(3, 3))
    found = vmap(lambda x: np.tanh(x @ W), in_axes=axis, out_axes=out)(np.moveaxis(x, 0, axis))
    np.testing.assert_allclose(np.moveaxis(found, out, 0), np.tanh(x @ W), rtol=1e-13)


@pytest.mark.parametrize("key", [
    (0,), (slice(None), [0, 2]), ([0, 1], slice(None), [1, 2]), (Ellipsis, [1, 0]), (None, [1], Ellipsis),
    ([1, 0], slice(1, None)), (0, slice(None), [0, 1]), (slice(None), [0, 1], [1, 2]), (slice(None), 1, [[0, 1]]),
    (slice(None), np.array([True, False, True]), 0), (np.array([[True, False, True], [False, True, True]]),),
    (Ellipsis, None, 2), ([[0, 1], [1, 0]],), (slice(None), None, [2, 0], slice(None, None, -1)),
])  # fmt: skip
@pytest.mark.parametrize("which", ["array", "places", "both"])
def test_every_kind_of_key(key: tuple[Any, ...], which: str) -> None:
    arrays = [place for place, part in enumerate(key) if isinstance(part, list)]
    if which != "array" and not arrays:
        pytest.skip("no places that could differ")
    random = np.random.default_rng(5)
    x = random.normal(size=(COUNT, 2, 3, 4)) if which != "places" else random.normal(size=(2, 3, 4))
    rolled = [[np.roll(key[place], number, -1) for number in range(COUNT)] for place in arrays]

    def pick(x: Any, *places: Any) -> Any:
        parts = list(key)
        for place, value in zip(arrays, places, strict=False):
            parts[place] = value
        return getitem(x, tuple(parts)) ** 2

    stacked = [np.array(each) for each in rolled] if which != "array" else []
    axes = (None if which == "places" else 0, *(0 for _ in stacked))
    for function in (pick, grad(lambda *args: np.sum(pick(*args) * 3.0))):
        found = vmap(function, in_axes=axes)(x, *stacked)
        for number in range(COUNT):
            expected = function(x[number] if axes[0] == 0 else x, *(each[number] for each in stacked))
            np.testing.assert_allclose(found[number], expected, rtol=1e-13)
