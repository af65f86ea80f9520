"""autograd.scipy.linalg: SciPy's own names, and the solver of banded systems.

One idea: the gradient of a solution is the solution of the transposed system.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg as _linalg

from ....ir.node import Node
from ....ir.surface import TABLE
from ..primitives import defvjp, primitive, value_of


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


def sqrtm(a: Any, *args: Any, **keywords: Any) -> Any:
    """SciPy's square root, which is complex where a real matrix has no real one."""
    if type(a) is not Node:
        return _linalg.sqrtm(a, *args, **keywords)
    root = _linalg.sqrtm(value_of(a))
    return TABLE["sqrtm"](a.astype(complex) if root.dtype.kind == "c" else a)


solve_banded = primitive(_linalg.solve_banded)


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
