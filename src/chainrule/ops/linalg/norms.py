"""Norms of every order: vectors or matrices in, their lengths out.

One idea: most norms are a few named steps (absolute values, sums, maxima, singular values), so they are written so and
each step explains itself. Only the p-norm is an op: its steps would overflow, and have no slope at 0.
"""

from __future__ import annotations

from typing import Any

from ...errors import DTypeError, ShapeError
from ...ir.coercion import as_array
from ...ir.library import Array, Library
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Flat, Role, Sample
from ...ir.types import ArrayType, normalise_axes, normalise_axis
from ..arithmetic import ORIGIN, carry, ratio
from ..batches import along_axes, as_it_is
from ..choices import not_equal
from ..complexes import astype
from ..declare import also_known_as, op, real_dtype
from ..extremes import max as largest
from ..extremes import min as smallest
from ..functions import abs as absolute
from ..functions import signum
from ..movement import expand_dims, moveaxis, reshape
from ..norms import along, norm_op, size_type
from ..powers import power
from ..reductions import Axes, add_up, reduce_along, reduced_shape, spread, sum, written_axes, written_keepdims
from .coinciding import GAPS, threshold
from .matrices import computed_dtype, solvable
from .singular_values import require_matrix, svdvals

_INFINITY = float("inf")


# The p-norm -----------------------------------------------------------------------------------------------------------
def p_norm_slope(y: Any, x: Any, axes: Axes, order: float) -> Any:
    """sign(x) (|x|/y)^(p-1), written so that nothing is infinite: 0 where x or y is 0."""
    size, whole = absolute(x), spread(y, x, axes)
    share = power(ratio(size, whole), order - 1) if order > 1 else power(ratio(whole, size), 1 - order)
    return carry(signum(x), share)


def p_norm_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool, order: float) -> tuple[Array]:
    return (carry(p_norm_slope(y, x, axes, order), spread(g, x, axes)),)


def p_norm_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool, order: float) -> Array:
    return along(tangents[0], p_norm_slope(y, x, axes, order), axes, keepdims)


def p_norm_notation(node: Node) -> Notation:
    order, axes = node.settings["order"], written_axes(node) + written_keepdims(node)
    whole = f"{order:g}"
    return Notation(
        Form(f"||{{0}}||_{whole}"),
        Form(rf"\left\|{{0}}\right\|_{{{{{whole}}}}}"),
        Form(f"chainrule.ops.vector_norm({{0}}, ord={order!r}{axes})"),
    )


