"""Eigenvalues of symmetric matrices, or Hermitian ones: a matrix in, its real spectrum and orthonormal vectors out.

One idea: X = V diag(w) V^H is differentiated in its own basis, where dX moves a value by what stands on the diagonal,
and turns two vectors into each other by what stands between them over the gap of their values.
Source: Giles, Collected matrix derivative results (2008), section 3.1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...errors import DomainError
from ...ir.coercion import as_array
from ...ir.library import Array, Library, reference
from ...ir.node import Node, concrete, is_abstract
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Role, Sample
from ...ir.types import ArrayType
from ..batches import as_it_is
from ..complexes import real
from ..declare import also_known_as, op
from ..diagonals import diag_matrix, tril, triu
from ..products import matmul_op, row
from ..reductions import sum_op
from .coinciding import NOT_UNIQUE, choice_of_basis, coincide, over_gaps, undetermined
from .matrices import computed_dtype, dagger, require_square, solvable
from .parts import Layout, Piece, nothing_in, packed, packed_type, repacked, unpacked


class EighResult(NamedTuple):
    """The spectrum of a symmetric matrix, under NumPy's names."""

    eigenvalues: Any
    eigenvectors: Any


# A matrix that counts as symmetric ------------------------------------------------------------------------------------
def is_symmetric(xp: Library, x: Array) -> bool:
    """Whether a matrix equals its conjugate transpose within half of its digits. NaN counts as symmetric."""
    wide = solvable(x)
    apart = xp.absolute(wide - xp.conj(xp.swapaxes(wide, -1, -2)))
    allowed = xp.sqrt(xp.finfo(wide.dtype).eps) * xp.max(xp.absolute(wide), axis=(-2, -1), keepdims=True, initial=0)
    return not xp.any(apart > allowed)


def symmetric_input(name: str, x: Any, *, lower: bool) -> Any:
    """x if it is symmetric; else the symmetric matrix with the half of x that NumPy reads. Under jit x is trusted."""
    array = as_array(x)
    require_square(name, array.shape)
    if (type(array) is Node and is_abstract(array)) or is_symmetric(
        reference(), concrete(array) if type(array) is Node else array
    ):
        return array
    return tril(array) + dagger(tril(array, -1)) if lower else triu(array) + dagger(triu(array, 1))


def symmetric_part(x: Any) -> Any:
    """The mean of a matrix and its conjugate transpose."""
    return (x + dagger(x)) / 2


def averaged(xp: Library, x: Array) -> Array:
    """The same for a kernel, in a dtype that a library of linear algebra knows."""
    wide = solvable(x)
    return (wide + xp.conj(xp.swapaxes(wide, -1, -2))) / 2


def on_diagonal(w: Any, like: Any) -> Any:
    """Diagonal matrices with these entries."""
    if w.ndim == 1 and w.dtype == like.dtype:
        return diag_matrix(w)
    return row(w) * reference().eye(w.shape[-1], dtype=like.dtype)


def diagonal_entries(x: Any) -> Any:
    """The diagonals of a stack of matrices."""
    return sum_op(x * reference().eye(x.shape[-1], dtype=x.dtype), axes=(x.ndim - 1,), keepdims=False)


# The factorisation ----------------------------------------------------------------------------------------------------
def eigh_layout(size: int) -> Layout:
    return Piece("eigenvalues", (size,), real=True), Piece("eigenvectors", (size, size))


def eigh_type(x: ArrayType) -> ArrayType:
    require_square("eigh", x.shape)
    return packed_type(x.shape[:-2], eigh_layout(x.shape[-1]), computed_dtype(x.dtype))


def eigh_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    """V (diag(g_w) + skew(V^H G_V) / gaps) V^H."""
    layout = eigh_layout(x.shape[-1])
    w, v = unpacked(y, layout)
    of_values, of_vectors = unpacked(g, layout)
    if nothing_in(of_vectors):
        return (matmul_op(v * row(of_values), dagger(v)),)
    inner = matmul_op(dagger(v), of_vectors)
    turning = over_gaps((inner - dagger(inner)) / 2, w, choice_of_basis(inner, w, of_values))
    return (matmul_op(matmul_op(v, turning + on_diagonal(of_values, v)), dagger(v)),)


