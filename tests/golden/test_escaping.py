"""Names come from anywhere: whatever a symbol is called, the page stays a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from golden.networks import NETWORKS, Names, worked

from chainrule import ops
from chainrule.ir.node import Node
from chainrule.renderers.mathml import to_mathml
from chainrule.renderers.page import Explanation, explanation
from chainrule.renderers.symbols import to_latex

HOSTILE = [
    "<script>alert(1)</script>", "a|b", "$x$", r"\input{secrets}", "w\x1b[31m", "_", "^", "x_1_2", "]]>", "a&b", "%",
    "x_<b>", "</math><img src=x onerror=alert(1)>", "d/d", "W[1", "50% of #1", "`code`", "{}", "x'", "é", "重み",
]  # fmt: skip
ALLOWED = {
    "div", "style", "section", "h3", "p", "table", "tr", "th", "td", "details", "summary", "span", "ul", "li", "math",
    "mrow", "mi", "mo", "mn", "mtext", "mfrac", "msub", "msup", "msubsup", "munder", "mover", "msqrt", "mtable", "mtr",
    "mtd", "mspace",
}  # fmt: skip
ATTRIBUTES = {"class", "open", "displaystyle", "mathvariant", "stretchy", "accent", "width"}
COMMANDS = {
    "frac", "partial", "cdot", "times", "odot", "top", "mathbf", "mathbb", "text", "textbackslash", "textasciitilde",
    "textasciicircum", "left", "right", "begin", "end", "sum", "operatorname", "mathrm", "sigma", "delta", "hat", "to",
    "quad", "le", "underbrace", "paragraph", "item", "cdots", "vdots", "infty", "usepackage",
}  # fmt: skip


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def named(name: str) -> Explanation:
    def network(names: Names) -> tuple[list[Node], Node]:
        x, y = names.variable(name, [1.0, 2.0]), names.variable("y", 3)
        return [x, y], names.of("L", ops.sum(names.of(f"h{name}", ops.relu(x * y))))

    return explanation(worked(network), [f"reading {name}"])


@pytest.mark.parametrize("name", HOSTILE)
def test_html_is_only_our_own(name: str) -> None:
    page = named(name).html()
    reader = Tags()
    reader.feed(page)
    assert reader.tags <= ALLOWED
    assert reader.attributes <= ATTRIBUTES
    for formula in re.findall(r"<math.*?</math>", page):
        ElementTree.fromstring(formula)


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_has_no_tags_and_even_dollars(name: str) -> None:
    page = named(name).markdown()
    formulas = re.findall(r"\$\$\n.*?\n\$\$|(?<!\\)\$[^$\n]+?(?<!\\)\$", page, re.DOTALL)
    assert formulas
    assert not re.search(r"<[a-zA-Z/!]", page)
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}


@pytest.mark.parametrize("name", HOSTILE)
def test_latex_has_only_known_commands_and_balanced_braces(name: str) -> None:
    page = named(name).latex()
    commands = set(re.findall(r"\\([A-Za-z]+)", page.replace(r"\\", "")))
    assert commands <= COMMANDS
    bare = re.sub(r"\\.", "", page)
    assert bare.count("{") == bare.count("}")
    assert "$" not in bare.replace("$>$", "").replace("$<$", "").replace("$×$", "")


@pytest.mark.parametrize("name", HOSTILE)
def test_text_cannot_drive_a_terminal(name: str) -> None:
    page = named(name).text()
    assert all(letter.isprintable() or letter == "\n" for letter in page)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_formula_is_well_formed_mathml(name: str) -> None:
    formulas = re.findall(r"<math.*?</math>", explanation(NETWORKS[name]()).html())
    assert formulas
    for formula in formulas:
        ElementTree.fromstring(formula)
        assert "<mtext>text" not in formula
        assert "mathbf" not in formula


def test_html_loads_nothing() -> None:
    page = explanation(NETWORKS["sigmoid_softmax"]()).html()
    for piece in ("http", "src=", "href=", "<script", "<link", "@import", "url("):
        assert piece not in page


def test_a_formula_too_deep_to_walk_is_shown_as_typed() -> None:
    assert to_mathml("{" * 5000 + "x" + "}" * 5000).startswith("<math><mtext>")


def test_unbalanced_latex_does_not_hang() -> None:
    for broken in ("{", "}", r"\frac", r"\left(", r"\begin{bmatrix} 1 &", "_", "^^", r"\text{", r"\sqrt"):
        ElementTree.fromstring(to_mathml(broken))


@pytest.mark.parametrize(("name", "latex"), [
    ("z_1", "z_{1}"), ("dL/dz_1", r"\frac{\partial L}{\partial z_{1}}"), ("delta_2", r"\delta_{2}"),
    ("w_1^1", "w_{1}^{1}"),
    ("PreL", r"\mathrm{PreL}"), ("W_fc1", r"W_{\text{fc1}}"), ("yhat_1", r"\hat{y}_{1}"), ("W_2[1,2]", "(W_{2})_{1,2}"),
    ("x^(i)", "x^{(i)}"), ("dL/dW_2[1,2]", r"\frac{\partial L}{\partial (W_{2})_{1,2}}"),
])  # fmt: skip
def test_symbols_in_latex(name: str, latex: str) -> None:
    assert to_latex(name) == latex
