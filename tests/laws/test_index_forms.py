"""Laws of index forms: what an op says in indices is what its kernel and its derivative compute."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from laws.table import CASES, Case, draw

import chainrule
from chainrule.ir.op import Affine, Entries, Windows
from chainrule.ir.types import array_type
from chainrule.ops.linalg.determinants import det, logdet
from chainrule.ops.linalg.inverses import inv
from chainrule.ops.linalg.solving import solve_op


def is_said(case: Case) -> bool:
    """Whether the op has an index form with these parameters."""
    types = (array_type(shape, np.dtype(float)) for shape in case.sample.shapes)
    return isinstance(case.op.index, Windows) and case.op.index.rule(*types, **case.params) is not None


SLIDING = [case for case in CASES if is_said(case)]
OF_MATRICES = [case for case in CASES if case.op in (inv, det, logdet, solve_op)]


def place(index: Affine, at: dict[str, int]) -> int:
    """The value of an index made of letters."""
    return sum(weight * at[letter] for weight, letter in index.terms) + index.offset


def entry_at(array: Any, index: tuple[int, ...]) -> float:
    """An entry; 0 outside the array."""
    inside = all(0 <= each < size for each, size in zip(index, array.shape, strict=True))
    return float(array[index]) if inside else 0.0


def spelled_out(case: Case, arrays: list[Any], shape: tuple[int, ...]) -> Any:
    """The output as its index form defines it, one product at a time."""
    assert isinstance(case.op.index, Windows)
    said = case.op.index.rule(*(array_type(each.shape, each.dtype) for each in arrays), **case.params)
    assert said is not None
    places, result = said
    sizes = dict(zip(result, shape, strict=True))
    for array, axes in zip(arrays, places, strict=True):
        for size, index in zip(array.shape, axes, strict=True):
            if len(index.terms) == 1 and index.terms[0][0] == 1 and not index.offset:
                sizes.setdefault(index.terms[0][1], size)
    letters = sorted({letter for axes in places for index in axes for _, letter in index.terms} | set(result))
    found = np.zeros(shape)
    for values in itertools.product(*(range(sizes[letter]) for letter in letters)):
        at = dict(zip(letters, values, strict=True))
        factors = [
            entry_at(array, tuple(place(index, at) for index in axes))
            for array, axes in zip(arrays, places, strict=True)
        ]
        found[tuple(at[letter] for letter in result)] += np.prod(factors)
    return found


@pytest.mark.parametrize("case", SLIDING, ids=str)
def test_windows_say_what_the_kernel_computes(case: Case) -> None:
    arrays = draw(case)
    value = case.op(*arrays, **case.params)
    np.testing.assert_allclose(spelled_out(case, arrays, value.shape), value, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("case", OF_MATRICES, ids=str)
def test_entries_say_what_the_jacobian_is(case: Case) -> None:
    arrays = draw(case)
    y = case.op(*arrays)
    readers = [each.__getitem__ for each in (y, *arrays)]
    assert isinstance(case.op.index, Entries)
    for slot, x in enumerate(arrays):
        jacobian = chainrule.jacobian(case.op, slot)(*arrays)
        for out, into in itertools.product(np.ndindex(y.shape), np.ndindex(x.shape)):
            found = case.op.index.partial(slot, out, into, *readers)
            if found is None:  # a stack of systems has none
                assert case.op is solve_op
                assert y.ndim > 2 or arrays[0].ndim > 2
            else:
                np.testing.assert_allclose(found, jacobian[(*out, *into)], rtol=1e-12, atol=1e-13)
