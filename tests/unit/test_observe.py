"""Names, places and groups read off a running function."""

import sys
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import chainrule
from chainrule.derivation.symbols import shown_nodes, symbols_for
from chainrule.transforms.observe import observe, path_symbol


def observed(function, *args):
    _, graph = observe(function, args, {}, range(len(args)))
    order = graph.order()
    symbols = symbols_for(order, shown_nodes(order, graph.names, graph.inputs), graph.names)
    return {symbol: node for node, symbol in symbols.items()}


def test_local_variables_name_their_values():
    def f(x, w):
        z = w * x
        h = np.tanh(z)
        return h + 1.0

    assert list(observed(f, 0.5, 2.0)) == ["x", "w", "z", "h", "f"]


def test_unpacking_names_each_part():
    def f(x):
        a, (b, c) = x * 2.0, (x * 3.0, x * 4.0)
        return a + b + c

    symbols = observed(f, 1.0)
    assert {"a", "b", "c"} <= set(symbols)
    assert float(symbols["b"].value) == 3.0


def test_a_name_given_again_is_numbered():
    def f(x):
        h = x
        for _ in range(3):
            h = np.tanh(h)
        return h * 2.0

    assert list(observed(f, 0.5)) == ["x", "h", "h_2", "h_3", "f"]


def test_the_name_outside_a_function_wins_over_the_name_inside():
    def layer(W, v):
        inner = W @ v
        out = np.tanh(inner)
        return out

    def f(W, x):
        h = layer(W, x)
        return np.sum(h)

    symbols = observed(f, np.eye(2), np.ones(2))
    assert "h" in symbols
    assert "out" not in symbols
    assert symbols["inner"].origin.group == ("layer",)
    assert symbols["h"].origin.group == ("layer",)
    assert symbols["f"].origin.group == ()


def test_places_are_the_users_own_lines():
    def f(x):
        y = x * 2.0
        return np.sin(y)

    start = f.__code__.co_firstlineno
    symbols = observed(f, 1.0)
    assert symbols["y"].origin.file == __file__
    assert symbols["y"].origin.line == start + 1
    assert symbols["f"].origin.line == start + 2


def test_values_kept_in_containers_are_named():
    def f(x):
        cache = {}
        cache["h1"] = np.tanh(x)
        hs = [cache["h1"] * 2.0]
        hs.append(hs[0] * 3.0)
        return np.sum(hs[1])

    symbols = observed(f, np.ones(2))
    assert {"h1", "hs_1", "hs_2"} <= set(symbols)


class Layer(NamedTuple):
    W: np.ndarray
    b: np.ndarray


@dataclass
class Model:
    first: Layer
    scale: float


def test_nested_containers_name_the_inputs():
    def f(params, model, ws):
        return np.sum(params["fc1"]["W"] @ model.first.W) + np.sum(model.first.b) * model.scale + np.sum(ws[1])

    eye = np.eye(2)
    symbols = observed(f, {"fc1": {"W": eye}}, Model(Layer(eye, np.ones(2)), 2.0), [eye, eye])
    assert list(symbols)[:6] == ["W_fc1", "W_first", "b_first", "scale", "ws_1", "ws_2"]


@pytest.mark.parametrize(
    ("path", "symbol"),
    [(["fc1", "W"], "W_fc1"), ([0, "W"], "W_1"), (["a", "b", "W"], "W_a_b"), ([2], "p_3"), ([], "p")],
)
def test_a_path_is_a_symbol_with_indices(path, symbol):
    assert path_symbol("p", path) == symbol


def test_a_lambda_is_called_f_and_its_steps_get_letters():
    assert list(observed(lambda x, y, z: (x + y) * z, -2.0, 5.0, -4.0)) == ["x", "y", "z", "q", "f"]


def test_the_steps_around_an_activation_are_z_and_h():
    assert list(observed(lambda W, x, b: np.sum(np.tanh(W @ x + b)), np.eye(2), np.ones(2), np.ones(2))) == [
        "W", "x", "b", "q", "z", "h", "f",
    ]  # fmt: skip


def test_the_trace_function_of_others_is_put_back():
    def noting(frame, event, arg):
        return None

    before = sys.gettrace()
    sys.settrace(noting)
    try:
        observed(lambda x: x * x, 3.0)
        assert sys.gettrace() is noting
        with pytest.raises(ZeroDivisionError):
            observed(lambda x: x * (1 / 0), 3.0)
        assert sys.gettrace() is noting
    finally:
        sys.settrace(before)


def test_many_steps_are_numbered():
    def f(x):
        return np.sum(np.sin(np.cos(np.exp(np.sin(np.cos(np.exp(np.sin(x) * x) * x) * x) * x))))

    symbols = list(observed(f, np.ones(2)))
    assert symbols[1:4] == ["v_1", "v_2", "v_3"]
    assert len(set(symbols)) == len(symbols)


def test_a_working_is_folded_by_function():
    def layer(W, v):
        inner = W @ v
        out = np.tanh(inner)
        return out

    def loss(W, U, x):
        h_1 = layer(W, x)
        h_2 = layer(U, h_1)
        L = np.sum(h_2**2)
        return L

    arguments = np.array([[0.1, 0.5], [-0.3, 0.8]]), np.array([[0.2, -0.4], [0.7, 0.1]]), np.array([0.2, 0.4])
    folded = chainrule.explain(loss, detail="functions")(*arguments)
    assert folded.order == ["W", "U", "x", "h_1", "h_2", "L"]
    assert "inner" in chainrule.explain(loss, detail="statements")(*arguments).order
    for gradient, expected in zip(folded.gradients.values(), chainrule.grad(loss, (0, 1, 2))(*arguments), strict=True):
        np.testing.assert_array_equal(gradient, expected)
    print(folded.text(), folded.markdown(), folded.latex(), folded.html())
