"""Run every truth script at several random points and compare with the verdicts beside the notes.

`python tests/notes/truths/run.py [NAME ...]` prints how many statements were verified with numbers, and every
contradiction. Right: equal at all points. Wrong: different at one point at least, and its correction equal at all.
Follows: different in truth, equal in the author's world.
"""

from __future__ import annotations

import argparse
import collections
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np

HERE = Path(__file__).resolve().parent
NOTES = HERE.parent
POINTS = 5


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"notes_truths_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


statements = load(HERE / "statements.py")


def judge(script: ModuleType) -> list[dict[int, object]]:
    """The statements of a note at several points."""
    pages = []
    for seed in range(POINTS):
        page = statements.Page(np.random.default_rng(1000 + seed))
        script.statements(page)
        pages.append(page.judged)
    return pages


def stated(equation: dict[str, object]) -> str:
    return "follows" if equation.get("carried_forward") else str(equation["verdict"])


def problems(number: int, said: str, points: list[object]) -> list[str]:
    """Why the numbers do not support what is said of an equation; empty if they do."""
    found = []
    if points[0].verdict != said:
        found.append(f"the script judges {points[0].verdict}, the file says {said}")
    if said == "ok" and not all(point.holds for point in points):
        found.append("said to be right, but the sides differ")
    if said in ("wrong", "follows") and not any(point.breaks for point in points):
        found.append("said to be wrong, but the sides are equal")
    if not all(point.author for point in points):
        found.append("does not hold in the author's world either")
    if not all(point.fixed for point in points):
        found.append("the correction does not hold")
    return [f"equation {number}: {text}" for text in found]


def examine(name: str) -> tuple[collections.Counter[str], list[str]]:
    """Counts by verdict of what was verified, and the problems of one note."""
    truth = json.loads((NOTES / f"{name}.json").read_text(encoding="utf-8"))
    path = HERE / f"{name}.py"
    pages = judge(load(path)) if path.exists() else [{}]
    counts: collections.Counter[str] = collections.Counter()
    found = []
    for equation in truth["equations"]:
        number, said = equation["n"], stated(equation)
        counts[said] += 1
        if number in pages[0]:
            wrong = problems(number, said, [page[number] for page in pages])
            found += wrong
            counts[f"{said} verified"] += not wrong
            rounded = any(page[number].rounded for page in pages)
            if rounded != (equation.get("fine") == "rounded") and said == "ok":
                found.append(f"equation {number}: rounded is {rounded} by the numbers, fine is {equation.get('fine')}")
        elif said not in ("definition", "uncheckable"):
            found.append(f"equation {number}: {said}, but no statement in the script")
    unknown = set(pages[0]) - {equation["n"] for equation in truth["equations"]}
    found += [f"the script states equation {number}, which the file does not have" for number in sorted(unknown)]
    return counts, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="notes without suffix; all of them if none is given")
    chosen = parser.parse_args().names or sorted(path.stem for path in NOTES.glob("*.json"))
    total: collections.Counter[str] = collections.Counter()
    failed = 0
    for name in chosen:
        counts, found = examine(name)
        total += counts
        failed += len(found)
        for text in found:
            print(f"{name}: {text}")
    verified = sum(count for key, count in total.items() if key.endswith(" verified"))
    print(f"{len(chosen)} notes, {sum(total.values()) - verified} statements, {verified} verified with numbers")
    print(", ".join(f"{key} {total[key]}" for key in sorted(total)))
    print("no contradiction" if not failed else f"{failed} contradictions")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
