"""Samplers of continuous distributions: a key and parameters in, an array of numbers out.

One idea: each is noise without parameters, shaped by ops that have derivatives, so that `grad` of a function of samples
is the derivative along their paths (the reparameterisation gradient), by every parameter. `shape` is that of the whole
result; None takes the shape of the parameters. `dtype` None takes theirs too.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir.coercion import as_array
from ..ops import abs as absolute
from ..ops import exp, log, log1p, logaddexp, logit, maximum, minimum, sign, tan, where
from ..ops.composites import softmax
from ..ops.linalg import cholesky
from ..ops.movement import expand_dims
from ..ops.products import matmul
from ..ops.random import loggamma_quantile
from ..ops.special import expit, log_ndtr, ndtri_exp
from .keys import Shape, drawn, read_dtype, read_shape, settled, split


def uniform(key: Any, shape: Shape = None, dtype: Any = None, minval: Any = 0.0, maxval: Any = 1.0) -> Any:
    """Numbers spread evenly from minval up to maxval.

    >>> from chainrule.random import key
    >>> uniform(key(0), (2, 3)).shape
    (2, 3)
    """
    size = read_shape(shape, minval, maxval, doing="random.uniform")
    kind = read_dtype(dtype, minval, maxval)
    return settled(minval + (maxval - minval) * drawn("uniform", key, size, kind), kind)


def normal(key: Any, shape: Shape = None, dtype: Any = None, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Normal numbers of mean `loc` and standard deviation `scale`.

    >>> from chainrule.random import key
    >>> abs(float(normal(key(0), (10000,)).mean())) < 0.03
    True
    """
    size = read_shape(shape, loc, scale, doing="random.normal")
    kind = read_dtype(dtype, loc, scale)
    return settled(loc + scale * drawn("normal", key, size, kind), kind)


def exponential(key: Any, shape: Shape = None, dtype: Any = None, scale: Any = 1.0) -> Any:
    """Waiting times of mean `scale`: exponential numbers."""
    size = read_shape(shape, scale, doing="random.exponential")
    kind = read_dtype(dtype, scale)
    return settled(scale * drawn("exponential", key, size, kind), kind)


