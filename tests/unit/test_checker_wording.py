"""What a finding says: why, under which assumptions, and what to do."""

from __future__ import annotations

import re

from chainrule.checker import check_document
from chainrule.checker.documents import read_document
from chainrule.checker.results import Finding, Verdict


def findings(text: str) -> tuple[Finding, ...]:
    return check_document(read_document(text.encode())).findings


def test_a_right_statement_says_what_was_shown() -> None:
    found = findings(r"$$y = w x, \quad L = y^2$$" + "\n\n" + r"$$\frac{\partial L}{\partial w} = 2 y x$$")[-1]
    assert found.verdict is Verdict.RIGHT
    assert re.fullmatch(r"both sides are equal at \d random points", found.reason)


def test_a_free_index_is_spoken_of() -> None:
    found = findings(r"$$q_k = \sum_j W_{kj} x_j$$" + "\n\n" + r"$$\frac{\partial q_k}{\partial x_i} = W_{ki}$$")[-1]
    assert found.verdict is Verdict.RIGHT
    assert found.reason.endswith("for every $k$ and $i$")


def test_local_derivatives_are_said_to_be_local() -> None:
    text = r"""$$z_1 = w_1 h_0, \quad z_2 = w_2 z_1 + w_3 h_0, \quad L = z_2^2$$

$$\frac{\partial L}{\partial h_0} = \frac{\partial L}{\partial z_1} \frac{\partial z_1}{\partial h_0}
+ \frac{\partial L}{\partial z_2} \frac{\partial z_2}{\partial h_0}$$"""
    found = findings(text)[-1]
    assert found.verdict is Verdict.RIGHT
    assert "as the local derivative" in found.reason
    assert any("is the local derivative: other names are held fixed" in each for each in found.assumptions)


def test_an_undefined_name_says_what_to_do() -> None:
    found = findings(r"$$y = w x$$" + "\n\n" + r"$$\frac{\partial y}{\partial w} = r x + q$$")[-1]
    assert found.verdict is Verdict.UNCHECKED
    assert found.reason == "$r$ is not defined in the document: define it, or give its shape"


def test_a_loss_that_is_not_written_is_an_assumption() -> None:
    text = r"$$z = w x, \quad \hat y = z^2$$" + "\n\n"
    text += r"$$\frac{\partial L}{\partial z} = 2 z \frac{\partial L}{\partial \hat y}$$"
    found = findings(text)[-1]
    assert found.verdict is Verdict.RIGHT
    assert r"$L$ is not written: it may depend on $\hat y$ in any way" in found.assumptions


def test_a_wrong_gradient_comes_with_its_working() -> None:
    found = findings(r"$$y = w x, \quad L = (y - t)^2$$" + "\n\n" + r"$$\frac{\partial L}{\partial w} = (y - t) x$$")[
        -1
    ]
    assert found.verdict is Verdict.WRONG
    assert found.working is not None
    assert "w" in found.working.gradients


def test_a_continued_statement_is_read_with_its_left_side() -> None:
    found = findings(
        r"$$y = w x, \quad L = y^2$$" + "\n\n" + r"$$\frac{\partial L}{\partial w} = 2 y x$$" + "\n\n$$= 2 w x^2$$"
    )[-1]
    assert found.latex == r"\frac{\partial L}{\partial w} = 2 w x^2"
