"""The incomplete gamma function by its parameter: a and log x in, derivatives by a out.

One idea: P(a, x) is an integral of x^a exp(-x)/Gamma(a) over log x, and its derivative by a the same integral with the
factor log t - digamma(a). That factor has one sign on the shorter side of its zero, so integrating on that side loses
no digits. Where the other methods need a series for each range, this is a sum of positive terms.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from ...ir.library import Array, Library, science

_LARGE = 30.0  # of a: below it the power series is short, above it the integrand is nearly Gaussian
_TERMS = 80
_NODES = 64
_NOTHING = 45.0  # exp(-45) is below the rounding of what is summed


def relative_slope(xp: Library, a: Array, log_x: Array, order: int) -> Array:
    """The derivative of order `order` of P(a, x) by a, over x times its derivative by x: no factor can underflow.

    NaN where a <= 0. Source: P as the integral 8.2.4 and the series 8.7.1 of the DLMF, differentiated term by term.
    """
    a, log_x = xp.broadcast_arrays(xp.asarray(a, xp.float64), xp.asarray(log_x, xp.float64))
    shape = a.shape
    a, log_x = a.reshape(-1), log_x.reshape(-1)
    found = xp.full(a.shape, xp.nan)
    known = (a > 0) & ~xp.isnan(log_x) & xp.isfinite(a)
    psi = science("special").psi(xp.where(known, a, 1.0))
    left = log_x < psi + 1 / xp.where(known, a, 1.0)  # below the zero of log x - digamma(a + 1)
    for rule, chosen in (
        (_by_series, known & left & (a < _LARGE)),
        (_by_left_integral, known & left & (a >= _LARGE)),
        (_by_right_integral, known & ~left),
    ):
        if chosen.any():
            found[chosen] = rule(xp, a[chosen], log_x[chosen], psi[chosen], order)
    return found.reshape(shape)


def _by_series(xp: Library, a: Array, log_x: Array, psi: Array, order: int) -> Array:
    """The sum over n of x^n / (a (a + 1) ... (a + n)), each term times its polynomial in log x - digamma(a + n + 1)."""
    special = science("special")
    places = xp.arange(_TERMS)[:, None]
    factors = xp.exp(log_x) / (a + places[1:])
    terms = xp.concatenate([xp.ones((1, a.size)), xp.cumprod(factors, axis=0)]) / a
    beyond = a + places + 1
    tails = [-special.polygamma(each, beyond) for each in range(1, order)]
    return xp.sum(terms * bell(order, log_x - special.psi(beyond), tails), axis=0)


def _by_left_integral(xp: Library, a: Array, log_x: Array, psi: Array, order: int) -> Array:
    """log t = log x - s, s from 0 to where exp(-(a s - x (1 - exp(-s)))) is nothing."""
    x = xp.exp(log_x)
    end = (x + _NOTHING) / a
    for _ in range(12):  # Newton from above: the exponent is convex
        end = end - (a * end + x * xp.expm1(-end) - _NOTHING) / (a - x * xp.exp(-end))
    nodes, weights = _legendre(xp)
    s = end * nodes
    return end * _integral(xp, weights, xp.exp(-(a * s + x * xp.expm1(-s))), log_x - s - psi, a, order)


def _by_right_integral(xp: Library, a: Array, log_x: Array, psi: Array, order: int) -> Array:
    """log t = log x + s, the same on the other side, whose integral is what is missing from 0."""
    x = xp.exp(log_x)
    end = xp.log1p(xp.sqrt(2 * _NOTHING / x) + 2 * _NOTHING / x)
    for _ in range(20):
        end = end - (x * xp.expm1(end) - a * end - _NOTHING) / (x * xp.exp(end) - a)
    nodes, weights = _legendre(xp)
    s = end * nodes
    whole = _integral(xp, weights, xp.exp(-(x * xp.expm1(s) - a * s)), log_x + s - psi, a, order)
    return xp.where(xp.isfinite(x), -end * whole, 0.0)


def _integral(xp: Library, weights: Array, density: Array, moved: Array, a: Array, order: int) -> Array:
    tails = [-science("special").polygamma(each, a) for each in range(1, order)]
    return xp.sum(weights * density * bell(order, moved, tails), axis=0)


def bell(order: int, first: Array, others: list[Any]) -> Any:
    """The complete Bell polynomial: what derivatives of exp(g) are in those of g."""
    slopes = [first, *others]
    found: list[Any] = [1.0]
    for size in range(order):
        found.append(sum(math.comb(size, place) * found[size - place] * slopes[place] for place in range(size + 1)))
    return found[order]


@cache
def _legendre(xp: Library) -> tuple[Array, Array]:
    """Gauss's nodes and weights on (0, 1), as columns."""
    nodes, weights = xp.polynomial.legendre.leggauss(_NODES)
    return (0.5 * (nodes + 1))[:, None], (0.5 * weights)[:, None]


def log_density(xp: Library, a: Array, log_x: Array) -> Array:
    """log(x^a exp(-x)/Gamma(a)) with all digits for large a too, where x^a exp(-x) and Gamma(a) nearly cancel."""
    a, log_x = xp.asarray(a, xp.float64), xp.asarray(log_x, xp.float64)
    x = xp.exp(log_x)
    with xp.errstate(all="ignore"):
        plain = xp.where(xp.isinf(log_x) & (log_x < 0), -xp.inf, a * log_x - x - science("special").gammaln(a))
        safe = xp.where(a > 10, a, 10.0)
        distance = (x - safe) / safe
        inverse = 1 / (safe * safe)
        stirling = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / safe
        far = -safe * (distance - xp.log1p(distance)) + 0.5 * xp.log(safe / (2 * math.pi)) - stirling
        near = (a > 10) & (xp.abs(distance) < 0.5)
    return xp.where(near, far, plain)
