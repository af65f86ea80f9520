"""Slips with matrices: a transpose, the order of the factors, one product for another.

One idea: only factors that may be arrays are turned or moved; a number has no order.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ...notation.surface import Group, Matrix, Multiplicative, Name, Number, Surface
from .building import Part, bracketed, factors, inside, is_turned, product, turned
from .edit import Edit
from .places import Place, Role, Unit, is_derivative
from .setting import Setting

_MATRIX = frozenset({"", "·", "@", "."})
_ENTRYWISE = frozenset({"⊙", "∘", "*"})


def may_be_array(setting: Setting, node: Surface) -> bool:
    """Whether a factor is not known to be a number."""
    if isinstance(node, Number):
        return False
    rank = setting.rank(node)
    return rank is None or rank > 0 or is_turned(node)


def transposed(setting: Setting, cost: float) -> Iterator[Edit]:
    """M5: each factor with a transpose or without, a product of two turned round, a matrix of numbers turned."""
    for place in setting.places:
        node = place.node
        if isinstance(node, Matrix) or (isinstance(node, Group) and node.bracket == "["):
            if (new := _literal(node)) is not None:
                yield Edit("M5", place.put(new), cost, "the matrix is transposed")
        elif place.role in (Role.SIDE, Role.TERM, Role.SUMMAND) and _single(setting, node):
            yield _turn(setting, place, node, node, cost, place.put(turned(node, setting.transpose)))
    for place, units in setting.products:
        for unit in units:
            if unit.sign != "/" and may_be_array(setting, unit.node):
                new = turned(unit.node, setting.transpose)
                yield _turn(setting, place, unit.node, new, cost, _instead(place, unit, new))
        yield from _outer(setting, place, units, cost)


def _single(setting: Setting, node: Surface) -> bool:
    return not isinstance(node, Multiplicative) and (setting.is_array(node) or is_derivative(node))


def _turn(setting: Setting, place: Place, old: Surface, new: Surface, cost: float, tree: Surface) -> Edit:
    if is_turned(old):
        return Edit("M5", tree, cost, "{0} should not be transposed", (old,))
    return Edit("M5", tree, cost, "{0} should be transposed", (old,))


def _instead(place: Place, unit: Unit, new: Surface) -> Surface:
    pairs = factors(place.node)
    return place.put(product((*pairs[: unit.start], (unit.sign, new), *pairs[unit.stop :]), place.node.span))


def _outer(setting: Setting, place: Place, units: list[Unit], cost: float) -> Iterator[Edit]:
    """`x y^T` becomes `y x^T`."""
    for first, second in pairwise(units):
        if second.sign not in _MATRIX or not _both(setting, first, second):
            continue
        mark = setting.transpose
        new: list[Part] = [("", turned(second.node, mark)), (second.sign, turned(first.node, mark))]
        pairs, span = factors(place.node), place.node.span
        whole = (*pairs[: first.start], (first.sign, new[0][1]), new[1], *pairs[second.stop :])
        old = product((("", first.node), (second.sign, second.node)), span)
        shown = product(new, span)
        yield Edit("M5", place.put(product(whole, span)), cost, "the product is transposed: {0} for {1}", (old, shown))


def _both(setting: Setting, first: Unit, second: Unit) -> bool:
    return may_be_array(setting, first.node) and may_be_array(setting, second.node)


def _literal(node: Surface) -> Surface | None:
    """A matrix of numbers, turned."""
    match node:
        case Matrix(style, rows, span) if len({len(row) for row in rows}) == 1:
            cells = [
                factors(row[0]) if style == "[" and len(row) == 1 else [("", each) for each in row] for row in rows
            ]
            if len({len(row) for row in cells}) == 1:
                columns = tuple(tuple(each for _, each in column) for column in zip(*cells, strict=True))
                return Matrix("bmatrix" if style == "[" else style, columns, span)
        case Group("[", items, span) if all(isinstance(each, Group) and each.bracket == "[" for each in items):
            lists = [each.items for each in items if isinstance(each, Group)]
            if len({len(row) for row in lists}) == 1:
                return Group("[", tuple(Group("[", tuple(row), span) for row in zip(*lists, strict=True)), span)
    return None


# Order ------------------------------------------
def exchanged_factors(setting: Setting, cost: float) -> Iterator[Edit]:
    """M6: two factors in each other's place, neighbours first."""
    for place, units in setting.products:
        arrays = [each for each in units if may_be_array(setting, each.node) and each.sign in _MATRIX]
        for distance in range(1, len(arrays)):
            for k in range(len(arrays) - distance):
                first, second = arrays[k], arrays[k + distance]
                pairs = factors(place.node)
                whole = [*pairs[: first.start], (first.sign, second.node), *pairs[first.stop : second.start],
                         (second.sign, first.node), *pairs[second.stop :]]  # fmt: skip
                yield Edit("M6", place.put(product(whole, place.node.span)), cost,
                           "{0} and {1} are in the wrong order", (first.node, second.node))  # fmt: skip


