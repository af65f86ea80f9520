"""The pages of docs/reference are what the declarations say today, and no public name is without an entry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import write_reference


def test_the_pages_are_up_to_date() -> None:
    # In a process of its own: a formula may put older nodes first, and here other tests have made some.
    tool = Path(write_reference.__file__)
    found = subprocess.run([sys.executable, str(tool), "--check"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, f"run python tools/write_reference.py: {found.stderr}"


def test_every_public_name_is_described() -> None:
    assert write_reference.undescribed() == []


def test_an_op_says_its_type_its_formula_and_what_it_sends_back() -> None:
    page = write_reference.pages()[write_reference.FOLDER / "ops-functions.md"]
    entry = page.split("## tanh\n")[1].split("\n## ")[0]
    assert "`tanh(f64[3])` is `f64[3]`" in entry
    assert r"$\tanh(x)$" in entry
    assert r"$x$ receives $g \odot (1 - y^{2})$" in entry
