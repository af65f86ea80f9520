r"""Slips with activations: f for f', f' left out or half remembered, z for a.

One idea: what stands for the slope of an activation is written in the author's own names, `a(1-a)` where a has a name
and `\sigma(z)(1-\sigma(z))` where it has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...errors import TextSpan
from ...notation.functions import function_named
from ...notation.surface import (
    Additive,
    Branch,
    Cases,
    Chain,
    Group,
    Multiplicative,
    Name,
    Number,
    Scripted,
    Surface,
)  # fmt: skip
from .building import ENTRYWISE, factors, inside, powered, product
from .edit import Edit
from .known import Pair
from .likeness import same
from .names import everywhere_else
from .places import Place, Role
from .setting import Named, Setting, index_letters, text_of


# Slopes ------------------------------------------
def slope(pair: Pair, after: Surface | None, before: Surface, times: str) -> Surface | None:
    """The derivative of an activation, in the names of its two ends."""
    span = before.span
    value = after if after is not None else _applied(pair.head, before)
    if pair.function == "relu":
        return indicator(before)
    if value is not None and pair.function == "sigmoid":
        return product((("", value), (times, _one_minus(value, span))), span)
    if value is not None and pair.function == "tanh":
        return Additive((("", Number("1", span)), ("-", _squared(value, times))), span)
    if pair.head is not None and pair.function != "softmax":
        return primed(pair.head, before)
    return None


def indicator(condition: Surface) -> Surface:
    """1 where something is positive."""
    span = condition.span
    positive = Chain((condition, Number("0", span)), (">",), span)
    return Multiplicative((("", Name("𝟙", span, whole=True)), ("", Group("[", (positive,), span))), span)


def primed(head: Surface, argument: Surface) -> Surface:
    """`f'(z)`."""
    if isinstance(head, Scripted):
        head = replace(head, primes=head.primes + 1)
    else:
        head = Scripted(head, None, (), 1, head.span)
    bracket = argument if isinstance(argument, Group) else Group("(", (argument,), argument.span)
    return Multiplicative((("", head), ("", bracket)), head.span)


def _applied(head: Surface | None, before: Surface) -> Surface | None:
    if head is None:
        return None
    return Multiplicative((("", head), ("", Group("(", (inside(before),), before.span))), head.span)


def _squared(value: Surface, times: str) -> Surface:
    """The square of a value; of a function, `\\tanh^2(z)`."""
    two = Number("2", value.span)
    if isinstance(value, Multiplicative):
        head, bracket = value.factors[0][1], value.factors[1][1]
        return Multiplicative((("", powered(head, two)), ("", bracket)), value.span)
    return product((("", value), (times, value)), value.span) if times else powered(value, two)


def _one_minus(value: Surface, span: TextSpan) -> Surface:
    return Group("(", (Additive((("", Number("1", span)), ("-", value)), span),), span)


def times_beside(setting: Setting, beside: Surface, factor: Surface | None) -> str:
    """The sign between a product and one more factor, as the product has it."""
    signs = [sign for sign, _ in factors(beside)]
    for sign in signs:
        if sign in ENTRYWISE:
            return sign
    arrays = any(setting.is_array(each) for _, each in factors(beside))
    if factor is not None and arrays and setting.is_array(factor):
        return setting.entrywise
    return next((sign for sign in signs if sign in ("·", "×", "*")), "")


# The function for its derivative ------------------------------------------
def function_for_derivative(setting: Setting, cost: float) -> Iterator[Edit]:
    """M1: an activation, or a function applied to something, becomes its derivative."""
    said = "{0} stands where its derivative {1} belongs"
    for place in setting.places:
        if isinstance(place.node, Cases):
            yield from _cases(place, cost)
        if place.role in (Role.HEAD, Role.ARGUMENT, Role.EXPONENT):
            continue
        named = setting.named(place.node)
        for pair in setting.pairs.get(named.text, ()) if named is not None and not named.powers else ():
            if named is not None and (new := _slope_of_named(setting, pair, named, place)) is not None:
                yield Edit("M1", place.put(new), cost, said, (place.node, new))
    for place, parts in setting.products:
        for unit in parts:
            for new in _derivatives(setting, unit.called) if unit.called else ():
                whole = (*factors(place.node)[: unit.start], (unit.sign, new), *factors(place.node)[unit.stop :])
                yield Edit("M1", place.put(product(whole, place.node.span)), cost, said, (unit.node, new))


def _slope_of_named(setting: Setting, pair: Pair, named: Named, place: Place) -> Surface | None:
    if pair.after is None or text_of(pair.after) != named.text:
        return None
    return slope(pair, named.node, named.indexed(pair.before), _times_of(setting, named, place))


def _times_of(setting: Setting, named: Named, place: Place) -> str:
    if place.above is not None and isinstance(place.above.node, Multiplicative):
        signs = [sign for sign, _ in place.above.node.factors if sign in ENTRYWISE]
        if signs:
            return signs[0]
    return setting.entrywise if setting.is_array(named.node) else ""


def _derivatives(setting: Setting, called: tuple[Surface, Surface]) -> Iterator[Surface]:
    """The derivatives of a function applied to something: spelled out if it is known, and with a prime."""
    head, argument = called
    if (isinstance(head, Scripted) and (head.primes or head.superscripts)) or not setting.heads.is_head(head):
        return
    function = function_of(setting, head)
    bracket = argument if isinstance(argument, Group) else Group("(", (argument,), argument.span)
    for pair in setting.known.pairs:
        if pair.after is not None and same(pair.before, inside(bracket)) and pair.function == function:
            found_slope = slope(
                pair, pair.after, pair.before, setting.entrywise if setting.is_array(pair.after) else ""
            )
            yield from () if found_slope is None else (found_slope,)
    if function in ("max", "maximum") and len(bracket.items) == 2:
        kept = [each for each in bracket.items if not (isinstance(each, Number) and each.written == "0")]
        if len(kept) == 1:
            yield indicator(kept[0])
    elif function in ("sin", "cos"):
        other = Name("cos" if function == "sin" else "sin", head.span, whole=True)
        found = Multiplicative((("", other), ("", bracket)), head.span)
        yield found if function == "sin" else Additive((("-", found),), head.span)
    elif len(bracket.items) == 1 and function in ("sigmoid", "tanh", "relu", ""):
        pair = Pair(function, bracket.items[0], None, head)
        found_slope = slope(pair, None, bracket.items[0], "") if function else None
        yield from () if found_slope is None else (found_slope,)
        yield primed(head, bracket)


def function_of(setting: Setting, head: Surface) -> str:
    """Which function a head is; nothing for one of the author's own."""
    for pair in setting.known.pairs:
        if pair.head is not None and same(pair.head, head):
            return pair.function if pair.function in ("sigmoid", "tanh", "relu", "softmax") else ""
    body = head.body if isinstance(head, Scripted) else head
    base = body.base if isinstance(body, Name) else ""
    return "sigmoid" if base == "sigma" else function_named(base) or ""


