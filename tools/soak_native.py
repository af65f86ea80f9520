"""Many calls through every door of a jitted function: what is left of memory and references out, a JSON line a door.

One idea: a call that leaves nothing behind leaves as many blocks of Python's memory as there were, whatever it was
given and however it ended; what Python does not count (the numbers of arrays) is seen in the size of the process.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.api import grad, jit, value_and_grad
from chainrule.control import scan, while_loop
from chainrule.errors import ChainruleError

Call = Callable[[], Any]
WARM = 300  # calls before anything is counted: caches fill, code is compiled
MOST_BLOCKS = 300  # of Python's memory, that caches of Python's own may take
MOST_BYTES = (
    12_000_000  # by which the process may grow, and for each function that LLVM compiles, which keeps some of it
)
MOST_OF_LLVM = 150_000
DOORS: dict[str, Callable[[], Call]] = {}


def door(make: Callable[[], Call]) -> Callable[[], Call]:
    DOORS[make.__name__.replace("_", " ")] = make
    return make


def squares(x: Any) -> Any:
    return np.sum(x * x)


# Arguments and results of every kind --------------------------------------------------------------------------------
@door
def numbers_of_python() -> Call:
    f = jit(value_and_grad(lambda x, y, z: (x + y) * z, (0, 1, 2)))
    return lambda: f(1.5, 2.5, -3.0)


@door
def numbers_of_numpy() -> Call:
    f = jit(lambda x, y: (x * y, x + 1, y > 0))
    given = np.float32(2.0), np.asarray(3.0)
    return lambda: f(*given)


@door
def arrays() -> Call:
    f = jit(value_and_grad(lambda W, x: np.sum(np.tanh(W @ x) ** 2), (0, 1)))
    given = np.ones((20, 30)), np.ones(30)
    return lambda: f(*given)


@door
def containers() -> Call:
    f = jit(lambda p, q: ({"b": p["W"] * 2.0, "a": [p["w"][0], (None, 3, q)]}, [p["w"][1] + q]))
    given = {"w": [1.5, np.ones(3)], "W": np.ones((2, 2))}
    return lambda: f(given, 2.0)


@door
def containers_that_python_takes_apart() -> Call:
    f = jit(lambda p, *, scale: {"y": (p[0] * scale, p[1])})
    given = (np.ones(3), np.ones((2, 2)))
    return lambda: f(given, scale=2.0)


@door
def arrays_that_lie_otherwise() -> Call:
    f = jit(grad(squares))
    given = np.ones((6, 8))[::-2, ::3]
    swapped = np.ones(3, ">f4")
    return lambda: (f(given), f(swapped))


@door
def two_kinds_by_turns() -> Call:
    f = jit(grad(squares))
    one, other = np.ones(4), np.ones((2, 3), np.float32)
    return lambda: (f(one), f(other), f(2.0), f(np.float32(2.0)))


@door
def array_likes() -> Call:
    class Like:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return np.ones(3)

    f, given = jit(squares), Like()
    return lambda: f(given)


@door
def outputs_that_are_reused() -> Call:
    f = jit(lambda x: (x * 2.0, np.sum(x)), reuse_outputs=True)
    given = np.ones(50)
    return lambda: f(f(given)[0])


@door
def outputs_of_the_caller() -> Call:
    f = jit(lambda x, y: (x - 0.1 * y, np.sum(x)))
    x, y = np.ones(50), np.zeros(50)
    return lambda: f(x, y, out=(x, None))


@door
def outputs_of_the_caller_that_overlap() -> Call:
    f = jit(lambda x: x[::-1] * 1.0)
    x = np.ones(50)
    return lambda: f(x[:40], out=x[5:45])


@door
def large_arrays() -> Call:
    f = jit(value_and_grad(squares))
    given = np.ones(3000)
    return lambda: f(given)


@door
def a_static_argument_and_a_method() -> Call:
    class Model:
        @partial(jit, static_argnums=0)
        def doubled(self, x: Any) -> Any:
            return x * 2.0

    f, model = jit(lambda x, n: x**n, static_argnums=1), Model()
    return lambda: (f(2.0, 3), model.doubled(2.0))


@door
def integers_and_truth_values() -> Call:
    f = jit(lambda n, m: (n * 2, ~m, np.where(m, n, 0)))
    given = np.arange(5), np.arange(5) > 2
    return lambda: f(*given)


# What runs inside ---------------------------------------------------------------------------------------------------
@door
def loops_over_steps() -> Call:
    def run(W: Any, xs: Any) -> Any:
        return np.sum(scan(lambda h, x: (np.tanh(W @ h + x), h[0]), xs[0], xs)[0])

    f = jit(value_and_grad(run, (0, 1)))
    given = np.eye(3), np.ones((5, 3))
    return lambda: f(*given)


@door
def loops_until() -> Call:
    f = jit(lambda a: while_loop(lambda x: x * x > a + 1e-9, lambda x: (x + a / x) / 2.0, a + 1.0))
    return lambda: f(2.0)


@door
def calls_of_python() -> Call:
    f = jit(value_and_grad(lambda X: np.linalg.slogdet(X)[1] + np.sum(np.linalg.inv(X))))
    given = 2.0 * np.eye(3)
    return lambda: f(given)


@door
def sorting_and_places() -> Call:
    f = jit(lambda x: (np.sort(x), np.argsort(x), ops.at(x)[np.argsort(x)[:2]].add(1.0)))
    given = np.array([3.0, 1.0, 2.0])
    return lambda: f(given)


# Calls that end in an error -----------------------------------------------------------------------------------------
def refused(call: Call) -> Call:
    """The call, which must raise."""

    def run() -> None:
        try:
            call()
        except (ChainruleError, np.linalg.LinAlgError, ValueError, TypeError, KeyError):
            return
        raise AssertionError("nothing was raised")

    return run


@door
def what_an_op_raises() -> Call:
    f = jit(lambda x, y: (y * 2.0, np.linalg.inv(x) * 2.0, np.sum(y)))
    f(np.eye(2), np.ones(3))
    given = np.zeros((2, 2)), np.ones(3)
    return refused(lambda: f(*given))


@door
def arguments_of_no_type() -> Call:
    f = jit(squares)
    f(np.ones(3))
    return refused(lambda: f("text"))


@door
def arguments_of_no_shape() -> Call:
    f = jit(lambda W, x: W @ x)
    W, x = np.ones((2, 3)), np.ones(2)
    f(W, np.ones(3))
    return refused(lambda: f(W, x))


@door
def a_missing_argument() -> Call:
    f = jit(lambda p: p["a"] * 2.0)
    f({"a": 1.0})
    return refused(lambda: f({"b": 1.0}))


@door
def an_out_of_another_shape() -> Call:
    f = jit(lambda x: x * 2.0)
    x, wrong = np.ones(3), np.ones(4)
    f(x, out=np.ones(3))
    return refused(lambda: f(x, out=wrong))


@door
def compiled_anew() -> Call:
    """A new function each time: recorded, compiled (or found again), called and forgotten."""
    given = np.ones(3)
    return lambda: jit(lambda x: x * 2.0 + 1.0)(given)


# Calls that record take milliseconds, calls that Python takes apart take tens of microseconds: there are fewer of them.
RARE = {"compiled anew": 2000, "arguments of no shape": 100, "a missing argument": 100} | dict.fromkeys(
    (
        "containers that python takes apart", "arrays that lie otherwise", "array likes", "outputs that are reused",
        "outputs of the caller that overlap", "a static argument and a method", "calls of python", "sorting and places",
        "what an op raises", "arguments of no type", "an out of another shape",
    ),
    10,
)  # fmt: skip


# Counting -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Left:
    """What some calls left behind."""

    calls: int
    blocks: int
    bytes: int
    seconds: float

    compiling: bool = False

    @property
    def leaks(self) -> bool:
        most = MOST_BYTES + self.calls * MOST_OF_LLVM * self.compiling
        return self.blocks > MOST_BLOCKS or self.bytes > most


def resident() -> int:
    """Bytes of this process that lie in memory; 0 where the system does not say."""
    with suppress(OSError), open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def left_by(call: Call, calls: int, compiling: bool = False) -> Left:
    """What so many calls leave behind. `compiling`: each makes code."""
    for _ in range(min(WARM, calls)):
        call()
    gc.collect()
    blocks, size, start = sys.getallocatedblocks(), resident(), perf_counter()
    for _ in range(calls):
        call()
    seconds = perf_counter() - start
    gc.collect()
    return Left(calls, sys.getallocatedblocks() - blocks, resident() - size, seconds, compiling)


def calls_of(name: str, calls: int) -> int:
    """Fewer where one call takes milliseconds."""
    return max(100, calls // RARE.get(name, 1))


def measured(calls: int, part: str) -> Iterator[tuple[str, Left]]:
    for name, make in DOORS.items():
        if part in name:
            yield name, left_by(make(), calls_of(name, calls), name == "compiled anew")


def in_threads(calls: int, count: int = 4) -> Left:
    """All doors in some threads at once, each with functions of its own and with one that all share."""
    shared = DOORS["arrays"]()

    def work(_: int) -> None:
        for make in (DOORS["arrays"], DOORS["containers"], DOORS["loops over steps"]):
            call = make()
            for _ in range(calls // (6 * count)):
                call()
                shared()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, range(count)))
        return left_by(lambda: list(pool.map(work, range(count))), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("door", nargs="?", default="", help="a part of the name of a door; all if left out")
    parser.add_argument("--calls", type=int, default=1_000_000, help="of each door")
    asked = parser.parse_args()
    leaks = 0
    for name, left in measured(asked.calls, asked.door):
        leaks += left.leaks
        row = {"door": name, "calls": left.calls, "blocks": left.blocks, "bytes": left.bytes}
        print(json.dumps({**row, "seconds": round(left.seconds, 2), "leaks": left.leaks}), flush=True)
    sys.exit(bool(leaks))


if __name__ == "__main__":
    main()
