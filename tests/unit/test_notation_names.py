"""Surface tree to meaning: declarations decide what is a name, a product, a power, an index or a function."""

from __future__ import annotations

import pytest

from chainrule.errors import ParseError, UnknownNameError
from chainrule.notation import latex_name, read_symbol
from chainrule.notation.meaning import Program
from chainrule.notation.program import Outside, read_program
from chainrule.notation.spelled import spell


def read(text: str, names: str = "", arrays: str = "", **bindings: str) -> Program:
    symbols = [read_symbol(name) for name in (names + " " + arrays).split()]
    return read_program(text, Outside({each.text: each for each in symbols}, set(arrays.split()), bindings))


def meant(text: str, names: str = "", arrays: str = "", **bindings: str) -> list[str]:
    program = read(text, names, arrays, **bindings)
    return [f"{each.symbol.text} = {spell(each.body)}" for each in program.definitions]


def said(text: str, names: str = "", arrays: str = "", **bindings: str) -> list[str]:
    return [str(each) for each in read(text, names, arrays, **bindings).readings]


MEANINGS = [
    # one name or several
    ("q = x + y; f = qz", "", ["q = (+ x y)", "f = (* q z)"]),
    ("f = qz", "q z", ["f = (* q z)"]),
    ("f = qz", "qz", ["f = qz"]),
    ("f = Wx + b", "", ["f = (+ (* W x) b)"]),
    ("f = Wx_1", "", ["f = (* W x_1)"]),
    ("f = qz^2", "q z", ["f = (* q (^ z 2))"]),
    ("f = xyz", "", ["f = (* x y z)"]),
    ("loss = los + 1", "", ["loss = (+ los 1)"]),
    ("loss = mse * 2", "", ["loss = (* mse *2)"]),
    ("net_h1 = w_1 i_1; out_h1 = sigma(net_h1)", "", ["net_h1 = (* w_1 i_1)", "out_h1 = (sigmoid net_h1)"]),
    ("f = dW x", "", ["f = (* dW x)"]),
    ("f = zz + y", "z", ["f = (+ zz y)"]),
    ("f = xx^T", "", ["f = (* x (T x))"]),
    ("f = 2x", "", ["f = (* 2 x)"]),
    ("f = u o v", "", ["f = (* u ⊙v)"]),
    ("f = u o v", "o", ["f = (* u o v)"]),
    ("f = W1 x", "W_1", ["f = (* W_1 x)"]),
    ("f = y_hat + yhat", "", ["f = (+ yhat yhat)"]),
    # functions
    ("s = softmax(a)", "", ["s = (softmax a)"]),
    ("h = Sigmoid(a) + ReLU(b)", "", ["h = (+ (sigmoid a) (relu b))"]),
    ("f = ln x + log(y)", "", ["f = (+ (log x) (log y))"]),
    ("f = log sigma(x)", "", ["f = (log (sigmoid x))"]),
    ("f = y log p (1 - q)", "", ["f = (* y (log p) (+ 1 -q))"]),
    ("f = sin^2 x", "", ["f = (^ (sin x) 2)"]),
    ("f = log_2(x) + log1p(y)", "", ["f = (+ (log2 x) (log1p y))"]),
    ("f = leaky_relu(x)", "", ["f = (leaky_relu x)"]),
    ("f = max(0, x) + max(a)", "", ["f = (+ (max 0 x) (max a))"]),
    ("f = sigma(x) + sigma", "", ["f = (+ (sigmoid x) sigma)"]),
    ("f = sigma(x)", "sigma", ["f = (* sigma x)"]),
    ("f = x(y + z)", "", ["f = (* x (+ y z))"]),
    ("s = f(x)^2", "", ["s = (^ (f x) 2)"]),
    ("s = f(x + y)", "f", ["s = (* f (+ x y))"]),
    ("s = f'(z) + f''(z)", "", ["s = (+ (f' z) (f'' z))"]),
    ("s = g_0(z)", "", ["s = (g_0 z)"]),
    ("s = phi(z)", "", ["s = (phi z)"]),
    ("y = g(x) + g(2); g(t) = t^2", "", ["y = (+ (g x) (g 2))"]),
    ("y = g(x); g = 2", "", ["y = (* g x)"]),
    # scripts
    ("f = x' A y", "", ["f = (* (T x) A y)"]),
    ("f = x^T y", "T", ["f = (* (^ x T) y)"]),
    ("f = x' + y", "x'", ["f = (+ x' y)"]),
    ("f = x_1^2", "", ["f = (^ x_1 2)"]),
    ("f = t^1", "t^1", ["f = t^1"]),
    ("f = t^1", "t", ["f = (^ t 1)"]),
    ("t^1 = z; l = (t^1)^2", "", ["t^1 = z", "l = (^ t^1 2)"]),
    ("f = W_1^2 w_1^1", "W_1^2 w_1^1", ["f = (* W_1^2 w_1^1)"]),
    ("f = z^{(2)} W^{[1]}", "", ["f = (* z^(2) W^[1])"]),
    ("f = x^(2)", "", ["f = (^ x 2)"]),
    ("f = x^(2)", "x^(2)", ["f = x^(2)"]),
    ("f = e^x + e", "", ["f = (+ (exp x) e)"]),
    ("f = e^x", "e", ["f = (^ e x)"]),
    ("f = A^{-T}", "", ["f = (T (^ A (+ -1)))"]),
    # indices
    ("f = sum_i (W x)_i^2", "", ["f = (sum i: (^ (entry (* W x) #i) 2))"]),
    ("q_k = sum_j W_kj x_j", "", ["q = (table k: (sum j: (* (entry W #k #j) (entry x #j))))"]),
    ("f = sum_i x_{i+1}", "", ["f = (sum i: (entry x (+ #i 1)))"]),
    ("f = W[1,2] + W_{12}", "", ["f = (+ (entry W 1 2) W_12)"]),
    ("f = W_{12}", "W", ["f = (entry W 12)"]),
    ("h_t = tanh(W h_{t-1})", "", ["h_t = (tanh (* W h_{t-1}))"]),
    ("z_f = W_f x + b_f", "", ["z_f = (+ (* W_f x) b_f)"]),
    ("l = sum_i t^i; t^1 = a; t^2 = b", "", ["t^1 = a", "t^2 = b", "l = (sum i: (member #i))"]),
    ("f = max_i x_i", "", ["f = (max i: (entry x #i))"]),
    ("f = sum x_i^2", "", ["f = (sum i: (^ (entry x #i) 2))"]),
    (r"f = \sum (y_i - x_i)^2", "", ["f = (sum i: (^ (+ (entry y #i) -(entry x #i)) 2))"]),
    ("f = sum_{i,j} A_ij", "", ["f = (sum i,j: (entry A #i #j))"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "names", "expected"), MEANINGS, ids=[f"{text} | {names}" for text, names, _ in MEANINGS]
)
def test_meaning(text: str, names: str, expected: list[str]) -> None:
    assert meant(text, names) == expected


def test_an_example_number_over_a_list_is_an_entry() -> None:
    assert meant("t^1 = z^1 - y^1; z^1 = w x^1", arrays="x^1 y")[-1] == "t^1 = (+ z^1 -(entry y 1))"


def test_digits_of_an_entry_may_start_with_the_layer() -> None:
    assert meant("a_2 = W_2 h_1; f = a_{21} w_{212}", arrays="W_2 h_1")[-1] == "f = (* (entry a_2 1) (entry W_2 12))"


def test_definitions_may_come_in_any_order() -> None:
    assert meant("s = u^T h; h = f(z); z = Wx + b") == ["z = (+ (* W x) b)", "h = (f z)", "s = (* (T u) h)"]


def test_a_chain_defines_by_its_first_side_that_says_something() -> None:
    text = r"h_0 = g_0(z_0) = \begin{cases} 0, & z_0 < 0 \\ z_0, & \text{else.} \end{cases}"
    assert meant(text) == ["h_0 = (choice 0 (< z_0 0) z_0)"]
    assert meant("a = W x = [1 2]") == ["a = (* W x)"]


def test_a_formula_without_a_name_gets_one_that_is_free() -> None:
    assert meant("x + y") == ["f = (+ x y)"]
    assert meant("f(x) + y") == ["s = (+ (f x) y)"]


def test_parameters_are_kept_in_their_order() -> None:
    (definition,) = read("f(z, y, x) = x + y z").definitions
    assert [each.text for each in definition.parameters or ()] == ["z", "y", "x"]


def test_a_definition_that_is_the_sigmoid_is_recognised() -> None:
    program = read(r"\sigma(x) = \frac{1}{1+e^{-x}}, y = \sigma(w x)")
    assert {name: spell(body) for name, (_, body) in program.functions.items()} == {"sigma": "(sigmoid x)"}


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("q = x + y; f = qz", "", "qz: read as q z, a product"),
        ("u^T f(W x)", "", "f(..): read as an unspecified function f, entry by entry"),
        ("f = sigma(x)", "", "sigma(..): read as the function sigmoid"),
        ("t^1 = z^1; z^1 = 2 a", "", "z^1: read as a name, not a power: it is declared"),
        ("t^1 = a^1", "a", "a^1: read as a power: no name a^1 is declared"),
        ("f = 1/2 x", "", "1/2 x: read as (1/2) x; write brackets for the other"),
        ("f = W1 x", "W_1", "W1: read as W_1"),
        (r"f = x y, \frac{\partial f}{\partial x} = y", "", r"\frac{\partial f}{\partial x} = y: read as a claim"),
        ("q = x; q = 3", "", "q = 3: read as a claim about q, which is defined already"),
    ],
)
def test_what_is_not_literal_is_said(text: str, names: str, expected: str) -> None:
    assert any(reading.startswith(expected) for reading in said(text, names))


