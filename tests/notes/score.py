"""Score `chainrule check` on the notes: what it finds, what it accuses wrongly, what it decides, what it names.

In: a folder of pairs (a document of any suffix, and a JSON file beside it that names it in `doc`) and a command that
prints JSON. Out: one table. One idea: a reported statement belongs to the equation within whose delimiters it starts.

`python tests/notes/score.py [FOLDER] [--command "chainrule check --format json"] [--show] [--jobs 2]`
"""

from __future__ import annotations

import argparse
import collections
import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DELIMITERS = {"$$": "$$", r"\[": r"\]", r"\(": r"\)", "$": "$"}
ACCUSED = ("wrong", "follows")


@dataclass(frozen=True)
class Answer:
    """One equation of the truth, and what the checker said of it."""

    document: str
    equation: dict[str, Any]
    said: str
    mistakes: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def truth(self) -> str:
        return "follows" if self.equation.get("carried_forward") else str(self.equation["verdict"])

    @property
    def found(self) -> bool:
        return self.said == "wrong" or (self.said == "follows" and self.truth == "follows")


def span(text: str, offset: int) -> tuple[int, int]:
    """From an equation's opening delimiter to its closing one; without a delimiter, to the end of the line."""
    for opening, closing in DELIMITERS.items():
        if text.startswith(opening, offset):
            end = text.find(closing, offset + len(opening))
            return offset, end if end >= 0 else len(text)
    end = text.find("\n", offset)
    return offset, end if end >= 0 else len(text)


def said(statements: list[dict[str, Any]]) -> str:
    """Several statements in one equation: an accusation counts before an acquittal."""
    verdicts = {statement["verdict"] for statement in statements}
    for verdict in ACCUSED:
        if verdict in verdicts:
            return verdict
    if verdicts & {"right", "rounded", "convention"}:
        return "ok"
    return "definition" if "definition" in verdicts else "unchecked"


def answers(path: Path, command: list[str]) -> list[Answer]:
    truth = json.loads(path.read_text(encoding="utf-8"))
    document = path.parent / truth["doc"]
    text = document.read_text(encoding="utf-8")
    run = subprocess.run([*command, str(document)], capture_output=True, text=True, timeout=300, check=False)
    try:
        statements = json.loads(run.stdout)["documents"][0]["statements"]
    except (ValueError, KeyError, IndexError):
        print(f"crashed: {truth['id']} ({run.returncode}) {run.stderr[-200:]}")
        statements = []
    return list(judge(truth, text, statements))


def judge(truth: dict[str, Any], text: str, statements: list[dict[str, Any]]) -> Iterator[Answer]:
    for equation in truth["equations"]:
        first, last = span(text, equation["offset"])
        inside = [s for s in statements if first <= s["offset"] <= last]
        accused = [s for s in inside if s["verdict"] in ACCUSED]
        names = tuple(str((s.get("diagnosis") or {}).get("mistake") or "") for s in accused)
        yield Answer(truth["id"], equation, said(inside), names, tuple(str(s.get("reason", ""))[:90] for s in inside))


def rate(part: int, whole: int) -> str:
    return f"{part}/{whole}" + (f" = {part / whole:.3f}" if whole else "")


def report(found: list[Answer]) -> None:
    wrong = [a for a in found if a.equation["verdict"] == "wrong"]
    right = [a for a in found if a.equation["verdict"] in ("ok", "definition")]
    judged = [a for a in found if a.equation["verdict"] in ("ok", "wrong")]
    hits = [a for a in wrong if a.found]
    print("equations   ", len(found))
    print("found       ", rate(len(hits), len(wrong)))
    print("false alarms", rate(sum(a.said in ACCUSED for a in right), len(right)))
    print("decided     ", rate(sum(a.said != "unchecked" for a in judged), len(judged)))
    print("named       ", rate(sum(any(a.mistakes) for a in hits), len(hits)))
    kinds: collections.Counter[tuple[str, bool]] = collections.Counter()
    for answer in wrong:
        kinds[answer.equation.get("mistake") or answer.equation.get("kind", "?"), answer.found] += 1
    for kind in sorted({k for k, _ in kinds}, key=len):
        print(f"  {kind:10s}", rate(kinds[kind, True], kinds[kind, True] + kinds[kind, False]))


def show(found: list[Answer]) -> None:
    """Misses, false alarms and undecided right equations, one a line."""
    for a in found:
        verdict = a.equation["verdict"]
        missed = verdict == "wrong" and not a.found
        alarm = verdict in ("ok", "definition") and a.said in ACCUSED
        if missed or alarm or (verdict == "ok" and a.said == "unchecked"):
            word = "MISS" if missed else "ALARM" if alarm else "undecided"
            print(f"{word} {a.document} {a.equation['n']} -> {a.said} | {a.equation['latex'][:100]} | {a.reasons}")


def main() -> int:
    parser = argparse.ArgumentParser(description="score a checker on notes with verdicts")
    parser.add_argument("folder", nargs="?", type=Path, default=HERE)
    parser.add_argument("--command", default="chainrule check --format json")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    command = shlex.split(options.command)
    with ThreadPoolExecutor(options.jobs) as pool:
        every = pool.map(answers, sorted(options.folder.glob("*.json")), [command] * 10_000)
        found = [answer for batch in every for answer in batch]
    if options.show:
        show(found)
    report(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
