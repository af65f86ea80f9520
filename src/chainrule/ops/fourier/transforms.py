"""Fourier transforms as ops: an array in, its spectrum along some axes out, and back.

One idea: a transform is a matrix F with F^H its inverse but for a factor, so the adjoint of each is the other one with
the factor on the other side. A half spectrum stands for its mirror image too, so its inner entries count twice.
Source: Frigo and Johnson, The Design and Implementation of FFTW3 (2005), section 2, for the transforms themselves.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, Library, reference
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Domain, Linear, Role, Sample
from ...ir.precision import FLOATING, INEXACT, result_type
from ...ir.types import ArrayType, array_type
from ..batches import along_axes
from ..complexes import cast, real_part_of
from ..declare import op, real_dtype
from ..indexing import getitem
from ..joining import bordered

Axes = tuple[int, ...]

OTHER_SIDE = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


def resized(x: Any, axes: Axes, sizes: Axes) -> Any:
    """x cut off at these sizes along the axes, or continued with zeros."""
    wanted = dict(zip(axes, sizes, strict=True))
    if any(x.shape[axis] > size for axis, size in wanted.items()):
        x = getitem(x, tuple(slice(0, wanted.get(axis, x.shape[axis])) for axis in range(x.ndim)))
    if any(x.shape[axis] < size for axis, size in wanted.items()):
        x = bordered(x, tuple((0, wanted.get(axis, x.shape[axis]) - x.shape[axis]) for axis in range(x.ndim)))
    return x


def back(found: Any, x: Any, axes: Axes) -> Any:
    """A gradient in the sizes of x, real where x is, and as short."""
    sized = real_part_of(resized(found, axes, tuple(x.shape[axis] for axis in axes)), x)
    return sized if sized.dtype == x.dtype or x.dtype.kind not in INEXACT else cast(sized, dtype=x.dtype)


def spectrum_dtype(dtype: Any) -> Any:
    """The dtype of a spectrum: complex64 for short floats, complex128 for whole numbers."""
    return result_type(dtype, reference().dtype("complex64" if dtype.kind in INEXACT else "complex128"))


def with_sizes(shape: Axes, axes: Axes, sizes: Axes) -> Axes:
    wanted = dict(zip(axes, sizes, strict=True))
    return tuple(wanted.get(axis, size) for axis, size in enumerate(shape))


def said_options(node: Node, *, to_real: bool = False) -> list[str]:
    """What NumPy would be told beside the array: how many points, which axes, where the factor stands; usual is unsaid.

    The factor is never left out where it is unusual: `ifft(g)` is n times smaller than `ifft(g, norm=forward)`.
    """
    x, axes, sizes, norm = node.inputs[0], *(node.settings[name] for name in ("axes", "sizes", "norm"))
    points = [x.shape[axis] for axis in axes]
    if to_real:
        points[-1] = 2 * (points[-1] - 1)
    alone = len(axes) == 1
    said = {
        f"n={sizes[0]}" if alone else f"s={sizes}": sizes != tuple(points),
        f"axis={axes[0]}" if alone else f"axes={axes}": axes != ((x.ndim - 1,) if alone else tuple(range(x.ndim))),
        f"norm={norm}": norm != "backward",
    }
    return [f", {words}" for words, unusual in said.items() if unusual]


def written(word: str, node: Node, code: str, *, to_real: bool = False) -> Notation:
    word = word if len(node.settings["axes"]) == 1 else f"{word}n"
    options = said_options(node, to_real=to_real)
    upright = [rf"\text{{{{{each}}}}}" for each in options if "axis=" not in each]  # LaTeX has it below the name
    latex = rf"\operatorname{{{{{word}}}}}({{0}}{''.join(upright)})"
    return Notation(Form(f"{word}({{0}}{''.join(options)})"), Form(latex), Form(code))


def fourier_notation(name: str) -> Any:
    """`fft(x)`; sizes, axes and the side of the factor are said where they are not the usual ones, in code always."""

    def notation(node: Node) -> Notation:
        inverse = "i" if node.settings.get("inverse") else ""
        code = f"np.fft.{inverse}{name}fftn({{0}}, s={{sizes}}, axes={{axes}}, norm='{node.settings['norm']}')"
        return written(f"{inverse}{name}fft", node, code)

    return notation


def samples(sizes: tuple[tuple[Axes, Axes, Axes, str], ...], *extra: tuple[str, Any]) -> Domain:
    return Domain(
        tuple(
            Sample((shape,), (("axes", axes), ("sizes", wanted), ("norm", norm), *extra))
            for shape, axes, wanted, norm in sizes
        )
    )


# Complex to complex ---------------------------------------------------------------------------------------------------
def fourier_type(x: ArrayType, *, axes: Axes, sizes: Axes, norm: str, inverse: bool) -> ArrayType:
    return array_type(with_sizes(x.shape, axes, sizes), spectrum_dtype(x.dtype))


def fourier_adjoint(g: Array, x: Array, *, axes: Axes, sizes: Axes, norm: str, inverse: bool) -> Array:
    found = fourier(g, axes=axes, sizes=sizes, norm=OTHER_SIDE[norm], inverse=not inverse)
    return back(found, x, axes)


_CASES = (
    ((4,), (0,), (4,), "backward"), ((2, 3), (1,), (5,), "ortho"), ((3, 4), (0, 1), (2, 4), "forward"),
    ((2, 2, 3), (2, 0), (3, 3), "backward"),
)  # fmt: skip


@op(
    "fourier", Linear((fourier_adjoint,)), fourier_notation(""), Role.COUPLES, type_rule=fourier_type,
    domain=Domain((*samples(_CASES, ("inverse", False)).samples, *samples(_CASES[:3], ("inverse", True)).samples)),
    complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def fourier(xp: Library, x: Array, *, axes: Axes, sizes: Axes, norm: str, inverse: bool) -> Array:
    """The discrete Fourier transform along the axes, y_k = sum_j x_j exp(-2 pi i j k/n), or its inverse. Adjoint: the
    other one, with the factor 1/n on the other side; of a real x the real part of it.
    """
    return (xp.fft.ifftn if inverse else xp.fft.fftn)(x, s=sizes, axes=axes, norm=norm)


# Real to half a spectrum ----------------------------------------------------------------------------------------------
def half_sizes(sizes: Axes) -> Axes:
    """The sizes of a half spectrum: the last of the axes holds frequencies from 0 to n/2."""
    return (*sizes[:-1], sizes[-1] // 2 + 1)


def times_met(g: Any, axes: Axes, size: int, *, inner: float) -> Any:
    """A half spectrum with all but the frequencies that mirror themselves (0, and n/2 if n is even) weighed."""
    numpy = reference()
    count = g.shape[axes[-1]]
    weight = numpy.full(count, inner, real_dtype(g.dtype))
    weight[0] = 1
    if size % 2 == 0:
        weight[-1] = 1
    return g * weight.reshape(tuple(count if axis == axes[-1] else 1 for axis in range(g.ndim)))


def real_fourier_type(x: ArrayType, *, axes: Axes, sizes: Axes, norm: str) -> ArrayType:
    return array_type(with_sizes(x.shape, axes, half_sizes(sizes)), spectrum_dtype(x.dtype))


def real_fourier_adjoint(g: Array, x: Array, *, axes: Axes, sizes: Axes, norm: str) -> Array:
    weighed = times_met(g, axes, sizes[-1], inner=0.5)
    return back(half_fourier(weighed, axes=axes, sizes=sizes, norm=OTHER_SIDE[norm]), x, axes)


_HALVES = (
    ((4,), (0,), (4,), "backward"), ((5,), (0,), (5,), "ortho"), ((2, 3), (1,), (6,), "forward"),
    ((3, 4), (0, 1), (2, 3), "backward"), ((2, 2, 3), (2, 0), (3, 4), "ortho"),
)  # fmt: skip


@op(
    "real_fourier", Linear((real_fourier_adjoint,)), fourier_notation("r"), Role.COUPLES, type_rule=real_fourier_type,
    domain=samples(_HALVES), complexes=Complexes.REFUSED, batch=along_axes,
)  # fmt: skip
def real_fourier(xp: Library, x: Array, *, axes: Axes, sizes: Axes, norm: str) -> Array:
    """The half of the spectrum of a real array from which the other half follows. Adjoint: the inverse transform of a
    half spectrum, whose inner entries are halved because that transform counts them twice.
    """
    return xp.fft.rfftn(x, s=sizes, axes=axes, norm=norm)


# Half a spectrum to real ----------------------------------------------------------------------------------------------
def half_fourier_type(x: ArrayType, *, axes: Axes, sizes: Axes, norm: str) -> ArrayType:
    dtype = x.dtype if x.dtype.kind in FLOATING else real_dtype(spectrum_dtype(x.dtype))
    return array_type(with_sizes(x.shape, axes, sizes), dtype)


def half_fourier_adjoint(g: Array, x: Array, *, axes: Axes, sizes: Axes, norm: str) -> Array:
    found = real_fourier(g, axes=axes, sizes=sizes, norm=OTHER_SIDE[norm])
    return back(times_met(found, axes, sizes[-1], inner=2), x, axes)


def half_notation(node: Node) -> Notation:
    code = f"np.fft.irfftn({{0}}, s={{sizes}}, axes={{axes}}, norm='{node.settings['norm']}')"
    return written("irfft", node, code, to_real=True)


@op(
    "half_fourier", Linear((half_fourier_adjoint,)), half_notation, Role.COUPLES, type_rule=half_fourier_type,
    domain=samples((
        ((3,), (0,), (4,), "backward"), ((3,), (0,), (5,), "ortho"), ((2, 3), (1,), (8,), "forward"),
        ((3, 4), (0, 1), (2, 3), "backward"), ((2, 2, 3), (2, 0), (3, 2), "ortho"),
    )),
    complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def half_fourier(xp: Library, x: Array, *, axes: Axes, sizes: Axes, norm: str) -> Array:
    """The real array with this half of a spectrum. Adjoint: the half spectrum of the gradient, whose inner entries
    count twice because they stand for their mirror images too.
    """
    found = xp.fft.irfftn(x, s=sizes, axes=axes, norm=norm)
    return found.astype(half_fourier_type(array_type(x.shape, x.dtype), axes=axes, sizes=sizes, norm=norm).dtype)
