"""Paths: a symbol in, every way the output depends on it out, each with its factors and their product.

One idea: the chain rule over several paths says the gradient is the sum over all of them. Paths are counted before they
are listed, because a graph of eighty additions has more of them than can be written.
"""

from __future__ import annotations

from typing import Any

from ..ir.library import reference
from ..ir.node import Node
from .arrows import Arrow, arrows_to, passed_back_numbers
from .jacobians import jacobian_of
from .lines import Line, Path, Paths, Term
from .stage import Stage

MOST_LISTED = 64


def find_paths(stage: Stage, node: Node, lines: list[Line]) -> Paths:
    """All paths from the output to a node, or only their number where there are more than `MOST_LISTED`."""
    spoken = {line.node: line for line in lines}
    count = count_paths(stage, node)
    listed = tuple(_list(stage, node, spoken)) if 0 < count <= MOST_LISTED else ()
    line = spoken.get(node)
    return Paths(stage.symbols[node], count, listed, line.value if line is not None else _zeros(stage, node))


def _zeros(stage: Stage, node: Node) -> Any:
    return None if stage.symbolic else reference().zeros(node.shape, node.dtype)[()]


def count_paths(stage: Stage, node: Node) -> int:
    """How many paths lead from the output to a node, without walking them."""
    counts: dict[Node, int] = {stage.output: 1}
    for each in reversed(stage.order):
        if each is not stage.output:
            readers = stage.readers.get(each, ())
            counts[each] = sum(counts.get(consumer, 0) for consumer, _ in readers if consumer in stage.active)
    return counts.get(node, 0) if node in stage.active else 0


def _list(stage: Stage, node: Node, spoken: dict[Node, Line]) -> list[Path]:
    """Depth first from the node up to the output; each finished path is then multiplied down again."""
    found: list[Path] = []
    waiting: list[tuple[Node, tuple[Arrow, ...]]] = [(node, ())]
    while waiting:
        here, arrows = waiting.pop()
        if here is stage.output:
            path = _multiplied(stage, node, arrows, spoken)
            if path is not None:
                found.append(path)
            continue
        for arrow in reversed(arrows_to(stage, here)):
            waiting.append((arrow.via, (arrow, *arrows)))
    return found


def _multiplied(stage: Stage, node: Node, arrows: tuple[Arrow, ...], spoken: dict[Node, Line]) -> Path | None:
    gradient: Any = None if stage.symbolic else reference().ones((), stage.output.dtype)[()]
    below = [*(arrow.via for arrow in arrows[1:]), node][: len(arrows)]  # the output itself is a path without an edge
    factors, symbols = [], []
    for arrow, target in zip(arrows, below, strict=True):
        term = _term_of(stage, spoken[target], arrow)
        if term is None:
            return None
        symbols.append(term.local)
        factors.append(term.local_value)
        if not stage.symbolic:
            gradient = passed_back_numbers(arrow, gradient)
            if gradient is None:
                return None
    names = (*(stage.symbols[arrow.via] for arrow in arrows), stage.symbols[node])
    jacobians = tuple(jacobian_of(stage, arrow) for arrow in arrows)
    return Path(names, tuple(symbols), tuple(factors), gradient, jacobians)


def _term_of(stage: Stage, line: Line, arrow: Arrow) -> Term | None:
    """The term that an arrow became: they are in the same order, but for arrows that send nothing."""
    same = [each for each in arrows_to(stage, line.node) if each.via is arrow.via]
    terms = [term for term in line.terms if term.via == stage.symbols[arrow.via]]
    place = [each.key for each in same].index(arrow.key)
    return terms[place] if place < len(terms) and len(terms) == len(same) else terms[0] if terms else None
