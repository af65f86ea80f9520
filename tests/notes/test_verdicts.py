"""The judge on the notes of this folder: verdicts that were computed without it, by `truths/`.

Laws: nothing right is called wrong; most of what is wrong is found, and what is found has a name.
"""

from __future__ import annotations

import collections
import importlib.util
import json
import sys
from pathlib import Path

import pytest

from chainrule.checker import check_document
from chainrule.checker.documents import read_document

HERE = Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("note_scores", HERE / "score.py")
assert SPEC
assert SPEC.loader
score = importlib.util.module_from_spec(SPEC)
sys.modules["note_scores"] = score
SPEC.loader.exec_module(score)
NOTES = sorted(path for path in HERE.glob("*.json") if "equations" in json.loads(path.read_text()))


@pytest.fixture(scope="module")
def results() -> dict[str, list[tuple[str, str, bool, bool]]]:
    """For each note and each of its statements: the truth, the verdict, whether it is carried, whether it is named."""
    return {path.stem: judged(path) for path in NOTES}


def judged(path: Path) -> list[tuple[str, str, bool, bool]]:
    truth = json.loads(path.read_text())
    document = path.parent / truth.get("doc", f"{path.stem}.md")
    text = document.read_text()
    findings = check_document(read_document(str(document))).findings
    rows = []
    for equation in truth["equations"]:
        start, stop = score.span(text, equation["offset"])
        mine = [each for each in findings if start <= each.place.offset <= stop]
        verdict = score.said([{"verdict": each.verdict.value} for each in mine])
        named = any(each.diagnosis is not None and each.diagnosis.mistake for each in mine)
        rows.append((equation["verdict"], verdict, bool(equation.get("carried_forward")), named))
    return rows


def test_nothing_right_is_called_wrong(results: dict[str, list[tuple[str, str, bool, bool]]]) -> None:
    alarms = [
        (name, place) for name, rows in results.items() for place, (truth, verdict, _, _) in enumerate(rows)
        if truth in ("ok", "definition") and verdict in ("wrong", "follows")
    ]  # fmt: skip
    assert alarms == []


def test_most_mistakes_are_found_and_named(results: dict[str, list[tuple[str, str, bool, bool]]]) -> None:
    counts = collections.Counter[str]()
    for rows in results.values():
        for truth, verdict, carried, named in rows:
            hit = verdict == "wrong" or (verdict == "follows" and carried)
            counts["wrong"] += truth == "wrong"
            counts["found"] += truth == "wrong" and hit
            counts["named"] += truth == "wrong" and hit and named
            counts["judged"] += truth in ("ok", "wrong")
            counts["decided"] += truth in ("ok", "wrong") and verdict != "unchecked"
    assert counts["found"] >= 0.85 * counts["wrong"]
    assert counts["named"] >= 0.8 * counts["found"]
    assert counts["decided"] >= 0.9 * counts["judged"]


def test_the_same_page_has_the_same_verdicts() -> None:
    path = HERE / "carried_two_layers.md"
    first, second = (check_document(read_document(str(path))).findings for _ in range(2))
    assert first == second
