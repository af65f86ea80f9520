"""Loops and choices beside the rest: what they leave behind, what an explanation says of them, and long ones."""

from __future__ import annotations

import gc
import time
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import chainrule
from chainrule import checkpoint, cond, explain, fixed_point, grad, jacrev, jit, jvp, map, scan, vmap, while_loop
from chainrule.ir.graph import Graph

XS = np.ones(5)


def everything() -> None:
    grad(grad(lambda w: scan(lambda h, x: (np.tanh(w * h + x), h), 0.0, XS)[0]))(0.5)
    jvp(lambda w: while_loop(lambda c: c < 9.0, lambda c: c * w, w), (2.0,), (1.0,))
    grad(lambda w: cond(w > 0, np.sin, np.cos, w))(0.5)
    grad(lambda w: checkpoint(np.sin)(w))(0.5)
    vmap(grad(lambda w: fixed_point(lambda x, a: np.cos(a * x), 1.0, w)))(np.array([0.5, 0.6]))
    jacrev(lambda x: np.sin(x) * x[0])(np.ones(8))


def living() -> int:
    gc.collect()
    return sum(isinstance(each, Graph) for each in gc.get_objects())


def test_nothing_stays_behind() -> None:
    everything()
    before = living()
    for _ in range(5):
        everything()
    assert living() <= before


def test_an_explanation_writes_a_loop_in_one_line() -> None:
    def loss(w: Any, xs: Any) -> Any:
        h, ys = scan(lambda h, x: (np.tanh(w * h + x), h), 0.0, xs)
        L = h**2 + np.sum(ys)
        return L

    worked = explain(loss)(0.5, np.array([1.0, 2.0]))
    expected = grad(loss, (0, 1))(0.5, np.array([1.0, 2.0]))
    assert_allclose(worked.gradients["w"], expected[0])
    assert_allclose(worked.gradients["xs"], expected[1])
    assert worked.order == ["w", "xs", "h", "ys", "q", "r", "L"]
    assert "scan_back" in str(worked)


def test_an_explanation_goes_into_the_branch_that_is_taken() -> None:
    def f(x: Any) -> Any:
        return cond(x > 0, lambda x: np.log(x) * 2, np.sin, x)

    assert {"log", "switch"} & {row.op for row in explain(f)(2.0).derivation.rows} == {"log"}


def step(h: Any, x: Any) -> Any:
    return np.tanh(0.9 * h + x), h


def test_time_grows_with_the_length() -> None:
    def taken(count: int) -> float:
        xs = np.zeros(count)
        start = time.perf_counter()
        grad(lambda h: scan(step, h, xs)[0])(0.5)
        return time.perf_counter() - start

    taken(100)
    short = min(taken(5_000) for _ in range(3))
    assert taken(100_000) < 100 * short  # 20 times as long; what is quadratic takes 400 times


def test_a_long_loop_is_what_it_says() -> None:
    count = 100_000
    found = grad(lambda x: scan(lambda y, _: (y * x, None), 1.0, None, length=count)[0])(1.00001)
    assert_allclose(found, count * 1.00001 ** (count - 1), rtol=1e-6)


@pytest.mark.parametrize("wrap", [lambda f: f, jit], ids=["eager", "jit"])
def test_random_numbers_by_keys_in_stacks_and_loops(wrap: Any) -> None:
    from chainrule import random

    keys = random.split(random.key(3), 4)
    expected = np.stack([random.normal(each, (2,)) for each in keys])
    assert_allclose(wrap(vmap(lambda key: random.normal(key, (2,))))(keys), expected)
    assert_allclose(wrap(lambda keys: map(lambda key: random.normal(key, (2,)), keys))(keys), expected)


def test_what_a_loop_says_in_names() -> None:
    assert {"scan", "vmap", "cond", "root", "linearize"} <= set(chainrule.__all__)
    assert all(getattr(chainrule, name).__doc__ for name in chainrule.control.__all__)
