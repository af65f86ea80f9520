"""Formulas against NumPy: a text, the declared shapes and the same in NumPy in, an assertion out.

A formula is read twice: in letters, and run on arrays; and with numbers. The sizes all differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.testing import assert_allclose

from chainrule.ir.node import concrete
from chainrule.notation import parse

SIZES = {"n": 6, "m": 4, "k": 3, "l": 2, "p": 5, "d": 3, "N": 7, "K": 3}


def arguments(shapes: str) -> list[Any]:
    """Random arrays of the declared shapes; square ones are far from singular, with a positive determinant."""
    generator = np.random.default_rng(7)
    found = []
    for item in shapes.split(","):
        shape = tuple(SIZES[letter] for letter in item.partition(":")[2].split())
        array = generator.normal(size=shape) if shape else np.asarray(generator.uniform(0.5, 2.0))
        if len(shape) == 2 and shape[0] == shape[1]:
            array = array @ array.T + np.eye(shape[0])
        found.append(array)
    return found


def names(shapes: str) -> list[str]:
    return [item.partition(":")[0].strip() for item in shapes.split(",")]


def check(text: str, shapes: str, reference: Callable[..., Any]) -> None:
    """The value on arrays of a formula that was read in letters, and of one that was read with numbers."""
    given = arguments(shapes)
    expected = reference(*given)
    parsed = parse(text, shapes=shapes)
    known = dict(zip(names(shapes), given, strict=True))
    assert set(parsed.inputs) == set(known)
    found = np.asarray(parsed(*(known[name] for name in parsed.inputs)))
    assert found.shape == np.shape(expected)
    assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    numeric = parse(text, shapes=shapes, values=known)
    assert_allclose(np.asarray(concrete(numeric.graph.outputs[0])), expected, rtol=1e-9, atol=1e-12)
