"""Laws of broadcasting and of dtypes, for every op that works entry by entry."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from laws.table import CASES, Case, draw, pulled, weights

from chainrule.ir.recording import open_recording
from chainrule.ops import input_node
from chainrule.transforms.reverse import gradients

SHAPES: tuple[tuple[int, ...], ...] = ((3,), (2, 3), (2, 1), ())
PAIRED = [case for case in CASES if case.op.elementwise and case.slots and case.place == 0 and len(case.slots) > 1]

PAIRS_OF_DTYPES = [
    ("float32", "float64"),
    ("float64", "float32"),
    ("float32", "int64"),
    ("int32", "float64"),
    ("float16", "float32"),
]

paired = pytest.mark.parametrize("case", PAIRED, ids=lambda case: case.op.name)
of_two_values = pytest.mark.parametrize(
    "case",
    [case for case in PAIRED if len(case.sample.shapes) == case.op.first_value_slot + 2],
    ids=lambda case: case.op.name,
)


def combined_shapes(count: int) -> list[tuple[tuple[int, ...], ...]]:
    """Every pair of shapes for two inputs; with more, each pair and shapes that differ from theirs."""
    return [
        tuple(SHAPES[(first + step * place) % len(SHAPES)] for place in range(count))
        for first, step in itertools.product(range(len(SHAPES)), repeat=2)
    ]


def summed_to(gradient: Any, shape: tuple[int, ...]) -> Any:
    """The copies that broadcasting made, summed: written independently of the engine."""
    extra = np.ndim(gradient) - len(shape)
    gradient = gradient.sum(axis=tuple(range(extra)))
    return gradient.sum(axis=tuple(axis for axis, size in enumerate(shape) if size == 1), keepdims=True)


@paired
def test_the_gradient_of_a_copy_is_the_sum_over_its_copies(case: Case) -> None:
    for shapes in combined_shapes(len(case.sample.shapes)):
        arrays = draw(case, shapes=shapes)
        value = case.op.kernel(np, *arrays, **case.params)
        upstream = weights(value)
        whole = [np.broadcast_to(each, value.shape) for each in arrays]
        expected = pulled(case, whole, upstream)
        for slot, found, full in zip(case.slots, pulled(case, arrays, upstream), expected, strict=True):
            assert found.shape == shapes[slot]
            np.testing.assert_allclose(found, summed_to(full, shapes[slot]), rtol=1e-12, atol=1e-13)


@paired
def test_recorded_values_broadcast_as_numpy_does(case: Case) -> None:
    for shapes in combined_shapes(len(case.sample.shapes)):
        arrays = draw(case, shapes=shapes)
        with open_recording():
            nodes = [input_node(each.shape, each.dtype, each) for each in arrays]
            output = case.op(*nodes, **case.params)
            np.testing.assert_array_equal(output.value, case.op.kernel(np, *arrays, **case.params))


@of_two_values
@pytest.mark.parametrize("dtypes", PAIRS_OF_DTYPES, ids="-".join)
def test_each_gradient_has_the_dtype_of_its_input(case: Case, dtypes: tuple[str, str]) -> None:
    values = draw(case)
    start = case.op.first_value_slot
    kinds = [np.dtype(bool)] * start + [np.dtype(each) for each in dtypes]
    arrays = [
        np.ones_like(each, dtype) if dtype.kind == "i" else each.astype(dtype)
        for each, dtype in zip(values, kinds, strict=True)
    ]
    with open_recording(), np.errstate(all="ignore"):
        nodes = [input_node(each.shape, each.dtype, each) for each in arrays]
        output = case.op(*nodes, **case.params)
        assert output.dtype == case.op.kernel(np, *arrays, **case.params).dtype
        found = gradients([output], [weights(output)], nodes, symbolic=False)
    for array, gradient in zip(arrays, found, strict=True):
        if array.dtype.kind != "f":
            assert gradient is None
        elif gradient is not None:
            assert (gradient.dtype, gradient.shape) == (array.dtype, array.shape)


@of_two_values
def test_a_python_number_takes_the_dtype_of_the_array_beside_it(case: Case) -> None:
    first, *_, last = draw(case, np.float32)
    if case.op.first_value_slot:
        pytest.skip("the condition comes first")
    with open_recording():
        left = input_node(first.shape, first.dtype, first)
        right = input_node(last.shape, last.dtype, last)
        for output in (case.op(left, 1.5, **case.params), case.op(1.5, right, **case.params)):
            assert output.dtype == np.float32


def test_every_pairing_was_tried() -> None:
    assert {"add", "mul", "where", "hypot", "arctan2", "maximum"} <= {case.op.name for case in PAIRED}
