"""Long arrays: what a fused loop costs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import chainrule

from ..measure import Call, Case, threads
from .peers import by_autograd, by_numba, by_pytensor, gated_by_hand


def gated(library: Any, sigmoid: Any) -> Callable[..., Any]:
    def total(x: Any, w: Any, b: Any) -> Any:
        return library.sum(sigmoid(x * w + b) * library.tanh(x))

    return total


def logistic(library: Any) -> Callable[[Any], Any]:
    return lambda z: 1.0 / (1.0 + library.exp(-z))


def data(dtype: str, size: int) -> list[Any]:
    random = np.random.default_rng(size)
    return [random.normal(size=size).astype(dtype) for _ in range(3)]


def ours(dtype: str, size: int) -> Callable[[], Call]:
    def build() -> Call:
        jitted = chainrule.jit(chainrule.value_and_grad(gated(np, chainrule.sigmoid), (0, 1, 2)))
        given = data(dtype, size)
        return lambda: jitted(*given)

    return build


def by_jax(dtype: str, size: int) -> Callable[[], Call]:
    def build() -> Call:
        jax = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        function = gated(importlib.import_module("jax.numpy"), jax.nn.sigmoid)
        jitted = jax.jit(jax.value_and_grad(function, (0, 1, 2)))
        given = [jax.numpy.asarray(each) for each in data(dtype, size)]
        return lambda: jax.block_until_ready(jitted(*given))

    return build


def by_torch(dtype: str, size: int) -> Callable[[], Call]:
    def build() -> Call:
        torch = importlib.import_module("torch")
        torch.set_num_threads(threads())
        leaves = [torch.tensor(each, requires_grad=True) for each in data(dtype, size)]

        def call() -> Any:
            x, w, b = leaves
            loss = (torch.sigmoid(x * w + b) * torch.tanh(x)).sum()
            return loss, torch.autograd.grad(loss, leaves)

        return call

    return build


def cases() -> Iterator[Case]:
    for dtype in ("float32", "float64"):
        given = data(dtype, 10**6)
        peers = {
            "jax": by_jax(dtype, 10**6), "torch": by_torch(dtype, 10**6),
            "pytensor": by_pytensor(lambda library: gated(library, library.sigmoid), (0, 1, 2), given),
            "autograd": by_autograd(lambda library: gated(library, logistic(library)), (0, 1, 2), given),
            "numba by hand": by_numba(gated_by_hand, given),
        }  # fmt: skip
        name = f"sum(sigmoid(x*w+b)*tanh(x)), 1e6 {dtype}"
        yield Case(name, "0.4", ours(dtype, 10**6), peers, 1e-3 if dtype == "float32" else 1e-9)
