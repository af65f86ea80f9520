"""Python expressions over NumPy: read by Python's parser, run by nobody."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from chainrule.errors import LimitError, ParseError, TextSpan, UnknownNameError
from chainrule.ir.node import concrete
from chainrule.notation import parse

VALUES = {
    "W": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "x": np.array([0.5, -1.0]),
    "y": np.array([2.0, 3.0]),
    "a": np.array(2.0),
}

EXPRESSIONS = [
    "np.sum(np.tanh(W @ x))",
    "np.mean((W @ x - y)**2)",
    "np.exp(W * x)",
    "W + x",
    "x @ W @ y",
    "np.dot(x, y) + x.dot(y)",
    "W.T @ x",
    "x.T @ x * np.pi",
    "np.sum(W, axis=0)",
    "W.sum(axis=1, keepdims=True)",
    "np.max(W, axis=1) + W.max()",
    "np.where(x > 0, x, 0.1 * x) * np.e",
    "(x > 0) * y + 0**2",
    "np.maximum(x, 0) - np.minimum(y, 1.5)",
    "np.exp(-x**2 / 2) / np.sqrt(2 * np.pi)",
    "x[0] * y[-1] + x[1:] ** 2",
    "W[:, 0] + W[1] ** 1",
    "W[0, 1] ** a",
    "np.linalg.norm(x) + np.abs(x)",
    "np.array([1.0, 2.0]) * x",
    "np.array([[1, 0], [0, 2]]) @ x",
    "np.array([a, a ** 2]) + x",
    "-x + +y - (-a) ** 2",
    "2 ** 3 ** 2 / a",
    "a + a + a - a * a / a ** -1",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_it_means_what_it_means_in_numpy(text: str) -> None:
    used = parse(text).inputs
    parsed = parse(text, values={name: VALUES[name] for name in used})
    expected = eval(text, {"np": np}, dict(VALUES))
    assert_allclose(np.asarray(concrete(parsed.graph.outputs[0])), expected, rtol=1e-12)


def test_statements() -> None:
    parsed = parse("h = np.tanh(W @ x)\nL = np.sum((h - y)**2)", values={name: VALUES[name] for name in "Wxy"})
    assert [each.name for each in parsed.statements] == ["h", "L"]
    assert parsed.statements[1].span.line == 2


def test_functions_of_the_engine_and_unspecified_ones() -> None:
    assert parse("softmax(x ** 1)", values={"x": [1, 1]}).output == "f"
    parsed = parse("s = np.dot(u, f(W @ x))")
    assert "f" in {node.op.name for node in parsed.graph.order()}


@pytest.mark.parametrize(
    ("text", "error", "given"),
    [
        ("x if x > 0 else 0**2", ParseError, "if ... else"),
        ("(x > 0) and np.sum(y)", ParseError, "conditions joined together"),
        ("0 < x < 1**2", ParseError, "conditions joined together"),
        ("[i for i in np.array(x)]", ParseError, "listcomp"),
        ("lambda x: x**2", ParseError, "lambda"),
        ("import os; np.sum(x)", ParseError, "a statement that is no assignment"),
        ("def f(x): return x**2", ParseError, "a statement that is no assignment"),
        ("x = y = np.sum(z)", ParseError, "a statement that is no assignment"),
        ("__import__('os').system('true')**2", UnknownNameError, "the function system"),
        ("np.sum(x).__class__", ParseError, "the attribute .__class__"),
        ("np.load('x')", UnknownNameError, "the function load"),
        ("np.tahn(x)", UnknownNameError, "the function tahn"),
        ("np.sum(x, dtype=int)", ParseError, "the argument dtype"),
        ("x[y] + 1**2", ParseError, "an index that is not a whole number"),
        ("'text' ** 2", ParseError, "constant"),
        ("np.sum(x", ParseError, "Python that does not parse"),
        ("1 +\n + np.", ParseError, "Python that does not parse"),
        ("9**9**9**9", LimitError, "the exponent"),
        ("x**5000", LimitError, "the exponent"),
        ("np.sin(" * 300 + "x" + ")" * 300, LimitError, "brackets nested"),
        ("-" * 5000 + "np.sin(x)", LimitError, ""),
        ("+".join(["np.sin(x)"] * 6000), LimitError, ""),
        ("1" * 5000 + "**2", ParseError, "Python that does not parse"),
        ("np.sum(\x00x)", (ParseError, LimitError), ""),
    ],
)
def test_refusals(text: str, error: type[Exception], given: str) -> None:
    with pytest.raises(error) as caught:
        parse(text)
    found = caught.value
    assert isinstance(found, ParseError | LimitError | UnknownNameError)
    assert found.given.startswith(given)
    assert isinstance(found.place, TextSpan)


def test_the_place_is_counted_in_characters() -> None:
    with pytest.raises(UnknownNameError) as caught:
        parse("  é = 1**2\nz = np.tahn(é)")
    assert isinstance(caught.value.place, TextSpan)
    assert (caught.value.place.line, caught.value.place.column) == (2, 5)
