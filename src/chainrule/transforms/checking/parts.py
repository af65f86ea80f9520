"""A function of complex numbers in, the same function of their real and imaginary parts out.

One idea: a complex number moves in two real directions, and the check of a gradient knows real directions only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

from ... import tree
from ...ir.library import reference
from ...ops.complexes import imag, real


class Parts(NamedTuple):
    """A complex number or array, taken apart."""

    real: Any
    imag: Any


def in_real_parts(fun: Callable[..., Any], args: Sequence[Any]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The function and its arguments as they are where all is real; else both with `Parts` for complex numbers."""
    leaves, structure = tree.flatten(list(args))
    places = {slot for slot, leaf in enumerate(leaves) if is_complex(leaf)}
    refused = not all(map(is_moved, leaves))  # by whoever records the function: it is not run on them first
    if not places and (refused or not any(map(is_complex, tree.flatten(fun(*args))[0]))):
        return fun, tuple(args)

    @wraps(fun)
    def of_parts(*given: Any) -> Any:
        rest = iter(tree.flatten(list(given))[0])
        whole = [next(rest) + 1j * next(rest) if slot in places else next(rest) for slot in range(len(leaves))]
        found, made = tree.flatten(fun(*tree.unflatten(structure, whole)))
        return tree.unflatten(made, [taken_apart(each) for each in found])

    return of_parts, tuple(tree.unflatten(structure, [taken_apart(leaf) for leaf in leaves]))


def is_moved(leaf: Any) -> bool:
    """Whether a leaf holds numbers that can be moved a little."""
    return isinstance(leaf, (float, complex)) or getattr(getattr(leaf, "dtype", None), "kind", "") in ("f", "c", "V")


def is_complex(leaf: Any) -> bool:
    """Whether a leaf holds complex numbers."""
    return isinstance(leaf, complex) or getattr(getattr(leaf, "dtype", None), "kind", "") == "c"


def taken_apart(leaf: Any) -> Any:
    """The two parts of a complex leaf; any other as it is."""
    if not is_complex(leaf):
        return leaf
    if type(leaf) is complex:
        return Parts(leaf.real, leaf.imag)
    array = leaf if hasattr(leaf, "dtype") else reference().asarray(leaf)
    return Parts(real(array), imag(array))
