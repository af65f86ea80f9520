"""Products, cumulative ones too, and sums, means, variances and norms with zeros, ties and large offsets."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from .case import DOUBLE, Case, named, one, vector


def others(x: Sequence[float], *left: int) -> float:
    """The product of all entries but those left out."""
    return math.prod(value for place, value in enumerate(x) if place not in left)


def products() -> Iterator[Case]:
    points = [
        [2.0, 0.0, 3.0],
        [0.0, 0.0, 5.0],
        [0.0, 0.0, 0.0],
        [1.0, -2.0, 4.0],
        [0.0],
        [7.0],
        [2.0, 0.0, -1.0, 0.0, 3.0],
    ]
    for x in points:
        n = len(x)
        first = [others(x, i) for i in range(n)]
        second = [[0.0 if i == j else others(x, i, j) for j in range(n)] for i in range(n)]
        yield one(f"prod of {x}", np.prod, vector(*x), first, value=math.prod(x), hessian=second)
        cumulative = [
            sum(math.prod(value for place, value in enumerate(x[: end + 1]) if place != i) for end in range(i, n))
            for i in range(n)
        ]
        yield one(f"sum of cumprod of {x}", lambda x: np.sum(np.cumprod(x)), vector(*x), cumulative)
        mixed = [[sum(math.prod(v for p, v in enumerate(x[: e + 1]) if p not in (i, j)) for e in range(max(i, j), n))
                  if i != j else 0.0 for j in range(n)] for i in range(n)]  # fmt: skip
        yield one(f"hessian of cumprod of {x}", lambda x: np.sum(np.cumprod(x)), vector(*x), cumulative, hessian=mixed)
    rows = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]])
    yield one("prod by rows", lambda x: np.sum(np.prod(x, axis=1)), rows, [[0, 2, 0], [0, 0, 0]])
    yield one(
        "prod by columns, kept", lambda x: np.sum(np.prod(x, axis=0, keepdims=True)), rows, [[0, 3, 0], [1, 0, 2]]
    )
    yield one("prod by a negative axis", lambda x: np.sum(np.prod(x, axis=-1)), rows, [[0, 2, 0], [0, 0, 0]])
    yield one("prod of both axes", lambda x: np.prod(x, axis=(0, 1)), rows + 1, np.prod(rows + 1) / (rows + 1))
    yield one("prod that underflows halfway", np.prod, vector(1e-200, 1e-200, 1e200), [1.0, 1.0, 0.0], dtypes=DOUBLE)
    yield one("prod of nothing", lambda x: np.prod(x) * 3, np.zeros(0), np.zeros(0), value=3.0)
    yield one("cumprod by columns", lambda x: np.sum(np.cumprod(x, axis=0)), rows, [[1.0, 4.0, 1.0], [1.0, 0.0, 2.0]])


def spread(x: Sequence[float], ddof: int) -> tuple[list[float], list[list[float]]]:
    n, mean = len(x), math.fsum(x) / len(x)
    second = [[2 / (n - ddof) * ((i == j) - 1 / n) for j in range(n)] for i in range(n)]
    return [2 * (value - mean) / (n - ddof) for value in x], second


def variances() -> Iterator[Case]:
    for x, offset, ddof in itertools.product(([0.0, 1.0, 2.0], [0.5, -1.0, 4.0, 2.0]), (0.0, 1e3), (0, 1)):
        first, second = spread(x, ddof)
        yield one(f"var of {offset:g} + {x}, ddof {ddof}", lambda x, d=ddof: np.var(x, ddof=d), vector(*x) + offset,
                  first, hessian=second)  # fmt: skip
        variance = sum(slope * value for slope, value in zip(first, x, strict=True)) / 2
        yield one(f"std of {offset:g} + {x}, ddof {ddof}", lambda x, d=ddof: np.std(x, ddof=d), vector(*x) + offset,
                  [slope / (2 * math.sqrt(variance)) for slope in first])  # fmt: skip
    for offset in (1e8, 1e10):
        yield one(f"var of {offset:g} and little", np.var, vector(0, 1, 2) + offset, [-2 / 3, 0, 2 / 3], value=2 / 3,
                  dtypes=DOUBLE)  # fmt: skip
    for value, n in itertools.product((0.0, 3.0, -1e8), (1, 2, 5)):
        yield one(f"std of {n} equal to {value:g}", np.std, np.full(n, value), np.zeros(n))
        yield one(f"var of {n} equal to {value:g}", np.var, np.full(n, value), np.zeros(n))
    rows = np.array([[1.0, 2.0], [3.0, 5.0], [5.0, 11.0]])
    yield one("var by columns, ddof 1", lambda x: np.sum(np.var(x, axis=0, ddof=1)), rows, [[-2, -4], [0, -1], [2, 5]])
    yield one(
        "mean by rows", lambda x: np.sum(np.mean(x, axis=1) * vector(1, 2, 3)), rows, [[0.5] * 2, [1] * 2, [1.5] * 2]
    )


def norms() -> Iterator[Case]:
    for n in (1, 2, 5):
        for order in (None, 2, 1, np.inf):
            yield one(
                f"norm of order {order} of {n} zeros", lambda x, o=order: np.linalg.norm(x, o), np.zeros(n), np.zeros(n)
            )
    for x in ([3.0, 4.0], [0.0, -2.0], [1.0, 2.0, 2.0]):
        size = math.sqrt(sum(v * v for v in x))
        unit = [v / size for v in x]
        second = [[((i == j) - unit[i] * unit[j]) / size for j in range(len(x))] for i in range(len(x))]
        for scale in (1.0, 1e-3, 1e15):
            point = vector(*x) * scale
            yield one(f"norm of {x} times {scale:g}", np.linalg.norm, point, unit, hessian=np.array(second) / scale)
    for scale in (1e200, 1e-200):
        yield one(f"norm at {scale:g}", np.linalg.norm, vector(3, 4) * scale, [0.6, 0.8], dtypes=DOUBLE)
        yield Case(f"hypot at {scale:g}", np.hypot, (3 * scale, -4 * scale), (0.6, -0.8), dtypes=DOUBLE)
    yield Case("hypot at 0", np.hypot, (0.0, 0.0), (0.0, 0.0))
    yield Case("hypot at 0 and 1", np.hypot, (0.0, 1.0), (0.0, 1.0))
    yield one("norm of a matrix of zeros", np.linalg.norm, np.zeros((2, 2)), np.zeros((2, 2)))
    yield one("norms of rows, one of them 0", lambda x: np.sum(np.linalg.norm(x, axis=1)),
              np.array([[0.0, 0.0], [3.0, 4.0]]), [[0, 0], [0.6, 0.8]])  # fmt: skip
    for n in (2, 3):
        yield one(f"std in float32 of {n} at 0", lambda x: np.std(x) * 2, np.zeros(n), np.zeros(n))


CASES = named([*products(), *variances(), *norms()])
