"""How far functions in machine code are from the truth: names in, their largest errors in units in the last place out.

One idea: float32 has so few numbers that all of them can be tried, against float64 of NumPy and SciPy; float64 is tried
at random bit patterns and where functions are hardest, against mpmath with 40 digits.

Run as `python tools/accuracy.py [--all] [NAME...]`. With `--all` every float32 is an argument, which takes about a
minute a function; without, one in 997. Functions of two arguments are tried at random ones.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import chainrule.special
from chainrule.api import jit

mp: Any = importlib.import_module("mpmath").mp
_PIECE = 1 << 15  # so that everything stays in the cache
_DIGITS = 140  # bits: mpmath is right to the last but a few


@dataclass(frozen=True)
class Function:
    """A function as users call it, the same in float64 by NumPy or SciPy, and with many digits."""

    ours: Callable[..., Any]
    wide: Callable[..., Any]
    truth: Callable[..., Any]


def power_of(x: Any, y: Any) -> Any:
    """x^y with mpmath, where a negative base has a whole exponent."""
    found = mp.exp(y * mp.log(abs(x)))
    return -found if x < 0 and int(y) % 2 else found


def special(name: str) -> Any:
    return getattr(importlib.import_module("scipy.special"), name)


def of_numpy(name: str, truth: Callable[..., Any]) -> Function:
    function = getattr(np, name)
    return Function(lambda *x: function(*x), function, truth)


def of_special(name: str, truth: Callable[..., Any]) -> Function:
    return Function(getattr(chainrule.special, name), special(name), truth)


SAME = ("exp", "expm1", "sinh", "cosh", "tanh", "log", "log10", "log1p", "sin", "cos", "tan")
OTHERS = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
          "arctanh": "atanh"}  # fmt: skip
ONE: dict[str, Function] = {
    **{name: of_numpy(name, getattr(mp, name)) for name in SAME},
    **{name: of_numpy(name, getattr(mp, other)) for name, other in OTHERS.items()},
    "exp2": of_numpy("exp2", lambda x: mp.power(2, x)),
    "log2": of_numpy("log2", lambda x: mp.log(x) / mp.log(2)),
    "cbrt": of_numpy("cbrt", lambda x: mp.sign(x) * mp.cbrt(abs(x))),
    "erf": of_special("erf", mp.erf),
    "erfc": of_special("erfc", mp.erfc),
}
TWO = {
    "power": of_numpy("power", power_of),
    "arctan2": of_numpy("arctan2", mp.atan2),
    "hypot": of_numpy("hypot", mp.hypot),
}


def errors_of_single(found: Any, truth: Any) -> Any:
    """In units in the last place of float32: what was found, and the truth in float64."""
    with np.errstate(all="ignore"):
        nearest = truth.astype(np.float32)
        unit = np.spacing(np.abs(nearest)).astype(float)
        errors = np.abs(found.astype(float) - truth) / unit
        same = (found == nearest) | (np.isnan(found) & np.isnan(truth))
        overflowed = np.isinf(nearest) | np.isinf(found) | np.isnan(found)
        errors = np.where(overflowed, np.where(same, 0.0, np.inf), errors)
        close = np.isinf(nearest) & (np.abs(found) >= np.float32(3.40282e38)) & (np.sign(found) == np.sign(nearest))
    return np.where(close, 0.0, errors)


def error_of_double(found: float, truth: Any) -> float:
    """In units in the last place of float64: what was found, and the truth with many digits."""
    if not isinstance(truth, mp.mpf):
        return 0.0 if np.isnan(found) else float("inf")  # a complex number: no function of real numbers
    nearest = float(truth)
    if np.isnan(nearest) or np.isinf(nearest):
        near = np.isnan(found) if np.isnan(nearest) else abs(found) > 1.7976e308 and (found > 0) == (nearest > 0)
        return 0.0 if near else float("inf")
    return (
        float(abs(truth - mp.mpf(found)) / mp.mpf(float(np.spacing(abs(nearest)))))
        if np.isfinite(found)
        else float("inf")
    )


def singles(step: int, start: int = 0) -> Iterator[Any]:
    """float32 numbers by their bits, one in `step`, piece by piece."""
    for first in range(start, 1 << 32, step * _PIECE):
        last = min(first + step * _PIECE, 1 << 32)
        yield np.arange(first, last, step, dtype=np.uint64).astype(np.uint32).view(np.float32)


def doubles(count: int, random: Any) -> Any:
    """float64 numbers: any bits, usual sizes, every exponent, denormals, near 1, multiples of pi/2, the ends."""
    sign = random.choice([-1.0, 1.0], count)
    turns = random.integers(1, 2 ** random.integers(1, 40, count)) * (np.pi / 2)
    return np.concatenate([
        random.integers(0, 2**64, count, np.uint64).view(np.float64),
        random.normal(size=count),
        random.uniform(-40, 40, count),
        sign * np.exp2(random.uniform(-1074, 1024, count)),
        sign * np.exp(random.uniform(-40, 7, count)),
        random.integers(0, 2**52, count // 4, np.uint64).view(np.float64),
        1 + sign * np.exp(random.uniform(-36, 0, count)),
        sign * turns,
        np.nextafter(turns, sign * np.inf),
        random.uniform(-746, 711, count),
        random.uniform(-1080, 1030, count),
    ])  # fmt: skip


def pairs(name: str, count: int, random: Any) -> tuple[Any, Any]:
    """Arguments of a function of two: of powers those whose result has any exponent."""
    x = doubles(count, random)
    if name != "power":
        with np.errstate(all="ignore"):
            near = x * random.normal(size=x.size)
        return x, np.where(random.uniform(size=x.size) < 0.5, near, random.permutation(x))
    with np.errstate(all="ignore"):
        y = random.uniform(-1080, 1030, x.size) / np.log2(np.abs(x))
        y = np.where(random.uniform(size=x.size) < 0.3, random.normal(size=x.size), y)
        y = np.where((x < 0) | (random.uniform(size=x.size) < 0.1), np.rint(y), y)
    return x, y


def worst_of_single(name: str, step: int, start: int = 0) -> tuple[float, Any]:
    """The largest error over float32, and where."""
    function, worst = ONE[name], (0.0, np.float32(0))
    compiled = jit(lambda x: function.ours(x))
    for x in singles(step, start):
        with np.errstate(all="ignore"):
            found, truth = compiled(x), function.wide(x.astype(float))
            apart = np.abs(found.view(np.int32) - truth.astype(np.float32).view(np.int32))
        places = np.nonzero(apart >= max(int(worst[0]), 1))[0]  # elsewhere errors are below 1, or below the worst
        if not places.size and worst[0] < 1:
            places = np.arange(x.size)
        errors = errors_of_single(found[places], truth[places])
        if errors.size and errors.max() > worst[0]:
            worst = float(errors.max()), x[places[np.argmax(errors)]]
    return worst


def worst_of_double(name: str, count: int, seed: int = 0) -> tuple[float, tuple[float, ...]]:
    """The largest error over float64 numbers, and where."""
    random, worst = np.random.default_rng(seed), (0.0, (0.0,))
    function = ONE.get(name) or TWO[name]
    given = (doubles(count, random),) if name in ONE else pairs(name, count, random)
    with np.errstate(all="ignore"):
        found = jit(lambda *x: function.ours(*x))(*given)
    mp.prec = _DIGITS
    for value, *x in zip(found.tolist(), *[each.tolist() for each in given], strict=True):
        if not np.all(np.isfinite(x)):
            continue
        try:
            truth = function.truth(*map(mp.mpf, x))
        except (ValueError, ZeroDivisionError, OverflowError):
            continue  # a pole, or too large for mpmath: special values have tests of their own
        worst = max(worst, (error_of_double(value, truth), tuple(x)), key=lambda each: each[0])
    return worst


def main() -> int:
    """Print a line for each function."""
    step = 1 if "--all" in sys.argv else 997
    for name in [each for each in sys.argv[1:] if each != "--all"] or [*ONE, *TWO]:
        wide = worst_of_double(name, 4000)
        print(f"{name:8} float64 {wide[0]:.2f} at {wide[1]}", end="", flush=True)
        if name in ONE:
            short = worst_of_single(name, step)
            print(f", float32 {short[0]:.2f} at {short[1]!r}", end="")
        print(flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
