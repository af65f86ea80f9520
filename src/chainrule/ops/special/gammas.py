"""The gamma function and its kin, entry by entry: arrays in, one of the same shape out.

One idea: differences of digamma at nearby points are an op of their own, because subtracting loses their digits.
Source of the derivatives: NIST Digital Library of Mathematical Functions, chapter 5.
"""

from __future__ import annotations

import math
from typing import Any

from ...ir.coercion import as_array
from ...ir.library import Array, Library
from ..choices import where
from ..declare import also_known_as
from ..functions import cos, sin
from .declare import computed, float_type_of, refused, special

_POSITIVE = (0.3, 3.0)
_ORDER = "the order is a whole number"


def gamma_slope(y: Array, x: Array) -> Array:
    return y * digamma(x)


@special(gamma_slope, interval=(_POSITIVE,), latex=r"\Gamma")
def gamma(xp: Library, x: Array) -> Array:
    """The gamma function, (x - 1)! at whole numbers. Derivative y digamma(x).

    >>> import chainrule
    >>> float(chainrule.special.gamma(5.0))
    24.0
    """
    return computed(xp, "gamma", x)


def gammaln_slope(y: Array, x: Array) -> Array:
    return digamma(x)


@special(gammaln_slope, interval=(_POSITIVE,), latex=r"\log\Gamma")
def gammaln(xp: Library, x: Array) -> Array:
    """log |Gamma(x)| without overflow. Derivative digamma(x)."""
    return computed(xp, "gammaln", x)


@special(gammaln_slope, interval=(_POSITIVE,), latex=r"\log\Gamma")
def loggamma(xp: Library, x: Array) -> Array:
    """log Gamma(x), NaN for negative real x (where Gamma may be negative). Derivative digamma(x)."""
    return computed(xp, "loggamma", x)


def rgamma_slope(y: Array, x: Array) -> Array:
    """-y digamma(x), and on the left its reflection, which is finite where Gamma has poles."""
    left = where(x < 0.5, x, 0.5)
    mirrored = gamma(1 - left) * (cos(math.pi * left) - digamma(1 - left) * sin(math.pi * left) * (1 / math.pi))
    return where(x < 0.5, mirrored, -y * digamma(where(x < 0.5, 0.5, x)))


@special(rgamma_slope, interval=((-2.5, 2.5),))
def rgamma(xp: Library, x: Array) -> Array:
    """1 / Gamma(x), which is 0 at 0, -1, -2, ... Derivative -y digamma(x), finite everywhere (by reflection)."""
    return computed(xp, "rgamma", x)


def digamma_slope(y: Array, x: Array) -> Array:
    return polygamma(1, x)


@special(digamma_slope, interval=(_POSITIVE,), latex=r"\psi")
def digamma(xp: Library, x: Array) -> Array:
    """The derivative of log Gamma(x). Derivative polygamma(1, x).

    >>> import chainrule
    >>> float(chainrule.special.digamma(1.0).round(12))  # minus Euler's constant
    -0.577215664902
    """
    return computed(xp, "psi", x)


def polygamma_slope(y: Array, n: Array, x: Array) -> Array:
    return polygamma(n + 1, x)


@special(refused("polygamma", "n", _ORDER), polygamma_slope, interval=((1.0, 1.0), _POSITIVE), latex=r"\psi")
def polygamma(xp: Library, n: Array, x: Array) -> Array:
    """The derivative of order n of digamma, at x. Derivative polygamma(n + 1, x)."""
    return computed(xp, "polygamma", n, x)


def zeta_slope(y: Array, x: Array, q: Array) -> Array:
    return -x * hurwitz_zeta(x + 1, q)


@special(
    refused("zeta", "x", "the derivative by the exponent has no closed form"), zeta_slope,
    interval=((2.5, 2.5), _POSITIVE), latex=r"\zeta",
)  # fmt: skip
def hurwitz_zeta(xp: Library, x: Array, q: Array) -> Array:
    """The sum of (k + q)^(-x) over k = 0, 1, ... Derivative by q: -x zeta(x + 1, q)."""
    return computed(xp, "zeta", x, q)


def zeta(x: Any, q: Any = 1.0) -> Any:
    """The zeta function of Hurwitz, the sum of (k + q)^(-x) over k = 0, 1, ...; with q = 1 that of Riemann.

    >>> round(float(zeta(2.0)), 12)
    1.644934066848
    """
    return hurwitz_zeta(x, 1.0 if q is None else q)


# Differences of digamma -----------------------------------------------------------------------------------------------
def digamma_step_left(y: Array, x: Array, step: Array) -> Array:
    return polygamma(1, x + step) - polygamma(1, x)


def digamma_step_right(y: Array, x: Array, step: Array) -> Array:
    return polygamma(1, x + step)


_BERNOULLI = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)  # B_2k / 2k
_SHIFT = 10


