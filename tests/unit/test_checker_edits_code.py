"""One change of a line of NumPy undoes one slip."""

from __future__ import annotations

import ast
import time

import pytest

from chainrule.checker.edits import CodeEdit, CodeKnown, code_edits

KNOWN = CodeKnown(
    names=("X", "W1", "W2", "b1", "dA", "dZ", "dY", "A1", "Z1", "p", "dp", "scale"),
    gradients=("dA", "dZ", "dY", "dp"),
    pairs=(("tanh", "A1", "Z1"), ("relu", "R1", "Z1"), ("sigmoid", "S1", "Z1")),
    sizes=("N",),
    parameters=frozenset({"W1", "W2", "b1"}),
    variable="W1",
)
SLIPS = [
    ("M1", "dA * A1", "dA * (1 - A1 ** 2)"),
    ("M1", "dA * S1", "dA * (S1 * (1 - S1))"),
    ("M2", "dY @ W2.T", "dY @ W2.T * (Z1 > 0)"),
    ("M2", "dA", "dA * (1 - A1 ** 2)"),
    ("M4", "dp * p * (1 - p)", "p * (dp - (dp * p).sum(axis=1, keepdims=True))"),
    ("M5", "X @ dA", "X.T @ dA"),
    ("M5", "dA.T @ X", "X.T @ dA"),
    ("M6", "W2.T @ dY", "dY @ W2.T"),
    ("M7", "dY * W2", "dY @ W2"),
    ("M8", "X.T @ dZ", "X.T @ dA"),
    ("M9", "dZ @ Z1", "dZ @ A1"),
    ("M10", "dZ @ W1", "dZ @ W2"),
    ("M11", "W1 * X", "X"),
    ("M12", "p - Y", "2 * (p - Y)"),
    ("M12", "dA @ X", "dA @ X * scale"),
    ("M12", "dxc + dmu", "dxc + dmu / N"),
    ("M13", "X.T @ dZ / N", "X.T @ dZ"),
    ("M13", "np.mean(dZ, axis=0)", "np.sum(dZ, axis=0)"),
    ("M14", "Y - p", "p - Y"),
    ("M14", "dA", "-dA"),
    ("M15", "dA + dZ", "dA * dZ"),
    ("M18", "np.sum(dZ, axis=1)", "np.sum(dZ, axis=0)"),
    ("M22", "-np.sum(dxn * xc, axis=0) / std", "-np.sum(dxn * xc, axis=0) / std ** 2"),
    ("M22", "dA * (1 - A1)", "dA * (1 - A1 ** 2)"),
    ("M22", "x ** 3", "x ** 2"),
    ("M23", "1 - A1 ** 2", "(1 - A1 ** 2) * dA"),
    ("M24", "dZ", "np.sum(dZ, axis=0)"),
    ("M24", "dZ.sum(axis=0)", "dZ.sum(axis=0, keepdims=True)"),
]


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def spelled(text: str) -> str:
    return ast.unparse(parsed(text))


@pytest.mark.parametrize(("mistake", "wrong", "right"), SLIPS, ids=[f"{m}:{w}" for m, w, _ in SLIPS])
def test_a_slip_is_undone(mistake: str, wrong: str, right: str) -> None:
    found: list[CodeEdit] = list(code_edits(parsed(wrong), KNOWN))
    matches = [each for each in found if each.text == spelled(right)]
    assert [each.mistake for each in matches] == [mistake], [each.text for each in found]
    assert "`" in matches[0].message or "sum" in matches[0].message or mistake in ("M14", "M22", "M24")


def test_edits_of_code_come_by_cost_and_within_the_limit() -> None:
    line = parsed("X.T @ (dA * (1 - A1 ** 2)) / N + scale * W1")
    found = [(each.cost, each.text) for each in code_edits(line, KNOWN)]
    assert found == [(each.cost, each.text) for each in code_edits(line, KNOWN)]
    assert [cost for cost, _ in found] == sorted(cost for cost, _ in found)
    assert len({text for _, text in found}) == len(found) <= 600
    assert len(list(code_edits(line, KNOWN, limit=5))) == 5
    assert ast.unparse(line) == "X.T @ (dA * (1 - A1 ** 2)) / N + scale * W1"  # the line itself is left alone


def test_edits_of_code_are_fast_and_can_be_read() -> None:
    line = parsed("X.T @ (dA * (1 - A1 ** 2)) / N + scale * W1")
    started = time.perf_counter()
    found = list(code_edits(line, KNOWN))
    assert time.perf_counter() - started < 0.5
    assert all(spelled(each.text) == each.text for each in found)
