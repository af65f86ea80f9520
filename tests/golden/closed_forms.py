"""Closed formulas of linear algebra and of neural networks: statements beside what a textbook has for them.

One idea: a row is what a reader types and what a reader expects, letter by letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Forms = Mapping[str, str | None]


@dataclass(frozen=True)
class Case:
    """A statement and, for each variable, its forms: `matrix`, `inlined`, `index`, `product`, as far as they matter."""

    statement: str
    shapes: str | None
    expected: Mapping[str, Forms]
    options: Mapping[str, Any] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join([self.statement[:60], *(f"{name}={value}" for name, value in self.options.items())])


def case(statement: str, shapes: str | None, expected: Mapping[str, Forms], **options: Any) -> Case:
    return Case(statement, shapes, expected, options)


def forms(matrix: str | None, inlined: str | None = None, index: str | None = None) -> Forms:
    """Those forms that are said; the others are not compared."""
    given = {"matrix": matrix, "inlined": inlined, "index": index}
    return {name: text for name, text in given.items() if text is not None}


def product(index: str, vector: str) -> Forms:
    """A derivative with more than two indices: its entries, and what it does to a vector."""
    return {"matrix": None, "index": index, "product": vector}


# What the notes ask -------------------------------------------------------------------------------------------------
DELTA = "delta x^T", "(u ⊙ f'(W x + b)) x^T", "u_i f'(z_i) x_j"
NOTES = [
    *[case(statement, shapes, {
        "W": forms("2 q x^T", "2 W x x^T", "2 q_i x_j"), "x": forms("2 W^T q", "2 W^T W x", "2 sum_k q_k W_ki"),
    }) for statement, shapes in (
        ("q = W x; f = sum_k q_k^2", "W: m n, x: n"), ("f = sum_k q_k^2; q_k = sum_j W_kj x_j", None),
        ("f = ||W x||^2", "W: m n, x: n"),
    )],
    case("s = u^T f(W x + b)", None, {
        "W": forms(*DELTA), "b": forms("delta", "u ⊙ f'(W x + b)", "u_i f'(z_i)"),
        "x": forms("W^T delta", "W^T (u ⊙ f'(W x + b))", "sum_k u_k f'(z_k) W_ki"),
    }),
    case("s = u^T f(W x + b)", None, {
        "W": forms("x delta^T"), "b": forms("delta^T", "(u ⊙ f'(W x + b))^T"), "x": forms("delta^T W"),
    }, layout="numerator"),
    *[case("s = softmax(a)", "a: n", {"a": forms("diag(s) - s s^T", index="s_i (1{k = i} - s_k)")}, layout=layout)
      for layout in ("denominator", "numerator", "mixed")],
    case("s = softmax(a); L = -sum_i y_i log(s_i)", "a: n, y: n",
         {"a": forms("sum(y) s - y", "sum(y) softmax(a) - y", "s_i sum_k y_k - y_i")}),
    case("s = softmax(a); L = -sum_i y_i log(s_i)", "a: n, y: n",
         {"a": forms("s - y", "softmax(a) - y", "s_i - y_i")}, probabilities="y"),
    *[case("y = A x", "A: m n, x: n", {"x": forms(written, index="A_ki")}, layout=layout)
      for layout, written in (("denominator", "A^T"), ("numerator", "A"), ("mixed", "A"))],
    *[case("f = v^T x", "v: n, x: n", {"x": forms(written, index="v_i")}, layout=layout)
      for layout, written in (("denominator", "v"), ("numerator", "v^T"), ("mixed", "v"))],
]  # fmt: skip
STANDARD = [
    case("f = x^T A x", "A: n n, x: n", {"x": forms("(A + A^T) x"), "A": forms("x x^T", index="x_i x_j")}),
    case("f = x^T A x", "A: n n, x: n", {"x": forms("2 A x")}, symmetric="A"),
    case("f = tr(A X)", "A: n m, X: m n", {"X": forms("A^T", index="A_ji")}),
    case("f = tr(A o X)", "A: n n, X: n n", {"X": forms("A ⊙ I", index="A_ij 1{i = j}")}),
    case("f = log det X", "X: n n", {"X": forms("X^-T", index="(X^-1)[j,i]")}),
    case("f = tr(A X^{-1})", "A: n n, X: n n", {"X": forms("-X^-T A^T X^-T")}),
    case("f = exp(tr(A X))", "A: n m, X: m n", {"X": {"inlined": "exp(tr(A X)) A^T"}}),
    case("f = ||B - U V||_F^2", "B: m n, U: m k, V: k n", {
        "U": forms("-2 q V^T", "-2 (B - U V) V^T", "-2 sum_k q_ik V_jk"),
        "V": forms("-2 U^T q", "-2 U^T (B - U V)", "-2 sum_k U_ki q_kj"),
    }),
    case("f = ||x||_2", "x: n", {"x": forms("x / ||x||", index="x_i / ||x||")}),
    case("L = sum(log(1 + exp(-y o (X w))))", "X: m n, w: n, y: m",
         {"w": forms("-X^T (y ⊙ sigmoid(z))", "-X^T (y ⊙ sigmoid(-(y ⊙ (X w))))")}, signs="y"),
    case("L = sum(log(1 + exp(-y o (X w))))", "X: m n, w: n, y: m", {
        "w": forms("X^T diag(sigmoid(z) ⊙ (1 - sigmoid(z))) X",
                   index="sum_k sigmoid(z_k) (1 - sigmoid(z_k)) X_ki X_kj"),
    }, signs="y", order=2),
    case("L = sum_i log(1 + exp(-y_i (X w)_i))", None,
         {"w": forms("X^T diag(y^2 ⊙ sigmoid(z) ⊙ (1 - sigmoid(z))) X")}, order=2),
]  # fmt: skip
# Layers -------------------------------------------------------------------------------------------------------------
TWO_LAYERS = "z_1 = W_1 x; h_1 = f(z_1); z_2 = W_2 h_1; L = sum(log(1 + exp(z_2)))"
LAYERS = [
    case("Y = X W + 1 b^T; L = sum(G o Y)", "X: N d, W: d h, b: h, G: N h", {
        "X": forms("G W^T", index="sum_k G_ik W_jk"), "W": forms("X^T G", index="sum_k X_ki G_kj"),
        "b": forms("G^T 𝟏", index="sum_k G_ki"),
    }),
    case("Y = X W + 1 b^T", "X: N d, W: d h, b: h", {
        "X": product("W_jl 1{k = i}", "G W^T"), "W": product("X_ki 1{l = j}", "X^T G"),
        "b": product("1{l = i}", "G^T 𝟏"),
    }),
    case("y = layer_norm(x); L = g^T y", "x: n, g: n", {
        "x": forms("(g - mean(g) - mean(g ⊙ y) y) / sqrt(var(x) + 1e-5)",
                   index="(g_i - mean(g) - mean(g ⊙ y) y_i) / sqrt(var(x) + 1e-5)"),
    }),
    case("y = LayerNorm(x)", "x: n", {"x": forms("(I - (𝟏 𝟏^T + y y^T) / n) / sqrt(var(x) + 1e-5)")}),
    case("Y = BatchNorm(X); L = sum(G o Y)", "X: N d, G: N d", {
        "X": forms(
            "(G - 𝟏 mean(G, axis=0)^T - Y diag(mean(G ⊙ Y, axis=0))) diag(1 / sqrt(var(X, axis=0) + 1e-5))",
            index="(G_ij - mean(G, axis=0)[j] - mean(G ⊙ Y, axis=0)[j] Y_ij) / sqrt(var(X, axis=0)[j] + 1e-5)",
        ),
    }),
    case("S = Q K^T / sqrt(d); P = softmax(S); O = P V; L = sum(G o O)", "Q: m d, K: n d, V: n p, G: m p", {
        "V": forms("P^T G"), "P": forms("G V^T"), "S": forms("P ⊙ (dL/dP - (P ⊙ dL/dP) 𝟏 𝟏^T)"),
        "Q": forms("dL/dS K / sqrt(d)"), "K": forms("(dL/dS)^T Q / sqrt(d)"),
    }),
    case("y_i = sum_k w_k x_{i+k}; L = sum_i g_i y_i", "w: m, x: n", {
        "w": {"matrix": None, "index": "sum_k g_k x[i+k]"}, "x": {"matrix": None, "index": "sum_k w[i-k] g_k"},
    }),
    case("y_i = sum_k w_k x_{i+k}", "w: m, x: n", {
        "w": product("x[i+k]", "correlate1d(G, x)"), "x": product("w[i-k]", "convolve(w, G)"),
    }),
    case("y_ij = sum_kl w_kl x_{i+k,j+l}; L = sum_ij g_ij y_ij", "w: k l, x: n m", {
        "w": {"matrix": None, "index": "sum_k sum_l g_kl x[i+k,j+l]"},
        "x": {"matrix": None, "index": "sum_k sum_l w[i-k,j-l] g_kl"},
    }),
    *[case(TWO_LAYERS, "W_1: h d, x: d, W_2: k h", {
        "W_1": forms("delta_1 x^T", "((W_2^T sigmoid(z_2)) ⊙ f'(z_1)) x^T", "delta_1[i] x_j"),
        "W_2": forms("delta_2 h_1^T"),
    }, **options) for options in ({}, {"called": {"z_2": "delta_2", "z_1": "delta_1"}})],
    case("z = W x + b; h = f(z); s = u^T h", "W: n m, x: m, b: n, u: n", {
        "W": forms("upstream x^T", "(u ⊙ f'(W x + b)) x^T"), "b": forms("upstream"), "x": forms("W^T upstream"),
    }, called={"z": "upstream"}),
    case("q = W x", "W: m n, x: n", {"W": product("x_j 1{k = i}", "G x^T")}),
    case("Y = A X B", "A: m n, X: n p, B: p q", {"X": product("A_ki B_jl", "A^T G B^T")}),
    case("f = x^T A x", "A: n n, x: n", {"x": forms("0", index="0")}, order=3),
]  # fmt: skip
# The vocabulary of linear algebra -----------------------------------------------------------------------------------
ALGEBRA = [
    case("C = A B; f = tr(C^T G)", "A: m n, B: n p, G: m p", {
        "A": forms("G B^T", index="sum_k G_ik B_jk"), "B": forms("A^T G", index="sum_k A_ki G_kj"),
    }),
    case("f = sum_ijk A_ij B_jk C_ki", "A: m n, B: n p, C: p m", {"B": forms("A^T C^T", index="sum_k A_ki C_jk")}),
    case("f = sum_{ij} u_i A_ij v_j", None,
         {"A": forms("u v^T", index="u_i v_j"), "u": forms("A v"), "v": forms("A^T u")}),
    case("f = ||x||_1", "x: n", {"x": forms("sign(x)", index="sign(x_i)")}),
    case("f = ||x||^2", "x: n", {"x": forms("2 x", index="2 x_i")}),
    case("f = ||x||^3", "x: n", {"x": forms("3 ||x|| x")}),
    case("f = ||x - a||", "x: n, a: n", {"x": forms("(x - a) / ||x - a||", index="(x_i - a_i) / ||x - a||")}),
    case("f = ||X||_F", "X: m n", {"X": forms("X / ||X||")}),
    case("f = ||X||_F^2", "X: m n", {"X": forms("2 X", index="2 X_ij")}),
    case("f = tr(X)", "X: n n", {"X": forms("I", index="1{i = j}")}),
    case("f = tr(X^T X)", "X: m n", {"X": forms("2 X", index="2 X_ij")}),
    case("f = tr(A X B)", "A: p m, X: m n, B: n p", {"X": forms("A^T B^T", index="sum_k A_ki B_jk")}),
    case("f = det(X)", "X: n n", {"X": forms("det(X) X^-T", index="det(X) (X^-1)[j,i]")}),
    *[case(statement, "X: n n", {"X": forms("X^-T")})
      for statement in ("f = log(det(X))", "f = logdet(X)", "f = log|det(X)|")],
    case("Y = inv(X); f = sum(G o Y)", "X: n n, G: n n", {"X": forms("-Y^T G Y^T", "-X^-T G X^-T")}),
    case("f = a^T X^{-1} b", "X: n n, a: n, b: n", {
        "X": forms("-X^-T a b^T X^-T"), "a": forms("X^-1 b", index="sum_k b_k (X^-1)[i,k]"), "b": forms("X^-T a"),
    }),
    case("x = solve(A, b); f = g^T x", "A: n n, b: n, g: n", {
        "A": forms("-A^-T g x^T", "-A^-T g b^T A^-T"), "b": forms("A^-T g", index="sum_k g_k (A^-1)[k,i]"),
    }),
    case("f = logsumexp(x)", "x: n", {"x": forms("softmax(x)", index="softmax(x)[i]")}),
    case("f = log(sum_i exp(x_i))", "x: n", {"x": forms("softmax(x)")}),
    case("f = logsumexp(x)", "x: n", {"x": forms("diag(softmax(x)) - softmax(x) softmax(x)^T")}, order=2),
]  # fmt: skip
# Models -------------------------------------------------------------------------------------------------------------
BINARY = "p = sigmoid(X w); L = -sum_i (y_i log(p_i) + (1 - y_i) log(1 - p_i))"
CLASSES = "P = softmax(X W); L = -sum(Y o log(P))"
GAUSSIAN = "L = -1/2 (x - mu)^T S^{-1} (x - mu) - 1/2 log det S"
KL = "K = 1/2 (tr(S_2^{-1} S_1) + (m_2 - m_1)^T S_2^{-1} (m_2 - m_1) - d + log(det(S_2)/det(S_1)))"
MODELS = [
    case("f = ||A x - b||^2", "A: m n, x: n, b: m", {"x": forms("2 A^T q", "2 A^T (A x - b)", "2 sum_k q_k A_ki")}),
    case("f = 1/2 ||A x - b||^2", "A: m n, x: n, b: m", {"x": forms("A^T q", "A^T (A x - b)", "sum_k q_k A_ki")}),
    case("f = 1/m ||A x - b||^2", "A: m n, x: n, b: m", {"x": forms("2 A^T q / m", "2 A^T (A x - b) / m")}),
    case("f = ||A x - b||^2", "A: m n, x: n, b: m", {"x": forms("2 A^T A", index="2 sum_k A_ki A_kj")}, order=2),
    case("f = ||A x - b||^2 + lambda ||x||^2", "A: m n, x: n, b: m",
         {"x": forms("2 (A^T q + lambda x)", "2 (A^T (A x - b) + lambda x)", "2 sum_k q_k A_ki + 2 lambda x_i")}),
    case("f = ||A x - b||^2 + lambda ||x||^2", "A: m n, x: n, b: m",
         {"x": forms("2 (A^T A + lambda I)", index="2 sum_k A_ki A_kj + 2 lambda 1{i = j}")}, order=2),
    case(BINARY, "X: n d, w: d, y: n", {"w": forms("X^T delta", "X^T (sigmoid(X w) - y)")}),
    case(BINARY, "X: n d, w: d, y: n", {"w": forms("X^T diag(p ⊙ (1 - p)) X")}, order=2),
    case(CLASSES, "X: n d, W: d k, Y: n k", {"W": forms("X^T dL/dq", "X^T (diag(Y 𝟏) softmax(X W) - Y)")}),
    case(CLASSES, "X: n d, W: d k, Y: n k", {
        "W": forms("X^T dL/dq", "X^T (softmax(X W) - Y)", "sum_k X_ki (P_kj - Y_kj)"),
    }, probabilities="Y"),
    case("p = softmax(W x + b); L = -sum_i y_i log(p_i)", "W: k d, x: d, b: k, y: k", {
        "W": forms("dL/dq x^T", "(softmax(W x + b) - y) x^T", "(p_i - y_i) x_j"),
        "b": forms("p - y", "softmax(W x + b) - y", "p_i - y_i"),
        "x": forms("W^T dL/dq", "W^T (softmax(W x + b) - y)", "sum_k (p_k - y_k) W_ki"),
    }, probabilities="y"),
    case("L = logsumexp(W x) - y^T W x", "W: k d, x: d, y: k",
         {"W": forms("dL/dq x^T", "(softmax(W x) - y) x^T", "(softmax(q)[i] - y_i) x_j")}),
    case(GAUSSIAN, "x: d, mu: d, S: d d", {
        "mu": forms("0.5 (S^-1 + S^-T) (x - mu)"), "S": forms("0.5 (S^-T (x - mu) (x - mu)^T S^-T - S^-T)"),
    }),
    case(GAUSSIAN, "x: d, mu: d, S: d d", {
        "mu": forms("S^-1 (x - mu)", index="sum_k (x_k - mu_k) (S^-1)[k,i]"), "x": forms("-S^-1 (x - mu)"),
        "S": forms("0.5 (S^-1 (x - mu) (x - mu)^T S^-1 - S^-1)"),
    }, symmetric="S"),
    case("L = -sum_i (x_i - mu)^2/(2 sigma^2) - n log(sigma)", "x: n", {
        "mu": forms("sum(x - mu) / sigma^2", index="(sum_k (x_k - mu)) / sigma^2"),
        "sigma": forms("||x - mu||^2 / sigma^3 - n / sigma", index="(sum_k (x_k - mu)^2) / sigma^3 - n / sigma"),
    }, positive="sigma"),
    case(KL, "S_1: d d, S_2: d d, m_1: d, m_2: d", {
        "m_1": forms("-S_2^-1 (m_2 - m_1)"), "m_2": forms("S_2^-1 (m_2 - m_1)"), "S_1": forms("0.5 (S_2^-1 - S_1^-1)"),
        "S_2": forms("0.5 (S_2^-1 - S_2^-1 (S_1 + (m_2 - m_1) (m_2 - m_1)^T) S_2^-1)"),
    }, symmetric="S_1, S_2"),
    case("K = -1/2 sum(1 + v - m^2 - exp(v))", "m: n, v: n", {"m": forms("m"), "v": forms("0.5 (exp(v) - 1)")}),
    case("f = ||X - U V^T||_F^2", "X: m n, U: m k, V: n k", {
        "U": forms("-2 q V", "-2 (X - U V^T) V", "-2 sum_k q_ik V_kj"),
        "V": forms("-2 q^T U", index="-2 sum_k U_kj q_ki"),
    }),
    case("f = ||X - U V^T||_F^2 + lambda (||U||_F^2 + ||V||_F^2)", "X: m n, U: m k, V: n k",
         {"U": forms("2 (lambda U - q V)"), "V": forms("2 (lambda V - q^T U)")}),
    case("f = ||W o (X - U V^T)||_F^2", "X: m n, W: m n, U: m k, V: n k",
         {"U": forms("-2 (q ⊙ W) V", "-2 (W^2 ⊙ (X - U V^T)) V")}),
    case("f = tr(W^T S W)", "S: n n, W: n k", {"W": forms("2 S W")}, symmetric="S"),
    case("f = ||X - X W W^T||_F^2", "X: n d, W: d k", {"W": forms("-2 (q^T X + X^T q) W")}),
    case("f = (w^T S w)/(w^T w)", "S: n n, w: n",
         {"w": forms("2 (S w - (w^T S w) w / (w^T w)) / (w^T w)")}, symmetric="S"),
    case("z = W x + b; L = 1/2 z^T z - log|det(W)|", "W: n n, x: n, b: n", {
        "W": forms("z x^T - W^-T", "(W x + b) x^T - W^-T", "z_i x_j - (W^-1)[j,i]"), "b": forms("z", "W x + b", "z_i"),
    }),
    case("h = tanh(w^T x + b); q = 1 + u^T w (1 - h^2); L = log|q|", "x: n, u: n, w: n, b:",
         {"u": forms("(1 - h^2) w / q", index="(1 - h^2) w_i / q")}),
]  # fmt: skip
# Recurrent networks -------------------------------------------------------------------------------------------------
LSTM = """i = sigmoid(W_i x + U_i h + b_i)
f = sigmoid(W_f x + U_f h + b_f)
o = sigmoid(W_o x + U_o h + b_o)
u = tanh(W_u x + U_u h + b_u)
c_1 = f o c + i o u
h_1 = o o tanh(c_1)
L = g^T h_1"""
LSTM_SHAPES = ", ".join([f"W_{gate}: n d, U_{gate}: n n, b_{gate}: n" for gate in "ifou"] + ["x: d, h: n, c: n, g: n"])
GRU = """z = sigmoid(W_z x + U_z h)
r = sigmoid(W_r x + U_r h)
n = tanh(W_n x + U_n (r * h))
h_1 = (1 - z) * n + z * h
L = g^T h_1"""
GRU_SHAPES = ", ".join([f"W_{gate}: p d, U_{gate}: p p" for gate in "zrn"] + ["x: d, h: p, g: p"])
STEP = "h = tanh(W h_0 + U x + b); L = g^T h"
RECURRENT = [
    Case(STEP, "W: h h, U: h d, h_0: h, x: d, b: h, g: h", {
        "W": forms("delta h_0^T", index="g_i (1 - h_i^2) h_0[j]"), "U": forms("delta x^T"), "b": forms("delta"),
        "h_0": forms("W^T delta", index="sum_k g_k (1 - h_k^2) W_ki"), "x": forms("U^T delta"),
    }, {}, {"z": "W h_0 + U x + b", "delta": "g ⊙ (1 - h^2)"}),
    Case(LSTM, LSTM_SHAPES, {
        "W_i": forms("delta_1 x^T"), "W_f": forms("delta_2 x^T"), "W_o": forms("delta_3 x^T"),
        "W_u": forms("delta_4 x^T"), "U_f": forms("delta_2 h^T"), "b_i": forms("delta_1"), "c": forms("dL/dc_1 ⊙ f"),
        "h": forms("U_i^T delta_1 + U_f^T delta_2 + U_o^T delta_3 + U_u^T delta_4"),
    }, {}, {
        "dL/dc_1": "g ⊙ o ⊙ (1 - h_5^2)", "h_5": "tanh(c_1)", "delta_3": "g ⊙ h_5 ⊙ o ⊙ (1 - o)",
        "delta_4": "dL/dc_1 ⊙ i ⊙ (1 - u^2)", "delta_1": "dL/dc_1 ⊙ u ⊙ i ⊙ (1 - i)",
    }),
    Case(GRU, GRU_SHAPES, {
        "W_z": forms("delta_1 x^T"), "W_r": forms("delta_2 x^T"), "W_n": forms("delta_3 x^T"),
        "h": forms("U_z^T delta_1 + U_r^T delta_2 + (U_n^T delta_3) ⊙ r + g ⊙ z"),
    }, {}, {
        "delta_3": "g ⊙ (1 - z) ⊙ (1 - n^2)", "delta_2": "(U_n^T delta_3) ⊙ h ⊙ r ⊙ (1 - r)",
        "delta_1": "g ⊙ (h - n) ⊙ z ⊙ (1 - z)",
    }),
]  # fmt: skip
CASES = [*NOTES, *STANDARD, *LAYERS, *ALGEBRA, *MODELS, *RECURRENT]
