"""A network of three layers: 784-256-128-10, float32, ReLU and cross-entropy."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import chainrule

from ..measure import Call, Case, threads
from .peers import by_autograd, by_pytensor

SIZES = (784, 256, 128, 10)


def network(library: Any) -> Callable[..., Any]:
    def loss(parameters: Any, x: Any, t: Any) -> Any:
        for W, b in parameters[:-1]:
            x = library.maximum(x @ W + b, 0.0)
        W, b = parameters[-1]
        z = x @ W + b
        moved = z - library.max(z, axis=1, keepdims=True)
        logs = moved - library.log(library.sum(library.exp(moved), axis=1, keepdims=True))
        return -library.mean(library.sum(t * logs, axis=1))

    return loss


def data(batch: int) -> tuple[Any, Any, Any]:
    random = np.random.default_rng(batch)
    parameters = [
        ((random.normal(size=(m, n)) / m**0.5).astype(np.float32), np.zeros(n, np.float32))
        for m, n in itertools.pairwise(SIZES)
    ]
    x = random.normal(size=(batch, SIZES[0])).astype(np.float32)
    return parameters, x, np.eye(SIZES[-1], dtype=np.float32)[random.integers(0, SIZES[-1], batch)]


def ours(batch: int) -> Callable[[], Call]:
    def build() -> Call:
        jitted = chainrule.jit(chainrule.value_and_grad(network(np)))
        given = data(batch)
        return lambda: jitted(*given)

    return build


def by_jax(batch: int) -> Callable[[], Call]:
    def build() -> Call:
        jax = importlib.import_module("jax")
        jitted = jax.jit(jax.value_and_grad(network(importlib.import_module("jax.numpy"))))
        given = jax.tree.map(jax.numpy.asarray, data(batch))
        return lambda: jax.block_until_ready(jitted(*given))

    return build


def by_torch(batch: int) -> Callable[[], Call]:
    def build() -> Call:
        torch = importlib.import_module("torch")
        torch.set_num_threads(threads())
        parameters, x, t = data(batch)
        leaves = [torch.tensor(each, requires_grad=True) for layer in parameters for each in layer]
        x, t = torch.tensor(x), torch.tensor(t)

        def call() -> Any:
            h = x
            for W, b in zip(leaves[:-2:2], leaves[1:-2:2], strict=True):
                h = torch.relu(torch.addmm(b, h, W))
            logs = torch.log_softmax(torch.addmm(leaves[-1], h, leaves[-2]), 1)
            loss = -(t * logs).sum(1).mean()
            return loss, torch.autograd.grad(loss, leaves)

        return call

    return build


def sgd(parameters: Any, gradients: Any, rate: float) -> Any:
    return [
        tuple(p - rate * g for p, g in zip(layer, moves, strict=True))
        for layer, moves in zip(parameters, gradients, strict=True)
    ]


def adam(library: Any, state: Any, gradients: Any) -> Any:
    """One step of Adam on (parameters, first moments, second moments), after bias correction at step 10."""
    found: Any = ([], [], [])
    for layer, firsts, seconds, moves in zip(*state, gradients, strict=True):
        updated: Any = ([], [], [])
        for p, m, v, g in zip(layer, firsts, seconds, moves, strict=True):
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * (g * g)
            step = 0.001 * (m / (1 - 0.9**10)) / (library.sqrt(v / (1 - 0.999**10)) + 1e-8)
            for kept, each in zip(updated, (p - step, m, v), strict=True):
                kept.append(each)
        for kept, each in zip(found, updated, strict=True):
            kept.append(tuple(each))
    return found


def training(library: Any, value_and_grad: Any, kind: str) -> Callable[..., Any]:
    """A whole step as one function: (loss, new state)."""
    both = value_and_grad(network(library))

    def step(state: Any, x: Any, t: Any) -> Any:
        loss, gradients = both(state if kind == "SGD" else state[0], x, t)
        return loss, sgd(state, gradients, 0.01) if kind == "SGD" else adam(library, state, gradients)

    return step


def state_for(kind: str, batch: int) -> tuple[Any, Any, Any]:
    parameters, x, t = data(batch)
    if kind == "SGD":
        return parameters, x, t
    first = [tuple(0.01 * each for each in layer) for layer in parameters]
    second = [tuple(0.01 * each * each + np.float32(0.01) for each in layer) for layer in parameters]
    return (parameters, first, second), x, t


def our_step(kind: str, batch: int) -> Callable[[], Call]:
    def build() -> Call:
        jitted = chainrule.jit(training(np, chainrule.value_and_grad, kind))
        given = state_for(kind, batch)
        return lambda: jitted(*given)

    return build


def jax_step(kind: str, batch: int) -> Callable[[], Call]:
    def build() -> Call:
        jax = importlib.import_module("jax")
        jitted = jax.jit(training(importlib.import_module("jax.numpy"), jax.value_and_grad, kind))
        given = jax.tree.map(jax.numpy.asarray, state_for(kind, batch))
        return lambda: jax.block_until_ready(jitted(*given))

    return build


def our_step_in_place(kind: str, batch: int) -> Callable[[], Call]:
    """The state is written over, call after call."""

    def build() -> Call:
        jitted = chainrule.jit(training(np, chainrule.value_and_grad, kind))
        state, x, t = state_for(kind, batch)
        out = None, state
        return lambda: jitted(state, x, t, out=out)

    return build


def donated_step(kind: str, batch: int) -> Callable[[], Call]:
    """The state is handed over to the function, which may use its memory for the next one."""

    def build() -> Call:
        jax = importlib.import_module("jax")
        step = training(importlib.import_module("jax.numpy"), jax.value_and_grad, kind)
        jitted = jax.jit(step, donate_argnums=0)
        state, x, t = jax.tree.map(jax.numpy.array, state_for(kind, batch))

        def call() -> Any:
            nonlocal state
            loss, state = jax.block_until_ready(jitted(state, x, t))
            return loss, state

        return call

    return build


def cases() -> Iterator[Case]:
    for batch, target in ((1, "0.5"), (32, "0.6"), (256, "0.9"), (1024, "1.0")):
        peers = {
            "jax": by_jax(batch), "torch": by_torch(batch), "pytensor": by_pytensor(network, (0,), data(batch)),
            "autograd": by_autograd(network, (0,), data(batch)),
        }  # fmt: skip
        yield Case(f"MLP 784-256-128-10 float32, batch {batch}", target, ours(batch), peers, 1e-4)
    for kind in ("SGD", "Adam"):
        for batch, target in ((1, "0.4"), (32, "0.6")):
            peers = {"jax": jax_step(kind, batch), "jax donated": donated_step(kind, batch)}
            yield Case(f"MLP {kind} step, batch {batch}", target, our_step(kind, batch), peers, 1e-4)
    for batch, target in ((1, "0.4"), (32, "0.6")):
        name, peers = f"MLP SGD step in place, batch {batch}", {"jax donated": donated_step("SGD", batch)}
        yield Case(name, target, our_step_in_place("SGD", batch), peers, 1e-4)
