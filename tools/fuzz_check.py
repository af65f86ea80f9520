"""Random pages through the judge: a seed in, one JSON line out, with every page that made it fall over.

One idea: pages are put together from the grammar that authors use, from slips in it, and from bytes of real pages that
were changed; whatever comes, there is a verdict for every statement and no exception.

    python tools/fuzz_check.py --count 100000 --seed 1 --folder tests/notes
"""

# ruff: noqa: E501  # a page is one line here
from __future__ import annotations

import argparse
import json
import random
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter, process_time

from chainrule.checker import check_document
from chainrule.checker.documents import read_document

NAMES = [
    "x",
    "y",
    "z",
    "w",
    "W",
    "X",
    "b",
    "a",
    "h",
    "L",
    "J",
    "\\delta",
    "\\hat y",
    "A",
    "n",
    "i",
    "p",
    "I",
    "e",
    "d",
    "\\bar x",
]
SCRIPTS = [
    "",
    "",
    "",
    "_1",
    "_2",
    "_i",
    "_{ij}",
    "^T",
    "^2",
    "^{(l)}",
    "^{(l-1)}",
    "^{-1}",
    "_{n+1}",
    "'",
    "_t",
    "_{t-1}",
    "^\\top",
    "^{[2]}",
    "^i",
]
FUNCTIONS = [
    "\\exp",
    "\\log",
    "\\tanh",
    "\\sigma",
    "\\mathrm{relu}",
    "f",
    "\\operatorname{softmax}",
    "\\mathrm{tr}",
    "\\det",
    "\\max",
    "\\sin",
    "\\sqrt",
]
SIGNS = [" + ", " - ", " ", " ", " \\odot ", " \\cdot ", " / ", "\\otimes ", "\\times "]
RELATIONS = [
    " = ",
    " = ",
    " = ",
    " = ",
    " \\approx ",
    " := ",
    " \\in ",
    " \\Rightarrow ",
    " \\leftarrow ",
    " \\ne ",
    " \\propto ",
    "=",
]
WORDS = [
    "Let $W \\in \\mathbb{R}^{m \\times n}$.", "where $x$ is a vector", "for $l = 1, \\dots, L$", "with $n = 3$ examples",
    "$A$ is symmetric.", "$y$ is one-hot.", "$\\sigma$ is the sigmoid.", "## Backward", "(numerator layout)", "$i \\ne j$:",
    "where $\\bar v = \\partial L/\\partial v$.", "Each row of $X$ is an example.", "If $x > 0$:", "| $x$ | $y$ |\n|---|---|\n| 1 | 2 |",
    "Data: $(1,2), (2,4)$", "indices start from 0", "learning rate 0.1", "dL/dw = 2x", "∂L/∂W = δ xᵀ", "L = 1/2 (y − t)²",
]  # fmt: skip
CODE = [
    "dW = X.T @ d",
    "db = np.sum(d, axis=0)",
    "z = np.maximum(0, x @ W + b)",
    "p[range(N), y] -= 1",
    "x = np.array([1., 2])",
    "dx += dy * 2",
    "L = -np.mean(np.log(p))",
]


