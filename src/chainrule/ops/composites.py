"""What users name as one step: softmax, losses and layer norm as single ops, their rules in terms of their outputs.

One idea: a teacher writes s_i (1{i = k} - s_k) for the softmax, not the derivative of a quotient of exponentials.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.library import Array, Library
from ..ir.node import Node
from ..ir.notation import Form, Notation, Strength
from ..ir.op import Custom, Domain, Entries, Role, Sample
from ..ir.types import ArrayType, array_type, normalise_axis
from .arithmetic import carry
from .batch_rules import cross_entropy_rule, squared_error_rule
from .batches import along_axes
from .declare import also_known_as, floating_type, op
from .entries import delta
from .extremes import peak
from .functions import exp, log, sqrt
from .movement import broadcast
from .norms import centred, var_op
from .products import same_dtype
from .reductions import add_up, mean_op, spread, sum_op, summed_type


def along_axis(name: str, latex: str, usual: int = -1) -> Any:
    """Notation that names the axis only when it is not the usual one: the last, if nothing is said."""

    def notation(node: Node) -> Notation:
        axis, ndim = node.settings["axis"], node.inputs[0].type.ndim
        rest = "" if axis == usual % ndim else f", axis={axis}"
        spelled = latex.replace("{", "{{").replace("}", "}}")
        others = "".join(f", {key}={{{key}}}" for key in node.settings if key != "axis")
        code = Form(f"chainrule.{name}({{0}}{rest}{others})")
        return Notation(Form(f"{name}({{0}}{rest})"), Form(f"{spelled}({{0}})"), code)

    return notation


ROWS = Domain((
    Sample(((3,),), (("axis", 0),)), Sample(((2, 3),), (("axis", 1),)), Sample(((2, 3),), (("axis", 0),)),
))  # fmt: skip


def _total(x: Any, axis: int) -> Any:
    """The sum along one axis, copied back over it."""
    return spread(sum_op(x, axes=(axis,), keepdims=True), x, (axis,))


# softmax -------------------------------------------------------------------------------------------------------------
def softmax_pull(g: Array, y: Array, x: Array, *, axis: int) -> tuple[Array]:
    return (y * (g - _total(y * g, axis)),)


def softmax_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axis: int) -> Array:
    return y * (tangents[0] - _total(y * tangents[0], axis))


def same_group(out: Any, into: Any, axis: int) -> Any:
    """Whether two entries lie in one normalised row: their indices agree on every other axis."""
    agree: Any = 1
    for place, (i, k) in enumerate(zip(out, into, strict=True)):
        if place != axis:
            agree = agree * delta(i, k)
    return agree


def softmax_entry(slot: int, out: Any, into: Any, y: Any, x: Any, *, axis: int) -> Any:
    return same_group(out, into, axis) * (y(out) * (delta(out[axis], into[axis]) - y(into)))


@op(
    "softmax", Custom(softmax_pull, softmax_push), along_axis("softmax", r"\operatorname{softmax}"), Role.COUPLES,
    type_rule=floating_type, domain=ROWS, index=Entries(softmax_entry), batch=along_axes,
)  # fmt: skip
def softmax_op(xp: Library, x: Array, *, axis: int) -> Array:
    """exp(x) over its sum along one axis. Jacobian diag(s) - s s^T: s_i (1{i = k} - s_k)."""
    raised = xp.exp(x - peak(xp, x, axis))
    return raised / add_up(xp, raised, (axis,), keepdims=True)


def log_softmax_pull(g: Array, y: Array, x: Array, *, axis: int) -> tuple[Array]:
    return (g - exp(y) * _total(g, axis),)


def log_softmax_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axis: int) -> Array:
    return tangents[0] - _total(exp(y) * tangents[0], axis)


def log_softmax_entry(slot: int, out: Any, into: Any, y: Any, x: Any, *, axis: int) -> Any:
    return same_group(out, into, axis) * (delta(out[axis], into[axis]) - exp(y(into)))


@op(
    "log_softmax", Custom(log_softmax_pull, log_softmax_push), along_axis("log_softmax", r"\log\operatorname{softmax}"),
    Role.COUPLES, type_rule=floating_type, domain=ROWS, index=Entries(log_softmax_entry), batch=along_axes,
)  # fmt: skip
def log_softmax_op(xp: Library, x: Array, *, axis: int) -> Array:
    """x - logsumexp(x) along one axis. Jacobian 1{i = k} - s_k with s = exp(y)."""
    moved = x - peak(xp, x, axis)
    return moved - xp.log(add_up(xp, xp.exp(moved), (axis,), keepdims=True))


def _along(made: Any, x: Any, axis: int, **params: Any) -> Any:
    array = as_array(x)
    if array.ndim == 0:
        raise ShapeError(given=f"{made.name} of a single number", expected="a vector or more", where=made.name,
                         remedy="join the numbers with np.stack first")  # fmt: skip
    return made(array, axis=normalise_axis(axis, array.ndim, made.name), **params)


def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) over its sum along `axis` (same shape as x); each row sums to 1.

    >>> import chainrule
    >>> chainrule.softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    return _along(softmax_op, x, axis)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of softmax along `axis` (same shape as x), exact also where softmax is tiny.

    >>> import chainrule
    >>> chainrule.log_softmax([0.0, -1000.0])
    array([    0., -1000.])
    """
    return _along(log_softmax_op, x, axis)


