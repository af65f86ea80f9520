"""Runs of letters in, the names that they are side by side out.

One idea: a run is taken apart only into names that are known, and then into as few as can be; everything else stays.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from ...notation.functions import function_named
from ...notation.surface import Multiplicative, Name, Scripted, Surface
from ..trees import rebuilt
from .building import Part

_LONGEST = 8  # letters of a run


def split(tree: Surface, names: AbstractSet[str]) -> Surface:
    """The tree with every run such as `Wx` as a product, where W and x are names. Scripts stay with the last name."""

    def below(node: Surface) -> Surface:
        return split(node, names)

    if isinstance(tree, Scripted):
        tree = replace(tree, body=below(tree.body)) if not isinstance(tree.body, Name) else tree
    elif not isinstance(tree, Name):
        tree = rebuilt(tree, below)
    if isinstance(tree, Multiplicative) and any(isinstance(each, Multiplicative) for _, each in tree.factors):
        return replace(tree, factors=tuple(part for pair in tree.factors for part in _spread(pair)))
    parts = _parts(tree, names)
    return tree if len(parts) < 2 else Multiplicative(tuple(("", each) for each in parts), tree.span)


def _spread(pair: Part) -> tuple[Part, ...]:
    sign, node = pair
    if not isinstance(node, Multiplicative):
        return (pair,)
    return ((sign, node.factors[0][1]), *node.factors[1:])


def _parts(node: Surface, names: AbstractSet[str]) -> list[Surface]:
    body = node.body if isinstance(node, Scripted) else node
    if not isinstance(body, Name) or body.whole or body.accents or body.base in names or function_named(body.base):
        return []
    words = _cut(body.base, names) if 1 < len(body.base) <= _LONGEST else []
    found: list[Surface] = []
    start = body.span.start
    for word in words:
        found.append(Name(word, replace(body.span, start=start, stop=start + len(word))))
        start += len(word)
    if found and isinstance(node, Scripted):
        found[-1] = replace(node, body=found[-1], span=replace(node.span, start=found[-1].span.start))
    return found


def _cut(word: str, names: AbstractSet[str]) -> list[str]:
    """The word as the fewest names, or nothing."""
    best: list[list[str] | None] = [[]]
    for stop in range(1, len(word) + 1):
        ways = [[*before, word[start:stop]] for start in range(stop)
                if (before := best[start]) is not None and word[start:stop] in names]  # fmt: skip
        best.append(min(ways, key=len, default=None))
    return best[-1] or []
