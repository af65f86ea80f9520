"""Index form: an op and the indices of an output entry and an input entry in, the local derivative between them out.

One idea: an op declares its index form once. Indices may be places (1, 2) or letters (i, k); with places the deltas
fold away and leave s_1 (1 - s_1), with letters they stay: s_i (1{i = k} - s_k).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..ir.coercion import as_node
from ..ir.library import reference
from ..ir.node import Node, is_abstract
from ..ir.op import Elementwise, Entries, Labels
from ..ops.entries import Index, delta, entry
from ..ops.movement import broadcast
from ..ops.products import split_subscripts
from ..transforms.simplify import simplify
from .arrows import Arrow
from .stage import Stage

Places = tuple[Index, ...]


def entry_slope(stage: Stage, arrow: Arrow, above: Places, below: Places) -> Node | None:
    """The local derivative of one entry by another along an arrow. None where no index form is declared.

    An entry-by-entry step passes its index on, so the index changes at the one step that is not such a step; a chain of
    two of them would need a sum in between.
    """
    turns = [place for place, (step, _) in enumerate(arrow.chain) if type(step.op.derivative) is not Elementwise]
    if len(turns) > 1:
        return None
    turn = turns[0] if turns else len(arrow.chain) - 1
    total: Any = 1
    for place, (step, slot) in enumerate(arrow.chain):
        slope = step_slope(stage, step, slot, above if place <= turn else below, above if place < turn else below)
        if slope is None:
            return None
        total = slope if type(total) is int and total == 1 else total * slope
    return number_or_simple(total)


def number_or_simple(slope: Any) -> Node:
    """A Python number as a constant; an expression simplified."""
    return simplify(slope) if type(slope) is Node else as_node(reference().asarray(float(slope)))


def step_slope(stage: Stage, step: Node, slot: int, out: Places, into: Places) -> Any:
    """d step[out] / d input[into], as a node or a Python number."""
    spoken = [*out, *into]
    if any(not can_be_spoken(stage.stand[each], spoken) for each in (step, *step.inputs)):
        return None
    if type(step.op.derivative) is Elementwise:
        entries = [_entry_below(stage, each, out) for each in step.inputs]
        return step.op.derivative.partials[slot](entry(stage.stand[step], out), *entries, **step.settings)
    match step.op.index:
        case Labels(rule):
            spelled = rule(*[each.type for each in step.inputs], **step.settings)
            return product_slope(spelled, slot, out, into, [stage.stand[each] for each in step.inputs])
        case Entries(partial):
            readers = [entry_reader(stage.stand[each]) for each in step.inputs]
            return partial(slot, out, into, entry_reader(stage.stand[step]), *readers, **step.settings)
        case _:
            return None


def can_be_spoken(player: Node, at: Sequence[Index]) -> bool:
    """Whether the entries of a player at these indices can be written: unnamed numbers have no entry at a letter."""
    return is_abstract(player) or not player.ndim or all(isinstance(index, int) for index in at)


def entry_reader(player: Node) -> Callable[[Places], Any]:
    """A function from indices to the node of that entry."""

    def read(at: Places) -> Any:
        return entry(player, tuple(at))

    return read


def _entry_below(stage: Stage, node: Node, out: Places) -> Any:
    """The entry of an elementwise op's input that belongs to an output entry; a broadcast copies its source's."""
    if node.op is broadcast:
        source = node.inputs[0]
        own = out[len(out) - source.ndim :]
        return _entry_below(
            stage, source, tuple(0 if size == 1 else at for at, size in zip(own, source.shape, strict=True))
        )
    player = stage.stand[node]
    if node.op.name == "constant" and not node.ndim:
        return player
    return entry(player, out)


def product_slope(spelled: str, slot: int, out: Places, into: Places, factors: Sequence[Node]) -> Any:
    """The derivative of a sum of products by one entry of one factor: the other factors, where the indices agree."""
    terms, result = split_subscripts(spelled)
    if len(result) != len(out) or len(terms[slot]) != len(into):
        return None
    known: dict[str, Index] = {}
    total: Any = 1
    for letter, index in [*zip(result, out, strict=True), *zip(terms[slot], into, strict=True)]:
        if letter in known:
            total = total * delta(known[letter], index)
        known.setdefault(letter, index)
    for place, (term, factor) in enumerate(zip(terms, factors, strict=True)):
        if place != slot:
            if any(letter not in known for letter in term):
                return None
            total = total * entry(factor, tuple(known[letter] for letter in term))
    return total
