"""Whoever changes an array afterwards changes no gradient; whoever keeps a recorded value too long is told."""

from __future__ import annotations

from typing import Any

import numpy as np
from messages import refused

from chainrule import grad, jvp, value_and_grad, vjp
from chainrule.errors import EscapeError

VECTOR = np.array([1.0, 2.0, 3.0])


def test_changing_an_argument_after_vjp() -> None:
    x = VECTOR.copy()
    _, pullback = vjp(lambda x: x * x, x)
    x[:] = 100.0
    assert np.array_equal(pullback(np.ones(3))[0], 2 * VECTOR)


def test_changing_a_captured_array_after_vjp() -> None:
    weight = VECTOR.copy()
    _, pullback = vjp(lambda x: np.sum(weight * x), np.ones(3))
    weight[:] = 100.0
    assert np.array_equal(pullback(1.0)[0], VECTOR)


def test_changing_a_captured_large_array_after_vjp() -> None:
    weight = np.ones((100, 100))
    _, pullback = vjp(lambda x: weight @ x, np.ones(100))
    weight[:] = 7.0
    assert np.array_equal(pullback(np.ones(100))[0], np.full(100, 100.0))


def test_changing_a_captured_array_while_the_function_runs() -> None:
    weight = VECTOR.copy()

    def f(x: Any) -> Any:
        first = np.sum(weight * x)
        weight[:] *= 10.0
        return first + np.sum(weight * x)

    assert np.array_equal(grad(f)(np.ones(3)), 11 * VECTOR)


def test_changing_an_index_array_afterwards() -> None:
    places = np.array([0, 2])
    _, pullback = vjp(lambda x: x[places], VECTOR)
    places[:] = 1
    assert np.array_equal(pullback(np.ones(2))[0], [1.0, 0.0, 1.0])


def test_changing_a_mask_afterwards() -> None:
    mask = np.array([True, False, True])
    _, pullback = vjp(lambda x: np.where(mask, x, 0.0), VECTOR)
    mask[:] = False
    assert np.array_equal(pullback(np.ones(3))[0], [1.0, 0.0, 1.0])


def test_changing_the_upstream_gradient_changes_no_gradient() -> None:
    seed = np.ones(3)
    _, pullback = vjp(lambda x: x, VECTOR)
    found = pullback(seed)[0]
    found[:] = 5.0
    assert np.array_equal(seed, np.ones(3))
    seed[:] = 7.0
    assert np.array_equal(found, np.full(3, 5.0))


def test_changing_one_result_changes_no_other() -> None:
    _, pullback = vjp(lambda x, y: x + y, VECTOR, VECTOR)
    first, second = pullback(np.ones(3))
    first[:] = 5.0
    assert np.array_equal(second, np.ones(3))
    again = pullback(np.ones(3))
    assert np.array_equal(again[0], np.ones(3))


def test_changing_the_outputs_changes_no_gradient() -> None:
    output, pullback = vjp(lambda x: np.exp(x), VECTOR)
    expected = output.copy()
    output[:] = 0.0
    assert np.array_equal(pullback(np.ones(3))[0], expected)
    outputs, moved = jvp(lambda x: x, (VECTOR,), (np.ones(3),))
    outputs[:] = 0.0
    moved[:] = 0.0
    assert np.array_equal(VECTOR, [1.0, 2.0, 3.0])


def test_the_arguments_are_not_written_to() -> None:
    x = VECTOR.copy()
    value_and_grad(lambda x: np.sum(x * x))(x)
    assert np.array_equal(x, VECTOR)


def kept_values() -> list[Any]:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        kept.extend([x, x * 2])
        return x * x

    grad(f)(3.0)
    return kept


def test_a_recorded_value_used_after_its_recording() -> None:
    x, twice = kept_values()
    refused(EscapeError, lambda: x + 1, "after its recording has ended", "has_aux=True")
    refused(EscapeError, lambda: np.sin(twice), "sin")
    refused(EscapeError, lambda: twice.sum(), "sum")
    refused(EscapeError, lambda: float(twice), "float()")


def test_a_recorded_value_used_in_another_recording() -> None:
    x, twice = kept_values()
    refused(EscapeError, lambda: grad(lambda y: y * x)(3.0), "after its recording has ended")
    refused(EscapeError, lambda: grad(lambda y: y * twice)(3.0), "after its recording has ended")
    refused(EscapeError, lambda: grad(lambda y: grad(lambda z: z * twice)(y))(3.0), "ended")


def test_a_kept_value_can_still_be_printed_and_taken_out() -> None:
    from chainrule import value

    _, twice = kept_values()
    assert str(twice) == "6.0"
    assert value(twice) == 6.0


def test_a_pullback_may_outlive_its_recording_and_be_differentiated() -> None:
    _, pullback = vjp(lambda x: x**3, 2.0)
    assert grad(lambda u: pullback(u)[0] ** 2)(1.0) == 288.0


def test_values_of_recordings_around_are_not_escaped() -> None:
    assert grad(lambda x: grad(lambda y: x * y * y)(x))(3.0) == 12.0
    assert grad(lambda x: jvp(lambda y: x * y, (x,), (1.0,))[1])(3.0) == 1.0
