"""`why_nan`: the step that is to blame, its numbers, its line, and the form that is safe: which is then tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import grad, softmax, why_nan
from chainrule.errors import EscapeError


def nested_roots(x: Any) -> Any:
    inner = x - 2
    return np.sqrt(np.sqrt(inner))


def test_the_inner_root_is_to_blame_and_not_the_outer() -> None:
    """sqrt(sqrt(x - 2)) at 1: the argument of the inner root is -1; all that follows is a consequence."""
    report = why_nan(nested_roots)(1.0)
    assert (report.found, report.phase, report.op, report.step) == (True, "forward", "sqrt", "np.sqrt(inner)")
    assert report.entries[0].inputs == (("inner", -1.0),)
    assert report.line is not None
    assert "np.sqrt(np.sqrt(inner))" in report.line.source
    assert any("as a consequence: the gradient of x is NaN" in each for each in report.consequences)


FORWARD: dict[str, tuple[Callable[..., Any], tuple[Any, ...], str, str, str]] = {
    "entropy": (lambda p: -np.sum(p * np.log(p)), (np.array([0.0, 1.0]),), "np.log(p)", "-infinity", "xlogy(p, p)"),
    "log of a softmax": (lambda x: np.sum(np.log2(softmax(x))), (np.array([0.0, 2000.0]),), "np.log2", "of 0",
                         "log_softmax"),
    "log of a sigmoid": (lambda x: np.log2(chainrule.sigmoid(x)), (-800.0,), "np.log2", "of 0", "log_sigmoid"),
    "softmax by hand": (lambda x: np.sum(np.exp(x) / (np.sum(np.exp(x)) + 1e-9)), (np.array([1000.0, 0.0]),),
                        "np.exp(x)", "709.78", "chainrule.softmax"),
    "logsumexp by hand": (lambda x: np.log2(np.sum(np.exp(x))), (np.array([1000.0, 0.0]),), "np.exp(x)", "709.78",
                          "logsumexp"),
    "softplus by hand": (lambda x: np.log2(1 + np.exp(x)), (1000.0,), "np.exp(x)", "709.78", "softplus"),
    "exp of float32": (lambda x: np.exp(x), (np.float32(90.0),), "np.exp(x)", "88.72", "subtract the maximum"),
    "zero over zero": (lambda x: x / x, (0.0,), "x / x", "0 / 0", "np.where(x != 0"),
    "sinc": (lambda x: np.sin(x) / x, (0.0,), "np.sin(x) / x", "0 / 0", "np.sinc(x / np.pi)"),
    "a unit vector": (lambda x: x / np.linalg.norm(x), (np.zeros(2),), "x / np.linalg.norm(x)", "length 0",
                      "np.where(np.linalg.norm(x) > 0"),
    "a broken power": (lambda x: x**1.5, (-2.0,), "x ** 1.5", "not a whole number", "np.abs(x) ** 1.5"),
    "a variance below 0": (lambda x: np.sqrt(np.mean(x * x) - np.mean(x) ** 2), (np.full(7, (1e8 + 1) / 7),),
                           "np.sqrt", "rounding has made negative", "np.maximum"),
    "arccos beyond 1": (lambda x: np.arccos(x), (1.0000001,), "np.arccos(x)", "from -1 to 1", "np.clip(x, -1, 1)"),
    "the mean of nothing": (lambda x: np.mean(x[x > 9]), (np.ones(3),), "np.mean", "mean of nothing", "check the mask"),
    "a masked row": (lambda x: softmax(np.where(x > 9, x, -np.inf)), (np.ones(2),), "softmax", "everything is masked",
                     "finite"),
    "infinity less infinity": (lambda x: (x + np.inf) - np.inf, (1.0,), "x + inf - inf", "minus infinity", "finite"),
    "an overflow": (lambda x: x * x, (np.float32(1e20),), "x * x", "3.4e+38", "float64"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FORWARD))
def test_forward(name: str) -> None:
    function, args, step, why, remedy = FORWARD[name]
    report = why_nan(function)(*args)
    assert report.phase == "forward", str(report)
    assert step in report.step
    assert why in report.why
    assert remedy in report.remedy
    assert report.entries
    assert not np.isfinite(report.entries[0].result)


BACKWARD: dict[str, tuple[Callable[..., Any], tuple[Any, ...], str, str]] = {
    "a length by hand": (lambda x: np.sqrt(np.sum(x**2)), (np.zeros(3),), "sqrt", "np.linalg.norm(x)"),
    "a length in the plane": (lambda x, y: np.sqrt(x * x + y**2), (0.0, 0.0), "sqrt", "np.hypot(x, y)"),
    "an absolute value by hand": (lambda x: (x**2) ** 0.5, (0.0,), "fixed_power", "np.abs(x)"),
    "a length by a product": (lambda x: np.sqrt(x @ x), (np.zeros(2),), "sqrt", "np.linalg.norm(x)"),
    "a root": (lambda x: 3 * np.sqrt(x), (0.0,), "sqrt", "np.where(x > 0, np.sqrt(x), 0)"),
    "a power": (lambda x: x**0.25, (0.0,), "fixed_power", "np.where(x != 0, x ** 0.25, 0)"),
    "an angle": (lambda x: np.arccos(x), (1.0,), "arccos", "np.arctan2"),
    "a cancelled cube": (lambda x: np.cbrt(x**3), (0.0,), "cbrt", "np.where"),
}


@pytest.mark.parametrize("name", sorted(BACKWARD))
def test_backward(name: str) -> None:
    function, args, op, remedy = BACKWARD[name]
    report = why_nan(function)(*args)
    assert (report.phase, report.op) == ("backward", op), str(report)
    assert remedy in report.remedy
    assert any("the gradient of x is" in each for each in report.consequences)


MENDED: dict[str, tuple[Callable[..., Any], Callable[..., Any], Any]] = {
    "norm": (lambda x: np.sqrt(np.sum(x**2)), lambda x: np.linalg.norm(x), np.zeros(3)),
    "abs": (lambda x: (x**2) ** 0.5, lambda x: np.abs(x), 0.0),
    "root": (lambda x: 3 * np.sqrt(x), lambda x: 3 * np.where(x > 0, np.sqrt(x), 0), 0.0),
    "entropy": (lambda p: -np.sum(p * np.log(p)), lambda p: -np.sum(np.where(p > 0, p * np.log(p), 0)),
                np.array([0.0, 1.0])),
    "softplus": (lambda x: np.log2(1 + np.exp(x)), lambda x: chainrule.softplus(x), 1000.0),
    "unit": (lambda x: np.sum(x / np.linalg.norm(x)),
             lambda x: np.sum(np.where(np.linalg.norm(x) > 0, x / np.linalg.norm(x), 0)), np.zeros(2)),
    "ratio": (lambda x: np.sum(x / x), lambda x: np.sum(np.where(x != 0, x / x, 0)), np.array([0.0, 1.0])),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(MENDED))
def test_what_it_says_to_write_is_finite(name: str) -> None:
    broken, mended, at = MENDED[name]
    assert why_nan(broken)(at).found
    assert not why_nan(mended)(at).found
    with np.errstate(all="ignore"):
        assert np.all(np.isfinite(grad(mended)(at)))


def test_an_infinity_is_followed_to_where_it_becomes_nan() -> None:
    report = why_nan(lambda p: np.sum(p * np.log(p)))(np.array([0.0, 0.5]))
    assert report.step == "np.log(p)"
    assert "p * np.log(p) is NaN (p[0] = 0, np.log(p)[0] = -inf)" in report.consequences[0]


def test_a_value_that_nothing_reads_is_no_culprit() -> None:
    quiet = why_nan(lambda x: np.sum(np.where(x > 0, np.log(x), 0.0)))(np.array([-1.0, 2.0]))
    assert not quiet.found
    assert str(quiet).startswith("no NaN: ")
    assert "np.log(x) is not in 1 of 2 entries" in str(quiet)
    spoilt = why_nan(lambda x: np.sum(np.where(x > 0, np.log(x), 0.0)) + np.sqrt(x[0]))(np.array([-1.0, 2.0]))
    assert spoilt.op == "sqrt"


def test_an_infinite_value_behind_a_finite_one() -> None:
    """1 / (1 + exp(x)) is 0 far out and so is its slope, but -1 / y^2 there meets the infinite slope of exp."""
    report = why_nan(lambda x: 1 / (1 + np.exp(x)))(1000.0)
    assert not report.found
    assert "np.exp(x) is not at" in str(report)
    report = why_nan(lambda x: np.tanh(np.exp(x) - np.exp(x)) + x)(1000.0)
    assert (report.op, report.phase) == ("exp", "forward")


def test_arguments_that_are_not_finite() -> None:
    report = why_nan(lambda data, w: np.sum(data["x"] * w))({"x": np.array([1.0, np.nan])}, 2.0)
    assert (report.phase, report.step) == ("argument", "data['x']")
    assert report.entries[0].index == (1,)
    constant = why_nan(lambda w: np.sum(w * np.array([1.0, np.nan])))(2.0)
    assert constant.phase == "argument"
    assert "a constant" in constant.why


def test_functions_with_rules_of_their_own() -> None:
    log = chainrule.custom_vjp(np.log)
    log.defvjp(lambda x: (np.log(x), x), lambda x, g: (g / x,))
    assert why_nan(lambda x: 3 * log(x))(-1.0).op == "log"
    wrong = chainrule.custom_vjp(np.sin)
    wrong.defvjp(lambda x: (np.sin(x), x), lambda x, g: (g * np.nan,))
    report = why_nan(lambda x: wrong(x) + 1)(1.0)
    assert (report.phase, report.op) == ("backward", "sin")


def test_outputs_of_any_kind() -> None:
    report = why_nan(lambda x: {"y": [np.log(x), x], "n": 3})(np.array([0.0, 1.0]))
    assert (report.phase, report.op, report.count) == ("forward", "log", 1)


def test_a_graph_that_is_deep() -> None:
    def chain(x: Any) -> Any:
        for _ in range(5000):
            x = x * 1.5
        return x

    report = why_nan(chain)(1.0)
    assert (report.op, report.phase) == ("mul", "forward")
    assert "1.8e+308" in report.why


def test_what_the_function_raises_is_raised() -> None:
    with pytest.raises(EscapeError):
        why_nan(lambda x: float(x) * x)(1.0)
    with pytest.raises(KeyError):
        why_nan(lambda x: {}["nothing"])(1.0)


def test_the_text_is_aligned() -> None:
    lines = str(why_nan(nested_roots)(1.0)).splitlines()
    assert lines[0].startswith("the first forward step of nested_roots that is not finite: ")
    assert all(line[2:11].rstrip() in ("at", "why", "numbers", "write", "then", "") for line in lines[1:])
