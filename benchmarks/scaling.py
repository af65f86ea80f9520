"""How cost grows: `python -m benchmarks.scaling [CURVE...] [--plot FILE]` prints time and memory against size.

Curves: a `chain` and a wide `sum` of 10 to 100,000 nodes, and a network by its `batch` and by its `width`; each eager
and compiled. One JSON line a point, then one a curve with the slopes in logarithms: 1 is linear. One idea: each point
is a process of its own with an empty folder of machine code, so a first call is a first call and a peak is its own;
a curve ends where a call takes more than a minute.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .__main__ import allow

SIZES = {
    "chain": (10, 100, 1000, 3000, 10_000, 30_000, 100_000),
    "sum": (10, 100, 1000, 3000, 10_000, 30_000, 100_000),
    "batch": (1, 10, 100, 1000, 10_000),
    "width": (16, 64, 256, 1024, 2048),
}
AXES = {"chain": "nodes in a chain", "sum": "nodes in a wide sum", "batch": "batch", "width": "width"}
MODES = ("eager", "compiled")
MEASURES = {"first_ms": "first call", "again_ms": "repeated call", "peak_mb": "peak memory"}
LONGEST = 60.0  # seconds; a curve with a longer call ends there
ROOT = Path(__file__).parent.parent
GIVEN_UP = 100.0  # seconds after which a point is left
REPEATED = 0.3  # seconds for repeated calls


def chain(size: int) -> tuple[Callable[..., Any], Any]:
    """One number through `size` operations."""
    import numpy as np

    def last(x: Any) -> Any:
        for _ in range(size // 2):
            x = np.tanh(x) + 0.1
        return x

    return last, 0.5


def wide_sum(size: int) -> tuple[Callable[..., Any], Any]:
    """Half of the nodes are terms, each with its own input; the others add them pair by pair."""
    import numpy as np

    def total(values: Any) -> Any:
        terms = [np.tanh(value) for value in values]
        while len(terms) > 1:
            pairs = [one + other for one, other in zip(terms[::2], terms[1::2], strict=False)]
            terms = pairs + terms[2 * len(pairs) :]
        return terms[0]

    return total, [0.1 + k / size for k in range(size // 2)]


def network(batch: int, width: int) -> tuple[Callable[..., Any], Any]:
    """Three square layers in float32."""
    import numpy as np

    random = np.random.default_rng(batch + width)
    x = random.normal(size=(batch, width)).astype(np.float32)

    def loss(weights: Any) -> Any:
        h = x
        for W in weights:
            h = np.tanh(h @ W)
        return np.mean(h * h)

    return loss, [(random.normal(size=(width, width)) / width**0.5).astype(np.float32) for _ in range(3)]


def work(curve: str, size: int) -> tuple[Callable[..., Any], Any]:
    """The function of a point, and its argument."""
    if curve == "chain":
        return chain(size)
    if curve == "sum":
        return wide_sum(size)
    return network(size, 64) if curve == "batch" else network(32, size)


def measured(curve: str, size: int, mode: str) -> dict[str, float]:
    """One point, in this process: milliseconds of the first call (by the clock and of the processor) and of a repeated
    one, megabytes of the peak above."""
    import chainrule

    from . import footprint

    chainrule.jit(chainrule.grad(lambda x: x * x))(1.0)  # what is loaded once is not counted
    function, given = work(curve, size)
    gradient = chainrule.value_and_grad(function)
    call = chainrule.jit(gradient) if mode == "compiled" else gradient
    footprint.forget_peak()
    before = footprint.resident()
    processor = time.process_time()
    first = seconds(call, given)
    processor = time.process_time() - processor
    times = [seconds(call, given)]
    while sum(times) < REPEATED and len(times) < 1000:
        times.append(seconds(call, given))
    grown = max(0, footprint.peak() - before)
    return {
        "first_ms": round(first * 1e3, 3),
        "first_processor_ms": round(processor * 1e3, 3),
        "again_ms": round(statistics.median(times) * 1e3, 5),
        "peak_mb": round(grown / 2**20, 3),
    }


def seconds(call: Callable[..., Any], given: Any) -> float:
    start = time.perf_counter()
    call(given)
    return time.perf_counter() - start


def point(curve: str, size: int, mode: str) -> dict[str, Any]:
    """One point, in a process of its own; `ended` says why there are no figures."""
    named: dict[str, Any] = {"curve": curve, "size": size, "mode": mode}
    command = [sys.executable, "-m", "benchmarks.scaling", "--point", curve, str(size), mode]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CHAINRULE_CACHE_DIR": folder}
        try:
            found = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=GIVEN_UP, cwd=ROOT)
        except subprocess.TimeoutExpired:
            return {**named, "ended": f"more than {GIVEN_UP:.0f} s"}
    if found.returncode:
        return {**named, "ended": (found.stderr.strip() or f"exit code {found.returncode}").splitlines()[-1][:200]}
    return {**named, **json.loads(found.stdout)}


def points(curve: str, mode: str, largest: int) -> Iterator[dict[str, Any]]:
    """The points of a curve until a call takes too long."""
    for size in SIZES[curve]:
        if size > largest:
            return
        found = point(curve, size, mode)
        yield found
        if "ended" in found or max(found["first_ms"], found["again_ms"]) > LONGEST * 1e3:
            return


def slope(places: Sequence[tuple[float, float]]) -> float | None:
    """The exponent of growth: least squares through the logarithms."""
    logs = [(math.log(x), math.log(y)) for x, y in places if x > 0 and y > 0]
    if len(logs) < 2:
        return None
    return round(statistics.linear_regression(*zip(*logs, strict=True)).slope, 2)


def summary(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The exponents of each curve, over all points and between the last two, where fixed costs no longer count."""
    for curve, mode in dict.fromkeys((row["curve"], row["mode"]) for row in rows):
        chosen = [row for row in rows if (row["curve"], row["mode"]) == (curve, mode) and "ended" not in row]
        line: dict[str, Any] = {
            "curve": curve,
            "mode": mode,
            "largest": max((row["size"] for row in chosen), default=0),
        }
        for name in MEASURES:
            places = [(row["size"], row[name]) for row in chosen]
            line[name] = {"exponent": slope(places), "at the end": slope(places[-2:])}
        yield line


