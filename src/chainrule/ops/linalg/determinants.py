"""Determinants: a square matrix, or a stack of them, in; its determinant, the sign and the logarithm of it out."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...ir.coercion import as_array
from ...ir.library import Array, Library
from ...ir.notation import Form, Notation, Strength
from ...ir.op import Complexes, Custom, Domain, Entries, Flat, Role
from ...ir.types import ArrayType, array_type
from ..batches import as_it_is
from ..complexes import conjugated, imag, real
from ..declare import also_known_as, op, real_type
from ..entries import entry
from ..joining import zeros_of
from ..products import turned
from .cofactors import cofactor, total
from .inverses import inv, same_matrix
from .matrices import computed_dtype, dagger, number_type, require_square, solvable, spread_out, square_samples


def det_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (spread_out(g, x) * cofactor(x),)


def det_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return total(cofactor(x) * tangents[0])


def relative_change(moved: Any, x: Any) -> Any:
    """tr(X^-1 dX), by which a determinant changes for each unit of itself."""
    return total(turned(inv(x)) * moved)


def det_entry(slot: int, out: Any, into: Any, y: Any, x: Any) -> Any:
    """d det(X) / d X_ij = det(X) (X^-1)_ji."""
    return y(out) * logdet_entry(slot, out, into, y, x)


def logdet_entry(slot: int, out: Any, into: Any, y: Any, x: Any) -> Any:
    """d log det(X) / d X_ij = (X^-1)_ji."""
    lead, (i, j) = into[:-2], into[-2:]
    return same_matrix(out, lead) * entry(inv(x(())), (*lead, j, i))


DET = Notation(Form("det({0})"), Form(r"\det({0})"), Form("np.linalg.det({0})"), Form("chainrule.ops.det({0})"))
LOGDET = Notation(
    Form("log det({0})", Strength.PREFIX),
    Form(r"\log\det({0})", Strength.PREFIX),
    Form("np.linalg.slogdet({0})[1]"),
    Form("chainrule.ops.logdet({0})"),
)
DET_SIGN = Notation(
    Form("sign(det({0}))"),
    Form(r"\operatorname{{sign}}(\det({0}))"),
    Form("np.linalg.slogdet({0})[0]"),
    Form("chainrule.ops.det_sign({0})"),
)


@op(
    "det", Custom(det_pull, det_push), DET, Role.COUPLES, type_rule=number_type("det"),
    domain=Domain(square_samples()), index=Entries(det_entry),
    complexes=Complexes.HOLOMORPHIC, batch=as_it_is,
)  # fmt: skip
def det(xp: Library, x: Array) -> Array:
    """The determinant. Derivative det(X) X^-T, Jacobi's formula (Matrix Cookbook, 49).

    The derivative is computed as the matrix of cofactors, which is the same where X has an inverse, and right where it
    has none: at a matrix of rank n - 1 it is the adjugate, transposed, and at one of less rank it is 0. So it is for
    the second derivative; the third is made of the inverse and raises DomainError at a singular matrix.

    >>> float(det([[2.0, 1.0], [0.0, 3.0]]))
    6.0
    """
    require_square("det", x.shape)
    return xp.linalg.det(solvable(x)).astype(computed_dtype(x.dtype))


def logdet_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (spread_out(g, x) * dagger(inv(x)),)


def logdet_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return real(relative_change(tangents[0], x))


def logdet_type(x: ArrayType) -> ArrayType:
    return real_type(number_type("logdet")(x))


@op(
    "logdet", Custom(logdet_pull, logdet_push), LOGDET, Role.COUPLES, type_rule=logdet_type, complexes=Complexes.OWN,
    domain=Domain(square_samples()), index=Entries(logdet_entry), batch=as_it_is,
)  # fmt: skip
def logdet(xp: Library, x: Array) -> Array:
    """The logarithm of the size of the determinant, log |det X|. Derivative X^-T (Matrix Cookbook, 57).

    It does not overflow where the determinant does. Of a singular matrix it is -inf, and its gradient raises
    DomainError.

    >>> float(logdet([[0.0, 1.0], [1.0, 0.0]]))
    0.0
    """
    require_square("logdet", x.shape)
    found = xp.linalg.slogdet(solvable(x))[1]
    return found.astype(logdet_type(array_type(x.shape, x.dtype)).dtype)


@op(
    "det_sign", Flat("the sign of a determinant is the same all around, except at a singular matrix: it has no slope"),
    DET_SIGN, Role.STOPS, type_rule=number_type("det_sign"), domain=Domain(square_samples()), batch=as_it_is,
)  # fmt: skip
def det_sign(xp: Library, x: Array) -> Array:
    """The sign of the determinant: 1, -1, or 0 for a singular matrix. No gradient passes."""
    require_square("det_sign", x.shape)
    return xp.linalg.slogdet(solvable(x))[0].astype(computed_dtype(x.dtype))


def phase_pull(g: Array, y: Array, x: Array) -> tuple[Any]:
    """Im(conj(s) g) i X^-H."""
    if x.dtype.kind != "c":
        return (None,)
    return (spread_out(imag(conjugated(y) * g), x) * 1j * dagger(inv(x)),)


def phase_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    """i s Im tr(X^-1 dX)."""
    return y * 1j * imag(relative_change(tangents[0], x)) if x.dtype.kind == "c" else zeros_of(y)


@op(
    "det_phase", Custom(phase_pull, phase_push), DET_SIGN, Role.COUPLES, type_rule=number_type("det_phase"),
    domain=Domain(square_samples()), complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def det_phase(xp: Library, x: Array) -> Array:
    """The direction det(X)/|det(X)| of the determinant of a complex matrix. It moves by i times itself and Im tr(X^-1
    dX), for the logarithm of the determinant moves by that trace (Matrix Cookbook, 43). Of a real one it stands still.
    """
    return det_sign.kernel(xp, x)


class SlogdetResult(NamedTuple):
    """A determinant as its sign and the logarithm of its size, under NumPy's names."""

    sign: Any
    logabsdet: Any


def slogdet(x: Any) -> SlogdetResult:
    """np.linalg.slogdet: the sign of the determinant, through which no gradient passes, and log |det X|. Of a complex
    matrix the sign is a complex number of size 1, and has a derivative.

    >>> sign, logarithm = slogdet([[0.0, 1.0], [1.0, 0.0]])
    >>> float(sign), float(logarithm)
    (-1.0, 0.0)
    """
    array = as_array(x)
    sign = det_phase if array.dtype.kind == "c" else det_sign
    return SlogdetResult(sign(array), logdet(array))


also_known_as(slogdet, "slogdet")
