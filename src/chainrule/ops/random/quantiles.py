"""The gamma distribution by its quantiles: the shape and a probability in, the logarithm of the number out.

One idea: a sample is the quantile of uniform noise, and its derivative by the shape is that of the implicit equation
P(a, x) = u. The logarithm is computed, because for small shapes the number itself underflows.
Source: Figurnov, Mohamed and Mnih, Implicit reparameterization gradients (2018).
"""

from __future__ import annotations

from ...ir.library import Array, Library, science
from ..functions import exp
from ..special.declare import float_type_of, special
from ..special.gammas import digamma, gammaln, polygamma
from ..special.parameters import bell, relative_slope

_SHAPE = (0.6, 4.0)
_PART = (0.15, 0.85)
_TINY = -600.0  # log x below this: P(a, x) is its first term


def loggamma_by_shape(y: Array, a: Array, u: Array) -> Array:
    return -gamma_relative(a, y, order=1)


def loggamma_by_part(y: Array, a: Array, u: Array) -> Array:
    """1 over the density of log x."""
    return exp(exp(y) + gammaln(a) - a * y)


@special(
    loggamma_by_shape, loggamma_by_part, interval=(_SHAPE, _PART), code="chainrule.ops.random.loggamma_quantile",
)  # fmt: skip
def loggamma_quantile(xp: Library, a: Array, u: Array) -> Array:
    """log(x) of the x with gammainc(a, x) = u. Derivative by a: minus that of gammainc over x times the density (the
    implicit function theorem); by u: 1 over x times the density.
    """
    dtype = float_type_of(a, u)
    a, u = xp.asarray(a, xp.float64), xp.asarray(u, xp.float64)
    scipy = science("special")
    with xp.errstate(all="ignore"):
        first_term = (xp.log(u) + scipy.gammaln(a + 1)) / a
        found = xp.where(first_term < _TINY, first_term, xp.log(scipy.gammaincinv(a, u)))
    return xp.asarray(found, dtype)[()]


def gamma_relative_by_shape(r: Array, a: Array, y: Array, *, order: int) -> Array:
    return gamma_relative(a, y, order=order + 1) - r * (y - digamma(a))


def gamma_relative_by_logarithm(r: Array, a: Array, y: Array, *, order: int) -> Array:
    tails = [-polygamma(each, a) for each in range(1, order)]
    return bell(order, y - digamma(a), tails) - r * (a - exp(y))


@special(
    gamma_relative_by_shape, gamma_relative_by_logarithm, interval=(_SHAPE, (-1.0, 1.5)), params=(("order", 1),),
    code="chainrule.ops.random.gamma_relative",
)  # fmt: skip
def gamma_relative(xp: Library, a: Array, y: Array, *, order: int) -> Array:
    """The derivative of gammainc(a, exp(y)) by a, of any order, over its derivative by y. Derivative: the quotient
    rule. Source: see `chainrule.ops.special.parameters`.
    """
    dtype = float_type_of(a, y)
    with xp.errstate(all="ignore"):
        return xp.asarray(relative_slope(xp, a, y, order), dtype)[()]
