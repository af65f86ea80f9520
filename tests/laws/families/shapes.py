"""Shapes: broadcasting, empty arrays, strides, duplicates in gathers and scatters, padding, einsum, repeated use."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule import ops

from .case import BOTH, Case, named, one, vector


def broadcasting() -> Iterator[Case]:
    for first, second in (
        ((3,), (2, 3)),
        ((1,), (3,)),
        ((2, 1), (1, 3)),
        ((), (2, 2)),
        ((1, 1), (4,)),
        ((2, 3), (2, 3)),
    ):
        x = np.arange(1.0, 1 + int(np.prod(first))).reshape(first)
        y = np.arange(2.0, 2 + int(np.prod(second))).reshape(second) / 4
        for name, f, slopes in (
            ("squares of sums", lambda x, y: np.sum((x + y) ** 2), (2 * (x + y), 2 * (x + y))),
            ("products", lambda x, y: np.sum(x * y), (0 * x + y, x + 0 * y)),
            ("quotients", lambda x, y: np.sum(x / y), (1 / (0 * x + y), -x / (y * y))),
            ("differences", lambda x, y: np.sum((x - y) ** 2), (2 * (x - y), -2 * (x - y))),
        ):
            yield Case(
                f"{name} of {first} and {second}",
                f,
                (x[()], y[()]),
                (collected(slopes[0], first), collected(slopes[1], second)),
            )


def collected(full: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A gradient summed over what was broadcast."""
    full = np.asarray(full)
    full = full.sum(axis=tuple(range(full.ndim - len(shape))))
    kept = tuple(axis for axis, size in enumerate(shape) if size == 1 and full.shape[axis] != 1)
    return full.sum(axis=kept, keepdims=True) if kept else full


def empty() -> Iterator[Case]:
    for shape in ((0,), (0, 3), (2, 0)):
        x = np.zeros(shape)
        for name, f in (
            ("sum", lambda x: np.sum(x * x)), ("sum of sin", lambda x: np.sum(np.sin(x))),
            ("transpose", lambda x: np.sum(x.T)), ("reshape", lambda x: np.sum(x.reshape(-1) * 2)),
            ("where", lambda x: np.sum(np.where(x > 0, x, 0.0))),
            ("concatenate", lambda x: np.sum(np.concatenate([x, x]))),
            ("sort", lambda x: np.sum(np.sort(x))), ("cumsum", lambda x: np.sum(np.cumsum(x))),
        ):  # fmt: skip
            yield one(f"{name} of shape {shape}", f, x, x, value=0.0)
    yield Case("matmul over nothing", lambda x, y: np.sum(x @ y), (np.zeros((2, 0)), np.zeros((0, 3))),
               (np.zeros((2, 0)), np.zeros((0, 3))), value=0.0)  # fmt: skip
    yield Case("nothing joined to something", lambda x, y: np.sum(np.concatenate([x, y]) ** 2),
               (np.zeros(0), vector(1, 2)),
               (np.zeros(0), [2, 4]))  # fmt: skip


def gathers() -> Iterator[Case]:
    x = vector(1, 2, 3, 4, 5)
    yield one("every other", lambda x: np.sum(x[::2] ** 2), x, [2, 0, 6, 0, 10])
    yield one("backwards", lambda x: np.sum(x[::-1] * vector(1, 2, 3, 4, 5)), x, [5, 4, 3, 2, 1])
    yield one("backwards by twos", lambda x: np.sum(x[4:0:-2] * vector(1, 10)), x, [0, 0, 10, 0, 1])
    yield one("the last", lambda x: x[-1] ** 2, x, [0, 0, 0, 0, 10])
    yield one("duplicates", lambda x: np.sum(x[np.array([0, 0, 3, 0])] * vector(1, 2, 3, 4)), x, [7, 0, 0, 3, 0])
    yield one("negative duplicates", lambda x: np.sum(x[np.array([-1, 4])]), x, [0, 0, 0, 0, 2])
    yield one("a list of places", lambda x: np.sum(x[[1, 1]]), x, [0, 2, 0, 0, 0])
    yield one("nothing gathered", lambda x: np.sum(x[np.zeros(0, int)]), x, np.zeros(5))
    yield one("an empty slice", lambda x: np.sum(x[3:3]), x, np.zeros(5))
    yield one("a slice beyond the end", lambda x: np.sum(x[3:99]), x, [0, 0, 0, 1, 1])
    yield one("a known mask of rows", lambda x: np.sum(x.reshape(5, 1)[np.arange(5) > 2] ** 2), x, [0, 0, 0, 8, 10])
    yield one("a known mask", lambda x: np.sum(x[np.array([True, False, True, False, False])]), x, [1, 0, 1, 0, 0])
    yield one("a new axis", lambda x: np.sum(x[:, None] * vector(1, 2)), x, [3] * 5)
    yield one("an ellipsis", lambda x: np.sum(x[..., 1:3]), x, [0, 1, 1, 0, 0])
    yield one("take", lambda x: np.sum(np.take(x, [2, 2, 0])), x, [1, 0, 2, 0, 0])
    rows = np.array([[1.0, 2.0], [3.0, 4.0]])
    yield one(
        "rows repeated", lambda x: np.sum(x[np.array([1, 1, 0])] * np.arange(6.0).reshape(3, 2)), rows, [[4, 5], [2, 4]]
    )
    yield one("pairs of places", lambda x: np.sum(x[[0, 1, 0], [1, 1, 1]]), rows, [[0, 2], [0, 1]])
    yield one("a column", lambda x: np.sum(x[:, 1] ** 2), rows, [[0, 4], [0, 8]])
    yield one("a row backwards", lambda x: np.sum(x[0, ::-1] * vector(1, 10)), rows, [[10, 1], [0, 0]])
    w = vector(1, 2, 3, 4, 5)
    yield Case("set", lambda x, y: np.sum(ops.index_set(x, np.array([0, 2]), y) * w), (x, vector(9, 8)),
               ([0, 2, 0, 4, 5], [1, 3]))  # fmt: skip
    yield Case("add with duplicates", lambda x, y: np.sum(ops.index_add(x, np.array([1, 1]), y) * w), (x, vector(9, 8)),
               (w, [2, 2]))  # fmt: skip


