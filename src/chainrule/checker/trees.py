"""Surface trees in, changed surface trees out.

One idea: a change is said of one node, and walking is done here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..notation.surface import (
    Additive,
    Bars,
    Big,
    Branch,
    Cases,
    Chain,
    Fraction,
    Group,
    Matrix,
    Multiplicative,
    Number,
    Root,
    Scripted,
    Surface,
    children,
)  # fmt: skip
from ..notation.symbols import Symbol, symbol_of

Change = Callable[[Surface], Surface]


def rebuilt(node: Surface, change: Change) -> Surface:
    """The node with every node directly below it changed; the node itself where nothing changes."""
    match node:
        case Scripted(body, subscript, superscripts):
            below = subscript and change(subscript)
            return replace(node, body=change(body), subscript=below, superscripts=tuple(map(change, superscripts)))
        case Group(_, items):
            return replace(node, items=tuple(map(change, items)))
        case Matrix(_, rows):
            return replace(node, rows=tuple(tuple(map(change, row)) for row in rows))
        case Cases(branches):
            return replace(
                node, branches=tuple(Branch(change(v.value), v.condition and change(v.condition)) for v in branches)
            )
        case Additive(pairs):
            return replace(node, terms=tuple((sign, change(each)) for sign, each in pairs))
        case Multiplicative(pairs):
            return replace(node, factors=tuple((sign, change(each)) for sign, each in pairs))
        case Fraction(above, below):
            return replace(node, numerator=change(above), denominator=change(below))
        case Root(body, degree):
            return replace(node, body=change(body), degree=degree and change(degree))
        case Bars(_, body):
            return replace(node, body=change(body))
        case Big(_, lower, upper, body):
            return replace(node, lower=lower and change(lower), upper=upper and change(upper), body=change(body))
        case Chain(parts):
            return replace(node, parts=tuple(part and change(part) for part in parts))
        case _:
            return node


def everywhere(node: Surface) -> Iterator[Surface]:
    """The node and all below it, in reading order; iterative, so that any depth will do."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(list(children(current))))


def is_row(node: Surface) -> bool:
    """Whether a node is numbers side by side, as in `[1 -2]`: entries, not factors."""
    return isinstance(node, Multiplicative) and all(not sign and _is_number(each) for sign, each in node.factors)


def _is_number(node: Surface) -> bool:
    match node:
        case Number() | Additive((("-" | "+", Number()),)):
            return True
    return False


def symbols_in(node: Surface) -> Iterator[Symbol]:
    """The name that each part of a tree spells, in reading order."""
    return (symbol for each in everywhere(node) if (symbol := symbol_of(each)) is not None)


def product(factors: list[tuple[str, Surface]]) -> Surface:
    """Factors as one node; the first has no sign."""
    first, last = factors[0][1], factors[-1][1]
    if len(factors) == 1:
        return first
    span = replace(first.span, stop=max(first.span.stop, last.span.stop))
    return Multiplicative((("", first), *factors[1:]), span)


def added(first: Surface, second: Surface) -> Surface:
    """A sum of two sides, with the terms of both."""
    terms: list[tuple[str, Surface]] = list(first.terms) if isinstance(first, Additive) else [("", first)]
    more: list[tuple[str, Surface]] = list(second.terms) if isinstance(second, Additive) else [("+", second)]
    more[0] = (more[0][0] or "+", more[0][1])
    return Additive((*terms, *more), first.span)
