"""The numbers and formulas that worked examples must contain: inputs in, exact pieces of the page out."""

from __future__ import annotations

import numpy as np
import pytest
from golden.networks import NETWORKS, Names, skip_network, worked

from chainrule import ops
from chainrule.derivation.lines import Derivation
from chainrule.ir.node import Node
from chainrule.renderers.page import Explanation, explanation


def page(name: str) -> Explanation:
    return explanation(NETWORKS[name]())


def test_graph_and_gradient_table() -> None:
    worked_gates = page("gates")
    assert worked_gates.order == ["x", "y", "z", "q", "f"]
    assert [row.value for row in worked_gates.forward] == [-2, 5, -4, 3, -12]
    assert worked_gates.gradients == {"x": -4.0, "y": -4.0, "z": 3.0}
    text = worked_gates.text()
    for line in (
        "df/dq = df/df · z = 1 × (-4) = -4",
        "df/dz = df/df · q = 1 × 3    = 3",
        "df/dx = df/dq · 1 = -4 × 1   = -4",
        "add distributes the full upstream to each input",
        "multiply switches",
    ):
        assert line in text


def test_a_reused_operand_has_two_paths() -> None:
    def square(names: Names) -> tuple[list[Node], Node]:
        x = names.variable("x", 3)
        return [x], names.of("y", x * x)

    found = explanation(worked(square))
    assert [term.operand for term in found.backward[1].terms] == ["left operand", "right operand"]
    assert [path.value for path in found.paths("x")] == [3.0, 3.0]
    assert "= 1 × 3 = 3" in found.text()
    assert found.gradients == {"x": 6.0}


def test_sum_over_paths() -> None:
    found = page("skip")
    assert found.gradients == {"w_0": 4.0, "w_1": 6.0, "w_2": 1.5, "w_3": 3.0}
    assert [path.nodes[1:] for path in found.paths("h_0")] == [("z_2", "h_1", "z_1", "h_0"), ("z_2", "h_0")]
    assert [path.factors for path in found.paths("h_0")] == [(1, 2, 1, 0.5), (1, 1)]
    assert "1 × 2 × 1 × 0.5 = 1" in found.text()


def test_batch_of_two() -> None:
    found = page("batch")
    values = {row.symbol: row.value for row in found.forward}
    assert [values[name] for name in ("o^1", "o^2", "z^1", "z^2", "t^1", "t^2", "l^1", "l^2", "PreL", "L")] == [
        -1.5, 2.5, -3, 5, -4, 5, 16, 25, 41, 20.5,
    ]  # fmt: skip
    expected = {"W_1^2": 18.5, "w_1^1": 22, "w_2^1": -26, "x_1^1": -4, "x_2^1": 8, "x_1^2": 5, "x_2^2": -10}
    assert {symbol: found.gradients[symbol] for symbol in expected} == expected
    assert {path.value for path in found.paths("W_1^2")} == {6.0, 12.5}


def test_each_example_of_a_batch_contributes() -> None:
    found = page("batch_as_array")
    (entry,) = (each for each in found.backward if each.symbol == "W")
    assert [(share.example, share.value) for share in entry.examples] == [(1, 6.0), (2, 12.5)]
    assert "the 1/2 of the mean is already in the upstream, once" in found.text()
    np.testing.assert_allclose(found.gradients["w"], [22, -26])


def test_kinks_and_ties_are_named() -> None:
    def tie(names: Names) -> tuple[list[Node], Node]:
        x, y = names.variable("x", 2), names.variable("y", 2)
        return [x, y], names.of("f", ops.maximum(x, y))

    assert any("not differentiable" in note and "half" in note for note in explanation(worked(tie)).notes)
    assert any("not differentiable" in note for note in page("skip_zero").notes)


def test_index_derivation_of_the_squared_norm() -> None:
    text = page("squared_norm").text()
    for line in (
        "df/dq_i = 2 q_i", "dq_k/dW_ij = 1{k = i} x_j", "= sum_k 2 q_k 1{k = i} x_j", "= 2 q_i x_j",
        "the delta picks k = i", "= 2 q x^T", "= sum_k 2 q_k W_ki", "= 2 W^T q",
        "[[0.44 × 0.2, 0.44 × 0.4], [0.52 × 0.2, 0.52 × 0.4]]", "[[0.088, 0.176], [0.104, 0.208]]", "[-0.112, 0.636]",
    ):  # fmt: skip
        assert line in text


