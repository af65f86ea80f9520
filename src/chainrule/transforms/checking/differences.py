"""Central differences: a function and a direction in, its slope there and how far that may be wrong out.

One idea: no step is right for every function, so a whole ladder of steps is taken, each a quarter of the one before.
Where three neighbours agree once their leading errors are cancelled, the slope is read off; how well they agree is its
error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...ir.library import Array, reference

RUNGS = 20  # from a sixteenth of the scale down to some 1e-13 of it
RATIO = 4.0
CENTRAL = (16.0, 256.0)  # a central difference is wrong by a h^2 + b h^4: these powers of the ratio cancel
ONE_SIDED = (4.0, 16.0)  # and a one-sided one by a h + b h^2


@dataclass(frozen=True, slots=True)
class Ladder:
    """The differences over steps from large to small. Rows are steps, columns the outputs; NaN where there is none."""

    steps: Array
    central: Array
    left: Array
    right: Array
    height: Array  # the largest value met at each step: what rounding is measured against
    steepness: Array  # the largest one-sided slope over the largest steps: the scale of the function's own slopes


@dataclass(frozen=True, slots=True)
class Estimate:
    """A slope for each output, and how far it may be from the truth."""

    slope: Array
    error: Array


def steps_for(position: float, typical: float) -> list[Array]:
    """The ladders for moving one number: on the scale of the number and, where that is far from 1, on that of 1."""
    numpy = reference()
    quarters = RATIO ** -numpy.arange(RUNGS, dtype=float) / 16
    size = abs(position) or typical
    scales = [max(1.0, abs(position))]
    if 0 < size < 1e-2 or size > 1e4:
        scales.append(min(1.0, size))
    return [scale * quarters for scale in scales]


def climb(function: Callable[[Array], Array], at: Array, direction: Array, steps: Array, centre: Array) -> Ladder:
    """Evaluate at `at` plus and minus each step along the direction. The steps that rounding really made are used."""
    numpy = reference()
    ahead = numpy.empty((len(steps), centre.size))
    behind, widths = ahead.copy(), numpy.empty((len(steps), 2))
    moving = direction != 0
    for rung, step in enumerate(steps):
        plus, minus = at + step * direction, at - step * direction
        ahead[rung], behind[rung] = function(plus), function(minus)
        widths[rung, 0] = numpy.mean((plus - at)[moving] / direction[moving])
        widths[rung, 1] = numpy.mean((at - minus)[moving] / direction[moving])
    with numpy.errstate(all="ignore"):
        widths[widths <= 0] = numpy.nan
        forward, backward = widths[:, :1], widths[:, 1:]
        central = (ahead - behind) / (forward + backward)
        right, left = (ahead - centre) / forward, (centre - behind) / backward
    height = numpy.maximum(numpy.maximum(_size(ahead), _size(behind)), _size(centre))
    steepness = numpy.max(numpy.maximum(_size(right), _size(left))[:4], axis=0, initial=0.0)
    return Ladder(steps, _finite(central), _finite(left), _finite(right), height, steepness)


def _finite(differences: Array) -> Array:
    numpy = reference()
    return numpy.where(numpy.isfinite(differences), differences, numpy.nan)


def _size(values: Array) -> Array:
    numpy = reference()
    return numpy.abs(numpy.where(numpy.isfinite(values), values, 0))


def noise_of(differences: Array, steps: Array, floor: Array) -> Array:
    """How far rounding moves each output: seen in the scatter over the smallest steps, at least `floor` (by step)."""
    numpy = reference()
    scatter = numpy.abs(numpy.diff(differences, axis=0)) * steps[1:, None]
    last = numpy.where(numpy.isfinite(scatter), scatter, 0)[-6:]
    return numpy.maximum(numpy.max(last, axis=0, initial=0.0), floor)


def extrapolate(
    differences: Array, steps: Array, noise: Array, powers: tuple[float, float], first: Array | int = 0
) -> Estimate:
    """The slope for each output, from the three neighbours that agree best among the rungs from `first` on."""
    numpy = reference()
    once = differences[1:] + numpy.diff(differences, axis=0) / (powers[0] - 1)
    twice = once[1:] + numpy.diff(once, axis=0) / (powers[1] - 1)
    rounding = 2 * noise[2:] / steps[2:, None]
    errors = numpy.abs(numpy.diff(once, axis=0)) / 8 + rounding + _disagreement(twice) / 2
    errors = numpy.where(numpy.arange(len(errors))[:, None] >= first, errors, numpy.nan)
    errors = numpy.where(numpy.isfinite(errors), errors, numpy.inf)
    with numpy.errstate(all="ignore"):
        relative = errors / numpy.abs(twice)
    # The best relative agreement finds the plateau of a rapid oscillation, which large steps average away to nothing.
    # Where no three agree even roughly the slope is as good as zero, and the smallest error says how good.
    relative = numpy.where(numpy.isfinite(relative), relative, numpy.inf)
    rung = numpy.where(numpy.min(relative, axis=0) < 0.1, numpy.argmin(relative, axis=0), numpy.argmin(errors, axis=0))
    columns = numpy.arange(differences.shape[1])
    return Estimate(twice[rung, columns], errors[rung, columns])


def _disagreement(values: Array) -> Array:
    """The distance to the nearer of the two neighbouring rungs: agreement by chance rarely goes further."""
    numpy = reference()
    steps = numpy.abs(numpy.diff(values, axis=0))
    steps = numpy.where(numpy.isfinite(steps), steps, numpy.inf)
    edge = numpy.full_like(values[:1], numpy.inf)
    nearest = numpy.minimum(numpy.concatenate([edge, steps]), numpy.concatenate([steps, edge]))
    return numpy.where(numpy.isfinite(nearest), nearest, 0)


def best(estimates: Sequence[Estimate]) -> Estimate:
    """For each output the estimate with the smallest relative error."""
    numpy = reference()
    with numpy.errstate(all="ignore"):
        relative = numpy.stack([each.error / (numpy.abs(each.slope) + each.error) for each in estimates])
    chosen = numpy.argmin(numpy.where(numpy.isfinite(relative), relative, 2.0), axis=0)
    columns = numpy.arange(chosen.size)

    def pick(name: str) -> Any:
        return numpy.stack([getattr(each, name) for each in estimates])[chosen, columns]

    return Estimate(pick("slope"), pick("error"))
