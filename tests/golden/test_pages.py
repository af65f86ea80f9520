"""Golden files: the networks of the five notes in, their pages as text, Markdown and LaTeX compared with files.

Run with CHAINRULE_GOLDEN=write to write the files anew; read the difference before committing it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from golden.networks import NETWORKS

from chainrule.renderers.page import explanation

PAGES = Path(__file__).parent / "pages"
FORMATS = {"txt": "text", "md": "markdown", "tex": "latex"}
# What is left of a difference that is exactly zero depends on the machine's own exp and sums.
ROUNDING = re.compile(r"-?\d+(\.\d+)?(e-(1[5-9]|[2-9]\d)| \\cdot 10\^\{-(1[5-9]|[2-9]\d)\})")


def without_rounding(page: str) -> str:
    """A page with rounding errors written as 0; lines that held one are compared without their spacing."""
    lines = []
    for line in page.splitlines():
        replaced, count = ROUNDING.subn("0", line)
        lines.append(" ".join(replaced.split()) if count or " 0," in line or "[0" in line else line)
    return "\n".join(lines)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", NETWORKS)
def test_page(name: str, suffix: str) -> None:
    path = PAGES / f"{name}.{suffix}"
    page = getattr(explanation(NETWORKS[name]()), FORMATS[suffix])()
    if os.environ.get("CHAINRULE_GOLDEN") == "write":
        PAGES.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
    assert without_rounding(page) == without_rounding(path.read_text(encoding="utf-8"))


def test_every_file_belongs_to_a_network() -> None:
    assert {path.name for path in PAGES.iterdir()} == {f"{name}.{suffix}" for name in NETWORKS for suffix in FORMATS}
