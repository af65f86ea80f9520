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


def softmax_entropy_type(logits: ArrayType, targets: ArrayType, *, axis: int, fixed: bool) -> ArrayType:
    if logits.shape != targets.shape:
        raise ShapeError(
            given=f"shapes {logits.shape} and {targets.shape}", where="softmax_entropy",
            expected="a target for each score", remedy="one_hot makes targets of whole numbers",
        )  # fmt: skip
    kept = reduced_shape(logits.shape, (axis,), False)
    return array_type(kept, reference().result_type(floating_type(logits).dtype, targets.dtype))


def slope_of_logits(logits: Any, targets: Any, axis: int, fixed: bool) -> Any:
    """sum(t) softmax(x) - t; the sum of fixed targets is 1."""
    shares = softmax_op(logits, axis=axis)
    if fixed:
        return shares - targets
    return spread(sum_op(targets, axes=(axis,), keepdims=True), targets, (axis,)) * shares - targets


def softmax_entropy_pull(
    g: Array, y: Array, logits: Array, targets: Array, *, axis: int, fixed: bool
) -> tuple[Array, Array | None]:
    upstream = spread(g, logits, (axis,))
    to_targets = None if fixed else carry(-upstream, log_softmax_op(logits, axis=axis))
    return carry(upstream, slope_of_logits(logits, targets, axis, fixed)), to_targets


def softmax_entropy_push(
    tangents: tuple[Any, ...], y: Array, logits: Array, targets: Array, *, axis: int, fixed: bool
) -> Any:
    moved: Any = None
    if tangents[0] is not None:
        moved = carry(tangents[0], slope_of_logits(logits, targets, axis, fixed))
    if tangents[1] is not None and not fixed:
        part = carry(-tangents[1], log_softmax_op(logits, axis=axis))
        moved = part if moved is None else moved + part
    return None if moved is None else sum_op(moved, axes=(axis,), keepdims=False)


def notation(node: Node) -> Notation:
    axis, ndim = node.settings["axis"], node.inputs[0].type.ndim
    told = "" if axis == ndim - 1 else f", axis={axis}"
    return Notation(
        Form(f"softmax_entropy({{0}}, {{1}}{told})"),
        Form(r"\operatorname{{softmax\,entropy}}({0}, {1})"),
        Form(f"{CODE}.softmax_entropy({{0}}, {{1}}, axis={{axis}}, fixed={{fixed}})"),
    )


@op(
    "softmax_entropy", Custom(softmax_entropy_pull, softmax_entropy_push), notation, Role.COUPLES,
    type_rule=softmax_entropy_type, batch=along_axes,
    domain=Domain(tuple(
        Sample((shape, shape), (("axis", axis), ("fixed", False)))
        for shape, axis in (((3,), 0), ((2, 3), 1), ((3, 2), 0))
    )),
)  # fmt: skip
def softmax_entropy(xp: Library, logits: Array, targets: Array, *, axis: int, fixed: bool) -> Array:
    """-sum(t log softmax(x)) along an axis; where t is 0 nothing is added. Derivative sum(t) softmax(x) - t, and
    -log softmax(x) for the targets. `fixed` says that they sum to 1 and do not move: then it is softmax(x) - t.
    """
    types = array_type(logits.shape, logits.dtype), array_type(targets.shape, targets.dtype)
    softmax_entropy_type(*types, axis=axis, fixed=fixed)
    logs = log_softmax_op.kernel(xp, logits, axis=axis)
    terms = xp.where(xp.equal(targets, 0), 0, targets * xp.where(xp.equal(targets, 0), 0, logs))
    return -add_up(xp, terms, (axis,))
