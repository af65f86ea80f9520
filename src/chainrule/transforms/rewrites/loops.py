"""Laws about loops: what nobody reads is not computed, what never changes is computed once, bodies obey the laws too.

One idea: the body of a loop is a graph, and what a step computes for nobody is dead in every step. What a scan carries
is alive if its end is read, or if something alive in the body reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ...ir.graph import Graph
from ...ir.node import Node
from ...ir.op import record
from ...ops.bundles import part_at, result_op
from ..control.derived import finished
from ..control.scan import Scan, scan_op, scanned, settings
from ..replay import fresh_inputs, replay
from ..staging import carried_names
from .costs import cost_of_node
from .table import EXACT, rewrite_graph

Parts = dict[int, Node]  # of a bundle: what stands for each part that is read


def with_scans(graph: Graph, change: Callable[[Node, Sequence[Node], set[int]], Parts | None]) -> tuple[Graph, int]:
    """The graph with some scans replaced: `change` is told a scan, its inputs as they are now, and which parts are
    read."""
    inputs = set(graph.inputs)
    order = graph.order()
    if not any(each.op is scan_op for each in order):
        return graph, 0
    read: dict[Node, set[int]] = {}
    for node in order:
        if node.op is result_op:
            read.setdefault(node.inputs[0], set()).add(node.settings["place"])
    new: dict[Node, Node] = {each: each for each in inputs}
    parts: dict[Node, Parts] = {}
    for node in order:
        if node in new:
            continue
        if node.op is result_op and node.inputs[0] in parts:
            new[node] = parts[node.inputs[0]][node.settings["place"]]
            continue
        below = [new[each] for each in node.inputs]
        found = change(node, below, read.get(node, set())) if node.op is scan_op else None
        if found is not None:
            parts[node] = found
        same = all([after is before for after, before in zip(below, node.inputs, strict=True)])
        if node.op is result_op and not same:
            new[node] = part_at(below[0], node.settings["place"])
        else:
            new[node] = node if same else record(node.op, tuple(below), node.settings)
    if not parts:
        return graph, 0
    outputs = tuple(new[each] for each in graph.outputs)
    return Graph(graph.inputs, outputs, carried_names(graph.names, new)), len(parts)


def scan_of(node: Node) -> tuple[Scan, bool]:
    own = node.settings
    saves = own.pop("saves")
    return Scan(**own), saves


# Dead parts ----------------------------------------------------------------------------------------------------------
@rewrite_graph(
    "a loop computes only what is read: entries, carries, constants and slices that nobody needs are left out",
    condition="always", rounding=EXACT, source="dead code elimination; Aho et al., Compilers, 9.1",
)  # fmt: skip
def dead_parts_of_loops(graph: Graph) -> tuple[Graph, int]:
    return with_scans(graph, without_dead_parts)


def without_dead_parts(node: Node, inputs: Sequence[Node], read: set[int]) -> Parts | None:
    scan, saves = scan_of(node)
    body, count = scan.body, len(scan.body.outputs)
    entries = [place for place in range(scan.carries, count) if place in read]
    carries = {place for place in range(scan.carries) if place in read or count + place in read}
    while True:
        alive = reached(body, [body.outputs[each] for each in [*sorted(carries), *entries]])
        more = {place for place in range(scan.carries) if body.inputs[scan.consts + place] in alive}
        if more <= carries:
            break
        carries |= more
    kept_carries = sorted(carries)
    slots = [
        slot for slot, each in enumerate(body.inputs)
        if (slot - scan.consts in carries if scan.consts <= slot < scan.consts + scan.carries else each in alive)
    ]  # fmt: skip
    kept = [*kept_carries, *entries]
    if len(slots) == len(body.inputs) and len(kept) == count:
        return None
    consts = sum(slot < scan.consts for slot in slots)
    graph = Graph(tuple(body.inputs[slot] for slot in slots), tuple(body.outputs[place] for place in kept), body.names)
    shorter = replace(scan, body=graph, consts=consts, carries=len(kept_carries))
    found = scanned(shorter, [inputs[slot] for slot in slots], saves)
    places = [*kept, *(count + place for place in kept_carries)] if saves else kept
    return dict(zip(places, found, strict=True))


def reached(graph: Graph, outputs: Sequence[Node]) -> set[Node]:
    """What lies behind some outputs; inputs only where they are used."""
    seen: set[Node] = set()
    pending = list(outputs)
    inputs = set(graph.inputs)
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            if node not in inputs:
                pending.extend(node.inputs)
    return seen


# What never changes --------------------------------------------------------------------------------------------------
@rewrite_graph(
    "what a step makes of constants alone is made once, before the loop",
    condition="the loop runs twice or more, and it is no mere movement of entries", rounding=EXACT,
    source="loop-invariant code motion; Aho et al., Compilers, 9.1.7",
)  # fmt: skip
def invariants_of_loops(graph: Graph) -> tuple[Graph, int]:
    return with_scans(graph, with_invariants_outside)


def with_invariants_outside(node: Node, inputs: Sequence[Node], read: set[int]) -> Parts | None:
    scan, saves = scan_of(node)
    body = scan.body
    if scan.length < 2:
        return None
    order = body.order()
    own = set(body.inputs)
    moving = set(body.inputs[scan.consts :])
    for each in order:
        if each not in own and not moving.isdisjoint(each.inputs):
            moving.add(each)
    still = [each for each in order if each not in own and each not in moving and each.inputs]
    ends = set(body.outputs)
    read_inside = {source for each in order if each in moving and each not in own for source in each.inputs}
    lifted = [each for each in still if (each in read_inside or each in ends) and costs_something(each)]
    if not lifted:
        return None
    before = Graph(body.inputs[: scan.consts], tuple(lifted))
    outside = replay(before, list(inputs[: scan.consts]))
    fresh = fresh_inputs([each.type for each in lifted])
    inside = dict(zip(lifted, fresh, strict=True))
    for each in order:
        if each not in inside:
            below = tuple(inside[source] for source in each.inputs)
            same = not below or each in own or all(a is b for a, b in zip(below, each.inputs, strict=True))
            inside[each] = each if same else record(each.op, below, each.settings)
    slots = [*body.inputs[: scan.consts], *fresh, *body.inputs[scan.consts :]]
    new = finished(slots, [inside[each] for each in body.outputs])
    longer = replace(scan, body=new, consts=scan.consts + len(lifted))
    given = [*inputs[: scan.consts], *(outside[each] for each in lifted), *inputs[scan.consts :]]
    return dict(enumerate(scanned(longer, given, saves)))


def costs_something(node: Node) -> bool:
    """Whether a constant step, or one behind it, computes."""
    pending, seen = [node], set()
    while pending:
        each = pending.pop()
        if each in seen:
            continue
        seen.add(each)
        if cost_of_node(each):
            return True
        pending.extend(each.inputs)
    return False


# Bodies --------------------------------------------------------------------------------------------------------------
def with_bodies(graph: Graph, better: Callable[[Graph], Graph]) -> Graph:
    """The graph with the body of every scan rewritten."""

    def change(node: Node, inputs: Sequence[Node], read: set[int]) -> Parts | None:
        scan, saves = scan_of(node)
        body = better(scan.body)
        if body is scan.body:
            return None
        made = record(scan_op, tuple(inputs), {**settings(replace(scan, body=body)), "saves": saves})
        return {place: part_at(made, place) for place in read}

    return with_scans(graph, change)[0]
