"""First-order laws: every op against finite differences, forward against reverse, nodes against arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.table import CASES, SMOOTH, Case, draw, filled, numeric_gradient, pulled, pushed, recorded, weights

from chainrule.ir.graph import topological_order
from chainrule.ir.node import Node
from chainrule.ir.op import Flat
from chainrule.ir.recording import open_recording
from chainrule.ir.types import array_type
from chainrule.ops import input_node
from chainrule.transforms.forward import tangents
from chainrule.transforms.reverse import gradients

smooth = pytest.mark.parametrize("case", SMOOTH, ids=str)


@smooth
def test_reverse_mode_is_what_finite_differences_say(case: Case) -> None:
    arrays = draw(case)
    upstream = weights(case.op(*arrays, **case.params))
    for slot, found in zip(case.slots, pulled(case, arrays, upstream), strict=True):

        def loss(moved: Any, slot: int = slot) -> Any:
            inputs = [*arrays[:slot], moved, *arrays[slot + 1 :]]
            return np.sum(upstream * case.op.kernel(np, *inputs, **case.params))

        expected = numeric_gradient(loss, arrays[slot])
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9, err_msg=f"{case}, slot {slot}")


@smooth
def test_forward_and_reverse_mode_are_adjoint(case: Case) -> None:
    arrays = draw(case)
    output = case.op(*arrays, **case.params)
    upstream = weights(output)
    directions = [weights(arrays[slot], salt=slot + 1) for slot in case.slots]
    back = pulled(case, arrays, upstream)
    ahead = pushed(case, arrays, directions)
    assert np.shape(ahead) == output.shape
    left = np.sum(upstream * ahead)
    right = sum(np.sum(gradient * direction) for gradient, direction in zip(back, directions, strict=True))
    np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-13)


@smooth
def test_one_moving_input_at_a_time_adds_up(case: Case) -> None:
    arrays = draw(case)
    directions = [weights(arrays[slot], salt=slot + 1) for slot in case.slots]
    whole = pushed(case, arrays, directions)
    total = 0.0
    with open_recording():
        nodes, output = recorded(case, arrays)
        for slot, direction in zip(case.slots, directions, strict=True):
            total = total + filled(tangents([output], [nodes[slot]], [direction], symbolic=False), [output])[0]
    np.testing.assert_allclose(whole, total, rtol=1e-12, atol=1e-13)


@smooth
def test_rules_give_the_same_numbers_on_nodes_as_on_arrays(case: Case) -> None:
    arrays = draw(case)
    with open_recording():
        nodes, output = recorded(case, arrays)
        wanted = [nodes[slot] for slot in case.slots]
        upstream = weights(output)
        seed = input_node(output.shape, output.dtype, upstream)
        on_nodes = gradients([output], [seed], wanted, symbolic=True)
        assert all(each is None or type(each) is Node for each in on_nodes)
        moves = [input_node(node.shape, node.dtype, weights(node, salt=1)) for node in wanted]
        moved = tangents([output], wanted, moves, symbolic=True)
        numbers, moved_numbers = filled(on_nodes, wanted), filled(moved, [output])
    for found, expected in zip(numbers, pulled(case, arrays, upstream), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-15)
    directions = [weights(arrays[slot], salt=1) for slot in case.slots]
    np.testing.assert_allclose(moved_numbers[0], pushed(case, arrays, directions), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@smooth
def test_gradients_have_the_type_of_their_inputs(case: Case, dtype: str) -> None:
    arrays = draw(case, np.dtype(dtype))
    output = case.op(*arrays, **case.params)
    assert output.dtype == dtype
    for slot, gradient in zip(case.slots, pulled(case, arrays, weights(output)), strict=True):
        assert gradient.shape == arrays[slot].shape
        assert gradient.dtype == dtype
    directions = [weights(arrays[slot]) for slot in case.slots]
    ahead = pushed(case, arrays, directions)
    assert (ahead.shape, ahead.dtype) == (output.shape, np.dtype(dtype))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@smooth
def test_a_graph_for_all_values_computes_what_one_run_did(case: Case, dtype: str) -> None:
    arrays = draw(case, np.dtype(dtype))
    upstream = weights(case.op(*arrays, **case.params))
    with open_recording():
        inputs = [input_node(each.shape, each.dtype) for each in arrays]
        output = case.op(*inputs, **case.params)
        seed = input_node(output.shape, output.dtype)
        wanted = [inputs[slot] for slot in case.slots]
        found = gradients([output], [seed], wanted, symbolic=True)
    assert output.value is None
    for node, gradient in zip(wanted, found, strict=True):
        assert gradient is None or gradient.type is node.type, f"{case}: {gradient.type} for {node.type}"
    known = dict(zip([*inputs, seed], [*arrays, upstream], strict=True))
    values = replay([output, *(each for each in found if each is not None)], known)
    np.testing.assert_array_equal(values[0], case.op(*arrays, **case.params))
    expected = [
        each for each, gradient in zip(pulled(case, arrays, upstream), found, strict=True) if gradient is not None
    ]
    for replayed, eager in zip(values[1:], expected, strict=True):
        np.testing.assert_allclose(replayed, eager, rtol=1e-5 if dtype == "float32" else 1e-13, atol=1e-6)


def replay(outputs: list[Node], known: dict[Node, Any]) -> list[Any]:
    """The plainest executor: nodes in order, kernels on values."""
    values = dict(known)
    for node in topological_order(outputs, known):
        if node not in values:
            inputs = [values[each] for each in node.inputs]
            values[node] = node.op.kernel(np, *inputs, **node.settings) if node.value is None else node.value
    return [values[node] for node in outputs]


STOPPING = [case for case in CASES if isinstance(case.op.derivative, Flat) and not case.op.derivative.refuses]


@pytest.mark.parametrize("case", STOPPING, ids=str)
def test_nothing_passes_where_there_is_no_slope(case: Case) -> None:
    arrays = draw(case)
    with open_recording():
        nodes, output = recorded(case, arrays)
        assert gradients([output], [np.ones(output.shape)], nodes, symbolic=False) == [None] * len(nodes)
        assert tangents([output], nodes, [np.ones(each.shape) for each in nodes], symbolic=False) == [None]
    assert len(case.op.derivative.reason) > 20  # type: ignore[union-attr]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_type_rule_says_what_the_kernel_does(case: Case, dtype: str) -> None:
    if dtype == "int64" and case.op.name == "variable_power":
        pytest.skip("whole numbers have no negative powers in NumPy")
    arrays = draw(case, np.dtype(dtype))
    with np.errstate(all="ignore"):
        value = case.op.kernel(np, *arrays, **case.params)
    said = case.op.type_rule(*(array_type(each.shape, each.dtype) for each in arrays), **case.params)
    assert (value.shape, value.dtype) == (said.shape, said.dtype)
