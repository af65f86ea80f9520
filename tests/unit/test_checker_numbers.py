"""Figures are judged against exact values: a right one is never wrong however it is rounded, a slip is named."""

from __future__ import annotations

import math
import random

import pytest

from chainrule.checker.documents import read_document
from chainrule.checker.judge import check_document
from chainrule.checker.results import Checked, Finding, Verdict
from chainrule.checker.tables import columns

NEURON = r"""
$z = w x + b$, $a = \sigma(z)$, $L = (a - t)^2$ with $w = 0.7$, $x = 1.9$, $b = -0.4$, $t = 1$.

"""


def check(text: str) -> Checked:
    return check_document(read_document(text.encode()))


def last(text: str) -> Finding:
    return check(text).findings[-1]


def neuron() -> dict[str, float]:
    z = 0.7 * 1.9 - 0.4
    a = 1 / (1 + math.exp(-z))
    slope = 2 * (a - 1) * a * (1 - a)
    return {
        "z": z, "a": a, "L": (a - 1) ** 2, r"\frac{\partial L}{\partial a}": 2 * (a - 1),
        r"\frac{\partial L}{\partial z}": slope, r"\frac{\partial L}{\partial w}": slope * 1.9,
        r"\frac{\partial L}{\partial b}": slope, r"\frac{\partial L}{\partial x}": slope * 0.7,
    }  # fmt: skip


@pytest.mark.parametrize("name", neuron())
def test_a_right_figure_is_never_wrong_however_it_is_rounded(name: str) -> None:
    value = neuron()[name]
    for places in range(1, 10):
        found = last(f"{NEURON}$${name} = {value:.{places}f}$$")
        assert found.verdict in (Verdict.RIGHT, Verdict.ROUNDED), (name, places, found.reason)


@pytest.mark.parametrize("name", neuron())
def test_a_figure_moved_by_three_units_of_its_last_place_is_found(name: str) -> None:
    source, value = random.Random(5), neuron()[name]
    for places in range(2, 9):
        moved = round(value, places) + source.choice((-3, 3)) * 10.0**-places
        assert last(f"{NEURON}$${name} = {moved:.{places}f}$$").verdict is Verdict.WRONG, (name, places)


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        (r"a = 0.71", "rounded"),
        (r"a = 0.71709", "rounded"),  # 0.717077...
        (r"a \approx 0.7171", "rounded"),
        (r"a = \sigma(0.93) = 0.717", "rounded"),
        (r"a = \frac{1}{1 + e^{-0.93}}", "right"),
        (r"z = 0.7 \cdot 1.9 - 0.4 = 0.93", "right"),
        (r"L = (0.717 - 1)^2 = 0.0801", "rounded"),
        (r"L = (0.717 - 1)^2 = 0.801", "wrong"),
        (r"\frac{\partial L}{\partial a} = 2 \cdot (-0.283) = -0.566", "rounded"),
        (r"\frac{\partial L}{\partial z} = 2(a - 1) \cdot 0.2029", "rounded"),
        (r"\frac{\partial L}{\partial z} = 2(a - 1) \cdot 0.2929", "wrong"),
        (r"L = 8.00 \cdot 10^{-2}", "rounded"),
    ],
)  # fmt: skip
def test_calculations_and_fractions(written: str, verdict: str) -> None:
    found = last(f"{NEURON}$${written}$$")
    if written == r"a = 0.71709":  # the last digit is another: 0.71708
        assert found.verdict is Verdict.WRONG
        assert "off by one in the last place" in found.reason
    else:
        assert found.verdict.value == verdict, found.reason


@pytest.mark.parametrize(
    ("written", "mistake", "word"),
    [
        (r"L = 0.80", "M16", "decimal point"),
        (r"\frac{\partial L}{\partial a} = 0.566", "M14", "sign"),
        (r"a = 0.771", "M16", "digit"),
        (r"\frac{\partial L}{\partial a} = -0.283", "M12", "2"),
    ],
)
def test_a_slip_in_a_figure_is_named(written: str, mistake: str, word: str) -> None:
    found = last(f"{NEURON}$${written}$$")
    assert found.verdict is Verdict.WRONG
    assert found.diagnosis is not None
    told = [each for each in found.diagnosis.candidates if each.mistake == mistake]
    assert any(word in each.message for each in told), found.diagnosis


MATRIX = r"""
$W = \begin{bmatrix} 0.1 & 0.5 \\ -0.3 & 0.8 \end{bmatrix}$, $x = \begin{bmatrix} 0.2 \\ 0.4 \end{bmatrix}$

$q = W x$, $f = q_1^2 + q_2^2$

"""


def test_arrays_are_judged_entry_by_entry() -> None:
    assert last(MATRIX + r"$$\nabla_q f = (0.44, 0.52)$$").verdict is Verdict.RIGHT
    found = last(MATRIX + r"$$\nabla_q f = (0.44, 0.56)$$")
    assert found.verdict is Verdict.WRONG
    assert "entry 2 should be 0.52" in found.reason


