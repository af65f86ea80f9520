"""autograd.scipy.linalg: SciPy's own names, and the solvers of banded and Sylvester systems.

One idea: the gradient of a solution is the solution of the transposed system.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg as _linalg

from ....ir.node import Node
from ....ir.surface import TABLE
from ..primitives import defjvp, defvjp, primitive


def __getattr__(name: str) -> Any:
    theirs = getattr(_linalg, name)
    if name not in TABLE:
        return theirs

    def either(*args: Any, **keywords: Any) -> Any:
        recorded = any(type(each) is Node for each in (*args, *keywords.values()))
        return (TABLE[name] if recorded else theirs)(*args, **keywords)

    either.__name__, either.__doc__ = name, theirs.__doc__
    return either


def __dir__() -> list[str]:
    return dir(_linalg)


solve_sylvester = primitive(_linalg.solve_sylvester)
solve_banded = primitive(_linalg.solve_banded)


def transposed(x: Any) -> Any:
    return np.conj(np.swapaxes(x, -1, -2))


def _sylvester_gradient(x: Any, a: Any, b: Any, g: Any) -> Any:
    """What reaches the right-hand side of a x + x b = q."""
    return solve_sylvester(transposed(a), transposed(b), g)


defvjp(
    solve_sylvester,
    lambda x, a, b, q: lambda g: -_sylvester_gradient(x, a, b, g) @ transposed(x),
    lambda x, a, b, q: lambda g: -transposed(x) @ _sylvester_gradient(x, a, b, g),
    lambda x, a, b, q: lambda g: _sylvester_gradient(x, a, b, g),
)
defjvp(
    solve_sylvester,
    lambda move, x, a, b, q: solve_sylvester(a, b, -move @ x),
    lambda move, x, a, b, q: solve_sylvester(a, b, -x @ move),
    lambda move, x, a, b, q: solve_sylvester(a, b, move),
)


sqrtm = primitive(_linalg.sqrtm)
# S S = A gives dS S + S dS = dA: a Sylvester equation.
defvjp(sqrtm, lambda root, a: lambda g: solve_sylvester(transposed(root), transposed(root), g))
defjvp(sqrtm, lambda move, root, a: solve_sylvester(root, root, move))


def flipped_band(below_and_above: tuple[int, int], band: Any) -> tuple[tuple[int, int], Any]:
    """A banded matrix transposed: its diagonals in the opposite order, each moved along."""
    below, above = below_and_above
    size = band.shape[1]
    rows = [shifted(band[above + lag], lag, size) for lag in range(below, -above - 1, -1)]
    return (above, below), np.stack(rows)


def shifted(row: Any, steps: int, size: int) -> Any:
    """A row moved by some places, 0 where nothing stood."""
    inner = row[max(-steps, 0) : size - max(steps, 0)]
    return np.pad(inner, (max(steps, 0), max(-steps, 0)))


def _band_gradient(argnum: int) -> Callable[..., Any]:
    def maker(x: Any, below_and_above: tuple[int, int], band: Any, b: Any) -> Callable[[Any], Any]:
        def pull(g: Any) -> Any:
            back = solve_banded(*flipped_band(below_and_above, band), g)
            return back if argnum == 2 else -banded_products(below_and_above, back, x)

        return pull

    return maker


def banded_products(below_and_above: tuple[int, int], u: Any, x: Any) -> Any:
    """The entries of the outer product u x^T inside the band, as the band is stored."""
    below, above = below_and_above
    size = u.shape[0]
    rows = []
    for lag in range(above, -below - 1, -1):  # entry (i, i + lag) stands in row above - lag, column i + lag
        product = u[max(-lag, 0) : size - max(lag, 0)] * x[max(lag, 0) : size - max(-lag, 0)]
        entries = product if product.ndim == 1 else np.sum(product, axis=-1)
        rows.append(np.pad(entries, (max(lag, 0), max(-lag, 0))))
    return np.stack(rows)


defvjp(solve_banded, _band_gradient(1), _band_gradient(2), argnums=[1, 2])
