"""Examples run: every file in examples/ and its tour is executed as a program."""

from __future__ import annotations

import re
import runpy
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from chainrule.executors.native import availability

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").rglob("*.py"))
NEEDED = ("scipy", "sklearn")
NUMBERS = re.compile(r"(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)")


def printed(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What an example prints."""
    text = path.read_text(encoding="utf-8")
    missing = [name for name in NEEDED if f"from {name}" in text and find_spec(name) is None]
    if missing:
        pytest.skip(f"{path.name} needs {missing[0]}, which is not installed")
    runpy.run_path(str(path), run_name="__main__")
    return capsys.readouterr().out


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_example_runs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(path, capsys).strip(), "an example shows what it computes"


@pytest.mark.skipif(availability() is not None, reason=str(availability()))
@pytest.mark.parametrize("path", [each for each in EXAMPLES if each.parent.name == "tour"], ids=lambda path: path.name)
def test_machine_code_and_numpy_tell_the_same(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trainings end where they end with generated Python; where a search stops on its own, only nearly so."""
    found = NUMBERS.split(printed(path, capsys))
    monkeypatch.setenv("CHAINRULE_NATIVE", "0")
    expected = NUMBERS.split(printed(path, capsys))
    assert found[::2] == expected[::2]
    tolerance = 0.3 if "lbfgs" in path.name else 0.01
    np.testing.assert_allclose(
        [float(each) for each in found[1::2]], [float(each) for each in expected[1::2]], tolerance, atol=1e-5
    )  # what is left of a gradient where a search has ended is noise
