"""`python -m benchmarks [CASE...] [--peers jax,torch,...]`: our time beside our peers', a line a case, and a table.

A case is chosen by a part of its name. Peers that are not installed are left out. Everybody uses one thread, or as many
as `--threads` says. With `--save FILE` the lines, the table and the machine are written there.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys

_NUMBERS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "CHAINRULE_NUM_THREADS",
)  # fmt: skip
PEERS = "jax,torch,casadi,pytensor,numba,autograd"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("case", nargs="*", help="parts of the names of cases; all if left out")
    parser.add_argument(
        "--peers", default=PEERS, help=f"which peers to measure, by commas; none if empty (default: {PEERS})"
    )
    parser.add_argument("--threads", type=int, default=1, help="how many threads everybody may use (default: 1)")
    parser.add_argument("--save", help="a file to write the results to, as Markdown")
    asked = parser.parse_args()
    allow(asked.threads)
    from .cases import all_cases
    from .measure import machine, run_case, table, written
    from .memory import MemoryCase, memory_cases, run_memory

    peers = [each.strip() for each in asked.peers.split(",") if each.strip()]
    cases = [*all_cases(), *memory_cases()]
    refuse_unknown(parser, asked.case, [case.name for case in cases], peers)
    rows = []
    for case in cases:
        if asked.case and not any(part in case.name for part in asked.case):
            continue
        rows.append(run_memory(case, peers) if isinstance(case, MemoryCase) else run_case(case, peers))
        print(written(rows[-1]), flush=True)
    print(table(rows))
    print(written(machine(peers)))
    if asked.save:
        lines = "\n".join(written(row) for row in rows)
        with open(asked.save, "w") as file:
            command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
            file.write(f"`{command}`\n\n{written(machine(peers))}\n\n{table(rows)}\n\n```json\n{lines}\n```\n")


def refuse_unknown(parser: argparse.ArgumentParser, parts: list[str], names: list[str], peers: list[str]) -> None:
    """End with a message where a peer, or a part of a case's name, is not known."""
    for each in peers:
        if each not in PEERS.split(","):
            parser.error(f"no peer is called {each!r}; there are {', '.join(PEERS.split(','))}")
    for part in parts:
        if not any(part in name for name in names):
            parser.error(f"no case has {part!r} in its name; there are:\n  " + "\n  ".join(names))


def allow(threads: int) -> None:
    """So many threads on so many cores, the last ones. Before any library is loaded."""
    for name in _NUMBERS:
        os.environ[name] = str(threads)
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)  # every library chooses its kernels for the processor that there is
    several = "false" if threads == 1 else "true"
    flags = f"--xla_cpu_multi_thread_eigen={several} intra_op_parallelism_threads={threads}"
    os.environ.setdefault("XLA_FLAGS", flags)
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    pin(threads)


def pin(cores: int = 1) -> None:
    """Everybody on so many cores, the last ones."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])


if __name__ == "__main__":
    main()
