"""Array-likes at the door: values of any library in, NumPy arrays out, or an error that says what to pass instead.

One idea: whatever says that it holds numbers (`__array__`, the array interface, the buffer protocol, DLPack) is turned
into an array once. What NumPy would turn into something else without a word is refused.
"""

from __future__ import annotations

from typing import Any, NoReturn

from ..errors import ChainruleError, DTypeError
from .library import reference
from .precision import holds_numbers


def copied(value: Any) -> Any:
    """A NumPy array of its own: later changes to the value do not reach it. Its dtype may be anything."""
    numpy = reference()
    if type(value) is numpy.ndarray:
        return value.copy()
    if isinstance(value, (float, int, complex, numpy.generic)):  # the most frequent ones, and nothing to refuse
        return numpy.array(value)
    refuse_other_meanings(value)
    try:
        if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
            return numpy.from_dlpack(value).copy()
        return numpy.array(value)
    except ChainruleError:  # a list that holds recorded values has said so itself
        raise
    except (RuntimeError, TypeError, BufferError) as problem:
        _refuse(value, f"something that NumPy can read ({problem})", "detach it and bring it to the CPU first")


def plain(value: Any) -> Any:
    """An array of NumPy's own class: the value itself where it is one, a view of an array of another class."""
    numpy = reference()
    if type(value) is numpy.ndarray or isinstance(value, numpy.generic):
        return value
    refuse_other_meanings(value)
    return numpy.asarray(value) if isinstance(value, numpy.ndarray) else copied(value)


def refuse_other_meanings(value: Any) -> None:
    """Raise DTypeError for arrays whose operations mean something else than those of arrays."""
    numpy = reference()
    if isinstance(value, numpy.ma.MaskedArray):
        _refuse(value, "an array without a mask", "fill it first: x.filled(0.0), or x.compressed()")
    if isinstance(value, numpy.matrix):
        _refuse(value, "an array: the product of two matrices is * there and @ here", "np.asarray(x)")


def is_array_like(value: Any) -> bool:
    """Whether a value says that it holds an array."""
    if any(hasattr(value, name) for name in ("__array__", "__array_interface__", "__dlpack__")):
        return True
    try:
        return not isinstance(value, (bytes, bytearray)) and memoryview(value) is not None
    except TypeError:
        return False


def _refuse(value: Any, expected: str, remedy: str) -> NoReturn:
    raise DTypeError(given=f"a value of type {type(value).__name__}", expected=expected, remedy=remedy)


def numbers(array: Any, value: Any) -> Any:
    """The array that was made of a value, if it holds numbers or booleans. Raises DTypeError for anything else."""
    if not holds_numbers(array.dtype):
        raise DTypeError(
            given=f"a value of type {type(value).__name__} (dtype {array.dtype})",
            expected="numbers or booleans",
            remedy="convert it to a float array, or keep it out of the differentiated function",
        )
    return array
