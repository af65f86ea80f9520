"""What thirty typical gradients cost: `python -m benchmarks.engine` prints one JSON line each, with ratios to peers.

One idea: the same function is written once for a NumPy-like library, so that ours, autograd and JAX compute the same
thing; eager time is compared with autograd, compiled time with jax.jit. Then the memory of loops as they grow longer.
Results are checked against each other before anything is timed. Nothing here gates anything.
"""

from __future__ import annotations

import importlib
import json
import os
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import chainrule

from .trace import median_times, peers

Function = Callable[[Any], Any]

RANDOM = np.random.default_rng(0)
SMALL = RANDOM.normal(size=10)
LONG = RANDOM.normal(size=10_000)
MATRIX = RANDOM.normal(size=(30, 30))
TALL = RANDOM.normal(size=(200, 20))
POSITIVE = np.abs(LONG) + 0.1
WEIGHTS = RANDOM.normal(size=(20, 20)) / 5
LABELS = np.eye(20)[RANDOM.integers(0, 20, 200)]
SPREAD = MATRIX @ MATRIX.T + 30 * np.eye(30)


def softmax_loss(m: Any, x: Any) -> Any:
    z = x - m.max(x, axis=1, keepdims=True)
    return -m.mean(m.sum(LABELS * (z - m.log(m.sum(m.exp(z), axis=1, keepdims=True))), axis=1))


def layers(m: Any, x: Any) -> Any:
    h = x
    for _ in range(4):
        h = m.tanh(h @ WEIGHTS + 0.1)
    return m.sum(h * h)


def residual(m: Any, x: Any) -> Any:
    h = x
    for _ in range(4):
        h = h + m.maximum(h @ WEIGHTS, 0.0) @ WEIGHTS.T
    return m.mean(h**2)


def layer_norm(m: Any, x: Any) -> Any:
    centred = x - m.mean(x, axis=1, keepdims=True)
    return m.sum(m.sin(centred / m.sqrt(m.mean(centred**2, axis=1, keepdims=True) + 1e-5)))


def attention(m: Any, x: Any) -> Any:
    scores = x @ x.T / 5.0
    shares = m.exp(scores - m.max(scores, axis=1, keepdims=True))
    return m.sum((shares / m.sum(shares, axis=1, keepdims=True)) @ x)


def recurrent(m: Any, x: Any) -> Any:
    h = x[0]
    for row in range(1, 20):
        h = m.tanh(h @ WEIGHTS + x[row])
    return m.sum(h)


# name -> (function of a library and x, x)
CASES: dict[str, tuple[Callable[[Any, Any], Any], Any]] = {
    "polynomial of a number": (lambda m, x: x**3 - 2.0 * x**2 + x, 1.3),
    "sin(x) exp(-x) of a number": (lambda m, x: m.sin(x) * m.exp(-x), 1.3),
    "sum of squares, 10": (lambda m, x: m.sum(x**2), SMALL),
    "Rosenbrock, 10": (lambda m, x: m.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2), SMALL),
    "log-sum-exp, 10": (lambda m, x: m.log(m.sum(m.exp(x))), SMALL),
    "norm, 10": (lambda m, x: m.sqrt(m.sum(x * x)), SMALL),
    "sum of squares, 10,000": (lambda m, x: m.sum(x**2), LONG),
    "tanh, 10,000": (lambda m, x: m.sum(m.tanh(x)), LONG),
    "logistic, 10,000": (lambda m, x: m.sum(1.0 / (1.0 + m.exp(-x))), LONG),
    "x log x, 10,000": (lambda m, x: m.sum(x * m.log(x)), POSITIVE),
    "power 1.7, 10,000": (lambda m, x: m.sum(x**1.7), POSITIVE),
    "differences, 10,000": (lambda m, x: m.sum((x[1:] - x[:-1]) ** 2), LONG),
    "cumulative sum, 10,000": (lambda m, x: m.sum(m.cumsum(x) ** 2), LONG),
    "variance, 10,000": (lambda m, x: m.mean((x - m.mean(x)) ** 2), LONG),
    "where, 10,000": (lambda m, x: m.sum(m.where(x > 0.0, x**2, 0.1 * x)), LONG),
    "maximum, 10,000": (lambda m, x: m.sum(m.maximum(x, 0.0)), LONG),
    "gather, 10,000": (lambda m, x: m.sum(x[np.arange(10_000) % 7] ** 2), LONG),
    "quadratic form, 30": (lambda m, x: m.sum(x @ SPREAD @ x.T), MATRIX),
    "determinant, 30": (lambda m, x: m.linalg.slogdet(x @ x.T + SPREAD)[1], MATRIX),
    "solve, 30": (lambda m, x: m.sum(m.linalg.solve(SPREAD + x, np.ones(30))), MATRIX),
    "matrix products, 30": (lambda m, x: m.sum(x @ x @ x @ x), MATRIX / 6),
    "einsum ij,jk->ik, 30": (lambda m, x: m.sum(m.einsum("ij,jk->ik", x, x)), MATRIX),
    "transposes and reshapes": (lambda m, x: m.sum(m.reshape(x.T, (20, 200)) ** 2), TALL),
    "concatenate and stack": (lambda m, x: m.sum(m.concatenate([x, 2.0 * x]) * m.concatenate([x * x, x])), TALL),
    "least squares, 200 x 20": (lambda m, x: m.mean((TALL @ x - 1.0) ** 2), RANDOM.normal(size=20)),
    "softmax cross entropy, 200 x 20": (softmax_loss, TALL),
    "four tanh layers, 200 x 20": (layers, TALL),
    "four residual blocks, 200 x 20": (residual, TALL),
    "layer norm, 200 x 20": (layer_norm, TALL),
    "attention, 200 x 20": (attention, TALL),
    "recurrent net of 20 steps": (recurrent, TALL[:20]),
}


