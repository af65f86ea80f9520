"""Whatever a document holds, it is judged within seconds and a few hundred megabytes, and nothing outside its folder is
read.

Every case runs in a process of its own, so that one that hangs costs only itself; see `hostile_documents.py`.
"""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are measured where they can be forked")
HERE = Path(__file__).parent
FACTOR = 3  # a busy machine may be so much slower
SLOW = {
    "10000 equations",
    "10000 true equations",
    "10000 definitions",
    "10000 chained definitions",
    "500 false lines",
    "a table of formulas",
}


def cases() -> list[str]:
    sys.path.insert(0, str(HERE))
    try:
        from hostile_documents import CASES, FOLDERS
    except ImportError:  # no resource limits on this system
        return []
    return [*CASES, *FOLDERS]


@cache
def results() -> dict[str, dict[str, Any]]:
    """All cases, measured once."""
    words = [sys.executable, str(HERE / "hostile_documents.py")]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=900, check=False)
    return {each["name"]: each for each in map(json.loads, ran.stdout.splitlines())}


@pytest.mark.parametrize("name", cases())
def test_a_hostile_document_is_judged_within_its_bounds(name: str) -> None:
    found = results()[name]
    assert "error" not in found, (name, found.get("error"), found.get("trace"))
    assert found["seconds"] < 5 * FACTOR, (name, found["seconds"])
    assert found["megabytes"] < 500, (name, found["megabytes"])
    assert not found["secret"], f"{name}: a file outside the folder was read"
    assert not found["silent"], f"{name}: something is unchecked without a reason"


def test_most_hostile_documents_take_no_time() -> None:
    times = sorted(each["seconds"] for name, each in results().items() if name not in SLOW)
    assert times[len(times) // 2] < 0.5


def test_what_is_too_long_is_said_in_a_note() -> None:
    assert any("only the first" in each for each in results()["10000 equations"]["notes"])
