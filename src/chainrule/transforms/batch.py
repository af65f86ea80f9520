"""Many examples at once: a graph for one example and stacks of inputs in, its outputs for all examples out.

One idea: a value is a stack with the examples along axis 0, or the same for all of them. Every op says once how it
works on stacks (`Op.batch`); one that works entry by entry just does; any other is carried out example by example, as
the step of a loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..ir.graph import Graph
from ..ir.node import Node
from ..ir.op import Op, computed, record
from ..ir.recording import accepting_from, open_recording
from ..ir.types import BundleType, array_type
from ..ops.bundles import parts_of, result_op
from ..ops.movement import broadcast_to
from ..ops.sources import input_node
from .replay import fresh_inputs

Flag: TypeAlias = bool | tuple[bool, ...]  # of a bundle: one for each part


@dataclass(frozen=True, slots=True)
class Batched:
    """The outputs of a graph for all examples, and which of them are stacks."""

    outputs: tuple[Any, ...]
    stacked: tuple[bool, ...]


def batch(graph: Graph, inputs: Sequence[Any], stacked: Sequence[bool], size: int) -> Batched:
    """The graph on stacks: arrays are computed on, recorded values recorded. `stacked` says which inputs are stacks."""
    symbolic = any(type(each) is Node for each in inputs)
    new: dict[Node, Any] = dict(zip(graph.inputs, inputs, strict=True))
    flags: dict[Node, Flag] = dict(zip(graph.inputs, stacked, strict=True))
    for node in graph.order():
        if node in new:
            continue
        below = tuple([new[each] for each in node.inputs])
        own = tuple([flags[each] for each in node.inputs])
        if not node.inputs:
            new[node], flags[node] = node if symbolic or node.value is None else node.value, False
        elif node.op is result_op:
            new[node], flags[node] = apply(result_op, below, node.settings), _flag_of_part(own[0], node)
        elif not any(own):
            new[node], flags[node] = apply(node.op, below, node.settings), _nowhere(node)
        else:
            new[node], flags[node] = batch_op(node, own, size, below)
    return Batched(tuple(new[each] for each in graph.outputs), tuple(bool(flags[each]) for each in graph.outputs))


def _flag_of_part(flag: Flag, node: Node) -> bool:
    return flag[node.settings["place"]] if isinstance(flag, tuple) else flag


def _nowhere(node: Node) -> Flag:
    return (False,) * len(node.type.parts) if isinstance(node.type, BundleType) else False


def apply(made: Op, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """The op on whatever there is. Its inputs have been made what it takes: a bundle is no list of numbers."""
    if any([type(each) is Node for each in inputs]):
        return record(made, tuple(inputs), params)
    return computed(made, inputs, params)


def batch_op(node: Node, stacked: Sequence[Flag], size: int, inputs: Sequence[Any]) -> tuple[Any, Flag]:
    """One op on stacks, by its rule. An op that makes a bundle says itself which parts are stacks."""
    made = node.op
    if made.elementwise:
        return apply(made, inputs, node.settings), True
    rule = example_by_example if made.batch is None else made.batch
    found = rule(made, tuple(bool(each) for each in stacked), size, *inputs, **node.settings)
    return found if isinstance(node.type, BundleType) else (found, True)


def batch_graph(graph: Graph, stacked: Sequence[bool], size: int, all_outputs: Sequence[bool]) -> Graph:
    """The graph that does for stacks what this one does for an example.

    `all_outputs` says which outputs must be stacks, whether they differ between examples or not.
    """
    with open_recording(), accepting_from(0):
        inputs = fresh_inputs([
            array_type((size, *node.type.shape), node.type.dtype) if flag else node.type
            for node, flag in zip(graph.inputs, stacked, strict=True)
        ])  # fmt: skip
        found = batch(graph, inputs, stacked, size)
        outputs = [
            stack_of(each, size) if wanted and not flag else each
            for each, flag, wanted in zip(found.outputs, found.stacked, all_outputs, strict=True)
        ]
        return Graph(tuple(inputs), tuple(outputs))


def stack_of(value: Any, size: int) -> Any:
    """The same example again and again."""
    return broadcast_to(value, (size, *value.shape))


def outputs_that_differ(graph: Graph, stacked: Sequence[bool]) -> tuple[bool, ...]:
    """Which outputs depend on an input that is a stack."""
    alive = {node for node, flag in zip(graph.inputs, stacked, strict=True) if flag}
    for node in graph.order():
        if not alive.isdisjoint(node.inputs):
            alive.add(node)
    return tuple(output in alive for output in graph.outputs)


def example_by_example(made: Op, stacked: tuple[bool, ...], size: int, /, *inputs: Any, **params: Any) -> Any:
    """The op on one example after the other, as a loop: for an op that says nothing of stacks."""
    from .control.scan import Scan, scanned  # not at the top: a loop has a rule of its own, made of `batch_graph`

    with open_recording(), accepting_from(0):
        ones = [
            input_node(each.shape[1:] if flag else each.shape, each.dtype)
            for each, flag in zip(inputs, stacked, strict=True)
        ]
        order = [each for each, flag in zip(ones, stacked, strict=True) if not flag]
        order += [each for each, flag in zip(ones, stacked, strict=True) if flag]
        made_one = record(made, tuple(ones), params)
        is_bundle = isinstance(made_one.type, BundleType)
        count = len(made_one.type.parts) if isinstance(made_one.type, BundleType) else 1
        body = Graph(tuple(order), tuple(parts_of(made_one, count)) if is_bundle else (made_one,))
    consts = [each for each, flag in zip(inputs, stacked, strict=True) if not flag]
    xs = [each for each, flag in zip(inputs, stacked, strict=True) if flag]
    found = scanned(Scan(body, len(consts), 0, size), [*consts, *xs])
    return (tuple(found), (True,) * count) if is_bundle else found[0]