def measured(name: str) -> dict[str, Any]:
    """Eager and compiled time of one gradient, with the ratio to each peer."""
    function, x = CASES[name]
    ours = chainrule.grad(lambda each: function(np, each))
    eager: dict[str, Callable[[], Any]] = {"chainrule": lambda: ours(x)}
    compiled: dict[str, Callable[[], Any]] = {"chainrule": _call(chainrule.jit(ours), x)}
    expected = ours(x)
    for peer, (library, grad) in peers().items():
        theirs = grad(lambda each, library=library: function(library, each))
        np.testing.assert_allclose(theirs(x), expected, rtol=1e-6, atol=1e-9)
        if peer == "jax":
            jax = importlib.import_module("jax")
            compiled["jax"] = _waiting(jax.jit(theirs), jax.numpy.asarray(x))
        else:
            eager[peer] = _call(theirs, x)
    repeat = 200 if np.size(x) < 100 else 20
    found = {"case": name}
    for how, calls in (("eager", eager), ("compiled", compiled)):
        seconds = median_times(calls, repeat)
        ratios = {peer: round(seconds["chainrule"] / each, 3) for peer, each in seconds.items() if peer != "chainrule"}
        found |= {f"{how}_microseconds": round(seconds["chainrule"] * 1e6, 2), f"{how}_ratio": ratios}
    return found


def _call(function: Callable[..., Any], *args: Any) -> Callable[[], Any]:
    return lambda: function(*args)


def _waiting(function: Callable[..., Any], *args: Any) -> Callable[[], Any]:
    return lambda: function(*args).block_until_ready()


# Memory --------------------------------------------------------------------------------------------------------------
def loop(kept: bool) -> Callable[[int], Function]:
    """The gradient of a scan of some length, with or without remembering what a step computes."""

    def step(carry: Any, _: Any) -> tuple[Any, None]:
        inner = np.tanh(carry * 1.01)
        for _ in range(4):
            inner = np.sin(inner) + carry
        return np.tanh(inner), None

    body = step if kept else chainrule.checkpoint(step)

    def of_length(length: int) -> Function:
        return chainrule.grad(lambda x: np.sum(chainrule.scan(body, x, None, length=length)[0]))  # type: ignore[no-any-return]

    return of_length


def peak(call: Callable[[], Any]) -> int:
    """The most bytes that a call held at once."""
    tracemalloc.start()
    call()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def memory() -> Iterator[dict[str, Any]]:
    """The peak memory of gradients of loops, by length; a carry of 1,000 numbers is 8 kB."""
    x = RANDOM.normal(size=1000)
    for name, of_length in (("scan", loop(True)), ("scan of a checkpoint", loop(False))):
        sizes = {length: round(peak(_call(of_length(length), x)) / 1e6, 2) for length in (100, 200, 400, 800)}
        yield {"case": f"peak memory of the gradient of a {name}", "megabytes_by_length": sizes}


def main() -> None:
    """Print every case as one JSON line, with the versions it ran on."""
    if "jax" in peers():
        importlib.import_module("jax").config.update("jax_enable_x64", True)
    versions = {name: getattr(importlib.import_module(name), "__version__", "?") for name in ("numpy", *peers())}
    print(json.dumps({"machine": f"{os.cpu_count()} cores", "versions": versions}))
    for name in CASES:
        print(json.dumps(measured(name)), flush=True)
    for line in memory():
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
