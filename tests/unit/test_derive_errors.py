"""Refusals of `chainrule derive`: what was given, where, what was expected, what to write instead; and no hanging."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import chainrule
from chainrule.apps.cli import main
from chainrule.errors import ChainruleError

NORM = ("f = ||W x||^2", "--shapes", "W: m n, x: n")
FORM = ("f = x^T A x", "--shapes", "A: n n, x: n")
MODEL = """
import numpy as np


def loss(params, x, y):
    z = params["W"] @ x
    return np.sum((z - y) ** 2)


def branch(x):
    if x[0] > 0:
        return np.sum(x)
    return np.sum(x**2)


def two(x):
    return x, x


def orthogonal(x):
    return np.linalg.qr(x)[0].sum()


def broken(x):
    return {}[3]


def jumps(x):
    return np.sum(np.floor(x) * x)
"""
SECONDS = 5.0


def run(*words: str) -> Result:
    start = time.perf_counter()
    result = CliRunner().invoke(main, ["derive", *words])
    assert time.perf_counter() - start < SECONDS
    return result


def refused(words: tuple[str, ...], *pieces: str) -> None:
    """Exit code 2, one message without a traceback, with each of these pieces in it."""
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert "src/chainrule" not in result.output
    for piece in pieces:
        assert piece in result.output, result.output


@pytest.fixture
def model(tmp_path: Path) -> str:
    file = tmp_path / "model.py"
    file.write_text(MODEL)
    return str(file)


# Shapes -------------------------------------------------------------------------------------------------------------
def test_an_argument_without_a_shape(model: str) -> None:
    refused((f"{model}:loss",), "no shape for params, x, y", '"params: m n"', '"params.W: m n"')
    refused((f"{model}:loss", "--shapes", "params.W: h d, x: d"), "no shape for y", "params, x, y", '"y: m n"')


def test_a_capital_that_became_a_number_is_said() -> None:
    page = run("y = A x", "--wrt", "x").output
    assert 'A: read as a number; if it is a matrix, declare its shape, as "A: m n"' in page
    assert "read as a number" not in run("y = A x", "--wrt", "x", "--shapes", "A:, x:").output


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        (("f = ||W x||^2", "--shapes", "W: m n, x: k"), ("W with shape (m, n)", "x with shape (k,)", "column 7")),
        (("f = ||W x + b||^2", "--shapes", "W: m n, x: n, b: n"), ("W x with shape (m,)", "b with shape (n,)")),
        (("f = tr(X)", "--shapes", "X: m n"), ("shape (m, n)", "a square matrix", "X: n n")),
        (("f = det(X)", "--shapes", "X: m n"), ("the determinant", "(m, n)", "a square matrix")),
        (("f = ||W x||^2", "--shapes", "W: m n, x: n, z: q"), ("z", "does not stand in the formula", "W, x")),
        (("f = ||W x||^2", "--shapes", "W: m n, W: n m"), ("a second shape for W",)),
        (("f = ||W x||^2", "--shapes", "W m n"), ("'W m n'", '"W: m n"')),
        (("f = sum(x)", "--shapes", "x: 0"), ("the size 0",)),
        (("f = sum(x)", "--shapes", "x: -3"), ("the size '-3'",)),
        (("f = sum(x)", "--shapes", "x: 1000000000000"), ("the size", "10,000,000")),
        (("f = sum(x)", "--at", "x=[1,2]", "--shapes", "x: 3"), ("shape (2,)", "declared as (3)")),
        (("f = sum(x)", "--at", "x=[1,2"), ("never closed",)),
        (("f = sum(x)", "--at", "z=[1,2]", "--shapes", "x: 3"), ("a value for z",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_shapes_that_do_not_fit(words: tuple[str, ...], pieces: tuple[str, ...]) -> None:
    refused(words, *pieces)


def test_sizes_that_clash_in_a_function(model: str) -> None:
    """Both shapes in the letters that were declared, on the line that met them."""
    refused(
        (f"{model}:loss", "--shapes", "params.W: h d, x: k, y: h"),
        "(h, d)", "(k,)", 'z = params["W"] @ x',
    )  # fmt: skip
    refused((f"{model}:loss", "--shapes", "params.W: h d, x: d, y: h, q: h"), "a shape for q", "params, x, y")


# Questions ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        ((*NORM, "--wrt", "z"), ("'z'", "W, x")),
        ((*NORM, "--wrt", "w"), ("'w'", "did you mean W?")),
        (("f = 3", "--wrt", "x"), ("'x'",)),
        ((*NORM, "--order", "0"), ("order 0", "order 1 is the gradient")),
        ((*NORM, "--order", "-1"), ("order -1",)),
        (("y = A x", "--shapes", "A: m n, x: n", "--wrt", "x", "--order", "2"), ("order 2", "y", "one number")),
        ((*NORM, "--layout", "sideways"), ("'sideways'", "'denominator', 'numerator', 'mixed'")),
        ((*NORM, "--form", "prose"), ("'prose'", "'both', 'index', 'matrix'")),
        ((*NORM, "--to", "fortran"), ("'fortran'", "'numpy', 'jax', 'torch'")),
        ((*FORM, "--wrt", "x", "--symmetric", "B"), ("'B'", "x, A")),
        ((*FORM, "--wrt", "x", "--symmetric", "x"), ("x", "symmetric", "square")),
        ((*FORM, "--wrt", "x", "--call", "delta=df/dz"), ("'z'",)),
        ((*FORM, "--wrt", "x", "--call", "delta"), ("--call delta", "delta_2=dL/dz_2")),
        (("s = u^T f(x)", "--to", "numpy"), ("f",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_questions_that_have_no_answer(words: tuple[str, ...], pieces: tuple[str, ...]) -> None:
    refused(words, *pieces)


def test_the_same_in_python() -> None:
    for options in ({"layout": "sideways"}, {"order": 0}, {"wrt": "z"}, {"symmetric": "B"}):
        with pytest.raises(ChainruleError) as failure:
            chainrule.derive("f = ||W x||^2", shapes="W: m n, x: n", **options)
        assert failure.value.given
        assert failure.value.expected
        assert failure.value.remedy


# What cannot be derived ---------------------------------------------------------------------------------------------
def test_functions_that_cannot_be_derived(model: str) -> None:
    refused((f"{model}:loss", "--shapes", "params.W: h d, x: d, y: h", "--wrt", "params.V"), "'params.V'", "params.W?")
    refused((f"{model}:branch", "--shapes", "x: n"), "if x[0] > 0:", "np.where", "give values")
    refused((f"{model}:two", "--shapes", "x: n"), "(*, *)", "one number or one array")
    refused((f"{model}:orthogonal", "--shapes", "x: n n"), "np.linalg.qr as a formula", "chainrule.grad")
    refused((f"{model}:broken", "--shapes", "x: n"), "KeyError: 3", "run it in Python first")
    refused((f"{model}:nothing", "--shapes", "x: n"), "loss", "branch")
    refused(("nowhere.py:loss", "--shapes", "x: n"), "the file nowhere.py")


def test_a_branch_is_derived_with_values(model: str) -> None:
    page = run(f"{model}:branch", "--at", "x=[1,2]").output
    assert "the function branches on values" in page
    assert "line" not in page.partition("Notes")[2]


def test_a_function_that_jumps_says_so(model: str) -> None:
    page = run(f"{model}:jumps", "--shapes", "x: n").output
    assert "floor" in page.partition("Notes")[2]
    assert "the derivative is 0 everywhere else" in " ".join(page.split())


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ("no formula",)),
        ("f = ", ("the end of the statement", "after =")),
        ("f = x +", ("the end of the statement", "after +")),
        ("f = foo(x)", ("the function foo", "floor")),
        ("f = g(x, y)", ("the function g of 2 arguments", "define it first: g(x, y) = ...")),
        ("f = ||x||^2 )", (")",)),
    ],
)
def test_formulas_that_cannot_be_read(text: str, pieces: tuple[str, ...]) -> None:
    refused((text, "--wrt", "x"), *pieces)


# Hostile input ------------------------------------------------------------------------------------------------------
HOSTILE = {
    "200 brackets": "f = " + "(" * 200 + "x" + ")" * 200,
    "200 functions": "f = " + "sin(" * 200 + "x" + ")" * 200,
    "5000 brackets": "f = " + "(" * 5000 + "x" + ")" * 5000,
    "a long sum": "f = " + " + ".join(f"sin({number} x)" for number in range(2000)),
    "3000 factors": "f = " + " ".join(["x"] * 3000),
    "a tower of powers": "f = x" + "^2" * 60,
    "a large power": "f = x^1000000000",
    "a very large power": "f = x^(10^100)",
    "open brackets": "f = " + "[" * 3000,
    "many statements": "; ".join(f"q_{number} = x" for number in range(20000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_formulas_are_refused_at_once(text: str) -> None:
    refused((text, "--wrt", "x"))


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("f = x^(x^(x^(x^(x^x))))", "x:"),
        ("f = sum(" + "tanh(A " * 40 + "x" + ")" * 41, "A: n n, x: n"),
        ("f = sum(x) + " + " + ".join(f"x^{number}" for number in range(2, 60)), "x: n"),
    ],
)
def test_long_formulas_are_derived_in_time(text: str, shapes: str) -> None:
    result = run(text, "--wrt", "x", "--shapes", shapes)
    assert result.exit_code in (0, 2), result.output
    assert "Traceback" not in result.output
