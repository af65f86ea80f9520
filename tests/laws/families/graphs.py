"""Graphs: loops, branches, recursion, many paths, long chains and wide sums, in linear time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .case import DOUBLE, Case, named, one, vector


def polynomial(x: Any) -> Any:
    total = 0.0 * x
    for power in range(50):
        total = total + x**power
        if total > 100:
            break
    return total


def fibonacci(x: Any, steps: int) -> Any:
    a, b = x, x
    for _ in range(steps):
        a, b = b, a + b
    return a


def doubled(x: Any, times: int) -> Any:
    for _ in range(times):
        x = x + x
    return x


def multiplied(x: Any, times: int) -> Any:
    for _ in range(times):
        x = x * 1.00001
    return x


def logistic_map(x: Any) -> Any:
    for _ in range(20):
        x = 3.9 * x * (1 - x)
    return x


def slope_of_the_map(x: float) -> float:
    slope = 1.0
    for _ in range(20):
        slope *= 3.9 * (1 - 2 * x)
        x = 3.9 * x * (1 - x)
    return slope


def recursive(x: Any, n: int = 12) -> Any:
    return x if n == 1 else x * recursive(x, n - 1)


def numbers(steps: int) -> int:
    a, b = 1, 1
    for _ in range(steps):
        a, b = b, a + b
    return a


def programs() -> Iterator[Case]:
    yield one("a loop that breaks", polynomial, 2.0, float(sum(k * 2 ** (k - 1) for k in range(1, 7))), jit=False)
    for steps in (10, 80):
        yield one(f"fibonacci {steps}", lambda x, n=steps: fibonacci(x, n), 1.0, float(numbers(steps)))
    for times in (10, 60, 200):
        yield one(f"2^{times} paths", lambda x, n=times: doubled(x, n), 1.0, 2.0**times, dtypes=DOUBLE)
    for times in (2, 10, 40):  # (x + x) * (x + x) / 2 at every level: 2^k paths of products
        yield one(f"{times} diamonds", lambda x, n=times: diamonds(x, n), 1.0, 1.0)
    yield one("the logistic map", logistic_map, 0.3, slope_of_the_map(0.3), tolerance=1e-7, dtypes=DOUBLE)
    yield one("recursion", recursive, 1.1, 12 * 1.1**11)
    yield one("a list of pieces", lambda x: sum(x[i] ** (i + 1) for i in range(3)), vector(1, 2, 3), [1, 4, 27])
    yield one("a dictionary of pieces", lambda x: {"a": x[0], "b": x[1]}["b"] ** 2, vector(1, 3), [0, 6])
    yield one("reflected operators", lambda x: (2.0 - x) * (2.0 / x) * (2.0**x), 1.5, -3.721304030479608)
    yield one("both branches by points", lambda x: x * x if x > 1 else 3 * x, 2.0, 4.0, jit=False)
    yield one("the other branch", lambda x: x * x if x > 1 else 3 * x, 0.5, 3.0, jit=False)
    yield one("a while loop", lambda x: halved(x), 8.0, 0.125, jit=False)
    yield one("a chain of 100000", lambda x: multiplied(x, 100000), 1.0, 1.00001**100000, tolerance=1e-6, dtypes=DOUBLE,
              jit=False)  # fmt: skip
    yield one("a wide sum", lambda x: np.sum(np.stack([x * float(i % 7) for i in range(20000)])), 2.0,
              float(sum(i % 7 for i in range(20000))), dtypes=DOUBLE, jit=False)  # fmt: skip


def diamonds(x: Any, times: int) -> Any:
    for _ in range(times):
        x = (x + x) * 0.5
    return x


def halved(x: Any) -> Any:
    while x > 1:
        x = x / 2
    return x


CASES = named(list(programs()))
