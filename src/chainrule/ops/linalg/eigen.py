"""Eigenvalues of any square matrix: a matrix in, its spectrum and eigenvectors out, complex in general.

One idea: X = V diag(w) V^-1 is differentiated in its own basis, as for symmetric matrices, but V^-1 is not V^H, and the
vectors keep length 1. Source: Boeddeker et al., On the computation of complex-valued gradients with application to
statistically optimum beamforming (2017), section 4.4.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...ir.coercion import as_array
from ...ir.library import Array, Library, reference
from ...ir.node import Node, is_abstract
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Role, Sample
from ...ir.types import ArrayType
from ..batches import as_it_is
from ..complexes import conj, imag, real, real_part_of
from ..declare import also_known_as, op
from ..products import matmul_op, row
from .coinciding import NOT_UNIQUE, coincide, over_gaps, undetermined
from .least_squares import plain
from .matrices import computed_dtype, dagger, require_square, solvable
from .parts import Layout, Piece, complex_dtype, packed, packed_type, repacked, unpacked
from .solving import solve_op
from .symmetric import diagonal_entries, not_converged, on_diagonal


class EigResult(NamedTuple):
    """The spectrum of a square matrix, under NumPy's names."""

    eigenvalues: Any
    eigenvectors: Any


def eig_layout(size: int) -> Layout:
    return Piece("eigenvalues", (size,)), Piece("eigenvectors", (size, size))


def eig_type(x: ArrayType) -> ArrayType:
    require_square("eig", x.shape)
    return packed_type(x.shape[:-2], eig_layout(x.shape[-1]), complex_dtype(computed_dtype(x.dtype)))


def eig_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    """V^-H (diag(g_w) + V^H G / conj(gaps)) V^H, where what arrives along a vector itself changes no direction."""
    layout = eig_layout(x.shape[-1])
    (w, v), (of_values, of_vectors) = unpacked(y, layout), unpacked(g, layout)
    along = diagonal_entries(matmul_op(dagger(v), of_vectors))
    inner = matmul_op(dagger(v), of_vectors - v * row(along))
    phases = undetermined(on_diagonal(imag(along), real(v)), matmul_op(dagger(v), of_vectors))
    turning = over_gaps(inner, conj(w), undetermined(inner, matmul_op(dagger(v), of_vectors)) + phases)
    found = solve_op(dagger(v), matmul_op(turning + on_diagonal(of_values, v), dagger(v)))
    return (real_part_of(found, x),)


def eig_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    """dw the diagonal of P = V^-1 dX V, dV = V (P / gaps), less what would change the lengths of the vectors."""
    w, v = unpacked(y, eig_layout(x.shape[-1]))
    inner = solve_op(v, matmul_op(as_complex(tangents[0], v), v))
    change_w = diagonal_entries(inner)
    apart = inner - on_diagonal(change_w, v)
    moved = matmul_op(v, over_gaps(apart, w, undetermined(apart, inner)))
    return repacked(eig_layout(x.shape[-1]), [change_w, moved - v * row(diagonal_entries(matmul_op(dagger(v), moved)))])


def as_complex(x: Any, like: Any) -> Any:
    """x in the dtype of another array."""
    return x if x.dtype == like.dtype else x + 0 * like


EIG = Notation(Form("eig({0})"), Form(r"\operatorname{{eig}}({0})"), Form("chainrule.ops.eig_packed({0})"))


def have_equal_eigenvalues(x: Array) -> Array:
    """For each matrix, whether two of its eigenvalues coincide."""
    numpy = reference()
    same = coincide.kernel(numpy, numpy.linalg.eigvals(solvable(x)))
    return numpy.any(same & ~numpy.eye(x.shape[-1], dtype=bool), axis=(-2, -1))


@op(
    "eig_packed", Custom(eig_pull, eig_push), EIG, Role.COUPLES, type_rule=eig_type,
    domain=Domain(
        tuple(Sample((shape,), (), ((-4.0, 4.0),)) for shape in ((3, 3), (2, 2, 2), (1, 1))), NOT_UNIQUE,
        have_equal_eigenvalues,
    ),
    complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def eig_packed(xp: Library, x: Array) -> Array:
    """The eigenvalues of X and its eigenvectors of length 1, in one array, complex also where they could be real.
    Derivative V^-H (diag(g_w) + V^H G / conj(gaps)) V^H (Boeddeker et al. 2017).

    The phase of a vector is a choice: where a gradient depends on it, and where it depends on the vectors of equal
    eigenvalues, it is NaN. A matrix without a basis of eigenvectors has no derivative, and raises DomainError.
    """
    require_square("eig", x.shape)
    try:
        found = xp.linalg.eig(solvable(x))
    except xp.linalg.LinAlgError:
        raise not_converged("eig", x) from None
    return packed(xp, eig_layout(x.shape[-1]), found, complex_dtype(computed_dtype(x.dtype)))


def eig(a: Any) -> EigResult:
    """np.linalg.eig: the eigenvalues of square matrices (..., n, n), of shape (..., n), and their eigenvectors, the
    columns of length 1 of an array (..., n, n).

    They are real where the matrix is and all eigenvalues are, as in NumPy; under jit, where that is not known, they are
    complex. Raises ShapeError for a matrix that is not square, DomainError for one that is not finite.

    >>> eig([[2.0, 0.0], [0.0, 3.0]]).eigenvalues
    array([2., 3.])
    """
    array = as_array(a)
    require_square("eig", array.shape)
    found = eig_packed(array)
    pieces = unpacked(found, eig_layout(array.shape[-1]))
    unknown = type(found) is Node and is_abstract(found)
    if array.dtype.kind == "c" or unknown or reference().any(plain(pieces[0]).imag):
        return EigResult(*pieces)
    return EigResult(*map(real, pieces))


def eigvals(a: Any) -> Any:
    """np.linalg.eigvals: the eigenvalues of square matrices (..., n, n), real or complex as by `eig`.

    >>> eigvals([[0.0, -1.0], [1.0, 0.0]]).round(6)
    array([0.+1.j, 0.-1.j])
    """
    return eig(a).eigenvalues


also_known_as(eig, "eig")
also_known_as(eigvals, "eigvals")
