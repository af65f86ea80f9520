"""Slips: for each mistake a gradient with it, made by hand in NumPy, is named with that mistake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.checker.slips import (
    Point,
    Scene,
    Slip,
    Words,
    candidates,
    describe,
    find_slips,
    pairs,
    repeated,
    set_scene,
)
from chainrule.errors import GradientError
from chainrule.transforms.observe import observe

POINTS = 3


@dataclass(frozen=True)
class Case:
    """A formula, the variable, and what somebody wrote for its gradient, as a function of the values."""

    formula: str
    shapes: str
    wrt: str
    mistake: str
    written: Callable[[Any], Any]
    said: str = ""


def s(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def ds(z: Any) -> Any:
    return s(z) * (1 - s(z))


def dtanh(z: Any) -> Any:
    return 1 - np.tanh(z) ** 2


def p(z: Any) -> Any:
    return np.exp(z) / np.sum(np.exp(z), axis=-1, keepdims=True)


NEURON = "z = w x + b; a = sigmoid(z); L = (a - y)^2"
CHAIN = "z_1 = w_1 x + b_1; h_1 = tanh(z_1); z_2 = w_2 h_1 + b_2; h_2 = sigmoid(z_2); L = (h_2 - y)^2"
SKIP = "h_1 = tanh(w x); h_2 = sigmoid(v x); f = h_1 * u + h_2 * r + x"
LAYER = "z = W x + b; h = tanh(z); L = sum((h - y)^2)"


def residual(v: Any) -> Any:
    return s(v.w * v.x + v.b) - v.y


def deep(v: Any) -> tuple[Any, Any, Any, Any]:
    z_1 = v.w_1 * v.x + v.b_1
    z_2 = v.w_2 * np.tanh(z_1) + v.b_2
    return z_1, z_2, 2 * (s(z_2) - v.y), s(z_2)


def layer(v: Any) -> tuple[Any, Any]:
    z = v.W @ v.x + v.b
    return z, 2 * (np.tanh(z) - v.y)


CASES = [
    Case(NEURON, "", "w", "M1", lambda v: 2 * residual(v) * s(v.w * v.x + v.b) * v.x, "where sigmoid'(z) belongs"),
    Case(NEURON, "", "w", "M2", lambda v: 2 * residual(v) * v.x, "sigmoid'(z) is missing"),
    Case(NEURON, "", "w", "M12", lambda v: residual(v) * ds(v.w * v.x + v.b) * v.x, "the factor 2"),
    Case(NEURON, "", "w", "M12", lambda v: 2 * residual(v) * ds(v.w * v.x + v.b), "the factor x is missing"),
    Case(NEURON, "", "w", "M11", lambda v: 2 * residual(v) * ds(v.w * v.x + v.b) * v.x * v.w, "w was kept"),
    Case(NEURON, "", "w", "M13", lambda v: 2 * residual(v) * ds(v.w * v.x + v.b) * v.x**2, "stands twice"),
    Case(NEURON, "", "w", "M14", lambda v: -2 * residual(v) * ds(v.w * v.x + v.b) * v.x, "sign"),
    Case(NEURON, "", "b", "M10", lambda v: 2 * (s(v.w * v.x + v.b) - v.w) * ds(v.w * v.x + v.b), "where y"),
    Case(CHAIN, "", "b_2", "M8", lambda v: 2 * (np.tanh(deep(v)[0]) - v.y) * ds(deep(v)[1]), "where h_2"),
    Case(NEURON, "", "w", "M10", lambda v: 2 * residual(v) * ds(v.w * v.x + v.b) * v.b, "b was written where x"),
    Case(NEURON, "", "w", "M10", lambda v: 2 * residual(v) * ds(v.w * v.x + v.b), "dL/db was written where dL/dw"),
    Case(NEURON, "", "w", "M15", lambda v: 2 * residual(v) * (ds(v.w * v.x + v.b) + v.x), "added"),
    Case(NEURON, "", "w", "M20", lambda v: 1.0, "1 was written"),
    Case(NEURON, "", "w", "M21", lambda v: v.w, "w itself"),
    Case(NEURON, "", "w", "M23", lambda v: ds(v.w * v.x + v.b) * v.x, "is missing"),
    Case(NEURON, "", "w", "M22", lambda v: 2 * residual(v) ** 2 * ds(v.w * v.x + v.b) * v.x, "not lowered"),
    Case(NEURON, "", "w", "M9", lambda v: 2 * residual(v) * (lambda z: z * (1 - z))(v.w * v.x + v.b) * v.x, "z"),
    Case(CHAIN, "", "w_1", "M9", lambda v: deep(v)[2] * ds(deep(v)[1]) * v.w_2 * dtanh(np.tanh(deep(v)[0])) * v.x, ""),
    Case(CHAIN, "", "w_1", "M8", lambda v: deep(v)[2] * ds(deep(v)[0]) * v.w_2 * dtanh(deep(v)[0]) * v.x, "z_1"),
    Case(CHAIN, "", "w_1", "M10", lambda v: deep(v)[2] * ds(deep(v)[1]) * v.w_1 * dtanh(deep(v)[0]) * v.x, "w_1 was"),
    Case(CHAIN, "", "w_1", "M2", lambda v: deep(v)[2] * ds(deep(v)[1]) * v.w_2 * v.x, "tanh'(z_1)"),
    Case(CHAIN, "", "w_1", "M22", lambda v: deep(v)[2] * ds(deep(v)[1]) * v.w_2 * (1 - np.tanh(deep(v)[0])) * v.x, ""),
    Case(CHAIN, "", "w_2", "M9", lambda v: deep(v)[2] * ds(deep(v)[1]) * deep(v)[0], "z_1 was written where h_1"),
    Case(SKIP, "", "x", "M3", lambda v: ds(v.v * v.x) * v.v * v.r + 1, "the path through h_1 is missing"),
    Case(SKIP, "", "x", "M3", lambda v: dtanh(v.w * v.x) * v.w * v.u, "only the path through h_1"),
    Case(SKIP, "", "x", "M17", lambda v: dtanh(v.w * v.x) * v.w * v.u + 2 * ds(v.v * v.x) * v.v * v.r + 1,
         "the path through h_2 is counted twice"),
    Case(SKIP, "", "x", "M14", lambda v: dtanh(v.w * v.x) * v.w * v.u - ds(v.v * v.x) * v.v * v.r + 1, "wrong sign"),
    Case("f = a / b", "", "b", "M14", lambda v: v.a / v.b**2, "minus sign"),
    Case("f = a / b", "", "b", "M22", lambda v: -v.a / v.b, "not squared"),
    Case("f = a / b", "", "b", "M12", lambda v: -1 / v.b**2, "numerator a"),
    Case("f = x^3 y", "", "x", "M22", lambda v: 3 * v.x**3 * v.y, "not lowered"),
    Case("f = x^3 y", "", "x", "M12", lambda v: v.x**2 * v.y, "factor 3"),
    Case("f = log(x) y", "", "x", "M1", lambda v: np.log(v.x) * v.y, "log'(x)"),
    Case("f = exp(x) y", "", "x", "M22", lambda v: v.x * np.exp(v.x - 1) * v.y, ""),
    Case("f = cos(x) y", "", "x", "M14", lambda v: np.sin(v.x) * v.y, "sign"),
    Case("f = relu(x - y) y", "", "x", "M2", lambda v: v.y, "missing"),
    Case("f = (x - y) (x + y)", "", "x", "M3", lambda v: v.x + v.y, ""),
    Case("f = x y", "", "x", "M15", lambda v: 1.0, "as if it were a sum"),
    Case(LAYER, "W: 3 4, x: 4, b: 3, y: 3", "W", "M5", lambda v: np.outer(v.x, layer(v)[1] * dtanh(layer(v)[0])),
         "transposed"),
    Case(LAYER, "W: 4 4, x: 4, b: 4, y: 4", "x", "M5", lambda v: v.W @ (layer(v)[1] * dtanh(layer(v)[0])),
         "W is not transposed"),
    Case(LAYER, "W: 4 4, x: 4, b: 4, y: 4", "W", "M7", lambda v: layer(v)[1] * dtanh(layer(v)[0]) * v.x, "entry"),
    Case(LAYER, "W: 3 4, x: 4, b: 3, y: 3", "b", "M2", lambda v: layer(v)[1], "tanh'(z)"),
    Case(LAYER, "W: 3 4, x: 4, b: 3, y: 3", "W", "M23", lambda v: np.outer(dtanh(layer(v)[0]), v.x), "missing"),
    Case("Z = A B; f = sum(Z * Z * C)", "A: 3 3, B: 3 3, C: 3 3", "A", "M6",
         lambda v: v.B.T @ (2 * (v.A @ v.B) * v.C), "wrong order"),
    Case("Z = A B; f = sum(Z * Z * C)", "A: 3 3, B: 3 3, C: 3 3", "A", "M5",
         lambda v: (2 * (v.A @ v.B) * v.C) @ v.B, "not transposed"),
    Case("Z = A B; f = sum(Z * Z * C)", "A: 3 3, B: 3 3, C: 3 3", "A", "M7",
         lambda v: (2 * (v.A @ v.B) * v.C) * v.B, "entry by entry"),
    Case("Z = A B; f = sum(Z * Z * C)", "A: 3 3, B: 3 3, C: 3 3", "A", "M19",
         lambda v: ((2 * (v.A @ v.B) * v.C) @ v.B.T).T, "transposed"),
    Case("p = softmax(z); f = g^T p", "z: 4, g: 4", "z", "M4", lambda v: v.g * p(v.z) * (1 - p(v.z)), "cross terms"),
    Case("p = softmax(z); f = g^T p", "z: 4, g: 4", "z", "M2", lambda v: v.g, "softmax"),
    Case("f = mean(x * x)", "x: 5", "x", "M12", lambda v: 2 * v.x, "1/5"),
    Case("f = mean(x * x)", "x: 5", "x", "M13", lambda v: 2 * v.x / 25, "twice"),
    Case("f = sum(x * x)", "x: 5", "x", "M13", lambda v: 2 * v.x / 5, "1/5"),
    Case("f = ||x||^2", "x: 5", "x", "M12", lambda v: v.x, "factor 2"),
]  # fmt: skip


def values_for(inputs: dict[str, tuple[int, ...]], seed: int) -> dict[str, Any]:
    """Positive numbers, generic and not too large."""
    generator = np.random.default_rng(seed)
    return {name: np.asarray(generator.uniform(0.3, 1.7, size=shape)) for name, shape in inputs.items()}


def scene_of(formula: str, shapes: str, wrt: str) -> tuple[Scene, list[dict[str, Any]]]:
    parsed = chainrule.parse(formula, shapes=shapes or None)
    inputs = {name: node.shape for name, node in zip(parsed.inputs, parsed.graph.inputs, strict=True)}
    tables = [values_for(inputs, seed) for seed in range(POINTS)]
    points = [Point({parsed.names[name]: value for name, value in table.items()}) for table in tables]
    return set_scene(parsed.graph, parsed.names[wrt], points=points), tables


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.mistake} {case.formula} {case.wrt}")
def test_a_mistake_made_by_hand_is_named(case: Case) -> None:
    scene, tables = scene_of(case.formula, case.shapes, case.wrt)
    written = [case.written(SimpleNamespace(**table)) for table in tables]
    found = candidates(find_slips(scene), written)
    assert case.mistake in {slip.mistake for slip in found}, [slip.message for slip in found]
    messages = [slip.message for slip in found if slip.mistake == case.mistake]
    assert any(case.said in message for message in messages), messages


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.mistake} {case.formula} {case.wrt}")
def test_a_slip_is_never_the_right_gradient_by_name_alone(case: Case) -> None:
    """What slips equal to the right gradient there are (such as a factor 1) explains nothing that is wrong."""
    scene, tables = scene_of(case.formula, case.shapes, case.wrt)
    written = [case.written(SimpleNamespace(**table)) for table in tables]
    for slip in candidates(find_slips(scene), written):
        assert not all(
            np.shape(slip.at(k)) == scene.right(k).shape and np.allclose(slip.at(k), scene.right(k), 1e-9)
            for k in range(POINTS)
        )


# Functions, whose sums over a batch are copies forwards ---------------------------------------------------------------
def batch(X: Any, W: Any, b: Any, y: Any) -> Any:
    Z = X @ W + b
    H = np.tanh(Z)
    return np.mean((H - y) ** 2)


def staged(Z: Any, Y: Any) -> Any:
    exps = np.exp(Z)
    denom = np.sum(exps, axis=1, keepdims=True)
    P = exps / denom
    return -np.sum(Y * np.log(P))


def scene_of_function(function: Any, shapes: list[tuple[int, ...]], wrt: int) -> tuple[Scene, list[list[Any]]]:
    tables = [[np.random.default_rng(seed + k).normal(size=shape) for k, shape in enumerate(shapes)]
              for seed in (10, 20, 30)]  # fmt: skip
    _, graph = observe(function, tables[0], {}, range(len(shapes)))
    points = [Point(dict(zip(graph.inputs, table, strict=True))) for table in tables]
    return set_scene(graph, graph.inputs[wrt], points=points), tables


BATCH = [(5, 4), (4, 3), (3,), (5, 3)]


def error_signal(X: Any, W: Any, b: Any, y: Any) -> Any:
    Z = X @ W + b
    return 2 * (np.tanh(Z) - y) / y.size * (1 - np.tanh(Z) ** 2)


def named(found: tuple[Slip, ...]) -> dict[str, str]:
    return {slip.mistake: slip.message for slip in reversed(found)}


def test_a_bias_that_is_not_summed() -> None:
    scene, tables = scene_of_function(batch, BATCH, 2)
    found = named(candidates(find_slips(scene), [error_signal(*each) for each in tables]))
    assert (
        found["M24"] == "the sum over the 5 rows (axis 0) is missing in dL/db" or "sum over the 5 rows" in found["M24"]
    )
    averaged = [error_signal(*each).mean(axis=0) for each in tables]
    assert "mean over the 5 rows" in named(candidates(find_slips(scene), averaged))["M24"]
    wrong_axis = [error_signal(*each).sum(axis=1) for each in tables]
    assert "not over the 5 rows" in named(candidates(find_slips(scene), wrong_axis))["M24"]
    kept = [error_signal(*each).sum(axis=0, keepdims=True) for each in tables]
    assert "keepdims" in named(candidates(find_slips(scene), kept))["M24"]


def test_weights_of_a_batch() -> None:
    scene, tables = scene_of_function(batch, BATCH, 1)
    turned = [(each[0].T @ error_signal(*each)).T for each in tables]
    assert "transposed" in named(candidates(find_slips(scene), turned))["M5"]
    not_divided = [each[0].T @ error_signal(*each) * 15 for each in tables]
    assert "1/15" in named(candidates(find_slips(scene), not_divided))["M12"]
    averaged = [each[0].T @ error_signal(*each) / 5 for each in tables]
    assert "M13" in named(candidates(find_slips(scene), averaged))


def test_the_denominator_of_a_staged_softmax_feeds_all_outputs() -> None:
    scene, tables = scene_of_function(staged, [(4, 3), (4, 3)], 0)
    written = [p(Z) * Y - Y for Z, Y in tables]  # not P (sum of Y) - Y
    found = candidates(find_slips(scene), written)
    assert found[0].mistake == "M24"
    assert "sum over the 3 columns" in found[0].message
    assert "denom" in found[0].message
    dropped = [-Y for _, Y in tables]  # the path through the denominator is left out
    assert "denom" in named(candidates(find_slips(scene), dropped))["M3"]


def test_two_slips_and_one_habit() -> None:
    scene, tables = scene_of(CHAIN, "", "w_1")
    values = [SimpleNamespace(**table) for table in tables]
    none = [deep(v)[2] * v.w_2 * v.x for v in values]
    assert not candidates(find_slips(scene), none)
    assert "all activations" in candidates(repeated(find_slips(scene)), none)[0].message
    both = [-deep(v)[2] * ds(deep(v)[1]) * v.w_2 * v.x for v in values]
    found = candidates(pairs(find_slips(scene)), both)
    assert any("tanh'(z_1) is missing" in slip.message and "sign" in slip.message for slip in found)


def test_one_entry_of_a_gradient() -> None:
    parsed = chainrule.parse("f = sum(A * B * A)", shapes="A: 3 3, B: 3 3")
    generator = np.random.default_rng(0)
    values = [{name: generator.normal(size=(3, 3)) for name in parsed.inputs} for _ in range(2)]
    points = [Point({parsed.names[name]: value for name, value in each.items()}) for each in values]
    scene = set_scene(parsed.graph, parsed.names["A"], points=points)
    swapped = [(2 * each["A"] * each["B"])[1, 0] for each in values]
    found = candidates(find_slips(scene, entry=(0, 1)), swapped)
    assert (found[0].mistake, found[0].message) == ("M19", "this is entry (2, 1) of df/dA, not entry (1, 2)")


def test_an_output_with_an_upstream_gradient() -> None:
    parsed = chainrule.parse("q = W x", shapes="W: 3 4, x: 4")
    generator = np.random.default_rng(0)
    tables = [(generator.normal(size=(3, 4)), generator.normal(size=4), generator.normal(size=3)) for _ in range(2)]
    points = [Point({parsed.names["W"]: W, parsed.names["x"]: x}, u) for W, x, u in tables]
    scene = set_scene(parsed.graph, parsed.names["x"], points=points)
    assert all(np.allclose(scene.right(k), W.T @ u) for k, (W, _, u) in enumerate(tables))
    assert "M23" in named(candidates(find_slips(scene), [W.sum(axis=0) for W, _, _ in tables]))
    with pytest.raises(GradientError, match="without an upstream gradient"):
        set_scene(parsed.graph, parsed.names["x"], points=[Point(points[0].inputs)])


def test_messages_in_latex() -> None:
    parsed = chainrule.parse("z_1 = w x; L = sigmoid(z_1)", values="w=0.3, x=0.7")
    latex = {parsed.names[name]: name for name in ("z_1", "w", "x", "L")}
    scene = set_scene(parsed.graph, parsed.names["w"], words=Words(latex, latex=True))
    slope = 1 / (1 + np.exp(-0.21))
    found = candidates(find_slips(scene), [slope * 0.7])
    assert found[0].message == r"$\sigma(z_1)$ was written where $\sigma'(z_1)$ belongs"


def test_slips_come_in_one_order_and_fast() -> None:
    first, second = (find_slips(scene_of(CHAIN, "", "w_1")[0]) for _ in range(2))
    assert [(slip.mistake, slip.message) for slip in first] == [(slip.mistake, slip.message) for slip in second]
    start = perf_counter()
    assert all(slip.at(0) is None or np.shape(slip.at(0)) == () for slip in first)
    assert len(first) > 150
    assert perf_counter() - start < 0.5


def test_what_is_right_is_no_slip_of_a_kind_that_has_a_path() -> None:
    """Several points tell a slip from what is right: nothing explains a gradient that is off at one point only."""
    scene, _ = scene_of(NEURON, "", "w")
    written = [scene.right(k) * (1.37 if k else 1.0) for k in range(POINTS)]
    assert not candidates(find_slips(scene), written)
    assert not candidates(islice(pairs(find_slips(scene)), 2000), written)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda g: 3 * g, "equals the right gradient times 3"),
        (lambda g: g / 2, "equals the right gradient times 1/2"),
        (lambda g: g.T, "equals the transpose of the right gradient"),
        (lambda g: g.sum(axis=0), "equals the right gradient summed over the 3 rows (axis 0)"),
        (lambda g: g + np.eye(3, 2), "only entries [0, 0], [1, 1] differ from the right gradient"),
        (lambda g: g.reshape(2, 3), "has the right numbers in the shape (2, 3)"),
        (lambda g: g + np.arange(6.0).reshape(3, 2) ** 2 + 1, ""),
    ],
)
def test_descriptions(change: Callable[[Any], Any], said: str) -> None:
    generator = np.random.default_rng(0)
    right = [generator.normal(size=(3, 2)) for _ in range(2)]
    assert describe([change(each) for each in right], right) == said
