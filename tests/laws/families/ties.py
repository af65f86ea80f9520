"""Ties, kinks and jumps: the subgradient of least norm, shared equally, and stable order in sorting."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

import chainrule

from .case import Case, named, one, vector


def corners() -> Iterator[Case]:
    for x, slope in ((0.0, 0.0), (-2.0, -1.0), (3.0, 1.0)):
        yield one(f"abs at {x}", np.abs, x, slope, hessian=0.0)
        yield one(f"absolute at {x}", np.absolute, x, slope)
        yield one(f"fabs by abs at {x}", lambda x: abs(x) * 2, x, 2 * slope)
    for x, slope in ((0.0, 0.0), (-1.0, 0.0), (2.0, 1.0)):
        yield one(f"relu at {x}", chainrule.relu, x, slope, hessian=0.0)
        yield one(f"relu squared at {x}", lambda x: chainrule.relu(x) ** 2, x, 2 * max(x, 0.0), hessian=2.0 * (x > 0))
    for low, x in itertools.product((0.0, 1.5, -2.0), (-2.0, 0.0, 1.5, 3.0)):
        share = 0.5 if x == low else float(x > low)
        yield one(f"maximum({x}, {low})", lambda x, low=low: np.maximum(x, low), x, share)
        yield one(f"minimum({x}, {low})", lambda x, low=low: np.minimum(low, x), x, 1 - share)
        yield Case(f"both of maximum({x}, {low})", np.maximum, (x, low), (share, 1 - share))
        yield Case(f"both of fmax({x}, {low})", lambda x, y: np.maximum(x, y), (x, low), (share, 1 - share))
    for x, slope in ((-1.0, 0.0), (0.0, 0.5), (0.4, 1.0), (1.0, 0.5), (9.0, 0.0)):
        yield one(f"clip at {x}", lambda x: np.clip(x, 0.0, 1.0), x, slope)
        yield one(
            f"method clip at {x}", lambda x: x.clip(0.0, 1.0) if hasattr(x, "clip") else np.clip(x, 0, 1), x, slope
        )
        yield one(
            f"clip of arrays at {x}", lambda x: np.sum(np.clip(x, np.zeros(2), np.ones(2))), np.full(2, x), [slope] * 2
        )
    yield one("maximum of x and itself", lambda x: np.maximum(x, x), 1.0, 1.0)
    yield one("maximum of x and -x at 0", lambda x: np.maximum(x, -x), 0.0, 0.0)
    yield one("x as its parts", lambda x: np.maximum(x, 0.0) - np.maximum(-x, 0.0), 0.0, 1.0)
    yield one("leaky relu at 0", lambda x: chainrule.leaky_relu(x, 0.01), 0.0, 0.01)
    for x in (0.0, 0.5, 1.5, -2.5, 3.0):
        for name in ("floor", "ceil", "round", "rint", "trunc", "sign"):
            yield one(f"{name} at {x}", getattr(np, name), x, 0.0)
        yield one(f"x less its floor at {x}", lambda x: x - np.floor(x), x, 1.0)
    yield Case("heaviside at 0", np.heaviside, (0.0, 0.5), (0.0, 1.0))
    yield Case("copysign", np.copysign, (3.0, -2.0), (-1.0, 0.0))
    for x, y in ((7.5, 2.0), (-7.5, 2.0), (7.5, -2.0)):
        yield Case(f"mod of {x} by {y}", np.mod, (x, y), (1.0, -np.floor(x / y)))


def extremes() -> Iterator[Case]:
    for x in ([3.0, 1.0, 3.0], [2.0, 2.0, 2.0, 2.0], [5.0], [1.0, 4.0, 2.0], [0.0, -0.0]):
        point = vector(*x)
        top, bottom = point == point.max(), point == point.min()
        yield one(f"max of {x}", np.max, point, top / top.sum())
        yield one(f"min of {x}", np.min, point, bottom / bottom.sum())
        yield one(f"amax of {x}", np.amax, point, top / top.sum())
        yield one(f"method max of {x}", lambda x: x.max() * 2, point, 2 * top / top.sum())
        yield one(f"largest size of {x}", lambda x: np.max(np.abs(x)), np.abs(point) + 1,
                  top / top.sum() if point.min() >= 0 else np.nan)  # fmt: skip
    rows = np.array([[1.0, 1.0, 0.0], [2.0, 5.0, 5.0]])
    yield one("max by rows", lambda x: np.sum(np.max(x, axis=1)), rows, [[0.5, 0.5, 0], [0, 0.5, 0.5]])
    yield one("max by columns", lambda x: np.sum(np.max(x, axis=0)), rows, [[0, 0, 0], [1, 1, 1]])
    yield one("min by columns, kept", lambda x: np.sum(np.min(x, axis=0, keepdims=True)), rows, [[1, 1, 1], [0, 0, 0]])
    yield one("max of both axes", lambda x: np.max(x, axis=(0, 1)), rows, [[0, 0, 0], [0, 0.5, 0.5]])
    yield one("max by a negative axis", lambda x: np.sum(np.max(x, axis=-1)), rows, [[0.5, 0.5, 0], [0, 0.5, 0.5]])
    yield one("ptp by hand", lambda x: np.max(x) - np.min(x), vector(1, 4, 4), [-1, 0.5, 0.5])
    yield one("gather at argmax", lambda x: x[np.argmax(x)], vector(1, 3, 3), [0, 1, 0], jit=False)
    yield one("gather at argmin", lambda x: x[np.argmin(x)] ** 2, vector(2, 1, 1), [0, 2, 0], jit=False)


def orders() -> Iterator[Case]:
    weights = vector(1, 10, 100, 1000)
    yield one("sort", lambda x: np.sum(np.sort(x) * weights), vector(3, 1, 2, 0), [1000, 10, 100, 1])
    yield one("sort with ties keeps their order", lambda x: np.sum(np.sort(x) * weights), vector(2, 1, 2, 1),
              [100, 1, 1000, 10])  # fmt: skip
    yield one("median of four", np.median, vector(5, 1, 3, 4), [0, 0, 0.5, 0.5])
    yield one("median of three equal", np.median, vector(2, 2, 2), [0, 1, 0])
    yield one("median of one", np.median, vector(2), [1])
    yield one("quantile 1/4", lambda x: np.quantile(x, 0.25), vector(4, 1, 3, 2), [0, 0.25, 0, 0.75])
    yield one("quantile 0", lambda x: np.quantile(x, 0.0), vector(4, 1, 3, 2), [0, 1, 0, 0])
    yield one("quantile 1", lambda x: np.quantile(x, 1.0), vector(4, 1, 3, 2), [1, 0, 0, 0])
    yield one("sort by columns", lambda x: np.sum(np.sort(x, axis=0) * np.array([[1.0, 2.0], [3.0, 4.0]])),
              np.array([[2.0, 1.0], [1.0, 2.0]]), [[3, 2], [1, 4]])  # fmt: skip


CASES = named([case for case in (*corners(), *extremes(), *orders()) if not np.isnan(case.gradients[0]).any()])
