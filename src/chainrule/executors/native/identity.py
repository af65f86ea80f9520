"""What machine code depends on: a graph and its door in, one digest and the objects that code may refer to out.

One idea: two graphs with the same ops, parameters, shapes, dtypes and constants, called in the same way, have the same
code. Whatever cannot be said in text (an op of the user's own, an object as a parameter) has no digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

import numpy as np

from ...ir.graph import Graph
from ...ir.node import Node, concrete
from ...ir.types import ArrayType, BundleType
from ...ops.declare import OPS
from .door.reading import Door, Fixed, Into, Spec

DECLARED = ("chainrule.ops.", "chainrule.transforms.", "chainrule.random.", "chainrule.ir.")  # ops, in rooms we know
_PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))
_SPECS = ("arguments", "result")  # of a door: containers of leaves
_NUMBERS = "biufc"  # kinds of dtypes whose bytes say all


class UnspeakableError(Exception):
    """Something that text cannot say. Never reaches a user."""


@dataclass(slots=True, eq=False)
class Identity:
    """A digest, and what was met on the way: nodes, constants and the door's own objects, each list in an order that
    every process finds again."""

    digest: str = ""
    nodes: list[Node] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    objects: list[Any] = field(default_factory=list)


def identify(graph: Graph, door: Door) -> Identity | None:
    """The identity of code for a graph; None where it cannot be said."""
    found = Identity()
    try:
        said = Sayer(found)
        said.graph(graph)
        said.door(door)
    except UnspeakableError:
        return None
    found.digest = said.sum.hexdigest()
    return found


class Sayer:
    """Says graphs, line by line, into a digest. A line is the text of plain tuples, so no two lines are alike."""

    def __init__(self, found: Identity) -> None:
        self.found, self.sum = found, hashlib.sha256()

    def line(self, parts: Any) -> None:
        self.sum.update(repr(parts).encode())
        self.sum.update(b"\n")

    def graph(self, graph: Graph) -> None:
        """Every node after its inputs, in an order that the graph alone decides, not the history of this process."""
        numbers: dict[Node, int] = {}
        for node in graph.inputs:
            numbers[node] = len(numbers)
            self.line(("input", _type(node.type)))
        for node in walk(graph.outputs, numbers):
            numbers[node] = len(numbers)
            self.node(node, [numbers[each] for each in node.inputs])
        self.line(("outputs", [numbers[each] for each in graph.outputs]))

    def node(self, node: Node, inputs: list[int]) -> None:
        op = node.op
        self.found.nodes.append(node)
        if not inputs:
            self.constant(concrete(node))
            return
        if OPS.get(op.name) is not op or not str(op.kernel.__module__).startswith(DECLARED):
            raise UnspeakableError(op.name)
        params = [(name, self.parameter(each)) for name, each in node.params]
        self.line((op.name, inputs, params, _type(node.type)))

    def constant(self, value: Any) -> None:
        array = np.asarray(value)
        if array.dtype.kind not in _NUMBERS:
            raise UnspeakableError(str(array.dtype))
        self.found.constants.append(value)
        self.line(("constant", array.shape, array.dtype.str))
        self.sum.update(np.ascontiguousarray(array).data)

    def parameter(self, value: Any) -> Any:
        """A parameter of an op as plain tuples. Graphs inside are said first, on lines of their own."""
        kind = type(value)
        if kind in _PLAIN:
            return kind.__name__, value
        if kind in (tuple, list):
            return kind.__name__, [self.parameter(each) for each in value]
        if kind is slice:
            return "slice", self.parameter((value.start, value.stop, value.step))
        if kind is dict:
            return "dict", [(self.parameter(key), self.parameter(each)) for key, each in value.items()]
        if kind is Graph:
            self.graph(value)
            return ("graph",)
        if isinstance(value, ArrayType):
            return ("type", _type(value))
        if isinstance(value, Enum) and kind.__module__.startswith("chainrule."):
            return ("member", kind.__qualname__, value.name)
        return _library_parameter(value)

    def door(self, door: Door) -> None:
        """How the code is called: everything that the door says, whatever it will have learnt to say."""
        for each in fields(door):
            value = getattr(door, each.name)
            if each.name in _SPECS:
                value = [self.spec(spec) for spec in (value if each.name == "arguments" else (value,))]
            elif isinstance(value, Into):
                value = self.spec(value.spec), value.over
            else:
                value = self.parameter(tuple(sorted(value)) if isinstance(value, frozenset) else value)
            self.line((each.name, value))

    def spec(self, spec: Spec) -> Any:
        """A container of the door. Its keys and fixed numbers are objects that the code hands out."""
        if spec is None or isinstance(spec, int):
            return spec
        if isinstance(spec, Fixed):
            return "fixed", self.object(spec.value)
        keys = [self.object(key) for key in spec[2]] if spec[0] is dict else []
        return spec[0].__name__, [self.spec(each) for each in spec[1]], keys

    def object(self, thing: Any) -> Any:
        if type(thing) not in _PLAIN and not isinstance(thing, np.generic):
            raise UnspeakableError(repr(type(thing)))
        self.found.objects.append(thing)
        return self.parameter(thing)


def _library_parameter(value: Any) -> Any:
    if isinstance(value, np.dtype) and value.kind in _NUMBERS:
        return "dtype", value.str
    if isinstance(value, np.generic) and value.dtype.kind in _NUMBERS:
        return "number", value.dtype.str, value.tobytes()
    raise UnspeakableError(repr(type(value)))


def _type(type_: ArrayType) -> Any:
    if isinstance(type_, BundleType):
        return [_type(each) for each in type_.parts]
    return type_.shape, type_.dtype.str


def walk(outputs: tuple[Node, ...], known: dict[Node, int]) -> Iterator[Node]:
    """What the outputs need beyond what is known, each after its inputs; outputs and inputs from first to last."""
    seen = set(known)
    for output in outputs:
        pending = [output]
        while pending:
            node = pending[-1]
            missing = [each for each in reversed(node.inputs) if each not in seen]
            if node in seen:
                pending.pop()
            elif missing:
                pending.extend(missing)
            else:
                seen.add(pending.pop())
                yield node
