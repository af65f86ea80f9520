"""The judge: pages of a few lines, and the verdict on the last of them. What is right here is textbook mathematics."""

from __future__ import annotations

import pytest

from chainrule.checker import Finding, check_document
from chainrule.checker.documents import read_document

NET = r"$$z_1 = w_1 x, \quad h = \sigma(z_1), \quad z_2 = w_2 h + w_3 x, \quad L = (z_2 - y)^2$$" + "\n\n"
LAYER = "X (N, D), W (D, M), b (M,). $dout = \\frac{\\partial L}{\\partial out}$\n\n$$out = XW + b$$\n\n"
LAYERS = (
    "Layers $l=1,2,3$, so $L=3$ is the output layer.\n\n$$a^1 = x$$\n$$z^l_j = \\sum_k w^l_{jk}a^{l-1}_k + b^l_j$$\n"
    "$$a^l = \\sigma(z^l)$$\n$$C = \\frac12\\|y-a^L\\|^2$$\n"
    "$$\\delta^l_j \\equiv \\frac{\\partial C}{\\partial z^l_j}$$\n\n"
)
SOFTMAX = "$$p_i = \\frac{e^{z_i}}{\\sum_k e^{z_k}}, \\quad L = -\\sum_i y_i \\log p_i$$\n\n$y$ is one-hot.\n\n"
WINDOW = (
    "$x \\in \\mathbb{R}^7$, $w \\in \\mathbb{R}^3$, $y_i = \\sum_{k=1}^{3} w_k x_{i+k-1}$, $i = 1,\\dots,5$. "
    "$L = \\frac12\\sum_i y_i^2$\n\n"
)
NUMBERS = "$x = 2, w = 0.5, b = 0.1$\n\n$z = w x + b$, $a = \\sigma(z)$\n\n"
TRUE = [
    (NET, r"$$\frac{\partial L}{\partial w_1} = 2(z_2-y)\,w_2\,h(1-h)\,x$$"),
    (
        NET,
        r"$$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial z_1}\frac{\partial z_1}{\partial x} "
        r"+ \frac{\partial L}{\partial z_2}w_3$$",
    ),
    (NET, r"$$\frac{\partial z_2}{\partial h} = w_2$$"),
    (NET, r"$\nabla_{w_2} L = 2(z_2 - y) h$"),
    (NET, r"$dL/dz_1 = 2(z_2-y) w_2 \sigma'(z_1)$"),
    (LAYER, r"$$dX = dout\,W^T$$"),
    (LAYER, r"$$db = \sum_n dout_n$$"),
    (LAYERS, r"$$\delta^l = \left((w^{l+1})^T\delta^{l+1}\right)\odot\sigma'(z^l)$$"),
    (LAYERS, r"$$\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k\,\delta^l_j$$"),
    (SOFTMAX, r"$$\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} - p_j)$$"),
    (SOFTMAX, r"$$\frac{\partial L}{\partial z_j} = p_j - y_j$$"),
    (WINDOW, r"$$\frac{\partial L}{\partial w_k} = \sum_{i=1}^5 y_i x_{i+k-1}$$"),
    (NUMBERS, r"$$z = 1.1$$"),
    (NUMBERS, r"$$a = 0.750$$"),
    ("", r"$$\frac{\partial}{\partial x}(x^TAx) = (A + A^T)x$$"),
    ("$S$ is symmetric.\n\n", r"$$\nabla_x (x^TSx) = 2Sx$$"),
]  # fmt: skip
FALSE = [
    (NET, r"$$\frac{\partial L}{\partial w_1} = 2(z_2-y)\,w_2\,h\,x$$", {"M1", "M2", "M12"}),
    (NET, r"$$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial z_2}w_3$$", {"M3"}),
    (NET, r"$$\frac{\partial L}{\partial w_2} = 2(z_2-y)\,z_1$$", {"M9"}),
    (NET, r"$$\frac{\partial L}{\partial y} = 2(z_2-y)$$", {"M14"}),
    (LAYER, r"$$dX = W^T dout$$", {"M5", "M6"}),
    (LAYER, r"$$db = \frac1N\sum_n dout_n$$", {"M13", "M24"}),
    (LAYERS, r"$$\delta^l = \left(w^{l+1}\delta^{l+1}\right)\odot\sigma'(z^l)$$", {"M5"}),
    (SOFTMAX, r"$$\frac{\partial L}{\partial z_j} = y_j - p_j$$", {"M14"}),
    (WINDOW, r"$$\frac{\partial L}{\partial w_k} = \sum_{i=1}^5 y_i x_{i+k}$$", {"M8"}),
    (NUMBERS, r"$$z = 1.2$$", {"M16"}),
    ("", r"$$\frac{d}{dx} x^3 = 3x^3$$", {"M22"}),
]  # fmt: skip
UNKNOWN = [
    (NET, r"$$\frac{\partial L}{\partial v} = 2(z_2-y) v$$"),
    (NET, r"$$\frac{\partial L}{\partial w_1} = 2(z_2-y) r$$"),
    (NET, r"$$W_{new} = W_{old} - \eta \frac{\partial E}{\partial W}$$"),
    ("", r"$$a = b$$ and $$c \propto d$$"),
]


def last(page: str, line: str) -> Finding:
    return check_document(read_document((page + line + "\n").encode(), "page.md")).findings[-1]


@pytest.mark.parametrize(("page", "line"), TRUE)
def test_textbook_statements_are_right(page: str, line: str) -> None:
    found = last(page, line)
    assert found.verdict.value in ("right", "rounded", "convention"), found.reason


@pytest.mark.parametrize(("page", "line", "mistakes"), FALSE)
def test_false_statements_are_wrong_and_their_mistake_is_named(page: str, line: str, mistakes: set[str]) -> None:
    found = last(page, line)
    assert found.verdict.value == "wrong", found.reason
    assert found.diagnosis is not None
    assert mistakes & {each.mistake for each in found.diagnosis.candidates}
    assert found.witness is not None or found.expected


@pytest.mark.parametrize(("page", "line"), UNKNOWN)
def test_what_nothing_is_said_of_is_not_judged(page: str, line: str) -> None:
    assert last(page, line).verdict.value in ("unchecked", "definition")


def test_a_false_number_is_followed() -> None:
    page = NUMBERS + "$$z = 1.3$$\n$$a = \\sigma(1.3) = 0.786$$\n"
    findings = check_document(read_document(page.encode(), "page.md")).findings
    assert [each.verdict.value for each in findings[-2:]] == ["wrong", "follows"]
    assert findings[-1].follows == (findings[-2].place.line,)


def test_a_page_is_judged_the_same_each_time() -> None:
    page = (NET + TRUE[0][1] + "\n" + FALSE[0][1]).encode()
    assert check_document(read_document(page, "a.md")).findings == check_document(read_document(page, "a.md")).findings
