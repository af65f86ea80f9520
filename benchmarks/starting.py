"""What starting costs: `python -m benchmarks.starting` prints first calls of jitted functions and peaks of memory.

One idea: each is measured in a process of its own, once with an empty folder of machine code and once with the folder
that this has filled. Seconds of the processor are given beside those of the clock, for others may use the machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

_PRELUDE = """
import json, resource, sys, time
import numpy as np
import chainrule
chainrule.jit(lambda x: x)(1.0)
from benchmarks.cases import networks, arrays, scalars
"""
_CALLS = {
    "scalar graph": "f = chainrule.jit(chainrule.value_and_grad(scalars.product, (0, 1, 2))); given = (1.0, 2.0, 3.0)",
    "MLP": "f = chainrule.jit(chainrule.value_and_grad(networks.network(np))); given = networks.data(32)",
    "MLP Adam step": "f = chainrule.jit(networks.training(np, chainrule.value_and_grad, 'Adam'));"
    "given = networks.state_for('Adam', 32)",
    "elementwise 1e7": "f = chainrule.jit(chainrule.value_and_grad(arrays.gated(np, chainrule.sigmoid), (0, 1, 2)));"
    "given = arrays.data('float32', 10**7)",
    "MLP batch 1024": "f = chainrule.jit(chainrule.value_and_grad(networks.network(np))); given = networks.data(1024)",
}
_ENDING = """
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
clock, processor = time.perf_counter(), time.process_time()
found = f(*given)
clock, processor = time.perf_counter() - clock, time.process_time() - processor
for _ in range(3):
    found = f(*given)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"clock_ms": round(clock * 1e3, 1), "processor_ms": round(processor * 1e3, 1),
                  "peak_grown_mb": round(grown / 1024, 1)}))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, call in _CALLS.items():
            for kept in ("empty", "kept"):
                program = _PRELUDE + call + _ENDING
                environment = {**os.environ, "CHAINRULE_CACHE_DIR": folder}
                found = subprocess.run(
                    [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment
                )
                print(json.dumps({"first call": name, "machine code": kept, **json.loads(found.stdout)}), flush=True)


if __name__ == "__main__":
    main()
