"""The law of bodies: whatever works outside a loop works inside one, under every transform of the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from chainrule import checkpoint, cond, fixed_point, fori_loop, grad, jacfwd, jit, scan, vmap

XS = np.random.default_rng(29).normal(size=5)


def one_by_one(f: Callable[..., Any], carry: Any, xs: Any) -> Any:
    for x in xs:
        carry = f(carry, x)
    return carry


jitted = jit(lambda c, x: np.sin(c * x) + c)
INSIDE = {  # a step (carry, x, w), and the same in plain Python
    "jit": (lambda c, x, w: jitted(c, x) * w, lambda c, x, w: (np.sin(c * x) + c) * w),
    "checkpoint": (lambda c, x, w: checkpoint(lambda c: np.sin(c * x * w))(c), lambda c, x, w: np.sin(c * x * w)),
    "cond": (
        lambda c, x, w: cond(x > 0, lambda c: np.sin(c) * w, lambda c: c * w, c),
        lambda c, x, w: np.sin(c) * w if x > 0 else c * w,
    ),
    "where": (
        lambda c, x, w: np.where(x > 0, np.log(np.where(x > 0, x, 1.0)) * c, 0.0) + w,
        lambda c, x, w: (np.log(x) * c if x > 0 else 0.0) + w,
    ),
    "fixed point": (
        lambda c, x, w: fixed_point(lambda y, c: np.cos(0.5 * y * c) + 0.1 * x, 1.0, c * w, tol=1e-14),
        lambda c, x, w: one_by_one(lambda y, _: np.cos(0.5 * y * c * w) + 0.1 * x, 1.0, range(120)),
    ),
    "loop": (
        lambda c, x, w: fori_loop(0, 3, lambda i, v: v * np.cos(w * i) + x, c),
        lambda c, x, w: one_by_one(lambda v, i: v * np.cos(w * i) + x, c, [0.0, 1.0, 2.0]),
    ),
    "stack": (
        lambda c, x, w: np.sum(vmap(lambda s: np.sin(s * c))(np.arange(3.0))) * w,
        lambda c, x, w: np.sum(np.sin(np.arange(3.0) * c)) * w,
    ),
    "gradient": (
        lambda c, x, w: grad(lambda c: np.sin(c * x) * w)(c),
        lambda c, x, w: np.cos(c * x) * x * w,
    ),
}


@pytest.mark.parametrize("name", sorted(INSIDE))
def test_everything_works_inside_a_body(name: str) -> None:
    step, plain = INSIDE[name]
    xs = XS

    def rolled(w: Any) -> Any:
        return scan(lambda c, x: (step(c, x, w), None), 0.3 * w, xs)[0]

    def written(w: Any) -> Any:
        return one_by_one(lambda c, x: plain(c, x, w), 0.3 * w, xs)

    slopes = [grad(written)(w) for w in (0.7, 0.2)]
    assert_allclose(rolled(0.7), written(0.7), rtol=1e-9)
    for order in (grad(rolled), jacfwd(rolled), jit(grad(rolled)), grad(jit(rolled)), grad(checkpoint(rolled))):
        assert_allclose(order(0.7), slopes[0], rtol=1e-8)
    assert_allclose(vmap(grad(rolled))(np.array([0.7, 0.2])), slopes, rtol=1e-8)
    assert_allclose(jit(vmap(jit(grad(rolled))))(np.array([0.7, 0.2])), slopes, rtol=1e-8)
    assert_allclose(grad(grad(rolled))(0.7), grad(grad(written))(0.7), rtol=1e-7)
