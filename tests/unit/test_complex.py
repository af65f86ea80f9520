"""Programs with complex numbers: gradients by finite differences in both real directions, and what is refused."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import check_grads, explain, grad, hessian, hvp, jacfwd, jacrev, jit, jvp, ops, value_and_grad, vjp
from chainrule.errors import DTypeError, EscapeError, GradientError

Function = Callable[..., Any]
Z = np.array([1.2 + 0.7j, -0.5 + 1.1j, 0.4 - 0.9j])
M = np.array([[0.3 + 0.2j, -1.1j, 0.7], [1.3 + 0.1j, 0.4, -0.6 + 0.5j]])
S = np.array([[2.9 - 0.2j, -0.3, 0.4j], [0.2j, 3.1, -0.5 + 0.1j], [0.6, 0.1j, 2.8 + 0.4j]])
R = np.array([0.3, -0.7, 1.2])


def size(values: Any) -> Any:
    """A real number that depends on both parts of every entry."""
    places = np.arange(1.0, np.size(values) + 1).reshape(np.shape(values))
    return np.sum(np.abs(values) ** 2 * places) + np.sum(np.real(values) - 2 * np.imag(values))


PROGRAMS: dict[str, tuple[Function, Any]] = {
    "vdot": (lambda z: np.abs(np.vdot(z, Z * Z)), Z),
    "vdot, right": (lambda z: np.real(np.vdot(Z * Z, z) * 1j), Z),
    "inner": (lambda z: size(np.inner(z, M)), Z),
    "outer": (lambda z: size(np.outer(z, z)), Z),
    "matmul": (lambda z: size(M @ z), Z),
    "tensordot": (lambda z: size(np.tensordot(z, S, 1)), M),
    "einsum": (lambda z: size(np.einsum("ij,kj->ik", z, np.conj(z))), M),
    "correlate": (lambda z: size(np.correlate(z, Z[:2])), Z),
    "correlate, weights": (lambda z: size(np.correlate(Z, z[:2], "full")), Z),
    "correlate, exchanged": (lambda z: size(np.correlate(z[:2], Z, "same")), Z),
    "convolve": (lambda z: size(np.convolve(z, Z)), Z),
    "norm": (lambda z: np.sum(np.linalg.norm(z, axis=1)), M),
    "spread": (lambda z: np.var(z) + np.std(z, ddof=1), Z),
    "squared norm": (lambda z: chainrule.squared_norm(z), Z),
    "solve": (lambda z: size(np.linalg.solve(z, Z)), S),
    "hermitian": (lambda z: size(z.conj().T @ z + z.mT.conj()[:, :1]), M),
    "where": (lambda z: size(np.where(z.real > 0, z, 2.0)), Z),
    "joined": (lambda z: size(np.concatenate([z, np.ones(2)])) + size(np.stack([z[0], 1.0, z[1] * 1j])), Z),
    "powers": (lambda z: size(z**2.5 + z ** (1 + 2j) + 2**z + z**z), Z),
    "real to the i": (lambda x: size(x**1j), np.abs(R)),
    "a transform": (lambda x: size(np.exp(-2j * np.pi * np.outer(np.arange(3), np.arange(3)) / 3) @ x), R),
    "length of a curve": (lambda x: np.sum(np.abs(x + 2j * x**2)), R),
    "angle": (lambda z: np.sum(np.angle(z) + np.angle(z, deg=True)), Z),
    "sign": (lambda z: size(np.sign(z)), Z),
    "parts": (lambda z: np.sum(z.imag**3 * z.real), Z),
    "indices": (lambda z: size(z[[0, 0, 1]] * z[::-1]), Z),
    "a cast": (lambda x: size(x.astype(complex) * Z), R),
    "written": (lambda z: size(ops.index_set(z, 0, 1.0)), Z),
    "nan_to_num": (lambda z: size(np.nan_to_num(z)), Z),
    "questions": (lambda z: size(z * np.iscomplex(z) + np.isreal(z)) * np.iscomplexobj(z), Z),
}


def numeric(function: Function, x: Any, step: float = 1e-5) -> Any:
    """dL/da + i dL/db by central differences."""
    found = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        for direction in (1, 1j) if x.dtype.kind == "c" else (1,):
            unit = np.zeros(x.shape, x.dtype)
            unit[place] = direction * step
            found[place] += direction * (function(x + unit) - function(x - unit)) / (2 * step)
    return found


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_programs(name: str) -> None:
    function, x = PROGRAMS[name]
    value, found = value_and_grad(function)(x)
    np.testing.assert_allclose(value, function(x), rtol=1e-14)
    assert found.dtype == x.dtype
    np.testing.assert_allclose(found, numeric(function, x), rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(jit(grad(function))(x), found, rtol=1e-13, atol=1e-14)


def test_the_convention_and_its_conjugate() -> None:
    np.testing.assert_allclose(grad(lambda z: np.sum(np.abs(z) ** 2))(Z), 2 * Z, rtol=1e-15)
    np.testing.assert_allclose(grad(lambda z: np.sum(np.abs(z) ** 2), conjugate=True)(Z), 2 * np.conj(Z), rtol=1e-15)
    assert value_and_grad(lambda z: z.imag * 2.0, conjugate=True)(1j) == (2.0, -2j)
    assert grad(lambda z, x: abs(z * x), (0, 1))(3 + 4j, 2.0) == pytest.approx((1.2 + 1.6j, 5.0), rel=1e-15)
    assert type(grad(abs)(1j)) is complex
    assert type(value_and_grad(abs)(1j)[0]) is float
    assert grad(lambda z: np.real(z * np.float32(2)))(np.complex64(1j)).dtype == np.complex64


def test_a_holomorphic_derivative_by_both_modes() -> None:
    z, v = 0.3 + 0.8j, 2.0 - 1.0j
    assert jvp(np.exp, (z,), (v,))[1] == pytest.approx(cmath.exp(z) * v, rel=1e-15)
    assert vjp(np.exp, z)[1](v)[0] == pytest.approx(cmath.exp(z).conjugate() * v, rel=1e-15)


def test_lengths_and_directions_at_the_origin() -> None:
    assert grad(abs)(0j) == 0
    assert grad(lambda z: np.abs(z) ** 2)(0j) == 0
    assert grad(np.angle)(0j) == 0
    assert grad(lambda z: np.real(np.sign(z)))(0j) == 0
    np.testing.assert_array_equal(grad(np.linalg.norm)(np.zeros(2, complex)), 0)
    np.testing.assert_array_equal(grad(np.std)(np.ones(2, complex)), 0)
    assert grad(abs)(3e-200 + 4e-200j) == pytest.approx(0.6 + 0.8j, rel=1e-15)
    assert grad(abs)(3e200 + 4e200j) == pytest.approx(0.6 + 0.8j, rel=1e-15)
    guarded = grad(lambda z: np.real(np.where(np.array([False]), np.log(z), 3.0 * z))[0])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(guarded(np.zeros(1, complex)), 3)


INNER: dict[str, Function] = {
    "log": lambda z: np.abs(np.log(z)),
    "reciprocal": lambda z: np.angle(1 / z),
    "direction": lambda z: np.real(np.sign(np.log(z))),
    "quotient": lambda z: np.abs(z / z),
    "power": lambda z: np.real(z**-2 + z**0.5),
    "tan": lambda z: np.imag(np.tan(1 / z)),
    "norm": lambda z: np.linalg.norm(np.log(z)),
    "std": lambda z: np.std(np.stack([np.log(z), z])),
}


@pytest.mark.parametrize("name", sorted(INNER))
def test_a_path_that_is_not_taken_sends_nothing(name: str) -> None:
    def guarded(z: Any) -> Any:
        return np.where(np.zeros((), bool), INNER[name](z), 3.0 * np.real(z))

    with np.errstate(all="ignore"):
        assert grad(guarded)(0j) == 3
        assert jvp(guarded, (0j,), (1 + 1j,))[1] == 3


def test_directions_at_infinity() -> None:
    assert grad(abs)(complex(math.inf, 1.0)) == 1
    assert grad(abs)(complex(-2.0, -math.inf)) == -1j
    both = grad(abs)(complex(math.inf, -math.inf))
    assert both == pytest.approx((1 - 1j) / math.sqrt(2), rel=1e-15)


def test_rotations_keep_a_real_parameter_real() -> None:
    slope = grad(lambda t: np.real(np.exp(1j * t)))(0.3)
    assert slope == pytest.approx(-math.sin(0.3), rel=1e-15)
    assert grad(grad(lambda t: np.real(np.exp(1j * t))))(0.3) == pytest.approx(-math.cos(0.3), rel=1e-15)
    bent = hessian(lambda x: np.sum(np.abs(np.exp(1j * x) + x)))(R)
    first = grad(lambda x: np.sum(np.abs(np.exp(1j * x) + x)))
    np.testing.assert_allclose(np.diag(bent), (first(R + 1e-5) - first(R - 1e-5)) / 2e-5, rtol=1e-8)


def test_curvature_along_a_complex_direction() -> None:
    def loss(z: Any) -> Any:
        return np.sum(np.abs(np.exp(z) * z) ** 2)

    expected = (grad(loss)(Z + 1e-5j * Z) - grad(loss)(Z - 1e-5j * Z)) / 2e-5
    np.testing.assert_allclose(hvp(loss, (Z,), (1j * Z,)), expected, rtol=1e-7)


def test_jacobians() -> None:
    rows, columns = (mode(lambda x: np.exp(1j * x))(R) for mode in (jacrev, jacfwd))
    np.testing.assert_allclose(rows, np.diag(1j * np.exp(1j * R)), rtol=1e-15)
    np.testing.assert_allclose(columns, rows, rtol=1e-15)
    np.testing.assert_allclose(jacrev(lambda z: np.abs(z) ** 2)(Z), np.diag(2 * Z), rtol=1e-14)
    for mode in (jacrev, jacfwd):
        with pytest.raises(GradientError, match="a \\+ 1j \\* b"):
            mode(lambda z: z * z)(Z)


def test_custom_rules_of_complex_functions() -> None:
    @chainrule.custom_vjp
    def squared(z: Any) -> Any:
        return z * z

    squared.defvjp(lambda z: (z * z, z), lambda z, g: (2 * np.conj(z) * g,))
    assert check_grads(squared, (Z,)).ok

    @chainrule.custom_jvp
    def turned(z: Any) -> Any:
        return np.conj(z) * 1j

    turned.defjvp(lambda primals, moves: (turned(*primals), np.conj(moves[0]) * 1j))
    np.testing.assert_allclose(grad(lambda z: size(turned(z)))(Z), grad(lambda z: size(np.conj(z) * 1j))(Z), rtol=1e-15)


def test_checked_gradients_of_complex_functions() -> None:
    assert check_grads(lambda z, x: np.exp(z) * x, (Z, 2.0), order=2).ok

    @chainrule.custom_vjp
    def wrong(z: Any) -> Any:
        return z * z

    wrong.defvjp(lambda z: (z * z, z), lambda z, g: (2 * z * g,))  # without the conjugate
    report = check_grads(wrong, (Z,), raises=False)
    assert not report.ok
    assert "argument 0['real']" in str(report)


def test_explanations_write_complex_numbers() -> None:
    page = explain(lambda z: np.abs(z) ** 2)(1 + 2j)
    assert page.gradients == {"z": 2 + 4j}
    assert "df/dz = 2 q sign(z) = 2 + 4i" in str(page)
    turning = str(explain(lambda x: np.real(np.exp(1j * x)))(0.3))
    assert "exp(i x)" in turning
    assert "Re(conj(r) (-i)) = -0.29552" in turning


REFUSED: dict[str, tuple[type[Exception], str, Function]] = {
    "a complex output": (GradientError, "np.abs", lambda z: np.sum(z)),
    "max": (DTypeError, "np.real", lambda z: np.max(z).real),
    "maximum": (DTypeError, "complex", lambda z: np.sum(np.maximum(z, 0)).real),
    "sort": (DTypeError, "complex", lambda z: np.sort(z)[0].real),
    "less": (DTypeError, "less", lambda z: np.sum(np.where(z < 0, 1.0, 2.0))),
    "relu": (DTypeError, "relu", lambda z: np.sum(chainrule.relu(z)).real),
    "softmax": (DTypeError, "softmax", lambda z: np.sum(chainrule.softmax(z)).real),
    "floor": (DTypeError, "floor", lambda z: np.sum(np.floor(z)).real),
    "arctan2": (DTypeError, "np.angle", lambda z: np.sum(np.arctan2(z, z)).real),
    "a cast to real numbers": (DTypeError, "imaginary", lambda z: np.sum(z.astype(float))),
    "complex()": (EscapeError, "1j", lambda z: abs(complex(z[0]))),
    "a complex upstream": (DTypeError, "float64", lambda z: vjp(np.abs, z)[1](z)),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_has_no_meaning_is_refused(name: str) -> None:
    kind, said, function = REFUSED[name]
    with pytest.raises(kind) as caught:
        grad(function)(Z)
    assert said in str(caught.value)


def test_explanations_of_arrays_bracket_their_numbers_and_write_no_index_form() -> None:
    page = str(explain(lambda W, z: np.sum(np.abs(W @ z) ** 2))(M, Z))
    assert "df/dz = conj(W)^T df/dq" in page
    assert "in indices: df/dq" not in page
    assert "dq_k/dz_i" not in page
    numbers = str(explain(lambda W, z: np.sum(np.abs(W @ z) ** 2))(np.array([[1 + 2j]]), np.array([2 - 1j])))
    assert "conj([[1 + 2i]])^T" in numbers
    with pytest.raises(GradientError, match="whole array"):
        explain(lambda z: np.sum(np.abs(M @ z) ** 2), wrt="z[0]")(Z)


STANDARD_METHODS = (
    "__abs__ __add__ __and__ __array_namespace__ __bool__ __complex__ __dlpack__ __dlpack_device__ __eq__ __float__ "
    "__floordiv__ __ge__ __getitem__ __gt__ __index__ __int__ __invert__ __le__ __lshift__ __lt__ __matmul__ __mod__ "
    "__mul__ __ne__ __neg__ __or__ __pos__ __pow__ __rshift__ __setitem__ __sub__ __truediv__ __xor__ __radd__ "
    "__rand__ "
    "__rfloordiv__ __rlshift__ __rmatmul__ __rmod__ __rmul__ __ror__ __rpow__ __rrshift__ __rsub__ __rtruediv__ "
    "__rxor__ to_device dtype device mT ndim shape size T"
)


def test_a_recorded_value_has_the_attributes_of_the_array_standard() -> None:
    missing: list[str] = []

    def ask(x: Any) -> Any:
        missing.extend(name for name in STANDARD_METHODS.split() if not hasattr(x, name))
        return np.sum(x)

    grad(ask)(np.ones((2, 2)))
    assert missing == []
