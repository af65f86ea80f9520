"""Logarithms of exponentials and probabilities: a recorded step in, the stable form of its logarithm out, or None.

One idea: a table from the op that a step comes from to what its logarithm is. Each entry may ask for the logarithm of
the steps before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...ir.node import Node
from ...ir.op import Op
from ..activations import log_sigmoid, logcosh, sigmoid, softplus
from ..arithmetic import add, div, mul, square, sub
from ..choices import isfinite, stop_gradient, where
from ..composites import log_softmax_op, softmax_op
from ..entry_products import prod_op
from ..extremes import logsumexp_op, max_op
from ..functions import cosh, exp, log, sqrt
from ..indexing import index_op
from ..movement import reshape_op
from ..pairs import logaddexp
from ..powers import fixed_power_op
from ..reductions import count_reduced, mean_op, sum_op
from ..special.entropies import expit
from .quotients import constant_of, difference, exponent_of, probability, quotient, without_copies

_DEEPEST = 6  # how many steps back a logarithm looks
_MOST_TERMS = 16


def logarithm(node: Node, depth: int = _DEEPEST) -> Any:
    """The stable form of log(node), None where there is none to be had."""
    rule = LOGARITHMS.get(node.op) if depth else None
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
    """log(sum(exp(u))) = logsumexp(u), and with factors w beside exp(u) the same measured from the largest u."""
    source = node.inputs[0]
    if source.op is exp:
        return logsumexp_op(source.inputs[0], **node.settings)
    found = exponential_factor(source, depth) if source.op in _FACTORS else None
    if found is None or not source.type.size:
        return None
    (u, weights), axes, keepdims = found, node.settings["axes"], node.settings["keepdims"]
    peak = stop_gradient(max_op(u, axes=axes, keepdims=True))
    peak = where(isfinite(peak), peak, 0.0)
    total = log(sum_op(weights * exp(u - peak), axes=axes, keepdims=keepdims))
    return total + (peak if keepdims else reshape_op(peak, shape=total.type.shape))


def exponential_factor(node: Node, depth: int) -> tuple[Node, Any] | None:
    """u and w of a product w exp(u), or of a quotient."""
    if node.op is exp:
        return node.inputs[0], 1.0
    if node.op not in _FACTORS or not depth:
        return None
    for place, each in enumerate(node.inputs if node.op is mul else node.inputs[:1]):
        found = exponential_factor(each, depth - 1)
        if found is not None:
            u, weights = found
            other = node.inputs[1 - place]
            return u, (other * weights if node.op is mul else weights / other)
    return None


def _of_mean(node: Node, depth: int) -> Any:
    found = _of_sum(node, depth)
    return None if found is None else found - math.log(count_reduced(node.inputs[0], node.settings["axes"]))


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
    """log(a b) = log a + log b, where both have a stable form or one is a positive number."""
    first, second = (_logarithm_of_factor(each, depth) for each in node.inputs)
    return None if first is None or second is None else first + second


def _of_all(node: Node, depth: int) -> Any:
    """The logarithm of a product of exponentials or probabilities is the sum of theirs."""
    source = node.inputs[0]
    found = logarithm(source, depth - 1) if source.op in _PROBABILITIES or source.op is exp else None
    return None if found is None else sum_op(found, **node.settings)


def _of_power(node: Node, depth: int) -> Any:
    """log(a^n) = n log(a), of what is positive."""
    source = node.inputs[0]
    found = logarithm(source, depth - 1) if source.op in _PROBABILITIES or source.op is exp else None
    exponent = 2.0 if node.op is square else 0.5 if node.op is sqrt else float(node.settings["exponent"])
    return None if found is None else exponent * found


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


_FACTORS = frozenset({mul, div})
_PROBABILITIES = frozenset({softmax_op, sigmoid, expit, div})
LOGARITHMS: dict[Op, Callable[[Node, int], Any]] = {
    exp: _of_exp, add: _of_sum_of_terms, sum_op: _of_sum, mean_op: _of_mean, softmax_op: _of_softmax,
    sigmoid: _of_sigmoid, expit: _of_sigmoid, sub: _of_complement, cosh: _of_cosh, div: _of_quotient,
    mul: _of_product, index_op: _of_entries, prod_op: _of_all, square: _of_power, sqrt: _of_power,
    fixed_power_op: _of_power,
}  # fmt: skip
