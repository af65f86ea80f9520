"""What the words of a document say: shapes, properties, roles, functions and conventions, and what they do not say."""

from __future__ import annotations

import pytest

from chainrule.checker.documents import read_document, statements
from chainrule.checker.words import Said, describe, read_words, vocabulary
from chainrule.checker.words import said as kinds


def said(text: str) -> Said:
    """What a Markdown text says."""
    document = read_document(text.encode())
    return read_words(document, statements(document))


def shapes(text: str) -> dict[str, tuple[object, ...]]:
    """The shape of each name, the nearest one."""
    return {name: each[-1].sizes for name, each in said(text).shapes.items()}


def traits(text: str) -> set[tuple[str, str]]:
    """The properties said of names, a denied one with `not`, one said for some statements with `only`."""
    found = set()
    for name, each in said(text).traits.items():
        for trait in each:
            words = ("" if trait.holds else "not ") + trait.what + (f" {trait.along}" if trait.along else "")
            found.add((name, words + (" only" if trait.only else "")))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("with X (N, D), W (D, M), b (M,).", {"X": ("N", "D"), "W": ("D", "M"), "b": ("M",)}),
        ("`dout` is $dout = \\frac{\\partial L}{\\partial out}$, shape (N, M).", {"dout": ("N", "M")}),
        ("Let $A$ be an $m \\times n$ matrix, $b$ a vector of length $m$.", {"A": ("m", "n"), "b": ("m",)}),
        ("$x,y\\in\\mathbb R^n$ and $S\\in\\mathbb{R}^{n\\times n}$", {"x": ("n",), "y": ("n",), "S": ("n", "n")}),
        ("$W$ and $A$ are $d\\times d$, $u\\in\\mathbb R^d$", {"W": ("d", "d"), "A": ("d", "d"), "u": ("d",)}),
        ("$X$ ($N\\times D$), $B$ ($D\\times K$)", {"X": ("N", "D"), "B": ("D", "K")}),
        ("$B$ any square matrix, gradients as columns.", {"B": (None, None)}),
        ("$a, b$ scalars", {"a": (), "b": ()}),
        ("$x$ and $y$ are vectors, $c$ is a number.", {"x": (None,), "y": (None,), "c": ()}),
        ("X has shape (N, D), y has N entries", {"X": ("N", "D")}),
        ("A is an m-by-n matrix, x is n-dimensional", {"A": ("m", "n"), "x": ("n",)}),
        ("$M$, $N$ are square matrices of size $n$", {"M": ("n", "n"), "N": ("n", "n")}),
        ("x (shape: 3×1), W (shape 2x3), b: scalar", {"x": (3, 1), "W": (2, 3), "b": ()}),
        ("Dimensions: X: N×D, W: D×C, b: 1×C.", {"X": ("N", "D"), "W": ("D", "C"), "b": (1, "C")}),
        ("$W^{[l]}$ has shape $(n^{[l]}, n^{[l-1]})$", {"W^[l]": ("n^[l]", "n^[l-1]")}),
        ("$X$: $N$ rows (tokens), $d$ columns (features).", {"X": ("N", "d")}),
        ("The $T\\times V$ matrix $X$ of one-hot rows", {"X": ("T", "V")}),
        ("anchor $a$, positive $b$, negative $c$ (vectors), margin $m$", dict.fromkeys("abc", (None,))),
        ("Scalar LSTM (hidden size 1, so everything is a number)", {"*": ()}),
        ("RNN with scalar state, two steps.", {"*state": ()}),
        ("- `x` - input of shape (N, D)\n- `W` - weights, shape `(D, C)`", {"x": ("N", "D"), "W": ("D", "C")}),
        ("gamma and beta are (D,), x is (N, D)", {"gamma": ("D",), "beta": ("D",), "x": ("N", "D")}),
        ("$y \\in \\{0,1\\}^K$ one-hot", {"y": ("K",)}),
        ("| name | shape |\n|---|---|\n| $W_1$ | $D \\times H$ |\n| b1 | (H,) |\n| reg | scalar |",
         {"W_1": ("D", "H"), "b1": ("H",), "reg": ()}),
        ("```python\nout = x @ w + b  # (N, M)\nh = f(out)  # shape (N, M)\n```", {"out": ("N", "M"), "h": ("N", "M")}),
        ("```python\ndef f(w, b):\n    \"\"\"\n    - w: A numpy array of weights, of shape (D, M)\n    \"\"\"\n```",
         {"w": ("D", "M")}),
        ("$A$ ist eine $m \\times n$ Matrix, $x$ ist ein Vektor der Länge $n$.", {"x": ("n",)}),
        ("Soit $x$ un vecteur de taille $n$.", {"x": ("n",)}),
    ],
)  # fmt: skip
def test_shapes(text: str, expected: dict[str, tuple[object, ...]]) -> None:
    found = shapes(text)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "Let $f(x, y) = xy$ and $g (x, y)$ be given. The function f (n, m) is convex.",
        "Values x (3, 4). Point A: $(1.5, -0.5)$ with label 1.",
        "the gradient $\\partial J/\\partial W \\in \\mathbb{R}^{q \\times h}$ of the parameters",
        "In row $t$ of $XE$ is the embedding. $Wx$ is a vector.",
        "Is $x$ a vector? $x$ may be a vector. $x$ is not a vector.",
        "d_k = number of columns of $Q$; Numbers $a=(1,0,-1)$",
        "```python\nx = 3  # learning rate, 5 by 3\ny = f(x)  # uses W2, not dW2\n```",
        "The dimension of $x$ times the length of $y$ matters.",
    ],
)
def test_what_is_no_shape(text: str) -> None:
    assert not shapes(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$y$ is one-hot, so $\\sum_i y_i = 1$", {("y", "one-hot"), ("y", "sums to one")}),
        ("The covariance matrix $S$ is symmetric ($S^T=S$).", {("S", "symmetric")}),
        ("$S,Z$ square, not symmetric.",
         {("S", "square"), ("S", "not symmetric"), ("Z", "square"), ("Z", "not symmetric")}),
        ("mask $M$ with entries 0 or 1 (fixed once drawn)", {("M", "binary"), ("M", "constant")}),
        ("$Y$ holds the target distributions (rows sum to one).",
         {("Y", "distribution"), ("Y", "sums to one rows")}),
        ("The $T\\times V$ matrix $X$ of one-hot rows", {("X", "one-hot rows")}),
        ("labels $y=\\pm1$", {("y", "signs")}),
        ("labels $y\\in\\{-1,+1\\}$ and $M_{ui}\\in\\{0,1\\}$", {("y", "signs"), ("M", "binary")}),
        ("labels ±1", {("*target", "signs")}),
        ("$h_0$ is a constant. $k$ is held fixed. We treat $c$ as constant.",
         {("h_0", "constant"), ("k", "constant"), ("c", "constant")}),
        ("noise $\\varepsilon\\sim\\mathcal N(0,I)$ is fixed during the backward pass", {("epsilon", "constant")}),
        ("s>0 is the standard deviation, e the frozen noise.", {("s", "positive"), ("e", "constant")}),
        ("where $\\lambda > 0$ is the regularisation strength", {("lambda", "positive")}),
        ("quantile, $0<\\tau<1$: $Q = \\tau r$", {("tau", "in unit interval")}),
        ("$D$ the diagonal matrix of row sums", {("D", "diagonal")}),
        ("$\\Sigma$ is symmetric positive definite.", {("Sigma", "symmetric"), ("Sigma", "positive definite")}),
        ("Let $\\|u\\| = 1$ and $Q^TQ = I$.", {("u", "unit"), ("Q", "orthonormal columns")}),
        ("$y$ is the one-hot vector of the outside word $o$", {("y", "one-hot")}),
        ("If $S$ is symmetric, $\\nabla_x x^TSx = 2Sx$.", {("S", "symmetric only")}),
        ("$\\nabla_x(x^TAx)=2Ax$ for symmetric $A$, and so on", {("A", "symmetric only")}),
        ("$$\\nabla_wn=2Sw\\quad(S\\text{ symmetric})$$", {("S", "symmetric only")}),
        ("$$\\nabla_x(x^TAx)=2Ax \\qquad (A=A^T)$$", {("A", "symmetric only")}),
        ("$A$ ist symmetrisch und $y$ ist ein One-hot-Vektor.", {("A", "symmetric"), ("y", "one-hot")}),
        ("Sea $A$ una matriz simétrica y $x \\in \\mathbb{R}^n$.", {("A", "symmetric")}),
        ("设 $A$ 是对称矩阵，$y$ 是 one-hot 向量。", {("A", "symmetric"), ("y", "one-hot")}),
    ],
)  # fmt: skip
def test_traits(text: str, expected: set[tuple[str, str]]) -> None:
    assert traits(text) >= expected


