"""Two threads recording at once: neither sees the other's recording, and both get their own gradients."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from chainrule import custom_vjp, grad, hessian, value_and_grad
from chainrule.errors import EscapeError
from chainrule.ir.recording import STATE


@pytest.fixture(autouse=True)
def switching_often() -> Iterator[None]:
    """Threads change places after every few instructions, so that whatever they share by mistake is seen."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run work(0), work(1), ... at the same time, started together."""
    ready = threading.Barrier(count)

    def start(number: int) -> Any:
        ready.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


def model(W: Any, x: Any) -> Any:
    h = np.tanh(W @ x + 1.0)
    for _ in range(20):
        h = np.tanh(W @ h * 0.5 + 1.0)
    return np.sum(h**2)


def test_the_same_function_in_many_threads() -> None:
    W, x = np.linspace(-1, 1, 16).reshape(4, 4), np.arange(4.0)
    value, expected = value_and_grad(model)(W, x)
    for found in in_threads(8, lambda number: [value_and_grad(model)(W, x) for _ in range(20)]):
        assert all(each[0] == value and np.array_equal(each[1], expected) for each in found)


def test_the_same_constants_in_many_threads() -> None:
    def work(number: int) -> float:
        return sum(grad(lambda x: x * 0.25 + np.sum(np.array([0.125, 2.0]) * x))(float(step)) for step in range(100))

    assert in_threads(8, work) == [237.5] * 8


def test_different_functions_in_many_threads() -> None:
    found = in_threads(8, lambda n: [hessian(lambda x: x ** (n + 2))(2.0) for _ in range(20)])
    for number, each in enumerate(found):
        assert set(map(float, each)) == {(number + 2) * (number + 1) * 2.0**number}


def test_a_recording_in_one_thread_is_none_in_another() -> None:
    def f(x: Any) -> Any:
        assert STATE.depth == 1
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: STATE.depth).result() == 0
            assert pool.submit(lambda: grad(lambda y: y * y)(4.0)).result() == 8.0
            with pytest.raises(EscapeError):
                pool.submit(lambda: x * 2.0).result()
        return x * x

    assert grad(f)(3.0) == 6.0
    assert STATE.depth == 0


def test_a_custom_rule_in_many_threads() -> None:
    @custom_vjp
    def cube(x: Any) -> Any:
        return x**3

    cube.defvjp(lambda x: (cube(x), x), lambda x, g: (3 * g * x**2,))
    found = in_threads(8, lambda number: [grad(cube)(float(number)) for _ in range(50)])
    assert [set(each) for each in found] == [{3.0 * number**2} for number in range(8)]


def test_the_state_is_put_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        grad(lambda x: x * (1 / 0))(1.0)
    with pytest.raises(EscapeError):
        grad(lambda x: grad(lambda y: y * float(x))(x))(1.0)
    assert STATE.depth == 0
    assert STATE.oldest == 0
    assert STATE.recorder is None
