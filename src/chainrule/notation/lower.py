"""A program and values for its inputs in, nodes out.

One idea: the meant tree is run. Each kind of tree node calls the op of the same meaning, so that what is drawn,
computed and differentiated is what is written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import LimitError, ParseError, ShapeError, TextSpan, UnknownNameError
from ..ir.coercion import as_node
from ..ir.library import reference
from ..ir.node import Node
from ..ir.recording import open_recording
from ..ops import activations, arithmetic, choices, indexing, joining, movement, powers
from ..ops.counts import axis_size
from ..ops.generic import generic
from ..ops.sources import input_node
from ..transforms.reverse import gradients
from . import limits, matrices
from .calling import call, norm, squared_norm, where
from .counts import kept_sizes
from .entries import WriteOut, take_entry
from .kinds import Context, Value, array, as_floats, entrywise, is_number, said_at, stands_for_any
from .meaning import (
    Call,
    Choice,
    Comparison,
    Entry,
    Index,
    Literal,
    Meaning,
    Member,
    Norm,
    Over,
    Own,
    Picked,
    Power,
    Product,
    Program,
    Reading,
    Rows,
    Slope,
    Tabulated,
    Total,
    Transposed,
    Unit,
    Unspecified,
    Variable,
)  # fmt: skip
from .multiplication import multiply, refuse_unlike
from .recognise import relu_argument
from .sums import index_value, member, over, tabulate
from .units import unit

_COMPARISONS: dict[str, Callable[..., Any]] = {
    "<": choices.less,
    ">": choices.greater,
    "<=": choices.less_equal,
    ">=": choices.greater_equal,
    "=": choices.equal,
    "!=": choices.not_equal,
}


@dataclass(frozen=True, slots=True)
class Lowered:
    """What running a program gave: the value of every name, in order, and the readings noted."""

    values: Mapping[str, Any]
    output: Any
    readings: tuple[Reading, ...]
    identities: tuple[Any, ...] = ()  # nodes that are identity matrices


def run(
    program: Program, inputs: Mapping[str, Any], sizes: Mapping[str, int], units: Mapping[int, int] | None = None
) -> Lowered:
    """Compute every definition from the values or nodes of the inputs."""
    names = {name: Value(node) for name, node in inputs.items()}
    letters = {letter for letter, number in sizes.items() if stands_for_any(number) and letter not in names}
    kept = kept_sizes(program, letters)
    context = Context(names, sizes, list(program.readings), units=units or {}, kept=kept)
    values: dict[str, Any] = {}
    for definition in program.definitions:
        with reference().errstate(all="ignore"), said_at(definition.span, context):
            value = as_floats(lower_whole(definition.body, context))
        context.names[definition.symbol.text] = value
        values[definition.symbol.text] = value.node
    return Lowered(values, values[program.output.text], tuple(context.readings), tuple(context.identities))


def constant(meaning: Meaning) -> Any:
    """The number or array that a formula without names says."""
    with reference().errstate(all="ignore"):
        return lower_whole(meaning, Context({}, {}, [])).node


def lower_whole(body: Meaning, context: Context) -> Value:
    """The value of a whole body: no index may be left over. Raises ParseError where one is."""
    try:
        found = lower(body, context)
    except WriteOut:
        raise ParseError(
            given="an index that no axis can follow",
            where=body.span,
            expected="indices within their axes",
            remedy="give the sum its limits",
        ) from None
    if found.labels:
        raise ParseError(given=f"the index {found.labels[0]} outside a sum", where=body.span,
                         expected="an index that is summed over, or stands on the left side")  # fmt: skip
    return found


def lower(node: Meaning, context: Context) -> Value:
    """The value of one node."""
    context.step(node.span)
    match node:
        case Literal(_, value):
            return Value(value)
        case Variable(symbol, span):
            return _variable(symbol.text, span, context, kept=id(node) in context.kept)
        case Index():
            return index_value(node, context)
        case Member():
            return member(node, context)
        case Total():
            return _total(node, context)
        case Product(pairs, span):
            return multiply([(sign, lower(each, context), each.span) for sign, each in pairs], context, span)
        case Power():
            return _power(node, context)
        case Transposed(body, span):
            return _transposed(lower(body, context), span, context)
        case Entry(body, indices, span):
            return take_entry(lower(body, context), indices, span, context)
        case Over():
            return over(node, context, lower)
        case Tabulated():
            return tabulate(node, context, lower)
        case _:
            return _lower_rest(node, context)


def _lower_rest(node: Meaning, context: Context) -> Value:
    match node:
        case Call():
            with said_at(node.span, context):
                if (found := matrices.logarithm(node, context, lower)) is not None:
                    return found
                return call(node, [as_floats(lower(each, context)) for each in node.arguments], context)
        case Slope():
            return _slope(node, context)
        case Unspecified(name, order, body):
            return _unspecified(name, order, lower(body, context), node.span)
        case Norm(body, order, _, span):
            with said_at(span, context):
                return norm(lower(body, context), order)
        case Comparison(relation, left, right):
            return _compare(relation, lower(left, context), lower(right, context))
        case Choice():
            return _choice(node, context)
        case Rows():
            return _rows(node, context)
        case Unit():
            return unit(node, context)
        case Picked(body, keys, span):
            with said_at(span, context):
                return Value(indexing.getitem(array(lower(body, context).node), keys))
        case Own(name, _, span):
            raise ParseError(given=f"the function {name}", where=span, expected="a function that has been put in")
        case _:
            raise ParseError(given="this", where=node.span, expected="a formula")


def _unspecified(name: str, order: int, value: Value, span: TextSpan) -> Value:
    try:
        return Value(generic(name, order)(array(value.node)), value.row, value.labels)
    except UnknownNameError as problem:  # it was asked for a number
        raise UnknownNameError(problem.given, where=span, expected=problem.expected, remedy=problem.remedy) from None


def _slope(node: Slope, context: Context) -> Value:
    """The function on a stand-in for its argument, and the gradient of the sum of what it gives."""
    value = as_floats(lower(node.argument, context))
    given = array(value.node)
    with open_recording():
        start = given * 1.0 if isinstance(given, Node) else input_node(given.shape, given.dtype, given)
        names = {**context.names, node.parameter.text: replace(value, node=start)}
        found = array(lower(node.body, replace(context, names=names)).node)
        for _ in range(node.order):
            found = _entry_slopes(found, start, node)
    return replace(value, node=found if isinstance(given, Node) else found.value)


def _entry_slopes(found: Any, start: Node, node: Slope) -> Node:
    if tuple(found.shape) != tuple(start.shape):
        raise ShapeError(given="the derivative of a function that does not work entry by entry", where=node.span,
                         expected="a function of one number, such as sigmoid")  # fmt: skip
    seed = as_node(reference().ones(start.shape))
    gradient = gradients([found], [seed], [start], symbolic=True)[0] if isinstance(found, Node) else None
    return as_node(reference().zeros(start.shape)) if gradient is None else gradient


def _variable(name: str, span: TextSpan, context: Context, *, kept: bool) -> Value:
    if name in context.names:
        return context.names[name]
    if name in context.sizes:
        context.note(name, f"the size {name}", span)
        number = context.sizes[name]
        return Value(axis_size(number) if kept else float(number))
    raise UnknownNameError(
        given=f"the name {name}",
        where=span,
        expected="a name with a value, a shape or a definition",
        remedy=f"give it a value: --at {name}=...",
    )


# Sums and powers ------------------------------------------
def _total(node: Total, context: Context) -> Value:
    with said_at(node.span, context):
        sign, first = node.terms[0]
        start, stop = first.span.start, first.span.stop
        found = as_floats(lower(first, context))
        if sign == "-":
            found = (
                Value(-found.node) if is_number(found) else Value(arithmetic.neg(found.node), found.row, found.labels)
            )
        for sign, term in node.terms[1:]:
            value = as_floats(lower(term, context))
            if not node.numpy:
                found, value = _columns(found, value, term.span, context)
            refuse_unlike(found, value, TextSpan(term.span.text, start, stop), term.span, context)
            stop = term.span.stop
            found = _plus(found, value, sign)
    return found


def _plus(left: Value, right: Value, sign: str) -> Value:
    if is_number(left) and is_number(right):
        return Value(left.node + right.node if sign == "+" else left.node - right.node)
    return entrywise(arithmetic.add if sign == "+" else arithmetic.sub, left, right)


def _columns(left: Value, right: Value, span: TextSpan, context: Context) -> tuple[Value, Value]:
    """A vector beside a matrix is added to each row, or to each column where only that fits."""
    if left.labels or right.labels or {left.ndim, right.ndim} != {1, 2}:
        return left, right
    matrix, vector = (left, right) if left.ndim == 2 else (right, left)
    if vector.shape[0] == matrix.shape[1] or vector.shape[0] != matrix.shape[0]:
        return left, right
    context.note("a vector added to a matrix", "added to each column", span)
    column = Value(movement.reshape(vector.node, (vector.shape[0], 1)))
    return (left, column) if left.ndim == 2 else (column, right)


def _power(node: Power, context: Context) -> Value:
    exponent = lower(node.exponent, context)
    if isinstance(node.base, Norm) and node.base.order == 2 and is_number(exponent) and exponent.node == 2:
        body = as_floats(lower(node.base.body, context))
        return squared_norm(body)
    base = as_floats(_base(node, context))
    with said_at(node.span, context):
        if (whole := matrices.raised(base, exponent, node, context)) is not None:
            return whole
    if is_number(exponent):
        return _fixed_power(base, float(exponent.node), node)
    return entrywise(powers.power, Value(array(base.node), base.row, base.labels), exponent)


def _base(node: Power, context: Context) -> Value:
    """What a power is taken of; `|X|^p` of a square matrix is a power of its determinant."""
    if isinstance(node.base, Call) and node.base.function == "bars" and not node.entries:
        body = lower(node.base.arguments[0], context)
        with said_at(node.base.span, context):
            return matrices.bars(body, node.base, context, powered=True)
    return lower(node.base, context)


def _fixed_power(base: Value, exponent: float, node: Power) -> Value:
    if abs(exponent) > limits.EXPONENT:
        raise LimitError(given=f"the exponent {exponent:g}", where=node.exponent.span,
                         expected=f"an exponent of at most {limits.EXPONENT:,}")  # fmt: skip
    if is_number(base):
        return Value(_number_power(float(base.node), exponent, node))
    whole = int(exponent) if exponent == int(exponent) else exponent
    return Value(powers.power(base.node, whole), base.row, base.labels)


def _number_power(base: float, exponent: float, node: Power) -> float:
    try:
        found = math.pow(base, exponent)
    except (OverflowError, ValueError):
        found = math.inf
    if abs(found) == math.inf:
        raise LimitError(given=f"the number {base:g}^{exponent:g}", where=node.span,
                         expected="a real number below 1.8e308")  # fmt: skip
    return found


def _transposed(value: Value, span: TextSpan, context: Context) -> Value:
    if value.ndim == 1:
        return Value(value.node, not value.row, value.labels)
    if value.labels and value.ndim:
        raise WriteOut
    with said_at(span, context):
        return value if value.ndim == 0 else Value(movement.transpose(value.node))


# Conditions, cases, arrays ------------------------------------------
def _compare(relation: str, left: Value, right: Value) -> Value:
    left, right = as_floats(left), as_floats(right)
    if is_number(left) and is_number(right):
        return Value(bool(_COMPARISONS[relation](left.node, right.node)))
    return entrywise(_COMPARISONS[relation], left, right)


def _choice(node: Choice, context: Context) -> Value:
    """relu where the cases spell relu; otherwise one `where` inside another."""
    if (argument := relu_argument(node)) is not None:
        context.note("the choice between cases", "relu", node.span)
        value = lower(argument, context)
        return Value(activations.relu(array(value.node)), value.row, value.labels)
    values = [as_floats(lower(value, context)) for value, _ in node.branches]
    found = values[-1]
    if node.branches[-1][1] is not None:
        context.note("the last case", "what holds when no other case does", node.span)
    for value, (_, condition) in reversed(list(zip(values[:-1], node.branches[:-1], strict=True))):
        if condition is None:
            raise ParseError(given="a case without a condition before the last", where=node.span,
                             expected="a condition on every case but the last")  # fmt: skip
        found = where(lower(condition, context), value, found)
    return found


def _rows(node: Rows, context: Context) -> Value:
    rows = [[as_floats(lower(cell, context)) for cell in row] for row in node.rows]
    for cell in (cell for row in rows for cell in row):
        if cell.ndim or cell.labels:
            raise ParseError(given="an array as an entry of an array", where=node.span, expected="numbers as entries")
    if all(is_number(cell) for row in rows for cell in row):
        found = reference().array([[float(cell.node) for cell in row] for row in rows])
        return Value(found if node.shaped == "matrix" else found[0], node.shaped == "row")
    stacked = [joining.stack([array(cell.node) for cell in row]) for row in rows]
    return Value(joining.stack(stacked) if node.shaped == "matrix" else stacked[0], node.shaped == "row")
