"""Functions of whole matrices and the values they are applied to in, values out: inverses, determinants, powers.

One idea: a matrix keeps its meaning under an index. Axes that a bound index runs over make a stack of matrices, and an
inverse or a determinant is taken of each, so that `sum_k log det S_k` is computed at once.
"""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..errors import ParseError, ShapeError, TextSpan
from ..ir.node import Node
from ..ops import arithmetic, diagonals, functions, movement, products
from . import limits
from .entries import WriteOut
from .kinds import Context, Value, array, is_number, refuse_large
from .meaning import Call, Meaning, Power
from .runs import Lower

NAMES = frozenset({"inv", "det", "det_sign", "logdet", "slogdet", "solve", "kron", "vec", "trace", "matrix_power"})
_BASES = {"log": None, "log2": 2.0, "log10": 10.0}  # None: the natural logarithm
_SAID = {"inv": "the inverse", "logdet": "the logarithm of the determinant", "trace": "the trace"}
_OF_ONE = {"inv": "inv", "det": "det", "det_sign": "det_sign", "logdet": "logdet", "slogdet": "logdet"}


def call_on_matrices(node: Call, values: list[Value], context: Context) -> Value:
    """A function of matrices applied to values. Raises ShapeError where one is not square."""
    name, first = node.function, values[0]
    if name in _OF_ONE:
        if name == "slogdet":
            context.note(_written(node.span), "log |det|, the second of the pair", node.span)
        return _of_each(_OF_ONE[name], first)
    if name == "trace":
        return _trace(first)
    if any(value.labels for value in values):
        raise WriteOut
    if name == "solve":
        return Value(ops.solve(array(first.node), array(values[1].node)))
    if name == "kron":
        return kronecker(first, values[1])
    if name == "matrix_power":
        return whole_power(first, values[1], node.span, context)
    return _vec(first)


def _of_each(name: str, value: Value) -> Value:
    """inv, det or logdet of a matrix, or of each matrix that the labels count."""
    if value.ndim != 2 or value.shape[0] != value.shape[1]:
        raise not_square(name, value)
    found = getattr(ops, name)(value.node)
    return Value(found, False, value.labels)


def not_square(name: str, value: Value) -> ShapeError:
    """The error for an inverse or a determinant of what is no square matrix."""
    what = _SAID.get(name, "the determinant")
    shape = f"an array of shape {value.shape}" if value.ndim else "a number"
    return ShapeError(given=f"{what} of {shape}", expected="a square matrix",
                      remedy='declare its shape (--shapes "X: n n"), or write X^T X for an oblong X')  # fmt: skip


def _trace(value: Value) -> Value:
    if value.ndim != 2 or value.shape[0] != value.shape[1]:
        raise not_square("trace", value)
    if not value.labels:
        return Value(diagonals.trace(array(value.node)))
    letters = "abcdefgh"[: len(value.labels)]
    return Value(products.einsum(f"{letters}ii->{letters}", value.node), False, value.labels)


def _vec(value: Value) -> Value:
    """The columns of a matrix one below the other."""
    node = array(value.node)
    size = 1
    for each in value.shape:
        size *= each
    return Value(movement.reshape(movement.transpose(node) if value.ndim > 1 else node, (size,)))


def kronecker(left: Value, right: Value) -> Value:
    """A ⊗ B as blocks. A vector beside a matrix is the column or the row that it stands as."""
    refuse_large(left, right)
    if left.ndim == right.ndim == 1 and left.row == right.row:
        return Value(ops.kron(left.node, right.node), left.row)
    return Value(ops.kron(_as_matrix(left), _as_matrix(right)))


def _as_matrix(value: Value) -> Any:
    if value.ndim != 1:
        return array(value.node)
    return movement.reshape(value.node, (1, *value.shape) if value.row else (*value.shape, 1))


# Powers ------------------------------------------
def raised(base: Value, exponent: Value, node: Power, context: Context) -> Value | None:
    """The power of a square matrix, X^-1 among them; None where the power is that of each entry."""
    square = base.ndim == 2 and base.shape[0] == base.shape[1]
    inverse = is_number(exponent) and exponent.node == -1 and base.ndim == 2
    if node.entries or exponent.ndim or exponent.labels or not (square or inverse):
        if square:
            context.note(_written(node.span), "a power of each entry; write A A for the matrix product", node.span)
        return None
    if inverse:
        return _of_each("inv", base)
    return whole_power(base, exponent, node.span, context)


def whole_power(base: Value, exponent: Value, span: TextSpan, context: Context) -> Value:
    """A product of a matrix with itself, or of its inverse."""
    times = _whole(exponent, span)
    if base.labels:
        raise WriteOut
    context.note(_written(span), "a power of the matrix: a product of whole matrices", span)
    return Value(ops.matrix_power(base.node, times))


def _whole(exponent: Value, span: TextSpan) -> int:
    """The exponent as a whole number. Raises ParseError where it is none, or is not known."""
    value = exponent.node.value if isinstance(exponent.node, Node) else exponent.node
    if value is None:
        raise ParseError(
            given=f"{_written(span)}, a matrix to a power that has no value", where=span,
            expected="a whole number as the exponent of a matrix", remedy="write it (X^3), or give it: --at k=3",
        )  # fmt: skip
    number = float(value)
    if number != int(number) or abs(number) > limits.EXPONENT:
        raise ParseError(
            given=f"{_written(span)}, a matrix to the power {number:g}", where=span,
            expected=f"a whole number from -{limits.EXPONENT:,} to {limits.EXPONENT:,} as the exponent of a matrix",
            remedy="sqrt(X) and exp(X) work entry by entry",
        )  # fmt: skip
    return int(number)


# Determinants in bars ------------------------------------------
def logarithm(node: Call, context: Context, lower: Lower) -> Value | None:
    """`log|X|` and `log det X` of a matrix as one step; None where the logarithm is taken of something else."""
    inside = node.arguments[0]
    if node.function not in _BASES or not isinstance(inside, Call):
        return None
    body = _without_bars(inside)
    if isinstance(body, Call) and body.function == "det":
        value = lower(body.arguments[0], context)
    elif inside.function == "bars":
        value = lower(inside.arguments[0], context)
        if value.ndim != 2 or value.shape[0] != value.shape[1]:
            return None
        context.note(_written(inside.span), f"the determinant of {_written(inside.arguments[0].span)}", inside.span)
    else:
        return None
    found = _of_each("logdet", value)
    base = _BASES[node.function]
    return found if base is None else Value(arithmetic.div(found.node, math.log(base)), False, found.labels)


def _without_bars(node: Call) -> Meaning:
    return node.arguments[0] if node.function in ("bars", "abs") else node


def bars(value: Value, node: Call, context: Context, *, powered: bool) -> Value:
    """`|x|`: the size of each entry; with an exponent behind it, of a square matrix the determinant."""
    if powered and value.ndim == 2 and value.shape[0] == value.shape[1]:
        context.note(_written(node.span), f"the determinant of {_written(node.arguments[0].span)}", node.span)
        return _of_each("det", value)
    return Value(functions.abs(array(value.node)), value.row, value.labels)


def _written(span: TextSpan) -> str:
    return " ".join(span.text[span.start : span.stop].split())
