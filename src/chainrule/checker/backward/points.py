"""Arguments in, more arguments like them out: random, but with the properties that a function may rely on.

One idea: a gradient that uses what an argument is known to be (a one-hot row, a mask, a symmetric matrix) is right, and
must not be called wrong at a point where the argument is something else.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, reference

_TINY = 1e-3  # a number below it is a tolerance, not a value
_CLOSE = 1e-9


def redrawn(array: Array, moves: bool, bold: bool, generator: Any) -> Array:
    """Another array like this one. `moves`: its gradient is asked for; `bold`: signs may change."""
    numpy = reference()
    given = numpy.asarray(array, float)
    if not given.size or not numpy.all(numpy.isfinite(given)):
        return given
    if not moves and _is_a_choice(given):
        return given
    noise = generator.normal(size=given.shape)
    if given.ndim == 0:
        return numpy.asarray(_number(float(given), moves, bold, float(noise)))
    for axis in _axes_of_shares(given):
        raised = given * numpy.exp(0.5 * noise)
        return raised / numpy.sum(raised, axis=axis, keepdims=True)
    if _is_symmetric(given):
        turn = numpy.eye(given.shape[0]) + 0.3 * noise / numpy.sqrt(given.shape[0])
        return turn @ given @ turn.T
    if not numpy.any(given):
        return 0.5 * noise if moves else given
    if numpy.all(given > 0) and numpy.all(given < 1):
        return _squashed(numpy.log(given / (1 - given)) + 0.5 * noise)
    if bold and moves and not numpy.all(given):
        noise = numpy.where(given == 0, noise, numpy.abs(noise) * numpy.sign(given))
        return numpy.sqrt(numpy.mean(given**2)) * noise
    if not bold or numpy.all(given >= 0) or numpy.all(given <= 0):
        return given * numpy.exp(0.4 * noise)
    return numpy.where(given == 0, 0.0, numpy.sqrt(numpy.mean(given**2)) * noise)


def _is_a_choice(given: Array) -> bool:
    """Labels, masks and one-hot rows: whole numbers, or two values only."""
    numpy = reference()
    return bool(numpy.all(given == numpy.round(given))) or (given.size > 2 and len(numpy.unique(given)) <= 2)


def _number(given: float, moves: bool, bold: bool, noise: float) -> float:
    if abs(given) < _TINY:
        return noise if moves and given == 0 else given
    if 0 < given < 1:
        return float(_squashed(reference().log(given / (1 - given)) + 0.5 * noise))
    if bold and moves:
        return abs(given) * noise + 0.1
    return given * float(reference().exp(0.3 * noise))


def _squashed(x: Array) -> Array:
    return 1 / (1 + reference().exp(-x))


def _axes_of_shares(given: Array) -> list[int]:
    """The axis along which an array holds probabilities."""
    numpy = reference()
    if numpy.any(given < 0) or given.size == given.shape[-1] == 1:
        return []
    return [
        axis for axis in (-1, 0)
        if given.shape[axis] > 1 and numpy.all(numpy.abs(numpy.sum(given, axis=axis) - 1) < 1e-6)
    ][:1]  # fmt: skip


def _is_symmetric(given: Array) -> bool:
    numpy = reference()
    if given.ndim != 2 or given.shape[0] != given.shape[1] or given.shape[0] < 2:
        return False
    return bool(numpy.all(numpy.abs(given - given.T) <= _CLOSE * numpy.max(numpy.abs(given), initial=0.0)))
