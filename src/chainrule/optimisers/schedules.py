"""Learning rates that change: a few numbers in, a function from the number of steps taken to the rate out.

One idea: a schedule is a plain function of the step, counted from 0, with no memory; under jit the step is recorded
like any other number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import DomainError
from ..ops import clip, where
from .optimiser import number

Schedule = Callable[[Any], Any]


def constant(value: float) -> Schedule:
    """The same rate always."""
    return lambda step: value


def share(step: Any, steps: int) -> Any:
    """How much of so many steps is over, from 0 to 1."""
    return clip(step / steps, 0.0, 1.0)


def at_least(name: str, steps: int, least: int = 1) -> None:
    """Raise DomainError for fewer steps than a schedule can run over."""
    if steps < least:
        raise DomainError(given=f"{name} over {steps} steps", where=name, expected=f"at least {least}",
                          remedy="count the steps of the whole training")  # fmt: skip


def linear(initial: float, final: float, steps: int) -> Schedule:
    """A straight line from initial to final over so many steps, then final.

    >>> [linear(1.0, 0.0, 4)(step) for step in (0, 1, 4, 9)]
    [1.0, 0.75, 0.0, 0.0]
    """
    return polynomial(initial, final, steps, 1.0)


def polynomial(initial: float, final: float, steps: int, power: float) -> Schedule:
    """final + (initial - final) (1 - t)^power, where t is the share of the steps that is over."""
    at_least("a schedule", steps)
    return lambda step: number(final + (initial - final) * (1.0 - share(step, steps)) ** power)


def cosine(initial: float, steps: int, final: float = 0.0) -> Schedule:
    """final + (initial - final) (1 + cos(pi t))/2, where t is the share of the steps that is over.

    Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts (2017), equation 5.

    >>> [round(cosine(1.0, 4)(step), 3) for step in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    at_least("cosine", steps)
    return lambda step: number(final + (initial - final) * 0.5 * (1.0 + np.cos(math.pi * share(step, steps))))


def exponential(initial: float, factor: float, every: int = 1) -> Schedule:
    """initial factor^(step / every): times the factor in every so many steps, little by little.

    >>> exponential(1.0, 0.5, every=2)(4)
    0.25
    """
    at_least("exponential", every)
    return lambda step: number(initial * np.power(factor, step / every))


def steps(initial: float, factor: float, every: int) -> Schedule:
    """initial factor^floor(step / every): times the factor in every so many steps, all at once.

    >>> [steps(1.0, 0.5, 2)(step) for step in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    at_least("steps", every)
    return lambda step: number(initial * np.power(factor, np.floor(step / every)))


def warmup(schedule: Schedule | float, steps: int, start: float = 0.0) -> Schedule:
    """A straight line from start to the first rate of a schedule over so many steps, then the schedule from its start.

    Source: Goyal et al., Accurate, large minibatch SGD (2017), section 2.2.

    >>> [warmup(0.4, 4)(step) for step in (0, 1, 4, 9)]
    [0.0, 0.1, 0.4, 0.4]
    """
    at_least("warmup", steps)
    after = schedule if callable(schedule) else constant(schedule)

    def rate(step: Any) -> Any:
        rising = start + (after(0) - start) * share(step, steps)
        return number(where(step < steps, rising, after(clip(step - steps, 0))))

    return rate


def one_cycle(
    peak: float, steps: int, rising: float = 0.3, start_divisor: float = 25.0, end_divisor: float = 1e4
) -> Schedule:
    """From peak/start_divisor up to the peak in a share `rising` of the steps, then down to the start/end_divisor.

    Both ways along half a cosine; step `steps` - 1 is the last. Source: Smith and Topin, Super-convergence (2018), in
    the form of PyTorch's OneCycleLR. Raises DomainError for fewer than 4 steps, or a share not between 0 and 1.
    """
    at_least("one_cycle", steps, 4)
    if not 0 < rising < 1:
        raise DomainError(given=f"one_cycle with rising={rising}", where="one_cycle", expected="0 < rising < 1",
                          remedy="it is the share of the steps before the peak")  # fmt: skip
    start, top, end = peak / start_divisor, rising * steps - 1, steps - 1

    def between(first: float, last: float, t: Any) -> Any:
        return last + (first - last) * 0.5 * (1.0 + np.cos(math.pi * clip(t, 0.0, 1.0)))

    def rate(step: Any) -> Any:
        up = between(start, peak, step / top)
        down = between(peak, start / end_divisor, (step - top) / (end - top))
        return number(where(step < top, up, down))

    return rate
