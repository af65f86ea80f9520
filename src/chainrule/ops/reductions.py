"""Reductions: an array in, fewer entries out.

One idea: a sum sends its gradient to every entry it added; a maximum to the entry it chose; the others weigh.
Public functions take NumPy's `axis` and `keepdims`; the ops take the axes counted from 0.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.library import Array, Library
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Custom, Domain, Entries, Labels, Linear, Op, Role, Sample
from ..ir.types import ArrayType, array_type, normalise_axes
from .arithmetic import QUOTIENT, carry
from .declare import REAL, also_known_as, elementwise, op
from .functions import exp
from .movement import LETTERS, broadcast, reshape, reshape_op

Axes = tuple[int, ...]


def reduced_shape(shape: Axes, axes: Axes, keepdims: bool) -> Axes:
    """The shape after the axes are reduced."""
    if keepdims:
        return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in axes)


def reduced_type(x: ArrayType, *, axes: Axes, keepdims: bool, **others: Any) -> ArrayType:
    return array_type(reduced_shape(x.shape, axes, keepdims), x.dtype)


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
    return g if kept == x.shape else broadcast(g, shape=x.shape)


def samples(*extra: tuple[str, Any], interval: tuple[float, float] = REAL) -> tuple[Sample, ...]:
    """Shapes on which every reduction is tested."""
    cases = (((3,), (0,), False), ((2, 3), (0, 1), False), ((2, 3), (1,), True), ((2, 3, 2), (0, 2), False))
    return tuple(
        Sample((shape,), (("axes", axes), ("keepdims", keep), *extra), (interval,)) for shape, axes, keep in cases
    )


def reduction_notation(name: str, latex: str, code: str | None = None) -> Any:
    """`name(x)`, or `name(x, axis=0)` when not every axis is reduced."""

    def notation(node: Node) -> Notation:
        axes = node.settings["axes"]
        rest = "" if len(axes) == node.inputs[0].type.ndim else f", axis={axes[0] if len(axes) == 1 else axes}"
        keep = ", keepdims=True" if node.settings["keepdims"] else ""
        spelled = latex.replace("{", "{{").replace("}", "}}")
        bracket = "({0})" if latex != r"\sum" else " {0}"
        return Notation(
            Form(f"{name}({{0}}{rest})"),
            Form(f"{spelled}{bracket}", Strength.PRODUCT, (Strength.PRODUCT,)) if latex == r"\sum" else Form(f"{spelled}({{0}})"),
            Form(f"{code or f'np.{name}'}({{0}}{rest}{keep})"),
        )  # fmt: skip

    return notation


# Sum and mean --------------------------------------------------------------------------------------------------------
def sum_adjoint(g: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return spread(g, x, axes)


def sum_labels(x: ArrayType, *, axes: Axes, keepdims: bool) -> str:
    return f"{LETTERS[: x.ndim]}->{''.join(LETTERS[axis] for axis in range(x.ndim) if axis not in axes)}"


@op(
    "sum", Linear((sum_adjoint,)), reduction_notation("sum", r"\sum"), Role.SPREADS, type_rule=reduced_type,
    domain=Domain(samples()), index=Labels(sum_labels),
)  # fmt: skip
def sum_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The sum along the axes. Adjoint: every entry summed receives the gradient of the sum."""
    return xp.sum(x, axis=axes, keepdims=keepdims, dtype=x.dtype if x.dtype.kind in "fc" else None)