# Products ------------------------------------------
def other_product(setting: Setting, cost: float) -> Iterator[Edit]:
    """M7: a matrix product becomes one entry by entry, and the reverse."""
    for place, units in setting.products:
        for first, second in pairwise(units):
            if not _both(setting, first, second) or second.sign == "/":
                continue
            entrywise = second.sign in _ENTRYWISE
            sign = "" if entrywise else setting.entrywise
            pairs = factors(place.node)
            whole = (*pairs[: second.start], (sign, pairs[second.start][1]), *pairs[second.start + 1 :])
            said = "the product of {0} and {1} should be " + ("a matrix product" if entrywise else "entry by entry")
            yield Edit("M7", place.put(product(whole, place.node.span)), cost, said, (first.node, second.node))


def diagonal(setting: Setting, cost: float) -> Iterator[Edit]:
    """M7: a factor made a diagonal matrix, or a diagonal matrix made a factor entry by entry."""
    for place, units in setting.products:
        for unit in units:
            if unit.called is not None and isinstance(unit.called[0], Name) and unit.called[0].base == "diag":
                yield from _undiagonal(setting, place, unit, cost)
            elif unit.sign in (*_MATRIX, *_ENTRYWISE) and may_be_array(setting, unit.node):
                new = _diag(unit.node)
                said = "{0} should stand on a diagonal: {1}"
                pairs = factors(place.node)
                after = pairs[unit.stop :]
                if after and after[0][0] in _ENTRYWISE:
                    after = (("", after[0][1]), *after[1:])
                whole = (*pairs[: unit.start], ("", new), *after)
                yield Edit("M7", place.put(product(whole, place.node.span)), cost, said, (unit.node, new))
    node = setting.side
    if not isinstance(node, Number) and not (isinstance(node, Multiplicative) and _begins_with_diag(node)):
        new = _diag(node)
        yield Edit("M7", new, cost, "{0} should stand on a diagonal: {1}", (node, new))


def _begins_with_diag(node: Multiplicative) -> bool:
    first = node.factors[0][1]
    return len(node.factors) == 2 and isinstance(first, Name) and first.base == "diag"


def _undiagonal(setting: Setting, place: Place, unit: Unit, cost: float) -> Iterator[Edit]:
    pairs, bare = factors(place.node), inside(unit.nodes[1][1])
    sign = setting.entrywise
    before, after = pairs[: unit.start], pairs[unit.stop :]
    if before:
        whole = (*before, (sign, bare), *after)
    else:
        whole = (("", bare), *(((sign, after[0][1]), *after[1:]) if after else ()))
    yield Edit("M7", place.put(product(whole, place.node.span)), cost, "{0} should not be a matrix", (unit.node,))


def _diag(node: Surface) -> Surface:
    head = Name("diag", node.span, whole=True)
    bracket = node if isinstance(node, Group) and node.bracket == "(" else bracketed(Group("(", (node,), node.span))
    return Multiplicative((("", head), ("", bracket)), node.span)
