"""A side and what is known in, changed sides out, the likeliest first.

One idea: a table of rules, each with its cost. The costs say how often a slip is made on pages that were marked by
hand, and how special a change is: the derivative of an activation that stands there comes before any name of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

from ...notation.surface import Surface
from . import activations, calculus, factors, names, numbers, order, signs, sums
from .edit import Edit
from .known import Known
from .setting import Setting

Rule: TypeAlias = Callable[[Setting, float], Iterator[Edit]]

RULES: tuple[tuple[float, Rule], ...] = (
    (1.0, names.variable_for_gradient),
    (1.0, activations.function_for_derivative),
    (1.0, factors.kept_factor),
    (1.1, signs.difference_swapped),
    (1.1, signs.sign_of_term),
    (1.2, names.within_family),
    (1.2, activations.before_for_after),
    (1.3, order.transposed),
    (1.3, activations.missing_derivative),
    (1.3, activations.half_remembered),
    (1.4, factors.lost_number),
    (1.4, names.swapped_indices),
    (1.5, calculus.other_exponent),
    (1.5, factors.extra_factor),
    (1.6, names.other_parameter),
    (1.7, factors.lost_near),
    (1.7, sums.cross_terms),
    (1.7, names.other_index),
    (1.8, signs.plus_for_times),
    (1.8, calculus.missing_square),
    (1.9, order.exchanged_factors),
    (1.9, order.other_product),
    (1.9, order.diagonal),
    (2.0, sums.missing_sum),
    (2.0, sums.other_sum),
    (2.0, signs.extra_term),
    (2.1, calculus.constant),
    (2.1, numbers.digits_exchanged),
    (2.1, numbers.point_moved),
    (2.1, numbers.sign_of_number),
    (2.2, factors.lost_upstream),
    (2.2, calculus.other_function),
    (2.2, calculus.other_logarithm),
    (2.3, sums.missing_twin),
    (2.4, names.other_gradient),
    (2.6, numbers.wrong_number),
    (2.8, names.other_name),
    (3.0, factors.lost_name),
)
LIMIT = 600  # changes of one side
_CHEAP = 1.5  # what may be half of a pair
_FIRSTS = 60  # pairs begin with so many


def edits(side: Surface, known: Known, *, limit: int = LIMIT, depth: int = 1) -> Iterator[Edit]:
    r"""The changes of a side that would undo one slip, the likeliest first; lazily, each once, at most `limit`.

    With `depth=2` pairs of likely changes follow. What is not changed keeps its place in the text.

    >>> from chainrule.notation import read_statements
    >>> side = read_statements(r"$-2 (\hat y - y)$")[0]
    >>> [(each.mistake, each.message) for each in edits(side, Known(), limit=2)]
    [('M14', 'the difference is the wrong way round: $\\hat y - y$ for $y - \\hat y$'), ('M14', 'the sign is wrong')]
    """
    return islice(_edits(side, known, depth), limit)


def _edits(side: Surface, known: Known, depth: int) -> Iterator[Edit]:
    setting = Setting(side, known)
    seen = {setting.marks.of(setting.side)}
    firsts: list[Edit] = []
    for each in _fresh(setting, seen):
        yield each
        if each.cost <= _CHEAP and len(firsts) < _FIRSTS and each.hole is None:
            firsts.append(each)
    for first in firsts if depth > 1 else ():
        for second in _fresh(Setting(first.tree, known), seen, most=_CHEAP):
            yield replace(second, cost=first.cost + second.cost, said=f"{_literal(first)}; and {second.said}")


def _literal(edit: Edit) -> str:
    return edit.message.replace("{", "{{").replace("}", "}}")


def _fresh(setting: Setting, seen: set[int], most: float = 9.0) -> Iterator[Edit]:
    """What the rules yield, in the order of their costs, each changed tree once."""
    for cost, rule in RULES:
        for each in rule(setting, cost) if cost <= most else ():
            mark = setting.marks.of(each.tree)
            if mark not in seen:
                seen.add(mark)
                yield each
