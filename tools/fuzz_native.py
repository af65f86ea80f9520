"""Random programs: a seed in, what machine code computed wrongly out, one JSON line a problem and one at the end."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
import warnings
from collections import Counter
from multiprocessing import get_context
from random import Random
from time import perf_counter
from typing import Any

from random_native.trials import RefusedError, draw_trial, judge


def run_one(seed: int) -> tuple[int, str, str]:
    """The seed, what is wrong (empty where nothing is, "refused" where it is no program), and the program."""
    warnings.simplefilter("ignore")  # means of nothing are among the programs
    trial = draw_trial(Random(seed))
    try:
        problem = judge(trial)
    except RefusedError:
        return seed, "refused", ""
    except Exception:
        problem = traceback.format_exc(limit=-4)
    return seed, problem or "", str(trial) if problem else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="of the first program; the others follow it")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print the program of the first seed, and stop")
    asked = parser.parse_args()
    if asked.show:
        print(draw_trial(Random(asked.seed)))
        return
    start = perf_counter()
    seen: Counter[str] = Counter()
    for seed, problem, program in results(range(asked.seed, asked.seed + asked.programs), asked.processes):
        seen["programs"] += problem != "refused"
        seen["refused"] += problem == "refused"
        if problem not in ("", "refused"):
            seen["wrong"] += 1
            print(json.dumps({"seed": seed, "problem": problem, "program": program}), flush=True)
        if sum(seen.values()) % 500 == 0:
            print(json.dumps({**seen, "seconds": round(perf_counter() - start)}), file=sys.stderr, flush=True)
    print(json.dumps({**seen, "seed": asked.seed, "seconds": round(perf_counter() - start)}))
    sys.exit(bool(seen["wrong"]))


def results(seeds: range, processes: int) -> Any:
    if processes == 1:
        return map(run_one, seeds)
    return get_context("spawn").Pool(processes, maxtasksperchild=2000).imap_unordered(run_one, seeds, chunksize=20)


if __name__ == "__main__":
    main()
