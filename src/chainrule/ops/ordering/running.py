"""Running extremes and running logarithms of sums: an array in, what `accumulate` gives, of the same shape, out.

One idea: what an entry sends back reaches all the totals it is part of, and those form a linear recurrence. A running
maximum is constant along a stretch, and shares its gradient equally among the entries of the stretch that reach it.
"""

from __future__ import annotations

from typing import Any

from ...ir.coercion import as_array
from ...ir.library import Array, Library
from ...ir.notation import Form, Notation
from ...ir.op import Custom, Domain, Role, Sample
from ...ir.types import normalise_axis
from ..arithmetic import carry, sub
from ..batches import along_axes
from ..choices import astype, equal, where
from ..declare import floating_type, op, same_type
from ..extremes import SHARED
from ..functions import exp
from ..recurrences import collected, delayed, recur


def _stretches(y: Any, x: Any, axis: int) -> tuple[Any, Any, Any]:
    """1 where the total goes on as before; 1 where x reaches it; how many have reached it in this stretch."""
    stays = astype(equal(y, delayed(y, axis, float("nan"))), x.dtype)
    reaches = astype(equal(x, y), x.dtype)
    return stays, reaches, recur(stays, reaches, axis=axis)


def running_pull(g: Array, y: Array, x: Array, *, axis: int, largest: bool) -> tuple[Array]:
    stays, reaches, count = _stretches(y, x, axis)
    return (carry(reaches, collected(carry(g, 1 / count), stays, axis)),)


def running_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axis: int, largest: bool) -> Array:
    stays, reaches, count = _stretches(y, x, axis)
    return recur(stays, carry(reaches, tangents[0]), axis=axis) / count


def running_notation(node: Any) -> Notation:
    word = "max" if node.settings["largest"] else "min"
    code = f"np.{word}imum.accumulate({{0}}, axis={{axis}})"
    return Notation(
        Form(f"running_{word}({{0}})"), Form(rf"\operatorname{{{{running\,{word}}}}}({{0}})"), Form(code)
    )  # fmt: skip


@op(
    "running_extreme", Custom(running_pull, running_push), running_notation, Role.ROUTES, type_rule=same_type,
    domain=Domain((
        Sample(((5,),), (("axis", 0), ("largest", True))), Sample(((2, 4),), (("axis", 1), ("largest", False))),
    ), SHARED),
    batch=along_axes,
)  # fmt: skip
def running_extreme(xp: Library, x: Array, *, axis: int, largest: bool) -> Array:
    """The largest (or smallest) entry so far along one axis. Derivative: 1 at the entry that is it, shared at ties."""
    return (xp.maximum if largest else xp.minimum).accumulate(x, axis=axis)


# logaddexp.accumulate ------------------------------------------------------------------------------------------------
def _weights(y: Any, x: Any, axis: int) -> tuple[Any, Any]:
    """exp(x_k - y_k) and exp(y_(k-1) - y_k): the shares of the new entry and of those before it."""
    before = delayed(y, axis, float("-inf"))
    return exp(_difference(x, y)), exp(_difference(before, y))


def _difference(x: Any, y: Any) -> Any:
    """x - y, and 0 where they are equal: infinite totals too."""
    return where(equal(x, y), 0.0, sub(x, y))


def logs_pull(g: Array, y: Array, x: Array, *, axis: int) -> tuple[Array]:
    own, earlier = _weights(y, x, axis)
    return (carry(collected(g, earlier, axis), own),)


def logs_push(tangents: tuple[Any, ...], y: Array, x: Array, *, axis: int) -> Array:
    own, earlier = _weights(y, x, axis)
    return recur(earlier, carry(tangents[0], own), axis=axis)


_LOGS = Notation(
    Form("running_logsumexp({0})"), Form(r"\operatorname{{running\,logsumexp}}({0})"),
    Form("np.logaddexp.accumulate({0}, axis={axis})"),
)  # fmt: skip


@op(
    "running_logsumexp", Custom(logs_pull, logs_push), _LOGS, Role.COUPLES, type_rule=floating_type,
    domain=Domain((Sample(((4,),), (("axis", 0),)), Sample(((2, 3),), (("axis", 1),)))), batch=along_axes,
)  # fmt: skip
def running_logsumexp(xp: Library, x: Array, *, axis: int) -> Array:
    """log(exp(x_0) + ... + exp(x_k)) along one axis. Derivative exp(x_j - y_k) for j <= k, by a recurrence with factors
    of at most 1."""
    return xp.logaddexp.accumulate(x, axis=axis)


# Functions -----------------------------------------------------------------------------------------------------------
def running_max(x: Any, axis: int = 0) -> Any:
    """The largest entry so far along `axis`: np.maximum.accumulate.

    >>> running_max([1.0, 3.0, 2.0])
    array([1., 3., 3.])
    """
    return _running(x, axis, True)


def running_min(x: Any, axis: int = 0) -> Any:
    """The smallest entry so far along `axis`: np.minimum.accumulate.

    >>> running_min([2.0, 3.0, 1.0])
    array([2., 2., 1.])
    """
    return _running(x, axis, False)


def _running(x: Any, axis: int, largest: bool) -> Any:
    array = as_array(x)
    return running_extreme(array, axis=normalise_axis(axis, array.ndim, "accumulate"), largest=largest)


def running_logs(x: Any, axis: int = 0) -> Any:
    """The logarithm of the sum of exponentials so far along `axis`: np.logaddexp.accumulate.

    >>> running_logs([0.0, 0.0])
    array([0.        , 0.69314718])
    """
    array = as_array(x)
    return running_logsumexp(array, axis=normalise_axis(axis, array.ndim, "accumulate"))
