"""Powers: 0 to the power 0, 1 and 2, negative bases, exponents that are arrays, roots at 0. From the power rule."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .case import DOUBLE, INF, Case, named, one, vector


def falling(exponent: float, x: float, order: int) -> float:
    """The derivative of x**n of this order, by the power rule with 0**0 = 1 and nothing left of a factor 0."""
    factor = 1.0
    for step in range(order):
        factor *= exponent - step
    return factor * x ** (exponent - order) if factor else 0.0


def whole_exponents() -> Iterator[Case]:
    for x in (0.0, -1.5, 2.0):
        for n in (0, 1, 2, 3, 5):
            first, second = falling(n, x, 1), falling(n, x, 2)
            forms: dict[str, Any] = {
                "int": lambda x, n=n: x**n,
                "float": lambda x, n=n: x ** float(n),
                "array": lambda x, n=n: x ** np.array(float(n)),
                "np.power": lambda x, n=n: np.power(x, n),
            }
            for form, function in forms.items():
                yield one(f"{x}**{n} ({form})", function, x, first, value=x**n, hessian=second, dtypes=DOUBLE)
    for x in (-1.5, 2.0, 0.25):
        for n in (-1, -2, -3):
            yield one(f"{x}**{n}", lambda x, n=n: x**n, x, falling(n, x, 1), hessian=falling(n, x, 2), dtypes=DOUBLE)


def arrays_of_powers() -> Iterator[Case]:
    x = vector(-2.0, -1.0, 0.0, 1.0, 3.0)
    for n in (1, 2, 3, 4):
        slopes = [falling(n, each, 1) for each in x]
        yield one(f"sum of an array to the {n}", lambda x, n=n: np.sum(x**n), x, slopes,
                  hessian=np.diag([falling(n, each, 2) for each in x]))  # fmt: skip
    exponents = vector(0.0, 1.0, 2.0, 3.0)
    for base in (0.0, 2.0, -1.0):
        slopes = [falling(n, base, 1) for n in exponents]
        yield one(f"{base} to each of several", lambda x: np.sum(x**exponents), np.full(4, base), slopes,
                  hessian=np.diag([falling(n, base, 2) for n in exponents]))  # fmt: skip


def exponents_that_move() -> Iterator[Case]:
    for base in (0.5, 2.0, 3.0):
        for y in (-1.0, 0.0, 1.5):
            log = math.log(base)
            yield one(f"d/dy {base}**{y}", lambda y, base=base: base**y, y, base**y * log, hessian=base**y * log**2)
    for y in (0.5, 1.0, 2.0, 7.5):
        yield one(f"d/dy 0**{y}", lambda y: 0.0**y, y, 0.0, value=0.0)
        yield one(f"d/dy array of zeros**{y}", lambda y: np.sum(np.zeros(3) ** y), y, 0.0)
        yield Case(f"both of 0**{y}", lambda x, y: x**y, (0.0, y), (y * 0.0 ** (y - 1) if y >= 1 else INF, 0.0))
    for x, y in ((2.0, 3.0), (0.5, -2.0), (3.0, 0.0)):
        slopes = (y * x ** (y - 1), x**y * math.log(x))
        yield Case(f"both of {x}**{y}", lambda x, y: x**y, (x, y), slopes)
        yield Case(f"both of np.power({x}, {y})", np.power, (x, y), slopes)
        yield Case(f"both of np.float_power({x}, {y})", lambda x, y: np.power(x, y) * 1.0, (x, y), slopes)
    for x in (0.3, 1.0, 2.5):
        slope = x**x * (1 + math.log(x))
        yield one(f"x**x at {x}", lambda x: x**x, x, slope, hessian=x**x * ((1 + math.log(x)) ** 2 + 1 / x))


def roots() -> Iterator[Case]:
    for p in (0.5, 0.25, 1 / 3, 0.9):
        yield one(f"x**{p:.2f} at 0", lambda x, p=p: x**p, 0.0, INF)
        chosen = lambda x, p=p: np.sum(np.where(x > 0.5, x**p, 0.0))  # noqa: E731
        yield one(
            f"x**{p:.2f} not selected at 0", chosen, vector(0.0, 1.0), [0.0, p], hessian=[[0, 0], [0, p * (p - 1)]]
        )
    yield one("sqrt at 0", np.sqrt, 0.0, INF)
    yield one("cbrt at 0", np.cbrt, 0.0, INF)
    yield one("cbrt of -8", np.cbrt, -8.0, 1 / 12)
    yield one("x**1.5 at 0", lambda x: x**1.5, 0.0, 0.0)
    yield one("x**2.5 at 0", lambda x: x**2.5, 0.0, 0.0, hessian=0.0)
    yield one("x * sqrt x at 0", lambda x: np.where(x > 0, x * np.sqrt(x), 0.0), 0.0, 0.0)
    yield one("square at -3", np.square, -3.0, -6.0, hessian=2.0)
    yield one("-x**2", lambda x: -(x**2), 3.0, -6.0)
    yield one("1e160 squared", lambda x: x**2, 1e160, 2e160, dtypes=DOUBLE)
    yield one("1e15 squared in float32", lambda x: x**2, 1e15, 2e15)
    yield one("reciprocal of 1e100", lambda x: 1 / x, 1e100, -1e-200, dtypes=DOUBLE)
    yield one("reciprocal at -2", np.reciprocal, -2.0, -0.25, hessian=-0.25)


CASES = named([*whole_exponents(), *arrays_of_powers(), *exponents_that_move(), *roots()])
