"""`chainrule derive` and `chainrule.derive` as a user meets them: formulas, pages, and every refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from messages import refused

import chainrule
from chainrule.apps.cli import main
from chainrule.errors import GradientError, ShapeError, UnknownNameError

NORM = ("f = ||W x||^2", "--shapes", "W: m n, x: n")
MODEL = """
import numpy as np


def loss(params, x, y):
    z = params["W"] @ x + params["b"]
    h = np.tanh(z)
    return np.sum((h - y) ** 2)
"""
SHAPES = "params.W: h d, params.b: h, x: d, y: h"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["derive", *words])


def output(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def as_json(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output(*words, "--to", "json"))
    return found


def matrix(text: str, wrt: str, shapes: str, **options: Any) -> str | None:
    return chainrule.derive(text, wrt=wrt, shapes=shapes, **options).matrix()


@pytest.fixture
def model(tmp_path: Path) -> str:
    file = tmp_path / "model.py"
    file.write_text(MODEL)
    return f"{file}:loss"


def test_the_page_says_what_was_asked_and_both_forms() -> None:
    page = output(*NORM, "--wrt", "W")
    assert page.startswith("f = ||W x||^2\nderivative of f (scalar) with respect to W (m, n)\n")
    for line in ("q = W x", "2 q_i x_j", "df/dW = 2 q x^T", "= 2 W x x^T   with q = W x"):
        assert line in page
    assert max(map(len, page.splitlines())) <= 100


def test_one_form_alone() -> None:
    assert "Matrix form" not in output(*NORM, "--form", "index")
    assert "Index form" not in output(*NORM, "--form", "matrix")


@pytest.mark.parametrize(
    ("layout", "jacobian", "gradient"), [("denominator", "A^T", "v"), ("numerator", "A", "v^T"), ("mixed", "A", "v")]
)
def test_layouts(layout: str, jacobian: str, gradient: str) -> None:
    assert matrix("y = A x", "x", "A: m n, x: n", layout=layout) == jacobian
    assert matrix("f = v^T x", "x", "v: n, x: n", layout=layout) == gradient
    assert f"{layout} layout" in output("y = A x", "--shapes", "A: m n, x: n", "--wrt", "x", "--layout", layout)


def test_numbers_stand_beside_symbols() -> None:
    page = output(
        "z = W x + b; h = sigmoid(z); s = u^T h", "--wrt", "W,x", "--at", "W=[[0.1,0.5],[-0.3,0.8]]",
        "--at", "x=[0.2,0.4], b=[0.1,-0.1], u=[1,-2]",
    )  # fmt: skip
    for piece in ("z = [0.32, 0.16]", "[0.173415, -0.275597]", "[[0.0487415, 0.0974831], [-0.0993627, -0.198725]]"):
        assert piece in page


def test_numbers_follow_the_layout() -> None:
    words = ("y = A x", "--wrt", "x", "--at", "A=[[1,2],[3,4],[5,6]], x=[1,1]")
    assert as_json(*words)["derivatives"][0]["value"] == [[1, 3, 5], [2, 4, 6]]
    assert as_json(*words, "--layout", "numerator")["derivatives"][0]["value"] == [[1, 2], [3, 4], [5, 6]]


def test_no_matrix_form_is_no_error() -> None:
    page = output("q = W x", "--shapes", "W: m n, x: n", "--wrt", "W")
    assert "1{k = i}" in page
    assert "no matrix form" in page
    assert "as a vector-Jacobian product: G x^T   (G: the gradient that arrives at q)" in page


def test_second_derivatives() -> None:
    found = chainrule.derive("f = x^2 y", order=2)
    assert found.variables == ("x", "x,y", "y")
    assert found.formulas == {"x": "2 y", "x,y": "2 x", "y": "0"}
    assert "d2f/dx2 = 2 y" in found.text()
    assert matrix("f = ||W x||^2", "x", "W: m n, x: n", order=2) == "2 W^T W"


def test_names_of_the_users_own() -> None:
    words = ("z = W x; h = f(z); s = u^T h", "--shapes", "W: n m, x: m, u: n", "--wrt", "W")
    assert "ds/dW = g x^T" in output(*words, "--call", "g=ds/dz")


def test_a_function_in_a_file(model: str) -> None:
    page = output(model, "--shapes", SHAPES, "--wrt", "params.W")
    assert "z = W x + b" in page
    assert "h = tanh(z)" in page
    assert "with respect to W (h, d)" in page
    assert [each["variables"] for each in as_json(model, "--shapes", SHAPES, "--wrt", "params")["derivatives"]] == [
        ["W"], ["b"],
    ]  # fmt: skip


def test_the_formulas_are_a_function_for_arrays_of_any_size() -> None:
    found = chainrule.derive("f = mean((X w - y)^2)", wrt="w, y", shapes="X: m n, w: n, y: m")
    for rows, columns in ((4, 3), (2, 5)):
        X, w, y = np.ones((rows, columns)), np.arange(columns) + 1.0, np.arange(rows) - 0.5
        values = found.function(X=X, w=w, y=y)
        np.testing.assert_allclose(values["w"], 2 / rows * X.T @ (X @ w - y))
        np.testing.assert_allclose(values["y"], -2 / rows * (X @ w - y))
    refused(UnknownNameError, lambda: found.function(X=X, w=w), "no value for y")
    refused(UnknownNameError, lambda: found.function(X=X, w=w, y=y, z=1), "a value for z")
    refused(ShapeError, lambda: found.function(X=X, w=w, y=w), "y of shape (5,)", "m = 2")
    refused(ShapeError, lambda: found.function(X=w, w=w, y=y), "X of shape (5,)", "(m, n)")


def test_the_formulas_are_code_that_runs(model: str) -> None:
    text = output(*NORM, "--wrt", "W", "--to", "numpy")
    assert "# df/dW = 2 q x^T" in text
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    W, x = np.array([[0.1, 0.5], [-0.3, 0.8]]), np.array([0.2, 0.4])
    np.testing.assert_allclose(namespace["df_dW"](W, x), [[0.088, 0.176], [0.104, 0.208]])
    assert "import torch" in output(model, "--shapes", SHAPES, "--to", "torch")
    assert run("s = u^T f(x)", "--to", "numpy").exit_code == 2  # f is not known


def test_the_page_says_that_it_was_compared() -> None:
    assert output(*NORM).rstrip().endswith("agrees with the engine at 20 random points of random sizes")
    assert "agrees" not in output(*NORM, "--no-check")


@pytest.mark.parametrize("to", ["text", "markdown", "latex", "html", "json"])
def test_every_page_is_printed(to: str) -> None:
    assert output(*NORM, "--to", to).strip()


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    assert output(*NORM, "--to", "html", "-o", str(target)) == ""
    assert "<html" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        ((*NORM, "--wrt", "w"), ["'w'", "did you mean", "W"]),
        ((*NORM, "--wrt", "W[1,2]"), ["W[1,2]", "whole array"]),
        ((*NORM, "--order", "0"), ["order 0", "1 or more"]),
        ((*NORM, "--order", "-1"), ["order -1"]),
        ((*NORM, "--layout", "rows"), ["rows", "denominator"]),
        (("f = ||W x||^2", "--shapes", "W: m n, x: m"), ["(m, n)", "(m,)"]),
        (("y = A x", "--shapes", "A: m n, x: n", "--order", "2"), ["order 2", "one number"]),
        ((*NORM, "--symmetric", "B"), ["'B'"]),
        ((*NORM, "--call", "g=df/dz"), ["'z'"]),
    ],
)
def test_what_cannot_be_asked_is_refused(words: tuple[str, ...], pieces: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 2, result.output
    for piece in pieces:
        assert piece in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("shapes", "pieces"),
    [
        ("params.W: h d, params.b: h, x: d", ["no shape for y", "y: m n"]),
        ("params.W: h d, x: d, y: h", ["KeyError", "'b'"]),
        (f"{SHAPES}, z: h", ["a shape for z"]),
        ("params.W: h d, params.b: h, x: h, y: h", ["(h, d)", "(h,)"]),
    ],
)
def test_what_is_not_declared_is_named(model: str, shapes: str, pieces: list[str]) -> None:
    result = run(model, "--shapes", shapes)
    assert result.exit_code == 2, result.output
    for piece in pieces:
        assert piece in result.output


def test_errors_stand_on_the_users_own_line() -> None:
    def twice(x):
        return np.sum(x * 2)

    refused(UnknownNameError, lambda: chainrule.derive(twice), "no shape for x")
    refused(UnknownNameError, lambda: chainrule.derive(twice, shapes="x: n", layout="rows"), "rows")
    refused(UnknownNameError, lambda: chainrule.derive(twice, "xs", shapes="x: n"), "did you mean x")
    refused(GradientError, lambda: chainrule.derive(twice, shapes="x: n", order=0), "order 0")
    refused(GradientError, lambda: chainrule.derive("f = x y").formula(), "x, y")


def test_the_page_of_a_notebook() -> None:
    found = chainrule.derive("f = x^2")
    assert found._repr_markdown_() == found.markdown()
    assert str(found) == found.text()
