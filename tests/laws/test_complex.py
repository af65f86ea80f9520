"""Laws of complex numbers, for every op that takes them: the gradient of a real L by z = a + bi is dL/da + i dL/db."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from laws.table import CASES, Case, draw, filled, numeric_gradient, pulled, pushed, recorded, slope_along

from chainrule.ir.coercion import as_node
from chainrule.ir.op import Complexes
from chainrule.ir.recording import open_recording
from chainrule.ir.types import array_type
from chainrule.transforms.forward import tangents
from chainrule.transforms.reverse import gradients

Array = np.ndarray[Any, Any]

UP_TO_PHASES = {"eigh_packed", "svd_packed", "eig_packed"}  # vectors that a library gives some phase: see test_spectra
TAKING = [
    case
    for case in CASES
    if case.slots and case.op.complexes is not Complexes.REFUSED and case.op.name not in UP_TO_PHASES
]
taking = pytest.mark.parametrize("case", TAKING, ids=str)


def draw_complex(case: Case, dtype: Any = np.complex128) -> list[Any]:
    """The arrays of the real laws with imaginary parts, off the axes on which logarithms and roots are cut."""
    found = []
    for slot, array in enumerate(draw(case)):
        random = np.random.default_rng([case.place, slot, 7])
        parts = random.uniform(0.2, 0.9, array.shape) * random.choice([-1.0, 1.0], array.shape)
        found.append(array if array.dtype.kind == "b" else np.asarray(array + 1j * parts, dtype)[()])
    return found


def complex_weights(value: Any, salt: int = 0) -> Any:
    """A fixed random array of the type of `value`, complex where it is."""
    random = np.random.default_rng([value.size, salt, 11])
    parts = random.uniform(0.5, 1.5, (2, *value.shape)) * random.choice([-1.0, 1.0], (2, *value.shape))
    whole = parts[0] + 1j * parts[1] if value.dtype.kind == "c" else parts[0]
    return np.asarray(whole, value.dtype)[()]


def inner(left: Any, right: Any) -> float:
    """Re(conj(left) right), summed: the inner product of complex arrays as pairs of real ones."""
    return float(np.sum(np.real(np.conj(left) * right)))


def numeric(loss: Callable[[Any], float], z: Any) -> Array:
    """dL/da + i dL/db by finite differences."""
    along_real = numeric_gradient(lambda a: loss(a + 1j * np.imag(z)), np.real(z))
    along_imaginary = numeric_gradient(lambda b: loss(np.real(z) + 1j * b), np.imag(z))
    return along_real + 1j * along_imaginary


@taking
def test_the_gradient_holds_both_real_slopes(case: Case) -> None:
    arrays = draw_complex(case)
    value = case.op(*arrays, **case.params)
    upstream = complex_weights(value)
    for slot, found in zip(case.slots, pulled(case, arrays, upstream), strict=True):

        def loss(moved: Any, slot: int = slot) -> float:
            inputs = [*arrays[:slot], moved, *arrays[slot + 1 :]]
            return inner(upstream, case.op.kernel(np, *inputs, **case.params))

        np.testing.assert_allclose(found, numeric(loss, arrays[slot]), rtol=1e-7, atol=1e-8, err_msg=f"slot {slot}")


@taking
def test_forward_and_reverse_mode_are_adjoint_as_pairs_of_real_numbers(case: Case) -> None:
    arrays = draw_complex(case)
    upstream = complex_weights(case.op(*arrays, **case.params))
    directions = [complex_weights(arrays[slot], salt=slot + 1) for slot in case.slots]
    ahead = pushed(case, arrays, directions)
    back = pulled(case, arrays, upstream)
    assert (ahead.shape, ahead.dtype) == (upstream.shape, upstream.dtype)
    right = sum(inner(gradient, direction) for gradient, direction in zip(back, directions, strict=True))
    np.testing.assert_allclose(inner(upstream, ahead), right, rtol=1e-11, atol=1e-12)


@taking
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_types_of_complex_values_and_gradients(case: Case, dtype: str) -> None:
    arrays = draw_complex(case, dtype)
    with open_recording():
        _, output = recorded(case, arrays)
    said = case.op.type_rule(*(array_type(each.shape, each.dtype) for each in arrays), **case.params)
    value = case.op.kernel(np, *arrays, **case.params)
    assert (output.shape, output.dtype) == (said.shape, said.dtype) == (value.shape, value.dtype)
    for slot, found in zip(case.slots, pulled(case, arrays, complex_weights(output)), strict=True):
        assert (found.shape, found.dtype) == (arrays[slot].shape, arrays[slot].dtype)


def moved(case: Case, arrays: Sequence[Any], directions: Sequence[Any], t: float) -> list[Any]:
    found = list(arrays)
    for slot, direction in zip(case.slots, directions, strict=True):
        found[slot] = arrays[slot] + t * direction
    return found


@taking
def test_second_derivatives_of_complex_computations(case: Case) -> None:
    arrays = draw_complex(case)
    upstream = complex_weights(case.op(*arrays, **case.params))
    directions = [complex_weights(arrays[slot], salt=slot + 1) for slot in case.slots]
    expected = [
        slope_along(lambda t, place=place: pulled(case, moved(case, arrays, directions, t), upstream)[place])
        for place in range(len(case.slots))
    ]
    with open_recording():
        nodes, output = recorded(case, arrays)
        wanted = [nodes[slot] for slot in case.slots]
        first = gradients([output], [as_node(upstream)], wanted, symbolic=True)
        there = [(each, direction) for each, direction in zip(first, directions, strict=True) if each is not None]
        outputs = [each for each, _ in there]
        seeds = [as_node(direction) for _, direction in there]
        over_reverse = filled(gradients(outputs, seeds, wanted, symbolic=True), wanted)
        moves = [as_node(direction) for direction in directions]
        over_forward = filled(tangents(outputs, wanted, moves, symbolic=True), outputs)
    for found, number in zip(over_reverse, expected, strict=True):  # a Hessian is symmetric over the real numbers
        np.testing.assert_allclose(found, number, rtol=1e-6, atol=1e-7)
    numbers = [number for each, number in zip(first, expected, strict=True) if each is not None]
    for found, number in zip(over_forward, numbers, strict=True):
        np.testing.assert_allclose(found, number, rtol=1e-6, atol=1e-7)
