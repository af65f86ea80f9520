"""Nested containers as arguments and as outputs: the derivative has the same containers."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from messages import refused

from chainrule import grad, hessian, jacobian, jvp, tree, value_and_grad, vjp
from chainrule.errors import GradientError, LimitError, StructureError


@dataclass(frozen=True)
class Layer:
    W: Any
    b: Any
    name: None = None


@dataclass
class Scaled:
    scale: float

    def __post_init__(self) -> None:
        if not isinstance(self.scale, float):
            raise TypeError("a scale is a float")


class Pair(NamedTuple):
    left: Any
    right: Any


Old = namedtuple("Old", ["x", "y"])

W, B = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -0.5])


def test_dicts() -> None:
    found = grad(lambda p: np.sum(p["fc"]["W"] @ p["fc"]["b"]))({"fc": {"W": W, "b": B}})
    assert list(found) == ["fc"]
    assert np.array_equal(found["fc"]["W"], [[0.5, -0.5], [0.5, -0.5]])
    assert np.array_equal(found["fc"]["b"], [4.0, 6.0])


def test_lists_and_tuples() -> None:
    found = grad(lambda p: p[0] * p[1][0] * p[1][1])([2.0, (3.0, 5.0)])
    assert found == [15.0, (10.0, 6.0)]


def test_named_tuples() -> None:
    assert grad(lambda p: p.left * p.right)(Pair(2.0, 3.0)) == Pair(3.0, 2.0)
    assert grad(lambda p: p.x**2 * p.y)(Old(2.0, 3.0)) == Old(12.0, 4.0)


def test_dataclasses() -> None:
    found = grad(lambda layer: np.sum(layer.W @ layer.b))(Layer(W, B))
    assert type(found) is Layer
    assert np.array_equal(found.b, [4.0, 6.0])
    assert found.name is None


def test_a_dataclass_that_checks_its_fields() -> None:
    assert grad(lambda s: s.scale**2)(Scaled(3.0)) == Scaled(6.0)


def test_none_passes_through() -> None:
    assert grad(lambda p: p["a"] ** 2)({"a": 3.0, "nothing": None}) == {"a": 6.0, "nothing": None}
    assert grad(lambda p: 1.0)(None) is None


def test_an_argument_that_is_not_used_has_zeros() -> None:
    found = grad(lambda p: p["a"] ** 2)({"a": 3.0, "unused": W})
    assert np.array_equal(found["unused"], np.zeros((2, 2)))


def test_empty_containers() -> None:
    assert grad(lambda p: 1.0 * p["a"])({"a": 2.0, "empty": [], "none": ()}) == {"a": 1.0, "empty": [], "none": ()}


def test_several_arguments() -> None:
    found = grad(lambda p, x, n: p["a"] * x[0] * n, argnums=(0, 1))({"a": 2.0}, (3.0,), 5)
    assert found == ({"a": 15.0}, (10.0,))


def test_dtypes_and_kinds_are_kept() -> None:
    point = {"f32": np.ones(2, np.float32), "f64": np.ones(2), "python": 1.0, "numpy": np.float32(1.0)}
    point["zero"] = np.ones(())
    found = grad(lambda p: np.sum(p["f32"]) * np.sum(p["f64"]) * p["python"] * p["numpy"] * p["zero"])(point)
    assert found["f32"].dtype == np.float32
    assert found["f64"].dtype == np.float64
    assert type(found["python"]) is float
    assert type(found["numpy"]) is np.float32
    assert isinstance(found["zero"], np.ndarray)
    assert found["zero"].shape == ()


def test_outputs_of_vjp() -> None:
    outputs, pullback = vjp(lambda x: {"square": x**2, "both": [x, 2 * x], "none": None}, 3.0)
    assert outputs == {"both": [3.0, 6.0], "none": None, "square": 9.0}
    assert pullback({"square": 1.0, "both": [10.0, 100.0], "none": None}) == (216.0,)


def test_outputs_of_jvp() -> None:
    outputs, moved = jvp(lambda p: Pair(p["a"] * p["b"], (p["a"],)), ({"a": 2.0, "b": 3.0},), ({"a": 1.0, "b": 10.0},))
    assert outputs == Pair(6.0, (2.0,))
    assert moved == Pair(23.0, (1.0,))


def test_jacobian_blocks() -> None:
    found = jacobian(lambda p: {"y": p["W"] @ p["b"]})({"W": W, "b": B})
    assert found["y"]["W"].shape == (2, 2, 2)
    assert np.array_equal(found["y"]["b"], W)


def test_hessian_blocks() -> None:
    found = hessian(lambda p: p["a"] ** 2 * p["b"])({"a": 2.0, "b": 3.0})
    assert {key: {inner: float(each) for inner, each in row.items()} for key, row in found.items()} == {
        "a": {"a": 6.0, "b": 4.0},
        "b": {"a": 4.0, "b": 0.0},
    }


def test_nested_derivatives_of_containers() -> None:
    outer = grad(lambda p: grad(lambda q: q["a"] ** 3 * q["b"])(p)["a"])({"a": 2.0, "b": 5.0})
    assert outer == {"a": 60.0, "b": 12.0}


def test_value_and_grad_of_a_container() -> None:
    value, found = value_and_grad(lambda p: p[0] * p[1])((2.0, 3.0))
    assert value == 6.0
    assert found == (3.0, 2.0)


def test_dict_keys_that_cannot_be_sorted() -> None:
    assert grad(lambda p: p["a"] * p[1])({"a": 2.0, 1: 3.0}) == {"a": 3.0, 1: 2.0}


@pytest.mark.parametrize("container", [lambda x: {"a": x}, lambda x: [x], lambda x: Pair(x, x), lambda x: Layer(x, x)])
def test_a_container_is_not_one_number(container: Any) -> None:
    refused(GradientError, lambda: grad(container)(3.0), "has_aux=True")


def test_a_container_that_holds_itself() -> None:
    loop: list[Any] = [1.0]
    loop.append(loop)
    refused(LimitError, lambda: grad(lambda p: p[0])(loop), "1000")


def test_a_function_for_every_leaf() -> None:
    params = {"layers": [Layer(np.ones(2), 1.0), (2.0, None)]}
    slopes = grad(lambda p: np.sum(p["layers"][0].W ** 2) + p["layers"][0].b * p["layers"][1][0])(params)
    stepped = tree.map(lambda weight, slope: weight - 0.5 * slope, params, slopes)
    np.testing.assert_array_equal(stepped["layers"][0].W, np.zeros(2))
    assert (stepped["layers"][0].b, stepped["layers"][1]) == (0.0, (1.5, None))
    assert tree.leaves(stepped)[1:] == [0.0, 1.5]
    refused(StructureError, lambda: tree.map(np.add, {"W": 1.0}, {"V": 1.0}), "W", "V", "gradient")
