"""Paths that are not taken, masks, and infinities beside them: what is not selected sends an exact zero."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import chainrule
from chainrule import ops

from .case import BOTH, INF, NAN, Case, named, one, vector

# (function, where it is singular, a good point, its slope and second derivative there)
SINGULAR: dict[str, tuple[Callable[[Any], Any], float, float, float, float]] = {
    "sqrt": (np.sqrt, 0.0, 4.0, 0.25, -1 / 32),
    "sqrt of a negative": (np.sqrt, -1.0, 4.0, 0.25, -1 / 32),
    "log": (np.log, 0.0, 2.0, 0.5, -0.25),
    "log of a negative": (np.log, -2.0, 2.0, 0.5, -0.25),
    "log2": (np.log2, 0.0, 2.0, 0.5 / math.log(2), -0.25 / math.log(2)),
    "log10": (np.log10, 0.0, 2.0, 0.5 / math.log(10), -0.25 / math.log(10)),
    "log1p": (np.log1p, -1.0, 1.0, 0.5, -0.25),
    "reciprocal": (lambda x: 1 / x, 0.0, 2.0, -0.25, 0.25),
    "inverse square": (lambda x: x**-2, 0.0, 2.0, -0.25, 3 / 8),
    "x / x": (lambda x: x / x, 0.0, 2.0, 0.0, 0.0),
    "x log x": (lambda x: x * np.log(x), 0.0, 2.0, 1 + math.log(2), 0.5),
    "log x / x": (lambda x: np.log(x) / x, 0.0, 1.0, 1.0, -3.0),
    "power": (lambda x: x**0.5, 0.0, 4.0, 0.25, -1 / 32),
    "cbrt": (np.cbrt, 0.0, 8.0, 1 / 12, -1 / 144),
    "exp": (np.exp, 1000.0, 0.5, math.exp(0.5), math.exp(0.5)),
    "expm1": (np.expm1, 1000.0, 0.5, math.exp(0.5), math.exp(0.5)),
    "exp2": (np.exp2, 3000.0, 1.0, 2 * math.log(2), 2 * math.log(2) ** 2),
    "sinh": (np.sinh, 1000.0, 0.5, math.cosh(0.5), math.sinh(0.5)),
    "cosh": (np.cosh, 1000.0, 0.5, math.sinh(0.5), math.cosh(0.5)),
    "cos of infinity": (np.cos, INF, 0.5, -math.sin(0.5), -math.cos(0.5)),
    "sin of infinity": (np.sin, -INF, 0.5, math.cos(0.5), -math.sin(0.5)),
    "tan of infinity": (np.tan, INF, 0.5, 1 / math.cos(0.5) ** 2, 2 * math.tan(0.5) / math.cos(0.5) ** 2),
    "square of infinity": (np.square, INF, 3.0, 6.0, 2.0),
    "arcsin": (np.arcsin, 2.0, 0.0, 1.0, 0.0),
    "arcsin at its end": (np.arcsin, 1.0, 0.0, 1.0, 0.0),
    "arccos": (np.arccos, -1.0, 0.0, -1.0, 0.0),
    "arctanh": (np.arctanh, 1.0, 0.0, 1.0, 0.0),
    "arccosh": (np.arccosh, 0.0, 2.0, 1 / math.sqrt(3), -2 / 3**1.5),
    "NaN itself": (lambda x: x * x, NAN, 3.0, 6.0, 2.0),
    "logit": (ops.logit, 1.0, 0.5, 4.0, 0.0),
    "a chain": (lambda x: np.exp(np.sqrt(np.log(x))), 1.0, math.e, 0.5, 0.0),
}


def selected() -> Iterator[Case]:
    for name, (function, bad, good, first, second) in SINGULAR.items():
        x = vector(bad, good)
        keep = np.array([False, True])
        gradient = [0.0, first]
        # float32 cannot hold the second derivative of all of these to nine digits: it is checked to six.
        hessian = None if name == "a chain" else [[0, 0], [0, second]]
        forms: dict[str, Callable[[Any], Any]] = {
            "where": lambda x, f=function, keep=keep: np.sum(np.where(keep, f(x), 0.0)),
            "where, other way": lambda x, f=function, keep=keep: np.sum(np.where(~keep, 1.0, f(x))),
            "where of the value": lambda x, f=function, g=good: np.sum(np.where(x == x.dtype.type(g), f(x), 0.0)),
            "entry": lambda x, f=function: f(x)[1],
            "mask": lambda x, f=function, keep=keep: np.sum(f(x)[keep]),
            "slice": lambda x, f=function: np.sum(f(x)[1:]),
            "a factor 0": lambda x, f=function, keep=keep: np.sum(np.where(keep, f(x), 7.0) * 1.0),
            "take": lambda x, f=function: np.sum(np.take(f(x), [1])),
        }
        for form, guarded in forms.items():
            yield one(f"{name} by {form}", guarded, x, gradient, hessian=hessian, tolerance=1e-7, dtypes=BOTH,
                      jit=form in ("where", "entry"))  # fmt: skip


def off() -> Iterator[Case]:
    relu = chainrule.relu
    yield one("relu is off above a root", lambda x: relu(-1.0 - np.sqrt(x)), 0.0, 0.0, hessian=0.0)
    yield one("maximum takes the bound", lambda x: np.maximum(5.0, np.log(x)), 0.0, 0.0)
    yield one("minimum takes the bound", lambda x: np.minimum(-5.0, 1 / x), 0.0, 0.0)
    yield one("clip of an overflow", lambda x: np.clip(1 / x, -1.0, 1.0), 0.0, 0.0)
    yield one("a structural 0", lambda x: 0.0 * np.sqrt(x), 0.0, 0.0)
    yield one("a structural 0 times infinity", lambda x: x * 0.0, INF, 0.0)
    yield one(
        "a mask of zeros, twice",
        lambda x: np.sum(vector(0, 1) * np.sqrt(x) * x),
        vector(0, 4),
        [0, 3.0],
        hessian=[[0, 0], [0, 0.375]],
    )
    yield one("a mask of zeros", lambda x: np.sum(vector(0, 1) * np.sqrt(x)), vector(0, 4), [0, 0.25])
    yield one("piecewise by hand", lambda x: np.sum(np.where(x < 0, -x, np.where(x < 1, x**2, np.log(x)))),
              vector(-2, 0, 0.5, 3), [-1, 0, 1, 1 / 3])  # fmt: skip
    yield one("three nested choices", lambda x: np.sum(np.where(x > 0, np.where(x > 1, np.log(x), 1 / x), np.sqrt(-x))),
              vector(-4, 0.5, 2), [-0.25, -4, 0.5])  # fmt: skip
    yield one("NaN spoils itself alone", lambda x: np.sum(np.sin(x)), vector(NAN, 0.0), [NAN, 1.0])
    yield one("nan_to_num", lambda x: np.sum(np.nan_to_num(np.log(x))), vector(-1, 2), [0, 0.5])
    yield one("nan constant", lambda x: np.sum(np.where(x > 0, x * x, np.nan)), vector(1, 2), [2, 4])
    yield one("nothing selected", lambda x: np.sum(x[x > 9] ** 2), vector(1, 2), [0, 0], jit=False)
    yield one("all selected", lambda x: np.sum(x[x > 0] ** 2), vector(1, 2), [2, 4], jit=False)
    yield one("exp of -1/x^2 at 0", lambda x: np.where(x == 0, 0.0, np.exp(-1 / x**2)), 0.0, 0.0, hessian=0.0)
    yield one("x log x at 0", lambda x: np.where(x > 0, x * np.log(x), 0.0), 0.0, 0.0)
    yield one("entropy", lambda p: -np.sum(ops.xlogy(p, p)), vector(0.5, 0.5), [-1 - math.log(0.5)] * 2)
    yield one("sinc by hand", lambda x: np.sum(np.where(x == 0, 1.0, np.sin(x) / x)), vector(0, 1),
              [0, math.cos(1) - math.sin(1)])  # fmt: skip


CASES = named([*selected(), *off()])
