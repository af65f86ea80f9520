"""SciPy's and NumPy's further functions of matrices: their values, gradients by differences, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient
from messages import refused

import chainrule
from chainrule import ops
from chainrule.errors import DomainError, ShapeError

linalg = pytest.importorskip("scipy.linalg")

Function = Callable[..., Any]
RANDOM = np.random.default_rng(23)
X = np.array([[3.0, 0.4, -0.7], [0.2, 2.5, 0.9], [-0.3, 0.6, 2.8]])
STACK = np.stack([X, X.T + 1.0])
POSITIVE = X @ X.T
COLUMN, ROW = np.array([1.0, -2.0, 0.5]), np.array([4.0, 3.0, -1.0, 0.2])
BLOCK = np.array([[1.0, 2.0]])
TENSOR, RIGHT = RANDOM.normal(size=(2, 3, 6)), RANDOM.normal(size=(2, 3))
CHAIN = [RANDOM.normal(size=shape) for shape in ((2, 5), (5, 1), (1, 4), (4, 3))]
LOWER = np.linalg.cholesky(POSITIVE)

# ours, theirs, arrays
CALLS: dict[str, tuple[Function, Function, tuple[Any, ...]]] = {
    "expm": (ops.expm, linalg.expm, (X / 3,)),
    "expm of a stack": (ops.expm, linalg.expm, (STACK / 3,)),
    "expm_frechet": (
        lambda a, e: ops.expm_frechet(a, e)[1], lambda a, e: linalg.expm_frechet(a, e)[1], (X / 3, X.T / 2),
    ),
    "sqrtm": (ops.sqrtm, linalg.sqrtm, (X,)),
    "logm": (ops.logm, linalg.logm, (X,)),
    "solve_sylvester": (ops.solve_sylvester, linalg.solve_sylvester, (X, X[:2, :2], RANDOM.normal(size=(3, 2)))),
    "solve_continuous_lyapunov": (
        ops.solve_continuous_lyapunov, linalg.solve_continuous_lyapunov, (X, RANDOM.normal(size=(3, 3))),
    ),
    "lu": (lambda x: ops.lu(x)[1] @ (2 * ops.lu(x)[2]), lambda x: linalg.lu(x)[1] @ (2 * linalg.lu(x)[2]), (STACK,)),
    "lu of a tall matrix": (lambda x: ops.lu(x)[1], lambda x: linalg.lu(x)[1], (X[:, :2],)),
    "U of a wide matrix": (lambda x: ops.lu(x)[2], lambda x: linalg.lu(x)[2], (X[1:],)),
    "lu with rows exchanged": (
        lambda x: ops.lu(x, permute_l=True)[0], lambda x: linalg.lu(x, permute_l=True)[0], (X[::-1],),
    ),
    "solve_triangular": (ops.solve_triangular, linalg.solve_triangular, (X, COLUMN)),
    **{
        f"solve_triangular {options}": (
            lambda a, b, options=options: ops.solve_triangular(a, b, **options),
            lambda a, b, options=options: linalg.solve_triangular(a, b, **options), (X, X.T),
        )
        for options in ({"lower": True}, {"trans": "T"}, {"trans": 1, "lower": True}, {"trans": 2},
                        {"unit_diagonal": True, "lower": True}, {"trans": "C", "unit_diagonal": True})
    },
    "cho_solve": (
        lambda c, b: ops.cho_solve((c, True), b), lambda c, b: linalg.cho_solve((c, True), b), (LOWER, COLUMN),
    ),
    "cho_solve, upper": (
        lambda c, b: ops.cho_solve((c, False), b), lambda c, b: linalg.cho_solve((c, False), b), (LOWER.T, COLUMN),
    ),
    "block_diag": (ops.block_diag, linalg.block_diag, (X, BLOCK, COLUMN, np.array(2.0))),
    "toeplitz": (ops.toeplitz, linalg.toeplitz, (COLUMN, ROW)),
    "toeplitz of a column": (ops.toeplitz, linalg.toeplitz, (COLUMN,)),
    "hankel": (ops.hankel, linalg.hankel, (COLUMN, ROW)),
    "hankel of a column": (ops.hankel, linalg.hankel, (COLUMN,)),
    "circulant": (ops.circulant, linalg.circulant, (COLUMN,)),
    "multi_dot": (lambda *a: np.linalg.multi_dot(a), lambda *a: np.linalg.multi_dot(a), tuple(CHAIN)),
    "multi_dot between vectors": (
        lambda *a: np.linalg.multi_dot(a), lambda *a: np.linalg.multi_dot(a), (CHAIN[0][:, 0], *CHAIN, COLUMN),
    ),
    "multi_dot of two": (lambda *a: np.linalg.multi_dot(a), lambda *a: np.linalg.multi_dot(a), (X, COLUMN)),
    "tensorsolve": (np.linalg.tensorsolve, np.linalg.tensorsolve, (TENSOR, RIGHT)),
    "tensorsolve with axes": (
        lambda a, b: np.linalg.tensorsolve(a, b, axes=(0,)), lambda a, b: np.linalg.tensorsolve(a, b, axes=(0,)),
        (np.moveaxis(TENSOR, 2, 0), RIGHT),
    ),
    "tensorinv": (
        lambda a: np.linalg.tensorinv(a, ind=2), lambda a: np.linalg.tensorinv(a, ind=2), (TENSOR.reshape(2, 3, 2, 3),),
    ),
    "cholesky of a stack": (np.linalg.cholesky, np.linalg.cholesky, (np.stack([POSITIVE, POSITIVE + np.eye(3)]),)),
    "the upper factor": (
        lambda x: np.linalg.cholesky(x, upper=True), lambda x: np.linalg.cholesky(x, upper=True), (POSITIVE,),
    ),
    "cholesky of one half": (np.linalg.cholesky, np.linalg.cholesky, (np.tril(POSITIVE),)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CALLS))
def test_values_and_gradients(name: str) -> None:
    ours, theirs, arrays = CALLS[name]
    expected = np.asarray(theirs(*arrays))
    weight = np.cos(np.arange(expected.size)).reshape(expected.shape)
    value = chainrule.vjp(ours, *arrays)[0]
    np.testing.assert_allclose(value, expected, rtol=1e-11, atol=1e-12)
    for place, array in enumerate(arrays):

        def loss(x: Any, place: int = place) -> Any:
            return np.sum(weight * ours(*arrays[:place], x, *arrays[place + 1 :]))

        found = chainrule.grad(loss)(array)
        if "cholesky" in name or "upper factor" in name:  # the gradient is that of the symmetric part
            even = (found + np.swapaxes(found, -1, -2)) / 2
            read = "half" in name
            inside = loss if read else lambda x: loss((x + np.swapaxes(x, -1, -2)) / 2)
            np.testing.assert_allclose(found if read else even, numeric_gradient(inside, array), rtol=1e-7, atol=1e-8)
        else:
            np.testing.assert_allclose(found, numeric_gradient(loss, array), rtol=1e-7, atol=1e-8)
        assert chainrule.grad(loss)(array.astype(np.float32)).dtype == np.float32


def test_the_exponential_to_third_order() -> None:
    """exp of t A at t = 0 has the derivatives A, A^2, A^3."""

    def entry(t: Any) -> Any:
        return ops.expm(t * X)[0, 1]

    derivative, power = entry, np.eye(3)
    for _ in range(3):
        derivative, power = chainrule.grad(derivative), power @ X
        np.testing.assert_allclose(derivative(0.0), power[0, 1], rtol=1e-10)


def test_a_root_and_its_square() -> None:
    found = chainrule.jacobian(lambda x: ops.sqrtm(x) @ ops.sqrtm(x))(X)
    np.testing.assert_allclose(found.reshape(9, 9), np.eye(9), atol=1e-10)
    found = chainrule.jacobian(lambda x: ops.expm(ops.logm(x)))(X)
    np.testing.assert_allclose(found.reshape(9, 9), np.eye(9), atol=1e-10)


def test_functions_of_complex_matrices() -> None:
    z = X + 1j * np.sin(np.arange(9.0)).reshape(3, 3)
    for function in (
        ops.sqrtm,
        ops.logm,
        ops.expm,
        lambda z: ops.lu(z)[2],
        lambda z: np.linalg.cholesky(z @ z.conj().T),
    ):

        def loss(z: Any, function: Function = function) -> Any:
            value = function(z)
            return np.sum(np.cos(np.arange(9.0)).reshape(3, 3) * np.real(value)) + np.sum(np.imag(value) ** 2)

        of_real = numeric_gradient(lambda a, loss=loss: float(loss(a + 1j * z.imag)), z.real, 1e-4)
        expected = of_real + 1j * numeric_gradient(lambda b, loss=loss: float(loss(z.real + 1j * b)), z.imag, 1e-4)
        np.testing.assert_allclose(chainrule.grad(loss)(z), expected, rtol=1e-6, atol=1e-6)


def test_what_is_refused() -> None:
    def of(function: Function, x: Any = X) -> Function:
        return lambda: chainrule.grad(lambda x: np.sum(function(x)))(x)

    refused(DomainError, of(ops.sqrtm, -X), "sqrtm", "complex128")
    refused(DomainError, of(ops.sqrtm, np.zeros((2, 2))), "add up to 0", "square root")
    refused(DomainError, of(ops.logm, np.ones((2, 2))), "logm", "singular")
    refused(ShapeError, of(ops.expm, X[:2]), "expm", "(2, 3)", "square")
    refused(ShapeError, of(lambda x: ops.solve_sylvester(x, x, x[:2])), "solve_sylvester", "(2, 3)")
    refused(ShapeError, of(lambda x: ops.lu(x)[1], COLUMN), "lu", "(3,)")
    refused(ShapeError, of(lambda x: ops.solve_triangular(x, COLUMN[:2])), "solve_triangular", "(2,)", "3 rows")
    refused(DomainError, of(lambda x: ops.solve_triangular(x, COLUMN), np.diag([1.0, 0.0, 2.0])), "entry 1", "diagonal")
    refused(DomainError, of(lambda x: ops.solve_triangular(x, COLUMN, trans=3)), "trans=3")
    refused(ShapeError, of(lambda x: np.linalg.multi_dot([x])), "multi_dot", "two")
    refused(ShapeError, of(lambda x: np.linalg.multi_dot([x, x[:2]])), "matmul", "(2, 3)")
    refused(ShapeError, of(lambda x: np.linalg.tensorsolve(x, COLUMN[:2])), "tensorsolve", "(3, 3)")
    refused(ShapeError, of(lambda x: np.linalg.tensorinv(x, ind=2)), "tensorinv", "ind=2")
