"""What users name as one step: softmax, losses and layer norm as single ops, their rules in terms of their outputs.

One idea: a teacher writes s_i (1{i = k} - s_k) for the softmax, not the derivative of a quotient of exponentials.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.library import Array, Library
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Custom, Domain, Entries, Role, Sample
from ..ir.types import ArrayType, array_type, normalise_axis
from .arithmetic import carry
from .declare import also_known_as, op
from .functions import exp, log
from .movement import broadcast
from .reductions import centred, mean_op, spread, sum_op, var_op
from .functions import sqrt


def same_as_input(x: ArrayType, **params: Any) -> ArrayType:
    return x


def along_axis(name: str, latex: str) -> Any:
    """Notation that names the axis only when it is not the last."""

    def notation(node: Node) -> Notation:
        axis, ndim = node.settings["axis"], node.inputs[0].type.ndim
        rest = "" if axis == ndim - 1 else f", axis={axis}"
        spelled = latex.replace("{", "{{").replace("}", "}}")
        return Notation(Form(f"{name}({{0}}{rest})"), Form(f"{spelled}({{0}})"), Form(f"chainrule.{name}({{0}}{rest})"))

    return notation


ROWS = Domain((
    Sample(((3,),), (("axis", 0),)), Sample(((2, 3),), (("axis", 1),)), Sample(((2, 3),), (("axis", 0),)),
))  # fmt: skip


def _total(x: Any, axis: int) -> Any:
    """The sum along one axis, copied back over it."""
    return spread(sum_op(x, axes=(axis,), keepdims=True), x, (axis,))


# softmax ---------------------------------------------------------------------------------------------------------------
def softmax_pull(g: Array, y: Array, x: Array, *, axis: int) -> tuple[Array]:
    return (y * (g - _total(y * g, axis)),)


def softmax_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axis: int) -> Array:
    return y * (tangents[0] - _total(y * tangents[0], axis))


def same_group(out: Any, into: Any, axis: int) -> Any:
    """Whether two entries lie in one normalised row: their indices agree on every other axis."""
    from .entries import delta

    agree: Any = 1
    for place, (i, k) in enumerate(zip(out, into, strict=True)):
        if place != axis:
            agree = agree * delta(i, k)
    return agree


def softmax_entry(slot: int, out: Any, into: Any, y: Any, x: Any, *, axis: int) -> Any:
    from .entries import delta

    return same_group(out, into, axis) * (y(out) * (delta(out[axis], into[axis]) - y(into)))


@op(
    "softmax", Custom(softmax_pull, softmax_push), along_axis("softmax", r"\operatorname{softmax}"), Role.COUPLES,
    type_rule=same_as_input, domain=ROWS, index=Entries(softmax_entry),
)  # fmt: skip
def softmax_op(xp: Library, x: Array, *, axis: int) -> Array:
    """exp(x) over its sum along one axis. Jacobian diag(s) - s s^T: s_i (1{i = k} - s_k)."""
    raised = xp.exp(x - xp.max(x, axis=axis, keepdims=True))
    return raised / xp.sum(raised, axis=axis, keepdims=True)


def log_softmax_pull(g: Array, y: Array, x: Array, *, axis: int) -> tuple[Array]:
    return (g - exp(y) * _total(g, axis),)


def log_softmax_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axis: int) -> Array:
    return tangents[0] - _total(exp(y) * tangents[0], axis)


def log_softmax_entry(slot: int, out: Any, into: Any, y: Any, x: Any, *, axis: int) -> Any:
    from .entries import delta

    return same_group(out, into, axis) * (delta(out[axis], into[axis]) - exp(y(into)))


@op(
    "log_softmax", Custom(log_softmax_pull, log_softmax_push), along_axis("log_softmax", r"\log\operatorname{softmax}"),
    Role.COUPLES, type_rule=same_as_input, domain=ROWS, index=Entries(log_softmax_entry),
)  # fmt: skip
def log_softmax_op(xp: Library, x: Array, *, axis: int) -> Array:
    """x - logsumexp(x) along one axis. Jacobian 1{i = k} - s_k with s = exp(y)."""
    moved = x - xp.max(x, axis=axis, keepdims=True)
    return moved - xp.log(xp.sum(xp.exp(moved), axis=axis, keepdims=True))


def _along(made: Any, x: Any, axis: int, **params: Any) -> Any:
    if x.ndim == 0:
        raise ShapeError(given=f"{made.name} of a single number", expected="a vector or more", where=made.name)
    return made(x, axis=normalise_axis(axis, x.ndim, made.name), **params)


def softmax(x: Any, axis: int = -1) -> Any:
    """Softmax along `axis` (same shape as x); each row sums to 1."""
    return _along(softmax_op, x, axis)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of softmax along `axis`, exact also where softmax is tiny."""
    return _along(log_softmax_op, x, axis)


