"""Special functions, NaN-aware reductions and matrices at the points where formulas break. Values from mathematics."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

import chainrule.special as sp

from .case import DOUBLE, INF, NAN, Case, named, one, vector


def at_the_edge() -> Iterator[Case]:
    for x in (0.0, 1e-9, 1e-3, 0.5):  # sinc = 1 - (pi x)^2/6 + (pi x)^4/120 - ...
        t = math.pi * x
        slope = math.pi * (-t / 3 + t**3 / 30) if x < 1e-2 else (math.cos(t) - math.sin(t) / t) / x
        yield one(f"sinc at {x:g}", np.sinc, x, slope, dtypes=DOUBLE)
    yield one("entr at 0", sp.entr, 0.0, INF)
    yield one("entr at 1/2", sp.entr, 0.5, -math.log(0.5) - 1)
    yield one("relative entropy of 0 by the other", lambda y: sp.rel_entr(0.0, y), 0.5, 0.0)
    yield one("xlog1py of 0 at -1", lambda y: sp.xlog1py(0.0, y), -1.0, 0.0)
    yield one("erfinv at 0", sp.erfinv, 0.0, math.sqrt(math.pi) / 2)
    yield one("erfinv at 1", sp.erfinv, 1.0, INF)
    yield one("j0 at 0", sp.j0, 0.0, 0.0, hessian=-0.5)
    yield one("j1 at 0", sp.j1, 0.0, 0.5)
    yield one("i1 at 0", sp.i1, 0.0, 0.5)
    yield one("gammaln far out", sp.gammaln, 1e10, math.log(1e10) - 0.5e-10, dtypes=DOUBLE)
    yield one("logit at 1/2", sp.logit, 0.5, 4.0, hessian=0.0)
    # x + 1/x - 2/x^3 + 10/x^5: the ratio of density and distribution far to the left
    x = 40.0
    yield one("log_ndtr at -40", sp.log_ndtr, -x, x + 1 / x - 2 / x**3 + 10 / x**5, tolerance=1e-8, dtypes=DOUBLE)
    yield one("log_ndtr at 40", sp.log_ndtr, 40.0, 0.0, dtypes=DOUBLE)
    yield one("logaddexp2 far out", lambda x: np.logaddexp2(x, 0.0), 5000.0, 1.0)
    for x in (-1000.0, 1000.0):
        yield one(f"expit at {x:g}", sp.expit, x, 0.0)


def without_nan() -> Iterator[Case]:
    x = vector(1, NAN, 3)
    yield one("nanmean", np.nanmean, x, [0.5, 0, 0.5], value=2.0)
    yield one("nansum", lambda x: np.nansum(x * x), x, [2, 0, 6], value=10.0)
    yield one("nanmax", np.nanmax, x, [0, 0, 1], value=3.0)
    yield one("nanvar", np.nanvar, x, [-1, 0, 1], value=1.0)
    yield one("nanstd of equal values", np.nanstd, vector(2, NAN, 2), [0, 0, 0])
    yield one("nanprod with a zero", np.nanprod, vector(2, NAN, 0), [0, 0, 2])
    yield one("nan_to_num of all kinds", lambda x: np.sum(np.nan_to_num(x)), vector(INF, NAN, 1), [0, 0, 1])
    yield one("fmax beside NaN", lambda x: np.fmax(x, np.nan), 1.0, 1.0)
    yield one("fmax at a tie", lambda x: np.fmax(x, 1.0), 1.0, 0.5)
    yield one("fmod by its divisor", lambda y: np.fmod(-7.5, y), 2.0, 3.0)
    yield one("ptp with a tie", np.ptp, vector(1, 4, 4), [-1, 0.5, 0.5])
    yield one("percentile", lambda x: np.percentile(x, 25), vector(4, 1, 3, 2), [0, 0.25, 0, 0.75])
    yield one("partition", lambda x: np.partition(x, 1)[0], vector(3, 1, 2), [0, 1, 0])
    yield one("interp outside", lambda x: np.interp(x, vector(0, 1, 2), vector(0, 1, 4)), 5.0, 0.0)
    yield one("interp between", lambda x: np.interp(x, vector(0, 1, 2), vector(0, 1, 4)), 1.5, 3.0)


def square(x: np.ndarray) -> np.ndarray:
    return x.reshape(2, 2)


def matrices() -> Iterator[Case]:
    for x in ([1.0, 2.0, 2.0, 4.0], [2.0, 1.0, 1.0, 3.0], [0.0] * 4):
        a, b, c, d = x
        second = [[0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]]
        yield one(f"det of {x}", lambda x: np.linalg.det(square(x)), vector(*x), [d, -c, -b, a], hessian=second)
    yield one("det of ones", np.linalg.det, np.ones((3, 3)), np.zeros((3, 3)))
    rank2 = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    yield one("det of rank two", np.linalg.det, rank2, [[0, 0, 0], [0, 0, 0], [0, 0, 1]])
    eye = vector(1, 0, 0, 1)
    yield one("sum of equal eigenvalues", lambda x: np.sum(np.linalg.eigvalsh(square(x))), eye, eye)
    yield one("squares of equal eigenvalues", lambda x: np.sum(np.linalg.eigvalsh(square(x)) ** 2), eye, 2 * eye)
    for x in (eye, np.zeros(4)):
        yield one(f"nuclear norm of {x.tolist()}", lambda x: np.linalg.norm(square(x), "nuc"), x, x)
    yield one("power 0", lambda x: np.sum(np.linalg.matrix_power(square(x), 0)), vector(1, 2, 3, 4), np.zeros(4))
    yield one("power 1", lambda x: np.sum(np.linalg.matrix_power(square(x), 1)), vector(1, 2, 2, 4), np.ones(4))
    for order, x, slope in ((3, [0.0, 0.0], [0, 0]), (1, [0.0, -2.0], [0, -1]), (np.inf, [2.0, -2.0], [0.5, -0.5]),
                            (0, [1.0, 0.0], [0, 0])):  # fmt: skip
        yield one(f"norm of order {order} at {x}", lambda x, o=order: np.linalg.norm(x, o), vector(*x), slope)
    yield one(
        "norm of order 3 of large numbers", lambda x: np.linalg.norm(x, 3), vector(1e200, 0), [1, 0], dtypes=DOUBLE
    )
    inverse = np.linalg.inv(np.array([[2.0, 1.0], [1.0, 3.0]]))
    yield one("slogdet", lambda x: np.linalg.slogdet(square(x))[1], vector(2, 1, 1, 3), inverse.T.ravel())
    yield one("a complex modulus at 0", lambda x: np.abs(x * (1 + 1j)), 0.0, 0.0, dtypes=DOUBLE, jit=False)


CASES = named([*at_the_edge(), *without_nan(), *matrices()])
