"""The QR factorisation: a matrix in, orthonormal columns and a triangular matrix out.

One idea: in A R^-1 = Q the columns stay orthonormal, so what moves Q is a skew matrix and what is outside its span.
Sources: Walter, Lehmann and Lamour, On evaluating higher-order derivatives of the QR decomposition (2012); Roberts and
Roberts, QR and LQ decomposition matrix backpropagation algorithms (2020), for wide matrices.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...errors import DomainError
from ...ir.coercion import as_array
from ...ir.library import Array, Library, reference
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Role, Sample
from ...ir.types import ArrayType
from ..batches import as_it_is
from ..complexes import conjugated
from ..declare import also_known_as, op
from ..joining import concatenate
from ..products import matmul_op, turned
from .cholesky import lower_half
from .matrices import computed_dtype, dagger, solvable
from .parts import Layout, Piece, packed, packed_type, repacked, unpacked
from .singular_values import require_matrix
from .triangular import solve_triangular_op


class QRResult(NamedTuple):
    """The QR factorisation, under NumPy's names."""

    Q: Any
    R: Any


def qr_layout(shape: tuple[int, ...]) -> Layout:
    rows, columns = shape[-2:]
    count = min(rows, columns)
    return Piece("Q", (rows, count)), Piece("R", (count, columns))


def qr_type(x: ArrayType) -> ArrayType:
    require_matrix("qr", x.shape)
    return packed_type(x.shape[:-2], qr_layout(x.shape), computed_dtype(x.dtype))


def divided(x: Any, r: Any) -> Any:
    """X R^-1."""
    return turned(solve_triangular_op(turned(r), turned(x), lower=True, unit=False))


def divided_by_dagger(x: Any, r: Any) -> Any:
    """X R^-H."""
    return turned(solve_triangular_op(conjugated(r), turned(x), lower=False, unit=False))


def qr_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    """(G_Q + Q M) R^-H, where M is the lower half of R G_R^H - G_Q^H Q, mirrored; what comes after the square
    part of a wide matrix is Q^H times its columns."""
    layout, count = qr_layout(x.shape), min(x.shape[-2:])
    (q, r), (to_q, to_r) = unpacked(y, layout), unpacked(g, layout)
    square, to_square = r[..., :count], to_r[..., :count]
    rest = None
    if x.shape[-1] > count:
        rest = matmul_op(q, to_r[..., count:])
        to_q = to_q + matmul_op(x[..., count:], dagger(to_r[..., count:]))
    inside = lower_half(matmul_op(square, dagger(to_square)) - matmul_op(dagger(to_q), q))
    mirrored = inside + dagger(inside)
    found = divided_by_dagger(to_q + matmul_op(q, mirrored), square)
    return (found if rest is None else concatenate([found, rest], axis=-1),)


def qr_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    """dQ = Q W + (I - Q Q^H) dA R^-1 and dR = Q^H dA - W R, where the skew W is what Q^H dA R^-1 holds below its
    diagonal, turned over."""
    layout, count = qr_layout(x.shape), min(x.shape[-2:])
    q, r = unpacked(y, layout)
    moved, square = tangents[0], r[..., :count]
    inner = matmul_op(dagger(q), moved)
    inside = divided(inner[..., :count], square)
    below = inside * reference().tril(reference().ones((count, count), inside.dtype), -1)
    skew = below - dagger(below)
    if inside.dtype.kind == "c":  # the diagonal of R stays real
        skew = skew + imaginary_diagonal(inside)
    change_r = inner - matmul_op(skew, r)
    outside = divided(moved[..., :count] - matmul_op(q, inner[..., :count]), square)
    return repacked(layout, [matmul_op(q, skew) + outside, change_r])


def imaginary_diagonal(x: Any) -> Any:
    """The imaginary part of the diagonal, as a diagonal matrix."""
    return (x - dagger(x)) / 2 * reference().eye(x.shape[-1], dtype=x.dtype)


QR = Notation(Form("qr({0})"), Form(r"\operatorname{{qr}}({0})"), Form("chainrule.ops.qr_packed({0})"))


@op(
    "qr_packed", Custom(qr_pull, qr_push), QR, Role.COUPLES, type_rule=qr_type,
    domain=Domain(tuple(
        Sample((shape,), (), ((-1.0, 1.0),), (diagonal,))
        for shape, diagonal in (((3, 3), 3.0), ((3, 2), 0.0), ((2, 3), 0.0), ((2, 2, 2), 3.0))
    )),
    complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def qr_packed(xp: Library, x: Array) -> Array:
    """Q with orthonormal columns and the upper triangular R with Q R = X, in one array. Derivative by R^-1 (Walter,
    Lehmann and Lamour 2012). Its gradient raises DomainError where the first columns of X depend on each other."""
    require_matrix("qr", x.shape)
    return packed(xp, qr_layout(x.shape), xp.linalg.qr(solvable(x)), computed_dtype(x.dtype))


# NumPy's spelling -----------------------------------------------------------------------------------------------------
def qr(a: Any, mode: str = "reduced") -> Any:
    """np.linalg.qr: Q with orthonormal columns and the upper triangular R with Q R = a, for matrices (..., m, n), tall
    or wide; or R alone with mode "r".

    Mode "complete" is for matrices with at least as many columns as rows: of a tall one the rest of the basis is not
    unique and has no derivative. Raises ShapeError for a vector, DomainError for such a mode and for "raw".

    >>> abs(qr([[0.0, 2.0], [3.0, 0.0]]).R)
    array([[3., 0.],
           [0., 2.]])
    """
    array = as_array(a)
    require_matrix("qr", array.shape)
    if mode not in ("reduced", "r", "complete") or (mode == "complete" and array.shape[-2] > array.shape[-1]):
        raise DomainError(
            given=f"qr of shape {array.shape} with mode {mode!r}", where="qr",
            expected='"reduced" or "r"; "complete" where there are no more rows than columns',
            remedy="the columns that complete a basis are not unique, so they have no derivative: use the reduced Q",
        )  # fmt: skip
    found = QRResult(*unpacked(qr_packed(array), qr_layout(array.shape)))
    return found.R if mode == "r" else found


also_known_as(qr, "qr")
