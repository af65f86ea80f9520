"""The incomplete beta function by its parameters: a, b and x in, derivatives by a and b out.

One idea: as for the incomplete gamma function (`parameters`), the derivative by a is an integral with the factor
log t - E, E its mean, which is taken on the side where the factor has one sign. Over logit(t) the integrand is a smooth
hump with exponential sides; panels that grow away from its end and from where it bends find it at any parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from ...ir.library import Array, Library, science

_NOTHING = 45.0
_NODES = 12


def by_parameters(xp: Library, a: Array, b: Array, x: Array, orders: tuple[int, int]) -> Array:
    """The derivative of I_x(a, b), orders[0] times by a and orders[1] times by b; NaN outside the domain.

    Source: I as the integral 8.17.1 of the DLMF, differentiated under the integral.
    """
    a, b, x = xp.broadcast_arrays(*[xp.asarray(each, xp.float64) for each in (a, b, x)])
    shape = a.shape
    a, b, x = a.reshape(-1), b.reshape(-1), x.reshape(-1)
    found = xp.full(a.shape, xp.nan)
    known = (a > 0) & (b > 0) & (x >= 0) & (x <= 1)
    found[known] = 0.0
    inside = known & (x > 0) & (x < 1)
    if inside.any():
        found[inside] = _inside(xp, a[inside], b[inside], x[inside], orders)
    return found.reshape(shape)


def _inside(xp: Library, a: Array, b: Array, x: Array, orders: tuple[int, int]) -> Array:
    special = science("special")
    log_x, log_y = xp.log(x), xp.log1p(-x)
    means = special.psi(a) - special.psi(a + b), special.psi(b) - special.psi(a + b)
    left = log_y >= means[1] if orders == (0, 1) else log_x < means[0]
    found = xp.empty_like(x)
    for chosen, near, far, share, sign in ((left, a, b, x, 1.0), (~left, b, a, 1 - x, -1.0)):
        if chosen.any():
            log_near, log_far = (log_x, log_y) if sign > 0 else (log_y, log_x)
            s, weights = _places(xp, near[chosen], far[chosen], share[chosen])
            bend = xp.log1p(share[chosen] * xp.expm1(-s))
            density = xp.exp(-(near[chosen] * s + (near + far)[chosen] * bend))
            logs = log_near[chosen] - s - bend, log_far[chosen] - bend
            pair = logs if sign > 0 else logs[::-1]
            factor = polynomial(
                pair, (a[chosen], b[chosen]), [each[chosen] for each in means], orders, special.polygamma
            )
            found[chosen] = sign * xp.sum(weights * density * factor, axis=0)
    return found * xp.exp(a * log_x + b * log_y - special.betaln(a, b))


def _places(xp: Library, near: Array, far: Array, share: Array) -> tuple[Array, Array]:
    """Nodes and weights from 0 to where nothing is left: panels double away from 0, and from where the side bends."""
    end = (_NOTHING + (near + far) * -xp.log1p(-share)) / near
    for _ in range(30):  # Newton from above: the exponent is convex
        left_over = near * end + (near + far) * xp.log1p(share * xp.expm1(-end)) - _NOTHING
        slope = near - (near + far) * share * xp.exp(-end) / (1 + share * xp.expm1(-end))
        end = end - left_over / slope
    bend = xp.clip(xp.log(share) - xp.log1p(-share), 0, None)
    steps = 2.0 ** xp.arange(-5, 8)[:, None]
    edges = [0 * end[None], end * 2.0 ** -xp.arange(11.0)[:, None], bend + steps, bend - steps, bend[None]]
    edges = xp.sort(xp.clip(xp.concatenate(edges), 0, end), axis=0)
    nodes, weights = _legendre(xp)
    width = xp.diff(edges, axis=0)[:, None]
    places = edges[:-1, None] + width * nodes
    return places.reshape(-1, end.size), (width * weights).reshape(-1, end.size)


@cache
def _legendre(xp: Library) -> tuple[Array, Array]:
    nodes, weights = xp.polynomial.legendre.leggauss(_NODES)
    return (0.5 * (nodes + 1))[:, None], (0.5 * weights)[:, None]


def polynomial(logs: Any, parameters: Any, means: Any, orders: tuple[int, int], polygamma: Callable[..., Any]) -> Any:
    """What differentiating t^a (1 - t)^b / B(a, b) so often multiplies it with: derivatives of exp(g) in those of g."""
    slopes = {
        (i, j): _slope(logs, parameters, means, (i, j), polygamma)
        for i in range(orders[0] + 1)
        for j in range(orders[1] + 1)
        if i + j
    }
    found: dict[tuple[int, int], Any] = {(0, 0): 1.0}
    for i in range(orders[0] + 1):
        for j in range(orders[1] + 1):
            if i + j:
                found[i, j] = _next(found, slopes, i, j)
    return found[orders]


def _next(found: dict[tuple[int, int], Any], slopes: dict[tuple[int, int], Any], i: int, j: int) -> Any:
    by_a = i > 0
    top, side = (i - 1, j) if by_a else (j - 1, i)
    total: Any = 0.0
    for k in range(top + 1):
        for m in range(side + 1):
            place, slope = ((top - k, side - m), (k + 1, m)) if by_a else ((side - m, top - k), (m, k + 1))
            total = total + math.comb(top, k) * math.comb(side, m) * found[place] * slopes[slope]
    return total


def _slope(logs: Any, parameters: Any, means: Any, orders: tuple[int, int], polygamma: Callable[..., Any]) -> Any:
    """The derivative of g = a log t + b log(1 - t) - log B(a, b), so often by a and by b."""
    (a, b), (i, j) = parameters, orders
    if i + j == 1:
        return logs[0] - means[0] if i else logs[1] - means[1]
    together = polygamma(i + j - 1, a + b)
    if i and j:
        return together
    return together - polygamma(i + j - 1, a if i else b)
