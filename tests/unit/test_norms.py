"""Norms of every order: NumPy's values, gradients by finite differences, and what happens where there is no slope."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient
from messages import refused

import chainrule
from chainrule.errors import DTypeError, ShapeError

INF = np.inf
X = np.array([[0.3, -1.2, 0.7], [0.8, 0.4, -2.1]])
STACK = np.stack([X, 2 * X[::-1] + 0.1, X[:, ::-1] - 0.3])

CALLS: dict[str, tuple[Any, Any]] = {
    **{f"vector of order {order}": (lambda x, order=order: np.linalg.norm(x, order), X[0])
       for order in (None, 1, 2, INF, -INF, 3, 0.5, -1, -2.5, 0)},
    **{f"matrix of order {order}": (lambda x, order=order: np.linalg.norm(x, order), X)
       for order in (None, "fro", "nuc", 1, -1, 2, -2, INF, -INF)},
    **{f"stack of order {order}": (lambda x, order=order: np.linalg.norm(x, order, axis=(-1, 0), keepdims=True), STACK)
       for order in (None, "fro", "nuc", 1, -1, 2, -2, INF, -INF)},
    "rows": (lambda x: np.linalg.norm(x, 3, axis=-1, keepdims=True), STACK),
    "columns": (lambda x: np.linalg.norm(x, axis=1), STACK),
    "one axis in a tuple": (lambda x: np.linalg.norm(x, 1, axis=(2,)), STACK),
    "axes in turn": (lambda x: np.linalg.norm(x, 1, axis=(2, 1)), STACK),
    "all entries of a stack": (np.linalg.norm, STACK),
    "vector_norm": (lambda x: np.linalg.vector_norm(x, axis=(0, 2), ord=4), STACK),
    "vector_norm of all": (lambda x: np.linalg.vector_norm(x, keepdims=True), STACK),
    "matrix_norm": (lambda x: np.linalg.matrix_norm(x, ord="nuc", keepdims=True), STACK),
    "matrix_norm of order 2": (lambda x: np.linalg.matrix_norm(x, ord=2), STACK),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CALLS))
def test_values_and_gradients(name: str) -> None:
    function, x = CALLS[name]
    weight = np.cos(np.arange(np.size(function(x)))).reshape(np.shape(function(x)))

    def weighted(x: Any) -> Any:
        return np.sum(weight * function(x))

    value = chainrule.vjp(function, x)[0]
    assert (value.shape, value.dtype) == (np.shape(function(x)), function(x).dtype)
    np.testing.assert_allclose(value, function(x), rtol=1e-13)
    found = chainrule.grad(weighted)(x)
    np.testing.assert_allclose(found, numeric_gradient(weighted, x), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(chainrule.jit(chainrule.grad(weighted))(x), found, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(chainrule.jacfwd(weighted)(x), found, rtol=1e-12, atol=1e-14)
    assert chainrule.grad(weighted)(x.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("order", [None, 1, 2, INF, -INF, 3, 1.5, 0.5, -1, 0])
def test_the_norm_of_the_zero_vector_has_gradient_zero(order: Any) -> None:
    np.testing.assert_array_equal(chainrule.grad(lambda x: np.linalg.norm(x, order))(np.zeros(3)), np.zeros(3))
    assert chainrule.jvp(lambda x: np.linalg.norm(x, order), (np.zeros(3),), (np.ones(3),))[1] == 0


@pytest.mark.parametrize("order", [None, "fro", "nuc", 1, 2, -2, INF])
def test_the_norm_of_the_zero_matrix_has_gradient_zero(order: Any) -> None:
    found = chainrule.grad(lambda x: np.linalg.norm(x, order))(np.zeros((3, 2)))
    np.testing.assert_array_equal(found, np.zeros((3, 2)))


ROTATION = np.array([[0.6, -0.8], [0.8, 0.6]])
SHARED: dict[str, tuple[Any, Any, Any]] = {
    "the largest entry, twice": (lambda x: np.linalg.norm(x, INF), [2.0, -2.0, 1.0], [0.5, -0.5, 0]),
    "the smallest entry, twice": (lambda x: np.linalg.norm(x, -INF), [2.0, -1.0, 1.0], [0, -0.5, 0.5]),
    "equal columns": (lambda x: np.linalg.norm(x, 1), np.eye(2), np.eye(2) / 2),
    "equal rows": (lambda x: np.linalg.norm(x, INF), np.eye(2), np.eye(2) / 2),
    "equal singular values": (lambda x: np.linalg.norm(x, 2), ROTATION, ROTATION / 2),
    "equal smallest singular values": (lambda x: np.linalg.norm(x, -2), 3 * ROTATION, ROTATION / 2),
    "nuclear norm of a rotation": (lambda x: np.linalg.norm(x, "nuc"), ROTATION, ROTATION),
    "nuclear norm of the identity": (lambda x: np.linalg.norm(x, "nuc"), np.eye(3), np.eye(3)),
    "nuclear norm at rank 1": (
        lambda x: np.linalg.norm(x, "nuc"), np.outer([3.0, 4.0], [1.0, 0.0]), np.outer([0.6, 0.8], [1.0, 0.0]),
    ),
    "the smallest singular value at rank 1": (lambda x: np.linalg.norm(x, -2), np.ones((2, 2)), np.zeros((2, 2))),
    "zeros in a p-norm": (lambda x: np.linalg.norm(x, 3), [0.0, 2.0, 0.0], [0, 1, 0]),
    "zeros below order 1": (lambda x: np.linalg.norm(x, 0.5), [0.0, 2.0, 0.0], [0, 1, 0]),
    "how many are not zero": (lambda x: np.linalg.norm(x, 0), [0.0, 2.0, 1.0], [0, 0, 0]),
    "large entries": (lambda x: np.linalg.norm(x, 3), [1e200, 0.0], [1, 0]),
    "small entries": (lambda x: np.linalg.norm(x, 4), [0.0, -1e-200], [0, -1]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SHARED))
def test_where_a_norm_is_not_smooth(name: str) -> None:
    """The subgradient of least norm: by hand."""
    function, x, expected = SHARED[name]
    x = np.asarray(x)
    np.testing.assert_allclose(chainrule.grad(function)(x), expected, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(chainrule.jit(chainrule.grad(function))(x), expected, rtol=1e-13, atol=1e-15)


def test_norms_of_complex_numbers() -> None:
    z = np.array([3 + 4j, 1 - 1j, 0.5j])
    for order in (None, 1, 2, INF, -INF, 3, 0.5):
        value, found = chainrule.value_and_grad(lambda z, order=order: np.linalg.norm(z, order))(z)
        np.testing.assert_allclose(value, np.linalg.norm(z, order), rtol=1e-14)
        assert value.dtype == np.float64
        real = numeric_gradient(lambda a, order=order: np.linalg.norm(a + 1j * z.imag, order), z.real)
        imaginary = numeric_gradient(lambda b, order=order: np.linalg.norm(z.real + 1j * b, order), z.imag)
        np.testing.assert_allclose(found, real + 1j * imaginary, rtol=1e-8, atol=1e-9)


def test_what_is_refused() -> None:
    refused(DTypeError, lambda: chainrule.grad(lambda x: np.linalg.norm(x, "nuc"))(X[0]), "order 'nuc'", "axes")
    refused(DTypeError, lambda: chainrule.grad(lambda x: np.linalg.norm(x, 3))(X), "order 3", "'nuc'")
    refused(ShapeError, lambda: chainrule.grad(lambda x: np.linalg.norm(x, 1))(STACK), "3 axes", "(3, 2, 3)")
    refused(ShapeError, lambda: chainrule.grad(lambda x: np.linalg.norm(x, axis=5))(X), "axis 5")
    refused(ShapeError, lambda: chainrule.grad(lambda x: np.linalg.norm(x, axis=(1, 1)))(X), "once")
    refused(ShapeError, lambda: chainrule.grad(lambda x: np.linalg.matrix_norm(x))(X[0]), "matrix_norm", "(3,)")
