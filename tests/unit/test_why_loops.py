"""`why_nan` and `why_zero` look inside loops, choices, checkpoints and compiled functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import why_nan, why_zero
from chainrule.errors import GradientError
from chainrule.ir.recording import open_recording, written_out


def shrinking(x: Any) -> Any:
    def step(c: Any, t: Any) -> Any:
        root = np.sqrt(c - t)
        return root, root * 2

    return np.sum(chainrule.scan(step, x, np.ones(3))[1])


def test_the_step_of_a_scan_that_leaves_its_domain() -> None:
    """c = sqrt(c - 1) from 2: 1, then 0, then the square root of -1, in the third step."""
    report = why_nan(shrinking)(2.0)
    assert (report.phase, report.op) == ("forward", "sqrt")
    assert report.line is not None
    assert report.line.source == "root = np.sqrt(c - t)"
    assert report.entries[0].inputs[0][1] == -1.0


def test_the_branch_that_is_taken_and_the_loop_that_ends() -> None:
    branch = why_nan(lambda x: chainrule.cond(x > 0, np.log, lambda x: np.sqrt(x), x))(-1.0)
    assert branch.op == "sqrt"
    loop = why_nan(lambda x: chainrule.while_loop(lambda y: y > -1, lambda y: y - 0.75, x) ** 0.5)(1.0)
    assert loop.op == "fixed_power"
    kept = why_nan(chainrule.checkpoint(lambda x: np.log(x - 1)))(0.5)
    assert kept.op == "log"
    assert why_nan(chainrule.jit(lambda x: np.sqrt(x - 3)))(1.0).op == "sqrt"
    assert why_nan(lambda x: np.sum(chainrule.vmap(np.sqrt)(x)))(np.array([1.0, -1.0])).op == "sqrt"


def test_the_flow_through_a_scan() -> None:
    def steps(x: Any) -> Any:
        def step(h: Any, _: Any) -> Any:
            return chainrule.sigmoid(h), None

        return chainrule.scan(step, x, None, length=12)[0]

    flow = why_zero(steps)(0.5).flow()
    assert [layer.name for layer in flow.layers] == [f"sigmoid_{place}" for place in range(12, 0, -1)]
    assert flow.product == pytest.approx(chainrule.grad(steps)(0.5), rel=1e-12)
    assert flow.vanished == "sigmoid_3"


def test_a_loop_that_is_too_long_to_be_written_out() -> None:
    def long(x: Any) -> Any:
        return chainrule.scan(lambda c, t: (c * 1.5, None), x, None, length=5000)[0]

    report = why_nan(long)(1.0)
    assert (report.phase, report.op) == ("forward", "scan")
    assert "one of the steps inside it" in report.why
    assert why_zero(lambda x: 0.0 * chainrule.scan(lambda c, t: (c * 0.5, None), x, None, length=5000)[0])(1.0).killers


@pytest.mark.parametrize("reverse", [False, True])
def test_a_loop_written_out_is_the_same_loop(reverse: bool) -> None:
    xs = {"a": np.arange(4.0), "b": np.ones((4, 2))}

    def run(x: Any) -> Any:
        end, out = chainrule.scan(lambda c, t: (c * 0.5 + t["a"], (c, t["b"] * c)), x, xs, reverse=reverse)
        return end, out

    def loss(x: Any) -> Any:
        end, out = run(x)
        return end + np.sum(out[0] * np.arange(4.0)) + np.sum(out[1] * np.arange(8.0).reshape(4, 2))

    expected = chainrule.value_and_grad(loss)(2.0)
    with written_out():
        assert chainrule.value_and_grad(loss)(2.0) == pytest.approx(expected)
        with open_recording(), pytest.raises(GradientError):
            chainrule.grad(lambda x: chainrule.scan(lambda c, t: c, x, np.ones(2))[0])(1.0)
