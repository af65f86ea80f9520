"""Reductions: an array in, fewer entries out. Here the sum, the mean, the running sum, and what all reductions share.

One idea: a sum sends its gradient to every entry it added. Public functions take NumPy's `axis` and `keepdims`; the ops
take the axes counted from 0.
"""

from __future__ import annotations

from typing import Any

from ..errors import DomainError, ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Domain, Labels, Linear, Op, Role, Sample
from ..ir.precision import INEXACT, widened
from ..ir.types import ArrayType, array_type, normalise_axes, normalise_axis
from .arguments import fitting, prepared, takes_all
from .batches import along_axes
from .complexes import astype
from .declare import REAL, also_known_as, floating_type, op, real_dtype
from .known import is_known, known_values
from .movement import LETTERS, atleast_1d, broadcast, broadcast_to, flip_op, reshape, reshape_op

Axes = tuple[int, ...]


def reduced_shape(shape: Axes, axes: Axes, keepdims: bool) -> Axes:
    """The shape after the axes are reduced."""
    if keepdims:
        return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in axes)


def reduced_type(x: ArrayType, *, axes: Axes, keepdims: bool, **others: Any) -> ArrayType:
    """A reduction that picks or compares entries keeps their dtype."""
    return array_type(reduced_shape(x.shape, axes, keepdims), x.dtype)


def summed_type(x: ArrayType, *, axes: Axes, keepdims: bool) -> ArrayType:
    """A sum or product of whole numbers is a wide whole number, as in NumPy."""
    dtype = x.dtype if x.dtype.kind in INEXACT else reference().sum(reference().empty(0, x.dtype)).dtype
    return array_type(reduced_shape(x.shape, axes, keepdims), dtype)


def averaged_type(x: ArrayType, *, axes: Axes, keepdims: bool, **others: Any) -> ArrayType:
    """A mean, or a measure of spread, of whole numbers is a float64."""
    dtype = x.dtype if x.dtype.kind in INEXACT else reference().dtype("float64")
    return array_type(reduced_shape(x.shape, axes, keepdims), dtype)


def floating_reduced_type(x: ArrayType, *, axes: Axes, keepdims: bool, **others: Any) -> ArrayType:
    """A reduction made of functions of its entries has their dtype."""
    return reduced_type(floating_type(x), axes=axes, keepdims=keepdims)


def count_reduced(x: Any, axes: Axes) -> int:
    """How many entries are reduced to one."""
    entries = 1
    for axis in axes:
        entries *= x.shape[axis]
    return entries


def spread(g: Any, x: Any, axes: Axes) -> Any:
    """A reduced array copied back over the axes it was reduced along: the adjoint of a sum."""
    kept = reduced_shape(x.shape, axes, True)
    if g.shape not in (kept, ()):  # a single number broadcasts as it is
        g = reshape_op(g, shape=kept)
    return g if g.shape == x.shape else broadcast(g, shape=x.shape)


_OF_NUMBERS = ("sum", "prod", "max", "min", "any", "all")  # NumPy reduces a number along an axis that it has not


def reduce_along(made: Op, x: Any, axis: Any, keepdims: bool, **params: Any) -> Any:
    """Call a reduction with NumPy's spelling of its axes: a number, a tuple, or None for all."""
    array = as_array(x)
    if not array.ndim and made.name in _OF_NUMBERS and axis in (0, -1):
        axis = None
    return made(array, axes=normalise_axes(axis, array.ndim, made.name), keepdims=bool(keepdims), **params)


def samples(*extra: tuple[str, Any], interval: tuple[float, float] = REAL) -> tuple[Sample, ...]:
    """Shapes on which every reduction is tested."""
    cases = (((3,), (0,), False), ((2, 3), (0, 1), False), ((2, 3), (1,), True), ((2, 3, 2), (0, 2), False))
    return tuple(
        Sample((shape,), (("axes", axes), ("keepdims", keep), *extra), (interval,)) for shape, axes, keep in cases
    )


