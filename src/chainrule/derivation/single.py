"""One entry as the question: an array's entry in, its gradient with only the paths that matter out.

One idea: below the arrays lies a graph of entries. From the entry asked for, each step's rule, pushed forward on a
single 1, says which entries of the consumer move and by how much; softmax couples its outputs, so both paths appear by
themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import LimitError
from ..ir.coercion import as_node
from ..ir.library import reference
from ..ir.node import Node
from ..ops.entries import write_index
from ..ops.sources import input_node
from ..transforms.forward import push
from ..transforms.simplify import simplify
from .arrows import Arrow, arrows_to
from .indices import entry_slope
from .lines import Line, Path, Paths, Term
from .paths import MOST_LISTED
from .stage import Stage

Place = tuple[Node, tuple[int, ...]]
_MOST_ENTRIES = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One edge of the graph of entries: the entry above, the arrow, and the local derivative as number and symbol."""

    above: Place
    arrow: Arrow
    slope: Any
    symbol: Node | None


@dataclass(slots=True)
class Entries:
    """The entries between the question and the output, and the edges up from each."""

    stage: Stage
    edges: dict[Place, list[Step]] = field(default_factory=dict)
    players: dict[Place, Node] = field(default_factory=dict)


def explore(stage: Stage, node: Node, at: tuple[int, ...]) -> Entries:
    """The graph of entries above the one asked for."""
    entries = Entries(stage)
    waiting: list[Place] = [(node, at)]
    while waiting:
        place = waiting.pop()
        if place in entries.edges:
            continue
        if len(entries.edges) >= _MOST_ENTRIES:
            raise LimitError(given=f"more than {_MOST_ENTRIES} entries between the question and the output",
                             expected="a smaller network", remedy="ask for the whole array instead")  # fmt: skip
        entries.edges[place] = [] if place[0] is stage.output else list(_steps_up(stage, place))
        waiting.extend(step.above for step in entries.edges[place])
    return entries


def _steps_up(stage: Stage, place: Place) -> Iterator[Step]:
    node, at = place
    for arrow in arrows_to(stage, node):
        moved = _pushed(arrow, node, at)
        if moved is None:
            continue
        for above in reference().ndindex(moved.shape):
            if moved[above]:
                yield Step((arrow.via, above), arrow, moved[above], entry_slope(stage, arrow, above, at))


def _pushed(arrow: Arrow, node: Node, at: tuple[int, ...]) -> Any:
    """How the consumer moves when this one entry moves by 1."""
    tangent = reference().zeros(node.shape, node.dtype)
    tangent[at] = 1
    for step, slot in reversed(arrow.chain):
        tangent = push(step, [tangent if place == slot else None for place in range(len(step.inputs))], False)
        if tangent is None:
            return None
    return reference().broadcast_to(tangent, arrow.via.shape)


def place_symbol(stage: Stage, place: Place) -> str:
    """a_2[1], or the bare name of a number."""
    node, at = place
    return stage.symbols[node] + (f"[{','.join(write_index(each) for each in at)}]" if at else "")


def player_of(entries: Entries, place: Place) -> Node:
    """The variable that prints as the gradient of an entry."""
    if place not in entries.players:
        stage = entries.stage
        player = input_node((), place[0].dtype)
        known = stage.names[stage.gradient[place[0]]]
        written = place_symbol(stage, place)
        own = known == f"d{stage.symbols[stage.output]}/d{stage.symbols[place[0]]}"
        stage.names[player] = (
            f"d{stage.symbols[stage.output]}/d{written}" if own else known + written[len(stage.symbols[place[0]]) :]
        )
        stage.values[player] = stage.values[stage.gradient[place[0]]][place[1]]
        entries.players[place] = player
    return entries.players[place]


def entry_lines(entries: Entries) -> list[Line]:
    """A line for every entry on the way, output first."""
    ordered = sorted(entries.edges, key=_newest_first)
    return [_line(entries, place) for place in ordered]


def _newest_first(place: Place) -> tuple[int, tuple[int, ...]]:
    return -place[0].serial, place[1]


def _line(entries: Entries, place: Place) -> Line:
    stage = entries.stage
    terms = tuple(_term(entries, step) for step in entries.edges[place])
    player = player_of(entries, place)
    return Line(place_symbol(stage, place), place[0], player, terms, None, stage.values[player])


def _term(entries: Entries, step: Step) -> Term:
    stage = entries.stage
    upstream = player_of(entries, step.above)
    number = stage.values[upstream]
    local = step.symbol if step.symbol is not None else as_node(reference().asarray(step.slope))
    _value_entries(stage, local)
    return Term(
        place_symbol(stage, step.above), step.arrow.chain[0][0].op.role, upstream, local, simplify(upstream * local),
        number * step.slope, number, step.slope, gates=step.arrow.chain,
    )  # fmt: skip


def _value_entries(stage: Stage, expression: Node) -> None:
    """Entries of players are known numbers too."""
    pending = [expression]
    while pending:
        node = pending.pop()
        if node.op.name == "entry" and node.inputs[0] in stage.values:
            stage.values[node] = stage.values[node.inputs[0]][node.settings["at"]]
        else:
            pending.extend(node.inputs)


def entry_paths(entries: Entries, question: Place) -> Paths:
    """Every path from the output down to the entry, with its factors and product."""
    count = _count(entries, question)
    stage = entries.stage
    listed = tuple(_list(entries, question)) if count <= MOST_LISTED else ()
    return Paths(place_symbol(stage, question), count, listed, stage.values[player_of(entries, question)])


def _count(entries: Entries, question: Place) -> int:
    counts: dict[Place, int] = {}
    for place in sorted(entries.edges, key=_newest_first):
        top = place[0] is entries.stage.output
        counts[place] = 1 if top else sum(counts[step.above] for step in entries.edges[place])
    return counts[question]


def _list(entries: Entries, question: Place) -> Iterator[Path]:
    waiting: list[tuple[Place, tuple[Step, ...], tuple[Place, ...]]] = [(question, (), (question,))]
    while waiting:
        place, steps, places = waiting.pop()
        if place[0] is entries.stage.output:
            yield _path(entries, steps, places)
        else:
            for step in reversed(entries.edges[place]):
                waiting.append((step.above, (step, *steps), (step.above, *places)))


def _path(entries: Entries, steps: tuple[Step, ...], places: tuple[Place, ...]) -> Path:
    product: Any = 1.0
    for step in steps:
        product = product * step.slope
    names = tuple(place_symbol(entries.stage, place) for place in places)
    return Path(names, tuple(step.symbol for step in steps), tuple(step.slope for step in steps), product)
