"""Normalisation along any axes: an array in, one of the same shape with mean 0 and variance 1, or mean square 1, out.

One idea: a teacher writes the gradient with the output: (g - mean(g) - y mean(g y)) / std, the direct path less those
through the mean and the variance. The Jacobian is symmetric, so both modes are one rule.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, Library
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ...ir.op import Custom, Domain, Role, Sample
from ...ir.precision import widened
from ..batches import along_axes
from ..declare import floating_type, op
from ..functions import sqrt
from ..norms import centred, var_op
from ..reductions import Axes, add_up, count_reduced, mean_op, spread
from .activations import CODE

Rule = tuple[Any, ...]


def along(name: str) -> Any:
    """`name(x)`, with the axes where they are not all."""

    def notation(node: Node) -> Notation:
        axes = node.settings["axes"]
        told = "" if len(axes) == node.inputs[0].type.ndim else f", axes={axes}"
        spelled = name.replace("_", " ")
        return Notation(
            Form(f"{name}({{0}}{told})"),
            Form(rf"\operatorname{{{{{spelled}}}}}({{0}})"),
            Form(f"{CODE}.{name}({{0}}, axes={{axes}}, epsilon={{epsilon}})"),
        )

    return notation


def average(x: Any, axes: Axes) -> Any:
    """The mean along the axes, copied back over them."""
    return spread(mean_op(x, axes=axes, keepdims=True), x, axes)


def kept_mean(xp: Library, x: Array, axes: Axes) -> Array:
    """The mean, whose running total is at least a float32, in the floating-point type of the result."""
    return add_up(xp, x, axes, keepdims=True) / count_reduced(x, axes)


SHAPES = Domain((
    Sample(((4,),), (("axes", (0,)), ("epsilon", 1e-5))), Sample(((2, 3, 2),), (("axes", (0, 2)), ("epsilon", 1e-3))),
    Sample(((2, 3),), (("axes", (0, 1)), ("epsilon", 1e-5))),
))  # fmt: skip


# Mean 0 and variance 1 ------------------------------------------------------------------------------------------------
def standardise_rule(g: Any, y: Any, x: Any, axes: Axes, epsilon: float) -> Any:
    deviation = sqrt(spread(var_op(x, axes=axes, keepdims=True, ddof=0), x, axes) + epsilon)
    return (centred(g, axes) - y * average(g * y, axes)) / deviation


def standardise_pull(g: Array, y: Array, x: Array, *, axes: Axes, epsilon: float) -> Rule:
    return (standardise_rule(g, y, x, axes, epsilon),)


def standardise_push(tangents: Rule, y: Array, x: Array, *, axes: Axes, epsilon: float) -> Array:
    return standardise_rule(tangents[0], y, x, axes, epsilon)


@op(
    "standardise", Custom(standardise_pull, standardise_push), along("standardise"), Role.COUPLES,
    type_rule=floating_type, domain=SHAPES,
    batch=along_axes,
)  # fmt: skip
def standardise(xp: Library, x: Array, *, axes: Axes, epsilon: float) -> Array:
    """(x - mean) / sqrt(var + epsilon) along the axes. Derivative (g - mean(g) - y mean(g y)) / sqrt(var + epsilon).

    Source: Ioffe and Szegedy, Batch normalization (2015), section 3.
    """
    exact = x if x.dtype.kind == "f" else x.astype(xp.result_type(x.dtype, "float16"))
    wide = widened(exact)  # squares of float16 overflow from 256 on
    moved = wide - kept_mean(xp, wide, axes)
    return (moved / xp.sqrt(kept_mean(xp, xp.square(moved), axes) + epsilon)).astype(exact.dtype, copy=False)


# Mean square 1 --------------------------------------------------------------------------------------------------------
def rms_rule(g: Any, y: Any, x: Any, axes: Axes, epsilon: float) -> Any:
    size = sqrt(average(x * x, axes) + epsilon)
    return (g - y * average(g * y, axes)) / size


def rms_pull(g: Array, y: Array, x: Array, *, axes: Axes, epsilon: float) -> Rule:
    return (rms_rule(g, y, x, axes, epsilon),)


def rms_push(tangents: Rule, y: Array, x: Array, *, axes: Axes, epsilon: float) -> Array:
    return rms_rule(tangents[0], y, x, axes, epsilon)


@op(
    "rms_norm", Custom(rms_pull, rms_push), along("rms_norm"), Role.COUPLES, type_rule=floating_type, domain=SHAPES,
    batch=along_axes,
)  # fmt: skip
def rms_norm(xp: Library, x: Array, *, axes: Axes, epsilon: float) -> Array:
    """x / sqrt(mean(x^2) + epsilon) along the axes. Derivative (g - y mean(g y)) / sqrt(mean(x^2) + epsilon).

    Source: Zhang and Sennrich, Root mean square layer normalization (2019).
    """
    exact = x if x.dtype.kind == "f" else x.astype(xp.result_type(x.dtype, "float16"))
    wide = widened(exact)
    return (wide / xp.sqrt(kept_mean(xp, xp.square(wide), axes) + epsilon)).astype(exact.dtype, copy=False)
