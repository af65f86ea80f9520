"""Second derivatives: Hessians by their structure."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator

from .. import hessian
from ..measure import Call, Case


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
    chosen = (
        (hessian.logistic(200, 800), "0.35"), (hessian.logistic(1000, 1000), "0.35"),
        (hessian.small_net(30, 40), "0.4"), (hessian.factorisation(50, 50, 5), "0.03"),
    )  # fmt: skip
    for case, target in chosen:
        ours, theirs = second_derivatives(case)
        yield Case(f"Hessian of {case.name}", target, ours, theirs, 1e-6)
