"""A statement with figures in, what it is meant to be out: a claim about the document's own numbers, one in general, or
a number that is given.

One idea: a figure stands for a name when it is the value of that name; what only one statement says, it gives.
"""

from __future__ import annotations

from itertools import pairwise

import numpy

from ...notation.meaning import Entry, Literal, Meaning, Power, everything
from ...notation.surface import Group, Multiplicative, Name, Number, Scripted, Surface
from ...notation.symbols import symbol_of
from ..bench import Bench
from ..digits import place_of
from ..doubting import closure
from ..points import as_array
from ..trees import everywhere
from .ledger import Standing
from .worlds import holding, own_points, target


def is_said_here(bench: Bench, anchor: int) -> bool:
    """Whether the first side is a name of which only this statement says the value."""
    aim = target(bench, anchor)
    if aim is None or aim.name not in bench.model.data or aim.indices:
        return False
    return any(each.number == bench.claim.number for each in bench.session.chosen(bench.claim.number)
               if each.symbol.text == aim.name)  # fmt: skip


def speaks_of_calls(bench: Bench) -> bool:
    """Whether a result is written as a function of a number, as `L(0.501)`, and no definition says of what."""
    names = {each.symbol.text for each in bench.model.forward if each.parameters is None}
    trees = [side.tree for side in bench.claim.sides if side.tree is not None]
    products = [node for tree in trees for node in everywhere(tree) if isinstance(node, Multiplicative)]
    return any(_called(node) & names for node in products)


def _called(node: Multiplicative) -> set[str]:
    """The names that a number in brackets follows."""
    found: set[str] = set()
    for (_, head), (sign, inner) in pairwise(node.factors):
        if sign == "" and _is_argument(inner) and isinstance(head, Name | Scripted):
            symbol = symbol_of(head)
            found |= {symbol.text} if symbol is not None else set()
    return found


def _is_argument(node: Surface) -> bool:
    return isinstance(node, Group) and len(node.items) == 1 and isinstance(node.items[0], Number)


def stands_for_data(bench: Bench, anchor: int, place: int) -> bool:
    """Whether some figure in a side is the value of a name, and stands for it."""
    figures = _figures(bench.meanings[place])
    if not figures:
        return False
    named = closure(bench, bench.names_of(anchor))
    if any(name in bench.model.data and name not in named for name in bench.names_of(place)):
        return True
    points = own_points(bench, holding(bench, Standing.GIVEN)) or []
    stated = [each.value for each in bench.session.ledger.figures]
    values = [as_array(value) for point in points[:1] for value in point.values.values()] + stated
    entries = numpy.concatenate(
        [numpy.reshape(each, -1) for each in values if numpy.size(each) < 200] or [numpy.zeros(0)]
    )
    for each in figures:
        close = numpy.abs(numpy.abs(entries) - abs(each.value)) <= 0.5 * place_of(each.written) + 1e-12
        if each.value and bool(close.any()):
            return True
    return False


def _figures(meaning: Meaning) -> list[Literal]:
    """The numbers in a side that are neither exponents nor indices."""
    aside = [each.exponent for each in everything(meaning) if isinstance(each, Power)]
    aside += [index for each in everything(meaning) if isinstance(each, Entry) for index in each.indices]
    marks = {id(each) for root in aside for each in everything(root)}
    return [each for each in everything(meaning) if isinstance(each, Literal) and id(each) not in marks]


def may_be_given(bench: Bench, anchor: int) -> bool:
    """Whether a side is a name without a formula, or a derivative of a loss that is not written."""
    aim, model = target(bench, anchor), bench.model
    if aim is None:
        return False
    if aim.of:
        return model.open_loss is not None and aim.of == model.open_loss.text and aim.by in model.ends()
    return aim.name not in {each.symbol.text for each in model.forward}


def is_open(bench: Bench, place: int) -> bool:
    """Whether a side is a derivative of a loss that is not written, so that its values at our points say nothing."""
    loss, names = bench.model.open_loss, bench.names_of(place)
    derived = [bench.model.derived[each] for each in names if each in bench.model.derived]
    atoms = [atom for each in derived for atom in bench.model.atoms.inside(each)]
    return loss is not None and (loss.text in names or any(atom.of_name == loss.text for atom in atoms))
