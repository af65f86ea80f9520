"""Calls leave nothing behind: no memory, no references, through every door and however they end.

`tools/soak_native.py` makes a million calls through each.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soak_native

import chainrule
from chainrule.executors.native import availability

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))
CALLS = 20_000


@pytest.mark.parametrize("name", soak_native.DOORS)
def test_a_call_leaves_nothing_behind(name: str) -> None:
    call = soak_native.DOORS[name]()
    for _ in range(3):  # what Python itself keeps of the first calls may be counted once
        left = soak_native.left_by(call, soak_native.calls_of(name, CALLS), name == "compiled anew")
        if not left.leaks:
            return
    raise AssertionError(left)


def test_what_leaks_is_noticed() -> None:
    kept: list[Any] = []
    assert soak_native.left_by(lambda: kept.append(np.ones(2)), 2000).leaks
    large: list[Any] = []
    assert soak_native.left_by(lambda: large.append(np.ones(50_000)), 100).leaks


def test_calls_in_threads_leave_nothing_behind() -> None:
    left = soak_native.in_threads(6000)
    assert not left.leaks, left


def counted(call: Callable[[], Any], things: list[Any]) -> list[int]:
    """By how much the reference counts of some things grew in a hundred calls."""
    call()
    gc.collect()
    before = [sys.getrefcount(each) for each in things]
    for _ in range(100):
        call()
    gc.collect()
    after = [sys.getrefcount(each) for each in things]
    return [one - other for one, other in zip(after, before, strict=True)]


def shared(x: Any, p: Any) -> Any:
    return {"y": x * p["a"][0], "p": [p["a"][1] * 2.0, None, 3], "z": (np.sum(x), np.sum(x))}


class Unlike:
    """Something that no function takes."""


THING = Unlike()
GIVEN = np.arange(3.0), {"a": [1.5e10, np.ones(2)]}
MIDWAY = chainrule.jit(lambda x, X: (x * 2.0, np.linalg.inv(X), x + 1.0))
REUSED = chainrule.jit(lambda x: x * 2.0, reuse_outputs=True)
PLAIN = chainrule.jit(lambda x: np.tanh(x) * 2.0)
INTO = np.zeros(3)
CALLED: dict[str, tuple[Callable[[], Any], list[Any]]] = {
    "taken apart": (lambda: chainrule.jit(shared)(*GIVEN), [*GIVEN, GIVEN[1]["a"], *GIVEN[1]["a"]]),
    "by keyword": (lambda: chainrule.jit(shared)(x=GIVEN[0], p=GIVEN[1]), [*GIVEN, GIVEN[1]["a"], *GIVEN[1]["a"]]),
    "refused by type": (lambda: failing(lambda: chainrule.jit(shared)(GIVEN[0], {"a": [THING, 1.0]})), [THING, *GIVEN]),
    "refused by structure": (lambda: failing(lambda: chainrule.jit(shared)(GIVEN[0], {"b": GIVEN[1]})), list(GIVEN)),
    "raised midway": (lambda: failing(lambda: MIDWAY(GIVEN[0], np.zeros((2, 2)))), [GIVEN[0], MIDWAY]),
    "reused": (lambda: REUSED(GIVEN[0]), [GIVEN[0], REUSED]),
    "of the caller": (lambda: PLAIN(GIVEN[0], out=INTO), [GIVEN[0], INTO]),
    "of the caller, refused": (lambda: failing(lambda: PLAIN(GIVEN[0], out=INTO[:2])), [GIVEN[0], INTO]),
    "recorded": (lambda: chainrule.grad(lambda x: np.sum(PLAIN(x)))(GIVEN[0]), [GIVEN[0]]),
}  # fmt: skip
ALWAYS = [None, NotImplemented, np.ndarray, float, np.float64, np.dtype(float)]


def failing(call: Callable[[], Any]) -> None:
    with pytest.raises(Exception, match=r"."):
        call()


@pytest.mark.parametrize("name", CALLED)
def test_no_reference_is_lost_or_kept(name: str) -> None:
    call, things = CALLED[name]
    assert counted(call, things) == [0] * len(things)
    always = ALWAYS[:-1] if name == "raised midway" else ALWAYS  # NumPy's own inv loses a dtype when it raises
    if sys.version_info < (3, 12):  # later, None and types of Python are never counted
        assert all(abs(each) < 50 for each in counted(call, always))


def test_results_belong_to_the_caller_alone() -> None:
    found = chainrule.jit(shared)(*GIVEN)
    leaves = [found["y"], found["p"][0], found["z"][0]]
    holders = 2 if sys.version_info < (3, 14) else 1  # the list, and the argument of getrefcount
    assert [sys.getrefcount(each) - holders for each in leaves] >= [1, 1, 1]
    assert sys.getrefcount(found) <= 2
    assert found["z"][0] is not None
    assert all(each.flags.owndata and each.flags.writeable for each in leaves[:2])


def test_code_goes_with_its_function() -> None:
    """A function that is forgotten takes its compiled code and constants with it."""
    before = soak_native.resident()
    for _ in range(20):
        table = np.random.default_rng(0).normal(size=100_000)
        jitted = chainrule.jit(lambda x, table=table: np.sum(x * table))
        jitted(table)
        del jitted
    gc.collect()
    assert soak_native.resident() - before < 20 * table.nbytes / 2


def test_threads_that_call_one_function_get_their_own_results() -> None:
    both = chainrule.jit(chainrule.value_and_grad(lambda x, W: np.sum(np.tanh(x @ W) ** 2)))
    solve = chainrule.jit(lambda A, b: np.linalg.solve(A, np.sort(b) * 2.0))
    W, A = np.random.default_rng(1).normal(size=(40, 40)), np.eye(6) * 2.0
    wrong: list[int] = []

    def work(number: int) -> None:
        random = np.random.default_rng(number)
        for _ in range(150):
            x, b = random.normal(size=(30, 40)), random.normal(size=6)
            value, slope = both(x, W)
            y = np.tanh(x @ W)
            right = np.isclose(value, np.sum(y * y)) and np.allclose(slope, (2 * y * (1 - y * y)) @ W.T)
            if not (right and np.allclose(solve(A, b), np.sort(b))):
                wrong.append(number)

    kept = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    finally:
        sys.setswitchinterval(kept)
    assert wrong == []
