"""What all losses share: predictions and targets in, checked; their penalties reduced to what was asked for out.

One idea: a loss does not broadcast. A prediction of shape (n, 1) beside a target of shape (n,) is a mistake, not a
table of n by n differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import DomainError, ShapeError
from ...ir.coercion import as_array
from ...ops import astype, carry
from ...ops.products import same_dtype
from ...ops.reductions import mean, sum
from ..geometry import fitting

REDUCTIONS = ("mean", "sum", "none")


def matched(name: str, *arrays: Any) -> tuple[Any, ...]:
    """Arrays of one dtype. Raises ShapeError unless they have one shape."""
    found = same_dtype(*arrays)
    if any(each.shape != found[0].shape for each in found):
        raise ShapeError(
            given=f"{name} of shapes {' and '.join(str(each.shape) for each in found)}", where=name,
            expected="arrays of one shape: a loss does not broadcast", remedy="reshape one of them",
        )  # fmt: skip
    return found


def floating(x: Any) -> Any:
    """Whole numbers and truth values as float64, so that halves are not lost."""
    array = as_array(x)
    return array if array.dtype.kind in "fc" else astype(array, np.dtype(float))


def asked(targets: Any, penalties: Any) -> Any:
    """Target times penalty, and 0 where the target is 0, whatever the penalty: nothing is asked of it there."""
    with np.errstate(invalid="ignore"):  # 0 beside infinity is what `carry` is for
        return carry(targets, penalties)


def reduced(penalties: Any, reduction: str, weights: Any = None) -> Any:
    """The mean of all penalties, their sum, or all of them; each times its weight, where there are weights.

    Raises DomainError for another reduction.
    """
    weighted = penalties if weights is None else fitting("a loss", "weights", weights, penalties.shape) * penalties
    match reduction:
        case "mean":
            return mean(weighted)
        case "sum":
            return sum(weighted)
        case "none":
            return weighted
    raise unknown("reduction", reduction, REDUCTIONS)


def unknown(what: str, given: Any, known: Sequence[Any]) -> DomainError:
    """The refusal of an option that is not among those there are."""
    return DomainError(
        given=f"{what}={given!r}", where="a loss", expected=f"one of {', '.join(map(repr, known))}",
        remedy=f"write {what}={known[0]!r}",
    )  # fmt: skip
