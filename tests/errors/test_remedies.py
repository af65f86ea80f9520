"""Every error of the engine says what was expected and what to write instead: read off the source, all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import chainrule
from chainrule import errors

PACKAGE = Path(chainrule.__file__).parent
FLOORS = ("ir", "ops", "transforms")
KINDS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.ChainruleError)
}


def raised(file: Path) -> Iterator[ast.Call]:
    """The errors made in a file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
            yield node


@pytest.mark.parametrize(
    "file", [file for floor in FLOORS for file in sorted((PACKAGE / floor).rglob("*.py"))], ids=lambda file: file.stem
)
def test_every_error_has_its_pieces(file: Path) -> None:
    for call in raised(file):
        given = {keyword.arg for keyword in call.keywords}
        assert {"given", "expected", "remedy"} <= given, f"{file.name}:{call.lineno} has only {given}"
