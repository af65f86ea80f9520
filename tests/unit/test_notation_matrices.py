"""Closed matrix formulas as people type them, against NumPy: text, declared shapes, and the same in NumPy.

Every statement is read twice: in letters, where its shape must come out in letters too, and with numbers at sizes that
all differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.linalg import det, inv, matrix_power, norm, slogdet
from numpy.testing import assert_allclose
from unit.formulas import SIZES, arguments, check

from chainrule.errors import ChainruleError, LimitError, ParseError, ShapeError, TextSpan
from chainrule.ir.node import concrete
from chainrule.notation import parse


def softmax(x: Any) -> Any:
    raised = np.exp(x - x.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def logdet(x: Any) -> Any:
    return slogdet(x)[1]


def vec(x: Any) -> Any:
    return x.T.ravel()


def gaussian(x: Any, mu: Any, Sigma: Any) -> Any:
    return -0.5 * (x - mu) @ inv(Sigma) @ (x - mu) - 0.5 * logdet(Sigma)


def divergence(S2: Any, S1: Any, m2: Any, m1: Any) -> Any:
    moved = m2 - m1
    return 0.5 * (np.trace(inv(S2) @ S1) + moved @ inv(S2) @ moved - 6 + logdet(S2) - logdet(S1))


def logistic(y: Any, X: Any, w: Any) -> Any:
    return np.log(1 + np.exp(-y * (X @ w))).sum()


def cross_entropy(y: Any, W: Any, x: Any, b: Any) -> Any:
    return -(y * np.log(softmax(W @ x + b))).sum()


def gru(**a: Any) -> Any:
    x, h = a["x_t"], a["h"]
    z = sigmoid(a["W_z"] @ x + a["U_z"] @ h + a["b_z"])
    r = sigmoid(a["W_r"] @ x + a["U_r"] @ h + a["b_r"])
    n = np.tanh(a["W_n"] @ x + r * (a["U_n"] @ h) + a["b_n"])
    return (1 - z) * n + z * h


def lstm(**a: Any) -> Any:
    def gate(name: str) -> Any:
        return a[f"W_{name}"] @ a["x"] + a[f"U_{name}"] @ a["h"] + a[f"b_{name}"]

    cell = sigmoid(gate("f")) * a["c"] + sigmoid(gate("i")) * np.tanh(gate("g"))
    return sigmoid(gate("o")) * np.tanh(cell)


GRU = """z_t = sigmoid(W_z x_t + U_z h + b_z)
r_t = sigmoid(W_r x_t + U_r h + b_r)
n_t = tanh(W_n x_t + r_t o (U_n h) + b_n)
h_t = (1 - z_t) o n_t + z_t o h"""
LSTM = """f = sigmoid(W_f x + U_f h + b_f)
i = sigmoid(W_i x + U_i h + b_i)
o = sigmoid(W_o x + U_o h + b_o)
g = tanh(W_g x + U_g h + b_g)
c_t = f o c + i o g
h_t = o o tanh(c_t)"""
NORMALISED = "mu = mean(x); c = x - mu; v = mean(c^2); h = c / sqrt(v + eps)"
KL = "1/2 (tr(S2^{-1} S1) + (m2 - m1)^T S2^{-1} (m2 - m1) - n + log det S2 - log det S1)"
LOG_GAUSSIAN = "f = -1/2 (x - mu)^T Sigma^{-1} (x - mu) - 1/2 log det Sigma"
LATEX_GAUSSIAN = r"\mathcal{L} = -\frac12 \log|\Sigma| - \frac12 (x-\mu)^\top \Sigma^{-1} (x-\mu)"
DENSITY = "(2 pi)^{-n/2} |Sigma|^{-1/2} exp(-1/2 (x - mu)^T Sigma^{-1} (x - mu))"
ATTENTION = "S = Q K^T / sqrt(d)\nP = softmax(S)\nO = P V"

Row = tuple[str, str, Callable[..., Any]]

# Inverses, determinants, powers, blocks ------------------------------------------
VOCABULARY: list[Row] = [
    *[(text, "X: n n", inv) for text in (
        "X^{-1}", "X^-1", "X^(-1)", "inv(X)", "inverse(X)", r"\mathbf{X}^{-1}", "(X)^{-1}",
    )],
    *[(text, "X: n n", lambda X: inv(X).T) for text in ("X^{-T}", r"X^{-\top}", "(X^T)^{-1}", "(X^{-1})^T", "inv(X)'")],
    (r"\Sigma^{-1}", "Sigma: n n", inv),
    ("(A + B)^{-1}", "A: n n, B: n n", lambda A, B: inv(A + B)),
    ("X^{-2}", "X: n n", lambda X: inv(X) @ inv(X)),
    *[(text, "X: n n", det) for text in (
        "det X", "det(X)", r"\det X", r"\det(X)", "determinant(X)", r"\operatorname{det}(X)",
    )],
    *[(text, "X: n n", logdet) for text in (
        "log det X", "log(det(X))", r"\log\det X", "log|X|", r"\log |X|", r"\log\left|X\right|", "ln |X|", "logdet(X)",
        "slogdet(X)", "log |det X|", "log |det(X)|", r"\operatorname{logdet}(X)",
    )],
    (r"\log |\Sigma|", "Sigma: n n", logdet),
    ("1/2 log |2 pi Sigma|", "Sigma: n n", lambda Sigma: 0.5 * logdet(2 * np.pi * Sigma)),
    ("log2(det X)", "X: n n", lambda X: logdet(X) / np.log(2)),
    ("|X|", "X: n n", np.abs),
    ("log|X|", "X: n m", lambda X: np.log(np.abs(X))),
    ("sum log|X|", "X: n n", lambda X: np.log(np.abs(X)).sum()),
    ("|X|^{-1/2}", "X: n n", lambda X: det(X) ** -0.5),
    ("solve(A, b)", "A: n n, b: n", np.linalg.solve),
    ("solve(A, B)", "A: n n, B: n m", np.linalg.solve),
    *[(text, "A: n m, B: p k", np.kron) for text in ("kron(A, B)", "A kron B", r"A \otimes B", "A ⊗ B")],
    (r"u \otimes v", "u: n, v: m", np.outer),
    ("vec(X)", "X: n m", vec),
    (r"\operatorname{vec}(A X B)", "A: p n, X: n m, B: m k", lambda A, X, B: vec(A @ X @ B)),
    (r"(B^\top \otimes A) \operatorname{vec}(X)", "B: m k, A: p n, X: n m", lambda B, A, X: vec(A @ X @ B)),
    *[(text, "X: n n", np.trace) for text in (
        "tr X", "tr(X)", "Tr(X)", "Tr X", r"\operatorname{tr} X", r"\mathrm{Tr}(X)", "trace(X)",
    )],
    *[(text, "x: n", np.diag) for text in ("diag(x)", "Diag(x)", r"\operatorname{diag}(x)")],
    ("diag(X)", "X: n n", np.diag),
    ("X^2", "X: n n", lambda X: X @ X),
    ("X^3 x", "X: n n, x: n", lambda X, x: X @ X @ X @ x),
    ("X^2", "X: n m", np.square),
    ("sum(X^2)", "X: n n", lambda X: (X**2).sum()),
    ("mean((X - Y)^2)", "X: n n, Y: n n", lambda X, Y: ((X - Y) ** 2).mean()),
    ("E = 1/2 (Y - T)^2; L = sum(E)", "Y: n n, T: n n", lambda Y, T: ((Y - T) ** 2).sum() / 2),
    ("tr((A + B)^2)", "A: n n, B: n n", lambda A, B: np.trace((A + B) @ (A + B))),
    # ones and the identity
    ("1^T X 1", "X: n m", np.sum),
    (r"\mathbf{1}^\top X \mathbf{1}", "X: n m", np.sum),
    (r"\mathbb{1}_n^T X y", "X: n m, y: m", lambda X, y: (X @ y).sum()),
    ("x^T 1", "x: n", np.sum),
    ("Y = X W + 1 b^T", "X: N d, W: d m, b: m", lambda X, W, b: X @ W + b),
    ("(I - 1/n 1 1^T) X", "X: n m", lambda X: X - X.mean(0)),
    ("log det(I + X^T X)", "X: n m", lambda X: logdet(np.eye(4) + X.T @ X)),
    ("w = (X^T X + c I_m)^{-1} X^T y", "X: n m, c: , y: n", lambda X, c, y: inv(X.T @ X + c * np.eye(4)) @ X.T @ y),
    ("||(I - u u^T) x||^2", "u: n, x: n", lambda u, x: norm(x - u * (u @ x)) ** 2),
]  # fmt: skip

# What people type at a site for matrix calculus ------------------------------------------
STATEMENTS: list[Row] = [
    ("f = x^T A x", "x: n, A: n n", lambda x, A: x @ A @ x),
    ("tr(A X B X^T C)", "A: p n, X: n m, B: m m, C: n p", lambda A, X, B, C: np.trace(A @ X @ B @ X.T @ C)),
    ("tr(A o X)", "A: n n, X: n n", lambda A, X: np.trace(A * X)),
    ("tr(X^{-1} A)", "X: n n, A: n n", lambda X, A: np.trace(inv(X) @ A)),
    ("tr(X^T X)", "X: n m", lambda X: (X**2).sum()),
    ("tr((X^T C X)^{-1} A)", "X: n m, C: n n, A: m m", lambda X, C, A: np.trace(inv(X.T @ C @ X) @ A)),
    ("log det(X^T X)", "X: n m", lambda X: logdet(X.T @ X)),
    ("log det(A X B)", "A: m n, X: n p, B: p m", lambda A, X, B: logdet(A @ X @ B)),
    ("||X||_F", "X: n m", norm),
    ("||X||_F^2", "X: n m", lambda X: norm(X) ** 2),
    (r"\left\| X \right\|_F^2", "X: n m", lambda X: norm(X) ** 2),
    ("||A X - B||_F^2 + lambda ||X||_F^2", "A: m n, X: n p, B: m p, lambda: ",
     lambda A, X, B, c: norm(A @ X - B) ** 2 + c * norm(X) ** 2),
    ("||x||_1", "x: n", lambda x: np.abs(x).sum()),
    ("||x - a||_2", "x: n, a: n", lambda x, a: norm(x - a)),
    ("a^T X^{-1} b", "a: n, X: n n, b: n", lambda a, X, b: a @ inv(X) @ b),
    ("exp(tr(A X))", "A: n m, X: m n", lambda A, X: np.exp(np.trace(A @ X))),
    (LOG_GAUSSIAN, "x: n, mu: n, Sigma: n n", gaussian),
    (LATEX_GAUSSIAN, "Sigma: n n, x: n, mu: n", lambda Sigma, x, mu: gaussian(x, mu, Sigma)),
    (DENSITY, "Sigma: n n, x: n, mu: n",
     lambda Sigma, x, mu: (2 * np.pi) ** -3.0 * np.exp(gaussian(x, mu, Sigma))),
    (KL, "S2: n n, S1: n n, m2: n, m1: n", divergence),
    ("sum_i log(1 + exp(-y_i (X w)_i))", "y: n, X: n m, w: m", logistic),
    ("sum_i log(1+exp(-y_i x_i^T w))", "y: n, x: n m, w: m", logistic),
    ("sum_i log(1+exp(-y_i x_i^T w))", "y: n, X: n m, w: m", logistic),
    ("-sum_i y_i log s_i, s = softmax(W x + b)", "y: m, W: m n, x: n, b: m", cross_entropy),
    ("s = softmax(W x + b); L = -sum_i y_i log s_i", "W: m n, x: n, b: m, y: m",
     lambda W, x, b, y: cross_entropy(y, W, x, b)),
    ("f = sum_{i,j} (R_ij - u_i^T v_j)^2", "R: n m, u: n k, v: m k", lambda R, u, v: ((R - u @ v.T) ** 2).sum()),
    ("f = sum_{i,j} (R_ij - u_i^T v_j)^2", "R: n m, U: n k, V: m k", lambda R, U, V: ((R - U @ V.T) ** 2).sum()),
    ("logsumexp(A x + b)", "A: m n, x: n, b: m", lambda A, x, b: np.log(np.exp(A @ x + b).sum())),
    ("sum_ij M_ij (R - U V^T)_ij^2", "M: n m, R: n m, U: n k, V: m k",
     lambda M, R, U, V: (M * (R - U @ V.T) ** 2).sum()),
    (ATTENTION, "Q: n p, K: m p, d: , V: m k", lambda Q, K, d, V: softmax(Q @ K.T / np.sqrt(d)) @ V),
    (ATTENTION, "Q: n d, K: m d, V: m p", lambda Q, K, V: softmax(Q @ K.T / np.sqrt(3)) @ V),
    (NORMALISED, "x: n, eps: ", lambda x, eps: (x - x.mean()) / np.sqrt(x.var() + eps)),
    ("x^T x / (x^T A x)", "x: n, A: n n", lambda x, A: x @ x / (x @ A @ x)),
    ("tr(X^2)", "X: n n", lambda X: np.trace(X @ X)),
    ("sigmoid(W x + b)", "W: m n, x: n, b: m", lambda W, x, b: sigmoid(W @ x + b)),
    ("h_t = tanh(W h + U x + b)", "W: m m, h: m, U: m n, x: n, b: m",
     lambda W, h, U, x, b: np.tanh(W @ h + U @ x + b)),
    ("f = sum((A x - b)^2)", "A: m n, x: n, b: m", lambda A, x, b: ((A @ x - b) ** 2).sum()),
    ("||A x - b||^2 / n", "A: m n, x: n, b: m", lambda A, x, b: ((A @ x - b) ** 2).sum() / 6),
    ("max(x)", "x: n", np.max),
    ("sum_i max(0, x_i)", "x: n", lambda x: np.maximum(x, 0).sum()),
    ("||X - X W W^T||_F^2", "X: n m, W: m k", lambda X, W: norm(X - X @ W @ W.T) ** 2),
    ("a^T x / (||a|| ||x||)", "a: n, x: n", lambda a, x: a @ x / (norm(a) * norm(x))),
    ("f = prod_i x_i", "x: n", np.prod),
    ("x^T diag(y) x", "x: n, y: n", lambda x, y: (x * x * y).sum()),
    ("sum(relu(W x))", "W: m n, x: n", lambda W, x: np.maximum(W @ x, 0).sum()),
    ("log|det(W)| + sum log|1 - tanh(z)^2|", "W: n n, z: m",
     lambda W, z: logdet(W) + np.log(np.abs(1 - np.tanh(z) ** 2)).sum()),
]  # fmt: skip

# NumPy's names ------------------------------------------
NUMPY: list[Row] = [
    ("np.trace(np.linalg.inv(X) @ A)", "X: n n, A: n n", lambda X, A: np.trace(inv(X) @ A)),
    ("np.linalg.slogdet(X)[1]", "X: n n", logdet),
    ("np.linalg.slogdet(X)[0]", "X: n n", lambda X: slogdet(X)[0]),
    ("np.linalg.slogdet(X).logabsdet", "X: n n", logdet),
    ("sign, logarithm = np.linalg.slogdet(X)\nf = sign * logarithm", "X: n n", logdet),
    ("np.log(np.linalg.det(X))", "X: n n", lambda X: np.log(det(X))),
    ("x @ np.linalg.solve(A, b)", "x: n, A: n n, b: n", lambda x, A, b: x @ np.linalg.solve(A, b)),
    ("np.kron(A, B)", "A: n m, B: p k", np.kron),
    ("np.linalg.matrix_power(X, 3)", "X: n n", lambda X: matrix_power(X, 3)),
    ("X**2", "X: n n", np.square),
]

ROWS = [*VOCABULARY, *STATEMENTS, *NUMPY]


@pytest.mark.parametrize(("text", "shapes", "reference"), ROWS, ids=[f"{text} [{shapes}]" for text, shapes, _ in ROWS])
def test_value(text: str, shapes: str, reference: Callable[..., Any]) -> None:
    check(text, shapes, reference)


@pytest.mark.parametrize(("text", "reference"), [(GRU, gru), (LSTM, lstm)])
def test_gates(text: str, reference: Callable[..., Any]) -> None:
    letters = "zrn" if text is GRU else "fiog"
    shapes = {"x_t" if text is GRU else "x": ("n",), "h": ("m",)} | ({} if text is GRU else {"c": ("m",)})
    for letter in letters:
        shapes |= {f"W_{letter}": ("m", "n"), f"U_{letter}": ("m", "m")}
    parsed = parse(text, shapes=shapes)
    assert all(parsed.shapes[f"b_{letter}"] == ("m",) for letter in letters)
    generator = np.random.default_rng(1)
    given = {name: generator.normal(size=[SIZES[str(size)] for size in parsed.shapes[name]]) for name in parsed.inputs}
    assert_allclose(parsed(*given.values()), reference(**given))


def test_sizes_of_blocks_are_products() -> None:
    parsed = parse("A kron B", shapes="A: n m, B: p k")
    assert [parsed.sizes[each] for each in parsed.graph.outputs[0].shape] == ["n p", "m k"]
    parsed = parse("vec(X)", shapes="X: n m")
    assert [parsed.sizes[each] for each in parsed.graph.outputs[0].shape] == ["m n"]


def test_a_whole_exponent_may_be_given() -> None:
    x = arguments("X: n n")[0]
    parsed = parse("tr(X^k)", values={"X": x, "k": 3})
    assert_allclose(float(concrete(parsed.graph.outputs[0])), np.trace(matrix_power(x, 3)))


READINGS = [
    ("log|X|", "X: n n", "|X|: read as the determinant of X"),
    (r"\log |\Sigma|", "Sigma: n n", r"|\Sigma|: read as the determinant of \Sigma"),
    ("X^2", "X: n n", "X^2: read as a power of the matrix: a product of whole matrices"),
    ("mean((X - Y)^2)", "X: n n, Y: n n", "(X - Y)^2: read as a power of each entry; write A A for the matrix product"),
    ("A kron B", "A: n m, B: p k", "kron: read as the Kronecker product"),
    ("sum_i x_i^T w", "X: n m, w: m", "x_i: read as a row of X"),
    ("X^T X + c I", "X: n m", "I: read as the identity matrix"),
    ("y_i = sum_k w_k x_{i-k}", "w: k, x: n", "x_{i-k}: read as counted from 0, and 0 outside: the full convolution"),
]


@pytest.mark.parametrize(("text", "shapes", "reading"), READINGS, ids=[row[0] for row in READINGS])
def test_what_was_decided_is_said(text: str, shapes: str, reading: str) -> None:
    assert reading in map(str, parse(text, shapes=shapes).readings)


UNDECLARED = [
    ("a^T X^{-1} b", {"a": 1, "X": 2, "b": 1}),
    ("tr(X^{-1} A)", {"X": 2, "A": 2}),
    ("log det X", {"X": 2}),
    (LOG_GAUSSIAN, {"x": 1, "mu": 1, "Sigma": 2}),
    ("(X^T X)^{-1} X^T y", {"X": 2, "y": 1}),
    ("y_i = sum_k w_k x_{i+k}", {"w": 1, "x": 1}),
    (NORMALISED, {"x": 1, "eps": 0}),
]


@pytest.mark.parametrize(("text", "ranks"), UNDECLARED, ids=[row[0] for row in UNDECLARED])
def test_shapes_that_nobody_declared(text: str, ranks: dict[str, int]) -> None:
    declared = "x: n" if text == NORMALISED else ""
    assert {name: len(shape) for name, shape in parse(text, shapes=declared).shapes.items()} == ranks


# Refusals: both places, and the next step ------------------------------------------
REFUSALS = [
    ("x^T A x", "A: n m, x: n", ShapeError, ("A with shape (n, m)", "x with shape (n,)")),
    ("||A x - b||^2", "A: m n, x: n, b: n", ShapeError, ("A x with shape (m,)", "b with shape (n,)")),
    ("x / y", "x: n, y: m", ShapeError, ("x with shape (n,)", "y with shape (m,)")),
    ("sum_i x_i y_i", "x: n, y: m", ShapeError, ("n in x_i", "m in y_i")),
    ("sum_ij A_ij x_j", "A: m n, x: m", ShapeError, ("n in A_ij", "m in x_j")),
    ("X^{-1}", "X: n m", ShapeError, ("the inverse", "(n, m)")),
    ("log det X", "X: n m", ShapeError, ("the determinant", "(n, m)")),
    ("tr(X)", "X: n m", ShapeError, ("the trace", "(n, m)")),
    ("solve(A, b)", "A: n n, b: m", ShapeError, ("(n, n)", "(m,)")),
    ("np.linalg.inv(X)", "X: n m", ShapeError, ("the inverse", "(n, m)")),
    ("X^k", "X: n n", ParseError, ("X^k",)),
    ("X^{1/2}", "X: n n", ParseError, ("X^{1/2}", "0.5")),
    ("kron(A)", "A: n n", ParseError, ("kron of 1",)),
    ("1^T 1", "", ParseError, ("1, a vector of ones",)),
    ("log det I", "", ParseError, ("I, the identity matrix",)),
    ("y_i = sum_k w_k x_{i+k}", "w: 5, x: 3", ShapeError, ("the index i",)),
    ("y_i = sum_k w_k x_{i+k}", "w: k, x: 3", ShapeError, ("the index i",)),
    ("y_{ai} = sum_{c,k} w_{a,c,k} x_{c,i+k}", "w: a c k, x: c n", LimitError, ("moving positions",)),
    ("np.convolve(x, w, 'wide')", "x: n, w: k", ChainruleError, ("mode 'wide'",)),
]


@pytest.mark.parametrize(("text", "shapes", "error", "said"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_refusals(text: str, shapes: str, error: type[ChainruleError], said: tuple[str, ...]) -> None:
    with pytest.raises(error) as caught:
        parse(text, shapes=shapes)
    problem = caught.value
    assert all(each in problem.given for each in said), problem.given
    assert isinstance(problem.place, TextSpan)
    assert problem.place.text == text
    assert problem.expected
    assert not any(str(number) in str(problem) for number in (1009, 1013, 211, 223))