def mean_adjoint(g: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return spread(g, x, axes) / count_reduced(x, axes)


@op(
    "mean", Linear((mean_adjoint,)), reduction_notation("mean", r"\operatorname{mean}"), Role.SPREADS,
    type_rule=reduced_type, domain=Domain(samples()),
)  # fmt: skip
def mean_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The mean along the axes. Adjoint: every entry receives the gradient divided by their number."""
    return xp.mean(x, axis=axes, keepdims=keepdims)


# Product -------------------------------------------------------------------------------------------------------------
def prod_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (spread(g, x, axes) * prod_others(x, axes=axes),)


def prod_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return sum_op(tangents[0] * prod_others(x, axes=axes), axes=axes, keepdims=keepdims)


@op(
    "prod", Custom(prod_pull, prod_push), reduction_notation("prod", r"\prod"), Role.SWAPS, type_rule=reduced_type,
    domain=Domain(samples()),
)  # fmt: skip
def prod_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The product along the axes. Derivative: the product of the other entries, exact also where entries are zero."""
    return xp.prod(x, axis=axes, keepdims=keepdims)


def _pairs(x: Any, axes: Axes) -> tuple[Any, Any]:
    """x with the reduced axes flattened last and repeated, and 1 on the diagonal: row i holds all entries but the i-th."""
    from .choices import where
    from .movement import transpose

    kept = tuple(axis for axis in range(x.ndim) if axis not in axes)
    flat = reshape(transpose(x, kept + axes), tuple(x.shape[axis] for axis in kept) + (-1,))
    count = flat.shape[-1]
    rows = [[row == column for column in range(count)] for row in range(count)]
    repeated = broadcast(reshape(flat, (*flat.shape[:-1], 1, count)), shape=(*flat.shape[:-1], count, count))
    return where(rows, 1.0, repeated), kept


def prod_others_pull(g: Array, y: Array, x: Array, *, axes: Axes) -> tuple[Array]:
    return (_prod_others_by_pairs(x, axes, g, True),)


def prod_others_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes) -> Array:
    return _prod_others_by_pairs(x, axes, tangents[0], True)


def _prod_others_by_pairs(x: Any, axes: Axes, weight: Any, _: bool) -> Any:
    """The symmetric second derivative of a product applied to `weight`: sum over j != i of weight_j times the rest."""
    from .movement import transpose

    table, kept = _pairs(x, axes)
    others = prod_others(table, axes=(table.ndim - 1,))
    count = table.shape[-1]
    keep = [[float(row != column) for column in range(count)] for row in range(count)]
    order = kept + axes
    flat = reshape(transpose(weight, order), (*table.shape[:-2], count))
    total = sum(others * reference_array(keep) * expand_row(flat), axis=-1)
    moved = reshape(total, tuple(x.shape[axis] for axis in order))
    return transpose(moved, tuple(sorted(range(len(order)), key=order.__getitem__)))


def reference_array(rows: Any) -> Any:
    from ..ir.library import reference

    return reference().array(rows)


def expand_row(flat: Any) -> Any:
    return reshape(flat, (*flat.shape[:-1], 1, flat.shape[-1]))


def same_type_as_input(x: ArrayType, **params: Any) -> ArrayType:
    return x


_OTHERS = Notation(
    Form("prod_others({0})"), Form(r"\prod_{{\text{{others}}}} {0}"), Form("chainrule.ops.prod_others({0}, axes={axes})")
)  # fmt: skip


@op(
    "prod_others", Custom(prod_others_pull, prod_others_push), _OTHERS, Role.COUPLES, type_rule=same_type_as_input,
    domain=Domain((Sample(((3,),), (("axes", (0,)),)), Sample(((2, 3),), (("axes", (1,)),)), Sample(((2, 2, 2),), (("axes", (0, 2)),)))),
)  # fmt: skip
def prod_others(xp: Library, x: Array, *, axes: Axes) -> Array:
    """For each entry the product of all others along the axes: products from the left times products from the right."""
    kept = tuple(axis for axis in range(x.ndim) if axis not in axes)
    moved = xp.transpose(x, kept + axes)
    flat = xp.reshape(moved, tuple(x.shape[axis] for axis in kept) + (-1,))
    ones = xp.ones_like(flat[..., :1])
    left = xp.cumprod(xp.concatenate([ones, flat[..., :-1]], -1), -1)
    right = xp.flip(xp.cumprod(xp.concatenate([ones, xp.flip(flat, -1)[..., :-1]], -1), -1), -1)
    order = kept + axes
    return xp.transpose(xp.reshape(left * right, moved.shape), tuple(sorted(range(len(order)), key=order.__getitem__)))


