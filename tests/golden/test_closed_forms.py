"""Closed formulas of linear algebra and of neural networks: statements in, the formulas of `closed_forms` out.

One idea: beside its text, every formula must agree with the engine on numbers, and the working must end in the formula
that is printed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from golden.closed_forms import CASES, Case

import chainrule
from chainrule.apps.cli import main


@pytest.mark.parametrize("found", CASES, ids=str)
def test_closed_form(found: Case) -> None:
    derived = chainrule.derive(found.statement, wrt=", ".join(found.expected), shapes=found.shapes, **found.options)
    data = {each["variables"][0]: each for each in derived.to_dict()["derivatives"]}
    for variable, wanted in found.expected.items():
        written = {
            "matrix": derived.matrix(variable), "inlined": derived.inlined(variable), "index": derived.index(variable),
            "product": (data[variable]["product"] or {}).get("text"),
        }  # fmt: skip
        assert {name: written[name] for name in wanted} == wanted
        if data[variable]["steps"]:
            assert data[variable]["steps"][-1]["right"] == written["index"]
    assert {name: derived.definitions.get(name) for name in found.definitions} == found.definitions
    assert derived.agreement.startswith("agrees with the engine at "), derived.agreement


# The working --------------------------------------------------------------------------------------------------------
def working(statement: str, wrt: str, shapes: str, **options: Any) -> list[tuple[str, str, str]]:
    found = chainrule.derive(statement, wrt=wrt, shapes=shapes, **options)
    return [(step.rule, step.left, step.right) for step in found.steps]


def test_the_working_of_a_squared_norm() -> None:
    assert working("q = W x; f = sum_k q_k^2", "W", "W: m n, x: n") == [
        ("upstream", "df/dq_k", "2 q_k"),
        ("the local derivative", "dq_k/dW_ij", "1{k = i} x_j"),
        ("the chain rule: sum over k", "df/dW_ij", "sum_k df/dq_k dq_k/dW_ij"),
        ("", "", "sum_k 2 q_k 1{k = i} x_j"),
        ("the delta picks k = i", "", "2 q_i x_j"),
    ]
    assert working("q = W x; f = sum_k q_k^2", "x", "W: m n, x: n")[:4] == [
        ("upstream", "df/dq_k", "2 q_k"),
        ("the local derivative", "dq_k/dx_i", "W_ki"),
        ("the chain rule: sum over k", "df/dx_i", "sum_k df/dq_k dq_k/dx_i"),
        ("", "", "sum_k 2 q_k W_ki"),
    ]


def test_the_working_of_softmax_with_cross_entropy() -> None:
    lines = working("s = softmax(a); L = -sum_i y_i log(s_i)", "a", "a: n, y: n")
    assert [line[1:] for line in lines[:4]] == [
        ("dL/ds_k", "-y_k / s_k"),
        ("ds_k/da_i", "s_k (1{k = i} - s_i)"),
        ("dL/da_i", "sum_k dL/ds_k ds_k/da_i"),
        ("", "sum_k (-y_k / s_k) s_k (1{k = i} - s_i)"),
    ]


# Numbers ------------------------------------------------------------------------------------------------------------
W, X = np.array([[0.1, 0.5], [-0.3, 0.8]]), np.array([0.2, 0.4])


def test_numbers_of_a_squared_norm() -> None:
    found = chainrule.derive("f = ||W x||^2", wrt="W, x", values={"W": W, "x": X})
    values = found.function(W=W, x=X)
    np.testing.assert_allclose(values["W"], [[0.088, 0.176], [0.104, 0.208]])
    np.testing.assert_allclose(values["x"], [-0.112, 0.636])
    page = found.text()
    assert "= [[0.44 × 0.2, 0.44 × 0.4], [0.52 × 0.2, 0.52 × 0.4]]" in page
    assert "df/dx = 2 W^T q = [-0.112, 0.636]" in page


def test_numbers_of_a_layer() -> None:
    values = {"W": W, "x": X, "u": np.array([1.0, -2.0]), "b": np.array([0.1, -0.1])}
    found = chainrule.derive("s = u^T sigmoid(W x + b)", wrt="W, b, x", values=values).function(**values)
    delta = [0.243708, -0.496814]
    np.testing.assert_allclose(found["b"], delta, atol=5e-7)
    np.testing.assert_allclose(found["W"], [[0.048742, 0.097483], [-0.099363, -0.198725]], atol=5e-7)
    np.testing.assert_allclose(found["x"], [0.173415, -0.275597], atol=5e-7)


def test_numbers_of_softmax() -> None:
    a = np.log(np.array([0.77, 0.23]))
    found = chainrule.derive("s = softmax(a)", wrt="a", values={"a": a})
    np.testing.assert_allclose(found.function(a=a), [[0.1771, -0.1771], [-0.1771, 0.1771]], atol=5e-7)
    values = {"a": np.array([1.0, 2.0, 3.0]), "y": np.array([0.0, 0.0, 1.0])}
    found = chainrule.derive("s = softmax(a); L = -sum_i y_i log(s_i)", wrt="a", values=values)
    np.testing.assert_allclose(found.function(**values), [0.090031, 0.244728, -0.334759], atol=5e-7)
    assert "[0.0900306, 0.244728, -0.334759]" in found.text()


def test_numbers_of_two_layers_with_softmax_and_squared_error() -> None:
    statement = "h_1 = sigmoid(W_1 x); a_2 = W_2 h_1; yhat = softmax(a_2); L = sum((y - yhat)^2)"
    values = {
        "x": np.array([2.0, 5.0, 3.0, 3.0]), "y": np.array([1.0, 0.0]),
        "W_1": np.array([[0.1, 0.3, 0.8, -0.4], [-0.3, -0.2, 0.5, 0.5], [-0.3, 0, 0.5, 0.4], [0.2, 0.5, -0.9, 0.7]]),
        "W_2": np.array([[0.5, 0.8, 0.2, 0.4], [0.5, 0.2, 0.3, -0.5]]),
    }  # fmt: skip
    derived = chainrule.derive(statement, wrt="yhat, a_2, W_2, h_1, W_1", values=values)
    assert derived.agreement.startswith("agrees")
    found = {each["variables"][0]: np.array(each["value"]) for each in derived.to_dict()["derivatives"]}
    np.testing.assert_allclose(found["yhat"], [-0.459328, 0.459328], atol=5e-7)
    np.testing.assert_allclose(found["a_2"], [-0.162527, 0.162527], atol=5e-7)
    assert found["W_2"][0, 1] == pytest.approx(-0.130377, abs=5e-7)
    assert found["h_1"][2] == pytest.approx(0.016253, abs=5e-7)
    assert found["W_1"][2, 0] == pytest.approx(0.003159, abs=5e-7)
    values["W_1"][1, 1] = 0.2  # as the note prints it
    printed = chainrule.derive(statement, wrt="W_2, W_1", values=values).function(**values)
    assert printed["W_2"][0, 1] == pytest.approx(-0.137723, abs=5e-7)
    assert printed["W_1"][2, 0] == pytest.approx(0.002767, abs=5e-7)


# The command --------------------------------------------------------------------------------------------------------
MODEL = '''
import numpy as np


def loss(params, x, y):
    """Two layers and a squared error."""
    z1 = params["W1"] @ x + params["b1"]
    h1 = np.tanh(z1)
    r = params["W2"] @ h1 - y
    return np.sum(r**2)
'''
MODEL_SHAPES = "params.W1: h d, params.b1: h, params.W2: k h, x: d, y: k"


def printed(*words: str) -> str:
    result = CliRunner().invoke(main, ["derive", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_commands_on_formulas() -> None:
    page = printed("s = u^T f(W x + b)", "--wrt", "W,b,x")
    for line in ("ds/dW = delta x^T", "ds/db = delta", "ds/dx = W^T delta", "delta = ds/dz = u ⊙ f'(z)"):
        assert line in page
    page = printed("L = sum_i log(1 + exp(-y_i (X w)_i))", "--wrt", "w", "--order", "2", "--form", "matrix")
    assert "d2L/dw2 = X^T diag(y^2 ⊙ sigmoid(z) ⊙ (1 - sigmoid(z))) X" in page
    assert "Index form" not in page


@pytest.mark.parametrize(
    ("to", "pieces"),
    [
        ("text", ["dloss/dW1 = delta1 x^T", "agrees with the engine"]),
        ("latex", [r"\frac{", r"x^{\top}"]),
        ("numpy", ["import numpy as np", "def ", "np.outer("]),
        ("jax", ["import jax.numpy as jnp", "def "]),
        ("torch", ["import torch", "def "]),
    ],
)
def test_commands_on_a_function_in_a_file(tmp_path: Path, to: str, pieces: list[str]) -> None:
    file = tmp_path / "model.py"
    file.write_text(MODEL)
    found = printed(f"{file}:loss", "--wrt", "params.W1", "--shapes", MODEL_SHAPES, "--to", to)
    for piece in pieces:
        assert piece in found
