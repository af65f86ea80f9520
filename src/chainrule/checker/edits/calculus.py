"""Slips with rules of differentiation: exponents, quotients, roots and logarithms, constants for derivatives.

One idea: an exponent is a rational number however it is written, and is written again as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction as Rational

from ...errors import TextSpan
from ...notation.surface import (
    Additive,
    Fraction,
    Group,
    Multiplicative,
    Name,
    Number,
    Root,
    Scripted,
    Surface,
)  # fmt: skip
from .building import factors, inside, powered, product
from .edit import Edit
from .places import Role, is_constant, is_derivative
from .setting import Setting

_VALUES = frozenset({Role.SIDE, Role.TERM, Role.FACTOR, Role.BRACKET, Role.ABOVE, Role.BELOW, Role.SUMMAND, Role.VALUE})
_FOR_DERIVATIVE = "{0} stands where its derivative {1} belongs"
_MOST = 12  # an exponent above is no slip by one


# Exponents ------------------------------------------
def exponent(node: Surface) -> Rational | None:
    """The number that an exponent is; None when it is none."""
    match node:
        case Number(written) if written.isdecimal() and len(written) < 3:
            return Rational(int(written))
        case Additive((("-", body),)):
            found = exponent(body)
            return None if found is None else -found
        case Fraction(above, below) | Multiplicative((("", above), ("/", below))):
            first, second = exponent(above), exponent(below)
            return None if first is None or not second else first / second
    return None


def written(value: Rational, like: Surface, span: TextSpan) -> Surface | None:
    """An exponent as an author writes it, with a bar or a slash like another one; None for 1."""
    if value == 1:
        return None
    if value < 0:
        return Additive((("-", written(-value, like, span) or Number("1", span)),), span)
    above, below = Number(str(value.numerator), span), Number(str(value.denominator), span)
    if value.denominator == 1:
        return above
    if _has_slash(like):
        return Multiplicative((("", above), ("/", below)), span)
    return Fraction(above, below, span)


def _has_slash(node: Surface) -> bool:
    match node:
        case Additive(((_, body),)):
            return _has_slash(body)
        case Multiplicative():
            return True
    return False


def other_exponent(setting: Setting, cost: float) -> Iterator[Edit]:
    """M22: an exponent one less or one more; n x^n for n x^(n-1)."""
    for place in setting.places:
        node = place.node
        if (
            not isinstance(node, Scripted)
            or not node.superscripts
            or place.role is Role.HEAD
            or _is_name(setting, node)
        ):
            continue
        script = node.superscripts[-1]
        value = exponent(script)
        if value is None or abs(value) > _MOST:
            continue
        for step in (-1, 1):
            new = _with_exponent(node, value + step, script)
            shown = written(value + step, script, script.span) or Number("1", script.span)
            yield Edit("M22", place.put(new), cost, "the exponent should be {0}", (shown,))
        if value.denominator == 1 and value > 1:
            lower = _with_exponent(node, value - 1, script)
            whole = product((("", Number(str(value), node.span)), ("", lower)), node.span)
            yield Edit("M22", place.put(whole), cost, "the derivative of {0} is {1}", (node, whole))


def _is_name(setting: Setting, node: Scripted) -> bool:
    """Whether a number above is part of a name, as an example or a layer is."""
    named = setting.named(node)
    return named is not None and not named.powers


def _with_exponent(node: Scripted, value: Rational, like: Surface) -> Surface:
    return Number("1", node.span) if value == 0 else powered(node, written(value, like, node.span))


def missing_square(setting: Setting, cost: float) -> Iterator[Edit]:
    """M22: a square left out, most of all below a fraction bar."""
    for place in setting.places:
        node, two = place.node, Number("2", place.node.span)
        if place.role not in _VALUES or is_constant(node) or is_derivative(node):
            continue
        plain = isinstance(node, Name) or (isinstance(node, Scripted) and exponent_of(setting, node) is None)
        bracket = isinstance(node, Group) and len(node.items) == 1 and isinstance(node.items[0], Additive)
        number = isinstance(node, Number) and node.written not in ("0", "1")
        below = place.role is Role.BELOW and not isinstance(node, Number | Scripted | Group | Name)
        if plain or bracket or number or below:
            yield Edit("M22", place.put(powered(node, two)), cost, "the square of {0} is missing", (inside(node),))


def exponent_of(setting: Setting, node: Scripted) -> Rational | None:
    """The exponent on a node, if it has one."""
    if not node.superscripts or _is_name(setting, node):
        return None
    return exponent(node.superscripts[-1])


# Functions ------------------------------------------
def other_function(setting: Setting, cost: float) -> Iterator[Edit]:
    """M22: roots taken off or differentiated, `1/x` as `-1/x^2`."""
    for place in setting.places:
        node, span = place.node, place.node.span
        match node:
            case Root(body, None):
                yield Edit("M22", place.put(body), cost, "the root in {0} should not be there", (node,))
                twice = product((("", Number("2", span)), ("", node)), span)
                slope = Fraction(Number("1", span), twice, span)
                yield Edit("M22", place.put(slope), cost, _FOR_DERIVATIVE, (node, slope))
            case Fraction(above, below) if place.role is not Role.EXPONENT and not is_derivative(node):
                minus = Additive((("-", Fraction(above, powered(below, Number("2", span)), span)),), span)
                yield Edit("M22", place.put(minus), cost, "the derivative of {0} is {1}", (node, minus))


def other_logarithm(setting: Setting, cost: float) -> Iterator[Edit]:
    r"""M22: `\log x` becomes `1/x`, or is taken off."""
    for place, units in setting.products:
        pairs, span = factors(place.node), place.node.span
        for unit in units:
            if unit.called is None or not isinstance(unit.called[0], Name) or unit.called[0].base not in ("log", "ln"):
                continue
            argument = inside(unit.called[1])
            slope = Fraction(Number("1", span), argument, span)
            for new, said in ((slope, _FOR_DERIVATIVE), (argument, "the logarithm in {0} should not be there")):
                whole = product((*pairs[: unit.start], (unit.sign, new), *pairs[unit.stop :]), span)
                yield Edit("M22", place.put(whole), cost, said, (unit.node, new))


# Constants ------------------------------------------
def constant(setting: Setting, cost: float) -> Iterator[Edit]:
    """M20: 1 becomes the identity, a number 0, and the reverse."""
    for place in setting.places:
        if place.role not in (Role.SIDE, Role.TERM, Role.FACTOR, Role.VALUE):
            continue
        span = place.node.span
        identity = Name("I", span)
        match place.node:
            case Number("1") if place.role is not Role.VALUE:
                yield Edit("M20", place.put(identity), cost, "{0} stands where the identity {1} belongs",
                           (place.node, identity))  # fmt: skip
            case Name("I") if setting.named(place.node) is None:
                one = Number("1", span)
                yield Edit("M20", place.put(one), cost, "{0} stands where {1} belongs", (place.node, one))
        if place.role in (Role.SIDE, Role.TERM, Role.VALUE):
            for other in _constants(place.node):
                yield Edit("M20", place.put(other), cost, "{0} stands where {1} belongs", (place.node, other))


def _constants(node: Surface) -> Iterator[Surface]:
    if not (isinstance(node, Number) and node.written == "1"):
        yield Number("1", node.span)
    if not (isinstance(node, Number) and node.written == "0"):
        yield Number("0", node.span)
