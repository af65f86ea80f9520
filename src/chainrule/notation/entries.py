"""Entries in, labelled axes out: `W_{12}` is one number, `W_{kj}` under bound k and j is all of W with named axes.

One idea: while an index is bound it is the name of an axis, so a whole sum is computed at once. Mathematics counts
from 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from ..errors import LimitError, ParseError, ShapeError, TextSpan
from ..ir.library import reference
from ..ops import diagonals, indexing, movement, products
from . import limits
from .kinds import Context, Run, Value
from .meaning import Index, Literal, Meaning, Total


class WriteOut(Exception):  # noqa: N818  # not an error: the sum is then written out term by term
    """A sum that cannot be computed at once."""


def take_entry(value: Value, indices: tuple[Meaning, ...], span: TextSpan, context: Context) -> Value:
    """The entry of a value at some indices."""
    indices = _digits_apart(indices, value.ndim)
    if len(indices) > value.ndim:
        axes = "a number" if value.ndim == 0 else f"an array with {value.ndim} ax{'is' if value.ndim == 1 else 'es'}"
        raise ShapeError(
            given=f"{len(indices)} ind{'ex' if len(indices) == 1 else 'ices'} on {axes}", where=span,
            expected="at most as many indices as axes",
            remedy="give the array its shape (--shapes) or value (--at), or give the whole name a value of its own",
        )  # fmt: skip
    if context.zero_outside and _is_outside(indices, value.shape, context):
        return Value(0.0)
    keys = [_key(index, size, span, context) for index, size in zip(indices, value.shape, strict=False)]
    if all(isinstance(key, str) for key in keys):
        return _labelled(*_whole_axes_last(value, [str(key) for key in keys]))
    return _gathered(value, keys, span, context)


def _digits_apart(indices: tuple[Meaning, ...], ndim: int) -> tuple[Meaning, ...]:
    """`W_{12}` of a matrix is row 1, column 2."""
    only = indices[0]
    if len(indices) == 1 and isinstance(only, Literal) and only.written.isdecimal() and 1 < len(only.written) == ndim:
        return tuple(Literal(digit, float(digit), only.span) for digit in only.written)
    return indices


def _is_outside(indices: tuple[Meaning, ...], shape: tuple[int, ...], context: Context) -> bool:
    """Whether an entry whose every index is a number is out of range."""
    for index, size in zip(indices, shape, strict=False):
        if not (isinstance(index, Index) and (index.name == ":" or isinstance(context.indices.get(index.name), Run))):
            names, number = moving(index, context)
            if not names and not 1 <= number <= size:
                return True
    return False


Shift = tuple[tuple[str, ...], int]  # the indices of x_{i+k-1}, and the position of the first entry


def _key(index: Meaning, size: int, span: TextSpan, context: Context) -> int | str | Shift:
    """A position counted from 0, the name of an axis (`:` for all of it), or a moving position."""
    if isinstance(index, Index) and index.name == ":":
        return ":"
    if isinstance(index, Index) and isinstance(run := context.indices.get(index.name), Run):
        if run.start in (0, 1) and run.size == size:
            return index.name
        return (index.name,), run.start - (1 if run.start else 0)
    names, number = moving(index, context)
    if names:
        return names, number
    if not 1 <= number <= size:
        raise ShapeError(given=f"index {number} of an axis with {size} entries", where=span,
                         expected=f"an index from 1 to {size}", remedy="entries are counted from 1")  # fmt: skip
    return int(number) - 1


def moving(index: Meaning, context: Context) -> Shift:
    """The bound indices in `i + k - 1` and the position of the first entry; without bound indices the number itself."""
    names, starts, number = [], list[int](), 0
    terms = index.terms if isinstance(index, Total) else (("", index),)
    literal = context.from_one
    for sign, term in terms:
        if isinstance(term, Index) and isinstance(run := context.indices.get(term.name), Run):
            if sign == "-":
                raise WriteOut
            names.append(term.name)
            number += run.start
            starts.append(run.start)
        else:
            number += (-1 if sign == "-" else 1) * _whole(term, index, context)
            literal = True
    if not names:
        return (), number
    first = first_position(starts, number - sum(starts), literal=literal)
    if len(names) > 1 and not literal and first == 0:
        context.note(f"the index {'+'.join(names)}", "counted from 0", index.span)
    return tuple(names), first


def first_position(starts: Sequence[int], number: int, *, literal: bool) -> int:
    """Where `i + k + 3` begins, counted from 0, given where i and k do, and the number beside them.

    Without a number beside them, `x_{i+k}` is counted from 0 as it is in programs, so that no entry is left out.
    """
    total = sum(starts) + number
    if len(starts) > 1 and not literal and total <= len(starts):
        return 0
    return total - (0 if 0 in starts else 1)


def _whole(term: Meaning, index: Meaning, context: Context) -> int:
    if isinstance(term, Literal) and term.value == int(term.value):
        return int(term.value)
    if isinstance(term, Index) and isinstance(found := context.indices.get(term.name), int):
        return found
    raise ParseError(given="an index that is not a whole number", where=index.span,
                     expected="whole numbers and bound indices, such as i, 2 or i+1")  # fmt: skip


def _whole_axes_last(value: Value, names: list[str]) -> tuple[Value, list[str]]:
    """`A_{:,i}`: the axis that i runs over comes first, the one that stays whole after it."""
    if ":" not in names:
        return value, names
    first, ndim = len(value.labels), value.ndim
    named = [place for place, name in enumerate(names) if name != ":"]
    others = [place for place in range(ndim) if place not in named]
    axes = (*range(first), *(first + place for place in (*named, *others)))
    return Value(movement.transpose(value.node, axes), False, value.labels), [names[place] for place in named]


# Labelled axes ------------------------------------------
def _labelled(value: Value, names: list[str]) -> Value:
    """The first axes get names; a name twice takes the diagonal."""
    labels = (*value.labels, *names)
    if len(set(labels)) == len(labels):
        return Value(value.node, False, labels)
    letters = {name: "abcdefghijklmnopqrstuvwxyz"[place] for place, name in enumerate(dict.fromkeys(labels))}
    rest = "ABCDEFGH"[: value.ndim - len(names)]
    kept = "".join(dict.fromkeys(letters[name] for name in labels))
    spelled = f"{''.join(letters[name] for name in labels)}{rest}->{kept}{rest}"
    if spelled == "aa->a":
        return Value(diagonals.diag(value.node), False, tuple(letters))
    return Value(products.einsum(spelled, value.node), False, tuple(letters))


def _gathered(value: Value, keys: list[int | str | Shift], span: TextSpan, context: Context) -> Value:
    """Entries at fixed or moving positions. Axes: labels so far, then the new labels, then what is left."""
    if value.labels:
        raise WriteOut
    if ":" in keys:
        return _with_whole_axes(value, keys)
    moves = [((key,), 0) if isinstance(key, str) else key for key in keys if not isinstance(key, int)]
    names = tuple(dict.fromkeys(name for moved, _ in moves for name in moved))
    if len(moves) == 1 and len(names) == 1:
        return Value(indexing.getitem(value.node, tuple(_slices(keys, value.shape, context))), False, names)
    _refuse_many(names, value.shape, span, context)
    key: list[Any] = []
    for place, each in enumerate(keys):
        if isinstance(each, int):
            key.append(each)
        elif isinstance(each, str) and len(names) == 1 and len(keys) == 1:
            key.append(slice(None))
        else:
            key.append(_positions((each,) and (((each,), 0) if isinstance(each, str) else each), names, context))
            _refuse_outside(key[-1], value.shape[place], context)
    return Value(indexing.getitem(value.node, tuple(key)), False, names)


def _with_whole_axes(value: Value, keys: list[int | str | Shift]) -> Value:
    """`A_{1,:}`: a row; with a bound index beside it the sum is written out."""
    if not all(isinstance(key, int) or key == ":" for key in keys):
        raise WriteOut
    return Value(indexing.getitem(value.node, tuple(slice(None) if key == ":" else key for key in keys)))


def _slices(keys: list[int | str | Shift], shape: tuple[int, ...], context: Context) -> Iterator[int | slice]:
    """The places that one index runs over along one axis: from x_{i+1} to the last, and fixed ones beside it."""
    for key, size in zip(keys, shape, strict=False):
        if isinstance(key, int):
            yield key
            continue
        (name,), first = ((key,), 0) if isinstance(key, str) else key
        run = context.indices[name]
        assert isinstance(run, Run)  # only runs are names of axes
        if first < 0 or first + run.size > size:
            raise WriteOut
        stop = first + run.size
        if run.size not in context.sizes.values() and stop > size - stop:
            stop -= size  # from the end: x_1 to x_{n-1} is said without knowing n
        yield slice(first or None, None if stop in (0, size) else stop)


def _positions(move: Shift, names: tuple[str, ...], context: Context) -> Any:
    """Whole numbers along one axis for each index: i + k for every i and k."""
    numpy = reference()
    moved, first = move
    total = numpy.asarray(first)
    for place, name in enumerate(names):
        run = context.indices[name]
        assert isinstance(run, Run)  # only runs are names of axes
        steps = numpy.arange(run.size) if name in moved else numpy.zeros(1, int)
        total = total + steps.reshape(*(-1 if place == each else 1 for each in range(len(names))))
    return total


def _refuse_many(names: tuple[str, ...], shape: tuple[int, ...], span: TextSpan, context: Context) -> None:
    """Raises LimitError for an array of entries at moving positions that would be too large."""
    runs = [run.size for name in names if isinstance(run := context.indices[name], Run)]
    if prod(runs) > limits.ENTRIES:
        raise LimitError(
            given=f"{prod(runs):,} entries of an array of shape {context.write_shape(shape)} at moving positions",
            where=span,
            expected=f"at most {limits.ENTRIES:,}, or a convolution: weights times x_{{i+k}}, or x_{{i+k,j+l}}",
            remedy="give the sizes numbers, or write it with correlate, convolve or conv2d",
        )


def _refuse_outside(positions: Any, size: int, context: Context) -> None:
    if positions.size and (positions.min() < 0 or positions.max() >= size):
        raise WriteOut