# Losses ----------------------------------------------------------------------------------------------------------------
def number_type(x: ArrayType, y: ArrayType, **params: Any) -> ArrayType:
    if x.shape != y.shape:
        raise ShapeError(given=f"shapes {x.shape} and {y.shape}", expected="a prediction and a target of one shape")
    return array_type((), x.dtype)


def squared_error_pull(g: Array, y: Array, prediction: Array, target: Array) -> tuple[Array, Array]:
    moved = _everywhere(g, prediction) * (2 * (prediction - target))
    return moved, -moved


def _everywhere(g: Any, like: Any) -> Any:
    return broadcast(g, shape=like.shape) if like.shape else g


def squared_error_push(tangents: tuple[Any, ...], y: Array, prediction: Array, target: Array) -> Array:
    change = _difference(tangents)
    return _whole_sum(2 * (prediction - target) * change)


def _difference(tangents: tuple[Any, ...]) -> Any:
    first, second = tangents
    if second is None:
        return first
    return -second if first is None else first - second


def _whole_sum(x: Any) -> Any:
    return sum_op(x, axes=tuple(range(x.ndim)), keepdims=False) if x.ndim else x


def squared_error_entry(slot: int, out: Any, into: Any, y: Any, prediction: Any, target: Any) -> Any:
    slope = 2 * (prediction(into) - target(into))
    return slope if slot == 0 else -slope


LOSS = Domain((Sample(((3,), (3,))), Sample(((2, 3), (2, 3)))))
SQUARED_ERROR = Notation(
    Form("||{0} - {1}||^2", Strength.POWER, (Strength.SUM, Strength.SUM + 1)),
    Form(r"\left\|{0} - {1}\right\|^{{2}}", Strength.POWER, (Strength.SUM, Strength.SUM + 1)),
    Form("chainrule.squared_error({0}, {1})"),
)


@op(
    "squared_error", Custom(squared_error_pull, squared_error_push), SQUARED_ERROR, Role.SCALES, type_rule=number_type,
    domain=LOSS, index=Entries(squared_error_entry),
)  # fmt: skip
def squared_error_op(xp: Library, prediction: Array, target: Array) -> Array:
    """The sum of squared differences. Derivative 2 (prediction - target), and its negative for the target."""
    return xp.sum(xp.square(xp.subtract(prediction, target)))


def cross_entropy_pull(g: Array, y: Array, probabilities: Array, target: Array) -> tuple[Array, Array]:
    upstream = _everywhere(g, probabilities)
    return -upstream * carry(target, 1 / probabilities), -upstream * log(probabilities)


def cross_entropy_push(tangents: tuple[Any, ...], y: Array, probabilities: Array, target: Array) -> Array:
    total: Any = None
    if tangents[0] is not None:
        total = -_whole_sum(carry(target, 1 / probabilities) * tangents[0])
    if tangents[1] is not None:
        part = -_whole_sum(carry(tangents[1], log(probabilities)))
        total = part if total is None else total + part
    return total


def cross_entropy_entry(slot: int, out: Any, into: Any, y: Any, probabilities: Any, target: Any) -> Any:
    return -target(into) / probabilities(into) if slot == 0 else -log(probabilities(into))


