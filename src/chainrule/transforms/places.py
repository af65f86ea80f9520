"""Which arguments are meant: the arguments of a call in, the places of those that can be differentiated out.

One idea: a question such as "explain f here" names no arguments; all that hold floating-point numbers are meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import tree
from ..ir.precision import INEXACT


def with_floats(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Whole numbers as floats where nothing else could be meant: in a call such as explain(f)(-2, 5, -4)."""
    if any(map(_holds_floats, args)):
        return args
    return tuple(float(argument) if type(argument) is int else argument for argument in args)


def differentiable_places(args: Sequence[Any]) -> tuple[int, ...]:
    """The arguments that hold floats: what `explain` differentiates when it is not told."""
    return tuple(place for place, argument in enumerate(args) if _holds_floats(argument)) or tuple(range(len(args)))


def _holds_floats(argument: Any) -> bool:
    leaves, _ = tree.flatten(argument)
    return bool(leaves) and all(
        isinstance(leaf, (float, complex)) or (getattr(leaf, "dtype", None) is not None and leaf.dtype.kind in INEXACT)
        for leaf in leaves
    )
