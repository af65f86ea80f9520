"""Norms and measures of spread: an array in, its length, variance or deviation along some axes out.

One idea: all are sums of squares. Their slopes point along x, or along its distance from the mean, and where the
length is 0 the direction is 0 (the subgradient of least norm).
"""

from __future__ import annotations

from typing import Any

from ..ir.library import Array, Library, reference
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Complexes, Custom, Domain, Entries, Role
from ..ir.precision import FLOATING, widened
from ..ir.types import ArrayType, normalise_axes
from .arguments import lowest, prepared, takes_all
from .arithmetic import ORIGIN, carry, maximum, ratio
from .batches import along_axes
from .choices import stop_gradient
from .complexes import astype, conj_op, real_op
from .declare import also_known_as, op, real_dtype, real_type
from .extremes import max
from .functions import sqrt
from .reductions import (
    Axes,
    add_up,
    averaged_type,
    count_reduced,
    count_taken,
    mean,
    mean_op,
    reduce_along,
    reduced_shape,
    reduction_notation,
    samples,
    spread,
    sum_op,
    summed_type,
    written_axes,
    written_keepdims,
)


def norm_notation(power: str) -> Any:
    """Double bars, and the square of them; in code the function of ours."""

    def notation(node: Node) -> Notation:
        wide = 2 < len(node.settings["axes"]) < node.inputs[0].type.ndim  # more axes than a matrix has
        name = "squared_norm" if power else "ops.vector_norm" if wide else "ops.norm"
        axes = written_axes(node) + written_keepdims(node)
        return Notation(
            Form("||{0}||" + power, Strength.POWER if power else Strength.ATOM),
            Form(r"\left\|{0}\right\|" + ("^{{2}}" if power else ""), Strength.POWER if power else Strength.ATOM),
            Form(f"chainrule.{name}({{0}}{axes})"),
        )

    return notation


def norm_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (carry(spread(g, x, axes), ratio(x, spread(y, x, axes))),)


def norm_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return along(tangents[0], ratio(x, spread(y, x, axes)), axes, keepdims)


def along(tangent: Any, slope: Any, axes: Axes, keepdims: bool) -> Any:
    """How far a tangent goes along a slope: its inner product, Re(conj(slope) tangent) for complex entries."""
    if slope.dtype.kind == "c":
        return sum_op(real_op(carry(tangent, conj_op(slope))), axes=axes, keepdims=keepdims)
    return sum_op(carry(tangent, slope), axes=axes, keepdims=keepdims)


def size_type(x: ArrayType, *, axes: Axes, keepdims: bool, **others: Any) -> ArrayType:
    """A length, or a measure of spread: real, also of complex numbers."""
    return averaged_type(real_type(x), axes=axes, keepdims=keepdims)


def sizes(xp: Library, x: Array) -> Array:
    """x, or how large its complex entries are."""
    return xp.absolute(x) if x.dtype.kind == "c" else x


