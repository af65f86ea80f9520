r"""A surface tree in, the same formula out as an editor would print it.

One idea: a change of the tree and not of the writing. Brackets around one bracket, a dot after a coefficient, a factor
1 and two signs in a row go; what is meant stays.
"""

from __future__ import annotations

from dataclasses import replace

from ...notation.surface import (
    Additive,
    Bars,
    Big,
    Fraction,
    Group,
    Matrix,
    Multiplicative,
    Name,
    Number,
    Root,
    Scripted,
    Surface,
)  # fmt: skip
from ..trees import rebuilt

_ATOMS = (Name, Number, Scripted, Fraction, Root, Bars, Matrix)
_PLAIN_DOTS = ("·", "*", "×")
_OPPOSITE = {"+": "-", "-": "+", "": "-"}
Pair = tuple[str, Surface]


def shorter(node: Surface) -> Surface:
    r"""The same formula with less ink.

    >>> from chainrule.checker.writing import latex
    >>> from chainrule.notation import read_statements
    >>> latex(shorter(read_statements(r"$1 \cdot 2 \cdot x + ((y)) - -3 \cdot 4$")[0]))
    '2 x + y + 3 \\cdot 4'
    """
    node = rebuilt(node, shorter)
    match node:
        case Additive():
            return _sum(node)
        case Multiplicative():
            return _product(node)
        case Fraction(above, below):
            return replace(node, numerator=inside(above), denominator=inside(below))
        case Root(body) | Bars(_, body):
            return replace(node, body=inside(body))
        case Big(_, _, _, body) if not isinstance(inside(body), Additive):
            return replace(node, body=inside(body))
        case Group("(", (Group("(", (_,)) as inner,)):
            return inner
    return node


def inside(node: Surface) -> Surface:
    """What a bracket that only holds together holds; the node itself when it is none."""
    return node.items[0] if isinstance(node, Group) and node.bracket in ("(", "{") and len(node.items) == 1 else node


def _sum(node: Additive) -> Surface:
    terms = [part for sign, each in node.terms for part in _term(sign, each)]
    if terms[0][0] == "+":
        terms[0] = ("", terms[0][1])
    return terms[0][1] if len(terms) == 1 and not terms[0][0] else replace(node, terms=tuple(terms))


def _term(sign: str, node: Surface) -> list[Pair]:
    """A term with one sign, or the terms of a sum inside it where no minus stands before."""
    body = inside(node)
    match body:
        case Additive(((inner, only),)):
            return _term(_OPPOSITE[sign] if inner == "-" else sign, only)
        case Additive(((inner, first), *rest)) if sign != "-":
            return [(inner or sign, first), *rest]
        case Additive():
            return [(sign, node)]
    return [(sign, body)]


def _product(node: Multiplicative) -> Surface:
    factors: list[Pair] = []
    for place in reversed(range(len(node.factors))):  # whether a bracket may go depends on what follows it
        before = node.factors[place - 1][1] if place else None
        factors = [*_factor(node.factors[place], before, factors[0] if factors else None), *factors]
    while len(factors) > 1 and _is_one(factors[0][1]) and factors[1][0] in ("", *_PLAIN_DOTS):
        factors[:2] = [("", factors[1][1])]
    if len(factors) > 1 and isinstance(factors[0][1], Number) and factors[1][0] in _PLAIN_DOTS:
        factors[1] = (factors[1][0] if _begins_with_number(factors[1][1]) else "", factors[1][1])
    return factors[0][1] if len(factors) == 1 else replace(node, factors=tuple(factors))


def _factor(pair: Pair, before: Surface | None, after: Pair | None) -> tuple[Pair, ...]:
    """A factor without needless brackets: as it is, or as the factors of a product inside it."""
    sign, each = pair
    body = inside(each)
    if body is each and not isinstance(body, Multiplicative):
        return (pair,)
    if body is not each and (_is_called(before, pair) or _is_called(body, after)):
        return (pair,)
    if isinstance(body, Multiplicative):
        plain = not sign and not any(inner for inner, _ in body.factors)  # brackets decide what another sign joins
        joined = plain and not (before is not None and _begins_with_number(body))
        return (("", body.factors[0][1]), *body.factors[1:]) if joined else (pair,)
    return ((sign, body),) if isinstance(body, _ATOMS) and not _begins_with_number(body) else (pair,)


def _is_called(head: Surface | None, after: Pair | None) -> bool:
    """Whether a factor could be a function applied to the bracket that follows."""
    return after is not None and not after[0] and isinstance(head, Name | Scripted) and isinstance(after[1], Group)


def _is_one(node: Surface) -> bool:
    return isinstance(node, Number) and node.written == "1"


def _begins_with_number(node: Surface) -> bool:
    match node:
        case Number() | Matrix():
            return True
        case Fraction(Number()) | Scripted(Number()):
            return True
        case Multiplicative(((_, first), *_)):
            return _begins_with_number(first)
    return False
