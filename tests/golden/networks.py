"""The networks of the five notes, as graphs with the names the notes give them.

One idea: a network is written once here, and every golden file and every numerical check of a printed line uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derivation.explain import explain_entry, explain_graph
from chainrule.derivation.lines import Derivation
from chainrule.ir.graph import Graph
from chainrule.ir.node import Node
from chainrule.ir.recording import open_recording
from chainrule.ops.generic import generic

FLOAT = np.dtype("float64")


class Names(dict[Node, str]):
    """Symbols by node: `names.of("q", x + y)` names a step and returns it."""

    def of(self, name: str, node: Node) -> Node:
        self[node] = name
        return node

    def variable(self, name: str, value: Any) -> Node:
        array = np.asarray(value, FLOAT)
        return self.of(name, ops.input_node(array.shape, FLOAT, array[()]))

    def unknown(self, name: str, *shape: int) -> Node:
        return self.of(name, ops.input_node(shape, FLOAT))


Build = Callable[[Names], tuple[Sequence[Node], Node]]


def worked(build: Build, wrt: Sequence[str] = (), **options: Any) -> Derivation:
    """The derivation of a network: `build` names its nodes and returns its inputs and its output."""
    names = Names()
    with open_recording():
        inputs, output = build(names)
        by_name = {name: node for node, name in names.items()}
        graph = Graph(tuple(inputs), (output,), names)
        return explain_graph(graph, [by_name[each] for each in wrt], **options)


def batch_of_two(names: Names) -> tuple[Sequence[Node], Node]:
    """Seed 000: two examples through z = W (w_1 x_1 + w_2 x_2), half the sum of squares, named as in the note."""
    v, of = names.variable, names.of
    w_1, w_2, W = v("w_1^1", 0.5), v("w_2^1", -1), v("W_1^2", 2)
    inputs, losses = [w_1, w_2, W], []
    for number, (x_1, x_2, y) in enumerate([(1, 2, 1), (3, -1, 0)], 1):
        x_1, x_2, y = v(f"x_1^{number}", x_1), v(f"x_2^{number}", x_2), v(f"y^{number}", y)
        inputs += [x_1, x_2, y]
        n_1, n_2 = of(f"n_1^{number}", w_1 * x_1), of(f"n_2^{number}", w_2 * x_2)
        z = of(f"z^{number}", W * of(f"o^{number}", n_1 + n_2))
        losses.append(of(f"l^{number}", of(f"t^{number}", z - y) ** 2))
    return inputs, of("L", of("PreL", losses[0] + losses[1]) / 2)


def batch_as_array(names: Names) -> tuple[Sequence[Node], Node]:
    """Seed 000 with the examples as the rows of X."""
    v, of = names.variable, names.of
    X, y, w, W = v("X", [[1, 2], [3, -1]]), v("y", [1, 0]), v("w", [0.5, -1]), v("W", 2)
    t = of("t", of("z", W * of("o", X @ w)) - y)
    return [X, y, w, W], of("L", ops.mean(of("l", t**2)))


def skip_network(x: float, w: Sequence[float]) -> Build:
    """Seed 001: two relu layers and a skip connection w_3 h_0."""

    def build(names: Names) -> tuple[Sequence[Node], Node]:
        v, of = names.variable, names.of
        X, y = v("x", x), v("y", 5)
        w_0, w_1, w_2, w_3 = (v(f"w_{place}", value) for place, value in enumerate(w))
        h_0 = of("h_0", ops.relu(of("z_0", w_0 * X)))
        h_1 = of("h_1", ops.relu(of("z_1", w_1 * h_0)))
        z_2 = of("z_2", w_2 * h_1 + w_3 * h_0)
        return [X, y, w_0, w_1, w_2, w_3], of("L", (z_2 - y) ** 2 / 2)

    return build


def gates(names: Names) -> tuple[Sequence[Node], Node]:
    """Seed 002: f = (x + y) z."""
    x, y, z = names.variable("x", -2), names.variable("y", 5), names.variable("z", -4)
    return [x, y, z], names.of("f", (x + y) * z)


def squared_norm(names: Names) -> tuple[Sequence[Node], Node]:
    """Seed 002: f = ||W x||^2."""
    W, x = names.variable("W", [[0.1, 0.5], [-0.3, 0.8]]), names.variable("x", [0.2, 0.4])
    return [W, x], names.of("f", ops.squared_norm(W @ x))


def sigmoid_softmax(names: Names) -> tuple[Sequence[Node], Node]:
    """Seed 003: 4-4-2 with sigmoid, softmax and squared loss; W_1[2,2] = -0.2 makes the numbers of the note right."""
    v, of = names.variable, names.of
    x, y = v("x", [2, 5, 3, 3]), v("y", [1, 0])
    W_1 = v("W_1", [[0.1, 0.3, 0.8, -0.4], [-0.3, -0.2, 0.5, 0.5], [-0.3, 0, 0.5, 0.4], [0.2, 0.5, -0.9, 0.7]])
    W_2 = v("W_2", [[0.5, 0.8, 0.2, 0.4], [0.5, 0.2, 0.3, -0.5]])
    b_1, b_2 = v("b_1", np.zeros(4)), v("b_2", np.zeros(2))
    h_1 = of("h_1", ops.sigmoid(of("a_1", W_1 @ x + b_1)))
    yhat = of("yhat", ops.softmax(of("a_2", W_2 @ h_1 + b_2)))
    return [x, y, W_1, b_1, W_2, b_2], of("L", ops.sum((y - yhat) ** 2))


def generic_layer(names: Names) -> tuple[Sequence[Node], Node]:
    """Seed 004: s = u^T f(W x + b), f unspecified, in symbols. The sizes are primes that stand for m and n."""
    u, W, x, b = names.unknown("u", 7), names.unknown("W", 7, 11), names.unknown("x", 11), names.unknown("b", 7)
    h = names.of("h", generic("f")(names.of("z", W @ x + b)))
    return [u, W, x, b], names.of("s", u @ h)


def sigmoid_layer(names: Names) -> tuple[Sequence[Node], Node]:
    """Seed 004 with f = sigmoid."""
    v, of = names.variable, names.of
    u, b = v("u", [1, -2]), v("b", [0.1, -0.1])
    W, x = v("W", [[0.1, 0.5], [-0.3, 0.8]]), v("x", [0.2, 0.4])
    h = of("h", ops.sigmoid(of("z", W @ x + b)))
    return [u, W, x, b], of("s", u @ h)


def entry_of_network(build: Build, name: str, at: tuple[int, ...]) -> Derivation:
    """The working of one entry of an input; `at` counts from 0."""
    names = Names()
    with open_recording():
        inputs, output = build(names)
        by_name = {each: node for node, each in names.items()}
        return explain_entry(Graph(tuple(inputs), (output,), names), by_name[name], at)


WEIGHTS = ("w_0", "w_1", "w_2", "w_3")
SEED_003 = ("W_1", "b_1", "W_2", "b_2")
NETWORKS: dict[str, Callable[[], Derivation]] = {
    "batch": partial(worked, batch_of_two),
    "batch_as_array": partial(worked, batch_as_array, ["w", "W"]),
    "skip": partial(worked, skip_network(2, (1.5, 0.5, 2, 1)), WEIGHTS, detail="statements"),
    "skip_zero": partial(worked, skip_network(-2, (1.5, -0.5, 2, 1)), WEIGHTS, detail="statements"),
    "gates": partial(worked, gates),
    "squared_norm": partial(worked, squared_norm),
    "sigmoid_softmax": partial(worked, sigmoid_softmax, SEED_003, detail="statements"),
    "weight_212": partial(entry_of_network, sigmoid_softmax, "W_2", (0, 1)),
    "weight_131": partial(entry_of_network, sigmoid_softmax, "W_1", (2, 0)),
    "generic": partial(worked, generic_layer, sizes={7: "m", 11: "n"}, called={"z": "delta"}, detail="statements"),
    "sigmoid": partial(worked, sigmoid_layer, detail="statements"),
}