@op(
    "norm", Custom(norm_pull, norm_push), norm_notation(""), Role.SCALES, type_rule=size_type,
    domain=Domain(samples(), ORIGIN), complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def norm_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The Euclidean (Frobenius) norm along the axes. Derivative x/||x||, and 0 at the origin."""
    x = sizes(xp, x)
    peak = xp.max(xp.absolute(x), axis=axes, keepdims=True, initial=0)
    scale = xp.where((peak > 0) & xp.isfinite(peak), peak, 1)  # squares of entries may overflow
    total = xp.sqrt(add_up(xp, xp.square(x / scale), axes, keepdims=True)) * scale
    return total if keepdims else xp.reshape(total, reduced_shape(x.shape, axes, False))[()]


def squared_norm_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (carry(spread(g, x, axes), 2 * x),)


def squared_norm_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return along(tangents[0], 2 * x, axes, keepdims)


def squared_norm_entry(slot: int, out: Any, into: Any, y: Any, x: Any, **params: Any) -> Any:
    return 2 * x(into)


def squared_norm_type(x: ArrayType, *, axes: Axes, keepdims: bool) -> ArrayType:
    return summed_type(real_type(x), axes=axes, keepdims=keepdims)


@op(
    "squared_norm", Custom(squared_norm_pull, squared_norm_push), norm_notation("^2"), Role.SCALES,
    type_rule=squared_norm_type, domain=Domain(samples()), index=Entries(squared_norm_entry),
    complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def squared_norm_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The sum of squares along the axes, ||x||^2. Derivative 2x."""
    squares = xp.square(x) if x.dtype.kind != "c" else xp.square(xp.real(x)) + xp.square(xp.imag(x))
    return add_up(xp, squares, axes, keepdims)


# Variance and standard deviation -------------------------------------------------------------------------------------
def centred(x: Any, axes: Axes) -> Any:
    """x less its mean along the axes."""
    return x - spread(mean_op(x, axes=axes, keepdims=True), x, axes)


def var_slope(x: Any, axes: Axes, ddof: int) -> Any:
    """2 (x - mean)/(n - ddof). Too few entries give NaN, as the variance itself."""
    count = count_reduced(x, axes) - ddof
    return (2 / count if count > 0 else float("nan")) * centred(x, axes)


def std_slope(y: Any, x: Any, axes: Axes, ddof: int) -> Any:
    """(x - mean)/((n - ddof) std), and 0 where std is 0."""
    return ratio(centred(x, axes), spread(y, x, axes) * (count_reduced(x, axes) - ddof))


def var_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> tuple[Array]:
    return (carry(spread(g, x, axes), var_slope(x, axes, ddof)),)


def var_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> Array:
    return along(tangents[0], var_slope(x, axes, ddof), axes, keepdims)


def std_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> tuple[Array]:
    return (carry(spread(g, x, axes), std_slope(y, x, axes, ddof)),)


def std_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> Array:
    return along(tangents[0], std_slope(y, x, axes, ddof), axes, keepdims)


def spread_notation(name: str) -> Any:
    """`var(x)`, or `var(x, ddof=1)` where something is taken from the count."""

    def notation(node: Node) -> Notation:
        written: Notation = reduction_notation(name, rf"\operatorname{{{name}}}")(node)
        if not node.settings["ddof"]:
            return written
        rest = f", ddof={node.settings['ddof']}"
        text, latex, code = (
            Form(form.template.removesuffix(")") + f"{said})")
            for form, said in ((written.text, rest), (written.latex, rf"\text{{{{{rest}}}}}"), (written.code, rest))
        )
        return Notation(text, latex, code)

    return notation


@op(
    "var", Custom(var_pull, var_push), spread_notation("var"), Role.COUPLES,
    type_rule=size_type, domain=Domain(samples(("ddof", 1))), complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def var_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> Array:
    """The variance along the axes, in two passes. Derivative 2 (x - mean)/(n - ddof)."""
    wide = widened(x)
    found = xp.var(wide, axis=axes, keepdims=keepdims, ddof=ddof)
    return found if wide is x else found.astype(x.dtype)


@op(
    "std", Custom(std_pull, std_push), spread_notation("std"), Role.COUPLES,
    type_rule=size_type, domain=Domain(samples(("ddof", 0)), ORIGIN), complexes=Complexes.OWN, batch=along_axes,
)  # fmt: skip
def std_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> Array:
    """The standard deviation along the axes. Derivative (x - mean)/((n - ddof) std), and 0 where std is 0."""
    wide = widened(x)
    found = still_where_equal(xp, wide, xp.std(wide, axis=axes, keepdims=keepdims, ddof=ddof), axes, keepdims)
    return found if wide is x else found.astype(x.dtype)


def still_where_equal(xp: Library, x: Array, found: Array, axes: Axes, keepdims: bool) -> Array:
    """The deviations, and exactly 0 where all entries are equal: a rounded mean lies beside them, and their distance
    from it has a direction, which is noise. Only deviations as small as rounding are looked at."""
    if not x.size or x.dtype.kind not in FLOATING:
        return found
    key = tuple(slice(0, 1) if axis in axes else slice(None) for axis in range(x.ndim))
    first = x[key] if keepdims else xp.reshape(x[key], found.shape)
    if xp is reference() and not xp.any(found <= 1e-3 * xp.absolute(first)):
        return found
    largest = xp.max(x, axis=axes, keepdims=keepdims)
    same = (largest == xp.min(x, axis=axes, keepdims=keepdims)) & xp.isfinite(largest)
    return xp.where(same, xp.zeros_like(found), found)[()]


# NumPy's spelling ----------------------------------------------------------------------------------------------------
def squared_norm(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum of squares of x along `axis` (all axes if None).

    >>> import chainrule
    >>> float(chainrule.squared_norm([3.0, 4.0]))
    25.0
    """
    return reduce_along(squared_norm_op, x, axis, keepdims)


def deviations(array: Any, axis: Any, where: Any, centre: Any, keepdims: bool) -> tuple[Any, Any]:
    """x less its mean along the axes, 0 for entries that are left out, and how many are taken."""
    if centre is None:
        if array.dtype.kind in FLOATING:  # equal entries become exactly 0
            taken = {} if takes_all(where) else {"where": where, "initial": lowest(array)}
            array = array - stop_gradient(max(array, axis, True, **taken))
        centre = mean(array, axis, True, where=where)
    if takes_all(where):
        return array - centre, float(count_reduced(array, normalise_axes(axis, array.ndim, "var, std")))
    count = astype(count_taken(array, where, axis, keepdims), real_dtype(array.dtype))
    return prepared(array - centre, None, where), count


def whole_if_it_is(number: Any) -> Any:
    """2 for 2.0: a parameter has one spelling."""
    return int(number) if int(number) == number else float(number)


def var(
    x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False, *, dtype: Any = None, where: Any = None,
    mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The variance of x along `axis` (all axes if None), divided by n - ddof (also called
    `correction`), of the entries where `where` holds, about `mean` if it is given (with the axes kept)."""
    less = ddof if correction is None else correction
    if takes_all(where) and mean is None:
        return reduce_along(var_op, prepared(x, dtype), axis, keepdims, ddof=whole_if_it_is(less))
    moved, count = deviations(prepared(x, dtype), axis, where, mean, keepdims)
    return squared_norm(moved, axis, keepdims) / maximum(count - less, 0.0)


def std(
    x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False, *, dtype: Any = None, where: Any = None,
    mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The standard deviation of x along `axis` (all axes if None): the root of the variance; of the
    entries where `where` holds, about `mean` if it is given (with the axes kept)."""
    less = ddof if correction is None else correction
    if takes_all(where) and mean is None:
        return reduce_along(std_op, prepared(x, dtype), axis, keepdims, ddof=whole_if_it_is(less))
    moved, count = deviations(prepared(x, dtype), axis, where, mean, keepdims)
    return reduce_along(norm_op, moved, axis, keepdims) / sqrt(maximum(count - less, 0.0))


for _function in (squared_norm, var, std):
    also_known_as(_function, _function.__name__)
