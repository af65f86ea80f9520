r"""Slips with factors: one kept, one lost, one too many, the gradient that arrives forgotten.

One idea: a factor is put in beside what stands there with the sign that stands there, and taken out with its sign.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...notation.surface import Additive, Big, Fraction, Multiplicative, Name, Number, Scripted, Surface, children
from ..trees import everywhere
from .activations import times_beside
from .building import as_factor, factors, half, product, turned
from .edit import Edit
from .known import Quantity
from .places import Place, Role, Unit, is_derivative
from .setting import Setting, letters_of, text_of

_MEANS = {"mean": "sum", "average": "sum"}


# A factor too many ------------------------------------------
def kept_factor(setting: Setting, cost: float) -> Iterator[Edit]:
    """M11: what the left side differentiates by is dropped."""
    if not setting.variable:
        return
    for place, unit, tree in _without_one(setting):
        named = setting.named(unit.nodes[-1][1])
        if named is not None and setting.variable in (named.text, text_of(named.node)):
            yield Edit("M11", place.put(tree), cost, "{0} is differentiated by, but was kept as a factor", (unit.node,))


def extra_factor(setting: Setting, cost: float) -> Iterator[Edit]:
    """M13: each factor dropped, each division left out, a mean as a sum."""
    for place, unit, tree in _without_one(setting):
        said = "the division by {0} is too much" if unit.sign == "/" else "the factor {0} is too much"
        yield Edit("M13", place.put(tree), cost, said, (unit.node,))
    for place in setting.places:
        node = place.node
        if isinstance(node, Fraction) and not is_derivative(node):
            yield Edit("M13", place.put(node.numerator), cost, "the division by {0} is too much", (node.denominator,))
        if place.role is Role.HEAD and isinstance(node, Name) and node.base in _MEANS:
            new = Name(_MEANS[node.base], node.span, whole=True)
            yield Edit("M13", place.put(new), cost, "the mean was taken where the sum belongs", ())


def _without_one(setting: Setting) -> Iterator[tuple[Place, Unit, Surface]]:
    for place, parts in setting.products:
        for unit in parts if len(parts) > 1 else ():
            pairs = factors(place.node)
            kept = (*pairs[: unit.start], *pairs[unit.stop :])
            yield place, unit, product(kept, place.node.span)


# A factor lost ------------------------------------------
def lost_number(setting: Setting, cost: float) -> Iterator[Edit]:
    """M12: 2, one half, the numbers of the definition and the sizes, put in before each term."""
    for place in setting.slots:
        for new, said in _numbers(setting, place):
            if place.role is Role.BELOW:
                said = "{0} is missing in the denominator" if not isinstance(new, Fraction) else said
            yield Edit("M12", place.put(_before(new, place.node)), cost, said, (new,))


def _numbers(setting: Setting, place: Place) -> Iterator[tuple[Surface, str]]:
    span, squared = place.node.span, False
    written = ["2"]
    for tree in setting.known.definitions:
        for node in everywhere(tree):
            if isinstance(node, Scripted):
                squared |= any(isinstance(each, Number) and each.written == "2" for each in node.superscripts)
            if isinstance(node, Number) and node.written not in ("0", "1"):
                written.append(node.written)
    for each in dict.fromkeys(written):
        of_square = each == "2" and squared and not place.level
        yield (
            Number(each, span),
            "the factor {0} of the square is missing" if of_square else "the factor {0} is missing",
        )
    yield half(span), "the factor {0} is missing"
    for size in setting.known.sizes:
        yield Fraction(Number("1", span), size, span), "the factor {0} is missing"
        yield size, "the factor {0} is missing"


def _before(new: Surface, node: Surface) -> Surface:
    if isinstance(node, Additive) and len(node.terms) == 1 and node.terms[0][0] == "-":
        return Additive((("-", _before(new, node.terms[0][1])),), node.span)
    first = factors(node)[0][1]
    sign = "·" if isinstance(first, Number) and isinstance(new, Number) else ""
    parts = factors(node) if not isinstance(node, Additive) else (("", as_factor(node)),)
    return product((("", new), (sign, parts[0][1]), *parts[1:]), node.span)


def lost_near(setting: Setting, cost: float) -> Iterator[Edit]:
    """M12: a name that stands in the statement or in what it differentiates, as one more factor."""
    for place in setting.slots:
        if not place.level:
            for text, quantity in setting.quantities.items():
                if text in setting.near:
                    yield from _lost(setting, place, quantity, quantity.written, cost, turns=True)


def lost_name(setting: Setting, cost: float) -> Iterator[Edit]:
    """M12: any other name of the page as one more factor, and names inside brackets."""
    for place in setting.slots:
        for text, quantity in setting.quantities.items():
            if place.level or text not in setting.near:
                yield from _lost(setting, place, quantity, quantity.written, cost, turns=False)


def _lost(setting: Setting, place: Place, quantity: Quantity, new: Surface, cost: float, turns: bool) -> Iterator[Edit]:
    said = "the factor {0} is missing"
    for each in _with_index(setting, place, quantity, new):
        whole = _after(place.node, times_beside(setting, place.node, each), each)
        yield Edit("M12", place.put(whole), cost, said, (each,))
        if turns and setting.is_array(each):
            for shown in (each, turned(each, setting.transpose)):
                yield Edit("M12", place.put(_after(place.node, "", shown)), cost, said, (shown,))
                front = product((("", shown), ("", place.node)), place.node.span)
                yield Edit("M12", place.put(front), cost, said, (shown,))


def _after(node: Surface, sign: str, new: Surface) -> Surface:
    if isinstance(node, Additive) and len(node.terms) == 1 and node.terms[0][0] == "-":
        return Additive((("-", _after(node.terms[0][1], sign, new)),), node.span)
    if isinstance(node, Big):  # what follows a sum sign belongs to it
        return product((("", new), (sign, node)), node.span)
    return product((("", node), (sign, new)), node.span)


def _with_index(setting: Setting, place: Place, quantity: Quantity, new: Surface) -> Iterator[Surface]:
    """The name; where the author writes entries, with the index of the sum that it stands under, or of the left."""
    letters = _letters_around(setting, place)
    open_below = isinstance(new, Name) or (isinstance(new, Scripted) and new.subscript is None)
    if not letters or not open_below or quantity.shape == ():
        yield new
        return
    for letter in letters[:2]:
        index = Name(letter, new.span)
        if isinstance(new, Scripted):
            yield Scripted(new.body, index, new.superscripts, new.primes, new.span)
        else:
            yield Scripted(new, index, (), 0, new.span)


def _letters_around(setting: Setting, place: Place) -> list[str]:
    above: Place | None = place
    while above is not None:
        if isinstance(above.node, Big) and above.node.lower is not None and above is not place:
            return [each for each in _bound(above.node.lower) if each]
        above = above.above
    left = setting.known.left
    return [] if left is None else [each for node in everywhere(left) if isinstance(node, Scripted) and node.subscript
                                    for each in letters_of(node.subscript)]  # fmt: skip


def _bound(lower: Surface) -> list[str]:
    first = next(iter(children(lower)), lower) if not isinstance(lower, Name) else lower
    return letters_of(first)


# The gradient that arrives ------------------------------------------
def lost_upstream(setting: Setting, cost: float) -> Iterator[Edit]:
    """M23: the name of a gradient as one more factor, or in place of a 1."""
    said = "the gradient {0} that arrives is missing"
    for each in setting.gradients:
        new = each.written
        for place in setting.slots:
            if place.level or place.role in (Role.BELOW, Role.ABOVE):
                continue
            times = times_beside(setting, place.node, new)
            yield Edit("M23", place.put(_arriving(new, times, place.node)), cost, said, (new,))
            if setting.is_array(new) or each.shape is None:
                yield Edit("M23", place.put(_after(place.node, "", new)), cost, said, (new,))
        for place in setting.places:
            if _is_one(place.node) and place.role in (Role.SIDE, Role.TERM, Role.FACTOR):
                yield Edit("M23", place.put(new), cost, "{0} stands where the gradient {1} that arrives belongs",
                           (place.node, new))  # fmt: skip


def _arriving(new: Surface, times: str, node: Surface) -> Surface:
    """A gradient in front of a product, after its coefficient."""
    match node:
        case Multiplicative((("", Number() as number), (sign, first), *rest), span) if sign != "/":
            return product((("", number), ("", new), (times or sign, first), *rest), span)
        case Additive():
            node = as_factor(node)
    return product((("", new), (times, node)), node.span)


def _is_one(node: Surface) -> bool:
    return (isinstance(node, Number) and node.written == "1") or (isinstance(node, Name) and node.base == "𝟙")
