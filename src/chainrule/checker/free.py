"""The sides of a statement in, its free indices out: `i` and `j` in `\\partial p_i/\\partial z_j = p_i(1_{ij} - p_j)`.

One idea: a letter below an array that no sum binds stands for every entry; a statement about it is one about all of
them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..notation.names import Scope
from ..notation.surface import Big, Chain, Group, Name, Scripted, Surface, children
from ..notation.symbols import symbol_of

LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")


def free_letters(trees: Iterable[Surface], scope: Scope, known: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Letters that stand as indices and are bound by no sum, in order of appearance."""
    found: dict[str, None] = {}
    for tree in trees:
        _collect(tree, frozenset(scope.declared) | known, frozenset(), found)
    return tuple(found)


def _collect(node: Surface, names: frozenset[str], bound: frozenset[str], found: dict[str, None]) -> None:
    if isinstance(node, Big):
        letters = _letters_under(node.lower) if node.lower is not None else _subscripts(node.body)
        _collect(node.body, names, bound | set(letters), found)
        return
    if isinstance(node, Scripted) and not _is_name(node, names):
        for script in (node.subscript, *(each for each in node.superscripts if isinstance(each, Group))):
            for letter in _letters(script):
                if letter not in bound:
                    found.setdefault(letter)
    for each in children(node):
        _collect(each, names, bound, found)


def _subscripts(node: Surface) -> list[str]:
    from ..notation.resolve import subscript_letters

    return subscript_letters(node)


def _is_name(node: Scripted, names: frozenset[str]) -> bool:
    """Whether the scripts are part of a name."""
    symbol = symbol_of(node)
    return symbol is not None and (symbol.text in names or replace(symbol, superscript="", primes=0).text in names)


def _letters_under(lower: Surface | None) -> list[str]:
    match lower:
        case None:
            return []
        case Chain(parts) if parts[0] is not None:
            return _letters(parts[0])
        case Group(_, (Chain() as inner,)):
            return _letters_under(inner)
        case _:
            return _letters(lower)


def _letters(script: Surface | None) -> list[str]:
    """Single letters in a script, its numbers aside; words are marks, not indices."""
    if script is None:
        return []
    if isinstance(script, Name):
        if script.accents or (script.whole and len(script.base) > 1):
            return []
        letters = list(script.base)
        return letters if len(letters) <= 4 and all(each in LETTERS for each in letters) else []
    if isinstance(script, Scripted):
        return []
    return [letter for each in children(script) for letter in _letters(each)]