def reduction_notation(name: str, latex: str, code: str | None = None) -> Any:
    """`name(x)`, or `name(x, axis=0)` when not every axis is reduced. The sign of a sum needs no brackets."""

    def notation(node: Node) -> Notation:
        spelled = latex.replace("{", "{{").replace("}", "}}")
        sign = Form(f"{spelled} {{0}}", Strength.PRODUCT - 1, (Strength.PRODUCT,))
        return Notation(
            Form(f"{name}({{0}}{written_axes(node)})"),
            sign if latex == r"\sum" else Form(f"{spelled}({{0}})"),
            Form(f"{code or f'np.{name}'}({{0}}{written_axes(node)}{written_keepdims(node)})"),
        )

    return notation


def written_axes(node: Node) -> str:
    """`, axis=1`, or nothing when every axis is reduced."""
    axes = node.settings["axes"]
    return "" if len(axes) == node.inputs[0].type.ndim else f", axis={axes[0] if len(axes) == 1 else axes}"


def written_keepdims(node: Node) -> str:
    """`, keepdims=True`, or nothing."""
    return ", keepdims=True" if node.settings["keepdims"] else ""


# Sum and mean --------------------------------------------------------------------------------------------------------
def add_up(xp: Library, x: Array, axes: Axes, keepdims: bool = False) -> Array:
    """A sum whose running total is at least a float32."""
    wide = widened(x)
    total = xp.sum(wide, axis=axes, keepdims=keepdims)
    return total if wide is x else total.astype(x.dtype)