@pytest.mark.parametrize(
    "text",
    [
        "Unless $S$ is symmetric, $\\nabla_x x^TSx = (S + S^T)x$.",
        "$S$ is symmetric only if $A$ is. $C$ need not be symmetric. $A$ might be diagonal.",
        "Is $B$ symmetric? The gradient of $f$ is symmetric. The transpose of $A$ is diagonal.",
        "The weights are symmetric around 0. $A$ is a constant times $B$. $x$ is the diagonal of $A$.",
        "With $S$ not necessarily symmetric. If $A$ were symmetric, then $A = A^T$.",
        "anchor $a$, positive $b$, negative $c$ (vectors)",
        "If $z$ is positive the gradient is 1. Note that $p_i$ is positive for all $i$.",
        "$h$ is the square of $x$. If $z > 0$ then it passes. The test point must have $z_0 < 0$ here.",
        "The product $2x$ is positive. Each row of $X$ is constant in time.",
        "When $y$ is one-hot, this simplifies to $p - y$.",
    ],
)
def test_what_is_no_trait(text: str) -> None:
    assert not {(name, what) for name, what in traits(text) if not what.startswith("not ")}


@pytest.mark.parametrize(
    ("text", "name", "what", "of"),
    [
        ("`dout` comes from above.", "dout", "upstream", ""),
        ("The upstream gradient $g$.", "g", "upstream", ""),
        ("learning rate $\\eta=0.5$", "eta", "learning rate", ""),
        ("target $t_1 = 0.01, t_2=0.99$", "t_1", "target", ""),
        ("(h' and c' are the previous state, not derivatives!)", "c'", "previous state", ""),
        ("so $L=3$ is the output layer", "L", "layer number", ""),
        ("We denote the weights by $w$ and the learning rate by $\\eta$.", "eta", "learning rate", ""),
        ("We write $g$ for the upstream gradient.", "g", "upstream", ""),
        ("`do` is its derivative by `o`.", "do", "derivative", "o"),
        ("we write $g_i = \\partial L/\\partial y_i$ (upstream).", "g_i", "derivative", "y_i"),
        ("$\\hat y \\in (0, 1)$ is the prediction.", "yhat", "prediction", ""),
        ("right class $k$, margin $\\Delta$", "k", "class", ""),
    ],
)
def test_roles(text: str, name: str, what: str, of: str) -> None:
    assert (what, of) in [(role.what, role.of) for role in said(text).roles.get(name, ())]


