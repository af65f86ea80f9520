"""The bodies of loops and branches: a function and the types of its arguments in, a graph for every step out.

One idea: a body is recorded once, on variables without values. What it uses of recordings around it, and what it
computes from that alone, becomes a further input of the graph: computed once, and differentiable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from ... import tree
from ...errors import DTypeError
from ...ir.coercion import is_weak
from ...ir.graph import Graph, by_serial
from ...ir.library import reference
from ...ir.likes import plain
from ...ir.node import Node
from ...ir.recording import STATE, accepting_from, named_recording, open_recording
from ...ir.types import ArrayType, array_type
from ...ops.choices import astype
from ...ops.sources import input_node, input_op
from ..observe import parameter_names, path_symbol
from ..replay import fresh_inputs
from ..staging import run_once, tidied, unnoticed

Settle = Callable[[Any], list[Node]]


@dataclass(frozen=True, slots=True)
class Slot:
    """What a variable of a body stands for: its type, and whether it is a Python number, which has no dtype to keep."""

    type: ArrayType
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A recorded body. The inputs of the graph are the captured values, then the arguments."""

    graph: Graph
    captured: tuple[Node, ...]


def record_body(
    function: Callable[..., Any], structure: tree.Structure, slots: Sequence[Slot], settle: Settle, doing: str,
    *, hoist: bool = True,
) -> Body:  # fmt: skip
    """Run the function once on variables, in the containers of `structure` (a list of arguments).

    `settle` turns its result into the outputs of the graph, or refuses it. `hoist`: what does not depend on the
    arguments is computed outside (not in a branch that may not be taken). `doing` names the loop, for messages.
    """
    outermost = STATE.depth == 0
    with open_recording(unnoticed), named_recording(doing), quiet():
        first = input_node((), reference().dtype(float))  # everything newer was made by this run
        variables = [input_node(each.type.shape, each.type.dtype, weak=each.weak) for each in slots]
        with accepting_from(first.serial if outermost else STATE.oldest):
            outputs = settle(run_once(function, tree.unflatten(structure, variables), {}))
        captured = tuple(find_captured(outputs, variables, first.serial, hoist, outermost))
        with accepting_from(0):
            # Variables of their own: one captured value may be made from another, outside, and the body is a function.
            stand_ins = dict(zip(captured, fresh_inputs([node.type for node in captured]), strict=True))
            names = dict(zip(variables, names_of(function, structure), strict=True))
            graph = tidied(Graph((*captured, *variables), tuple(outputs), names), stand_ins)
    return Body(graph, captured)


def names_of(function: Callable[..., Any], structure: tree.Structure) -> list[str]:
    """What to call each leaf of the arguments in printed code: as the function's own parameters."""
    parameters = parameter_names(function)
    return [
        path_symbol(parameters[int(str(place))] if int(str(place)) < len(parameters) else "x", path)
        for place, *path in tree.paths(structure)
    ]


def quiet() -> AbstractContextManager[None]:
    """A stretch of time without warnings of arithmetic: a branch is recorded whether it will be taken or not."""
    found: AbstractContextManager[None] = reference().errstate(all="ignore")
    return found


def find_captured(
    outputs: Iterable[Node], variables: Sequence[Node], start: int, hoist: bool, outermost: bool = False
) -> list[Node]:
    """What the outputs use that is not made from the variables: values of recordings around, and with `hoist` what was
    computed from them. Known numbers, and copies of them, stay in the graph; where nothing is recorded around it
    (`outermost`) whatever has a value is a number, such as 2 + 1 that an earlier recording has made.
    """
    inside = newer_nodes(outputs, start)
    moving, known = set(variables), set()
    for node in inside:
        if not node.inputs:
            if node.op is not input_op or node.value is not None:  # a derivative inside has ended: a number
                known.add(node)
        elif not moving.isdisjoint(node.inputs):
            moving.add(node)
        elif all([each in known or is_number(each) for each in node.inputs]):
            known.add(node)
    captured: dict[Node, None] = {}
    seen: set[Node] = set()
    pending = list(outputs)
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in moving or (node.op.lazy and node not in known):
            pending.extend(each for each in node.inputs)
        elif node in known or is_number(node) or (outermost and node.value is not None):
            continue
        elif hoist or node.serial < start or not node.inputs:
            captured[node] = None
        else:
            pending.extend(node.inputs)
    return sorted(captured, key=by_serial)


def newer_nodes(outputs: Iterable[Node], start: int) -> list[Node]:
    """The nodes behind the outputs that were made after `start`, each after its inputs."""
    seen: set[Node] = set()
    pending = list(outputs)
    while pending:
        node = pending.pop()
        if node.serial > start and node not in seen:
            seen.add(node)
            pending.extend(node.inputs)
    return sorted(seen, key=by_serial)


def is_number(node: Node) -> bool:
    """Whether a node is a constant, or copies of one."""
    while node.op.lazy:
        node = node.inputs[0]
    return not node.inputs and node.op is not input_op


# Leaves --------------------------------------------------------------------------------------------------------------
def read_values(container: Any, doing: str, what: str) -> tuple[list[Any], list[Slot], tree.Structure]:
    """The leaves of a container as recorded values and arrays, what they are, and their containers."""
    leaves, structure = tree.flatten(container)
    values = [read_value(leaf, structure, place, doing, what) for place, leaf in enumerate(leaves)]
    slots = [
        Slot(
            array_type(tuple(each.shape), each.dtype),
            is_weak(each) if type(each) is Node else type(leaf) in (int, float, complex),
        )
        for each, leaf in zip(values, leaves, strict=True)
    ]
    return values, slots, structure


def read_value(leaf: Any, structure: tree.Structure, place: int, doing: str, what: str) -> Any:
    """A leaf as a recorded value, an array or a NumPy number. Raises DTypeError for anything else."""
    if type(leaf) is Node:
        return leaf
    array = None if isinstance(leaf, (str, bytes)) else plain(leaf)
    if array is None or array.dtype.kind not in "fiubcV" or array.dtype.hasobject:
        raise DTypeError(
            given=f"{what}{path_text(structure, place)} of type {type(leaf).__name__} in {doing}",
            expected="numbers and arrays, in nested dicts, lists, tuples and dataclasses",
            where=doing,
            remedy="let the function use it from outside, if it is not an array",
        )
    return array if array.ndim else array[()]


def path_text(structure: tree.Structure, place: int) -> str:
    """Where a leaf stands in its container, `['h'][0]`; nothing where it stands alone."""
    return "".join(f"[{key!r}]" for key in tree.paths(structure)[place])


def with_type(value: Any, type_: ArrayType) -> Any:
    """A weak value in the dtype that it turned out to have."""
    if value.dtype == type_.dtype:
        return value
    return astype(value, type_.dtype)
