"""Singular values: any matrix in, its singular values and vectors out.

One idea: X = U S V^H is differentiated in its own bases. What turns U and V together stands over s_j - s_i, what turns
them against each other over s_j + s_i, so equal values and zeros are two questions, each with an answer of its own.
Source: Townsend, Differentiating the singular value decomposition (2016); Wan and Zhang (2019) for complex matrices.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...errors import ShapeError
from ...ir.coercion import as_array
from ...ir.library import Array, Library, reference
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Role, Sample
from ...ir.types import ArrayType
from ..batches import as_it_is
from ..choices import where
from ..complexes import real
from ..declare import also_known_as, op
from ..joining import concatenate
from ..products import matmul_op, row
from .coinciding import choice_of_basis, coincide, over_gaps, over_sums, undetermined, vanishes
from .matrices import computed_dtype, dagger, solvable
from .parts import Layout, Piece, nothing_in, packed, packed_type, repacked, unpacked
from .symmetric import diagonal_entries, not_converged, on_diagonal, symmetric_input

NOT_SMOOTH = "singular values coincide, or are 0: their vectors are not unique, and only functions that do not depend "
NOT_SMOOTH += "on the choice of basis have a gradient; a singular value of 0 sends nothing (least-norm convention)"


class SVDResult(NamedTuple):
    """The singular value decomposition, under NumPy's names."""

    U: Any
    S: Any
    Vh: Any


def require_matrix(name: str, shape: tuple[int, ...]) -> None:
    """Raise ShapeError unless there are two axes."""
    if len(shape) < 2:
        raise ShapeError(
            given=f"{name} of shape {shape}", expected="a matrix, or a stack of them", where=name,
            remedy="make a vector a matrix of one column with x[:, None]",
        )  # fmt: skip


def svd_layout(shape: tuple[int, ...], full: bool) -> Layout:
    rows, columns = shape[-2:]
    count = min(rows, columns)
    return (
        Piece("U", (rows, rows if full else count)),
        Piece("S", (count,), real=True),
        Piece("Vh", (columns if full else count, columns)),
    )


def svd_type(x: ArrayType, *, full: bool) -> ArrayType:
    require_matrix("svd", x.shape)
    return packed_type(x.shape[:-2], svd_layout(x.shape, full), computed_dtype(x.dtype))


# Reverse --------------------------------------------------------------------------------------------------------------
def svd_pull(g: Array, y: Array, x: Array, *, full: bool) -> tuple[Array]:
    """U (together/(s_j - s_i) + against/(s_j + s_i) + diag(g_S)) V^H, and what leaves the spaces of U and V."""
    layout = svd_layout(x.shape, full)
    (u, s, vh), (to_u, to_s, to_vh) = unpacked(y, layout), unpacked(g, layout)
    count = s.shape[-1]
    v, to_v = dagger(vh), dagger(to_vh)
    left, right = u[..., :count], v[..., :count]
    of_values = where(vanishes(s), 0.0, to_s)
    if nothing_in(to_u, to_v):
        return (matmul_op(left * row(of_values), dagger(right)),)
    of_u, of_v = matmul_op(dagger(left), to_u[..., :count]), matmul_op(dagger(right), to_v[..., :count])
    inside = between(of_u, of_v, s, to_s) + on_diagonal(of_values, u)
    found = matmul_op(matmul_op(left, inside), dagger(right))
    if x.shape[-2] > count:
        found = found + matmul_op(leaving(u, to_u, of_u, s), dagger(right))
    if x.shape[-1] > count:
        found = found + matmul_op(left, dagger(leaving(v, to_v, of_v, s)))
    return (found,)


def between(of_u: Any, of_v: Any, s: Any, to_s: Any) -> Any:
    """What turns the singular vectors into each other."""
    turn_u, turn_v = (of_u - dagger(of_u)) / 2, (of_v - dagger(of_v)) / 2
    together = over_gaps(turn_u + turn_v, s, choice_of_basis(of_u + of_v, s, to_s))
    return together + over_sums(turn_u - turn_v, s, undetermined(turn_u - turn_v, of_u + of_v))


def leaving(u: Any, to_u: Any, of_u: Any, s: Any) -> Any:
    """What arrives at the vectors from outside the space they span, over their singular values."""
    count = s.shape[-1]
    first = to_u[..., :count]
    if u.shape[-1] == count:  # the rest of a basis is not there: what the vectors do not span stands for it
        outside = first - matmul_op(u, of_u)
        return over_values(outside, s, first)
    rest, to_rest = u[..., count:], to_u[..., count:]
    crossing = matmul_op(dagger(rest), first) - dagger(matmul_op(dagger(u[..., :count]), to_rest))
    within = matmul_op(dagger(rest), to_rest)
    free = reference().zeros(within.shape[:-1], s.dtype)
    chosen = choice_of_basis(within, free, free)
    return matmul_op(rest, over_values(crossing, s, first) + chosen.sum((-2, -1), keepdims=True))


