"""Python threads that call one compiled function at once get right answers, and others go on while a long one runs."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.executors.native import availability, recall
from chainrule.executors.native.door import entry, release
from chainrule.executors.native.machine import blas, pool, threads
from chainrule.executors.native.text import bodies, parts
from chainrule.executors.native.text.products import product as products

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))
MANY = 6


@pytest.fixture(autouse=True)
def lock_given_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every call is a long one, and threads change places often."""
    monkeypatch.setattr(release, "LEAST", [-1.0])
    monkeypatch.setattr(recall, "find", lambda identity: None)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def gives_back(jitted: Any, *args: Any) -> bool:
    """Whether the code lets others have the lock: it then has flags that tell calls of each other."""
    jitted(*args)
    return jitted._builtins[0].__self__.flags is not None


def agree(function: Callable[..., Any], draw: Callable[[np.random.Generator], tuple[Any, ...]], *, free: bool) -> None:
    """Many threads, each with numbers of its own, again and again."""
    jitted, plain = chainrule.jit(function), chainrule.jit(function, executor="numpy")
    given = [draw(np.random.default_rng(number)) for number in range(MANY)]
    expected = [plain(*args) for args in given]
    assert gives_back(jitted, *given[0]) == free
    ready = threading.Barrier(MANY)

    def caller(number: int) -> list[Any]:
        ready.wait()
        return [jitted(*given[number]) for _ in range(30)]

    with ThreadPoolExecutor(MANY) as callers:
        for number, results in enumerate(callers.map(caller, range(MANY))):
            for found in results:
                for one, other in zip(
                    chainrule.tree.leaves(found), chainrule.tree.leaves(expected[number]), strict=True
                ):
                    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def layers(random: np.random.Generator) -> tuple[Any, ...]:
    return {"w": random.normal(size=(20, 30)), "v": [random.normal(size=(30, 8))]}, random.normal(size=(50, 20))


def network(p: Any, x: Any) -> Any:
    return np.sum(np.tanh(np.tanh(x @ p["w"]) @ p["v"][0]) ** 2)


def test_networks_with_memory_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", [-1])
    agree(chainrule.value_and_grad(network), layers, free=True)


@pytest.mark.skipif(blas.library() is None or not blas.library().is_told, reason="no BLAS that can be told")
def test_the_blas_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that overlap, in any order, tell it to use one thread, and the last one what it used before."""
    monkeypatch.setattr(products, "by_tiles", lambda product, width: False)
    monkeypatch.setattr(bodies, "LIMIT", [-1])
    found = blas.library()
    ask, tell = (getattr(found.handle, found.spelled(name)) for name in blas.THREADS)
    before = ask()
    try:
        tell(2)
        agree(lambda x: np.tanh(x @ x) @ x, lambda random: (random.normal(size=(120, 120)) / 9,), free=True)
        assert ask() == 2
    finally:
        tell(before)


def test_parts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    three = pool.new(3)
    monkeypatch.setattr(pool, "_shared", lambda: three)
    monkeypatch.setattr(bodies, "LIMIT", [-1])
    monkeypatch.setattr(parts, "LEAST", [1e-15])
    monkeypatch.setattr(threads, "choice", lambda: threads.Choice(3, "a test"))
    agree(lambda x: (np.sum(np.tanh(x) * x), np.exp(x)), lambda random: (random.normal(size=5000),), free=True)


def test_loops_of_steps() -> None:
    def function(x: Any, xs: Any) -> Any:
        def step(carry: Any, each: Any) -> Any:
            carry = np.tanh(carry * 0.9 + each)
            return carry, np.sum(carry)

        return chainrule.scan(step, x, xs)

    agree(
        lambda x, xs: chainrule.value_and_grad(lambda x: np.sum(function(x, xs)[1]))(x),
        lambda random: (random.normal(size=40), random.normal(size=(25, 40))),
        free=True,
    )


def test_loops_of_unknown_length() -> None:
    def function(x: Any) -> Any:
        return chainrule.while_loop(lambda each: np.sum(each * each) > 1e-3, lambda each: each * 0.9, x)

    agree(function, lambda random: (random.normal(size=30) * 5,), free=False)


def test_ops_in_python() -> None:
    def function(a: Any, b: Any) -> Any:
        found = np.linalg.solve(a @ a.T + 30 * np.eye(30), np.tanh(b))
        return found, np.sum(np.exp(found) * b)

    agree(function, lambda random: (random.normal(size=(30, 30)), random.normal(size=30)), free=False)


def test_numbers() -> None:
    agree(lambda x, y: (x + y) * np.sin(x), lambda random: (float(random.normal()), float(random.normal())), free=True)


def test_results_that_are_written_over_keep_the_lock() -> None:
    jitted = chainrule.jit(lambda x: x + 1.0, reuse_outputs=True)
    assert not gives_back(jitted, np.ones(3))


# Long calls -----------------------------------------------------------------------------------------------------------
def lasting(length: int) -> Callable[[list[Any]], Any]:
    def function(xs: list[Any]) -> Any:
        return chainrule.scan(lambda c, _: (np.tanh(c + 1e-3 * xs[0]), None), xs[0], None, length=length)[0]

    return function


def test_others_go_on_while_a_long_call_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sees that a call runs has the lock. A call that kept it would never be seen."""
    monkeypatch.setattr(release, "LEAST", [500e-6])
    jitted, x = chainrule.jit(lasting(3000)), np.linspace(-1, 1, 5000)
    expected, seen, found = jitted([x]), False, []
    flags = jitted._builtins[0].__self__.flags
    for _ in range(20):
        caller = threading.Thread(target=lambda: found.append(jitted([x])))
        caller.start()
        while caller.is_alive() and not seen:
            seen = flags[1] == 1
        caller.join()
        if seen:
            break
    assert seen
    assert all(np.array_equal(each, expected) for each in found)


def test_what_a_running_call_needs_is_not_given_back() -> None:
    """Another thread takes the argument out of its list and forgets the function."""
    jitted, x = chainrule.jit(lasting(3000)), np.linspace(-1, 1, 5000)
    expected, given, found = jitted([x]), [x.copy()], []
    code = jitted._builtins[0]
    assert code.__self__.flags[1] == 0
    caller = threading.Thread(target=lambda call=code: found.append(call(given)))
    caller.start()
    while not code.__self__.flags[1] and caller.is_alive():
        pass
    given[0] = None
    del jitted, code
    gc.collect()
    caller.join()
    assert np.array_equal(found[0], expected)


def test_code_outlives_its_function_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "_OUTLIVED", outlived := [])
    flags = np.zeros(8, np.int64)
    for running in (0, 1):
        holder = np.zeros(3, np.int64).view(entry._Holder)
        holder.kept, holder.flags = ("code",), flags
        flags[1] = running
        del holder
        gc.collect()
        assert [each[2] for each in outlived] == [("code",)] * running


def test_arguments_are_owned_as_before() -> None:
    jitted = chainrule.jit(network)
    (p, x) = layers(np.random.default_rng(0))
    jitted(p, x)
    before = [sys.getrefcount(each) for each in (p["w"], p["v"][0], x)]
    for _ in range(100):
        jitted(p, x)
    assert [sys.getrefcount(each) for each in (p["w"], p["v"][0], x)] == before
