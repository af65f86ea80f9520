"""Second-order laws: the derivative of a gradient, by reverse mode and by forward mode, against finite differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from laws.table import SMOOTH, Case, draw, filled, pulled, recorded, slope_along, weights

from chainrule.ir.coercion import as_node
from chainrule.ir.recording import open_recording
from chainrule.transforms.forward import tangents
from chainrule.transforms.reverse import gradients

smooth = pytest.mark.parametrize("case", SMOOTH, ids=str)


def moved(case: Case, arrays: Sequence[Any], directions: Sequence[Any], t: float) -> list[Any]:
    """The arrays, those with a derivative moved by t along their directions."""
    found = list(arrays)
    for slot, direction in zip(case.slots, directions, strict=True):
        found[slot] = arrays[slot] + t * direction
    return found


def numeric_products(case: Case, arrays: Sequence[Any], directions: Sequence[Any], upstream: Any) -> list[Any]:
    """Hessian times direction, from finite differences of the gradient."""
    return [
        slope_along(lambda t, place=place: pulled(case, moved(case, arrays, directions, t), upstream)[place])
        for place in range(len(case.slots))
    ]


@smooth
def test_the_gradient_of_a_gradient_is_what_finite_differences_say(case: Case) -> None:
    arrays = draw(case)
    upstream = weights(case.op(*arrays, **case.params))
    directions = [weights(arrays[slot], salt=slot + 1) for slot in case.slots]
    expected = numeric_products(case, arrays, directions, upstream)
    with open_recording():
        nodes, output = recorded(case, arrays)
        wanted = [nodes[slot] for slot in case.slots]
        first = gradients([output], [as_node(upstream)], wanted, symbolic=True)
        there = [(each, direction) for each, direction in zip(first, directions, strict=True) if each is not None]
        seeds = [as_node(direction) for _, direction in there]
        outputs = [each for each, _ in there]
        over_reverse = filled(gradients(outputs, seeds, wanted, symbolic=True), wanted)
        moves = [as_node(direction) for direction in directions]
        over_forward = filled(tangents(outputs, wanted, moves, symbolic=True), outputs)
    for found, number in zip(over_reverse, expected, strict=True):
        np.testing.assert_allclose(found, number, rtol=1e-7, atol=1e-8)
    numbers = [number for each, number in zip(first, expected, strict=True) if each is not None]
    for found, number in zip(over_forward, numbers, strict=True):
        np.testing.assert_allclose(found, number, rtol=1e-7, atol=1e-8)
    for each, number in zip(first, expected, strict=True):
        assert each is not None or not np.any(number)


@smooth
def test_the_gradient_of_a_tangent_is_the_tangent_of_the_gradient(case: Case) -> None:
    arrays = draw(case)
    directions = [weights(arrays[slot], salt=slot + 1) for slot in case.slots]
    with open_recording():
        nodes, output = recorded(case, arrays)
        wanted = [nodes[slot] for slot in case.slots]
        upstream = as_node(weights(output))
        moves = [as_node(direction) for direction in directions]
        ahead = tangents([output], wanted, moves, symbolic=True)[0]
        reverse_over_forward = (
            [np.zeros(node.shape) for node in wanted]
            if ahead is None
            else filled(gradients([ahead], [upstream], wanted, symbolic=True), wanted)
        )
        first = gradients([output], [upstream], wanted, symbolic=True)
        there = [each for each in first if each is not None]
        forward_over_reverse = iter(filled(tangents(there, wanted, moves, symbolic=True), there))
        expected = [
            np.zeros(node.shape) if each is None else next(forward_over_reverse)
            for each, node in zip(first, wanted, strict=True)
        ]
    for found, number in zip(reverse_over_forward, expected, strict=True):
        np.testing.assert_allclose(found, number, rtol=1e-11, atol=1e-12)


@smooth
def test_second_derivatives_keep_the_dtype(case: Case) -> None:
    arrays = draw(case, np.float32)
    with open_recording():
        nodes, output = recorded(case, arrays)
        wanted = [nodes[slot] for slot in case.slots]
        first = gradients([output], [as_node(weights(output))], wanted, symbolic=True)
        there = [each for each in first if each is not None]
        second = gradients(there, [as_node(weights(each)) for each in there], wanted, symbolic=True)
    for node, each in zip(wanted, second, strict=True):
        assert each is None or each.type is node.type
