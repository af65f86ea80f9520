"""Wrong statements: what was done wrong is named, and the correction is true and in the author's names."""

from __future__ import annotations

from time import perf_counter

import pytest

from chainrule.checker import check_document
from chainrule.checker.documents import read_document
from chainrule.checker.results import Finding, Verdict

NET = r"""$$z_1 = w_1 x,\quad h_1 = \tanh(z_1),\quad z_2 = w_2 h_1 + v x$$
$$L = \frac12 (z_2 - y)^2 + \frac{\lambda}{2} w_1^2$$"""
MATRIX = r"""Let $X \in \mathbb{R}^{N \times D}$, $W \in \mathbb{R}^{D \times M}$, $b \in \mathbb{R}^M$.

$$Y = XW + b, \quad L = \sum_{n,m} Y_{nm}^3$$"""
SPLIT = r"$$u = (w + x)^2, \quad v = (w - x)^2, \quad f = uv$$"


def finding(model: str, statement: str) -> Finding:
    found = check_document(read_document(f"{model}\n\n$${statement}$$\n".encode())).findings
    return found[-1]


CASES = [
    (NET, r"\frac{\partial L}{\partial h_1} = (y - z_2) w_2", "M14", "(z_2 - y)"),
    (NET, r"\frac{\partial L}{\partial w_1} = (z_2 - y) w_2 (1 - h_1^2) x", "M3", r"\lambda w_1"),
    (NET, r"\frac{\partial h_1}{\partial z_1} = \tanh(z_1)", "M1", "1 - h_1^2"),
    (NET, r"\frac{\partial L}{\partial x} = (z_2 - y) v", "M3", ""),
    (NET, r"\frac{\partial L}{\partial w_2} = (z_2 - y) z_1", "M9", "h_1"),
    (SPLIT, r"\frac{\partial f}{\partial w} = 2v(w + x)", "M3", "2 u(w - x)"),
    (SPLIT, r"\frac{\partial f}{\partial w} = 2v(w + x) - 2u(w - x)", "M14", "2 u(w - x)"),
    (MATRIX, r"\frac{\partial L}{\partial W} = X \frac{\partial L}{\partial Y}", "M5", "X^"),
    (
        MATRIX,
        r"\frac{\partial L}{\partial b_m} = \frac{1}{N} \sum_n \frac{\partial L}{\partial Y_{nm}}",
        "M13",
        r"= \sum_n",
    ),
]


@pytest.mark.parametrize(("model", "statement", "mistake", "correct"), CASES)
def test_the_mistake_is_named_and_corrected(model: str, statement: str, mistake: str, correct: str) -> None:
    found = finding(model, statement)
    assert found.verdict is Verdict.WRONG
    assert found.diagnosis is not None
    assert mistake in {each.mistake for each in found.diagnosis.candidates}
    assert found.expected is not None
    assert correct in found.expected


@pytest.mark.parametrize(("model", "statement", "mistake", "correct"), CASES)
def test_what_is_proposed_is_true(model: str, statement: str, mistake: str, correct: str) -> None:
    found = finding(model, statement)
    if found.expected is not None:
        assert finding(model, found.expected).verdict is Verdict.RIGHT


def test_the_witness_has_numbers_that_differ() -> None:
    found = finding(NET, r"\frac{\partial L}{\partial w_2} = (z_2 - y) z_1")
    assert found.witness is not None
    assert found.witness.written != found.witness.right
    assert {"z_1", "z_2", "y"} <= set(found.witness.at)


def test_a_definition_that_later_lines_contradict_is_wrong() -> None:
    text = r"""$$z_0 = w_0 x, \quad h_0 = \mathrm{relu}(z_0)$$
$$z_1 = w_1 z_0, \quad h_1 = \mathrm{relu}(z_1)$$
$$z_2 = w_2 h_1 + w_3 h_0$$

$$\frac{\partial L}{\partial h_0} = \frac{\partial L}{\partial z_1} w_1 + \frac{\partial L}{\partial z_2} w_3$$
$$\frac{\partial L}{\partial w_1} = \frac{\partial L}{\partial z_1} h_0$$
"""
    found = {each.text: each for each in check_document(read_document(text.encode())).findings}
    wrong = [each for each in found.values() if each.verdict is Verdict.WRONG]
    assert [each.text for each in wrong] == ["z_1 = w_1 z_0"]
    assert wrong[0].reason == "inconsistent: lines 5 and 6 are true only with $z_1 = w_1 h_0$"
    assert wrong[0].diagnosis is not None
    assert wrong[0].diagnosis.mistake == "M9"


def test_a_wrong_left_side_is_relabelled() -> None:
    model = r"$$z_0 = w_0 x,\quad h_0 = \tanh(z_0),\quad z_2 = w_2 h_0,\quad \hat y = 2 z_2$$"
    end = r"\frac{\partial L}{\partial \hat y}"
    chain = rf"\frac{{\partial L}}{{\partial z_0}} = {end} \frac{{\partial \hat y}}{{\partial z_2}} = 2 {end}"
    found = finding(model, chain)
    assert found.expected is not None
    assert found.expected.startswith(r"\frac{\partial L}{\partial z_2} =")


def test_a_wrong_statement_costs_little() -> None:
    text = NET + "\n\n" + "\n\n".join(f"$${statement}$$" for model, statement, _, _ in CASES if model is NET)
    check_document(read_document(text.encode()))
    start = perf_counter()
    check_document(read_document(text.encode()))
    assert perf_counter() - start < 3.0  # on a machine that does other things as well
