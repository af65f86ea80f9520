"""Resizing: formulas parsed with letters and resized compute what the same formulas parsed with numbers compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule import notation, ops
from chainrule.errors import ShapeError
from chainrule.executors.walk import walk_graph
from chainrule.ir.coercion import as_node
from chainrule.ir.graph import Graph
from chainrule.ir.node import make
from chainrule.ir.recording import open_recording
from chainrule.ops import input_node
from chainrule.ops.entries import entry_op, number_type
from chainrule.transforms.replay import on_inputs
from chainrule.transforms.resize import resize
from chainrule.transforms.reverse import gradients
from chainrule.transforms.simplify import simplify_graph
from chainrule.transforms.sizes import Sizes, sizes_of

FLOATS = np.dtype("float64")
LETTERS = {"n": 4, "m": 3, "p": 5, "k": 2, "d": 6}

FORMULAS = [
    ("L = sum(tanh(W x + b))", "W: m n, x: n, b: m"),
    ("L = 1/m sum_{i=1}^m (x_i - y_i)^2", "x: m, y: m"),
    ("L = 1/(2 m) sum_{i=1}^m (w^T X_{i,:} - y_i)^2", "X: m n, w: n, y: m"),
    ("L = mean((X w - y)^2) + lam ||w||^2", "X: m n, w: n, y: m, lam:"),
    ("L = var(x) + std(x)", "x: n"),
    ("L = ||X W - Y||^2 / (n m)", "X: n k, W: k m, Y: n m"),
    ("S = X X^T / sqrt(d); L = sum(softmax(S) V)", "X: n d, V: n p"),
    ("z = x - 1/n sum_i x_i; L = sum(z^2) / (n - 1)", "x: n"),
    ("L = log(n) sum(x)", "x: n"),
    ("L = sum_i i x_i", "x: n"),
    ("L = sum_{i} sum_{j} A_{ij} x_i y_j", "A: n m, x: n, y: m"),
    ("L = tr(A B)", "A: n n, B: n n"),
    ("L = sum_{i} A_{ii} x_i", "A: n n, x: n"),
    ("y_i = sum_{k} w_k x_{i+k-1}; L = sum(y^2)", "w: k, x: n"),
    ("L = sum_{i=1}^n prod_{j=1}^m A_{ij}", "A: n m"),
    ("L = x_1 x_2 + x^T x", "x: n"),
    ("L = ||x|| + logsumexp(x)", "x: n"),
    ("L = sum(max(0, W X + b))", "W: m n, X: n p, b: m"),
    ("L = x^T diag(y) x", "x: n, y: n"),
    ("L = sum_{i=2}^{n} (x_i - x_{i-1})^2", "x: n"),
    ("L = sum_i sum_j 1{i <= j} x_i y_j", "x: n, y: n"),
    ("L = 2 n sum(x) + 5 x_1", "x: n"),
    ("y_i = sum_k w_k x_{i+k-1}; L = sum(y) / (n - k + 1)", "w: k, x: n"),
    ("L = sum((x - mean(x))^2 / (var(x) + 0.001))", "x: n"),
]


def sizes_for(parsed: notation.Parsed) -> dict[int, int]:
    """What each number of a parsed formula becomes; a size may be made of letters, as n - k + 1 is."""
    return {number: eval(letter, dict(LETTERS)) for number, letter in parsed.sizes.items()}


def values_for(shapes: str, letters: dict[str, int]) -> tuple[dict[str, tuple[int, ...]], dict[str, Any]]:
    random = np.random.default_rng(3)
    declared = {}
    for item in shapes.split(","):
        name, _, sizes = item.partition(":")
        declared[name.strip()] = tuple(letters[size] for size in sizes.split())
    return declared, {name: random.uniform(0.2, 1.5, shape)[()] for name, shape in declared.items()}


def both(text: str, shapes: str) -> tuple[Graph, Graph, list[Any]]:
    """The formula read with letters and resized, the formula read with numbers, and values for both."""
    declared, values = values_for(shapes, LETTERS)
    symbolic = notation.parse(text, shapes=shapes)
    concrete = notation.parse(text, shapes=dict(declared))
    arrays = [values[name] for name in symbolic.inputs]
    return resize(symbolic.graph, sizes_for(symbolic)), with_letters(concrete, symbolic.inputs), arrays


def with_letters(parsed: notation.Parsed, inputs: tuple[str, ...]) -> Graph:
    """The graph of some inputs; where shapes are numbers a letter is an input too, and gets its number."""
    nodes = dict(zip(parsed.inputs, parsed.graph.inputs, strict=True))
    with open_recording():
        given = [nodes[name] if name in inputs else as_node(np.array(float(LETTERS[name]))) for name in nodes]
        return Graph(tuple(nodes[name] for name in inputs), on_inputs(parsed.graph, given).outputs)


@pytest.mark.parametrize(("text", "shapes"), FORMULAS)
def test_a_resized_formula_computes_what_it_says(text: str, shapes: str) -> None:
    resized, expected, arrays = both(text, shapes)
    assert [node.shape for node in resized.inputs] == [node.shape for node in expected.inputs]
    np.testing.assert_allclose(walk_graph(resized)(*arrays)[0], walk_graph(expected)(*arrays)[0], rtol=1e-13)


def gradient_graph(graph: Graph) -> Graph:
    with open_recording():
        found = gradients(graph.outputs, [np.float64(1.0)], graph.inputs, symbolic=True)
    return Graph(graph.inputs, tuple(each for each in found if each is not None), graph.names)


@pytest.mark.parametrize("simplified", [False, True])
@pytest.mark.parametrize(("text", "shapes"), FORMULAS)
def test_a_resized_gradient_is_the_gradient_of_the_resized(text: str, shapes: str, simplified: bool) -> None:
    symbolic = notation.parse(text, shapes=shapes)
    _, expected, arrays = both(text, shapes)
    sizes = sizes_for(symbolic)
    whole = gradient_graph(symbolic.graph)
    if simplified:
        with open_recording():
            whole = simplify_graph(whole)
    found = walk_graph(resize(whole, sizes))(*arrays)
    for one, other in zip(found, walk_graph(gradient_graph(expected))(*arrays), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


def test_names_are_carried_over() -> None:
    parsed = notation.parse("z = W x; L = sum(z)", shapes="W: m n, x: n")
    resized = resize(parsed.graph, sizes_for(parsed))
    assert sorted(resized.names.values()) == ["L", "W", "x", "z"]
    assert {name: node.shape for node, name in resized.names.items()} == {"W": (3, 4), "x": (4,), "z": (3,), "L": ()}


def test_joined_cut_and_padded() -> None:
    x, y = input_node((1009,), FLOATS), input_node((1013,), FLOATS)
    with open_recording():
        joined = ops.concatenate([x, y, x])
        first, rest = joined[:1009], joined[1009:2022]
        padded = ops.pad(first, (1, 1013)) * 2.0
        square = ops.reshape(ops.outer(x, y), (1009 * 1013,))
        last = joined[1008] + x[-1] + x[0]
        graph = Graph((x, y), (joined, first, rest, padded, square, last, ops.flip(x), x[1:1008]))
    small = resize(graph, {1009: 3, 1013: 4})
    assert [node.shape for node in small.outputs] == [(10,), (3,), (4,), (8,), (12,), (), (3,), (1,)]
    a, b = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0, 7.0])
    found = walk_graph(small)(a, b)
    np.testing.assert_array_equal(found[2], b)
    np.testing.assert_array_equal(found[4], np.outer(a, b).ravel())
    assert found[5] == 3.0 + 3.0 + 1.0
    np.testing.assert_array_equal(found[7], [2.0])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (np.arange(1009.0), np.arange(4.0)),
        (np.arange(1009)[::-1], np.arange(4)[::-1]),
        (np.eye(1009), np.eye(4)),
        (np.eye(1009, 1013, 1), np.eye(4, 3, 1)),
        (np.tri(1009, dtype=bool), np.tri(4, dtype=bool)),
        (np.full((1009, 2), 1 / 1009), np.full((4, 2), 1 / 4)),
        (np.arange(1, 1010) ** 2.0, np.arange(1, 5) ** 2.0),
        (1 / np.arange(1, 1010), 1 / np.arange(1, 5)),
        (np.linspace(0, 1, 1009), np.linspace(0, 1, 4)),
        (np.arange(1009) < 2, np.arange(4) < 2),
        (np.arange(1009) == 1008, np.arange(4) == 3),
        (np.arange(1009)[:, None] * 1013 + np.arange(1013), np.arange(4)[:, None] * 3 + np.arange(3)),
    ],
    ids=range(12),
)
def test_constant_arrays(before: Any, after: Any) -> None:
    with open_recording():
        graph = Graph((), (ops.astype(as_node(before), FLOATS),))
    found = resize(graph, {1009: 4, 1013: 3}).outputs[0].value
    np.testing.assert_allclose(found, after.astype(float), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1009.0, 4), (1 / 1009, 1 / 4), (1 / (1009 * 1013), 1 / 12), (np.sqrt(1009), 2), (1 / np.sqrt(1009), 0.5),
        (-2 / 1009, -0.5), (1008.0, 3), (1 / 1008, 1 / 3), (1008 / 1009, 0.75), (np.log(1009), np.log(4)),
        (np.sqrt(2 / 1013), np.sqrt(2 / 3)), (1 / (2 * 1009), 1 / 8), (1009 * 1008 / 2, 6.0), (1009**2, 16.0),
        (1009 / 1013, 4 / 3), (1 / 504, 2 / 3), (0.5, 0.5), (63.0, 63.0), (7.0, 7.0), (1e-3, 1e-3),
        (0.1, 0.1), (np.pi, np.pi), (1e-5, 1e-5), (100.0, 100.0), (1 / 3, 1 / 3), (-1.0, -1.0), (0.0, 0.0),
        (1e4, 1e4), (1 / 1012, 1 / 2),
    ],
)  # fmt: skip
def test_numbers_made_from_sizes(before: float, after: float) -> None:
    assert Sizes({1009: 4, 1013: 3}).real(float(before)) == pytest.approx(after, rel=1e-14)


def test_a_table_of_numbers_is_refused_with_the_name_of_the_op() -> None:
    table = np.random.default_rng(0).normal(size=1009)
    x = input_node((1009,), FLOATS)
    with open_recording():
        graph = Graph((x,), ((x * table).sum(),))
    with pytest.raises(ShapeError, match="constant"):
        resize(graph, {1009: 4})


def test_an_op_that_does_not_fit_is_named() -> None:
    x = input_node((1009,), FLOATS)
    with open_recording():
        graph = Graph((x,), (x[5],))
    with pytest.raises(ShapeError, match="index"):
        resize(graph, {1009: 3})


def test_a_window_longer_than_the_axis_is_refused() -> None:
    parsed = notation.parse("y_i = sum_{k} w_k x_{i+k-1}; L = sum(y)", shapes="w: k, x: n")
    letters = {"n": 2, "k": 4}
    sizes = {size: letters[letter] for size, letter in parsed.sizes.items() if letter in letters}
    with pytest.raises(ShapeError, match="correlate"):
        resize(parsed.graph, sizes)


def test_sizes_of_arrays() -> None:
    shapes = {"W": ("m", "n"), "x": ("n",), "v": (3,)}
    assert sizes_of(shapes, {"W": np.ones((2, 4)), "x": np.ones(4)}) == {"m": 2, "n": 4}
    with pytest.raises(ShapeError, match=r"W with n = 4 and x with n = 5"):
        sizes_of(shapes, {"W": np.ones((2, 4)), "x": np.ones(5)})
    with pytest.raises(ShapeError, match=r"W of shape \(2,\)"):
        sizes_of(shapes, {"W": np.ones(2)})
    with pytest.raises(ShapeError, match=r"v of shape \(4,\)"):
        sizes_of(shapes, {"v": np.ones(4)})


def test_index_notation_over_a_constant_is_carried_over() -> None:
    x = input_node((1009,), FLOATS)
    with open_recording():
        table = as_node(np.ones((1009, 3)))
        unread = make(entry_op, (table,), (("at", ("i", "k")),), number_type(table.type))
        spoken = ops.sum_over(unread * ops.entry(x, ("i",)), "i")
        graph = Graph((x,), (spoken * ops.delta("k", "j"),))
    body = resize(graph, {1009: 4}).outputs[0].inputs[0].inputs[0]
    assert [each.inputs[0].shape for each in body.inputs] == [(4, 3), (4,)]
