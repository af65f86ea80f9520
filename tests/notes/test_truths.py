"""The verdicts beside the notes stand on numbers: every truth script agrees with its file, on every kind of mistake."""

from __future__ import annotations

import collections
import importlib.util
import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("autograd")

HERE = Path(__file__).resolve().parent
FILES = sorted(HERE.glob("*.json"))
SPEC = importlib.util.spec_from_file_location("notes_truths_run", HERE / "truths" / "run.py")
assert SPEC
assert SPEC.loader
RUN = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = RUN
SPEC.loader.exec_module(RUN)


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_the_verdicts_agree_with_the_numbers(name: str) -> None:
    _, contradictions = RUN.examine(name)
    assert contradictions == []


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_equation_stands_where_the_file_says(file: Path) -> None:
    truth = json.loads(file.read_text(encoding="utf-8"))
    text = (HERE / truth["doc"]).read_text(encoding="utf-8")
    raw = json.dumps if truth["doc"].endswith(".ipynb") else str
    for equation in truth["equations"]:
        opening = equation["latex"].split("\n")[0]
        written = raw(opening, ensure_ascii=False)[1:-1] if raw is json.dumps else opening
        assert written in text[equation["offset"] : equation["offset"] + len(written) + 20]


def test_every_kind_of_mistake_occurs_at_least_twice() -> None:
    kinds = collections.Counter(
        equation["mistake"]
        for file in FILES
        for equation in json.loads(file.read_text(encoding="utf-8"))["equations"]
        if "mistake" in equation
    )
    assert {f"M{k}" for k in range(1, 25)} == {kind for kind, count in kinds.items() if count >= 2}
