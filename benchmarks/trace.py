"""What recording costs: `python -m benchmarks.trace` prints one JSON line a case, with the ratio to every peer.

One idea: ours and theirs take turns in one process, and the medians are compared, so that a busy machine slows both. A
case without a peer states its budget instead. Nothing here gates anything.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import chainrule

ROUNDS = 15
CHAIN = 2000


def chain(library: Any) -> Callable[[Any], Any]:
    """A chain of 2,000 operations on one number."""

    def f(x: Any) -> Any:
        for _ in range(CHAIN // 4):
            x = library.tanh(x * 1.01 + 0.1) * x
        return x

    return f


def twenty_operations(library: Any) -> Callable[[Any], Any]:
    """Twenty operations on a vector of ten, as a person would write them."""

    def f(x: Any) -> Any:
        for _ in range(3):
            h = library.tanh(x * 1.1 + 0.3)
            x = library.sin(h) * x - library.exp(-h)
        return library.sum(x * x)

    return f


def median_times(calls: dict[str, Callable[[], Any]], repeat: int) -> dict[str, float]:
    """Seconds a call, by name: the calls take turns."""
    seen: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(ROUNDS):
        for name, call in calls.items():
            start = time.perf_counter()
            for _ in range(repeat):
                call()
            seen[name].append((time.perf_counter() - start) / repeat)
    return {name: statistics.median(times) for name, times in seen.items()}


def peers() -> dict[str, tuple[Any, Callable[..., Any]]]:
    """The peers that are installed: their NumPy and their grad."""
    found = {}
    for name, library in (("autograd", "autograd.numpy"), ("jax", "jax.numpy")):
        try:
            found[name] = (importlib.import_module(library), importlib.import_module(name).grad)
        except ImportError:
            continue
    return found


def report(case: str, seconds: dict[str, float], **more: Any) -> dict[str, Any]:
    """One line: our time, and its ratio to each peer."""
    ours = seconds["chainrule"]
    ratios = {name: round(ours / other, 3) for name, other in seconds.items() if name != "chainrule"}
    return {"case": case, "microseconds": round(ours * 1e6, 2), "ratio": ratios, **more}


def gradient_case(case: str, build: Callable[[Any], Any], argument: Any, repeat: int) -> dict[str, float]:
    ours = chainrule.grad(build(np))
    calls: dict[str, Callable[[], Any]] = {"chainrule": lambda: ours(argument)}
    for name, (library, grad) in peers().items():
        if case == "chain" and name == "jax":
            continue  # thousands of operations that are not compiled take jax seconds
        theirs = grad(build(library))
        calls[name] = lambda theirs=theirs: theirs(argument)  # type: ignore[misc]
        np.testing.assert_allclose(theirs(argument), ours(argument), rtol=1e-4)
    return median_times(calls, repeat)


def call_case() -> dict[str, float]:
    """What is left when there is hardly anything to compute: looking up what was compiled, and handing over."""

    def f(x: Any, y: Any, z: Any) -> Any:
        return (x + y) * z

    places = (0, 1, 2)
    ours = chainrule.jit(chainrule.value_and_grad(f, places))
    calls: dict[str, Callable[[], Any]] = {"chainrule": lambda: ours(-2.0, 5.0, -4.0)}
    if "jax" in peers():
        jax = importlib.import_module("jax")
        theirs = jax.jit(jax.value_and_grad(f, places))
        calls["jax"] = lambda: theirs(-2.0, 5.0, -4.0)
    return median_times(calls, 1000)


def explain_case() -> dict[str, float]:
    def long_chain(x: Any) -> Any:
        for _ in range(250):
            x = np.tanh(x * 1.01 + 0.1) * x
        return x

    worked = chainrule.explain(long_chain)
    return {"chainrule": statistics.median(timed(lambda: worked(0.5)) for _ in range(3))}


def timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def process_case(*words: str) -> dict[str, float]:
    """A fresh interpreter, less the time of one that does nothing."""

    def run(*arguments: str) -> float:
        return timed(lambda: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL))

    pairs = [(run(*words), run("-c", "pass")) for _ in range(7)]
    return {"chainrule": statistics.median(ours - nothing for ours, nothing in pairs)}


def cases() -> Iterator[dict[str, Any]]:
    """Every case, measured when it is asked for."""
    found = gradient_case("chain", chain, 0.5, 1)
    per_node = found["chainrule"] / CHAIN * 1e6
    yield report(f"gradient of a chain of {CHAIN} operations", found, microseconds_a_node=round(per_node, 2), budget=15)
    vector = np.linspace(0.1, 1.0, 10)
    yield report("gradient of 20 operations on 10 numbers", gradient_case("twenty", twenty_operations, vector, 20))
    yield report("gradient of 20 operations on one number", gradient_case("twenty", twenty_operations, 0.5, 20))
    compiled = chainrule.jit(chainrule.grad(twenty_operations(np)))
    yield report("the same on 10 numbers, compiled", median_times({"chainrule": lambda: compiled(vector)}, 200))
    yield report("calling (x + y) z, compiled, with its gradient, on three numbers", call_case())
    yield report("explain 1,000 operations", explain_case(), budget=1e6)
    yield report("import chainrule", process_case("-c", "import chainrule"), budget=2e5)
    yield report("import chainrule and its verbs", process_case("-c", "import chainrule; chainrule.grad"))
    yield report("chainrule --help", process_case("-m", "chainrule.apps.cli", "--help"), budget=1.5e5)


def main() -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for line in cases():
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
