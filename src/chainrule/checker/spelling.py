r"""Surface trees as authors write derivatives in, trees with one spelling out.

One idea: `\partial L/\partial w`, `\nabla_w L`, `dL/dw` and `\frac{\partial}{\partial w}(L)` all become the fraction
`\frac{\partial L}{\partial w}`, and `d\gamma` one name; so everything after this meets one form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..notation.surface import Fraction, Group, Multiplicative, Name, Number, Scripted, Surface
from .trees import product, rebuilt

_SIGNS = frozenset({"partial", "d"})
_APPLIED = ("(", "[")


def uniform(node: Surface, names: frozenset[str] = frozenset()) -> Surface:
    """The tree with every derivative as a fraction. `names`: letters such as d that are names in this document."""
    if isinstance(node, Fraction):
        above, below = _half(node.numerator, names), _half(node.denominator, names)
        return _with_partials(replace(node, numerator=above, denominator=below))
    node = rebuilt(node, lambda each: uniform(each, names))
    if isinstance(node, Multiplicative):
        return _product(node, names)
    return node


def _half(node: Surface, names: frozenset[str]) -> Surface:
    r"""One half of a fraction: in `\frac{dL}{d\theta}` the d is a sign and no part of a name."""
    if isinstance(node, Multiplicative) and isinstance(node.factors[0][1], Name) and node.factors[0][1].base == "d":
        return rebuilt(node, lambda each: uniform(each, names))
    return uniform(node, names)


def _with_partials(node: Fraction) -> Surface:
    r"""`\frac{\delta L}{\delta w}` means partial derivatives; so does a lost sign below, `\frac{\partial L}{w}`."""
    above, below = node.numerator, node.denominator
    if _starts(above, "delta") and _starts(below, "delta"):
        return replace(node, numerator=_as_partial(above), denominator=_as_partial(below))
    if _starts(above, "partial") and isinstance(below, Name | Scripted) and differential(below) is None:
        sign = Name("partial", below.span, whole=True)
        return replace(node, denominator=Multiplicative((("", sign), ("", below)), below.span))
    return node


def _starts(node: Surface, base: str) -> bool:
    """Whether a product begins with this sign, alone and followed by something."""
    return isinstance(node, Multiplicative) and isinstance(node.factors[0][1], Name) and node.factors[0][1].base == base


def _as_partial(node: Surface) -> Surface:
    assert isinstance(node, Multiplicative)  # it begins with a sign
    sign, first = node.factors[0]
    return replace(node, factors=((sign, Name("partial", first.span, whole=True)), *node.factors[1:]))


# Products ------------------------------------------
def _product(node: Multiplicative, names: frozenset[str]) -> Surface:
    factors, found, place = node.factors, list[tuple[str, Surface]](), 0
    while place < len(factors):
        taken, each = _factor(factors, place, names)
        found.append((factors[place][0], each))
        place += taken
    if len(found) == len(factors):
        return node
    return found[0][1] if len(found) == 1 else replace(node, factors=tuple(found))


def _factor(factors: tuple[tuple[str, Surface], ...], place: int, names: frozenset[str]) -> tuple[int, Surface]:
    """How many factors are used up, and what they are together."""
    node, rest = factors[place][1], factors[place + 1 :]
    if "nabla" in names:
        return 1, node
    if (variable := _nabla(node)) is not None and rest and rest[0][0] == "":
        taken, body = _operand(rest)
        return taken + 1, _derivative(body, variable[0], variable[1], node)
    if isinstance(node, Fraction) and (order := _operator(node)) and rest and rest[0][0] in ("", "·"):
        taken, body = _operand(rest, whole=True)
        return taken + 1, replace(node, numerator=_differential(body, order))
    if (slashed := _slash(node, rest)) is not None:
        return slashed
    prefix = isinstance(node, Name) and node.base == "d" and "d" not in names and bool(rest) and rest[0][0] == ""
    joined = _joined(rest[0][1], node) if prefix and isinstance(node, Name) else None
    return (1, node) if joined is None else (2, joined)


def _nabla(node: Surface) -> tuple[Surface | None, int] | None:
    """What a nabla is with respect to, None if it does not say, and its order."""
    match node:
        case Name("nabla"):
            return None, 1
        case Scripted(Name("nabla"), below, above):
            twice = any(isinstance(each, Number) and each.written == "2" for each in above)
            return _inner(below), 2 if twice else 1
    return None


def _inner(node: Surface | None) -> Surface | None:
    return node.items[0] if isinstance(node, Group) and node.bracket == "{" and len(node.items) == 1 else node


def _operand(rest: tuple[tuple[str, Surface], ...], whole: bool = False) -> tuple[int, Surface]:
    """What an operator before a product works on: a bracket, a name with its arguments, else all that follows."""
    first = rest[0][1]
    if isinstance(first, Group):
        groups = 1
        while groups < len(rest) and rest[groups][0] == "" and isinstance(rest[groups][1], Group) and not whole:
            groups += 1  # a nabla works on all of `(a^T x)(b^T x)`
        if groups > 1:
            return groups, product([("", first), *rest[1:groups]])
        return 1, first.items[0] if len(first.items) == 1 else first
    called = len(rest) > 1 and rest[1][0] == "" and isinstance(rest[1][1], Group) and rest[1][1].bracket in _APPLIED
    if isinstance(first, Name | Scripted) and called:
        return 2, product([("", first), rest[1]])
    if not whole:
        return 1, first
    return len(rest), product([("", first), *rest[1:]])


def _operator(node: Fraction) -> int:
    r"""The order of `\frac{\partial}{\partial x}`, 0 when it is none."""
    match node.numerator:
        case Name(base) if base in _SIGNS:
            return 1
        case Scripted(Name(base), None, (Number(written),)) if base in _SIGNS and written.isdecimal():
            return int(written)
    return 0


def _derivative(body: Surface, variable: Surface | None, order: int, sign: Surface) -> Surface:
    below = Name("nabla", sign.span, whole=True) if variable is None else _differential(variable, 1)
    span = replace(sign.span, stop=max(sign.span.stop, body.span.stop))
    if order == 2:
        below = Multiplicative((("", below), ("", below)), sign.span)
    return Fraction(_differential(body, order), below, span)


def _differential(body: Surface, order: int) -> Surface:
    sign: Surface = Name("partial", body.span, whole=True)
    if order > 1:
        sign = Scripted(sign, None, (Number(str(order), body.span),), 0, body.span)
    return Multiplicative((("", sign), ("", body)), body.span)


def _slash(node: Surface, rest: tuple[tuple[str, Surface], ...]) -> tuple[int, Surface] | None:
    r"""`\partial L / \partial w` and `dL/dw`."""
    taken = 1 if _is_sign(node) else 0
    above, after = product([("", node), *rest[:taken]]), rest[taken:]
    if not after or after[0][0] != "/" or any(sign for sign, _ in rest[:taken]) or differential(above) is None:
        return None
    wide = 2 if _is_sign(after[0][1]) else 1
    below = product([("", after[0][1]), *after[1:wide]])
    if len(after) < wide or any(sign for sign, _ in after[1:wide]) or differential(below) is None:
        return None
    return 1 + taken + wide, Fraction(above, below, replace(node.span, stop=below.span.stop))


def _is_sign(node: Surface) -> bool:
    r"""`\partial`, `d`, and both with an order: `\partial^2`."""
    body = node.body if isinstance(node, Scripted) and node.subscript is None else node
    return isinstance(body, Name) and body.base in _SIGNS


def _joined(node: Surface, sign: Name) -> Surface | None:
    r"""`d\gamma`, `d\hat x`: the name of a gradient, as `dW` is."""
    body = node.body if isinstance(node, Scripted) else node
    signs = isinstance(body, Name) and body.base in ("nabla", "partial")  # signs are no names
    if signs or not isinstance(body, Name) or not (body.accents or not body.base.isascii() or len(body.base) > 1):
        return None
    name = replace(body, base="d" + body.base, span=replace(sign.span, stop=body.span.stop), whole=True)
    return replace(node, body=name) if isinstance(node, Scripted) else name


# Reading them ------------------------------------------
@dataclass(frozen=True, slots=True)
class Differential:
    """What stands behind the d; nothing for an operator."""

    body: Surface | None
    order: int


def differential(node: Surface) -> Differential | None:
    r"""`\partial L`, `\partial^2 L`, `dL`, `da_{21}` as the body and the order; None when there is no d."""
    match node:
        case Multiplicative((("", Name(base)), *rest)) if base in _SIGNS:
            return Differential(product(list(rest)), 1)
        case Multiplicative((("", Scripted(Name(base), None, (Number(written),))), *rest)) if base in _SIGNS:
            return Differential(product(list(rest)), int(float(written)))
        case Multiplicative((("", first), *rest)):
            head = differential(first)
            if head is None or head.body is None:
                return None
            return Differential(product([("", head.body), *rest]), head.order)
        case Scripted(body):
            inner = differential(body)
            return None if inner is None or inner.body is None else replace(inner, body=replace(node, body=inner.body))
        case Name(base) if len(base) > 1 and base[0] == "d" and base not in ("det", "diag", "dim", "delta", "div"):
            return Differential(replace(node, base=base[1:], span=replace(node.span, start=node.span.start)), 1)
    return None


def variables(node: Surface, order: int = 1) -> tuple[Surface, ...] | None:
    r"""What a derivative of this order is with respect to: `\partial x^2` is x twice. A nabla says nothing."""
    if isinstance(node, Name) and node.base == "nabla":
        return ()
    if isinstance(node, Multiplicative):
        if all(isinstance(each, Name) and each.base == "nabla" for _, each in node.factors):
            return ()
        parts = _parts(node)
        if len(parts) > 1:
            found = [variables(each) for each in parts]
            return None if any(each is None for each in found) else tuple(x for each in found if each for x in each)
    inner = differential(node)
    if inner is None or inner.body is None:
        return None
    if order == 2 and isinstance(inner.body, Scripted):
        kept = tuple(each for each in inner.body.superscripts if not (isinstance(each, Number) and each.written == "2"))
        if len(kept) < len(inner.body.superscripts):
            plain = replace(inner.body, superscripts=kept)
            body = plain.body if plain.subscript is None and not kept and not plain.primes else plain
            return (body, body)
    return (inner.body,) * inner.order


def _parts(node: Multiplicative) -> list[Surface]:
    r"""`\partial x \partial y` cut before each sign."""
    first = node.factors[0][1]
    if not _is_sign(first):
        first = first.body if isinstance(first, Scripted) else first
    places = [
        n
        for n, (_, each) in enumerate(node.factors[:-1])
        if isinstance(each, Name) and isinstance(first, Name) and each.base == first.base and each.base in _SIGNS
    ]
    if len(places) > 1:
        ends = [*places[1:], len(node.factors)]
        return [product(list(node.factors[start:stop])) for start, stop in zip(places, ends, strict=True)]
    whole = [differential(each) for _, each in node.factors]
    if len(node.factors) > 1 and all(each is not None and each.body is not None for each in whole):
        return [each for _, each in node.factors]
    return [node]
