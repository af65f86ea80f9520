"""The pages of docs/reference are what the declarations say today, and no public name is without an entry."""

from __future__ import annotations

import write_reference


def test_the_pages_are_up_to_date() -> None:
    pages = write_reference.pages()
    assert {path.name for path in pages} == {path.name for path in write_reference.FOLDER.glob("*.md")}
    for path, page in pages.items():
        assert path.read_text(encoding="utf-8") == page, f"{path.name}: run python tools/write_reference.py"


def test_every_public_name_is_described() -> None:
    assert write_reference.undescribed() == []


def test_an_op_says_its_type_its_formula_and_what_it_sends_back() -> None:
    page = write_reference.pages()[write_reference.FOLDER / "ops-functions.md"]
    entry = page.split("## tanh\n")[1].split("\n## ")[0]
    assert "`tanh(f64[3])` is `f64[3]`" in entry
    assert r"$\tanh(x)$" in entry
    assert r"$x$ receives $g \odot (1 - y^{2})$" in entry
