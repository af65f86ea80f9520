"""The op `scan`: a step as a graph, what it starts from and what it runs along in, the results of all steps out.

One idea: the derivative of a loop is a loop. Forward, the tangents are carried along; backward, the loop runs the other
way over the carries that each step began with, computes the step again and pulls the gradient through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...ir.graph import Graph
from ...ir.library import Array, Library
from ...ir.loading import compiled
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ...ir.op import Complexes, Custom, Domain, Op, Role
from ...ir.types import ArrayType, array_type, bundle_type
from ...ops.batches import moved_front
from ...ops.bundles import Bundle, parts_of
from ...ops.declare import op
from ...ops.joining import zeros_of
from ...ops.looping import run_steps
from ..batch import apply, batch_graph, outputs_that_differ, stack_of
from ..replay import fresh_inputs
from .derived import deriving, finished, is_float, kept_with_graph, moving_outputs, pull_body, push_body, zeros


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan does: the inputs of `body` are constants, carries and slices, its outputs carries and entries."""

    body: Graph
    consts: int
    carries: int
    length: int
    reverse: bool = False

    def split(self, inputs: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
        """Constants, carries, and what is run along."""
        start, stop = self.consts, self.consts + self.carries
        return inputs[:start], inputs[start:stop], inputs[stop:]


def scanned(scan: Scan, inputs: Sequence[Any], saves: bool | None = None) -> list[Any]:
    """All results of a scan: carries, entries, and the carries that steps began with where they are saved.

    They are saved by default where the loop is recorded, because its gradient needs them.
    """
    recorded = any(type(each) is Node for each in inputs)
    keeps = recorded if saves is None else saves
    bundle = apply(scan_op, inputs, {**settings(scan), "saves": keeps})
    return parts_of(bundle, len(scan.body.outputs) + scan.carries * keeps)


def settings(scan: Scan) -> dict[str, Any]:
    """The parameters of the op."""
    return {
        "body": scan.body, "consts": scan.consts, "carries": scan.carries, "length": scan.length,
        "reverse": scan.reverse,
    }  # fmt: skip


def scan_type(*types: ArrayType, saves: bool, **params: Any) -> ArrayType:
    scan = Scan(**params)
    own = [node.type for node in scan.body.outputs]
    kept = [array_type((scan.length, *each.shape), each.dtype) for each in own[scan.carries :]]
    saved = [array_type((scan.length, *each.shape), each.dtype) for each in own[: scan.carries]] if saves else []
    return bundle_type((*own[: scan.carries], *kept, *saved))


# Forward -------------------------------------------------------------------------------------------------------------
def scan_push(moves: tuple[Any, ...], y: Any, *inputs: Any, saves: bool, **params: Any) -> Bundle:
    scan = Scan(**params)
    graph, moving, moved = push_scan(
        scan.body, scan.consts, scan.carries, tuple(each is not None for each in moves)
    )  # fmt: skip
    more_consts, more_carries = (sum(each) for each in scan.split(moving)[:2])
    wider = replace(scan, body=graph, consts=scan.consts + more_consts, carries=scan.carries + more_carries)
    groups: list[Any] = []
    for own, tangents, flags in zip(scan.split(inputs), scan.split(moves), scan.split(moving), strict=True):
        groups += own
        groups += [
            zeros_of(value) if tangent is None else tangent
            for value, tangent, flag in zip(own, tangents, flags, strict=True)
            if flag
        ]
    carries = scan.split(moving)[1]
    found = scanned(wider, groups, saves)
    ends = iter(found[scan.carries : wider.carries])
    entries = iter(found[wider.carries + len(moved) - scan.carries : len(wider.body.outputs)])
    starts = iter(found[len(wider.body.outputs) + scan.carries :])
    return Bundle((
        *(next(ends) if flag else None for flag in carries),
        *(next(entries) if flag else None for flag in moved[scan.carries :]),
        *(next(starts) if flag else None for flag in tuple(carries) * saves),
    ))  # fmt: skip


@kept_with_graph
def push_scan(
    body: Graph, consts: int, carries: int, moving: tuple[bool, ...]
) -> tuple[Graph, tuple[bool, ...], tuple[bool, ...]]:
    """The step with its tangents, which inputs move in it, and which outputs."""
    scan = Scan(body, consts, carries, 0)
    flags = carried_on(scan, moving)
    with deriving():
        found = push_body(body, flags)
        inputs: list[Node] = []
        for own, tangents in zip(scan.split(body.inputs), scan.split(found.inputs), strict=True):
            inputs += [*own, *(each for each in tangents if each is not None)]
        carried = [
            zeros(node) if each is None else each
            for node, each, flag in zip(body.outputs, found.outputs, scan.split(flags)[1], strict=False)
            if flag
        ]
        entries = [each for each in found.outputs[scan.carries :] if each is not None]
        outputs = [*body.outputs[: scan.carries], *carried, *body.outputs[scan.carries :], *entries]
        graph = finished(inputs, outputs)
    return graph, flags, tuple(each is not None for each in found.outputs)


def carried_on(scan: Scan, moving: Sequence[bool]) -> tuple[bool, ...]:
    """Which inputs of a step move: a carry also where a step before has moved it."""
    flags = tuple(flag and is_float(node) for flag, node in zip(moving, scan.body.inputs, strict=True))
    while True:
        moved = moving_outputs(scan.body, flags)
        consts, carries, xs = scan.split(flags)
        grown = tuple(first or second for first, second in zip(carries, moved[: scan.carries], strict=True))
        if grown == tuple(carries):
            return flags
        flags = (*consts, *grown, *xs)


# Backward ------------------------------------------------------------------------------------------------------------
def scan_pull(g: Bundle, y: Any, *inputs: Any, saves: bool, wanted: tuple[int, ...], **params: Any) -> tuple[Any, ...]:
    scan = Scan(**params)
    count = len(scan.body.outputs)
    floats = [is_float(node) for node in scan.body.outputs]  # whole numbers have no gradient, whatever arrives
    arrived = tuple(place for place in range(scan.carries, count) if floats[place] and g.entries[place] is not None)
    saved_too = tuple(
        place for place in range(scan.carries * saves) if floats[place] and g.entries[count + place] is not None
    )
    graph, slots, kept = pull_scan(scan.body, scan.consts, scan.carries, wanted, arrived, saved_too)
    back = Scan(graph, scan.consts, kept, scan.length, not scan.reverse)
    saved = parts_of(y, count + scan.carries)[count:] if saves else scanned(scan, inputs, saves=True)[count:]
    consts, _, xs = scan.split(inputs)
    starts = [
        zeros_of(inputs[slot]) if slot < scan.consts or (sent := g.entries[slot - scan.consts]) is None else sent
        for slot in slots[: back.carries]
    ]
    along = [*(g.entries[place] for place in arrived), *(g.entries[count + place] for place in saved_too)]
    found = dict(zip(slots, scanned(back, [*consts, *starts, *saved, *xs, *along]), strict=False))
    return tuple(found.get(slot) for slot in range(len(inputs)))


@kept_with_graph
def pull_scan(
    body: Graph, consts: int, carries: int, wanted: tuple[int, ...], arrived: tuple[int, ...],
    saved_too: tuple[int, ...],
) -> tuple[Graph, list[int], int]:  # fmt: skip
    """The step backwards, the inputs whose gradients its loop ends with, in its order, and how many it carries.

    What reaches a constant is added up as it is carried, as is the gradient of each carry; that of a slice is put out.
    The gradients of the entries put out and of the carries saved come in step by step.
    """
    scan = Scan(body, consts, carries, 0)
    flags = carried_on(scan, [slot in wanted for slot in range(len(body.inputs))])
    slots = [slot for slot, flag in enumerate(flags) if flag]
    carried = [slot - scan.consts for slot in slots if scan.consts <= slot < scan.consts + scan.carries]
    with deriving():
        found = pull_body(body, slots, [*carried, *arrived])
        sent = dict(zip(slots, found.gradients, strict=True))
        totals = fresh_inputs([body.inputs[slot].type for slot in slots if slot < scan.consts])
        more = fresh_inputs([body.inputs[scan.consts + place].type for place in saved_too])
        for slot, total in zip(slots, totals, strict=False):
            sent[slot] = total + sent[slot]
        for place, each in zip(saved_too, more, strict=True):
            if scan.consts + place in sent:
                sent[scan.consts + place] = sent[scan.consts + place] + each
        own_consts, own_carries, xs = scan.split(body.inputs)
        ends, entries = found.given[: len(carried)], found.given[len(carried) :]
        inputs = [*own_consts, *totals, *ends, *own_carries, *xs, *entries, *more]
        graph = finished(inputs, [sent[slot] for slot in slots])
    return graph, slots, len(totals) + len(carried)


# Many examples -------------------------------------------------------------------------------------------------------
def scan_batch(
    made: Op, stacked: tuple[bool, ...], size: int, /, *inputs: Any, saves: bool, **params: Any
) -> tuple[tuple[Any, ...], tuple[bool, ...]]:
    """One loop over the steps of all examples. A carry is a stack where any step makes it one."""
    scan = Scan(**params)
    flags = tuple(stacked)
    while True:
        differ = outputs_that_differ(scan.body, flags)
        consts, carries, xs = scan.split(flags)
        grown = tuple(first or second for first, second in zip(carries, differ[: scan.carries], strict=True))
        if grown == tuple(carries):
            break
        flags = (*consts, *grown, *xs)
    outputs = (*carries, *differ[scan.carries :])
    graph = batch_graph(scan.body, flags, size, outputs)
    values = [stack_of(each, size) if flag and not was else each
              for each, flag, was in zip(inputs, flags, stacked, strict=True)]  # fmt: skip
    consts_in, carries_in, xs_in = scan.split(values)
    along = [swapped(each) if flag else each for each, flag in zip(xs_in, xs, strict=True)]
    found = scanned(replace(scan, body=graph), [*consts_in, *carries_in, *along], saves)
    every = (*outputs, *tuple(carries) * saves)
    return tuple(
        swapped(each) if flag and place >= scan.carries else each
        for place, (each, flag) in enumerate(zip(found, every, strict=True))
    ), every


def swapped(x: Any) -> Any:
    """Steps and examples exchanged: axes 1 and 0."""
    return moved_front(x, 1)


# The op --------------------------------------------------------------------------------------------------------------
def scan_notation(node: Node) -> Notation:
    """A call with what the loop uses, starts from and runs along."""
    params = node.settings
    saves = params.pop("saves")
    scan = Scan(**params)
    groups = scan.split([f"{{{slot}}}" for slot in range(len(node.inputs))])
    said = "; ".join(", ".join(group) for group in groups if group)
    written = ", ".join(f"({''.join(f'{each}, ' for each in group).rstrip()})" for group in groups)
    ys = tuple((each.type.shape, each.type.dtype.name) for each in scan.body.outputs[scan.carries :])
    code = (
        f"chainrule.ops.run_steps({{body}}, {written}, length={{length}}, reverse={{reverse}}, saves={saves}, ys={ys})"
    )
    name = "scan_back" if scan.reverse else "scan"
    spelled = name.replace("_", r"\_")
    return Notation(Form(f"{name}({said})"), Form(rf"\operatorname{{{{{spelled}}}}}({said})"), Form(code))


@op(
    "scan", Custom(scan_pull, scan_push, selective=True), scan_notation, Role.COUPLES, type_rule=scan_type,
    domain=Domain(()), batch=scan_batch, complexes=Complexes.OWN,
)  # fmt: skip
def scan_op(
    xp: Library, *inputs: Array, body: Graph, consts: int, carries: int, length: int, reverse: bool, saves: bool
) -> tuple[Array, ...]:
    """A step repeated: y_t and the next carry from the carry and x_t. Derivative: a scan the other way round, over the
    carries that each step began with (backpropagation through time, Werbos 1990)."""
    scan = Scan(body, consts, carries, length, reverse)
    ys = [(each.type.shape, each.type.dtype) for each in body.outputs[carries:]]
    return run_steps(compiled(body), *scan.split(inputs), length=length, reverse=reverse, saves=saves, ys=ys)
