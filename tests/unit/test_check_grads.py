"""Checking gradients: right ones pass everywhere, wrong ones are named, and what cannot be decided says why."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from messages import refused
from unit.gradients import fails, passes, report, undecided, wrong

import chainrule
from chainrule import check_grads, custom_jvp, relu, stop_gradient
from chainrule.errors import DTypeError, GradientError
from chainrule.transforms.checking.report import Reason, Verdict

# Right ones ----------------------------------------------------------------------------------------------------------
SMOOTH: list[Callable[[Any], Any]] = [
    np.sin,
    np.exp,
    np.tanh,
    lambda x: x * x,
    lambda x: x**3 - 2 * x,
    lambda x: np.sqrt(1 + x * x),
    lambda x: x / (1 + x * x),
    lambda x: 1e-9 * x + x**5,
]


@pytest.mark.parametrize("f", SMOOTH)
@pytest.mark.parametrize("x", [0.0, 1e-8, -1e-4, 0.3, 1.0, -2.5, 30.0])
def test_smooth_functions(f: Callable[[Any], Any], x: float) -> None:
    passes(f, x)


@pytest.mark.parametrize("f", [np.sin, lambda x: x * x, np.tanh, lambda x: np.log(x), lambda x: np.sqrt(x)])
@pytest.mark.parametrize("x", [1e8, 1e5, 1e-8, 1e-12])
def test_large_and_small_numbers(f: Callable[[Any], Any], x: float) -> None:
    passes(f, x)


@pytest.mark.parametrize("x", [0.0, 1.0, -0.37, 12.0])
def test_rapid_oscillations(x: float) -> None:
    passes(lambda x: np.sin(1e6 * x), x)
    fails("a factor 2", wrong(lambda x: np.sin(1e6 * x), lambda g, x: (g * 2e6 * np.cos(1e6 * x),)), x)


def test_oscillations_too_rapid_for_the_numbers_are_not_called_wrong() -> None:
    assert report(lambda x: np.sin(1e3 * x), 1e12).verdict is not Verdict.FAIL
    assert report(lambda x: np.sin(1e6 * x), 1e8).verdict is not Verdict.FAIL


def test_a_gradient_of_zero() -> None:
    passes(lambda x: 0 * x, 1.0)
    passes(lambda x: np.sum(0 * x) + 3.0, np.ones(3))
    passes(lambda x: x**3, 0.0)


def test_tiny_gradients_are_judged() -> None:
    passes(lambda x: 1e-9 * np.sum(np.sin(x)), np.array([0.3, 2.0, 1.0]))
    fails("1.001 times", wrong(lambda x: x * 1e-9, lambda g, x: (g * 1.001e-9,)), 1.0)


def test_order_two_and_three() -> None:
    passes(lambda x, y: np.sum(np.sin(x) * y**2), np.array([0.5, -1.0]), 2.0, order=2)
    passes(lambda x: np.exp(x) * x, 0.5, order=3)


def test_containers_and_several_outputs() -> None:
    point = {"W": np.arange(6.0).reshape(2, 3), "x": [np.ones(3), None]}
    found = report(lambda p: {"y": np.tanh(p["W"] @ p["x"][0]), "n": 3}, point)
    assert found.verdict is Verdict.PASS
    assert {check.argument for check in found.arguments} == {"argument 0['W']", "argument 0['x'][0]"}
    assert len(found.entries) == 18


def test_one_mode_alone() -> None:
    only_reverse = report(np.sin, 1.0, modes=("rev",))
    assert only_reverse.entries[0].forward is None
    only_forward = report(lambda x: np.sin(x) * x, np.ones(3), modes=("fwd",))
    assert only_forward.verdict is Verdict.PASS
    assert only_forward.entries[0].reverse is None


def test_many_entries() -> None:
    x = np.random.default_rng(1).normal(size=1000)
    passes(lambda x: np.sum(np.sin(x) * x), x)
    passes(lambda x: np.sin(x) * np.roll(x, 1), x[:300])
    passes(lambda x: np.sum(x**2), 1e-8 * x)


def test_the_arguments_may_be_one_array() -> None:
    assert check_grads(lambda x: np.sum(x**2), np.ones(3)).verdict is Verdict.PASS  # type: ignore[arg-type]


# Wrong ones ----------------------------------------------------------------------------------------------------------
POINT = np.array([1.0, 2.0, 3.0])


def test_a_factor_of_two() -> None:
    square = wrong(lambda x: x * x, lambda g, x: (g * x,))
    found = fails("a factor 2: the 2 of a square", lambda x: np.sum(square(x)), POINT)
    assert [entry.index for entry in found.wrong] == [(2,), (1,), (0,)]
    assert found.wrong[0].ratio == pytest.approx(0.5)
    assert found.wrong[0].place == "argument 0[2]"


def test_a_sign() -> None:
    sine = wrong(np.sin, lambda g, x: (g * np.cos(x) * np.array([1.0, -1.0, 1.0]),))
    found = fails("the sign is wrong", lambda x: np.sum(sine(x)), POINT)
    assert [entry.place for entry in found.wrong] == ["argument 0[1]"]


def test_a_transpose() -> None:
    outer = wrong(lambda W, x: W @ x, lambda g, W, x: (np.outer(x, g), W.T @ g))
    found = fails("transposed", lambda W, x: np.sum(np.sin(outer(W, x))), np.arange(9.0).reshape(3, 3) / 9, POINT / 3)
    assert {check.argument: check.verdict for check in found.arguments}["argument 1"] is Verdict.PASS


def test_a_transposed_jacobian() -> None:
    W = np.arange(9.0).reshape(3, 3) / 9
    fails("transposed", wrong(lambda x: W @ x, lambda g, x: (W @ g,)), POINT)


def test_a_mean_and_a_sum() -> None:
    x = np.array([1.0, 2.0, 3.0, 0.5, 0.1])
    mean = wrong(np.mean, lambda g, x: (g * np.ones(5),))
    fails("off by N = 5: a sum where a mean is meant", lambda x: mean(np.sin(x)), x)
    added = wrong(np.sum, lambda g, x: (g * np.ones(5) / 5,))
    fails("off by N = 5: a mean", lambda x: added(np.sin(x)), x)


def test_a_missing_sum() -> None:
    shared = wrong(lambda b: np.broadcast_to(b, (4, 3)) + 0, lambda g, b: (g[0],))
    fails("off by N = 4", lambda b: np.sum(shared(b)), POINT)
    columns = wrong(lambda x: np.sum(x, axis=0) + 0 * x, lambda g, x: (g,))
    weights, x = np.arange(6.0).reshape(3, 2) / 5, np.linspace(-1, 1, 6).reshape(3, 2)
    fails("a missing sum over axis 0", lambda x: np.sum(np.sin(columns(x)) * weights), x)


def test_a_path_that_is_cut() -> None:
    fails("nothing arrives", wrong(np.sin, lambda g, x: (None,)), 1.0)
    fails("nothing arrives", lambda x: np.sin(chainrule.value(x)) + 0 * x, 1.0)


def test_nan_never_passes() -> None:
    fails("NaN", wrong(lambda x: x * x, lambda g, x: (g * np.nan,)), 1.0)
    assert report(np.log, -1.0).verdict is Verdict.INCONCLUSIVE
    assert report(lambda x: x * np.nan, 1.0).verdict is not Verdict.PASS


@pytest.mark.parametrize("count", [20, 1000])
def test_one_wrong_entry_by_a_ten_thousandth(count: int) -> None:
    place = count // 3
    factor = np.where(np.arange(count) == place, 1 + 1e-4, 1.0)
    sine = wrong(np.sin, lambda g, x: (g * np.cos(x) * factor,))
    found = fails("1.0001 times", lambda x: np.sum(sine(x)), np.random.default_rng(1).normal(size=count))
    assert (place,) in {entry.index for entry in found.wrong}
    assert {entry.index for entry in found.wrong} <= {(place,), None}


def test_forward_and_reverse_that_disagree_need_no_step() -> None:
    from chainrule.ir.op import Custom, Domain, Op, Role
    from chainrule.ops.declare import same_type
    from chainrule.ops.functions import SQRT

    op = Op("odd", lambda xp, x: x * 2, same_type, Custom(lambda g, y, x: (2 * g,), lambda t, y, x: 3 * t[0]), SQRT,
            Role.SCALES, Domain(()))  # fmt: skip
    found = report(lambda x: np.sum(op(x)) if not isinstance(x, np.ndarray) else np.sum(2 * x), POINT)
    assert found.verdict is Verdict.FAIL
    assert found.wrong[0].forward == 3.0
    assert found.wrong[0].reverse == 2.0


def test_a_wrong_forward_rule() -> None:
    square = custom_jvp(lambda x: x**2)
    square.defjvp(lambda primals, tangents: (primals[0] ** 2, 3 * primals[0] * tangents[0]))
    fails("1.5 times the right value everywhere", lambda x: np.sum(square(x)), POINT)


def test_a_wrong_second_derivative() -> None:
    cube = wrong(lambda x: x**3, lambda g, x: (g * 3 * chainrule.value(x) ** 2,))
    passes(cube, 1.5)
    found = fails("derivative 2", cube, 1.5, order=2)
    assert found.arguments[0].verdict is Verdict.PASS


def test_a_recording_that_computes_something_else() -> None:
    found = report(lambda x: x * x if isinstance(x, float) else x * x + 1, 2.0)
    assert found.verdict is Verdict.FAIL
    assert "4 and 5" in str(found)


# Not decided ---------------------------------------------------------------------------------------------------------
def test_a_kink_at_the_point() -> None:
    found = undecided(Reason.KINK, np.abs, 0.0)
    assert found.entries[0].sides == (-1.0, 1.0)
    found = undecided(Reason.KINK, lambda x: np.sum(relu(x)), np.array([0.0, 1.0, -1.0]))
    assert [entry.verdict for entry in found.entries].count(Verdict.PASS) == 2
    undecided(Reason.KINK, np.max, np.array([1.0, 1.0, -1.0]))
    undecided(Reason.KINK, lambda x: np.maximum(x, 2.0 - x), 1.0)
    undecided(Reason.KINK, lambda x: np.hypot(x, 2.0 * x), 0.0)
    undecided(Reason.KINK, lambda x: np.sort(x)[0], np.array([1.0, 1.0]))


def test_a_kink_near_the_point_is_stepped_around() -> None:
    passes(lambda x: np.sum(relu(x)), np.array([1e-3, 1.0, -1e-3]))
    passes(lambda x: np.abs(np.sin(x) - 0.5), 0.5236)
    passes(lambda x: relu(x) ** 2, 0.0001)


def test_a_kink_hidden_inside_a_custom_rule_shows_in_the_numbers() -> None:
    undecided(Reason.KINK, wrong(np.abs, lambda g, x: (g * 1.0,)), 0.0)


def test_a_gradient_outside_the_slopes_of_a_kink_is_wrong() -> None:
    fails(Reason.OUTSIDE.value, wrong(np.abs, lambda g, x: (g * 2.0,)), 0.0)


def test_a_jump() -> None:
    undecided(Reason.JUMP, lambda x: x * x if x > 1 else 3 * x, 1.0)
    undecided(Reason.JUMP, lambda x: x % 1.0, 2.0)
    passes(lambda x: x % 1.0, 2.5)
    passes(np.floor, 2.5)


def test_branches_that_meet_smoothly() -> None:
    passes(lambda x: x * x if x > 1 else 2 * x - 1, 1.0)


def test_an_infinite_slope() -> None:
    undecided(Reason.INFINITE, np.sqrt, 0.0)


def test_outside_the_domain() -> None:
    undecided(Reason.NOT_FINITE, np.log, -1.0)


def test_a_function_that_is_not_deterministic() -> None:
    generator = np.random.default_rng(0)
    undecided(Reason.RANDOM, lambda x: x * generator.normal(), 1.0)
    calls: list[int] = []
    undecided(Reason.RANDOM, lambda x: (calls.append(1), x * len(calls))[1], 1.0)


def test_a_path_cut_on_purpose() -> None:
    undecided(Reason.CUT, lambda x: x * stop_gradient(x), 2.0)


def test_rounding_alone() -> None:
    undecided(Reason.ROUNDING, lambda x: 1e12 + np.sin(x), 1.0)


def test_single_precision_is_checked_in_double() -> None:
    x = np.array([0.1, 0.5, 3.0], np.float32)
    passes(lambda x: np.sum(np.sin(x) ** 2), x)
    undecided(Reason.ROUNDING, lambda x: np.sum((x + np.float32(1e8) - np.float32(1e8)) ** 2), x)
    square = wrong(lambda x: x * x, lambda g, x: (g * x,))
    fails("a factor 2", lambda x: np.sum(square(x)), x)


# The door ------------------------------------------------------------------------------------------------------------
def test_it_raises_and_names_the_entry() -> None:
    square = wrong(lambda x: x * x, lambda g, x: (g * -2 * x,))

    def loss(p: Any) -> Any:
        return np.sum(square(p["W"]))

    error = refused(
        GradientError,
        lambda: check_grads(loss, ({"W": np.array([[1.0, 2.0]])},)),
        "argument 0['W'][0, 1]", "analytic -4", "numeric 4", "ratio -1", "sign", "check_grads of loss",
    )  # fmt: skip
    assert "FAIL" in error.__notes__[0]


def test_whole_numbers_are_refused() -> None:
    refused(DTypeError, lambda: check_grads(lambda x: x * x, (3,)), "int", "argument 0")


def test_unknown_modes() -> None:
    refused(GradientError, lambda: check_grads(np.sin, (1.0,), modes=("backward",)), "backward", '"reverse"')
    refused(GradientError, lambda: check_grads(np.sin, (1.0,), order=0), "order=0", "order=2")


def test_outputs_without_a_derivative() -> None:
    refused(GradientError, lambda: check_grads(lambda x: x > 0, (1.0,)), "bool")
    refused(GradientError, lambda: check_grads(lambda x: np.argmax(x), (np.ones(3),)), "int64")


def test_the_report_is_data() -> None:
    found = check_grads(lambda x: x**2, (3.0,))
    entry = found.entries[0]
    assert (entry.argument, entry.index, entry.output) == ("argument 0", (), "")
    assert entry.forward == entry.reverse == 6.0
    assert entry.numeric == pytest.approx(6.0, rel=1e-9)
    assert 0 < entry.error < 1e-9
    assert str(found).startswith("PASS: the derivatives of lambda, 1 comparison\n")


def test_the_same_seed_gives_the_same_report() -> None:
    x = np.random.default_rng(1).normal(size=500)
    first, second = (report(lambda x: np.sum(np.sin(x)), x) for _ in range(2))
    assert str(first) == str(second)


def test_warnings_of_far_points_are_not_shown() -> None:
    passes(lambda x: np.log(x) + math.pi, 1e-3)


def test_it_works_inside_a_recording() -> None:
    assert chainrule.grad(lambda x: x * float(check_grads(np.sin, (1.0,)).verdict is Verdict.PASS))(2.0) == 1.0