def test_unspecified_function() -> None:
    found = page("generic")
    text = found.text()
    for line in (
        "delta = ds/dh ⊙ f'(z)", "= u ⊙ f'(z)", "ds/dW = delta x^T = (u ⊙ f'(z)) x^T",
        "ds/dx = W^T delta = W^T (u ⊙ f'(z))", "(m, n)",
    ):  # fmt: skip
        assert line in text
    assert found.gradients == {"u": None, "W": None, "x": None, "b": None}
    assert [row.shape for row in found.forward[:2]] == [("m",), ("m", "n")]
    numbers = page("sigmoid").gradients
    np.testing.assert_allclose(numbers["b"], [0.243708, -0.496814], atol=5e-7)
    np.testing.assert_allclose(numbers["W"], [[0.048742, 0.097483], [-0.099363, -0.198725]], atol=5e-7)
    np.testing.assert_allclose(numbers["x"], [0.173415, -0.275597], atol=5e-7)


def test_softmax_and_cross_entropy_as_a_sum_over_paths() -> None:
    def classifier(names: Names) -> tuple[list[Node], Node]:
        a, y = names.variable("a", [1, 2, 3]), names.variable("y", [0, 0, 1])
        return [a, y], names.of("L", ops.cross_entropy(names.of("s", ops.softmax(a)), y))

    found = explanation(worked(classifier, ["a"]))
    np.testing.assert_allclose(found.gradients["a"], [0.090031, 0.244728, -0.334759], atol=5e-7)
    text = found.text()
    assert "ds_k/da_i = s_k (1{k = i} - s_i)" in text
    assert "softmax couples all outputs" in text


@pytest.mark.parametrize(("name", "symbol", "value", "paths"), [
    ("weight_212", "W_2[1,2]", -0.130377, 2), ("weight_131", "W_1[3,1]", 0.003159, 4),
])  # fmt: skip
def test_one_weight_of_the_softmax_network(name: str, symbol: str, value: float, paths: int) -> None:
    found = page(name)
    assert round(found.gradients[symbol], 6) == value
    assert found.path_count(symbol) == len(found.paths(symbol)) == paths


def test_softmax_network_in_full() -> None:
    entries = {entry.symbol: entry.value for entry in page("sigmoid_softmax").backward}
    np.testing.assert_allclose(entries["yhat"], [-0.459328, 0.459328], atol=5e-7)
    np.testing.assert_allclose(entries["a_2"], [-0.162527, 0.162527], atol=5e-7)
    assert "-0.162527 × 0.802184 = -0.130377" in " ".join(page("weight_212").text().split())


def test_names_of_gradients_are_kept() -> None:
    def network(names: Names) -> tuple[list[Node], Node]:
        from chainrule.ops.generic import generic

        x, W_1, W_2 = names.unknown("x", 5), names.unknown("W_1", 7, 5), names.unknown("W_2", 3, 7)
        z_1 = names.of("z_1", W_1 @ x)
        z_2 = names.of("z_2", W_2 @ generic("f")(z_1))
        return [x, W_1, W_2], names.of("L", ops.squared_norm(z_2))

    made = worked(network, called={"z_1": "delta_1", "z_2": "delta_2"}, detail="statements")
    found = explanation(made)
    assert "delta_1 = (W_2^T delta_2) ⊙ f'(z_1)" in found.text()
    assert "dL/dW_1 = delta_1 x^T" in found.text()
    assert r"\delta_{1} &= (W_{2}^{\top} \delta_{2}) \odot f'(z_{1})" in found.latex()


def test_why_a_gradient_is_zero() -> None:
    found = page("skip_zero")
    assert set(found.gradients.values()) == {0.0}
    notes = "\n".join(found.notes)
    for piece in ("h_0 = 0 kills", "h_1 = 0 kills", "relu is off", "kink"):
        assert piece in notes
    assert "relu blocks: z_0 ≤ 0" in found.text()


def test_the_last_line_is_the_gradient() -> None:
    for build in NETWORKS.values():
        derivation: Derivation = build()
        for line in derivation.lines:
            if line.symbol in derivation.gradients and line.value is not None:
                found = np.asarray(derivation.gradients[line.symbol])
                assert found.tobytes() == np.asarray(line.value).tobytes()


def test_many_paths_are_counted_not_listed() -> None:
    def doubling(names: Names) -> tuple[list[Node], Node]:
        x = names.variable("x", 1)
        total = x
        for _ in range(20):
            total = total + total
        return [x], names.of("y", total)

    found = explanation(worked(doubling))
    assert found.paths("x") == []
    assert found.path_count("x") == 2**20
    assert "1,048,576 paths, too many to list" in found.text()
    assert found.gradients == {"x": float(2**20)}


def test_a_relu_that_is_on() -> None:
    found = explanation(worked(skip_network(2, (1.5, 0.5, 2, 1)), ["w_0"]))
    assert "relu passes: z_1 > 0" in found.text()
