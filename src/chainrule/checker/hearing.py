"""What the words of a document say in, the facts that a model is built with out.

One idea: words are believed where they say something that a model needs, and quoted where they decide.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..notation.functions import FUNCTIONS
from ..notation.sizes import Size
from ..notation.surface import Chain, Surface
from .claims import tree_or_none
from .model import Facts
from .words import Said

_MEANT = {"leaky relu": "leaky_relu", "log softmax": "log_softmax", "step": "heaviside"}
_TRAITS = frozenset({
    "symmetric", "one-hot", "distribution", "sums to one", "positive", "nonnegative", "positive definite", "orthogonal",
    "diagonal", "unit", "binary", "signs", "in unit interval", "antisymmetric", "positive semidefinite", "invertible",
    "orthonormal columns", "integer",
})  # fmt: skip


_SQUARE = frozenset({
    "square", "symmetric", "positive definite", "positive semidefinite", "antisymmetric", "diagonal", "invertible",
    "identity", "lower triangular", "upper triangular",
})  # fmt: skip


def facts_of(said: Said) -> Facts:
    """The facts for a model."""
    derivative_names = [each.value for each in said.conventions.get("derivative names", ())]
    return Facts(
        functions=_functions(said), shapes=_shapes(said),
        shape_places={name: (each[0].heard.before, each[0].heard.section) for name, each in said.shapes.items()},
        ranges=_ranges(said), traits=_traits(said),
        bars=any("bar" in each for each in derivative_names),
        deltas=any(each.replace(" ", "") in ("\\delta*",) for each in derivative_names),
        of_the_sum=frozenset(_words(each.value for each in said.conventions.get("derivative names of the sum", ()))),
        columns=_is(said, "examples", "columns"), rows=_is(said, "examples", "rows"),
        zero_based=_is(said, "indices from", "0"), numerator=_is(said, "layout", "numerator"),
        classes=frozenset(name for name, roles in said.roles.items() if any(each.what == "class" for each in roles)),
    )  # fmt: skip


def _words(values: Iterable[str]) -> list[str]:
    return [word for each in values for word in each.split()]


def _is(said: Said, what: str, value: str) -> bool:
    return any(each.value == value for each in said.conventions.get(what, ()))


def _functions(said: Said) -> dict[str, str]:
    found = {}
    for name, each in said.functions.items():
        function = _MEANT.get(each[0].function, each[0].function)
        if name and function in FUNCTIONS:
            found[name] = function
    return found


def _shapes(said: Said) -> dict[str, tuple[Size | None, ...]]:
    """Shapes by name; a size that is not said is None."""
    found: dict[str, tuple[Size | None, ...]] = {}
    for name, shapes in said.shapes.items():
        everywhere = [each for each in shapes if not each.only]
        if everywhere:
            found[name] = everywhere[0].sizes
    for name, traits in said.traits.items():
        if name not in found and any(each.what in _SQUARE and each.holds for each in traits):
            found[name] = (None, None)
    for each in said.counts:
        if each.name and each.name not in found and each.of in ("rows", "columns"):
            found[each.name] = (each.size, None) if each.of == "rows" else (None, each.size)
    return found


def _ranges(said: Said) -> dict[str, tuple[int, int]]:
    found = {}
    for name, ranges in said.ranges.items():
        first, last = ranges[0].first, ranges[0].last
        values = [each for each in ranges[0].values if each.isdecimal()]
        if first.isdecimal():
            found[name] = (int(first), int(last) if last.isdecimal() else 0)
        elif values:
            found[name] = (int(values[0]), int(values[-1]))
    return found


def _traits(said: Said) -> dict[str, frozenset[str]]:
    """The properties of names that hold throughout."""
    return {
        name: frozenset(each.what for each in traits if each.holds and each.what in _TRAITS and not each.only)
        for name, traits in said.traits.items()
    }


def local_traits_of(said: Said) -> dict[int, dict[str, frozenset[str]]]:
    """The properties of names that hold for single statements, by the number of the statement."""
    found: dict[int, dict[str, frozenset[str]]] = {}
    for name, traits in said.traits.items():
        for each in traits:
            for number in each.only if each.holds and each.what in _TRAITS else ():
                here = found.setdefault(number, {})
                here[name] = here.get(name, frozenset()) | {each.what}
    return found


def parts_of(said: Said) -> dict[str, tuple[str, str]]:
    """Letters whose entries are rows or columns of a matrix: `u_w` of U."""
    found: dict[str, tuple[str, str]] = {}
    for name, parts in said.parts.items():
        base = name.partition("_")[0]
        if len(base) == 1 and base.islower() and "_" in name:
            found[base] = (parts[0].whole, parts[0].axis)
    return found


def conditions_of(said: Said) -> dict[int, tuple[Surface, ...]]:
    """What holds for single statements, as trees."""
    found: dict[int, tuple[Surface, ...]] = {}
    for number, conditions in said.conditions.items():
        trees = [tree for each in conditions if (tree := _condition(each.relation)) is not None]
        if trees:
            found[number] = tuple(trees)
    return found


def _condition(relation: str) -> Surface | None:
    tree = tree_or_none(relation)
    return tree if isinstance(tree, Chain) else None
