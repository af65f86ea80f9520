"""Running products, and the linear recurrence that their derivatives are: an array in, one of the same shape out.

One idea: y_k = a_k y_(k-1) + b_k differentiates to recurrences of the same kind, backwards for the gradient. Nothing is
divided, so a running product is exact where entries are zero, to every order, in one pass.
"""

from __future__ import annotations

from typing import Any

from ..ir.library import Array, Library
from ..ir.notation import Form, Notation
from ..ir.op import Complexes, Custom, Domain, Role, Sample
from ..ir.types import ArrayType, array_type, normalise_axis
from .arguments import prepared
from .batches import along_axes
from .declare import also_known_as, op, same_type
from .indexing import getitem
from .joining import bordered
from .movement import atleast_1d, flip_op, ravel
from .reductions import cumsum_type, only_axis, started


def delayed(x: Any, axis: int, first: float) -> Any:
    """x one place later along the axis, with `first` in front."""
    key = (*(slice(None),) * axis, slice(None, -1))
    return bordered(getitem(x, key), _border(x, axis, (1, 0)), fill=first)


def advanced(x: Any, axis: int) -> Any:
    """x one place earlier along the axis, with 0 at the end."""
    key = (*(slice(None),) * axis, slice(1, None))
    return bordered(getitem(x, key), _border(x, axis, (0, 1)))


def _border(x: Any, axis: int, width: tuple[int, int]) -> list[tuple[int, int]]:
    """The widths for pad. An axis of size 0 has no place to move to."""
    return [width if each == axis and x.shape[axis] else (0, 0) for each in range(x.ndim)]


def collected(g: Any, a: Any, axis: int) -> Any:
    """What reaches y_k in all: its own gradient, and that of y_(k+1) times a_(k+1)."""
    later = flip_op(advanced(a, axis), axes=(axis,))
    return flip_op(recur(later, flip_op(g, axes=(axis,)), axis=axis), axes=(axis,))


def recur_pull(g: Array, y: Array, a: Array, b: Array, *, axis: int) -> tuple[Array, Array]:
    arriving = collected(g, a, axis)
    return arriving * delayed(y, axis, 0.0), arriving


def recur_push(tangents: tuple[Any, ...], y: Array, a: Array, b: Array, *, axis: int) -> Array:
    first = None if tangents[0] is None else tangents[0] * delayed(y, axis, 0.0)
    total = tangents[1] if first is None else first if tangents[1] is None else first + tangents[1]
    return recur(a, total, axis=axis)


_RECUR = Notation(
    Form("recur({0}, {1})"),
    Form(r"\operatorname{{recur}}({0}, {1})"),
    Form("chainrule.ops.recur({0}, {1}, axis={axis})"),
)


@op(
    "recur", Custom(recur_pull, recur_push), _RECUR, Role.COUPLES, type_rule=same_type,
    domain=Domain((Sample(((4,), (4,)), (("axis", 0),)), Sample(((2, 3), (2, 3)), (("axis", 1),)))),
    complexes=Complexes.HOLOMORPHIC, batch=along_axes,
)  # fmt: skip
def recur(xp: Library, a: Array, b: Array, *, axis: int) -> Array:
    """y_k = a_k y_(k-1) + b_k along one axis, from y_0 = b_0. Derivative: recurrences again, by the product rule."""
    if b.shape[axis] == 0:
        return b
    factors, terms = xp.moveaxis(a, axis, 0), xp.moveaxis(b, axis, 0)
    found = [terms[0]]
    for factor, term in zip(factors[1:], terms[1:], strict=True):
        found.append(factor * found[-1] + term)
    return xp.moveaxis(xp.stack(found), 0, axis)


def cumprod_pull(g: Array, y: Array, x: Array, *, axis: int) -> tuple[Array]:
    return (collected(g, x, axis) * delayed(y, axis, 1.0),)


def cumprod_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axis: int) -> Array:
    return recur(x, tangents[0] * delayed(y, axis, 1.0), axis=axis)


def cumprod_type(x: ArrayType, *, axis: int) -> ArrayType:
    return array_type(x.shape, cumsum_type(x, axis=axis).dtype)


_CUMPROD = Notation(
    Form("cumprod({0}, axis={axis})"), Form(r"\operatorname{{cumprod}}({0})"), Form("np.cumprod({0}, axis={axis})")
)


@op(
    "cumprod", Custom(cumprod_pull, cumprod_push), _CUMPROD, Role.SWAPS, type_rule=cumprod_type,
    domain=Domain((Sample(((4,),), (("axis", 0),)), Sample(((2, 3),), (("axis", 1),)))),
    complexes=Complexes.HOLOMORPHIC, batch=along_axes,
)  # fmt: skip
def cumprod_op(xp: Library, x: Array, *, axis: int) -> Array:
    """The running product along one axis. Derivative: for each entry the products of the others, exact at zeros too."""
    return xp.cumprod(x, axis=axis)


def cumprod(x: Any, axis: int | None = None, *, dtype: Any = None) -> Any:
    """The running product of x along `axis` (of its entries in one row if None), in `dtype`.

    >>> cumprod([2.0, 3.0, 4.0])
    array([ 2.,  6., 24.])
    """
    array = prepared(x, dtype)
    array = ravel(array) if axis is None or not array.ndim else array
    return cumprod_op(array, axis=0 if axis is None else normalise_axis(axis, array.ndim, "cumprod"))


def cumulative_prod(x: Any, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """np.cumulative_prod: the running product along `axis`, from 1 if `include_initial`.

    >>> cumulative_prod([2.0, 3.0], include_initial=True)
    array([1., 2., 6.])
    """
    array = atleast_1d(x)
    return started(cumprod(array, only_axis(array, axis, "cumulative_prod"), dtype=dtype), axis, 1, include_initial)


also_known_as(cumprod, "cumprod")
also_known_as(cumulative_prod, "cumulative_prod")
