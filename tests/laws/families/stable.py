"""Stable forms: logistic functions, softmax, log-sum-exp and their tails, entropies with zero probability."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

import chainrule
from chainrule import ops

from .case import DOUBLE, INF, Case, named, one, vector


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


FAR = (-1e4, -1000.0, -30.0, -2.0, 0.0, 1.5, 40.0, 1000.0, 1e4)


def logistics() -> Iterator[Case]:
    for x in FAR:
        s, t = (logistic(x), logistic(-x)) if abs(x) < 700 else (float(x > 0), float(x < 0))
        tight = {"dtypes": DOUBLE, "tolerance": 1e-12, "absolute": 3e-16}
        yield one(f"sigmoid at {x:g}", chainrule.sigmoid, x, s * t, value=s, hessian=s * t * (t - s), **tight)
        yield one(f"softplus at {x:g}", chainrule.softplus, x, s, hessian=s * t, **tight)
        yield one(f"log sigmoid at {x:g}", ops.log_sigmoid, x, t, hessian=-s * t, **tight)
        yield one(f"logaddexp with 0 at {x:g}", lambda x: np.logaddexp(x, 0.0), x, s, hessian=s * t, **tight)
        yield one(
            f"cross entropy from a logit at {x:g}", lambda x: chainrule.softplus(x) - 0.25 * x, x, s - 0.25, **tight
        )
    for x in (-300.0, -20.0, 3.0, 9.5, 17.0, 36.0, 100.0):  # where y (1 - y) and 1 - y^2 have lost their digits
        e = math.exp(-abs(x))
        tail = {"dtypes": DOUBLE, "tolerance": 1e-12, "jit": False}
        yield one(f"sigmoid in its tail, at {x:g}", chainrule.sigmoid, x, e / (1 + e) ** 2, **tail)
        yield one(f"tanh in its tail, at {x:g}", np.tanh, x, 4 * e**2 / (1 + e**2) ** 2, **tail)
    for x in (INF, -INF):
        yield one(f"sigmoid at {x}", chainrule.sigmoid, x, 0.0)
        yield one(f"tanh at {x}", np.tanh, x, 0.0)
        yield one(f"softplus at {x}", chainrule.softplus, x, float(x > 0))
        yield one(f"arctan at {x}", np.arctan, x, 0.0)
        yield one(f"erf at {x}", chainrule.erf, x, 0.0)
    for x in (-50.0, -8.0, -1.0, 0.0, 2.0, 12.0, 50.0):
        yield one(f"log1p(exp(-|x|)) at {x:g}", lambda x: np.log1p(np.exp(-np.abs(x))), x or 0.25,
                  -math.copysign(logistic(-abs(x or 0.25)), x or 0.25))  # fmt: skip
        yield one(f"erf at {x:g}", chainrule.erf, x, 2 / math.sqrt(math.pi) * math.exp(-x * x), dtypes=DOUBLE)
        yield one(f"erfc at {x:g}", ops.erfc, x, -2 / math.sqrt(math.pi) * math.exp(-x * x), dtypes=DOUBLE)
        gelu = 0.5 * math.erfc(-x / math.sqrt(2)) + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        yield one(f"gelu at {x:g}", chainrule.gelu, x, gelu, dtypes=DOUBLE)
        s = logistic(x)
        yield one(f"silu at {x:g}", chainrule.silu, x, s * (1 + x * (1 - s)), dtypes=DOUBLE)


def softmaxes() -> Iterator[Case]:
    for x in ([0.0, 1.0, 2.0], [1e4, 0.0, -1e4], [-1e4, -1e4, -1e4], [1000.0, 1000.0, 0.0], [3.0], [0.0, -INF, 1.0]):
        top = max(x)
        weights = [math.exp(v - top) for v in x]
        p = [w / sum(weights) for w in weights]
        n = len(x)
        jacobian = [[p[0] * ((j == 0) - p[j])] for j in range(n)]
        point = vector(*x)
        yield one(f"logsumexp of {x}", chainrule.logsumexp, point, p,
                  hessian=None if -INF in x else np.diag(p) - np.outer(p, p))  # fmt: skip
        yield one(f"softmax of {x}", lambda x: chainrule.softmax(x)[0], point, [row[0] for row in jacobian])
        yield one(
            f"log softmax of {x}", lambda x: chainrule.log_softmax(x)[0], point, [(j == 0) - p[j] for j in range(n)]
        )
        yield one(
            f"cross entropy of {x}", lambda x: -chainrule.log_softmax(x)[0], point, [p[j] - (j == 0) for j in range(n)]
        )
    rows = np.array([[1.0, 2.0], [1e4, 0.0]])
    half = 1 / (1 + math.exp(-1))
    yield one("logsumexp by rows", lambda x: np.sum(chainrule.logsumexp(x, axis=1)), rows, [[1 - half, half], [1, 0]])
    for x in (INF, -INF):
        first = (1.0, 0.0) if x > 0 else (0.0, 1.0)
        yield Case(f"logaddexp of {x} and 0", np.logaddexp, (x, 0.0), first)
        yield Case(f"logaddexp of 0 and {x}", np.logaddexp, (0.0, x), first[::-1])
    yield Case("logaddexp of two equal", np.logaddexp, (1e4, 1e4), (0.5, 0.5))
    yield Case("logaddexp of two far", np.logaddexp, (-1e4, 1e4), (0.0, 1.0))


def logarithms() -> Iterator[Case]:
    for x in (1e-300, 1e-18, 1e-8, 0.5):
        yield one(f"log1p at {x:g}", np.log1p, x, 1 / (1 + x), value=math.log1p(x), dtypes=DOUBLE)
        yield one(f"expm1 at {x:g}", np.expm1, x, math.exp(x), value=math.expm1(x), dtypes=DOUBLE)
        yield one(f"log at {x:g}", np.log, x, 1 / x, dtypes=DOUBLE)
    for x, y in ((0.0, 0.5), (2.0, 0.5), (0.0, 1.0)):
        yield Case(f"xlogy({x}, {y})", ops.xlogy, (x, y), (math.log(y), x / y))
    yield Case("xlogy at 0 and 0", lambda x, y: ops.xlogy(x, y), (0.0, 0.0), (None, 0.0))
    yield one("relative entropy with a zero", lambda p: np.sum(ops.xlogy(p, p) - ops.xlogy(p, vector(0.5, 0.5))),
              vector(1.0, 0.5), [1 + math.log(2), 1.0])  # fmt: skip
    yield one("cross entropy against a zero", lambda q: -np.sum(ops.xlogy(vector(1, 0), q)), vector(0.5, 0.0), [-2, 0])
    for x in (-30.0, 30.0, 0.5):
        yield one(f"log cosh at {x:g}", lambda x: np.logaddexp(x, -x) - math.log(2), x, math.tanh(x), dtypes=DOUBLE)
    yield one("exp of log", lambda x: np.exp(np.log(x)), 1e300, 1.0, dtypes=DOUBLE)
    yield one("exp overflows", np.exp, 1000.0, INF)
    yield one("exp underflows", np.exp, -1000.0, 0.0)
    yield one(
        "softplus at 25 is not rounded to 1", chainrule.softplus, 25.0, logistic(25.0), tolerance=1e-15, dtypes=DOUBLE
    )
    yield one("logit near 1", ops.logit, 1 - 1e-9, 1 / ((1 - 1e-9) * 1e-9), tolerance=1e-6, dtypes=DOUBLE)


CASES = named([*logistics(), *softmaxes(), *logarithms()])