def drawing(rows: Sequence[dict[str, Any]]) -> str:
    """One SVG drawing: a column a curve, times above, memory below."""
    from chainrule.transforms.checking.plotting import draw

    panels = []
    for column, curve in enumerate(dict.fromkeys(row["curve"] for row in rows)):
        for line, (title, names) in enumerate({"ms": ("first_ms", "again_ms"), "MB": ("peak_mb",)}.items()):
            panel = draw(lines_of(rows, curve, names), f"{curve}, {title}", (AXES[curve], title))
            panels.append(
                panel.replace("<svg ", f'<svg x="{640 * column}" y="{430 * line}" width="640" height="430" ', 1)
            )
    width = 640 * max(1, len(panels) // 2)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 860">\n{"".join(panels)}</svg>\n'


def lines_of(rows: Sequence[dict[str, Any]], curve: str, names: Iterable[str]) -> list[Any]:
    from chainrule.transforms.checking.plotting import Curve

    return [
        Curve(
            f"{mode}, {MEASURES[name]}",
            tuple((row["size"], row[name]) for row in rows
                  if row["curve"] == curve and row["mode"] == mode and row.get(name, 0) > 0),
            wrong=False,
        )
        for mode in MODES
        for name in names
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("curve", nargs="*", help=f"which of {', '.join(SIZES)}; all if left out")
    parser.add_argument("--largest", type=int, default=100_000, help="leave out larger sizes")
    parser.add_argument("--plot", help="a file to write the drawing to, as SVG")
    parser.add_argument("--point", nargs=3, metavar=("CURVE", "SIZE", "MODE"), help="measure one point in this process")
    asked = parser.parse_args()
    allow(1)
    if asked.point:
        curve, size, mode = asked.point
        print(json.dumps(measured(curve, int(size), mode)))
        return
    rows = []
    for curve in asked.curve or SIZES:
        for mode in MODES:
            for row in points(curve, mode, asked.largest):
                rows.append(row)
                print(json.dumps(row), flush=True)
    for line in summary(rows):
        print(json.dumps(line))
    from .measure import machine, written

    print(written(machine([])))
    if asked.plot:
        with open(asked.plot, "w") as file:
            file.write(drawing(rows))


if __name__ == "__main__":
    main()
