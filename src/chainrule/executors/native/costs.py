"""What a graph costs: its program in, operations, bytes and the least time on this machine out.

One idea: no code is faster than its arithmetic and its memory allow. Both limits of the machine are measured once, on a
product of matrices and on a long copy; the larger of the two times is the bound.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from .plans.weights import operations
from .primitives.lowering import Program
from .primitives.values import Value

_ENTRIES = 2**22  # of the long copy: beyond every cache but the largest
_ROWS = 384


@dataclass(frozen=True, slots=True)
class Cost:
    """Operations (a polynomial such as exp counts as its steps), bytes that must be read or written, and the bound."""

    operations: int
    bytes: int
    seconds: float  # the least, on this machine
    bound: str  # "arithmetic" or "memory"

    @property
    def intensity(self) -> float:
        """Operations for each byte."""
        return self.operations / max(self.bytes, 1)

    def __str__(self) -> str:
        return (
            f"{self.operations:.3g} operations, {self.bytes:.3g} bytes, {self.intensity:.2g} operations a byte; "
            f"at least {self.seconds * 1e6:.3g} us here, bound by {self.bound}"
        )


def cost_of(program: Program) -> Cost:
    """What a program costs if its arguments are read and its results written once."""
    counted = operations(program)
    moved = sum(bytes_of(each) for each in (*program.inputs, *program.outputs))
    single = any(each.dtype == np.float32 for each in program.outputs)
    speed, bandwidth = limits()
    by_arithmetic, by_memory = counted / (speed * (2 if single else 1)), moved / bandwidth
    bound = "arithmetic" if by_arithmetic >= by_memory else "memory"
    return Cost(counted, moved, max(by_arithmetic, by_memory), bound)


def bytes_of(value: Value) -> int:
    return int(value.size * value.dtype.itemsize)


@cache
def limits() -> tuple[float, float]:
    """(operations a second in float64, bytes a second) of one call into NumPy on this machine, measured once."""
    matrix = np.ones((_ROWS, _ROWS))
    source, target = np.ones(_ENTRIES), np.zeros(_ENTRIES)
    speed = 2 * _ROWS**3 / shortest(lambda: matrix @ matrix)
    return speed, 2 * source.nbytes / shortest(lambda: np.copyto(target, source))


def shortest(call: Any) -> float:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return max(min(times), 1e-9)
