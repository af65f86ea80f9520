"""From ops to primitives: a graph in, a program of values out.

One idea: the kernel of an op says what it computes, when it is given a library that writes down instead of computing.
A kernel that needs more than that library has is called in Python when the program runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....ir.graph import Graph
from ....ir.node import Node, concrete
from ....ir.types import BundleType
from ....ops.indexing import rebuild
from ....ops.indexing import scatter as scatter_op
from .arrays import Array
from .library import Library
from .pooling import RULES as POOLING
from .sliding import RULES as SLIDING
from .values import Builder, UnsupportedError, Value


@dataclass(frozen=True, slots=True)
class Program:
    """A graph as primitives."""

    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]

    def order(self) -> list[Value]:
        """Every value that the outputs need, each after its inputs."""
        found: dict[Value, None] = {}
        pending = list(reversed(self.outputs))
        while pending:
            value = pending[-1]
            missing = [each for each in value.inputs if each not in found]
            if value in found or not missing:
                found.setdefault(pending.pop())
            else:
                pending.extend(missing)
        return list(found)


def lower(graph: Graph) -> Program:
    """The program of a graph. Raises UnsupportedError where values have a dtype that machine code does not work on."""
    builder = Builder()
    library = Library(builder)
    inputs = tuple(builder.input(slot, node.shape, node.dtype) for slot, node in enumerate(graph.inputs))
    values: dict[Node, Value] = dict(zip(graph.inputs, inputs, strict=True))
    bundles: dict[Node, list[Value]] = {}
    order = graph.order()
    uses = Counter([*(each for node in order for each in node.inputs), *graph.outputs])
    for node in order:
        if node in values:
            continue
        if node.op.name == "result":
            values[node] = bundles[node.inputs[0]][node.settings["place"]]
        elif isinstance(node.type, BundleType):
            bundles[node] = lower_bundle(builder, node, tuple([values[each] for each in node.inputs]))
        elif not node.inputs:
            values[node] = builder.constant(concrete(node))
        else:
            values[node] = lower_node(library, node, [values[each] for each in node.inputs])
        if uses[node] > 1 and node in values:
            library.shared.add(values[node])
    return Program(inputs, tuple(values[node] for node in graph.outputs))


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A scan: its step as a program, of constants, carries and slices."""

    body: Program
    consts: int
    carries: int
    length: int
    reverse: bool
    saves: bool


@dataclass(frozen=True, slots=True, eq=False)
class Until:
    """A while loop: its condition, of what it holds and the carry, and its step, of constants and the carry."""

    condition: Program
    body: Program
    held: int
    consts: int


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of several programs of the same operands: the one whose number comes first, or always the only one."""

    branches: tuple[Program, ...]
    node: Node  # the op, for numbers that no branch has
    always: bool


def choice_of(node: Node) -> Choice | None:
    """A choice, or a function that runs as one step; None where a branch cannot be lowered."""
    always = node.op.name == "checkpoint"
    graphs = (node.settings["body"],) if always else node.settings["branches"]
    if not always and node.inputs[0].dtype.kind not in "ib":
        return None
    try:
        return Choice(tuple(lower(each) for each in graphs), node, always)
    except UnsupportedError:
        return None


def lower_bundle(builder: Builder, node: Node, inputs: tuple[Value, ...]) -> list[Value]:
    """An op with several results: a loop by its own rule, any other as a call."""
    assert isinstance(node.type, BundleType)
    types = [(each.shape, each.dtype) for each in node.type.parts]
    settings = node.settings
    if node.op.name == "while_loop":
        condition = lower(settings["cond"])
        until = Until(condition, lower(settings["body"]), settings["held"], settings["consts"])
        return builder.bundle(types, inputs, "while", until)
    if node.op.name in ("switch", "checkpoint") and (choice := choice_of(node)) is not None:
        return builder.bundle(types, inputs, "choice", choice)
    if node.op.name != "scan":
        return builder.bundle(types, inputs, "call", node)
    loop = Loop(lower(settings.pop("body")), **settings)
    return builder.bundle(types, inputs, "scan", loop)


def lower_node(library: Library, node: Node, inputs: list[Value]) -> Value:
    """One op on values: by its own rule here, by its kernel, or as a call."""
    arrays = [library.wrap(each) for each in inputs]
    rule = RULES.get(node.op.name, node.op.kernel)
    try:
        found = library.value(rule(library, *arrays, **node.settings))
        if node.op.elementwise and found.shape != node.shape:
            found = library.builder.broadcast(found, node.shape)
        if found.shape == node.shape and found.dtype == node.dtype:
            return found
    except Exception:
        pass  # whatever a kernel does that the library cannot write down, it can do when it is called
    return library.builder.make("call", node.shape, node.dtype, tuple(inputs), node.op.name, node)


def cast(xp: Library, x: Array, *, dtype: Any) -> Any:
    return xp.cast(x, np.dtype(dtype))


def scatter(xp: Library, g: Array, *arrays: Array, key: Any, shape: tuple[int, ...]) -> Any:
    """By slices as entries written over zeros; by arrays of places, which are known, as a sum at these places."""
    if not arrays:
        return scatter_op.kernel(xp, g, key=key, shape=shape)
    return xp.added_at(shape, rebuild(key, arrays), g, g.dtype)


def recur(xp: Library, a: Array, b: Array, *, axis: int) -> Any:
    if b.dtype.kind != "f":
        raise UnsupportedError("recurrences of whole numbers")
    return xp.running("recur", (xp.value(a), xp.value(b)), axis)


def running_extreme(xp: Library, x: Array, *, axis: int, largest: bool) -> Any:
    return xp.running("maximum" if largest else "minimum", (xp.value(x),), axis)


def hold_mark(xp: Library, x: Array, **params: Any) -> Array:
    return x


def error_function(xp: Library, x: Array) -> Any:
    return xp.erf(x)


def complementary_error_function(xp: Library, x: Array) -> Any:
    return xp.erfc(x)


RULES: Mapping[str, Callable[..., Any]] = {
    "cast": cast,
    "scatter": scatter,
    "erf": error_function,
    "erfc": complementary_error_function,
    "recur": recur,
    "running_extreme": running_extreme,
    "mark": hold_mark,
    "stop_gradient": hold_mark,
    **SLIDING,
    **POOLING,
}
