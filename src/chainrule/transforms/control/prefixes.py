"""Partial results: an associative function and elements in, the result of every prefix out, in about log n rounds.

One idea: combine neighbours, take the prefixes of the half that is left, and put the others between them (Blelloch,
Prefix sums and their applications, 1990). Each round is one call on stacks, so it needs no loop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import tree
from ...errors import ShapeError, StructureError
from ...ops.indexing import getitem
from ...ops.joining import concatenate, stack
from ...ops.movement import flip, moveaxis, reshape
from .bodies import path_text, read_values

Rows = list[Any]


def associative_scan(fn: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """All partial results of an associative function: e_0, fn(e_0, e_1), fn(fn(e_0, e_1), e_2), ... along `axis`.

    `fn(a, b)` combines two stacks row by row: it is called on many elements at once, like a NumPy function, with the
    containers of `elems`. `reverse` starts at the other end. Derivatives of both modes, of any order.

    Raises ShapeError for elements of different lengths, StructureError where fn returns other containers.

    >>> import numpy as np
    >>> from chainrule import associative_scan
    >>> associative_scan(np.multiply, np.array([1.0, 2.0, 3.0, 4.0]))
    array([ 1.,  2.,  6., 24.])
    """
    values, slots, structure = read_values(elems, "associative_scan", "elems")
    if any(not slot.type.shape for slot in slots):
        raise ShapeError(
            given="single numbers in associative_scan", where="associative_scan",
            expected="arrays with at least one axis", remedy="pass stacks of elements",
        )  # fmt: skip
    rows = [moveaxis(each, axis, 0) for each in values]
    lengths = {each.shape[0] for each in rows}
    if len(lengths) > 1:
        said = ", ".join(f"elems{path_text(structure, place)}: {each.shape[0]}" for place, each in enumerate(rows))
        raise ShapeError(
            given=f"elements of different lengths ({said})", where="associative_scan", expected="one length",
            remedy="cut them to one length, or check the axis",
        )  # fmt: skip

    def combine(first: Rows, second: Rows) -> Rows:
        result = fn(tree.unflatten(structure, first), tree.unflatten(structure, second))
        leaves, found = tree.flatten(result)
        if found.entries != structure.entries:
            raise StructureError(
                given=f"a function of associative_scan that returned {found}",
                expected=f"the containers it was given, {structure}", remedy="return the same containers",
            )  # fmt: skip
        return leaves

    turned = [flip(each, 0) for each in rows] if reverse else rows
    found = prefixes(combine, turned) if lengths else []
    found = [flip(each, 0) for each in found] if reverse else found
    return tree.unflatten(structure, [moveaxis(each, 0, axis) for each in found])


def prefixes(combine: Callable[[Rows, Rows], Rows], rows: Rows) -> Rows:
    """The partial results of rows. Recursion as deep as the logarithm of their number."""
    count = rows[0].shape[0]
    if count < 2:
        return rows
    pairs = combine(picked(rows, 0, count - 1, 2), picked(rows, 1, count, 2))
    odd = prefixes(combine, pairs)  # the results at places 1, 3, 5, ...
    last = count % 2 == 0
    even = combine(picked(odd, 0, odd[0].shape[0] - last, 1), picked(rows, 2, count, 2))
    first = [getitem(each, slice(0, 1)) for each in rows]
    evens = [concatenate([start, rest]) for start, rest in zip(first, even, strict=True)]
    return [interleaved(a, b) for a, b in zip(evens, odd, strict=True)]


def picked(rows: Rows, start: int, stop: int, step: int) -> Rows:
    return [getitem(each, slice(start, stop, step)) for each in rows]


def interleaved(first: Any, second: Any) -> Any:
    """The rows of both in turn; `first` may have one more."""
    count = second.shape[0]
    both = stack([getitem(first, slice(0, count)), second], axis=1)
    mixed = reshape(both, (2 * count, *second.shape[1:]))
    return mixed if first.shape[0] == count else concatenate([mixed, getitem(first, slice(count, None))])
