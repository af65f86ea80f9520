"""A small convolutional network: two layers of 3 by 3, pooling and a dense layer on 32 images of 28 by 28."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import chainrule

from ..measure import Call, Case, threads


def network(library: Any, convolve: Any) -> Callable[..., Any]:
    def pooled(x: Any) -> Any:
        n, c, h, w = x.shape
        return library.max(library.reshape(x, (n, c, h // 2, 2, w // 2, 2)), axis=(3, 5))

    def loss(p: Any, x: Any, t: Any) -> Any:
        h = pooled(library.maximum(convolve(x, p["k1"]) + p["c1"][:, None, None], 0.0))
        h = pooled(library.maximum(convolve(h, p["k2"]) + p["c2"][:, None, None], 0.0))
        z = library.reshape(h, (h.shape[0], -1)) @ p["W"] + p["b"]
        moved = z - library.max(z, axis=1, keepdims=True)
        return -library.mean(library.sum(t * (moved - library.log(library.sum(library.exp(moved), axis=1,
                                                                             keepdims=True))), axis=1))  # fmt: skip

    return loss


def data() -> tuple[Any, ...]:
    random = np.random.default_rng(5)
    p = {
        "k1": random.normal(size=(8, 1, 3, 3)) / 3, "c1": np.zeros(8), "k2": random.normal(size=(16, 8, 3, 3)) / 9,
        "c2": np.zeros(16), "W": random.normal(size=(16 * 49, 10)) / 28, "b": np.zeros(10),
    }  # fmt: skip
    x = random.normal(size=(32, 1, 28, 28)).astype(np.float32)
    t = np.eye(10, dtype=np.float32)[random.integers(0, 10, 32)]
    return {name: each.astype(np.float32) for name, each in p.items()}, x, t


def ours() -> Call:
    jitted = chainrule.jit(chainrule.value_and_grad(network(np, lambda x, k: chainrule.conv2d(x, k, padding=1))))
    given = data()
    return lambda: jitted(*given)


def by_jax() -> Call:
    jax = importlib.import_module("jax")

    def convolve(x: Any, k: Any) -> Any:
        return jax.lax.conv_general_dilated(x, k, (1, 1), "SAME")

    jitted = jax.jit(jax.value_and_grad(network(importlib.import_module("jax.numpy"), convolve)))
    given = jax.tree.map(jax.numpy.asarray, data())
    return lambda: jax.block_until_ready(jitted(*given))


def by_torch() -> Call:
    torch = importlib.import_module("torch")
    torch.set_num_threads(threads())
    arrays, x, t = data()
    p = {name: torch.tensor(each, requires_grad=True) for name, each in arrays.items()}
    x, t = torch.tensor(x), torch.tensor(t)
    functional = torch.nn.functional

    def call() -> Any:
        h = functional.max_pool2d(torch.relu(functional.conv2d(x, p["k1"], p["c1"], padding=1)), 2)
        h = functional.max_pool2d(torch.relu(functional.conv2d(h, p["k2"], p["c2"], padding=1)), 2)
        loss = -(t * torch.log_softmax(torch.addmm(p["b"], h.flatten(1), p["W"]), 1)).sum(1).mean()
        return loss, dict(zip(p, torch.autograd.grad(loss, list(p.values())), strict=True))

    return call


def cases() -> Iterator[Case]:
    yield Case("conv net on 32x1x28x28", "0.9", lambda: ours(), {"jax": by_jax, "torch": by_torch}, 1e-3)
