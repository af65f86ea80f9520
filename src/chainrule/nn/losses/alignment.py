"""Connectionist temporal classification: probabilities of labels at each time in, the loss of a sequence of labels out.

One idea: the probability of a sequence is a sum over all ways to stretch it over time with blanks between, which a
recursion adds up in logarithms: at each time a state is reached from itself, the one before, or two before.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...control import scan
from ...errors import ShapeError
from ...ir.coercion import as_array
from ...ops import astype, concatenate, isinf, logical_and, logsumexp, maximum, not_equal, stack, where
from ...ops.movement import broadcast_to, expand_dims, reshape
from ...ops.sorting import take_along_axis
from ..layers import whole_numbers
from .reducing import floating, reduced

NEVER = -np.inf


def ctc_loss(
    log_probabilities: Any, labels: Any, input_lengths: Any, label_lengths: Any, *, blank: int = 0,
    zero_infinity: bool = False, reduction: str = "mean",
) -> Any:  # fmt: skip
    """-log of the probability of each sequence of labels, summed over its alignments: axes (time, example, class).

    `labels` has axes (example, place); of each example the first `label_lengths` labels and `input_lengths` times
    count. The mean divides each loss by the number of its labels first, as PyTorch does. A sequence that cannot be
    aligned has loss infinity, or 0 without gradient with `zero_infinity`. Raises ShapeError for shapes that do not fit,
    BoundsError for labels and lengths that are not there. Source: Graves et al., Connectionist temporal classification
    (2006), section 4.1.

    >>> import numpy as np
    >>> half = np.log(np.full((2, 1, 2), 0.5))
    >>> float(ctc_loss(half, np.array([[1]]), np.array([2]), np.array([1])).round(4))  # 3 of 4 ways: -log(3/4)
    0.2877
    """
    logs, marks, times, counts = floating(log_probabilities), *map(as_array, (labels, input_lengths, label_lengths))
    _require_shapes(logs, marks, times, counts)
    number, places = marks.shape
    whole_numbers("ctc_loss with input_lengths", times, logs.shape[0] + 1)
    whole_numbers("ctc_loss with label_lengths", counts, places + 1)
    there = np.arange(places) < expand_dims(counts, -1)
    marks = whole_numbers("ctc_loss", where(there, marks, blank), logs.shape[2])
    states = concatenate([expand_dims(marks, -1), np.full((number, places, 1), blank, marks.dtype)], -1)
    states = concatenate([np.full((number, 1), blank, marks.dtype), reshape(states, (number, 2 * places))], -1)
    emitted = take_along_axis(logs, broadcast_to(states, (logs.shape[0], *states.shape)), -1)
    reached = _recursion(emitted, _may_skip(states, blank), times)
    last = expand_dims(2 * counts, -1)
    ends = concatenate([last, maximum(last - 1, 0)], -1)
    final = take_along_axis(reached, ends, -1)
    final = where(np.array([[True, False]]) | (expand_dims(counts, -1) > 0), final, NEVER)
    losses = -logsumexp(final, -1)
    if zero_infinity:
        losses = where(isinf(losses), 0.0, losses)
    if reduction == "mean":
        losses = losses / astype(maximum(counts, 1), logs.dtype)
    return reduced(losses, reduction)


def _recursion(emitted: Any, skips: Any, times: Any) -> Any:
    """The logarithm of the probability of being in each state when the time of the example is over."""
    never = np.full((emitted.shape[1], 2), NEVER, emitted.dtype)
    ends = expand_dims(times, -1)

    def moved(state: Any, entry: tuple[Any, Any]) -> tuple[Any, None]:
        time, heard = entry
        before = concatenate([never, state], -1)
        ways = [state, before[:, 1:-1], where(skips, before[:, :-2], NEVER)]
        return where(ends > time, logsumexp(stack(ways), 0) + heard, state), None

    start = where(np.arange(emitted.shape[2]) < 2, emitted[0], NEVER)
    return scan(moved, start, (np.arange(1, emitted.shape[0]), emitted[1:]))[0]


def _may_skip(states: Any, blank: int) -> Any:
    """Whether a state may be reached from two before it: it is no blank, and another label than the last."""
    number, count = states.shape
    if count < 3:
        return np.zeros((number, count), bool)
    other = logical_and(not_equal(states[:, 2:], states[:, :-2]), not_equal(states[:, 2:], blank))
    return concatenate([np.zeros((number, 2), bool), other], -1)


def _require_shapes(logs: Any, labels: Any, times: Any, counts: Any) -> None:
    fits = logs.ndim == 3 and labels.ndim == 2 and times.shape == counts.shape == labels.shape[:1]
    whole = all(each.dtype.kind in "iu" for each in (labels, times, counts))
    if not (fits and whole and logs.shape[1] == labels.shape[0] and logs.shape[0]):
        raise ShapeError(
            given=f"ctc_loss of shapes {logs.shape}, {labels.shape}, {times.shape} and {counts.shape}",
            where="ctc_loss", remedy="put time first: np.moveaxis(x, 1, 0)",
            expected="(times, examples, classes), and whole numbers in (examples, places), (examples,), (examples,)",
        )  # fmt: skip
