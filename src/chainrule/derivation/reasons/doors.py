"""The public questions `why_nan` and `why_zero`: a function in, a function of its arguments that answers out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...transforms.places import differentiable_places, with_floats
from . import nans, zeros
from .nans import NanReport
from .zeros import ZeroReport


def why_nan(fun: Callable[..., Any]) -> Callable[..., NanReport]:
    """Where a NaN or an infinity comes from: call the result with the arguments.

    The report names the first step, forward or backward, that made something not finite out of finite numbers, with its
    inputs, the line, the reason and what to write instead; every later NaN is a consequence. Functions of nested
    containers, of any outputs, are taken as they are; whatever fun raises is raised.

    >>> import numpy as np
    >>> report = why_nan(lambda x: np.sqrt(np.sqrt(x - 2)))(1.0)
    >>> report.phase, report.step, report.why
    ('forward', 'np.sqrt(x - 2)', 'the square root of a negative number')
    >>> print(why_nan(np.exp)(1.0))
    no NaN: the value and the gradients of exp are finite
    """

    def asked(*args: Any, **keywords: Any) -> NanReport:
        given = with_floats(args)
        return nans.why_nan(fun, given, keywords, differentiable_places(given))

    return asked


def why_zero(fun: Callable[..., Any], wrt: str | int | Sequence[str | int] | None = None) -> Callable[..., ZeroReport]:
    """Why a gradient is zero, or next to nothing: call the result with the arguments.

    `wrt` names inputs (W, params['W'], params.W) or numbers arguments; None asks about all. The report names the first
    factor on the way back that lets nothing through, with its line: a unit that is off, saturation, a factor of 0, a
    branch not taken, a cast, rounding, underflow, a path that is cut, an input that is not used. `flow()` is the table
    of |local| and |downstream| for each layer, with dead units, and says where a gradient vanishes or explodes.

    Raises UnknownNameError for a name in `wrt` that is no input.

    >>> from chainrule import relu
    >>> print(why_zero(lambda w, x: relu(w * x) * 3, "w")(-1.0, 2.0))
    the gradient of w is 0
      first killed by chainrule.relu(w * x): it is off: w * x <= 0 ...
    """

    def asked(*args: Any, **keywords: Any) -> ZeroReport:
        given = with_floats(args)
        return zeros.why_zero(fun, wrt, given, keywords, differentiable_places(given))

    return asked