@op(
    "p_norm", Custom(p_norm_pull, p_norm_push), p_norm_notation, Role.SCALES, type_rule=size_type,
    domain=Domain(
        tuple(
            Sample((shape,), (("axes", axes), ("keepdims", keep), ("order", order)))
            for shape, axes, keep, order in (
                ((3,), (0,), False, 3.0), ((2, 3), (1,), True, 1.5), ((2, 3, 2), (0, 2), False, 0.5),
                ((4,), (0,), False, -1.0), ((2, 3), (0,), False, -2.0),
            )
        ), ORIGIN,
    ),
    complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def p_norm(xp: Library, x: Array, *, axes: Axes, keepdims: bool, order: float) -> Array:
    """(sum |x|^p)^(1/p) along the axes. Derivative sign(x) (|x|/y)^(p-1), and 0 where x or y is 0."""
    size = xp.absolute(solvable(x))
    peak = (xp.max if order > 0 else xp.min)(size, axis=axes, keepdims=True, initial=0 if order > 0 else _INFINITY)
    usable = (peak > 0) & xp.isfinite(peak)
    shares = xp.where(usable, size, 1) / xp.where(usable, peak, 1)  # powers of entries may overflow
    found = xp.where(usable, add_up(xp, shares**order, axes, keepdims=True) ** (1 / order) * peak, peak)
    found = found.astype(real_dtype(computed_dtype(x.dtype)))
    return found if keepdims else xp.reshape(found, reduced_shape(x.shape, axes, False))[()]


# Vectors --------------------------------------------------------------------------------------------------------------
def vector_norm(x: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """np.linalg.vector_norm: the norm of order `ord` along `axis`, all axes taken as one vector if None.

    `ord` is a number: 2 (Euclidean), 1, infinity or minus infinity (the largest or smallest entry), 0 (how many are not
    0: no gradient passes), or any p: (sum |x|^p)^(1/p). The gradient at 0 is 0 (least-norm convention), and entries
    that tie for the largest share it equally. Raises DTypeError for an order that is not a number.

    >>> float(vector_norm([3.0, 4.0])), float(vector_norm([3.0, -4.0], ord=1))
    (5.0, 7.0)
    """
    array = as_array(x)
    if ord is None or ord == 2:
        return reduce_along(norm_op, array, axis, keepdims)
    order = order_as_number(ord)
    if order == _INFINITY:
        return largest(absolute(array), axis, keepdims)
    if order == -_INFINITY:
        return smallest(absolute(array), axis, keepdims)
    if order == 1:
        return sum(absolute(array), axis, keepdims)
    if order == 0:
        return sum(astype(not_equal(array, 0), real_dtype(computed_dtype(array.dtype))), axis, keepdims)
    return reduce_along(p_norm, array, axis, keepdims, order=order)


def order_as_number(ord: Any) -> float:
    """The order of a vector norm. Raises DTypeError for what is not a number."""
    try:
        return float(ord)
    except (TypeError, ValueError):
        raise DTypeError(
            given=f"a vector norm of order {ord!r}", where="norm", expected="a number, inf or -inf",
            remedy="'fro' and 'nuc' are norms of matrices: give the two axes that are the matrix",
        ) from None  # fmt: skip


# Matrices -------------------------------------------------------------------------------------------------------------
def shares_type(s: ArrayType, *, largest: bool) -> ArrayType:
    return s


_TIED = Flat("which entry is the largest does not change when they move by a little")


def _extreme_notation(node: Node) -> Notation:
    code = f"chainrule.ops.shares_of_extreme({{0}}, largest={node.settings['largest']})"
    word = "largest" if node.settings["largest"] else "smallest"
    return Notation(Form(f"{word}({{0}})"), Form(rf"\operatorname{{{{{word}}}}}({{0}})"), Form(code))


@op(
    "shares_of_extreme", _TIED, _extreme_notation, Role.STOPS, type_rule=shares_type,
    domain=Domain((Sample(((3,),), (("largest", True),)), Sample(((2, 3),), (("largest", False),)))),
    batch=as_it_is,
)  # fmt: skip
def shares_of_extreme(xp: Library, s: Array, *, largest: bool) -> Array:
    """1 at the largest (or smallest) singular value, equal shares where several are so within rounding."""
    wide = solvable(s)
    best = (xp.max if largest else xp.min)(wide, axis=-1, keepdims=True)
    scale = xp.max(wide, axis=-1, keepdims=True)
    hit = xp.absolute(wide - best) <= threshold(xp, scale, s.shape[-1], GAPS)
    return (hit / xp.sum(hit, axis=-1, keepdims=True)).astype(s.dtype)


def extreme_singular_value(x: Any, *, biggest: bool) -> Any:
    """The largest or smallest singular value; where several are so within rounding, each receives the same."""
    s = svdvals(x)
    if not s.shape[-1]:
        return (largest if biggest else smallest)(s, -1)  # refuses: there is none
    return sum(s * shares_of_extreme(s, largest=biggest), -1)


def matrix_norm(x: Any, keepdims: bool = False, ord: Any = "fro") -> Any:
    """np.linalg.matrix_norm: the norm of order `ord` of matrices (..., m, n), over the last two axes.

    `ord` is 'fro' (or None), 'nuc' (the sum of the singular values), 2 and -2 (the largest and the smallest of them), 1
    and -1 (the largest and smallest sum of absolute values of a column), inf and -inf (of a row). Entries that tie
    share the gradient equally, and a singular value of 0 sends nothing. Raises ShapeError for a vector.

    >>> float(matrix_norm([[3.0, 0.0], [0.0, 4.0]], ord="nuc")), float(matrix_norm([[3.0, 0.0], [0.0, 4.0]], ord=2))
    (7.0, 4.0)
    """
    array = as_array(x)
    require_matrix("matrix_norm", array.shape)
    ndim = array.ndim
    if ord is None or ord in ("fro", "f"):
        return reduce_along(norm_op, array, (ndim - 2, ndim - 1), keepdims)
    found = _MATRIX_NORMS.get(ord) if isinstance(ord, (str, int, float)) else None
    if found is None:
        raise DTypeError(
            given=f"a matrix norm of order {ord!r}", where="norm",
            expected="one of 'fro', 'nuc', inf, -inf, 1, -1, 2, -2",
            remedy="np.linalg.norm(np.ravel(x), ord) takes the matrix as a vector",
        )  # fmt: skip
    norm_ = found(array)
    return expand_dims(norm_, (ndim - 2, ndim - 1)) if keepdims else norm_


def nuclear(x: Any) -> Any:
    return sum(svdvals(x), -1)


def spectral(x: Any) -> Any:
    return extreme_singular_value(x, biggest=True)


def smallest_stretch(x: Any) -> Any:
    return extreme_singular_value(x, biggest=False)


def largest_column(x: Any) -> Any:
    return largest(sum(absolute(x), -2), -1)


def smallest_column(x: Any) -> Any:
    return smallest(sum(absolute(x), -2), -1)


def largest_row(x: Any) -> Any:
    return largest(sum(absolute(x), -1), -1)


def smallest_row(x: Any) -> Any:
    return smallest(sum(absolute(x), -1), -1)


_MATRIX_NORMS: dict[Any, Any] = {
    "nuc": nuclear, 2: spectral, -2: smallest_stretch, 1: largest_column, -1: smallest_column,
    _INFINITY: largest_row, -_INFINITY: smallest_row,
}  # fmt: skip


# NumPy's spelling -----------------------------------------------------------------------------------------------------
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """np.linalg.norm: of vectors along one axis, of matrices along two, of order `ord` (see `vector_norm` and
    `matrix_norm`). Without `ord` and `axis`, the Euclidean norm of all entries.

    Raises ShapeError where `ord` is given, `axis` is not, and x is neither a vector nor a matrix.

    >>> float(norm([3.0, 4.0]))
    5.0
    """
    array = as_array(x)
    if axis is None and ord is None:
        return reduce_along(norm_op, array, None, keepdims)
    given = tuple(range(array.ndim)) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = normalise_axes(tuple(given), array.ndim, "norm")
    if len(axes) == 1:
        return vector_norm(array, axes[0], keepdims, 2 if ord is None else ord)
    if len(axes) != 2:
        raise ShapeError(
            given=f"norm of order {ord!r} over {len(axes)} axes of shape {array.shape}", where="norm",
            expected="one axis, for vectors, or two, for matrices",
            remedy="name the axes with axis=; np.linalg.norm(np.ravel(x), ord) takes all entries as one vector",
        )  # fmt: skip
    rows, columns = (normalise_axis(each, array.ndim, "norm") for each in given)
    last = array
    if (rows, columns) != (array.ndim - 2, array.ndim - 1):
        last = moveaxis(moveaxis(array, rows, -1), columns - (columns > rows), -1)
    found = matrix_norm(last, False, ord)
    return reshape(found, reduced_shape(array.shape, axes, True)) if keepdims else found


for _function in (vector_norm, matrix_norm, norm):
    also_known_as(_function, _function.__name__)