# Losses --------------------------------------------------------------------------------------------------------------
def squared_error_type(prediction: ArrayType, target: ArrayType) -> ArrayType:
    refuse_unlike(prediction, target, "squared_error")
    return summed_type(prediction, axes=tuple(range(prediction.ndim)), keepdims=False)


def cross_entropy_type(probabilities: ArrayType, target: ArrayType) -> ArrayType:
    refuse_unlike(probabilities, target, "cross_entropy")
    return array_type((), floating_type(probabilities).dtype)


def refuse_unlike(prediction: Any, target: Any, name: str) -> None:
    """Raise ShapeError unless a prediction and its target have one shape: a loss does not broadcast."""
    if prediction.shape != target.shape:
        raise ShapeError(
            given=f"shapes {prediction.shape} and {target.shape}", where=name,
            expected="a prediction and a target of one shape", remedy="reshape one of them, or write the loss out",
        )  # fmt: skip


def squared_error_pull(g: Array, y: Array, prediction: Array, target: Array) -> tuple[Array, Array]:
    moved = carry(_everywhere(g, prediction), 2 * (prediction - target))
    return moved, -moved


def _everywhere(g: Any, like: Any) -> Any:
    return broadcast(g, shape=like.shape) if like.shape else g


def squared_error_push(tangents: tuple[Any, ...], y: Array, prediction: Array, target: Array) -> Array:
    return _whole_sum(carry(_difference(tangents), 2 * (prediction - target)))


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
    "squared_error", Custom(squared_error_pull, squared_error_push), SQUARED_ERROR, Role.SCALES,
    type_rule=squared_error_type, domain=LOSS, index=Entries(squared_error_entry), batch=squared_error_rule,
)  # fmt: skip
def squared_error_op(xp: Library, prediction: Array, target: Array) -> Array:
    """The sum of squared differences. Derivative 2 (prediction - target), and its negative for the target."""
    return add_up(xp, xp.square(xp.subtract(prediction, target)), tuple(range(prediction.ndim)))


def cross_entropy_pull(g: Array, y: Array, probabilities: Array, target: Array) -> tuple[Array, Array]:
    upstream = _everywhere(g, probabilities)
    return carry(-upstream, carry(target, 1 / probabilities)), carry(-upstream, log(probabilities))


def cross_entropy_push(tangents: tuple[Any, ...], y: Array, probabilities: Array, target: Array) -> Array:
    total: Any = None
    if tangents[0] is not None:
        total = -_whole_sum(carry(tangents[0], carry(target, 1 / probabilities)))
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
    "cross_entropy", Custom(cross_entropy_pull, cross_entropy_push), CROSS_ENTROPY, Role.SCALES,
    type_rule=cross_entropy_type,
    domain=Domain((Sample(((3,), (3,)), (), ((0.1, 0.9),)), Sample(((2, 3), (2, 3)), (), ((0.1, 0.9),)))),
    index=Entries(cross_entropy_entry), batch=cross_entropy_rule,
)  # fmt: skip
def cross_entropy_op(xp: Library, probabilities: Array, target: Array) -> Array:
    """-sum(target log(probabilities)); 0 log 0 counts as 0. Derivative -target/probabilities."""
    logs = xp.log(xp.where(xp.equal(target, 0), 1, probabilities))
    return -add_up(xp, target * logs, tuple(range(target.ndim)))


def squared_error(prediction: Any, target: Any) -> Any:
    """The sum of squared differences of two arrays of one shape: a number.

    >>> import chainrule
    >>> float(chainrule.squared_error([1.0, 2.0], [0.0, 4.0]))
    5.0
    """
    return squared_error_op(*_matched(prediction, target, "squared_error"))


