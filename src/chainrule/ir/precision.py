"""Precision: dtypes in, which of them hold numbers that move, how they combine, and short floats made longer.

One idea: float16 and bfloat16 are formats to store numbers in. What is computed from them is computed in float32 and
rounded once, so that no sum stops growing at 2048, and bfloat16, for which NumPy lacks half of its functions, has all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .library import reference

FLOATING = "fV"  # the kinds of dtypes that hold real numbers: bfloat16 is a V to NumPy, and other Vs are refused
INEXACT = "fcV"  # and of those that hold numbers that can move by a little


def is_short(dtype: Any) -> bool:
    """Whether a dtype is float16 or bfloat16."""
    return dtype.itemsize == 2 and dtype.kind in FLOATING


def holds_numbers(dtype: Any) -> bool:
    """Whether a dtype is one of numbers or truth values, and not of text, dates or objects."""
    return dtype.kind in "fiubc" or dtype.name == "bfloat16"


def widened(array: Any) -> Any:
    """Short floats as float32, everything else as it is (also what a loop made: its steps see to themselves)."""
    return array if type(array) is tuple or not is_short(array.dtype) else array.astype("float32")


def fitted_to(array: Any, dtype: Any) -> Any:
    """What was computed in float32, rounded to the short dtype that it belongs to."""
    if array is None or type(array) is tuple or array.dtype == dtype:
        return array
    return array.astype(dtype)


def result_type(*arrays_and_dtypes: Any) -> Any:
    """NumPy's promotion (NEP 50), for bfloat16 too: it meets other dtypes as float16 does, and float16 as a float32.

    >>> import numpy as np
    >>> result_type(np.dtype("float16"), 1.0), result_type(np.dtype("float32"), np.dtype("int64"))
    (dtype('float16'), dtype('float64'))
    """
    numpy = reference()
    dtypes = [each if isinstance(each, type) else getattr(each, "dtype", each) for each in arrays_and_dtypes]
    brief = [each for each in dtypes if getattr(each, "kind", "") == "V"]
    if not brief:
        return numpy.result_type(*dtypes)
    half = numpy.dtype("float16")
    others = [half if getattr(each, "kind", "") == "V" else each for each in dtypes]
    found = numpy.result_type(*others)
    if found != half:
        return found
    return numpy.dtype("float32") if half in _named(dtypes) else brief[0]


def _named(dtypes: Sequence[Any]) -> list[Any]:
    return [each for each in dtypes if hasattr(each, "kind")]


def largest_number(dtype: Any) -> float:
    """The largest number that a floating dtype holds. That of bfloat16 has 8 digits and the exponent of a float32."""
    return 2.0**128 - 2.0**120 if dtype.kind == "V" else float(reference().finfo(dtype).max)


def spacing_at_one(dtype: Any) -> float:
    """The distance from 1 to the next number of a floating dtype: its precision."""
    return 2.0**-7 if dtype.kind == "V" else float(reference().finfo(dtype).eps)
