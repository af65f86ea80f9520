"""Functions of networks in written formulas, and calls that are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from unit.formulas import check

import chainrule
from chainrule.errors import ParseError
from chainrule.notation import parse


def centred(x: Any, axis: int) -> Any:
    moved = x - x.mean(axis, keepdims=True)
    return moved / np.sqrt((moved**2).mean(axis, keepdims=True) + 1e-5)


def windows(x: Any, w: Any) -> Any:
    return np.array([
        [(w * x[i : i + w.shape[0], j : j + w.shape[1]]).sum() for j in range(x.shape[1] - w.shape[1] + 1)]
        for i in range(x.shape[0] - w.shape[0] + 1)
    ])  # fmt: skip


@pytest.mark.parametrize("name", ["batch_norm", "BatchNorm", "batchnorm"])
def test_batch_norm_is_over_the_examples(name: str) -> None:
    check(f"{name}(X)", "X: m n", lambda x: centred(x, 0))
    check(f"{name}(X, axis=1)", "X: m n", lambda x: centred(x, 1))
    assert parse(f"{name}(X)", shapes="").shapes["X"] == ("n", "m")


@pytest.mark.parametrize("name", ["layer_norm", "LayerNorm"])
def test_layer_norm_is_over_the_features(name: str) -> None:
    check(f"{name}(X)", "X: m n", lambda x: centred(x, 1))
    check(f"{name}(X, axis=0)", "X: m n", lambda x: centred(x, 0))
    check(f"sum_i {name}(X_i)", "X: m n", lambda x: centred(x, 1).sum(0))


def test_an_axis_is_counted_below_a_bound_index() -> None:
    check("sum_i softmax(X_i, axis=0)", "X: m n", lambda x: (np.exp(x) / np.exp(x).sum(1, keepdims=True)).sum(0))


def test_convolutions_of_images() -> None:
    check("conv2d(X, W)", "X: n m, W: k l", windows)
    check("correlate2d(W, X)", "W: k l, X: n m", lambda w, x: windows(x, w))
    check("correlate1d(w, x)", "w: k, x: n", lambda w, x: np.correlate(x, w, "valid"))
    X, W = np.random.default_rng(0).normal(size=(2, 3, 6, 5)), np.random.default_rng(1).normal(size=(4, 3, 2, 3))
    np.testing.assert_allclose(parse("conv2d(X, W)", shapes="X: N C H B, W: F C k l")(X, W), chainrule.conv2d(X, W))
    assert parse("Y = conv2d(X, W); f = sum(G o Y)", shapes="X: n m, W: k l").shapes["G"] == ("n - k + 1", "m - l + 1")


def test_neighbours_are_slices() -> None:
    def ops_of(text: str) -> list[str]:
        return [node.op.name for node in parse(text, shapes="x: n").graph.order()]

    assert "constant" not in ops_of("f = sum_{i=1}^{n-1} x_i x_{i+1}")
    check("sum_{i=1}^{n-1} x_i x_{i+1}", "x: n", lambda x: (x[1:] * x[:-1]).sum())
    check("sum_{i=2}^n (x_i - x_{i-1})^2", "x: n", lambda x: (np.diff(x) ** 2).sum())
    check("sum_{i=2}^{n-1} (x_{i+1} - 2 x_i + x_{i-1})^2", "x: n", lambda x: (np.diff(x, 2) ** 2).sum())
    check("sum_{i=1}^{n-2} A_{i+1,2}", "A: n m", lambda a: a[1:-1, 1].sum())
    check("sum_{i=1}^{n-1} A_{1,i+1}", "A: m n", lambda a: a[0, 1:].sum())


def test_a_function_of_several_arguments_of_which_nothing_is_said() -> None:
    with pytest.raises(ParseError, match=r"the function g of 2 arguments") as failure:
        parse("f = g(x, y)")
    assert "define it first: g(x, y) = ..." in failure.value.remedy
    assert parse("g(x, y) = x y; s = g(2, z)").shapes == {"z": ()}
    assert parse("s = G (x, y)", shapes="G: 2 2").graph.outputs[0].shape == (2,)


def test_a_second_shape_for_a_name() -> None:
    with pytest.raises(ParseError, match="a second shape for W"):
        parse("f = ||W x||^2", shapes="W: m n, x: n, W: n m")


@pytest.mark.parametrize("text", ["L = sum_i -y_i x_i + log(1 + exp(x_i))", "L = -1/2 sum_i (x_i - m)^2 + 3 x_i"])
def test_an_index_after_its_sum(text: str) -> None:
    """The sum ends at the plus, so the last x_i would be a name of its own."""
    with pytest.raises(ParseError, match="x_i after the sum over i") as failure:
        parse(text)
    assert "sum_i (...)" in failure.value.remedy
    assert parse("L = sum_i x_i + sum_i x_i^2").shapes == {"x": ("n",)}
    assert parse("L = sum_i w_i x_i + b").shapes["b"] == ()


def test_the_exponential_of_a_square_matrix_is_said_to_be_entry_by_entry() -> None:
    said = [str(reading) for reading in parse("f = tr(e^X)", shapes="X: n n").readings]
    assert any("the exponential of each entry" in each for each in said)
    assert not parse("f = sum(exp(X))", shapes="X: m n").readings
