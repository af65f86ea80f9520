"""Pages of closed formulas: hand-built formulas in, the page, its pieces and its refusals compared."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from golden import derived
from golden.test_escaping import ALLOWED, ATTRIBUTES, HOSTILE, Tags

from chainrule.derivation.formulas.results import Answer, Derived, Layout
from chainrule.errors import GradientError, UnknownNameError
from chainrule.renderers.formulas import Formulas
from chainrule.renderers.sheets.text import WIDTH

VALUES = {"W": np.array([[0.1, 0.5], [-0.3, 0.8]]), "x": np.array([0.2, 0.4])}
AGREES = "agrees with the engine at 20 random points of random sizes"
PAGES = Path(__file__).parent / "formulas"
FORMATS = {"txt": "text", "md": "markdown", "tex": "latex"}
CASES = {
    "squared_norm": lambda: Formulas(derived.norm(), agreement=AGREES),
    "squared_norm_in_numbers": lambda: Formulas(derived.norm("W: 2 2, x: 2"), VALUES, agreement=AGREES),
    "neuron": lambda: Formulas(derived.neuron(), agreement=AGREES),
    "layer_by_weights": lambda: Formulas(derived.layer_by_weights()),
    "long_sum": lambda: Formulas(derived.long_sum()),
}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", CASES)
def test_page(name: str, suffix: str) -> None:
    path = PAGES / f"{name}.{suffix}"
    page = getattr(CASES[name](), FORMATS[suffix])()
    if os.environ.get("CHAINRULE_GOLDEN") == "write":
        PAGES.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
    assert page == path.read_text(encoding="utf-8")


def test_every_file_belongs_to_a_case() -> None:
    assert {path.name for path in PAGES.iterdir()} == {f"{name}.{suffix}" for name in CASES for suffix in FORMATS}


@pytest.mark.parametrize("name", CASES)
def test_no_line_is_too_long(name: str) -> None:
    assert max(map(len, CASES[name]().text().splitlines())) <= WIDTH


@pytest.mark.parametrize("name", CASES)
def test_latex_is_balanced(name: str) -> None:
    page = CASES[name]().latex()
    assert page.count("{") == page.count("}")
    assert page.count(r"\left") == page.count(r"\right")
    assert re.findall(r"\\begin{(\w+)}", page).sort() == re.findall(r"\\end{(\w+)}", page).sort()
    for opened, closed in ((r"\[", r"\]"), (r"\(", r"\)")):
        assert page.count(opened) == page.count(closed)


@pytest.mark.parametrize("name", CASES)
def test_html_is_only_our_own(name: str) -> None:
    reader = Tags()
    reader.feed(CASES[name]().html())
    assert reader.tags <= ALLOWED
    assert reader.attributes <= ATTRIBUTES


def test_single_formulas() -> None:
    found = CASES["squared_norm"]()
    assert found.matrix("W") == "2 q x^T"
    assert found.inlined("W") == "2 W x x^T"
    assert found.index("W") == "2 q_i x_j"
    assert found.formula("x") == "2 W^T q"
    assert found.formulas == {"W": "2 q x^T", "x": "2 W^T q"}
    assert found.variables == ("W", "x")
    assert found.definitions == {"q": "W x"}
    last = [step for step in found.steps if step.label == "df/dW"][-1]
    assert (last.rule, last.left, last["right"]) == ("the delta picks k = i", "", "2 q_i x_j")


def test_what_has_no_matrix_form_is_said_in_index_form_and_as_a_product() -> None:
    found = CASES["layer_by_weights"]()
    assert found.matrix() is None
    assert found.formula() == found.index() == "1{k = i} x_j"
    page = found.text("matrix")
    assert "1{k = i} x_j" in page  # never nothing
    assert "as a vector-Jacobian product: u x^T" in page


def test_one_form_alone() -> None:
    found = CASES["squared_norm"]()
    assert "Matrix form" not in found.text("index")
    assert "layout" not in found.text("index")
    assert "Index form" not in found.text("matrix")


def test_numbers_beside_symbols() -> None:
    page = CASES["squared_norm_in_numbers"]().text()
    for line in (
        "q = W x = [0.22, 0.26]",
        "df/dW = 2 q x^T = [[0.088, 0.176], [0.104, 0.208]]",
        "= [[0.44 × 0.2, 0.44 × 0.4], [0.52 × 0.2, 0.52 × 0.4]]",
        "df/dx = 2 W^T q = [-0.112, 0.636]",
        "= [0.1 × 0.44 - 0.3 × 0.52, 0.5 × 0.44 + 0.8 × 0.52]",
    ):
        assert line in page


def test_json() -> None:
    found = CASES["squared_norm_in_numbers"]()
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert list(data) == ["version", "output", "order", "layout", "definitions", "derivatives", "notes", "agreement"]
    first = data["derivatives"][0]
    assert first["matrix"] == {"text": "2 q x^T", "latex": r"2 q x^{\top}"}
    assert first["value"] == [
        [pytest.approx(0.088), pytest.approx(0.176)],
        [pytest.approx(0.104), pytest.approx(0.208)],
    ]
    assert [step["right"] for step in first["steps"]][-1] == first["index"]["text"]
    assert json.loads(json.dumps(CASES["neuron"]().to_dict()))["derivatives"][0]["shape"] == ["n", "m"]


def test_the_facade_asks_which() -> None:
    found = CASES["squared_norm"]()
    with pytest.raises(GradientError, match="wrt='W'"):
        found.formula()
    with pytest.raises(UnknownNameError, match="expected"):
        found.formula("q")
    with pytest.raises(UnknownNameError, match="did you mean"):
        found.text("matix")
    with pytest.raises(GradientError, match=r"chainrule\.derive"):
        found.code("numpy")
    with pytest.raises(GradientError, match=r"chainrule\.derive"):
        found.function(W=1.0)


def test_a_second_derivative_has_its_own_fraction() -> None:
    first = derived.norm()
    (answer, _) = first.answers
    second = Answer("d2f/dx2", ("x", "x"), answer.shape, (), (), None, answer.matrix, None, answer.compiled)
    page = Formulas(Derived(first.graph, "f", 2, Layout.DENOMINATOR, (), (), (second,), first.names, first.sizes))
    assert "second derivative of f (scalar) with respect to x (n,)" in page.text()
    assert "d2f/dx2 = 2 q x^T" in page.text()
    assert r"\frac{\partial^{2} f}{\partial x^{2}} &= 2 q x^{\top}" in page.latex()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_may_be_anything(name: str) -> None:
    first = derived.norm()
    hostile = {node: name if known == "x" else known for node, known in first.names.items()}
    graph_names = {node: name if known == "x" else known for node, known in first.graph.names.items()}
    graph = type(first.graph)(first.graph.inputs, first.graph.outputs, graph_names)
    answers = tuple(
        Answer(each.label, (name,), each.shape, each.at, (), each.index, each.matrix, each.inlined, each.compiled)
        for each in first.answers
    )
    found = Formulas(Derived(graph, "f", 1, Layout.DENOMINATOR, first.forward, (), answers, hostile, first.sizes))
    assert all(letter.isprintable() or letter == "\n" for letter in found.text())
    assert not re.search(r"<[a-zA-Z/!]", found.markdown())
    reader = Tags()
    reader.feed(found.html())
    assert reader.tags <= ALLOWED
    page = re.sub(r"\\[{}]", "", found.latex())
    assert page.count("{") == page.count("}")
