"""Two arrays in, whether they are the same out; and written digits against an exact value.

One idea: a column is a list of numbers however it is printed, but a matrix is not its transpose; and a written decimal
stands for every number that rounds to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy

_RELATIVE, _ABSOLUTE = 1e-7, 1e-10


class Match(Enum):
    """How two arrays agree."""

    SAME = "same"
    TRANSPOSED = "transposed"
    NOT = "not"


def same(one: Any, other: Any) -> bool:
    """Whether two arrays are the same up to rounding, rows and columns of one vector taken as alike."""
    left, right = _squeezed(one), _squeezed(other)
    if left.shape != right.shape:
        if not _is_zero(left) and not _is_zero(right):
            return False
        return _is_zero(left) and _is_zero(right) and (left.ndim == 0 or right.ndim == 0)
    if not left.size:
        return True
    with numpy.errstate(all="ignore"):
        scale = max(float(numpy.abs(left).max()), float(numpy.abs(right).max()))
        difference = numpy.abs(left - right)
        close = difference <= _RELATIVE * numpy.maximum(numpy.abs(left), numpy.abs(right)) + _ABSOLUTE * max(scale, 1.0)
    return bool(close.all())


def _squeezed(array: Any) -> Any:
    found = numpy.asarray(array, dtype=float)
    return (
        found.reshape(-1)
        if found.ndim == 2 and 1 in found.shape and found.size > 1
        else (found.reshape(()) if found.size == 1 else found)
    )


def _is_zero(array: Any) -> bool:
    return not numpy.asarray(array).any()


def all_same(left: Sequence[Any], right: Sequence[Any]) -> bool | None:
    """Whether two lists of arrays are the same wherever both are something; None where that is nowhere."""
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if a is not None and b is not None and usable(a, b)]
    return all(same(a, b) for a, b in pairs) if pairs else None


def usable(one: Any, other: Any) -> bool:
    """Whether both are numbers: outside of its domain a side is nothing."""
    return bool(numpy.isfinite(one).all() and numpy.isfinite(other).all())


def match(one: Any, other: Any) -> Match:
    """How two arrays agree; a matrix may be the transpose of the other."""
    if same(one, other):
        return Match.SAME
    left, right = numpy.asarray(one), numpy.asarray(other)
    if left.ndim == right.ndim == 2 and left.T.shape == right.shape and same(left.T, right):
        return Match.TRANSPOSED
    return Match.NOT
