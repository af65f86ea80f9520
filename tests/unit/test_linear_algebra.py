"""Linear algebra: NumPy's functions on recorded values, their derivatives to second order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient
from messages import refused

import chainrule
from chainrule import notation, ops
from chainrule.errors import DomainError, DTypeError, ShapeError
from chainrule.ir.recording import open_recording
from chainrule.renderers.formula import LATEX, TEXT, write
from chainrule.transforms.reverse import gradients
from chainrule.transforms.simplify import simplify

Function = Callable[..., Any]

X = np.array([[3.0, 0.4, -0.7], [0.2, 2.5, 0.9], [-0.3, 0.6, 2.8]])
STACK = np.stack([X[:2, :2], X[1:, 1:], X[:2, :2].T])
B = np.array([[0.3, -1.2], [0.8, 0.1], [-0.4, 0.9]])
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
SPREAD = np.cos(np.arange(9.0)).reshape(3, 3)

FUNCTIONS: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "inv": (np.linalg.inv, (X,)),
    "inv of a stack": (np.linalg.inv, (STACK,)),
    "det": (np.linalg.det, (X,)),
    "det of a stack": (np.linalg.det, (STACK,)),
    "slogdet": (lambda x: np.linalg.slogdet(x)[1], (-X,)),
    "slogdet by name": (lambda x: np.linalg.slogdet(x).logabsdet * np.linalg.slogdet(x).sign, (STACK,)),
    "solve": (np.linalg.solve, (X, B)),
    "solve for a vector": (np.linalg.solve, (X, B[:, 0])),
    "solve for a vector, of a stack": (np.linalg.solve, (STACK, B[:2, 0])),
    "solve of a stack": (np.linalg.solve, (STACK[:, None], np.stack([B[:2], B[1:]]))),
    "matrix_power": (lambda x: np.linalg.matrix_power(x, 5), (X / 3,)),
    "matrix_power 0": (lambda x: np.linalg.matrix_power(x, 0) * x, (STACK,)),
    "matrix_power 1": (lambda x: np.linalg.matrix_power(x, 1), (X,)),
    "matrix_power, negative": (lambda x: np.linalg.matrix_power(x, -3), (STACK,)),
    "slogdet of a complex matrix": (
        lambda x: np.stack([np.real(np.linalg.slogdet(x + 1j * x.T).sign), np.linalg.slogdet(x + 1j * x.T)[1]]),
        (X,),
    ),
    "cholesky": (lambda x: np.linalg.cholesky((x @ x.T + x @ x.T) / 2), (X,)),
    "kron": (np.kron, (B, STACK[0])),
}


def weighted(function: Function) -> Function:
    """A number made of all entries of the result, each with a weight of its own."""

    def total(*arrays: Any) -> Any:
        value = function(*arrays)
        return np.sum(np.cos(np.arange(1.0, value.size + 1)).reshape(value.shape) * value)

    return total


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_values_gradients_and_jit(name: str) -> None:
    function, arrays = FUNCTIONS[name]
    expected = function(*arrays)
    value = chainrule.vjp(function, *arrays)[0]
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(value, expected, rtol=1e-13, atol=1e-13)
    places = tuple(range(len(arrays)))
    found = chainrule.grad(weighted(function), places)(*arrays)
    jitted = chainrule.grad(chainrule.jit(weighted(function)), places)(*arrays)
    compiled = chainrule.jit(chainrule.grad(weighted(function), places))(*arrays)
    np.testing.assert_allclose(chainrule.jit(function)(*arrays), value, rtol=1e-13, atol=1e-13)
    for place, array in enumerate(arrays):

        def loss(moved: Any, place: int = place) -> Any:
            return weighted(function)(*arrays[:place], moved, *arrays[place + 1 :])

        np.testing.assert_allclose(found[place], numeric_gradient(loss, array), rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(jitted[place], found[place], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(compiled[place], found[place], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_both_modes_and_the_second_order(name: str) -> None:
    function, arrays = FUNCTIONS[name]
    forward, back = chainrule.jacfwd(function)(*arrays), chainrule.jacrev(function)(*arrays)
    np.testing.assert_allclose(forward, back, rtol=1e-11, atol=1e-12)
    direction = np.sin(np.arange(arrays[0].size)).reshape(arrays[0].shape)

    def slope(x: Any) -> Any:
        return np.sum(chainrule.grad(weighted(function))(x, *arrays[1:]) * direction)

    second = chainrule.hvp(lambda x: weighted(function)(x, *arrays[1:]), (arrays[0],), (direction,))
    np.testing.assert_allclose(second, numeric_gradient(slope, arrays[0]), rtol=1e-7, atol=1e-8)


def test_log_det_is_finite_where_det_is_not() -> None:
    large = 1e20 * np.eye(20)
    with np.errstate(over="ignore"):
        assert np.isinf(ops.det(large))
    value, found = chainrule.value_and_grad(ops.logdet)(large)
    np.testing.assert_allclose(value, 400 * np.log(10))
    np.testing.assert_allclose(found, 1e-20 * np.eye(20))


def test_the_sign_of_a_determinant_passes_nothing() -> None:
    np.testing.assert_array_equal(chainrule.grad(lambda x: np.linalg.slogdet(x)[0] * np.sum(x))(-X), -np.ones((3, 3)))


@pytest.mark.parametrize("dtype", ["float16", "float32", "int64"])
def test_dtypes(dtype: str) -> None:
    x = np.array([[2, 0], [0, 4]], dtype)
    wanted = "float64" if dtype == "int64" else dtype
    for made in (ops.inv, ops.det, ops.logdet, ops.cholesky):
        assert made(x).dtype == chainrule.jit(made)(x).dtype == wanted
    assert ops.solve(x, x).dtype == wanted


def written(name: str, y: Any, shape: tuple[int, ...]) -> tuple[str, str]:
    """The gradient with respect to X of y, whose own gradient is g, in text and LaTeX."""
    (x,) = (each for each in y.inputs if each.op is ops.input_op)
    seed = ops.input_node(shape, np.dtype(float))
    (found,) = gradients([y], [seed], [x], symbolic=True)
    names = {x: "X", seed: "g"}
    return write(simplify(found), names, TEXT), write(simplify(found), names, LATEX)


def test_gradients_as_they_are_written() -> None:
    with open_recording():
        x = ops.input_node((3, 3), np.dtype(float))
        assert written("X", ops.logdet(x), ()) == ("g X^-T", r"g X^{-\top}")
        assert written("X", ops.det(x), ()) == ("g det(X) X^-T", r"g \det(X) X^{-\top}")
        assert written("X", ops.inv(x), (3, 3)) == ("-X^-T g X^-T", r"-X^{-\top} g X^{-\top}")
        b = ops.input_node((3,), np.dtype(float))
        found = gradients([ops.solve(x, b)], [b], [b], symbolic=True)
        assert write(found[0], {x: "A", b: "b"}, TEXT) == "A^-T b"
        assert write(ops.inv(x @ x).T, {x: "X"}, TEXT) == "(X X)^-T"
        assert write(ops.inv(x).T, {x: "X", ops.inv(x): "P"}, TEXT) == "P^T"
        assert write(ops.solve(x, b * b), {x: "A", b: "b"}, LATEX) == r"A^{-1} (b \odot b)"
        assert write(2.0 * ops.kron(x, x), {x: "A"}, TEXT) == "2 (A ⊗ A)"


def test_an_explanation_says_it_in_indices() -> None:
    text = chainrule.explain(lambda X: np.linalg.det(X))(np.array([[2.0, 1.0], [0.0, 3.0]])).text()
    assert "the determinant couples all outputs" in text
    text = chainrule.explain(lambda X: np.sum(np.linalg.inv(X) @ np.ones(2)))(STACK[0]).text()
    assert "dq_kl/dX_ij = -q_ki q_jl" in text


def test_the_code_that_is_printed_is_numpy_s() -> None:
    source = chainrule.source(lambda x: np.linalg.slogdet(x)[1] + np.sum(np.linalg.inv(x)), X, of="gradient")
    assert "np.linalg.inv(x)" in source
    space: dict[str, Any] = {}
    exec(source, space)
    (made,) = (each for name, each in space.items() if name.endswith("gradient"))
    inverse = np.linalg.inv(X)
    np.testing.assert_allclose(made(X), inverse.T - inverse.T @ np.ones((3, 3)) @ inverse.T, rtol=1e-12)


def test_written_formulas() -> None:
    parsed = notation.parse("log det(X)", values={"X": X})
    np.testing.assert_allclose(parsed.graph.outputs[0].value, np.log(np.linalg.det(X)))


# What is refused ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "names"),
    [
        (np.linalg.inv, ["inv", "determinant is 0", "identity"]),
        (lambda x: np.linalg.solve(x, x), ["solve", "(2, 2)"]),
        (lambda x: np.linalg.inv(np.stack([X[:2, :2] + 0 * x, x])), ["at place [1]"]),
        (lambda x: np.linalg.slogdet(x)[1], ["inv"]),
        (lambda x: np.linalg.matrix_power(x, -2), ["inv"]),
        (lambda x: np.linalg.cholesky(-x), ["cholesky", "positive definite"]),
    ],
)
def test_singular_matrices(call: Function, names: list[str]) -> None:
    refused(DomainError, lambda: chainrule.grad(lambda x: np.sum(call(x)))(SINGULAR), *names)
    refused(DomainError, lambda: chainrule.jit(chainrule.grad(lambda x: np.sum(call(x))))(SINGULAR), *names)


def leibniz(x: Any) -> Any:
    """A determinant as the sum over all permutations: a polynomial, right for any rank."""
    size = x.shape[0]
    signs = {order: round(np.linalg.det(np.eye(size)[list(order)])) for order in permutations(range(size))}
    return sum(sign * np.prod(x[np.arange(size), list(order)]) for order, sign in signs.items())


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_determinant_of_a_matrix_of_any_rank(size: int) -> None:
    for rank in range(size + 1):
        random = np.random.default_rng([size, rank])
        x = random.normal(size=(size, rank)) @ random.normal(size=(rank, size))
        for derivative in (chainrule.grad, chainrule.jacfwd, chainrule.hessian):
            found, expected = derivative(np.linalg.det)(x), derivative(leibniz)(x)
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
    stack = np.stack([x, np.zeros_like(x), 3 * np.eye(size)])
    found = chainrule.grad(lambda x: np.sum(np.linalg.det(x)))(stack)
    for each, matrix in zip(found, stack, strict=True):
        np.testing.assert_allclose(each, chainrule.grad(leibniz)(matrix), rtol=1e-10, atol=1e-12)


def test_a_singular_matrix_has_a_determinant() -> None:
    value, _ = chainrule.value_and_grad(lambda x: chainrule.stop_gradient(np.linalg.det(x)) + x[0, 0])(SINGULAR)
    assert value == 1.0
    assert ops.logdet(np.zeros((2, 2))) == -np.inf


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (np.linalg.inv, ["inv", "(3, 2)", "square"]),
        (np.linalg.det, ["det", "(3, 2)"]),
        (lambda x: np.linalg.slogdet(x)[1], ["(3, 2)"]),
        (lambda x: np.linalg.cholesky(x), ["cholesky", "(3, 2)"]),
        (lambda x: np.linalg.matrix_power(x, 2), ["matrix_power", "(3, 2)"]),
        (lambda x: np.linalg.inv(x[0]), ["inv", "(2,)"]),
        (lambda x: np.linalg.solve(X[:2, :2], x), ["solve", "(2, 2)", "(3, 2)", "2 rows"]),
        (lambda x: np.linalg.solve(x, x), ["solve", "(3, 2)"]),
        (lambda x: np.linalg.solve(X, x[0, 0]), ["solve", "()"]),
    ],
)
def test_shapes_that_do_not_fit(call: Function, names: list[str]) -> None:
    refused(ShapeError, lambda: chainrule.grad(lambda x: np.sum(call(x)))(B), *names)
    refused(ShapeError, lambda: chainrule.jit(lambda x: np.sum(call(x)))(B), *names)


def test_arguments_that_mean_something_else() -> None:
    refused(DTypeError, lambda: chainrule.grad(lambda x: np.sum(np.linalg.matrix_power(x, 0.5)))(X), "0.5", "whole")