def _cases(place: Place, cost: float) -> Iterator[Edit]:
    """Branches z and 0 become 1 and 0, and branches `c z` become c."""
    assert isinstance(place.node, Cases)
    branches = tuple(Branch(_slope_of_branch(each.value), each.condition) for each in place.node.branches)
    if branches != place.node.branches:
        new = replace(place.node, branches=branches)
        said = "the branches are those of the function; its derivative is {0}"
        yield Edit("M1", place.put(new), cost, said, (new,))


def _slope_of_branch(value: Surface) -> Surface:
    match value:
        case Name() | Scripted():
            return Number("1", value.span)
        case Multiplicative((("", Number() as number), (_, Name() | Scripted()))):
            return number
        case Multiplicative((("", Name() | Scripted() as first), (_, Name() | Scripted()))):
            return first
    return value


# The derivative left out ------------------------------------------
def missing_derivative(setting: Setting, cost: float) -> Iterator[Edit]:
    """M2: the slope of each activation in scope as one more factor."""
    for place in setting.slots:
        if place.level or place.role in (Role.BELOW, Role.BRACKET) or isinstance(place.node, Additive):
            continue
        for pair in setting.known.pairs:
            for after, before in _ends(setting, pair):
                times = times_beside(setting, place.node, after)
                new = slope(pair, after, before, times if times in ENTRYWISE else "")
                if new is not None:
                    whole = product((*factors(place.node), (times, new)), place.node.span)
                    said = "the derivative {0} of the activation is missing"
                    yield Edit("M2", place.put(whole), cost, said, (new,))


