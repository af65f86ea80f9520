"""A graph in, the function that Python calls out: recalled, or lowered, written and compiled; then loaded.

One idea: what only a new graph needs (lowering, planning, writing) is imported when there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ...ir.graph import Graph
from ...transforms.rewrites import rewritten
from . import recall
from .door.callable import Addresses
from .door.entry import builtin
from .door.reading import Door
from .identity import identify
from .machine import llvm, store
from .text.table import Table


@dataclass(frozen=True, slots=True)
class Code:
    """A written module in memory: as a builtin, and the addresses of what an object is called by."""

    builtin: Any  # keeps the code and the table
    addresses: Addresses


def loaded(name: str, code: bytes, table: Table) -> Code:
    """An object file in memory, with what it looks up."""
    library, entry, enter, call = llvm.load(code, "entry", "enter", "call")
    addresses, kept = table.addresses()
    flags = next((each for (kind, _), each in zip(table.things, kept, strict=True) if kind == "flags"), None)
    made = builtin(name, entry, addresses, (library, kept, table.things), flags)
    return Code(made, Addresses(enter, call, addresses.ctypes.data))


def compile_program(graph: Graph, name: str, door: Door) -> Code:
    """The code for a graph: recalled, or lowered by the laws that make it cheaper, written and compiled."""
    found = recalled(graph, name, door)
    if found is not None:
        return found
    cheaper = rewritten(graph).graph
    if any(new is not old for new, old in zip(cheaper.outputs, graph.outputs, strict=True)):
        found = recalled(cheaper, name, door)
        if found is not None:
            return found
    from .primitives.lowering import lower
    from .writing import write

    written = write(lower(cheaper), door)
    made = loaded(name, llvm.compiled(written.text), written.table)
    if store.folder() is not None:  # what laws have made is called by its place among nodes that they have made
        any(recall.keep(identify(each, door), written.text, written.table) for each in (graph, cheaper))
    return made


def recalled(graph: Graph, name: str, door: Door) -> Code | None:
    """The code that an earlier process has kept for this graph."""
    found = recall.find(identify(graph, door)) if store.folder() is not None else None
    if found is not None:
        with suppress(RuntimeError, AttributeError, LookupError, TypeError, ValueError):  # it does not fit after all
            return loaded(name, *found)
    return None


def flat_door(inputs: Sequence[Any], outputs: Sequence[Any]) -> Door:
    """Leaves in, a tuple of outputs out."""
    return Door(tuple(range(len(inputs))), (tuple, tuple(range(len(outputs)))))
