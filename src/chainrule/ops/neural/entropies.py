"""The cross entropy of a softmax: scores and targets in, one number for each row of scores out.

One idea: what a teacher writes for both together is short, s - t; taken apart, the derivative of a logarithm of a
quotient of exponentials is not.
"""

from __future__ import annotations

from typing import Any

from ...errors import ShapeError
from ...ir.library import Array, Library, reference
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ...ir.op import Custom, Domain, Role, Sample
from ...ir.types import ArrayType, array_type
from ..arithmetic import carry
from ..batches import along_axes
from ..composites import log_softmax_op, softmax_op
from ..declare import floating_type, op
from ..reductions import add_up, reduced_shape, spread, sum_op
from .activations import CODE


def softmax_entropy_type(logits: ArrayType, targets: ArrayType, *, axis: int) -> ArrayType:
    if logits.shape != targets.shape:
        raise ShapeError(
            given=f"shapes {logits.shape} and {targets.shape}", where="softmax_entropy",
            expected="a target for each score", remedy="one_hot makes targets of whole numbers",
        )  # fmt: skip
    kept = reduced_shape(logits.shape, (axis,), False)
    return array_type(kept, reference().result_type(floating_type(logits).dtype, targets.dtype))


def slope_of_logits(logits: Any, targets: Any, axis: int) -> Any:
    """sum(t) softmax(x) - t."""
    total = spread(sum_op(targets, axes=(axis,), keepdims=True), targets, (axis,))
    return total * softmax_op(logits, axis=axis) - targets


def softmax_entropy_pull(g: Array, y: Array, logits: Array, targets: Array, *, axis: int) -> tuple[Array, Array]:
    upstream = spread(g, logits, (axis,))
    return (
        carry(upstream, slope_of_logits(logits, targets, axis)),
        carry(-upstream, log_softmax_op(logits, axis=axis)),
    )


def softmax_entropy_push(tangents: tuple[Any, ...], y: Array, logits: Array, targets: Array, *, axis: int) -> Any:
    moved: Any = None
    if tangents[0] is not None:
        moved = carry(tangents[0], slope_of_logits(logits, targets, axis))
    if tangents[1] is not None:
        part = carry(-tangents[1], log_softmax_op(logits, axis=axis))
        moved = part if moved is None else moved + part
    return sum_op(moved, axes=(axis,), keepdims=False)


def notation(node: Node) -> Notation:
    axis, ndim = node.settings["axis"], node.inputs[0].type.ndim
    told = "" if axis == ndim - 1 else f", axis={axis}"
    return Notation(
        Form(f"softmax_entropy({{0}}, {{1}}{told})"),
        Form(r"\operatorname{{softmax\,entropy}}({0}, {1})"),
        Form(f"{CODE}.softmax_entropy({{0}}, {{1}}, axis={{axis}})"),
    )


@op(
    "softmax_entropy", Custom(softmax_entropy_pull, softmax_entropy_push), notation, Role.COUPLES,
    type_rule=softmax_entropy_type, batch=along_axes,
    domain=Domain((
        Sample(((3,), (3,)), (("axis", 0),)), Sample(((2, 3), (2, 3)), (("axis", 1),)),
        Sample(((3, 2), (3, 2)), (("axis", 0),)),
    )),
)  # fmt: skip
def softmax_entropy(xp: Library, logits: Array, targets: Array, *, axis: int) -> Array:
    """-sum(t log softmax(x)) along an axis; where t is 0 nothing is added. Derivative sum(t) softmax(x) - t, and
    -log softmax(x) for the targets: softmax minus target, where the targets sum to 1.
    """
    softmax_entropy_type(array_type(logits.shape, logits.dtype), array_type(targets.shape, targets.dtype), axis=axis)
    logs = log_softmax_op.kernel(xp, logits, axis=axis)
    terms = xp.where(xp.equal(targets, 0), 0, targets * xp.where(xp.equal(targets, 0), 0, logs))
    return -add_up(xp, terms, (axis,))