def laplace(key: Any, shape: Shape = None, dtype: Any = None, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Numbers of density exp(-|x - loc|/scale)/(2 scale)."""
    size = read_shape(shape, loc, scale, doing="random.laplace")
    kind = read_dtype(dtype, loc, scale)
    u = 2 * drawn("open", key, size, kind) - 1
    return settled(loc - scale * (sign(u) * log1p(-absolute(u))), kind)


def logistic(key: Any, shape: Shape = None, dtype: Any = None, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Numbers whose distribution function is the sigmoid of (x - loc)/scale."""
    size = read_shape(shape, loc, scale, doing="random.logistic")
    kind = read_dtype(dtype, loc, scale)
    return settled(loc + scale * logit(drawn("open", key, size, kind)), kind)


def gumbel(key: Any, shape: Shape = None, dtype: Any = None, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Numbers whose distribution function is exp(-exp(-(x - loc)/scale)): largest of many."""
    size = read_shape(shape, loc, scale, doing="random.gumbel")
    kind = read_dtype(dtype, loc, scale)
    return settled(loc - scale * log(-log(drawn("open", key, size, kind))), kind)


def cauchy(key: Any, shape: Shape = None, dtype: Any = None, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Numbers of density scale/(pi (scale^2 + (x - loc)^2)), which has no mean."""
    size = read_shape(shape, loc, scale, doing="random.cauchy")
    kind = read_dtype(dtype, loc, scale)
    return settled(loc + scale * tan(math.pi * (drawn("open", key, size, kind) - 0.5)), kind)


def truncated_normal(key: Any, lower: Any, upper: Any, shape: Shape = None, dtype: Any = None) -> Any:
    """Standard normal numbers between `lower` and `upper`, however far out these lie.

    By the inverse of the distribution function, computed with logarithms on the side where it has digits.

    >>> from chainrule.random import key
    >>> x = truncated_normal(key(0), 30.0, 31.0, (1000,))
    >>> bool((x >= 30).all() and (x <= 31).all())
    True
    """
    size = read_shape(shape, lower, upper, doing="random.truncated_normal")
    kind = read_dtype(dtype, lower, upper)
    low, high = (as_array(each) * np.ones((), kind) for each in (lower, upper))
    mirrored = low > 0
    left, right = where(mirrored, -high, low), where(mirrored, -low, high)
    u = drawn("open", key, size, kind)
    x = ndtri_exp(logaddexp(log1p(-u) + log_ndtr(left), log(u) + log_ndtr(right)))
    return settled(minimum(maximum(where(mirrored, -x, x), low), high), kind)


# The gamma distribution and what is made of it ------------------------------------------------------------------------
def loggamma(key: Any, a: Any, shape: Shape = None, dtype: Any = None) -> Any:
    """The logarithms of gamma numbers of shape parameter a, which do not underflow for small a."""
    size = read_shape(shape, a, doing="random.gamma")
    kind = read_dtype(dtype, a)
    u = drawn("open", key, size, "float64")  # a probability near 1 needs its digits
    return settled(loggamma_quantile(as_array(a), u), kind)


def gamma(key: Any, a: Any, shape: Shape = None, dtype: Any = None, scale: Any = 1.0) -> Any:
    """Gamma numbers of shape parameter a: density x^(a - 1) exp(-x)/Gamma(a), times `scale`.

    The derivative by a is that of the quantile, exactly (implicit differentiation).

    >>> import chainrule
    >>> from chainrule.random import key
    >>> round(chainrule.grad(lambda a: gamma(key(0), a, (4000,)).mean())(3.0), 1)  # the mean is a
    1.0
    """
    return settled(scale * exp(loggamma(key, a, shape, dtype)), read_dtype(dtype, a, scale))


def beta(key: Any, a: Any, b: Any, shape: Shape = None, dtype: Any = None) -> Any:
    """Beta numbers, of density x^(a - 1) (1 - x)^(b - 1)/B(a, b): g/(g + h) of two gamma numbers."""
    size = read_shape(shape, a, b, doing="random.beta")
    kind = read_dtype(dtype, a, b)
    first, second = split(key)
    return settled(expit(loggamma(first, a, size, kind) - loggamma(second, b, size, kind)), kind)


def dirichlet(key: Any, alpha: Any, shape: Shape = None, dtype: Any = None) -> Any:
    """Probabilities along the last axis with Dirichlet density: gamma numbers over their sum.

    `shape` is that in front of the last axis.
    """
    array = as_array(alpha)
    if not array.ndim:
        raise ShapeError(
            given="a single concentration", where="random.dirichlet", expected="concentrations along the last axis",
            remedy="beta takes two numbers",
        )  # fmt: skip
    front = read_shape(shape, np.empty(array.shape[:-1]), doing="random.dirichlet")
    kind = read_dtype(dtype, array)
    return settled(softmax(loggamma(key, array, (*front, array.shape[-1]), kind), -1), kind)


def student_t(key: Any, df: Any, shape: Shape = None, dtype: Any = None, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Student's t with df degrees of freedom: a normal number over the root of a gamma number."""
    size = read_shape(shape, df, loc, scale, doing="random.student_t")
    kind = read_dtype(dtype, df, loc, scale)
    first, second = split(key)
    half = 0.5 * as_array(df)
    spread = exp(0.5 * (log(half) - loggamma(second, half, size, kind)))
    return settled(loc + scale * (normal(first, size, kind) * spread), kind)


def multivariate_normal(key: Any, mean: Any, cov: Any, shape: Shape = None, dtype: Any = None) -> Any:
    """Normal vectors of this mean and covariance, along the last axis; `shape` is that in front of it.

    Raises what `cholesky` raises for a covariance that is not positive definite.
    """
    centre, spread = as_array(mean), as_array(cov)
    if not centre.ndim or spread.ndim < 2 or spread.shape[-2:] != (centre.shape[-1],) * 2:
        raise ShapeError(
            given=f"a mean of shape {centre.shape} and a covariance of shape {spread.shape}",
            where="random.multivariate_normal", expected="a vector of n entries and a matrix of n rows and columns",
            remedy="reshape them; np.diag(variances) is the covariance of independent entries",
        )  # fmt: skip
    parameters = (np.empty(centre.shape[:-1]), np.empty(spread.shape[:-2]))
    front = read_shape(shape, *parameters, doing="random.multivariate_normal")
    kind = read_dtype(dtype, centre, spread)
    z = drawn("normal", key, (*front, centre.shape[-1]), kind)
    return settled(centre + matmul(cholesky(spread), expand_dims(z, -1))[..., 0], kind)
