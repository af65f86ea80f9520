"""Equal eigenvalues: a spectrum and what arrives at its vectors in; quotients by the gaps, or NaN, out.

One idea: where eigenvalues coincide their vectors are not unique, and a quotient by their gap is 0/0. It is 0 for
functions that do not depend on which basis was chosen; where what arrives shows that a function may depend on it, the
gradient is NaN, never a number that is right only for one basis.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, Library, reference
from ...ir.notation import Form, Notation, Strength
from ...ir.op import Complexes, Custom, Domain, Flat, Role, Sample
from ...ir.types import ArrayType, array_type
from ..batches import all_stacked, as_it_is
from ..choices import where
from ..complexes import conjugated, real_part_of
from ..declare import op, real_dtype
from ..joining import zeros_of
from ..products import column, row
from ..reductions import sum_op
from .matrices import computed_dtype, solvable

# Rounding moves an eigenvalue by about eps sqrt(n) times the largest; what arrives was added up from larger numbers.
GAPS, NOISE = 4, 1000

NOT_UNIQUE = "eigenvalues coincide: their eigenvectors are not unique, and only functions that do not depend on the "
NOT_UNIQUE += "choice of basis have a gradient"


def threshold(xp: Library, values: Array, size: int, factor: float) -> Array:
    """What is 0 within rounding beside these values."""
    return factor * max(size, 1) ** 0.5 * xp.finfo(values.dtype).eps * values


def gaps_type(w: ArrayType) -> ArrayType:
    return array_type((*w.shape, w.shape[-1]), reference().dtype(bool))


def _called(name: str, slots: int, word: str) -> Notation:
    given = ", ".join(f"{{{slot}}}" for slot in range(slots))
    return Notation(
        Form(f"{word}({given})"), Form(rf"\operatorname{{{{{word}}}}}({given})"), Form(f"chainrule.ops.{name}({given})")
    )


@op(
    "coincide", Flat("which eigenvalues are equal does not change when they move by a little"),
    _called("coincide", 1, "coincide"), Role.STOPS, type_rule=gaps_type, domain=Domain((Sample(((3,),)),)),
    complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def coincide(xp: Library, w: Array) -> Array:
    """Which pairs of eigenvalues are equal within rounding; each with itself."""
    wide = solvable(w)
    largest = xp.max(xp.absolute(wide), axis=-1, keepdims=True, initial=0)[..., None]
    apart = xp.absolute(wide[..., :, None] - wide[..., None, :])
    return (apart <= threshold(xp, largest, w.shape[-1], GAPS)) | xp.eye(w.shape[-1], dtype=bool)


def vanishes_type(s: ArrayType) -> ArrayType:
    return array_type(s.shape, reference().dtype(bool))


@op(
    "vanishes", Flat("which singular values are 0 does not change when they move by a little"),
    _called("vanishes", 1, "vanish"), Role.STOPS, type_rule=vanishes_type, domain=Domain((Sample(((3,),)),)),
    complexes=Complexes.OWN, batch=as_it_is,
)  # fmt: skip
def vanishes(xp: Library, s: Array) -> Array:
    """Which singular values are 0 within rounding."""
    wide = xp.absolute(solvable(s))
    return wide <= threshold(xp, xp.max(wide, axis=-1, keepdims=True, initial=0), s.shape[-1], GAPS)


def noise(xp: Library, x: Array) -> Array:
    """How much of the entries of each matrix is rounding."""
    largest = xp.max(xp.absolute(solvable(x)), axis=(-2, -1), keepdims=True, initial=0)
    return threshold(xp, largest, max(x.shape[-2:], default=1), NOISE)


def undetermined_type(x: ArrayType, beside: ArrayType) -> ArrayType:
    return array_type(x.shape, real_dtype(computed_dtype(x.dtype)))


_KNOWN = Flat("whether a gradient is determined does not change when its numbers move by a little")


@op(
    "undetermined", _KNOWN, _called("undetermined", 2, "undetermined"), Role.STOPS, type_rule=undetermined_type,
    domain=Domain((Sample(((3, 3), (3, 3))),)), complexes=Complexes.OWN, batch=all_stacked,
)  # fmt: skip
def undetermined(xp: Library, x: Array, beside: Array) -> Array:
    """0 where x is 0 within rounding, beside the entries of another matrix; else NaN."""
    zero = xp.absolute(solvable(x)) <= noise(xp, beside)
    return xp.where(zero, 0.0, xp.nan).astype(real_dtype(computed_dtype(x.dtype)))


def choice_type(inner: ArrayType, w: ArrayType, g: ArrayType) -> ArrayType:
    return array_type(inner.shape, real_dtype(computed_dtype(inner.dtype)))


@op(
    "choice_of_basis", _KNOWN, _called("choice_of_basis", 3, "choice of basis"), Role.STOPS, type_rule=choice_type,
    domain=Domain((Sample(((3, 3), (3,), (3,))),)), complexes=Complexes.OWN, batch=all_stacked,
)  # fmt: skip
def choice_of_basis(xp: Library, inner: Array, w: Array, g: Array) -> Array:
    """What a pair of equal eigenvalues contributes: 0, or NaN where the gradient depends on the choice of basis.

    `inner` is V^H G, what arrives at the vectors in their own basis, and `g` what arrives at the values. The vectors
    of equal values may be turned into each other. Only if that changes nothing, the block of `inner` for them is
    Hermitian: otherwise NaN. A multiple of the identity is what such vectors receive from functions of their lengths
    and angles: 0. Another Hermitian block is what they receive from a projector onto their space: 0. But there are
    others who send the same, and none of these has a derivative that could be told from it:

    - single entries of the vectors, where the basis is the one they ask for (a block without mixed entries);
    - V f(w) V^H, whose gradient mixed entries do not determine (mixed entries, where values receive something too);
    - anything, where all eigenvalues are equal, for the projector onto everything has no gradient.
    """
    same = coincide.kernel(xp, w)
    if not xp.any(same & ~xp.eye(w.shape[-1], dtype=bool)) and inner.dtype.kind != "c":
        return xp.zeros(inner.shape, computed_dtype(inner.dtype))
    turned_back = xp.conj(xp.swapaxes(inner, -1, -2))
    small = noise(xp, inner)
    hermitian = xp.absolute(inner - turned_back) <= 2 * small
    mixed = (xp.absolute(inner + turned_back) > 2 * small) & ~xp.eye(w.shape[-1], dtype=bool)
    lengths = xp.diagonal(inner, axis1=-2, axis2=-1).real
    alike = xp.absolute(lengths[..., :, None] - lengths[..., None, :]) <= small
    alone = xp.all(same, axis=-1)[..., None] | (g != 0)[..., :, None] | (g != 0)[..., None, :]
    fine = hermitian & xp.where(mixed, ~alone, alike)
    return xp.where(same & ~fine, xp.nan, 0.0).astype(real_dtype(computed_dtype(inner.dtype)))


# Quotients ------------------------------------------------------------------------------------------------------------
def quotients_pull(g: Array, y: Array, x: Array, w: Array, instead: Array, *, sums: bool) -> tuple[Any, ...]:
    """What x receives is a quotient again; w receives -y/gap from the row and the column in which it stands."""
    nothing, back = zeros_of(instead), conjugated(w)
    of_w = real_part_of(quotients(g * conjugated(y), back, nothing, sums=sums), w)
    axis = w.ndim
    rows = sum_op(of_w, axes=(axis,), keepdims=False)
    columns = sum_op(of_w, axes=(axis - 1,), keepdims=False)
    of_x = real_part_of(quotients(g, back, nothing, sums=sums), x)
    elsewhere = where(has_no_quotient(w, sums), real_part_of(g, instead), 0.0)
    return of_x, -columns - rows if sums else rows - columns, elsewhere


def has_no_quotient(w: Any, sums: bool) -> Any:
    """Where both are 0, or the two coincide."""
    return row(vanishes(w)) & column(vanishes(w)) if sums else coincide(w)


def quotients_push(tangents: tuple[Any, ...], y: Array, x: Array, w: Array, instead: Array, *, sums: bool) -> Any:
    of_x, of_w, of_instead = tangents
    change = zeros_of(y) if of_x is None else of_x
    if of_w is not None:
        change = change - y * (row(of_w) + column(of_w) if sums else row(of_w) - column(of_w))
    return quotients(change, w, zeros_of(instead) if of_instead is None else of_instead, sums=sums)


def quotients_notation(node: Any) -> Notation:
    word = "sums" if node.settings["sums"] else "gaps"
    return Notation(
        Form(f"{{0}} / {word}({{1}})", Strength.PRODUCT, (Strength.PRODUCT, Strength.LOOSEST)),
        Form(rf"{{0}} \oslash \operatorname{{{{{word}}}}}({{1}})", Strength.PRODUCT, (Strength.PRODUCT, 0)),
        Form("chainrule.ops.quotients({0}, {1}, {2}, sums={sums})"),
    )


def quotients_type(x: ArrayType, w: ArrayType, instead: ArrayType, *, sums: bool) -> ArrayType:
    return array_type(x.shape, computed_dtype(reference().result_type(x.dtype, w.dtype, instead.dtype)))


@op(
    "quotients", Custom(quotients_pull, quotients_push), quotients_notation, Role.COUPLES, type_rule=quotients_type,
    domain=Domain(tuple(
        Sample(((*stack, 3, 3), (*stack, 3), (*stack, 3, 3)), (("sums", sums),), ((-2.0, 2.0), (2.0, 9.0), (-1.0, 1.0)))
        for stack, sums in (((), False), ((2,), False), ((), True), ((2,), True))
    )),
    complexes=Complexes.OWN, batch=all_stacked,
)  # fmt: skip
def quotients(xp: Library, x: Array, w: Array, instead: Array, *, sums: bool) -> Array:
    """x_ij / (w_j - w_i), or with `sums` x_ij / (w_j + w_i), and `instead` where that is 0/0: where the two coincide,
    or both are 0. Derivative by w: minus the quotient over the gap, to one of the two, and plus to the other.
    """
    wide = solvable(w)
    if sums:
        none = vanishes.kernel(xp, wide)
        undefined, below = none[..., :, None] & none[..., None, :], wide[..., :, None] + wide[..., None, :]
    else:
        undefined, below = coincide.kernel(xp, wide), wide[..., None, :] - wide[..., :, None]
    found = xp.where(undefined, instead, x / xp.where(undefined, 1, below))
    return found.astype(computed_dtype(xp.result_type(x, w, instead)), copy=False)


def over_gaps(x: Any, w: Any, instead: Any) -> Any:
    """x_ij / (w_j - w_i), and `instead` where these are equal."""
    return quotients(x, w, instead, sums=False)


def over_sums(x: Any, s: Any, instead: Any) -> Any:
    """x_ij / (s_j + s_i), and `instead` where both are 0."""
    return quotients(x, s, instead, sums=True)
