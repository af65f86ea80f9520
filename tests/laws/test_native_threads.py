"""Work in parts gives what it gives whole, the same at every run, whoever takes the parts; and threads never hang."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from unit.programs import random_program

import chainrule
from chainrule.executors import EXECUTORS
from chainrule.executors.native import availability, compile_graph, recall
from chainrule.executors.native.machine import blas, llvm, pool, threads
from chainrule.executors.native.text import bodies, parts
from chainrule.executors.native.text.loops import sharing
from chainrule.executors.native.text.products import cuts
from chainrule.executors.native.text.products import product as products
from chainrule.ir.recording import open_recording

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))


@pytest.fixture(scope="module")
def three() -> pool.Pool:
    """A pool of three threads, on machines with fewer processors too."""
    return pool.new(3)


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch, three: pool.Pool) -> Callable[[int], None]:
    """Says with how many threads functions are compiled from here on: all that is not one line is split."""
    monkeypatch.setattr(pool, "_shared", lambda: three)
    monkeypatch.setattr(recall, "find", lambda identity: None)  # code that was split in another way
    monkeypatch.setattr(bodies, "LIMIT", [-1])
    monkeypatch.setattr(sharing, "_INNERMOST", 2)
    monkeypatch.setattr(cuts, "FEWEST", [1, 1])
    monkeypatch.setattr(cuts, "_ROWS", 2)

    def compiling(number: int) -> None:
        monkeypatch.setattr(parts, "LEAST", [1e-15 if number > 1 else 1e9])
        monkeypatch.setattr(threads, "choice", lambda: threads.Choice(number, "a test"))

    return compiling


def ways(function: Callable[..., Any], args: Any, split: Callable[[int], None], number: int) -> tuple[Any, Any]:
    """(the result whole, the result in parts)."""
    split(1)
    whole = chainrule.jit(lambda *each: function(*each))(*args)
    split(number)
    in_parts = chainrule.jit(lambda *each: function(*each))
    found = in_parts(*args)
    assert "_part(" in in_parts.llvm(*args)
    for _ in range(20):
        for one, other in zip(leaves(found), leaves(in_parts(*args)), strict=True):
            assert np.array_equal(one, other, equal_nan=True)
    return whole, found


def leaves(found: Any) -> list[Any]:
    return list(found) if isinstance(found, (tuple, list)) else [found]


# The pool -------------------------------------------------------------------------------------------------------------
COUNTING = """
define void @count(ptr %args, i64 %part) {
  %place = getelementptr i64, ptr %args, i64 %part
  %old = atomicrmw add ptr %place, i64 1 seq_cst
  ret void
}
"""


def counting(of: pool.Pool) -> tuple[Callable[[Any, int], None], Any]:
    library, task = llvm.load(llvm.compiled(COUNTING), "count")
    run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(of.run)
    return lambda counts, count: run(of.address, task, ctypes.addressof(counts), count), library


@pytest.mark.parametrize("number", [1, 2, 5])
def test_every_part_is_taken_once(number: int) -> None:
    run, _ = counting(pool.new(number))
    counts = (ctypes.c_int64 * 64)()
    for turn in range(2000):
        run(counts, turn % 64 + 1)
    expected = [sum(turn % 64 >= part for turn in range(2000)) for part in range(64)]
    assert list(counts) == expected


def test_many_callers_at_once(three: pool.Pool) -> None:
    run, _ = counting(three)

    def caller(_: int) -> list[int]:
        counts = (ctypes.c_int64 * 16)()
        for _ in range(2000):  # ctypes lets others run meanwhile
            run(counts, 16)
        return list(counts)

    with ThreadPoolExecutor(6) as callers:
        assert list(callers.map(caller, range(6))) == [[2000] * 16] * 6


# Results --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("size", "number"), [(3, 2), (63, 7), (64, 3), (65, 2), (1000, 3), (4096, 2), (10007, 7)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_entries_are_the_same_to_the_bit(size: int, number: int, dtype: Any, split: Callable[[int], None]) -> None:
    x = np.random.default_rng(size).normal(size=size).astype(dtype)
    x[0], x[-1] = np.nan, -np.inf
    whole, found = ways(lambda x: (np.sqrt(x) * x + 1, np.maximum(x, 0.5), x > 0), (x,), split, number)
    for one, other in zip(whole, found, strict=True):
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes()


SHAPES = [(7,), (1, 129), (129, 1), (5, 3, 70), (2, 300), (300, 2), (64, 65), (8, 1, 9)]
REDUCTIONS: list[Callable[[Any, int], Any]] = [
    lambda x, axes: (np.sum(x * 2.0), np.max(x), np.min(x + 1.0)),
    lambda x, axes: (np.sum(x * x, axis=0), x + 1.0),
    lambda x, axes: np.mean(x, axis=-1),
    lambda x, axes: (np.sum(x, axis=0), np.sum(x, axis=-1, keepdims=True), np.max(x)),
    lambda x, axes: tuple([np.sum(np.tanh(x), axis=axis) for axis in range(axes)]),
    lambda x, axes: np.prod(x * 0.1 + 1.0, axis=0),
    lambda x, axes: (np.any(x > 2.5, axis=0), np.all(x < 2.5)),
]


@pytest.mark.parametrize("number", [2, 5])
@pytest.mark.parametrize("shape", SHAPES)
def test_reductions_agree(shape: tuple[int, ...], number: int, split: Callable[[int], None]) -> None:
    x = np.random.default_rng(len(shape)).normal(size=shape)
    whole, found = ways(
        lambda x: [part for each in REDUCTIONS for part in leaves(each(x, len(shape)))], (x,), split, number
    )
    for one, other in zip(whole, found, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(np.asarray(one, float), np.asarray(other, float), rtol=1e-13, atol=1e-13)


PRODUCTS: dict[str, tuple[Callable[[Any, Any], Any], tuple[int, ...], tuple[int, ...]]] = {
    "matrices": (lambda a, b: a @ b, (37, 20), (20, 65)),
    "transposed": (lambda a, b: a.T @ b.T, (20, 33), (70, 20)),
    "one column": (lambda a, b: a @ b, (64, 9), (9, 1)),
    "outer": (lambda a, b: a @ b, (100, 1), (1, 50)),
    "stack": (lambda a, b: a @ b, (7, 5, 6), (7, 6, 8)),
    "shared": (lambda a, b: a @ b, (3, 1, 5, 6), (4, 6, 8)),
    "einsum": (lambda a, b: np.einsum("bqhd,bkhd->bhqk", a, b), (3, 5, 4, 6), (3, 7, 4, 6)),
}


@pytest.mark.parametrize("who", ["tiles", "blas"])
@pytest.mark.parametrize("name", PRODUCTS)
def test_products_agree(name: str, who: str, split: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    function, first, second = PRODUCTS[name]
    random = np.random.default_rng(0)
    monkeypatch.setattr(products, "by_tiles", lambda product, width: who == "tiles")
    for number, dtype in ((2, np.float32), (5, np.float64)):
        a, b = random.normal(size=first).astype(dtype), random.normal(size=second).astype(dtype)
        whole, found = ways(function, (a, b), split, number)
        np.testing.assert_allclose(found, whole, rtol=1e-4 if dtype is np.float32 else 1e-12, atol=1e-5)


def test_the_blas_is_left_as_it_was(split: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    found = blas.library()
    if found is None or not found.is_told:
        pytest.skip("no BLAS that can be told")
    ask, tell = (getattr(found.handle, found.spelled(name)) for name in blas.THREADS)
    monkeypatch.setattr(products, "by_tiles", lambda product, width: False)
    split(3)
    jitted, x = chainrule.jit(lambda x: x @ x), np.eye(50)
    before = ask()
    try:
        for number in (1, 2):
            tell(number)
            assert np.array_equal(jitted(x), x)
            assert ask() == number
    finally:
        tell(before)


def turned(points: Any, angles: Any) -> Any:
    """Rows of three numbers, each worked on by itself: one loop over rows."""
    norm = np.sqrt(np.sum(points * points, axis=1, keepdims=True) + 1.0)
    return np.concatenate([points * np.cos(angles), norm * np.sin(angles)], axis=1)


@pytest.mark.parametrize("length", [64, 65, 1000])
def test_rows_in_parts(length: int, split: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(length)
    args = random.normal(size=(length, 3)), random.normal(size=(length, 1))
    monkeypatch.setattr(bodies, "LIMIT", [4000])
    whole, found = ways(turned, args, split, 3)
    np.testing.assert_allclose(found, whole, rtol=1e-15, atol=1e-15)  # a product and a sum may be rounded once


@pytest.mark.parametrize("reverse", [False, True])
def test_steps_that_need_no_other_in_parts(reverse: bool, split: Callable[[int], None]) -> None:
    """Each step has loops of its own, and memory in between."""
    random = np.random.default_rng(3)
    xs, w = random.normal(size=(13, 6, 5)), random.normal(size=(5, 5))

    def function(xs: Any, w: Any) -> Any:
        def step(carry: None, x: Any) -> tuple[None, Any]:
            y = np.tanh(x @ w)
            return carry, (y - np.mean(y, axis=0)) @ w.T

        return chainrule.scan(step, None, xs, reverse=reverse)[1]

    whole, found = ways(function, (xs, w), split, 3)
    np.testing.assert_allclose(found, whole, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("images", [2, 5, 16])
def test_convolutions_in_parts(images: int, split: Callable[[int], None]) -> None:
    random = np.random.default_rng(images)
    x, w = random.normal(size=(images, 2, 9, 8)), random.normal(size=(3, 2, 3, 3))

    def loss(x: Any, w: Any) -> Any:
        return np.sum(np.tanh(chainrule.nn.conv2d(x, w, padding=1, strides=2)) ** 2)

    both = chainrule.value_and_grad(loss, argnums=(0, 1))
    whole, found = ways(lambda x, w: (both(x, w)[0], *both(x, w)[1]), (x, w), split, 3)
    for one, other in zip(whole, found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(900, 920))
def test_random_programs_in_parts(seed: int, split: Callable[[int], None]) -> None:
    with open_recording(), np.errstate(all="ignore"):
        graph, values = random_program(seed)
        expected = EXECUTORS["walk"](graph, "f")(*values)
        split(2 + seed % 4)
        found = compile_graph(graph)(*values)
    for one, other in zip(found, expected, strict=True):
        wide = np.asarray(other).dtype != np.float32
        np.testing.assert_allclose(
            np.asarray(one), np.asarray(other), **dict.fromkeys(("rtol", "atol"), 1e-9 if wide else 1e-5)
        )


def test_only_what_is_long_is_split(monkeypatch: pytest.MonkeyPatch, three: pool.Pool) -> None:
    monkeypatch.setattr(pool, "_shared", lambda: three)
    monkeypatch.setattr(threads, "choice", lambda: threads.Choice(2, "a test"))
    jitted = chainrule.jit(lambda x: np.tanh(x) * x)
    assert "_part(" not in jitted.llvm(np.ones(1000))
    assert "_part(" not in jitted.llvm(np.ones((20, 100)))
    assert "_part(" in jitted.llvm(np.ones(10**6))
    monkeypatch.setattr(threads, "choice", lambda: threads.Choice(1, "a test"))
    assert "_part(" not in jitted.llvm(np.ones(10**6))


@pytest.mark.parametrize("near", [-1, 0, 1])
def test_around_the_least_work(near: int, split: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    split(2)
    size = next(size for size in range(64, 10**6, 64) if parts.split_of(size, size * 1e-8) is not None)
    x = np.linspace(-2, 2, 20_000 + near)
    monkeypatch.setattr(parts, "LEAST", [100e-6])
    np.testing.assert_allclose(chainrule.jit(lambda x: np.sum(np.tanh(x)))(x), np.sum(np.tanh(x)), atol=1e-11)
    assert parts.split_of(size, 99e-6) is None
    found = parts.split_of(1000 + near, 101e-6, 8)
    assert found is not None
    assert (found.length % 8, (found.parts - 1) * found.length < 1000 + near <= found.parts * found.length) == (0, True)


# Processes ------------------------------------------------------------------------------------------------------------
WORK = """
import numpy as np, chainrule
x = np.linspace(-2, 2, 600_000)
f = chainrule.jit(chainrule.value_and_grad(lambda x: np.sum(np.tanh(x) * x)))
assert "_part(" in f.llvm(x)
value, gradient = f(x)
"""


def in_a_process(text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CHAINRULE_NUM_THREADS": "3", **variables}
    return subprocess.run(
        [sys.executable, "-c", text], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_process_with_threads_ends() -> None:
    found = in_a_process(WORK + "print(chainrule.executors.native.machine.threads.choice().number)")
    assert (found.returncode, found.stdout, found.stderr) == (0, "3\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_after_a_fork_makes_its_own_threads() -> None:
    child = """
