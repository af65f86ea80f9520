"""Naive forms of stable functions: recorded steps in, the node of the function that the user meant out, or None.

One idea: log(1 + exp(x)) overflows where softplus(x) does not, and both are the same function. What is written is
looked at when its last step is recorded: one look at which op an input comes from, where nothing is recognised. Only
identities that hold for every real number are used. While an explanation is made the user's steps are kept wherever
they come to the same number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..ir.coercion import scalar_like
from ..ir.library import reference
from ..ir.node import Node, concrete, is_abstract
from ..ir.op import Op
from ..ir.recording import STATE
from .activations import log_sigmoid, logcosh, sigmoid, softplus
from .arithmetic import add, div, mul, neg, square, sub
from .choices import cast
from .composites import log_softmax_op, softmax_op
from .declare import also_known_as
from .extremes import logsumexp_op
from .functions import abs, cosh, exp, log, log1p, sqrt, tanh
from .indexing import index_op
from .movement import broadcast, reshape_op
from .pairs import logaddexp
from .powers import power
from .reductions import count_reduced, mean_op, sum_op
from .sources import constant_op
from .special.entropies import expit

_DEEPEST = 6  # how many steps back a logarithm looks
_MOST_TERMS = 16


def constant_of(node: Node) -> float | None:
    """The number that a node is, if it is one number, perhaps copied over an array."""
    while node.op is broadcast or node.op is cast:
        node = node.inputs[0]
    return float(node.value) if node.op is constant_op and node.type.size == 1 else None


def without_copies(node: Node) -> Node:
    """A node before it was copied over an array."""
    while node.op is broadcast:
        node = node.inputs[0]
    return node


# Sigmoid, tanh and softmax out of exponentials ------------------------------------------------------------------------
def exponent_of(node: Node) -> Any:
    """u of exp(u), 0 of the number 1, None of anything else."""
    if node.op is exp:
        return node.inputs[0]
    return 0.0 if constant_of(node) == 1 else None


def difference(u: Any, v: Any) -> Any:
    """u - v of two exponents, of which at most one is the number 0; 2 x where v is -u."""
    if type(v) is not Node:
        return u
    if type(u) is not Node:
        return v.inputs[0] if v.op is neg else -v
    if v.op is neg and v.inputs[0] is u:
        return 2.0 * u
    return 2.0 * u if u.op is neg and u.inputs[0] is v else u - v


def quotient(top: Node, bottom: Node) -> Node | None:
    """What a quotient of exponentials is: sigmoid, tanh or softmax."""
    if bottom.op is add:
        left, right = (exponent_of(each) for each in bottom.inputs)
        if left is None or right is None or (type(left) is not Node and type(right) is not Node):
            return None
        if top.op is sub:
            return _tanh(top, left, right)
        over = exponent_of(top)
        if over is None:
            return None
        if _same(over, left):
            return expit(difference(left, right))  # type: ignore[no-any-return]
        return expit(difference(right, left)) if _same(over, right) else None
    return _softmax(top, bottom) if top.op is exp else None


def _same(one: Any, other: Any) -> bool:
    """Whether two exponents are the same: the same node, or both the number 0."""
    return one is other or (type(one) is not Node and type(other) is not Node)


def _tanh(top: Node, left: Any, right: Any) -> Node | None:
    """(exp(u) - exp(v)) / (exp(u) + exp(v)) = tanh((u - v)/2)."""
    first, second = (exponent_of(each) for each in top.inputs)
    if first is None or second is None:
        return None
    if not (_same(first, left) and _same(second, right)) and not (_same(first, right) and _same(second, left)):
        return None
    if type(first) is Node and type(second) is Node and second.op is neg and second.inputs[0] is first:
        return tanh(first)  # type: ignore[no-any-return]
    return tanh(0.5 * difference(first, second))  # type: ignore[no-any-return]


def _softmax(top: Node, bottom: Node) -> Node | None:
    """exp(u) over its own sum along one axis, or along all."""
    total = without_copies(bottom)
    shape = total.type.shape
    if total.op is reshape_op or (total.op is index_op and _only_new_axes(total)):
        total = total.inputs[0]
    if total.op is not sum_op or total.inputs[0] is not top:
        return None
    u, axes = top.inputs[0], total.settings["axes"]
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(u.type.shape))
    if not axes or (1,) * (len(kept) - len(shape)) + shape != kept:
        return None
    if len(axes) == 1:
        return softmax_op(u, axis=axes[0])  # type: ignore[no-any-return]
    if len(axes) < len(kept):
        return None
    return reshape_op(softmax_op(reshape_op(u, shape=(u.type.size,)), axis=0), shape=u.type.shape)  # type: ignore[no-any-return]


def _only_new_axes(node: Node) -> bool:
    """Whether an indexing step only puts axes in."""
    return all(part in (("new",), ("rest",), ("slice", None, None, None)) for part in node.settings["key"])


def probability(node: Node) -> Node:
    """A node, or the sigmoid or softmax that it writes out."""
    found = quotient(*node.inputs) if node.op is div else None
    return node if found is None else found


# Logarithms -----------------------------------------------------------------------------------------------------------
def logarithm(node: Node, depth: int = _DEEPEST) -> Any:
    """The stable form of log(node), None where there is none to be had."""
    rule = _LOGARITHMS.get(node.op) if depth else None
    return None if rule is None else rule(node, depth)


def _of_exp(node: Node, depth: int) -> Any:
    return node.inputs[0]


def _of_sum_of_terms(node: Node, depth: int) -> Any:
    """log(1 + exp(u)) = softplus(u); log(exp(u) + exp(v)) = logaddexp(u, v), and so on for more terms."""
    exponents: list[Any] = []
    pending = [node]
    while pending:
        each = pending.pop()
        if each.op is add and len(exponents) + len(pending) < _MOST_TERMS:
            pending.extend(reversed(each.inputs))
            continue
        found = exponent_of(each)
        if found is None:
            number = constant_of(each)
            if number is None or number < 0:
                return None
            if number == 0:
                continue
            found = math.log(number)
        exponents.append(found)
    moving = [each for each in exponents if type(each) is Node]
    if len(moving) == 1 and len(exponents) == 2 and any([type(each) is float and not each for each in exponents]):
        return softplus(moving[0])
    total = exponents[0]
    for each in exponents[1:]:
        total = logaddexp(total, each)
    return total if moving else None


def _of_sum(node: Node, depth: int) -> Any:
    source = node.inputs[0]
    return logsumexp_op(source.inputs[0], **node.settings) if source.op is exp else None


def _of_mean(node: Node, depth: int) -> Any:
    source = node.inputs[0]
    if source.op is not exp:
        return None
    count = count_reduced(source, node.settings["axes"])
    return logsumexp_op(source.inputs[0], **node.settings) - math.log(count) if count else None


def _of_softmax(node: Node, depth: int) -> Any:
    return log_softmax_op(node.inputs[0], **node.settings)


def _of_sigmoid(node: Node, depth: int) -> Any:
    return log_sigmoid(node.inputs[0])


def _of_complement(node: Node, depth: int) -> Any:
    """log(1 - sigmoid(u)) = log_sigmoid(-u)."""
    if constant_of(node.inputs[0]) != 1:
        return None
    found = probability(node.inputs[1])
    return log_sigmoid(difference(0.0, found.inputs[0])) if found.op in (sigmoid, expit) else None


def _of_cosh(node: Node, depth: int) -> Any:
    return logcosh(node.inputs[0])


def _of_quotient(node: Node, depth: int) -> Any:
    """log(a / b) = log a - log b, where both have a stable form or b is a number."""
    top, bottom = node.inputs
    named = quotient(top, bottom)
    if named is not None:
        return logarithm(named, depth - 1)
    first = logarithm(top, depth - 1)
    if first is None and constant_of(top) == 1:
        first = 0.0
    if first is None:
        return None
    second = _logarithm_of_factor(bottom, depth)
    return None if second is None else first - second


def _of_product(node: Node, depth: int) -> Any:
    """log(c S) = log c + log S for a positive number c."""
    for factor, rest in (node.inputs, node.inputs[::-1]):
        number = constant_of(factor)
        if number is not None and number > 0:
            found = logarithm(rest, depth - 1)
            return None if found is None else found + math.log(number)
    return None


def _logarithm_of_factor(node: Node, depth: int) -> Any:
    number = constant_of(node)
    if number is not None:
        return math.log(number) if number > 0 else None
    return logarithm(without_copies(node), depth - 1)


def _of_entries(node: Node, depth: int) -> Any:
    """The logarithm of entries is entries of the logarithm."""
    source, *places = node.inputs
    found = logarithm(source, depth - 1) if source.op in _PROBABILITIES else None
    return None if found is None else index_op(found, *places, **node.settings)


_PROBABILITIES = frozenset({softmax_op, sigmoid, expit, div})
_LOGARITHMS: dict[Op, Callable[[Node, int], Any]] = {
    exp: _of_exp, add: _of_sum_of_terms, sum_op: _of_sum, mean_op: _of_mean, softmax_op: _of_softmax,
    sigmoid: _of_sigmoid, expit: _of_sigmoid, sub: _of_complement, cosh: _of_cosh, div: _of_quotient,
    mul: _of_product, index_op: _of_entries,
}  # fmt: skip


# What the user calls --------------------------------------------------------------------------------------------------
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
    if type(x) is Node and x.op in _LOGARITHMS and x.type.dtype.kind == "f":
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
