"""Where entries lie: shapes and views in, distances in memory out."""

from __future__ import annotations

from collections.abc import Sequence

from ..primitives.values import Access, Shape


def matrix_layout(shape: Shape, strides: Sequence[int]) -> tuple[bool, int] | None:
    """(whether the last two axes are stored transposed, the distance between rows), None where it is neither."""
    rows, columns = shape[-2:]
    down, right = strides[-2:]
    if (right == 1 or columns == 1) and (down >= columns or rows == 1) and down >= 0:
        return False, max(down if rows > 1 else columns, columns, 1)
    if (down == 1 or rows == 1) and (right >= rows or columns == 1) and right >= 0:
        return True, max(right if columns > 1 else rows, rows, 1)
    return None


def contiguous(shape: Shape) -> tuple[int, ...]:
    """The distance between neighbours along each axis of an array in C order."""
    steps, total = [], 1
    for size in reversed(shape):
        steps.append(total)
        total *= size
    return tuple(reversed(steps))


def strided(access: Access, strides: Sequence[int], width: int) -> tuple[tuple[int, ...], int]:
    """The distance in memory along each axis of a view, and where it starts."""
    found, start = [0] * width, 0
    for (offset, coefficients), stride in zip(access, strides, strict=True):
        start += offset * stride
        for place, step in enumerate(coefficients):
            found[place] += step * stride
    return tuple(found), start
