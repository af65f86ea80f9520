"""The complex step, and what a report of checked gradients says: its summary, its data and its plot."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from unit.gradients import fails, passes, report, wrong

from chainrule import relu


def test_a_complex_step_sees_what_rounding_hides() -> None:
    """The sine of 1e5 x has a period so short that differences keep four digits; the imaginary part keeps them all."""
    slightly = wrong(np.sin, lambda g, x: (g * np.cos(x) * (1 + 1e-6),))
    found = fails("by a complex step", lambda x: slightly(1e5 * x + 1e10 - 1e10), 1.0)
    assert found.entries[0].numeric == pytest.approx(1e5 * math.cos(1e5), rel=1e-14)
    passes(lambda x: np.sin(1e5 * x + 1e10 - 1e10), 1.0)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.vdot(x, x),
        lambda x: np.sum(x * x.astype(float)),
        lambda x: np.linalg.norm(x) ** 2,
        lambda x: np.sum(np.where(x > 0, x * x, np.sin(x))),
    ],
)
def test_functions_that_mean_something_else_on_complex_numbers(f: Callable[[Any], Any]) -> None:
    passes(f, np.array([0.3, -2.0, 1.0]))


def test_the_names_of_modes_in_full() -> None:
    found = report(lambda x: np.sin(x) * x, 1.0, modes=("forward", "reverse"), order=2)
    assert found.ok
    assert found.entries[0].forward == found.entries[0].reverse
    assert report(np.sin, 1.0, modes="reverse").entries[0].forward is None


def test_the_summary_names_the_entry_and_the_mistake() -> None:
    square = wrong(lambda W: W * W, lambda g, W: (g * W * np.array([[1.0, 2.0], [2.0, 2.0]]),))
    found = report(lambda W: np.sum(square(W)), np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert not found.ok
    assert found.summary.startswith("a bug: entry (0, 0) of W (argument 0), ratio 0.5: a factor 2")
    assert found.summary in str(found)
    deep = report(lambda p: np.sum(square(p["a"])), {"a": np.ones((2, 2))})
    assert "of p['a'] (argument 0['a'])" in deep.summary


def test_what_is_not_differentiable_is_named() -> None:
    found = report(lambda x: np.sum(relu(x - 1.0)), np.array([1.0, 2.0]))
    assert found.summary.startswith("not differentiable here: entry (0) of x")
    assert "slopes 0 and 1 on its two sides" in found.summary
    assert any("relu at 0" in note for note in found.notes)
    assert not found.ok


def test_the_plot_shows_a_valley_or_a_mistake_that_stays(tmp_path: Any) -> None:
    sine = wrong(np.sin, lambda g, x: (g * np.cos(x) * np.array([1.0, 1.01]),))
    found = report(lambda x: np.sum(sine(x)), np.array([0.5, 1.0]))
    path = tmp_path / "error.svg"
    assert found.plot(path) == path.read_text(encoding="utf-8")
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    lines = [each for each in root if each.tag.endswith("polyline")]
    assert len(lines) == 2
    assert [bool(each.get("stroke-dasharray")) for each in lines] == [True, False]
    wrong_one, right_one = ([float(pair.split(",")[1]) for pair in each.get("points", "").split()] for each in lines)
    assert max(wrong_one[6:]) - min(wrong_one[6:]) < 10  # level: the mistake does not shrink with the step
    assert max(right_one) - min(right_one) > 60


def test_the_plot_of_nothing() -> None:
    assert report(lambda x: np.sum(x), np.zeros(0)).plot().startswith("<svg")


def test_the_report_as_plain_data() -> None:
    found = report(lambda x: np.sum(relu(x)), np.array([0.0, 1.0])).to_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["verdict"], found["ok"]) == ("inconclusive", False)
    assert found["arguments"][0]["entries"][0]["sides"] == [0.0, 1.0]


def test_a_naive_form_that_overflows_only_when_it_is_not_recorded() -> None:
    """log(1 + exp(x)) at 1000 is infinite for NumPy and 1000 for the recording, which is softplus: nothing is wrong."""
    assert report(lambda x: np.log(1 + np.exp(x)), 1000.0).verdict.name == "INCONCLUSIVE"
    passes(lambda x: np.log(1 + np.exp(x)), 10.0)


def test_outputs_that_are_zero_by_construction() -> None:
    """The lower half of the R of a QR decomposition: 0, however the matrix moves, but for rounding in the rules."""
    passes(lambda x: np.linalg.qr(x)[1], np.array([[2.8, 0.2, -0.5], [-0.9, 3.7, 0.9], [-0.7, 0.2, 3.4]]))
    passes(lambda x: np.stack([x, (x * 3.0 + 1e-17 * x) / 3.0 - x]), 0.7)


def test_a_slope_too_small_for_differences_is_confirmed_by_a_complex_step() -> None:
    found = report(np.tanh, 30.0).entries[0]
    assert (found.verdict.name, found.method) == ("PASS", "a complex step")
    assert found.numeric == pytest.approx(4 * math.exp(-60), rel=1e-10)
    fails("0.121", wrong(np.tanh, lambda g, x: (g * 1e-9,)), 10.0)


def test_a_transposed_rule_of_an_array() -> None:
    rule = wrong(lambda A, x: A @ x, lambda g, A, x: (np.outer(x, g), A.T @ g))
    fails("transposed: the right numbers", rule, np.arange(9.0).reshape(3, 3) / 9, np.array([0.3, -1.0, 2.0]))