def test_words_that_are_no_roles() -> None:
    text = "One token, features $i=1..D$. With the squashed residual $h=\\tanh(r)$. The weight from neuron $k$ to $j$."
    assert not said(text).roles


@pytest.mark.parametrize(
    ("text", "name", "function", "where"),
    [
        ("Sigmoid everywhere, $E = \\frac{1}{2}(t-o)^2$", "", "sigmoid", ""),
        ("A 2-layer net with ReLU activations and a softmax output.", "", "relu", ""),
        ("Gates ($\\sigma$ logistic, $\\odot$ element-wise product):", "sigma", "sigmoid", ""),
        ("now with tanh. $g=\\tanh$, superscript in brackets = layer.", "g", "tanh", ""),
        ("$g$ is the identity at the output.", "g", "identity", "output"),
        ("$f$ is any elementwise nonlinearity", "f", "elementwise", ""),
        ("the activation function $\\phi$ applies elementwise", "phi", "elementwise", ""),
        ("Activation: ReLU. Output: linear.", "", "relu", ""),
    ],
)
def test_functions(text: str, name: str, function: str, where: str) -> None:
    assert (function, where) in [(each.function, each.where) for each in said(text).functions.get(name, ())]


@pytest.mark.parametrize(
    "text",
    [
        "$h = \\tanh(wx)$, $P=\\text{softmax}(S)$, $A_1=\\text{ReLU}(Z_1)$",
        "$\\sigma$ is the standard deviation, not the sigmoid. $g$ is tanh or sigmoid.",
        "Sigmoid everywhere except at the output. The derivative of the sigmoid activations is small.",
        "$p$ is the softmax. $I$ is the identity.",
    ],
)
def test_what_is_no_function(text: str) -> None:
    assert not said(text).functions


