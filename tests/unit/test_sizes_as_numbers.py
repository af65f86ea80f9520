"""Sizes as numbers in a formula: n - 1, log n, 2^n keep their letter in every form, in code and when computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.ir.graph import Graph
from chainrule.ir.printing import print_graph
from chainrule.ir.recording import open_recording
from chainrule.ops import input_node
from chainrule.ops.counts import axis_size
from chainrule.transforms.resize import resize

X = np.array([0.5, 1.0, 2.0, 0.25])
CASES: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("f = sum(x^2)/(n - 1)", "2 x / (n - 1)", lambda x: 2 * x / 3),
    ("f = sum(x^2)/(2 n - 1)", "2 x / (2 n - 1)", lambda x: 2 * x / 7),
    ("f = sum(x^2) (n-1)/n", "2 (n - 1) x / n", lambda x: 1.5 * x),
    ("f = sum(x)/sqrt(n - 1)", "(1 / sqrt(n - 1)) 𝟏", lambda x: np.full(4, 3**-0.5)),
    ("f = log(n) sum(x)", "log(n) 𝟏", lambda x: np.full(4, np.log(4))),
    ("f = exp(-n) sum(x)", "exp(-n) 𝟏", lambda x: np.full(4, np.exp(-4))),
    ("f = 2^n sum(x)", "2^n 𝟏", lambda x: np.full(4, 16.0)),
    ("f = sum(x^n)", "n x^(n - 1)", lambda x: 4 * x**3),
    ("f = sum(x)^n", "n sum(x)^(n - 1) 𝟏", lambda x: np.full(4, 4 * x.sum() ** 3)),
    ("f = sum(x) n log(2)", "0.693147 n 𝟏", lambda x: np.full(4, 4 * np.log(2))),
    ("f = sum_{i=1}^n x_i^2/(n-1)", "2 x / (n - 1)", lambda x: 2 * x / 3),
    ("f = 1/(n-1) sum_i (x_i - 1/n sum_j x_j)^2", "2 (x - mean(x)) / (n - 1)", lambda x: 2 * (x - x.mean()) / 3),
    ("f = sum(x)/(2 n)", "(1/(2 n)) 𝟏", lambda x: np.full(4, 1 / 8)),
    ("f = sum(x^2)/(2 n^2)", "x / n^2", lambda x: x / 16),
    ("f = 1/n sum(x^2)", "2 x / n", lambda x: x / 2),
]


@pytest.mark.parametrize(("statement", "matrix", "gradient"), CASES, ids=[row[0] for row in CASES])
def test_the_letter_stays(statement: str, matrix: str, gradient: Callable[[Any], Any]) -> None:
    found = chainrule.derive(statement, wrt="x", shapes="x: n")
    assert found.matrix() == matrix
    assert found.agreement.startswith("agrees with the engine at 20 random points of random sizes")
    np.testing.assert_allclose(found.function(x=X), gradient(X))
    namespace: dict[str, Any] = {}
    exec(found.code("numpy"), namespace)
    np.testing.assert_allclose(namespace["df_dx"](X), gradient(X))


def test_a_size_that_was_computed_to_nothing_is_no_longer_nothing() -> None:
    """(2 pi)^(-d/2) is 0 for the number that stands for d."""
    shapes = "x: d, m: d, S: d d"
    found = chainrule.derive(
        "p = (2 pi)^{-d/2} det(S)^{-1/2} exp(-1/2 (x - m)^T S^{-1} (x - m))", wrt="x", shapes=shapes
    )
    x, m, S = np.array([0.5, -0.2]), np.array([0.1, 0.3]), np.array([[2.0, 0.3], [0.3, 1.0]])
    moved = np.linalg.solve(S, x - m)
    density = np.exp(-0.5 * (x - m) @ moved) / (2 * np.pi * np.sqrt(np.linalg.det(S)))
    np.testing.assert_allclose(found.function(x=x, m=m, S=S), -density * moved)


def test_a_covariance() -> None:
    found = chainrule.derive("C = 1/(N - 1) X^T X; f = tr(C^T G)", wrt="X", shapes="X: N d, G: d d")
    assert found.matrix() == "X (G + G^T) / (N - 1)"
    assert r"\frac{X (G + G^{\top})}{N - 1}" in found.latex()


def test_with_numbers_a_size_is_its_number() -> None:
    found = chainrule.derive("f = sum(x^2)/(n - 1)", wrt="x", shapes="x: n", values={"x": X})
    np.testing.assert_allclose(found.function(x=X), 2 * X / 3)


def test_a_size_is_resized_and_printed() -> None:
    with open_recording():
        x = input_node((1009,), np.dtype("float64"))
        graph = Graph((x,), (x * (axis_size(1009) - 1),), {x: "x"})
        assert axis_size(1009) is axis_size(1009)
    smaller = resize(graph, {1009: 3})
    assert "np.float64(3) - 1.0" in print_graph(smaller, "f").text
    assert "np.float64(1009) - 1.0" in print_graph(graph, "f").text


def test_the_same_in_a_program() -> None:
    """There a size is a number at once; it is recognised when it is written."""

    def variance(x: Any) -> Any:
        return np.sum((x - x.mean()) ** 2) / (len(x) - 1)

    def weighted(x: Any) -> Any:
        return np.sum(x) * (len(x) - 1) / 2 + np.log(len(x)) * np.sum(x**2)

    found = chainrule.derive(variance, wrt="x", shapes="x: n")
    assert found.matrix() == "(2/(n - 1)) (x - mean(x))"
    assert "/ (n - 1)" in found.text()
    np.testing.assert_allclose(found.function(x=X), 2 / 3 * (X - X.mean()))
    assert "0.5 (n - 1)" in str(chainrule.derive(weighted, wrt="x", shapes="x: n").matrix())
    assert "log(n)" in str(chainrule.derive(weighted, wrt="x", shapes="x: n").matrix())


def test_numbers_that_somebody_wrote_stay() -> None:
    for number in ("0.5", "2", "500", "1000", "0.25", "1.5"):
        assert chainrule.derive(f"f = {number} sum(x)", wrt="x", shapes="x: n").matrix() in (
            f"{number} 𝟏", f"{float(number):g} 𝟏",
        )  # fmt: skip
