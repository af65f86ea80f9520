"""Functions of very many leaves: containers are taken apart and put together by loops, with the same care."""

from __future__ import annotations

import gc
import sys
from typing import Any

import numpy as np
import pytest

import chainrule
import chainrule.errors
from chainrule.executors.native import availability
from chainrule.executors.native.door import many
from chainrule.executors.native.text import bodies

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))
COUNT = 100


def total(values: Any) -> Any:
    found = values[0]
    for each in values[1:]:
        found = np.tanh(found) + each * each
    return np.sum(found)


def lists(make: Any) -> Any:
    return [make(place / COUNT - 0.3) for place in range(COUNT)]


KINDS = {
    "floats": float,
    "numbers": np.float64,
    "short numbers": np.float32,
    "arrays without axes": np.array,
    "arrays": lambda x: np.full(3, x),
    "arrays to be copied": lambda x: np.full((3, 2), x)[:, 0],
    "numbers of two kinds, in turn": lambda x: x if int(COUNT * x) % 2 else np.float32(x),
}


@pytest.fixture(params=[-1, 4000])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [request.param])


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("container", [list, tuple])
def test_many_leaves_of_one_kind(name: str, container: Any, way: None) -> None:
    given = container(lists(KINDS[name]))
    both = chainrule.value_and_grad(total)
    jitted, expected = chainrule.jit(both), chainrule.jit(both, executor="walk")(given)
    for _ in range(2):
        value, slopes = jitted(given)
        assert type(slopes) is container
        np.testing.assert_allclose(value, expected[0], rtol=1e-14 if np.asarray(value).dtype == float else 1e-6)
        assert list(map(type, slopes)) == list(map(type, expected[1]))
        for one, other in zip(slopes, expected[1], strict=True):
            assert np.asarray(one).dtype == np.asarray(other).dtype
            np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-30)


def mixed(tree: Any) -> Any:
    pairs = [(2.0 * a, b + 1.0) for a, b in tree["pairs"]]
    return {"all": [*tree["numbers"][::-1], 7, None, *tree["numbers"]], "pairs": pairs, "first": tree["numbers"][0]}


def test_containers_in_containers(way: None) -> None:
    tree = {"numbers": tuple(lists(float)), "pairs": [(np.full(2, x), np.float32(x)) for x in lists(float)[:40]]}
    jitted = chainrule.jit(mixed)
    for _ in range(3):
        found, expected = jitted(tree), mixed(tree)
        assert found["all"] == expected["all"]
        assert found["first"] == expected["first"]
        for one, other in zip(found["pairs"], expected["pairs"], strict=True):
            assert one[0].tolist() == other[0].tolist()
            assert (one[1], type(one[1])) == (other[1], np.float32)


def test_other_arguments_take_the_long_way(way: None) -> None:
    values = lists(float)
    jitted = chainrule.jit(lambda values: [2.0 * each for each in values])
    assert jitted(values) == [2.0 * each for each in values]
    assert jitted([*values[:50], 1, *values[51:]])[50] == 2.0
    assert jitted(tuple(values)) == [2.0 * each for each in values]
    assert jitted(values[:-1]) == [2.0 * each for each in values[:-1]]
    assert jitted([*values[:-1], np.float64(3.0)])[-1] == 6.0
    with pytest.raises(chainrule.errors.ChainruleError):
        jitted([*values[:-1], "no number"])
    assert jitted(values) == [2.0 * each for each in values]


def test_what_is_raised_inside_is_raised(way: None) -> None:
    given = [np.eye(2) * (place + 1.0) for place in range(COUNT)]
    jitted = chainrule.jit(
        lambda values: [np.linalg.inv(each) for each in values[:2]] + [np.sum(each) for each in values]
    )
    assert jitted(given)[1].tolist() == [[0.5, 0.0], [0.0, 0.5]]
    with pytest.raises(Exception, match=r"."):
        jitted([np.zeros((2, 2)), *given[1:]])
    assert jitted(given)[2] == 2.0


def test_nothing_is_lost_or_given_back_twice(way: None) -> None:
    values = [*lists(np.float64), *lists(np.ones(2).__mul__)]
    jitted = chainrule.jit(lambda values: ([each + 1.0 for each in values], values[0] * 2.0))
    for _ in range(2):
        jitted(values)
    gc.collect()
    before, kept = [sys.getrefcount(each) for each in values], sys.getallocatedblocks()
    for _ in range(300):
        jitted(values)
    assert [sys.getrefcount(each) for each in values] == before
    assert abs(sys.getallocatedblocks() - kept) < 100
    found, _ = jitted(values)
    assert {sys.getrefcount(found[place]) for place in (0, 50, 150)} <= {1, 2}


def test_neighbours_of_one_kind() -> None:
    parts = [*range(20), 30, 31, (list, (1,)), *range(40, 60), None, 3, 2, 1]
    found = many.runs(parts, lambda slot: slot < 50)
    assert found == [(0, 20), *((place, 1) for place in range(20, 47))]
    assert many.runs([], lambda slot: slot) == []
