"""A sum such as `sum_k w_k x_{i+k}` in, a convolution out: one op for all places of the weights at once.

One idea: an entry whose every index is a free one plus, or minus, a summed one is an array that weights slide over.
With plus the places are those where the weights lie inside the array. With minus it is the convolution of signal
processing, where the array is 0 outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..ops import indexing
from ..ops.windows import convolve, convolve2d, correlate1d, correlate2d
from .entries import moving
from .kinds import Context, Run, Value, as_floats, in_order
from .meaning import Entry, Index, Literal, Meaning, Total
from .multiplication import scale
from .runs import Lower


@dataclass(frozen=True, slots=True)
class Slide:
    """An entry of an array over which weights slide: for each axis the free and the summed index."""

    entry: Entry
    free: tuple[str, ...]
    summed: tuple[str, ...]
    minus: bool


def find_slide(names: tuple[str, ...], factors: list[Meaning], context: Context) -> Slide | None:
    """The one factor of a sum of products that weights slide over."""
    found = [slide for factor in factors if (slide := _slide(factor, names, context)) is not None]
    return found[0] if len(found) == 1 else None


def _slide(factor: Meaning, names: tuple[str, ...], context: Context) -> Slide | None:
    if not isinstance(factor, Entry) or len(factor.indices) > 2:
        return None
    roles = [_roles(index, names, context) for index in factor.indices]
    known = [role for role in roles if role is not None]
    free, summed = tuple(role[0] for role in known), tuple(role[1] for role in known)
    minus = {role[2] for role in known}
    if len(known) < len(roles) or len(minus) != 1 or len({*free, *summed}) != 2 * len(known):
        return None
    return Slide(factor, free, summed, minus.pop())


def _roles(index: Meaning, names: tuple[str, ...], context: Context) -> tuple[str, str, bool] | None:
    """The free index, the summed one, and whether that is taken off; None for an index of another form."""
    if not isinstance(index, Total):
        return None
    bound = [(sign, each.name) for sign, each in index.terms
             if isinstance(each, Index) and isinstance(context.indices.get(each.name), Run)]  # fmt: skip
    rest = [each for _, each in index.terms if not isinstance(each, Literal)]
    if len(bound) != 2 or len(rest) != 2 or bound[0][1] == bound[1][1]:
        return None
    summed = max((name for _, name in bound if name in names), key=names.index, default="")
    signs = {name: sign for sign, name in bound}
    free = next((name for name in signs if name != summed), "")
    return (free, summed, signs[summed] == "-") if summed and signs[free] != "-" else None


def slide_over(slide: Slide, values: list[Value], context: Context, lower: Lower) -> list[Value] | None:
    """The other factors after the weights among them have been used up; None where another way must be found."""
    array = as_floats(lower(slide.entry.body, context))
    weights = [value for value in values if set(value.labels) & set(slide.summed)]
    others = [value for value in values if not set(value.labels) & set(slide.summed)]
    if array.labels or array.ndim != len(slide.free) or not weights:
        return None
    window = weights[0]
    for value in weights[1:]:
        window = scale(window, value)
    if set(window.labels) != set(slide.summed) or window.ndim:
        return None
    found = _against(slide, window, array, context) if slide.minus else _along(slide, window, array, context)
    return None if found is None else [*others, Value(found, False, slide.free)]


def _along(slide: Slide, window: Value, array: Value, context: Context) -> Any | None:
    """`x_{i+k}`: the part of the array that is reached."""
    keys: list[slice] = []
    for index, free, summed, size in zip(slide.entry.indices, slide.free, slide.summed, array.shape, strict=True):
        _, first = moving(index, context)
        stop = first + _size(free, context) + _size(summed, context) - 1
        if first < 0 or stop > size:
            return None
        keys.append(slice(first, stop))
    node = array.node
    if any(key != slice(0, size) for key, size in zip(keys, array.shape, strict=True)):
        node = indexing.getitem(node, tuple(keys))
    weights = in_order(window, slide.summed).node
    return correlate1d(weights, node) if len(keys) == 1 else correlate2d(weights, node)


def _against(slide: Slide, window: Value, array: Value, context: Context) -> Any | None:
    """`x_{i-k}`: the part of the convolution that is asked for, with zeros outside the array."""
    keys: list[slice] = []
    whole = True
    for index, free, summed, size in zip(slide.entry.indices, slide.free, slide.summed, array.shape, strict=True):
        first = _difference(index, context)
        if first < 0 or first + _size(free, context) > size + _size(summed, context) - 1:
            return None
        keys.append(slice(first, first + _size(free, context)))
        whole = whole and keys[-1] == slice(0, size + _size(summed, context) - 1)
    context.note(_written(slide.entry), "counted from 0, and 0 outside: the full convolution", slide.entry.span)
    weights = in_order(window, slide.summed).node
    found = convolve(weights, array.node) if len(keys) == 1 else convolve2d(weights, array.node)
    return found if whole else indexing.getitem(found, tuple(keys))


def _difference(index: Meaning, context: Context) -> int:
    """The position at which `i - k + 1` begins; without a number beside them both are counted from 0."""
    assert isinstance(index, Total)  # find_slide has seen to it
    total, literal = 0, False
    for sign, term in index.terms:
        run = context.indices.get(term.name) if isinstance(term, Index) else None
        number = run.start if isinstance(run, Run) else int(term.value) if isinstance(term, Literal) else 0
        total += -number if sign == "-" else number
        literal = literal or isinstance(term, Literal)
    return total - 1 if literal else 0


def _size(name: str, context: Context) -> int:
    run = context.indices[name]
    assert isinstance(run, Run)  # find_slide has seen to it
    return run.size


def _written(entry: Entry) -> str:
    return " ".join(entry.span.text[entry.span.start : entry.span.stop].split())
