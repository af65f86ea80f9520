"""QR, pseudo-inverses, least squares and eigenvalues of any matrix: NumPy's results, gradients by differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient
from messages import refused

import chainrule
from chainrule.errors import DomainError, DTypeError, ShapeError

Function = Callable[..., Any]
RANDOM = np.random.default_rng(17)
TALL, WIDE, SQUARE = RANDOM.normal(size=(4, 2)), RANDOM.normal(size=(2, 4)), RANDOM.normal(size=(3, 3))
REAL_VALUES = np.diag([1.0, 2.0, 4.0]) + 0.3 * RANDOM.normal(size=(3, 3))
STACK = np.stack([REAL_VALUES, SQUARE])
RANK_ONE = np.outer([1.0, 2.0, -1.0], [3.0, 1.0])
WEIGHT = RANDOM.normal(size=(3, 3))
RIGHT = RANDOM.normal(size=(4, 3))


def sizes(function: Function) -> Function:
    """A number made of all results, whatever their signs and phases."""

    def loss(x: Any) -> Any:
        found = function(x)
        total = 0.0
        for each in found if isinstance(found, tuple) else (found,):
            places = np.arange(1.0, each.size + 1).reshape(each.shape)
            total = total + np.sum(np.cos(places) * np.abs(each) ** 2)
        return total

    return loss


def through_basis(x: Any) -> Any:
    """exp(x) by its eigenvalues."""
    w, v = np.linalg.eig(x)
    return np.real((v * np.exp(w)) @ np.linalg.inv(v))


CALLS: dict[str, tuple[Function, Any]] = {
    "qr": (np.linalg.qr, SQUARE), "qr of a tall matrix": (np.linalg.qr, TALL),
    "qr of a wide matrix": (np.linalg.qr, WIDE), "qr of a stack": (np.linalg.qr, STACK),
    "R alone": (lambda x: np.linalg.qr(x, mode="r"), TALL),
    "complete qr": (lambda x: np.linalg.qr(x, "complete"), WIDE),
    "pinv": (np.linalg.pinv, TALL), "pinv of a wide matrix": (np.linalg.pinv, WIDE),
    "pinv of a stack": (np.linalg.pinv, STACK),
    "pinv of a Hermitian matrix": (lambda x: np.linalg.pinv(x + x.T, hermitian=True), SQUARE),
    "lstsq": (lambda x: np.linalg.lstsq(x, RIGHT)[:2], TALL),
    "lstsq for a vector": (lambda x: np.linalg.lstsq(x, RIGHT[:, 0])[:2], TALL),
    "lstsq of a wide matrix": (lambda x: np.linalg.lstsq(x, RIGHT[:2])[0], WIDE),
    "lstsq, by the right side": (lambda x: np.linalg.lstsq(TALL, x)[0], RIGHT),
    "singular values of lstsq": (lambda x: np.linalg.lstsq(x, RIGHT)[3], TALL),
    "eig": (np.linalg.eig, SQUARE), "eig of real values": (np.linalg.eig, REAL_VALUES),
    "eigvals": (np.linalg.eigvals, SQUARE), "a function of a matrix": (through_basis, SQUARE),
    "cond": (np.linalg.cond, TALL), "cond of order -2": (lambda x: np.linalg.cond(x, -2), STACK),
    **{f"cond of order {order}": (lambda x, order=order: np.linalg.cond(x, order), SQUARE)
       for order in (1, -1, np.inf, -np.inf, "fro", "nuc")},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CALLS))
def test_values_and_gradients(name: str) -> None:
    function, x = CALLS[name]
    loss = sizes(function)
    np.testing.assert_allclose(chainrule.value_and_grad(loss)(x)[0], loss(x), rtol=1e-11)
    found = chainrule.grad(loss)(x)
    scale = np.max(np.abs(found))
    np.testing.assert_allclose(found, numeric_gradient(loss, x, 1e-4), rtol=1e-6, atol=1e-7 * scale)
    np.testing.assert_allclose(chainrule.jit(chainrule.grad(loss))(x), found, rtol=1e-9, atol=1e-10 * scale)
    np.testing.assert_allclose(chainrule.jacfwd(loss)(x), found, rtol=1e-9, atol=1e-10 * scale)
    assert chainrule.grad(loss)(x.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("name", ["qr", "qr of a wide matrix", "pinv", "eig", "cond"])
def test_the_second_order(name: str) -> None:
    function, x = CALLS[name]
    loss, direction = sizes(function), np.cos(np.arange(x.size)).reshape(x.shape)
    found = chainrule.hvp(loss, (x,), (direction,))
    expected = numeric_gradient(lambda x: np.sum(direction * chainrule.grad(loss)(x)), x, 1e-4)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * np.max(np.abs(expected)))


@pytest.mark.parametrize("name", ["qr", "pinv", "eig", "eigvals", "qr of a tall matrix", "a function of a matrix"])
def test_complex_matrices(name: str) -> None:
    function, x = CALLS[name]
    loss, z = sizes(function), x + 1j * np.sin(np.arange(x.size)).reshape(x.shape)
    of_real = numeric_gradient(lambda a: float(loss(a + 1j * z.imag)), z.real, 1e-4)
    expected = of_real + 1j * numeric_gradient(lambda b: float(loss(z.real + 1j * b)), z.imag, 1e-4)
    np.testing.assert_allclose(chainrule.grad(loss)(z), expected, rtol=1e-6, atol=1e-7 * np.max(np.abs(expected)))


def test_results_have_numpy_s_names_and_dtypes() -> None:
    for name, x in (("qr", TALL), ("eig", REAL_VALUES), ("eig", SQUARE)):
        function = getattr(np.linalg, name)
        expected, kept = function(x), []

        def keep(x: Any, function: Function = function, kept: list[Any] = kept) -> Any:
            kept.append(chainrule.value(function(x)))
            return np.sum(x)

        chainrule.grad(keep)(x)
        assert kept[0]._fields == expected._fields
        for ours, theirs in zip(kept[0], expected, strict=True):
            assert ours.dtype == theirs.dtype
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


def test_all_of_lstsq() -> None:
    for a, b in ((TALL, RIGHT), (TALL, RIGHT[:, 0]), (WIDE, RIGHT[:2]), (RANK_ONE, RIGHT[:3])):
        found = chainrule.vjp(lambda a, b=b: np.linalg.lstsq(a, b), a)[0]
        for ours, theirs in zip(found, np.linalg.lstsq(a, b), strict=True):
            assert np.shape(ours) == np.shape(theirs)
            np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


def test_a_pseudo_inverse_of_lower_rank() -> None:
    """Along matrices of rank one: X(t) = (u + t a) (v + t b)^T."""
    u, v = np.array([1.0, 2.0, -1.0]), np.array([3.0, 1.0])
    a, b = np.array([0.3, -0.2, 0.5]), np.array([-0.4, 0.7])
    weight = WEIGHT[:2]

    def along(t: Any) -> Any:
        return np.sum(weight * np.linalg.pinv(np.outer(u + t * a, v + t * b)))

    found = chainrule.grad(lambda x: np.sum(weight * np.linalg.pinv(x)))(np.outer(u, v))
    slope = np.sum(found * (np.outer(a, v) + np.outer(u, b)))
    np.testing.assert_allclose(slope, numeric_gradient(along, 0.0), rtol=1e-8)
    np.testing.assert_allclose(chainrule.grad(along)(0.0), slope, rtol=1e-10)
    assert np.linalg.matrix_rank(np.outer(u, v)) == 1


def test_ranks_are_whole_numbers_through_which_nothing_passes() -> None:
    for x in (RANK_ONE, STACK, np.ones(3)):
        found = chainrule.vjp(np.linalg.matrix_rank, x)[0]
        np.testing.assert_array_equal(found, np.linalg.matrix_rank(x))
    loose = chainrule.vjp(lambda x: np.linalg.matrix_rank(x, tol=1.5), SQUARE)[0]
    assert loose == np.linalg.matrix_rank(SQUARE, tol=1.5)
    found = chainrule.grad(lambda x: np.sum(x) * np.linalg.matrix_rank(x))(RANK_ONE)
    np.testing.assert_array_equal(found, np.ones((3, 2)))


def test_eigenvalues_that_coincide() -> None:
    for x in (np.eye(3), np.array([[1.0, 1.0], [0.0, 1.0]])):  # the second has no basis of eigenvectors
        found = chainrule.grad(lambda x: np.sum(np.real(np.linalg.eigvals(x))))(x)
        np.testing.assert_allclose(found, np.eye(len(x)), atol=1e-12)
    assert np.isnan(chainrule.grad(lambda x: np.sum(np.linalg.eig(x)[1]))(np.eye(2))).all()


def test_the_phase_of_an_eigenvector_is_a_choice() -> None:
    found = chainrule.grad(lambda x: np.sum(np.real(np.linalg.eig(x)[1][1])))(np.array([[0.0, -1.0], [1.0, 0.5]]))
    assert np.isnan(found).all()


def test_what_is_refused() -> None:
    def of(function: Function, x: Any) -> Function:
        return lambda: chainrule.grad(lambda x: np.sum(function(x)))(x)

    refused(DomainError, of(lambda x: np.linalg.qr(x, "complete")[0], TALL), "qr", "complete", "(4, 2)")
    refused(DomainError, of(lambda x: np.linalg.qr(x, "raw")[0], TALL), "raw")
    refused(DomainError, of(lambda x: np.linalg.qr(x)[0], np.ones((2, 2)) * 0), "diagonal is 0")
    refused(ShapeError, of(lambda x: np.linalg.qr(x)[0], TALL[0]), "qr", "(2,)")
    refused(ShapeError, of(np.linalg.pinv, TALL[0]), "pinv", "(2,)")
    refused(DTypeError, of(lambda x: np.linalg.pinv(x, rcond=np.ones(2)), STACK), "pinv", "threshold")
    refused(ShapeError, of(lambda x: np.linalg.lstsq(x, RIGHT[:3])[0], TALL), "lstsq", "(4, 2)", "(3, 3)")
    refused(ShapeError, of(lambda x: np.linalg.lstsq(x, RIGHT)[0], STACK), "lstsq", "pinv")
    refused(ShapeError, of(np.linalg.eigvals, TALL), "eig", "(4, 2)", "square")
    refused(DomainError, of(lambda x: np.linalg.cond(x, 1), np.ones((2, 2))), "inv", "singular")
    refused(ShapeError, of(lambda x: np.linalg.cond(x, 1), TALL), "cond", "(4, 2)")
    refused(DomainError, of(lambda x: np.real(np.linalg.eigvals(x)), np.full((2, 2), np.inf)), "eig", "NaN")
