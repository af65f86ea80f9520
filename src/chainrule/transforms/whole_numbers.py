"""Whole numbers among the arguments: a gradient that is asked for by them too in, zeros in their places out.

One idea: a whole number cannot move by a little. It stays the plain number that it is while the function runs, so that
it still counts loops and indexes arrays, and its gradient is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import tree
from ..ir.library import reference
from ..ir.node import Node


def is_whole(leaf: Any) -> bool:
    """Whether a leaf is a whole number or a truth value, or an array of them."""
    if isinstance(leaf, (bool, int)):
        return True
    return getattr(getattr(leaf, "dtype", None), "kind", "") in tuple("iub")


def zeros_for(leaf: Any) -> Any:
    """The gradient by a whole number: 0.0, or zeros of float64 of its shape."""
    if isinstance(leaf, (bool, int)):
        return 0.0
    shape = leaf.shape if type(leaf) is Node else reference().shape(leaf)
    return reference().zeros(shape)[()] if isinstance(leaf, reference().generic) else reference().zeros(shape)


def without_whole_numbers(
    function: Callable[..., Any], args: Sequence[Any], places: Sequence[int]
) -> tuple[Callable[..., Any], list[Any], Callable[[list[Any]], list[Any]]]:
    """The function of the floats alone, as one list; that list; and how its gradient becomes that of the arguments."""
    leaves, structure = tree.flatten([args[place] for place in places])
    moving = [slot for slot, leaf in enumerate(leaves) if not is_whole(leaf)]

    def of_floats(floats: list[Any], *rest: Any, **keywords: Any) -> Any:
        filled = list(leaves)
        for slot, value in zip(moving, floats, strict=True):
            filled[slot] = value
        given = list(args)
        for place, argument in zip(places, tree.unflatten(structure, filled), strict=True):
            given[place] = argument
        return function(*given, **keywords)

    def put_back(gradient: list[Any]) -> list[Any]:
        found = [zeros_for(leaf) if is_whole(leaf) else None for leaf in leaves]
        for slot, each in zip(moving, gradient, strict=True):
            found[slot] = each
        return list(tree.unflatten(structure, found))

    return of_floats, [leaves[slot] for slot in moving], put_back
