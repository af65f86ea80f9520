"""Bundle adjustment: the sparse Jacobian of what cameras see of points, 3p rows by 11n + 3m + p columns, in CSR.

Observation i is seen by camera i mod n and shows point i mod m. Its two errors depend on 11 numbers of the camera, 3 of
the point and its weight w; behind all errors stand the residuals 1 - w^2. Which entries are not zero never changes, so
rows and columns are written once, and a call writes the values, in the order of CSR.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import chainrule

from ..measure import Call, Case

COLUMNS = 15  # of an error: a camera, a point, a weight


@dataclass(frozen=True)
class Sizes:
    """How many there are."""

    cameras: int
    points: int
    observations: int

    def seen(self) -> tuple[Any, Any]:
        """The camera and the point of each observation."""
        places = np.arange(self.observations)
        return places % self.cameras, places % self.points


LADYBUG = Sizes(49, 7776, 31843)


def residuals(library: Any) -> Callable[..., Any]:
    """The error of one observation: a camera of 11 numbers, a point and a weight; what was seen is known."""

    def error(camera: Any, point: Any, weight: Any, seen: Any) -> Any:
        r, centre, f, u0, k1, k2 = camera[:3], camera[3:6], camera[6], camera[7:9], camera[9], camera[10]
        angle = library.sqrt(library.sum(r * r))
        axis = r / angle
        moved = point - centre
        crossed = library.stack([
            axis[1] * moved[2] - axis[2] * moved[1],
            axis[2] * moved[0] - axis[0] * moved[2],
            axis[0] * moved[1] - axis[1] * moved[0],
        ])  # fmt: skip
        cosine = library.cos(angle)
        turned = moved * cosine + crossed * library.sin(angle) + axis * (library.sum(axis * moved) * (1.0 - cosine))
        flat = turned[:2] / turned[2]
        square = library.sum(flat * flat)
        projected = f * (1.0 + k1 * square + k2 * square * square) * flat + u0
        return weight * (projected - seen)

    return error


def weighing(weight: Any) -> Any:
    """What keeps a weight near 1."""
    return 1.0 - weight * weight


def data(sizes: Sizes) -> tuple[Any, ...]:
    """(cameras, points, weights, what was seen)."""
    random = np.random.default_rng(11)
    cameras = 0.1 * random.normal(size=(sizes.cameras, 11))
    cameras[:, 3:6] += [0.0, 0.0, -5.0]
    cameras[:, 6] += 1.0
    return (
        cameras, random.normal(size=(sizes.points, 3)), random.normal(size=sizes.observations),
        random.normal(size=(sizes.observations, 2)),
    )  # fmt: skip


def structure(sizes: Sizes) -> Any:
    """The Jacobian as SciPy has it, with places for its values."""
    count, (camera, point) = sizes.observations, sizes.seen()
    before = 11 * sizes.cameras
    columns = np.concatenate([
        11 * camera[:, None] + np.arange(11), before + 3 * point[:, None] + np.arange(3),
        before + 3 * sizes.points + np.arange(count)[:, None],
    ], axis=1)  # fmt: skip
    indices = np.concatenate([np.repeat(columns, 2, axis=0).ravel(), columns[:, -1]])
    starts = np.concatenate([COLUMNS * np.arange(2 * count), 2 * COLUMNS * count + np.arange(count + 1)])
    shape = 3 * count, before + 3 * sizes.points + count
    values = np.zeros(len(indices))
    return importlib.import_module("scipy.sparse").csr_array((values, indices, starts), shape=shape)


def rows(library: Any, jacobian: Any) -> Callable[..., Any]:
    """Of one observation: its two rows by camera, point and weight, and the slope of the residual of its weight."""
    blocks, slope = jacobian(residuals(library), (0, 1, 2)), jacobian(weighing, 0)

    def found(camera: Any, point: Any, weight: Any, seen: Any) -> Any:
        by_camera, by_point, by_weight = blocks(camera, point, weight, seen)
        return library.concatenate([by_camera, by_point, by_weight[:, None]], axis=1), slope(weight)

    return found


def ours(sizes: Sizes = LADYBUG) -> Call:
    """Values are written where CSR keeps them: `out` has two looks at its memory."""
    jitted = chainrule.jit(chainrule.vmap(rows(np, chainrule.jacfwd)))
    (cameras, points, *given), matrix, (camera, point) = data(sizes), structure(sizes), sizes.seen()
    end = 2 * COLUMNS * sizes.observations
    out = matrix.data[:end].reshape(-1, 2, COLUMNS), matrix.data[end:]

    def call() -> Any:
        jitted(cameras[camera], points[point], *given, out=out)
        return matrix

    return call


def by_jax(sizes: Sizes = LADYBUG) -> Call:
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    library, (camera, point) = importlib.import_module("jax.numpy"), sizes.seen()
    one = jax.vmap(rows(library, jax.jacfwd))

    @jax.jit
    def values(cameras: Any, points: Any, weights: Any, seen: Any) -> Any:
        found, slopes = one(cameras[camera], points[point], weights, seen)
        return library.concatenate([library.reshape(found, (-1,)), slopes])

    given, matrix = [jax.numpy.asarray(each) for each in data(sizes)], structure(sizes)

    def call() -> Any:
        matrix.data = np.asarray(values(*given))
        return matrix

    return call


def numbers(call: Callable[[], Call]) -> Callable[[], Call]:
    """The values alone, which are compared; that costs no time worth mentioning."""

    def build() -> Call:
        inner = call()
        return lambda: inner().data

    return build


def cases() -> Iterator[Case]:
    name = "BA 49/7776/31843, sparse Jacobian in CSR"
    yield Case(name, "0.5", numbers(ours), {"jax": numbers(by_jax)}, 1e-6)
