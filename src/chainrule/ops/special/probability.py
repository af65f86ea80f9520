"""Distribution functions by SciPy's names: chi square, gamma, Poisson, binomial, F and Student's t.

One idea: all are incomplete gamma and beta functions of something, so the derivatives by every parameter follow.
Source: NIST Digital Library of Mathematical Functions, 8.19 and 8.17; Abramowitz and Stegun, chapter 26.
"""

from __future__ import annotations

from typing import Any

from ...ir.coercion import as_array
from ...ir.library import Array, Library
from ..arithmetic import square
from ..choices import equal, where
from ..declare import also_known_as
from ..functions import exp, log, log1p, sign
from ..rounding import floor
from .declare import computed, special
from .gammas import betaln
from .incomplete import beta_density, betainc, betainc_by_parameters, gammainc, gammaincc, gammainccinv


def chdtr(v: Any, x: Any) -> Any:
    """The distribution function of chi square with v degrees of freedom.

    >>> float(chdtr(2.0, 0.0))
    0.0
    """
    return gammainc(0.5 * as_array(v), 0.5 * as_array(x))


def chdtrc(v: Any, x: Any) -> Any:
    """1 - chdtr(v, x), exact in the right tail."""
    return gammaincc(0.5 * as_array(v), 0.5 * as_array(x))


def chdtri(v: Any, p: Any) -> Any:
    """The x with chdtrc(v, x) = p."""
    return 2 * gammainccinv(0.5 * as_array(v), p)


def gdtr(a: Any, b: Any, x: Any) -> Any:
    """The distribution function of a gamma variable of rate a and shape b."""
    return gammainc(b, as_array(a) * x)


def gdtrc(a: Any, b: Any, x: Any) -> Any:
    """1 - gdtr(a, b, x), exact in the right tail."""
    return gammaincc(b, as_array(a) * x)


def pdtr(k: Any, m: Any) -> Any:
    """The probability of at most k events of a Poisson variable of mean m. Derivative by m alone: k is rounded down.

    >>> round(float(pdtr(0.0, 1.0)), 6)  # exp(-1)
    0.367879
    """
    return gammaincc(floor(as_array(k)) + 1, m)


def pdtrc(k: Any, m: Any) -> Any:
    """The probability of more than k events of a Poisson variable of mean m."""
    return gammainc(floor(as_array(k)) + 1, m)


def bdtr(k: Any, n: Any, p: Any) -> Any:
    """The probability of at most k successes in n trials of probability p."""
    count = floor(as_array(k))
    return betainc(n - count, count + 1, 1 - as_array(p))


def bdtrc(k: Any, n: Any, p: Any) -> Any:
    """The probability of more than k successes in n trials of probability p."""
    count = floor(as_array(k))
    return betainc(count + 1, n - count, p)


def nbdtr(k: Any, n: Any, p: Any) -> Any:
    """The probability of at most k failures before the n-th success."""
    return betainc(n, floor(as_array(k)) + 1, p)


def nbdtrc(k: Any, n: Any, p: Any) -> Any:
    """The probability of more than k failures before the n-th success."""
    return betainc(floor(as_array(k)) + 1, n, 1 - as_array(p))


def fdtr(dfn: Any, dfd: Any, x: Any) -> Any:
    """The distribution function of F with dfn and dfd degrees of freedom."""
    top = as_array(dfn) * x
    return betainc(0.5 * as_array(dfn), 0.5 * as_array(dfd), top / (top + dfd))


def fdtrc(dfn: Any, dfd: Any, x: Any) -> Any:
    """1 - fdtr(dfn, dfd, x), exact in the right tail."""
    top = as_array(dfn) * x
    return betainc(0.5 * as_array(dfd), 0.5 * as_array(dfn), dfd / (top + dfd))


# Student's t ----------------------------------------------------------------------------------------------------------
def t_density(df: Any, t: Any) -> Any:
    """The density of Student's t."""
    return exp(-0.5 * (df + 1) * log1p(square(t) / df) - betaln(0.5 * df, 0.5) - 0.5 * log(df))


def stdtr_df(y: Array, df: Array, t: Array) -> Array:
    """-sign(t)/2 times the derivative of I_x(df/2, 1/2) with x = df/(df + t^2), by df."""
    none = equal(t, 0)
    safe = where(none, 1.0, t)
    share = df / (df + square(safe))
    moved = (1 - share) * (share / df)
    total = 0.5 * betainc_by_parameters(0.5 * df, 0.5, share, orders=(1, 0)) + moved * beta_density(
        0.5 * df, 0.5, share
    )
    return where(none, 0.0, -0.5 * sign(safe) * total)


def stdtr_t(y: Array, df: Array, t: Array) -> Array:
    return t_density(df, t)


@special(stdtr_df, stdtr_t, interval=((1.5, 6.0), (0.3, 3.0)))
def stdtr(xp: Library, df: Array, t: Array) -> Array:
    """The distribution function of Student's t with df degrees of freedom. Derivative by t: the density; by df: that of
    the incomplete beta function it is made of.
    """
    return computed(xp, "stdtr", df, t)


def stdtrit_df(t: Array, df: Array, p: Array) -> Array:
    return -stdtr_df(p, df, t) / t_density(df, t)


def stdtrit_p(t: Array, df: Array, p: Array) -> Array:
    return 1 / t_density(df, t)


@special(stdtrit_df, stdtrit_p, interval=((1.5, 6.0), (0.55, 0.9)))
def stdtrit(xp: Library, df: Array, p: Array) -> Array:
    """The t with stdtr(df, t) = p. Derivative by p: 1 over the density; by df: that of stdtr over it, with the sign
    changed (the implicit function theorem).
    """
    return computed(xp, "stdtrit", df, p)


for _function in (chdtr, chdtrc, chdtri, gdtr, gdtrc, pdtr, pdtrc, bdtr, bdtrc, nbdtr, nbdtrc, fdtr, fdtrc):
    also_known_as(_function, _function.__name__)