CROSS_ENTROPY = Notation(
    Form("cross_entropy({0}, {1})"),
    Form(r"\operatorname{{cross\,entropy}}({0}, {1})"),
    Form("chainrule.cross_entropy({0}, {1})"),
)


@op(
    "cross_entropy", Custom(cross_entropy_pull, cross_entropy_push), CROSS_ENTROPY, Role.SCALES, type_rule=number_type,
    domain=Domain((Sample(((3,), (3,)), (), ((0.1, 0.9),)), Sample(((2, 3), (2, 3)), (), ((0.1, 0.9),)))),
    index=Entries(cross_entropy_entry),
)  # fmt: skip
def cross_entropy_op(xp: Library, probabilities: Array, target: Array) -> Array:
    """-sum(target log(probabilities)); 0 log 0 counts as 0. Derivative -target/probabilities."""
    logs = xp.log(xp.where(xp.equal(target, 0), xp.ones_like(probabilities), probabilities))
    return -xp.sum(target * logs)


def squared_error(prediction: Any, target: Any) -> Any:
    """The sum of squared differences of two arrays of one shape: a number."""
    return squared_error_op(*_matched(prediction, target, "squared_error"))


def cross_entropy(probabilities: Any, target: Any) -> Any:
    """-sum(target log(probabilities)) for two arrays of one shape: a number."""
    return cross_entropy_op(*_matched(probabilities, target, "cross_entropy"))


def _matched(x: Any, y: Any, name: str) -> tuple[Any, Any]:
    from .products import _same_dtype

    first, second = _same_dtype(x, y)
    if first.shape != second.shape:
        raise ShapeError(
            given=f"shapes {first.shape} and {second.shape}", expected="a prediction and a target of one shape", where=name
        )
    return first, second


# Layer norm --------------------------------------------------------------------------------------------------------------
def layer_norm_pull(g: Array, y: Array, x: Array, *, axis: int, epsilon: float) -> tuple[Array]:
    return (_layer_norm_rule(g, y, x, axis, epsilon),)


def layer_norm_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axis: int, epsilon: float) -> Array:
    return _layer_norm_rule(tangents[0], y, x, axis, epsilon)  # the Jacobian is symmetric


def _layer_norm_rule(g: Any, y: Any, x: Any, axis: int, epsilon: float) -> Any:
    """(g - mean(g) - y mean(g y)) / std: the direct path, the path through the mean, and the one through the variance."""
    return (centred(g, (axis,)) - y * _average(g * y, axis)) / _deviation(x, axis, epsilon)


def _average(x: Any, axis: int) -> Any:
    return spread(mean_op(x, axes=(axis,), keepdims=True), x, (axis,))


def _deviation(x: Any, axis: int, epsilon: float) -> Any:
    return sqrt(spread(var_op(x, axes=(axis,), keepdims=True, ddof=0), x, (axis,)) + epsilon)


@op(
    "layer_norm", Custom(layer_norm_pull, layer_norm_push), along_axis("layer_norm", r"\operatorname{layernorm}"),
    Role.COUPLES, type_rule=same_as_input,
    domain=Domain((
        Sample(((4,),), (("axis", 0), ("epsilon", 1e-5))), Sample(((2, 4),), (("axis", 1), ("epsilon", 1e-3))),
    )),
)  # fmt: skip
def layer_norm_op(xp: Library, x: Array, *, axis: int, epsilon: float) -> Array:
    """(x - mean) / sqrt(var + epsilon) along one axis. Source: Ba, Kiros and Hinton, 2016."""
    moved = x - xp.mean(x, axis=axis, keepdims=True)
    return moved / xp.sqrt(xp.mean(xp.square(moved), axis=axis, keepdims=True) + epsilon)


def layer_norm(x: Any, axis: int = -1, epsilon: float = 1e-5) -> Any:
    """x with mean 0 and variance 1 along `axis` (same shape as x)."""
    return _along(layer_norm_op, x, axis, epsilon=float(epsilon))


for _function in (softmax, log_softmax, squared_error, cross_entropy, layer_norm):
    also_known_as(_function, _function.__name__)
