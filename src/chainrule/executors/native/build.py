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
    """The code for a graph, by the laws that make it cheaper: recalled, or lowered, written and compiled."""
    graph = rewritten(graph).graph
    identity = identify(graph, door) if store.folder() is not None else None
    recalled = None if identity is None else recall.find(identity)
    if recalled is not None:
        with suppress(RuntimeError, AttributeError, LookupError, TypeError, ValueError):  # it does not fit after all
            return loaded(name, *recalled)
    from .primitives.lowering import lower
    from .writing import write

    written = write(lower(graph), door)
    made = loaded(name, llvm.compiled(written.text), written.table)
    if identity is not None:
        recall.keep(identity, written.text, written.table)
    return made


def flat_door(inputs: Sequence[Any], outputs: Sequence[Any]) -> Door:
    """Leaves in, a tuple of outputs out."""
    return Door(tuple(range(len(inputs))), (tuple, tuple(range(len(outputs)))))