def over_values(x: Any, s: Any, beside: Any) -> Any:
    """Each column over its singular value; where that is 0, 0 if the column is 0 and else NaN."""
    none = row(vanishes(s))
    return where(none, undetermined(x, beside), x / where(none, 1, row(s)))


# Forward --------------------------------------------------------------------------------------------------------------
def svd_push(tangents: tuple[Any, ...], y: Array, x: Array, *, full: bool) -> Array:
    """U and V turn by the symmetric part of dP = U^H dX V over s_j - s_i, and its skew part over s_j + s_i."""
    layout = svd_layout(x.shape, full)
    u, s, vh = unpacked(y, layout)
    count = s.shape[-1]
    v = dagger(vh)
    left, right, moved = u[..., :count], v[..., :count], tangents[0]
    inner = matmul_op(matmul_op(dagger(left), moved), right)
    even, odd = (inner + dagger(inner)) / 2, (inner - dagger(inner)) / 2
    even = even - on_diagonal(diagonal_entries(even), u)
    together, against = over_gaps(even, s, undetermined(even, inner)), over_sums(odd, s, undetermined(odd, inner))
    change_s = where(vanishes(s), 0.0, real(diagonal_entries(inner)))
    change_u = turned_vectors(u, together + against, matmul_op(moved, right), s)
    change_v = turned_vectors(v, together - against, matmul_op(dagger(moved), left), s)
    return repacked(layout, [change_u, change_s, dagger(change_v)])


def turned_vectors(u: Any, turn: Any, moved: Any, s: Any) -> Any:
    """How singular vectors move: within the space they span, out of it, and the rest of the basis against them."""
    count = s.shape[-1]
    first = u[..., :count]
    within = matmul_op(first, turn)
    if u.shape[-1] == count:
        if u.shape[-2] == count:
            return within
        return within + over_values(moved - matmul_op(first, matmul_op(dagger(first), moved)), s, moved)
    rest = u[..., count:]
    crossing = over_values(matmul_op(dagger(rest), moved), s, moved)
    return concatenate([within + matmul_op(rest, crossing), -matmul_op(first, dagger(crossing))], axis=-1)


# The factorisation ----------------------------------------------------------------------------------------------------
def are_not_simple(x: Array) -> Array:
    """For each matrix, whether singular values coincide or are 0."""
    numpy = reference()
    s = numpy.linalg.svd(solvable(x), compute_uv=False)
    same = coincide.kernel(numpy, s) & ~numpy.eye(s.shape[-1], dtype=bool)
    return numpy.any(same, axis=(-2, -1)) | numpy.any(vanishes.kernel(numpy, s), axis=-1)


SVD = Notation(
    Form("svd({0})"), Form(r"\operatorname{{svd}}({0})"), Form("chainrule.ops.svd_packed({0}, full={full})")
)  # fmt: skip


@op(
    "svd_packed", Custom(svd_pull, svd_push), SVD, Role.COUPLES, type_rule=svd_type,
    domain=Domain(
        tuple(
            Sample((shape,), (("full", full),), ((-3.0, 3.0),))
            for shape, full in (((3, 2), False), ((2, 3), False), ((2, 2, 2), False), ((3, 2), True), ((2, 3), True))
        ),
        NOT_SMOOTH, are_not_simple,
    ),
    complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def svd_packed(xp: Library, x: Array, *, full: bool) -> Array:
    """U, S and V^H with X = U S V^H, in one array. Derivative by the gaps and sums of singular values (Townsend 2016).

    Where singular values coincide or are 0: 0 between their vectors where the gradient does not depend on the choice of
    basis, else NaN (see `choice_of_basis`). A singular value of 0 is at its smallest, and sends nothing.
    """
    require_matrix("svd", x.shape)
    try:
        found = xp.linalg.svd(solvable(x), full_matrices=full)
    except xp.linalg.LinAlgError:
        raise not_converged("svd", x) from None
    return packed(xp, svd_layout(x.shape, full), found, computed_dtype(x.dtype))


# NumPy's spelling -----------------------------------------------------------------------------------------------------
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """np.linalg.svd: U, S and V^H of matrices (..., m, n), singular values largest first; only these without
    `compute_uv`. With `full_matrices` U is (..., m, m) and V^H (..., n, n), else both have min(m, n) vectors.

    With `hermitian` the matrix counts as Hermitian, as for `eigh`. Raises ShapeError for a vector.

    >>> svd([[3.0, 0.0], [0.0, 4.0]]).S
    array([4., 3.])
    """
    array = symmetric_input("svd", a, lower=True) if hermitian else as_array(a)
    require_matrix("svd", array.shape)
    full = bool(full_matrices and compute_uv)
    found = SVDResult(*unpacked(svd_packed(array, full=full), svd_layout(array.shape, full)))
    return found if compute_uv else found.S


def svdvals(x: Any) -> Any:
    """np.linalg.svdvals: the singular values of matrices (..., m, n), largest first.

    >>> svdvals([[0.0, 2.0], [1.0, 0.0]])
    array([2., 1.])
    """
    return svd(x, compute_uv=False)


also_known_as(svd, "svd")
also_known_as(svdvals, "svdvals")
