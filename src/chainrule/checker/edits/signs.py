"""Slips with signs and operations: minus for plus, plus for times, a term too many.

One idea: a difference taken the wrong way round is said of the difference, not of the whole side.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...notation.surface import Additive, Surface
from .building import Part, factors, negative, product, terms, total
from .edit import Edit
from .likeness import same
from .places import Place, Role, is_derivative
from .setting import Setting

_OPPOSITE = {"": "-", "+": "-", "-": "+"}
_TIMES = frozenset({"", "·", "×", "*", "⊙", "∘"})


def difference_swapped(setting: Setting, cost: float) -> Iterator[Edit]:
    """M14: `a - b` becomes `b - a`."""
    for place in setting.places:
        match place.node:
            case Additive((("" | "+", first), ("-", second)), span):
                new = Additive((("", second), ("-", first)), span)
                yield Edit("M14", place.put(new), cost, "the difference is the wrong way round: {0} for {1}",
                           (place.node, new))  # fmt: skip


def sign_of_term(setting: Setting, cost: float) -> Iterator[Edit]:
    """M14: the sign of one term, of the whole, or of what a function is applied to."""
    yield Edit("M14", negative(setting.side), cost, "the sign is wrong")
    for place in setting.places:
        if isinstance(place.node, Additive) and (len(place.node.terms) > 1 or place.role is not Role.SIDE):
            for slot, (sign, each) in enumerate(place.node.terms):
                parts = list(place.node.terms)
                parts[slot] = (_OPPOSITE[sign], each)
                yield Edit("M14", place.put(_signed(parts, place)), cost, "the sign of {0} is wrong", (each,))
        elif place.role is Role.EXPONENT or (place.role is Role.BRACKET and place.level):
            yield Edit("M14", place.put(negative(place.node)), cost, "the sign of {0} is wrong", (place.node,))


def _signed(parts: list[Part], place: Place) -> Surface:
    if parts[0][0] == "+":
        parts[0] = ("", parts[0][1])
    return parts[0][1] if len(parts) == 1 and not parts[0][0] else Additive(tuple(parts), place.node.span)


def plus_for_times(setting: Setting, cost: float) -> Iterator[Edit]:
    """M15: a sum becomes a product, and a product a sum."""
    for place in setting.places:
        if isinstance(place.node, Additive) and len(place.node.terms) > 1:
            parts = place.node.terms
            for k in range(len(parts) - 1):
                (sign, first), (_, second) = parts[k], parts[k + 1]
                joined = product((("", first), ("·", second)), place.node.span)
                new = total((*parts[:k], (sign, joined), *parts[k + 2 :]), place.node.span)
                yield Edit("M15", place.put(new), cost, "{0} and {1} are added where they should be multiplied",
                           (first, second))  # fmt: skip
    for place, units in setting.products:
        pairs = factors(place.node)
        for unit in units[1:]:
            if unit.sign in _TIMES and not is_derivative(place.node):
                first = product(pairs[: unit.start], place.node.span)
                second = product((("", pairs[unit.start][1]), *pairs[unit.start + 1 :]), place.node.span)
                new = total((("", first), ("+", second)), place.node.span)
                yield Edit("M15", place.put(new), cost, "{0} and {1} are multiplied where they should be added",
                           (first, second))  # fmt: skip


def extra_term(setting: Setting, cost: float) -> Iterator[Edit]:
    """M15, M17: each term dropped."""
    for place in setting.places:
        parts = terms(place.node)
        for slot, (_, each) in enumerate(parts) if len(parts) > 1 else ():
            rest = [*parts[:slot], *parts[slot + 1 :]]
            again = any(same(each, other) for _, other in rest)
            said = "{0} is counted twice" if again else "the term {0} is too much"
            yield Edit("M17" if again else "M15", place.put(_signed(rest, place)), cost, said, (each,))
