"""Second derivatives and sparse Jacobians: bundle adjustment by blocks, Hessians by their structure."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import chainrule

from .. import hessian
from ..measure import Call, Case

CAMERAS, POINTS, OBSERVATIONS = 49, 7776, 31843


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


def adjustment_data() -> tuple[Any, ...]:
    random = np.random.default_rng(11)
    cameras = 0.1 * random.normal(size=(CAMERAS, 11))
    cameras[:, 3:6] += [0.0, 0.0, -5.0]
    cameras[:, 6] += 1.0
    places = np.arange(OBSERVATIONS)
    return (
        cameras[places % CAMERAS], random.normal(size=(POINTS, 3))[places % POINTS], random.normal(size=OBSERVATIONS),
        random.normal(size=(OBSERVATIONS, 2)),
    )  # fmt: skip


def our_adjustment() -> Call:
    blocks = chainrule.jit(chainrule.vmap(chainrule.jacfwd(residuals(np), (0, 1, 2))))
    given = adjustment_data()
    return lambda: blocks(*given)


def jax_adjustment() -> Call:
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    blocks = jax.jit(jax.vmap(jax.jacfwd(residuals(importlib.import_module("jax.numpy")), (0, 1, 2))))
    given = [jax.numpy.asarray(each) for each in adjustment_data()]
    return lambda: jax.block_until_ready(blocks(*given))


def second_derivatives(case: hessian.Case) -> tuple[Callable[[], Call], dict[str, Callable[[], Call]]]:
    def ours() -> Call:
        return hessian.calls_of(case)["chainrule"]

    def theirs() -> Call:
        jax = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        jitted = jax.jit(jax.hessian(case.function(importlib.import_module("jax.numpy"))))
        placed = [jax.numpy.asarray(each) for each in case.arrays.values()]
        return lambda: jax.block_until_ready(jitted(*placed))

    return ours, {"jax": theirs}


def cases() -> Iterator[Case]:
    yield Case("BA 49/7776/31843, Jacobian by blocks", "0.5", lambda: our_adjustment(), {"jax": jax_adjustment}, 1e-6)
    chosen = (
        (hessian.logistic(200, 800), "0.35"), (hessian.logistic(1000, 1000), "0.35"),
        (hessian.small_net(30, 40), "0.4"), (hessian.factorisation(50, 50, 5), "0.03"),
    )  # fmt: skip
    for case, target in chosen:
        ours, theirs = second_derivatives(case)
        yield Case(f"Hessian of {case.name}", target, ours, theirs, 1e-6)
