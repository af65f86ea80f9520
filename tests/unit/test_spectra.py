"""Spectra: NumPy's results under NumPy's names, and gradients where eigenvalues coincide or singular values are 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient
from messages import refused

import chainrule
from chainrule.errors import DomainError, ShapeError

Function = Callable[..., Any]
RANDOM = np.random.default_rng(11)
TALL, WIDE = RANDOM.normal(size=(4, 3)), RANDOM.normal(size=(2, 4))
SQUARE = RANDOM.normal(size=(3, 3))
SYMMETRIC = SQUARE + SQUARE.T + np.diag([0.0, 2.0, 5.0])
STACK = np.stack([SYMMETRIC, 2 * SYMMETRIC[::-1, ::-1] + np.eye(3)])
WEIGHT = RANDOM.normal(size=(4, 4))
BASIS = np.linalg.qr(RANDOM.normal(size=(3, 3)))[0]
TWICE = BASIS @ np.diag([1.0, 1.0, 2.0]) @ BASIS.T  # two eigenvalues coincide
TWICE = (TWICE + TWICE.T) / 2


def symmetric_loss(function: Function) -> Function:
    """The loss of the symmetric part of a matrix: what a symmetric gradient is the gradient of."""
    return lambda x: function((x + np.conj(np.swapaxes(x, -1, -2))) / 2)


def complex_gradient(loss: Function, z: Any) -> Any:
    of_real = numeric_gradient(lambda a: float(loss(a + 1j * z.imag)), z.real)
    return of_real + 1j * numeric_gradient(lambda b: float(loss(z.real + 1j * b)), z.imag)


# NumPy's results ------------------------------------------------------------------------------------------------------
RESULTS: dict[str, tuple[Function, Any]] = {
    "eigh": (np.linalg.eigh, STACK), "eigh, upper": (lambda x: np.linalg.eigh(x, UPLO="U"), SYMMETRIC),
    "eigh of one half": (np.linalg.eigh, np.tril(SYMMETRIC)),
    "eigh of the other": (lambda x: np.linalg.eigh(x, "U"), np.triu(SYMMETRIC)),
    "eigvalsh": (np.linalg.eigvalsh, STACK), "svd": (np.linalg.svd, TALL), "svd of a wide one": (np.linalg.svd, WIDE),
    "thin svd": (lambda x: np.linalg.svd(x, full_matrices=False), TALL),
    "svd without vectors": (lambda x: np.linalg.svd(x, compute_uv=False), STACK),
    "svdvals": (np.linalg.svdvals, WIDE), "svd of a stack": (np.linalg.svd, STACK),
    "svd of a Hermitian matrix": (lambda x: np.linalg.svd(x, compute_uv=False, hermitian=True), SYMMETRIC),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(RESULTS))
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_results_are_numpy_s(name: str, dtype: str) -> None:
    function, x = RESULTS[name]
    x = x.astype(dtype)
    expected, found = function(x), []

    def keep(x: Any) -> Any:
        result = function(x)
        found.append(chainrule.value(result))
        fields = getattr(type(expected), "_fields", ())
        assert type(result).__name__ == type(expected).__name__ or not fields
        assert getattr(type(result), "_fields", ()) == fields
        return np.sum(result[0])

    chainrule.jvp(keep, (x,), (x,))
    several = isinstance(expected, tuple)
    for theirs, ours in zip(expected if several else [expected], found[0] if several else found, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-12 if dtype == "float64" else 1e-5, atol=1e-6)


# Gradients where everything is simple ---------------------------------------------------------------------------------
SMOOTH: dict[str, tuple[Function, Any]] = {
    "all of eigh": (lambda x: np.sum(np.linalg.eigh(x)[0] ** 3) + np.sum(WEIGHT[:3, :3] * np.linalg.eigh(x)[1]), STACK),
    "a matrix function": (lambda x: np.sum(WEIGHT[:3, :3] * matrix_function(x, np.tanh)), SYMMETRIC),
}  # fmt: skip


def matrix_function(x: Any, function: Function) -> Any:
    w, v = np.linalg.eigh(x)
    return (v * function(w)) @ np.conj(v).T


@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_symmetric_gradients(name: str) -> None:
    function, x = SMOOTH[name]
    loss = symmetric_loss(function)
    found = chainrule.grad(function)((x + np.swapaxes(x, -1, -2)) / 2)
    np.testing.assert_allclose(found, numeric_gradient(loss, x), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(found, np.swapaxes(found, -1, -2), rtol=1e-12, atol=1e-12)


def test_a_triangle_receives_the_gradient_of_what_is_read() -> None:
    def loss(x: Any) -> Any:
        return np.sum(np.linalg.eigh(x).eigenvalues ** 3)

    x = np.tril(SYMMETRIC)
    np.testing.assert_allclose(chainrule.grad(loss)(x), numeric_gradient(loss, x), rtol=1e-7, atol=1e-7)


def hermitian(size: int) -> Any:
    z = RANDOM.normal(size=(size, size)) + 1j * RANDOM.normal(size=(size, size))
    return z + z.conj().T


COMPLEX: dict[str, tuple[Function, Any]] = {
    "eigenvalues": (lambda z: np.sum(np.linalg.eigvalsh(z) ** 3), hermitian(3)),
    "sizes of eigenvectors": (lambda z: np.sum(np.abs(np.linalg.eigh(z)[1]) ** 2 * WEIGHT[:3, :3]), hermitian(3)),
    "a matrix function": (lambda z: np.sum(np.real(WEIGHT[:3, :3] * matrix_function(z, np.exp))), hermitian(3)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(COMPLEX))
def test_hermitian_matrices(name: str) -> None:
    function, z = COMPLEX[name]
    found = chainrule.grad(function)(z)
    np.testing.assert_allclose(found, complex_gradient(symmetric_loss(function), z), rtol=1e-6, atol=1e-6)


def reconstructed(z: Any) -> Any:
    u, s, vh = np.linalg.svd(z, full_matrices=False)
    return (u * s**2) @ vh


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 3)])
def test_singular_values_of_complex_matrices(shape: tuple[int, ...]) -> None:
    z = RANDOM.normal(size=shape) + 1j * RANDOM.normal(size=shape)
    weight = RANDOM.normal(size=shape)
    for loss in (
        lambda z: np.sum(np.linalg.svdvals(z) ** 3),
        lambda z: np.sum(weight * np.real(reconstructed(z))) + np.sum(np.imag(reconstructed(z))),
    ):
        np.testing.assert_allclose(chainrule.grad(loss)(z), complex_gradient(loss, z), rtol=1e-6, atol=1e-6)


def test_the_phase_of_a_vector_is_a_choice_too() -> None:
    found = chainrule.grad(lambda z: np.sum(np.real(np.linalg.eigh(z)[1])))(hermitian(3))
    assert np.isnan(found).all()


# Where values coincide ------------------------------------------------------------------------------------------------
def low_projector(x: Any) -> Any:
    v = np.linalg.eigh(x).eigenvectors[:, :2]
    return np.sum(WEIGHT[:3, :3] * (v @ v.T))


def polar(x: Any) -> Any:
    u, _, vh = np.linalg.svd(x)
    return np.sum(WEIGHT[:3, :3] * (u @ vh))


def rank_two(x: Any) -> Any:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return np.sum(WEIGHT[:3, :3] * ((u[:, :2] * s[:2]) @ vh[:2]))


def between(weight: Any, low: Any, high: Any) -> Any:
    """The gradient of <weight, P> for the projector P onto `low`, whose eigenvalues lie 1 below `high`."""
    even = (weight + weight.T) / 2
    return -(low @ even @ high + high @ even @ low)


HIGH = np.outer(BASIS[:, 2], BASIS[:, 2])
LOW = np.eye(3) - HIGH
DEGENERATE: dict[str, tuple[Function, Any, Any]] = {
    "the sum of eigenvalues": (lambda x: np.sum(np.linalg.eigvalsh(x)), np.eye(3), np.eye(3)),
    "the sum of their cubes": (lambda x: np.sum(np.linalg.eigvalsh(x) ** 3), TWICE, 3 * TWICE @ TWICE),
    "log det by eigenvalues": (lambda x: np.sum(np.log(np.linalg.eigvalsh(x))), TWICE, np.linalg.inv(TWICE)),
    "a projector onto the space of equal values": (low_projector, TWICE, between(WEIGHT[:3, :3], LOW, HIGH)),
    "lengths of vectors": (lambda x: np.sum(np.linalg.eigh(x)[1] ** 2), np.eye(3), np.zeros((3, 3))),
    "one value apart from others": (lambda x: np.linalg.eigvalsh(x)[2], TWICE, HIGH),
    "nuclear norm of a rotation": (lambda x: np.sum(np.linalg.svdvals(x)), BASIS, BASIS),
    "sum of squares of singular values": (lambda x: np.sum(np.linalg.svdvals(x) ** 2), BASIS, 2 * BASIS),
    "no singular values but 0": (lambda x: np.sum(np.linalg.svdvals(x)), np.zeros((3, 2)), np.zeros((3, 2))),
    "nothing arrives": (lambda x: 0 * np.sum(np.linalg.svd(x)[0]) + x[0, 0], np.eye(2), [[1.0, 0], [0, 0]]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(DEGENERATE))
def test_functions_that_do_not_depend_on_the_choice_of_basis(name: str) -> None:
    """By hand: spectral functions and projectors."""
    function, x, expected = DEGENERATE[name]
    np.testing.assert_allclose(chainrule.grad(function)(x), expected, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(chainrule.jit(chainrule.grad(function))(x), expected, rtol=1e-11, atol=1e-12)


def test_a_polar_factor_where_two_singular_values_coincide() -> None:
    """Against differences: the polar factor is smooth wherever the matrix has an inverse."""
    x = BASIS @ np.diag([2.0, 1.0, 1.0])
    np.testing.assert_allclose(chainrule.grad(polar)(x), numeric_gradient(polar, x), rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(chainrule.grad(rank_two)(TWICE @ np.diag([3.0, 1.0, 0.2])), numeric_gradient(
        rank_two, TWICE @ np.diag([3.0, 1.0, 0.2])), rtol=1e-7, atol=1e-8)  # fmt: skip


UNDETERMINED: dict[str, tuple[Function, Any]] = {
    "an entry of a vector": (lambda x: np.linalg.eigh(x)[1][0, 0], np.eye(2)),
    "another entry": (lambda x: np.linalg.eigh(x)[1][0, 1], np.eye(2)),
    "the sum of all vectors": (lambda x: np.sum(np.linalg.eigh(x)[1]), np.eye(3)),
    "one of two equal vectors": (lambda x: np.sum(np.linalg.eigh(x)[1][:, 0] ** 2 * WEIGHT[:3, 0]), TWICE),
    "V f(w) V^T": (lambda x: np.sum(WEIGHT[:3, :3] * matrix_function(x, np.sqrt)), TWICE),
    "a singular vector": (lambda x: np.linalg.svd(x)[0][0, 0], np.eye(2)),
    "vectors of zeros": (lambda x: np.sum(np.linalg.svd(x)[0]), np.zeros((2, 2))),
    "the rest of a basis": (lambda x: np.sum(np.linalg.svd(x)[0][:, 2] * WEIGHT[:, 0]), WEIGHT[:, :2]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(UNDETERMINED))
def test_what_depends_on_the_choice_of_basis_is_nan(name: str) -> None:
    function, x = UNDETERMINED[name]
    assert np.isnan(chainrule.grad(function)(x)).all()


def test_an_explanation_says_why() -> None:
    text = chainrule.explain(lambda X: np.linalg.eigh(X).eigenvectors[0, 0])(np.eye(2)).text()
    text = " ".join(text.split())
    assert "eigenvalues coincide: their eigenvectors are not unique" in text
    text = chainrule.explain(lambda X: np.sum(np.linalg.svdvals(X)))(np.zeros((2, 2))).text()
    text = " ".join(text.split())
    assert "a singular value of 0 sends nothing" in text


def test_forward_mode_where_values_coincide() -> None:
    tangent = WEIGHT[:3, :3]
    found = chainrule.jvp(lambda x: np.sum(np.linalg.eigvalsh(x) ** 2), (TWICE,), (tangent,))[1]
    np.testing.assert_allclose(found, 2 * np.sum(TWICE * tangent), rtol=1e-12)
    split = chainrule.jvp(lambda x: np.linalg.eigh(x)[1], (TWICE,), (tangent,))[1]
    assert np.isnan(split).any()
    together = chainrule.jvp(lambda x: np.linalg.eigh(x)[1], (TWICE,), (TWICE @ TWICE,))[1]
    np.testing.assert_allclose(together, 0, atol=1e-12)


# One factorisation ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "function"), [("eigh", np.linalg.eigh), ("svd", np.linalg.svd)])
def test_a_matrix_is_factorised_once(name: str, function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, real = [], getattr(np.linalg, name)

    def counting(*args: Any, **options: Any) -> Any:
        counted.append(1)
        return real(*args, **options)

    def loss(x: Any) -> Any:
        found = function(x)
        return np.sum(found[0] ** 2) + np.sum(found[1] ** 2)

    def slope(x: Any) -> Any:
        return chainrule.grad(loss)(x)

    jitted = chainrule.jit(slope)
    jitted(SYMMETRIC)
    monkeypatch.setattr(np.linalg, name, counting)
    slope(SYMMETRIC)
    assert len(counted) == 1
    jitted(SYMMETRIC)
    assert len(counted) == 2


# What is refused, and empty matrices ----------------------------------------------------------------------------------
def test_what_is_refused() -> None:
    def of(function: Function, x: Any) -> Function:
        return lambda: chainrule.grad(lambda x: np.sum(function(x)))(x)

    refused(ShapeError, of(np.linalg.eigvalsh, TALL), "eigh", "(4, 3)", "square")
    refused(ShapeError, of(lambda x: np.linalg.eigh(x)[0], TALL[0]), "eigh", "(3,)")
    refused(ShapeError, of(np.linalg.svdvals, TALL[0]), "svd", "(3,)")
    refused(DomainError, of(lambda x: np.linalg.eigvalsh(x, "M"), SQUARE), "UPLO='M'")
    refused(DomainError, of(np.linalg.svdvals, np.full((2, 2), np.nan)), "svd", "NaN")


@pytest.mark.parametrize("shape", [(0, 0), (0, 3, 3), (3, 0), (0, 2)])
def test_empty_matrices(shape: tuple[int, ...]) -> None:
    x = np.zeros(shape)
    assert chainrule.grad(lambda x: np.sum(np.linalg.svdvals(x)))(x).shape == shape
    assert chainrule.grad(lambda x: np.sum(np.linalg.svd(x)[0]))(x).shape == shape
    if shape[-1] == shape[-2]:
        assert chainrule.grad(lambda x: np.sum(np.linalg.eigvalsh(x)))(x).shape == shape
        assert chainrule.grad(lambda x: np.sum(np.linalg.det(x)))(x).shape == shape
        assert chainrule.grad(lambda x: np.sum(chainrule.ops.expm(x)))(x).shape == shape