# Maximum and minimum ---------------------------------------------------------------------------------------------------
def choice_slope(x: Array, *, axes: Axes, largest: bool) -> Any:
    return chosen(x, axes=axes, largest=largest)


def max_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (carry(chosen(x, axes=axes, largest=True), spread(g, x, axes)),)


def max_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return sum_op(carry(chosen(x, axes=axes, largest=True), tangents[0]), axes=axes, keepdims=keepdims)


def min_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (carry(chosen(x, axes=axes, largest=False), spread(g, x, axes)),)


def min_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return sum_op(carry(chosen(x, axes=axes, largest=False), tangents[0]), axes=axes, keepdims=keepdims)


def refuse_empty(x: Any, axes: Axes, name: str) -> None:
    if count_reduced(x, axes) == 0:
        raise ShapeError(given=f"{name} over no entries (shape {x.shape})", expected="at least one entry", where=name)


SHARED = "ties: the gradient is shared equally among the equal entries (least-norm convention)"


@op(
    "max", Custom(max_pull, max_push), reduction_notation("max", r"\max"), Role.ROUTES, type_rule=reduced_type,
    domain=Domain(samples(), SHARED),
)  # fmt: skip
def max_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The largest entry along the axes. Derivative: 1 at the largest, shared equally at ties."""
    refuse_empty(x, axes, "max")
    return xp.max(x, axis=axes, keepdims=keepdims)


@op(
    "min", Custom(min_pull, min_push), reduction_notation("min", r"\min"), Role.ROUTES, type_rule=reduced_type,
    domain=Domain(samples(), SHARED),
)  # fmt: skip
def min_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The smallest entry along the axes. Derivative: 1 at the smallest, shared equally at ties."""
    refuse_empty(x, axes, "min")
    return xp.min(x, axis=axes, keepdims=keepdims)


def chosen_pull(g: Array, y: Array, x: Array, **params: Any) -> tuple[None]:
    return (None,)


def chosen_push(tangents: tuple[Any, ...], y: Array, x: Array, **params: Any) -> None:
    return None


def chosen_notation(node: Node) -> Notation:
    word = "max" if node.settings["largest"] else "min"
    code = f"chainrule.ops.chosen({{0}}, axes={{axes}}, largest={node.settings['largest']})"
    return Notation(Form(f"1{{{{{{0}} = {word}}}}}"), Form(rf"\mathbb{{{{1}}}}\{{{{{{0}} = \{word}\}}}}"), Form(code))


@op(
    "chosen", Custom(chosen_pull, chosen_push), chosen_notation, Role.STOPS, type_rule=same_type_as_input,
    domain=Domain((Sample(((3,),), (("axes", (0,)), ("largest", True))),)),
)  # fmt: skip
def chosen(xp: Library, x: Array, *, axes: Axes, largest: bool) -> Array:
    """1 at the largest (or smallest) entry along the axes, equal shares at ties, 0 elsewhere."""
    best = (xp.max if largest else xp.min)(x, axis=axes, keepdims=True)
    hit = xp.equal(x, best)
    return (hit / xp.sum(hit, axis=axes, keepdims=True)).astype(x.dtype)


# logsumexp -------------------------------------------------------------------------------------------------------------
def logsumexp_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (spread(g, x, axes) * exp(x - spread(y, x, axes)),)


def logsumexp_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return sum_op(tangents[0] * exp(x - spread(y, x, axes)), axes=axes, keepdims=keepdims)


