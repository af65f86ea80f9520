"""What checking notes costs: `python -m benchmarks.check [FOLDER...]` prints one JSON line a case.

One idea: the pages under `tests/notes` are what people write, so their times say what people wait for; each case states
its budget. `--whole` checks a thousand documents for real, instead of a share of them. Nothing here gates anything.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

NOTES = Path(__file__).parent.parent / "tests" / "notes"
SUFFIXES = (".md", ".tex", ".ipynb", ".txt")
SHARE = 60  # documents of the thousand that are checked where not all are
ROUNDS = 5
FORTY = "Let $z_1 = w_1 x + b_1$.\n\n" + "\n\n".join(
    f"$$h_{{{k}}} = \\tanh(z_{{{k}}})$$\n\n$$z_{{{k + 1}}} = w_{{{k + 1}}} h_{{{k}}} + b_{{{k + 1}}}$$\n\n"
    f"$$\\frac{{\\partial z_{{{k + 1}}}}}{{\\partial w_{{{k + 1}}}}} = h_{{{k}}}$$\n\n"
    f"$$\\frac{{\\partial z_{{{k + 1}}}}}{{\\partial z_{{{k}}}}} = w_{{{k + 1}}} (1 - h_{{{k}}}^2)$$"
    for k in range(1, 11)
)  # fmt: skip


def documents(folders: Sequence[Path]) -> list[Path]:
    """The documents in these folders."""
    return [
        each
        for folder in folders
        for each in sorted(folder.iterdir())
        if each.suffix in SUFFIXES and each.stem != "README"
    ]


def report(case: str, seconds: float, **more: Any) -> dict[str, Any]:
    """One line."""
    return {"case": case, "milliseconds": round(seconds * 1e3, 2), **more}


def judged(files: Sequence[Path]) -> list[tuple[float, int]]:
    """The seconds and the number of statements of each document, judged in this process."""
    from chainrule.checker import check_document
    from chainrule.checker.documents import read_document

    check_document(read_document(FORTY.encode()))  # what is loaded once is not counted
    found = []
    for file in files:
        start = time.process_time()
        count = len(check_document(read_document(file)).findings)
        found.append((time.process_time() - start, count))
    return found


def command(*words: str, rounds: int = ROUNDS) -> float:
    """The median time of the command line, its start included."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "chainrule.apps.cli", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def thousand(files: Sequence[Path], count: int) -> float:
    """The time of the command for many documents on two processes."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            file = files[number * 7 % len(files)]
            (Path(folder) / f"{number:04}{file.suffix}").write_bytes(file.read_bytes())
        start = time.perf_counter()
        words = ["check", folder, "--jobs", "2", "-o", str(Path(folder) / "report.json")]
        subprocess.run(
            [sys.executable, "-m", "chainrule.apps.cli", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return time.perf_counter() - start


def cases(folders: Sequence[Path], whole: bool) -> Iterator[dict[str, Any]]:
    """Every case, measured when it is asked for."""
    files = documents(folders)
    found = judged(files)
    total, statements = sum(seconds for seconds, _ in found), sum(count for _, count in found)
    each = [seconds / count for seconds, count in found if count]
    yield report("a statement, the median over documents", statistics.median(each), budget=30, documents=len(files))
    yield report(
        "a statement, the mean",
        total / statements,
        statements=statements,
        statements_a_second=round(statements / total),
    )
    slowest = max(range(len(files)), key=[seconds for seconds, _ in found].__getitem__)
    yield report("the slowest document", found[slowest][0], document=files[slowest].name, statements=found[slowest][1])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield {"case": "memory after all documents", "megabytes": round(memory), "budget": 500}
    yield report("chainrule check --help", command("check", "--help"))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "forty.md"
        page.write_text(FORTY, encoding="utf-8")
        yield report("a page of 40 equations, start included", command("check", str(page)), budget=2000)
    count = 1000 if whole else SHARE
    seconds = thousand(files, count)
    yield report("1,000 documents on two processes", seconds * 1000 / count, checked=count, budget=900_000)


def main() -> None:
    """The command."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    folders = [Path(each) for each in sys.argv[1:] if not each.startswith("-")] or [NOTES]
    for line in cases(folders, "--whole" in sys.argv):
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
