"""One hard case: a function, a point, and the derivatives that mathematics gives there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

INF, NAN = float("inf"), float("nan")
BOTH = ("float64", "float32")
DOUBLE = ("float64",)


@dataclass(frozen=True)
class Case:
    """`gradients`: one for each argument (None: not asked about); `hessian`: the second derivatives by the first."""

    name: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    gradients: tuple[Any, ...]
    value: Any = None
    hessian: Any = None
    tolerance: float = 1e-9
    absolute: float = 0.0  # what rounding of the value leaves of a slope next to 0
    dtypes: tuple[str, ...] = BOTH
    jit: bool = True

    def __str__(self) -> str:
        return self.name


def one(name: str, function: Callable[..., Any], x: Any, gradient: Any, **options: Any) -> Case:
    """A case with one argument."""
    return Case(name, function, (x,), (gradient,), **options)


def vector(*numbers: float) -> np.ndarray[Any, Any]:
    return np.array(numbers, float)


def named(cases: Sequence[Case]) -> list[Case]:
    """The cases, whose names must differ."""
    names = [case.name for case in cases]
    repeated = sorted({name for name in names if names.count(name) > 1})
    assert not repeated, repeated
    return list(cases)
