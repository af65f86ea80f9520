"""`source`: the printed code of a value or a gradient runs, and speaks the names of the function's own variables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import grad, jit, source
from chainrule.errors import GradientError, UnknownNameError

X = np.array([0.3, -1.2, 2.0])


def loss(w: Any, x: Any) -> Any:
    z = w * x
    h = np.tanh(z)
    return h**2


def test_the_source_of_a_value_uses_the_names_of_its_variables() -> None:
    assert jit(loss).source(0.5, 2.0) == source(loss, 0.5, 2.0)
    assert source(loss, 0.5, 2.0) == (
        "import numpy as np\n\n\ndef loss(w, x):\n    z = w * x\n    h = np.tanh(z)\n    return h ** 2\n"
    )


def test_the_source_of_a_gradient_runs() -> None:
    text = source(loss, 0.5, 2.0, of="gradient")
    assert "dloss_dh = 2.0 * h" in text
    assert "dloss_dz = dloss_dh * (1.0 - h ** 2)" in text
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    assert namespace["loss_gradient"](0.5, 2.0) == pytest.approx(grad(loss, (0, 1))(0.5, 2.0))


def test_the_source_of_the_gradient_of_a_network_runs() -> None:
    def network(params: Any, x: Any, target: Any) -> Any:
        h = chainrule.sigmoid(params[0]["W"] @ x + params[0]["b"])
        return chainrule.cross_entropy(chainrule.softmax(params[1]["W"] @ h), target)

    random = np.random.default_rng(0)
    params = [{"W": random.normal(size=(4, 3)), "b": random.normal(size=4)}, {"W": random.normal(size=(2, 4))}]
    target = np.array([0.0, 1.0])
    text = source(network, params, X, target, of="gradient")
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    found = namespace["network_gradient"](params[0]["W"], params[0]["b"], params[1]["W"], X, target)
    expected = grad(network)(params, X, target)
    for one, other in zip(found, (expected[0]["W"], expected[0]["b"], expected[1]["W"]), strict=False):
        np.testing.assert_allclose(one, other)


def test_the_graph_is_data() -> None:
    graph = jit(loss).graph(0.5, 2.0)
    assert [graph.names[node] for node in graph.inputs] == ["w", "x"]
    assert source(graph) == source(loss, 0.5, 2.0).replace("def loss", "def f")


def test_questions_without_a_source() -> None:
    with pytest.raises(UnknownNameError, match="'value' or 'gradient'"):
        source(loss, 0.5, 2.0, of="grad")
    with pytest.raises(GradientError, match="one floating-point number"):
        source(np.tanh, X, of="gradient")
    with pytest.raises(GradientError, match="without an argument of floats"):
        source(lambda n: n * 2.0, 3, of="gradient")


def test_the_source_of_a_formula() -> None:
    assert source(chainrule.parse("f = (x + y) * z")) == "def f(x, y, z):\n    return (x + y) * z\n"
    assert "return z, z, x + y" in source(chainrule.parse("f = (x + y) * z"), of="gradient")
