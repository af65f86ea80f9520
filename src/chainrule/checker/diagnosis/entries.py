"""A formula for an array in, the same for one of its entries out: `2 \\delta x` for every i is `2 \\delta_i x_i`.

One idea: where everything works entry by entry, a name that is an array gets the index; what is summed has none.
Whoever asks tries whether that is true.
"""

from __future__ import annotations

from ...notation.meaning import Index, Literal
from ...notation.resolve import is_derivative
from ...notation.surface import Big, Fraction, Group, Multiplicative, Name, Number, Scripted, Surface
from ...notation.symbols import symbol_of
from ..points import as_array
from ..trees import rebuilt
from .asked import Asked


def entrywise(tree: Surface, asked: Asked) -> Surface:
    """The formula with the entry's indices below every name that has as many axes."""
    scripts = [_script(each, tree) for each in asked.entry]
    below = [each for each in scripts if each is not None]
    if len(below) != len(scripts) or not below:
        return tree
    index = below[0] if len(below) == 1 else Multiplicative(tuple(("", each) for each in below), tree.span)
    return _indexed(tree, asked, index)


def _script(index: object, tree: Surface) -> Surface | None:
    match index:
        case Index(name):
            return Name(name, tree.span)
        case Literal(written, _):
            return Number(written, tree.span)
    return None


def _indexed(node: Surface, asked: Asked, index: Surface) -> Surface:
    if isinstance(node, Big):
        return node
    if isinstance(node, Fraction) and is_derivative(node):
        return Fraction(node.numerator, _below(node.denominator, asked, index), node.span)
    if isinstance(node, Name | Scripted):
        return _with(node, asked, index)
    if isinstance(node, Multiplicative):
        return Multiplicative(tuple(_factors(node, asked, index)), node.span)
    return rebuilt(node, lambda each: _indexed(each, asked, index))


def _factors(node: Multiplicative, asked: Asked, index: Surface) -> list[tuple[str, Surface]]:
    """The factors with indices; the argument of a function such as mean(x) keeps the whole array."""
    found: list[tuple[str, Surface]] = []
    for place, (sign, each) in enumerate(node.factors):
        before = node.factors[place - 1][1] if place else None
        called = isinstance(before, Name) and before.whole and not sign and isinstance(each, Group)
        found.append((sign, each if called else _indexed(each, asked, index)))
    return found


def _below(node: Surface, asked: Asked, index: Surface) -> Surface:
    """What a derivative is taken by, with the index."""
    if isinstance(node, Multiplicative):
        (first, *rest) = node.factors
        return Multiplicative((first, *((sign, _below(each, asked, index)) for sign, each in rest)), node.span)
    return _with(node, asked, index) if isinstance(node, Name | Scripted) else node


def _with(node: Name | Scripted, asked: Asked, index: Surface) -> Surface:
    symbol = symbol_of(node)
    point = asked.bench.points()[0]
    value = point.values.get(symbol.text) if symbol is not None else None
    if value is None and symbol is not None and symbol.text in asked.bench.model.derived:
        axes = len(asked.entry)  # the name of a gradient of the same shape
    else:
        axes = as_array(value).ndim if value is not None else 0
    if axes != len(asked.entry) or axes == 0:
        return node
    if isinstance(node, Scripted):
        open_below = node.subscript is None
        return Scripted(node.body, index, node.superscripts, node.primes, node.span) if open_below else node
    return Scripted(node, index, (), 0, node.span)
