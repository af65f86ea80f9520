"""Turning and mirroring: an array in, the same entries seen from another side out."""

from __future__ import annotations

from typing import Any

from ...errors import ShapeError
from ...ir.coercion import as_array
from ...ir.types import normalise_axis
from ..declare import also_known_as
from ..movement import flip, flip_op, swapaxes


def fliplr(x: Any) -> Any:
    """np.fliplr: the columns in reverse order. Raises ShapeError for a vector.

    >>> fliplr([[1.0, 2.0]])
    array([[2., 1.]])
    """
    return _mirrored(x, 1, "fliplr")


def flipud(x: Any) -> Any:
    """np.flipud: the rows in reverse order.

    >>> flipud([1.0, 2.0])
    array([2., 1.])
    """
    return _mirrored(x, 0, "flipud")


def _mirrored(x: Any, axis: int, name: str) -> Any:
    array = as_array(x)
    if array.ndim <= axis:
        raise ShapeError(given=f"{name} of shape {array.shape}", expected=f"at least {axis + 1} axes", where=name,
                         remedy="np.flip takes any axes")  # fmt: skip
    return flip_op(array, axes=(axis,))


def rot90(x: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """np.rot90: turned by k quarters of a turn in the plane of two axes, from the first to the second.

    >>> rot90([[1.0, 2.0], [3.0, 4.0]])
    array([[2., 4.],
           [1., 3.]])
    """
    array = as_array(x)
    first, second = (normalise_axis(axis, array.ndim, "rot90") for axis in axes)
    if first == second:
        raise ShapeError(given=f"axes {axes}", expected="two axes", where="rot90", remedy="name two different axes")
    match k % 4:
        case 1:
            return swapaxes(flip(array, second), first, second)
        case 2:
            return flip(array, (first, second))
        case 3:
            return flip(swapaxes(array, first, second), second)
        case _:
            return array


for _function in (fliplr, flipud, rot90):
    also_known_as(_function, _function.__name__)