@special(digamma_step_left, digamma_step_right, interval=(_POSITIVE,))
def digamma_step(xp: Library, x: Array, step: Array) -> Array:
    """digamma(x + step) - digamma(x), with all its digits where the two are nearly equal.

    Derivative (polygamma(1, x + step) - polygamma(1, x), polygamma(1, x + step)). Source: for positive x and x + step
    the recurrence 5.5.2 of the DLMF ten times, then the asymptotic series 5.11.2 at both points, its differences
    factored.
    """
    dtype = float_type_of(x, step)
    x, step = xp.broadcast_arrays(xp.asarray(x, xp.float64), xp.asarray(step, xp.float64))
    ordinary = (x > 0) & (x + step > 0) & xp.isfinite(x) & xp.isfinite(step)
    near, moved = xp.where(ordinary, x, 1.0), xp.where(ordinary, step, 1.0)
    total = sum(moved / ((near + place) * (near + moved + place)) for place in range(_SHIFT))
    first, last = near + _SHIFT, near + _SHIFT + moved
    u, v = 1 / first, 1 / last
    total = total + xp.log1p(moved / first) + 0.5 * moved * u * v
    difference, power = moved * u * v * (u + v), xp.ones_like(u)
    powers = power
    for coefficient in _BERNOULLI:
        total = total + coefficient * difference * powers
        power = power * v * v
        powers = u * u * powers + power
    plain = computed(xp, "psi", x + step) - computed(xp, "psi", x)
    return xp.asarray(xp.where(ordinary, total, plain), dtype)[()]


def beta_left(y: Array, a: Array, b: Array) -> Array:
    return -y * digamma_step(a, b)


def beta_right(y: Array, a: Array, b: Array) -> Array:
    return -y * digamma_step(b, a)


@special(beta_left, beta_right, interval=(_POSITIVE,), latex=r"\mathrm{B}")
def beta(xp: Library, a: Array, b: Array) -> Array:
    """Gamma(a) Gamma(b) / Gamma(a + b). Derivative y (digamma(a) - digamma(a + b)), and with b for a."""
    return computed(xp, "beta", a, b)


def betaln_left(y: Array, a: Array, b: Array) -> Array:
    return -digamma_step(a, b)


def betaln_right(y: Array, a: Array, b: Array) -> Array:
    return -digamma_step(b, a)


@special(betaln_left, betaln_right, interval=(_POSITIVE,), latex=r"\log\mathrm{B}")
def betaln(xp: Library, a: Array, b: Array) -> Array:
    """log |beta(a, b)| without overflow. Derivative digamma(a) - digamma(a + b), and with b for a."""
    return computed(xp, "betaln", a, b)


def poch_left(y: Array, z: Array, m: Array) -> Array:
    return y * digamma_step(z, m)


def poch_right(y: Array, z: Array, m: Array) -> Array:
    return y * digamma(z + m)


@special(poch_left, poch_right, interval=(_POSITIVE,))
def poch(xp: Library, z: Array, m: Array) -> Array:
    """Gamma(z + m) / Gamma(z): the product z (z + 1) ... of m factors. Derivative
    y (digamma(z + m) - digamma(z), digamma(z + m)).
    """
    return computed(xp, "poch", z, m)


def binom_left(y: Array, n: Array, k: Array) -> Array:
    return y * digamma_step(n - k + 1, k)


def binom_right(y: Array, n: Array, k: Array) -> Array:
    return y * (digamma(n - k + 1) - digamma(k + 1))


@special(binom_left, binom_right, interval=((3.0, 6.0), (0.5, 2.5)))
def binom(xp: Library, n: Array, k: Array) -> Array:
    """n over k, Gamma(n + 1) / (Gamma(k + 1) Gamma(n - k + 1)). Derivative
    y (digamma(n + 1) - digamma(n - k + 1), digamma(n - k + 1) - digamma(k + 1)).
    """
    return computed(xp, "binom", n, k)


def gammasgn_slope(y: Array, x: Array) -> int:
    return 0


@special(gammasgn_slope, interval=(_POSITIVE,))
def gammasgn(xp: Library, x: Array) -> Array:
    """The sign of Gamma(x). Derivative 0."""
    return computed(xp, "gammasgn", x)


def comb(N: Any, k: Any) -> Any:
    """How many ways there are to choose k of N, for real numbers; 0 where k > N or k < 0 or N < 0.

    >>> float(comb(5.0, 2.0))
    10.0
    """
    total, chosen = as_array(N), as_array(k)
    possible = (chosen <= total) & (chosen >= 0) & (total >= 0)
    return where(possible, binom(total, where(possible, chosen, 0.0)), 0.0)


def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the multivariate gamma function of dimension d (same shape as a), for a > (d - 1) / 2.

    >>> round(float(multigammaln(2.0, 1)), 12)
    0.0
    """
    array = as_array(a)
    total = d * (d - 1) * 0.25 * math.log(math.pi)
    for place in range(d):
        total = total + gammaln(array - 0.5 * place)
    return total


also_known_as(digamma, "psi")
also_known_as(zeta, "zeta", "_zeta", "_riemann_zeta")
for _function in (comb, multigammaln):
    also_known_as(_function, _function.__name__)