def sum_adjoint(g: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return spread(g, x, axes)


def sum_labels(x: ArrayType, *, axes: Axes, keepdims: bool) -> str:
    return f"{LETTERS[: x.ndim]}->{''.join(LETTERS[axis] for axis in range(x.ndim) if axis not in axes)}"


@op(
    "sum", Linear((sum_adjoint,)), reduction_notation("sum", r"\sum"), Role.SPREADS, type_rule=summed_type,
    domain=Domain(samples()), index=Labels(sum_labels), batch=along_axes,
)  # fmt: skip
def sum_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The sum along the axes. Adjoint: every entry summed receives the gradient of the sum."""
    return add_up(xp, x, axes, keepdims)


def mean_adjoint(g: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return spread(g, x, axes) / count_reduced(x, axes)


@op(
    "mean", Linear((mean_adjoint,)), reduction_notation("mean", r"\operatorname{mean}"), Role.SPREADS,
    type_rule=averaged_type, domain=Domain(samples()), batch=along_axes,
)  # fmt: skip
def mean_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The mean along the axes. Adjoint: every entry receives the gradient divided by their number."""
    return xp.mean(x, axis=axes, keepdims=keepdims)


def sum(
    x: Any, axis: Any = None, keepdims: bool = False, *, dtype: Any = None, initial: Any = None, where: Any = None
) -> Any:
    """The sum of x along `axis` (all axes if None), in `dtype`, of the entries where `where` holds, plus `initial`."""
    found = reduce_along(sum_op, prepared(x, dtype, where), axis, keepdims)
    return found if initial is None else found + initial


def mean(x: Any, axis: Any = None, keepdims: bool = False, *, dtype: Any = None, where: Any = None) -> Any:
    """The mean of x along `axis` (all axes if None), in `dtype`, of the entries where `where` holds."""
    if takes_all(where):
        return reduce_along(mean_op, prepared(x, dtype), axis, keepdims)
    array = prepared(x, dtype)
    found = sum(array, axis, keepdims, where=where)
    return found / astype(count_taken(array, where, axis, keepdims), real_dtype(found.dtype))


def count_taken(array: Any, where: Any, axis: Any, keepdims: bool) -> Any:
    """How many entries along `axis` a mask leaves."""
    return sum(broadcast_to(fitting(where, array), array.shape), axis, keepdims)


# Running sum ---------------------------------------------------------------------------------------------------------
def cumsum_adjoint(g: Array, x: Array, *, axis: int) -> Array:
    return flip_op(cumsum_op(flip_op(g, axes=(axis,)), axis=axis), axes=(axis,))


def cumsum_type(x: ArrayType, *, axis: int) -> ArrayType:
    return array_type(x.shape, summed_type(x, axes=(), keepdims=False).dtype)


_CUMSUM = Notation(
    Form("cumsum({0}, axis={axis})"), Form(r"\operatorname{{cumsum}}({0})"), Form("np.cumsum({0}, axis={axis})")
)


@op(
    "cumsum", Linear((cumsum_adjoint,)), _CUMSUM, Role.SPREADS, type_rule=cumsum_type,
    domain=Domain((Sample(((3,),), (("axis", 0),)), Sample(((2, 3),), (("axis", 1),)))), batch=along_axes,
)  # fmt: skip
def cumsum_op(xp: Library, x: Array, *, axis: int) -> Array:
    """The running sum along one axis. Adjoint: every entry receives the gradients of the sums it is part of."""
    wide = widened(x)
    return xp.cumsum(x, axis=axis) if wide is x else xp.cumsum(wide, axis=axis).astype(x.dtype)


def cumsum(x: Any, axis: int | None = None, *, dtype: Any = None) -> Any:
    """The running sum of x along `axis` (of its entries in one row if None), in `dtype`.

    >>> cumsum([1.0, 2.0, 3.0])
    array([1., 3., 6.])
    """
    array = prepared(x, dtype)
    if axis is None or not array.ndim:
        return cumsum_op(reshape(array, (-1,)), axis=0)
    return cumsum_op(array, axis=normalise_axis(axis, array.ndim, "cumsum"))


def cumulative_sum(x: Any, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """np.cumulative_sum: the running sum along `axis`, from 0 if `include_initial`.

    >>> cumulative_sum([1.0, 2.0], include_initial=True)
    array([0., 1., 3.])
    """
    array = atleast_1d(x)
    return started(cumsum(array, only_axis(array, axis, "cumulative_sum"), dtype=dtype), axis, 0, include_initial)


def only_axis(x: Any, axis: int | None, name: str) -> int:
    """The axis, or the only one. Raises ShapeError where there are several and none is named."""
    ndim = as_array(x).ndim
    if axis is None and ndim != 1:
        raise ShapeError(given=f"{name} of an array with {ndim} axes, and no axis", expected="an axis", where=name,
                         remedy="axis=0 runs down the columns")  # fmt: skip
    return 0 if axis is None else axis


def started(found: Any, axis: int | None, first: int, included: bool) -> Any:
    """A running total with its first value in front."""
    from .joining import concatenate  # not at the top: cutting an array apart needs sums

    if not included:
        return found
    place = normalise_axis(0 if axis is None else axis, found.ndim, "cumulative")
    shape = tuple(1 if each == place else size for each, size in enumerate(found.shape))
    return concatenate([reference().full(shape, first, found.dtype), found], place)


def average(x: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    """The mean of x along `axis`, or its weighted mean: weights have the shape of x, or that of the axes named. With
    `returned` also the sum of the weights.

    >>> float(average([1.0, 2.0], weights=[1.0, 3.0]))
    1.75
    """
    array = as_array(x)
    if weights is None:
        found = mean(array, axis, keepdims)
        total: Any = reference().full(found.shape, array.size / found.size if found.size else 0, found.dtype)[()]
    else:
        weight = stretched(as_array(weights), array, axis)
        total = sum(weight, axis, keepdims)
        if is_known(total) and not known_values(total, "average", "").all():
            raise DomainError(given="weights whose sum is 0", expected="some weight", where="average",
                              remedy="leave such rows out, or add a small number")  # fmt: skip
        found = sum(array * weight, axis, keepdims) / total
    return (found, total) if returned else found


def stretched(weight: Any, array: Any, axis: Any) -> Any:
    """Weights for every entry. Raises ShapeError unless they have the shape of the axes named."""
    if weight.shape == array.shape:
        return weight
    axes = () if axis is None else normalise_axes(axis, array.ndim, "average")
    if not axes or weight.shape != tuple(array.shape[each] for each in axes):
        raise ShapeError(
            given=f"weights of shape {weight.shape} for an array of shape {array.shape}", where="average",
            expected="weights of the same shape, or one for each entry along the axes named",
            remedy="name the axis, or broadcast the weights",
        )  # fmt: skip
    weight = reshape(weight, tuple(size if each in axes else 1 for each, size in enumerate(array.shape)))
    return broadcast(weight, shape=array.shape)


for _function in (sum, mean, cumsum, cumulative_sum, average):
    also_known_as(_function, _function.__name__)
