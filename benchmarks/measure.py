"""Ours beside theirs: cases in, one JSON line and one row of a table for each out.

One idea: everybody takes turns in one process on one core, and a peer is measured only after its result has been found
equal to ours. The median is reported, and the ratio of medians to the fastest peer.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import numpy as np

Call = Callable[[], Any]
ROUNDS = 15
SHORTEST = 2e-3  # seconds that one turn takes at least
BY_HAND = "by hand"  # names of peers that differentiate nothing, and are no measure of those that do
LONGEST = 20.0  # seconds for a case


@dataclass(frozen=True)
class Case:
    """One piece of work: how we do it, and how each peer does it at its best. Builders return what is timed."""

    name: str
    target: str
    ours: Callable[[], Call]
    peers: dict[str, Callable[[], Call]] = field(default_factory=dict)
    tolerance: float = 1e-6


def threads() -> int:
    """How many everybody may use."""
    return int(os.environ.get("OMP_NUM_THREADS", "1"))


def timed(call: Call, repeat: int) -> float:
    start = time.perf_counter()
    for _ in range(repeat):
        call()
    return (time.perf_counter() - start) / repeat


def flat(result: Any) -> list[Any]:
    """All numbers of a result, in the order of its leaves."""
    if isinstance(result, dict):
        return [each for key in sorted(result) for each in flat(result[key])]
    if isinstance(result, (list, tuple)):
        return [each for part in result for each in flat(part)]
    if hasattr(result, "detach"):
        result = result.detach().numpy()
    return [np.asarray(result, dtype=np.float64)]


def differs(ours: Any, theirs: Any, tolerance: float) -> str | None:
    """Why two results are not the same; None where they are."""
    one, other = flat(ours), flat(theirs)
    if len(one) != len(other):
        return f"{len(other)} arrays for {len(one)}"
    for place, (left, right) in enumerate(zip(one, other, strict=True)):
        if left.size != right.size:
            return f"array {place} of shape {right.shape} for {left.shape}"
        scale = max(1e-30, float(np.max(np.abs(left), initial=0.0)))
        error = float(np.max(np.abs(left.ravel() - right.ravel()), initial=0.0)) / scale
        if not error <= tolerance:
            return f"array {place} is off by {error:.1e}"
    return None


def run_case(case: Case, wanted: Sequence[str]) -> dict[str, Any]:
    """The medians of everybody whose result is ours."""
    ours = case.ours()
    expected = ours()
    calls, refused = {"chainrule": ours}, {}
    for name, build in case.peers.items():
        if name.split()[0] not in wanted:
            continue
        try:
            theirs = build()
            problem = differs(expected, theirs(), case.tolerance)
        except ImportError as missing:
            problem = f"not installed ({missing.name})"
        except Exception as failure:
            problem = f"{type(failure).__name__}: {failure}"[:200]
        if problem is None:
            calls[name] = theirs
        else:
            refused[name] = problem
    medians = interleaved(calls)
    others = {name: seconds for name, seconds in medians.items() if name != "chainrule"}
    fastest = min((name for name in others if not name.endswith(BY_HAND)), key=others.__getitem__, default=None)
    return {
        "case": case.name,
        "target": case.target,
        "ratio": round(medians["chainrule"] / others[fastest], 3) if fastest else None,
        "fastest": fastest,
        "ratios": {name: float(f"{medians['chainrule'] / seconds:.3g}") for name, seconds in others.items()},
        "microseconds": {name: round(seconds * 1e6, 3) for name, seconds in medians.items()},
        **({"not compared": refused} if refused else {}),
    }


def interleaved(calls: dict[str, Call]) -> dict[str, float]:
    """The median seconds a call, by name: the calls take turns."""
    repeats = {}
    for name, call in calls.items():
        call()
        once = max(1e-8, timed(call, 3))
        repeats[name] = max(1, int(SHORTEST / once))
    seen: dict[str, list[float]] = {name: [] for name in calls}
    start = time.perf_counter()
    for turn in range(ROUNDS):
        for name, call in calls.items():
            seen[name].append(timed(call, repeats[name]))
        if turn >= 4 and time.perf_counter() - start > LONGEST:
            break
    return {name: statistics.median(times) for name, times in seen.items()}


def machine(peers: Iterable[str]) -> dict[str, Any]:
    """Where this was measured, and with which versions."""
    versions = {}
    for name in ("numpy", "scipy", "llvmlite", *peers):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    model = ""
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "")
    return {
        "processor": model or platform.processor(),
        "cores": os.cpu_count(),
        "threads": threads(),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "versions": versions,
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as Markdown."""
    lines = ["| case | ours | best peer | ratio | target |", "|---|---|---|---|---|"]
    for row in rows:
        figures, said = (row["megabytes"], megabytes) if "megabytes" in row else (row["microseconds"], spoken)
        peer = f"{row['fastest']} {said(figures[row['fastest']])}" if row["fastest"] else "none"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.3g}"
        lines.append(f"| {row['case']} | {said(figures['chainrule'])} | {peer} | {ratio} | {row['target']} |")
    return "\n".join(lines)


def spoken(microseconds: float) -> str:
    if microseconds < 1000:
        return f"{microseconds:.3g} us"
    return f"{microseconds / 1000:.3g} ms" if microseconds < 1e6 else f"{microseconds / 1e6:.3g} s"


def megabytes(amount: float) -> str:
    return f"{amount:.4g} MB"


def written(row: dict[str, Any]) -> str:
    return json.dumps(row)
