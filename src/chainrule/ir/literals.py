"""Known values as Python code: a number, an array or a parameter in, text that Python reads as exactly the same value
out.

One idea: text is built from numbers and checked words only; whatever else is met is bound by name instead of being
written.
"""

from __future__ import annotations

import re
from typing import Any

from .library import reference

MOST_ENTRIES = 20  # a longer array is bound under a name instead of being written out
_WORD = re.compile(r"[A-Za-z0-9_,.>-]{0,200}")
_WEAK = {"f": float, "i": int, "u": int, "b": bool, "c": complex}  # the Python type that stands in for a dtype
_FULL = ("float64", "int64", "bool", "complex128")  # dtypes a Python number has by itself


def number_text(value: Any) -> str:
    """A Python number as an expression.

    >>> number_text(0.1), number_text(-3), number_text(float("inf")), number_text(True), number_text(1 - 2j)
    ('0.1', '-3', 'np.inf', 'True', 'complex(1.0, -2.0)')
    """
    if isinstance(value, complex):
        return f"complex({number_text(value.real)}, {number_text(value.imag)})"
    if not isinstance(value, float):
        return repr(value)
    if value != value:
        return "np.nan"
    if value in (float("inf"), float("-inf")):
        return "np.inf" if value > 0 else "-np.inf"
    return repr(value)


def is_full(dtype: Any) -> bool:
    """Whether a plain Python number has this dtype by itself."""
    return dtype.name in _FULL


def is_exact(value: Any) -> bool:
    """Whether Python's own numbers hold these values without rounding."""
    return value.dtype.kind in _WEAK and value.dtype.itemsize <= (16 if value.dtype.kind == "c" else 8)


def scalar_text(value: Any, *, weak: bool) -> str:
    """A NumPy number. `weak`: a plain Python number will do, because the other operand has the dtype."""
    value = value[()]  # x[..., 0] of a vector is an array without axes
    dtype = value.dtype
    written = number_text(_WEAK[dtype.kind](value))
    if dtype.kind == "f" and dtype.name != "float64":
        written = _shortest(value, written)
    return written if weak or dtype.name == "bool" else f"np.{dtype.name}({written})"


def _shortest(value: Any, written: str) -> str:
    """0.1 for the float32 nearest to 0.1, where reading that gives the same float32."""
    short = str(value)
    try:
        same = type(value)(float(short)) == value
    except ValueError:
        return written
    return number_text(float(short)) if same and float(short) == float(short) else written


def array_text(array: Any) -> str | None:
    """An array as an expression; None when it is too long to be written out."""
    dtype = array.dtype
    kind = "" if dtype.name in _FULL else f", '{dtype.name}'"
    if array.size == 0:
        return f"np.zeros({shape_text(array.shape)}, '{dtype.name}')"
    first = array.reshape(-1)[0]
    if array.size > 1 and array.tobytes() == reference().full(array.shape, first).tobytes():
        text = number_text(_WEAK[dtype.kind](first))
        named = {"0.0": "np.zeros", "1.0": "np.ones"}.get(text)
        return (
            f"{named}({shape_text(array.shape)}{kind})"
            if named
            else f"np.full({shape_text(array.shape)}, {text}{kind})"
        )
    if array.size > MOST_ENTRIES:
        return None
    return f"np.array({_nested(array.tolist())}{kind})"


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape, with the brackets left out where there is one axis."""
    return str(shape[0]) if len(shape) == 1 else repr(tuple(int(size) for size in shape))


def _nested(value: Any) -> str:
    # Recursion as deep as an array has axes, of which NumPy allows 64.
    return f"[{', '.join(_nested(each) for each in value)}]" if isinstance(value, list) else number_text(value)


def parameter_text(value: Any) -> str | None:
    """A parameter of an op as an expression; None when it is not made of numbers, checked words and tuples of them."""
    if value is None or isinstance(value, bool):
        return repr(value)
    if type(value) in (int, float):
        return number_text(value)
    if isinstance(value, str):
        return repr(value) if _WORD.fullmatch(value) else None
    if type(value) is tuple:
        # Recursion as deep as the declaration of the op: no parameter is nested by its user.
        parts = [parameter_text(each) for each in value]
        written = ", ".join(part for part in parts if part is not None)
        return None if None in parts else f"({written},)" if len(parts) == 1 else f"({written})"
    kind = getattr(value, "kind", None)
    return repr(value.name) if kind in _WEAK and hasattr(value, "itemsize") and _WORD.fullmatch(value.name) else None