def eigh_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    """dw the diagonal of V^H dX V, dV = V (V^H dX V / gaps)."""
    layout = eigh_layout(x.shape[-1])
    w, v = unpacked(y, layout)
    inner = matmul_op(matmul_op(dagger(v), symmetric_part(tangents[0])), v)
    apart = inner - on_diagonal(diagonal_entries(inner), v)
    return repacked(layout, [real(diagonal_entries(inner)), matmul_op(v, turned_by(apart, w, inner))])


def turned_by(apart: Any, w: Any, inner: Any) -> Any:
    """How the vectors turn into each other."""
    return over_gaps(apart, w, undetermined(apart, inner))


def have_equal_values(x: Array) -> Array:
    """For each matrix, whether two of its eigenvalues coincide."""
    numpy = reference()
    same = coincide.kernel(numpy, numpy.linalg.eigvalsh(averaged(numpy, x)))
    return numpy.any(same & ~numpy.eye(x.shape[-1], dtype=bool), axis=(-2, -1))


def symmetric_samples() -> tuple[Sample, ...]:
    """Matrices whose eigenvalues are far apart."""
    return tuple(Sample((shape,), (), ((-4.0, 4.0),)) for shape in ((3, 3), (2, 2, 2), (1, 1)))


EIGH = Notation(Form("eigh({0})"), Form(r"\operatorname{{eigh}}({0})"), Form("chainrule.ops.eigh_packed({0})"))


@op(
    "eigh_packed", Custom(eigh_pull, eigh_push), EIGH, Role.COUPLES, type_rule=eigh_type,
    domain=Domain(symmetric_samples(), NOT_UNIQUE, have_equal_values), complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def eigh_packed(xp: Library, x: Array) -> Array:
    """The eigenvalues of (X + X^H)/2, smallest first, and its eigenvectors, in one array. Derivative V (diag(g_w) +
    skew(V^H G_V) / gaps) V^H (Giles 2008, section 3.1).

    Where eigenvalues coincide: 0 between their vectors where the gradient does not depend on the choice of basis, else
    NaN (see `choice_of_basis`).
    """
    require_square("eigh", x.shape)
    try:
        w, v = xp.linalg.eigh(averaged(xp, x))
    except xp.linalg.LinAlgError:
        raise not_converged("eigh", x) from None
    return packed(xp, eigh_layout(x.shape[-1]), (w, v), computed_dtype(x.dtype))


def not_converged(name: str, x: Array) -> DomainError:
    """What is wrong with a matrix whose spectrum cannot be found."""
    return DomainError(
        given=f"{name} of a matrix of shape {x.shape[-2:]} for which it does not converge", where=name,
        expected="entries that are numbers, none of them NaN or infinite",
        remedy="look for the step before it that overflows or divides by zero",
    )  # fmt: skip


# NumPy's spelling -----------------------------------------------------------------------------------------------------
def eigh(a: Any, UPLO: str = "L") -> EighResult:
    """np.linalg.eigh: the eigenvalues of symmetric (Hermitian) matrices (..., n, n), smallest first, of shape (..., n),
    and their eigenvectors, the columns of an array (..., n, n).

    The gradient is symmetric, as JAX's and PyTorch's: X counts as the mean of itself and its conjugate transpose. Where
    it is not symmetric, one half of it is read, as NumPy does. Raises ShapeError for a matrix that is not square.

    >>> w, v = eigh([[2.0, 0.0], [0.0, 1.0]])
    >>> w
    array([1., 2.])
    """
    array = symmetric_input("eigh", a, lower=reads_lower(UPLO))
    return EighResult(*unpacked(eigh_packed(array), eigh_layout(array.shape[-1])))


def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """np.linalg.eigvalsh: the eigenvalues of symmetric (Hermitian) matrices (..., n, n), smallest first.

    >>> eigvalsh([[0.0, 1.0], [1.0, 0.0]])
    array([-1.,  1.])
    """
    return eigh(a, UPLO).eigenvalues


def reads_lower(UPLO: Any) -> bool:
    """Which half of a matrix is read. Raises DomainError for anything but "L" and "U"."""
    if UPLO not in ("L", "l", "U", "u"):
        raise DomainError(
            given=f"UPLO={UPLO!r}", where="eigh", expected='"L", to read the lower half, or "U", the upper one',
            remedy="leave it away where the matrix is symmetric",
        )  # fmt: skip
    return UPLO in "Ll"


also_known_as(eigh, "eigh")
also_known_as(eigvalsh, "eigvalsh")
