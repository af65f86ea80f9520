"""Inverses: a square matrix, or a stack of them, in; its inverse out.

One idea: every derivative here is an identity made of the inverse, so it is written with ops and can be differentiated
again. Sources: Petersen and Pedersen, The Matrix Cookbook (2012), section 2; Giles, Collected matrix derivative results
(2008).
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, Library
from ...ir.notation import Form, Notation, Strength
from ...ir.op import Complexes, Custom, Domain, Entries, Role
from ..batches import as_it_is
from ..declare import op
from ..entries import delta
from ..products import matmul_op, turned
from .matrices import computed_dtype, matrix_type, require_square, singular, solvable, square_samples


def inv_pull(g: Array, y: Array, x: Array) -> tuple[Array]:
    return (-matmul_op(matmul_op(turned(y), g), turned(y)),)


def inv_push(tangents: tuple[Any, ...], y: Array, x: Array) -> Array:
    return -matmul_op(matmul_op(y, tangents[0]), y)


def same_matrix(out: Any, into: Any) -> Any:
    """1 where two entries belong to one matrix of a stack."""
    agree: Any = 1
    for first, second in zip(out, into, strict=True):
        agree = agree * delta(first, second)
    return agree


def inv_entry(slot: int, out: Any, into: Any, y: Any, x: Any) -> Any:
    """d (X^-1)_km / d X_ij = -(X^-1)_ki (X^-1)_jm."""
    lead, (k, m), (i, j) = out[:-2], out[-2:], into[-2:]
    return same_matrix(lead, into[:-2]) * -(y((*lead, k, i)) * y((*lead, j, m)))


INV = Notation(
    Form("{0}^-1", Strength.POSTFIX, (Strength.ATOM,)),
    Form("{0}^{{-1}}", Strength.POSTFIX, (Strength.ATOM,)),
    Form("np.linalg.inv({0})"),
    Form("chainrule.ops.inv({0})"),
)


@op(
    "inv", Custom(inv_pull, inv_push), INV, Role.COUPLES, type_rule=matrix_type("inv"),
    domain=Domain(square_samples()), index=Entries(inv_entry),
    complexes=Complexes.HOLOMORPHIC, batch=as_it_is,
)  # fmt: skip
def inv(xp: Library, x: Array) -> Array:
    """The inverse of a square matrix, or of each of a stack. Derivative -X^-T G X^-T (Matrix Cookbook, 59 to 61).

    Raises ShapeError for a matrix that is not square, DomainError for a singular one.

    >>> inv([[2.0, 0.0], [0.0, 4.0]])
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    require_square("inv", x.shape)
    try:
        found = xp.linalg.inv(solvable(x))
    except xp.linalg.LinAlgError:
        raise singular("inv", xp, solvable(x)) from None
    return found.astype(computed_dtype(x.dtype), copy=False)