@pytest.mark.parametrize(
    ("text", "what", "value"),
    [
        ("Examples are columns, $X\\in\\mathbb{R}^{n\\times m}$.", "examples", "columns"),
        ("Examples are the $m$ **columns** of $X$.", "examples", "columns"),
        ("tokens are rows of $X$", "examples", "rows"),
        ("X has one example per row.", "examples", "rows"),
        ("```python\nX = f(N) # data matrix (each row = single example)\n```", "examples", "rows"),
        ("Jacobians — numerator layout throughout (rows = outputs)", "layout", "numerator"),
        ("## Denominator layout (gradients as columns)", "gradients", "columns"),
        ("Matrix gradients (gradient has the shape of the variable)", "gradients", "shape of the variable"),
        ("all vectors are columns.", "vectors", "columns"),
        ("$y = x$ (indices from 0)", "indices from", "0"),
        ("conv 1d, stride 2, kernel size 2 (zero based)", "indices from", "0"),
        ("$$a = b\\quad(g=0\\text{ outside})$$", "outside", "zero"),
        ("1-D convolution, stride 1, no padding", "padding", "none"),
        ("Here $*$ denotes the element-wise product.", "star", "elementwise"),
        ("$\\odot$ entry by entry", "odot", "elementwise"),
        ("and $\\circ$ the Hadamard product", "circ", "elementwise"),
        ("$\\log$ is the natural logarithm", "log", "natural"),
        ("all logs are base 2", "log", "2"),
        ("softmax row wise", "softmax over", "rows"),
        ("at $x=1.5$ (radians):", "angles", "radians"),
        ("error signals $\\bar v:=\\partial\\mathcal L/\\partial v$", "derivative names", "\\bar{*}"),
        ("$G_Z$ is short for $\\frac{\\partial L}{\\partial Z}$.", "derivative names", "G_{*}"),
        ("everything named dQ is the derivative of the loss by Q", "derivative names", "d*"),
        ("$\\nabla_{h_t}$ means the gradient of the loss w.r.t. $h_t$", "derivative names", "\\nabla_{*}"),
        ("$\\delta u$ is the total derivative of the loss by $u$.", "derivative names", "\\delta *"),
        ("$dZ^{[l]}$ is the derivative of the *sum* of the losses", "derivative names of the sum", "dZ"),
        ("so the $\\frac1m$ appears with the parameters", "mean", "at the parameters"),
        ("$g=\\tanh$, superscript in brackets = layer.", "bracket superscript", "layer"),
        ("$x^{(i)}$ is the $i$-th training example", "bracket superscript", "example"),
    ],
)
def test_conventions(text: str, what: str, value: str) -> None:
    assert value in [each.value for each in said(text).conventions.get(what, ())]


@pytest.mark.parametrize(
    "text",
    [
        "In denominator layout this would be the transpose. Unlike numerator layout, ours is transposed.",
        "The tokens in the second row are masked. Examples are not columns.",
        "numerator layout or denominator layout",
        "Convention B: $dZ=\\frac{\\partial S}{\\partial Z}$, but $dW$ is another.",
    ],
)
def test_what_is_no_convention(text: str) -> None:
    assert not said(text).conventions


def test_a_convention_holds_under_its_heading() -> None:
    text = "# Numerator layout\n\n$$a = b$$\n\n# Denominator layout\n\n$$c = d$$"
    heard = said(text)
    first, second = heard.convention("layout", 0, 1), heard.convention("layout", 1, 2)
    assert first is not None
    assert second is not None
    assert (first.value, second.value) == ("numerator", "denominator")


def test_parts_counts_and_names_of_one_thing() -> None:
    heard = said(
        "$U$ has one row $u_w^\\top$ per word. $x_i$ is the $i$-th row of $X$. (X and x are the same thing) "
        "Mask $M$, same shape as $H$. $d_k$ = number of columns of $Q$. There are 3 examples and $K$ classes."
    )
    assert (heard.parts["u_w"][0].whole, heard.parts["u_w"][0].axis) == ("U", "row")
    assert (heard.parts["x_i"][0].whole, heard.parts["x_i"][0].index) == ("X", "i")
    assert [(each.name, each.other, each.what) for each in heard.same] == [("X", "x", "name"), ("M", "H", "shape")]
    counts = {(each.size, each.of, each.name) for each in heard.counts}
    assert counts >= {("d_k", "columns", "Q"), (3, "examples", ""), ("K", "classes", "")}


def test_every_fact_keeps_its_words_and_its_place() -> None:
    text = "# Title\n\nSome words. The matrix $S$ is symmetric, of course.\n\n$$f = x^TSx$$"
    trait = said(text).traits["S"][0]
    assert trait.heard.words == "S$ is symmetric"
    assert (trait.heard.place.line, trait.heard.section, trait.heard.before) == (3, 1, 0)
    assert text[trait.heard.place.offset : trait.heard.place.end] == "S$ is symmetric"
    assert "S is symmetric" in describe(said(text))


def test_the_nearest_fact_counts() -> None:
    heard = said("# One\n\n$A$ is $m\\times n$.\n\n$$a = b$$\n\n# Two\n\n$A$ is $p\\times p$.\n\n$$c = d$$")
    first, second = heard.shape("A", 2, 1), heard.shape("A", 5, 2)
    assert first is not None
    assert second is not None
    assert (first.sizes, second.sizes) == (("m", "n"), ("p", "p"))


def test_every_word_is_one_of_the_kinds_that_are_promised() -> None:
    assert set(vocabulary.TRAITS.values()) <= set(kinds.TRAITS)
    assert set(vocabulary.ROLES.values()) <= set(kinds.ROLES)
    assert set(vocabulary.FUNCTIONS.values()) <= set(kinds.FUNCTIONS)
    assert set(vocabulary.COUNTED.values()) <= set(kinds.COUNTED)
