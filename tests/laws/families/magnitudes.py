"""Very large and very small numbers: finite slopes whose formulas overflow when they are written carelessly."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from .case import BOTH, DOUBLE, INF, Case, named, one


def quotients() -> Iterator[Case]:
    for size in (1e20, 1e-20):
        for x, y in ((1.0, 2.0), (3.0, -1.0)):
            args = (x * size, y * size)
            yield Case(
                f"{x}/{y} at {size:g}", lambda x, y: x / y, args, (1 / (y * size), -x / (y * y * size)), dtypes=BOTH
            )
            yield Case(f"(x-y)/y of {x}, {y} at {size:g}", lambda x, y: (x - y) / y, args,
                       (1 / (y * size), -x / (y * y * size)))  # fmt: skip
            yield Case(f"x/(x+y) of {x}, {y} at {size:g}", lambda x, y: x / (x + y), args,
                       (y / (x + y) ** 2 / size, -x / (x + y) ** 2 / size))  # fmt: skip
    for size in (1e150, 1e200, 1e-200):
        yield Case(f"x/y at {size:g}", lambda x, y: x / y, (size, size), (1 / size, -1 / size), dtypes=DOUBLE)
        yield Case(f"arctan2 at {size:g}", np.arctan2, (size, size), (0.5 / size, -0.5 / size), dtypes=DOUBLE)
        yield one(f"x/(x*x+1) at {size:g}", lambda x: x / (x * x + 1) if x < 1e100 else 1 / (x + 1 / x), size,
                  1.0 if size < 1 else -1 / size / size, dtypes=DOUBLE, jit=False)  # fmt: skip
    for x, y in ((1.0, 0.0), (-1.0, 0.0), (0.0, 2.0), (0.0, -2.0), (3.0, 4.0)):
        square = x * x + y * y
        yield Case(f"arctan2({x}, {y})", np.arctan2, (x, y), (y / square, -x / square))
        yield Case(f"hypot({x}, {y})", np.hypot, (x, y), (x / math.sqrt(square), y / math.sqrt(square)))
    for big, small in ((1e30, 1.0), (1e18, 1e-18)):
        yield Case(f"hypot({big:g}, {small:g})", np.hypot, (big, small), (1.0, small / big))
    yield Case("arctan2 of little over much", np.arctan2, (1e-10, 1e10), (1e-10, -1e-30))
    yield Case("arctan2 of much over little", np.arctan2, (1e10, 1e-10), (1e-30, -1e-10))


def curves() -> Iterator[Case]:
    for x in (1e8, 1e20, -1e20, 1e200, 0.0, 1e-200):
        dtypes = BOTH if x in (1e8, 0.0) else DOUBLE
        slope = 1 / abs(x) if abs(x) > 1 else 1.0
        yield one(f"arcsinh at {x:g}", np.arcsinh, x, slope, dtypes=dtypes)
        yield one(f"arctan at {x:g}", np.arctan, x, slope * slope, dtypes=dtypes)
        yield one(f"tanh at {x:g}", np.tanh, x, 0.0 if abs(x) > 1 else 1.0, dtypes=dtypes)
        yield one(f"sqrt(1 + x^2) as hypot at {x:g}", lambda x: np.hypot(1.0, x), x,
                  math.copysign(1.0, x) if abs(x) > 1 else x, dtypes=dtypes)  # fmt: skip
        if x > 1:
            yield one(f"arccosh at {x:g}", np.arccosh, x, 1 / x, dtypes=dtypes)
            yield one(f"log1p at {x:g}", np.log1p, x, 1 / (1 + x), dtypes=dtypes)
            yield one(f"x / sqrt(1 + x^2) by hypot at {x:g}", lambda x: x / np.hypot(1.0, x), x, 0.0, dtypes=dtypes,
                      tolerance=1e-7)  # fmt: skip
    for x in (1e-308, 1e-100, 1e100, 1e300):
        yield one(f"sqrt at {x:g}", np.sqrt, x, 0.5 / math.sqrt(x), dtypes=DOUBLE)
        yield one(f"cbrt at {x:g}", np.cbrt, x, np.cbrt(x) / 3 / x, dtypes=DOUBLE)
        yield one(f"log at {x:g}", np.log, x, 1 / x, dtypes=DOUBLE)
    yield one("reciprocal of a denormal", lambda x: 1 / x, 1e-320, -INF, dtypes=DOUBLE)
    yield one("reciprocal of much underflows to 0", lambda x: 1 / x, 1e200, 0.0, dtypes=DOUBLE)
    for x in (1e8, 12345.678, 1e-8):
        yield one(f"sin at {x:g}", np.sin, x, math.cos(x), hessian=-math.sin(x), dtypes=DOUBLE)
        yield one(f"sin(1e6 x) at {x:g}", lambda x: np.sin(1e6 * x), x, 1e6 * math.cos(1e6 * x), dtypes=DOUBLE)
        yield one(f"1e-9 x at {x:g}", lambda x: 1e-9 * x + 0 * x, x, 1e-9)
    for x in (0.0, -0.0):
        sign = "-" if math.copysign(1, x) < 0 else "+"
        yield one(f"sinh at {sign}0", np.sinh, x, 1.0, hessian=0.0)
        yield one(f"cosh at {sign}0", np.cosh, x, 0.0, hessian=1.0)
        yield one(f"sinc of {sign}0", np.arcsinh, x, 1.0, hessian=0.0)


CASES = named([*quotients(), *curves()])
