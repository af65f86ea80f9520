"""A long straight line as short functions gives what it gives as one, whatever is handed from one to the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.test_native import compared
from unit.programs import random_function, random_program

import chainrule
from chainrule.executors import EXECUTORS
from chainrule.executors.native import availability, compile_graph, questions
from chainrule.executors.native.plans import memory
from chainrule.executors.native.primitives.values import UnsupportedError
from chainrule.executors.native.text import bodies, looped
from chainrule.executors.native.text.lines import copies, pieces
from chainrule.ir.recording import open_recording

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))


@pytest.fixture(params=["one", "some", "loops"])
def cut_short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line is cut, into pieces of one instruction or some; or the calls of loops are."""
    monkeypatch.setattr(bodies, "LIMIT", [-1 if request.param == "loops" else 10**8])
    monkeypatch.setattr(bodies, "MOST_LINES", 0)
    monkeypatch.setattr(looped, "_MANY", 0)
    monkeypatch.setattr(pieces, "LONGEST", {"one": 1, "some": 30, "loops": 4}[request.param])
    monkeypatch.setattr(pieces, "_MOST_HANDED", 0 if request.param == "one" else 32)


@pytest.mark.parametrize("seed", range(700, 704))
def test_random_programs_in_pieces(seed: int, cut_short: None) -> None:
    with open_recording(), np.errstate(all="ignore"):
        graph, values = random_program(seed)
        if bodies.LIMIT[0] > 0:
            assert "_piece0" in questions.language(graph)
        expected = EXECUTORS["walk"](graph, "f")(*values)
        found = compile_graph(graph)(*values)
    for one, other in zip(found, expected, strict=True):
        compared(one, np.asarray(other), 64)


@pytest.mark.parametrize("seed", range(3))
def test_gradients_and_loops_in_pieces(seed: int, cut_short: None) -> None:
    random = np.random.default_rng(seed)
    given = [random.normal(size=shape) for shape in ((3, 4), (4, 3), (4,), ())]
    inner = random_function(seed)

    def repeated(A: Any, B: Any, v: Any, s: Any) -> Any:
        return chainrule.scan(lambda carry, _: (np.tanh(carry + inner(A, B, v, carry)), None), s, None, length=3)[0]

    both = chainrule.value_and_grad(repeated, (0, 1, 2, 3))
    found, expected = chainrule.jit(both)(*given), chainrule.jit(both, executor="numpy")(*given)
    for one, other in zip((found[0], *found[1]), (expected[0], *expected[1]), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * max(1.0, np.max(np.abs(other))))


def test_a_long_chain_is_compiled() -> None:
    """d/dx of 2,000 times tanh(x) + 0.1 is the product of 1 - tanh^2, taken here as a sum of logarithms."""

    def chain(x: Any) -> Any:
        for _ in range(2000):
            x = np.tanh(x) + 0.1
        return x

    both = chainrule.jit(chainrule.value_and_grad(chain))
    value, slope = both(0.5)
    x, logs = 0.5, 0.0
    for _ in range(2000):
        logs += float(np.log1p(-(np.tanh(x) ** 2)))
        x = float(np.tanh(x)) + 0.1
    assert both._builtins
    assert abs(value - x) < 1e-14
    assert slope == pytest.approx(np.exp(logs), rel=1e-10)
    assert both(0.5) == (value, slope)


def test_what_is_not_straight_is_refused() -> None:
    for line in ("top:", "  br label %top", "  %v1 = landingpad token"):
        with pytest.raises(UnsupportedError):
            pieces.cut([line], [], "f")
    with pytest.raises(UnsupportedError):
        pieces.cut(["  %v1 = fadd double %v0, %v0"], [], "f")


def test_equal_loops_are_one_function() -> None:
    W = np.random.default_rng(0).normal(size=(30, 30)) / 6

    def repeated(x: Any, steps: int) -> Any:
        for _ in range(steps):
            x = np.tanh(W @ x) + 0.1
        return np.sum(x * x)

    x = np.linspace(-1.0, 1.0, 30)
    both = [chainrule.jit(chainrule.value_and_grad(lambda x, steps=steps: repeated(x, steps))) for steps in (8, 40)]
    short, long = (questions.language(each.graph(x)).count("\ndefine ") for each in both)
    assert long < short + 4
    expected = chainrule.value_and_grad(lambda x: repeated(x, 40))(x)
    for _ in range(2):
        np.testing.assert_allclose(both[1](x)[0], expected[0], rtol=1e-13)
        np.testing.assert_allclose(both[1](x)[1], expected[1], rtol=1e-9)


def test_copies_are_found_through_what_they_call() -> None:
    def define(name: str, body: str) -> str:
        return f"define internal void @{name}() #0 {{\n{body}\n}}\n"

    text = (define("a", "  ret void") + define("b", "  ret void") + define("c", "  call void @a()\n  ret void")
            + define("d", "  call void @b()\n  ret void") + define("e", "  call void @e()\n  ret void")
            + "define void @open() {\n  call void @d()\n  call void @ab()\n}\n")  # fmt: skip
    found = copies.without_copies(text)
    assert found == (define("a", "  ret void") + define("c", "  call void @a()\n  ret void")
                     + define("e", "  call void @e()\n  ret void")
                     + "define void @open() {\n  call void @c()\n  call void @ab()\n}\n")  # fmt: skip
    assert copies.without_copies(found) == found


def test_many_loops_are_called_in_pieces() -> None:
    W = np.random.default_rng(0).normal(size=(30, 30)) / 6

    def repeated(x: Any) -> Any:
        for _ in range(200):
            x = np.tanh(W @ x) + 0.1
        return np.sum(x * x)

    x = np.linspace(-1.0, 1.0, 30)
    both = chainrule.jit(chainrule.value_and_grad(repeated))
    assert "_piece1" in both.llvm(x)
    expected = chainrule.value_and_grad(repeated)(x)
    np.testing.assert_allclose(both(x)[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(both(x)[1], expected[1], rtol=1e-8, atol=1e-30)


def test_the_block_is_used_again() -> None:
    """What is alive at the same time never shares a byte; what is dead leaves its place to the next."""
    random = np.random.default_rng(0)
    for _ in range(20):
        holes, alive = memory.Holes(), dict[int, int]()
        total = longest = 0
        for length in 64 * random.integers(0, 5, 200):
            start = holes.take(int(length))
            stretch = set(range(start, start + int(length), 64))
            assert all(stretch.isdisjoint(range(low, high, 64)) for low, high in alive.items())
            if length:
                alive[start] = start + int(length)
                total += int(length)
            longest = max(longest, total)
            for low in [low for low in alive if random.random() < 0.1]:
                total -= alive[low] - low
                holes.give_back(low, alive.pop(low))
        assert longest <= holes.longest < 2 * longest
        for low, high in alive.items():
            holes.give_back(low, high)
        assert (holes.starts, holes.ends) == ([0], [holes.longest])
