"""Fixed points: a function and a start in, the value that the function leaves as it is out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ... import tree
from ...errors import DomainError
from ...ir.library import reference
from .roots import custom_root
from .solving import dense_solve

_LARGEST_MATRIX = 500  # unknowns up to which the slope is written out as a matrix


def fixed_point(
    f: Callable[..., Any], x0: Any, *theta: Any, tol: float | None = None, max_steps: int = 10_000
) -> Any:  # fmt: skip
    """The x with x = f(x, *theta), by repeating f from x0 until it moves x by no more than `tol`.

    `tol` counts against the size of x (1e-12 for float64, and what corresponds to it for others). Derivatives of both
    modes solve dx = (df/dx) dx + (df/dtheta) dtheta: by the matrix for up to 500 unknowns, by repeating that too for
    more. So nothing of the search is kept, and no derivative goes through x0.

    Raises DomainError where the search does not come to rest within `max_steps`, and what `custom_root` raises.

    >>> import numpy as np
    >>> from chainrule import fixed_point, grad
    >>> x = fixed_point(lambda x, a: np.cos(a * x), 1.0, 1.0)
    >>> abs(x - np.cos(x)) < 1e-11
    np.True_
    >>> slope = grad(lambda a: fixed_point(lambda x, a: np.cos(a * x), 1.0, a))(1.0)
    >>> abs(slope + x * np.sin(x) / (1 + np.sin(x))) < 1e-9
    np.True_
    """

    def residual(x: Any) -> Any:
        moved, structure = tree.flatten(f(x, *theta))
        kept, own = tree.flatten(x)
        if structure.entries != own.entries:
            return f(x, *theta)  # refused where it is recorded, with both structures
        return tree.unflatten(own, [new - old for new, old in zip(moved, kept, strict=True)])

    search = partial(_come_to_rest, tol=tol, max_steps=max_steps)
    size = sum(int(reference().prod(leaf.shape)) if hasattr(leaf, "shape") else 1 for leaf in tree.flatten(x0)[0])
    linear = dense_solve if size <= _LARGEST_MATRIX else partial(_repeat, tol=tol, max_steps=max_steps)
    return custom_root(residual, x0, search, linear)


def _come_to_rest(residual: Callable[[Any], Any], x: Any, tol: float | None, max_steps: int) -> Any:
    """x + residual(x) again and again."""
    for _ in range(max_steps):
        leaves, structure = tree.flatten(x)
        steps = tree.flatten(residual(x))[0]
        x = tree.unflatten(structure, [leaf + step for leaf, step in zip(leaves, steps, strict=True)])
        if all(_is_small(step, leaf, tol) for step, leaf in zip(steps, leaves, strict=True)):
            return x
    raise DomainError(
        given=f"a search for a fixed point that has not come to rest after {max_steps:,} steps",
        where="fixed_point",
        expected="a function that brings values closer to each other (its slope is below 1)",
        remedy="damp it, f(x) -> (x + f(x)) / 2; or use root with a solver for f(x) - x; or allow a larger tol",
    )


def _is_small(step: Any, value: Any, tol: float | None) -> bool:
    numpy = reference()
    found = numpy.asarray(step)
    allowed = float(numpy.finfo(found.dtype).eps) ** 0.75 if tol is None else tol
    largest = float(numpy.max(numpy.abs(value), initial=1.0))
    return bool(numpy.all(numpy.abs(found) <= allowed * largest))


def _repeat(slope: Callable[[Any], Any], y: Any, tol: float | None, max_steps: int) -> Any:
    """The x with (J - 1) x = y, where slope(x) = (J - 1) x: x = J x - y, repeated from -y."""
    goal, structure = tree.flatten(y)
    start = tree.unflatten(structure, [-each for each in goal])

    def residual(x: Any) -> Any:
        found = tree.flatten(slope(x))[0]
        return tree.unflatten(structure, [moved - each for moved, each in zip(found, goal, strict=True)])

    return _come_to_rest(residual, start, tol, max_steps)
