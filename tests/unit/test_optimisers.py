"""Optimisers: steps worked by hand, five steps as torch.optim takes them, and the containers they keep."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from chainrule import grad, jit
from chainrule.errors import DomainError, StructureError
from chainrule.optimisers import (
    Optimiser,
    adadelta,
    adagrad,
    adam,
    adamw,
    clip_by_global_norm,
    global_norm,
    lion,
    rmsprop,
    schedules,
    sgd,
)

A = np.array([[2.0, 0.5], [0.5, 1.0]])


def bowl(params: Any) -> Any:
    w, b = params["w"], params["b"]
    return 0.5 * w @ A.astype(w.dtype) @ w + np.sum(np.cos(b))


def run(descent: Optimiser, steps: int = 5, dtype: Any = np.float64, compiled: bool = False) -> Any:
    params = {"w": np.array([1.0, -2.0], dtype), "b": np.array([0.3], dtype)}

    def step(params: Any, state: Any) -> Any:
        return descent.update(grad(bowl)(params), state, params)

    advance = jit(step) if compiled else step
    state = descent.init(params)
    for _ in range(steps):
        params, state = advance(params, state)
    assert int(state.step) == steps
    return params


# After five steps of torch.optim (PyTorch 2.15, float64) on the same function from the same start: w, then b.
TORCH: dict[str, tuple[Optimiser, list[float]]] = {
    "SGD(lr=.1)": (sgd(0.1), [0.606826875, -1.3459628125, 0.47824840661077006]),
    "SGD(lr=.1, momentum=.9, weight_decay=.01)": (
        sgd(0.1, 0.9, weight_decay=0.01), [0.017230029413099007, -0.3106182560064479, 0.7738148762936695]
    ),
    "SGD(lr=.1, momentum=.9, nesterov=True)": (
        sgd(0.1, 0.9, nesterov=True), [-0.025734213206250134, -0.11267961880937483, 1.0089241679389485]
    ),
    "RMSprop(lr=.1)": (rmsprop(0.1), [-0.030081164992243392, -0.10009284039074098, 3.127396712605449]),
    "RMSprop(lr=.1, momentum=.5)": (
        rmsprop(0.1, momentum=0.5), [-0.16793002014734765, 0.28247943163784883, 3.402626201775758]
    ),
    "Adam(lr=.1, weight_decay=.1)": (
        adam(0.1, weight_decay=0.1), [0.5149490366166276, -1.5019266599866392, 0.8001502889595186]
    ),
    "AdamW(lr=.1, weight_decay=.1)": (
        adamw(0.1, weight_decay=0.1), [0.4782450408968577, -1.4143160145496585, 0.7756982746408401]
    ),
    "Adagrad(lr=.1)": (adagrad(0.1), [0.7089937069685252, -1.6837115919936168, 0.6654138290676034]),
    "Adadelta(lr=1)": (adadelta(), [0.9836635554889176, -1.9835885236688764, 0.31663702710381214]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(TORCH))
def test_five_steps_are_those_of_torch(name: str) -> None:
    descent, expected = TORCH[name]
    found = run(descent)
    np.testing.assert_allclose([*found["w"], *found["b"]], expected, rtol=1e-12)
    quick = run(descent, compiled=True)
    np.testing.assert_allclose([*quick["w"], *quick["b"]], expected, rtol=1e-12)
    for compiled in (False, True):
        assert run(descent, dtype=np.float32, compiled=compiled)["w"].dtype == np.float32


def test_steps_by_hand() -> None:
    momentum = sgd(0.5, 0.5)
    state, w = momentum.init(1.0), 1.0
    for expected in (0.0, -0.5, -0.75):  # m = 2, then 1, then 0.5, for gradients 2, 0, 0
        w, state = momentum.update(2.0 if expected == 0.0 else 0.0, state, w)
        assert w == expected
    signs = lion(0.1, (0.5, 0.5))
    w, state = signs.update(-3.0, signs.init(1.0), 1.0)
    assert w == 1.1
    assert signs.update(1.0, state, w)[0] == 1.1 + 0.1  # 0.5 * -1.5 + 0.5 * 1 < 0
    first = adam(0.1)
    for gradient in (1e-5, 1.0, 1e5):  # the first step has the length of the rate, whatever the gradient
        np.testing.assert_allclose(first.update(gradient, first.init(0.0), 0.0)[0], -0.1, rtol=2e-3)
    assert first.update(0.0, first.init(2.0), 2.0)[0] == 2.0
    assert adagrad(1.0, 0.0).update(4.0, adagrad(1.0).init(0.0), 0.0)[0] == -1.0
    decayed = adamw(0.1, weight_decay=0.5)
    assert decayed.update(0.0, decayed.init(2.0), 2.0)[0] == 1.9


def test_containers_and_dtypes_stay_as_they_are() -> None:
    params = {"layers": [(np.ones((2, 3), np.float32), 0.5)], "count": np.array([3]), "none": None}
    descent = adam(0.1)
    gradients = {"layers": [(np.ones((2, 3), np.float32), 1.0)], "count": np.array([0]), "none": None}
    moved, state = descent.update(gradients, descent.init(params), params)
    (weights, number), count = moved["layers"][0], moved["count"]
    assert weights.dtype == np.float32
    assert type(number) is float
    np.testing.assert_array_equal(count, [3])
    np.testing.assert_allclose(weights, 0.9, rtol=1e-6)
    assert params["layers"][0][0].all()  # nothing is changed in place
    assert state.step == 1
    with pytest.raises(StructureError, match="gradients of structure"):
        descent.update({"layers": []}, state, params)
    with pytest.raises(StructureError, match="a state"):
        descent.update(gradients, adam().init({"w": 1.0}), params)


def test_complex_parameters_move_against_their_gradient() -> None:
    """|z - w|^2 has gradient 2 (z - w), which every optimiser follows to w."""
    target = np.array([1 + 2j, -0.5j])
    for descent in (sgd(0.1), sgd(0.05, 0.5), rmsprop(0.02), adam(0.1), adagrad(0.5)):
        z = np.zeros(2, complex)
        state = descent.init(z)
        for _ in range(150):
            z, state = descent.update(grad(lambda z: np.sum(np.abs(z - target) ** 2))(z), state, z)
        assert np.abs(z - target).max() < 0.05, descent


def test_a_step_can_be_differentiated() -> None:
    """One step of gradient descent on a w^2 / 2 from w = 1 leads to 1 - rate a: the derivative of its square by a."""

    def after(a: float) -> Any:
        descent = sgd(0.1)
        return descent.update(grad(lambda w: a * w * w / 2)(1.0), descent.init(1.0), 1.0)[0] ** 2

    np.testing.assert_allclose(grad(after)(3.0), -2 * 0.1 * (1 - 0.3))


def test_clipping_keeps_the_direction() -> None:
    gradients = {"W": np.full((2, 2), 3e200), "b": [4.0, np.zeros(0)]}
    np.testing.assert_allclose(global_norm(gradients), 6e200)
    clipped = clip_by_global_norm(gradients, 1.0)
    np.testing.assert_allclose(clipped["W"], 0.5)
    np.testing.assert_allclose(global_norm(clipped), 1.0)
    short = clip_by_global_norm({"b": np.array([0.3], np.float32)}, 1.0)
    np.testing.assert_array_equal(short["b"], np.array([0.3], np.float32))
    assert short["b"].dtype == np.float32
    assert jit(lambda g: clip_by_global_norm(g, 0.1))(short)["b"].dtype == np.float32
    np.testing.assert_array_equal(clip_by_global_norm([np.zeros(2)], 1.0)[0], [0.0, 0.0])
    assert clip_by_global_norm([], 1.0) == []


SCHEDULES: dict[str, tuple[Any, list[float]]] = {
    "constant": (schedules.constant(0.1), [0.1, 0.1]),
    "linear": (schedules.linear(1.0, 0.5, 2), [1.0, 0.75, 0.5, 0.5]),
    "polynomial": (schedules.polynomial(1.0, 0.0, 4, 2.0), [1.0, 0.5625, 0.25, 0.0625, 0.0]),
    "cosine": (schedules.cosine(1.0, 2, 0.2), [1.0, 0.6, 0.2, 0.2]),
    "exponential": (schedules.exponential(2.0, 0.25, 2), [2.0, 1.0, 0.5]),
    "steps": (schedules.steps(2.0, 0.5, 2), [2.0, 2.0, 1.0, 1.0, 0.5]),
    "warmup": (schedules.warmup(schedules.linear(1.0, 0.0, 2), 2, 0.5), [0.5, 0.75, 1.0, 0.5, 0.0]),
    # As OneCycleLR(max_lr=1, total_steps=10, cycle_momentum=False) of PyTorch 2.15 gives them.
    "one_cycle": (
        schedules.one_cycle(1.0, 10),
        [0.04, 0.52, 1.0, 0.9504846320134737, 0.8117456539497631, 0.6112620219362893, 0.38874197806371075,
         0.18825834605023697, 0.049519367986526286, 4e-06],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_rates_at_each_step(name: str) -> None:
    schedule, expected = SCHEDULES[name]
    np.testing.assert_allclose([schedule(step) for step in range(len(expected))], expected, rtol=1e-12)
    quick = jit(lambda step: 1.0 * schedule(step) + 0.0 * step)
    np.testing.assert_allclose([quick(np.int64(step)) for step in range(len(expected))], expected, rtol=1e-12)


def test_a_schedule_in_an_optimiser_counts_from_zero() -> None:
    descent = sgd(schedules.linear(1.0, 0.0, 2))
    w, state = 0.0, descent.init(0.0)
    for expected in (-1.0, -1.5, -1.5):
        w, state = descent.update(1.0, state, w)
        assert w == expected
    compiled = run(adam(schedules.warmup(schedules.cosine(0.1, 9), 3)), compiled=True)
    np.testing.assert_allclose(compiled["w"], run(adam(schedules.warmup(schedules.cosine(0.1, 9), 3)))["w"], rtol=1e-12)


def test_schedules_that_cannot_be() -> None:
    for call in (
        lambda: schedules.cosine(1.0, 0), lambda: schedules.one_cycle(1.0, 3), lambda: schedules.one_cycle(1.0, 9, 1.0)
    ):  # fmt: skip
        with pytest.raises(DomainError):
            call()


def test_all_reach_the_bottom_of_a_bowl() -> None:
    for descent in (
        sgd(0.3), sgd(0.1, 0.8), sgd(0.1, 0.8, nesterov=True), adagrad(1.0), rmsprop(schedules.cosine(0.1, 200)),
        adam(schedules.cosine(0.3, 200)), adamw(schedules.cosine(0.3, 200), weight_decay=0.0),
        lion(schedules.cosine(0.1, 200)),
    ):  # fmt: skip
        found = run(descent, 200, compiled=True)
        assert bowl(found) < -1 + 1e-3, bowl(found)
        assert abs(abs(float(found["b"][0])) - math.pi) < 0.1
