"""Peaks of memory beside our peers': cases of two builders in, one JSON line a case out.

One idea: everybody works in a process of its own, with its libraries loaded and started before the first reading, so
the peak is that of the data and the work. Results are compared before the peaks are.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import footprint

ROOT = Path(__file__).parent.parent
CALLS = 4
GIVEN_UP = 120.0  # seconds


@dataclass(frozen=True)
class MemoryCase:
    """What is measured: a module of `benchmarks.cases` with `ours`, `by_jax` and `by_torch`, and their arguments."""

    name: str
    target: str
    module: str
    arguments: tuple[Any, ...]
    tolerance: float = 1e-3


CASES = (
    MemoryCase("peak memory, sum(sigmoid(x*w+b)*tanh(x)), 1e7 float32", "1.0", "arrays", ("float32", 10**7)),
    MemoryCase("peak memory, MLP batch 1024", "1.0", "networks", (1024,)),
)
BUILDERS = {"chainrule": "ours", "jax": "by_jax", "torch": "by_torch"}


def start(name: str) -> None:
    """Load a library and let it compile or differentiate something, once."""
    if name == "chainrule":
        chainrule = importlib.import_module("chainrule")
        chainrule.jit(chainrule.grad(lambda x: x * x))(1.0)
    elif name == "jax":
        jax = importlib.import_module("jax")
        jax.block_until_ready(jax.jit(jax.grad(lambda x: x * x))(1.0))
    else:
        torch = importlib.import_module("torch")
        x = torch.tensor(1.0, requires_grad=True)
        torch.autograd.grad(x * x, x)


def measured(name: str, module: str, *arguments: Any) -> dict[str, Any]:
    """In this process: the bytes that the data and a few calls take at most, and what tells the results apart."""
    cases = importlib.import_module(f"benchmarks.cases.{module}")
    start(name)
    before = footprint.resident()
    call = getattr(cases, BUILDERS[name])(*arguments)()
    footprint.forget_peak()
    found = None
    for _ in range(CALLS):
        del found  # or two results would be there at once
        found = call()
    grown = footprint.peak() - before
    return {"megabytes": round(grown / 2**20, 1), "started_mb": round(before / 2**20, 1), "sums": sums(found)}


def sums(result: Any) -> list[list[float]]:
    """Of each array of a result: its size, its norm, and its product with a fixed wave, that places tell apart."""
    import numpy as np

    from .measure import flat

    return [
        [float(each.size), float(np.linalg.norm(each)), float(each.ravel() @ np.cos(np.arange(each.size, dtype=float)))]
        for each in flat(result)
    ]


def same(ours: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]], tolerance: float) -> bool:
    """Whether all sums agree; a product with the wave is compared on the scale of the norm."""
    return len(ours) == len(theirs) and all(
        one[0] == other[0] and all(math.dist([a], [b]) <= tolerance * one[1] for a, b in zip(one, other, strict=True))
        for one, other in zip(ours, theirs, strict=True)
    )


def apart(case: MemoryCase, name: str) -> dict[str, Any]:
    """`measured` in a process of its own; `problem` where it failed."""
    command = [sys.executable, "-m", "benchmarks.memory", json.dumps([case.module, *case.arguments]), name]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CHAINRULE_CACHE_DIR": folder}
        try:
            found = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=GIVEN_UP, cwd=ROOT)
        except subprocess.TimeoutExpired:
            return {"problem": f"more than {GIVEN_UP:.0f} s"}
    if found.returncode:
        return {"problem": (found.stderr.strip() or f"exit code {found.returncode}").splitlines()[-1][:200]}
    return dict(json.loads(found.stdout))


def run_memory(case: MemoryCase, wanted: Sequence[str]) -> dict[str, Any]:
    """The peaks of everybody whose result is ours, and our share of the smallest."""
    ours = apart(case, "chainrule")
    if "problem" in ours:
        raise RuntimeError(ours["problem"])
    peaks, refused = {"chainrule": ours["megabytes"]}, {}
    for name in BUILDERS:
        if name == "chainrule" or name not in wanted:
            continue
        theirs = apart(case, name)
        problem = theirs.get("problem") or ("" if same(ours["sums"], theirs["sums"], case.tolerance) else "differs")
        if problem:
            refused[name] = problem
        else:
            peaks[name] = theirs["megabytes"]
    others = {name: peak for name, peak in peaks.items() if name != "chainrule"}
    least = min(others, key=lambda name: others[name], default=None)
    return {
        "case": case.name,
        "target": case.target,
        "ratio": round(peaks["chainrule"] / others[least], 3) if least else None,
        "fastest": least,
        "megabytes": peaks,
        **({"not compared": refused} if refused else {}),
    }


def memory_cases() -> Iterator[MemoryCase]:
    yield from CASES


def main() -> None:
    given, name = sys.argv[1:]
    print(json.dumps(measured(name, *json.loads(given))))


if __name__ == "__main__":
    from .__main__ import allow
    from .measure import threads

    allow(threads())
    main()
