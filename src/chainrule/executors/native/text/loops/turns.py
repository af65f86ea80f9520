"""Which loops run over the entries of a step: a shape and where arrays stand in, sizes of loops out.

One idea: long loops are cheap. Axes that lie one after the other are one, few turns are written out, and a loop that is
too short to fill vectors to its end begins its last part a little earlier.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...primitives.values import Shape, count

_FEW = 4  # turns of a loop that are written out
_LANES = 16  # of the widest vector
_SHORT = 32  # a longer loop fills vectors as it is
_LONGEST = 4096  # a longer sum is cut into pieces, which are added up: fewer roundings in a row


def shortened(sizes: Sequence[int], fixed: int) -> tuple[int, list[tuple[int, int]]]:
    """From which level on loops are written out, and the parts of the one around them; none where it is left as it is.
    `fixed`: the loop that others share, which stays; -1 for none. Good where nothing is added up, as parts overlap."""
    inner, outermost = len(sizes), max(fixed, 0)
    while inner - 1 > outermost and count(sizes[inner - 1 :]) <= _FEW < sizes[inner - 2]:
        inner -= 1
    return inner, spans(sizes[inner - 1]) if inner - 1 > fixed else []


def spans(size: int) -> list[tuple[int, int]]:
    """A short loop as two that fill vectors; what is left over by the first would not, and may begin before its end."""
    if not _LANES // 2 <= size + 1 <= _SHORT:
        return []
    whole = size // _LANES * _LANES or 1 << (size.bit_length() - 1)
    rest = 1 << (size - whole - 1).bit_length() if size > whole else 0
    return [(0, whole), (size - rest, size)] if rest else []


def merged(shape: Shape, strides: Sequence[Sequence[int]]) -> list[tuple[int, tuple[int, int]]]:
    """The loops over a shape: axes that lie one after the other in every array are one. (size, (axis, factor))."""
    loops: list[tuple[int, int]] = []  # size, and the innermost axis of the loop
    for axis, size in enumerate(shape):
        if size == 1:
            continue
        if loops and all(each[loops[-1][1]] == each[axis] * size for each in strides):
            loops[-1] = (loops[-1][0] * size, axis)
        else:
            loops.append((size, axis))
    return [(size, (axis, 1)) for size, axis in loops]


def cut(loops: list[tuple[int, tuple[int, int]]], shape: Shape, sums: bool) -> list[tuple[int, tuple[int, int]]]:
    """A long innermost loop that adds up, as two."""
    if not sums or not loops or loops[-1][0] <= _LONGEST:
        return loops
    size, (axis, _) = loops[-1]
    piece = next((each for each in range(_LONGEST, 255, -1) if size % each == 0), 0)
    return [*loops[:-1], (size // piece, (axis, piece)), (piece, (axis, 1))] if piece else loops
