"""Known arrays as code: an array in, an expression over NumPy that makes it out.

One idea: an array is said by its pattern (one value everywhere, one value above the diagonal and one below, whole
numbers in a row) wherever it has one, because a pattern can be written for every size.
"""

from __future__ import annotations

import ast
from typing import Any

from ...errors import LimitError
from ...ir.library import reference
from ...ir.literals import array_text, number_text
from .pieces import parsed

MOST_WRITTEN = 1000  # entries of an array without a pattern
_FULL = ("float64", "int64", "bool", "complex128")


def array_code(array: Any) -> ast.expr:
    """An expression that makes the array. Raises LimitError for a long one without a pattern."""
    text = array_text(array) or diagonal_text(array) or counting_text(array)
    if text is None:
        if array.size > MOST_WRITTEN:
            raise LimitError(
                given=f"a constant array of shape {array.shape}, with {array.size} entries",
                where="emit", expected=f"constants with at most {MOST_WRITTEN} entries, or with a simple pattern",
                remedy="make the array an argument of the function",
            )  # fmt: skip
        kind = "" if array.dtype.name in _FULL else f", '{array.dtype.name}'"
        text = f"np.array({_nested(array.tolist())}{kind})"
    return parsed(text)


def diagonal_text(array: Any) -> str | None:
    """A matrix with one value below the diagonal, one on it and one above it."""
    if array.ndim != 2 or min(array.shape) < 2 or array.dtype.kind not in "fb":
        return None
    numpy = reference()
    low, mid, high = (array[1, 0].item(), array[0, 0].item(), array[0, 1].item())
    rows, columns = array.shape
    below = numpy.tri(rows, columns, -1, dtype=bool)
    upto = numpy.tri(rows, columns, dtype=bool)
    if not numpy.array_equal(array, numpy.where(below, low, numpy.where(upto, mid, high)), equal_nan=True):
        return None
    shape = f"{rows}, {columns}"
    terms = [
        _times(low, f"np.tri({shape}, -1)"),
        _times(mid, f"np.eye({rows})" if rows == columns else f"(np.tri({shape}) - np.tri({shape}, -1))"),
        _times(high, f"(1.0 - np.tri({shape}))"),
    ]
    if low == mid and low:
        terms[:2] = [_times(low, f"np.tri({shape})")]
    text = " + ".join(term for term in terms if term)
    return f"({text}) > 0.0" if array.dtype.kind == "b" else _as_dtype(text, array.dtype.name)


def _times(value: Any, text: str) -> str:
    if not value:
        return ""
    return text if value == 1 else f"{number_text(value)} * {text}"


def _as_dtype(text: str, name: str) -> str:
    return text if name == "float64" else f"np.asarray({text}, '{name}')"


def counting_text(array: Any) -> str | None:
    """0, 1, 2, ... in a row, along one axis."""
    long = [axis for axis, size in enumerate(array.shape) if size != 1]
    if array.dtype.name not in ("int64", "float64") or len(long) != 1:
        return None
    if not reference().array_equal(array.reshape(-1), reference().arange(array.size)):
        return None
    text = f"np.arange({array.size})"
    if array.dtype.kind == "f":
        text = f"np.asarray({text}, 'float64')"
    return text if array.ndim == 1 else f"np.reshape({text}, {array.shape})"


def _nested(value: Any) -> str:
    # Recursion as deep as an array has axes, of which NumPy allows 64.
    return f"[{', '.join(_nested(each) for each in value)}]" if isinstance(value, list) else number_text(value)
