"""Factors in, their product out: scaling, matrix product, dot, outer or entry by entry, as the shapes say.

One idea: numbers are multiplied first, matrices next, and what works entry by entry last; so `2 W^T q` is one matrix
product, doubled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ..errors import ShapeError, TextSpan
from ..ops import arithmetic, movement, products
from .entries import WriteOut
from .kinds import Context, Value, as_floats, entrywise, is_number, refuse_large, said_at, union
from .matrices import kronecker

Factor: TypeAlias = tuple[str, Value, TextSpan]
_ENTRYWISE = frozenset({"⊙", "∘", "*"})


def multiply(factors: list[Factor], context: Context, span: TextSpan) -> Value:
    """The product of factors, each with the sign before it."""
    factors = [(sign, as_floats(value), place) for sign, value, place in factors]
    labelled = any(value.labels for _, value, _ in factors)
    if labelled and any(sign == "⊗" for sign, _, _ in factors) and any(value.ndim for _, value, _ in factors):
        raise WriteOut
    with said_at(span, context):
        if labelled or all(value.ndim == 0 for _, value, _ in factors):
            return _left_to_right(factors, context)
        return _by_strength(factors, context)


def _left_to_right(factors: list[Factor], context: Context) -> Value:
    """Numbers, and entries under a bound index: in the order of the page."""
    found = factors[0][1]
    for sign, value, _ in factors[1:]:
        if found.ndim and value.ndim and sign not in _ENTRYWISE and sign != "/":
            found = labelled_product(found, value)
        else:
            found = divide(found, value) if sign == "/" else scale(found, value)
    return found


def _tensor(left: Value, right: Value, place: TextSpan, context: Context) -> Value:
    """`u ⊗ v` of two vectors is their outer product, of matrices the Kronecker product."""
    if left.ndim == 0 or right.ndim == 0:
        return scale(left, right)
    if left.ndim == right.ndim == 1 and not left.row:
        context.note("⊗", "the outer product", place)
        refuse_large(left, right)
        return Value(products.outer(left.node, right.node))
    context.note("⊗", "the Kronecker product", place)
    return kronecker(left, right)


# Arrays ------------------------------------------
def _by_strength(factors: list[Factor], context: Context) -> Value:
    """Split at the signs that work entry by entry; between them stand matrix products."""
    segments: list[list[Factor]] = [[]]
    for factor in factors:
        if (factor[0] in _ENTRYWISE or factor[0] in ("/", "⊗")) and segments[-1]:
            segments.append([])
        segments[-1].append(factor)
    found, place = _chain(segments[0], context), segments[0][0][2]
    for segment in segments[1:]:
        sign, span = segment[0][0], segment[0][2]
        if sign == "/":
            refuse_unlike(found, segment[0][1], place, span, context)
            found = divide(found, segment[0][1])
            rest = segment[1:]
            found = _times(found, _chain(rest, context), rest[0][0], place, rest[0][2], context) if rest else found
        elif sign == "⊗":
            found = _tensor(found, _chain(segment, context), span, context)
        else:
            found = _times(found, _chain(segment, context), sign, place, span, context)
    return found


def _chain(factors: list[Factor], context: Context) -> Value:
    """A matrix product with the numbers in it taken out to the front."""
    numbers = [factor for factor in factors if factor[1].ndim == 0]
    arrays = [factor for factor in factors if factor[1].ndim]
    if not arrays:
        return _left_to_right([("", *factors[0][1:]), *factors[1:]], context)
    found = _array_chain(arrays, context)
    if not numbers:
        return found
    front = _left_to_right([("", *numbers[0][1:]), *numbers[1:]], context)
    return scale(front, found)


def _array_chain(arrays: list[Factor], context: Context) -> Value:
    """From the right when a vector stands there, so that matrices meet vectors and not matrices."""
    from_right = arrays[-1][1].ndim == 1 and not arrays[-1][1].row
    if from_right and len(arrays) > 2:
        found = arrays[-1]
        for factor in reversed(arrays[:-1]):
            value = _times(factor[1], found[1], found[0], factor[2], found[2], context)
            found = (factor[0], value, factor[2])
        return found[1]
    first = arrays[0]
    for factor in arrays[1:]:
        first = ("", _times(first[1], factor[1], factor[0], first[2], factor[2], context), first[2])
    return first[1]


def _times(left: Value, right: Value, sign: str, first: TextSpan, second: TextSpan, context: Context) -> Value:
    """Two values, at least one an array."""
    if left.ndim == 0 or right.ndim == 0:
        return scale(left, right)
    if sign in ("⊙", "∘"):
        return _hadamard(left, right, sign, first, second, context)
    if sign == "*" and left.shape == right.shape:
        return scale(left, right)
    if left.ndim == 1 and right.ndim == 1:
        return _vectors(left, right, sign, first, second, context)
    if sign == "*":
        context.note(f"{_text(first)} * {_text(second)}", "a matrix product: no other fits the shapes", second)
    return _matrices(left, right, first, second, context)


def _vectors(left: Value, right: Value, sign: str, first: TextSpan, second: TextSpan, context: Context) -> Value:
    if not left.row and right.row:
        refuse_large(left, right)
        return Value(products.outer(left.node, right.node))
    if left.shape != right.shape:
        raise _misfit(left, right, first, second, context)
    if left.row and not right.row:
        return Value(products.matmul(left.node, right.node))
    if sign in ("·", ".", "@"):
        if sign != "@":
            context.note(f"{_text(first)} {sign} {_text(second)}", "the dot product of two vectors", second)
        return Value(products.matmul(left.node, right.node))
    context.note(f"{_text(first)} {_text(second)}", "the product of two vectors entry by entry", second)
    return scale(left, right)


def _matrices(left: Value, right: Value, first: TextSpan, second: TextSpan, context: Context) -> Value:
    inner = right.shape[-2] if right.ndim > 1 else right.shape[0]
    if left.shape[-1] == inner:
        if right.ndim == 1 and right.row:
            context.note(_text(second), "a column", second)
        return Value(products.matmul(left.node, right.node), left.ndim == 1)
    if left.ndim == 2 and right.ndim == 2 and 1 in (*left.shape, *right.shape) and left.shape == right.shape:
        return scale(left, right)
    raise _misfit(left, right, first, second, context)


def _misfit(left: Value, right: Value, first: TextSpan, second: TextSpan, context: Context) -> ShapeError:
    """The error of two factors that do not multiply, with both shapes and a caret under both."""
    one, other = context.write_shape(left.shape), context.write_shape(right.shape)
    if left.ndim == right.ndim == 1:
        expected, remedy = "two vectors of one length", "transpose the second for the outer product: x y^T"
    else:
        inner = right.shape[-2:-1] or right.shape
        last, first_size = (context.write_shape(each).strip("(,)") for each in (left.shape[-1:], inner))
        expected = f"the last size of the left, {last}, to equal the first of the right, {first_size}"
        remedy = "transpose one of them (W^T), or change their order"
    start, stop = min(first.start, second.start), max(first.stop, second.stop)
    return ShapeError(
        given=f"the product of {_text(first)} with shape {one} and {_text(second)} with shape {other}",
        where=TextSpan(first.text, start, stop), expected=expected, remedy=remedy,
    )  # fmt: skip


def _hadamard(left: Value, right: Value, sign: str, first: TextSpan, second: TextSpan, context: Context) -> Value:
    if left.shape != right.shape:
        one, other = context.write_shape(left.shape), context.write_shape(right.shape)
        raise ShapeError(
            given=f"{_text(first)} {sign} {_text(second)} with shapes {one} and {other}",
            where=TextSpan(first.text, first.start, max(first.stop, second.stop)),
            expected="one shape, because this product works entry by entry",
            remedy="leave the sign out for a matrix product",
        )
    return scale(left, right)


def refuse_unlike(left: Value, right: Value, first: TextSpan, second: TextSpan, context: Context) -> None:
    """Raises ShapeError, naming both, where a term or a quotient has two arrays that do not fit entry by entry."""
    pairs = zip(reversed(left.shape), reversed(right.shape), strict=False)
    if left.labels or right.labels or all(one == other or 1 in (one, other) for one, other in pairs):
        return
    one, other = context.write_shape(left.shape), context.write_shape(right.shape)
    raise ShapeError(
        given=f"{_text(first)} with shape {one} and {_text(second)} with shape {other}",
        where=TextSpan(first.text, min(first.start, second.start), max(first.stop, second.stop)),
        expected="one shape, or a number, or a vector beside a matrix with rows or columns as long",
        remedy="transpose one of them, or correct the shapes (--shapes)",
    )


def _text(span: TextSpan) -> str:
    return " ".join(span.text[span.start : span.stop].split())


# Under an index ------------------------------------------
def labelled_product(left: Value, right: Value) -> Value:
    """A matrix product for every value of the indices: `W x_n` for all n at once."""
    if left.ndim == right.ndim == 1 and left.row == right.row:
        return scale(left, right)
    if not left.labels and right.ndim == 1 and len(right.labels) == 1:
        turned = left.node if left.ndim == 1 else movement.transpose(left.node)
        return Value(products.matmul(right.node, turned), False, right.labels)
    if not right.labels and left.ndim == 1 and len(left.labels) == 1 and not (right.ndim == 1 and right.row):
        return Value(products.matmul(left.node, right.node), right.ndim == 2, left.labels)
    return _by_letters(left, right)


def _by_letters(left: Value, right: Value) -> Value:
    labels = union([left, right])
    letters = {label: "ijklmnopqrst"[place] for place, label in enumerate(labels)}
    outer_product = left.ndim == right.ndim == 1 and right.row
    first, second = ("a", "b") if outer_product else ("ac"[2 - left.ndim :], "cb"[: right.ndim])
    kept = "".join(letter for letter in first + second if letter != "c")
    spelled = ["".join(letters[label] for label in each.labels) for each in (left, right)]
    result = "".join(letters.values()) + kept
    node = products.einsum(f"{spelled[0]}{first},{spelled[1]}{second}->{result}", left.node, right.node)
    return Value(node, len(kept) == 1 and left.ndim == 1, labels)


# Entry by entry ------------------------------------------
def scale(left: Value, right: Value) -> Value:
    """x y, entry by entry; two plain numbers give a plain number, and a factor 1 is left out."""
    if is_number(left) and left.node == 1:
        return right
    return _arithmetic(arithmetic.mul, _product, left, right)


def divide(left: Value, right: Value) -> Value:
    """x / y, entry by entry."""
    return _arithmetic(arithmetic.div, _quotient, left, right)


def _product(x: float, y: float) -> float:
    return x * y


def _quotient(x: float, y: float) -> float:
    if y == 0:
        return float("nan") if x == 0 or x != x else float("inf") if x > 0 else float("-inf")
    return x / y


def _arithmetic(op: Callable[..., Any], plain: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if isinstance(left.node, int | float) and isinstance(right.node, int | float):
        return Value(plain(float(left.node), float(right.node)))
    return entrywise(op, left, right)
