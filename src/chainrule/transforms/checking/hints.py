"""Hints: the wrong and the right numbers in, the mistake they look like out.

One idea: most wrong rules are wrong in one of a few ways, and each leaves its mark in the ratio or the arrangement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...ir.library import Array, reference
from ...ir.types import count_entries


def recognise(analytic: Array, numeric: Array, error: Array, wrong: Array, counts: Sequence[int]) -> str:
    """What the wrong entries look like, or nothing. `counts`: sizes over which something may have been averaged."""
    numpy = reference()
    if not numpy.any(wrong) or not numpy.all(numpy.isfinite(numeric)):
        return ""
    if not numpy.all(numpy.isfinite(analytic[wrong])):
        return "NaN or infinite: a singular slope (log, sqrt or 1/x at 0) meets the zero of a path that is not taken"
    if not numpy.any(analytic[wrong]):
        return "nothing arrives: the path is cut (a value taken out, a rule that returns None, or a piece left out)"
    marks = _by_ratio(analytic[wrong], numeric[wrong], error[wrong], counts), _by_arrangement(analytic, numeric, error)
    return "; or ".join(mark for mark in marks if mark)


def _close(first: Array, second: Array, error: Array) -> bool:
    numpy = reference()
    scale = numpy.max(numpy.abs(second), initial=0.0)
    return bool(numpy.all(numpy.abs(first - second) <= 8 * error + 1e-5 * scale))


def _by_ratio(analytic: Array, numeric: Array, error: Array, counts: Sequence[int]) -> str:
    numpy = reference()
    length = numpy.sum(numeric * numeric)
    if not length:
        return ""
    ratio = float(numpy.sum(analytic * numeric) / length)
    if not ratio or not _close(analytic, ratio * numeric, error * max(1.0, abs(ratio))):
        return ""
    if _is(ratio, -1):
        return "the sign is wrong"
    flipped, size = " with the sign wrong" if ratio < 0 else "", abs(ratio)
    for count in sorted(set(counts) - {0, 1}):
        how = (
            "a sum where a mean is meant"
            if _is(size, count)
            else "a mean, or one of N equal terms, where a sum is meant"
        )
        if _is(size, count) or _is(size, 1 / count):
            if count == 2:
                return f"a factor 2{flipped}: the 2 of a square or of x + x {_missing(size)}; or off by N = 2: {how}"
            return f"off by N = {count}{flipped}: {how}"
    if _is(size, 2) or _is(size, 0.5):
        return f"a factor 2{flipped}: the 2 of a square or of x + x {_missing(size)}"
    return f"{ratio:.6g} times the right value{' everywhere' if analytic.size > 1 else ''}"


def _missing(ratio: float) -> str:
    return "once too often" if ratio > 1 else "left out"


def _is(value: float, wanted: float) -> bool:
    return abs(value - wanted) <= 1e-4 * abs(wanted)


def _by_arrangement(analytic: Array, numeric: Array, error: Array) -> str:
    numpy = reference()
    reversed_axes = numpy.transpose(numeric)
    if analytic.ndim > 1 and numeric.size and _close(analytic.ravel(), reversed_axes.ravel(), numpy.max(error)):
        return "transposed: the right numbers with rows and columns exchanged"
    for axis in range(analytic.ndim if analytic.ndim > 1 or analytic.size > 1 else 0):
        summed = [numpy.sum(each, axis=axis, keepdims=True) + 0 * each for each in (analytic, numeric)]
        if _close(summed[0], numeric, error * analytic.shape[axis]):
            return f"a missing sum over axis {axis}: added up along it, these are the right numbers"
        if _close(analytic, summed[1], error * analytic.shape[axis]):
            return f"a sum too many over axis {axis}: each entry holds the sum of the right ones"
    return ""


def counts_of(shapes: Iterable[tuple[int, ...]]) -> list[int]:
    """The numbers that a mean over some of these arrays could divide by: the sizes of axes and of whole arrays."""
    unique = set(shapes)
    return sorted({size for shape in unique for size in shape} | {count_entries(shape) for shape in unique})