import os, warnings
warnings.simplefilter("ignore")  # newer Pythons warn of forks beside threads
for generation in range(2):
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status))
    for _ in range(50):
        again = f(x)
        assert again[0] == value and np.array_equal(again[1], gradient)
os._exit(7)
"""
    found = in_a_process(WORK + child)
    assert (found.returncode, found.stderr) == (7, "")


def test_what_is_asked_for() -> None:
    assert threads.choose("3", "1") == threads.Choice(3, "CHAINRULE_NUM_THREADS=3")
    assert threads.choose(None, "1") == threads.Choice(1, "OMP_NUM_THREADS=1")
    assert threads.choose("", "1,4").number == 1
    assert threads.choose("100000", None).number == threads.MOST
    for wrong in ("two", "0", "-1", "1.5"):
        found = threads.choose(wrong, None)
        assert found.number >= 1
        assert wrong in found.refused
    assert threads.choose(None, "nonsense").number == threads.choose(None, None).number


def test_info_says_how_many_threads_and_why() -> None:
    asked = "from chainrule.executors.native.executor import report; print(report())"
    assert "threads: 3 (CHAINRULE_NUM_THREADS=3)" in in_a_process(asked).stdout
    assert "'many' is no number of threads" in in_a_process(asked, CHAINRULE_NUM_THREADS="many").stdout


@pytest.mark.parametrize("far", [0.5, -1e15, np.inf])
@pytest.mark.parametrize("shape", [(40, 12), (2, 900), (2000,)])
def test_a_part_that_meets_a_stranger_runs_again(shape: Any, far: float, split: Callable[[int], None]) -> None:
    """Its functions are then others, but what it has added up so far must not count."""

    def waves(x: Any) -> Any:
        return np.sum(np.sin(x) * x, axis=0), np.sum(np.cos(x), axis=-1), np.sum(np.sin(x)), np.tan(x)

    x = np.random.default_rng(0).normal(size=shape)
    x[(-1,) * len(shape)] = far
    split(3)
    in_parts = chainrule.jit(waves)
    with np.errstate(all="ignore"):
        for one, other in zip(in_parts(x), waves(x), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
    # sums of columns by parts of the columns are begun before the parts: none could take back what it added
    assert ("_part(" in in_parts.llvm(x)) == (shape != (2, 900))
    for one, other in zip(in_parts(x), in_parts(x), strict=True):
        assert np.array_equal(one, other, equal_nan=True)