def test_what_is_read_alike_is_said_once() -> None:
    assert said("t^1 = z^1; z^1 = a; l^1 = t^1 z^1") == ["z^1, t^1: read as a name, not a power: it is declared"]


def test_literal_formulas_are_not_commented() -> None:
    assert said("f = (x + y) * z") == []


@pytest.mark.parametrize(
    ("text", "error", "given", "remedy"),
    [
        ("softmx(a)", UnknownNameError, "the function softmx", "did you mean softmax"),
        ("f = tanh", ParseError, "the function tanh with nothing to apply it to", "write tanh(x)"),
        ("x = y; y = x", ParseError, "x, which is defined by itself", "use a new name"),
        (r"f = \frac{\partial L}{\partial w} x", ParseError, "a derivative", "leave it out"),
        ("f = sigma'(z)", ParseError, "the derivative sigma'", "write the function itself"),
        ("x_1 + ... + x_n", ParseError, "an ellipsis", "use a sum sign"),
        (r"\frac{\partial f}{\partial x} = 1", ParseError, "no formula", ""),
        ("   ", ParseError, "no formula", "write one"),
        ("sum x_i y_j", ParseError, "a sum that does not say over what", "write"),
        ("[1 2; 3]", ParseError, "rows of 1 and 2 entries", ""),
    ],
)
def test_refusals(text: str, error: type[Exception], given: str, remedy: str) -> None:
    with pytest.raises(error) as caught:
        read(text)
    assert getattr(caught.value, "given").startswith(given)  # noqa: B009 (both errors have it, Exception has not)
    assert getattr(caught.value, "remedy").startswith(remedy)  # noqa: B009


