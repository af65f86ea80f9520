"""Fixed points: a family of maps and a start in, the point that the map leaves where it is out.

One idea: at the fixed point x = f(a)(x) the gradient of x is itself a fixed point, of u -> J^T u + g.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core import make_vjp
from ..primitives import defvjp, primitive
from ..spaces import vspace


@primitive
def fixed_point(f: Callable[[Any], Any], a: Any, x0: Any, distance: Callable[[Any, Any], Any], tol: float) -> Any:
    """The fixed point of f(a), by iterating it from x0 until it moves by less than `tol`.

    >>> import math
    >>> halves = lambda a: lambda x: 0.5 * (x + a / x)
    >>> round(fixed_point(halves, 2.0, 1.0, lambda x, y: abs(x - y), 1e-12), 6) == round(math.sqrt(2), 6)
    True
    """
    step = f(a)
    x, before = step(x0), x0
    while distance(x, before) > tol:
        x, before = step(x), x
    return x


def _gradient_of_a(
    ans: Any, f: Callable[[Any], Any], a: Any, x0: Any, distance: Callable[[Any, Any], Any], tol: float
) -> Callable[[Any], Any]:
    def arriving(params: Any) -> Callable[[Any], Any]:
        inner, point, g = params
        pull, _ = make_vjp(f(inner), point)
        return lambda u: vspace(point).add(pull(u), g)

    pull_a, _ = make_vjp(lambda inner: f(inner)(ans), a)
    return lambda g: pull_a(fixed_point(arriving, (a, ans, g), vspace(x0).zeros(), distance, tol))


defvjp(fixed_point, None, _gradient_of_a, None)
