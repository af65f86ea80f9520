"""What a Hessian costs: `python -m benchmarks.hessian` prints one JSON line a case, with the ratio to every peer.

One idea: `chainrule.jit(chainrule.hessian(f))` is what users write, and keeps the structure of a Hessian as it walks;
`chainrule.derive(..., order=2)` knows it before it has numbers. jax.hessian (compiled by jax.jit) finds every row by a
walk. All take turns in one process, with the threads that each library uses by default, and the least time of each is
compared: on a busy machine the median says who was disturbed. Nothing here gates anything.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import chainrule

from .trace import ROUNDS, report, timed

BY_ROWS = 260  # beyond as many rows, finding them one by one takes minutes
LONGEST = 60.0  # seconds for a case


@dataclass(frozen=True)
class Case:
    """A formula and the same function in NumPy's words, differentiated twice by its first argument."""

    name: str
    formula: str
    shapes: str
    function: Callable[[Any], Callable[..., Any]]  # of the array library
    arrays: dict[str, Any]  # the first is the variable
    signs: str = ""
    target: float | None = None  # the ratio to jax that was aimed at
    repeat: int = 1


def logistic(size: int, count: int) -> Case:
    """Logistic regression of `count` examples with labels 1 and -1 on `size` features."""
    random = np.random.default_rng(size)
    arrays = {
        "w": random.normal(size=size) / size**0.5,
        "X": random.normal(size=(count, size)),
        "y": random.choice([-1.0, 1.0], count),
    }

    def function(library: Any) -> Callable[..., Any]:
        def loss(w: Any, X: Any, y: Any) -> Any:
            return library.mean(library.logaddexp(0.0, -y * (X @ w)))

        return loss

    formula = "L = 1/N sum(log(1 + exp(-y * (X w))))"
    target = 0.35 if size >= 200 else None
    return Case(
        f"logistic regression, {size} weights, {count} examples", formula, "X: N d, w: d, y: N", function, arrays, "y",
        target, 20 if size < 200 else 1,
    )  # fmt: skip


def factorisation(rows: int, columns: int, rank: int) -> Case:
    """||M - U V^T||^2 by U: a Kronecker product with the identity."""
    random = np.random.default_rng(rank)
    arrays = {
        "U": random.normal(size=(rows, rank)),
        "V": random.normal(size=(columns, rank)),
        "M": random.normal(size=(rows, columns)),
    }

    def function(library: Any) -> Callable[..., Any]:
        def loss(U: Any, V: Any, M: Any) -> Any:
            return library.sum((M - U @ V.T) ** 2)

        return loss

    name = f"matrix factorisation {rows} by {columns}, rank {rank}"
    return Case(name, "L = ||M - U V^T||^2", "M: m n, U: m r, V: n r", function, arrays, "", 0.02, 20)


def small_net(inputs: int, hidden: int) -> Case:
    """One hidden layer and one example, by the weights of the layer: a diagonal in blocks, and an outer product."""
    random = np.random.default_rng(inputs)
    arrays = {
        "W": random.normal(size=(hidden, inputs)) / inputs**0.5,
        "x": random.normal(size=inputs),
        "b": random.normal(size=hidden),
        "v": random.normal(size=hidden),
        "y": np.float64(0.3),
    }

    def function(library: Any) -> Callable[..., Any]:
        def loss(W: Any, x: Any, b: Any, v: Any, y: Any) -> Any:
            return (v @ library.tanh(W @ x + b) - y) ** 2

        return loss

    name = f"small net, {inputs} inputs, {hidden} hidden"
    return Case(name, "L = (v^T tanh(W x + b) - y)^2", "W: h n, x: n, b: h, v: h, y:", function, arrays, repeat=5)


def softmax_regression(features: int, classes: int, count: int) -> Case:
    """Cross-entropy of `count` examples: a Gram matrix of products of features and probabilities."""
    random = np.random.default_rng(classes)
    arrays = {
        "W": random.normal(size=(features, classes)) / features**0.5,
        "X": random.normal(size=(count, features)),
        "Y": np.eye(classes)[random.integers(0, classes, count)],
    }

    def function(library: Any) -> Callable[..., Any]:
        def loss(W: Any, X: Any, Y: Any) -> Any:
            z = X @ W
            top = library.max(z, axis=1)
            return library.sum(library.log(library.sum(library.exp(z - top[:, None]), axis=1)) + top) - library.sum(
                Y * z
            )

        return loss

    formula = "L = sum(logsumexp(X W, axis=1)) - sum(Y * (X W))"
    name = f"softmax regression, {features} features, {classes} classes, {count} examples"
    return Case(name, formula, "X: N d, W: d k, Y: N k", function, arrays)


def least_times(calls: dict[str, Callable[[], Any]], repeat: int) -> dict[str, float]:
    """The least seconds a call, by name: the calls take turns, and no case takes longer than LONGEST."""
    for call in calls.values():
        call()
    rounds = max(3, min(ROUNDS, int(LONGEST / max(1e-9, repeat * sum(map(timed, calls.values()))))))
    seen: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            seen[name] += [timed(call) for _ in range(repeat)]
    return {name: min(times) for name, times in seen.items()}


def calls_of(case: Case) -> dict[str, Callable[[], Any]]:
    """The Hessian of the case by each of us."""
    variable = next(iter(case.arrays))
    derived = chainrule.derive(case.formula, wrt=variable, shapes=case.shapes, order=2, signs=case.signs, check=False)
    given = tuple(case.arrays.values())
    jitted = chainrule.jit(chainrule.hessian(case.function(np)))
    found: dict[str, Callable[[], Any]] = {
        "chainrule": lambda: jitted(*given),
        "chainrule, derived formula": lambda: derived.function(**case.arrays),
    }
    if given[0].size <= BY_ROWS:
        eager = chainrule.hessian(case.function(np))
        found["chainrule, not compiled"] = lambda: eager(*given)
    try:
        jax = importlib.import_module("jax")
    except ImportError:
        return found
    jax.config.update("jax_enable_x64", True)
    theirs = jax.jit(jax.hessian(case.function(importlib.import_module("jax.numpy"))))
    placed = [jax.numpy.asarray(each) for each in given]
    found["jax"] = lambda: theirs(*placed).block_until_ready()
    return found


def cases() -> Iterator[dict[str, Any]]:
    """Every case, measured when it is asked for. The results are compared first."""
    for case in (
        logistic(50, 200), logistic(200, 800), logistic(1000, 1000), logistic(1000, 4000),
        softmax_regression(20, 5, 500), factorisation(50, 50, 5), factorisation(50, 50, 20), factorisation(50, 50, 50),
        small_net(10, 20), small_net(30, 40),
    ):  # fmt: skip
        calls = calls_of(case)
        ours = calls["chainrule"]()
        for name, call in calls.items():
            np.testing.assert_allclose(call(), ours, rtol=1e-6, atol=1e-9, err_msg=f"{case.name}, {name}")
        more = {} if case.target is None else {"target_of_jax": case.target}
        yield report(f"Hessian of {case.name}", least_times(calls, case.repeat), **more)


def main() -> None:
    for line in cases():
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
