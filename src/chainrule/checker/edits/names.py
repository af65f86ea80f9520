r"""Slips with names: the wrong node, the wrong parameter, the wrong or a swapped index, the variable for its gradient.

One idea: names with the same letters are a family (`z_1` and `z_2`, `W^{(1)}` and `W^{(2)}`), and a slip is likelier
within a family than across.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...notation.surface import Additive, Group, Multiplicative, Name, Number, Scripted, Surface
from ..trees import everywhere, rebuilt
from .edit import Edit
from .known import Kind, Quantity
from .likeness import same
from .places import Place, Role, is_derivative
from .setting import Named, Setting, letters_of, text_of

_SAID = "{0} was written where {1} belongs"
_ROLES = frozenset({Role.HEAD})
_MOST_INDICES = 5
_MOST_LETTERS = 3  # of an index, so that words below a name stay as they are


def occurrences(setting: Setting) -> Iterator[tuple[Place, Surface]]:
    """Every name of a side with its place; inside the name of a derivative each name, with the place of the whole."""
    for place in setting.places:
        if place.role in _ROLES:
            continue
        if is_derivative(place.node):
            for node in everywhere(place.node):
                if isinstance(node, Name | Scripted) and node is not place.node:
                    yield place, node
        elif isinstance(place.node, Name | Scripted):
            yield place, place.node


def exchanged(tree: Surface, old: Surface, new: Surface) -> Surface:
    """The tree with one of its nodes replaced."""
    if tree is old:
        return new

    def inside(node: Surface) -> Surface:
        return exchanged(node, old, new)

    return rebuilt(tree, inside)


def replacement(mistake: str, place: Place, old: Surface, new: Surface, cost: float) -> Edit:
    """The edit that puts one node for another, at a place or inside the name of a derivative that stands there."""
    shown = (old, new) if place.node is old else (place.node, exchanged(place.node, old, new))
    return Edit(mistake, place.put(shown[1]), cost, _SAID, shown)


def base(node: Surface) -> tuple[str, tuple[str, ...]]:
    """The letters that a family shares."""
    body = node.body if isinstance(node, Scripted) else node
    return (body.base, body.accents) if isinstance(body, Name) else ("", ())


def everywhere_else(setting: Setting, named: Named, new: Surface) -> Surface | None:
    """The side with a name that stands there more than once replaced wherever it stands; None if it stands once."""
    again = [each for each in setting.places if (other := setting.named(each.node)) is not None
             and other.text == named.text and each.role is not Role.HEAD]  # fmt: skip
    if len(again) < 2:
        return None
    tree = setting.side
    for place in again:
        other = setting.named(place.node)
        if other is not None:
            tree = exchanged(tree, place.node, other.dressed(new))
    return tree


def _one_or_all(
    setting: Setting, mistake: str, place: Place, named: Named, new: Surface, cost: float
) -> Iterator[Edit]:
    """A name replaced where it stands, and once for all places at the first of several."""
    yield replacement(mistake, place, named.node, named.dressed(new), cost)
    first = next(each for each in setting.places if (other := setting.named(each.node)) and other.text == named.text)
    if place is first and (tree := everywhere_else(setting, named, new)) is not None:
        yield Edit(mistake, tree, cost, _SAID, (named.bare, new))


# One name for another ------------------------------------------
def within_family(setting: Setting, cost: float) -> Iterator[Edit]:
    """M8: a name becomes another one with the same letters."""
    for place, node in occurrences(setting):
        named = setting.named(node)
        if named is not None:
            for _, other in setting.others(named):
                if base(other.written) == base(named.bare) and base(node)[0]:
                    if place.node is node:
                        yield from _one_or_all(setting, "M8", place, named, other.written, cost)
                    else:
                        yield replacement("M8", place, node, named.dressed(other.written), cost)


def other_gradient(setting: Setting, cost: float) -> Iterator[Edit]:
    """M8: the name of a derivative becomes another one."""
    for place in setting.places:
        if place.role is Role.HEAD:
            continue
        old = setting.gradient(place.node)
        if old is not None or is_derivative(place.node):
            for other in setting.gradients:
                if other is not old:
                    yield Edit("M8", place.put(other.written), cost, _SAID, (place.node, other.written))


def other_parameter(setting: Setting, cost: float) -> Iterator[Edit]:
    """M10: a parameter becomes another one, or what it is multiplied by; any name becomes a parameter."""
    for place, named, other in _other_names(setting):
        if Kind.PARAMETER in (named.quantity.kind, other.kind):
            yield from _one_or_all(setting, "M10", place, named, other.written, cost)


def other_name(setting: Setting, cost: float) -> Iterator[Edit]:
    """M8: a name becomes another one of the page."""
    for place, named, other in _other_names(setting):
        if Kind.PARAMETER not in (named.quantity.kind, other.kind):
            yield from _one_or_all(setting, "M8", place, named, other.written, cost)


def _other_names(setting: Setting) -> Iterator[tuple[Place, Named, Quantity]]:
    for place in setting.places:
        named = setting.named(place.node) if place.role is not Role.HEAD else None
        for _, other in setting.others(named) if named is not None else ():
            if named is not None and base(other.written) != base(named.bare):
                yield place, named, other


# Indices ------------------------------------------
def other_index(setting: Setting, cost: float) -> Iterator[Edit]:
    """M8: a letter of an index becomes another one; the index becomes one that the name carries elsewhere."""
    elsewhere = _scripts_elsewhere(setting)
    for place, node in occurrences(setting):
        if not isinstance(node, Scripted) or node.subscript is None:
            continue
        for new in _indices(setting, node.subscript):
            yield replacement("M8", place, node, replace(node, subscript=new), cost)
        for new in elsewhere.get(base(node), ()):
            if not same(new, node.subscript):
                yield replacement("M8", place, node, replace(node, subscript=new), cost)


def _indices(setting: Setting, script: Surface) -> Iterator[Surface]:
    if (turned := _signs_turned(script)) is not None:
        yield turned
    if isinstance(script, Number) and script.written.isdecimal() and len(script.written) == 1:
        value = int(script.written)
        yield from (replace(script, written=str(each)) for each in (value - 1, value + 1) if each >= 0)
    letters = list(dict.fromkeys(letters_of(script)))
    for letter in letters[:_MOST_LETTERS]:
        for other in setting.indices[:_MOST_INDICES]:
            if other != letter:
                yield renamed(script, letter, other)


def renamed(tree: Surface, letter: str, other: str) -> Surface:
    """A script with one index letter replaced by another."""
    if isinstance(tree, Name) and not tree.accents:
        whole = len(other) > 1
        if tree.base == letter:
            return replace(tree, base=other, whole=whole or tree.whole)
        if not tree.whole and letter in tree.base and not whole:
            return replace(tree, base=tree.base.replace(letter, other))

    def inside(node: Surface) -> Surface:
        return renamed(node, letter, other)

    return rebuilt(tree, inside)


def _signs_turned(script: Surface) -> Surface | None:
    """`i + a` as `i - a`, in each part of an index."""
    if isinstance(script, Group) and any(isinstance(each, Additive) for each in script.items):
        return replace(script, items=tuple(_signs_turned(each) or each for each in script.items))
    if isinstance(script, Additive) and len(script.terms) > 1:
        opposite = {"+": "-", "-": "+", "": ""}
        first, *rest = script.terms
        return replace(script, terms=(first, *((opposite[sign], each) for sign, each in rest)))
    return None


def _scripts_elsewhere(setting: Setting) -> dict[tuple[str, tuple[str, ...]], list[Surface]]:
    """For each family the subscripts that it carries in the statement and in what the statement differentiates."""
    found: dict[tuple[str, tuple[str, ...]], list[Surface]] = {}
    for tree in (setting.side, *setting.known.definitions):
        for node in everywhere(tree):
            if isinstance(node, Scripted) and node.subscript is not None and base(node)[0]:
                known = found.setdefault(base(node), [])
                if not any(same(node.subscript, each) for each in known):
                    known.append(node.subscript)
    return found


def swapped_indices(setting: Setting, cost: float) -> Iterator[Edit]:
    """M19: two indices of a name, row and column, exchanged."""
    for place, node in occurrences(setting):
        if isinstance(node, Scripted) and node.subscript is not None:
            for new in _permuted(node.subscript):
                yield replacement("M19", place, node, replace(node, subscript=new), cost)


def _permuted(script: Surface) -> Iterator[Surface]:
    """A script with two neighbouring parts exchanged."""
    match script:
        case Name(base) if not script.whole and base.isalpha() and 1 < len(base) <= _MOST_LETTERS:
            yield from (replace(script, base=each) for each in _turns(base))
        case Number(written) if written.isdecimal() and 1 < len(written) <= _MOST_LETTERS:
            yield from (replace(script, written=each) for each in _turns(written))
        case Group(_, items) if len(items) > 1:
            for k in range(len(items) - 1):
                yield replace(script, items=(*items[:k], items[k + 1], items[k], *items[k + 2 :]))
        case Multiplicative(pairs) if all(not sign for sign, _ in pairs):
            for k in range(len(pairs) - 1):
                yield replace(script, factors=(*pairs[:k], pairs[k + 1], pairs[k], *pairs[k + 2 :]))


def _turns(word: str) -> Iterator[str]:
    for k in range(len(word) - 1):
        if word[k] != word[k + 1]:
            yield word[:k] + word[k + 1] + word[k] + word[k + 2 :]


# Labels ------------------------------------------
def variable_for_gradient(setting: Setting, cost: float) -> Iterator[Edit]:
    """M21: a side that is nothing but a variable becomes the gradient with respect to it."""
    named = setting.named(setting.side)
    for each in setting.known.gradients if named is not None else ():
        if named is not None and text_of(each.of) == named.text:
            yield Edit(
                "M21", each.written, cost, "the result is called {0}, but it is {1}", (setting.side, each.written)
            )