SPELLINGS = [
    (r"\hat{y}_1", "yhat_1", r"\hat{y}_1"),
    ("ŷ₁", "yhat_1", r"\hat{y}_1"),
    ("y_hat", "yhat", r"\hat{y}"),
    (r"\sigma_B^2", "sigma_B^2", r"\sigma_B^2"),
    ("z^{(2)}", "z^(2)", "z^{(2)}"),
    ("W^{[1]}", "W^[1]", "W^{[1]}"),
    ("W_{12}", "W_12", "W_{12}"),
    ("h_{t-1}", "h_{t-1}", "h_{t-1}"),
    ("net_{h1}", "net_h1", r"\mathrm{net}_{h1}"),
    (r"\mathcal{L}", "ℒ", r"\mathcal{L}"),
    (r"\text{PreL}", "PreL", r"\mathrm{PreL}"),
    ("W2", "W2", "W_2"),
    ("x'", "x'", "x'"),
]


@pytest.mark.parametrize(("written", "text", "latex"), SPELLINGS)
def test_spelling_of_a_name(written: str, text: str, latex: str) -> None:
    symbol = read_symbol(written)
    assert (symbol.text, symbol.latex) == (text, latex)
    assert read_symbol(symbol.text) == symbol
    assert read_symbol(symbol.latex + r"\,").text.replace("_", "") == text.replace("_", "")


def test_names_of_python_variables_have_latex() -> None:
    assert latex_name("y_hat") == r"\hat{y}"
    assert latex_name("_x") == r"\text{\_x}"
