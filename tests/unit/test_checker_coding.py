"""Statements in code: right lines are right, one slip is found at its line, and nothing runs."""

from __future__ import annotations

import time

import pytest

from chainrule.checker import Finding, Verdict, check_document
from chainrule.checker.documents import read_document

FORWARD = """
z1 = X @ W1 + b1
h = np.maximum(0, z1)
z2 = h @ W2 + b2
e = np.exp(z2)
p = e / np.sum(e, axis=1, keepdims=True)
loss = -np.sum(Y * np.log(p)) / N
"""
BACKWARD = {
    "dz2": "(p - Y) / N",
    "dW2": "h.T @ dz2",
    "db2": "np.sum(dz2, axis=0)",
    "dh": "dz2 @ W2.T",
    "dz1": "dh * (z1 > 0)",
    "dW1": "X.T @ dz1",
    "db1": "dz1.sum(axis=0)",
}
SLIPS = [
    ("dz2", "(Y - p) / N", "M14"),
    ("dW2", "dz2.T @ h", "M5"),
    ("dW2", "h @ dz2", "M5"),
    ("db2", "dz2", "M24"),
    ("dh", "dz2 @ W2", "M5"),
    ("dz1", "dh * h", "M1"),
    ("dz1", "dh", "M2"),
    ("dW1", "X.T @ dz2", "M8"),
]


def findings(text: str) -> list[Finding]:
    """The findings for a note."""
    return list(check_document(read_document(text.encode(), "note.md")).findings)


def fenced(*lines: str) -> str:
    """A note of one block of code."""
    return "```python\n" + "\n".join(line.strip("\n") for line in lines) + "\n```\n"


def verdicts(text: str) -> dict[str, Verdict]:
    """The verdict on each statement by the name on its left."""
    return {each.text.split("=")[0].strip(" +-*/"): each.verdict for each in findings(text)}


def backward(**changed: str) -> str:
    """The note of the network, some of its lines written otherwise."""
    return fenced(FORWARD, *(f"{name} = {changed.get(name, value)}" for name, value in BACKWARD.items()))


def test_a_right_backward_pass_is_right() -> None:
    """Every line of it, and the lines that go forward are definitions."""
    found = verdicts(backward())
    assert {found[name] for name in BACKWARD} == {Verdict.RIGHT}
    assert found["loss"] is Verdict.DEFINITION


@pytest.mark.parametrize(("name", "written", "mistake"), SLIPS, ids=str)
def test_one_slip_is_found_at_its_line(name: str, written: str, mistake: str) -> None:
    """The line with the slip is wrong and is named; all others stay right."""
    found = findings(backward(**{name: written}))
    wrong = [each for each in found if each.verdict is Verdict.WRONG]
    assert [each.text for each in wrong] == [f"{name} = {written}"]
    assert wrong[0].diagnosis is not None
    assert mistake in [each.mistake for each in wrong[0].diagnosis.candidates]
    assert sum(each.verdict is Verdict.RIGHT for each in found) == len(BACKWARD) - 1


def test_lines_that_make_one_derivative_together() -> None:
    """The idiom of softmax: a copy, entries changed, a division."""
    text = fenced(
        "N = X.shape[0]", "scores = X @ W + b", "e = np.exp(scores)", "probs = e / e.sum(axis=1, keepdims=True)",
        "loss = -np.log(probs[np.arange(N), y]).mean() + 0.5 * reg * np.sum(W * W)", "dscores = probs.copy()",
        "dscores[np.arange(N), y] -= 1", "dscores /= N", "dW = X.T @ dscores", "dW += reg * W",
    )  # fmt: skip
    found = findings(text)
    assert [each.verdict for each in found[5:]] == [Verdict.RIGHT] * 5
    wrong = findings(text.replace("dW += reg", "dW += 2 * reg"))
    assert [each.text for each in wrong if each.verdict is Verdict.WRONG] == ["dW += 2 * reg * W"]


def test_the_mean_may_be_taken_at_the_end() -> None:
    """Inner derivatives of the sum of the losses are a convention where the outer ones take the mean."""
    found = verdicts(fenced(
        "m = X.shape[1]", "Z1 = W1 @ X + b1", "A1 = np.tanh(Z1)", "Z2 = W2 @ A1 + b2", "A2 = 1 / (1 + np.exp(-Z2))",
        "cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m", "dZ2 = A2 - Y", "dW2 = dZ2 @ A1.T / m",
        "db2 = np.sum(dZ2, axis=1, keepdims=True) / m", "dZ1 = (W2.T @ dZ2) * (1 - A1 ** 2)", "dW1 = dZ1 @ X.T / m",
        "db1 = np.sum(dZ1, axis=1, keepdims=True) / m",
    ))  # fmt: skip
    assert found["dZ2"] is found["dZ1"] is Verdict.CONVENTION
    assert {found[name] for name in ("dW2", "db2", "dW1", "db1")} == {Verdict.RIGHT}


