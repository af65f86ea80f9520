"""Arrays made of blocks along diagonals, and weighted Gram matrices: the numbers, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.errors import ShapeError
from chainrule.ir.node import concrete
from chainrule.ir.recording import open_recording
from chainrule.ops import gather_delta, input_node, spread_delta, weighted_gram
from chainrule.ops.deltas import spread_later

RANDOM = np.random.default_rng(4)


@pytest.mark.parametrize(
    ("labels", "block", "shape", "dense"),
    [
        ("jl->ijil", (2, 4), (3, 2, 3, 4), "jl,ik->ijkl"),
        ("lj->ijil", (4, 2), (3, 2, 3, 4), "lj,ik->ijkl"),
        ("ij->ijij", (3, 2), (3, 2, 3, 2), "ij,ik,jl->ijkl"),
        ("->ii", (), (3, 3), ",ik->ik"),
        ("i->iij", (3,), (3, 3, 2), "i,ik,jj->ikj"),
    ],
)
def test_spread_is_the_block_times_deltas(labels: str, block: Any, shape: Any, dense: str) -> None:
    array = RANDOM.normal(size=block)[()]
    found = spread_delta(array, labels=labels, shape=shape)
    inner, outer = labels.split("->")
    expected = np.zeros(shape)
    for place in np.ndindex(*shape):
        at = dict(zip(outer, place, strict=True))
        if all(at[letter] == index for letter, index in zip(outer, place, strict=True)):
            expected[place] = array[tuple(at[letter] for letter in inner)]
    np.testing.assert_array_equal(found, expected)
    whole = RANDOM.normal(size=shape)
    np.testing.assert_allclose(np.sum(found * whole), np.sum(array * gather_delta(whole, labels=labels)))


def test_gathering_gives_an_array_of_its_own() -> None:
    whole = np.ones((3, 3))
    found = gather_delta(whole, labels="i->ii")
    found[0] = 7.0
    assert whole[0, 0] == 1.0


@pytest.mark.parametrize(
    ("labels", "shape", "given"),
    [("ij->iji", (2, 3, 3), (2, 3)), ("ij->ii", (2, 2), (2, 2)), ("i->ij", (2,), (2,)), ("i->ii", (3, 3), (2,))],
)
def test_labels_that_do_not_fit_are_refused(labels: str, shape: Any, given: Any) -> None:
    block = input_node(given, np.dtype("float64"))
    with open_recording(), pytest.raises(ShapeError):
        spread_delta(block, labels=labels, shape=shape)


def test_an_array_larger_than_memory_can_be_spoken_of() -> None:
    with open_recording():
        one = input_node((), np.dtype("float64"), np.float64(2.0))
        huge = spread_later(one, "->ijij", (211, 211, 211, 211))
        small = spread_later(one, "->ii", (2, 2))
    assert huge.shape == (211,) * 4
    assert huge.value is None
    np.testing.assert_array_equal(concrete(small), 2.0 * np.eye(2))


@pytest.mark.parametrize("weights", [(1.0, 2.0, 0.5, 3.0), (1.0, -2.0, 0.0, -0.5), (-1.0, -1.0, -2.0, -3.0)])
def test_weighted_gram_takes_weights_of_any_sign(weights: tuple[float, ...]) -> None:
    x, v = RANDOM.normal(size=(4, 3)), np.array(weights)
    found = weighted_gram(x, v)
    np.testing.assert_allclose(found, x.T @ np.diag(v) @ x, rtol=1e-13, atol=1e-14)
    np.testing.assert_array_equal(found, found.T)


def test_weighted_gram_passes_on_what_is_no_number() -> None:
    found = weighted_gram(np.ones((2, 2)), np.array([1.0, np.nan]))
    assert np.isnan(found).all()


def test_weights_are_one_for_each_row() -> None:
    x, v = input_node((4, 3), np.dtype("float64")), input_node((3,), np.dtype("float64"))
    with open_recording(), pytest.raises(ShapeError, match="one weight for each row"):
        weighted_gram(x, v)
