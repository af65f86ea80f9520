"""Fourier transforms in NumPy's spelling: numpy.fft's functions, made of three ops.

One idea: sizes, axes and the side of the factor are settled here, so that the ops need not know what was left away.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

from ...errors import DomainError, DTypeError, ShapeError
from ...ir.coercion import as_array
from ...ir.types import normalise_axes, normalise_axis, whole_axis
from ..complexes import conj
from ..declare import also_known_as
from ..indexing import getitem
from ..movement import roll
from ..products import same_dtype
from .transforms import OTHER_SIDE, Axes, fourier, half_fourier, real_fourier

Size = int | None
Sizes = Sequence[int] | None


# What was left away ---------------------------------------------------------------------------------------------------
def side(norm: str | None, name: str) -> str:
    """Where the factor 1/n stands. Raises DomainError for an unknown word."""
    if norm is None:
        return "backward"
    if norm not in OTHER_SIDE:
        raise DomainError(
            given=f"norm={norm!r}", where=name, expected='"backward", "ortho" or "forward"',
            remedy="leave it away for the usual one: 1/n on the way back",
        )  # fmt: skip
    return norm


def settled(name: str, x: Any, s: Sizes, axes: Any, norm: str | None, *, half: bool) -> dict[str, Any]:
    """The axes counted from 0 in their order, how many points along each, and the side of the factor.

    `half`: x holds half a spectrum along the last of the axes. Raises ShapeError where no points would be left.
    """
    if axes is None:
        first = 0 if s is None else x.ndim - len(s)
        axes = tuple(range(max(first, 0), x.ndim))
    places = tuple(normalise_axis(whole_axis(axis, name), x.ndim, name) for axis in axes)
    normalise_axes(places, x.ndim, name)  # refuses an axis that is named twice
    own = [x.shape[axis] for axis in places]
    if half and own:
        own[-1] = 2 * (own[-1] - 1)
    if s is not None and len(s) != len(places):
        raise ShapeError(
            given=f"{name} with {len(s)} sizes and {len(places)} axes", where=name, expected="one size for each axis",
            remedy="leave s away to keep the sizes",
        )  # fmt: skip
    given = own if s is None else [own[k] if each in (None, -1) else index(each) for k, each in enumerate(s)]
    if not places or any(size < 1 for size in given):
        raise ShapeError(
            given=f"{name} of shape {x.shape} with {' and '.join(map(str, given)) or 'no'} points", where=name,
            expected="at least one axis, and one point along each", remedy="say with n= or s= how many are meant",
        )  # fmt: skip
    return {"axes": places, "sizes": tuple(given), "norm": side(norm, name)}


def along_one(name: str, x: Any, n: Size, axis: int, norm: str | None, *, half: bool = False) -> dict[str, Any]:
    return settled(name, x, None if n is None else (n,), (axis,), norm, half=half)


def real_input(name: str, x: Any) -> Any:
    """x as an array. Raises DTypeError for complex numbers."""
    array = as_array(x)
    if array.dtype.kind == "c":
        raise DTypeError(
            given=f"{name} of complex numbers of shape {array.shape}", where=name,
            expected="real numbers, for which half of the spectrum says all",
            remedy=f"use np.fft.{name.replace('rfft', 'fft').replace('ihfft', 'ifft')}, or take np.real(z) first",
        )  # fmt: skip
    return array


# One axis -------------------------------------------------------------------------------------------------------------
def fft(a: Any, n: Size = None, axis: int = -1, norm: str | None = None) -> Any:
    """np.fft.fft: the discrete Fourier transform along an axis, of its first n points (with zeros after them, if it has
    fewer). The gradient of a real array is real. Raises ShapeError for an axis that is not there, or no points.

    >>> fft([1.0, 0.0, 0.0])
    array([1.+0.j, 1.+0.j, 1.+0.j])
    """
    array = as_array(a)
    return fourier(array, **along_one("fft", array, n, axis, norm), inverse=False)


def ifft(a: Any, n: Size = None, axis: int = -1, norm: str | None = None) -> Any:
    """np.fft.ifft: the inverse of the discrete Fourier transform along an axis, of its first n points.

    >>> ifft([3.0, 0.0, 0.0])
    array([1.+0.j, 1.+0.j, 1.+0.j])
    """
    array = as_array(a)
    return fourier(array, **along_one("ifft", array, n, axis, norm), inverse=True)


def rfft(a: Any, n: Size = None, axis: int = -1, norm: str | None = None) -> Any:
    """np.fft.rfft: the spectrum of a real array along an axis, from frequency 0 to n/2: n // 2 + 1 complex entries.

    Raises DTypeError for complex numbers.

    >>> rfft([1.0, 0.0, 0.0, 0.0])
    array([1.+0.j, 1.+0.j, 1.+0.j])
    """
    array = real_input("rfft", a)
    return real_fourier(array, **along_one("rfft", array, n, axis, norm))


def irfft(a: Any, n: Size = None, axis: int = -1, norm: str | None = None) -> Any:
    """np.fft.irfft: the n real numbers with this half of a spectrum; n is 2 (m - 1) for m entries if left away.

    >>> irfft([4.0, 0.0, 0.0])
    array([1., 1., 1., 1.])
    """
    array = as_array(a)
    return half_fourier(array, **along_one("irfft", array, n, axis, norm, half=True))


def hfft(a: Any, n: Size = None, axis: int = -1, norm: str | None = None) -> Any:
    """np.fft.hfft: the real spectrum of an array of which half is given, for the other half mirrors it.

    >>> hfft([1.0, 0.0, 0.0])
    array([1., 1., 1., 1.])
    """
    array = conj(as_array(a))
    found = along_one("hfft", array, n, axis, norm, half=True)
    return half_fourier(array, **{**found, "norm": OTHER_SIDE[found["norm"]]})


def ihfft(a: Any, n: Size = None, axis: int = -1, norm: str | None = None) -> Any:
    """np.fft.ihfft: half of the array whose spectrum is real and given, the inverse of `hfft`.

    >>> ihfft([4.0, 4.0, 4.0, 4.0])
    array([4.-0.j, 0.-0.j, 0.-0.j])
    """
    array = real_input("ihfft", a)
    found = along_one("ihfft", array, n, axis, norm)
    return conj(real_fourier(array, **{**found, "norm": OTHER_SIDE[found["norm"]]}))


# Several axes ---------------------------------------------------------------------------------------------------------
def fftn(a: Any, s: Sizes = None, axes: Any = None, norm: str | None = None) -> Any:
    """np.fft.fftn: the discrete Fourier transform along several axes (all, if none are named), of sizes s.

    >>> fftn([[1.0, 0.0], [0.0, 0.0]])
    array([[1.+0.j, 1.+0.j],
           [1.+0.j, 1.+0.j]])
    """
    array = as_array(a)
    return fourier(array, **settled("fftn", array, s, axes, norm, half=False), inverse=False)


def ifftn(a: Any, s: Sizes = None, axes: Any = None, norm: str | None = None) -> Any:
    """np.fft.ifftn: the inverse of `fftn`."""
    array = as_array(a)
    return fourier(array, **settled("ifftn", array, s, axes, norm, half=False), inverse=True)


def rfftn(a: Any, s: Sizes = None, axes: Any = None, norm: str | None = None) -> Any:
    """np.fft.rfftn: the spectrum of a real array along several axes, of which the last is halved as by `rfft`."""
    array = real_input("rfftn", a)
    return real_fourier(array, **settled("rfftn", array, s, axes, norm, half=False))


def irfftn(a: Any, s: Sizes = None, axes: Any = None, norm: str | None = None) -> Any:
    """np.fft.irfftn: the inverse of `rfftn`."""
    array = as_array(a)
    return half_fourier(array, **settled("irfftn", array, s, axes, norm, half=True))


def fft2(a: Any, s: Sizes = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """np.fft.fft2: the discrete Fourier transform of images, the last two axes."""
    return fftn(a, s, axes, norm)


def ifft2(a: Any, s: Sizes = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """np.fft.ifft2: the inverse of `fft2`."""
    return ifftn(a, s, axes, norm)


def rfft2(a: Any, s: Sizes = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """np.fft.rfft2: the half spectrum of real images, the last two axes."""
    return rfftn(a, s, axes, norm)


def irfft2(a: Any, s: Sizes = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """np.fft.irfft2: the inverse of `rfft2`."""
    return irfftn(a, s, axes, norm)


# Moving frequencies ---------------------------------------------------------------------------------------------------
def fftshift(x: Any, axes: Any = None) -> Any:
    """np.fft.fftshift: x with frequency 0 in the middle of each axis.

    >>> fftshift([0.0, 1.0, -1.0])
    array([-1.,  0.,  1.])
    """
    array = as_array(x)
    places = normalise_axes(axes, array.ndim, "fftshift")
    return roll(array, tuple(array.shape[axis] // 2 for axis in places), places) if places else array


def ifftshift(x: Any, axes: Any = None) -> Any:
    """np.fft.ifftshift: the inverse of `fftshift`.

    >>> ifftshift([-1.0, 0.0, 1.0])
    array([ 0.,  1., -1.])
    """
    array = as_array(x)
    places = normalise_axes(axes, array.ndim, "ifftshift")
    return roll(array, tuple(-(array.shape[axis] // 2) for axis in places), places) if places else array


# Convolution ----------------------------------------------------------------------------------------------------------
def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """scipy.signal.fftconvolve: the convolution of two arrays along the axes (all, if none are named), as a product of
    spectra. `mode` is "full", "same" (the middle of it, of the shape of in1) or "valid" (where they fully overlap).

    Raises ShapeError for different numbers of axes, DomainError for another mode.

    >>> fftconvolve([1.0, 2.0], [1.0, 10.0]).round(6)
    array([ 1., 12., 20.])
    """
    first, second = same_dtype(in1, in2)
    if first.ndim != second.ndim or not first.ndim:
        raise ShapeError(
            given=f"fftconvolve of shapes {first.shape} and {second.shape}", where="fftconvolve",
            expected="arrays with the same number of axes", remedy="add axes of size 1 with np.expand_dims",
        )  # fmt: skip
    places = normalise_axes(axes, first.ndim, "fftconvolve")
    full = tuple(first.shape[axis] + second.shape[axis] - 1 for axis in places)
    if "c" in (first.dtype.kind, second.dtype.kind):
        whole = ifftn(fftn(first, full, places) * fftn(second, full, places), full, places)
    else:
        whole = irfftn(rfftn(first, full, places) * rfftn(second, full, places), full, places)
    return cut(whole, first.shape, second.shape, places, mode)


def cut(whole: Any, first: Axes, second: Axes, places: Axes, mode: str) -> Any:
    """The part of a full convolution that is asked for."""
    if mode == "full":
        return whole
    if mode not in ("same", "valid"):
        raise DomainError(
            given=f"mode={mode!r}", where="fftconvolve", expected='"full", "same" or "valid"',
            remedy='leave it away for "full"',
        )  # fmt: skip
    key = [slice(None)] * whole.ndim
    for axis in places:
        size = first[axis] if mode == "same" else abs(first[axis] - second[axis]) + 1
        start = (whole.shape[axis] - size) // 2
        key[axis] = slice(start, start + size)
    return getitem(whole, tuple(key))


for _function in (
    fft, ifft, rfft, irfft, hfft, ihfft, fftn, ifftn, rfftn, irfftn, fft2, ifft2, rfft2, irfft2, fftshift, ifftshift,
    fftconvolve,
):  # fmt: skip
    also_known_as(_function, _function.__name__)
