"""Choosing among arrays, and functions applied piece by piece: conditions and alternatives in, what was chosen out.

One idea: an alternative that is not chosen sends nothing back, and a function is called with the entries it is for
where those are known, so that it is not asked outside its domain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...errors import BoundsError, DTypeError, ShapeError
from ...ir.coercion import as_array
from ...ir.library import reference
from ...ir.types import broadcast_shapes, normalise_axis
from ..choices import equal, logical_not, where
from ..declare import also_known_as
from ..indexing import getitem, within
from ..joining import stack, zeros_of
from ..known import is_known, known_values
from ..movement import broadcast_to, expand_dims, moveaxis, reshape
from ..updates import index_set


def choose(a: Any, choices: Any, *, mode: str = "raise") -> Any:
    """np.choose: at each place the entry of the choice that a names there, counted from 0.

    Raises BoundsError where there is no such choice and the numbers are known; modes "clip" and "wrap" as in `take`.

    >>> choose([1, 0], [[1.0, 2.0], [3.0, 4.0]])
    array([3., 2.])
    """
    numbers = as_array(a)
    given = [as_array(choices[place]) for place in range(len(choices))]
    if mode != "raise":
        numbers = within(numbers, len(given), mode)
    elif is_known(numbers):
        known = known_values(numbers, "choose", "")
        if known.size and not (known.min() >= 0 and known.max() < len(given)):
            raise BoundsError(given=f"a choice of number {known.max()}", expected=f"numbers from 0 to {len(given) - 1}",
                              where="choose", remedy="mode='clip' takes the last choice instead")  # fmt: skip
    shape = broadcast_shapes(numbers.shape, *[each.shape for each in given], doing="choose")
    found = broadcast_to(given[-1], shape)
    for place in range(len(given) - 2, -1, -1):
        found = where(equal(broadcast_to(numbers, shape), place), given[place], found)
    return found


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """np.select: at each place the choice whose condition is the first to hold there, else the default.

    >>> select([[True, False], [True, True]], [[1.0, 2.0], [3.0, 4.0]])
    array([1., 4.])
    """
    if len(condlist) != len(choicelist) or not condlist:
        raise ShapeError(
            given=f"{len(condlist)} conditions for {len(choicelist)} choices",
            where="select",
            expected="a choice for each condition, and at least one",
            remedy="give a default for the rest",
        )
    found: Any = default
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        if as_array(condition).dtype.kind != "b":
            raise DTypeError(given=f"a condition of dtype {as_array(condition).dtype}", expected="truth values",
                             where="select", remedy="compare first: x > 0")  # fmt: skip
        found = where(condition, choice, found)
    return found


def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **keywords: Any) -> Any:
    """np.piecewise: each function (or number) where its condition holds; the last one of more where none does.

    A function is given the entries it is for, in one row; under jit, where they are not known, it is given all entries
    and what it makes of the others is not taken.

    >>> piecewise([-1.0, 2.0], [[True, False]], [0.0, lambda t: t * t])
    array([0., 4.])
    """
    array = as_array(x)
    conditions = [as_array(each) for each in _conditions(condlist, array)]
    functions = [funclist[place] for place in range(len(funclist))]
    if len(functions) == len(conditions) + 1:
        some: Any = conditions[0]
        for each in conditions[1:]:
            some = some | each
        conditions.append(logical_not(some))
    if len(functions) != len(conditions):
        raise ShapeError(
            given=f"{len(functions)} functions for {len(conditions)} conditions",
            where="piecewise",
            expected="a function for each, and one more at most",
            remedy="np.where chooses between two",
        )
    found = zeros_of(array)
    for condition, function in zip(conditions, functions, strict=True):
        found = _with_piece(found, array, condition, function, args, keywords)
    return found


def _conditions(condlist: Any, array: Any) -> list[Any]:
    """A list of conditions, or one condition alone."""
    if hasattr(condlist, "dtype"):
        return [condlist] if condlist.ndim == array.ndim else [condlist[row] for row in range(condlist.shape[0])]
    single = not condlist or not (isinstance(condlist[0], (list, tuple)) or hasattr(condlist[0], "dtype"))
    return [condlist] if single and array.ndim else list(condlist)


def _with_piece(found: Any, array: Any, condition: Any, function: Any, args: Any, keywords: Any) -> Any:
    if not callable(function):
        return where(condition, function, found)
    if is_known(condition):
        mask = known_values(condition, "piecewise", "")
        return index_set(found, mask, function(getitem(array, mask), *args, **keywords)) if mask.any() else found
    return where(condition, function(array, *args, **keywords), found)


# Functions along an axis ---------------------------------------------------------------------------------------------
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **keywords: Any) -> Any:
    """np.apply_along_axis: a function of vectors, called on every vector along `axis`; its results stand there.

    >>> apply_along_axis(lambda row: row[::-1], 1, [[1.0, 2.0], [3.0, 4.0]])
    array([[2., 1.],
           [4., 3.]])
    """
    array = as_array(arr)
    along = normalise_axis(axis, array.ndim, "apply_along_axis")
    rows = moveaxis(array, along, -1)
    outside = rows.shape[:-1]
    if 0 in outside:
        raise ShapeError(given=f"no vectors in shape {array.shape} along axis {axis}", expected="at least one",
                         where="apply_along_axis", remedy="leave empty arrays out")  # fmt: skip
    found = [func1d(getitem(rows, place), *args, **keywords) for place in reference().ndindex(*outside)]
    whole = stack(found)
    inside = whole.shape[1:]
    whole = reshape(whole, (*outside, *inside))
    order = (*range(along), *range(len(outside), len(outside) + len(inside)), *range(along, len(outside)))
    return moveaxis(whole, order, tuple(range(len(order))))


def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """np.apply_over_axes: a reduction applied along one axis after another, the axes kept."""
    array = as_array(a)
    for axis in axes if isinstance(axes, (list, tuple)) else (axes,):
        found = func(array, axis)
        array = found if found.ndim == array.ndim else expand_dims(found, axis)
    return array


_FUNCTIONS = (choose, piecewise, apply_along_axis, apply_over_axes)
for _function in _FUNCTIONS:
    also_known_as(_function, _function.__name__)
also_known_as(select, "select")
