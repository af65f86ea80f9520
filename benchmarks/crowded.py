"""What a call with several threads costs while other processes use the cores: `python -m benchmarks.crowded`.

One idea: a part that nobody has begun is taken by whoever has time. So with K of N cores used by others a call may take
the time that its share of the machine allows, and never many times more. Prints a JSON line for each number of others.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .measure import timed

CALLS = 60


def work() -> Callable[[], Any]:
    """Some milliseconds of one thread, in parts."""
    import chainrule

    x, w = np.random.default_rng(0).normal(size=(2, 1_000_000))
    jitted = chainrule.jit(chainrule.value_and_grad(lambda x, w: np.sum(np.tanh(x * w) * np.exp(-x * x))))
    return lambda: jitted(x, w)


def main() -> None:
    """Nobody else, one other, and one on every core. The last line is one thread alone beside nobody."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if sys.argv[1:]:
        call = work()
        call()
        times = [timed(call, 1) for _ in range(CALLS)]
        print(json.dumps([statistics.median(times), max(times)]))
        return
    for threads, others in ((cores, 0), (cores, 1), (cores, cores), (1, 0)):
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(others)]
        try:
            environment = {**os.environ, "CHAINRULE_NUM_THREADS": str(threads)}
            command = [sys.executable, "-m", "benchmarks.crowded", "measure"]
            found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        finally:
            for each in busy:
                each.kill()
                each.wait()
        middle, longest = json.loads(found)
        said = {"threads": threads, "others": others, "milliseconds": middle * 1e3, "longest": longest * 1e3}
        print(json.dumps({name: round(number, 2) for name, number in said.items()}), flush=True)


if __name__ == "__main__":
    main()
