"""What NumPy's reductions take beside an axis: dtype, where and initial in, an array that needs none of them out.

One idea: entries that are left out are replaced by what changes nothing (0 in a sum, 1 in a product), so that one rule
serves every reduction and an entry that is left out receives an exact zero.
"""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ir.library import reference
from ..ir.types import broadcast_shapes


def prepared(x: Any, dtype: Any = None, where: Any = None, neutral: Any = 0) -> Any:
    """x in this dtype, with the neutral value where the mask does not hold."""
    array = as_array(x)
    return array if dtype is None and takes_all(where) else _chosen(array, dtype, where, neutral)


def _chosen(array: Any, dtype: Any, where: Any, neutral: Any) -> Any:
    from .choices import astype  # not at the top: a choice is made of reductions
    from .choices import where as choose

    if dtype is not None:
        array = astype(array, dtype)
    return array if takes_all(where) else choose(fitting(where, array), array, neutral)


def takes_all(where: Any) -> bool:
    """Whether a mask leaves nothing out."""
    return where is None or where is True


def fitting(where: Any, array: Any) -> Any:
    """A mask that stretches to the array. Raises ShapeError where the array would have to stretch to it."""
    mask = as_array(where)
    if broadcast_shapes(mask.shape, array.shape, doing="where=") != array.shape:
        raise ShapeError(
            given=f"where= of shape {mask.shape} for an array of shape {array.shape}", where="where=",
            expected="a mask that stretches to the array", remedy="reshape the mask, or broadcast the array first",
        )  # fmt: skip
    return mask


def lowest(array: Any) -> Any:
    """What no entry is below: minus infinity, or the smallest whole number of the dtype."""
    return _bound(array, -1)


def highest(array: Any) -> Any:
    """What no entry is above."""
    return _bound(array, 1)


def _bound(array: Any, sign: int) -> Any:
    if array.dtype.kind == "b":
        return sign > 0
    if array.dtype.kind in "iu":
        limits = reference().iinfo(array.dtype)
        return int(limits.max if sign > 0 else limits.min)
    return sign * float("inf")
