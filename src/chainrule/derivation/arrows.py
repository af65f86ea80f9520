"""Arrows: the edges of the graph as an explanation sees them, each from a shown step down to a step it uses.

One idea: steps that are not shown (broadcasts, or the inside of a statement) are passed through on the way, so an arrow
is a chain of rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..ir.coercion import loose_value
from ..ir.library import reference
from ..ir.node import Node, concrete
from ..ir.op import Elementwise
from ..transforms.reverse import send
from .stage import Stage

_MOST_FOLDED = 8  # arrows that one folded step may split into before the rest is left to the others


@dataclass(frozen=True, slots=True, eq=False)
class Arrow:
    """One arrow back to a step: from a shown consumer, through folded steps, into a slot of the last one."""

    via: Node
    chain: tuple[tuple[Node, int], ...]  # from the shown consumer down: (step, slot)

    @property
    def key(self) -> tuple[tuple[int, int], ...]:
        """What tells arrows apart: nodes themselves must not be compared with ==, which is entry by entry."""
        return tuple((step.serial, slot) for step, slot in self.chain)


def arrows_to(stage: Stage, node: Node) -> list[Arrow]:
    """The arrows into a node, one for each consumer and slot; a folded consumer passes on each of its own."""
    found: list[Arrow] = []
    for consumer, slot in stage.readers.get(node, ()):
        if consumer not in stage.active:
            continue
        if consumer in stage.symbols:
            found.append(Arrow(consumer, ((consumer, slot),)))
        else:
            above = arrows_to(stage, consumer)  # folded steps are few and local: broadcasts, or one statement's inside
            found.extend(Arrow(arrow.via, (*arrow.chain, (consumer, slot))) for arrow in above[:_MOST_FOLDED])
    return found


def passed_back(stage: Stage, arrow: Arrow, gradient: Node) -> Node | None:
    """The rule of every step on the way, on the players. None where a rule sends nothing."""
    for step, slot in arrow.chain:
        player = stage.stand[step]
        sent = send(step.op, step.params, gradient, player, [stage.stand[each] for each in step.inputs], [slot])
        if not sent:
            return None
        gradient = sent[0][1]
    return gradient


def passed_back_numbers(arrow: Arrow, gradient: Any) -> Any:
    """The same on the numbers of the run. None where a rule sends nothing."""
    with reference().errstate(all="ignore"):
        for step, slot in arrow.chain:
            entrywise = type(step.op.derivative) is Elementwise
            values = [loose_value(each) if entrywise else concrete(each) for each in step.inputs]
            sent = send(step.op, step.params, gradient, loose_value(step), values, [slot])
            if not sent:
                return None
            gradient = sent[0][1]
    return gradient