def test_a_transposed_matrix_is_wrong_and_named() -> None:
    right = r"\begin{bmatrix} 0.088 & 0.176 \\ 0.104 & 0.208 \end{bmatrix}"
    turned = r"\begin{bmatrix} 0.088 & 0.104 \\ 0.176 & 0.208 \end{bmatrix}"
    left = r"\frac{\partial f}{\partial W}"
    assert last(f"{MATRIX}$${left} = {right}$$").verdict in (Verdict.RIGHT, Verdict.ROUNDED)
    found = last(f"{MATRIX}$${left} = {turned}$$")
    assert found.verdict is Verdict.WRONG
    assert found.diagnosis is not None
    assert "M5" in {each.mistake for each in found.diagnosis.candidates}


def test_what_the_data_do_not_settle_is_not_judged() -> None:
    text = r"$y = w x$, $L = (y - t)^2$ with $w = 2$. $$\frac{\partial L}{\partial w} = 3$$"
    assert last(text).verdict is Verdict.UNCHECKED


def test_part_of_the_data_is_enough_where_it_settles_the_figure() -> None:
    text = r"$y = w x$, $L = (y - t)^2$ with $w = 2$, $x = 3$. $$y = 6$$ $$y = 7$$"
    assert [each.verdict for each in check(text).findings[-2:]] == [Verdict.RIGHT, Verdict.WRONG]


def test_a_calculation_is_judged_where_nothing_says_what_the_name_is() -> None:
    assert last("$$r = 2 \\cdot 3 + 1 = 7$$").verdict is not Verdict.WRONG
    assert last("$u = r^2$ $$r = 2 \\cdot 3 + 1 = 8$$").verdict is Verdict.WRONG


def test_decimal_commas() -> None:
    text = "$z = w x$ mit $w = 0{,}5$, $x = 3$. $$z = 0{,}5 \\cdot 3 = 1{,}5$$ $$z = 1{,}6$$"
    assert [each.verdict for each in check(text).findings[-2:]] == [Verdict.RIGHT, Verdict.WRONG]


def test_the_page_is_judged_in_the_example_at_hand() -> None:
    text = "$f = w x$ with $w = 2$.\n\nFor $x = 3$: $f = 6$.\n\nFor $x = 5$: $f = 10$.\n\n$$f = 6$$"
    verdicts = [each.verdict for each in check(text).findings if each.text.startswith("f =")]
    assert verdicts[1:] == [Verdict.RIGHT, Verdict.RIGHT, Verdict.UNCHECKED]


TABLE = """
Model $\\hat y = w x + b$ with $w = 1$, $b = 0$, and $E = \\frac13 \\sum_{i=1}^{3} (\\hat y_i - y_i)^2$.

| x | y |
|---|---|
| 1 | 2 |
| 2 | 4 |
| 3 | 5 |

"""


def test_columns_of_a_table_are_data() -> None:
    assert last(TABLE + "$$E = 3$$").verdict is Verdict.RIGHT
    assert last(TABLE + "$$E = 4$$").verdict is Verdict.WRONG


def test_points_and_lists_are_data() -> None:
    points = list(columns("Data: $(1,2),\\ (2,4)$ and $(3,5)$.", {"x", "y"}))
    assert [each.numbers for each in points] in ([("1", "2"), ("2", "4")], [("1", "2", "3"), ("2", "4", "5")])
    assert [each.numbers for each in columns("x: 1, 2.5, -3")] == [("1", "2.5", "-3")]
    assert list(columns("12:30, 4")) == []


def test_an_update_gives_new_values() -> None:
    text = "$f = w^2$ with $w = 3$, $\\eta = 0.1$. $$f = 9$$ $$w \\leftarrow 3 - 0.1 \\cdot 6 = 2.4$$ "
    text += "$$f = 5.76$$ $$f = 5.9$$"
    verdicts = [each.verdict for each in check(text).findings[-4:]]
    assert verdicts == [Verdict.RIGHT, Verdict.RIGHT, Verdict.RIGHT, Verdict.WRONG]


SOFTMAX = r"""
$h = (0.95, 0.80)$, $W = \begin{bmatrix} 0.5 & 0.8 \\ 0.5 & 0.2 \end{bmatrix}$, $y = (1, 0)$

$a = W h$, $p = \mathrm{softmax}(a)$, $L = \sum_{i=1}^{2} (p_i - y_i)^2$

"""


def test_all_mistakes_that_tie_are_listed() -> None:
    """A bare number, half of what is right: two targets that sum to one make several mistakes coincide."""
    right, half = -0.289, -0.144
    found = last(SOFTMAX + r"$$\frac{\partial L}{\partial W_{12}} = " + f"{half}$$")
    assert found.verdict is Verdict.WRONG
    assert str(right)[:5] in found.reason
    assert found.diagnosis is not None
    assert {"M4", "M12"} <= {each.mistake for each in found.diagnosis.candidates}
