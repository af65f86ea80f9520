"""A meaning in, the meaning with what its author left out: how far a sum goes, and a function of which nothing is said.

One idea: a letter that divides a sum counts its terms, and what is true of any function is true of one.
"""

from __future__ import annotations

from dataclasses import replace

from ..notation.meaning import (
    Call,
    Meaning,
    Over,
    Product,
    Slope,
    Total,
    Unspecified,
    Variable,
    mapped,
)  # fmt: skip
from ..notation.symbols import Symbol

_STAND_INS = ("silu", "gelu", "softplus", "arctan")


_SIZE_LETTERS = frozenset("mnNKDMTBCdkpH")


def with_stand_ins(node: Meaning) -> Meaning:
    """The tree with a smooth function for each of which nothing is said: what is true of any is true of it."""
    node = mapped(node, with_stand_ins)
    if not isinstance(node, Unspecified):
        return node
    letters = node.name.partition("^")[0]  # g is one function in all layers
    function = _STAND_INS[sum(map(ord, letters)) % len(_STAND_INS)]
    if not node.order:
        return Call(function, (node.argument,), node.span)
    parameter = Symbol("·")
    return Slope(
        parameter, Call(function, (Variable(parameter, node.span),), node.span), node.argument, node.order, node.span
    )


def with_limits(node: Meaning, defined: frozenset[str]) -> Meaning:
    r"""The tree where `\frac1m \sum_i` sums to m: a letter that divides a sum counts its terms."""
    node = mapped(node, lambda each: with_limits(each, defined))
    if not isinstance(node, Product):
        return node
    letters = [
        each for sign, factor in node.factors for each in divided_by(sign, factor)
        if each.symbol.text in _SIZE_LETTERS and each.symbol.text not in defined
    ]  # fmt: skip
    if not letters:
        return node
    return replace(node, factors=tuple((sign, _limited(each, letters[0])) for sign, each in node.factors))


def divided_by(sign: str, factor: Meaning) -> list[Variable]:
    """The names that a factor divides by."""
    if sign == "/":
        parts = [each for _, each in factor.factors] if isinstance(factor, Product) else [factor]
        return [each for each in parts if isinstance(each, Variable)]
    if isinstance(factor, Product):
        return [found for inner, each in factor.factors for found in divided_by(inner, each)]
    return []


def _limited(node: Meaning, last: Variable) -> Meaning:
    if isinstance(node, Over) and (node.first, node.last, node.condition) == (None, None, None):
        return replace(node, last=last) if node.kind == "sum" and len(node.indices) == 1 else node
    if isinstance(node, Total) and len(node.terms) == 1:
        return replace(node, terms=tuple((sign, _limited(each, last)) for sign, each in node.terms))
    return node
