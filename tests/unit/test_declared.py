"""Functions recorded from declared shapes: nested arguments by dotted names, letters for sizes, and every refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from chainrule.errors import BranchError, ChainruleError, GradientError, ShapeError, UnknownNameError
from chainrule.notation.recorded import Recorded, record_formula, record_function


class Layer(NamedTuple):
    W: Any
    b: Any


@dataclass
class Model:
    first: Layer
    scale: Any


def loss(params, x):
    z = params["W1"] @ x + params["b1"]
    h = np.tanh(z)
    return np.sum(h**2)


def deep(layers, y, k=2.0):
    h = y
    for layer in layers:
        h = np.tanh(layer["W"] @ h)
    return k * np.sum(h)


def typed(model: Model, pair: tuple[Any, Any], x):
    return model.scale * np.sum(model.first.W @ x + model.first.b) + np.sum(pair[0] * pair[1])


def branching(x):
    if np.sum(x) > 0:
        square = x**2
        return np.sum(square)
    return np.sum(-x)


def names(recorded: Recorded) -> set[str]:
    return set(recorded.graph.names.values())


def shapes(recorded: Recorded) -> dict[str, tuple[Any, ...]]:
    sizes = recorded.sizes
    return {
        place: tuple(sizes.get(size, size) for size in node.shape) for place, node in (recorded.places or {}).items()
    }


def test_dotted_names_build_a_dict_and_the_local_names_are_kept() -> None:
    found = record_function(loss, "params.W1: h d, params.b1: h, x: d", None)
    assert shapes(found) == {"params.W1": ("h", "d"), "params.b1": ("h",), "x": ("d",)}
    assert names(found) == {"W1", "b1", "x", "z", "h", "loss"}
    assert found.values == {}


@pytest.mark.parametrize(
    "declared",
    [
        {"params.W1": ("h", "d"), "params.b1": "h", "x": ("d",)},
        {"params": {"W1": "h d", "b1": ("h",)}, "x": "d"},
        {"params": {"W1": ["h", "d"], "b1": "h"}, "x": ("d",)},
    ],
)
def test_a_mapping_says_the_same(declared: dict[str, Any]) -> None:
    assert shapes(record_function(loss, declared, None)) == {"params.W1": ("h", "d"), "params.b1": ("h",), "x": ("d",)}


def test_numbers_are_sizes_too() -> None:
    found = record_function(loss, {"params.W1": (3, 2), "params.b1": 3, "x": 2}, None)
    assert shapes(found) == {"params.W1": (3, 2), "params.b1": (3,), "x": (2,)}
    assert found.sizes == {}


def test_keys_that_are_numbers_build_a_list_and_defaults_stay() -> None:
    found = record_function(deep, "layers.0.W: h d, layers.1.W: h h, y: d", None)
    assert [found.graph.names[node] for node in found.graph.inputs] == ["W_1", "W_2", "y"]


def test_annotations_build_named_tuples_and_dataclasses() -> None:
    found = record_function(
        typed, "model.first.W: h d, model.first.b: h, model.scale:, pair.0: k, pair.1: k, x: d", None
    )
    assert list(found.places or {}) == ["model.first.W", "model.first.b", "model.scale", "pair.0", "pair.1", "x"]


def test_two_leaves_of_one_name_are_told_apart() -> None:
    def both(a, b):
        return np.sum(a["W"] * b["W"])

    found = record_function(both, "a.W: n, b.W: n", None)
    assert [found.graph.names[node] for node in found.graph.inputs] == ["W_a", "W_b"]


def test_values_give_shapes() -> None:
    found = record_function(loss, None, {"params": {"W1": np.ones((3, 2)), "b1": [0.0, 1.0, 2.0]}, "x": np.ones(2)})
    assert shapes(found) == {"params.W1": (3, 2), "params.b1": (3,), "x": (2,)}
    assert {name: value.shape for name, value in found.values.items()} == {"W1": (3, 2), "b1": (3,), "x": (2,)}


def test_values_of_some_arguments_leave_the_others_open() -> None:
    found = record_function(loss, "params.W1: h 2, params.b1: h", {"x": np.ones(2)})
    assert shapes(found)["x"] == (2,)
    assert found.values == {}


def test_a_branch_needs_values_and_says_so() -> None:
    with pytest.raises(BranchError, match="or give values"):
        record_function(branching, "x: n", None)
    found = record_function(branching, None, {"x": np.array([1.0, 2.0])})
    assert "square" in names(found)
    assert "branch" in found.said[0]
    assert all(node.value is None for node in found.graph.inputs)


@pytest.mark.parametrize(
    ("declared", "pieces"),
    [
        ("params.W1: h d, params.b1: h", ["no shape for x", "x: m n"]),
        ("params.W1: h d, x: d", ["KeyError", "b1", "declare"]),
        ("params.W1: h d, params.b1: h, x: d, xs: d", ["a shape for xs", "did you mean x"]),
        ("params: h d, params.b1: h, x: d", ["params and for what it holds"]),
    ],
)
def test_what_is_missing_is_named(declared: str, pieces: list[str]) -> None:
    with pytest.raises(UnknownNameError) as problem:
        record_function(loss, declared, None)
    for piece in pieces:
        assert piece in str(problem.value)


@pytest.mark.parametrize(
    ("function", "declared", "missing"),
    [
        (deep, "layers.1.W: h h, y: h", "layers.0"),
        (typed, "model.first.W: h d, model.scale:, x: d, pair.0: k", "pair.1"),
    ],
)
def test_a_gap_is_named(function: Any, declared: str, missing: str) -> None:
    with pytest.raises(ChainruleError) as problem:
        record_function(function, declared, None)
    assert missing in str(problem.value) or "model.first.b" in str(problem.value)


def test_shapes_that_do_not_fit_are_told_in_letters() -> None:
    with pytest.raises(ShapeError) as problem:
        record_function(loss, "params.W1: h d, params.b1: h, x: h", None)
    assert "(h, d)" in str(problem.value)
    assert "10" not in problem.value.given


def test_a_result_that_is_no_array_is_refused() -> None:
    with pytest.raises(GradientError, match="one array"):
        record_function(lambda x: (x, x), "x: n", None)
    with pytest.raises(GradientError, match="does not depend"):
        record_function(lambda x: 3.0, "x: n", None)


def test_a_formula_keeps_its_values_beside_the_graph() -> None:
    found = record_formula("f = ||W x||^2", None, "W=[[1,2],[3,4]], x=[1,2]")
    assert set(found.values) == {"W", "x"}
    assert all(node.value is None for node in found.graph.inputs)
    assert [node.shape for node in found.graph.inputs] == [(2, 2), (2,)]
