"""What linear algebra asks of a matrix: any array in; one with which a library can compute out, or an error.

One idea: shapes and dtypes are settled here once; the last two axes are the matrix, all axes before them count a stack.
"""

from __future__ import annotations

from typing import Any

from ...errors import DomainError, ShapeError
from ...ir.library import Array, Library, reference
from ...ir.op import Sample
from ...ir.precision import INEXACT, widened
from ...ir.types import ArrayType, array_type
from ..complexes import conjugated
from ..movement import reshape
from ..products import turned


def require_square(name: str, shape: tuple[int, ...]) -> None:
    """Raise ShapeError unless the last two axes are those of a square matrix."""
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ShapeError(
            given=f"{name} of shape {shape}", expected="a square matrix, or a stack of them", where=name,
            remedy="for an oblong matrix X, X.T @ X is square; reshape a vector first",
        )  # fmt: skip


def solvable(x: Array) -> Array:
    """x in a dtype in which a library of linear algebra computes: there is none for short floats and whole numbers."""
    return widened(x) if x.dtype.kind in INEXACT else x.astype("float64")


def computed_dtype(dtype: Any) -> Any:
    """The dtype of what is computed from entries of this dtype: whole numbers become float64."""
    return dtype if dtype.kind in INEXACT else reference().dtype("float64")


def matrix_type(name: str) -> Any:
    """The type rule of an op from a square matrix to one of the same size."""

    def rule(x: ArrayType) -> ArrayType:
        require_square(name, x.shape)
        return array_type(x.shape, computed_dtype(x.dtype))

    return rule


def number_type(name: str) -> Any:
    """The type rule of an op from a square matrix to a number."""

    def rule(x: ArrayType) -> ArrayType:
        require_square(name, x.shape)
        return array_type(x.shape[:-2], computed_dtype(x.dtype))

    return rule


def singular(name: str, xp: Library, x: Array) -> DomainError:
    """What is wrong with a matrix that has no inverse; of a stack, with the first such."""
    which = ""
    for place in xp.ndindex(x.shape[:-2]):
        if place and not xp.linalg.slogdet(x[place])[0]:
            which = f", at place [{', '.join(map(str, place))}] of a stack"
            break
    return DomainError(
        given=f"{name} of a singular matrix of shape {x.shape[-2:]}{which}: its determinant is 0", where=name,
        expected="a matrix with an inverse; the gradients of det and log det are made of the inverse too",
        remedy="look for rows that repeat or add up to each other, or add a small multiple of the identity",
    )  # fmt: skip


def dagger(x: Any) -> Any:
    """The conjugate transpose of each matrix; the transpose, if it is real."""
    return turned(conjugated(x))


def spread_out(g: Any, x: Any) -> Any:
    """A number for each matrix of a stack, so that it multiplies the matrix."""
    return g if x.ndim == 2 else reshape(g, (*g.shape, 1, 1))


def square_samples(*, far: float = 3.0) -> tuple[Sample, ...]:
    """Matrices far from singular: each entry of the diagonal outweighs the others of its row."""
    shapes = ((3, 3), (2, 2, 2), (1, 1))
    return tuple(Sample((shape,), (), ((-1.0, 1.0),), (far,)) for shape in shapes)