@op(
    "logsumexp", Custom(logsumexp_pull, logsumexp_push),
    reduction_notation("logsumexp", r"\operatorname{logsumexp}", "chainrule.logsumexp"), Role.COUPLES,
    type_rule=reduced_type, domain=Domain(samples()),
)  # fmt: skip
def logsumexp_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """log(sum(exp(x))) without overflow. Derivative softmax(x) = exp(x - y)."""
    peak = xp.max(x, axis=axes, keepdims=True)
    peak = xp.where(xp.isfinite(peak), peak, 0)
    total = xp.log(xp.sum(xp.exp(x - peak), axis=axes, keepdims=True)) + peak
    return total if keepdims else xp.reshape(total, reduced_shape(x.shape, axes, False))[()]


# Norms -----------------------------------------------------------------------------------------------------------------
def ratio_left(z: Array, x: Array, y: Array) -> Array:
    return ratio(1.0 + 0 * y, y)


def ratio_right(z: Array, x: Array, y: Array) -> Array:
    return -ratio(z, y)


@elementwise((ratio_left, ratio_right), QUOTIENT, interval=(REAL, (0.2, 3.0)))
def ratio(xp: Library, x: Array, y: Array) -> Array:
    """x / y, and 0 where y is 0: the direction of a vector, and of the zero vector by the least-norm convention."""
    zero = xp.equal(y, 0)
    return xp.where(zero, x * 0, x / xp.where(zero, xp.ones_like(y), y))[()]


def norm_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (spread(g, x, axes) * ratio(x, spread(y, x, axes)),)


def norm_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return sum_op(tangents[0] * ratio(x, spread(y, x, axes)), axes=axes, keepdims=keepdims)


def norm_notation(power: str) -> Any:
    def notation(node: Node) -> Notation:
        axes = node.settings["axes"]
        rest = "" if len(axes) == node.inputs[0].type.ndim else f", axis={axes[0] if len(axes) == 1 else axes}"
        keep = ", keepdims=True" if node.settings["keepdims"] else ""
        name = "squared_norm" if power else "norm"
        exponent = "^{{2}}" if power else ""
        return Notation(
            Form("||{0}||" + power, Strength.POWER),
            Form(r"\left\|{0}\right\|" + exponent, Strength.POWER),
            Form(f"chainrule.{name}({{0}}{rest}{keep})"),
        )

    return notation


ORIGIN = "the zero vector: gradient 0 is used there (least-norm convention)"