def moves() -> Iterator[Case]:
    x = vector(1, 2, 3)
    yield one("joined to itself", lambda x: np.sum(np.concatenate([x, x]) * np.arange(6.0)), x, [3, 5, 7])
    yield one("stacked on itself", lambda x: np.sum(np.stack([x, x]) * np.arange(6.0).reshape(2, 3)), x, [3, 5, 7])
    yield one("reflected", lambda x: np.sum(np.pad(x, (2, 1), mode="reflect") * np.arange(1.0, 7.0)), x, [3, 12, 6])
    yield one("padded with zeros", lambda x: np.sum(np.pad(x, (1, 2)) ** 2), x, [2, 4, 6])
    yield one("edges", lambda x: np.sum(np.pad(x, (1, 2), mode="edge")), x, [2, 1, 3])
    yield one("tiled", lambda x: np.sum(np.tile(x, 2) * np.arange(6.0)), x, [3, 5, 7])
    yield one("repeated", lambda x: np.sum(np.repeat(x, 2) * np.arange(6.0)), x, [1, 5, 9])
    yield one("rolled", lambda x: np.sum(np.roll(x, 1) * vector(1, 10, 100)), x, [10, 100, 1])
    yield one("flipped", lambda x: np.sum(np.flip(x) * vector(1, 10, 100)), x, [100, 10, 1])
    yield one("differences", lambda x: np.sum(np.diff(x) * vector(1, 10)), x, [-1, -9, 10])
    yield one("running sums", lambda x: np.sum(np.cumsum(x) * vector(1, 10, 100)), x, [111, 110, 100])
    yield one("a diagonal", lambda x: np.sum(np.diag(x) @ vector(1, 10, 100)), x, [1, 10, 100])
    yield one("an outer product", lambda x: np.sum(np.outer(x, x)), x, [12, 12, 12], hessian=np.full((3, 3), 2.0))


def reuse() -> Iterator[Case]:
    for name, f, slope in (
        ("x * x", lambda x: x * x, 6.0), ("x - x", lambda x: x - x, 0.0), ("x / x", lambda x: x / x, 0.0),
        ("x + x", lambda x: x + x, 2.0), ("x ** 2 / x", lambda x: x**2 / x, 1.0),
        ("(x * x) * x", lambda x: x * x * x, 27.0),
    ):  # fmt: skip
        yield one(name, f, 3.0, slope)
        yield one(f"{name}, in an array", lambda x, f=f: np.sum(f(x)), np.full(2, 3.0), [slope] * 2)
    wide = np.arange(6.0).reshape(2, 3)
    yield one(
        "a transposed input", lambda x: np.sum(x * np.arange(6.0).reshape(3, 2)), wide.T, np.arange(6.0).reshape(3, 2)
    )
    yield one("a strided input", lambda x: np.sum(x**2), np.arange(10.0)[::3], 2 * np.arange(10.0)[::3])
    yield one("a reversed input", lambda x: np.sum(x * x), np.arange(4.0)[::-1], 2 * np.arange(4.0)[::-1])
    yield one("a broadcast input", lambda x: np.sum(x**2), np.broadcast_to(vector(1, 2), (3, 2)), [[2, 4]] * 3)
    for text in ("ij->", "ij->ji", "ij,ij->", "ij,kj->ik", "ii->", "ii->i", "ij,jk,kl->il"):
        count = text.split("->")[0].count(",") + 1
        a = np.array([[1.0, 2.0], [3.0, 4.0]])
        weights = np.ones_like(np.einsum(text, *[a] * count))
        total = np.zeros((2, 2))
        for slot in range(count):
            for index in np.ndindex(2, 2):
                unit = np.zeros((2, 2))
                unit[index] = 1
                given = [a] * count
                given[slot] = unit
                total[index] += np.sum(np.einsum(text, *given) * weights)
        yield one(f"einsum {text}", lambda x, t=text, n=count: np.sum(np.einsum(t, *[x] * n)), a, total)
    yield one(
        "half precision", lambda x: np.sum(x), np.ones(10000), np.ones(10000), value=10000.0, dtypes=("float16", *BOTH)
    )
    many, halves = 10000, ("float16", *BOTH)
    yield one(
        "a half broadcast", lambda b: np.sum(np.ones((many, 1)).astype(b.dtype) * b), np.ones(1), [many], dtypes=halves
    )
    yield one("a half repeated", lambda b: np.sum(np.repeat(b, many)), np.ones(1), [many], dtypes=halves)
    yield one("a half gathered", lambda b: np.sum(b[np.zeros(many, int)]), np.ones(1), [many], dtypes=halves)
    yield one("the mean of many halves", lambda x: np.mean(x), np.full(5000, 1.5), np.full(5000, 1 / 5000), value=1.5,
              dtypes=("float16", "float64"), tolerance=1e-3)  # fmt: skip


CASES = named([*broadcasting(), *empty(), *gathers(), *moves(), *reuse()])
