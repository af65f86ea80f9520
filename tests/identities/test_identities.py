"""Every identity of tools/identities: the textbook, the engine, differences and the derived formula agree.

Values are random; each letter of the shapes is another number, so that no transpose goes unseen.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from identity_table import (
    FOLDER,
    SECTIONS,
    SPECIFIED,
    Form,
    Identity,
    Section,
    agree,
    arranged,
    asked,
    command,
    derive,
    derived,
    differences,
    engine,
    evaluate,
    form,
    identities,
    point,
    printed,
    sections,
    textbook,
    with_functions,
)
from write_identities import FOLDER as PAGES
from write_identities import INDEX, pages

from chainrule.apps.cli import main
from chainrule.errors import ChainruleError

ROWS = [pytest.param(each, id=each.key) for each in identities()]
POINTS = range(2)


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own() -> None:
    keys = [each.key for each in identities()]
    assert len(keys) >= 90
    assert len(set(keys)) == len(keys)
    assert {f"{slug}.toml" for slug in SECTIONS} == {path.name for path in FOLDER.iterdir()}


@pytest.mark.parametrize("identity", ROWS)
def test_the_textbook_is_right(identity: Identity) -> None:
    for number in POINTS:
        where = point(identity, number)
        exact = engine(identity, where)
        direction = np.random.default_rng(number).standard_normal(where.values[identity.variables[-1]].shape)
        moved = np.tensordot(exact, direction, direction.ndim)
        assert agree(differences(identity, where, direction), np.asarray(moved), 1e-6)
        if identity.textbook or identity.terms:
            assert agree(textbook(identity, where), arranged(identity, exact, where))


@pytest.mark.parametrize("identity", ROWS)
def test_the_derived_formula_is_right(identity: Identity) -> None:
    for number in POINTS:
        where = point(identity, number)
        exact = engine(identity, where)
        if not is_unspecified(identity):
            assert agree(derived(identity, where), exact)
        if derive(identity).matrix(asked(identity)) is not None:
            assert agree(printed(identity, where), arranged(identity, exact, where))


def is_unspecified(identity: Identity) -> bool:
    """Whether numbers need a function that the statement leaves open."""
    return with_functions(identity.statement) != identity.statement


def test_a_wrong_formula_is_seen() -> None:
    """A sign, a number or a transpose that is wrong must show at one of the points, or the tests above say nothing."""
    unseen = {
        (each.key, wrong)
        for each in identities()
        for wrong in wrong_forms(each.textbook)
        if all(is_right(each, wrong, number) for number in POINTS)
    }
    assert unseen == {("det-xtax-square", "2 det(X A X) X^{-T}")}  # the determinants are equal


def wrong_forms(text: str) -> Iterator[str]:
    """The formula with its sign turned, and with one transpose of a matrix less."""
    if text:
        yield f"-({text})"
    for found in re.finditer(r"(?<=\b[A-Z])\^T", text):
        yield text[: found.start()] + text[found.end() :]


def is_right(identity: Identity, text: str, number: int) -> bool:
    """Whether a form has the value of the derivative, or none: shapes that do not fit are seen at once."""
    where = point(identity, number)
    try:
        return agree(evaluate(text, where), arranged(identity, engine(identity, where), where))
    except ChainruleError:
        return False


@pytest.mark.parametrize("path", [INDEX, *(PAGES / f"{slug}.md" for slug in SECTIONS)], ids=attrgetter("stem"))
def test_the_document_is_what_the_generator_writes(path: Path) -> None:
    """Run `python tools/write_identities.py` to write it anew, and read the difference."""
    assert path.read_text(encoding="utf-8") == written()[path]


@cache
def written() -> dict[Path, str]:
    return pages()


def test_every_page_belongs_to_a_section() -> None:
    assert {path.stem for path in PAGES.iterdir()} == set(SECTIONS)


@pytest.mark.parametrize("section", sections(), ids=attrgetter("slug"))
def test_the_command_on_the_page_prints_the_page(section: Section) -> None:
    identity = section.identities[-1]
    ran = CliRunner().invoke(main, shlex.split(command(identity))[1:], catch_exceptions=False)
    assert ran.exit_code == 0
    assert ran.output.rstrip() == derive(identity).text().rstrip()


def test_unspecified_functions_become_known_ones() -> None:
    assert with_functions("f'(A g(x)) o h") == "cos(A tanh(x)) o h"
    assert set(SPECIFIED) == {"f", "g"}


def test_forms_are_compared_as_they_are_written() -> None:
    found = {each.key: form(each) for each in identities()}
    assert found["matrix-between-vectors"] is Form.SAME
    assert found["trace-a-inverse-b"] is Form.OTHER
