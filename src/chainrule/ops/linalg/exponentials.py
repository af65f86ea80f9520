"""The matrix exponential: a square matrix, or a stack of them, in; exp(X) = I + X + X^2/2 + ... out.

One idea: exp of the block matrix [[X, E], [0, X]] has the change of exp(X) in the direction E in its corner, and that
corner has a corner of its own, so every order of derivative is again an exponential.
Source: Higham, Functions of Matrices (2008), theorem 3.6; Najfeld and Havel (1995).
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, Library, science
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Role, Sample
from ...ir.types import ArrayType, array_type
from ..batches import all_stacked, as_it_is
from ..declare import also_known_as, op
from ..joining import concatenate, zeros_of
from ..products import same_dtype, turned
from .matrices import computed_dtype, matrix_type, require_square, solvable


def upper_blocks(x: Any, corner: Any) -> Any:
    """[[X, E], [0, X]]."""
    above, below = concatenate([x, corner], axis=-1), concatenate([zeros_of(x), x], axis=-1)
    return concatenate([above, below], axis=-2)


def corner_of(x: Any) -> Any:
    """E of [[., E], [., .]]."""
    size = x.shape[-1] // 2
    return x[..., :size, size:]


def both_diagonal_blocks(x: Any) -> Any:
    """A + D of [[A, .], [., D]]."""
    size = x.shape[-1] // 2
    return x[..., :size, :size] + x[..., size:, size:]


def alone_in_corner(x: Any) -> Any:
    """[[0, X], [0, 0]]."""
    none = zeros_of(x)
    return concatenate([concatenate([none, x], axis=-1), concatenate([none, none], axis=-1)], axis=-2)


# The exponential ------------------------------------------------------------------------------------------------------
def expm_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (expm_change(turned(x), g),)


def expm_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return expm_change(x, tangents[0])


def small_samples(count: int) -> tuple[Sample, ...]:
    """Matrices of moderate size, so many of one shape."""
    return tuple(Sample((shape,) * count) for shape in ((3, 3), (2, 2, 2), (1, 1)))


EXPM = Notation(Form("exp({0})"), Form(r"\exp({0})"), Form("chainrule.ops.expm({0})"))


@op(
    "expm", Custom(expm_pull, expm_push), EXPM, Role.COUPLES, type_rule=matrix_type("expm"),
    domain=Domain(small_samples(1)), complexes=Complexes.HOLOMORPHIC, batch=as_it_is,
)  # fmt: skip
def expm(xp: Library, x: Array) -> Array:
    """scipy.linalg.expm: the matrix exponential, of each matrix of a stack. Derivative: the corner of exp([[X^T, G],
    [0, X^T]]) (Higham, Functions of Matrices, 2008, section 10.6).

    Raises ShapeError for a matrix that is not square, MissingLibraryError where SciPy is not installed.

    >>> expm([[0.0, 1.0], [0.0, 0.0]])
    array([[1., 1.],
           [0., 1.]])
    """
    require_square("expm", x.shape)
    return exponential(x).astype(computed_dtype(x.dtype), copy=False)


def exponential(x: Array) -> Array:
    """SciPy's scaling and squaring."""
    return science("linalg").expm(solvable(x))


# Its change -----------------------------------------------------------------------------------------------------------
def change_pull(g: Array, y: Array, x: Array, direction: Array) -> tuple[Array, Array]:
    moved = expm_change(turned(upper_blocks(x, direction)), alone_in_corner(g))
    return both_diagonal_blocks(moved), corner_of(moved)


def change_push(tangents: tuple[Any, ...], y: Array, x: Array, direction: Array) -> Array:
    found = None if tangents[1] is None else expm_change(x, tangents[1])
    if tangents[0] is None:
        return found
    both = upper_blocks(x, direction)
    moved = corner_of(expm_change(both, upper_blocks(tangents[0], zeros_of(direction))))
    return moved if found is None else found + moved


def change_type(x: ArrayType, direction: ArrayType) -> ArrayType:
    require_square("expm_change", x.shape)
    return array_type(x.shape, computed_dtype(x.dtype))


CHANGE = Notation(
    Form("D exp({0})[{1}]"),
    Form(r"\mathrm{{D}}\exp({0})[{1}]"),
    Form("chainrule.ops.expm_change({0}, {1})"),
)


@op(
    "expm_change", Custom(change_pull, change_push), CHANGE, Role.COUPLES, type_rule=change_type,
    domain=Domain(small_samples(2)), complexes=Complexes.HOLOMORPHIC, batch=all_stacked,
)  # fmt: skip
def expm_change(xp: Library, x: Array, direction: Array) -> Array:
    """How exp(X) changes in a direction E: the corner of exp([[X, E], [0, X]]). Derivative: the same, of that block
    matrix. It is linear in E, which is therefore made as large as X, so that it costs no digits."""
    require_square("expm_change", x.shape)
    wide, along = solvable(x), solvable(direction)
    size_x = xp.max(xp.absolute(wide), axis=(-2, -1), keepdims=True, initial=0)
    size_e = xp.max(xp.absolute(along), axis=(-2, -1), keepdims=True, initial=0)
    usable = xp.isfinite(size_e) & (size_e > 0)
    factor = xp.where(usable, size_e, 1) / xp.where(usable & (size_x > 0), size_x, 1)
    found = corner_of(exponential(upper_blocks(wide, along / factor)))
    return (factor * found).astype(computed_dtype(x.dtype), copy=False)


def expm_frechet(A: Any, E: Any, compute_expm: bool = True) -> Any:
    """scipy.linalg.expm_frechet: exp(A) and its change in the direction E, or the latter alone.

    >>> expm_frechet([[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]], compute_expm=False)
    array([[1., 2.],
           [3., 4.]])
    """
    matrix, direction = same_dtype(A, E)
    change = expm_change(matrix, direction)
    return (expm(matrix), change) if compute_expm else change


also_known_as(expm_frechet, "expm_frechet")
