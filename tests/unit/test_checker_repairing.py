"""One number of the data that was copied wrongly is found by the lines that it would make true."""

from __future__ import annotations

from chainrule.checker.documents import read_document
from chainrule.checker.judge import check_document
from chainrule.checker.results import Checked, Verdict

TWO_LAYERS = r"""
$x = (2, 5, 3)$, $W = \begin{bmatrix} 0.1 & 0.3 & 0.8 \\ -0.3 & 0.2 & 0.5 \end{bmatrix}$, $v = (0.5, -1)$

$a = W x$, $h = \tanh(a)$, $s = v^T h$

"""


def check(text: str) -> Checked:
    return check_document(read_document(text.encode()))


def test_a_lost_sign_is_found() -> None:
    found = check(TWO_LAYERS + "$$a = (4.1, -0.1)$$\n\n$$h = (0.9995, -0.0997)$$\n\n$$s = 0.5994$$\n")
    assert [each.verdict for each in found.findings[-3:]] == [Verdict.WRONG, Verdict.FOLLOWS, Verdict.FOLLOWS]
    (repair,) = found.repairs
    assert repair.message == "W[2, 2] = -0.2 instead of 0.2 (a lost minus sign)"
    assert len(repair.lines) == 3
    assert repair.place.line == 2
    assert all("W[2, 2]" in each.reason for each in found.findings[-3:])


def test_one_false_line_repairs_no_data() -> None:
    assert check(TWO_LAYERS + "$$a = (4.1, -0.1)$$\n").repairs == ()


def test_a_change_that_makes_a_true_line_false_is_no_repair() -> None:
    text = TWO_LAYERS + "$$a = (4.1, 1.9)$$\n\n$$h = (0.9995, -0.0997)$$\n\n$$s = 0.5994$$\n"
    assert check(text).repairs == ()


def test_right_lines_need_no_repair() -> None:
    assert check(TWO_LAYERS + "$$a = (4.1, 1.9)$$\n").repairs == ()