def test_functions_that_go_forward_and_back() -> None:
    """Each pair has names of its own, and the upstream derivative is that of what is returned."""
    text = fenced(
        "def affine_forward(x, w, b):", "    out = x @ w + b", "    return out, (x, w, b)",
        "def affine_backward(dout, cache):", "    x, w, b = cache", "    dx = dout @ w.T", "    dw = dout.T @ x",
        "    db = dout.sum(axis=0)", "    return dx, dw, db",
        "def tanh_forward(x):", "    out = np.tanh(x)", "    return out, out",
        "def tanh_backward(dout, cache):", "    out = cache", "    dx = dout * (1 - out ** 2)", "    return dx",
    )  # fmt: skip
    found = findings(text)
    assert [each.text for each in found if each.verdict is Verdict.WRONG] == ["dw = dout.T @ x"]
    assert sum(each.verdict is Verdict.RIGHT for each in found) == 3


def test_mathematics_defines_and_code_differentiates() -> None:
    """Names are the same with and without scripts."""
    text = "Rows of $X$ are examples, $X$ is $N \\times D$.\n\n$$Z_1 = XW_1,\\quad A_1 = \\tanh(Z_1),\\quad"
    text += " L = \\frac12\\sum_{n,k}(A_1 - T)_{nk}^2$$\n\n"
    found = verdicts(text + fenced("dA1 = A1 - T", "dZ1 = dA1 * (1 - A1 ** 2)", "dW1 = X.T @ dA1"))
    assert (found["dA1"], found["dZ1"], found["dW1"]) == (Verdict.RIGHT, Verdict.RIGHT, Verdict.WRONG)


def test_results_in_comments() -> None:
    """A comment that is a number is a claim about the line."""
    text = fenced(
        "x = 2.0", "y = -3.0", "q = x * y  # -6", "f = q ** 2  # 36.0", "dq = 2 * q  # -12", "dx = dq * y  # 30"
    )
    found = verdicts(text)
    assert found["f"] is found["q"] is Verdict.DEFINITION
    assert (found["dq"], found["dx"]) == (Verdict.RIGHT, Verdict.WRONG)


@pytest.mark.parametrize(
    "text",
    [
        fenced("dt = 0.1", "a = -9.81", "E = 0.5 * m * v ** 2", "dv = a * dt", "v += dv"),
        fenced("for t in range(9):", "    h[t] = np.tanh(W @ h[t - 1])", "loss = np.sum(h[8])", "dW = h[0]"),
        fenced("if train:", "    z = z * mask", "loss = np.sum(z ** 2)", "dz = z"),
        fenced("out = magic(x)", "loss = np.sum(out)", "dx = 3 * x"),
        fenced("dx = x[1:] - x[:-1]", "loss = np.sum(dx ** 2)"),
    ],
)
def test_what_is_not_understood_is_not_wrong(text: str) -> None:
    """Loops, conditions, unknown calls, and differences that are no derivatives."""
    assert Verdict.WRONG not in {each.verdict for each in findings(text)}


@pytest.mark.parametrize(
    "line",
    [
        "x = 9 ** 9 ** 9 ** 9", "x = np.zeros((10 ** 9, 10 ** 9))", "x = np.eye(10 ** 6)",
        "x = " + "(" * 90 + "1" + ")" * 90,
        "x = " + " + ".join(["a"] * 3000), "x = __import__('os').system('true')", "x = open('/etc/passwd').read()",
        "x = np.arange(10 ** 12)", "x = [0] * 10 ** 9", "x = 'a' * 10 ** 9", "x = np.load('f', allow_pickle=True)",
        "x = (lambda: 1)()", "x = a.__class__.__bases__", "x = a" + ".T" * 3000, "x = y = z = w = 1", "x, *y = a",
        "x = np.outer(a, a)[..., None, None] * np.ones((64, 64))", "x[0][1][2] = 3", "x = -" * 500 + "1",
    ],
)  # fmt: skip
def test_hostile_lines_are_answered_at_once(line: str) -> None:
    """Nothing runs, nothing grows, nothing fails."""
    begun = time.perf_counter()
    found = findings(fenced(line, "loss = np.sum(x * W)", "dW = x", "dx = W * 1"))
    assert found
    assert time.perf_counter() - begun < 5


def test_functions_that_call_themselves_end() -> None:
    """There is a budget for a whole document."""
    begun = time.perf_counter()
    text = fenced("def f(x):", "    return f(x) + f(x) * f(x)", "loss = f(W)", "dW = f(W)")
    assert Verdict.WRONG not in {each.verdict for each in findings(text)}
    assert time.perf_counter() - begun < 5


def test_targets_of_a_cross_entropy_sum_to_one() -> None:
    """In mathematics and in code, over the axis that softmax adds over."""
    text = "$$Z = XW,\\quad P = \\text{softmax}(Z),\\quad L = -\\frac1N\\sum_n\\sum_c Y_{nc}\\log P_{nc}$$\n\n"
    assert verdicts(text + fenced("dZ = (P - Y) / N"))["dZ"] is Verdict.RIGHT
    helper = ["def softmax(z):", "    e = np.exp(z)", "    return e / e.sum(axis=0, keepdims=True)"]
    lines = ["Z = W @ X", "P = softmax(Z)", "loss = -np.sum(Y * np.log(P))", "dZ = P - Y"]
    assert verdicts(fenced(*helper, *lines))["dZ"] is Verdict.RIGHT
