"""Roots: a function, a start and a solver in, where the function is zero out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ... import tree
from ...errors import GradientError
from ..control.bodies import read_values
from .solving import as_slot, dense_solve, record_same
from .systems import Equation, Solver, solution


def custom_root(
    f: Callable[[Any], Any], initial_guess: Any, solve: Callable[..., Any],
    tangent_solve: Callable[..., Any] | None = None, has_aux: bool = False,
) -> Any:  # fmt: skip
    """The x with f(x) = 0, found by `solve(f, initial_guess)`, with derivatives by the implicit function theorem.

    f returns the containers, shapes and dtypes it is given; the values it uses from outside are what x depends on.
    `tangent_solve(g, y)` solves the linear system g(x) = y with the slope of f at the root, or its transpose (by the
    matrix itself if left out). The solvers run on numbers: they may loop, branch, and call any library. With `has_aux`
    solve returns (x, aux), and so does this (aux is None under jit, where the solver runs later).

    Raises what `scan` raises for an f that returns another type, and DomainError in a derivative at a root where the
    slope is singular.

    >>> import numpy as np
    >>> from chainrule import custom_root, grad
    >>> def newton(f, x):
    ...     for _ in range(20):
    ...         x = x - f(x) / ((f(x + 1e-6) - f(x - 1e-6)) / 2e-6)
    ...     return x
    >>> def square_root(a):
    ...     return custom_root(lambda x: x * x - a, 1.0, newton)
    >>> round(float(square_root(2.0)), 9), round(grad(square_root)(2.0), 9)
    (1.414213562, 0.353553391)
    """
    box: list[Any] = []

    def without_aux(function: Callable[[Any], Any], start: Any) -> Any:
        found = solve(function, start)
        if not has_aux:
            return found
        if not isinstance(found, tuple) or len(found) != 2:
            raise GradientError(
                given=f"a result of type {type(found).__name__} from the solver of custom_root with has_aux=True",
                where="custom_root", expected="a pair (x, aux)", remedy="return x, aux; or leave has_aux out",
            )  # fmt: skip
        box.append(found[1])
        return found[0]

    values, slots, structure = read_values(initial_guess, "custom_root", "initial_guess")
    body = record_same(f, structure, slots, "custom_root")
    equation = Equation(
        body.graph, len(body.captured), Solver(without_aux, structure, "custom_root"),
        Solver(tangent_solve or dense_solve, structure, "custom_root"),
    )  # fmt: skip
    inputs = [as_slot(value, slot) for value, slot in zip(values, slots, strict=True)]
    x = tree.unflatten(structure, solution(equation, [*body.captured, *inputs]))
    return (x, box[-1] if box else None) if has_aux else x


def root(f: Callable[..., Any], solve: Callable[..., Any], tangent_solve: Callable[..., Any] | None = None) -> Any:
    """x as a function of the parameters of an equation: `root(f, solve)(x0, *theta)` is the x with f(x, *theta) = 0.

    `solve(function, x0)` searches for a root of a function of x alone. No derivative goes through x0. Everything else
    is as in `custom_root`.

    >>> from scipy.optimize import brentq
    >>> from chainrule import grad, root
    >>> kepler = root(lambda E, e, M: E - e * np.sin(E) - M, lambda f, x0: brentq(f, -4.0, 4.0, xtol=1e-14))
    >>> import numpy as np
    >>> E = kepler(0.0, 0.5, 1.0)
    >>> abs(grad(kepler, 1)(0.0, 0.5, 1.0) - np.sin(E) / (1 - 0.5 * np.cos(E))) < 1e-12
    np.True_
    """

    @wraps(f, assigned=("__module__", "__name__", "__qualname__", "__doc__"), updated=())
    def solving(x0: Any, *theta: Any) -> Any:
        return custom_root(lambda x: f(x, *theta), x0, solve, tangent_solve)

    return solving