def _ends(setting: Setting, pair: Pair) -> Iterator[tuple[Surface | None, Surface]]:
    """The ends of a pair; with each index of the left side where they are arrays and the author writes entries."""
    ends = [each for each in (pair.after, pair.before) if each is not None]
    named = [found for each in ends if (found := setting.named(each)) is not None]
    single = any(each.quantity.shape == () for each in named) or any(
        isinstance(each, Scripted) and each.subscript is not None for each in ends
    )
    letters = [] if single or setting.known.left is None else index_letters(setting.known.left)
    if not letters:
        yield pair.after, pair.before
    for letter in letters:
        index = Name(letter, pair.before.span)
        yield (None if pair.after is None else _indexed(pair.after, index)), _indexed(pair.before, index)


def _indexed(node: Surface, index: Surface) -> Surface:
    """A name with a subscript."""
    if isinstance(node, Scripted):
        return replace(node, subscript=index)
    return Scripted(node, index, (), 0, node.span) if isinstance(node, Name) else node


def half_remembered(setting: Setting, cost: float) -> Iterator[Edit]:
    """M22: `1 - h` becomes `1 - h^2`, and `(1 - a)` becomes `a(1 - a)`."""
    for place in setting.places:
        match place.node:
            case Additive((("", Number("1")), (_, value))) if (named := setting.named(value)) and not named.powers:
                yield from _half(place, named, _times_of(setting, named, place), cost)


def _half(place: Place, named: Named, times: str, cost: float) -> Iterator[Edit]:
    span = place.node.span
    square = _squared(named.node, times if times in ENTRYWISE else "")
    new = Additive((("", Number("1", span)), ("-", square)), span)
    yield Edit("M22", place.put(new), cost, "{0} is written where {1} belongs", (place.node, new))
    up = place.above
    if up is None or not isinstance(up.node, Group):
        return
    beside = factors(up.above.node) if up.above is not None else ()
    if not any(same(each, named.node) for _, each in beside):
        whole = product((("", named.node), (times, up.node)), span)
        yield Edit("M22", up.put(whole), cost, "{0} is written where {1} belongs", (up.node, whole))


# The one for the other ------------------------------------------
def before_for_after(setting: Setting, cost: float) -> Iterator[Edit]:
    """M9: an activation and what it is an activation of, exchanged."""
    for place in setting.places:
        named = setting.named(place.node) if place.role is not Role.HEAD else None
        for pair in setting.pairs.get(named.text, ()) if named is not None else ():
            if named is not None and (new := _other_end(pair, named)) is not None:
                yield Edit("M9", place.put(new), cost, "{0} stands where {1} belongs", (place.node, new))
                end = pair.after if text_of(pair.before) == named.text else pair.before
                if end is not None and (tree := everywhere_else(setting, named, end)) is not None:
                    yield Edit("M9", tree, cost, "{0} stands where {1} belongs", (named.bare, end))
    for place, parts in setting.products:
        for unit in parts:
            if unit.called is not None and _is_activation(setting, unit.called[0]):
                argument = inside(unit.called[1])
                whole = (*factors(place.node)[: unit.start], (unit.sign, argument), *factors(place.node)[unit.stop :])
                yield Edit("M9", place.put(product(whole, place.node.span)), cost, "{0} stands where {1} belongs",
                           (unit.node, argument))  # fmt: skip


def _other_end(pair: Pair, named: Named) -> Surface | None:
    if text_of(pair.before) == named.text:
        if pair.after is not None:
            return named.dressed(pair.after)
        return _applied(pair.head, named.node) if not named.powers else None
    return named.dressed(pair.before) if text_of(pair.before) else None


def _is_activation(setting: Setting, head: Surface) -> bool:
    return function_of(setting, head) in ("sigmoid", "tanh", "relu") or any(
        pair.head is not None and same(pair.head, head) for pair in setting.known.pairs
    )