class Author:
    """One who writes pages by throwing dice."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def side(self, depth: int) -> str:
        dice = self.dice
        if depth <= 0 or dice.random() < 0.25:
            return self.leaf()
        kind = dice.randrange(13)
        if kind < 4:
            return dice.choice(SIGNS).join(self.side(depth - 1) for _ in range(dice.randint(2, 3)))
        if kind == 4:
            return f"({self.side(depth - 1)}){dice.choice(SCRIPTS)}"
        if kind == 5:
            return f"\\frac{{{self.side(depth - 1)}}}{{{self.side(depth - 1)}}}"
        if kind in (6, 7):
            return f"{dice.choice(FUNCTIONS)}({self.side(depth - 1)})"
        if kind in (8, 9):
            return self.derivative()
        if kind == 10:
            bound = dice.choice(["i", "j", "k", "i=1", "i,j", "k \\ne i", "i=1}^{n", "t=1}^{3"])
            return f"\\{dice.choice(['sum', 'sum', 'prod'])}_{{{bound}}} {self.side(depth - 1)}"
        if kind == 11:
            cells = [[self.side(0) for _ in range(dice.randint(1, 3))] for _ in range(dice.randint(1, 3))]
            return "\\begin{pmatrix}" + "\\\\".join("&".join(row) for row in cells) + "\\end{pmatrix}"
        return f"\\|{self.side(depth - 1)}\\|^2"

    def leaf(self) -> str:
        dice = self.dice
        if dice.random() < 0.25:
            return dice.choice(
                [
                    "0",
                    "1",
                    "2",
                    "0.5",
                    "-3",
                    "1.73",
                    "\\frac12",
                    "10^{-3}",
                    "1e5",
                    "3,5",
                    "\\pi",
                    "\\infty",
                    "100",
                    "7\\%",
                ]
            )
        return dice.choice(NAMES) + dice.choice(SCRIPTS)

    def derivative(self) -> str:
        dice = self.dice
        above, below = (dice.choice(NAMES) + dice.choice(SCRIPTS) for _ in range(2))
        return dice.choice([
            f"\\frac{{\\partial {above}}}{{\\partial {below}}}", f"\\frac{{d{above}}}{{d{below}}}", f"\\nabla_{{{below}}} {above}",
            f"\\partial {above} / \\partial {below}", f"\\frac{{\\partial^2 {above}}}{{\\partial {below}^2}}", f"d{below}", "\\delta^{(l)}",
            f"\\frac{{\\partial}}{{\\partial {below}}} {above}", f"\\nabla {above}", f"{above}'({below})",
        ])  # fmt: skip

    def statement(self) -> str:
        dice = self.dice
        left = self.derivative() if dice.random() < 0.4 else dice.choice(NAMES) + dice.choice(SCRIPTS)
        sides = [left, *(self.side(dice.randint(1, 3)) for _ in range(1 if dice.random() < 0.85 else 2))]
        return "".join(
            side + (dice.choice(RELATIONS) if place < len(sides) - 1 else "") for place, side in enumerate(sides)
        )

    def page(self) -> bytes:
        dice, parts = self.dice, list[str]()
        for _ in range(dice.randint(1, 6)):
            roll = dice.random()
            if roll < 0.6:
                mark = dice.choice(["$", "$$", "$$"])
                parts.append(mark + self.statement() + mark)
            elif roll < 0.85:
                parts.append(dice.choice(WORDS))
            elif roll < 0.92:
                parts.append("```python\n" + "\n".join(dice.choices(CODE, k=dice.randint(1, 4))) + "\n```")
            else:
                rows = " \\\\ ".join(self.statement().replace("=", "&=", 1) for _ in range(2))
                parts.append(f"\\begin{{align}}{rows}\\end{{align}}")
        return dice.choice(["\n\n", "\n\n", " ", ", so "]).join(parts).encode()


def changed(dice: random.Random, pages: Sequence[bytes]) -> bytes:
    """A window of a page, with bytes changed, taken out, doubled, or taken from another page."""
    page = dice.choice(pages)
    start = dice.randrange(max(1, len(page) - 200))
    data = bytearray((page[:200] if dice.random() < 0.5 else b"") + page[start : start + dice.randint(50, 250)])
    for _ in range(dice.randint(0, 6)):
        place = dice.randrange(len(data) + 1)
        kind = dice.randrange(4)
        if kind == 0 and place < len(data):
            data[place] = dice.choice(b"\\{}$^_=()[]&| \n019abxW#`*\x00\xff\xe2" + bytes([dice.randrange(256)]))
        elif kind == 1:
            del data[place : place + dice.randint(1, 8)]
        elif kind == 2:
            data[place:place] = data[max(0, place - dice.randint(1, 20)) : place]
        else:
            other = dice.choice(pages)
            cut = dice.randrange(len(other) + 1)
            data[place:place] = other[cut : cut + dice.randint(1, 40)]
    return bytes(data)


def pages_of(folders: Sequence[str]) -> list[bytes]:
    """The documents in some folders."""
    files = [
        each
        for folder in folders
        for each in sorted(Path(folder).iterdir())
        if each.suffix in (".md", ".tex", ".ipynb", ".txt")
    ]
    return [each.read_bytes() for each in files]


def made(seed: int, real: Sequence[bytes]) -> tuple[bytes, str]:
    """The page of a seed, and the name of its kind."""
    dice = random.Random(seed)
    if real and seed % 2:
        return changed(dice, real), dice.choice(["a.md", "a.md", "a.tex", "a.txt", "a.ipynb"])
    return Author(seed).page(), "a.md"


def fault(data: bytes, name: str) -> tuple[str, Counter[str]]:
    """What went wrong on a page, nothing if all is well; and how many verdicts of each kind there are."""
    try:
        document = read_document(data, name)
        found = check_document(document)
    except Exception as problem:
        place = traceback.extract_tb(problem.__traceback__)[-1]
        return f"{type(problem).__name__}: {problem} at {Path(place.filename).name}:{place.lineno}", Counter()
    silent = [each.text for each in found.findings if each.verdict.value in ("unchecked", "wrong") and not each.reason]
    return (f"no reason for {silent[0]!r}" if silent else ""), Counter(each.verdict.value for each in found.findings)


def run(seeds: Iterator[int], real: Sequence[bytes], seconds: float) -> dict[str, object]:
    """Every page of these seeds, and a summary."""
    start, count = perf_counter(), 0
    verdicts, faults, slowest = Counter[str](), dict[str, tuple[int, int]](), (0.0, 0)
    with suppress(KeyboardInterrupt):  # what is done by then is told
        for seed in seeds:
            data, name = made(seed, real)
            before = process_time()
            said, found = fault(data, name)
            took = process_time() - before
            slowest = max(slowest, (took, seed))
            count += 1
            verdicts += found
            if took > seconds:
                said = said or f"slow: more than {seconds:g} s"
            if said:
                key = said[:160]
                first, times = faults.get(key, (seed, 0))
                faults[key] = first, times + 1
                if times == 0:
                    print(
                        json.dumps({"seed": seed, "fault": said, "page": data.decode("utf-8", "replace")[:1200]}),
                        file=sys.stderr,
                        flush=True,
                    )
    return {
        "pages": count, "seconds": round(perf_counter() - start, 1), "verdicts": verdicts,
        "faults": {key: {"seed": seed, "times": times} for key, (seed, times) in faults.items()},
        "slowest": {"seconds": round(slowest[0], 2), "seed": slowest[1]},
    }  # fmt: skip


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seconds", type=float, default=5.0, help="what a page may take")
    parser.add_argument("--folder", action="append", default=[], help="real pages to change")
    given = parser.parse_args()
    found = run(iter(range(given.seed, given.seed + given.count)), pages_of(given.folder), given.seconds)
    print(json.dumps(found))
    sys.exit(1 if found["faults"] else 0)


if __name__ == "__main__":
    main()
