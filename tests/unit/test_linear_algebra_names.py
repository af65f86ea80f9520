"""Names that numpy.linalg gives another meaning than numpy: stacks in the last axes. NumPy's values, differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient
from messages import refused

import chainrule
from chainrule.errors import ShapeError
from chainrule.ir.surface import TABLE

RANDOM = np.random.default_rng(3)
STACK, ROWS, MORE = RANDOM.normal(size=(2, 3, 4)), RANDOM.normal(size=(5, 3)), RANDOM.normal(size=(5, 3))

CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "linalg.trace": (lambda x: np.linalg.trace(x, offset=1), (STACK,)),
    "trace": (np.trace, (STACK,)),
    "linalg.diagonal": (lambda x: np.linalg.diagonal(x, offset=-1), (STACK,)),
    "diagonal": (np.diagonal, (STACK,)),
    "linalg.outer": (np.linalg.outer, (ROWS[0], MORE[1, :2])),
    "linalg.cross": (np.linalg.cross, (ROWS, MORE)),
    "linalg.cross along axis 0": (lambda a, b: np.linalg.cross(a, b, axis=0), (ROWS.T, MORE.T)),
    "cross": (np.cross, (ROWS, MORE[0])),
    "cross along other axes": (lambda a, b: np.cross(a, b, axisa=0, axisc=0), (ROWS.T, MORE)),
    "linalg.vecdot": (np.linalg.vecdot, (ROWS, MORE)),
    "linalg.vecdot along axis 0": (lambda a, b: np.linalg.vecdot(a, b, axis=0), (ROWS, MORE)),
    "vecdot": (np.vecdot, (ROWS, MORE[0])),
    "matvec": (np.matvec, (STACK, RANDOM.normal(size=4))),
    "vecmat": (np.vecmat, (ROWS[:2], STACK)),
    "linalg.matrix_transpose": (np.linalg.matrix_transpose, (STACK,)),
    "linalg.matmul": (np.linalg.matmul, (STACK, np.swapaxes(STACK, 1, 2))),
    "linalg.tensordot": (lambda a, b: np.linalg.tensordot(a, b, axes=1), (STACK, STACK[0].T)),
}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_values_and_gradients(name: str) -> None:
    function, arrays = CALLS[name]
    expected = function(*arrays)
    weight = np.cos(np.arange(expected.size)).reshape(expected.shape)
    value = chainrule.vjp(function, *arrays)[0]
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(value, expected, rtol=1e-13, atol=1e-14)
    for place, array in enumerate(arrays):

        def loss(x: Any, place: int = place) -> Any:
            return np.sum(weight * function(*arrays[:place], x, *arrays[place + 1 :]))

        np.testing.assert_allclose(chainrule.grad(loss)(array), numeric_gradient(loss, array), rtol=1e-8, atol=1e-9)


def test_the_first_vector_is_conjugated() -> None:
    a, b = np.array([1 + 2j, 3j]), np.array([2 - 1j, 1 + 1j])
    for function, arrays in ((np.vecdot, (a, b)), (np.vecmat, (a, np.stack([a, b])))):
        np.testing.assert_allclose(chainrule.vjp(function, *arrays)[0], function(*arrays), rtol=1e-14)


def test_every_function_of_linear_algebra_and_of_fourier_transforms_is_there() -> None:
    for home, prefix in ((np.linalg, "linalg."), (np.fft, "fft.")):
        names = {name for name in dir(home) if callable(getattr(home, name)) and not name.startswith("_")}
        missing = {name for name in names if name not in TABLE and prefix + name not in TABLE}
        assert missing <= {"LinAlgError", "test", "fftfreq", "rfftfreq"}, missing


def test_short_floats_tell_small_eigenvalues_apart() -> None:
    """Eigenvalues far below the largest, which float32 still resolves: a whitening matrix has a gradient."""
    basis = np.linalg.qr(np.random.default_rng(1).normal(size=(30, 30)))[0]
    x = ((basis * np.geomspace(1.0, 1e-3, 30)) @ basis.T).astype(np.float32)

    def whitening(x: Any) -> Any:
        w, v = np.linalg.eigh(x)
        return np.sum(((v / np.sqrt(w)) @ v.T) ** 2)

    found = chainrule.grad(whitening)(x)
    inverse = np.linalg.inv(x.astype(np.float64))  # the sum of squares is tr(X^-1), whose gradient is -X^-2
    np.testing.assert_allclose(found, -inverse @ inverse, rtol=0, atol=0.02 * np.max(np.abs(inverse @ inverse)))


def test_what_does_not_fit() -> None:
    refused(ShapeError, lambda: chainrule.grad(lambda x: np.sum(np.linalg.cross(x, x)))(STACK), "cross", "(2, 3, 4)")
    refused(ShapeError, lambda: chainrule.grad(lambda x: np.sum(np.linalg.outer(x, x)))(ROWS), "outer", "(5, 3)")
    refused(ShapeError, lambda: chainrule.grad(lambda x: np.sum(np.linalg.vecdot(x, ROWS.T)))(ROWS), "vecdot")
    refused(ShapeError, lambda: chainrule.grad(lambda x: np.sum(np.linalg.trace(x)))(ROWS[0]), "trace", "(3,)")
