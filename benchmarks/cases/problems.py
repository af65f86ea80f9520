"""Problems of others: ADBench's mixture of Gaussians and LSTM, a training loop, a transformer block."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import chainrule

from ..measure import Call, Case, threads
from .scalars import small_net

LIBRARY = "jax.numpy"


def gmm_loss(library: Any, logsumexp: Any, place: Any, d: int, k: int) -> Callable[..., Any]:
    """Minus nothing: the log-likelihood with its Wishart prior, as ADBench has it. `place` puts the entries below the
    diagonal of each Q where they belong."""
    gamma, m, n = 1.0, 0, 1000
    lower = d * (d - 1) // 2
    count = d + m + 1
    constant = count * d * (math.log(gamma) - 0.5 * math.log(2.0)) - log_gamma_distrib(0.5 * count, d)

    def loss(alphas: Any, means: Any, icf: Any, x: Any) -> Any:
        logs = icf[:, :d]
        sums = library.sum(logs, axis=1)
        Q = place(icf[:, d:]) + library.exp(logs)[:, :, None] * np.eye(d)
        moved = x[:, None, :] - means[None, :, :]
        scaled = library.einsum("kab,nkb->nka", Q, moved)
        terms = alphas + sums - 0.5 * library.sum(scaled * scaled, axis=2)
        total = library.sum(logsumexp(terms, axis=1)) - n * logsumexp(alphas, axis=0)
        squares = library.sum(library.exp(logs) ** 2) + library.sum(icf[:, d:] ** 2)
        prior = 0.5 * gamma**2 * squares - m * library.sum(sums) - k * constant
        return -n * d * 0.5 * math.log(2 * math.pi) + total + prior

    del lower
    return loss


def log_gamma_distrib(a: float, p: int) -> float:
    return 0.25 * p * (p - 1) * math.log(math.pi) + sum(math.lgamma(a + 0.5 * (1 - j)) for j in range(1, p + 1))


def gmm_data(d: int, k: int) -> tuple[Any, ...]:
    random = np.random.default_rng(d * k)
    return (
        random.normal(size=k), random.normal(size=(k, d)), 0.3 * random.normal(size=(k, d * (d + 1) // 2)),
        random.normal(size=(1000, d)),
    )  # fmt: skip


def below(d: int) -> Any:
    """The place in a row of entries, column by column, of each entry below the diagonal; one more for all others."""
    places = np.full((d, d), d * (d - 1) // 2)
    places.T[np.triu_indices(d, 1)] = np.arange(d * (d - 1) // 2)
    return places


def our_gmm(d: int, k: int) -> Callable[[], Call]:
    def build() -> Call:
        places = below(d)

        def place(entries: Any) -> Any:
            return np.concatenate([entries, np.zeros((k, 1))], axis=1)[:, places]

        function = gmm_loss(np, chainrule.logsumexp, place, d, k)
        jitted = chainrule.jit(chainrule.value_and_grad(function, (0, 1, 2)))
        given = gmm_data(d, k)
        return lambda: jitted(*given)

    return build


def jax_gmm(d: int, k: int) -> Callable[[], Call]:
    def build() -> Call:
        jax = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        places = below(d)
        numpy = importlib.import_module(LIBRARY)

        def place(entries: Any) -> Any:
            return numpy.concatenate([entries, numpy.zeros((k, 1))], axis=1)[:, places]

        function = gmm_loss(numpy, importlib.import_module("jax.scipy.special").logsumexp, place, d, k)
        jitted = jax.jit(jax.value_and_grad(function, (0, 1, 2)))
        given = [numpy.asarray(each) for each in gmm_data(d, k)]
        return lambda: jax.block_until_ready(jitted(*given))

    return build


# LSTM ---------------------------------------------------------------------------------------------------------------
def lstm_loss(library: Any, sigmoid: Any, scan: Any, layers: int) -> Callable[..., Any]:
    """The diagonal LSTM of ADBench: every weight matrix is a vector."""

    def loss(main: Any, extra: Any, state: Any, sequence: Any) -> Any:
        def step(carry: Any, pair: Any) -> Any:
            h, c = carry
            x, following = pair
            inward, hs, cs = x * extra[0], [], []
            for layer in range(layers):
                W, b = main[2 * layer], main[2 * layer + 1]
                f = sigmoid(inward * W[0] + b[0])
                i = sigmoid(h[layer] * W[1] + b[1])
                o = sigmoid(inward * W[2] + b[2])
                g = library.tanh(h[layer] * W[3] + b[3])
                memory = c[layer] * f + i * g
                inward = o * library.tanh(memory)
                hs.append(inward)
                cs.append(memory)
            y = inward * extra[1] + extra[2]
            part = library.sum(following * (y - library.log(2.0 + library.sum(library.exp(y)))))
            return (library.stack(hs), library.stack(cs)), part

        _, parts = scan(step, (state[0], state[1]), (sequence[:-1], sequence[1:]))
        return -library.sum(parts) / ((len(sequence) - 1) * sequence.shape[1])

    return loss


def lstm_data(layers: int, characters: int) -> tuple[Any, ...]:
    random = np.random.default_rng(layers)
    b = 14
    return (
        0.3 * random.normal(size=(2 * layers, 4, b)), 0.3 * random.normal(size=(3, b)),
        0.3 * random.normal(size=(2, layers, b)), np.eye(b)[random.integers(0, b, characters)],
    )  # fmt: skip


def our_lstm(layers: int, characters: int) -> Callable[[], Call]:
    def build() -> Call:
        function = lstm_loss(np, chainrule.sigmoid, chainrule.scan, layers)
        jitted = chainrule.jit(chainrule.value_and_grad(function, (0, 1)))
        given = lstm_data(layers, characters)
        return lambda: jitted(*given)

    return build


def jax_lstm(layers: int, characters: int) -> Callable[[], Call]:
    def build() -> Call:
        jax = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        numpy = importlib.import_module(LIBRARY)
        jitted = jax.jit(jax.value_and_grad(lstm_loss(numpy, jax.nn.sigmoid, jax.lax.scan, layers), (0, 1)))
        given = [numpy.asarray(each) for each in lstm_data(layers, characters)]
        return lambda: jax.block_until_ready(jitted(*given))

    return build


# Training in one call -----------------------------------------------------------------------------------------------
def training(library: Any, sigmoid: Any, scan: Any, value_and_grad: Any) -> Callable[..., Any]:
    def train(parameters: Any, xs: Any, ts: Any) -> Any:
        def step(parameters: Any, pair: Any) -> Any:
            loss, moves = value_and_grad(small_net(library, sigmoid))(parameters, *pair)
            return tuple(p - 0.1 * g for p, g in zip(parameters, moves, strict=True)), loss

        return scan(step, parameters, (xs, ts))

    return train


def training_data(steps: int) -> tuple[Any, ...]:
    random = np.random.default_rng(steps)
    parameters = tuple(random.normal(size=shape) for shape in ((4, 4), 4, (2, 4), 2))
    return parameters, random.normal(size=(steps, 4)), np.eye(2)[random.integers(0, 2, steps)]


def our_training() -> Call:
    jitted = chainrule.jit(training(np, chainrule.sigmoid, chainrule.scan, chainrule.value_and_grad))
    given = training_data(10_000)
    return lambda: jitted(*given)


def jax_training() -> Call:
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    numpy = importlib.import_module(LIBRARY)
    jitted = jax.jit(training(numpy, jax.nn.sigmoid, jax.lax.scan, jax.value_and_grad))
    given = jax.tree.map(numpy.asarray, training_data(10_000))
    return lambda: jax.block_until_ready(jitted(*given))


# A transformer block ------------------------------------------------------------------------------------------------
def block(library: Any) -> Callable[..., Any]:
    """Attention with 4 heads and a ReLU layer, each after a layer norm and with a skip; mean of squares as loss."""

    def norm(x: Any, scale: Any, shift: Any) -> Any:
        moved = x - library.mean(x, axis=-1, keepdims=True)
        spread = library.mean(moved * moved, axis=-1, keepdims=True)
        return moved / library.sqrt(spread + 1e-5) * scale + shift

    def loss(p: Any, x: Any) -> Any:
        B, T, D = x.shape
        heads = 4
        h = norm(x, p["s1"], p["b1"]) @ p["qkv"]
        q, k, v = (
            library.transpose(library.reshape(h[..., i * D : (i + 1) * D], (B, T, heads, D // heads)), (0, 2, 1, 3))
            for i in range(3)
        )
        scores = q @ library.transpose(k, (0, 1, 3, 2)) / math.sqrt(D // heads)
        e = library.exp(scores - library.max(scores, axis=-1, keepdims=True))
        mixed = (e / library.sum(e, axis=-1, keepdims=True)) @ v
        x = x + library.reshape(library.transpose(mixed, (0, 2, 1, 3)), (B, T, D)) @ p["out"]
        h = library.maximum(norm(x, p["s2"], p["b2"]) @ p["up"], 0.0) @ p["down"]
        return library.mean((x + h) ** 2)

    return loss


def block_data() -> tuple[Any, ...]:
    random = np.random.default_rng(3)
    B, T, D = 8, 64, 128
    p = {
        "s1": np.ones(D), "b1": np.zeros(D), "s2": np.ones(D), "b2": np.zeros(D),
        "qkv": random.normal(size=(D, 3 * D)) / D**0.5, "out": random.normal(size=(D, D)) / D**0.5,
        "up": random.normal(size=(D, 4 * D)) / D**0.5, "down": random.normal(size=(4 * D, D)) / (4 * D) ** 0.5,
    }  # fmt: skip
    return {name: each.astype(np.float32) for name, each in p.items()}, random.normal(size=(B, T, D)).astype(np.float32)


def our_block() -> Call:
    jitted = chainrule.jit(chainrule.value_and_grad(block(np)))
    given = block_data()
    return lambda: jitted(*given)


def jax_block() -> Call:
    jax = importlib.import_module("jax")
    jitted = jax.jit(jax.value_and_grad(block(importlib.import_module(LIBRARY))))
    given = jax.tree.map(jax.numpy.asarray, block_data())
    return lambda: jax.block_until_ready(jitted(*given))


def torch_block() -> Call:
    torch = importlib.import_module("torch")
    torch.set_num_threads(threads())
    arrays, x = block_data()
    p = {name: torch.tensor(each, requires_grad=True) for name, each in arrays.items()}
    x = torch.tensor(x)
    functional = torch.nn.functional

    def call() -> Any:
        B, T, D = x.shape
        h = functional.layer_norm(x, (D,), p["s1"], p["b1"]) @ p["qkv"]
        q, k, v = (each.view(B, T, 4, D // 4).transpose(1, 2) for each in h.split(D, -1))
        mixed = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, T, D)
        y = x + mixed @ p["out"]
        y = y + torch.relu(functional.layer_norm(y, (D,), p["s2"], p["b2"]) @ p["up"]) @ p["down"]
        loss = (y * y).mean()
        return loss, dict(zip(p, torch.autograd.grad(loss, list(p.values())), strict=True))

    return call


def cases() -> Iterator[Case]:
    for d, k in ((10, 25), (20, 50), (64, 25)):
        yield Case(f"GMM d{d} k{k}", "0.6", our_gmm(d, k), {"jax": jax_gmm(d, k)}, 1e-6)
    for layers in (2, 4):
        yield Case(f"LSTM l{layers} c1024", "0.12", our_lstm(layers, 1024), {"jax": jax_lstm(layers, 1024)}, 1e-6)
    yield Case("10,000 training steps of the 4-4-2 net", "0.35", lambda: our_training(), {"jax": jax_training}, 1e-6)
    yield Case("transformer block B8 T64 D128", "0.95", our_block, {"jax": jax_block, "torch": torch_block}, 1e-3)
