"""Any text whatever: an answer or an error of our own, soon, and never Python's own recursion error."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.errors import ChainruleError, LimitError, TextSpan
from chainrule.notation import parse

ALPHABET = (  # noqa: SIM905 (a list literal would be a page long)
    r"x y z W q f g sigma \sigma \hat e pi softmax tanh \log max sum sum_i \sum_{i=1}^n \sum _ ^ _i ^2 ^T ' ( ) [ ] { "
    r"} \{ \} , ; + - * / . @ = < >= | || \| \frac{a}{b} \frac \sqrt \begin{cases} \end{cases} \begin{bmatrix} "
    r"\end{bmatrix} & \\ 1 2 0.5 1{ \mathbb{1} \left( \right) \left. \text{else} \odot \cdot \times : ! ... i j k 12 "
    r"x_i W_{ij} x^{(2)} f(x) \in \mathbb{R}^n $ \[ \partial np. np.sum( ** ᵀ ² ₁ ŷ ‖ ∂ · → ' ` # ~ % \quad"
).split()
PIECES = st.lists(st.sampled_from(ALPHABET), min_size=1, max_size=14)
SECONDS = 2.0


def answer(text: str, **given_: str) -> None:
    """Read the text; any error must be ours and must be printable."""
    started = time.perf_counter()
    try:
        parse(text, **given_)
    except ChainruleError as problem:
        str(problem)  # must not raise
    assert time.perf_counter() - started < SECONDS


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PIECES, st.sampled_from(["", " "]))
def test_pieces_of_mathematics(pieces: list[str], between: str) -> None:
    answer(between.join(pieces))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_characters(text: str) -> None:
    answer(text)
    answer("$" + text)


@settings(max_examples=150, deadline=None)
@given(PIECES, PIECES)
def test_values_and_shapes(values: list[str], shapes: list[str]) -> None:
    answer("f = x y", values="x=" + "".join(values))
    answer("f = x y", shapes="x:" + " ".join(shapes))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "9^9^9^9",
        "9**9**9**9",
        r"9^{9^{9^9}}",
        "x" * 10_000_000,
        "x + " * 4_000 + "x",
        "x " * 5_000,
        "[" * 100_000,
        "tanh " * 1_000 + "x",
        "x" + "'" * 1_000,
        "x" + "^T" * 1_000,
        r"\sum_i " * 1_000 + "x_i",
        r"\sum_{i=1}^{999999999} i x",
        r"\sum_{i=1}^{1000} \sum_{j=i}^{1000} a_{ij}",
        "; ".join(f"g_{k}(x) = g_{k + 1}(x) + g_{k + 1}(x)" for k in range(40)) + "; g_40(x) = x; y = g_0(z)",
        "y = g(x); g(t) = g(t)",
        ";" * 100_000,
        "\n".join(f"a_{k + 1} = a_{k} + 1" for k in range(1_000)),
        "\\" * 1_000,
        "{" * 5_000,
        r"\begin{cases}" * 1_000,
        "| " * 1_000,
        r"\text{" * 1_000,
        "\x00" * 100,
        "\u202e\u0301" * 100,
        "np.sum(" * 5_000,
        "-" * 50_000 + "np.pi",
    ],
    ids=lambda text: text[:16],
)
def test_bombs(text: str) -> None:
    answer(text)


@pytest.mark.parametrize("text", ["(" * 10_000, "9^9^9^9", "x" * 10_000_000, "np.sin(" * 10_000])
def test_bounds_are_named_with_their_place(text: str) -> None:
    with pytest.raises(LimitError) as caught:
        parse(text)
    assert isinstance(caught.value.place, TextSpan)
    assert caught.value.place.line == 1
    assert caught.value.place.column >= 1
    assert "^" in str(caught.value)


DEEP = {
    "brackets": lambda n: "(" * n + "x" + ")" * n,
    "sums": lambda n: "1+2*(" * n + "x" + ")" * n,
    "fractions": lambda n: r"\frac{1}{1+" * n + "x" + "}" * n,
    "roots": lambda n: "sqrt(" * n + "x" + ")" * n,
    "signs": lambda n: "-" * n + "x",
    "powers": lambda n: "x^" * n + "2",
    "norms": lambda n: r"\left|" * n + "x" + r"\right|" * n,
    "cases": lambda n: r"\begin{cases} x & x>0 \\ " * n + "x" + r"\end{cases}" * n,
    "calls": lambda n: "np.sin(" * n + "x" + ")" * n,
}


def under(frames: int, text: str) -> None:
    """Parse from deep inside the caller's own calls."""
    if frames:
        return under(frames - 1, text)
    return answer(text)


@pytest.mark.parametrize("form", DEEP)
@pytest.mark.parametrize("depth", [10, 30, 50, 99, 101, 500])
def test_depth_leaves_room_on_the_stack(form: str, depth: int) -> None:
    under(200, DEEP[form](depth))
