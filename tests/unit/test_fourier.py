"""Fourier transforms: NumPy's values with every option, gradients by differences of both parts, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from laws.table import numeric_gradient
from messages import refused

import chainrule
from chainrule import ops
from chainrule.errors import DomainError, DTypeError, ShapeError, TraceError

Function = Callable[..., Any]
RANDOM = np.random.default_rng(5)
LINE, IMAGE, STACK = RANDOM.normal(size=5), RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(2, 4, 3))
WAVES = RANDOM.normal(size=(3, 4)) + 1j * RANDOM.normal(size=(3, 4))
ONE_AXIS: list[dict[str, Any]] = [
    {}, {"n": 3}, {"n": 7}, {"n": 8, "norm": "ortho"}, {"axis": 0}, {"axis": -2, "n": 2, "norm": "forward"}, {"n": 1},
    {"norm": "backward"}, {"norm": "ortho"},
]  # fmt: skip
SEVERAL: list[dict[str, Any]] = [
    {}, {"s": (5, 2), "axes": (0, 1)}, {"axes": (1, 0)}, {"s": (4,), "axes": (0,)}, {"norm": "ortho"},
    {"s": (-1, 6), "axes": (-2, -1), "norm": "forward"},
]  # fmt: skip
CALLS: dict[str, tuple[Function, Any]] = {}
for _name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    for _place, _options in enumerate(ONE_AXIS):
        _function = getattr(np.fft, _name)
        for _kind, _x in (("real", IMAGE), ("complex", WAVES)):
            if _kind == "real" or _name in ("fft", "ifft", "irfft", "hfft"):
                CALLS[f"{_name}, {_kind}, {_options}"] = (lambda x, f=_function, o=_options: f(x, **o)), _x
for _name in ("fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2"):
    for _options in SEVERAL:
        _function = getattr(np.fft, _name)
        for _kind, _x in (("real", IMAGE), ("complex", WAVES)):
            if _kind == "real" or not _name.startswith("r"):
                CALLS[f"{_name}, {_kind}, {_options}"] = (lambda x, f=_function, o=_options: f(x, **o)), _x
CALLS |= {
    "fft of a line": (np.fft.fft, LINE), "rfft of a line": (np.fft.rfft, LINE), "irfft of a line": (np.fft.irfft, LINE),
    "rfft of a stack": (lambda x: np.fft.rfft(x, axis=1), STACK),
    "rfftn of a stack": (lambda x: np.fft.rfftn(x, axes=(2, 0)), STACK),
    "irfftn of a stack": (lambda x: np.fft.irfftn(x, s=(3, 5), axes=(1, 2)), STACK),
    "fft of a view": (lambda x: np.fft.fft(x[::-1, ::2].T), IMAGE),
    "fftshift": (np.fft.fftshift, IMAGE), "ifftshift": (np.fft.ifftshift, IMAGE),
    "fftshift along one axis": (lambda x: np.fft.fftshift(x, axes=1), STACK),
    "ifftshift along two": (lambda x: np.fft.ifftshift(x, axes=(0, -1)), STACK),
}  # fmt: skip


def real_loss(function: Function) -> Function:
    """A real number made of both parts of all entries, each with a weight of its own."""

    def loss(x: Any) -> Any:
        value = function(x)
        places = np.arange(1.0, value.size + 1).reshape(value.shape)
        found = np.sum(np.cos(places) * np.real(value))
        return found + np.sum(np.sin(places) * np.imag(value)) if value.dtype.kind == "c" else found

    return loss


def numeric(loss: Function, x: Any) -> Any:
    """dL/da + i dL/db by differences."""
    if x.dtype.kind != "c":
        return numeric_gradient(loss, x)
    of_real = numeric_gradient(lambda a: loss(a + 1j * x.imag), x.real)
    return of_real + 1j * numeric_gradient(lambda b: loss(x.real + 1j * b), x.imag)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_values_and_gradients(name: str) -> None:
    function, x = CALLS[name]
    expected, loss = function(x), real_loss(function)
    value = chainrule.vjp(function, x)[0]
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(value, expected, rtol=1e-13, atol=1e-14)
    found = chainrule.grad(loss)(x)
    assert found.dtype == x.dtype
    np.testing.assert_allclose(found, numeric(loss, x), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", ["rfft, real, {}", "irfftn, complex, {}", "fft, complex, {'n': 7}", "hfft, real, {}"])
def test_second_order_jit_and_both_modes(name: str) -> None:
    function, x = CALLS[name]

    def energy(x: Any) -> Any:
        return real_loss(lambda x: function(x) ** 3)(x)

    found = chainrule.grad(energy)(x)
    np.testing.assert_allclose(chainrule.jit(chainrule.grad(energy))(x), found, rtol=1e-12, atol=1e-13)
    if x.dtype.kind != "c":
        np.testing.assert_allclose(chainrule.jacfwd(energy)(x), found, rtol=1e-11, atol=1e-12)
        direction = np.sin(np.arange(x.size)).reshape(x.shape)

        def slope(x: Any) -> Any:
            return np.sum(direction * chainrule.grad(energy)(x))

        second = chainrule.hvp(energy, (x,), (direction,))
        np.testing.assert_allclose(second, numeric_gradient(slope, x), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("dtype", ["float16", "float32", "complex64"])
def test_short_numbers_stay_short(dtype: str) -> None:
    x = np.arange(1, 5).astype(dtype)
    for function in (np.fft.fft, np.fft.ifft, np.fft.irfft, np.fft.hfft):
        found = chainrule.grad(lambda x, f=function: np.sum(np.abs(f(x)) ** 2))(x)
        assert found.dtype == dtype
    assert ops.fourier.fft(x).dtype == np.fft.fft(x).dtype == np.complex64


def test_the_energy_of_a_spectrum_is_that_of_the_signal() -> None:
    """Parseval: sum |x|^2 = sum |F x|^2, with the orthonormal factor, so the gradient is 2 x."""
    for x in (IMAGE, WAVES):
        np.testing.assert_allclose(
            chainrule.grad(lambda x: np.sum(np.abs(np.fft.fft2(x, norm="ortho")) ** 2))(x), 2 * x, rtol=1e-12
        )


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolution_by_spectra(mode: str) -> None:
    kernel = RANDOM.normal(size=(2, 3))
    for function, arrays in (
        (lambda a, b: ops.fourier.fftconvolve(a, b, mode), (IMAGE, kernel)),
        (lambda a, b: ops.fourier.fftconvolve(a, b, mode, axes=1), (IMAGE, kernel[:1])),
    ):
        for place in range(2):

            def loss(x: Any, place: int = place, function: Function = function, arrays: Any = arrays) -> Any:
                return real_loss(lambda x: function(*arrays[:place], x, *arrays[place + 1 :]))(x)

            found = chainrule.grad(loss)(arrays[place])
            np.testing.assert_allclose(found, numeric_gradient(loss, arrays[place]), rtol=1e-8, atol=1e-9)
    line = ops.fourier.fftconvolve(LINE, LINE[:3], mode)
    np.testing.assert_allclose(line, np.convolve(LINE, LINE[:3], mode), rtol=1e-12, atol=1e-13)
    assert ops.fourier.fftconvolve(WAVES, WAVES).shape == (5, 7)


def test_what_is_refused() -> None:
    def of(function: Function, x: Any = LINE) -> Function:
        return lambda: chainrule.grad(lambda x: np.sum(np.abs(function(x))))(x)

    refused(DTypeError, of(np.fft.rfft, WAVES), "rfft", "complex", "np.fft.fft")
    refused(DTypeError, of(np.fft.ihfft, WAVES), "ihfft", "np.fft.ifft")
    refused(DTypeError, of(np.fft.rfft2, WAVES), "rfftn", "np.fft.fftn")
    refused(ShapeError, of(lambda x: np.fft.fft(x, axis=2)), "axis 2")
    refused(ShapeError, of(lambda x: np.fft.fft(x, n=0)), "0", "n=")
    refused(ShapeError, of(lambda x: np.fft.irfft(x[:1])), "irfft", "n=")
    refused(ShapeError, of(lambda x: np.fft.fft(x[0])), "axis -1")
    refused(ShapeError, of(lambda x: np.fft.fftn(x, axes=(0, 0)), IMAGE), "once")
    refused(ShapeError, of(lambda x: np.fft.fftn(x, s=(2,), axes=(0, 1)), IMAGE), "1 sizes and 2 axes")
    refused(DomainError, of(lambda x: np.fft.fft(x, norm="unitary")), "unitary", "ortho")
    refused(TraceError, of(lambda x: np.fft.fft(x, out=np.zeros(5, complex))), "out=")
    refused(DomainError, of(lambda x: ops.fourier.fftconvolve(x, x, "half")), "half", "valid")
    refused(ShapeError, of(lambda x: ops.fourier.fftconvolve(x, IMAGE)), "(5,)", "(3, 4)")


@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft"])
def test_the_printed_gradient_says_where_the_factor_stands(name: str, norm: str) -> None:
    """Read as NumPy reads it, the line that is printed gives the number that is printed."""
    transform = getattr(np.fft, name)
    x = np.array([1.0, -2.0, 0.5, 3.0])
    worked = chainrule.explain(lambda x: np.sum(np.real(transform(x, norm=norm))))(x)
    line = next(each for each in str(worked).splitlines() if each.strip().startswith("df/dx = ") and "fft" in each)
    printed = line.partition("=")[2].partition("   via")[0].replace("⊙", "*").replace("norm=", "norm=norm_")
    upstream = np.ones(transform(x).shape)
    words = {each: getattr(np.fft, each) for each in ("fft", "ifft", "rfft", "irfft")}
    words |= {"norm_forward": "forward", "norm_ortho": "ortho", "Re": np.real, "g": upstream}
    found = eval(re.sub(r"df/d\w+", "g", printed), {"np": np}, words)
    np.testing.assert_allclose(found, worked.gradients["x"], rtol=1e-12, atol=1e-12)


def test_points_and_axes_that_are_not_the_usual_ones_are_said() -> None:
    x = np.ones((4, 3))
    assert "fft(x, n=8, axis=0)" in str(chainrule.explain(lambda x: np.sum(np.abs(np.fft.fft(x, 8, axis=0))))(x))
    assert "irfft(x)" in str(chainrule.explain(lambda x: np.sum(np.fft.irfft(x)))(x))
    assert "fftn(x, s=(2, 2))" in str(chainrule.explain(lambda x: np.sum(np.abs(np.fft.fft2(x, s=(2, 2)))))(x))
    latex = chainrule.explain(lambda x: np.sum(np.abs(np.fft.fft(x, axis=0, norm="ortho"))))(x).latex()
    assert r"\operatorname{fft}_{\text{axis }0}(x\text{, norm=ortho})" in latex
