"""A small convolutional network: two layers of 3 by 3, pooling and a dense layer on 32 images of 28 by 28. And single
convolutions and poolings, with their gradients, on images of many sizes."""

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


# Single layers --------------------------------------------------------------------------------------------------------
LAYERS = {  # images, filters, stride, border, groups
    "conv 32x1x28x28, 8 of 3x3": ((32, 1, 28, 28), (8, 1, 3, 3), 1, 1, 1),
    "conv 32x1x28x28, 8 of 5x5": ((32, 1, 28, 28), (8, 1, 5, 5), 1, 2, 1),
    "conv 8x16x32x32, 32 of 3x3": ((8, 16, 32, 32), (32, 16, 3, 3), 1, 1, 1),
    "conv 1x64x56x56, 64 of 3x3": ((1, 64, 56, 56), (64, 64, 3, 3), 1, 1, 1),
    "conv 4x128x14x14, 256 of 3x3": ((4, 128, 14, 14), (256, 128, 3, 3), 1, 1, 1),
    "conv 4x64x28x28, 128 of 3x3, stride 2": ((4, 64, 28, 28), (128, 64, 3, 3), 2, 1, 1),
    "conv 8x32x32x32, depthwise 3x3": ((8, 32, 32, 32), (32, 1, 3, 3), 1, 1, 32),
    "conv 8x3x64x64, 128 of 8x8, stride 8": ((8, 3, 64, 64), (128, 3, 8, 8), 8, 0, 1),
}


def layer(name: str) -> Case:
    """The gradients of sum(t conv(x, w)) along images and filters, and the sum."""
    images, filters, stride, border, groups = LAYERS[name]
    random = np.random.default_rng(1)
    places = [(size + 2 * border - wide) // stride + 1 for size, wide in zip(images[2:], filters[2:], strict=True)]
    shapes = (images, filters, (images[0], filters[0], *places))
    x, w, t = (random.normal(size=shape).astype(np.float32) for shape in shapes)

    def own() -> Call:
        def loss(pair: Any, t: Any) -> Any:
            return np.sum(t * chainrule.nn.conv2d(*pair, strides=stride, padding=border, groups=groups))

        jitted = chainrule.jit(chainrule.value_and_grad(loss))
        return lambda: jitted((x, w), t)

    def jax_call() -> Call:
        jax = importlib.import_module("jax")

        def loss(pair: Any, t: Any) -> Any:
            found = jax.lax.conv_general_dilated(
                *pair, (stride, stride), [(border, border)] * 2, feature_group_count=groups
            )
            return jax.numpy.sum(t * found)

        jitted = jax.jit(jax.value_and_grad(loss))
        given = jax.tree.map(jax.numpy.asarray, ((x, w), t))
        return lambda: jax.block_until_ready(jitted(*given))

    def torch_call() -> Call:
        torch = importlib.import_module("torch")
        torch.set_num_threads(1)
        pair, given = [torch.tensor(each, requires_grad=True) for each in (x, w)], torch.tensor(t)

        def call() -> Any:
            found = torch.nn.functional.conv2d(*pair, stride=stride, padding=border, groups=groups)
            loss = (given * found).sum()
            return loss, torch.autograd.grad(loss, pair)

        return call

    return Case(name, "1.0", own, {"jax": jax_call, "torch": torch_call}, 1e-3)


def pooling(name: str, window: int, stride: int, border: int) -> Case:
    """The gradient of sum(t max_pool(x)), where no entries are equal, and the sum."""
    random = np.random.default_rng(2)
    places = (28 + 2 * border - window) // stride + 1
    x, t = (random.normal(size=(32, 8, each, each)).astype(np.float32) for each in (28, places))

    def own() -> Call:
        jitted = chainrule.jit(chainrule.value_and_grad(
            lambda x, t: np.sum(t * chainrule.nn.max_pool2d(x, window, stride, border))
        ))  # fmt: skip
        return lambda: jitted(x, t)

    def torch_call() -> Call:
        torch = importlib.import_module("torch")
        torch.set_num_threads(1)
        images, given = torch.tensor(x, requires_grad=True), torch.tensor(t)

        def call() -> Any:
            loss = (given * torch.nn.functional.max_pool2d(images, window, stride, border)).sum()
            return loss, torch.autograd.grad(loss, images)

        return call

    return Case(name, "1.0", own, {"torch": torch_call}, 1e-3)


def cases() -> Iterator[Case]:
    yield Case("conv net on 32x1x28x28", "0.9", lambda: ours(), {"jax": by_jax, "torch": by_torch}, 1e-3)
    yield from map(layer, LAYERS)
    yield pooling("conv: max pooling 2x2 of 32x8x28x28", 2, 2, 0)
    yield pooling("conv: max pooling 3x3, stride 2", 3, 2, 1)
