"""Incomplete gamma and beta functions and their inverses, entry by entry: arrays in, one of the same shape out.

One idea: the slope by x is the integrand. The slope of an inverse is that of the function, turned round.
Source of the derivatives: NIST Digital Library of Mathematical Functions, 8.8.13 and 8.17.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, Library
from ..functions import exp, log, log1p
from .beta_parameters import by_parameters, polynomial
from .declare import computed, float_type_of, special
from .gammas import betaln, digamma, polygamma
from .parameters import bell, log_density, relative_slope

_SHAPE = (0.6, 4.0)
_PART = (0.15, 0.85)
Orders = tuple[int, int]


def _logarithm(xp: Library, x: Array) -> Array:
    with xp.errstate(all="ignore"):
        return xp.log(xp.asarray(x, xp.float64))


# The density and the derivatives by the parameter ---------------------------------------------------------------------
def gamma_density_left(y: Array, a: Array, x: Array) -> Array:
    return y * (log(x) - digamma(a))


def gamma_density_right(y: Array, a: Array, x: Array) -> Array:
    return y * ((a - 1) / x - 1)


@special(gamma_density_left, gamma_density_right, interval=(_SHAPE,), code="chainrule.ops.special.gamma_density")
def gamma_density(xp: Library, a: Array, x: Array) -> Array:
    """x^(a - 1) exp(-x)/Gamma(a), the density of the gamma distribution. Derivative
    y (log(x) - digamma(a), (a - 1)/x - 1).
    """
    dtype = float_type_of(a, x)
    logarithm = _logarithm(xp, x)
    with xp.errstate(all="ignore"):
        inside = xp.exp(log_density(xp, a, logarithm) - logarithm)
        at_zero = xp.where(xp.equal(a, 1), 1.0, xp.where(xp.less(a, 1), xp.inf, 0.0))
    return xp.asarray(xp.where(xp.equal(x, 0), at_zero, inside), dtype)[()]


def parameter_left(y: Array, a: Array, x: Array, *, order: int) -> Array:
    return gammainc_by_parameter(a, x, order=order + 1)


def parameter_right(y: Array, a: Array, x: Array, *, order: int) -> Any:
    """The derivative of the density by a, as often."""
    if order == 1:
        return gamma_density(a, x) * (log(x) - digamma(a))
    return gamma_density_by_parameter(a, x, order)


def gamma_density_by_parameter(a: Any, x: Any, order: int) -> Any:
    """The density times the polynomial in log(x) - digamma(a) that differentiating it by a gives."""
    moved = log(x) - digamma(a)
    return gamma_density(a, x) * bell(order, moved, [-polygamma(each, a) for each in range(1, order)])


@special(
    parameter_left, parameter_right, interval=(_SHAPE,), params=(("order", 1),),
    code="chainrule.ops.special.gammainc_by_parameter",
)  # fmt: skip
def gammainc_by_parameter(xp: Library, a: Array, x: Array, *, order: int) -> Array:
    """The derivative of gammainc(a, x) by a, of any order. Derivative: by a the next order, by x that of the density.

    Source: see `chainrule.ops.special.parameters`.
    """
    dtype = float_type_of(a, x)
    logarithm = _logarithm(xp, x)
    with xp.errstate(all="ignore"):
        found = relative_slope(xp, a, logarithm, order) * xp.exp(log_density(xp, a, logarithm))
    return xp.asarray(xp.where(xp.equal(x, 0) & xp.greater(a, 0), 0.0, found), dtype)[()]


# Incomplete gamma -----------------------------------------------------------------------------------------------------
def gammainc_left(y: Array, a: Array, x: Array) -> Array:
    return gammainc_by_parameter(a, x, order=1)


def gammainc_right(y: Array, a: Array, x: Array) -> Array:
    return gamma_density(a, x)


@special(gammainc_left, gammainc_right, interval=(_SHAPE,), latex="P")
def gammainc(xp: Library, a: Array, x: Array) -> Array:
    """The regularised lower incomplete gamma function: the distribution function of the gamma distribution.
    Derivative by x: its density x^(a - 1) exp(-x)/Gamma(a); by a: that integral with the factor log t - digamma(a).
    """
    return computed(xp, "gammainc", a, x)


def gammaincc_left(y: Array, a: Array, x: Array) -> Array:
    return -gammainc_by_parameter(a, x, order=1)


def gammaincc_right(y: Array, a: Array, x: Array) -> Array:
    return -gamma_density(a, x)


@special(gammaincc_left, gammaincc_right, interval=(_SHAPE,), latex="Q")
def gammaincc(xp: Library, a: Array, x: Array) -> Array:
    """1 - gammainc(a, x), exact in the right tail. Derivative: that of gammainc with the sign changed."""
    return computed(xp, "gammaincc", a, x)


def gammaincinv_left(x: Array, a: Array, y: Array) -> Array:
    return -gammainc_by_parameter(a, x, order=1) / gamma_density(a, x)


def gammaincinv_right(x: Array, a: Array, y: Array) -> Array:
    return 1 / gamma_density(a, x)


@special(gammaincinv_left, gammaincinv_right, interval=(_SHAPE, _PART))
def gammaincinv(xp: Library, a: Array, y: Array) -> Array:
    """The x with gammainc(a, x) = y. Derivative by y: 1 over the density at x; by a: that of gammainc over it, with the
    sign changed (the implicit function theorem).
    """
    return computed(xp, "gammaincinv", a, y)


def gammainccinv_left(x: Array, a: Array, y: Array) -> Array:
    return gammaincinv_left(x, a, y)


def gammainccinv_right(x: Array, a: Array, y: Array) -> Array:
    return -1 / gamma_density(a, x)


@special(gammainccinv_left, gammainccinv_right, interval=(_SHAPE, _PART))
def gammainccinv(xp: Library, a: Array, y: Array) -> Array:
    """The x with gammaincc(a, x) = y. Derivative by y: -1 over the density at x; by a: as for gammaincinv."""
    return computed(xp, "gammainccinv", a, y)


# Incomplete beta ------------------------------------------------------------------------------------------------------
def beta_density(a: Any, b: Any, x: Any) -> Any:
    """x^(a - 1) (1 - x)^(b - 1)/B(a, b)."""
    return exp((a - 1) * log(x) + (b - 1) * log1p(-x) - betaln(a, b))


def by_parameters_a(y: Array, a: Array, b: Array, x: Array, *, orders: Orders) -> Array:
    return betainc_by_parameters(a, b, x, orders=(orders[0] + 1, orders[1]))


def by_parameters_b(y: Array, a: Array, b: Array, x: Array, *, orders: Orders) -> Array:
    return betainc_by_parameters(a, b, x, orders=(orders[0], orders[1] + 1))


def by_parameters_x(y: Array, a: Array, b: Array, x: Array, *, orders: Orders) -> Array:
    """The density, differentiated by the parameters as often."""
    total = digamma(a + b)
    logs, means = (log(x), log1p(-x)), (digamma(a) - total, digamma(b) - total)
    return beta_density(a, b, x) * polynomial(logs, (a, b), means, orders, polygamma)


@special(
    by_parameters_a, by_parameters_b, by_parameters_x, interval=(_SHAPE, _SHAPE, _PART), params=(("orders", (1, 0)),),
    code="chainrule.ops.special.betainc_by_parameters",
)  # fmt: skip
def betainc_by_parameters(xp: Library, a: Array, b: Array, x: Array, *, orders: Orders) -> Array:
    """The derivative of betainc(a, b, x), orders[0] times by a and orders[1] times by b. Derivative: once more; by x
    that of the density. Source: see `chainrule.ops.special.beta_parameters`.
    """
    dtype = float_type_of(a, b, x)
    with xp.errstate(all="ignore"):
        return xp.asarray(by_parameters(xp, a, b, x, orders), dtype)[()]


def betainc_a(y: Array, a: Array, b: Array, x: Array) -> Array:
    return betainc_by_parameters(a, b, x, orders=(1, 0))


def betainc_b(y: Array, a: Array, b: Array, x: Array) -> Array:
    return betainc_by_parameters(a, b, x, orders=(0, 1))


def betainc_x(y: Array, a: Array, b: Array, x: Array) -> Array:
    return beta_density(a, b, x)


@special(betainc_a, betainc_b, betainc_x, interval=(_SHAPE, _SHAPE, _PART), latex="I")
def betainc(xp: Library, a: Array, b: Array, x: Array) -> Array:
    """The regularised incomplete beta function: the distribution function of the beta distribution. Derivative by x:
    its density x^(a - 1) (1 - x)^(b - 1)/B(a, b); by a and b: that integral with the factors log t and log(1 - t), less
    their means.
    """
    return computed(xp, "betainc", a, b, x)


def betaincc_a(y: Array, a: Array, b: Array, x: Array) -> Array:
    return -betainc_by_parameters(a, b, x, orders=(1, 0))


def betaincc_b(y: Array, a: Array, b: Array, x: Array) -> Array:
    return -betainc_by_parameters(a, b, x, orders=(0, 1))


def betaincc_x(y: Array, a: Array, b: Array, x: Array) -> Array:
    return -beta_density(a, b, x)


@special(betaincc_a, betaincc_b, betaincc_x, interval=(_SHAPE, _SHAPE, _PART))
def betaincc(xp: Library, a: Array, b: Array, x: Array) -> Array:
    """1 - betainc(a, b, x), exact in the right tail. Derivative: that of betainc with the sign changed."""
    return computed(xp, "betaincc", a, b, x)


def betaincinv_a(x: Array, a: Array, b: Array, y: Array) -> Array:
    return -betainc_by_parameters(a, b, x, orders=(1, 0)) / beta_density(a, b, x)


def betaincinv_b(x: Array, a: Array, b: Array, y: Array) -> Array:
    return -betainc_by_parameters(a, b, x, orders=(0, 1)) / beta_density(a, b, x)


def betaincinv_y(x: Array, a: Array, b: Array, y: Array) -> Array:
    return 1 / beta_density(a, b, x)


@special(betaincinv_a, betaincinv_b, betaincinv_y, interval=(_SHAPE, _SHAPE, _PART))
def betaincinv(xp: Library, a: Array, b: Array, y: Array) -> Array:
    """The x with betainc(a, b, x) = y. Derivative by y: 1 over the density at x; by a and b: that of betainc over it,
    with the sign changed (the implicit function theorem).
    """
    return computed(xp, "betaincinv", a, b, y)
