"""What the user calls: log, log1p, divide, power, reciprocal and sqrt, which look at what their arguments come from."""

from __future__ import annotations

from typing import Any

from ...ir.coercion import scalar_like
from ...ir.library import reference
from ...ir.node import Node, concrete, is_abstract
from ...ir.op import Op
from ...ir.recording import STATE
from ..activations import softplus
from ..arithmetic import add, div, mul, neg, square
from ..declare import also_known_as
from ..functions import abs, exp, log, log1p, sqrt
from ..indexing import index_op
from ..movement import reshape_op
from ..powers import power
from ..reductions import sum_op
from ..special.entropies import expit
from .logarithms import LOGARITHMS, logarithm
from .quotients import quotient


def settled(found: Any, written: Op, *inputs: Any) -> Any:
    """The stable form, or what was written: while somebody reads along, and wherever the types would differ."""
    if type(found) is not Node:
        return written(*inputs)
    if STATE.literal:
        literal = written(*inputs)
        if is_abstract(literal) or says_the_same(literal, found):
            return literal
        if len(REPLACED) >= _MOST_REPLACED:
            REPLACED.clear()
        REPLACED.add(found.serial)
    return found


REPLACED: set[int] = set()  # the serials of nodes that an explanation should say were not written as such
_MOST_REPLACED = 4096


def says_the_same(literal: Node, found: Node) -> bool:
    """Whether two nodes hold the same numbers, but for rounding."""
    xp = reference()
    first, second = concrete(literal), concrete(found)
    if literal.op is sqrt and not xp.all(first):  # the slope of sqrt is not that of |x| there
        return False
    return bool(xp.allclose(first, second, rtol=1e-6 if first.dtype.itemsize > 4 else 1e-3, atol=1e-12))


def recognising_log(x: Any) -> Any:
    """The natural logarithm, of sums of exponentials and of probabilities in the form that neither overflows nor
    underflows: log(1 + exp(x)) is softplus(x), log(softmax(x)) is log_softmax(x).

    >>> float(recognising_log(1.0))
    0.0
    """
    if type(x) is Node and x.op in LOGARITHMS and x.type.dtype.kind == "f":
        found = logarithm(x)
        if found is not None and type(found) is Node and found.type is x.type:
            return settled(found, log, x)
    return log(x)


def recognising_log1p(x: Any) -> Any:
    """log(1 + x), where log1p(exp(x)) is softplus(x).

    >>> float(recognising_log1p(0.0))
    0.0
    """
    if type(x) is Node and x.op is exp and x.type.dtype.kind == "f":
        found = softplus(x.inputs[0])
        if found.type is x.type:
            return settled(found, log1p, x)
    return log1p(x)


def recognising_divide(x: Any, y: Any) -> Any:
    """The quotient x / y, where a quotient of exponentials is sigmoid, tanh or softmax.

    >>> float(recognising_divide(1.0, 4.0))
    0.25
    """
    if type(y) is Node and y.op in _SUMS and y.type.dtype.kind == "f":
        found = divided(x, y)
        if found is not None:
            return settled(found, div, x, y)
    return div(x, y)


def divided(x: Any, y: Node) -> Node | None:
    """What a quotient is that is about to be recorded, of the type that it would have."""
    if type(x) is Node:
        found = quotient(x, y)
        same = found is not None and (x.type is y.type or y.op is not add)
        return found if same and found is not None and found.type is x.type else None
    if type(x) not in (int, float) or x != 1 or y.op is not add:
        return None
    found = quotient(scalar_like(1.0, y.type), y)
    return found if found is not None and found.type is y.type else None


_SUMS = frozenset({add, sum_op, reshape_op, index_op})


def recognising_reciprocal(x: Any) -> Any:
    """1 / x, where 1 / (1 + exp(-x)) is sigmoid(x).

    >>> float(recognising_reciprocal(4.0))
    0.25
    """
    return recognising_divide(1.0, x)


def recognising_power(x: Any, y: Any) -> Any:
    """x to the power y, where (1 + exp(-x))^(-1) is sigmoid(x).

    >>> float(recognising_power(3.0, 2))
    9.0
    """
    if type(x) is Node and x.op is add and type(y) in (int, float) and y == -1:
        found = recognising_divide(1.0, x)
        if found.op in (expit, neg):
            return found
    return power(x, y)


def recognising_sqrt(x: Any) -> Any:
    """The square root, where sqrt(x^2) is |x|.

    >>> float(recognising_sqrt(4.0))
    2.0
    """
    if type(x) is Node and (x.op is square or (x.op is mul and x.inputs[0] is x.inputs[1])):
        found = abs(x.inputs[0])
        if found.type is x.type and x.type.dtype.kind == "f":
            return settled(found, sqrt, x)
    return sqrt(x)


also_known_as(recognising_log, "log")
also_known_as(recognising_log1p, "log1p")
also_known_as(recognising_divide, "divide", "true_divide")
also_known_as(recognising_reciprocal, "reciprocal")
also_known_as(recognising_power, "power")
also_known_as(recognising_sqrt, "sqrt")
