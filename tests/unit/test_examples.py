"""Examples run: every file in examples/ and its tour is executed as a program."""

from __future__ import annotations

import runpy
from importlib.util import find_spec
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").rglob("*.py"))
NEEDED = ("scipy", "sklearn")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_example_runs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = path.read_text(encoding="utf-8")
    missing = [name for name in NEEDED if f"from {name}" in text and find_spec(name) is None]
    if missing:
        pytest.skip(f"{path.name} needs {missing[0]}, which is not installed")
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out.strip(), "an example shows what it computes"
