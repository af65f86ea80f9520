"""Choices and checkpoints inside machine code give what the reference gives, whichever branch is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.errors import BoundsError
from chainrule.executors.native import availability
from chainrule.executors.native.primitives.lowering import lower
from chainrule.executors.native.text import bodies

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))


@pytest.fixture(params=[-1, 4000], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [request.param])


def same(function: Callable[..., Any], *given: Any) -> None:
    """What the reference gives, at the first call and later; and Python is not asked."""
    jitted = chainrule.jit(function)
    expected = chainrule.tree.leaves(chainrule.jit(function, executor="walk")(*given))
    for _ in range(2):
        for one, other in zip(chainrule.tree.leaves(jitted(*given)), expected, strict=True):
            assert np.asarray(one).dtype == np.asarray(other).dtype
            tight = 1e-5 if np.asarray(one).dtype == np.float32 else 1e-12
            np.testing.assert_allclose(one, other, rtol=tight, atol=tight)
    assert not any("call" in (each.kind, each.name) for each in lower(jitted.graph(*given)).order())


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 4)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_one_of_two(sign: float, shape: tuple[int, ...], dtype: Any) -> None:
    def chosen(x: Any, y: Any) -> Any:
        return chainrule.cond(np.sum(x) > 0, lambda x, y: (np.tanh(x) * y, x), lambda x, y: (x * x, y + 1), x, y)

    x = (sign * np.ones(shape) + np.zeros(shape)).astype(dtype)
    same(chosen, x, x + np.float32(2.0))
    same(chainrule.grad(lambda x, y: np.sum(chosen(x, y)[0]), (0, 1)), x, x + np.float32(2.0))


@pytest.mark.parametrize("dtype", [np.int64, np.int32])
def test_one_of_several_and_none(dtype: Any) -> None:
    def chosen(index: Any, x: Any) -> Any:
        return chainrule.switch(index, [np.sin, lambda x: x, lambda x: np.cumsum(x)[::-1] * 2.0], x)

    x = np.linspace(0.5, 2.0, 4)
    for index in range(3):
        found = chainrule.jit(chosen)(dtype(index), x)
        np.testing.assert_allclose(found, chosen(dtype(index), x), rtol=1e-14)
    jitted = chainrule.jit(chosen)
    for index in (3, -1):
        with pytest.raises(BoundsError, match=r"of 3"):
            jitted(dtype(index), x)
    np.testing.assert_allclose(jitted(dtype(0), x), np.sin(x), rtol=1e-14)


def test_inside_loops() -> None:
    def stepped(x: Any, xs: Any) -> Any:
        def step(carry: Any, each: Any) -> Any:
            grown = chainrule.cond(np.sum(carry) > 1.0, lambda c, e: 0.3 * c, lambda c, e: c + e, carry, each)
            return grown, chainrule.checkpoint(lambda c: np.sum(np.sin(c) * c))(grown)

        end, seen = chainrule.scan(step, x, xs)
        return np.sum(end) + np.sum(seen * seen)

    given = np.array([0.1, 0.2]), np.linspace(0.0, 1.0, 14).reshape(7, 2)
    same(stepped, *given)
    same(chainrule.grad(stepped, (0, 1)), *given)
    same(lambda x: chainrule.while_loop(
        lambda c: c < 100.0, lambda c: chainrule.cond(c > 10.0, lambda c: c * c, lambda c: c + 1.5, c), x
    ), 1.0)  # fmt: skip


def test_checkpoints_are_computed_again() -> None:
    def layered(x: Any, W: Any) -> Any:
        layer = chainrule.checkpoint(lambda x: np.tanh(x @ W) + x)
        for _ in range(4):
            x = layer(x)
        return np.sum(x * x)

    given = np.linspace(-1.0, 1.0, 30).reshape(5, 6), np.linspace(-0.3, 0.4, 36).reshape(6, 6)
    same(chainrule.value_and_grad(layered, (0, 1)), *given)
    same(chainrule.jacfwd(chainrule.grad(layered)), *given)


def test_what_a_branch_raises_reaches_the_caller() -> None:
    chosen = chainrule.jit(lambda x: chainrule.cond(x[0, 0] > 0, np.linalg.inv, lambda x: 2.0 * x, x) + 1.0)
    assert chosen(np.eye(2)).tolist() == [[2.0, 1.0], [1.0, 2.0]]
    assert chosen(-np.eye(2)).tolist() == [[-1.0, 1.0], [1.0, -1.0]]
    with pytest.raises(Exception, match=r"."):
        chosen(np.ones((2, 2)))
    assert chosen(np.eye(2)).tolist() == [[2.0, 1.0], [1.0, 2.0]]
