"""The terms of a sum of terms in, a refusal out where an index is used after the sum sign that it belongs to.

One idea: a sum sign reaches to the next + or -, so in `sum_i a_i x_i + b x_i` the last x_i would be another name. Where
the same entry stands inside the sum and after it, brackets were meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import ParseError
from .names import Scope
from .surface import Big, Chain, Group, Multiplicative, Name, Scripted, Surface, children
from .symbols import symbol_of

Terms = Sequence[tuple[str, Surface]]


def index_names(node: Surface) -> tuple[str, ...]:
    """The letters of an index under a sum sign: `i`, `i, j` and `ij`."""
    if isinstance(node, Group) and node.bracket in ("{", "("):
        return tuple(name for each in node.items for name in index_names(each))
    if isinstance(node, Name) and not node.accents:
        return (node.base,) if node.whole or len(node.base) == 1 else tuple(node.base)
    if isinstance(node, Multiplicative) and all(sign == "" for sign, _ in node.factors):
        return tuple(name for _, each in node.factors for name in index_names(each))
    raise ParseError(given="this under a sum sign", where=node.span, expected="an index, such as i or i=1")


def refuse_index_after_its_sum(terms: Terms, scope: Scope) -> None:
    """Raises ParseError for an entry with the index of a sum in a later term than the sum."""
    ended: dict[str, str] = {}
    for _, term in terms:
        for entry in entries_outside_sums(term):
            index = ended.get(said(entry))
            symbol = symbol_of(entry)
            if index is not None and (symbol is None or symbol.text not in scope.declared):
                raise ParseError(
                    given=f"{said(entry)} after the sum over {index}", where=entry.span,
                    expected="brackets around all that is summed: a sum ends at the next + or -",
                    remedy=f"write sum_{index} (...)",
                )  # fmt: skip
        for sign in sums_in(term):
            if sign.lower is not None:
                ended |= {text: index for text, index in entries_of(sign).items() if index not in scope.bound}


def said(node: Surface) -> str:
    return " ".join(node.span.text[node.span.start : node.span.stop].split())


def sums_in(node: Surface) -> Iterator[Big]:
    """The sum signs among the factors of a term."""
    factors = [each for _, each in node.factors] if isinstance(node, Multiplicative) else [node]
    yield from (each for each in factors if isinstance(each, Big) and each.sign == "∑")


def entries_of(sign: Big) -> dict[str, str]:
    """The entries with an index of a sum inside it, and the index of each."""
    lower = sign.lower.parts[0] if isinstance(sign.lower, Chain) else sign.lower
    if not isinstance(lower, Name | Multiplicative | Group):
        return {}
    try:
        indices = index_names(lower)
    except ParseError:
        return {}
    found: dict[str, str] = {}
    for entry in entries_in(sign.body):
        used = [each.base for each in everything(entry.subscript) if isinstance(each, Name)]
        found |= {said(entry): index for index in indices if index in used}
    return found


def entries_in(node: Surface) -> Iterator[Scripted]:
    for each in everything(node):
        if isinstance(each, Scripted) and each.subscript is not None:
            yield each


def entries_outside_sums(node: Surface) -> Iterator[Scripted]:
    """The entries of a term that no sum sign in it covers."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Scripted) and current.subscript is not None:
            yield current
        if not isinstance(current, Big):
            pending.extend(children(current))


def everything(node: Surface | None) -> Iterator[Surface]:
    """The node and all below it. Iterative, so that any depth will do."""
    pending = [] if node is None else [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(children(current))
