"""Calls of a jitted function: the containers of its arguments and of its result in, the builtin for such calls out.

One idea: dicts, lists and tuples are taken apart by the builtin itself. Other containers, and arguments by keyword, are
taken apart in Python, which then calls with the leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

import numpy as np

from ... import tree
from ...ir.graph import Graph
from .build import Code
from .door.callable import INTO, PLAIN, callable_class, has_room, install
from .door.reading import Door, Fixed, Into, Spec
from .executor import compile_door, plain_leaves
from .machine import probe


@dataclass(frozen=True, slots=True)
class Native:
    """The builtin, and whether it takes the arguments as the caller passes them or their leaves."""

    code: Code
    whole: bool
    dtypes: tuple[Any, ...]
    floats: frozenset[int]

    def on_leaves(self, leaves: Sequence[Any], structure: tree.Structure) -> Any:
        """The result on leaves in any form: brought into the one that the builtin takes. NotImplemented never."""
        given = plain_leaves(leaves, self.dtypes)
        found = self.called(given, structure)
        if found is NotImplemented:  # an argument is one of the arrays that the function writes over
            found = self.called([np.array(each) if hasattr(each, "shape") else each for each in given], structure)
        return found

    def called(self, plain: Sequence[Any], structure: tree.Structure, *more: Any) -> Any:
        """The result on plain leaves, or NotImplemented. `more`: what results are written into."""
        given = [float(each) if slot in self.floats else each for slot, each in enumerate(plain)]
        call = self.code.builtin
        return call(*tree.unflatten(structure, given)[0], *more) if self.whole else call(*given, *more)


def room_for_code(base: type) -> type:
    """The class to make instances of, so that machine code can be put into them."""
    return base if probe.objection() is not None else callable_class(base)


def put(native: Native, thing: Any, base: type, slow: Callable[..., Any], *, into: bool = False) -> None:
    """Let calls of `thing` go straight to the code, and to `slow(thing, ...)` for arguments of another kind. `into`:
    calls with `out=`, else those without."""
    if has_room(thing, base):
        install(thing, base, native.code.addresses, slow, INTO if into else PLAIN)


def compile_call(
    graph: Graph, name: str, structure: tree.Structure, weak: Sequence[bool], result: tree.Structure,
    leaves: Sequence[Any], reuse: bool = False, target: tuple[tree.Structure, Sequence[int | None], Any] | None = None,
) -> Native | None:  # fmt: skip
    """The builtin for arguments of this structure. `leaves` of the result: a number of an output, or Fixed.

    `target`, where results are written into arrays of the caller: their structure, for each leaf of the result the
    number of the output where there is an array, and which outputs lie over which inputs.
    """
    dtypes = tuple(node.dtype for node in graph.inputs)
    floats = frozenset(slot for slot, each in enumerate(weak) if each and dtypes[slot].name == "float64")
    numbers = 0 < len(floats) == len(dtypes)
    whole = True
    try:
        _, (positional, keywords) = spec(structure, range(len(dtypes)))
        into = target and Into(spec(target[0], [each for each in target[1] if each is not None]), target[2])
        door = Door(positional[1], spec(result, leaves), floats, numbers, reuse and not into, into)
        whole = not keywords[1]
    except LookupError:
        whole = False
    if not whole:
        outputs = range(len(graph.outputs))
        into = target and Into((tuple, tuple(each if each in target[1] else None for each in outputs)), target[2])
        door = Door(tuple(range(len(dtypes))), (tuple, tuple(outputs)), floats, numbers, reuse and not into, into)
    made = compile_door(graph, name, door)
    return None if made is None else Native(made, whole, dtypes, floats)


def spec(structure: tree.Structure, leaves: Sequence[Any]) -> Spec:
    """The containers as the builtin takes them apart. Raises LookupError where one of them is of another kind."""
    return _spec(iter(structure.entries), iter(leaves))


def _spec(entries: Iterator[tree.Container | None], leaves: Iterator[Any]) -> Spec:
    # Recursion as deep as containers are nested; deep ones are refused here and flattened in Python.
    entry = next(entries)
    if entry is None:
        leaf = next(leaves)
        if isinstance(leaf, Fixed) and hasattr(leaf.value, "shape"):
            raise LookupError
        return leaf
    if entry.type is NoneType:
        return None
    if entry.type not in (dict, list, tuple):
        raise LookupError
    parts = tuple([_spec(entries, leaves) for _ in entry.keys])
    return (dict, parts, entry.keys) if entry.type is dict else (entry.type, parts)
