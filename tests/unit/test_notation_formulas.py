"""Formulas to graphs with numbers: the five notes' networks, the standard examples, and what shapes decide."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from chainrule.ir.node import Node, concrete
from chainrule.notation import Parsed, parse


def value(parsed: Parsed, name: str) -> np.ndarray:
    return np.asarray(concrete(parsed.names[name]))


def steps(parsed: Parsed) -> list[str]:
    """The ops of the graph in order, inputs and constants aside."""
    return [node.op.name for node in parsed.graph.order() if node.op.name not in ("input", "constant", "broadcast")]


def written(parsed: Parsed) -> list[str]:
    """The named nodes in order."""
    return [parsed.graph.names[node] for node in parsed.graph.order() if node in parsed.graph.names]


# The computation graph f = (x + y) z ------------------------------------------
XYZ = [
    "q = x + y; f = q z",
    "q = x + y\nf = qz",
    r"$q = x + y$, $f = qz$",
    r"$$q = x + y, \quad f = qz$$",
    "f = q z; q = x + y",
]


@pytest.mark.parametrize("text", XYZ)
def test_the_same_graph_from_every_spelling(text: str) -> None:
    parsed = parse(text, values="x=-2, y=5, z=-4")
    assert steps(parsed) == ["add", "mul"]
    assert sorted(written(parsed)) == ["f", "q", "x", "y", "z"]
    assert (value(parsed, "q"), value(parsed, "f")) == (3.0, -12.0)


@pytest.mark.parametrize("text", ["f = (x + y) * z", r"$f(x,y,z) = (x+y)z$", "f(x, y, z) = (x + y) z", "(x+y)z"])
def test_inputs_come_in_the_order_of_the_page(text: str) -> None:
    parsed = parse(text, values="z=-4, y=5, x=-2")
    assert parsed.inputs == ("x", "y", "z")
    assert written(parsed) == ["x", "y", "z", "f"]


def test_parameters_decide_the_order_of_the_inputs() -> None:
    assert parse("f(z, y, x) = (x + y) z").inputs == ("z", "y", "x")


def test_a_parsed_formula_is_a_function() -> None:
    parsed = parse("f = (x + y) * z")
    assert parsed(-2.0, 5.0, -4.0) == -12.0
    assert parsed.run(1.0, 2.0, 3.0) == {"f": 9.0}
    with pytest.raises(TypeError, match="x, y, z"):
        parsed(1.0)


# ||Wx||^2 ------------------------------------------
W = [[0.1, 0.5], [-0.3, 0.8]]
WX = {"W": W, "x": [0.2, 0.4]}


@pytest.mark.parametrize(
    "text",
    [
        "||W x||^2", "sum_i (W x)_i^2", r"f(x, W) = \|W \cdot x\|^2 = \sum_{i=1}^n (W \cdot x)_i^2",
        "q = W x; f = ||q||^2", "q_k = sum_j W_kj x_j; f = sum_k q_k^2", r"q = Wx, \quad f(q) = \|q\|^2", "‖Wx‖²",
        "q = W @ x; f = q^T q", "f = x^T W^T W x", r"f = \sum_k \left(\sum_j W_{kj} x_j\right)^2", "f = norm(W x)^2",
        "f = (Wx)'(Wx)", "sum_{k} (sum_j W_{k,j} x_j)^2",
    ],
)  # fmt: skip
def test_squared_norm(text: str) -> None:
    parsed = parse(text, values=WX)
    assert_allclose(value(parsed, parsed.output), 0.116)


def test_squared_norm_is_one_step() -> None:
    assert steps(parse("||W x||^2", values=WX)) == ["matmul", "squared_norm"]


def test_entry_by_entry_definitions_are_whole_array_steps() -> None:
    assert steps(parse("q_k = sum_j W_kj x_j; f = sum_k q_k^2", values=WX)) == ["matmul", "square", "sum"]


# The batch of two ------------------------------------------
BATCH = "; ".join(
    f"n_1^{j} = w_1^1 x_1^{j}; n_2^{j} = w_2^1 x_2^{j}; o^{j} = n_1^{j} + n_2^{j}; z^{j} = W_1^2 o^{j}; "
    f"t^{j} = z^{j} - y^{j}; l^{j} = (t^{j})^2" for j in (1, 2)
)  # fmt: skip
BATCH_VALUES = "w_1^1=0.5, w_2^1=-1, W_1^2=2, x^1=(1,2), x^2=(3,-1), y=(1,0)"


@pytest.mark.parametrize("total", ["PreL = l^1 + l^2", "PreL = sum_j l^j", r"PreL = \sum_{j=1}^2 l^j"])
def test_batch_of_two(total: str) -> None:
    parsed = parse(f"{BATCH}; {total}; L = PreL/2", values=BATCH_VALUES)
    found = {
        name: float(value(parsed, name))
        for name in ("o^1", "o^2", "z^1", "z^2", "t^1", "t^2", "l^1", "l^2", "PreL", "L")
    }
    expected = dict(zip(found, (-1.5, 2.5, -3.0, 5.0, -4.0, 5.0, 16.0, 25.0, 41.0, 20.5), strict=True))
    assert found == expected
    assert any("a name, not a power" in str(reading) for reading in parsed.readings)


def test_batch_of_two_by_free_index() -> None:
    text = r"n^i=w_1x^i;\; o^i=\tanh(n^i);\; z^i=w_2o^i;\; t^i=z^i-y^i;\; l^i=(t^i)^2; L=\frac12(l^1+l^2)"
    parsed = parse(text, values="x=[1,2], y=[3,4], w_1=0.5, w_2=2")
    expected = np.mean((2 * np.tanh(0.5 * np.array([1.0, 2.0])) - np.array([3.0, 4.0])) ** 2)
    assert_allclose(value(parsed, "L"), expected)


# The ReLU net with a skip connection ------------------------------------------
CASES = r"\begin{{cases}} 0, & {0} < 0 \\ {0}, & \text{{else.}} \end{{cases}}"
SKIP = (
    rf"$$z_0 = w_0 \cdot x, \quad h_0 = g_0(z_0) = {CASES.format('z_0')}$$"
    "\n"
    rf"$$z_1 = w_1 \cdot h_0, \quad h_1 = g_1(z_1) = {CASES.format('z_1')}$$"
    "\n"
    r"$$z_2 = w_2 h_1 + w_3 h_0$$ $$\hat{y} = z_2$$ $$L = \frac{1}{2}(\hat{y} - y)^2$$"
)


def test_skip_connection() -> None:
    parsed = parse(SKIP, values="x=2, w_0=1.5, w_1=0.5, w_2=2, w_3=1, y=5")
    assert [float(value(parsed, name)) for name in ("z_0", "h_0", "z_1", "h_1", "z_2", "L")] == [3, 3, 1.5, 1.5, 6, 0.5]
    assert steps(parsed).count("relu") == 2
    assert parsed.aliases == {"yhat": "z_2"}


# The 4-4-2 sigmoid-softmax net ------------------------------------------
NET = (
    r"x = [2 \ 5 \ 3 \ 3] \quad y = [1 \ 0] "
    r"W_1 = \begin{bmatrix} 0.1 & 0.3 & 0.8 & -0.4 \\ -0.3 & -0.2 & 0.5 & 0.5 \\ -0.3 & 0 & 0.5 & 0.4 \\ 0.2 & 0.5 & "
    r"-0.9 & 0.7 \end{bmatrix} "
    r"\quad W_2 = \begin{bmatrix} 0.5 & 0.8 & 0.2 & 0.4 \\ 0.5 & 0.2 & 0.3 & -0.5 \end{bmatrix}"
    r"\quad a_1 = W_1 x \quad h_1 = \text{Sigmoid}(a_1) = [0.95 \quad 0.80 \quad 0.89 \quad 0.91] "
    r"\quad a_2 = W_2 h_1 \quad \hat{y} = \text{Softmax}(a_2) \quad L = \sum_{i=1}^2 (y_i - \hat{y}_i)^2"
).replace(r"\quad y", r"\\ y").replace(" W_1 = ", r" \\ W_1 = ")  # fmt: skip


def test_sigmoid_softmax_net() -> None:
    parsed = parse(NET)
    assert parsed.inputs == ("W_1", "x", "W_2", "y")
    assert_allclose(value(parsed, "a_1"), [2.9, 1.4, 2.1, 2.3])
    assert_allclose(value(parsed, "yhat"), [0.770336, 0.229664], atol=1e-6)
    assert_allclose(value(parsed, "L"), 2 * 0.229664**2, rtol=1e-5)


def test_entries_of_layers() -> None:
    values = {"W_2": [[0.5, 0.8, 0.2, 0.4], [0.5, 0.2, 0.3, -0.5]], "h_1": [0.95, 0.8, 0.89, 0.91]}
    text = r"a_{21} = " + " + ".join(f"w_{{21{k}}} h_{{1{k}}}" for k in (1, 2, 3, 4))
    assert_allclose(value(parse(text, values=values), "a_21"), 1.657)


# u^T f(Wx + b) ------------------------------------------
SCORE = {"u": [1, -2], "b": [0.1, -0.1], **WX}


def test_score_with_a_named_function() -> None:
    parsed = parse("u^T f(W x + b)", values={**SCORE, "f": "sigmoid"})
    assert_allclose(value(parsed, parsed.output), np.array([1, -2]) @ (1 / (1 + np.exp(-np.array([0.32, 0.16])))))


def test_score_in_symbols() -> None:
    parsed = parse("s = u^T h, h = f(Wx + b)")
    assert parsed.shapes == {"u": ("n",), "W": ("n", "m"), "x": ("m",), "b": ("n",)}
    assert steps(parsed) == ["matmul", "add", "f", "matmul"]
    assert len(set(parsed.sizes.values())) == 2


# Softmax with cross-entropy, and other sums ------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "s = softmax(a); L = -sum_i y_i log s_i",
        r"p_i = \frac{e^{a_i}}{\sum_{k=1}^{K} e^{a_k}}, \quad L = -\sum_{i=1}^{K} y_i \log p_i",
        r"\hat y = \text{softmax}(a), L = -y^\top \log \hat y",
        "L = cross_entropy(softmax(a), y)",
        "L = -dot(y, log_softmax(a))",
    ],
)
def test_cross_entropy(text: str) -> None:
    parsed = parse(text, values="a=[1,2,3], y=[0,0,1]")
    assert_allclose(value(parsed, "L"), 0.40760596444438)


A = np.array([[1.0, 2.0], [3.0, 4.0]])
B = np.array([[5.0, -1.0], [0.5, 2.0]])
V = np.array([0.5, -2.0])
Q = np.array([3.0, 7.0])
ARRAYS = {"A": A, "B": B, "v": V, "q": Q, "a": 2.0, "c": -3.0, "X": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "n_1": 2.0}

PRODUCTS = [
    ("A v", A @ V),
    ("A B", A @ B),
    ("A * B", A * B),
    (r"A \odot B", A * B),
    ("v^T q", V @ Q),
    ("v' q", V @ Q),
    (r"v \cdot q", V @ Q),
    ("v . q", V @ Q),
    ("v @ q", V @ Q),
    ("v q^T", np.outer(V, Q)),
    ("v ⊗ q", np.outer(V, Q)),
    ("v o q", V * Q),
    ("v * q", V * Q),
    ("v^T A q", V @ A @ Q),
    ("v^T A", V @ A),
    ("2 A^T v", 2 * A.T @ V),
    ("A v / a", A @ V / 2),
    ("(v o q) v^T", np.outer(V * Q, V)),
    ("A v o q", (A @ V) * Q),
    ("a c v", -6 * V),
    ("a - c * 2", 8.0),
    ("A^2", A @ A),
    ("v^2 + a", V**2 + 2),
    ("A + v", A + V),
    ("X + v", np.asarray(ARRAYS["X"]) + V[:, None]),
    ("1/a", 0.5),
    ("a/c a", 2 / -3 * 2),
    (r"\frac{a}{c}", 2 / -3),
    ("sqrt(a)", 2**0.5),
    (r"\sqrt[3]{a}", 2 ** (1 / 3)),
    ("a^c", 2.0**-3),
    ("a^{-1}", 0.5),
    ("e^{-a}", np.exp(-2)),
    ("exp(v)", np.exp(V)),
    ("|c|", 3.0),
    ("max(a, c)", 2.0),
    ("max(v)", 0.5),
    ("min(a, c, 0)", -3.0),
    ("sum(A)", A.sum()),
    ("sum(A, axis=0)", A.sum(0)),
    ("mean(v)", V.mean()),
    ("tr(A)", 5.0),
    ("diag(v)", np.diag(V)),
    ("||v||", np.linalg.norm(V)),
    ("||v||_1", 2.5),
    (r"\|A\|_F^2", (A**2).sum()),
    ("A[1,2] + v[1]", 2.5),
    ("A_{12} + v_1", 2.5),
    ("(A v)_2", (A @ V)[1]),
    ("softmax(v)_1", np.exp(0.5) / (np.exp(0.5) + np.exp(-2))),
    ("1{a > c}", 1.0),
    (r"\mathbb{1}[a < c] + 1", 1.0),
    ("a > 1", 1.0),
    (r"\begin{cases} a & a > 1 \\ c & \text{otherwise} \end{cases}", 2.0),
    (r"\begin{cases} a & a < 1 \\ c & a \ge 1 \end{cases}", -3.0),
    (r"\left\{ \begin{array}{ll} a & a < 1 \\ c & \text{else} \end{array} \right.", -3.0),
    (r"\begin{bmatrix} a & 0 \\ 0 & c \end{bmatrix} v", [1.0, 6.0]),
    (
        r"\begin{bmatrix} 0.44 \\ 0.52 \end{bmatrix} \begin{bmatrix} 0.2 & 0.4 \end{bmatrix} a",
        2 * np.outer([0.44, 0.52], [0.2, 0.4]),
    ),
    ("[a, c] + v", [2.5, -5.0]),
    ("sum_i sum_j A_ij v_i q_j", V @ A @ Q),
    ("sum_{i,j} A_{ij} B_{ij}", (A * B).sum()),
    ("sum_i A_ii", 5.0),
    ("sum_j A_{1j}", 3.0),
    (r"\sum_{i=1}^2 v_i^2 q_i", (V**2 * Q).sum()),
    (r"\sum_{i=2}^2 v_i", -2.0),
    (r"\sum_{i=1}^{3} i", 6.0),
    (r"\sum_{i=1}^{3} a", 6.0),
    (r"\prod_i v_i", -1.0),
    (r"\max_i v_i", 0.5),
    (r"\sum_{i} \sum_{j \ne i} v_i q_j", V.sum() * Q.sum() - V @ Q),
    (r"\sum_{i=1}^{2} \sum_{j=i}^{2} A_{ij}", 7.0),
    (r"\sum_i v_i \log q_i", V @ np.log(Q)),
    (r"\sum_{i} A_{:,i}", A.sum(1)),
    ("max(0, v)", [0.5, 0.0]),
    ("log sigma(a)", -np.log1p(np.exp(-2))),
    ("sin^2 a + cos^2 a", 1.0),
    ("log_2(a)", 1.0),
    ("pi a", 2 * np.pi),
    ("n_1 a", 4.0),
    ("v_1 + v_2", -1.5),
    ("where(v > 0, v, 0)", [0.5, 0.0]),
]


@pytest.mark.parametrize(("text", "expected"), PRODUCTS, ids=[text for text, _ in PRODUCTS])
def test_value(text: str, expected: object) -> None:
    used = {name: array for name, array in ARRAYS.items() if name in text or (name == "v" and "v" in text)}
    found = _parse_with_what_it_needs(text, used)
    assert_allclose(np.asarray(concrete(found.graph.outputs[0])), expected, rtol=1e-12)


def _parse_with_what_it_needs(text: str, given: dict[str, object]) -> Parsed:
    """A word such as max holds the letter a: only what the formula uses may be given."""
    wanted = parse(text, shapes={name: np.shape(given[name]) for name in given if _stands_in(name, text)}).inputs
    return parse(text, values={name: given[name] for name in wanted})


def _stands_in(name: str, text: str) -> bool:
    import re

    bare = re.sub(r"\\[a-zA-Z]+|\{(array|cases|bmatrix)\}|\b[a-z_]{3,}\b|\{ll\}|log_2|exp", " ", text)
    return name in bare


X3 = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
UNDER_AN_INDEX = [
    (r"\sum_i w^T x_i", {"w": [1, -1]}, -3.0),
    (r"\sum_n x_n x_n^T", {}, X3.T @ X3),
    (r"\sum_n \|W x_n\|^2", {"W": [[1, 0], [0, 2], [1, 1]]}, 438.0),
    (r"\sum_i a_i x_i", {"a": [1, 0, 2]}, [11.0, 14.0]),
    (r"\sum_i \sum_j x_i^T x_j", {}, 225.0),
    (r"k_{ij} = x_i^T x_j", {}, X3 @ X3.T),
    (r"J = \frac{1}{N} \sum_{n=1}^N (w^T x_n - y_n)^2", {"w": [1, -1], "y": [0, 1, 2]}, 14 / 3),
]


@pytest.mark.parametrize(("text", "more", "expected"), UNDER_AN_INDEX, ids=[text for text, _, _ in UNDER_AN_INDEX])
def test_products_of_arrays_under_an_index(text: str, more: dict[str, object], expected: object) -> None:
    parsed = parse(text, values={"x": X3, **more})
    assert_allclose(np.asarray(concrete(parsed.graph.outputs[0])), expected)


def test_convolution_counts_from_zero_and_says_so() -> None:
    parsed = parse("y_i = sum_k w_k x_{i+k}", values="w=[1,2], x=[1,2,3,4]")
    assert_allclose(value(parsed, "y"), [5, 8, 11])
    assert "the index i+k: read as counted from 0" in [str(each) for each in parsed.readings]


def test_convolution_counted_from_one() -> None:
    parsed = parse(r"y_i = \sum_{k=1}^{2} w_k x_{i+k-1}", values="w=[1,2], x=[1,2,3,4]")
    assert_allclose(value(parsed, "y"), [5, 8, 11])


def test_convolution_in_two_dimensions() -> None:
    text = r"y_{ij} = \sum_{a,b} w_{ab}\,x_{i+a,j+b}"
    parsed = parse(text, values="x=[[1,0,2],[3,1,0],[0,-1,1]], w=[[1,-1],[2,0]]")
    assert_allclose(value(parsed, "y"), [[7, 0], [2, -1]])


def test_batch_norm_by_entries() -> None:
    text = (
        r"\mu_B = \frac{1}{m}\sum_{i} x_i; \sigma_B^2 = \frac{1}{m}\sum_i (x_i-\mu_B)^2;"
        r"\hat x_i = (x_i-\mu_B)(\sigma_B^2+\epsilon)^{-1/2}; y_i = \gamma\hat x_i+\beta"
    )
    x = np.array([1.0, 2.0, 4.0])
    parsed = parse(text, values={"x": x, "m": 3, "epsilon": 0.01, "gamma": 2, "beta": 1})
    assert_allclose(value(parsed, "y"), 2 * (x - x.mean()) / np.sqrt(x.var() + 0.01) + 1)


def test_attention_and_its_sizes() -> None:
    parsed = parse("S = Q K^T / sqrt(d); P = softmax(S); O = P V", shapes="Q: n d, K: n d, V: n c")
    assert parsed.shapes == {"Q": ("n", "d"), "K": ("n", "d"), "V": ("n", "c")}
    size = {letter: number for number, letter in parsed.sizes.items()}
    assert parsed.graph.outputs[0].shape == (size["n"], size["c"])
    assert "d: read as the size d" in [str(each) for each in parsed.readings]


def test_values_in_the_text_make_inputs() -> None:
    parsed = parse("W = [[1,2],[3,4]]; x = [1,2]; q = W x; f = ||q||^2")
    assert parsed.inputs == ("W", "x")
    assert value(parsed, "f") == 146.0


def test_values_given_outside_go_first() -> None:
    assert value(parse("x = 3; f = x^2", values="x=4"), "f") == 16.0


def test_no_value_no_number() -> None:
    node: Node = parse("f = x y").graph.outputs[0]
    assert node.value is None


def test_statements_know_their_text() -> None:
    parsed = parse("q = x + y; f = q z")
    assert [(each.name, each.text, each.span.column) for each in parsed.statements] == [
        ("q", "q = x + y", 1),
        ("f", "f = q z", 12),
    ]


def test_reading_twice_gives_the_same_program() -> None:
    first, second = parse(SKIP), parse(SKIP)
    assert first.program == second.program
    assert [str(each) for each in first.readings] == [str(each) for each in second.readings]