@op(
    "norm", Custom(norm_pull, norm_push), norm_notation(""), Role.SCALES, type_rule=reduced_type,
    domain=Domain(samples(), ORIGIN),
)  # fmt: skip
def norm_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The Euclidean (Frobenius) norm along the axes. Derivative x/||x||, and 0 at the origin."""
    peak = xp.max(xp.absolute(x), axis=axes, keepdims=True, initial=0.0)
    scale = xp.where((peak > 0) & xp.isfinite(peak), peak, xp.ones_like(peak))  # squares of entries may overflow
    total = xp.sqrt(xp.sum(xp.square(x / scale), axis=axes, keepdims=True)) * scale
    return total if keepdims else xp.reshape(total, reduced_shape(x.shape, axes, False))[()]


def squared_norm_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool) -> tuple[Array]:
    return (spread(g, x, axes) * (2 * x),)


def squared_norm_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    return sum_op(2 * x * tangents[0], axes=axes, keepdims=keepdims)


def squared_norm_entry(slot: int, out: Any, into: Any, y: Any, x: Any, **params: Any) -> Any:
    return 2 * x(into)


@op(
    "squared_norm", Custom(squared_norm_pull, squared_norm_push), norm_notation("^2"), Role.SCALES,
    type_rule=reduced_type, domain=Domain(samples()), index=Entries(squared_norm_entry),
)  # fmt: skip
def squared_norm_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool) -> Array:
    """The sum of squares along the axes, ||x||^2. Derivative 2x."""
    return xp.sum(xp.square(x), axis=axes, keepdims=keepdims)


# Variance and standard deviation -----------------------------------------------------------------------------------------
def centred(x: Any, axes: Axes) -> Any:
    return x - spread(mean_op(x, axes=axes, keepdims=True), x, axes)


def var_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> tuple[Array]:
    return (spread(g, x, axes) * (2 / (count_reduced(x, axes) - ddof) * centred(x, axes)),)


def var_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> Array:
    return sum_op(tangents[0] * (2 / (count_reduced(x, axes) - ddof) * centred(x, axes)), axes=axes, keepdims=keepdims)


def std_pull(g: Array, y: Array, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> tuple[Array]:
    return (spread(g, x, axes) * std_slope(y, x, axes, ddof),)


def std_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> Array:
    return sum_op(tangents[0] * std_slope(y, x, axes, ddof), axes=axes, keepdims=keepdims)


def std_slope(y: Any, x: Any, axes: Axes, ddof: int) -> Any:
    return ratio(centred(x, axes), spread(y, x, axes) * (count_reduced(x, axes) - ddof))


@op(
    "var", Custom(var_pull, var_push), reduction_notation("var", r"\operatorname{var}"), Role.COUPLES,
    type_rule=reduced_type, domain=Domain(samples(("ddof", 1))),
)  # fmt: skip
def var_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> Array:
    """The variance along the axes, in two passes. Derivative 2 (x - mean)/(n - ddof)."""
    return xp.var(x, axis=axes, keepdims=keepdims, ddof=ddof)


@op(
    "std", Custom(std_pull, std_push), reduction_notation("std", r"\operatorname{std}"), Role.COUPLES,
    type_rule=reduced_type, domain=Domain(samples(("ddof", 0)), ORIGIN),
)  # fmt: skip
def std_op(xp: Library, x: Array, *, axes: Axes, keepdims: bool, ddof: int) -> Array:
    """The standard deviation along the axes. Derivative (x - mean)/((n - ddof) std), and 0 where std is 0."""
    return xp.std(x, axis=axes, keepdims=keepdims, ddof=ddof)


# NumPy's spelling --------------------------------------------------------------------------------------------------------
def _reduce(made: Op, x: Any, axis: Any, keepdims: bool, **params: Any) -> Any:
    return made(x, axes=normalise_axes(axis, x.ndim, made.name), keepdims=bool(keepdims), **params)


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum of x along `axis` (all axes if None)."""
    return _reduce(sum_op, x, axis, keepdims)


def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean of x along `axis` (all axes if None)."""
    return _reduce(mean_op, x, axis, keepdims)


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The product of x along `axis` (all axes if None)."""
    return _reduce(prod_op, x, axis, keepdims)


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The largest entry of x along `axis` (all axes if None)."""
    return _reduce(max_op, x, axis, keepdims)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The smallest entry of x along `axis` (all axes if None)."""
    return _reduce(min_op, x, axis, keepdims)


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) along `axis` (all axes if None), without overflow."""
    return _reduce(logsumexp_op, x, axis, keepdims)


def squared_norm(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum of squares of x along `axis` (all axes if None)."""
    return _reduce(squared_norm_op, x, axis, keepdims)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The Euclidean norm of a vector, the Frobenius norm of a matrix, along `axis` (all axes if None)."""
    vector = x.ndim == 1 or isinstance(axis, int)
    if ord not in (None, "fro") and not (ord == 2 and vector):
        raise ShapeError(given=f"norm of order {ord}", expected="the Euclidean or Frobenius norm", where="norm",
                         remedy="write the other norms out, for example np.sum(np.abs(x))")  # fmt: skip
    return _reduce(norm_op, x, axis, keepdims)


def var(x: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Any:
    """The variance of x along `axis`, divided by n - ddof."""
    return _reduce(var_op, x, axis, keepdims, ddof=int(ddof))


def std(x: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Any:
    """The standard deviation of x along `axis`."""
    return _reduce(std_op, x, axis, keepdims, ddof=int(ddof))


for _function in (sum, mean, prod, max, min, norm, squared_norm, var, std, logsumexp):
    also_known_as(_function, _function.__name__)
also_known_as(max, "amax")
also_known_as(min, "amin")