def cross_entropy(probabilities: Any, target: Any) -> Any:
    """-sum(target log(probabilities)) for two arrays of one shape: a number.

    >>> import chainrule
    >>> round(float(chainrule.cross_entropy([0.5, 0.5, 0.0], [1.0, 0.0, 0.0])), 3)
    0.693
    """
    return cross_entropy_op(*_matched(probabilities, target, "cross_entropy"))


def _matched(x: Any, y: Any, name: str) -> tuple[Any, Any]:
    first, second = same_dtype(x, y)
    refuse_unlike(first, second, name)
    return first, second


# Layer norm and batch norm ------------------------------------------------------------------------------------------
def layer_norm_pull(g: Array, y: Array, x: Array, *, axis: int, epsilon: float) -> tuple[Array]:
    return (_layer_norm_rule(g, y, x, axis, epsilon),)


def layer_norm_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axis: int, epsilon: float) -> Array:
    return _layer_norm_rule(tangents[0], y, x, axis, epsilon)  # the Jacobian is symmetric


def _layer_norm_rule(g: Any, y: Any, x: Any, axis: int, epsilon: float) -> Any:
    """(g - mean(g) - y mean(g y)) / std: the direct path, that through the mean, and that through the variance."""
    return (centred(g, (axis,)) - y * _average(g * y, axis)) / _deviation(x, axis, epsilon)


def _average(x: Any, axis: int) -> Any:
    return spread(mean_op(x, axes=(axis,), keepdims=True), x, (axis,))


def _deviation(x: Any, axis: int, epsilon: float) -> Any:
    return sqrt(spread(var_op(x, axes=(axis,), keepdims=True, ddof=0), x, (axis,)) + epsilon)


@op(
    "layer_norm", Custom(layer_norm_pull, layer_norm_push), along_axis("layer_norm", r"\operatorname{layernorm}"),
    Role.COUPLES, type_rule=floating_type,
    domain=Domain((
        Sample(((4,),), (("axis", 0), ("epsilon", 1e-5))), Sample(((2, 4),), (("axis", 1), ("epsilon", 1e-3))),
    )), batch=along_axes,
)  # fmt: skip
def layer_norm_op(xp: Library, x: Array, *, axis: int, epsilon: float) -> Array:
    """(x - mean) / sqrt(var + epsilon) along one axis. Source: Ba, Kiros and Hinton, 2016."""
    moved = x - xp.mean(x, axis=axis, keepdims=True)
    return moved / xp.sqrt(xp.mean(xp.square(moved), axis=axis, keepdims=True) + epsilon)


def layer_norm(x: Any, axis: int = -1, epsilon: float = 1e-5) -> Any:
    """x with mean 0 and variance 1 along `axis` (same shape as x).

    >>> import chainrule
    >>> chainrule.layer_norm([1.0, 3.0], epsilon=0.0)
    array([-1.,  1.])
    """
    return _along(layer_norm_op, x, axis, epsilon=float(epsilon))


@op(
    "batch_norm", Custom(layer_norm_pull, layer_norm_push), along_axis("batch_norm", r"\operatorname{batchnorm}", 0),
    Role.COUPLES, type_rule=floating_type,
    domain=Domain((
        Sample(((4,),), (("axis", 0), ("epsilon", 1e-5))), Sample(((4, 2),), (("axis", 0), ("epsilon", 1e-3))),
        Sample(((2, 3),), (("axis", 1), ("epsilon", 1e-5))),
    )), batch=along_axes,
)  # fmt: skip
def batch_norm_op(xp: Library, x: Array, *, axis: int, epsilon: float) -> Array:
    """(x - mean) / sqrt(var + epsilon) over the examples of a batch. Source: Ioffe and Szegedy, 2015."""
    return layer_norm_op.kernel(xp, x, axis=axis, epsilon=epsilon)


def batch_norm(x: Any, axis: int = 0, epsilon: float = 1e-5) -> Any:
    """x with mean 0 and variance 1 over the examples of a batch, which lie along `axis` (same shape as x).

    A scale and a shift are a product and a sum: gamma * batch_norm(x) + beta.

    >>> import chainrule
    >>> chainrule.batch_norm([[1.0, 5.0], [3.0, 1.0]], epsilon=0.0)
    array([[-1.,  1.],
           [ 1., -1.]])
    """
    return _along(batch_norm_op, x, axis, epsilon=float(epsilon))


for _function in (softmax, log_softmax, squared_error, cross_entropy, layer_norm, batch_norm):
    also_known_as(_function, _function.__name__)
