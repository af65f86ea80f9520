"""Judging a backward function written by hand: it, its forward function and arguments in, a verdict a gradient out.

One idea: the forward function is plain NumPy, so the engine knows its gradient; the backward function is called as its
author would call it, at the arguments given and at random ones like them, and what it returns is compared.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from ...errors import GradientError
from ...ir.library import reference
from ...ir.recording import suspended_recording
from ...transforms.checking.branches import at_kinks
from .calling import name_of, read_roles, returns_cache
from .comparing import findings_of
from .findings import BackwardCheck, GradientFinding
from .recorded import record_forward
from .runs import Caller, Trial, UserProblemError, require_same, run_forward
from .trials import more_trials, seeds_for, upstream_note

__all__ = ["BackwardCheck", "GradientFinding", "check_backward"]

_STREAM = 20_986  # our numbers must not be those of a caller who draws arguments from the same seed


def check_backward(
    backward: Callable[..., Any], forward: Callable[..., Any], args: Sequence[Any], upstream: Any = None, *,
    seed: int = 0,
) -> BackwardCheck:  # fmt: skip
    """Judge a backward function written by hand, gradient by gradient, and say what is wrong in it.

    `forward` is a plain NumPy function of `args` that returns its output, or (output, cache). `backward` is called as
    backward(*args), backward(upstream, *args) or backward(upstream, cache), as its parameters say; parameters may also
    be named after values that the forward function computes. It returns its gradients as a tuple in the order of the
    arguments, as a dict, or under names such as dW. Arguments of whole numbers have no gradient.

    Besides the arguments given random ones like them are used (one-hot rows stay one-hot, masks stay masks, symmetric
    matrices symmetric), drawn from `seed`. `upstream` is the gradient of the output, random if None.

    Returns a BackwardCheck with `ok`, `findings` and `text()`. Raises GradientError for a signature or a result that
    cannot be matched, ShapeError for an upstream gradient of another shape, and what recording `forward` raises.

    >>> import numpy as np
    >>> def forward(x, w, b):
    ...     return x @ w + b
    >>> def backward(dout, x, w, b):
    ...     dx, dw, db = dout @ w.T, x.T @ dout, dout
    ...     return dx, dw, db
    >>> rng = np.random.default_rng(0)
    >>> args = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    >>> check = check_backward(backward, forward, args)
    >>> [finding.ok for finding in check.findings], check.findings[2].message
    ([True, True, False], 'the sum over the 4 rows (axis 0) is missing in the gradient of b (M24)...')
    """
    args = tuple(args) if isinstance(args, (tuple, list)) else (args,)
    with suspended_recording(), warnings.catch_warnings(), reference().errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _checked(backward, forward, args, upstream, reference().random.default_rng([_STREAM, seed]))


def _checked(
    backward: Callable[..., Any], forward: Callable[..., Any], args: tuple[Any, ...], upstream: Any, generator: Any
) -> BackwardCheck:
    plain = run_forward(forward, args)
    cached = returns_cache(plain, backward, forward)
    recorded = record_forward(forward, args, cached)
    require_same(forward, plain[0] if cached else plain, recorded)
    roles = read_roles(backward, forward, len(args), cached, recorded.steps, len(recorded.outputs))
    given = Trial(recorded, args, seeds_for(recorded, upstream, generator, roles), "at the arguments given")
    notes = [upstream_note(recorded, roles, upstream)]
    caller = Caller(backward, forward, cached, roles)
    try:
        given.found = caller.call(given, notes)
    except UserProblemError as problem:
        return BackwardCheck(name_of(backward), name_of(forward), (), 0, tuple(filter(None, notes)), str(problem))
    trials = [given, *more_trials(caller, given, generator, notes)]
    smooth = [each for each in trials if not at_kinks(each.recorded.graph.order())]
    if at_kinks(recorded.graph.order()):
        where = "judged elsewhere" if smooth else "other gradients may be right too"
        notes.append(f"the arguments given lie on a kink, where a gradient is a matter of convention: {where}")
    trials = smooth or trials
    findings = findings_of(trials)
    if not findings:
        raise GradientError(
            given=f"{name_of(backward)}, which returned no gradient that can be judged", where="check_backward",
            expected="finite gradients of the arguments at some point", remedy="choose other arguments",
        )  # fmt: skip
    return BackwardCheck(name_of(backward), name_of(forward), findings, len(trials), tuple(filter(None, notes)))
