"""Laws of dtypes, for every op: nothing changes dtype, and short floats lose no more than their last digits."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from laws.table import SMOOTH, Case, draw, filled, pulled, recorded, weights

import chainrule
from chainrule.ir.coercion import as_node
from chainrule.ir.recording import open_recording
from chainrule.transforms.forward import tangents
from chainrule.transforms.reverse import gradients

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = [np.dtype("float16"), BFLOAT16, np.dtype("float32"), np.dtype("float64")]
SHORT = {"float16": (np.dtype("float16"), 2.0**-10), "bfloat16": (BFLOAT16, 2.0**-7)}

smooth = pytest.mark.parametrize("case", SMOOTH, ids=str)


@smooth
@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
def test_values_gradients_and_tangents_keep_the_dtype(case: Case, dtype: Any) -> None:
    arrays = draw(case, dtype)
    start = case.op.first_value_slot
    with open_recording(), np.errstate(all="ignore"):
        nodes, output = recorded(case, arrays)
        wanted = [nodes[slot] for slot in case.slots]
        moves = [weights(each) for each in wanted]
        ahead = tangents([output], wanted, moves, symbolic=False)[0]
        first = gradients([output], [as_node(weights(output))], wanted, symbolic=True)
    assert output.dtype == dtype
    assert ahead is None or ahead.dtype == dtype
    assert all(each is None or each.type is node.type for each, node in zip(first, wanted, strict=True))
    for found, array in zip(pulled(case, arrays, weights(output)), arrays[start:], strict=False):
        assert (found.dtype, found.shape) == (dtype, array.shape)


@smooth
@pytest.mark.parametrize("name", sorted(SHORT))
def test_short_floats_are_as_exact_as_they_can_be(case: Case, name: str) -> None:
    dtype, precision = SHORT[name]
    arrays = draw(case, dtype)
    exact = [each if each.dtype.kind == "b" else each.astype("float64") for each in arrays]
    with open_recording(), np.errstate(all="ignore"):
        _, output = recorded(case, arrays)
        _, expected = recorded(case, exact)
    close(filled([output], [output])[0], filled([expected], [expected])[0], precision)
    upstream = weights(output)
    pairs = zip(pulled(case, arrays, upstream), pulled(case, exact, upstream.astype("float64")), strict=True)
    for found, gradient in pairs:
        scale = float(np.max(np.abs(gradient), initial=0))  # a slope may be told the rounded output: 1 - y^2
        np.testing.assert_allclose(
            found.astype("float64"), gradient, rtol=4 * precision, atol=2 * precision * scale + 1e-6
        )


def close(found: Any, expected: Any, precision: float) -> None:
    """Rounded from float32: half a unit of the last place of each entry, and what float32 itself loses."""
    scale = float(np.max(np.abs(expected), initial=0))
    np.testing.assert_allclose(found.astype("float64"), expected, rtol=0.75 * precision, atol=1e-5 * scale + 1e-7)


@pytest.mark.parametrize("executor", ["walk", "numpy", "native"])
@pytest.mark.parametrize("name", ["diag", "diagonal", "tril", "triu", "trace"])
@pytest.mark.parametrize("dtype", [bool, np.int32, np.float32])
def test_diagonals_have_the_dtypes_of_numpy(name: str, dtype: Any, executor: str) -> None:
    function, x = getattr(np, name), np.array([[1, 0], [1, 1]], dtype)
    found, expected = chainrule.jit(function, executor=executor)(x), function(x)
    assert found.dtype == expected.dtype
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("executor", ["walk", "numpy", "native"])
@pytest.mark.parametrize("name", ["rint", "round", "floor", "ceil", "trunc"])
@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.float32])
def test_rounded_numbers_have_the_dtypes_of_numpy(name: str, dtype: Any, executor: str) -> None:
    function, x = getattr(np, name), np.array([-3, 0, 2], dtype)
    jitted = chainrule.jit(function, executor=executor)
    assert jitted(x).dtype == jitted.graph(x).outputs[0].dtype == function(x).dtype
    assert np.array_equal(jitted(x), function(x))
