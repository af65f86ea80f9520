"""Functions of the library and the values they are applied to in, values out.

One idea: a function works on the axes that mathematics sees. Axes that a bound index runs over are passed by, so that
under a sum sign `norm` and `softmax` mean what they mean for one index.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..errors import ParseError, UnknownNameError
from ..ops import choices, functions, norms, powers, reductions
from . import matrices
from .entries import WriteOut
from .functions import ALONG, CONVOLUTIONS
from .kinds import Context, Value, array, as_floats, entrywise, is_number, line_up
from .meaning import Call
from .multiplication import scale

_REDUCTIONS = frozenset({"sum", "mean", "prod", "norm", "squared_norm", "var", "std", "logsumexp"})
_TWO = {"max": "maximum", "min": "minimum", "maximum": "maximum", "minimum": "minimum"}
_MATRIX = frozenset({"diag", "transpose", "dot", "outer", "matmul", "cross_entropy", "squared_error"})


def call(node: Call, values: list[Value], context: Context) -> Value:
    """A function of the library applied to values."""
    name = node.function
    function = getattr(ops, name, None) if name != "generic" else None
    if name in matrices.NAMES:
        _refuse_count(node, len(values))
        return matrices.call_on_matrices(node, values, context)
    if name == "bars":
        return matrices.bars(values[0], node, context, powered=False)
    if name in _TWO and len(values) >= 2:
        return _repeated(getattr(ops, _TWO[name]), values)
    if function is None:
        raise UnknownNameError(
            given=f"the function {name}",
            where=node.span,
            expected="a function that can be differentiated",
            remedy="write it with other functions",
        )
    _refuse_count(node, len(values))
    options = dict(node.options)
    if name in _REDUCTIONS or name in ("max", "min"):
        return _reduction(function, values[0], options, node)
    if name in ALONG:
        return _along(function, values[0], {"axis": ALONG[name], **options})
    nodes = [array(value.node) for value in values]
    if name in _MATRIX or name in CONVOLUTIONS:
        if any(value.labels for value in values):
            raise WriteOut
        if name == "conv2d" and all(value.ndim == 2 for value in values):
            context.note(_written(node), "without padding: the weights are correlated with the image", node.span)
            return Value(ops.correlate2d(nodes[1], nodes[0]))
        return Value(function(*nodes, **(options if name in CONVOLUTIONS else {})))
    if name == "where":
        return where(values[0], values[1], values[2])
    if name == "exp" and values[0].ndim == 2 and values[0].shape[0] == values[0].shape[1]:
        context.note(_written(node), "the exponential of each entry, not that of the matrix", node.span)
    if len(values) == 1:
        return Value(function(nodes[0], **options), values[0].row, values[0].labels)
    return entrywise(function, *values)


_COUNTS = dict.fromkeys((*CONVOLUTIONS, "arctan2", "hypot", "logaddexp", "xlogy", "heaviside", "copysign"), 2) | {
    "dot": 2,
    "outer": 2,
    "matmul": 2,
    "cross_entropy": 2,
    "squared_error": 2,
    "solve": 2,
    "kron": 2,
    "matrix_power": 2,
    "where": 3,
    "logical_and": 2,
    "add": 2,
    "sub": 2,
    "mul": 2,
    "div": 2,
    "power": 2,
}


def _refuse_count(node: Call, count: int) -> None:
    wanted = _COUNTS.get(node.function, 1)
    if count != wanted:
        raise ParseError(
            given=f"{node.function} of {count} arguments", where=node.span,
            expected=f"{wanted} argument{'s' if wanted > 1 else ''}",
        )  # fmt: skip


def _repeated(function: Callable[..., Any], values: list[Value]) -> Value:
    found = values[0]
    for value in values[1:]:
        found = entrywise(function, Value(array(found.node), found.row, found.labels), value)
    return found


def _reduction(function: Callable[..., Any], value: Value, options: dict[str, Any], node: Call) -> Value:
    """Over the axes that have no label, or those that were named."""
    entries, count = array(value.node), len(value.labels)
    if value.ndim == 0:
        return Value(function(entries), False, ()) if not count else _labelled_number(value, node)
    if options.get("axis") is not None:
        options["axis"] = options["axis"] + count if options["axis"] >= 0 else options["axis"]
    elif count:
        options["axis"] = tuple(range(count, count + value.ndim))
    return Value(function(entries, **options), False, value.labels)


def _labelled_number(value: Value, node: Call) -> Value:
    """`sum(x_i)`: the sum of one number is the number; of anything else it is not what was meant."""
    raise ParseError(given=f"{node.function} of a single entry", where=node.span, expected="an array",
                     remedy="leave the index out, or write the sum with a sum sign")  # fmt: skip


def _along(function: Callable[..., Any], value: Value, options: dict[str, Any]) -> Value:
    axis = options["axis"]
    place = axis + len(value.labels) if axis >= 0 else axis
    return Value(function(array(value.node), axis=place), value.row, value.labels)


def _written(node: Call) -> str:
    return " ".join(node.span.text[node.span.start : node.span.stop].split())


def norm(value: Value, order: int) -> Value:
    body = as_floats(value)
    if body.ndim == 0:
        return Value(abs(body.node)) if is_number(body) else Value(functions.abs(body.node), False, body.labels)
    axes = tuple(range(len(body.labels), len(body.labels) + body.ndim)) if body.labels else None
    if order == 1:
        return Value(reductions.sum(functions.abs(body.node), axis=axes), False, body.labels)
    return Value(reductions.reduce_along(norms.norm_op, body.node, axes, False), False, body.labels)


def squared_norm(body: Value) -> Value:
    if body.ndim == 0:
        return scale(body, body) if is_number(body) else Value(powers.power(body.node, 2), False, body.labels)
    axes = tuple(range(len(body.labels), len(body.labels) + body.ndim)) if body.labels else None
    return Value(norms.squared_norm(body.node, axis=axes), False, body.labels)


def where(condition: Value, first: Value, second: Value) -> Value:
    if is_number(condition):
        return first if condition.node else second
    (holds, one, other), labels = line_up([condition, first, second])
    return Value(choices.where(holds, array(one), array(other)), False, labels)
