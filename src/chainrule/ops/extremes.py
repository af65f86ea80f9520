"""Maximum, minimum, and the smooth maximum logsumexp: an array in, its extreme along some axes out.

One idea: an extreme sends its gradient to the entry it chose, in equal shares at ties; logsumexp to every entry by its
share, which is softmax.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation
from ..ir.op import Custom, Domain, Flat, Op, Role, Sample
from ..ir.types import ArrayType, normalise_axes
from .arguments import highest, lowest, prepared, takes_all
from .arithmetic import carry, maximum, minimum
from .batches import along_axes
from .complexes import astype
from .declare import also_known_as, op, same_type
from .functions import exp
from .movement import broadcast_to
from .reductions import (
    Axes,
    add_up,
    count_reduced,
    floating_reduced_type,
    reduce_along,
    reduced_shape,
    reduced_type,
    reduction_notation,
    samples,
    spread,
    sum_op,
)


def max_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (carry(chosen(x, axes=axes, largest=True), spread(g, x, axes)),)


def max_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return sum_op(carry(chosen(x, axes=axes, largest=True), tangents[0]), axes=axes, keepdims=keepdims)


def min_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (carry(chosen(x, axes=axes, largest=False), spread(g, x, axes)),)


def min_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return sum_op(carry(chosen(x, axes=axes, largest=False), tangents[0]), axes=axes, keepdims=keepdims)


def extreme_type(x: ArrayType, *, axes: Axes, keepdims: bool) -> ArrayType:
    """The type of a maximum or minimum. Raises ShapeError where there is no entry to choose."""
    refuse_empty(x, axes)
    return reduced_type(x, axes=axes, keepdims=keepdims)


def refuse_empty(x: Any, axes: Axes) -> None:
    if count_reduced(x, axes) == 0:
        raise ShapeError(
            given=f"the largest or smallest of no entries (shape {x.shape})", expected="at least one entry",
            where="max, min", remedy="leave empty arrays out, or join a first value to them with np.concatenate",
        )  # fmt: skip


SHARED = "ties: the gradient is shared equally among the equal entries (least-norm convention)"


@op(
    "max", Custom(max_pull, max_push), reduction_notation("max", r"\max"), Role.ROUTES, type_rule=extreme_type,
    domain=Domain(samples(), SHARED), batch=along_axes,
)  # fmt: skip
def max_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The largest entry along the axes. Derivative: 1 at the largest, shared equally at ties."""
    refuse_empty(x, axes)
    return xp.max(x, axis=axes, keepdims=keepdims)


@op(
    "min", Custom(min_pull, min_push), reduction_notation("min", r"\min"), Role.ROUTES, type_rule=extreme_type,
    domain=Domain(samples(), SHARED), batch=along_axes,
)  # fmt: skip
def min_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The smallest entry along the axes. Derivative: 1 at the smallest, shared equally at ties."""
    refuse_empty(x, axes)
    return xp.min(x, axis=axes, keepdims=keepdims)


def chosen_notation(node: Node) -> Notation:
    word = "max" if node.settings["largest"] else "min"
    code = f"chainrule.ops.chosen({{0}}, axes={{axes}}, largest={node.settings['largest']})"
    return Notation(
        Form(f"1{{{{{{0}} = {word}({{0}})}}}}"), Form(rf"\mathbb{{{{1}}}}\{{{{{{0}} = \{word} {{0}}\}}}}"), Form(code)
    )


@op(
    "chosen", Flat("which entry is the largest does not change when it moves by a little"), chosen_notation, Role.STOPS,
    type_rule=same_type, domain=Domain((Sample(((3,),), (("axes", (0,)), ("largest", True))),)), batch=along_axes,
)  # fmt: skip
def chosen(xp: Library, x: Array, *, axes: Axes, largest: bool) -> Array:
    """1 at the largest (or smallest) entry along the axes, equal shares at ties, 0 elsewhere."""
    best = (xp.max if largest else xp.min)(x, axis=axes, keepdims=True)
    hit = xp.equal(x, best)
    return (hit / xp.sum(hit, axis=axes, keepdims=True)).astype(x.dtype)


def peak(xp: Library, x: Array, axes: Axes | int) -> Array:
    """The largest entries along the axes, which are kept with size 1: what exponentials are measured from."""
    if x.size:
        return xp.max(x, axis=axes, keepdims=True)
    return xp.max(x, axis=axes, keepdims=True, initial=-xp.inf)


# logsumexp -----------------------------------------------------------------------------------------------------------
def logsumexp_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (carry(spread(g, x, axes), exp(x - spread(y, x, axes))),)


def logsumexp_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return sum_op(carry(tangents[0], exp(x - spread(y, x, axes))), axes=axes, keepdims=keepdims)


@op(
    "logsumexp", Custom(logsumexp_pull, logsumexp_push),
    reduction_notation("logsumexp", r"\operatorname{logsumexp}", "chainrule.logsumexp"), Role.COUPLES,
    type_rule=floating_reduced_type, domain=Domain(samples()), batch=along_axes,
)  # fmt: skip
def logsumexp_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """log(sum(exp(x))) without overflow. Derivative softmax(x) = exp(x - y)."""
    top = peak(xp, x, axes)
    top = xp.where(xp.isfinite(top), top, 0)
    with reference().errstate(divide="ignore"):  # a sum of nothing, or of exp(-inf), is 0, and its logarithm is meant
        total = xp.log(add_up(xp, xp.exp(x - top), axes, keepdims=True)) + top
    return total if keepdims else xp.reshape(total, reduced_shape(x.shape, axes, False))[()]


def _extreme(made: Op, pair: Op, bound: Any, x: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    """A reduction by `made` of the entries taken, compared by `pair` with a first value."""
    array = as_array(x)
    if initial is None:
        if not takes_all(where):
            raise ShapeError(given=f"{made.name} with where= alone", expected="a first value too: initial=",
                             where=made.name, remedy=f"initial={bound(array)} changes nothing")  # fmt: skip
        return reduce_along(made, array, axis, keepdims)
    axes = normalise_axes(axis, array.ndim, made.name)
    if not count_reduced(array, axes):
        first = astype(initial, array.dtype) if type(initial) in (int, float) else initial
        return broadcast_to(first, reduced_shape(array.shape, axes, keepdims))
    return pair(reduce_along(made, prepared(array, None, where, bound(array)), axis, keepdims), initial)


# NumPy's spelling ----------------------------------------------------------------------------------------------------
def max(x: Any, axis: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = None) -> Any:
    """The largest of the entries of x along `axis` (all axes if None) where `where` holds, and of `initial`."""
    return _extreme(max_op, maximum, lowest, x, axis, keepdims, initial, where)


def min(x: Any, axis: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = None) -> Any:
    """The smallest of the entries of x along `axis` (all axes if None) where `where` holds, and of `initial`."""
    return _extreme(min_op, minimum, highest, x, axis, keepdims, initial, where)


def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The largest less the smallest entry of x along `axis` (all axes if None).

    >>> float(ptp([1.0, 4.0, 2.0]))
    3.0
    """
    return max(x, axis, keepdims) - min(x, axis, keepdims)


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) along `axis` (all axes if None), without overflow.

    >>> import chainrule
    >>> round(float(chainrule.logsumexp([1000.0, 1000.0])), 3)
    1000.693
    """
    return reduce_along(logsumexp_op, x, axis, keepdims)


also_known_as(max, "max", "amax")
also_known_as(min, "min", "amin")
also_known_as(ptp, "ptp")
also_known_as(logsumexp, "logsumexp")
