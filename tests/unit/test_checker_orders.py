"""Lists that a page calls an order of its computation."""

from __future__ import annotations

import pytest

from chainrule.checker import check_document
from chainrule.checker.documents import read_document
from chainrule.checker.results import Finding, Verdict

NODES = "Nodes: $a = xw$, $b = a + k$, $c = a^2$, $d = \\sin b$, $e = cd$ and $f = e - b$.\n\n"


def finding(text: str) -> Finding:
    found = check_document(read_document((NODES + text).encode())).findings
    return next(each for each in found if "[" in each.text or ":" in each.text)


def test_a_topological_order_is_right() -> None:
    found = finding("One topological order: [x, w, k, a, b, c, d, e, f].\n")
    assert found.verdict is Verdict.RIGHT
    assert found.reason == "it is a topological order: every name stands once, after all it is computed from"


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("x, w, k, b, a, c, d, e, f", "b stands before a, which it is computed from"),
        ("x, w, k, a, b, c, b, d, e, f", "b stands more than once, in the places 5 and 7"),
        ("x, w, k, a, b, d, e, f", "c is missing"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(listed: str, said: str) -> None:
    found = finding(f"A topological order: [{listed}].\n")
    assert found.verdict is Verdict.WRONG
    assert found.diagnosis is not None
    assert said in found.diagnosis.message


def test_a_wrong_list_is_corrected() -> None:
    found = finding("A topological order: [x, w, k, b, a, c, d, e, f].\n")
    assert found.expected == r"\left[ x, w, k, a, b, c, d, e, f \right]"


def test_a_backward_order_is_a_topological_one_turned_round() -> None:
    assert finding("Backward in reverse: f, e, d, c, b, a, then x, w, k.\n").verdict is Verdict.RIGHT
    assert finding("Backward in reverse: f, e, b, d, c, a, then x, w, k.\n").verdict is Verdict.WRONG


def test_a_list_that_is_said_to_be_no_order() -> None:
    found = finding(
        "One topological order: [x, w, k, a, b, c, d, e, f].\nThe list [x, w, a, c, d, b, k, e, f] is *not* one.\n"
    )
    assert found.verdict is Verdict.RIGHT


def test_without_definitions_a_name_twice_is_one_too_many() -> None:
    listed = "x_1^1, w_1^1, n_1^1, x_2^2, n_1^2, x_2^2, n_2^2"
    text = f"Topological order:\n\n$$\\left[ {listed} \\right]$$\n\nand $\\frac{{dL}}{{dw_1^1}} = x_1^2$.\n"
    found = check_document(read_document(text.encode())).findings[0]
    assert found.verdict is Verdict.WRONG
    assert found.diagnosis is not None
    assert found.diagnosis.message == "x_2^2 stands more than once, in the places 4 and 6"
    assert found.expected is not None
    assert "n_1^1, x_1^2, n_1^2, x_2^2" in found.expected.replace("{", "").replace("}", "")
